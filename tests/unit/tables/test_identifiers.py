"""Identifiers: what is the accession, whose is it, and is it a contaminant or a decoy."""

import pytest

from myosieve.tables import accessions
from myosieve.tables.accessions import describe, joined, leading, parse, split, unique


@pytest.mark.parametrize(
    ("identifier", "accession"),
    [
        ("P02768", "P02768"),
        ("P02768ups", "P02768ups"),  # Sigma UPS1 standard: the suffix is part of the name
        ("P02768-2", "P02768-2"),
        ("sp|P02768|ALBU_HUMAN", "P02768"),
        (">tr|A0A023T672|A0A023T672_MOUSE", "A0A023T672"),
        ("CON__P02769", "P02769"),
        ("sp|cRAP002|P02768|ALBU_HUMAN", "P02768"),
        ("nxp|NX_P05231-1|IL6|Interleukin-6|Iso 1", "NX_P05231-1"),
        ("REV__CON__O76011", "O76011"),
        ("REV__sp|O00555|CAC1A_HUMAN", "O00555"),
        ("CON__ENSEMBL:ENSBTAP00000007350", "ENSBTAP00000007350"),
        ("contam_sp|P00761|TRYP_PIG", "P00761"),
        ("sp|Cont_P02769|ALBU_BOVIN", "P02769"),
        ("cRAP-P02769", "P02769"),
        ("cRAP_P02769", "P02769"),
        ("cRAP|P02769|ALBU_BOVIN", "P02769"),
        ("rev_P02768", "P02768"),
        ("DECOY_P02768", "P02768"),
        ("iRT-pepA", "iRT-pepA"),
        ("gi|45657734|ref|YP_001820.1|", "YP_001820.1"),  # NCBI, as Mascot and OpenMS write it
        ("gi|129293|sp|P01012.2|OVAL_CHICK", "P01012.2"),
    ],
)
def test_the_accession_is_freed_of_prefixes_and_pipes(identifier: str, accession: str) -> None:
    assert parse(identifier).accession == accession


@pytest.mark.parametrize(
    "identifier",
    [
        "CON__P02769",
        "Cont_P02769",
        "contam_P02769",
        "cRAP-P1",
        "cRAP_P1",
        "cRAP001",
        "sp|cRAP002|P02768|ALBU_HUMAN",
        "sp|CON__P1|X_BOVIN",
    ],
)
def test_every_prefix_in_the_wild_marks_a_contaminant(identifier: str) -> None:
    assert parse(identifier).contaminant
    assert not parse(identifier).decoy


# P0C0S5 and Q9CRA8 hold letters of the prefixes; REV_HV1H2 and CONT_... are entry-name-like; CRAPA would be a gene-like name.
@pytest.mark.parametrize(
    "identifier", ["P0C0S5", "Q9CRA8", "sp|P04618|REV_HV1H2", "REV_HV1H2", "CRAPA", "CON", "Q7Z7L7"]
)
def test_no_real_identifier_is_taken_for_a_contaminant_or_a_decoy(identifier: str) -> None:
    assert not parse(identifier).contaminant
    assert not parse(identifier).decoy


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ("P02768|Q9Y6R7-2", ["P02768", "Q9Y6R7-2"]),
        ("P04275|VWF_HUMAN", ["P04275|VWF_HUMAN"]),
        ("sp|P04275|VWF_HUMAN", ["sp|P04275|VWF_HUMAN"]),
    ],
)
def test_a_bar_separates_accessions_of_uniprot_only(cell: str, parts: list[str]) -> None:
    assert split(cell) == parts


def test_the_leading_accession_is_the_first_target_that_is_no_contaminant() -> None:
    group = [parse(one) for one in ["CON__P02769", "REV__P1", "P02768ups", "P02768"]]
    assert leading(group).accession == "P02768ups"
    assert leading([parse("REV__P1"), parse("CON__P2")]).accession == "P2"
    assert leading([parse("CON__P2"), parse("CON__P3")]) == parse("CON__P2")


def test_joined_accessions_leave_decoys_out_and_repeat_nothing() -> None:
    assert joined(parse(one) for one in ["sp|P1|A_HUMAN", "CON__P1", "REV__P9", "P2"]) == "P1;P2"
    assert joined([parse("REV__P9")]) == "P9"


def test_a_header_gives_gene_name_and_species_of_its_own_protein_only() -> None:
    # UniProt's header format: https://www.uniprot.org/help/fasta-headers
    headers = (
        ">sp|P1|ONE_MOUSE Protein one; long form OS=Mus musculus OX=10090 GN=One PE=1 SV=2;"
        ">tr|P2|P2_9MURI Protein two OS=Mus caroli (strain X) GN=Two PE=4 SV=1"
    )
    assert describe(headers, "P1") == accessions.Description("One", "Protein one; long form", "Mus musculus")
    assert describe(headers, "P2") == accessions.Description("Two", "Protein two", "Mus caroli")
    assert describe(headers, "P") == accessions.Description()


def test_a_contaminant_header_of_maxquant_gives_gene_name_and_species() -> None:
    header = ">P02769 SWISS-PROT:P02769 Tax_Id=9913 Gene_Symbol=ALB Serum albumin precursor"
    assert describe(header, "P02769") == accessions.Description("ALB", "Serum albumin precursor", "Bos taurus")


def test_a_header_that_lost_its_blanks_still_gives_gene_and_species() -> None:
    glued = "sp|Q16543|CDC37_HUMANHsp90co-chaperoneCdc37OS=HomosapiensGN=CDC37PE=1SV=1"
    assert parse(glued).accession == "Q16543"
    assert describe(glued, "Q16543") == accessions.Description("CDC37", "", "Homo sapiens")


def test_species_outside_the_list_keep_their_mnemonic() -> None:
    assert accessions.species("BOVIN") == "Bos taurus"
    assert accessions.species("9MURI") == "9MURI"


def test_repeated_keys_get_a_number_and_meet_no_other_key() -> None:
    assert unique(["A", "A", "A #2", "B", "A"]) == ["A", "A #3", "A #2", "B", "A #4"]


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("Bos taurus", "Bos taurus"),
        ("Bos taurus (Bovine)", "Bos taurus"),
        ("Escherichia coli (strain K12)", "Escherichia coli"),
        ("Bos taurus OX=9913", "Bos taurus"),
        ("OS=Equus caballus OX=9796 GN=ALB PE=1 SV=1", "Equus caballus"),
        ("OX=9913", "Bos taurus"),
        ("Tax_Id=9796", "Equus caballus"),
        ("9796", "Equus caballus"),
        ("9925", "Capra hircus"),
        ("CAPHI", "Capra hircus"),
        ("Horse", "Equus caballus"),
        ("OX=1", ""),  # a number that is not known tells nothing
        ("", ""),
    ],
)
def test_an_organism_is_one_name_however_it_is_written(cell: str, name: str) -> None:
    assert accessions.scientific(cell) == name
