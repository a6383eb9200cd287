"""FASTA files: every header style, every way a file can be wrong."""

import gzip
from pathlib import Path

import pytest

from myosieve.errors import InputError
from myosieve.sequence import fasta

IL6 = "sp|P05231|IL6_HUMAN Interleukin-6 OS=Homo sapiens OX=9606 GN=IL6 PE=1 SV=1"


def written(folder: Path, content: str | bytes, name: str = "proteins.fasta") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_uniprot_header_gives_accession_name_organism_and_gene() -> None:
    assert fasta.parse_header(IL6) == fasta.Header("P05231", "IL6", "Interleukin-6", "Homo sapiens")


def test_an_organism_ends_where_the_next_field_begins_whichever_it_is() -> None:
    old = "sp|P12345|AATM_RABIT Aspartate aminotransferase OS=Oryctolagus cuniculus GN=GOT2 PE=1 SV=2"
    assert fasta.parse_header(old).organism == "Oryctolagus cuniculus"
    assert fasta.parse_header("tr|A0A0B4|A0A0B4_MOUSE Protein X OS=Mus musculus").organism == "Mus musculus"


@pytest.mark.parametrize(
    ("header", "accession"),
    [
        ("sp|P05231-2|IL6_HUMAN Isoform 2 of Interleukin-6 OS=Homo sapiens GN=IL6", "P05231-2"),
        ("P05231", "P05231"),
        ("P05231\tInterleukin-6", "P05231"),
        (" P05231 Interleukin-6", "P05231"),
        ("ENSP00000258743.5|ENST00000258743.10|ENSG00000136244.12", "ENSP00000258743.5"),
        ("CON__P02769 SWISS-PROT:P02769 (Bos taurus) Bovine serum albumin precursor", "CON__P02769"),
        ("contam_sp|P02769|ALBU_BOVIN Albumin OS=Bos taurus", "contam_P02769"),
        ("P02768ups|ALBU_HUMAN_UPS Serum albumin (Chain 26-609) - Homo sapiens (Human)", "P02768ups"),
        ("sp_P05231_IL6_HUMAN", "P05231"),
        ("gnl|lab|PROT1", "lab"),
    ],
)
def test_every_header_style_gives_its_accession(header: str, accession: str) -> None:
    assert fasta.parse_header(header).accession == accession


def test_a_plain_header_has_a_name_and_neither_gene_nor_organism() -> None:
    assert fasta.parse_header("X1 some protein") == fasta.Header("X1", "", "some protein", "")


def test_sequences_come_in_upper_case_without_stop_gaps_and_windows_line_ends(tmp_path: Path) -> None:
    path = written(tmp_path, "\ufeff>A\r\nmkt-W\r\nal*\r\n\r\n>B\r\nMA*K.\r\n")
    assert fasta.read(path)["sequence"].tolist() == ["MKTWAL", "MAXK"]


def test_a_gzipped_file_is_known_by_its_content_and_reads_the_same(tmp_path: Path) -> None:
    text = f">{IL6}\nMNSFSTSAFGPVAFSLGLLLVLPAAFPAP\n"
    plain, packed = written(tmp_path, text), written(tmp_path, gzip.compress(text.encode()), "packed.fasta")
    assert fasta.read(plain).equals(fasta.read(packed))


def test_records_keep_the_order_of_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, ">B\nMKW\n>A\nMKW\n>C\nMKW\n")
    assert fasta.read(path)["accession"].tolist() == ["B", "A", "C"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "the file is empty"),
        (" \n\n", "the file is empty"),
        ("accession\tsequence\nA\tMKW\n", "not a FASTA file"),
        (">A\nMKW\n>B\n>C\nMKW\n", "B has no sequence"),
        (">A\n***\n", "A has no sequence"),
        (">A\nMKW\n>\nMKW\n", "no name"),
        (">A\nMK1W\n", "character '1'"),
        (">NM_1\nATGGCCATTGTAATGGGCCGCTGAAAGGGTGCCCGATAG\n", "nucleotide"),
        (">NM_1\nAUGGCCAUUGUAAUGGGCCGCUGAAAGGGUGCCCGAUAGN\n", "nucleotide"),
        (">NM_1\nATGGCCATTGTRATGGGCCGYTGAAAGGGTGCCCGATAG\n", "nucleotide"),  # two ambiguity codes among 39 bases
        (gzip.compress(b">A\nMKWVTFISLLLLFSSAYSRGVFRR\n")[:-9], "cut short"),
        (">A\nMKW\n".encode("utf-16"), "not a FASTA file"),
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
    with pytest.raises(InputError, match="not readable"):
        fasta.read(tmp_path)


def test_a_repeated_accession_stays_once_and_a_contradicting_one_is_named(tmp_path: Path) -> None:
    read = fasta.read(written(tmp_path, ">A\nMKW\n>B\nMKL\n>A\nMKW\n>B\nMKV\n>B\nMKV\n"))
    kept, left_out = fasta.unique(read)
    assert kept[["accession", "sequence"]].to_numpy().tolist() == [["A", "MKW"], ["B", "MKL"]]
    assert (left_out.same, left_out.different) == (1, ["B"])


def test_decoys_are_left_out_and_counted_and_contaminants_stay(tmp_path: Path) -> None:
    read = fasta.read(written(tmp_path, ">rev_sp|A|A_HUMAN\nMKW\n>sp|A|A_HUMAN\nMKL\n>REV__B\nMKV\n>CON__B\nMKV\n"))
    kept, left_out = fasta.unique(read)
    assert kept["accession"].tolist() == ["A", "CON__B"]
    assert left_out.decoys == 2


def test_a_contaminant_never_merges_with_the_protein_of_the_same_accession(tmp_path: Path) -> None:
    read = fasta.read(written(tmp_path, ">sp|P02768|ALBU_HUMAN\nMKW\n>CON__P02768\nMKV\n"))
    assert fasta.unique(read)[1] == fasta.Repeats()


def test_the_real_human_file_reads_whole(shared_data: Path) -> None:
    # 18,345 sequences: the folder's README.
    proteins = fasta.read(shared_data / "sequence" / "human_swissprot_2014.fasta.gz")
    assert len(proteins) == 18_345
    assert proteins["accession"].is_unique
    il6 = proteins.set_index("accession").loc["P05231"]
    assert (il6["gene"], il6["organism"]) == ("IL6", "Homo sapiens")
