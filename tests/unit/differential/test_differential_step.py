"""The command `myosieve differential`: what it writes, and what it refuses in one line with exit status 2."""

import gzip
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from myosieve import files, schema
from myosieve.cli import main
from myosieve.differential.model import Options
from myosieve.differential.step import differential
from myosieve.settings import stage_defaults

ORACLES = Path(__file__).parents[2] / "oracles"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A folder with x.tsv (6 samples) and s.tsv."""
    rng = np.random.default_rng(0)
    names = [f"s{i}" for i in range(6)]
    values = pd.DataFrame(rng.normal(25, 2, (50, 1)) + rng.normal(size=(50, 6)), columns=names)
    values.insert(0, "protein_group", [f"P{i}" for i in range(50)])
    files.write_table(tmp_path / "x.tsv", values)
    (tmp_path / "s.tsv").write_text(
        "sample\tcondition\n" + "".join(f"{n}\t{'ab'[i // 3]}\n" for i, n in enumerate(names))
    )
    return tmp_path


def command(folder: Path, *more: str, contrast: str = "c=b - a", out: str = "out.tsv") -> list[str]:
    paths = ["--intensities", str(folder / "x.tsv"), "--samples", str(folder / "s.tsv"), "--out", str(folder / out)]
    return ["differential", *paths, "--design", "~ condition", "--contrast", contrast, *more]


def test_the_command_reproduces_limmas_reference_through_files(tmp_path: Path) -> None:
    (tmp_path / "x.tsv").write_bytes(gzip.decompress((ORACLES / "paired.intensities.tsv.gz").read_bytes()))
    (tmp_path / "s.tsv").write_bytes((ORACLES / "paired.samples.tsv").read_bytes())
    assert (
        main([*command(tmp_path, contrast="res_vs_end=res - end"), "--design", "~ donor + condition", "--no-detection"])
        == 0
    )
    ours = files.read_table(tmp_path / "out.tsv", schema.DIFFERENTIAL).set_index("protein_group")
    limma = pd.read_csv(ORACLES / "limma-3.63" / "paired.exact_trend.tsv.gz", sep="\t")
    limma = limma[limma["contrast"] == "res_vs_end"].set_index("protein_group")
    np.testing.assert_allclose(ours.loc[limma.index, "p_value"], limma["p_value"], rtol=1e-8)


@pytest.mark.parametrize("out", ["out.tsv", "out.parquet"])
def test_tables_are_tsv_or_parquet_by_extension(study: Path, out: str) -> None:
    assert main(command(study, out=out)) == 0
    assert len(files.read_table(study / out, schema.DIFFERENTIAL)) == 50


def test_the_same_input_gives_the_same_bytes(study: Path) -> None:
    assert main(command(study, out="one.tsv")) == main(command(study, out="two.tsv")) == 0
    assert (study / "one.tsv").read_bytes() == (study / "two.tsv").read_bytes()


def test_samples_of_the_sheet_decide_and_further_columns_are_left_out(study: Path) -> None:
    table = pd.read_csv(study / "x.tsv", sep="\t")
    main(command(study, out="before.tsv"))
    table.assign(another=99.0).to_csv(study / "x.tsv", sep="\t", index=False)
    main(command(study, out="after.tsv"))
    assert (study / "before.tsv").read_bytes() == (study / "after.tsv").read_bytes()


def test_lysates_and_blanks_are_not_tested(study: Path) -> None:
    lines = (study / "s.tsv").read_text().splitlines()
    fraction = ["fraction", "secretome", "secretome", "lysate", "secretome", "secretome", "blank"]
    (study / "s.tsv").write_text("\n".join(f"{a}\t{b}" for a, b in zip(lines, fraction, strict=True)) + "\n")
    assert main(command(study)) == 0
    assert files.read_table(study / "out.tsv", schema.DIFFERENTIAL)["of_control"].eq(2).all()


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("s.tsv", "condition", "group", "'condition'"),
        ("s.tsv", "s5\tb", "s7\tb", "sample 's7' has no column"),
        ("s.tsv", "s5\tb", "s4\tb", "'s4'"),
        ("s.tsv", "\tb", "\td", "'b' is a condition that no sample has"),
        ("x.tsv", "protein_group", "id", "the first column is 'id'"),
        ("x.tsv", "P7\t", "P6\t", "'P6' is empty or repeated"),
        ("x.tsv", "P7\t", "P7\thigh", "column 's0' holds 'high"),
        ("x.tsv", "P7\t", "P7\t-inf\t0", "infinite"),
    ],
)
def test_wrong_input_is_one_line_and_exit_status_2_and_nothing_is_written(
    study: Path, capsys: pytest.CaptureFixture, name: str, old: str, new: str, said: str
) -> None:
    if new.startswith("P7\t-inf"):
        row = next(line for line in (study / name).read_text().splitlines() if line.startswith("P7\t"))
        old, new = row, "\t".join(["P7", "-inf", *row.split("\t")[2:]])
    edit(study / name, old, new)
    before = sorted(p.name for p in study.iterdir())
    assert main(command(study)) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert error.startswith("myosieve differential: ")
    assert sorted(p.name for p in study.iterdir()) == before


@pytest.mark.parametrize(("file", "said"), [("x.tsv", "empty"), ("s.tsv", "empty")])
def test_an_empty_file_is_named(study: Path, capsys: pytest.CaptureFixture, file: str, said: str) -> None:
    (study / file).write_text("")
    assert main(command(study)) == 2
    assert said in capsys.readouterr().err


def test_a_method_that_does_not_exist_is_refused_by_the_parser(study: Path) -> None:
    with pytest.raises(SystemExit) as stop:
        main(command(study, "--method", "anova"))
    assert stop.value.code == 2


def test_the_installed_command_exits_with_2_and_no_traceback(study: Path) -> None:
    program = str(Path(sys.executable).parent / "myosieve")
    done = subprocess.run([program, *command(study, contrast="c=b - z")], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "'z' is a condition that no sample has; conditions in the sample sheet: a, b" in done.stderr
    assert not (study / "out.tsv").exists()


def test_the_record_says_what_was_done(study: Path) -> None:
    assert main(command(study, "--method", "limma", "--record", str(study / "r.json"))) == 0
    record = files.read_json(study / "r.json")
    assert record["settings"]["method"] == "limma"
    assert record["inputs"][(study / "x.tsv").as_posix()] == files.sha256(study / "x.tsv")
    assert "limma;" in record["methods"][0]
    assert "trend" not in record["methods"][0]


def test_a_number_that_may_be_a_label_is_a_warning(study: Path, capsys: pytest.CaptureFixture) -> None:
    lines = (study / "s.tsv").read_text().splitlines()
    well = ["well", *"121212"]
    (study / "s.tsv").write_text("\n".join(f"{a}\t{b}" for a, b in zip(lines, well, strict=True)) + "\n")
    assert main([*command(study), "--design", "~ well + condition"]) == 0
    assert "takes 'well' as a number, with one slope for all its values: write C(well)" in capsys.readouterr().err


def test_two_replicates_make_tests_of_absence_doubtful_and_three_do_not(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    for replicates, doubtful in ((2, True), (4, False)):
        names = [f"{condition}{i}" for condition in "ab" for i in range(replicates)]
        log2 = rng.normal(24, 2, (600, 1)) + rng.normal(0, 0.3, (600, 2 * replicates))
        log2[rng.random(log2.shape) > 1 / (1 + np.exp(22 - log2))] = np.nan
        log2[0] = [26.0] * replicates + [np.nan] * replicates
        values = pd.DataFrame(log2, columns=names).assign(protein_group=[f"P{i}" for i in range(600)])
        files.write_table(tmp_path / "x.tsv", values[["protein_group", *names]])
        sheet = pd.DataFrame({"sample": names, "condition": [name[0] for name in names]})
        files.write_table(tmp_path / "s.tsv", sheet)
        settings = stage_defaults("differential") | {"contrasts": {"c": "b - a"}}
        summary = differential(tmp_path / "x.tsv", tmp_path / "s.tsv", settings, tmp_path / "out.tsv")
        said = any("fewer than three samples" in text for text in summary.warnings)
        assert said == doubtful


def test_a_design_that_asks_too_much_of_absent_proteins_is_warned_of(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    names = [f"{condition}{i}" for condition in "ab" for i in range(4)]
    log2 = rng.normal(24, 2, (600, 1)) + rng.normal(0, 0.3, (600, 8))
    log2[rng.random(log2.shape) > 1 / (1 + np.exp(22 - log2))] = np.nan
    log2[:20, :4], log2[:20, 4:] = 26.0 + rng.normal(0, 0.3, (20, 4)), np.nan
    values = pd.DataFrame(log2, columns=names).assign(protein_group=[f"P{i}" for i in range(600)])
    files.write_table(tmp_path / "x.tsv", values[["protein_group", *names]])
    sheet = pd.DataFrame({"sample": names, "condition": [name[0] for name in names], "dose": rng.normal(size=8)})
    files.write_table(tmp_path / "s.tsv", sheet.assign(subject=[f"d{name[1]}" for name in names]))
    # four subjects and a slope are five numbers for the four samples of a protein that one side lacks
    for design, warned in (("~ subject + condition", False), ("~ subject + condition + dose", True)):
        settings = stage_defaults("differential") | {"contrasts": {"c": "b - a"}, "design": design}
        summary = differential(tmp_path / "x.tsv", tmp_path / "s.tsv", settings, tmp_path / "out.tsv")
        assert any("cannot be tested by their absence" in text for text in summary.warnings) == warned


@pytest.mark.parametrize(("quantity", "asked"), [("auto", True), ("lfq", True), ("ratio", False), ("scaled", False)])
def test_absence_is_asked_of_intensities_and_not_of_ratios(quantity: str, asked: bool) -> None:
    assert Options.of(stage_defaults("differential") | {"quantity": quantity}).detection == asked
