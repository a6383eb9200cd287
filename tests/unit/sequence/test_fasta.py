"""FASTA files: every header style, every sign in a sequence, every way a file can be packed or wrong."""

import bz2
import gzip
import io
import lzma
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from myosieve.errors import InputError
from myosieve.sequence import fasta
from myosieve.tables import accessions

IL6 = "sp|P05231|IL6_HUMAN Interleukin-6 OS=Homo sapiens OX=9606 GN=IL6 PE=1 SV=1"
ALBUMIN = "MKWVTFISLLLLFSSAYSRGVFRR"  # the start of bovine albumin


def written(folder: Path, content: str | bytes, name: str = "proteins.fasta") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def said(header: str) -> tuple[str, str, str, str]:
    parsed = fasta.parse_header(header)
    return parsed.accession, parsed.gene, parsed.protein_name, parsed.organism


# ---- headers -------------------------------------------------------------------------------------------------------------


def test_a_uniprot_header_gives_accession_name_organism_and_gene() -> None:
    assert fasta.parse_header(IL6) == fasta.Header("P05231", "IL6", "Interleukin-6", "Homo sapiens")


# The examples of https://www.uniprot.org/help/fasta-headers, and the proteome form that names the UniProtKB entry (AC=).
@pytest.mark.parametrize(
    ("header", "parts"),
    [
        (
            "sp|Q8I6R7|ACN2_ACAGO Acanthoscurrin-2 (Fragment) OS=Acanthoscurria gomesiana GN=acantho2 PE=1 SV=1",
            ("Q8I6R7", "acantho2", "Acanthoscurrin-2 (Fragment)", "Acanthoscurria gomesiana"),
        ),
        (
            "sp|P04224|HA22_MOUSE H-2 class II histocompatibility antigen, E-K alpha chain OS=Mus musculus PE=1 SV=1",
            ("P04224", "", "H-2 class II histocompatibility antigen, E-K alpha chain", "Mus musculus"),
        ),
        (
            "sp|P27748|ACOX_RALEH Acetoin catabolism protein X OS=Ralstonia eutropha (strain ATCC 17699) GN=acoX PE=4 SV=2",
            ("P27748", "acoX", "Acetoin catabolism protein X", "Ralstonia eutropha"),
        ),
        ("tr|A0A0B4|A0A0B4_MOUSE Protein X OS=Mus musculus", ("A0A0B4", "", "Protein X", "Mus musculus")),
        (
            "sp|P05231-2|IL6_HUMAN Isoform 2 of Interleukin-6",
            ("P05231-2", "", "Isoform 2 of Interleukin-6", "Homo sapiens"),
        ),
        (
            "UniRef100_Q6GZX4 Protein n=4 Tax=Ranavirus TaxID=10492 RepID=001R_FRG3G",
            ("UniRef100_Q6GZX4", "", "Protein", "Ranavirus"),
        ),
        (
            "UniRef100_U3PVA8 Protein IroK n=22 Tax=Escherichia coli RepID=IROK_ECOL",
            ("UniRef100_U3PVA8", "", "Protein IroK", "Escherichia coli"),
        ),
        ("UPI0000000005 status=active", ("UPI0000000005", "", "", "")),
        (
            "UPI0000083A08 Name One OS=Homo sapiens OX=9606 GN=ONE AC=P12345 SS=ABC01415 PC=UP000005640:Chromosome 1",
            ("UPI0000083A08", "ONE", "Name One", "Homo sapiens"),
        ),
    ],
)
def test_uniprots_headers_of_every_database_are_read(header: str, parts: tuple[str, ...]) -> None:
    assert said(header) == parts


