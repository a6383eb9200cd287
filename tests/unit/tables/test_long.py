"""A long table gives the same matrices whatever its format, its shape and where its parts begin."""

import dataclasses
import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from myosieve.errors import InputError
from myosieve.tables.long import LongLayout, LongTable, Threshold, columns_of, read_long, run_names
from myosieve.tables.streaming import parts as sizes

LAYOUT = LongLayout(
    run=("Run", "File.Name"),
    precursor=("Id",),
    group="Group",
    quantity="Quantity",
    protein_quantity="Protein",
    annotation=("Genes",),
    sequence="Sequence",
    thresholds=(Threshold("Q", 0.01, "q-value above 1 %"),),
    drop=(("Decoy", ("1",)),),
)
COLUMNS = ("Run", "Group", "Genes", "Id", "Sequence", "Quantity", "Protein", "Q", "Decoy")
# Runs a, b and c; group G2 comes first; p1 occurs in two groups; p9 only in rows that are filtered out.
ROWS = [
    ("a", "G2", "", "p1", "PEP", 10.0, 100.0, 0.001, 0),
    ("a", "G1", "ACTN3", "p1", "PEP", 20.0, 200.0, 0.001, 0),
    ("b", "G2", "MYH2", "p1", "PEP", 30.0, 300.0, 0.01, 0),
    ("b", "G2", "MYH2", "p2", "PEP", 40.0, 300.0, 0.001, 0),
    ("b", "G2", "MYH1", "p3", "TIDE", 0.0, 300.0, 0.001, 0),
    ("b", "G2", "MYH2", "p9", "NINE", 50.0, 300.0, 0.02, 0),
    ("b", "G3", "REV", "p9", "NINE", 50.0, 300.0, 0.001, 1),
    ("c", "G4", "IL6", "p4", "ELSE", 60.0, 400.0, 0.001, 0),
    ("b", "G2", "MYH2", "p2", "PEP", 5.0, 300.0, 0.001, 0),
    ("b", "G2", "MYH2", "p2", "PEP", 45.0, 300.0, 0.001, 0),
]
WANTED = {"a": 0, "b": 1}
NAN = math.nan

Write = Callable[..., Path]


@pytest.fixture
def tsv(write: Write) -> Write:
    def tsv(rows: Sequence[Sequence[object]] = ROWS, columns: Sequence[str] = COLUMNS, **options) -> Path:
        return write("report.tsv", [columns, *rows], **options)

    return tsv


@pytest.fixture
def parquet(tmp_path: Path) -> Write:
    def parquet(rows: Sequence[Sequence[object]] = ROWS, row_group_size: int = 3, **types: pa.DataType) -> Path:
        columns = {name: pa.array([row[place] for row in rows]) for place, name in enumerate(COLUMNS)}
        for name, kind in types.items():
            through = columns[name].cast(pa.string()) if pa.types.is_dictionary(kind) else columns[name]
            columns[name] = through.cast(kind)
        table = pa.table(columns)
        pq.write_table(table, tmp_path / "report.parquet", row_group_size=row_group_size)
        return tmp_path / "report.parquet"

    return parquet


def same(one: LongTable, other: LongTable) -> bool:
    for field in dataclasses.fields(LongTable):
        mine, its = getattr(one, field.name), getattr(other, field.name)
        if isinstance(mine, pd.DataFrame):
            pd.testing.assert_frame_equal(mine, its)
        else:
            np.testing.assert_array_equal(mine, its)
    return True


# ---- what the matrices hold ------------------------------------------------------------------------------------------


def test_a_quantity_stands_at_its_precursor_and_sample(tsv: Write) -> None:
    table = read_long(tsv(), LAYOUT, WANTED, 2)
    assert table.precursors["precursor"].tolist() == ["p1", "p1", "p2", "p3"]
    assert table.precursors["group"].tolist() == [0, 1, 0, 0]
    np.testing.assert_array_equal(table.quantities, [[10, 30], [20, NAN], [NAN, 40], [NAN, NAN]])


