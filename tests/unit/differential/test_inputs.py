"""What `myosieve differential` refuses: one line that names file, cell and remedy, exit status 2, and nothing written.

And what its inputs have in common: a given design matrix is as good as the formula, precursors as good as the tables of the
workflow that are made from them.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from myosieve import files, schema
from myosieve.cli import main

SAMPLES = [f"s{i}" for i in range(6)]
MATRIX = "sample\tintercept\teps\n" + "".join(f"s{i}\t1\t{int(i > 2)}\n" for i in range(6))


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A folder with log2 values x.tsv, precursors p.tsv, sheet s.tsv and design matrix m.tsv, of two conditions of three."""
    draw = np.random.default_rng(0)
    values = pd.DataFrame(draw.normal(25, 2, (40, 1)) + draw.normal(size=(40, 6)), columns=SAMPLES)
    values.insert(0, "protein_group", [f"P{i:02d}" for i in range(40)])
    files.write_table(tmp_path / "x.tsv", values)
    files.write_table(tmp_path / "p.tsv", precursors())
    rows = [f"{name}\t{'rest' if i < 3 else 'eps'}\td{i % 3}" for i, name in enumerate(SAMPLES)]
    (tmp_path / "s.tsv").write_text("\n".join(["sample\tcondition\tdonor", *rows]) + "\n")
    (tmp_path / "m.tsv").write_text(MATRIX)
    return tmp_path


def precursors(proteins: int = 30, each: int = 4) -> pd.DataFrame:
    """Return linear intensities of precursors; low ones are missed, every tenth protein is gone from one condition."""
    draw = np.random.default_rng(1)
    m = proteins * each
    log2 = (
        np.repeat(draw.normal(23, 2, proteins), each)[:, None] + draw.normal(0, 1, (m, 1)) + draw.normal(0, 0.3, (m, 6))
    )
    log2[np.arange(m) // each % 10 == 0, 3:] -= 12
    log2[draw.random(log2.shape) > 1 / (1 + np.exp(-0.9 * (log2 - 20)))] = np.nan
    table = pd.DataFrame(2**log2, columns=SAMPLES).round(3)
    table.insert(0, "precursor", [f"PEPTIDE{i:03d}K2" for i in range(m)])
    table.insert(1, "protein_group", [f"P{i // each:02d}" for i in range(m)])
    table.insert(2, "sequence", "PEPTIDEK")
    return table[table[SAMPLES].notna().any(axis=1)]


def run(study: Path, *more: str, values: str = "--intensities x.tsv", out: str = "out.tsv") -> int:
    """Run the command; words that are names of files in the study's folder are paths."""
    words = [*values.split(), "--samples", "s.tsv", "--out", out, *more]
    if "--design" not in words and "--design-matrix" not in words:
        words += ["--design", "~ condition"]
    if "--contrast" not in words:
        words += ["--contrast", "c=eps - rest"]
    return main(
        ["differential", *(str(study / word) if word.endswith((".tsv", ".parquet")) else word for word in words)]
    )


def assert_refused(study: Path, capsys: pytest.CaptureFixture, message: str, *more: str, **values: str) -> None:
    """Hold the line on the standard error to the message, in which {study} is the folder; nothing may be written."""
    before = sorted(study.iterdir())
    assert run(study, *more, **values) == 2
    assert capsys.readouterr().err == f"myosieve differential: {message.format(study=study)}\n"
    assert sorted(study.iterdir()) == before


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_the_study_itself_is_tested(study: Path) -> None:
    assert run(study) == 0
    assert len(files.read_table(study / "out.tsv", schema.DIFFERENTIAL)) == 40


# ---- log2 values -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "protein_group",
            "id",
            "{study}/x.tsv: the first column is 'id'; name the key column 'protein_group', then samples",
        ),
        ("P07\t", "P06\t", "{study}/x.tsv: protein_group 'P06' is empty or repeated; make every key unique"),
        ("P07\t", "\t", "{study}/x.tsv: protein_group nan is empty or repeated; make every key unique"),
        ("P07\t", "P07\thigh\t", "{study}/x.tsv: column 's0' holds 'high'; give log2 numbers, empty = missing"),
        (
            "P07\t",
            "P07\t-inf\t",
            "{study}/x.tsv: a value is infinite; leave cells without a value empty: log2 of 0 is no intensity",
        ),
    ],
)
def test_log2_values_that_cannot_be_read(
    study: Path, capsys: pytest.CaptureFixture, old: str, new: str, message: str
) -> None:
    row = next(line for line in (study / "x.tsv").read_text().splitlines() if line.startswith(old))
    cells = row.split("\t")[2:] if new.count("\t") == 2 else row.removeprefix(old).split("\t")
    edit(study / "x.tsv", row, new + "\t".join(cells))
    assert_refused(study, capsys, message)