@pytest.mark.parametrize(
    ("header", "parts"),
    [
        # neXtProt's FASTA export and its PEFF
        ("nxp|NX_P02768-1|ALB|Serum albumin|Iso 1", ("NX_P02768-1", "ALB", "Serum albumin", "Homo sapiens")),
        (
            "nxp|NX_P0DMU3-1|-|FAM231A/C-like protein|Iso 1",
            ("NX_P0DMU3-1", "", "FAM231A/C-like protein", "Homo sapiens"),
        ),
        (
            r"nxp:NX_P02766-1 \PName=Transthyretin isoform Iso 1 \GName=TTR \NcbiTaxId=9606 \TaxName=Homo Sapiens \PE=1",
            ("NX_P02766-1", "TTR", "Transthyretin isoform Iso 1", "Homo sapiens"),
        ),
        (r"sp:P1 \PName=(First name)(second) \TaxName=Ovis orientalis", ("P1", "", "First name", "Ovis orientalis")),
        # NCBI
        (
            "NP_000591.5 interleukin-6 isoform 1 precursor [Homo sapiens]",
            ("NP_000591.5", "", "interleukin-6 isoform 1 precursor", "Homo sapiens"),
        ),
        (
            "XP_1.1 pyruvate dehydrogenase [acetyl-transferring]-phosphatase 1 [Mus musculus]",
            ("XP_1.1", "", "pyruvate dehydrogenase [acetyl-transferring]-phosphatase 1", "Mus musculus"),
        ),
        ("WP_1.1 decarboxylase [[Haemophilus] ducreyi]", ("WP_1.1", "", "decarboxylase", "[Haemophilus] ducreyi")),
        ("gi|412163|emb|CAA00606.1| albumin [Homo sapiens]", ("CAA00606.1", "", "albumin", "Homo sapiens")),
        (
            "sp|P05231.1|IL6_HUMAN RecName: Full=Interleukin-6; Short=IL-6; Flags: Precursor [Homo sapiens]",
            ("P05231.1", "", "Interleukin-6", "Homo sapiens"),
        ),
        ("A1.1 one [Homo sapiens]\x01B1.1 two [Mus musculus]", ("A1.1", "", "one", "Homo sapiens")),
        # Ensembl and GENCODE
        (
            "ENSP00000399781.1 pep chromosome:GRCh38:1:2 gene:ENSG1 gene_symbol:DHDDS description:synthase [Source:HGNC]",
            ("ENSP00000399781.1", "DHDDS", "synthase", "Homo sapiens"),
        ),
        (
            "ENSMUSP00000026845.1 pep chromosome:GRCm39:5:1:2:1 gene:ENSMUSG00000025746.11",
            ("ENSMUSP00000026845.1", "", "", "Mus musculus"),
        ),
        (
            "ENSP00000493376.2|ENST00000641515.2|ENSG00000186092.7|OTTHUMG1.4|OTTHUMT1.4|OR4F5-201|OR4F5|326",
            ("ENSP00000493376.2", "OR4F5", "", "Homo sapiens"),
        ),
    ],
)
def test_headers_of_other_databases_are_read(header: str, parts: tuple[str, ...]) -> None:
    assert said(header) == parts


