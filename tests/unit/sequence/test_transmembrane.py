"""Transmembrane helices: the call from scores to segments, and the shipped model on made and real proteins.

The shipped weights saw the real proteins in training: those tests guard the file and the code that runs it, and do not
measure accuracy (which is in docs/methods.md, on clusters left out).
"""

import gzip
import itertools
import resource
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from myosieve import files
from myosieve.errors import InputError
from myosieve.sequence import fasta, residues, signal_peptide, transmembrane
from myosieve.sequence.topology_field import FORBIDDEN, Field

SOLUBLE = "MSDEEKRKQNPEDSTKRGENDKQPESTRDNGEKQSDNPTEEKRQDSNGKPTEDRQKESNDTGKPEQRDSNETKGPDQERSN"
SPACER = SOLUBLE[1:]
SIGNAL = "MKRTLLLLLLLLLLLAPASA"
# Made in the manner of an immunoglobulin domain with sites for sugar: the outside of a cell.
DOMAIN = "QVTLEESGPGNLTVPWNSTVTLTCEASGYSFNDYWMHWYRQSPGKGLQWVGNISPGGNTTYYPDSVQGRFTVSRDNSTNTLYLQMNSVTAEDTAVYFCGTSNNTYPE"
HELIX = "IVWGLLGLLALAVVLVVVLLY"
STOP = "KRKRRQNSKE"  # positive residues behind a helix hold it: they stay inside (von Heijne 1986 EMBO J 5:3021)
TYPE_1 = SIGNAL + DOMAIN + HELIX + STOP + SPACER
# The letters of a type II protein: positive inside, the helix, the domain outside.
TYPE_2 = "MGKKQNSRRRSSKLWRRK" + "LLLVLLLALLLVIVALLIVLL" + "SNQT" + DOMAIN
MULTI_PASS = SOLUBLE + (HELIX + SPACER) * 7


@pytest.fixture(scope="module")
def model() -> transmembrane.Model:
    return transmembrane.read_model(files.shipped("models/transmembrane.npz"))


@pytest.fixture(scope="module")
def signal_model() -> signal_peptide.Model:
    return signal_peptide.read_model(files.shipped("models/signal_peptide.npz"))


def tiny(seed: int, channels: int = 4) -> dict[str, np.ndarray]:
    """Return random weights of a net of few channels, with helices that cost little."""
    draw = np.random.default_rng(seed)
    shapes = {"embed.codes": (9, 22, channels), "embed.features": (9, 2, channels), "embed.bias": (channels,)}
    for number in range(len(transmembrane.DILATIONS)):
        shapes |= {f"block{number}.kernel": (5, channels, channels), f"block{number}.bias": (channels,)}
    shapes |= {"out.kernel": (channels, 4), "out.bias": (4,), "start": (2, 4), "end": (4,), "duration": (20,)}
    return {name: draw.normal(0, 0.2, shape).astype(np.float32) for name, shape in shapes.items()}


def made(*nets: dict[str, np.ndarray], threshold: float = 0.0) -> transmembrane.Model:
    field = Field(
        *(np.mean([net[name] for net in nets], axis=0, dtype=float) for name in ("start", "end", "duration")), 15
    )
    return transmembrane.Model(list(nets), field, 1.0, 0.0, threshold)


def called(model: transmembrane.Model, *sequences: str, signal_end: list[float] | None = None) -> pd.DataFrame:
    ends = np.full(len(sequences), np.nan) if signal_end is None else np.array(signal_end, dtype=float)
    return transmembrane.call(list(sequences), ends, model)


def segments(found: pd.DataFrame, row: int = 0) -> list[tuple[int, int]]:
    return transmembrane.read_segments(found["tm_segments"][row])


def overlap(segment: tuple[int, int], first: int, length: int) -> int:
    return min(segment[1], first + length - 1) - max(segment[0], first) + 1


