"""The stages `evidence` and `annotate`: groups, isoforms, tools, knowledge; whole or not at all."""

import gzip
from pathlib import Path

import pandas as pd
import pytest
from tests.unit.evidence.uniprot.conftest import service  # noqa: F401

from myosieve import files, schema
from myosieve.cli import main
from myosieve.errors import InputError
from myosieve.evidence.step import Inputs, annotate, evidence
from myosieve.sequence.step import sequence
from myosieve.settings import stage_defaults

MATURE = "SDEEKRKQNPEDSTKRGENDKQPESTRDNGEKQSDNPTEEKRQDSNGKPTEDRQKESNDTGKPEQRDSNETKGPDQERSN"
SECRETED = "MKRTLLLLLLLLLLLAPASA" + MATURE  # cut behind residue 20
SOLUBLE = "M" + MATURE
ANCHORED = SECRETED + "A" + "I" * 19 + "A" + MATURE  # helix 101-121

SIGNALP = "# SignalP-6.0\tOrganism: Eukarya\tTimestamp: 1\n# ID\tPrediction\tOTHER\tSP(Sec/SPI)\tCS Position\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "knowledge").mkdir()
    known = [("human", "P4", "G4", "exp", "IDA"), ("human", "P1", "G1", "high_throughput", "HDA")]
    columns = ["organism", "accession", "gene", "evidence", "evidence_codes"]
    pd.DataFrame(known, columns=columns).to_csv(tmp_path / "knowledge/extracellular.tsv", sep="\t", index=False)
    return tmp_path


def fasta(folder: Path, **sequences: str) -> Path:
    path = folder / "proteins.fasta"
    records = (f">sp|{name.replace('_', '-')}|X OS=Homo sapiens GN=G{name}\n{s}\n" for name, s in sequences.items())
    path.write_text("".join(records))
    return path


def proteins(folder: Path, *groups: str) -> Path:
    """Write proteins.tsv; each group is given by its accessions, the leading one first."""
    empty = dict.fromkeys(schema.PROTEINS.names, "")
    rows = [
        empty
        | {"protein_group": f"g{n}", "accession": accessions.split(";")[0], "accessions": accessions, "peptides": 2}
        for n, accessions in enumerate(groups)
    ]
    path = folder / "proteins.tsv"
    pd.DataFrame(rows).to_csv(path, sep="\t", index=False)
    return path


DEFAULT = stage_defaults("evidence")


def inputs(folder: Path, *given: Path, uniprot: Path | None = None, **tools: Path) -> Inputs:
    """Return sources: files by content, and files by the name of their tool."""
    return Inputs([*(("", path) for path in given), *tools.items()], uniprot, folder / "knowledge")


def run(
    folder: Path,
    groups: list[str],
    sequences: dict[str, str] | None = None,
    *given: Path,
    precedence: list[str] = (),
    uniprot: Path | None = None,
    **tools: Path,
):
    """Run `sequence` and `evidence`; return annotation by group, evidence and summary."""
    features = None
    if sequences is not None:
        features = folder / "features.tsv"
        sequence([fasta(folder, **sequences)], features)
    out, rows = folder / "annotation.tsv", folder / "evidence.tsv"
    settings = {"evidence": {"precedence": list(precedence)}}
    known = inputs(folder, *given, uniprot=uniprot, **tools)
    summary = evidence(proteins(folder, *groups), features, known, settings, out, rows)
    annotation = files.read_table(out, schema.ANNOTATION).set_index("protein_group")
    return annotation, files.read_table(rows, schema.EVIDENCE), summary


def signalp(folder: Path, **calls: int) -> Path:
    """Write a SignalP 6 file: end of the signal peptide by accession, 0 = none."""
    path = folder / "prediction_results.txt"
    rows = [
        f"{name.replace('_', '-')}\tSP\t0.01\t0.99\tCS pos: {end}-{end + 1}. Pr: 0.9\n"
        if end
        else f"{name}\tOTHER\t0.9\t0.1\t\n"
        for name, end in calls.items()
    ]
    path.write_text(SIGNALP + "".join(rows))
    return path


