"""Retrieval motifs at the C-terminus: each rule by an end made for it or known from the literature, and real proteins."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from myosieve.sequence import fasta, motif

BODY = "MSDEEKRKQNPEDSTKRGENDKQPESTRDNG"


@pytest.mark.parametrize("end", [a + b + "EL" for a in "KRHQSA" for b in "DENQ"])
def test_all_of_prosites_pattern_is_canonical(end: str) -> None:
    # PS00014: [KRHQSA]-[DENQ]-E-L>
    assert motif.er_motif(BODY + end) == end


@pytest.mark.parametrize(
    ("gene", "end"),
    [
        # The ends of these human proteins (mouse: CES3) in UniProt, which places all but CDNF and SDF2 in the ER.
        ("PDIA3", "QEDL"),
        ("MANF", "RTDL"),
        ("CDNF", "KTEL"),
        ("CES1", "HIEL"),
        ("CES2", "HTEL"),
        ("ERP27", "KVEL"),
        ("SDF2", "HAEL"),
        ("MSRB3", "KAEL"),
        ("HYOU1", "NDEL"),
        ("CNPY3", "PDEL"),
        ("CES3", "PEEL"),
        ("TXNDC12", "EDEL"),
    ],
)
def test_a_relative_of_the_pattern_is_weak(gene: str, end: str) -> None:
    assert motif.er_motif(BODY + end) == end + motif.WEAK


@pytest.mark.parametrize(
    ("gene", "end"),
    # The ends of secreted or cell surface proteins, human: C1QTNF7, APOL1, CFP, IGFBP7, ROR1, ADAMTS12, TNFRSF9.
    [
        ("C1QTNF7", "DDEL"),
        ("APOL1", "DQEL"),
        ("CFP", "EEEL"),
        ("IGFBP7", "GAEL"),
        ("ROR1", "SAEL"),
        ("ADAMTS12", "SKEL"),
        ("TNFRSF9", "GCEL"),
        ("", "KDEV"),
        ("", "KDE"),
        ("", "DEL"),
    ],
)
def test_ends_of_secreted_proteins_that_look_alike_are_none(gene: str, end: str) -> None:
    assert motif.er_motif(BODY + end) == "no"


def test_the_motif_counts_at_the_very_end_only() -> None:
    assert motif.er_motif(BODY + "KDELA") == "no"
    assert motif.er_motif("KDEL" + BODY) == "no"


@pytest.mark.parametrize(
    ("end", "value"),
    [
        ("KDXL", "unknown"),
        ("XXXX", "unknown"),
        ("KTXL", "unknown"),  # a weak one, if X is glutamate or aspartate
        ("KBEL", "KBEL"),  # asparagine or aspartate: both fit
        ("KDZL", "unknown"),  # glutamate would fit, glutamine would not
        ("KDEJ", "unknown"),  # leucine or isoleucine
        ("GDXL", "no"),  # whatever X is
        ("KXKV", "no"),
    ],
)
def test_unknown_residues_leave_it_open_only_where_they_matter(end: str, value: str) -> None:
    assert motif.er_motif(BODY + end) == value


@pytest.mark.parametrize(
    ("gene", "end", "value"),
    [
        ("LMAN1", "KKFF", "KKFF"),
        ("adenovirus E3 gp19K", "DEKKMP", "KKMP"),  # Jackson et al. 1990
        ("UGT1A1", "AHKSKTH", "KSKTH"),
        ("SSR2", "KTKKN", "KTKKN"),
        ("", "AKKKAA", "KKAA"),  # both fit
        ("", "AKKAAA", "no"),  # four and five residues from the end
        ("", "AKAAKA", "no"),
        ("", "RRAA", "no"),  # arginines do not replace lysines, nor do histidines (Jackson et al. 1990)
        ("", "HKAA", "no"),
        ("", "RKAA", "no"),
        ("", "KXAA", "unknown"),
        ("", "KKXX", "KKXX"),
        ("", "KAXAA", "unknown"),
        ("", "AXRAA", "no"),
    ],
)
def test_two_lysines_three_and_four_or_five_from_the_end_are_the_motif(gene: str, end: str, value: str) -> None:
    assert motif.dilysine_motif("MSDEE" + end) == value


@pytest.mark.parametrize("find", [motif.er_motif, motif.dilysine_motif])
def test_without_a_sequence_a_motif_is_unknown_and_a_short_one_has_none(find) -> None:
    assert find("") == "unknown"
    assert find("M") == "no"
    assert find("KKL") == "no"


def test_small_letters_are_residues_too() -> None:
    assert motif.er_motif("mskdel") == "KDEL"
    assert motif.dilysine_motif("mskkff") == "KKFF"


@given(st.text("ACDEFGHIKLMNPQRSTVWY", min_size=1, max_size=12))
def test_case_never_matters_and_known_residues_are_never_unknown(sequence: str) -> None:
    for find in (motif.er_motif, motif.dilysine_motif):
        assert find(sequence.lower()) == find(sequence) != "unknown"


@given(st.text("ACDEFGHIKLMNPQRSTVWY", min_size=6, max_size=12), st.text("KL", min_size=5, max_size=5))
def test_what_stands_before_the_last_five_residues_never_matters(sequence: str, end: str) -> None:
    for find in (motif.er_motif, motif.dilysine_motif):
        assert find(sequence + end) == find("A" + end)


@pytest.fixture(scope="module")
def human(shared_data: Path) -> pd.DataFrame:
    folder = shared_data / "sequence"
    proteins = fasta.read(folder / "human_swissprot_2014.fasta.gz").set_index("accession")
    known = pd.read_csv(folder / "uniprot_annotation" / "derived_human_annotation.tsv.gz", sep="\t", low_memory=False)
    known = known.drop_duplicates("accession").set_index("accession")
    flags = known[["ER", "Golgi", "Membrane"]].eq(True)
    secretory = known["signal_end"].notna().rename("secretory")
    return proteins.join(flags.join(secretory), how="inner").query("secretory")


def test_real_proteins_with_the_motif_reside_in_the_er_and_weak_ones_less_surely(human: pd.DataFrame) -> None:
    # Locations by UniProt. Of the soluble ones measured: 30 of 32 canonical, 14 of 22 weak, .04 of the others.
    soluble = human[~human["Membrane"]]
    found = soluble["sequence"].map(motif.er_motif)
    weak = found.str.endswith(motif.WEAK)
    canonical, none = soluble["ER"][~weak & (found != "no")], soluble["ER"][found == "no"]
    assert len(canonical) > 25
    assert canonical.mean() > 0.85
    assert 0.4 < soluble["ER"][weak].mean() < canonical.mean()
    assert none.mean() < 0.1


def test_real_membrane_proteins_with_two_lysines_reside_in_er_and_golgi(human: pd.DataFrame) -> None:
    # Locations by UniProt. Measured: 28 of 37 with the motif, .16 of those without.
    membrane = human[human["Membrane"]]
    early = membrane["ER"] | membrane["Golgi"]
    has = membrane["sequence"].map(motif.dilysine_motif) != "no"
    assert early[has].mean() > 0.6
    assert early[~has].mean() < 0.25
