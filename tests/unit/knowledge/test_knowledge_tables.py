"""The shipped tables hold together, and hold what biology and their readers need."""

import csv
import gzip
import re
from pathlib import Path

import pytest

from myosieve import knowledge

# Columns that other rooms read, in order, and how many of the first ones are the key.
CONTRACT = {
    "leak_markers.tsv": (["organism", "accession", "gene", "compartment", "rule"], 2),
    "extracellular.tsv": (["organism", "accession", "gene", "evidence", "evidence_codes"], 2),
    "receptors.tsv": (
        [
            "organism", "ligand_accession", "ligand_gene", "receptor_gene", "receptor_accession", "resources", "curated",
            "sources",
        ],
        4,
    ),
    "contaminants.tsv": (["accession", "organism", "source_of_contamination", "kind"], 1),
    "myokines.tsv": (
        [
            "gene", "name", "accession_human", "accession_mouse", "accession_rat", "target_organs", "direction",
            "effect", "matrix", "source", "list",
        ],
        1,
    ),
    "myokine_facts.tsv": (knowledge.MYOKINE_FACTS.names, 10),
    "pathways.tsv": (knowledge.PATHWAYS.names, 6),
    "protocols.tsv": (knowledge.PROTOCOLS.names, 2),
    "genes.tsv.gz": (
        ["organism", "accession", "gene", "human_accession", "ensembl", "papers", "go_terms"],
        2,
    ),
    "aliases.tsv.gz": (["organism", "alias", "gene", "ambiguous"], 2),
    "organisms.tsv": (["key", "species", "taxon_id", "mnemonic", "role"], 1),
}  # fmt: skip

# The pattern that UniProt's manual gives ("What are accession numbers?").
UNIPROT = re.compile(r"[OPQ][0-9][A-Z0-9]{3}[0-9]|[A-NR-Z][0-9]([A-Z][A-Z0-9]{2}[0-9]){1,2}")

# Primary accessions of UniProt's entries IL6_HUMAN, IL6_MOUSE and so on, written down by hand from other lists than the
# build's packages.
SEVENTEEN = {
    "IL6": ("P05231", "P08505"),
    "FNDC5": ("Q8NAU1", "Q8K4Z2"),
    "METRNL": ("Q641Q3", "Q8VE43"),
    "FGF21": ("Q9NSA1", "Q9JJN1"),
    "ERFE": ("Q4G0M1", "Q6PGN1"),
    "LIF": ("P15018", "P09056"),
    "MSTN": ("O14793", "O08689"),
    "DCN": ("P07585", "P28654"),
    "IGF1": ("P05019", "P05017"),
    "APLN": ("Q9ULZ1", "Q9R0R4"),
    "FSTL1": ("Q12841", "Q62356"),
    "BDNF": ("P23560", "P21237"),
    "CTSB": ("P07858", "P10605"),
    "OSM": ("P13725", "P53347"),
    "SPARC": ("P09486", "P07214"),
    "CCL2": ("P13500", "P10148"),
    "CX3CL1": ("P78423", "O35188"),
}

# Textbook proteins of the cytosol and the sarcomere: UniProt's human G3P, LDHA, KCRM, ALDOA, KPYM, TITIN.
INTRACELLULAR = {
    "GAPDH": "P04406", "LDHA": "P00338", "CKM": "P06732", "ALDOA": "P04075", "PKM": "P14618", "TTN": "Q8WZ42",
}  # fmt: skip


