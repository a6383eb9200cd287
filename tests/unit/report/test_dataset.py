"""dataset.h5ad: anndata itself reads it, and it holds what the tables hold."""

from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest

import myosieve
from myosieve import files, schema
from myosieve.cli import main
from myosieve.report.dataset import write_anndata


@pytest.fixture
def study(small_study) -> dict[str, Path]:
    """Return the paths of a written study, with the tables that only the dataset reads."""
    made = small_study()
    quantified = made.arguments["quantified"]
    values = files.read_table(quantified / "intensities.tsv")
    log2 = values.copy()
    log2.iloc[:, 1:] -= 0.5
    counts = values.copy()
    counts.iloc[:, 1:] = 2.0
    files.write_table(quantified / "log2.tsv", log2)
    files.write_table(quantified / "peptide_counts.tsv", counts)
    names, samples = values["protein_group"], list(values.columns[1:])
    files.write_table(
        quantified / "estimates.parquet",
        pd.DataFrame(
            {
                "protein_group": np.repeat(names[:5], len(samples)),
                "sample": np.tile(samples, 5),
                "log2": np.arange(5.0 * len(samples)),
                "se": 0.1,
                "precursors": 3.0,
            }
        ),
    )
    return made.arguments


def write(study: dict[str, Path], out: Path) -> None:
    names = ["quantified", "samples", "samples_qc", "annotation", "differential"]
    arguments = [part for name in names for part in (f"--{name.replace('_', '-')}", str(study[name]))]
    assert main(["dataset", *arguments, "--out", str(out)]) == 0


def test_anndata_reads_matrices_samples_and_proteins(study: dict[str, Path], tmp_path: Path) -> None:
    write(study, tmp_path / "d.h5ad")
    data = anndata.read_h5ad(tmp_path / "d.h5ad")
    values = files.read_table(study["quantified"] / "intensities.tsv").set_index("protein_group")
    assert data.obs_names.tolist() == list(values.columns)
    assert data.var_names.tolist() == list(values.index)
    np.testing.assert_array_equal(data.X, values.to_numpy().T)
    np.testing.assert_allclose(data.layers["log2"], data.X - 0.5)
    assert (data.layers["peptide_counts"] == 2).all()
    quality = files.read_table(study["samples_qc"], schema.SAMPLES_QC)
    np.testing.assert_allclose(data.obs["leak_index"], quality["leak_index"])
    assert data.obs["condition"].tolist() == quality["condition"].tolist()
    classes = files.read_table(study["annotation"], schema.ANNOTATION)
    assert data.var["secretion_class"].tolist() == classes["secretion_class"].tolist()
    assert data.uns["myosieve"] == myosieve.__version__


def test_the_tests_of_each_contrast_stand_with_the_proteins(study: dict[str, Path], tmp_path: Path) -> None:
    write(study, tmp_path / "d.h5ad")
    var = anndata.read_h5ad(tmp_path / "d.h5ad").var
    for contrast, rows in files.read_table(study["differential"], schema.DIFFERENTIAL).groupby("contrast"):
        expected = rows.set_index("protein_group")["log2fc"].reindex(var.index)
        np.testing.assert_allclose(var[f"log2fc:{contrast}"], expected)


def test_estimates_of_missing_values_are_layers_where_they_were_made(study: dict[str, Path], tmp_path: Path) -> None:
    write(study, tmp_path / "d.h5ad")
    data = anndata.read_h5ad(tmp_path / "d.h5ad")
    samples = data.n_obs
    np.testing.assert_array_equal(data.layers["dpc_log2"][:, :5].T.ravel(), np.arange(5.0 * samples))
    assert np.isnan(data.layers["dpc_se"][:, 5:]).all()
    files.write_table(
        study["quantified"] / "estimates.parquet", pd.read_parquet(study["quantified"] / "estimates.parquet").iloc[:0]
    )
    write(study, tmp_path / "e.h5ad")
    assert set(anndata.read_h5ad(tmp_path / "e.h5ad").layers) == {"log2", "peptide_counts"}


def test_the_same_study_gives_the_same_bytes(study: dict[str, Path], tmp_path: Path) -> None:
    write(study, tmp_path / "one.h5ad")
    write(study, tmp_path / "two.h5ad")
    assert (tmp_path / "one.h5ad").read_bytes() == (tmp_path / "two.h5ad").read_bytes()


def test_missing_texts_are_empty_and_names_may_hold_anything(tmp_path: Path) -> None:
    obs = pd.DataFrame({"a/b": ["x", None], "n": [1.0, np.nan]}, index=pd.Index(["s/1", "β"], name="sample"))
    var = pd.DataFrame(index=pd.Index(["P1"], name="protein_group"))
    write_anndata(tmp_path / "d.h5ad", np.array([[1.0], [np.nan]]), obs, var, {}, {})
    data = anndata.read_h5ad(tmp_path / "d.h5ad")
    assert data.obs_names.tolist() == ["s/1", "β"]
    assert data.obs["a|b"].tolist() == ["x", ""]
    assert data.obs["n"].isna().tolist() == [False, True]
