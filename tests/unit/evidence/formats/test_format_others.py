"""NetGPI, PredGPI, DeepSig, OutCyte, SecretomeP, DeepLoc, InterProScan."""

import pandas as pd
import pytest

from myosieve.errors import InputError
from myosieve.evidence import formats


def parsed(tool: str, text: str) -> pd.DataFrame:
    result = formats.parse(text, "file")
    assert result.tool == tool
    return result.table


def shown(table: pd.DataFrame, *columns: str) -> list[tuple]:
    """Return rows as tuples, missing as None; numbers to four digits, as the files have them."""
    frame = table[list(columns)].round(4).astype(object)
    return [tuple(row) for row in frame.where(table[list(columns)].notna(), None).to_numpy().tolist()]


def refused(tool: str, text: str, why: str) -> None:
    with pytest.raises(InputError, match=why) as caught:
        formats.parse(text, "file", tool)
    assert "\n" not in str(caught.value)


# ---- GPI anchors -----------------------------------------------------------------------------------------------------

NETGPI = (
    "# NetGPI 1.1\tTimestamp: 20210718005928\n"
    "# ID\tSeq-length\tPred. GPI-Anchored\tOmega-site pos.\tLikelihood\n"
    "P35052\t558\tGPI-Anchored\t530\t0.429\n"
    "P05231\t212\tNot GPI-Anchored\t-\t0.985\n"
)


def test_the_likelihood_of_netgpi_is_turned_into_that_of_an_anchor() -> None:
    table = parsed("netgpi", NETGPI)
    assert shown(table, "accession", "feature", "call", "start", "end", "score", "version") == [
        ("P35052", "gpi", "yes", 530, 530, 0.429, "1.1"),
        ("P05231", "gpi", "no", None, None, 0.015, "1.1"),
    ]


def test_predgpi_has_an_omega_site_or_a_chain() -> None:
    table = parsed(
        "predgpi",
        "P35052\tPredGPI\tGPI-anchor\t530\t530\t0.9\t.\t.\tOntology_term=GO:0046658;evidence=ECO:0000256\n"
        "P05231\tPredGPI\tChain\t1\t212\t1.0\t.\t.\tevidence=ECO:0000256\n",
    )
    assert shown(table, "accession", "call", "start", "end", "score") == [
        ("P35052", "yes", 530, 530, 0.9),
        ("P05231", "no", None, None, None),
    ]


@pytest.mark.parametrize(
    ("tool", "text", "why"),
    [
        ("netgpi", NETGPI.replace("Not GPI-Anchored", "Perhaps"), "line 4: the answer 'Perhaps'"),
        ("netgpi", NETGPI.replace("\t530\t", "\t-\t"), "line 3: '-' is not the number of a residue"),
        ("netgpi", NETGPI.replace("Likelihood", "Score"), "is missing"),
        ("predgpi", "A\tPredGPI\tGPI-anchor\t530\t531\t0.9\t.\t.\tx\n", "more than one residue"),
        ("predgpi", "A\tPredGPI\tChain\t1\t212\n", "line 1: not a row of nine cells"),
    ],
)
def test_damaged_files_on_anchors_are_refused(tool: str, text: str, why: str) -> None:
    refused(tool, text, why)


# ---- DeepSig ---------------------------------------------------------------------------------------------------------

DEEPSIG = (
    "A\tDeepSig\tSignal peptide\t1\t20\t0.98\t.\t.\tevidence=ECO:0000256\n"
    "A\tDeepSig\tChain\t21\t135\t.\t.\t.\tevidence=ECO:0000256\n"
    "B\tDeepSig\tChain\t1\t90\t.\t.\t.\tevidence=ECO:0000256\n"
)


def test_a_chain_of_deepsig_from_the_first_residue_is_a_protein_without_a_signal_peptide() -> None:
    assert shown(parsed("deepsig", DEEPSIG), "accession", "call", "start", "end", "score") == [
        ("A", "yes", 1, 20, 0.98),
        ("B", "no", None, None, None),
    ]