def test_every_group_gets_one_class_in_the_order_of_the_table(folder: Path) -> None:
    table, _, summary = run(folder, ["P3", "P1", "P2"], {"P1": SECRETED, "P2": SOLUBLE, "P3": ANCHORED})
    assert table.index.tolist() == ["g0", "g1", "g2"]
    assert table["secretion_class"].tolist() == ["shed", "classical", "intracellular"]
    assert table["sp_end"].tolist()[:2] == [20, 20]
    start, end = map(int, table["tm_segments"].tolist()[0].split("-"))
    assert abs(start - 101) <= 4  # as far as predictors of helices know their ends
    assert abs(end - 121) <= 4
    assert table["tm_count"].tolist() == [1, 0, 0]
    assert set(table["gpi"]) == {"no"}
    assert table["gene"].tolist() == ["GP3", "GP1", "GP2"]
    assert table["organism"].unique().tolist() == ["Homo sapiens"]
    assert summary.counts["class shed"] == 1


def test_a_group_without_sequence_and_tool_is_unknown_never_no(folder: Path) -> None:
    table, rows, _ = run(folder, ["P1", "ABSENT"], {"P1": SECRETED})
    absent = table.loc["g1"]
    assert absent[["signal_peptide", "er_motif", "secretion_class"]].tolist() == ["unknown"] * 3
    assert pd.isna(absent["tm_count"])
    assert pd.isna(absent["sp_source"])
    assert not (rows["protein_group"] == "g1").any()


def test_without_any_sequence_everything_is_unknown_and_that_is_said(folder: Path) -> None:
    table, _, summary = run(folder, ["P1", "P4"])
    assert table["signal_peptide"].tolist() == ["unknown", "unknown"]
    # P4 is known to be extracellular by the knowledge table, whatever its sequence.
    assert table["secretion_class"].tolist() == ["unknown", "annotated"]
    assert "unknown" in summary.warnings[0]


def test_only_experimental_and_curated_annotation_makes_a_protein_known(folder: Path) -> None:
    table, rows, _ = run(folder, ["P1", "P4"], {"P1": SOLUBLE, "P4": SOLUBLE})
    assert table["secretion_class"].tolist() == ["intracellular", "annotated"]
    outside = rows[rows["feature"] == "extracellular"]
    assert outside[["accession", "evidence_code"]].to_numpy().tolist() == [["P1", "HDA"], ["P4", "IDA"]]


def test_the_canonical_sequence_stands_in_for_an_isoform_that_the_fasta_lacks(folder: Path) -> None:
    table, _, _ = run(folder, ["P1-2"], {"P1": SECRETED})
    assert table.loc["g0", "accession"] == "P1-2"
    assert table.loc["g0", "secretion_class"] == "classical"
    assert "by P1, as P1-2 has none of its own" in table.loc["g0", "secretion_reason"]


def test_the_isoform_itself_is_used_where_the_fasta_has_it(folder: Path) -> None:
    table, _, _ = run(folder, ["P1-2"], {"P1": SECRETED, "P1_2": SOLUBLE})
    assert table.loc["g0", "secretion_class"] == "intracellular"
    assert "has none of its own" not in table.loc["g0", "secretion_reason"]


def test_the_next_member_speaks_for_a_leading_accession_without_sequence(folder: Path) -> None:
    table, _, _ = run(folder, ["ABSENT;P2;P1"], {"P1": SECRETED, "P2": SOLUBLE})
    assert table.loc["g0", "secretion_class"] == "intracellular"
    assert "by P2, as ABSENT" in table.loc["g0", "secretion_reason"]


def test_a_member_with_a_sequence_speaks_before_one_with_a_tool_result_only(folder: Path) -> None:
    table, _, _ = run(folder, ["P2;P1"], {"P1": SECRETED}, signalp6=signalp(folder, P2=0))
    assert table.loc["g0", "secretion_class"] == "classical"


