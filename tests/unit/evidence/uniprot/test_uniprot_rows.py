"""A table of entries -> rows of evidence: which call, which place, which source. Entries are made, cells after UniProt's."""

import math
from pathlib import Path

import pandas as pd
import pytest

from myosieve.errors import InputError
from myosieve.evidence.uniprot.rows import COLUMNS, evidence_rows
from myosieve.evidence.uniprot.table import read_table

PROVEN = '; /evidence="ECO:0000269|PubMed:1"'


def rows(reviewed: str = "reviewed", **cells: str) -> pd.DataFrame:
    """Return the rows of one entry P00001; cells by short names."""
    names = {
        "signal": "Signal peptide",
        "helix": "Transmembrane",
        "side": "Topological domain",
        "lipid": "Lipidation",
        "transit": "Transit peptide",
        "dip": "Intramembrane",
        "place": "Subcellular location [CC]",
        "keyword": "Keywords",
        "ontology": "Gene Ontology (cellular component)",
        "fragment": "Fragment",
        "asked": "From",
    }
    entry = {"Entry": "P00001", "Reviewed": reviewed} | {names[name]: cell for name, cell in cells.items()}
    return evidence_rows(pd.DataFrame([{name: cell for name, cell in entry.items() if name != "Reviewed" or cell}]))


def calls(table: pd.DataFrame, feature: str) -> list[tuple]:
    """Return call, start, end (None where missing) and source of a feature's rows."""
    here = table[table["feature"] == feature]
    numbers = [[None if math.isnan(x) else x for x in here[name]] for name in ("start", "end")]
    return list(zip(here["call"], *numbers, here["source"], strict=True))


# ---- which source ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codes", "reviewed", "source"),
    [
        ("ECO:0000269|PubMed:1", "reviewed", "uniprot_experimental"),
        ("ECO:0007744|PubMed:1", "reviewed", "uniprot_experimental"),
        ("ECO:0000305", "reviewed", "uniprot_experimental"),
        ("ECO:0000303|PubMed:1", "reviewed", "uniprot_experimental"),
        ("ECO:0000250|UniProtKB:P2, ECO:0000269|PubMed:1", "reviewed", "uniprot_experimental"),
        ("ECO:0000250|UniProtKB:P2", "reviewed", "uniprot_reviewed"),
        ("ECO:0000255", "reviewed", "uniprot_reviewed"),
        ("", "reviewed", "uniprot_reviewed"),
        ("ECO:0000256|SAM:SignalP", "reviewed", "uniprot_automatic"),
        ("ECO:0000259|HAMAP", "reviewed", "uniprot_automatic"),
        ("ECO:0000256|SAM:SignalP", "unreviewed", "uniprot_automatic"),
        ("ECO:0000269|PubMed:1", "unreviewed", "uniprot_automatic"),
        ("ECO:0000255", "", "uniprot_reviewed"),
        ("", "", "uniprot_automatic"),
    ],
)
def test_the_source_follows_from_evidence_and_review(codes: str, reviewed: str, source: str) -> None:
    # Meaning of the codes: https://www.uniprot.org/help/evidences
    cell = f'SIGNAL 1..24; /evidence="{codes}"' if codes else "SIGNAL 1..24"
    assert calls(rows(reviewed, signal=cell), "signal_peptide") == [("yes", 1, 24, source)]


def test_codes_are_joined_each_once_without_their_references() -> None:
    table = rows(
        signal='SIGNAL 1..24; /evidence="ECO:0000250|UniProtKB:P2, ECO:0000269|PubMed:1, ECO:0000269|PubMed:2"'
    )
    assert table["evidence_code"].tolist() == ["ECO:0000250;ECO:0000269"]


def test_an_entry_named_by_its_accession_is_unreviewed_where_no_column_says_so() -> None:
    # UniProt names unreviewed entries accession_SPECIES: https://www.uniprot.org/help/entry_name
    table = pd.DataFrame(
        {
            "Entry": ["A0A024RBG1", "P05231"],
            "Entry Name": ["A0A024RBG1_HUMAN", "IL6_HUMAN"],
            "Signal peptide": ["", ""],
        }
    )
    assert evidence_rows(table)["accession"].tolist() == ["P05231"]