def test_the_first_release_of_deepsig_wrote_four_columns() -> None:
    table = parsed("deepsig", "A\tSignaPeptide\t0.98\t20\nB\tTransmembrane\t0.94\t-\nC\tOther\t1.0\t-\n")
    assert shown(table, "accession", "feature", "call", "start", "end", "score") == [
        ("A", "signal_peptide", "yes", 1, 20, 0.98),
        ("B", "signal_peptide", "no", None, None, None),
        ("B", "tm_helix", "yes", None, None, 0.94),
        ("C", "signal_peptide", "no", None, None, None),
    ]


def test_a_chain_whose_signal_peptide_is_lost_is_refused() -> None:
    refused("deepsig", DEEPSIG.partition("\n")[2], "'A' begins at residue 21")


# ---- OutCyte ---------------------------------------------------------------------------------------------------------

OUTCYTE_2 = (
    ",entry,transmembrane,signal_peptide,intracellular,ups\n"
    "0,sp|P09038|FGF2_HUMAN,0.12,0.0,0.32,0.56\n"
    "1,P05231,0.01,0.97,0.01,0.01\n"
    "2,P01375,0.8,0.05,0.1,0.05\n"
    "3,P04406,0.01,0.01,0.95,0.03\n"
    # Neither a signal peptide nor a helix outweighs both of the others together.
    "4,P09382,0.4,0.0,0.25,0.35\n"
)


def test_the_two_steps_of_outcyte_2_give_calls_only_as_far_as_a_protein_went() -> None:
    table = parsed("outcyte", OUTCYTE_2)
    assert shown(table, "accession", "feature", "call", "score") == [
        ("sp|P09038|FGF2_HUMAN", "signal_peptide", "no", 0.0),
        ("sp|P09038|FGF2_HUMAN", "unconventional", "yes", 0.56),
        ("P05231", "signal_peptide", "yes", 0.97),
        ("P01375", "signal_peptide", "no", 0.05),
        ("P01375", "tm_helix", "yes", 0.8),
        ("P04406", "signal_peptide", "no", 0.01),
        ("P04406", "unconventional", "no", 0.03),
        ("P09382", "signal_peptide", "no", 0.0),
        ("P09382", "unconventional", "yes", 0.35),
    ]
    assert table["end"].isna().all()


def test_a_mode_of_one_step_has_the_calls_of_that_step() -> None:
    table = parsed("outcyte", ",entry,intracellular,ups\n0,A,0.3,0.7\n")
    assert shown(table, "feature", "call") == [("unconventional", "yes")]
    table = parsed("outcyte", ",entry,transmembrane,signal_peptide,intracellular\n0,A,0.3,0.6,0.1\n")
    assert shown(table, "feature", "call") == [("signal_peptide", "yes")]


@pytest.mark.parametrize("separator", ["\t", " "])
def test_the_pipeline_of_outcyte_1_has_one_class_per_protein(separator: str) -> None:
    text = "A\tSignal-peptide\t0.8914\nB\tUPS\t0.7\nC\tIntracellular\t0.9\nD\tTransmembrane\t0.6\n"
    table = parsed("outcyte", text.replace("\t", separator))
    assert shown(table, "accession", "feature", "call", "score") == [
        ("A", "signal_peptide", "yes", 0.8914),
        ("B", "signal_peptide", "no", None),
        ("B", "unconventional", "yes", 0.7),
        ("C", "signal_peptide", "no", None),
        ("C", "unconventional", "no", 0.1),
        ("D", "signal_peptide", "no", None),
        ("D", "tm_helix", "yes", 0.6),
    ]