def test_the_gene_of_the_table_stands_and_that_of_the_fasta_fills_gaps(folder: Path) -> None:
    path = proteins(folder, "P1", "P2")
    listed = pd.read_csv(path, sep="\t", keep_default_na=False)
    listed.assign(gene=["MINE", ""]).to_csv(path, sep="\t", index=False)
    features = folder / "features.tsv"
    sequence([fasta(folder, P1=SECRETED, P2=SOLUBLE)], features)
    evidence(path, features, inputs(folder), DEFAULT, folder / "annotation.tsv", folder / "evidence.tsv")
    assert files.read_table(folder / "annotation.tsv", schema.ANNOTATION)["gene"].tolist() == ["MINE", "GP2"]


def test_members_that_would_get_another_class_are_named(folder: Path) -> None:
    table, _, _ = run(folder, ["P1;P2;P3"], {"P1": SECRETED, "P2": SECRETED, "P3": SOLUBLE})
    assert table.loc["g0", "conflicts"] == "P3 of the same group: intracellular"


def test_a_standard_and_a_contaminant_find_the_sequence_of_their_protein(folder: Path) -> None:
    table, _, _ = run(folder, ["P1ups", "CON__P1"], {"P1": SECRETED})
    assert table["secretion_class"].tolist() == ["classical", "classical"]


def test_a_tool_outranks_the_embedded_call_which_is_named_as_a_conflict(folder: Path) -> None:
    table, rows, summary = run(folder, ["P1"], {"P1": SECRETED}, signalp6=signalp(folder, P1=0))
    first = table.loc["g0"]
    # What the embedded predictor took for a signal peptide is a helix again where SignalP denies it.
    assert first[["signal_peptide", "sp_source", "secretion_class"]].tolist() == ["no", "signalp6", "membrane"]
    assert first["sp_score"] == 0.1
    assert first["conflicts"] == "signal peptide: embedded predictor says yes"
    sources = rows.loc[rows["feature"] == "signal_peptide", ["source", "call"]].to_numpy().tolist()
    assert sources == [["signalp6", "no"], ["embedded", "yes"]]
    assert any("SignalP 6" in text for text in summary.methods)


def test_deeptmhmm_outranks_tmhmm_which_outranks_the_scan(folder: Path) -> None:
    short = folder / "tmhmm.txt"
    short.write_text("P2\tlen=81\tExpAA=20\tFirst60=0\tPredHel=1\tTopology=i50-70o\n")
    topology = folder / "topologies.3line"
    topology.write_text(f">P2 | TM\n{SOLUBLE}\n{'I' * 30}{'M' * 20}{'O' * 31}\n")
    table, _, _ = run(folder, ["P2"], {"P2": SOLUBLE}, tmhmm=short)
    assert table.loc["g0", ["tm_segments", "tm_source"]].tolist() == ["50-70", "tmhmm"]
    assert table.loc["g0", "conflicts"] == "transmembrane helices: embedded predictor says none"
    table, _, summary = run(folder, ["P2"], {"P2": SOLUBLE}, tmhmm=short, deeptmhmm=topology)
    assert table.loc["g0", ["tm_segments", "tm_source"]].tolist() == ["31-50", "deeptmhmm"]
    assert "DeepTMHMM before TMHMM 2 before embedded predictor for helices" in summary.methods[0]


def test_no_tool_is_named_that_did_not_run(folder: Path) -> None:
    _, _, summary = run(folder, ["P1"], {"P1": SECRETED})
    assert not any(name in text for text in summary.methods for name in ("SignalP", "TMHMM", "signalp6", "tmhmm"))


def test_tools_alone_are_enough_for_a_class(folder: Path) -> None:
    topology = folder / "topologies.3line"
    topology.write_text(">sp|P1|X | SP+TM\nMKWLLMKWLLMK\nSSSOOOMMMMII\n")
    table, _, _ = run(folder, ["P1"], deeptmhmm=topology)
    first = table.loc["g0"]
    assert first[["signal_peptide", "tm_segments", "secretion_class"]].tolist() == ["yes", "7-10", "shed"]
    assert first["er_motif"] == "unknown"


def test_a_beta_barrel_is_a_membrane_protein(folder: Path) -> None:
    topology = folder / "topologies.3line"
    topology.write_text(">P2 | BETA\nMKWLLMKW\nPBBOOBBP\n")
    table, _, _ = run(folder, ["P2"], {"P2": SOLUBLE}, deeptmhmm=topology)
    assert table.loc["g0", "secretion_class"] == "membrane"


