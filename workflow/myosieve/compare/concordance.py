"""Do the members say the same of a protein: a word per row, by each member's own significance and sign."""

from __future__ import annotations

import numpy as np


def concordance(effects: np.ndarray, q_values: np.ndarray, fdr: float) -> np.ndarray:
    """Return how the members' significant effects agree.

    A member is significant where its own q_value is at most `fdr`. Of the members that tested the protein:

    - `shared up`, `shared down`: at least two are significant, and all significant ones have this sign;
    - `opposite`: at least one is significantly up and at least one significantly down;
    - `specific`: exactly one is significant;
    - `none`: none is significant;
    - empty: fewer than two tested it, so that there is nothing to compare.

    `specific` says that the others did not reach significance, not that they differ: p_heterogeneity is the test for that.

    Parameters
    ----------
    effects, q_values
        (m, k) effects and adjusted p-values within each member; NaN = not tested.
    fdr
        False discovery rate that counts as significant.

    Returns
    -------
    (m,) texts.
    """
    with np.errstate(invalid="ignore"):
        significant = q_values <= fdr
        up = (significant & (effects > 0)).sum(axis=1)
        down = (significant & (effects < 0)).sum(axis=1)
    tested = (~np.isnan(effects) & ~np.isnan(q_values)).sum(axis=1)
    return np.select(
        [tested < 2, (up > 0) & (down > 0), up >= 2, down >= 2, up + down == 1],
        ["", "opposite", "shared up", "shared down", "specific"],
        "none",
    )