# As they stand in MaxQuant's contaminants.fasta, in IPI, and in the UPS standard's file.
@pytest.mark.parametrize(
    ("header", "parts"),
    [
        ("P00761 SWISS-PROT:P00761|TRYP_PIG Trypsin - Sus scrofa (Pig).", ("P00761", "", "Trypsin", "Sus scrofa")),
        (
            "P0C1U8 SWISS-PROT:P0C1U8 Endoproteinase Glu-C - Staphylococcus aureus.",
            ("P0C1U8", "", "Endoproteinase Glu-C", "Staphylococcus aureus"),
        ),
        (
            "P02668 SWISS-PROT:P02668 Kappa-casein [Contains: Casoxin C; Casoxin 6] - Bos taurus (Bovine).",
            ("P02668", "", "Kappa-casein [Contains: Casoxin C; Casoxin 6]", "Bos taurus"),
        ),
        (
            "Q32MB2 TREMBL:Q32MB2;Q86Y46 Tax_Id=9606 Gene_Symbol=KRT73 Keratin-73",
            ("Q32MB2", "KRT73", "Keratin-73", "Homo sapiens"),
        ),
        (
            "Q9BYR9 SWISS-PROT:Q9BYR9 Tax_Id=9606 Gene_Symbol=KRTAP2-4;LOC644350 Keratin-associated protein 2-4",
            ("Q9BYR9", "KRTAP2-4", "Keratin-associated protein 2-4", "Homo sapiens"),
        ),
        (
            "ENSEMBL:ENSBTAP00000007350 (Bos taurus) similar to Complement C4-A precursor",
            ("ENSBTAP00000007350", "", "similar to Complement C4-A precursor", "Bos taurus"),
        ),
        (
            "REFSEQ:XP_986630 Tax_Id=10090 Gene_Symbol=Krt33b keratin complex 1, acidic, gene 3",
            ("XP_986630", "Krt33b", "keratin complex 1, acidic, gene 3", "Mus musculus"),
        ),
        (
            "H-INV:HIT000016045 Tax_Id=9606 Gene_Symbol=- Similar to Keratin 8",
            ("HIT000016045", "", "Similar to Keratin 8", "Homo sapiens"),
        ),
        ("Streptavidin (S.avidinii)", ("Streptavidin", "", "(S.avidinii)", "")),
        (
            "IPI:IPI00000001.2|SWISS-PROT:O95793-1|ENSEMBL:ENSP1;ENSP2 Tax_Id=9606 Gene_Symbol=STAU1 Staufen",
            ("IPI00000001.2", "STAU1", "Staufen", "Homo sapiens"),
        ),
        (
            "P02768ups|ALBU_HUMAN_UPS Serum albumin (Chain 26-609) - Homo sapiens (Human)",
            ("P02768ups", "", "Serum albumin (Chain 26-609)", "Homo sapiens"),
        ),
        ("Biognosys|iRT-Kit_WR_fusion GN=iRTKit", ("Biognosys", "iRTKit", "", "")),
        ("P00441 Superoxide dismutase [Cu-Zn]", ("P00441", "", "Superoxide dismutase [Cu-Zn]", "")),
        ("X1 some protein", ("X1", "", "some protein", "")),
        ("X1", ("X1", "", "", "")),
    ],
)
def test_headers_of_contaminants_standards_and_others_are_read(header: str, parts: tuple[str, ...]) -> None:
    assert said(header) == parts


@pytest.mark.parametrize(
    ("header", "accession"),
    [
        ("P05231\tInterleukin-6", "P05231"),
        (" P05231 Interleukin-6", "P05231"),
        ("sp_P05231_IL6_HUMAN", "P05231"),
        ("sp|ALBU_HUMAN|", "ALBU_HUMAN"),  # the Global Proteome Machine's cRAP
        ("uniprotkb|P05231|IL6_HUMAN", "P05231"),
        ("xx|TBIRA|BIRA_SYNTHETIC turbo-BirA", "TBIRA"),  # a laboratory's own database
        ("gnl|lab|PROT1", "PROT1"),  # gnl|database|identifier: NCBI's toolkit
        ("jgi|Aspni7|12345|e_gw1.1", "12345"),
        ("pir||S12345", "S12345"),
        ("1afo_A|P02724|GLPA_HUMAN|fold=0", "1afo_A"),
        ("sp||", "sp||"),
        ("|", "|"),
    ],
)
def test_the_accession_is_found_behind_a_database_and_else_begins_the_header(header: str, accession: str) -> None:
    assert fasta.parse_header(header).accession == accession


@pytest.mark.parametrize(
    ("identifier", "accession"),
    [
        ("CON__P02769", "CON__P02769"),
        ("contam_sp|P02769|ALBU_BOVIN", "contam_P02769"),
        ("CONTAM_sp|CONTAM_P02769|CONTAM_ALBU_BOVIN", "CONTAM_P02769"),
        ("sp|Cont_P02769|ALBU_BOVIN", "Cont_P02769"),
        ("sp|cRAP001|P02769|ALBU_BOVIN", "cRAP_P02769"),
        ("cRAP_P02769", "cRAP_P02769"),
        ("cRAP-P02769", "cRAP-P02769"),
    ],
)
def test_a_contaminant_keeps_its_mark_and_is_the_protein_without_it(identifier: str, accession: str) -> None:
    assert fasta.accession_of(identifier) == accession
    assert fasta.CONTAMINANT.sub("", accession) == "P02769"


