"""Signal peptides: what the nets' probabilities become, odd input, and the shipped model on made and real proteins.

The shipped weights saw the real proteins in training: those tests guard the file and the code that runs it, and do not
measure accuracy (which is in docs/methods.md, on clusters left out).
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from myosieve import files
from myosieve.errors import InputError
from myosieve.sequence import residues, signal_peptide
from myosieve.sequence.signal_peptide import FIRST_SITE, LAST_SITE, LENGTH

SOLUBLE = "MSDEEKRKQNPEDSTKRGENDKQPESTRDNGEKQSDNPTEEKRQDSNGKPTEDRQKESNDTGKPEQRDSNETKGPDQERSN"
# A short positive start, a leucine core, and A-x-A before the cut: the textbook signal peptide (von Heijne 1986).
SIGNAL = "MKRTLLLLLLLLLLLAPASA"
MATURE = SOLUBLE[1:]
# A long polar start and a core of twenty-one residues without a place to cut, positive on either side: a signal anchor.
ANCHOR = "MGKKQNSRRRSSKLWRRKLLLVLLLALLLVIVALLIVLLRKYWNNQ" + MATURE
LETTERS = "ACDEFGHIKLMNPQRSTVWYUBZXJO*-acdefghiklmnpqrstvwyx"


@pytest.fixture(scope="module")
def model() -> signal_peptide.Model:
    return signal_peptide.read_model(files.shipped("models/signal_peptide.npz"))


def tiny(seed: int, channels: int = 4) -> dict[str, np.ndarray]:
    """Return random weights of a net of few channels."""
    draw = np.random.default_rng(seed)
    c = channels
    shapes = {
        "embed.codes": (7, 22, c), "embed.features": (7, 0, c), "embed.bias": (c,), "place": (LENGTH, c),
        "block0.kernel": (5, c, c), "block0.bias": (c,), "block1.kernel": (5, c, c), "block1.bias": (c,),
        "forward.input": (c, 4 * c), "forward.state": (c, 4 * c), "forward.bias": (4 * c,),
        "backward.input": (c, 4 * c), "backward.state": (c, 4 * c), "backward.bias": (4 * c,),
        "site.kernel": (3, 2 * c), "site.bias": (1,), "attention.kernel": (2 * c,), "attention.bias": (1,),
        "hidden.kernel": (4 * c, 8), "hidden.bias": (8,), "other.kernel": (8, 2), "other.bias": (2,),
    }  # fmt: skip
    return {name: draw.normal(0, 0.7, shape).astype(np.float32) for name, shape in shapes.items()}


def made(*nets: dict[str, np.ndarray], threshold: float = 0.5, polar: float = 0.01) -> signal_peptide.Model:
    return signal_peptide.Model(list(nets), 1.0, 0.0, threshold, polar)


def called(model: signal_peptide.Model, *sequences: str) -> pd.DataFrame:
    return signal_peptide.call(list(sequences), model)


def random_sequences(seed: int, count: int, longest: int = 200) -> list[str]:
    draw = np.random.default_rng(seed)
    return ["".join(draw.choice([*LETTERS], draw.integers(0, longest))) for _ in range(count)]


# ---- one decision ----------------------------------------------------------------------------------------------------


def test_the_probabilities_of_all_outcomes_add_up_to_one() -> None:
    codes = residues.n_termini(["", "M", SIGNAL, SIGNAL + MATURE, *random_sequences(1, 20)], LENGTH)
    chances = signal_peptide.probabilities(codes, [tiny(1), tiny(2)])
    assert chances.shape == (24, 2 + LAST_SITE - FIRST_SITE + 1)  # none, anchor, and every place to cut
    assert (chances >= 0).all()
    np.testing.assert_allclose(chances.sum(axis=1), 1, atol=1e-5)


def test_several_nets_are_averaged() -> None:
    codes = residues.n_termini([SIGNAL + MATURE, SOLUBLE], LENGTH)
    alone = [signal_peptide.probabilities(codes, [tiny(seed)]) for seed in (1, 2, 3)]
    together = signal_peptide.probabilities(codes, [tiny(seed) for seed in (1, 2, 3)])
    np.testing.assert_allclose(together, np.mean(alone, axis=0), atol=1e-6)


def test_where_the_first_net_sees_no_chance_of_a_signal_the_others_are_not_asked() -> None:
    codes = residues.n_termini([SIGNAL + MATURE, SOLUBLE], LENGTH)
    sure = tiny(1)
    sure["other.bias"] = np.array([30.0, 0.0], dtype=np.float32)  # none
    alone = signal_peptide.probabilities(codes, [sure])
    assert (alone[:, 2:].sum(axis=1) < 0.05).all()
    np.testing.assert_array_equal(signal_peptide.probabilities(codes, [sure, tiny(2)]), alone)
    assert (signal_peptide.probabilities(codes, [tiny(2), sure]) != alone).any()


def test_a_cut_at_or_behind_the_end_of_the_sequence_has_no_chance() -> None:
    for length in range(FIRST_SITE + 1, LENGTH):
        codes = residues.n_termini([(SIGNAL * 4)[:length]], LENGTH)
        chances = signal_peptide.probabilities(codes, [tiny(1)])[0]
        # Column 2 is a cut behind residue FIRST_SITE; one behind residue `length` would leave nothing.
        assert chances[2 + max(length - FIRST_SITE, 0) :].sum() < 1e-6


def test_a_cut_behind_the_end_is_never_called_even_if_everything_is_a_signal_peptide() -> None:
    sequences = [(SIGNAL * 4)[:length] for length in range(30, 80)]
    found = called(made(tiny(1), threshold=0.0), *sequences)
    assert (found["signal_peptide"] == "yes").all()
    assert (found["sp_end"] >= FIRST_SITE).all()
    assert (found["sp_end"].to_numpy() < [len(sequence) for sequence in sequences]).all()


def test_what_stands_behind_the_residues_looked_at_does_not_matter() -> None:
    model = made(tiny(1))
    start = (SIGNAL + MATURE)[:LENGTH]
    assert len(start) == LENGTH
    pd.testing.assert_frame_equal(called(model, start), called(model, start + "W" * 50))


def test_the_score_is_the_calibrated_sum_over_the_sites_and_the_end_the_most_likely_one() -> None:
    nets = [tiny(3), tiny(4)]
    model = signal_peptide.Model(nets, 2.0, -0.5, 0.0, 0.01)
    chances = signal_peptide.probabilities(residues.n_termini([SIGNAL + MATURE], LENGTH), nets)[0, 2:]
    total = chances.sum()
    result = called(model, SIGNAL + MATURE).iloc[0]
    # Platt's curve on the log odds: odds^2 e^-0.5 with the slope and intercept above.
    odds = (total / (1 - total)) ** 2 * np.exp(-0.5)
    assert result["sp_score"] == pytest.approx(odds / (1 + odds), rel=1e-4)
    assert result["sp_end"] == FIRST_SITE + chances.argmax()


def test_the_curve_rises_and_stays_between_zero_and_one() -> None:
    chances = signal_peptide.calibrated(np.array([0, 1e-9, 0.1, 0.5, 0.9, 1]), 1.3, 0.2)
    assert (np.diff(chances) >= 0).all()
    assert chances[0] > 0
    assert chances[-1] < 1
    assert signal_peptide.calibrated(np.array([0.3]), 1.0, 0.0)[0] == pytest.approx(0.3)


def test_the_threshold_is_on_the_score() -> None:
    score = called(made(tiny(1)), SIGNAL + MATURE)["sp_score"][0]
    for threshold, answer in ((score - 1e-3, "yes"), (score + 1e-3, "no")):
        assert called(made(tiny(1), threshold=threshold), SIGNAL + MATURE)["signal_peptide"][0] == answer


# ---- starts that are not shown to the nets ---------------------------------------------------------------------------


def test_a_start_without_a_hydrophobic_stretch_gets_the_stated_score() -> None:
    assert called(made(tiny(1), polar=0.0375), SOLUBLE)["sp_score"][0] == 0.0375


@pytest.mark.parametrize(("stretch", "shown"), [("AAG" * 3 + "AA", True), ("AAG" * 3 + "AG", False)])
def test_eleven_residues_decide_whether_a_start_is_shown(stretch: str, shown: bool) -> None:
    # In hundredths of a kcal/mol, by Hessa et al. 2005: 8 x 11 + 3 x 74 = 310 < 330, and 7 x 11 + 4 x 74 = 373; aspartate
    # (349) stands around.
    codes = residues.n_termini(["M" + "D" * 20 + stretch + "D" * 60], LENGTH)
    assert signal_peptide.hydrophobic(codes).tolist() == [shown]


def test_a_stretch_behind_the_last_place_to_cut_is_not_looked_for() -> None:
    polar = "M" + "D" * (LAST_SITE - 1)
    assert signal_peptide.hydrophobic(residues.n_termini([polar + "L" * 10], LENGTH)).tolist() == [False]
    assert signal_peptide.hydrophobic(residues.n_termini([polar[:-9] + "L" * 10], LENGTH)).tolist() == [True]


# ---- unknown ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sequence", ["", "M", SIGNAL, (SIGNAL + MATURE)[:29], "X" * 200, "M" + "*" * 50, "-" * 40])
def test_a_sequence_too_short_or_unreadable_is_unknown_and_has_no_score(sequence: str) -> None:
    result = called(made(tiny(1), threshold=0.0), sequence).iloc[0]
    assert result["signal_peptide"] == "unknown"
    assert np.isnan(result["sp_score"])
    assert np.isnan(result["sp_end"])


def test_ten_unknown_residues_of_the_first_thirty_are_readable_and_eleven_are_not() -> None:
    start = SIGNAL + MATURE
    for count, answer in ((10, "yes"), (11, "unknown")):
        sequence = start[: 30 - count] + "X" * count + start[30:]
        assert called(made(tiny(1), threshold=0.0), sequence)["signal_peptide"][0] == answer


def test_thirty_residues_are_enough() -> None:
    assert called(made(tiny(1), threshold=0.0), (SIGNAL + MATURE)[:30])["signal_peptide"][0] == "yes"


def test_a_sequence_without_its_start_is_unknown_rather_than_no_but_may_be_yes() -> None:
    # As the mature chains of the UPS standard: the signal peptide was cut off before the sequence was written.
    assert called(made(tiny(1), threshold=1.1), MATURE, SOLUBLE)["signal_peptide"].tolist() == ["unknown", "no"]
    assert called(made(tiny(1), threshold=0.0), SIGNAL[1:] + MATURE)["signal_peptide"][0] == "yes"


def test_the_score_of_an_unknown_that_lacks_its_start_is_told() -> None:
    assert called(made(tiny(1), threshold=1.1), MATURE)["sp_score"].notna().all()


# ---- odd input -------------------------------------------------------------------------------------------------------


def test_any_letters_get_a_score_between_zero_and_one_or_none(model) -> None:
    for one in (model, made(tiny(5))):
        found = called(one, *random_sequences(2, 300))
        score = found["sp_score"].dropna()
        assert len(score) > 100
        assert score.between(0, 1).all()
        assert (found["sp_end"].notna() == (found["signal_peptide"] == "yes")).all()
        assert found["sp_end"].dropna().between(FIRST_SITE, LAST_SITE).all()
        assert set(found["signal_peptide"]) <= {"yes", "no", "unknown"}


def test_case_and_rare_letters_do_not_change_a_call(model) -> None:
    plain = SIGNAL[:10] + "CKNQL" + SIGNAL[10:] + MATURE
    # residues.py: selenocysteine reads as C, pyrrolysine as K, B as N, Z as Q and J as L.
    rare = SIGNAL[:10] + "UOBZJ" + SIGNAL[10:] + MATURE
    for other in (plain.lower(), rare, rare.lower()):
        pd.testing.assert_frame_equal(called(model, plain), called(model, other))


def test_no_protein_gives_an_empty_table() -> None:
    found = called(made(tiny(1)))
    assert len(found) == 0
    assert found.columns.tolist() == ["signal_peptide", "sp_end", "sp_score"]


def test_a_protein_of_35000_residues_is_called_by_its_start(model) -> None:
    # The length of titin.
    giant = SIGNAL + SOLUBLE * 437
    pd.testing.assert_frame_equal(called(model, giant), called(model, giant[:200]))


def test_calls_do_not_depend_on_the_other_proteins(model) -> None:
    sequences = [SIGNAL + MATURE, SOLUBLE, ANCHOR, "MK", "", SIGNAL[:12] + MATURE]
    others = random_sequences(3, 600, longest=120)  # more than a batch
    together = called(model, *others[:300], *sequences, *others[300:]).iloc[300:306].reset_index(drop=True)
    alone = pd.concat([called(model, sequence) for sequence in sequences], ignore_index=True)
    together["sp_score"], alone["sp_score"] = together["sp_score"].round(4), alone["sp_score"].round(4)
    assert together.to_csv().encode() == alone.to_csv().encode()


def test_progress_rises_to_the_number_of_proteins() -> None:
    told: list[int] = []
    signal_peptide.call([SIGNAL + MATURE] * 600 + [SOLUBLE] * 5, made(tiny(1)), told.append)
    assert told == sorted(told)
    assert told[-1] == 605


# ---- the model's file ------------------------------------------------------------------------------------------------


def written(path: Path, **arrays: object) -> Path:
    np.savez(path, **arrays)
    return path


def test_a_model_is_read_with_all_its_nets(tmp_path: Path) -> None:
    nets = {f"net{number}.{name}": array for number in range(3) for name, array in tiny(number).items()}
    numbers = {"slope": 0.75, "intercept": -0.5, "threshold": 0.25, "polar": 0.125}
    model = signal_peptide.read_model(written(tmp_path / "model.npz", **nets, **numbers))
    assert (model.slope, model.intercept, model.threshold, model.polar) == (0.75, -0.5, 0.25, 0.125)
    assert [sorted(net) for net in model.nets] == [sorted(tiny(0))] * 3
    np.testing.assert_array_equal(model.nets[2]["place"], tiny(2)["place"])


@pytest.mark.parametrize("lost", ["slope", "intercept", "threshold", "polar", "net0"])
def test_a_model_that_lacks_a_part_is_refused_in_one_line(tmp_path: Path, lost: str) -> None:
    arrays = {f"net0.{name}": array for name, array in tiny(0).items()}
    arrays |= {name: np.array(0.5) for name in ("slope", "intercept", "threshold", "polar")}
    path = written(tmp_path / "model.npz", **{name: a for name, a in arrays.items() if name.split(".")[0] != lost})
    with pytest.raises(InputError, match=rf"model\.npz: not readable as a model .*{lost}.*restore the file"):
        signal_peptide.read_model(path)


# ---- the shipped model on made proteins ------------------------------------------------------------------------------


def test_a_textbook_signal_peptide_is_cut_behind_its_alanines(model) -> None:
    result = called(model, SIGNAL + MATURE).iloc[0]
    assert result["signal_peptide"] == "yes"
    assert result["sp_end"] == len(SIGNAL)
    assert result["sp_score"] > 0.9


def test_the_signal_peptide_of_albumin_is_found(model) -> None:
    # UniProt P02769, bovine albumin: signal peptide 1-18, then the propeptide RGVFRR.
    result = called(model, "MKWVTFISLLLLFSSAYSRGVFRRDTHKSEIAHRFKDLGEEHFKGLVLIAFSQYLQQCPFDEHVK").iloc[0]
    assert (result["signal_peptide"], result["sp_end"]) == ("yes", 18)


def test_a_soluble_protein_has_no_signal_peptide_and_no_end(model) -> None:
    result = called(model, SOLUBLE).iloc[0]
    assert result["signal_peptide"] == "no"
    assert np.isnan(result["sp_end"])
    assert result["sp_score"] < 0.1


def test_charges_in_the_core_abolish_the_signal(model) -> None:
    broken = SIGNAL.replace("LLLLLLLLLLL", "LDKLEKLDKLE")
    assert called(model, broken + MATURE)["signal_peptide"][0] == "no"


def test_a_signal_anchor_is_no_signal_peptide(model) -> None:
    assert signal_peptide.hydrophobic(residues.n_termini([ANCHOR], LENGTH)).all()  # so the nets have seen it
    assert called(model, ANCHOR)["signal_peptide"][0] == "no"


# ---- the shipped model on real proteins, which it saw ----------------------------------------------------------------


def matthews(truth: np.ndarray, found: np.ndarray) -> float:
    return float(np.corrcoef(truth, found)[0, 1])  # of two vectors of 0 and 1 it is Pearson's


@pytest.mark.slow
def test_the_shipped_model_tells_the_signal_peptides_it_was_trained_on(model, shared_data: Path) -> None:
    folder = shared_data / "sequence" / "signal_peptide_uniprot"
    positive = pd.read_csv(folder / "positives.tsv.gz", sep="\t")
    negative = pd.read_csv(folder / "negatives.tsv.gz", sep="\t")
    found = called(model, *positive["sequence"], *negative["sequence"])
    truth = np.arange(len(found)) < len(positive)
    assert matthews(truth, found["signal_peptide"] == "yes") >= 0.95
    exact = found["sp_end"].to_numpy()[: len(positive)] == positive["cleavage_after"].to_numpy()
    assert exact.mean() > 0.75