def test_the_single_steps_of_outcyte_1_are_read() -> None:
    table = parsed("outcyte", "# ID classes NC SP TM\nA Signal-peptide 0.1 0.8 0.1\nB Intracellular 0.9 0.05 0.05\n")
    assert shown(table, "accession", "call", "score") == [("A", "yes", 0.8), ("B", "no", 0.05)]
    table = parsed("outcyte", "# id Negative Positive\nA 0.2 0.8\nB 0.6 0.4\n")
    assert shown(table, "feature", "call", "score") == [("unconventional", "yes", 0.8), ("unconventional", "no", 0.4)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (OUTCYTE_2.replace("0.32,0.56", "0.32,0.5"), "line 2: the probabilities do not sum to 1"),
        (OUTCYTE_2.replace("0.32,0.56", "0.32"), "line 2: the row has no value in the column 'ups'"),
        (OUTCYTE_2.replace("P05231", ""), "no value in the column 'entry'"),
        ("A\tUPS\t0.7\nB\tSomewhere\t0.7\n", "line 2: not a row"),
    ],
)
def test_damaged_outcyte_files_are_refused(text: str, why: str) -> None:
    refused("outcyte", text, why)


# ---- SecretomeP ------------------------------------------------------------------------------------------------------

SECRETOMEP = (
    "# Name         NN-score  Odds   Weighted   Warning\n"
    "#                               by prior\n"
    "# ============================================================================\n"
    "FGF1_HUMAN      0.847   4.267     0.009    -\n"
    "FGF4_HUMAN      0.945   6.804     0.014    signal peptide predicted by SignalP\n"
    "EDGE            0.500   1.000     0.002    -\n"
)


def test_a_high_score_is_unconventional_unless_a_signal_peptide_explains_it() -> None:
    # "a value above 0.5 indicates possible secretion" (the server's page on its output).
    assert shown(parsed("secretomep", SECRETOMEP), "accession", "feature", "call", "score", "detail") == [
        ("FGF1_HUMAN", "unconventional", "yes", 0.847, ""),
        ("FGF4_HUMAN", "unconventional", "unknown", 0.945, "signal peptide predicted by SignalP"),
        ("EDGE", "unconventional", "no", 0.5, ""),
    ]


def test_a_row_of_secretomep_without_its_warning_is_cut_off() -> None:
    refused("secretomep", SECRETOMEP.removesuffix("    -\n"), "line 6: not a row")


# ---- DeepLoc ---------------------------------------------------------------------------------------------------------

DEEPLOC = (
    "Protein_ID,Localizations,Signals,Cytoplasm,Nucleus,Extracellular,Cell membrane\n"
    "P05231,Extracellular,Signal peptide,0.1,0.1,0.9,0.2\n"
    "sp|P04406|G3P_HUMAN,Cytoplasm|Nucleus,,0.8,0.6,0.1,0.1\n"
    "a, b, c,Cell membrane,Signal peptide|Transmembrane domain,0.1,0.1,0.2,0.9\n"
)


def test_locations_and_signals_of_deeploc_are_lists() -> None:
    assert shown(parsed("deeploc", DEEPLOC), "accession", "feature", "call", "start", "score", "detail") == [
        ("P05231", "extracellular", "yes", None, 0.9, ""),
        ("P05231", "location", "yes", None, 0.9, "Extracellular"),
        ("P05231", "signal_peptide", "yes", 1, None, ""),
        ("sp|P04406|G3P_HUMAN", "extracellular", "no", None, 0.1, ""),
        ("sp|P04406|G3P_HUMAN", "location", "yes", None, 0.8, "Cytoplasm"),
        ("sp|P04406|G3P_HUMAN", "location", "yes", None, 0.6, "Nucleus"),
        ("sp|P04406|G3P_HUMAN", "signal_peptide", "no", None, None, ""),
        ("a, b, c", "extracellular", "no", None, 0.2, ""),
        ("a, b, c", "location", "yes", None, 0.9, "Cell membrane"),
        ("a, b, c", "signal_peptide", "yes", 1, None, ""),
        ("a, b, c", "tm_helix", "yes", None, None, "place and number not told"),
    ]


