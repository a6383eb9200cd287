"""How much the hits depend on the normalization: the same test after another one, held against the study's own."""

from __future__ import annotations

import numpy as np
import pandas as pd


def overlap(chosen: pd.DataFrame, other: pd.DataFrame, fdr: float) -> dict[str, float]:
    """Hold the hits of one contrast under another normalization against those of the study's own.

    Parameters
    ----------
    chosen, other
        Tests of the same contrast and protein groups: index = protein_group, columns log2fc, log2fc_bound and q_value.
    fdr
        False discovery rate that counts as a hit.

    Returns
    -------
    hits, up, down of `other`; shared, gained, lost (protein groups); jaccard = |both| / |either| (Jaccard 1912,
    doi:10.1111/j.1469-8137.1912.tb05611.x), NaN where neither has hits; sign_flips: hits of either whose log2fc is above 0
    in one and below 0 in the other; median_log2fc of `other` over the protein groups whose fold change was estimated.
    """
    other = other.loc[chosen.index]
    first, second = (chosen["q_value"] <= fdr).to_numpy(), (other["q_value"] <= fdr).to_numpy()
    signs = np.sign(chosen["log2fc"].to_numpy()), np.sign(other["log2fc"].to_numpy())
    either, both = first | second, first & second
    tested = other.loc[other["q_value"].notna() & (other["log2fc_bound"] == "no"), "log2fc"]
    return {
        "hits": second.sum(),
        "up": (second & (signs[1] > 0)).sum(),
        "down": (second & (signs[1] < 0)).sum(),
        "shared": both.sum(),
        "gained": (second & ~first).sum(),
        "lost": (first & ~second).sum(),
        "jaccard": both.sum() / either.sum() if either.any() else np.nan,
        "sign_flips": (either & (signs[0] * signs[1] < 0)).sum(),
        "median_log2fc": float(tested.median()) if len(tested) else np.nan,
    }
