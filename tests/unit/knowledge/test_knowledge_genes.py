"""Genes and aliases hold together, and hold what other sources say of accessions, symbols, orthologs and Ensembl."""

import csv
import gzip
import sqlite3

import packages
import pytest
from genes import aliases as build_aliases
from genes import genes as build_genes
from orthologs import ReviewedEntries

HUMAN, MOUSE = "HUMAN", "MOUSE"


def test_each_row_has_its_human_ortholog_among_the_human_rows_and_a_human_row_is_its_own(genes):
    human = {row["accession"] for row in genes if row["organism"] == "human"}
    for row in genes:
        if row["organism"] == "human":
            assert row["human_accession"] == row["accession"]
        elif row["human_accession"]:
            assert row["human_accession"] in human


def test_a_row_with_an_ortholog_has_what_is_counted_of_the_human_gene_and_another_has_nothing(genes):
    counted = {row["accession"]: row for row in genes if row["organism"] == "human"}
    for row in genes:
        of = counted.get(row["human_accession"], {})
        assert [row[name] for name in ("ensembl", "papers", "go_terms")] == [
            of.get(name, "") for name in ("ensembl", "papers", "go_terms")
        ]


def test_interleukin_6_is_famous_and_an_olfactory_receptor_is_not(genes):
    # IL6 stands in thousands of papers; OR4Q3 (Q8NH05) is one of some four hundred olfactory receptors.
    papers = {row["accession"]: int(row["papers"]) for row in genes if row["organism"] == "human" and row["papers"]}
    assert papers["P05231"] > 1000 > 20 > papers["Q8NH05"]


def test_ccl12_of_the_mouse_is_not_the_ortholog_of_human_ccl2(genes):
    ortholog = {row["accession"]: row["human_accession"] for row in genes}
    assert ortholog["P10148"] == "P13500"  # CCL2_MOUSE, CCL2_HUMAN
    assert ortholog["Q62401"] == ""  # CCL12_MOUSE


def test_the_seventeen_myokines_lead_from_mouse_to_human(genes, myokines):
    ortholog = {row["accession"]: row["human_accession"] for row in genes}
    core = [row for row in myokines.values() if row["list"] == "core"]
    assert len(core) == 17
    for row in core:
        assert ortholog[row["accession_mouse"]] == row["accession_human"]


def test_no_alias_is_an_official_symbol_and_hgf_and_cdf_do_not_lead_to_il6(genes, aliases):
    official = {row["gene"] for row in genes if row["organism"] == "human"}
    human = {row["alias"]: row for row in aliases if row["organism"] == "human"}
    # Official symbols of Entrez Gene: those of genes without a reviewed protein count, too, and are not all in genes.tsv.gz.
    reviewed_by_entrez = {row["gene"] for row in genes if row["organism"] == "human" and row["papers"]}
    assert not reviewed_by_entrez & human.keys()
    assert "HGF" in official
    assert "HGF" not in human
    assert (human["CDF"]["gene"], human["CDF"]["ambiguous"]) == ("IL6;LIF", "yes")
    assert (human["GDF8"]["gene"], human["GDF8"]["ambiguous"]) == ("MSTN", "no")


def test_an_alias_is_ambiguous_where_it_stands_for_several_genes(aliases):
    for row in aliases:
        assert (row["ambiguous"] == "yes") == (";" in row["gene"])
        assert row["gene"].split(";") == sorted(set(row["gene"].split(";")))


def test_every_alias_leads_to_a_gene_of_its_organism(genes, aliases):
    known = {(row["organism"], row["gene"]) for row in genes}
    led = {(row["organism"], gene) for row in aliases for gene in row["gene"].split(";")}
    assert {organism for organism, _ in led} == {"human", "mouse", "rat"}
    # A human gene whose protein stands under another gene's symbol (histones) has aliases and no row of its own.
    lost = [gene for organism, gene in led - known if organism == "human"]
    assert len(lost) < 0.02 * len(led)
    assert {one for one in led - known if one[0] != "human"} == set()