def test_groups_come_in_order_of_first_appearance_with_their_first_annotation_that_is_not_empty(tsv: Write) -> None:
    groups = read_long(tsv(), LAYOUT, WANTED, 2).groups
    assert groups.to_dict("list") == {"group": ["G2", "G1"], "Genes": ["MYH2", "ACTN3"]}


def test_a_protein_quantity_stands_at_its_group_and_sample(tsv: Write) -> None:
    np.testing.assert_array_equal(read_long(tsv(), LAYOUT, WANTED, 2).protein_quantities, [[100, 300], [200, NAN]])


def test_peptides_are_distinct_sequences_seen_whether_quantified_or_not(tsv: Write) -> None:
    # G2 in b: p1 and p2 share PEP, p3 (quantity 0) adds TIDE.
    np.testing.assert_array_equal(read_long(tsv(), LAYOUT, WANTED, 2).peptides, [[1, 2], [1, 0]])


def test_without_a_sequence_column_precursors_are_counted(tsv: Write) -> None:
    table = read_long(tsv(), dataclasses.replace(LAYOUT, sequence=""), WANTED, 2)
    np.testing.assert_array_equal(table.peptides, [[1, 3], [1, 0]])
    assert table.precursors["sequence"].tolist() == [""] * 4


def test_removed_rows_of_wanted_runs_are_counted_by_the_first_rule_that_applies(tsv: Write) -> None:
    both = ("b", "G5", "", "p5", "BOTH", 1.0, 1.0, 0.5, 1)
    other = ("c", "G5", "", "p5", "BOTH", 1.0, 1.0, 0.5, 1)
    table = read_long(tsv([*ROWS, both, other]), LAYOUT, WANTED, 2)
    assert table.removed == {"Decoy": 2, "q-value above 1 %": 1}
    assert table.rows == len(ROWS) + 2


def test_a_row_without_a_value_in_a_threshold_column_is_not_kept(tsv: Write) -> None:
    rows = [("a", "G", "", "p", "P", 1.0, 1.0, word, 0) for word in ("", "NaN", "NA", "0.001")]
    table = read_long(tsv(rows), LAYOUT, WANTED, 2)
    assert table.removed["q-value above 1 %"] == 3


def test_runs_that_nobody_asked_for_are_named(tsv: Write) -> None:
    assert read_long(tsv(), LAYOUT, WANTED, 2).other_runs == ("c",)
    assert read_long(tsv(), LAYOUT, {"c": 0}, 1).other_runs == ("a", "b")


@pytest.mark.parametrize(("repeated", "expected"), [("first", 40.0), ("sum", 90.0), ("max", 45.0)])
def test_several_rows_of_a_precursor_in_a_run(tsv: Write, repeated: str, expected: float) -> None:
    # p2 in b: 40, 5 and 45.
    assert read_long(tsv(), dataclasses.replace(LAYOUT, repeated=repeated), WANTED, 2).quantities[2, 1] == expected


def test_the_first_row_that_has_a_quantity_is_the_first(tsv: Write) -> None:
    rows = [("a", "G", "", "p", "P", q, 1.0, 0.001, 0) for q in (0, "", "inf", 7, 8)]
    assert read_long(tsv(rows), LAYOUT, WANTED, 2).quantities.tolist()[0][0] == 7


def test_an_unknown_rule_for_repeated_rows_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="median"):
        dataclasses.replace(LAYOUT, repeated="median")


def test_several_columns_make_one_precursor(tsv: Write, parquet: Write) -> None:
    layout = dataclasses.replace(LAYOUT, precursor=("Sequence", "Decoy"))
    expected = ["PEP_0", "PEP_0", "TIDE_0"]
    assert read_long(tsv(), layout, WANTED, 2).precursors["precursor"].tolist() == expected
    # 0.0 of a float column is the same charge as 0 of a text.
    assert read_long(parquet(Decoy=pa.float64()), layout, WANTED, 2).precursors["precursor"].tolist() == expected