# ---- what is not mentioned -------------------------------------------------------------------------------------------


def test_a_reviewed_entry_denies_what_it_does_not_mention() -> None:
    table = rows(signal="", helix="")
    assert calls(table, "signal_peptide") == [("no", None, None, "uniprot_reviewed")]
    assert calls(table, "tm_helix") == [("no", None, None, "uniprot_reviewed")]


@pytest.mark.parametrize("reviewed", ["unreviewed", ""])
def test_an_entry_that_nobody_reviewed_denies_nothing(reviewed: str) -> None:
    assert rows(reviewed, signal="", helix="", lipid="", place="", keyword="").empty


def test_a_column_that_the_table_lacks_gives_no_row() -> None:
    assert set(rows(signal="")["feature"]) == {"signal_peptide"}
    assert set(rows(helix="")["feature"]) == {"tm_helix"}
    assert rows(keyword="Signal").empty


def test_of_a_fragment_what_is_missing_is_unknown() -> None:
    table = rows(signal="", helix="", fragment="fragment")
    assert [call for call, *_ in calls(table, "signal_peptide") + calls(table, "tm_helix")] == ["unknown", "unknown"]


# ---- signal peptides ---------------------------------------------------------------------------------------------------


def test_an_end_that_is_not_known_is_missing_and_an_uncertain_one_is_said_to_be() -> None:
    assert calls(rows(signal="SIGNAL 1..?"), "signal_peptide") == [("yes", 1, None, "uniprot_reviewed")]
    uncertain = rows(signal="SIGNAL 1..?20")
    assert calls(uncertain, "signal_peptide") == [("yes", 1, 20, "uniprot_reviewed")]
    assert "uncertain" in uncertain["detail"].iloc[0]


def test_a_signal_that_goes_beyond_the_fragment_has_no_cleavage_site() -> None:
    assert calls(rows(signal="SIGNAL 1..>20"), "signal_peptide") == [("yes", 1, None, "uniprot_reviewed")]


def test_of_two_signals_the_proven_one_counts_and_the_other_is_told() -> None:
    table = rows(signal=f'SIGNAL 1..26; /evidence="ECO:0000255"; SIGNAL 1..24; /note="In one form"{PROVEN}')
    assert calls(table, "signal_peptide") == [("yes", 1, 24, "uniprot_experimental")]
    assert table["detail"].tolist() == ["In one form; or 1..26"]


def test_a_signal_that_is_not_cleaved_is_a_helix() -> None:
    # As O95445 in https://www.uniprot.org/help/signal.
    table = rows(signal=f'SIGNAL 1..22; /note="Not cleaved"{PROVEN}', helix="")
    assert calls(table, "signal_peptide") == [("no", None, None, "uniprot_experimental")]
    assert calls(table, "tm_helix") == [("yes", 1, 22, "uniprot_experimental")]
    assert set(table["detail"]) == {"signal anchor, not cleaved"}


def test_a_signal_that_is_not_cleaved_is_no_second_helix_where_one_is_listed() -> None:
    table = rows(signal='SIGNAL 1..22; /note="Not cleaved"', helix='TRANSMEM 3..23; /note="Helical"')
    assert calls(table, "tm_helix") == [("yes", 3, 23, "uniprot_reviewed")]


def test_a_feature_of_an_isoform_belongs_to_the_isoform() -> None:
    table = rows(signal=f"SIGNAL P00001-2:1..26{PROVEN}")
    by_accession = table.set_index("accession")["call"].to_dict()
    assert by_accession == {"P00001": "no", "P00001-2": "yes"}


# ---- helices and sides -------------------------------------------------------------------------------------------------


def test_all_helices_of_an_entry_name_the_weakest_source_and_keep_their_codes() -> None:
    table = rows(
        helix=f'TRANSMEM 5..25; /note="Helical; Name=1"{PROVEN}; TRANSMEM 40..60; /note="Helical"; /evidence="ECO:0000255"'
    )
    assert calls(table, "tm_helix") == [("yes", 5, 25, "uniprot_reviewed"), ("yes", 40, 60, "uniprot_reviewed")]
    assert table["evidence_code"].tolist() == ["ECO:0000269", "ECO:0000255"]
    assert table["detail"].tolist() == ["Helical; Name=1", ""]


