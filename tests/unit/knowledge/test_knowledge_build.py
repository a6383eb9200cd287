"""The build: its rules on genes made up for the purpose, and the shipped bytes from the real packages."""

import gzip
import hashlib
import sqlite3

import knowledge
import packages
import pytest
from contaminants import contaminants
from ligand_receptor import receptors
from localization import extracellular, leak_markers
from orthologs import ReviewedEntries

EXOSOME, REGION, CYTOSOL, LARGE_SUBUNIT = "GO:0070062", "GO:0005576", "GO:0005829", "GO:0022625"
CONSTITUENT_OF_RIBOSOME, RECEPTOR_LIGAND = "GO:0003735", "GO:0048018"


@pytest.fixture
def made(tmp_path):
    """Return a function that makes genes: symbol -> (accession, components, functions), each term with its code."""

    def make(described, orthologs=None):
        path = tmp_path / "genes.sqlite"
        with sqlite3.connect(path) as database:
            database.executescript(
                "CREATE TABLE genes (_id, gene_id); CREATE TABLE gene_info (_id, gene_name, symbol);"
                "CREATE TABLE uniprot (_id, uniprot_id); CREATE TABLE chromosomes (_id, chromosome);"
                "CREATE TABLE go_cc (_id, go_id, evidence); CREATE TABLE go_cc_all (_id, go_id, evidence);"
                "CREATE TABLE go_mf_all (_id, go_id, evidence); CREATE TABLE go_bp_all (_id, go_id, evidence);"
                "CREATE TABLE go_mf (_id, go_id, evidence); CREATE TABLE go_bp (_id, go_id, evidence);"
                "CREATE TABLE pubmed (_id, pubmed_id); CREATE TABLE ensembl (_id, ensembl_id);"
                "CREATE TABLE alias (_id, alias_symbol);"
            )
            for number, (symbol, (accession, components, functions)) in enumerate(described.items(), start=1):
                database.execute("INSERT INTO genes VALUES (?, ?)", (number, str(100 + number)))
                database.execute("INSERT INTO gene_info VALUES (?, '', ?)", (number, symbol))
                database.execute("INSERT INTO uniprot VALUES (?, ?)", (number, accession))
                for term, code in components:
                    database.execute("INSERT INTO go_cc VALUES (?, ?, ?)", (number, term, code))
                for term, code in functions:
                    database.execute("INSERT INTO go_mf_all VALUES (?, ?, ?)", (number, term, code))
        database.close()
        entries, nomenclature = {}, {}
        for number, (symbol, (accession, *_)) in enumerate(described.items(), start=1):
            entries[accession] = entry(accession, symbol, "HUMAN")
            mouse = (orthologs or {}).get(symbol, {})
            for mgi, (one, name) in mouse.items():
                entries[one] = entry(one, name, "MOUSE", mgi)
            named = {"mouse": frozenset(mouse), "rat": frozenset()}
            nomenclature[str(100 + number)] = packages.Nomenclature((accession,), named)
        return ReviewedEntries.build(packages.read_genes(path), entries, nomenclature)

    return make


def entry(accession, gene, mnemonic, mgi=""):
    return packages.Entry(accession, gene, mnemonic, frozenset({mgi} - {""}), frozenset())


def by_gene(rows):
    return {row["gene"]: row for row in rows}


def test_an_annotation_to_the_exosome_makes_nothing_extracellular(made):
    reviewed = made({"AAA": ("P00001", [(EXOSOME, "HDA")], []), "BBB": ("P00002", [(REGION, "IDA")], [])})
    assert list(by_gene(extracellular(reviewed))) == ["BBB"]


@pytest.mark.parametrize(
    ("codes", "evidence"),
    [
        (["IEA"], "electronic"),
        (["IEA", "HDA"], "high_throughput"),
        (["HDA", "TAS"], "curated"),
        (["TAS", "IDA"], "exp"),
    ],
)
def test_the_best_evidence_names_the_class_and_all_codes_are_listed(made, codes, evidence):
    reviewed = made({"AAA": ("P00001", [(REGION, code) for code in codes], [])})
    row = by_gene(extracellular(reviewed))["AAA"]
    assert (row["evidence"], row["evidence_codes"]) == (evidence, ";".join(sorted(codes)))


def test_an_author_statement_on_a_protein_of_the_cytosol_counts_for_a_receptor_ligand_only(made):
    both = [(REGION, "TAS"), (CYTOSOL, "IDA")]
    reviewed = made(
        {
            "PLAIN": ("P00001", both, []),
            "PLASMA": ("P00002", [*both, (REGION, "HDA")], []),
            "LIGAND": ("P00003", both, [(RECEPTOR_LIGAND, "IDA")]),
            "OUTSIDE": ("P00004", [(REGION, "TAS")], []),
        }
    )
    evidence = {gene: row["evidence"] for gene, row in by_gene(extracellular(reviewed)).items()}
    assert evidence == {"PLASMA": "high_throughput", "LIGAND": "curated", "OUTSIDE": "curated"}


