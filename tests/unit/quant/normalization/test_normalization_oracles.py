"""Agreement with R limma 3.63.2; the reference files and the scripts that made them are in tests/oracles."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from myosieve.quant.normalization.loess import cyclic_loess
from myosieve.quant.normalization.methods import normalize

ORACLES = Path(__file__).parents[3] / "oracles"


def intensities(case: str) -> pd.DataFrame:
    return pd.read_csv(ORACLES / f"{case}.intensities.tsv.gz", sep="\t", index_col=0)


def limma(case: str, kind: str) -> pd.DataFrame:
    return pd.read_csv(ORACLES / "limma-3.63" / f"{case}.normalize_{kind}.tsv.gz", sep="\t", index_col=0)


@pytest.mark.parametrize("case", ["clean", "missing"])
@pytest.mark.parametrize(("method", "kind"), [("quantile", "quantile"), ("cyclic_loess", "cyclicloess_fast")])
def test_values_agree_with_limma(case: str, method: str, kind: str) -> None:
    x, theirs = intensities(case), limma(case, kind)
    ours = normalize(x, method, pd.Series(True, index=x.index)).log2
    # rows without any value were not given to limma; the files hold twelve digits
    np.testing.assert_allclose(ours.loc[theirs.index, theirs.columns], theirs, rtol=1e-10)
    assert ours.drop(index=theirs.index).isna().all(axis=None)


def test_different_loading_of_complete_samples_makes_no_difference_to_limma_s_loess() -> None:
    x, theirs = intensities("clean"), limma("clean", "cyclicloess_fast")
    x["s03"] += 2.0
    ours = normalize(x, "cyclic_loess", pd.Series(True, index=x.index)).log2
    np.testing.assert_allclose(ours - 2.0 / x.shape[1], theirs, rtol=1e-10)  # the mean over samples rose by 2 / 12


def test_more_rounds_of_loess_move_away_from_limma_s_three() -> None:
    x = intensities("missing").to_numpy()
    rows = ~np.isnan(x).all(axis=1)
    four = cyclic_loess(x, rows, iterations=4)[rows]
    assert np.nanmax(np.abs(four - limma("missing", "cyclicloess_fast").to_numpy())) > 1e-3