# ---- sheet and block -------------------------------------------------------------------------------------------------


def test_a_sheet_without_secretomes(study: Path, capsys: pytest.CaptureFixture) -> None:
    text = (study / "s.tsv").read_text().replace("donor", "donor\tfraction")
    (study / "s.tsv").write_text("".join(f"{x}\n" if "donor" in x else f"{x}\tlysate\n" for x in text.splitlines()))
    message = "{study}/s.tsv: no sample of fraction secretome; mark the conditioned-medium samples so"
    assert_refused(study, capsys, message)


def test_a_sample_without_a_column(study: Path, capsys: pytest.CaptureFixture) -> None:
    edit(study / "s.tsv", "s5\t", "s7\t")
    message = "{study}/s.tsv: sample 's7' has no column in {study}/x.tsv; columns there: s0, s1, s2, s3, s4, s5, ..."
    assert_refused(study, capsys, message)


def test_a_block_that_is_no_column_of_the_sheet(study: Path, capsys: pytest.CaptureFixture) -> None:
    edit(study / "s.tsv", "donor", "subject")
    before = sorted(study.iterdir())
    assert run(study, "--block", "donor") == 2
    error = capsys.readouterr().err
    assert error.startswith(
        f"myosieve differential: {study}/s.tsv: block names 'donor'; columns of the sample sheet: sample,"
    )
    assert "subject" in error
    assert error.count("\n") == 1
    assert sorted(study.iterdir()) == before


@pytest.mark.parametrize("blank", ["", " "])
def test_a_sample_without_a_value_in_the_block(study: Path, capsys: pytest.CaptureFixture, blank: str) -> None:
    edit(study / "s.tsv", "s4\teps\td1", f"s4\teps\t{blank}")
    message = "{study}/s.tsv: sample 's4' has no value in 'donor'; fill it in, or set block to none"
    assert_refused(study, capsys, message, "--block", "donor")


def test_a_block_of_one_sample_each(study: Path, capsys: pytest.CaptureFixture) -> None:
    for i in range(6):
        edit(study / "s.tsv", f"\td{i % 3}\n", f"\tno{i}\n")
    message = "{study}/s.tsv: block 'donor' holds one sample each; a block groups the samples of a subject"
    assert_refused(study, capsys, message, "--block", "donor")


def test_a_block_that_the_design_holds_already(study: Path, capsys: pytest.CaptureFixture) -> None:
    message = "method: 'donor' is in the design and the block; keep it in one: fixed or random"
    assert_refused(study, capsys, message, "--block", "donor", "--design", "~ donor + condition")


# ---- methods ---------------------------------------------------------------------------------------------------------


def test_dpc_without_estimates(study: Path, capsys: pytest.CaptureFixture) -> None:
    message = "{study}/x.tsv: method dpc needs estimates; set rollup: dpc, for a table that has precursors"
    assert_refused(study, capsys, message, "--method", "dpc")


def test_dpc_with_a_table_of_estimates_that_is_empty(study: Path, capsys: pytest.CaptureFixture) -> None:
    none = pd.DataFrame({name: [] for name in schema.ESTIMATES.names})
    files.write_table(study / "e.parquet", schema.ESTIMATES.arrange(none))
    message = "{study}/e.parquet: method dpc needs estimates; set rollup: dpc, for a table that has precursors"
    assert_refused(study, capsys, message, "--method", "dpc", "--estimates", "e.parquet")


def test_dpc_without_the_estimates_of_a_sample(study: Path, capsys: pytest.CaptureFixture) -> None:
    some = pd.DataFrame([("P00", name, 20.0, 0.1, 2.0) for name in SAMPLES[:5]], columns=schema.ESTIMATES.names)
    files.write_table(study / "e.tsv", schema.ESTIMATES.arrange(some))
    message = "{study}/e.tsv: sample 's5' has no estimates; give those of the same samples"
    assert_refused(study, capsys, message, "--method", "dpc", "--estimates", "e.tsv")