def test_only_the_membrane_types_of_deeploc_say_that_there_is_no_helix() -> None:
    table = parsed(
        "deeploc",
        "Protein_ID,Localizations,Signals,Membrane types,Extracellular,Soluble\n"
        "A,Cytoplasm,,Peripheral|Soluble,0.1,0.9\n"
        "B,Cell membrane,,Transmembrane,0.1,0.1\n",
    )
    helices = table[table["feature"].eq("tm_helix")]
    assert shown(helices, "accession", "call") == [("A", "no"), ("B", "yes")]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (DEEPLOC.replace(",0.1,0.1,0.9,0.2", ",0.1,0.1"), "line 2: 5 cells where the header has 7"),
        (DEEPLOC.replace("Extracellular,Cell", "Outside,Cell"), "'Extracellular' is missing"),
    ],
)
def test_damaged_deeploc_files_are_refused(text: str, why: str) -> None:
    refused("deeploc", text, why)


# ---- InterProScan ----------------------------------------------------------------------------------------------------


def match(name: str, analysis: str, signature: str, start: int, end: int, score: str = "-", more: str = "") -> str:
    cells = [name, "a" * 32, "400", analysis, signature, "description", str(start), str(end), score, "T", "02-01-2026"]
    return "\t".join(cells) + more + "\n"


def test_matches_of_interproscan_5_are_gathered_per_protein() -> None:
    table = parsed(
        "interproscan",
        match("A", "Pfam", "PF00001", 50, 200, "1.2E-3", "\tIPR000001\tKringle\tGO:1\t-")
        + match("A", "SignalP_GRAM_POSITIVE", "SignalP-noTM", 1, 33)
        + match("A", "SignalP_EUK", "SignalP-noTM", 1, 24)
        + match("B", "TMHMM", "TMhelix", 30, 52)
        + match("A", "TMHMM", "TMhelix", 301, 323)
        + match("A", "Phobius", "SIGNAL_PEPTIDE", 1, 22)
        + match("A", "Phobius", "SIGNAL_PEPTIDE_H_REGION", 4, 15)
        + match("A", "Phobius", "CYTOPLASMIC_DOMAIN", 321, 400)
        + match("A", "Phobius", "TRANSMEMBRANE", 300, 320)
        + match("A", "Phobius", "NON_CYTOPLASMIC_DOMAIN", 23, 299)
        + match("C", "Phobius", "NON_CYTOPLASMIC_DOMAIN", 1, 400),
    )
    # Of A, the signal peptide by SignalP for eukaryotes and one topology, that of Phobius; nothing is "no".
    assert shown(table, "accession", "feature", "call", "start", "end", "detail") == [
        ("A", "signal_peptide", "yes", 1, 24, "signalp"),
        ("A", "tm_helix", "yes", 300, 320, "phobius"),
        ("A", "outside", "yes", 23, 299, "phobius"),
        ("A", "inside", "yes", 321, 400, "phobius"),
        ("B", "tm_helix", "yes", 30, 52, "tmhmm"),
    ]


def test_matches_of_interproscan_6_have_other_names() -> None:
    table = parsed(
        "interproscan",
        match("A", "SignalP-Euk", "SignalP-Sec-SPI", 1, 24, "0.98")
        + match("A", "DeepTMHMM", "Transmembrane alpha helix", 301, 321)
        + match("A", "TMbed", "TMhelix_in-to-out", 302, 322)
        + match("B", "TMbed", "TMbeta_out-to-in", 10, 18)
        + match("B", "TMbed", "TMbeta_in-to-out", 25, 33)
        + match("C", "DeepTMHMM", "Signal Peptide", 1, 19),
    )
    assert shown(table, "accession", "feature", "start", "end", "score") == [
        ("A", "signal_peptide", 1, 24, 0.98),
        ("A", "tm_helix", 301, 321, None),
        ("B", "beta_barrel", 10, 33, None),
        ("C", "signal_peptide", 1, 19, None),
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (match("A", "Pfam", "PF00001", 50, 200), "no match by SignalP.*only by Pfam; run these analyses"),
        (match("A", "TMHMM", "TMhelix", 50, 500), "longer than the protein"),
        (match("A", "TMHMM", "helicopter", 50, 70), "signature 'helicopter' of TMHMM is unknown"),
        (match("A", "TMHMM", "TMhelix", 50, 70) + "B\tb\n", "line 2: not a row"),
    ],
)
def test_damaged_interproscan_files_are_refused(text: str, why: str) -> None:
    refused("interproscan", text, why)
