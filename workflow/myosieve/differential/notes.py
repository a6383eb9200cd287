"""What a reader should know about each row of the tests, in words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from myosieve.differential.dropout import DropoutModel

ONE_SIDE_ONLY = "no fold change can be estimated"
NOT_ESTIMABLE = "the design cannot estimate the contrast from these samples"


def notes(rows: Mapping[str, np.ndarray], residual: np.ndarray, dropout: DropoutModel | None) -> np.ndarray:
    """Say in words why a protein group has no test, or what to know about its test; empty otherwise.

    Parameters
    ----------
    rows
        Columns (m,) of one contrast: test, log2fc, p_value, n_treatment, n_control, of_treatment, of_control.
    residual
        (m,) residual degrees of freedom.
    dropout
        The model behind tests of absence; None where absence is not tested.
    """
    tested, absent = np.asarray(rows["test"] != "none"), np.asarray(rows["test"] == "detection")
    n_treatment, n_control = np.asarray(rows["n_treatment"]), np.asarray(rows["n_control"])
    untested = ~tested
    silent = untested & ((n_treatment == 0) | (n_control == 0))
    unknown = untested & ~silent & np.isnan(np.asarray(rows["log2fc"]))
    why_not = ONE_SIDE_ONLY
    if dropout is not None and dropout.refused:
        why_not += f", and absence is no evidence in this table ({dropout.refused})"

    texts = np.full(len(tested), "", dtype=object)
    texts[untested & ~silent & ~unknown] = "no variance to test against"
    alone = tested & ~absent & (residual == 0)
    texts[alone] = "no residual degree of freedom: the variance is the prior's alone"
    # Texts with numbers are made for the rows that need them only: most need none.
    for i in np.flatnonzero(absent):
        texts[i] = f"log2fc is a bound; without a change the chance of this absence is {rows['p_value'][i]:.2g}"
    of_treatment, of_control = rows["of_treatment"], rows["of_control"]
    for i in np.flatnonzero(silent | unknown):
        seen = f"seen in {n_treatment[i]} of {of_treatment[i]} treatment and {n_control[i]} of {of_control[i]} control samples"
        texts[i] = f"{seen}: {why_not if silent[i] else NOT_ESTIMABLE}"
    return texts
