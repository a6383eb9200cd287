"""How much the hits depend on the normalization."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from myosieve import files, schema
from myosieve.cli import main
from myosieve.differential.sensitivity import overlap
from myosieve.differential.sensitivity_step import sensitivity
from myosieve.errors import InputError
from myosieve.settings import stage_defaults

SAMPLES = [f"{condition}{run}" for condition in ("rest", "eps") for run in (1, 2, 3, 4)]
CONTRASTS = {"eps_vs_rest": {"treatment": "eps", "control": "rest"}}


def made_tests(log2fc: list[float], q: list[float], bound: str = "no") -> pd.DataFrame:
    return pd.DataFrame({"log2fc": log2fc, "q_value": q, "log2fc_bound": bound}, index=list("abcdef")[: len(q)])


def test_bounds_do_not_enter_the_median_fold_change() -> None:
    rows = pd.concat([made_tests([1.0, 2.0], [0.5, 0.5]), made_tests([9.0], [0.01], "yes").set_axis(["z"])])
    assert overlap(rows, rows, 0.05)["median_log2fc"] == 1.5
    assert overlap(rows, rows, 0.05)["hits"] == 1


def test_the_overlap_counts_what_is_shared_gained_and_lost() -> None:
    chosen = made_tests([1, 1, -1, 2, 0.1], [0.01, 0.01, 0.01, 0.5, np.nan])
    other = made_tests([1, -1, -1, 2, 0.1], [0.01, 0.01, 0.9, 0.02, np.nan])
    found = overlap(chosen, other, 0.05)
    # hits before: a b c; after: a b d; b changes its sign
    assert found["hits"] == 3
    assert (found["shared"], found["gained"], found["lost"]) == (2, 1, 1)
    assert found["jaccard"] == 2 / 4
    assert found["sign_flips"] == 1
    assert (found["up"], found["down"]) == (2, 1)
    assert found["median_log2fc"] == 0  # of 1, -1, -1, 2


def test_the_same_test_overlaps_wholly_and_none_at_all_has_no_index() -> None:
    some, none = made_tests([1, 2], [0.01, 0.5]), made_tests([1, 2], [0.5, 0.5])
    assert overlap(some, some, 0.05)["jaccard"] == 1
    assert np.isnan(overlap(none, none, 0.05)["jaccard"])


def test_the_order_of_the_other_rows_does_not_matter() -> None:
    chosen = made_tests([1, 2, 3], [0.01, 0.5, 0.01])
    assert overlap(chosen, chosen.iloc[::-1], 0.05) == overlap(chosen, chosen, 0.05)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Write 400 proteins of which 40 rise by 3 in eps, whose samples hold 1 log2 more of everything."""
    draw = np.random.default_rng(1)
    log2 = draw.normal(22, 2, (400, 1)) + draw.normal(0, 0.3, (400, 8))
    log2[:40, 4:] += 3
    log2[:, 4:] += 1
    names = [f"P{row}" for row in range(400)]
    table = pd.DataFrame(log2, columns=SAMPLES)
    table.insert(0, "protein_group", names)
    files.write_table(tmp_path / "log2.tsv", table)
    medians = table[SAMPLES] - np.repeat([0.0, 1.0], 4)
    files.write_table(tmp_path / "intensities.tsv", pd.concat([table[["protein_group"]], medians], axis=1))
    proteins = pd.DataFrame({name: [""] * 400 for name in schema.QUANTIFIED.names}).assign(
        protein_group=names, accession=names, peptides=3, unique_peptides=3
    )
    files.write_table(tmp_path / "proteins.tsv", schema.QUANTIFIED.arrange(proteins))
    sheet = pd.DataFrame({"sample": SAMPLES, "condition": [name[:-1] for name in SAMPLES]})
    files.write_table(tmp_path / "samples.tsv", sheet)
    files.write_json(tmp_path / "settings.json", {"contrasts": CONTRASTS, "normalization": "median"})
    done = main([
        "differential", *options(tmp_path, "samples", "proteins", "intensities"), "--settings", str(tmp_path / "settings.json"),
        "--out", str(tmp_path / "differential.tsv"),
    ])  # fmt: skip
    assert done == 0
    return tmp_path


def options(folder: Path, *names: str) -> list[str]:
    return [part for name in names for part in (f"--{name}", str(folder / f"{name}.tsv"))]


def run(study: Path, **more: object):
    settings = stage_defaults("sensitivity") | {"contrasts": CONTRASTS} | more
    summary = sensitivity(
        study / "differential.tsv", study / "log2.tsv", study / "samples.tsv", study / "proteins.tsv", settings,
        study / "out.tsv",
    )  # fmt: skip
    return summary, files.read_table(study / "out.tsv", schema.SENSITIVITY).set_index("normalization")


def test_a_global_difference_makes_the_hits_depend_on_the_normalization(study: Path) -> None:
    summary, table = run(study)
    assert table.index.tolist() == ["median", "none", "reference"]
    assert table["chosen"].tolist() == ["yes", "no", "no"]
    assert table.loc["none", "hits"] > 300  # everything is 1 log2 up, with noise 0.3 and 4 v 4 samples
    assert table.loc["none", "jaccard"] == table.loc["none", "shared"] / table.loc["none", ["hits", "lost"]].sum()
    assert table.loc["none", "median_log2fc"] == pytest.approx(1, abs=0.05)
    assert table.loc["reference", "jaccard"] > 0.9
    assert len(summary.warnings) == 1
    assert "the hits depend on the normalization" in summary.warnings[0]
    assert "under none" in summary.warnings[0]


def test_the_own_normalization_is_read_from_the_tests_that_were_made(study: Path) -> None:
    table = run(study)[1]
    own = files.read_table(study / "differential.tsv", schema.DIFFERENTIAL)
    assert table.loc["median", "hits"] == (own["q_value"] <= 0.05).sum()
    assert table.loc["median", "jaccard"] == 1


def test_another_false_discovery_rate_gives_other_hits(study: Path) -> None:
    assert run(study, fdr=0.5)[1].loc["median", "hits"] > run(study, fdr=0.001)[1].loc["median", "hits"]


def test_tables_of_two_studies_are_refused(study: Path) -> None:
    table = files.read_table(study / "log2.tsv")
    files.write_table(study / "log2.tsv", table.iloc[1:])
    with pytest.raises(InputError, match="not of the same protein groups"):
        run(study)