def test_two_runs_may_make_one_sample(tsv: Write) -> None:
    table = read_long(tsv(), dataclasses.replace(LAYOUT, repeated="sum"), {"a": 0, "b": 0}, 1)
    assert table.quantities[0, 0] == 40.0  # p1 of G2: 10 + 30


def test_protein_quantities_that_disagree_are_counted_and_the_first_is_taken(tsv: Write) -> None:
    rows = [("a", "G", "", f"p{i}", "P", 1.0, value, 0.001, 0) for i, value in enumerate([100.0, 100.001, 100.1])]
    table = read_long(tsv(rows), LAYOUT, WANTED, 2)
    assert table.protein_quantities[0, 0] == 100.0
    assert len(table.notes) == 1
    assert "Protein differs" in table.notes[0]
    assert "1 cases" in table.notes[0]
    assert not read_long(tsv(rows[:2]), LAYOUT, WANTED, 2).notes


def test_without_quantity_columns_there_are_no_matrices_but_peptides(tsv: Write) -> None:
    table = read_long(tsv(), dataclasses.replace(LAYOUT, quantity="", protein_quantity=""), WANTED, 2)
    assert table.quantities is None
    assert table.protein_quantities is None
    np.testing.assert_array_equal(table.peptides, [[1, 2], [1, 0]])


def test_rows_without_a_protein_group_are_removed_and_counted(tsv: Write, parquet: Write) -> None:
    rows = [*ROWS, ("a", "", "", "p7", "P", 1.0, 1.0, 0.001, 0)]
    assert read_long(tsv(rows), LAYOUT, WANTED, 2).removed["rows without protein group"] == 1
    rows[-1] = ("a", None, "", "p7", "P", 1.0, 1.0, 0.001, 0)
    assert read_long(parquet(rows), LAYOUT, WANTED, 2).removed["rows without protein group"] == 1


def test_a_table_without_a_wanted_run_gives_empty_matrices(tsv: Write) -> None:
    table = read_long(tsv(), LAYOUT, {}, 2)
    assert table.quantities.shape == (0, 2)
    assert table.peptides.shape == (0, 2)
    assert table.other_runs == ("a", "b", "c")


def test_a_sample_beyond_the_last_is_a_mistake_of_the_program(tsv: Write) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        read_long(tsv(), LAYOUT, {"a": 2}, 2)


def test_absent_annotation_and_drop_columns_say_nothing(tsv: Write) -> None:
    layout = dataclasses.replace(LAYOUT, annotation=("Names",), drop=(("Reverse", ("+",)),))
    table = read_long(tsv(), layout, WANTED, 2)
    assert table.groups["Names"].tolist() == ["", "", ""]
    assert table.removed == {"q-value above 1 %": 1}


def test_the_gene_na_stays_a_name(tsv: Write) -> None:
    rows = [("a", "G", "NA", "p", "P", 1.0, 1.0, 0.001, 0)]
    assert read_long(tsv(rows), LAYOUT, WANTED, 2).groups["Genes"].tolist() == ["NA"]


# ---- runs and columns ------------------------------------------------------------------------------------------------


def test_runs_come_in_order_of_first_appearance(tsv: Write, parquet: Write) -> None:
    rows = [ROWS[7], *ROWS]
    assert run_names(tsv(rows), LAYOUT) == ["c", "a", "b"]
    assert run_names(parquet(rows), LAYOUT) == ["c", "a", "b"]


def test_the_first_run_column_present_names_the_run(tsv: Write) -> None:
    path = tsv([(*row, f"/data/{row[0]}.raw") for row in ROWS], (*COLUMNS, "File.Name"))
    assert run_names(path, dataclasses.replace(LAYOUT, run=("R.FileName", "File.Name", "Run")))[0] == "/data/a.raw"


def test_decomposed_letters_in_a_run_are_composed(tsv: Write, parquet: Write) -> None:
    rows = [("Mu\u0308ller", *ROWS[0][1:])]  # u and a combining diaeresis, as macOS spells file names
    for path in (tsv(rows), parquet(rows)):
        assert run_names(path, LAYOUT) == ["Müller"]
        assert read_long(path, LAYOUT, {"Müller": 0}, 1).quantities.tolist() == [[10.0]]