def test_a_tool_file_of_other_proteins_is_refused_with_one_name_of_each_side(folder: Path) -> None:
    with pytest.raises(InputError, match=r"'Q9'.*'P1'"):
        run(folder, ["P1"], {"P1": SECRETED}, signalp6=signalp(folder, Q9=20))
    assert not (folder / "annotation.tsv").exists()
    assert not (folder / "evidence.tsv").exists()


def test_a_tool_file_that_covers_few_groups_is_counted_and_warned_about(folder: Path) -> None:
    _, _, summary = run(folder, ["P1", "P2", "P3"], {"P1": SECRETED}, signalp6=signalp(folder, P1=20, Q9=0))
    assert summary.counts["signalp6 proteins in the file"] == 2
    assert summary.counts["signalp6 proteins of this study"] == 1
    assert summary.counts["protein groups with a signalp6 result"] == 1
    assert any("signalp6 has a result for 1 of 3" in text for text in summary.warnings)


def test_a_fasta_that_lacks_most_proteins_is_warned_about(folder: Path) -> None:
    _, _, summary = run(folder, ["P1", "ENSP1", "ENSP2"], {"P1": SECRETED})
    assert any("2 of 3 protein groups have no sequence" in text and "ENSP1" in text for text in summary.warnings)


@pytest.mark.parametrize("tool", ["signalp", "SignalP6"])
def test_an_unknown_tool_is_refused_with_the_known_ones(folder: Path, tool: str) -> None:
    with pytest.raises(InputError, match="known tools are signalp6, signalp5, signalp4, deeptmhmm"):
        run(folder, ["P1"], {"P1": SECRETED}, **{tool: signalp(folder, P1=20)})