def test_experimental_evidence_of_the_human_gene_is_curated_in_its_ortholog(made):
    reviewed = made({"AAA": ("P00001", [(REGION, "IDA")], [])}, {"AAA": {"7": ("Q00001", "Aaa")}})
    row = by_gene(extracellular(reviewed))["Aaa"]
    assert (row["organism"], row["evidence"], row["evidence_codes"]) == ("mouse", "curated", "ISO:IDA")


@pytest.mark.parametrize("code", ["IDA", "HDA", "TAS", "IEA"])
def test_any_direct_extracellular_annotation_keeps_a_gene_off_the_leak_markers(made, code):
    inside, function = [(LARGE_SUBUNIT, "IDA")], [(CONSTITUENT_OF_RIBOSOME, "IDA")]
    outside = [*inside, (CYTOSOL, "IDA"), (REGION, code)]
    reviewed = made({"AAA": ("P00001", inside, function), "BBB": ("P00002", outside, function)})
    assert list(by_gene(leak_markers(reviewed, []))) == ["AAA"]


def test_an_electronic_annotation_makes_no_leak_marker_and_a_myokine_never_is_one(made):
    function = [(CONSTITUENT_OF_RIBOSOME, "IDA")]
    reviewed = made(
        {
            "AAA": ("P00001", [(LARGE_SUBUNIT, "IEA")], function),
            "BBB": ("P00002", [(LARGE_SUBUNIT, "IDA")], function),
            "CCC": ("P00003", [(LARGE_SUBUNIT, "IDA")], function),
        }
    )
    assert list(by_gene(leak_markers(reviewed, ["CCC"]))) == ["BBB"]


def test_of_several_orthologs_the_one_spelled_as_in_human_stands_for_the_gene(made):
    several = {"CCL2": {"1": ("P10148", "Ccl2"), "2": ("Q62401", "Ccl12")}, "AAA": {"3": ("Q00003", "Bbb")}}
    reviewed = made({"CCL2": ("P13500", [], []), "AAA": ("P00001", [], [])}, several)
    assert (reviewed.one(1, "mouse"), reviewed.one(2, "mouse")) == ("P10148", "Q00003")
    assert reviewed.of(1, "mouse") == ("P10148", "Q62401")


def pair(source, target, names, resource):
    return {
        "source": source,
        "target": target,
        "source_genesymbol": names[0],
        "target_genesymbol": names[1],
        "resource": resource,
    }


def test_compiled_resources_are_not_counted_and_single_uncurated_ones_do_not_suffice(made):
    reviewed = made({"LIG": ("P00001", [], []), "REC": ("P00002", [], []), "ONE": ("P00003", [], [])})
    rows = [pair("P00001", "P00002", ("LIG", "REC"), name) for name in ("consensus", "mouseconsensus", "italk", "lrdb")]
    rows += [pair("P00001", "P00003", ("LIG", "ONE"), name) for name in ("consensus", "italk")]
    found = {row["receptor_gene"]: (row["resources"], row["curated"]) for row in receptors(rows, reviewed)}
    assert found == {"REC": ("2", "no")}
    rows.append(pair("P00001", "P00003", ("LIG", "ONE"), "cellphonedb"))
    found = {row["receptor_gene"]: (row["resources"], row["curated"]) for row in receptors(rows, reviewed)}
    assert found["ONE"] == ("2", "yes")


def test_a_complex_is_one_receptor_whatever_the_order_of_its_members(made):
    genes = {"LIG": ("P00001", [], []), "BBB": ("P00002", [], []), "AAA": ("P00003", [], [])}
    reviewed = made(genes, {gene: {gene: (f"Q0000{n}", gene.title())} for n, gene in enumerate(genes)})
    rows = [
        pair("P00001", "COMPLEX:P00002_P00003", ("LIG", "BBB_AAA"), "italk"),
        pair("P00001", "COMPLEX:P00003_P00002", ("LIG", "AAA_BBB"), "lrdb"),
    ]
    found = {row["organism"]: row for row in receptors(rows, reviewed)}
    assert (found["human"]["receptor_gene"], found["human"]["resources"]) == ("AAA+BBB", "2")
    assert (found["mouse"]["receptor_gene"], found["mouse"]["ligand_accession"]) == ("Aaa+Bbb", "Q00000")