def test_columns_of_names_the_columns(tsv: Write, parquet: Write) -> None:
    assert columns_of(tsv()) == columns_of(parquet()) == COLUMNS


def test_progress_tells_the_rows_read(tsv: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    read_long(tsv(), LAYOUT, WANTED, 2, told.append)
    run_names(tsv(), LAYOUT, told.append)
    assert told == [len(ROWS)] * 2


# ---- the same result whatever the file looks like --------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_where_parts_begin_makes_no_difference(
    tsv: Write, parquet: Write, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    rng = np.random.default_rng(7)
    rows = [
        (
            rng.choice(["a", "b", "c"]),
            f"G{g}",
            rng.choice(["", "X", "Y"]),
            f"p{rng.integers(6)}",
            f"S{rng.integers(3)}",
            *(round(rng.uniform(0, 9), 3), 1 + g, rng.uniform(0, 0.011), int(rng.random() < 0.1)),
        )
        for g in rng.integers(0, 5, 200)
    ]
    layout = dataclasses.replace(LAYOUT, repeated="sum")
    for path in (tsv(rows), parquet(rows, row_group_size=50)):
        whole = read_long(path, layout, WANTED, 2)
        with monkeypatch.context() as patch:
            patch.setattr(sizes, "ROWS_AT_ONCE", size)
            patch.setattr(sizes, "BYTES_AT_ONCE", 40 * size)
            assert same(read_long(path, layout, WANTED, 2), whole)


def test_memory_does_not_grow_with_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizes, "ROWS_AT_ONCE", 20_000)
    rng, count, held = np.random.default_rng(2), 600_000, []
    columns = {"Run": ["a"] * count, "Group": ["G"] * count, "Id": ["p"] * count, "Quantity": rng.random(count)}
    pq.write_table(pa.table(columns), tmp_path / "t", row_group_size=20_000)
    layout = LongLayout(run=("Run",), precursor=("Id",), group="Group", quantity="Quantity")
    del columns
    read_long(tmp_path / "t", layout, WANTED, 2, lambda rows: held.append(pa.total_allocated_bytes()))
    assert max(held) < 4_000_000  # the quantities of all rows are 4.8 MB


def test_text_and_parquet_give_the_same(tsv: Write, parquet: Write) -> None:
    assert same(read_long(tsv(), LAYOUT, WANTED, 2), read_long(parquet(), LAYOUT, WANTED, 2))


@pytest.mark.parametrize(
    "types",
    [
        {"Run": pa.dictionary(pa.int16(), pa.string()), "Id": pa.large_string()},
        {"Quantity": pa.string(), "Q": pa.dictionary(pa.int32(), pa.string())},
        {"Quantity": pa.float32(), "Protein": pa.int64(), "Decoy": pa.float64()},
        {"Decoy": pa.string(), "Q": pa.float32()},  # 0.01 as float32 is above nothing: a limit is a limit
        {"Group": pa.string_view(), "Protein": pa.decimal128(9, 2)},
    ],
)
def test_the_types_of_a_parquet_file_make_no_difference(parquet: Write, types: dict[str, pa.DataType]) -> None:
    expected = read_long(parquet(), LAYOUT, WANTED, 2)
    assert same(read_long(parquet(**types), LAYOUT, WANTED, 2), expected)


def test_a_limit_stored_as_float32_equals_itself(parquet: Write) -> None:
    layout = dataclasses.replace(LAYOUT, thresholds=(Threshold("Q", 0.05, "q"),))  # float32(0.05) = 0.0500000007
    table = read_long(parquet([("a", "G", "", "p", "P", 1.0, 1.0, 0.05, 0)], Q=pa.float32()), layout, WANTED, 2)
    assert table.removed["q"] == 0


def test_missing_cells_of_a_parquet_file_are_missing(parquet: Write) -> None:
    rows = [("a", "G", None, "p", "P", None, None, 0.001, 0), ("a", "G", "MYH2", "q", "Q", 1.0, 2.0, None, 0), *ROWS]
    table = read_long(parquet(rows), LAYOUT, WANTED, 2)
    assert np.isnan(table.quantities[0, 0])
    assert np.isnan(table.protein_quantities[0, 0])
    assert table.groups["Genes"][0] == ""