def test_a_missing_tool_file_or_knowledge_is_refused(folder: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        run(folder, ["P1"], {"P1": SECRETED}, signalp6=folder / "absent")
    (folder / "knowledge/extracellular.tsv").unlink()
    with pytest.raises(InputError, match=r"extracellular\.tsv"):
        run(folder, ["P1"], {"P1": SECRETED})


def test_neither_table_is_written_when_the_second_cannot_be(folder: Path) -> None:
    features = folder / "features.tsv"
    sequence([fasta(folder, P1=SECRETED)], features)
    (folder / "evidence.tsv").mkdir()
    with pytest.raises(OSError, match="evidence"):
        evidence(
            proteins(folder, "P1"),
            features,
            inputs(folder),
            DEFAULT,
            folder / "annotation.tsv",
            folder / "evidence.tsv",
        )
    assert not (folder / "annotation.tsv").exists()


def test_annotate_gives_each_entry_its_own_class(folder: Path) -> None:
    path = fasta(folder, P1=SECRETED, P1_2=SOLUBLE, P3=ANCHORED)
    out = folder / "annotated.tsv"
    summary = annotate([path], inputs(folder, signalp(folder, P1=18, P1_2=0, P3=20)), DEFAULT, out)
    table = files.read_table(out, schema.ANNOTATED_FASTA)
    assert list(table.columns) == schema.ANNOTATED_FASTA.names
    assert table["accession"].tolist() == ["P1", "P1-2", "P3"]
    assert table["secretion_class"].tolist() == ["classical", "intracellular", "shed"]
    assert table["sp_end"].tolist()[0] == 18
    assert table["length"].tolist() == [100, 81, 201]
    assert len(summary.methods) == 2


def test_fndc5_cx3cl1_and_the_classical_myokines_are_not_lost(shared_data: Path, tmp_path: Path, root: Path) -> None:
    wanted = {
        "Q8NAU1": "shed",  # FNDC5
        "P78423": "shed",  # CX3CL1
        "P01375": "shed",  # TNF, type II
        "P09603": "shed",  # CSF1
        "P08887": "shed",  # IL6R
        "P05231": "classical",  # IL6
        "Q9ULZ1": "classical",  # APLN, whose signal peptide TMHMM takes for a helix
        "Q4G0M1": "classical",  # ERFE, the same
        "P10145": "classical",  # CXCL8, the same
        "P23560": "classical",  # BDNF
        "O14793": "classical",  # MSTN
        "P05019": "classical",  # IGF1, whose signal peptide weight matrices miss
        "P11021": "er_resident",  # HSPA5
        "P09038": "annotated",  # FGF2, leaderless
    }
    with gzip.open(shared_data / "sequence/human_swissprot_2014.fasta.gz", "rt") as handle:
        text = handle.read()
    records = [record for record in text.split("\n>") if record.split("|")[1] in wanted]
    path, out = tmp_path / "panel.fasta", tmp_path / "out.tsv"
    path.write_text("".join(f">{record}\n" for record in records))
    annotate([path], Inputs([], None, root / "resources/knowledge"), DEFAULT, out)
    table = files.read_table(out, schema.ANNOTATED_FASTA).set_index("accession")
    assert table["secretion_class"].to_dict() == wanted


# ---- files of all kinds ----------------------------------------------------------------------------------------------

UNIPROT_TABLE = (
    "Entry\tReviewed\tSignal peptide\tTransmembrane\n"
    'P1\treviewed\tSIGNAL 1..20; /evidence="ECO:0000269|PubMed:1"\t\n'
    "Q8\treviewed\t\t\n"
)


def written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_the_kind_of_a_file_is_told_from_its_content_whatever_its_name(folder: Path) -> None:
    own = written(folder / "a.csv", "protein,gpi\nP2,yes\n")
    entries = written(folder / "b.txt", UNIPROT_TABLE)
    _, rows, summary = run(folder, ["P1", "P2"], {"P1": SECRETED, "P2": SOLUBLE}, own, entries, signalp(folder, P1=20))
    assert {"user", "uniprot_experimental", "signalp6", "embedded"} <= set(rows["source"])
    assert summary.counts["uniprot proteins in the file"] == 2
    assert summary.counts["uniprot proteins of this study"] == 1
    assert summary.counts["user proteins of this study"] == 1
    for words in ("SignalP 6 (Teufel", "UniProtKB", "a table of the user's own"):
        assert words in summary.methods[0]


def test_what_uniprot_proves_goes_before_predictors_and_a_given_order_before_that(folder: Path) -> None:
    entries, predicted = written(folder / "b.txt", UNIPROT_TABLE), signalp(folder, P1=0)
    table, _, _ = run(folder, ["P1"], {"P1": SECRETED}, entries, predicted)
    assert table.loc["g0", ["signal_peptide", "sp_source"]].tolist() == ["yes", "uniprot_experimental"]
    table, _, _ = run(folder, ["P1"], {"P1": SECRETED}, entries, predicted, precedence=["signalp6", "embedded"])
    assert table.loc["g0", ["signal_peptide", "sp_source"]].tolist() == ["no", "signalp6"]
    with pytest.raises(InputError, match=r"evidence\.precedence: unknown source 'signalp'; did you mean 'signalp6'"):
        run(folder, ["P1"], {"P1": SECRETED}, predicted, precedence=["signalp"])


def test_a_snapshot_may_have_none_of_the_proteins_and_a_table_that_is_given_may_not(folder: Path) -> None:
    entries = written(folder / "b.txt", UNIPROT_TABLE)
    _, _, summary = run(folder, ["P2"], {"P2": SOLUBLE}, uniprot=entries)
    assert summary.counts["uniprot proteins of this study"] == 0
    with pytest.raises(InputError, match="no protein of the file is one of the study"):
        run(folder, ["P2"], {"P2": SOLUBLE}, entries)


def test_parts_of_one_run_are_one_result_and_empty_ones_are_passed_over(folder: Path) -> None:
    one, two, none = (written(folder / f"{n}.txt", text) for n, text in enumerate([
        SIGNALP + "P1\tSP\t0.01\t0.99\tCS pos: 20-21. Pr: 0.9\n", SIGNALP + "Q9\tOTHER\t0.9\t0.1\t\n", ""]))  # fmt: skip
    given = [("signalp6", one), ("signalp6", two), ("signalp6", none)]
    known = Inputs(given, None, folder / "knowledge")
    out = folder / "annotation.tsv"
    summary = evidence(proteins(folder, "P1"), None, known, DEFAULT, out, folder / "evidence.tsv")
    assert summary.counts["signalp6 proteins in the file"] == 2
    assert summary.counts["signalp6 proteins of this study"] == 1


def test_of_two_results_of_one_source_the_first_counts_and_that_is_said(folder: Path) -> None:
    first = written(folder / "first.txt", SIGNALP + "P1\tSP\t0.01\t0.99\tCS pos: 18-19. Pr: 0.9\n")
    table, rows, summary = run(folder, ["P1"], {"P1": SECRETED}, first, signalp(folder, P1=25))
    assert table.loc["g0", "sp_end"] == 18
    assert (rows["source"] == "signalp6").sum() == 1
    assert any("several files have results of signalp6 for the same 1 proteins (as P1)" in w for w in summary.warnings)


def test_an_isoform_in_a_table_of_uniprot_keeps_its_rows_to_itself(folder: Path) -> None:
    cells = "SIGNAL 1..20; SIGNAL P1-2:1..15"
    entries = written(folder / "b.txt", f"Entry\tReviewed\tSignal peptide\nP1\treviewed\t{cells}\n")
    _, rows, _ = run(folder, ["P1", "P1-2"], {"P1": SECRETED, "P1_2": SECRETED}, entries)
    told = rows[rows["source"].str.startswith("uniprot") & (rows["protein_group"] == "g0")]
    assert set(told["accession"]) == {"P1"}


def test_the_topology_of_a_group_covers_its_sequence(folder: Path) -> None:
    table, _, _ = run(folder, ["P3"], {"P3": ANCHORED})
    parts = [part.split(" ") for part in table.loc["g0", "topology"].split(";")]
    assert [name for name, _ in parts] == ["SP", "outside", "TM", "inside"]
    ends = [tuple(map(int, place.split("-"))) for _, place in parts]
    assert ends[0] == (1, 20)
    assert [start for start, _ in ends[1:]] == [end + 1 for _, end in ends[:-1]]
    assert ends[-1][1] == len(ANCHORED)


# ---- the command `uniprot` -------------------------------------------------------------------------------------------


def test_a_list_is_fetched_once_and_read_from_the_cache_then(service, tmp_path: Path) -> None:  # noqa: F811
    service.add("P00001", "P00002", ft_signal='SIGNAL 1..24; /evidence="ECO:0000269|PubMed:1"')
    (tmp_path / "list.txt").write_text("P00001\nP00002-2\n")
    told = ["--accessions", str(tmp_path / "list.txt"), "--cache", str(tmp_path / "cache.sqlite")]
    out = [tmp_path / "online.tsv", tmp_path / "cached.tsv"]
    record = tmp_path / "record.json"
    assert main(["uniprot", *told, "--mode", "online", "--url", service.address, "--out", str(out[0])]) == 0
    assert service.asked == [["P00001", "P00002"]]
    assert main(["uniprot", *told, "--out", str(out[1]), "--record", str(record)]) == 0
    assert len(service.asked) == 1
    assert out[0].read_bytes() == out[1].read_bytes()
    assert files.read_json(record)["counts"]["UniProt entries active"] == 2
    fasta, table = tmp_path / "a.fasta", tmp_path / "features.tsv"
    fasta.write_text(">sp|P00001|A_HUMAN A OS=Homo sapiens GN=A\nM" + "SDEKQNPT" * 12 + "\n")
    assert main(["annotate", "--fasta", str(fasta), "--uniprot", str(out[0]), "--out", str(table)]) == 0
    first = files.read_table(table).iloc[0]
    assert first[["signal_peptide", "sp_end", "sp_source"]].tolist() == ["yes", 24, "uniprot_experimental"]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (["--cache", "c.sqlite"], "no proteins are named; give --proteins, --accessions or --fasta"),
        (["--accessions", "absent.txt"], "no cache is named; give its path with --cache"),
        (["--accessions", "absent.txt", "--cache", "c.sqlite"], "absent.txt: not readable"),
    ],
)
def test_what_is_missing_is_named_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, told: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["uniprot", *told, "--out", "out.tsv"]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert not Path("out.tsv").exists()