def test_beta_strands_are_one_barrel_and_no_helices() -> None:
    table = rows(helix='TRANSMEM 9..18; /note="Beta stranded"; TRANSMEM 30..39; /note="Beta stranded; Name=2"')
    assert calls(table, "beta_barrel") == [("yes", 9, 39, "uniprot_reviewed")]
    assert calls(table, "tm_helix") == [("no", None, None, "uniprot_reviewed")]


def test_what_only_dips_into_the_membrane_is_told_where_no_helix_is() -> None:
    # As in caveolins.
    table = rows(helix="", dip='INTRAMEM 105..125; /note="Helical"')
    assert calls(table, "tm_helix") == [("no", None, None, "uniprot_reviewed")]
    assert table["detail"].tolist() == ["intramembrane 105-125"]


@pytest.mark.parametrize(
    ("word", "side"),
    [
        ("Extracellular", "outside"),
        ("Lumenal", "outside"),
        ("Lumenal, vesicle", "outside"),
        ("Vacuolar", "outside"),
        ("Exoplasmic loop", "outside"),
        ("Perinuclear space", "outside"),
        ("Cytoplasmic", "inside"),
        ("Nuclear", "inside"),
        ("Mitochondrial intermembrane", None),
        ("Mitochondrial matrix", None),
        ("Peroxisomal matrix", None),
        ("Lumenal, thylakoid", None),
    ],
)
def test_the_vocabulary_of_compartments_is_told_apart_by_side(word: str, side: str | None) -> None:
    # The list: https://www.uniprot.org/help/topo_dom.
    table = rows(side=f'TOPO_DOM 2..30; /note="{word}"; /evidence="ECO:0000255"')
    assert table["feature"].tolist() == ([side] if side else [])
    assert table["detail"].tolist() == ([word] if side else [])


# ---- anchors -----------------------------------------------------------------------------------------------------------


def test_the_anchor_is_where_the_lipid_is() -> None:
    table = rows(lipid=f'LIPID 85; /note="N-palmitoyl cysteine"; LIPID 501; /note="GPI-anchor amidated serine"{PROVEN}')
    assert calls(table, "gpi") == [("yes", 501, 501, "uniprot_experimental")]


def test_an_anchor_without_a_site_is_known_from_place_or_keyword() -> None:
    place = "SUBCELLULAR LOCATION: Cell membrane {ECO:0000269|PubMed:1}; Lipid-anchor, GPI-anchor {ECO:0000305}."
    assert calls(rows(lipid="", place=place), "gpi") == [("yes", None, None, "uniprot_experimental")]
    assert calls(rows(keyword="Lipoprotein;GPI-anchor"), "gpi") == [("yes", None, None, "uniprot_reviewed")]
    assert calls(rows(keyword="Lipoprotein", lipid='LIPID 3; /note="S-palmitoyl cysteine"'), "gpi") == []


# ---- places ------------------------------------------------------------------------------------------------------------


def test_each_place_is_told_and_those_outside_count_as_extracellular() -> None:
    table = rows(
        place="SUBCELLULAR LOCATION: Membrane {ECO:0000255}.; "
        "SUBCELLULAR LOCATION: [Isoform 2]: Secreted {ECO:0000269|PubMed:1}."
    )
    places = table[table["feature"] == "location"]
    assert places["detail"].tolist() == ["Membrane", "[Isoform 2]: Secreted"]
    assert places["source"].tolist() == ["uniprot_reviewed", "uniprot_experimental"]
    (outside,) = table[table["feature"] == "extracellular"].to_dict("records")
    assert (outside["call"], outside["source"], outside["evidence_code"]) == (
        "yes",
        "uniprot_experimental",
        "ECO:0000269",
    )
    assert outside["detail"] == "[Isoform 2]: Secreted"


def test_the_keyword_counts_where_no_place_says_it() -> None:
    assert calls(rows(keyword="Cytokine;Secreted;Signal"), "extracellular") == [("yes", None, None, "uniprot_reviewed")]
    both = rows(keyword="Secreted", place="SUBCELLULAR LOCATION: Secreted {ECO:0000305}.")
    assert calls(both, "extracellular") == [("yes", None, None, "uniprot_experimental")]
    vesicles = rows(keyword="Secreted", place="SUBCELLULAR LOCATION: Secreted, extracellular exosome.")
    assert calls(vesicles, "extracellular") == []