# ---- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["Run", "Id", "Group", "Quantity", "Protein", "Q", "Sequence"])
def test_a_column_that_is_needed_and_absent_is_named(tsv: Write, column: str) -> None:
    path = tsv(columns=[name if name != column else "Other" for name in COLUMNS])
    with pytest.raises(InputError, match=f"'{column}'.* is missing"):
        read_long(path, LAYOUT, WANTED, 2)


@pytest.mark.parametrize("column", ["Quantity", "Protein"])
def test_a_negative_quantity_is_refused(tsv: Write, column: str) -> None:
    place = COLUMNS.index(column)
    rows = [ROWS[0], (*ROWS[1][:place], -1.5, *ROWS[1][place + 1 :])]
    with pytest.raises(InputError, match=rf"'{column}': a quantity is negative \(-1.5\)"):
        read_long(tsv(rows), LAYOUT, WANTED, 2)


def test_a_header_without_rows_is_refused(tsv: Write, parquet: Write) -> None:
    for path in (tsv([]), parquet([])):
        with pytest.raises(InputError, match="no rows"):
            read_long(path, LAYOUT, WANTED, 2)


@pytest.mark.parametrize("keep", [0.3, 0.7, 0.95])
def test_a_parquet_file_that_is_cut_off_is_refused(parquet: Write, keep: float) -> None:
    path = parquet(ROWS * 20)
    path.write_bytes(path.read_bytes()[: int(keep * path.stat().st_size)])
    with pytest.raises(InputError, match="damaged or cut off"):
        read_long(path, LAYOUT, WANTED, 2)


