"""SignalP 4, 5 and 6: every kind of file, and every variant known to occur."""

import pandas as pd
import pytest

from myosieve import schema
from myosieve.errors import InputError
from myosieve.evidence import formats

TWO = (
    "# SignalP-6.0\tOrganism: Eukarya\tTimestamp: 20250604093022\n"
    "# ID\tPrediction\tOTHER\tSP(Sec/SPI)\tCS Position\n"
    "sp|P05231|IL6_HUMAN Interleukin-6 OS=Homo sapiens\tSP\t0.000213\t0.999193\tCS pos: 29-30. Pr: 0.9661\n"
    "P04406\tOTHER\t1.000034\t0.000000\t\n"
    "P09038\tOTHER\t0.99\t0.01\n"
)


def parsed(text: str, tool: str | None = "signalp6") -> pd.DataFrame:
    return formats.parse(text, "file", tool).table


def shown(table: pd.DataFrame, *columns: str) -> list[tuple]:
    """Return rows as tuples, missing as None."""
    frame = table[list(columns)].astype(object)
    return [tuple(row) for row in frame.where(table[list(columns)].notna(), None).to_numpy().tolist()]


def test_rows_are_those_of_the_evidence_table_without_the_group() -> None:
    assert ["protein_group", *parsed(TWO).columns] == schema.EVIDENCE.names


# ---- version 6 -------------------------------------------------------------------------------------------------------


def test_calls_sites_scores_and_version_are_read() -> None:
    table = parsed(TWO)
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
    assert shown(parsed(six), "call", "end", "score") == [("yes", 29, 0.9), ("no", None, 0.03)]


def test_the_early_no_sp_and_probabilities_above_one_are_understood() -> None:
    early = TWO.replace("\tOTHER\t1.000034", "\tNO_SP\t1.000034").replace("0.999193", "1.000034")
    table = parsed(early)
    assert table["call"].tolist() == ["yes", "no", "no"]
    assert table["score"].tolist() == [1.0, 0.0, 0.01]


def test_a_signal_peptide_without_a_site_keeps_its_call_and_has_no_end() -> None:
    table = parsed(TWO.replace("CS pos: 29-30. Pr: 0.9661", ""))
    assert shown(table.head(1), "call", "start", "end") == [("yes", 1, None)]


def test_a_last_row_that_lost_its_site_is_not_a_signal_peptide_without_one() -> None:
    with pytest.raises(InputError, match="line 3: the cleavage site"):
        parsed("".join(TWO.splitlines(keepends=True)[:3]).removesuffix("\tCS pos: 29-30. Pr: 0.9661\n"))


def test_windows_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    pd.testing.assert_frame_equal(parsed("\ufeff" + TWO.replace("\n", "\r\n")), parsed(TWO))


def test_a_list_of_positives_says_nothing_of_other_proteins() -> None:
    text = (
        "## gff-version 3\n"
        "sp|P05231|IL6_HUMAN Interleukin-6\tSignalP-6.0\tsignal_peptide\t1\t29\t0.9991\t.\t.\t.\n"
        "B\tSignalP-6.0\tlipoprotein_signal_peptide\t1\t-1\t0.8\t.\t.\tNote=TAT\n"
    )
    result = formats.parse(text, "file")
    assert (result.tool, result.version) == ("signalp6", "6.0")
    assert shown(result.table, "accession", "call", "start", "end", "score") == [
        ("sp|P05231|IL6_HUMAN Interleukin-6", "yes", 1, 29, 0.9991),
        ("B", "yes", 1, None, 0.8),  # -1: no site found
    ]


def test_a_list_without_positives_is_an_empty_result_once_the_tool_is_named() -> None:
    table = parsed("## gff-version 3\n")
    assert len(table) == 0
    assert ["protein_group", *table.columns] == schema.EVIDENCE.names
    with pytest.raises(InputError, match="not the result of a known tool"):
        parsed("## gff-version 3\n", None)


def test_regions_are_refused_with_the_file_to_give() -> None:
    regions = "## gff-version 3\nA\tSignalP-6.0\tn-region\t1\t5\t.\t.\t.\t.\n"
    with pytest.raises(InputError, match=r"region_output.gff3.*give prediction_results.txt or output.gff3"):
        parsed(regions)


# ---- version 5 -------------------------------------------------------------------------------------------------------

FIVE = (
    "# SignalP-5.0\tOrganism: euk\tTimestamp: 20220703215412\n"
    "# ID\tPrediction\tSP(Sec/SPI)\tOTHER\tCS Position\n"
    "A\tSP(Sec/SPI)\t0.97\t0.03\tCS pos: 24-25. VSA-QP. Pr: 0.4868\n"
    "B\tOTHER\t0.006607\t0.993393\n"
    "C\tSP(Sec/SPI)\t0.61\t0.39\tCS pos: ?. Probable protein fragment\n"
)