def content(path: Path) -> str:
    packed = path.read_bytes()
    return (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode("utf-8")


def lines(path: Path) -> list[list[str]]:
    return list(csv.reader(content(path).splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


def accessions(rows, organism=None, column="accession"):
    return {row[column] for row in rows if organism in (None, row.get("organism"))}


@pytest.mark.parametrize("name", CONTRACT)
def test_each_table_has_its_columns_and_whole_lines(folder, name):
    header, *rows = lines(folder / name)
    assert header == CONTRACT[name][0]
    assert rows
    assert {len(row) for row in rows} == {len(header)}


@pytest.mark.parametrize("name", CONTRACT)
def test_each_table_is_sorted_by_a_unique_key(folder, name):
    # A number is ordered as one: step 10 of a pathway comes behind step 9.
    keys = [
        tuple(cell.zfill(9) if cell.isdigit() else cell for cell in row[: CONTRACT[name][1]])
        for row in lines(folder / name)[1:]
    ]
    assert keys == sorted(set(keys))


@pytest.mark.parametrize("name", CONTRACT)
def test_each_table_is_plain_text_with_line_feeds_and_no_stray_blanks(folder, name):
    text = content(folder / name)
    assert "\r" not in text
    assert text.endswith("\n")
    assert not re.search(r"(^|\t) | (\t|$)", text, flags=re.MULTILINE)


def test_the_folder_holds_the_tables_and_their_sources_in_less_than_two_and_a_half_megabytes(folder):
    assert {path.name for path in folder.iterdir()} == {*CONTRACT, "SOURCES.md"}
    assert sum(path.stat().st_size for path in folder.iterdir()) < 2.5e6
    assert sum(path.stat().st_size for path in folder.glob("*.gz")) < 1.2e6


def test_every_accession_follows_uniprots_pattern(leak_markers, extracellular, receptors, contaminants, myokines):
    found = accessions(leak_markers) | accessions(extracellular) | accessions(contaminants)
    for side in ("ligand", "receptor"):
        found |= {part for row in receptors for part in row[f"{side}_accession"].split("+")}
    found |= {row[f"accession_{one}"] for row in myokines.values() for one in ("human", "mouse", "rat")} - {""}
    assert [accession for accession in found if not UNIPROT.fullmatch(accession)] == []


def test_no_accession_belongs_to_two_organisms(leak_markers, extracellular):
    for rows in (leak_markers, extracellular):
        assert len(accessions(rows)) == len(rows)


def test_the_seventeen_myokines_are_the_core_with_uniprots_accessions(myokines):
    core = {gene: row for gene, row in myokines.items() if row["list"] == "core"}
    assert {gene: (row["accession_human"], row["accession_mouse"]) for gene, row in core.items()} == SEVENTEEN


def test_every_myokine_has_a_human_accession_a_source_and_a_known_direction(myokines):
    for row in myokines.values():
        assert row["accession_human"]
        assert row["source"]
        assert row["direction"] in {"up", "down", "both", ""}
        assert row["list"] in {"core", "wider"}
    assert all(
        row["effect"] and row["target_organs"] and row["direction"]
        for row in myokines.values()
        if row["list"] == "core"
    )


def test_myostatin_goes_down_with_exercise(myokines):
    # doi 10.1002/oby.20216 and 10.3390/healthcare8040378: a known myokine need not go up.
    assert myokines["MSTN"]["direction"] == "down"


def test_every_core_myokine_is_known_to_be_extracellular_with_better_than_electronic_evidence(extracellular):
    evidence = {row["accession"]: row["evidence"] for row in extracellular}
    for human, mouse in SEVENTEEN.values():
        assert evidence[human] in {"exp", "curated"}
        assert evidence[mouse] == "curated"


@pytest.mark.parametrize("gene", INTRACELLULAR)
def test_intracellular_proteins_do_not_come_in_as_reviewed_extracellular_ones(extracellular, gene):
    rows = [row for row in extracellular if row["accession"] == INTRACELLULAR[gene]]
    assert [row for row in rows if row["evidence"] in {"exp", "curated"}] == []


@pytest.mark.parametrize("gene", ["GAPDH", "LDHA"])
def test_what_is_extracellular_through_the_exosome_only_has_no_row(extracellular, gene):
    # org.Hs.eg.db annotates both to extracellular exosome (GO:0070062, HDA) and to no extracellular term directly.
    assert INTRACELLULAR[gene] not in accessions(extracellular)


def test_evidence_is_the_best_class_of_its_codes(extracellular):
    # Classes of the Gene Ontology's guide to evidence codes.
    best = [
        ("exp", {"EXP", "IDA", "IPI", "IMP", "IGI", "IEP"}),
        ("curated", {"TAS", "NAS", "IC", "ISS", "ISO", "ISA", "ISM", "IGC", "RCA", "IBA", "IBD", "IKR", "IRD"}),
        ("high_throughput", {"HTP", "HDA", "HMP", "HGI", "HEP"}),
        ("electronic", {"IEA"}),
    ]
    for row in extracellular:
        codes = {code.removeprefix("ISO:") for code in row["evidence_codes"].split(";")}
        wanted = next(name for name, members in best if codes & members)
        if row["organism"] != "human":
            assert all(code.startswith("ISO:") for code in row["evidence_codes"].split(";"))
            wanted = "curated" if wanted == "exp" else wanted
        assert row["evidence"] == wanted


@pytest.mark.parametrize("organism", ["human", "mouse", "rat"])
def test_each_organism_has_between_100_and_250_leak_markers_of_every_compartment(leak_markers, organism):
    rows = [row for row in leak_markers if row["organism"] == organism]
    assert 100 <= len(rows) <= 250
    assert {row["compartment"] for row in rows} == {
        "ribosome", "proteasome", "mitochondrion", "sarcomere", "cytosolic enzyme", "chaperonin", "translation factor",
    }  # fmt: skip


def test_the_classical_markers_of_lysis_are_leak_markers(leak_markers):
    # Lactate dehydrogenase and creatine kinase are what clinical assays of cell and muscle damage measure.
    genes = {row["gene"] for row in leak_markers if row["organism"] == "human"}
    assert {"LDHA", "LDHB", "CKM", "GAPDH", "RPS3", "RPL4", "PSMA1", "CS", "MYH1", "MYH7"} <= genes


def test_every_leak_marker_names_the_go_terms_that_made_it_one(leak_markers):
    for row in leak_markers:
        assert re.match(r"(experimental|reviewed) in GO:\d{7}", row["rule"])
        assert ("by human ortholog" in row["rule"]) == (row["organism"] != "human")


def test_no_leak_marker_is_extracellular(leak_markers, extracellular):
    assert accessions(leak_markers) & accessions(extracellular) == set()


def test_no_myokine_is_a_leak_marker(leak_markers, myokines):
    known = {row[f"accession_{organism}"] for row in myokines.values() for organism in ("human", "mouse", "rat")}
    assert accessions(leak_markers) & known == set()


def test_bovine_albumin_is_serum_and_human_albumin_is_not(contaminants):
    kind = {row["accession"]: row["kind"] for row in contaminants}
    assert kind["P02769"] == "serum"  # ALBU_BOVIN
    assert kind["P35747"] == "serum"  # ALBU_HORSE
    assert kind.get("P02768") != "serum"  # ALBU_HUMAN


def test_no_protein_of_a_host_species_is_serum(contaminants, organisms):
    hosts = {row["species"] for row in organisms if row["role"] == "host"}
    assert [row for row in contaminants if row["kind"] == "serum" and row["organism"] in hosts] == []


def test_contaminants_have_a_known_kind_and_source(contaminants):
    assert {row["kind"] for row in contaminants} == {"serum", "keratin", "enzyme", "other"}
    assert all(row["source_of_contamination"] for row in contaminants)
    kind = {row["accession"]: row["kind"] for row in contaminants}
    assert kind["P00761"] == "enzyme"  # TRYP_PIG
    assert kind["P04264"] == "keratin"  # K2C1_HUMAN


def test_no_known_human_myokine_is_listed_as_a_contaminant(contaminants, myokines):
    assert accessions(contaminants) & {row["accession_human"] for row in myokines.values()} == set()


@pytest.mark.parametrize(
    ("organism", "ligand", "true", "false"),
    [("human", "P05231", ("IL6R", "IL6ST"), "F3"), ("mouse", "P08505", ("Il6ra", "Il6st"), "F3")],
)
def test_the_receptors_of_il6_have_more_resources_than_its_false_receptor_f3(receptors, organism, ligand, true, false):
    pairs = {
        row["receptor_gene"]: row
        for row in receptors
        if row["organism"] == organism and row["ligand_accession"] == ligand
    }
    for receptor in true:
        assert int(pairs[receptor]["resources"]) > int(pairs[false]["resources"])
        assert pairs[receptor]["curated"] == "yes"
    assert pairs[false]["curated"] == "no"


def test_receptors_are_listed_twice_or_curated(receptors):
    for row in receptors:
        assert row["curated"] in {"yes", "no"}
        # 15 resources beside the two compiled ones, as counted in omni_resource.csv.
        assert 1 <= int(row["resources"]) <= 15
        assert int(row["resources"]) >= 2 or row["curated"] == "yes"
        sources = row["sources"].split(";")
        assert len(set(sources)) == len(sources) == int(row["resources"])
        assert bool({"cellphonedb", "connectomedb2020", "guide2pharma"} & set(sources)) == (row["curated"] == "yes")
        assert not {"consensus", "mouseconsensus"} & set(sources)


def test_complexes_are_joined_by_plus_in_one_order(receptors):
    for row in receptors:
        # C4B_2 is a gene symbol; any other underscore would be liana's way to join a complex.
        assert "_" not in (row["receptor_gene"] + row["ligand_gene"]).replace("C4B_2", "")
        assert row["receptor_gene"].split("+") == sorted(row["receptor_gene"].split("+"))
        for side in ("ligand", "receptor"):
            assert row[f"{side}_gene"].count("+") == row[f"{side}_accession"].count("+")


def test_hosts_are_the_organisms_of_the_config_and_their_mnemonics_are_uniprots(organisms):
    settings = pytest.importorskip("myosieve.settings")
    hosts = {row["key"] for row in organisms if row["role"] == "host"}
    assert hosts == set(settings.study_properties()["organism"]["enum"])
    # Taxon numbers and mnemonics as in UniProt's list of species (speclist).
    known = {row["key"]: (row["species"], row["taxon_id"], row["mnemonic"]) for row in organisms}
    assert known["human"] == ("Homo sapiens", "9606", "HUMAN")
    assert known["mouse"] == ("Mus musculus", "10090", "MOUSE")
    assert known["bovine"] == ("Bos taurus", "9913", "BOVIN")
    assert known["horse"] == ("Equus caballus", "9796", "HORSE")
    assert {row["role"] for row in organisms} == {"host", "serum"}