def test_dpc_with_imputation(study: Path, capsys: pytest.CaptureFixture) -> None:
    message = "method: imputation has no place in method dpc; missing precursors count there as they are"
    assert_refused(study, capsys, message, "--method", "dpc", "--imputation", "knn")


def test_dpc_with_sample_weights(study: Path, capsys: pytest.CaptureFixture) -> None:
    message = "method: sample_weights have no place in method dpc; its weights come from standard errors"
    assert_refused(study, capsys, message, "--method", "dpc", "--sample-weights")


def test_deqms_without_numbers_of_peptides(study: Path, capsys: pytest.CaptureFixture) -> None:
    message = "{study}/x.tsv: method deqms needs numbers of peptides; use limma_trend, or a table that has them"
    assert_refused(study, capsys, message, "--method", "deqms")


def test_a_protein_that_the_table_of_proteins_lacks(study: Path, capsys: pytest.CaptureFixture) -> None:
    names = pd.DataFrame({name: [""] * 39 for name in schema.QUANTIFIED.names})
    names["protein_group"] = [f"P{i:02d}" for i in range(40) if i != 7]
    names["peptides"] = 1
    files.write_table(study / "names.tsv", names)
    message = "{study}/names.tsv: protein_group 'P07' is missing; give the proteins.tsv of the same table"
    assert_refused(study, capsys, message, "--proteins", "names.tsv")


# ---- design matrix ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("sample\t", "run\t", "no column 'sample' beside numbers; write 'sample', then one column per coefficient"),
        ("s4\t1\t1\n", "", "sample 's4' has no row; give a row for every sample of the sheet"),
        ("s4\t", "s3\t", "sample 's3' has two rows; keep one row per sample"),
        ("s4\t1\t1", "s4\t1\tyes", "'yes' is no number (sample 's4', column 'eps'); fill in a finite number"),
        ("s4\t1\t1", "s4\t1\tinf", "'inf' is no number (sample 's4', column 'eps'); fill in a finite number"),
    ],
)
def test_a_design_matrix_that_cannot_be_used(
    study: Path, capsys: pytest.CaptureFixture, old: str, new: str, message: str
) -> None:
    edit(study / "m.tsv", old, new)
    assert_refused(study, capsys, f"{study}/m.tsv: {message}", "--design-matrix", "m.tsv", "--contrast", "c=eps")


def test_an_empty_cell_of_a_design_matrix(study: Path, capsys: pytest.CaptureFixture) -> None:
    edit(study / "m.tsv", "s4\t1\t1", "s4\t1\t")
    assert run(study, "--design-matrix", "m.tsv", "--contrast", "c=eps") == 2
    assert "is no number (sample 's4', column 'eps'); fill in a finite number\n" in capsys.readouterr().err


def test_a_design_matrix_without_degrees_of_freedom(study: Path, capsys: pytest.CaptureFixture) -> None:
    rows = "".join(f"s{i}\t" + "\t".join("01"[i == j] for j in range(6)) + "\n" for i in range(6))
    (study / "m.tsv").write_text("sample\ta\tb\tc\td\te\tf\n" + rows)
    message = (
        "{study}/m.tsv: the design matrix leaves no degree of freedom with 6 samples; "
        "add replicates, or take a covariate out of the design"
    )
    assert_refused(study, capsys, message, "--design-matrix", "m.tsv", "--contrast", "c=b - a")


def test_a_contrast_of_a_coefficient_that_the_design_matrix_lacks(study: Path, capsys: pytest.CaptureFixture) -> None:
    message = "contrasts: contrast 'c': 'rest' is no column of the design matrix; columns of the design matrix: intercept, eps"
    assert_refused(study, capsys, message, "--design-matrix", "m.tsv")


@pytest.mark.parametrize(
    ("matrix", "expression"),
    [
        (MATRIX, "eps"),
        (
            "sample\trest\teps\n" + "".join(f"s{i}\t{int(i < 3)}\t{int(i > 2)}\n" for i in (4, 5, 0, 1, 3, 2)),
            "eps - rest",
        ),
    ],
)
def test_a_given_matrix_equal_to_the_formula_s_or_another_coding_of_it_gives_the_same_rows(
    study: Path, matrix: str, expression: str
) -> None:
    values = files.read_table(study / "x.tsv")
    values.iloc[:6, 4:] = np.nan  # absences, of which conditions the contrast tells
    values.iloc[6:30, 2] = np.nan
    files.write_table(study / "x.tsv", values)
    (study / "m.tsv").write_text(matrix)
    assert run(study, out="formula.tsv") == 0
    assert run(study, "--design-matrix", "m.tsv", "--contrast", f"c={expression}", out="given.tsv") == 0
    formula, given = (files.read_table(study / f"{name}.tsv", schema.DIFFERENTIAL) for name in ("formula", "given"))
    assert formula["test"].eq("detection").sum() == 6
    pd.testing.assert_frame_equal(given, formula, rtol=1e-9)