@pytest.mark.parametrize(
    "identifier",
    [
        "rev_sp|P05231|IL6_HUMAN",
        "rev_contam_sp|P02769|ALBU_BOVIN",
        "REV__P05231",
        "REV__CON__P02769",
        "sp|REV_P05231|IL6_HUMAN",
        "DECOY_sp|P05231|IL6_HUMAN",
        "XXX_P05231",
        "###REV###sp|P05231|IL6_HUMAN",
        "sp|P05231_REVERSED|IL6_HUMAN_REVERSED",
    ],
)
def test_decoys_of_every_program_are_left_out_and_counted(tmp_path: Path, identifier: str) -> None:
    other = fasta.accession_of(identifier.replace("P05231", "P01579").replace("P02769", "P01579"))
    assert fasta.accession_of(identifier) != other  # two decoys never share a name
    kept, left_out = fasta.unique(fasta.read(written(tmp_path, f">{identifier}\nMKV\n>{IL6}\nMKL\n")))
    assert kept["accession"].tolist() == ["P05231"]
    assert left_out.decoys == 1


def test_an_entry_name_of_a_viral_rev_protein_is_no_decoy(tmp_path: Path) -> None:
    # REV_HV1H2: UniProt's entry name of P04618, HIV-1 protein Rev.
    kept, _ = fasta.unique(fasta.read(written(tmp_path, ">REV_HV1H2 Protein Rev\nMKV\n")))
    assert kept["accession"].tolist() == ["REV_HV1H2"]


@pytest.mark.parametrize(
    "identifier",
    [
        "P05231",
        "sp|P05231-2|IL6_HUMAN",
        "CON__P02769",
        "CON__ENSEMBL:ENSBTAP00000007350",
        "REFSEQ:XP_986630",
        "NP_000591.5",
        "contam_sp|P02769|ALBU_BOVIN",
        "sp|Cont_P02769|ALBU_BOVIN",
        "gi|412163|emb|CAA00606.1|",
        "P02768ups|ALBU_HUMAN_UPS",
        "ENSP00000493376.2|ENST00000641515.2",
        "Biognosys|iRT-Kit_WR_fusion",
        "UniRef100_Q6GZX4",
        "Streptavidin",
    ],
)
def test_a_table_and_its_fasta_name_the_protein_alike(identifier: str) -> None:
    assert fasta.CONTAMINANT.sub("", fasta.accession_of(identifier)) == accessions.parse(identifier).accession


def test_a_species_known_by_number_or_mnemonic_is_spelled_as_in_the_tables() -> None:
    for text in (
        "X Name OX=10090",
        "X Tax_Id=10090 Gene_Symbol=A Name",
        "A_MOUSE Name",
        "X Name OS=Mus musculus OX=10090",
    ):
        assert fasta.parse_header(text).organism == accessions.SPECIES["MOUSE"]
    assert fasta.parse_header("X Name OX=1").organism == ""


@given(st.text(min_size=1).filter(lambda text: text.strip("\x01 ").split("\x01")[0].strip()))
def test_no_header_is_too_odd_to_have_one_word_as_accession(header: str) -> None:
    assert len(fasta.parse_header(header).accession.split()) == 1