def test_a_parquet_file_with_damaged_pages_is_refused(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    columns = {name: [row[place] for row in ROWS] * 100 for place, name in enumerate(COLUMNS)}
    pq.write_table(pa.table(columns | {"Quantity": rng.random(1000)}), tmp_path / "t", compression="zstd")
    content = bytearray((tmp_path / "t").read_bytes())
    content[200 : len(content) // 2] = rng.bytes(len(content) // 2 - 200)
    (tmp_path / "t").write_bytes(content)
    with pytest.raises(InputError, match="damaged"):
        read_long(tmp_path / "t", LAYOUT, WANTED, 2)


# ---- real reports, beside plain pandas -------------------------------------------------------------------------------

DIANN = LongLayout(
    run=("Run", "File.Name"),
    precursor=("Precursor.Id",),
    group="Protein.Group",
    quantity="Precursor.Normalised",
    protein_quantity="PG.MaxLFQ",
    annotation=("Protein.Names", "Genes"),
    sequence="Stripped.Sequence",
    thresholds=(Threshold("Q.Value", 0.01, "precursor"), Threshold("PG.Q.Value", 0.01, "protein")),
    drop=(("Decoy", ("1",)),),
)
SPECTRONAUT = LongLayout(
    run=("R.FileName",),
    precursor=("EG.ModifiedSequence", "FG.Charge"),
    group="PG.ProteinGroups",
    quantity="FG.Quantity",
    protein_quantity="PG.Quantity",
    sequence="PEP.StrippedSequence",
    thresholds=(Threshold("EG.Qvalue", 0.01, "precursor"),),
    drop=(("EG.IsDecoy", ("True",)),),
)
EVIDENCE = LongLayout(
    run=("Raw file",),
    precursor=("Modified sequence", "Charge"),
    group="Leading razor protein",
    quantity="Intensity",
    sequence="Sequence",
    repeated="sum",
    drop=(("Reverse", ("+",)), ("Potential contaminant", ("+",))),
)
REAL = {
    "shapes/diann/diann2_report.parquet": DIANN,
    # 1.7 has no PG.MaxLFQ; R wrote row names without a header cell, and quotes.
    "spikein/ups1_ecoli_diann_report/DIA-NN_Export.tsv.gz": dataclasses.replace(
        DIANN, protein_quantity="PG.Normalised"
    ),
    "shapes/precursor_tables/DIANN_1.9_beta_sample_report.tsv": DIANN,
    "shapes/spectronaut/spectronaut_long_report_500rows.tsv": SPECTRONAUT,
    "shapes/precursor_tables/MaxQuant_evidence_sample.txt": EVIDENCE,
}


def plain(path: Path) -> pd.DataFrame:
    """Read a table with pandas alone; text as text, numbers as pandas finds them."""
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    frame = pd.read_csv(path, sep="\t", keep_default_na=False, na_values=["", "NaN"], low_memory=False)
    return frame.reset_index(drop=True)


@pytest.mark.parametrize("name", REAL)
def test_a_real_report_gives_what_plain_pandas_gives(shared_data: Path, name: str) -> None:
    layout, path = REAL[name], shared_data / name
    frame = plain(path)
    run = next(column for column in layout.run if column in frame)
    runs = list(dict.fromkeys(frame[run]))
    assert run_names(path, layout) == runs
    wanted = {one: place for place, one in enumerate(runs[1:] or runs)}  # one run is left out where there are several
    table = read_long(path, layout, wanted, len(wanted))

    kept = frame[frame[run].isin(wanted)]
    for column, values in layout.drop:
        if column in kept:
            kept = kept[~kept[column].map(lambda cell: str(cell).removesuffix(".0")).isin(values)]
    for threshold in layout.thresholds:
        kept = kept[kept[threshold.column] <= threshold.largest]
    kept = kept[kept[layout.group].notna()]
    assert table.rows == len(frame)
    assert sum(table.removed.values()) == int(frame[run].isin(wanted).sum()) - len(kept)
    assert table.other_runs == tuple(run for run in runs if run not in wanted)

    groups = kept[layout.group].drop_duplicates()
    assert table.groups["group"].tolist() == groups.tolist()
    key = kept[list(layout.precursor)].astype(str).apply("_".join, axis=1)
    columns = kept[run].map(wanted)
    index = [kept[layout.group], key]
    quantity = kept[layout.quantity].where(kept[layout.quantity] > 0)
    expected = quantity.groupby([*index, columns]).agg("sum" if layout.repeated == "sum" else "first").unstack()  # noqa: PD010
    mine = pd.DataFrame(
        table.quantities,
        index=[table.groups["group"].to_numpy()[table.precursors["group"]], table.precursors["precursor"]],
    )
    expected = expected.reindex(index=mine.index, columns=range(len(wanted)))
    np.testing.assert_allclose(mine.to_numpy(), expected.where(expected > 0).to_numpy(), rtol=1e-12)
    assert np.isfinite(mine.to_numpy()).sum() > 50

    counted = kept.groupby([layout.group, columns])[layout.sequence].nunique().unstack(fill_value=0)  # noqa: PD010
    counted = counted.reindex(index=groups, columns=range(len(wanted)), fill_value=0)
    np.testing.assert_array_equal(table.peptides, counted.to_numpy())
    if layout.protein_quantity:
        protein = kept[layout.protein_quantity].where(kept[layout.protein_quantity] > 0)
        protein = protein.groupby([kept[layout.group], columns]).first().unstack()  # noqa: PD010
        protein = protein.reindex(index=groups, columns=range(len(wanted)))
        np.testing.assert_allclose(table.protein_quantities, protein.to_numpy(), rtol=1e-12)
    for column in layout.annotation:
        first = kept.groupby(layout.group, sort=False)[column].agg(
            lambda cells: next((cell for cell in cells if isinstance(cell, str) and cell), "")
        )
        assert table.groups[column].tolist() == first.tolist()


def test_the_message_of_a_missing_column_is_one_line(tsv: Write) -> None:
    with pytest.raises(InputError) as caught:
        run_names(tsv(), dataclasses.replace(LAYOUT, run=("R.FileName", "Raw file")))
    assert re.search("'R.FileName' or 'Raw file' is missing", str(caught.value))
