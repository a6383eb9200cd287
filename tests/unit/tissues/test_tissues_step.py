"""The step `tissues` and its command: files to a table."""

from pathlib import Path

import pytest

from myosieve import files, schema
from myosieve.cli import main
from myosieve.errors import InputError
from myosieve.tissues.step import ORTHOLOGY, tissues

LONG = """Gene\tGene name\tTissue\tnTPM
ENSG00000160712\tIL6R\tliver\t30.5
ENSG00000160712\tIL6R\tskeletal muscle\t50
ENSG00000160712\tIL6R\tbone marrow\t2
ENSG00000138379\tMSTN\tliver\t0
ENSG99999999999\tNONE\tliver\t4
"""
ATLAS = """Gene\tEnsembl\tUniprot\tRNA tissue specific nTPM\tBlood concentration - Conc. blood IM [pg/L]
IL6R\tENSG00000160712\tP08887\tliver: 12.3\t7000
"""


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def run(paths, organism, knowledge, folder):
    out = folder / "out" / "tissues.tsv"
    summary = tissues(paths, organism, knowledge, out)
    return summary, files.read_table(out, schema.TISSUES)


def test_the_table_has_its_contract_and_its_values(tmp_path, knowledge):
    summary, table = run([written(tmp_path, "a.tsv", LONG)], "human", knowledge, tmp_path)
    assert table.columns.tolist() == schema.TISSUES.names
    liver = table[(table["accession"] == "P08887") & (table["organ"] == "liver")].iloc[0]
    assert liver[["gene", "kind", "value", "unit", "rank", "of", "proxy"]].tolist() == [
        "IL6R", "rna", 30.5, "nTPM", 2, 3, "no",
    ]  # fmt: skip
    assert table.loc[table["accession"] == "O14793", "value"].tolist() == [0]  # measured as 0 is 0
    assert summary.counts["a.tsv: genes without a known protein of human"] == 1


def test_bone_is_said_to_be_a_proxy(tmp_path, knowledge):
    _, table = run([written(tmp_path, "a.tsv", LONG)], "human", knowledge, tmp_path)
    bone = table[table["organ"] == "bone"].iloc[0]
    assert bone[["tissues", "proxy"]].tolist() == ["bone marrow", "yes"]


def test_a_mouse_study_gets_mouse_accessions_and_is_told_of_the_orthology(tmp_path, knowledge):
    summary, table = run([written(tmp_path, "a.tsv", LONG)], "mouse", knowledge, tmp_path)
    assert set(table["accession"]) == {"P22272", "O08689"}
    assert table["source"].str.startswith(ORTHOLOGY).all()
    assert any("carried over to mouse by orthology" in text for text in summary.methods)


def test_plasma_is_a_row_of_its_own_and_the_rank_of_named_tissues_is_not_known(tmp_path, knowledge):
    summary, table = run([written(tmp_path, "a.tsv", ATLAS)], "human", knowledge, tmp_path)
    assert table["kind"].tolist() == ["plasma_immunoassay", "rna"]
    assert table.loc[0, ["organ", "value", "unit"]].tolist() == ["plasma", 7000, "pg/L"]
    assert table[["rank", "of"]].isna().all().all()
    assert any("other tissues are unknown there, not empty" in text for text in summary.warnings)


def test_atlases_stay_in_the_order_given_and_tell_themselves_apart(tmp_path, knowledge):
    first, second = written(tmp_path / "one", "a.tsv", LONG), written(tmp_path / "two", "a.tsv", ATLAS)
    _, table = run([second, first], "human", knowledge, tmp_path)
    sources = table["source"].drop_duplicates().tolist()
    assert [source.split(": ")[0] for source in sources] == ["HPA protein atlas", "HPA tissue consensus"]
    assert str(second) in sources[0]  # the names are the same, so that the paths are shown


def test_the_same_input_gives_the_same_bytes(tmp_path, knowledge):
    path = written(tmp_path, "a.tsv", LONG)
    for name in ("one.tsv", "two.tsv"):
        tissues([path], "human", knowledge, tmp_path / name)
    assert (tmp_path / "one.tsv").read_bytes() == (tmp_path / "two.tsv").read_bytes()


def test_a_file_without_any_known_gene_or_given_twice_is_refused(tmp_path, knowledge):
    path = written(tmp_path, "a.tsv", "Gene\tTissue\tnTPM\nENSG99999999999\tliver\t4\nENSG99999999998\tliver\t4\n")
    with pytest.raises(InputError, match="none of its 2 genes is a known protein of human"):
        run([path], "human", knowledge, tmp_path)
    with pytest.raises(InputError, match="given twice"):
        run([path, path], "human", knowledge, tmp_path)


def test_the_command_refuses_an_unknown_format_in_one_line_and_writes_nothing(tmp_path, knowledge, capsys):
    path = written(tmp_path, "a.tsv", "name\tcolor\nIL6R\tred\n")
    options = ["--expression", str(path), "--organism", "human", "--knowledge", str(knowledge)]
    assert main(["tissues", *options, "--out", str(tmp_path / "t.tsv"), "--record", str(tmp_path / "r.json")]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "the format is not known" in error
    assert not (tmp_path / "t.tsv").exists()
    assert not (tmp_path / "r.json").exists()


def test_the_command_records_its_files(tmp_path, knowledge):
    path = written(tmp_path, "a.tsv", LONG)
    options = ["--expression", str(path), "--organism", "mouse", "--knowledge", str(knowledge)]
    assert main(["tissues", *options, "--out", str(tmp_path / "t.tsv"), "--record", str(tmp_path / "r.json")]) == 0
    record = files.read_json(tmp_path / "r.json")
    assert record["inputs"][path.as_posix()] == files.sha256(path)
    assert record["settings"]["organism"] == "mouse"