# ---- sequences -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "sequence"),
    [
        ("mkt-W\nal*\n\n", "MKTWAL"),  # soft-masked, aligned, with a final stop
        ("MA*K.\n", "MAXK"),  # a stop inside is a residue that nobody knows
        ("MKWUBZXJO\n", "MKWUBZXJO"),  # all of IUPAC's letters
        ("  1 MKWVTFISLL LLFSSAYSRG\n 21 VFRR\n", ALBUMIN),  # the layout of GCG
        ("MKW\n; a comment\nVTF\n", "MKWVTF"),
        ("MKW*-\n", "MKW"),
        ("", ""),
        ("***\n", ""),
        ("\t \n  MKW\n", "MKW"),
    ],
)
def test_a_sequence_is_its_residues_in_capitals(tmp_path: Path, lines: str, sequence: str) -> None:
    assert fasta.read(written(tmp_path, f">A\n{lines}>B\nMKW\n"))["sequence"].tolist() == [sequence, "MKW"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_any_system_and_a_mark_at_the_start_change_nothing(tmp_path: Path, end: str) -> None:
    read = fasta.read(written(tmp_path, end.join(["\ufeff; comment", "", ">A a", "MKW", "VTF", "", ">B", "MKL"])))
    assert read[["accession", "sequence"]].to_numpy().tolist() == [["A", "MKWVTF"], ["B", "MKL"]]


def test_blanks_before_and_behind_the_sign_of_a_header_change_nothing(tmp_path: Path) -> None:
    assert fasta.read(written(tmp_path, "\n >A a\nMKW\n\t> B\nMKL"))["accession"].tolist() == ["A", "B"]


def test_a_peff_file_is_read_past_its_own_header(tmp_path: Path) -> None:
    text = "# PEFF 1.0\n# //\n# DbName=neXtProt\n# //\n>nxp:NX_P05231-1 \\PName=Interleukin-6 \\GName=IL6\nMKW\n"
    assert fasta.read(written(tmp_path, text)).iloc[0].tolist() == ["NX_P05231-1", "IL6", "Interleukin-6", "", "MKW"]


def test_letters_outside_of_ascii_survive_in_either_encoding(tmp_path: Path) -> None:
    text = ">A β-lactoglobulin\nMKW\n"
    assert fasta.read(written(tmp_path, text))["protein_name"][0] == "β-lactoglobulin"
    assert fasta.read(written(tmp_path, text.encode("utf-16")))["protein_name"][0] == "β-lactoglobulin"
    assert fasta.read(written(tmp_path, ">A 5’-Ménière\nMKW\n".encode("cp1252")))["protein_name"][0] == "5’-Ménière"


def zipped(content: bytes) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("inside.fasta", content)
    return archive.getvalue()


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zipped])
def test_a_packed_file_is_known_by_its_content_and_reads_the_same(tmp_path: Path, pack) -> None:
    text = f">{IL6}\n{ALBUMIN}\n"
    plain, packed = written(tmp_path, text), written(tmp_path, pack(text.encode()), "packed.fasta")
    assert fasta.read(plain).equals(fasta.read(packed))


def test_records_keep_the_order_of_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, ">B\nMKW\n>A\nMKW\n>C\nMKW\n")
    assert fasta.read(path)["accession"].tolist() == ["B", "A", "C"]


def test_a_giant_protein_is_read_whole(tmp_path: Path) -> None:
    # 35,000 residues, as titin.
    assert fasta.read(written(tmp_path, ">A\n" + "MKWVTFISLL\n" * 3500))["sequence"].str.len().tolist() == [35_000]