def test_the_summary_of_version_5_is_read_by_its_own_columns() -> None:
    result = formats.parse(FIVE, "file")
    assert (result.tool, result.version) == ("signalp5", "5.0")
    assert shown(result.table, "accession", "call", "start", "end", "score") == [
        ("A", "yes", 1, 24, 0.97),
        ("B", "no", None, None, 0.006607),
        ("C", "yes", 1, None, 0.61),
    ]


def test_the_list_of_version_5_is_its_own() -> None:
    text = "##gff-version 3\nA\tSignalP-5.0\tsignal_peptide\t1\t24\t0.97\t.\t.\t.\n"
    assert shown(formats.parse(text, "file").table, "source", "end") == [("signalp5", 24)]


# ---- version 4 -------------------------------------------------------------------------------------------------------


def test_the_short_output_ends_before_the_highest_y_score() -> None:
    text = (
        "# SignalP-4.1 euk predictions\n"
        "# name                     Cmax  pos  Ymax  pos  Smax  pos  Smean   D     ?  Dmaxcut    Networks-used\n"
        "IL6_HUMAN                  0.871  31  0.863  30  0.886   1  0.844   0.853 Y  0.450      SignalP-noTM\n"
        "G3P_HUMAN                  0.105  11  0.105  11  0.113   1  0.102   0.103 N  0.450      SignalP-noTM\n"
    )
    result = formats.parse(text, "file")
    assert (result.tool, result.version) == ("signalp4", "4.1")
    assert shown(result.table, "accession", "call", "start", "end", "score") == [
        ("IL6_HUMAN", "yes", 1, 29, 0.853),
        ("G3P_HUMAN", "no", None, None, 0.103),
    ]


SUMMARY = (
    "# SignalP-4.1 euk predictions\n"
    ">IL6_HUMAN\n"
    "# Measure  Position  Value    Cutoff   signal peptide?\n"
    "  max. C    31       0.871\n"
    "  max. Y    30       0.863\n"
    "  mean S     1-29    0.844\n"
    "       D     1-29    0.853   0.450   YES\n"
    "Name=IL6_HUMAN\tSP='YES' Cleavage site between pos. 29 and 30: SFA-AP D=0.853 D-cutoff=0.450 Networks=SignalP-noTM\n"
    ">G3P_HUMAN\n"
    "# Measure  Position  Value    Cutoff   signal peptide?\n"
    "       D     1-10    0.103   0.450   NO\n"
    "Name=G3P_HUMAN\tSP='NO' D=0.103 D-cutoff=0.450 Networks=SignalP-noTM\n"
)


def test_the_summary_of_version_4_is_read_by_its_verdicts() -> None:
    result = formats.parse(SUMMARY, "file")
    assert (result.tool, result.version) == ("signalp4", "4.1")
    assert shown(result.table, "accession", "call", "start", "end", "score") == [
        ("IL6_HUMAN", "yes", 1, 29, 0.853),
        ("G3P_HUMAN", "no", None, None, 0.103),
    ]


def test_a_summary_whose_last_protein_has_no_verdict_is_cut_off() -> None:
    with pytest.raises(InputError, match="nothing is said of 'G3P_HUMAN'"):
        formats.parse(SUMMARY.partition("Name=G3P")[0], "file")


def test_the_gff_of_version_4_is_read() -> None:
    text = "##gff-version 2\nA\tSignalP-4.1\tSIGNAL\t1\t24\t0.819\t.\t.\tYES\n"
    assert shown(formats.parse(text, "file").table, "source", "version", "end") == [("signalp4", "4.1", 24)]


# ---- damage ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        TWO.replace("# ID", "# NAME"),
        TWO.replace("\tSP\t0.000213\t0.999193\tCS pos: 29-30. Pr: 0.9661", "\tSP"),
        TWO.replace("0.999193", "high"),
        TWO.replace("0.999193", "17"),
        TWO.replace("29-30. Pr", "29"),
        TWO.replace("\tSP\t", "\tSPI\t"),
        "# SignalP-6.0\n# ID\tPrediction\tOTHER\tCS Position\nA\tOTHER\t1.0\t\n",
        TWO.splitlines()[0] + "\n" + TWO.splitlines()[1] + "\n",
        "A\tSignalP-6.0\tsignal_peptide\t1\t24\t0.8\n",
        "A\tSignalP-6.0\tsignal_peptide\t24\t1\t0.8\t.\t.\t.\n",
    ],
)
def test_a_damaged_file_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parsed(text)
    assert "\n" not in str(caught.value)