# ---- held against other sources ------------------------------------------------------------------------------------


def table(path, delimiter):
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter=delimiter))


def test_symbols_agree_with_those_of_a_plasma_assay(genes, shared_data):
    # SomaScan V4.0 lists UniProt accessions with Entrez gene names; they were written independently of org.Hs.eg.db.
    listed = table(shared_data / "knowledge" / "plasma_assay_coverage" / "somascan_v4_5k_human.tsv", "\t")
    symbol = {row["accession"]: row["gene"] for row in genes if row["organism"] == "human"}
    both = [(row["UniProt ID"], row["Entrez Gene Name"]) for row in listed if row["UniProt ID"] in symbol]
    assert len(both) > 4500
    assert sum(symbol[accession] == name for accession, name in both) / len(both) > 0.99


def test_mouse_symbols_and_orthologs_agree_with_the_lists_of_natmi(genes, shared_data):
    ids = shared_data / "knowledge" / "ligand_receptor_connectomeDB2020" / "ids"
    mouse = {row["UniProt ID"]: row["Symbol"] for row in table(ids / "10090_uniprot.csv", ",")}
    human = {row["UniProt ID"]: row["Symbol"] for row in table(ids / "9606_uniprot.csv", ",")}
    rows = [row for row in genes if row["organism"] == "mouse" and row["accession"] in mouse]
    assert len(rows) > 16000
    assert sum(row["gene"] == mouse[row["accession"]] for row in rows) / len(rows) > 0.93
    pairs = [
        (mouse[row["accession"]], human[row["human_accession"]]) for row in rows if row["human_accession"] in human
    ]
    assert len(pairs) > 15000
    # Orthologs are spelled alike but for the case, most of them; a shifted or shuffled column would leave none.
    assert sum(one.upper() == other.upper() for one, other in pairs) / len(pairs) > 0.93


def test_ensembl_numbers_are_those_of_the_human_protein_atlas(genes, shared_data):
    path = shared_data / "knowledge" / "hpa_tissue_consensus" / "RNAtableTissue.tsv.gz"
    known = {row["GeneID"] for row in table(path, "\t")}
    listed = [set(row["ensembl"].split(";")) for row in genes if row["organism"] == "human" and row["ensembl"]]
    assert sum(bool(numbers & known) for numbers in listed) / len(listed) > 0.99


# ---- the rules on made genes ---------------------------------------------------------------------------------------


