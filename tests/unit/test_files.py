"""Whole files or none; empty cells are missing and the text NA is not."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from myosieve import files
from myosieve.errors import InputError
from myosieve.schema import COUNT, TEXT, Column, Table

TABLE = Table("example", "one per protein", (Column("gene", TEXT, "gene"), Column("peptides", COUNT, "peptides")))


def test_a_failure_while_writing_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "out.tsv"
    path.write_text("old")
    with pytest.raises(RuntimeError), files.writing(path) as aside:
        aside.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_while_writing_a_folder_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), files.writing_folder(tmp_path / "out") as aside:
        (aside / "a.tsv").write_text("half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_filled_by_files_that_appear_whole(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "other.tsv").write_text("stays")
    with files.writing_folder(tmp_path / "out") as aside:
        (aside / "a.tsv").write_text("new")
    assert {p.name: p.read_text() for p in (tmp_path / "out").iterdir()} == {"a.tsv": "new", "other.tsv": "stays"}


@pytest.mark.parametrize("name", ["table.tsv", "table.parquet"])
def test_a_table_comes_back_as_it_was_written(tmp_path: Path, name: str) -> None:
    frame = pd.DataFrame({"gene": ["MARCHF1", "NA", None, "1-Mar"], "peptides": [1.0, np.nan, 3.0, 4.0]})
    files.write_table(tmp_path / name, frame)
    back = files.read_table(tmp_path / name, TABLE)
    assert back["gene"].fillna("").tolist() == ["MARCHF1", "NA", "", "1-Mar"]  # the gene called NA is no missing value
    np.testing.assert_array_equal(back["peptides"], frame["peptides"])


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    frame = pd.DataFrame({"protein_group": ["a"], "x": [1 / 3]})
    for name in ("one.tsv", "two.tsv"):
        files.write_table(tmp_path / name, frame)
    assert (
        (tmp_path / "one.tsv").read_bytes()
        == (tmp_path / "two.tsv").read_bytes()
        == b"protein_group\tx\na\t0.3333333333\n"
    )


def test_a_missing_column_is_named_with_the_file(tmp_path: Path) -> None:
    (tmp_path / "t.tsv").write_text("gene\nIL6\n")
    with pytest.raises(InputError, match=r"t\.tsv: column 'peptides' of the example table is missing"):
        files.read_table(tmp_path / "t.tsv", TABLE)


@pytest.mark.parametrize(("content", "said"), [(b"", "empty"), (b"\xff\xfe\x00g", "not readable")])
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "t.tsv").write_bytes(content)
    with pytest.raises(InputError, match=said):
        files.read_table(tmp_path / "t.tsv", TABLE)
    with pytest.raises(InputError, match="does not exist"):
        files.read_table(tmp_path / "absent.tsv", TABLE)


def test_an_error_is_one_line_whatever_the_users_cell_held() -> None:
    assert str(InputError("cell 'a\nb' is wrong", "f.tsv", "fix\nit")) == "f.tsv: cell 'a b' is wrong; fix it"


def test_the_digest_is_sha256_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"abc")
    assert files.sha256(tmp_path / "x") == hashlib.sha256(b"abc").hexdigest()


def test_columns_too_many_or_too_few_are_a_bug() -> None:
    with pytest.raises(ValueError, match="missing"):
        TABLE.arrange(pd.DataFrame({"gene": ["a"]}))
    with pytest.raises(ValueError, match="unexpected"):
        TABLE.arrange(pd.DataFrame({"gene": ["a"], "peptides": [1], "more": [2]}))
