"""Result files of predictors: the real examples, every variant known to occur, and files of other tools."""

from pathlib import Path

import pandas as pd
import pytest

from myosieve import schema
from myosieve.errors import InputError
from myosieve.evidence import tools

SIGNALP_TWO = (
    "# SignalP-6.0\tOrganism: Eukarya\tTimestamp: 20250604093022\n"
    "# ID\tPrediction\tOTHER\tSP(Sec/SPI)\tCS Position\n"
    "sp|P05231|IL6_HUMAN Interleukin-6 OS=Homo sapiens\tSP\t0.000213\t0.999193\tCS pos: 29-30. Pr: 0.9661\n"
    "P04406\tOTHER\t1.000034\t0.000000\t\n"
    "P09038\tOTHER\t0.99\t0.01\n"
)


def parsed(tool: str, text: str) -> pd.DataFrame:
    return tools.parse(tool, text, "file")


def shown(table: pd.DataFrame, *columns: str) -> list[tuple]:
    """Return rows as tuples, missing as None."""
    frame = table[list(columns)].astype(object)
    return [tuple(row) for row in frame.where(table[list(columns)].notna(), None).to_numpy().tolist()]


def test_rows_are_those_of_the_evidence_table_without_the_group() -> None:
    assert ["protein_group", *parsed("signalp6", SIGNALP_TWO).columns] == schema.EVIDENCE.names


# ---- SignalP 6 -------------------------------------------------------------------------------------------------------


def test_signalp_calls_sites_scores_and_version_are_read() -> None:
    table = parsed("signalp6", SIGNALP_TWO)
    assert shown(table, "accession", "call", "start", "end", "score") == [
        ("sp|P05231|IL6_HUMAN Interleukin-6 OS=Homo sapiens", "yes", 1, 29, 0.999193),
        ("P04406", "no", None, None, 0.0),
        ("P09038", "no", None, None, 0.01),
    ]
    assert set(table["version"]) == {"6.0"}
    assert set(table["feature"]) == {"signal_peptide"}


def test_six_type_columns_in_another_order_give_the_same_calls() -> None:
    six = (
        "# SignalP-6.0\tOrganism: Other\tTimestamp: 1\n"
        "# ID\tPrediction\tLIPO(Sec/SPII)\tOTHER\tTAT(Tat/SPI)\tSP(Sec/SPI)\tTATLIPO(Tat/SPII)\tPILIN(Sec/SPIII)\tCS Position\n"
        "A\tSP\t0.1\t0.0\t0.0\t0.9\t0.0\t0.0\tCS pos: 29-30. Pr: 0.9\n"
        "B\tOTHER\t0.02\t0.95\t0.0\t0.03\t0.0\t0.0\t\n"
    )
    assert shown(parsed("signalp6", six), "call", "end", "score") == [("yes", 29, 0.9), ("no", None, 0.03)]


def test_the_early_no_sp_and_probabilities_above_one_are_understood() -> None:
    early = SIGNALP_TWO.replace("\tOTHER\t1.000034", "\tNO_SP\t1.000034").replace("0.999193", "1.000034")
    table = parsed("signalp6", early)
    assert table["call"].tolist() == ["yes", "no", "no"]
    assert table["score"].tolist() == [1.0, 0.0, 0.01]


def test_a_signal_peptide_without_a_site_keeps_its_call_and_has_no_end() -> None:
    table = parsed("signalp6", SIGNALP_TWO.replace("CS pos: 29-30. Pr: 0.9661", ""))
    assert shown(table.head(1), "call", "start", "end") == [("yes", 1, None)]


def test_windows_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    windows = "\ufeff" + SIGNALP_TWO.replace("\n", "\r\n")
    pd.testing.assert_frame_equal(parsed("signalp6", windows), parsed("signalp6", SIGNALP_TWO))


def test_the_real_signalp_file_reads_whole(shared_data: Path) -> None:
    text = (shared_data / "predictors/signalp6/prediction_results.txt").read_text()
    table = parsed("signalp6", text)
    # Nine SP and three OTHER rows (counted in the file with cut and uniq).
    assert table["call"].value_counts().to_dict() == {"yes": 9, "no": 3}
    assert shown(table.head(1), "accession", "end", "score") == [("Clivia miniata DN2701_c1_g1_i2", 23, 0.999193)]


# ---- DeepTMHMM -------------------------------------------------------------------------------------------------------


def test_every_deeptmhmm_type_gives_its_calls() -> None:
    table = parsed(
        "deeptmhmm",
        ">A first | GLOB\nMKWLL\nIIIII\n"
        ">B | SP\nMKWLL\nSSOOO\n"
        ">C | TM\nMKWLLMKWLL\nIMMOOOMMII\n"
        ">D | SP+TM\nMKWLLMKWLL\nSSSOOMMMII\n"
        ">E | BETA\nMKWLLMKWLL\nPBBOOBBPPP\n",
    )
    assert shown(table, "accession", "feature", "call", "start", "end") == [
        ("A first", "signal_peptide", "no", None, None),
        ("A first", "tm_helix", "no", None, None),
        ("B", "signal_peptide", "yes", 1, 2),
        ("B", "tm_helix", "no", None, None),
        ("C", "signal_peptide", "no", None, None),
        ("C", "tm_helix", "yes", 2, 3),
        ("C", "tm_helix", "yes", 7, 8),
        ("D", "signal_peptide", "yes", 1, 3),
        ("D", "tm_helix", "yes", 6, 8),
        ("E", "signal_peptide", "no", None, None),
        ("E", "tm_helix", "no", None, None),
        ("E", "topology", "yes", 2, 7),
    ]