# ---- from scores to a call -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_segments_lie_in_the_protein_behind_the_signal_peptide_and_apart(seed: int) -> None:
    # A threshold of 0 calls a helix everywhere; random scores put it anywhere.
    sequences = [TYPE_1, MULTI_PASS, HELIX * 4, SIGNAL + HELIX * 2, HELIX]
    ends = [20.0, np.nan, 30, 20, 3]
    found = called(made(tiny(seed)), *sequences, signal_end=ends)
    assert (found["tm_count"] > 0).sum() >= 4
    for row, (sequence, end) in enumerate(zip(sequences, ends, strict=True)):
        helices = segments(found, row)
        assert found["tm_count"][row] == len(helices)
        assert all(np.nan_to_num(end) < start < stop <= len(sequence) for start, stop in helices)
        assert all(stop < start for (_, stop), (start, _) in itertools.pairwise(helices))
        assert found["n_terminus"][row] in (transmembrane.SIDES if helices else ("",))


def test_several_nets_are_averaged_residue_by_residue() -> None:
    codes, signal = [residues.encode(TYPE_1)], np.array([20])
    alone = [transmembrane.scores(codes, signal, made(tiny(seed)))[1] for seed in (1, 2)]
    seen, together = transmembrane.scores(codes, signal, made(tiny(1), tiny(2)))
    np.testing.assert_allclose(together, np.mean(alone, axis=0), atol=1e-6)
    assert (together[seen.edge, 2:] == FORBIDDEN).all()
    assert (together[:, :2] > FORBIDDEN / 2).all()


def test_the_probability_rises_with_the_log_odds_and_is_zero_to_four_digits_without_a_candidate() -> None:
    model = transmembrane.Model([], made(tiny(1)).field, 0.5, -1.0, 0.5)
    chances = transmembrane.probability(np.array([-np.inf, -10, 0, 2, 1e9]), model)
    assert (np.diff(chances) > 0).all()
    assert chances[0].round(4) == 0
    assert chances[2] == pytest.approx(1 / (1 + np.exp(1)))  # the intercept of -1 alone
    assert chances[3] == 0.5  # slope x 2 and intercept cancel


def test_the_threshold_is_on_the_score() -> None:
    score = called(made(tiny(1)), TYPE_1)["tm_score"][0]
    assert 0 < score < 1
    for threshold, some in ((score - 1e-3, True), (score + 1e-3, False)):
        found = called(made(tiny(1), threshold=threshold), TYPE_1)
        assert (found["tm_count"][0] > 0) == some
        assert (found["n_terminus"][0] != "") == some


@pytest.mark.parametrize("sequence", ["", SOLUBLE, "M", "X" * 60, "I" * 14])
def test_a_protein_alone_without_room_for_a_helix_has_none_and_an_empty_one_no_call(sequence: str) -> None:
    found = called(made(tiny(1), threshold=0.5), sequence).iloc[0]
    assert found["tm_segments"] == found["n_terminus"] == ""
    if sequence:
        assert found["tm_count"] == 0
        assert found["tm_score"] < 1e-6
    else:
        assert np.isnan(found["tm_count"])
        assert np.isnan(found["tm_score"])


def test_a_protein_that_is_all_signal_peptide_has_no_helix() -> None:
    assert called(made(tiny(1)), HELIX, signal_end=[len(HELIX)])["tm_count"].tolist() == [0]


def test_no_protein_gives_an_empty_table() -> None:
    found = called(made(tiny(1)))
    assert found.columns.tolist() == ["tm_count", "tm_segments", "tm_score", "n_terminus"]
    assert len(found) == 0


def test_progress_rises_to_the_number_of_proteins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transmembrane, "_RESIDUES", 500)
    told: list[int] = []
    transmembrane.call([SOLUBLE] * 30 + [""], np.full(31, np.nan), made(tiny(1)), told.append)
    assert told == sorted(told)
    assert len(told) > 2
    assert told[-1] == 31


def test_the_size_of_a_batch_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    sequences = [TYPE_1, "", SOLUBLE, MULTI_PASS, HELIX, SOLUBLE, SOLUBLE, TYPE_2, ""]
    ends = [20.0, *[np.nan] * 8]
    whole = called(made(tiny(1)), *sequences, signal_end=ends)
    for size in (1, 100, 700):
        monkeypatch.setattr(transmembrane, "_RESIDUES", size)
        pd.testing.assert_frame_equal(called(made(tiny(1)), *sequences, signal_end=ends), whole, rtol=1e-4)


