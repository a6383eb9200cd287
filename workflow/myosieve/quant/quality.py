"""What the values say of the samples and of themselves: missing values, spread between replicates, samples alike or not."""

from __future__ import annotations

import numpy as np
import pandas as pd

from myosieve.quant.components import principal_components

# Slices of the intensity in which missing values are counted.
BINS = 20
# Fewer proteins in common than this say nothing of two samples.
_FEWEST_SHARED = 10


def sample_quality(
    before: pd.DataFrame,
    after: pd.DataFrame,
    counts: pd.DataFrame,
    kept: pd.Series,
    conditions: pd.Series,
    fractions: pd.Series | None = None,
) -> pd.DataFrame:
    """Return one row per sample with what quantification knows of it.

    Parameters
    ----------
    before, after
        Log2 intensities before and after normalization, protein groups x samples, missing = NaN.
    counts
        Peptides of each protein group in each sample (count), NaN = unknown.
    kept
        Boolean per protein group: passed the filter. Only these count.
    conditions
        Condition per sample, index = sample.
    fractions
        Fraction per sample, index = sample; None = all are of one. Replicates are samples of the same condition and fraction,
        and blanks have no place among the principal components, which they would be one of.

    Returns
    -------
    DataFrame with sample, condition, n_proteins, n_peptides (NaN = unknown), missing (share), median_log2, iqr_log2,
    median_normalized (log2), cv (median over proteins of the coefficient of variation within the sample's condition),
    correlation (median Pearson correlation with the other samples of its condition), pc1, pc2 (log2 units).
    """
    raw, normalized = before[kept], after[kept]
    known = counts[kept].notna().to_numpy().any()
    quartiles = raw.quantile([0.25, 0.75])
    blank = np.zeros(raw.shape[1], dtype=bool) if fractions is None else (fractions[raw.columns] == "blank").to_numpy()
    alike = conditions if fractions is None else conditions.str.cat(fractions[conditions.index], sep="\n")
    components = principal_components(normalized.loc[:, ~blank])
    scores = np.full((raw.shape[1], 2), np.nan)
    if components is not None:
        scores[~blank] = components.scores
    return pd.DataFrame(
        {
            "sample": raw.columns,
            "condition": conditions[raw.columns].to_numpy(),
            "n_proteins": raw.notna().sum().to_numpy(),
            "n_peptides": counts[kept].sum().to_numpy() if known else np.nan,
            "missing": raw.isna().mean().to_numpy(),
            "median_log2": raw.median().to_numpy(),
            "iqr_log2": (quartiles.loc[0.75] - quartiles.loc[0.25]).to_numpy(),
            "median_normalized": normalized.median().to_numpy(),
            "cv": alike[raw.columns].map(condition_cv(normalized, alike)).to_numpy(dtype=float),
            "correlation": replicate_correlation(normalized, alike[raw.columns]),
            "pc1": scores[:, 0],
            "pc2": scores[:, 1],
        }
    )


def protein_cv(log2: pd.DataFrame) -> np.ndarray:
    """Return the coefficient of variation (share) of each row's linear intensities; NaN with fewer than two values."""
    values = log2.to_numpy(dtype=float)
    count = (~np.isnan(values)).sum(axis=1)
    enough = count >= 2
    # relative to the row's level: the coefficient of variation does not depend on it, and 2^x does not overflow
    level = np.divide(np.nansum(values, axis=1), count, out=np.zeros(len(values)), where=count > 0)
    linear = np.exp2(values - level[:, None])
    cv = np.full(len(values), np.nan)
    if enough.any():
        cv[enough] = np.nanstd(linear[enough], axis=1, ddof=1) / np.nanmean(linear[enough], axis=1)
    return cv


def condition_cv(log2: pd.DataFrame, conditions: pd.Series) -> dict[str, float]:
    """Return each condition's median over proteins of the coefficient of variation of its samples; NaN without replicates."""
    found = {}
    for condition, names in conditions[log2.columns].groupby(conditions[log2.columns], sort=False).groups.items():
        cv = protein_cv(log2[list(names)])
        found[condition] = float(np.nanmedian(cv)) if np.isfinite(cv).any() else np.nan
    return found


def correlations(log2: pd.DataFrame) -> np.ndarray:
    """Return the Pearson correlation of each pair of samples over the proteins that both have (n x n), NaN under ten.

    Over pairs of columns with missing values, all sums are matrix products of the values (0 where missing) and of the masks.
    """
    values = log2.to_numpy(dtype=float)
    seen = ~np.isnan(values)
    center = np.nanmean(values) if seen.any() else 0.0
    x = np.where(seen, values - center, 0.0)
    mask = seen.astype(float)
    count, total, square, product = mask.T @ mask, x.T @ mask, (x**2).T @ mask, x.T @ x
    with np.errstate(invalid="ignore", divide="ignore"):
        covariance = product - total * total.T / count
        spread = square - total**2 / count
        result = covariance / np.sqrt(spread * spread.T)
    return np.where(count >= _FEWEST_SHARED, np.clip(result, -1.0, 1.0), np.nan)


def replicate_correlation(log2: pd.DataFrame, conditions: pd.Series) -> np.ndarray:
    """Return each sample's median correlation with the other samples of its condition; NaN where there is no other."""
    matrix = correlations(log2)
    same = conditions.to_numpy()[:, None] == conditions.to_numpy()
    np.fill_diagonal(same, False)
    chosen = np.where(same, matrix, np.nan)
    found = np.full(len(matrix), np.nan)
    some = np.isfinite(chosen).any(axis=1)
    found[some] = np.nanmedian(chosen[some], axis=1)
    return found


def missingness(log2: pd.DataFrame, conditions: pd.Series) -> pd.DataFrame:
    """Return the share of missing values over the level of the proteins, for each condition.

    Parameters
    ----------
    log2
        Kept protein groups x samples, missing = NaN.
    conditions
        Condition per sample, index = sample.

    Returns
    -------
    DataFrame with condition, level (mean over its proteins of their mean observed log2), missing (share) and proteins
    (count): the proteins in up to 20 slices of equal size by their mean observed log2 over all samples.
    """
    seen = log2[log2.notna().any(axis=1)]
    if seen.empty:
        return pd.DataFrame(columns=["condition", "level", "missing", "proteins"])
    level = seen.mean(axis=1).to_numpy()
    place = np.argsort(np.argsort(level, kind="stable"), kind="stable") * min(BINS, len(level)) // len(level)
    rows = []
    for condition, names in conditions[log2.columns].groupby(conditions[log2.columns], sort=False).groups.items():
        absent = seen[list(names)].isna().mean(axis=1).to_numpy()
        for slice_ in range(place.max() + 1):
            chosen = place == slice_
            rows.append((condition, level[chosen].mean(), absent[chosen].mean(), int(chosen.sum())))
    return pd.DataFrame(rows, columns=["condition", "level", "missing", "proteins"])
