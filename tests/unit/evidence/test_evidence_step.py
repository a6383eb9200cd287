"""The stages `evidence` and `annotate`: groups, isoforms, tools, knowledge; whole or not at all."""

import gzip
from pathlib import Path

import pandas as pd
import pytest

from myosieve import files, schema
from myosieve.errors import InputError
from myosieve.evidence.step import annotate, evidence
from myosieve.sequence.step import sequence

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


def run(folder: Path, groups: list[str], sequences: dict[str, str] | None = None, **tools: Path):
    """Run `sequence` and `evidence`; return annotation by group, evidence and summary."""
    features = None
    if sequences is not None:
        features = folder / "features.tsv"
        sequence([fasta(folder, **sequences)], features)
    out, rows = folder / "annotation.tsv", folder / "evidence.tsv"
    summary = evidence(proteins(folder, *groups), features, tools, out, rows, folder / "knowledge")
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
    assert table["tm_segments"].tolist()[0] == "101-121"
    assert table["tm_count"].tolist() == [1, 0, 0]
    assert set(table["gpi"]) == {"unknown"}
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
    evidence(path, features, {}, folder / "annotation.tsv", folder / "evidence.tsv", folder / "knowledge")
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
    # What the matrix took for a signal peptide is a helix again where SignalP denies it.
    assert first[["signal_peptide", "sp_source", "secretion_class"]].tolist() == ["no", "signalp6", "membrane"]
    assert first["sp_score"] == 0.1
    assert first["conflicts"] == "signal peptide: embedded weight matrix says yes"
    sources = rows.loc[rows["feature"] == "signal_peptide", ["source", "call"]].to_numpy().tolist()
    assert sources == [["signalp6", "no"], ["embedded weight matrix", "yes"]]
    assert any("SignalP 6" in text for text in summary.methods)


def test_deeptmhmm_outranks_tmhmm_which_outranks_the_scan(folder: Path) -> None:
    short = folder / "tmhmm.txt"
    short.write_text("P2\tlen=81\tExpAA=20\tFirst60=0\tPredHel=1\tTopology=i50-70o\n")
    topology = folder / "topologies.3line"
    topology.write_text(f">P2 | TM\n{SOLUBLE}\n{'I' * 30}{'M' * 20}{'O' * 31}\n")
    table, _, _ = run(folder, ["P2"], {"P2": SOLUBLE}, tmhmm=short)
    assert table.loc["g0", ["tm_segments", "tm_source"]].tolist() == ["50-70", "tmhmm"]
    assert table.loc["g0", "conflicts"] == "transmembrane helices: embedded hydropathy scan says none"
    table, _, summary = run(folder, ["P2"], {"P2": SOLUBLE}, tmhmm=short, deeptmhmm=topology)
    assert table.loc["g0", ["tm_segments", "tm_source"]].tolist() == ["31-50", "deeptmhmm"]
    assert "deeptmhmm before tmhmm before embedded hydropathy scan for helices" in summary.methods[0]


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


@pytest.mark.parametrize("tool", ["phobius", "SignalP6"])
def test_an_unknown_tool_is_refused_with_the_known_ones(folder: Path, tool: str) -> None:
    with pytest.raises(InputError, match="known tools are signalp6, deeptmhmm, tmhmm"):
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
            {},
            folder / "annotation.tsv",
            folder / "evidence.tsv",
            folder / "knowledge",
        )
    assert not (folder / "annotation.tsv").exists()


def test_annotate_gives_each_entry_its_own_class(folder: Path) -> None:
    path = fasta(folder, P1=SECRETED, P1_2=SOLUBLE, P3=ANCHORED)
    out = folder / "annotated.tsv"
    summary = annotate([path], {"signalp6": signalp(folder, P1=18, P1_2=0, P3=20)}, out, folder / "knowledge")
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
        "P05019": "annotated",  # IGF1, whose signal peptide the matrix misses
        "P11021": "er_resident",  # HSPA5
        "P09038": "annotated",  # FGF2, leaderless
    }
    with gzip.open(shared_data / "sequence/human_swissprot_2014.fasta.gz", "rt") as handle:
        text = handle.read()
    records = [record for record in text.split("\n>") if record.split("|")[1] in wanted]
    path, out = tmp_path / "panel.fasta", tmp_path / "out.tsv"
    path.write_text("".join(f">{record}\n" for record in records))
    annotate([path], {}, out, root / "resources/knowledge")
    table = files.read_table(out, schema.ANNOTATED_FASTA).set_index("accession")
    assert table["secretion_class"].to_dict() == wanted