@pytest.fixture
def made(tmp_path):
    """AAA and BBB share alias X; AAA has alias BBB and Y; CCC and DDD share a protein; mouse: Aaa, Bx for BBB, Bby too."""
    path = tmp_path / "genes.sqlite"
    with sqlite3.connect(path) as database:
        database.executescript(
            "CREATE TABLE genes (_id, gene_id); CREATE TABLE gene_info (_id, gene_name, symbol);"
            "CREATE TABLE uniprot (_id, uniprot_id); CREATE TABLE chromosomes (_id, chromosome);"
            "CREATE TABLE go_cc (_id, go_id, evidence); CREATE TABLE go_mf (_id, go_id, evidence);"
            "CREATE TABLE go_bp (_id, go_id, evidence); CREATE TABLE pubmed (_id, pubmed_id);"
            "CREATE TABLE ensembl (_id, ensembl_id); CREATE TABLE alias (_id, alias_symbol);"
        )
        symbols = {1: "AAA", 2: "BBB", 3: "CCC", 4: "DDD", 5: "RNA"}
        for number, symbol in symbols.items():
            database.execute("INSERT INTO genes VALUES (?, ?)", (number, str(100 + number)))
            database.execute("INSERT INTO gene_info VALUES (?, '', ?)", (number, symbol))
        proteins = [(1, "P00001"), (2, "P00002"), (3, "P00003"), (4, "P00003")]
        database.executemany("INSERT INTO uniprot VALUES (?, ?)", proteins)
        database.executemany(
            "INSERT INTO pubmed VALUES (?, ?)", [(1, "7"), (1, "7"), (1, "8"), (3, "1"), (4, "1"), (4, "2")]
        )
        database.executemany(
            "INSERT INTO go_cc VALUES (?, ?, ?)", [(1, "GO:1", "IDA"), (1, "GO:1", "IEA"), (1, "GO:9", "ND")]
        )
        database.executemany("INSERT INTO go_bp VALUES (?, ?, ?)", [(1, "GO:2", "IEA")])
        database.executemany("INSERT INTO ensembl VALUES (?, ?)", [(3, "ENSG3"), (4, "ENSG4")])
        names = [(1, "AAA"), (1, "X"), (2, "X"), (1, "BBB"), (1, "Y"), (1, "rna"), (5, "Y"), (1, "RNA")]
        database.executemany("INSERT INTO alias VALUES (?, ?)", names)
    database.close()
    entries = {
        accession: packages.Entry(accession, gene, mnemonic, frozenset({mgi} - {""}), frozenset())
        for accession, gene, mnemonic, mgi in [
            ("P00001", "AAA", HUMAN, ""), ("P00002", "OLD", HUMAN, ""), ("P00003", "DDD", HUMAN, ""),
            ("P00009", "LOST", HUMAN, ""), ("Q00001", "Aaa", MOUSE, "1"), ("Q00002", "Bx", MOUSE, "2"),
            ("Q00003", "Only", MOUSE, "3"), ("P99999", "AAA", "BOVIN", ""),
        ]
    }  # fmt: skip
    nomenclature = {
        "101": packages.Nomenclature(("P00001",), {"mouse": frozenset({"1"}), "rat": frozenset()}),
        "102": packages.Nomenclature(("P00002",), {"mouse": frozenset({"2"}), "rat": frozenset()}),
    }
    return ReviewedEntries.build(packages.read_genes(path), entries, nomenclature), packages.read_gene_facts(path)


def test_papers_and_terms_are_counted_once_and_no_data_is_no_annotation(made):
    rows = {row["accession"]: row for row in build_genes(*made)}
    assert (rows["P00001"]["papers"], rows["P00001"]["go_terms"]) == ("2", "2")
    assert (rows["P00002"]["papers"], rows["P00002"]["go_terms"]) == ("0", "0")  # looked for and none
    assert (rows["P00009"]["papers"], rows["P00009"]["go_terms"]) == ("", "")  # no gene to look for


def test_a_protein_of_several_genes_has_what_is_listed_of_any(made):
    row = next(row for row in build_genes(*made) if row["accession"] == "P00003")
    assert (row["gene"], row["papers"], row["ensembl"]) == ("DDD", "2", "ENSG3;ENSG4")


def test_the_symbol_is_entrez_genes_in_human_and_uniprots_in_mouse(made):
    rows = {row["accession"]: row for row in build_genes(*made)}
    assert rows["P00002"]["gene"] == "BBB"
    assert (rows["Q00002"]["gene"], rows["Q00002"]["human_accession"]) == ("Bx", "P00002")
    assert (rows["Q00003"]["human_accession"], rows["Q00003"]["papers"]) == ("", "")
    assert "P99999" not in rows  # no host species


def test_official_symbols_win_and_shared_names_are_ambiguous(made):
    rows = {(row["organism"], row["alias"]): (row["gene"], row["ambiguous"]) for row in build_aliases(*made)}
    assert rows == {
        ("human", "X"): ("AAA;BBB", "yes"),
        ("human", "Y"): ("AAA", "no"),  # the other gene of that name makes no protein
        ("mouse", "BBB"): ("Bx", "no"),  # the human symbol, where the mouse has another
    }
