"""Predictors of topology: DeepTMHMM, TMbed, TMHMM, Phobius, TOPCONS."""

import pandas as pd
import pytest

from myosieve.errors import InputError
from myosieve.evidence import formats


def parsed(tool: str, text: str) -> pd.DataFrame:
    result = formats.parse(text, "file")
    assert result.tool == tool
    return result.table


def shown(table: pd.DataFrame, *columns: str) -> list[tuple]:
    """Return rows as tuples, missing as None."""
    frame = table[list(columns)].astype(object)
    return [tuple(row) for row in frame.where(table[list(columns)].notna(), None).to_numpy().tolist()]


def places(table: pd.DataFrame) -> list[tuple]:
    return shown(table, "accession", "feature", "call", "start", "end")


# ---- DeepTMHMM -------------------------------------------------------------------------------------------------------

THREE_LINES = (
    ">A first | GLOB\nMKWLL\nIIIII\n"
    ">B | SP\nMKWLL\nSSOOO\n"
    ">C | TM\nMKWLLMKWLL\nIMMOOOMMII\n"
    ">D | SP+TM\nMKWLLMKWLL\nSSSOOMMMII\n"
    ">E | BETA\nMKWLLMKWLL\nPBBOOBBPPP\n"
)
# The same five proteins as rows of segments, as the local version writes them.
ROWS = (
    "##gff-version 3\n"
    "# A first Length: 5\n# A first Number of predicted TMRs: 0\nA first\tinside\t1\t5\n//\n"
    "# B Length: 5\n# B Number of predicted TMRs: 0\nB\tsignal\t1\t2\nB\toutside\t3\t5\n//\n"
    "# C Length: 10\n# C Number of predicted TMRs: 2\nC\tinside\t1\t1\nC\tTMhelix\t2\t3\nC\toutside\t4\t6\n"
    "C\tTMhelix\t7\t8\nC\tinside\t9\t10\n//\n"
    "# D Length: 10\n# D Number of predicted TMRs: 1\nD\tsignal\t1\t3\nD\toutside\t4\t5\n"
    "D\tTMhelix\t6\t8\nD\tinside\t9\t10\n//\n"
    "# E Length: 10\n# E Number of predicted TMRs: 2\nE\tperiplasm\t1\t1\nE\tBeta sheet\t2\t3\nE\toutside\t4\t5\n"
    "E\tBeta sheet\t6\t7\nE\tperiplasm\t8\t10\n//\n"
)
CALLS = [
    ("A first", "signal_peptide", "no", None, None),
    ("A first", "tm_helix", "no", None, None),
    ("B", "signal_peptide", "yes", 1, 2),
    ("B", "tm_helix", "no", None, None),
    ("B", "outside", "yes", 3, 5),
    ("C", "signal_peptide", "no", None, None),
    ("C", "tm_helix", "yes", 2, 3),
    ("C", "tm_helix", "yes", 7, 8),
    ("C", "inside", "yes", 1, 1),
    ("C", "outside", "yes", 4, 6),
    ("C", "inside", "yes", 9, 10),
    ("D", "signal_peptide", "yes", 1, 3),
    ("D", "tm_helix", "yes", 6, 8),
    ("D", "outside", "yes", 4, 5),
    ("D", "inside", "yes", 9, 10),
    ("E", "signal_peptide", "no", None, None),
    ("E", "tm_helix", "no", None, None),
    ("E", "beta_barrel", "yes", 2, 7),
]


def test_every_deeptmhmm_type_gives_its_calls() -> None:
    assert places(parsed("deeptmhmm", THREE_LINES)) == CALLS


@pytest.mark.parametrize(
    "text",
    [
        ROWS,
        # The web version: four empty cells behind, nothing behind the last protein.
        "".join(line + ("\t\t\t\t" if "\t" in line else "") + "\n" for line in ROWS.splitlines()).removesuffix("//\n"),
        ROWS.replace("//\n", ""),
    ],
)
def test_rows_of_segments_say_the_same_as_three_lines(text: str) -> None:
    assert places(parsed("deeptmhmm", text)) == CALLS


def test_rows_are_understood_without_the_comments() -> None:
    bare = "".join(line + "\n" for line in ROWS.splitlines() if not line.startswith("#"))
    assert places(parsed("deeptmhmm", bare)) == CALLS


def test_repeats_of_a_protein_stay_apart() -> None:
    table = parsed("deeptmhmm", ROWS + ROWS.partition("\n")[2])
    assert sorted(set(table.index)) == list(range(10))


