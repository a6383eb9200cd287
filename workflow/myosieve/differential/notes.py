"""What a reader should know about each row of the tests, in words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from myosieve.differential.dropout import DropoutModel

ONE_SIDE_ONLY = "no fold change can be estimated"
NOT_ESTIMABLE = "the design cannot estimate the contrast from these samples"


def notes(rows: pd.DataFrame, residual: np.ndarray, anything: np.ndarray, dropout: DropoutModel | None) -> np.ndarray:
    """Say in words why a protein group has no test, or what to know about its test; empty otherwise.

    Parameters
    ----------
    rows
        Of one contrast: test, log2fc, p_value, n_treatment, n_control, of_treatment, of_control.
    residual
        (m,) residual degrees of freedom.
    anything
        (m,) whether the protein group has any value.
    dropout
        The model behind tests of absence; None where absence is not tested.
    """
    tested = (rows["test"] != "none").to_numpy()
    absent = (rows["test"] == "detection").to_numpy()
    one_side = ((rows["n_treatment"] == 0) | (rows["n_control"] == 0)).to_numpy()
    seen = (
        "seen in "
        + rows["n_treatment"].astype(str)
        + f" of {rows['of_treatment'].iloc[0]} treatment and "
        + rows["n_control"].astype(str)
        + f" of {rows['of_control'].iloc[0]} control samples: "
    ).to_numpy()
    absence = np.full(len(rows), "", dtype=object)
    for i in np.flatnonzero(absent):
        absence[i] = f"log2fc is a bound; without a change the chance of this absence is {rows['p_value'].iloc[i]:.2g}"
    why_not = ONE_SIDE_ONLY
    if dropout is not None and dropout.refused:
        why_not += f", and absence is no evidence in this table ({dropout.refused})"
    return np.select(
        [
            ~anything,
            absent,
            tested & (residual == 0),
            tested,
            one_side,
            rows["log2fc"].isna(),
        ],
        [
            "no value in any sample",
            absence,
            "no residual degree of freedom: the variance is the prior's alone",
            "",
            seen + why_not,
            seen + NOT_ESTIMABLE,
        ],
        "no variance to test against",
    )
