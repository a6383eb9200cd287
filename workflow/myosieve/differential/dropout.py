r"""The dropout model: how likely a protein of a given level is to be missing from a sample, estimated from the table itself.

With y_ij the log2 intensity that protein i has in sample j of condition c, seen or not,

    logit P(seen) = a + b y_ij + o_j + u_i + v_ic,    u_i ~ N(0, tau^2),    v_ic ~ N(0, omega^2).

a + b y is the detection-probability curve of Li & Smyth (2023, doi:10.1093/bioinformatics/btad200). o_j is the depth of the
sample. u_i is what makes a protein easier or harder to see than its intensity says: number of peptides, ionization. v_ic is
what its samples of one condition share beyond that: co-eluting matter, matching between runs, filters. A model without u and
v promises too much: on public mixtures it expects far fewer absences than occur among proteins that do not change.

**a, b, o, tau** come from all proteins together, by maximum likelihood of which samples they were seen in. If the observed
values of a protein are N(m, s^2), the missing ones are N(m - b s^2, s^2) and the log-odds of detection is the curve's at
x = m - b s^2 / 2, halfway (Li & Smyth 2023). A protein that was never seen is not in the table, hence

    L_i = E_u[ prod_j P(d_ij | x_i, u) ] / (1 - E_u[ prod_j P(0 | x_i, u) ]).

m is the mean over all conditions and v is left out here. So what differs between conditions flattens the curve, which is
the cautious side.

**omega** comes from proteins seen in at least two conditions, each condition with its own m; proteins seen in one only are
what is to be tested and cannot vouch for themselves. The likelihood is that of the samples seen in the conditions, given that
each was seen at least once.

Few missing values tell little: log b, log tau and log omega have normal priors around what public tables of several search
engines show (b .8, tau 1.5, omega 1), worth about one to two proteins each.

**May absence count as evidence?** Not where the table was filtered per condition ("at least two values in a condition or
none"): then absences come in blocks that no curve knows of. Such a table lacks conditions in which a protein was seen once,
or once or twice, or in fewer than half of the samples; their numbers are held against the expected ones. Nor where omega is
so large that samples of a condition are hardly independent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from myosieve.differential.condition_effects import fit_condition_sd, lacking, sparse_conditions
from myosieve.differential.dropout_curve import Curve, fit_curve, sample_depths, spread_samples

# Twice the usual spread between conditions, and more: the samples of a condition drop out together.
_LARGEST_CONDITION_SD = 2.5


@dataclass(frozen=True)
class DropoutModel:
    """logit P(seen) = intercept + slope y + depth_j + u + v.

    Attributes
    ----------
    intercept, slope
        Of the curve, per log2 unit.
    depth
        (n,) the samples' log-odds beside the mean sample.
    protein_sd, condition_sd
        Standard deviations tau of u and omega of v.
    refused
        Why absence is no evidence in this table; empty where it is.
    """

    intercept: float
    slope: float
    depth: np.ndarray
    protein_sd: float
    condition_sd: float
    refused: str


def dropout_model(values: np.ndarray, variance: np.ndarray, conditions: np.ndarray) -> DropoutModel | None:
    """Estimate the dropout model of a table.

    Parameters
    ----------
    values
        (m x n) log2 intensities, NaN = missing.
    variance
        (m,) variance of a protein's log2 intensity between replicates; proteins without one are left out.
    conditions
        (n,) condition of each sample.

    Returns
    -------
    DropoutModel, or None where no value is missing or no protein has a variance.
    """
    usable = np.isfinite(variance) & ~np.isnan(values).all(axis=1)
    values, variance = values[usable], variance[usable]
    if not np.isnan(values).any() or len(values) < 3:
        return None
    chosen = spread_samples(conditions)
    fitted = fit_curve(values[:, chosen], variance)
    curve = Curve(*fitted[:3], sample_depths(values, variance, *fitted[:3]))
    condition_sd = fit_condition_sd(values[:, chosen], variance, conditions[chosen], curve.of(chosen))
    refused = ""
    # The way in which most are lacking tells best.
    how, seen, expected = max(
        sparse_conditions(values, variance, conditions, curve, condition_sd),
        key=lambda one: one[2] - one[1] if lacking(*one[1:]) else -1.0,
    )
    if lacking(seen, expected):
        refused = (
            f"only {seen} times was a protein seen in {how} of a condition, where {expected:.0f} are expected: "
            "the table was filtered by condition, or samples miss proteins in blocks"
        )
    elif condition_sd > _LARGEST_CONDITION_SD:
        refused = (
            f"detection varies too much between conditions (standard deviation {condition_sd:.1f} on the log-odds) among "
            "proteins seen in several"
        )
    return DropoutModel(curve.intercept, curve.slope, curve.depth, curve.protein_sd, condition_sd, refused)