def test_segments_survive_writing_and_reading() -> None:
    text = transmembrane.write_segments([(1, 21), (40, 60)])
    assert text == "1-21;40-60"
    assert transmembrane.read_segments(text) == [(1, 21), (40, 60)]
    assert transmembrane.read_segments("") == []


# ---- the model's file ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", ["slope", "intercept", "threshold", "bonus", "net0"])
def test_a_model_that_lacks_a_part_is_refused_in_one_line(tmp_path: Path, lost: str) -> None:
    arrays = {f"net0.{name}": array for name, array in tiny(0).items()}
    arrays |= {name: np.array(0.5) for name in ("slope", "intercept", "threshold", "bonus")}
    path = tmp_path / "model.npz"
    np.savez(path, **{name: array for name, array in arrays.items() if name.split(".")[0] != lost})
    with pytest.raises(InputError, match=rf"model\.npz: not readable as a model .*{lost}.*restore the file"):
        transmembrane.read_model(path)


def test_a_model_of_several_nets_has_the_mean_of_their_fields(tmp_path: Path) -> None:
    arrays = {f"net{number}.{name}": array for number in (0, 1) for name, array in tiny(number).items()}
    path = tmp_path / "model.npz"
    np.savez(path, **arrays, slope=0.5, intercept=-1.0, threshold=0.75, bonus=2.5)
    model = transmembrane.read_model(path)
    assert (len(model.nets), model.slope, model.intercept, model.threshold) == (2, 0.5, -1.0, 0.75)
    assert model.field.bonus == 2.5
    np.testing.assert_allclose(model.field.duration, (tiny(0)["duration"] + tiny(1)["duration"]) / 2, atol=1e-7)


# ---- the shipped model on made proteins ------------------------------------------------------------------------------


def test_a_type_1_protein_has_one_helix_behind_its_domain_and_begins_outside(model, signal_model) -> None:
    signal = signal_peptide.call([TYPE_1], signal_model)
    assert signal["sp_end"].tolist() == [len(SIGNAL)]
    found = called(model, TYPE_1, signal_end=signal["sp_end"])
    assert found["tm_count"][0] == 1
    assert found["n_terminus"][0] == "outside"
    assert overlap(segments(found)[0], len(SIGNAL + DOMAIN) + 1, len(HELIX)) >= 15


def test_a_type_2_protein_has_one_helix_and_begins_inside(model, signal_model) -> None:
    assert signal_peptide.call([TYPE_2], signal_model)["signal_peptide"][0] == "no"
    found = called(model, TYPE_2)
    assert found["tm_count"][0] == 1
    assert found["n_terminus"][0] == "inside"
    assert overlap(segments(found)[0], 19, 21) >= 15  # behind the eighteen residues inside


def test_the_helices_of_a_multi_pass_protein_are_counted_and_lie_where_they_are(model) -> None:
    found = segments(called(model, MULTI_PASS))
    assert len(found) == 7
    for number, segment in enumerate(found):
        first = len(SOLUBLE) + number * len(HELIX + SPACER) + 1
        assert overlap(segment, first, len(HELIX)) >= 15


def test_a_soluble_protein_has_no_helix(model) -> None:
    assert called(model, SOLUBLE + SPACER)["tm_count"].tolist() == [0]
    assert called(model, SIGNAL + DOMAIN, signal_end=[20])["tm_count"].tolist() == [0]


def test_a_hydrophobic_start_is_no_helix_where_it_is_the_signal_peptide(model) -> None:
    for end in range(16, 24):
        found = segments(called(model, TYPE_1, signal_end=[end]))
        assert all(start > end for start, _ in found)


def test_case_and_rare_letters_do_not_change_a_call(model) -> None:
    plain = TYPE_1.replace("VTF", "CKNQL")
    rare = TYPE_1.replace("VTF", "UOBZJ")  # as residues.py reads them
    for other in (plain.lower(), rare):
        pd.testing.assert_frame_equal(called(model, plain), called(model, other))


