"""Laws of a lab's own list: official symbols win, what is unclear is told and never mapped, names come from any table."""

import pandas as pd
import pytest

from myosieve import files, schema
from myosieve.cli import main
from myosieve.errors import InputError
from myosieve.ranking.own_list import match_own_list, own_listed, read_own_list, resolve
from myosieve.ranking.step import rank

# A made world: AAA and BBB are official; "HGF" is BBB's symbol only by alias, "CDF" stands for both, "aaa2" for AAA alone.
GENES = pd.DataFrame(
    [
        ("human", "P00001", "AAA", "P00001"),
        ("human", "P00002", "BBB", "P00002"),
        ("human", "P00003", "HGF", "P00003"),
        ("human", "P00004", "TWO", "P00004"),
        ("human", "P00005", "TWO", "P00005"),
        ("human", "P00006", "LONE", "P00006"),
        ("mouse", "Q00001", "Aaa", "P00001"),
        ("mouse", "Q00002", "Bbbx", "P00002"),
    ],
    columns=["organism", "accession", "gene", "human_accession"],
)
ALIASES = pd.DataFrame(
    [("human", "Aaa2", "AAA", "no"), ("human", "CDF", "AAA;BBB", "yes"), ("human", "HGF", "AAA", "no")],
    columns=["organism", "alias", "gene", "ambiguous"],
)


def entries(*genes, accession="", name=""):
    return pd.DataFrame({"accession": accession, "gene": list(genes), "name": name, "source": ""})


def accessions(table, organism="human"):
    return resolve(table, GENES, ALIASES, organism).proteins["accession"].tolist()


def test_an_official_symbol_wins_over_the_same_name_as_an_alias():
    assert accessions(entries("HGF")) == ["P00003"]


def test_an_alias_of_one_gene_leads_to_it_in_any_case():
    assert accessions(entries("aaa2")) == accessions(entries("AAA")) == accessions(entries("aaa")) == ["P00001"]


def test_a_symbol_of_two_proteins_means_both():
    assert accessions(entries("TWO")) == ["P00004", "P00005"]


def test_an_ambiguous_alias_is_told_with_its_genes_and_never_mapped():
    found = resolve(entries("CDF", "AAA"), GENES, ALIASES, "human")
    assert found.ambiguous == {"CDF": ["AAA", "BBB"]}
    assert found.proteins["accession"].tolist() == ["P00001"]
    assert found.unknown == []


def test_two_aliases_that_differ_in_case_only_are_ambiguous():
    both = pd.DataFrame([("human", "p35", "AAA", "no"), ("human", "P35", "BBB", "no")], columns=ALIASES.columns)
    assert resolve(entries("P35"), GENES, both, "human").ambiguous == {"P35": ["AAA", "BBB"]}


def test_a_name_that_nobody_has_is_told():
    assert resolve(entries("NOPE", "AAA", "NOPE"), GENES, ALIASES, "human").unknown == ["NOPE"]


def test_in_mouse_a_human_symbol_or_alias_leads_to_the_ortholog():
    assert accessions(entries("Aaa"), "mouse") == ["Q00001"]
    assert accessions(entries("BBB"), "mouse") == ["Q00002"]
    assert accessions(entries("AAA2"), "mouse") == ["Q00001"]
    found = resolve(entries("CDF", "LONE", "HGF"), GENES, ALIASES, "mouse")
    assert found.proteins.empty
    assert found.ambiguous == {"CDF": ["AAA", "BBB"]}
    assert found.unknown == ["LONE", "HGF"]  # without an ortholog; an official human symbol is not tried as an alias


def test_an_accession_counts_before_the_gene_and_without_isoform_or_mark():
    assert accessions(entries("BBB", accession="sp|P00001-2|AAA_HUMAN")) == ["P00001"]
    assert accessions(entries("", accession="CON__P00001")) == ["P00001"]


def test_an_accession_that_is_not_in_the_tables_is_taken_and_one_of_another_organism_is_told():
    found = resolve(entries("", "", accession=["A0A0B4J2F0", "Q00001"]), GENES, ALIASES, "human")
    assert found.proteins["accession"].tolist() == ["A0A0B4J2F0"]
    assert found.unknown == ["Q00001"]