# ---- precursors ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("values", ["", "--intensities x.tsv --precursors p.tsv"])
def test_both_or_neither_of_intensities_and_precursors(study: Path, capsys: pytest.CaptureFixture, values: str) -> None:
    message = "differential: intensities or precursors; give one of --intensities and --precursors"
    assert_refused(study, capsys, message, values=values)


def test_negative_precursor_intensities(study: Path, capsys: pytest.CaptureFixture) -> None:
    table = precursors()
    table.loc[table.index[3], "s2"] = -1.5
    files.write_table(study / "p.tsv", table)
    message = "{study}/p.tsv: an intensity is negative, or there is none; give linear intensities, empty = missing"
    assert_refused(study, capsys, message, values="--precursors p.tsv")


def test_precursors_without_a_sample(study: Path, capsys: pytest.CaptureFixture) -> None:
    files.write_table(study / "p.tsv", precursors().drop(columns=SAMPLES))
    message = "{study}/p.tsv: an intensity is negative, or there is none; give linear intensities, empty = missing"
    assert_refused(study, capsys, message, values="--precursors p.tsv")


def test_text_among_precursor_intensities(study: Path, capsys: pytest.CaptureFixture) -> None:
    table = precursors().astype({"s2": object})
    table.loc[table.index[3], "s2"] = "1,5"
    files.write_table(study / "p.tsv", table)
    assert run(study, values="--precursors p.tsv") == 2
    error = capsys.readouterr().err
    assert "'1,5'" in error
    assert error.count("\n") == 1


def test_an_intensity_of_zero_is_as_good_as_an_empty_cell(study: Path) -> None:
    assert run(study, values="--precursors p.tsv", out="empty.tsv") == 0
    files.write_table(study / "p.tsv", precursors().fillna(0.0))
    assert run(study, values="--precursors p.tsv", out="zero.tsv") == 0
    assert (study / "zero.tsv").read_bytes() == (study / "empty.tsv").read_bytes()


@pytest.mark.parametrize("method", ["dpc", "limma_trend"])
def test_precursors_give_what_intake_and_quantify_give_of_the_same_table(study: Path, method: str) -> None:
    long = precursors().melt(
        ["precursor", "protein_group", "sequence"], var_name="Run", value_name="Precursor.Quantity"
    )
    long = long.rename(columns={"precursor": "Precursor.Id", "protein_group": "Protein.Group"}).drop(columns="sequence")
    files.write_table(study / "report.parquet", long.dropna().assign(**{"Q.Value": 0.001}))
    paths = ["--table", str(study / "report.parquet"), "--samples", str(study / "s.tsv"), "--out", str(study / "in")]
    assert main(["intake", *paths, "--format", "diann"]) == 0
    rollup = "dpc" if method == "dpc" else "maxlfq"
    options = ["--intake", str(study / "in"), "--rollup", rollup, "--normalization", "none", "--out", str(study / "q")]
    assert main(["quantify", *options]) == 0
    more = ["--estimates", "q/estimates.parquet", "--log2", "q/log2.tsv"] if method == "dpc" else []
    assert run(study, "--method", method, *more, values="--intensities q/intensities.tsv", out="staged.tsv") == 0
    kept = files.read_table(study / "q" / "intensities.tsv")["protein_group"]
    assert run(study, "--method", method, values="--precursors p.tsv", out="direct.tsv") == 0
    staged, direct = (
        files.read_table(study / f"{name}.tsv", schema.DIFFERENTIAL).set_index("protein_group")
        for name in ("staged", "direct")
    )
    assert staged.index.tolist() == kept.tolist() == direct.index.tolist()
    assert set(staged["test"]) >= ({"dpc"} if method == "dpc" else {"moderated_t", "detection"})
    pd.testing.assert_frame_equal(direct, staged, rtol=1e-5, check_dtype=False)