def test_calls_do_not_depend_on_the_other_proteins(model) -> None:
    sequences = [TYPE_1, SOLUBLE, "", TYPE_2, "MK", MULTI_PASS]
    ends = [20, *[np.nan] * 5]
    together = called(model, *sequences, signal_end=ends)
    alone = pd.concat(
        [called(model, s, signal_end=[end]) for s, end in zip(sequences, ends, strict=True)], ignore_index=True
    )
    for table in (together, alone):
        table["tm_score"] = table["tm_score"].round(4)
    assert together.to_csv().encode() == alone.to_csv().encode()


def peak_memory() -> int:
    """Return the most memory that this process has held, in bytes (macOS counts in bytes, Linux in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


@pytest.mark.slow
def test_a_giant_protein_is_called_in_bounded_memory(model) -> None:
    # 35,000 residues, as titin, of which every one is a candidate.
    unit = HELIX + SPACER[:15]
    giant = unit * (35_000 // len(unit))
    before = peak_memory()
    found = called(model, giant)
    grown = peak_memory() - before
    assert found["tm_count"][0] > 100
    assert segments(found)[-1][1] <= len(giant)
    assert grown < 300e6  # bytes; an array of residues x residues would take 10e9


# ---- the shipped model on real proteins, which it saw ----------------------------------------------------------------


@pytest.fixture(scope="module")
def human(shared_data: Path) -> dict[str, str]:
    proteins = fasta.read(shared_data / "sequence" / "human_swissprot_2014.fasta.gz")
    return dict(zip(proteins["accession"], proteins["sequence"], strict=True))


# accession, helices, side of the N-terminus, first residue of the first helix by UniProt
@pytest.mark.parametrize(
    ("accession", "count", "side", "first"),
    [
        ("P01375", 1, "inside", 36),  # TNF, type II: helix 36-56, no signal peptide
        ("P08887", 1, "outside", 366),  # IL6R, type I: helix 366-386
        ("P08100", 7, "outside", 37),  # rhodopsin: helices from 37 on
    ],
)
def test_known_membrane_proteins_have_their_helices_and_sides(
    model, signal_model, human: dict[str, str], accession: str, count: int, side: str, first: int
) -> None:
    signal = signal_peptide.call([human[accession]], signal_model)
    assert (signal["signal_peptide"][0] == "yes") == (accession == "P08887")
    found = called(model, human[accession], signal_end=signal["sp_end"])
    assert found["tm_count"][0] == count
    assert found["n_terminus"][0] == side
    assert abs(segments(found)[0][0] - first) <= 10  # half of a helix: it is the same one


def matthews(truth: np.ndarray, found: np.ndarray) -> float:
    return float(np.corrcoef(truth, found)[0, 1])  # of two vectors of 0 and 1 it is Pearson's


@pytest.mark.slow
def test_the_shipped_model_tells_the_structures_it_was_trained_on(model, signal_model, shared_data: Path) -> None:
    folder = shared_data / "sequence"
    with gzip.open(folder / "transmembrane_tmbed" / "alpha.fasta.gz", "rt") as handle:
        membrane = handle.read().split("\n")[1::3]
    # Signal peptides and none: all soluble or nearly so, a quarter of each for the time it takes.
    proteins = fasta.read(folder / "human_swissprot_2014.fasta.gz").set_index("accession")["sequence"]
    notes = pd.read_csv(folder / "uniprot_annotation" / "derived_human_annotation.tsv.gz", sep="\t", dtype=str)
    notes = notes[notes["accession"].isin(proteins.index) & notes["tm_evidence"].isna()]
    notes = notes[(notes["Membrane"] == "False") & (notes["hpa18_predicted_membrane"] != "True")]
    soluble = proteins[notes["accession"]].tolist()[::4]
    sequences = membrane + soluble
    signal = signal_peptide.call(sequences, signal_model)
    found = called(model, *sequences, signal_end=signal["sp_end"])
    truth = np.arange(len(sequences)) < len(membrane)
    assert matthews(truth, found["tm_count"] > 0) >= 0.9