# ---- wrong files ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "the file is empty"),
        (" \n\n", "the file is empty"),
        ("; nothing else\n", "comments and no record"),
        ("accession\tsequence\nA\tMKW\n", "not a FASTA file"),
        ("<!DOCTYPE html>\n>A\nMKW\n", "not a FASTA file"),
        (">A\nMKW\n>\nMKW\n", "no name"),
        (">A\nMK/W\n", "A has the character '/'"),
        (">A\nMK\xb2W\n", "A has the character"),
        (">NM_1\nATGGCCATTGTAATGGGCCGCTGAAAGGGTGCCCGATAG\n", "nucleotide"),
        (">NM_1\nauggccauuguaaugggccgcugaaagggugcccgauagn\n", "nucleotide"),
        (">NM_1\nATGGCCATTGTRATGGGCCGYTGAAAGGGTGCCCGATAG\n", "nucleotide"),  # two ambiguity codes among 39 bases
        (gzip.compress(f">A\n{ALBUMIN}\n".encode(), mtime=0)[:-9], "cut off"),
        (bz2.compress(f">A\n{ALBUMIN}\n".encode())[:-9], "cut off"),
        (b"BZh9" + b"garbage" * 5, "cannot be read"),
        (">A\nMKW\n".encode("utf-16")[:-1], "cut off"),
        (b"\x00\x01\x02binary", "not a FASTA file"),
    ],
)
def test_a_wrong_file_is_refused_in_one_line_that_names_it(tmp_path: Path, content: str | bytes, says: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(InputError) as caught:
        fasta.read(path)
    assert says in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        fasta.read(tmp_path / "absent.fasta")
    with pytest.raises(InputError, match="folder"):
        fasta.read(tmp_path)


# ---- repeated accessions -------------------------------------------------------------------------------------------------


def test_a_repeated_accession_stays_once_and_a_contradicting_one_is_named(tmp_path: Path) -> None:
    read = fasta.read(written(tmp_path, ">A\nMKW\n>B\nMKL\n>A\nMKW\n>B\nMKV\n>B\nMKV\n"))
    kept, left_out = fasta.unique(read)
    assert kept[["accession", "sequence"]].to_numpy().tolist() == [["A", "MKW"], ["B", "MKL"]]
    assert (left_out.same, left_out.different) == (1, ["B"])


def test_a_row_without_sequence_gives_way_to_one_that_has_it_and_else_stays_and_is_counted(tmp_path: Path) -> None:
    kept, left_out = fasta.unique(fasta.read(written(tmp_path, ">A\n>B\n>A\nMKW\n>C\nMKL\n>C\n")))
    assert sorted(kept[["accession", "sequence"]].to_numpy().tolist()) == [["A", "MKW"], ["B", ""], ["C", "MKL"]]
    assert left_out == fasta.Repeats(same=2, empty=1)


def test_a_contaminant_never_merges_with_the_protein_of_the_same_accession(tmp_path: Path) -> None:
    text = (
        ">sp|P02768|ALBU_HUMAN\nMKW\n>CON__P02768\nMKV\n>sp|cRAP002|P02768|ALBU_HUMAN\nMKV\n>contam_sp|P02768|A\nMKV\n"
    )
    kept, left_out = fasta.unique(fasta.read(written(tmp_path, text)))
    assert kept["accession"].tolist() == ["P02768", "CON__P02768", "cRAP_P02768", "contam_P02768"]
    assert left_out == fasta.Repeats()


def test_no_row_at_all_stays_no_row(tmp_path: Path) -> None:
    read = fasta.read(written(tmp_path, ">rev_A\nMKW\n"))
    assert len(fasta.unique(read)[0]) == 0
    assert len(fasta.unique(read.iloc[:0])[0]) == 0


# ---- real files ----------------------------------------------------------------------------------------------------------


def test_the_real_human_file_reads_whole(shared_data: Path) -> None:
    # 18,345 sequences: the folder's README.
    proteins = fasta.read(shared_data / "sequence" / "human_swissprot_2014.fasta.gz")
    assert len(proteins) == 18_345
    assert proteins["accession"].is_unique
    assert set(proteins["organism"]) == {"Homo sapiens"}
    il6 = proteins.set_index("accession").loc["P05231"]
    assert (il6["gene"], il6["organism"]) == ("IL6", "Homo sapiens")


def test_a_real_file_of_contaminants_gives_every_one_an_accession_of_its_own(shared_data: Path) -> None:
    # 387 entries: the folder's PROVENANCE.md.
    proteins = fasta.read(shared_data / "knowledge" / "contaminants" / "perutz_contaminants_notag_2026_01.fasta")
    assert len(proteins) == 387
    assert proteins["accession"].is_unique
    assert (proteins["organism"] != "").all()
