"""AlphaDIA: matrices and precursors of both generations, and what a table joined by others leaves of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from myosieve.errors import InputError
from myosieve.tables import detection
from myosieve.tables.engines import alphadia
from myosieve.tables.reader import Choice
from myosieve.tables.samples import read_samples
from myosieve.tables.source import open_sources
from myosieve.tables.table import QuantTable

LIMITS = {"precursor_run_q": 0.01, "protein_global_q": 0.01}


def read(table: Path, sheet: Path, **asked: object) -> QuantTable:
    reader, source = detection.detect(open_sources(table), "auto")
    return reader.read(source, read_samples(sheet), Choice(**{"identification": LIMITS, **asked}))


def kind(header: Sequence[str]) -> str:
    return next((reader.table for reader in alphadia.READERS if not reader.lacks(header)), "")


# ---- matrices -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("group", ["pg", "pg.name"])
@pytest.mark.parametrize("parquet", [False, True])
def test_a_pg_matrix_has_a_column_per_run_and_zero_is_missing(
    write, sheet, tmp_path: Path, group: str, parquet: bool
) -> None:
    content = {group: ["P1;P2", "P3"], "run_a": [10.0, 0.0], "run_b.channel_0": [20.0, 30.0]}
    path = write("pg.matrix.tsv", content)
    if parquet:
        path = tmp_path / "pg.matrix.parquet"
        pd.DataFrame(content).to_parquet(path)
    table = read(path, sheet("b", "a", column=["run_b.channel_0", "run_a.raw"]))
    assert table.intensities.fillna(-1).to_numpy().tolist() == [[20, 10], [30, -1]]
    assert table.proteins["accession"].tolist() == ["P1", "P3"]
    assert (table.engine, table.quantity) == ("AlphaDIA", "normalized")


def test_a_column_of_the_proteins_is_no_run(write, sheet) -> None:
    content = {"pg": ["P1;P2"], "genes": ["G1;G2"], "decoy": [0], "a": [1], "b": [2]}
    table = read(write("pg.matrix.tsv", content), sheet("a"))
    assert table.left_out == ("b",)
    assert table.proteins["gene"].tolist() == ["G1"]
    with pytest.raises(InputError, match=r"no run column of pg\.matrix\.tsv for 'genes'"):
        read(write("pg.matrix.tsv", content), sheet("genes"))


@pytest.mark.parametrize("prefix", ["", "precursor."])
def test_a_precursor_matrix_has_precursors_under_their_groups(write, sheet, prefix: str) -> None:
    content = {
        f"{prefix}mod_seq_charge_hash": [11, 12, 13],
        "pg.name" if prefix else "pg": ["P1", "P2", "P1"],
        f"{prefix}sequence": ["MK", "AR", "MK"],
        f"{prefix}charge": [2, 2, 3],
        "a": [1, 0, 3],
        "b": [4, 5, 6],
    }
    table = read(write("precursor.matrix.tsv", content), sheet("a", "b"))
    assert table.precursors is not None
    assert table.peptide_counts is not None
    assert table.precursors.features["protein_group"].tolist() == ["P1", "P2", "P1"]
    assert table.precursors.intensities.loc["13"].tolist() == [3, 6]
    assert table.peptide_counts.to_numpy().tolist() == [[1, 1], [0, 1]]
    assert table.proteins["peptides"].tolist() == [1, 1]


def test_rows_that_a_join_repeated_count_once_and_other_rows_of_a_precursor_stay(write, sheet) -> None:
    content = {"mod_seq_charge_hash": [11, 11, 11], "pg": ["P1"] * 3, "a": [1, 1, 2]}
    table = read(write("precursor.matrix.tsv", content), sheet("a"))
    assert table.precursors is not None
    assert table.precursors.intensities["a"].to_dict() == {"11": 1, "11 #2": 2}
    assert table.removed == {"rows that repeat another": 1, "decoys": 0}


def test_decoy_precursors_are_removed_and_counted(write, sheet) -> None:
    content = {"mod_seq_charge_hash": [11, 12], "pg": ["P1", "P1"], "decoy": [0, 1], "a": [1, 2]}
    table = read(write("precursor.matrix.tsv", content), sheet("a"))
    assert table.precursors is not None
    assert table.precursors.intensities["a"].tolist() == [1]
    assert table.removed["decoys"] == 1


def test_groups_by_genes_alone_are_noted_and_entry_names_are_no_genes(write, sheet) -> None:
    content = {"mod_seq_charge_hash": [11, 12], "genes": ["PLSL_HUMAN;PLST_HUMAN", "ACTA1"], "a": [1, 2]}
    table = read(write("precursor.matrix.tsv", content), sheet("a"))
    assert table.proteins["gene"].tolist() == ["", "ACTA1"]
    assert table.proteins["organism"].tolist() == ["Homo sapiens", ""]
    assert table.notes == (
        "the table names protein groups by its column 'genes' only: one of its entries is one group",
    )


# ---- precursors -----------------------------------------------------------------------------------------------------


def old(rows: Sequence[Mapping[str, object]]) -> dict[str, list[object]]:
    usual: dict[str, object] = {
        "run": "a", "precursor_idx": 1, "mod_seq_charge_hash": 11, "sequence": "MK", "charge": 2, "pg": "P1", "pg_master": "P1",
        "genes": "G1", "proteins": "P1;P9", "decoy": 0, "channel": 0, "qval": 0.001, "pg_qval": 0.001, "intensity": 100,
    }  # fmt: skip
    return {name: [row.get(name, value) for row in rows] for name, value in usual.items()}


def test_the_intensity_of_version_1_is_the_protein_groups(write, sheet) -> None:
    rows = [{}, {"mod_seq_charge_hash": 12, "sequence": "AR"}, {"run": "b", "intensity": 200}, {"run": "c"}]
    table = read(write("precursors.tsv", old(rows)), sheet("b", "a"))
    assert table.precursors is None
    assert table.peptide_counts is not None
    assert table.intensities.loc["P1"].to_dict() == {"b": 200, "a": 100}
    assert table.peptide_counts.loc["P1"].to_dict() == {"b": 1, "a": 2}
    assert table.proteins[["gene", "peptides"]].to_numpy().tolist() == [["G1", 2]]
    assert (table.version, table.left_out) == ("1", ("c",))


def test_version_2_has_quantities_of_precursors_too(sheet, tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "raw.name": ["a", "a", "b"],
            "precursor.mod_seq_charge_hash": [11, 12, 11],
            "precursor.sequence": ["MK", "AR", "MK"],
            "precursor.intensity": [1.0, 2.0, 3.0],
            "precursor.qval": [0.001] * 3,
            "precursor.decoy": [0, 0, 0],
            "precursor.channel": [0, 0, 0],
            "pg.name": ["P1"] * 3,
            "pg.genes": ["G1"] * 3,
            "pg.qval": [0.001] * 3,
            "pg.intensity": [10.0, 10.0, 20.0],
        }
    )
    frame.to_parquet(tmp_path / "precursors.parquet")
    table = read(tmp_path / "precursors.parquet", sheet("a", "b"))
    assert table.precursors is not None
    assert table.precursors.intensities.loc["11"].tolist() == [1, 3]
    assert table.intensities.loc["P1"].tolist() == [10, 20]
    assert (table.version, table.proteins["gene"].tolist()) == ("2", ["G1"])


def test_rows_above_the_limits_and_decoys_are_removed_and_counted(write, sheet) -> None:
    rows = [{}, {"qval": 0.02, "pg": "P2"}, {"pg_qval": 0.02, "pg": "P3"}, {"decoy": 1, "pg": "P4"}]
    table = read(write("precursors.tsv", old(rows)), sheet("a"))
    assert table.proteins["protein_group"].tolist() == ["P1"]
    assert table.removed == {
        "decoys": 1, "precursor q-value in the run above 0.01": 1, "global protein group q-value above 0.01": 1,
    }  # fmt: skip


def test_several_channels_are_refused_since_each_is_a_sample(write, sheet) -> None:
    with pytest.raises(
        InputError, match=r"the rows are of 2 channels \(0, 4\), each a sample of its own; give pg.matrix"
    ):
        read(write("precursors.tsv", old([{}, {"channel": 4}])), sheet("a"))


# ---- which table it is ----------------------------------------------------------------------------------------------


def test_a_header_is_one_kind_of_table_or_none() -> None:
    assert kind(["pg", "a"]) == "pg.matrix"
    assert kind(["mod_seq_charge_hash", "a", "pg"]) == "precursor.matrix"
    assert kind(["mod_seq_hash", "a", "pg.name"]) == "precursor.matrix"
    assert kind(list(old([]))) == "precursors"
    for header in (["mod_seq_charge_hash", "a"], ["Protein.Group", "a"], ["run", "sequence", "intensity"], ["pg"], []):
        assert kind(header) == ""
    assert "give pg.matrix or precursors" in alphadia.lacks_precursor_matrix(["mod_seq_charge_hash", "a"])
    assert alphadia.lacks_pg_matrix([]) == "a column 'pg' or 'pg.name'"


@pytest.mark.parametrize("header", [["pg", "a"], ["mod_seq_charge_hash", "pg", "a"], list(old([]))])
def test_quantities_that_the_table_has_not_are_refused(write, sheet, header: list[str]) -> None:
    path = write("table.tsv", {name: ["1"] for name in header})
    with pytest.raises(InputError, match="holds normalized quantities, not 'ibaq'; set quantity to auto or normalized"):
        read(path, sheet("a"), quantity="ibaq")


def test_a_published_matrix_holds_each_precursor_once(shared_data: Path, sheet) -> None:
    path = shared_data / "shapes/precursor_tables/AlphaDIA_1.10_sample.tsv"
    plain = pd.read_csv(path, sep="\t").drop_duplicates()
    runs = [name for name in plain.columns if name.startswith("LFQ_")]
    table = read(path, sheet(*runs))
    assert table.precursors is not None
    values = plain[runs].to_numpy()
    np.testing.assert_array_equal(table.precursors.intensities.to_numpy(), np.where(values == 0, np.nan, values))
    assert table.proteins["protein_group"].tolist() == plain["genes"].drop_duplicates().tolist()
    assert table.removed["rows that repeat another"] == 334 - 73  # rows of the file, and distinct ones among them
    first = plain.drop_duplicates("genes")["genes"].str.split(";").str[0]
    known = {
        "HUMAN": "Homo sapiens",
        "YEAST": "Saccharomyces cerevisiae",
        "ECOLI": "Escherichia coli",
        "BOVIN": "Bos taurus",
    }
    species = first.str.rpartition("_")[2].map(known)
    assert table.proteins["organism"].tolist() == species.tolist()