def test_a_group_with_any_accession_of_the_list_has_its_name_or_yes():
    table = pd.concat([entries("AAA", name="my kine"), entries("BBB")])
    proteins = resolve(table, GENES, ALIASES, "human").proteins
    cells = pd.Series(["P99999;P00001-3", "CON__P00002", "P00003", None, "P00002;P00001"])
    assert match_own_list(cells, proteins) == ["my kine", "yes", "", "", "yes; my kine"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("accession\tname\nP05231\tIL-6\n", [("P05231", "", "IL-6")]),
        ("Gene,Name,Source\nIL6,IL-6,ours\n", [("", "IL6", "IL-6")]),
        ("gene;accession\nIL6;P05231\n;\n", [("P05231", "IL6", "")]),
        ("IL6\nP15018\n\nP05231-2", [("", "IL6", ""), ("P15018", "", ""), ("P05231-2", "", "")]),
        ("gene\nIL6\n", [("", "IL6", "")]),
        ("IL6", [("", "IL6", "")]),
    ],
)
def test_a_table_or_a_plain_list_is_read(tmp_path, text, wanted):
    (tmp_path / "own.txt").write_text(text, encoding="utf-8")
    found = read_own_list(tmp_path / "own.txt")
    assert [*found[["accession", "gene", "name"]].itertuples(index=False, name=None)] == wanted


def test_a_list_in_utf_16_and_a_workbook_are_read(tmp_path):
    (tmp_path / "own.txt").write_text("gene\tname\nIL6\tβ\n", encoding="utf-16")
    pd.DataFrame({"gene": ["IL6"], "name": ["β"]}).to_excel(tmp_path / "own.xlsx", index=False)
    for name in ("own.txt", "own.xlsx"):
        assert read_own_list(tmp_path / name)[["gene", "name"]].to_numpy().tolist() == [["IL6", "β"]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("symbol\tname\nIL6\tx\n", "column 'accession' or 'gene' is missing"),
        ("gene\tname\n\tx\n", "no entry"),
        ("gene\n", "no entry"),
        (None, "does not exist"),
    ],
)
def test_a_list_that_holds_nothing_is_refused_in_one_line(tmp_path, text, said):
    if text is not None:
        (tmp_path / "own.txt").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_own_list(tmp_path / "own.txt")
    assert said in str(error.value)
    assert "\n" not in str(error.value)


@pytest.fixture
def own(study):
    """The made study with a list of its own, genes and aliases."""
    (study.folder / "knowledge").mkdir(parents=True)
    more = GENES.assign(ensembl="", papers=1, go_terms=1)
    files.write_table(study.folder / "knowledge" / "genes.tsv.gz", more)
    files.write_table(study.folder / "knowledge" / "aliases.tsv.gz", ALIASES)
    path = study.folder / "own.tsv"
    path.write_text("accession\tgene\tname\nSHED\t\tours\n\tCDF\t\n\tNOPE\t\n", encoding="utf-8")
    return path


def test_the_list_is_shown_beside_the_known_myokines_and_changes_nothing_else(study, own):
    paths = study.write()
    without = rank(**paths, settings=study.settings)
    plain = files.read_table(paths["out"], schema.CANDIDATES)
    told = rank(**paths, settings=study.settings, own_list=own)
    shown = files.read_table(paths["out"], schema.CANDIDATES)
    assert plain["own_list"].isna().all()
    assert (
        shown.loc[shown["own_list"].notna(), ["protein_group", "own_list"]].to_numpy().tolist()
        == [["SHED", "ours"]] * 2
    )
    assert shown.columns.get_loc("own_list") == shown.columns.get_loc("known_myokine") + 1
    pd.testing.assert_frame_equal(shown.drop(columns="own_list"), plain.drop(columns="own_list"))
    assert [text for text in told.warnings if text not in without.warnings] == [
        "own.tsv: ambiguous names were not mapped: CDF (AAA or BBB); write the official symbol or an accession",
        "own.tsv: not mapped, since no human protein is known by it: NOPE",
    ]
    assert told.counts["own list: entries"] == 3
    assert told.counts["own list: protein groups"] == 1
    assert not any("own list" in text for text in [*without.methods, *without.counts])


def test_without_a_list_nothing_is_read(tmp_path):
    assert own_listed(pd.Series(["P00001", None]), None, tmp_path / "nowhere", "human")[0] == ["", ""]


def test_the_command_refuses_a_list_without_names_and_writes_nothing(study, own, capsys):
    paths = study.write()
    own.write_text("symbol\tname\nIL6\tx\n", encoding="utf-8")
    arguments = [f"--{name}={path}" for name, path in paths.items()]
    assert main(["rank", *arguments, f"--own-list={own}"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "column 'accession' or 'gene' is missing" in said
    assert not paths["out"].exists()


def test_the_shipped_names_do_not_take_hgf_for_interleukin_6(tmp_path):
    # org.Hs.eg.db lists HGF and CDF as aliases of IL6; P14210 is UniProt's HGF_HUMAN, P05231 IL6_HUMAN, O14793 GDF8_HUMAN.
    (tmp_path / "own.txt").write_text("HGF\nCDF\nGDF8\n", encoding="utf-8")
    cells = pd.Series(["P14210", "P05231", "P15018", "O14793"])
    labels, told = own_listed(cells, tmp_path / "own.txt", files.shipped("knowledge/genes.tsv.gz").parent, "human")
    assert labels == ["yes", "", "", "yes"]
    assert "CDF (IL6 or LIF)" in told.warnings[0]