def test_ontology_counts_only_for_the_outside_itself() -> None:
    # GAPDH stands under extracellular exosome (GO:0070062); the space itself is GO:0005615.
    exosome = rows(
        ontology="cytosol [GO:0005829]; extracellular exosome [GO:0070062]; extracellular vesicle [GO:1903561]"
    )
    assert calls(exosome, "extracellular") == []
    space = rows(ontology="extracellular exosome [GO:0070062]; extracellular space [GO:0005615]")
    assert calls(space, "extracellular") == [("yes", None, None, "uniprot_automatic")]
    assert space["detail"].tolist() == ["extracellular space [GO:0005615]"]


def test_a_transit_peptide_tells_the_organelle() -> None:
    table = rows(transit='TRANSIT 1..30; /note="Mitochondrion"; /evidence="ECO:0000255"')
    assert calls(table, "location") == [("yes", 1, 30, "uniprot_reviewed")]
    assert table["detail"].tolist() == ["Mitochondrion (transit peptide)"]


# ---- tables ------------------------------------------------------------------------------------------------------------


def test_rows_have_the_columns_of_the_contract_and_the_entries_number_as_index() -> None:
    table = pd.DataFrame(
        {"Entry": ["P1", "P2", "P3"], "Reviewed": ["reviewed"] * 3, "Signal peptide": ["", "SIGNAL 1..9", ""]}
    )
    found = evidence_rows(table)
    assert tuple(found.columns) == COLUMNS
    assert found.index.tolist() == [0, 1, 2]
    assert evidence_rows(table.iloc[:0]).columns.tolist() == list(COLUMNS)


def test_an_accession_that_was_merged_keeps_its_name_and_says_where_the_facts_are_from() -> None:
    table = rows(asked="Q99999", signal="SIGNAL 1..9")
    assert table["accession"].tolist() == ["Q99999"]
    assert table["detail"].tolist() == ["from P00001, into which Q99999 was merged"]


@pytest.mark.parametrize("asked", ["P00001-2", "IL6", "P00001"])
def test_what_was_asked_for_by_another_kind_of_name_goes_under_the_entry(asked: str) -> None:
    table = rows(asked=asked, signal="SIGNAL 1..9")
    assert (table["accession"].tolist(), table["detail"].tolist()) == (["P00001"], [""])


def test_an_accession_that_leads_to_two_entries_stands_for_neither() -> None:
    table = pd.DataFrame({"From": ["Q99999"] * 2, "Entry": ["P1", "P2"], "Reviewed": "reviewed", "Signal peptide": ""})
    assert evidence_rows(table)["accession"].tolist() == ["P1", "P2"]


def test_a_damaged_cell_is_refused_by_column_and_accession() -> None:
    table = pd.DataFrame({"Entry": ["P1"], "Signal peptide": ['SIGNAL 1..24; /evidence="ECO:0000']})
    with pytest.raises(InputError, match=r"my\.tsv: column 'Signal peptide' of P1: the value in .* does not end"):
        evidence_rows(table, "my.tsv")


def test_a_table_without_entries_is_refused() -> None:
    with pytest.raises(InputError, match="column 'Entry' is missing"):
        evidence_rows(pd.DataFrame({"Signal peptide": [""]}))


def test_real_cells_are_read(shared_data: Path) -> None:
    # ft_cells.tsv: one entry with a predicted signal peptide 1..24, one with helices 40..60 and 67..86 from TrEMBL's rules.
    found = evidence_rows(read_table(shared_data / "predictors/uniprot/ft_cells.tsv"))
    assert found[["accession", "feature", "start", "end", "source"]].to_numpy().tolist() == [
        ["A0A0B5AC95", "signal_peptide", 1, 24, "uniprot_reviewed"],
        ["A0A0C5K174", "tm_helix", 40, 60, "uniprot_automatic"],
        ["A0A0C5K174", "tm_helix", 67, 86, "uniprot_automatic"],
    ]