def test_a_header_with_bars_keeps_all_but_the_type() -> None:
    table = parsed("deeptmhmm", ">sp|P05231|IL6_HUMAN Interleukin-6 | SP\r\nMKW\r\nSOO\r\n")
    assert table["accession"].unique().tolist() == ["sp|P05231|IL6_HUMAN Interleukin-6"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (ROWS.replace("B\toutside\t3\t5\n", ""), "end before residue 5"),
        (ROWS.replace("TMRs: 2\nC", "TMRs: 3\nC"), "3 are announced"),
        (ROWS.replace("C\toutside\t4\t6\n", ""), "leave out residue 4"),
        (ROWS.replace("D\tsignal", "D\tsignals"), "line 21: not a row of"),
        (ROWS.replace("D\tsignal\t1", "D\tsignal\tone"), "'one' is not the number of a residue"),
        (">A | SP\nMKW\n", "not three per protein"),
        (">A | SP\nMKW\nSO\n", "end before residue 3"),
        (">A | SP\nMKW\nSOZ\n", "unknown label 'Z'"),
        (">A | SP\nMKW\nIII\n", "do not fit the type SP"),
        (">A | WRONG\nMKW\nSOO\n", "a FASTA file"),
        (">A\nMKW\n>B\n", "a FASTA file"),
    ],
)
def test_damaged_deeptmhmm_files_are_refused(text: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        formats.parse(text, "file", "deeptmhmm")


# ---- TMbed -----------------------------------------------------------------------------------------------------------

TMBED_SIDES = [
    ("X y", "signal_peptide", "yes", 1, 2),
    ("X y", "tm_helix", "yes", 5, 6),
    ("X y", "outside", "yes", 3, 4),
    ("X y", "inside", "yes", 7, 10),
]


@pytest.mark.parametrize("labels", ["SS..hh....", "SSooHHiiii", "SSoohhiiii"], ids=["format 0", "format 1", "format 4"])
def test_the_three_line_formats_of_tmbed_say_the_same(labels: str) -> None:
    assert places(parsed("tmbed", f">X y\nMKWLLMKWLL\n{labels}\n")) == TMBED_SIDES


@pytest.mark.parametrize("labels", ["SS..hh....", "SSooHHiiii"], ids=["format 2", "format 3"])
def test_the_tables_of_tmbed_say_the_same(labels: str) -> None:
    table = "AA\tPRD\tP(B)\tP(H)\tP(S)\tP(i)\tP(o)\n"
    table += "".join(f"M\t{label}\t0.00\t0.00\t0.00\t0.50\t0.50\n" for label in labels)
    assert places(parsed("tmbed", ">X y\r\n" + table.replace("\n", "\r\n"))) == TMBED_SIDES


def test_helices_that_touch_are_two_where_their_directions_differ() -> None:
    table = parsed("tmbed", ">A\nMKWLLM\n.HHhh.\n")
    assert places(table)[1:] == [
        ("A", "tm_helix", "yes", 2, 3),
        ("A", "tm_helix", "yes", 4, 5),
        ("A", "inside", "yes", 1, 1),
        ("A", "inside", "yes", 6, 6),
    ]


def test_a_barrel_of_tmbed_has_no_sides_of_the_plasma_membrane() -> None:
    assert places(parsed("tmbed", ">A\nMKWLLMKW\niBBoBBii\n")) == [
        ("A", "signal_peptide", "no", None, None),
        ("A", "tm_helix", "no", None, None),
        ("A", "beta_barrel", "yes", 2, 6),
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (">A\nMKW\n.HH\n>B\nMKW\n", "not three per protein"),
        (">A\nMKW\n.HH\n>B\nMKW\n.H\n", "do not fit its sequence"),
        (">A\nMKW\n.HH\n>B\nMKW\n.HX\n", "unknown label 'X'"),
        (">A\nAA PRD P(B) P(H) P(S) P(i) P(o)\nM i 0.1 0.1\n", "line 3: not a row"),
        (">A\nAA PRD P(B) P(H) P(S) P(i) P(o)\n", "nothing is said of 'A'"),
    ],
)
def test_damaged_tmbed_files_are_refused(text: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        formats.parse(text, "file", "tmbed")


# ---- TMHMM -----------------------------------------------------------------------------------------------------------

TMHMM_SHORT = (
    "sp|P1|A_HUMAN\tlen=293\tExpAA=45.77\tFirst60=20.51\tPredHel=2\tTopology=i12-34o50-72i\r\n"
    "P2\tlen=100\tExpAA=0.01\tFirst60=0\tPredHel=0\tTopology=o\r\n"
)
TMHMM_LONG = (
    "# sp|P1|A_HUMAN Length: 293\n"
    "# sp|P1|A_HUMAN Number of predicted TMHs:  2\n"
    "# sp|P1|A_HUMAN Exp number of AAs in TMHs: 45.77\n"
    "# sp|P1|A_HUMAN Exp number, first 60 AAs:  20.51\n"
    "# sp|P1|A_HUMAN Total prob of N-in:        0.9\n"
    "# sp|P1|A_HUMAN POSSIBLE N-term signal sequence\n"
    "sp|P1|A_HUMAN\tTMHMM2.0\tinside\t     1    11\n"
    "sp|P1|A_HUMAN\tTMHMM2.0\tTMhelix\t    12    34\n"
    "sp|P1|A_HUMAN\tTMHMM2.0\toutside\t    35    49\n"
    "sp|P1|A_HUMAN\tTMHMM2.0\tTMhelix\t    50    72\n"
    "sp|P1|A_HUMAN\tTMHMM2.0\tinside\t    73   293\n"
    "# P2 Length: 100\n"
    "# P2 Number of predicted TMHs:  0\n"
    "# P2 Exp number of AAs in TMHs: 0.01\n"
    "P2\tTMHMM2.0\toutside\t     1   100\n"
)
TMHMM_CALLS = [
    ("sp|P1|A_HUMAN", "tm_helix", "yes", 12, 34, 45.77),
    ("sp|P1|A_HUMAN", "tm_helix", "yes", 50, 72, 45.77),
    ("sp|P1|A_HUMAN", "inside", "yes", 1, 11, None),
    ("sp|P1|A_HUMAN", "outside", "yes", 35, 49, None),
    ("sp|P1|A_HUMAN", "inside", "yes", 73, 293, None),
    ("P2", "tm_helix", "no", None, None, 0.01),
]


@pytest.mark.parametrize("text", [TMHMM_SHORT, TMHMM_LONG], ids=["short", "long"])
def test_short_and_long_tmhmm_output_say_the_same_and_none_is_no(text: str) -> None:
    table = parsed("tmhmm", text)
    assert shown(table, "accession", "feature", "call", "start", "end", "score") == TMHMM_CALLS


def test_the_long_tmhmm_output_tells_version_and_a_possible_signal() -> None:
    table = parsed("tmhmm", TMHMM_LONG)
    assert set(table["version"]) == {"2.0"}
    assert set(table.loc[table["feature"].eq("tm_helix"), "detail"]) == {"POSSIBLE N-term signal sequence", ""}


def test_a_helix_at_either_end_of_the_protein_leaves_no_empty_side() -> None:
    table = parsed("tmhmm", "P1\tlen=60\tExpAA=40\tFirst60=40\tPredHel=2\tTopology=i1-20o40-60i\n")
    assert places(table) == [
        ("P1", "tm_helix", "yes", 1, 20),
        ("P1", "tm_helix", "yes", 40, 60),
        ("P1", "outside", "yes", 21, 39),
    ]


def test_keys_in_another_order_give_the_same_calls() -> None:
    turned = ["\t".join([line.split("\t")[0], *line.split("\t")[:0:-1]]) for line in TMHMM_SHORT.splitlines()]
    pd.testing.assert_frame_equal(parsed("tmhmm", "\n".join(turned) + "\n"), parsed("tmhmm", TMHMM_SHORT))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("P1\tlen=293\tPredHel=2\tTopology=i12-34o\n", "does not fit"),
        ("P1\tlen=293\tPredHel=few\tTopology=o\n", "'few' is not a number"),
        ("P1\tlen=293\tPredHel=1\tTopology=i12-3\n", "not of the form"),
        ("P1\tlen=30\tPredHel=1\tTopology=i12-34o\n", "longer than the protein"),
        ("P1\tlen=93\tPredHel=2\tTopology=i12-34o30-50i\n", "not in order"),
        ("P1\tlen=293\tExpAA=1\tTopology=o\n", "no name, len=, PredHel="),
        (TMHMM_LONG.replace("73   293", "73   29"), "ends before it starts"),
        (TMHMM_LONG.replace("TMHs:  2", "TMHs:  1"), "not as many as announced"),
        (TMHMM_LONG.replace("P2\tTMHMM2.0\toutside\t     1   100\n", ""), "end before residue 100"),
        ("<html><body>Error</body></html>", "a web page"),
        (" \n", "the file is empty"),
    ],
)
def test_damaged_tmhmm_files_are_refused(text: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        formats.parse(text, "file", "tmhmm")


# ---- Phobius ---------------------------------------------------------------------------------------------------------

PHOBIUS_SHORT = (
    "SEQENCE ID                     TM SP PREDICTION\n"
    "A                               1  Y n4-15c20/21o39-61i\n"
    "B                               0  Y n3-14c18/19o\n"
    "C                               0  0 o\n"
)


def test_the_short_phobius_output_has_a_last_loop_without_an_end() -> None:
    assert places(parsed("phobius", PHOBIUS_SHORT)) == [
        ("A", "signal_peptide", "yes", 1, 20),
        ("A", "tm_helix", "yes", 39, 61),
        ("A", "outside", "yes", 21, 38),
        ("A", "inside", "yes", 62, None),
        ("B", "signal_peptide", "yes", 1, 18),
        ("B", "tm_helix", "no", None, None),
        ("B", "outside", "yes", 19, None),
        ("C", "signal_peptide", "no", None, None),
        ("C", "tm_helix", "no", None, None),
    ]


PHOBIUS_LONG = (
    "ID   A\n"
    "FT   SIGNAL        1     20\n"
    "FT   REGION        1      3       N-REGION.\n"
    "FT   REGION        4     15       H-REGION.\n"
    "FT   REGION       16     20       C-REGION.\n"
    "FT   DOMAIN       21     38       NON CYTOPLASMIC.\n"
    "FT   TRANSMEM     39     61\n"
    "FT   DOMAIN       62     80       CYTOPLASMIC.\n"
    "//\n"
    "ID   C\n"
    "FT   DOMAIN        1     90       NON CYTOPLASMIC.\n"
    "//\n"
)


def test_the_long_phobius_output_tells_all_ends() -> None:
    assert places(parsed("phobius", PHOBIUS_LONG)) == [
        ("A", "signal_peptide", "yes", 1, 20),
        ("A", "tm_helix", "yes", 39, 61),
        ("A", "outside", "yes", 21, 38),
        ("A", "inside", "yes", 62, 80),
        ("C", "signal_peptide", "no", None, None),
        ("C", "tm_helix", "no", None, None),
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (PHOBIUS_SHORT.replace("1  Y n4", "2  Y n4"), "2 helices and signal peptide Y do not fit"),
        (PHOBIUS_SHORT.replace("0  Y n3", "0  0 n3"), "do not fit"),
        (PHOBIUS_SHORT.replace("0  0 o", "0  0"), "not a row of"),
        (PHOBIUS_SHORT.replace("39-61i", "39-61"), "not of the form"),
        (PHOBIUS_SHORT.splitlines()[0], "without a single protein"),
        (PHOBIUS_LONG.removesuffix("//\n"), "'C', the last one, has no end"),
        (PHOBIUS_LONG.replace("FT   TRANSMEM     39     61\n", ""), "leave out residue 39"),
        (PHOBIUS_LONG.replace("20\nFT   REGION        1", "20\nFT   ISLAND        1"), "line 3: the feature ISLAND"),
    ],
)
def test_damaged_phobius_files_are_refused(text: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        formats.parse(text, "file", "phobius")


# ---- TOPCONS ---------------------------------------------------------------------------------------------------------


def topcons(*consensus: str, version: str = "TOPCONS2") -> str:
    frame = "#" * 30
    text = f"{frame}\n{version} result file\nGenerated from https://topcons.net at 2021-10-12\n{frame}\n"
    for number, letters in enumerate(consensus, 1):
        text += f"Sequence number: {number}\nSequence name: P{number} protein {number}\nSequence length: 12 aa.\n"
        text += f"Sequence:\nMKWLLMKWLLMK\n\n\nTOPCONS predicted topology:\n{letters}\n\n\n"
        text += "OCTOPUS predicted topology:\niiiiMMMMoooo\n\n\nHomology:\nNo homologous hits found\n\n\n"
        text += "Predicted TOPCONS reliability (left column=sequence position)\n\n11 0.95\n12 0.94\n\n"
    return text


def test_the_consensus_of_topcons_is_read_and_not_its_methods() -> None:
    assert places(parsed("topcons", topcons("SSSooMMMMiii", "oooooooooooo"))) == [
        ("P1 protein 1", "signal_peptide", "yes", 1, 3),
        ("P1 protein 1", "tm_helix", "yes", 6, 9),
        ("P1 protein 1", "outside", "yes", 4, 5),
        ("P1 protein 1", "inside", "yes", 10, 12),
        ("P2 protein 2", "signal_peptide", "no", None, None),
        ("P2 protein 2", "tm_helix", "no", None, None),
    ]


def test_a_topology_that_could_not_be_made_is_unknown() -> None:
    table = parsed("topcons", topcons("***No topology could be produced with this method***"))
    assert shown(table, "feature", "call") == [("signal_peptide", "unknown"), ("tm_helix", "unknown")]


def test_topcons_1_says_nothing_of_signal_peptides_and_wraps_its_lines() -> None:
    table = parsed("topcons", topcons("iiiMMM\nMMoooo", version="TOPCONS"))
    assert shown(table, "feature", "start", "end") == [("tm_helix", 4, 8), ("inside", 1, 3), ("outside", 9, 12)]
    assert set(table["version"]) == {"1"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (topcons("SSSooMMMMii"), "end before residue 12"),
        (topcons("SSSooMMMMiii").partition("TOPCONS predicted")[0], "no consensus topology of 'P1 protein 1'"),
        (topcons(), "without a single protein"),
    ],
)
def test_damaged_topcons_files_are_refused(text: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        formats.parse(text, "file", "topcons")