def test_a_header_with_bars_keeps_all_but_the_type() -> None:
    table = parsed("deeptmhmm", ">sp|P05231|IL6_HUMAN Interleukin-6 | SP\r\nMKW\r\nSOO\r\n")
    assert table["accession"].unique().tolist() == ["sp|P05231|IL6_HUMAN Interleukin-6"]


def test_the_real_deeptmhmm_file_reads_whole(shared_data: Path) -> None:
    table = parsed("deeptmhmm", (shared_data / "predictors/deeptmhmm/predicted_topologies.3line").read_text())
    # VAMP5: helix 71-91, as in the TMRs.gff3 of the same run.
    assert shown(table, "accession", "feature", "call", "start", "end") == [
        ("O95183", "signal_peptide", "no", None, None),
        ("O95183", "tm_helix", "yes", 71, 91),
    ]


# ---- TMHMM -----------------------------------------------------------------------------------------------------------


def test_tmhmm_topologies_are_read_and_none_is_no() -> None:
    table = parsed(
        "tmhmm",
        "sp|P1|A_HUMAN\tlen=293\tExpAA=45.77\tFirst60=20.51\tPredHel=2\tTopology=i12-34o50-72i\r\n"
        "P2\tlen=100\tExpAA=0.01\tFirst60=0\tPredHel=0\tTopology=o\r\n",
    )
    assert shown(table, "accession", "call", "start", "end", "score") == [
        ("sp|P1|A_HUMAN", "yes", 12, 34, 45.77),
        ("sp|P1|A_HUMAN", "yes", 50, 72, 45.77),
        ("P2", "no", None, None, 0.01),
    ]


def test_the_real_tmhmm_file_reads_whole(shared_data: Path) -> None:
    table = parsed("tmhmm", (shared_data / "predictors/tmhmm2/tmhmm_short.txt").read_text())
    # PredHel=7 and PredHel=9 in the file.
    assert table["accession"].value_counts().to_dict() == {"PFF0290w": 7, "sp|P18935|CYB_DROME": 9}


# ---- wrong files -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tool", "file", "looks"),
    [
        ("signalp6", "signalp6/output.gff3", "SignalP's output.gff3"),
        ("signalp6", "signalp5/gramneg_summary.signalp5", "another version of SignalP"),
        ("signalp6", "signalp4/signalp4_short.txt", "another version of SignalP"),
        ("signalp6", "deeptmhmm/predicted_topologies.3line", "DeepTMHMM's predicted_topologies.3line"),
        ("deeptmhmm", "deeptmhmm/TMRs.gff3", "DeepTMHMM's TMRs.gff3"),
        ("deeptmhmm", "signalp6/prediction_results.txt", "SignalP 6's prediction_results.txt"),
        ("deeptmhmm", "tmhmm2/tmhmm_short.txt", "TMHMM 2's short output"),
        ("tmhmm", "phobius/phobius_short.txt", "Phobius' short output"),
        ("tmhmm", "phobius/phobius_long.txt", "Phobius' long output"),
        ("tmhmm", "topcons/query.result.txt", "TOPCONS"),
        ("tmhmm", "netgpi/output_protein_type.txt", "something else"),
    ],
)
def test_the_file_of_another_tool_is_refused_and_recognized(
    shared_data: Path, tool: str, file: str, looks: str
) -> None:
    path = shared_data / "predictors" / file
    with pytest.raises(InputError) as caught:
        tools.parse(tool, path.read_text(), path)
    assert looks in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("tool", "text"),
    [
        ("signalp6", SIGNALP_TWO.replace("# ID", "# NAME")),
        ("signalp6", SIGNALP_TWO.replace("\tSP\t0.000213\t0.999193\tCS pos: 29-30. Pr: 0.9661", "\tSP")),
        ("signalp6", SIGNALP_TWO.replace("0.999193", "high")),
        ("signalp6", "# SignalP-6.0\n# ID\tPrediction\tOTHER\tCS Position\nA\tOTHER\t1.0\t\n"),
        ("deeptmhmm", ">A | SP\nMKW\n"),
        ("deeptmhmm", ">A | SP\nMKW\nSO\n"),
        ("deeptmhmm", ">A | SP\nMKW\nSOZ\n"),
        ("deeptmhmm", ">A | WRONG\nMKW\nSOO\n"),
        ("deeptmhmm", ">A\nMKW\n>B\n"),
        ("tmhmm", "P1\tlen=293\tPredHel=2\tTopology=i12-34o\n"),
        ("tmhmm", "P1\tlen=293\tPredHel=few\tTopology=o\n"),
        ("tmhmm", "P1\tlen=293\tTopology=o\n"),
        ("tmhmm", "<html><body>Error</body></html>"),
        ("tmhmm", " \n"),
    ],
)
def test_a_damaged_file_is_refused_in_one_line(tool: str, text: str) -> None:
    with pytest.raises(InputError) as caught:
        parsed(tool, text)
    assert "\n" not in str(caught.value)


def test_an_unknown_tool_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="signalp6, deeptmhmm, tmhmm"):
        parsed("phobius", "x")