def test_a_pair_without_an_ortholog_of_every_member_has_no_mouse_row(made):
    reviewed = made({"LIG": ("P00001", [], []), "REC": ("P00002", [], [])}, {"LIG": {"1": ("Q00001", "Lig")}})
    rows = [pair("P00001", "P00002", ("LIG", "REC"), name) for name in ("italk", "lrdb")]
    assert [row["organism"] for row in receptors(rows, reviewed)] == ["human"]


def listed(accession, species, protein, source, gene=""):
    return {
        "Uniprot ID": accession,
        "Organism": species,
        "Protein names": protein,
        "Source of Contamination": source,
        "Gene names": gene,
    }


def test_a_human_protein_is_never_serum_and_tags_are_left_out():
    rows = [
        listed("P02768", "Homo sapiens (Human)", "Albumin", "Residue cell medium containing FBS", "ALB"),
        listed("P02769", "Bos taurus (Bovine)", "Albumin", "Residue cell medium containing FBS", "ALB BSA"),
        listed("P04264", "Homo sapiens (Human)", "Keratin, type II", "Human skin and hair", "KRT1"),
        listed("AAAA1", "", "Anti-FLAG", "FLAG Affinity beads"),
    ]
    horse = {"P35747": entry("P35747", "ALB", "HORSE"), "P00559": entry("P00559", "PGK1", "HORSE")}
    found = {row["accession"]: (row["organism"], row["kind"]) for row in contaminants(rows, horse)}
    assert found == {
        "P02768": ("Homo sapiens", "other"),
        "P02769": ("Bos taurus", "serum"),
        "P04264": ("Homo sapiens", "keratin"),
        "P35747": ("Equus caballus", "serum"),
    }


def test_an_unreviewed_entry_is_told_by_its_name(tmp_path):
    path = tmp_path / "entries.tsv"
    path.write_text(
        "Entry\tGene names  (primary )\tEntry name\tCross-reference (RGD)\tCross-reference (MGI)\n"
        "P05231\tIL6\tIL6_HUMAN\t\t\nQ3KNV1\tKRT7\tQ3KNV1_HUMAN\t\t\nP08505\tIl6\tIL6_MOUSE\t\t96559;\n",
        encoding="utf-8",
    )
    entries = packages.read_entries(path)
    assert set(entries) == {"P05231", "P08505"}
    assert entries["P08505"].mgi == {"96559"}


def test_a_myokine_is_looked_up_by_official_symbol_or_refused(made):
    reviewed = made({"IL6": ("P05231", [], [])}, {"IL6": {"96559": ("P08505", "Il6")}})
    (row,) = knowledge.myokines([{"gene": "IL6"}], reviewed)
    assert (row["accession_human"], row["accession_mouse"], row["accession_rat"]) == ("P05231", "P08505", "")
    with pytest.raises(SystemExit, match="HGF is not an official symbol"):  # an alias of IL6 in org.Hs.eg.db
        knowledge.myokines([{"gene": "HGF"}], reviewed)


def test_a_table_is_written_sorted_and_a_cell_with_a_tab_is_refused(tmp_path):
    row = dict.fromkeys(knowledge.TABLES["contaminants.tsv"][0], "x")
    path = tmp_path / "contaminants.tsv"
    knowledge.write(path, [{**row, "accession": "Q"}, {**row, "accession": "P"}])
    assert [line.split("\t")[0] for line in path.read_text(encoding="utf-8").splitlines()] == ["accession", "P", "Q"]
    with pytest.raises(ValueError, match="a tab"):
        knowledge.write(path, [{**row, "kind": "a\tb"}])


def test_a_missing_or_changed_package_file_stops_the_build(tmp_path, monkeypatch):
    file = packages.PackageFile("made", "1.0", "made/table.csv", hashlib.sha256(b"right").hexdigest())
    monkeypatch.setattr(packages, "FILES", {"made": file})
    with pytest.raises(SystemExit, match=r"made/table.csv not found: unpack made 1.0"):
        packages.locate([tmp_path])
    path = tmp_path / "wheel" / "made" / "table.csv"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"wrong")
    with pytest.raises(SystemExit, match=r"is not the file of made 1.0"):
        packages.locate([tmp_path])
    path.write_bytes(b"right")
    assert packages.locate([tmp_path]) == {"made": path}


@pytest.mark.slow
def test_the_packages_give_the_shipped_bytes(unpacked, folder, tmp_path):
    knowledge.build([unpacked], tmp_path)
    for path in sorted(folder.glob("*.tsv")):
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name
    for path in sorted(folder.glob("*.gz")):  # zlib may pack otherwise on another machine
        assert gzip.decompress((tmp_path / path.name).read_bytes()) == gzip.decompress(path.read_bytes()), path.name
