r"""Isobaric labels in several plexes: reporter intensities compare within a plex only, until the plexes are aligned.

Which peptides of a protein a plex happens to select differs between plexes, and with it the protein's level. With y_ij the
log2 intensity of protein i in channel j of plex p,

    y'_ij = y_ij - r_ip + mean over plexes of r_ip,

where r_ip is the mean over the reference channels (the same pool in every plex) of plex p: internal reference scaling (Plubell
et al. 2017, Mol Cell Proteomics 16:873, doi:10.1074/mcp.M116.065524). Without such a channel r_ip may be the mean over all of
the plex's samples, which is right only where every plex holds the same mix of conditions. A protein without reference in a
plex has no aligned value there.
"""

from __future__ import annotations

import numpy as np
import pandas as pd


def aligned(log2: pd.DataFrame, plexes: pd.Series, references: pd.Series) -> pd.DataFrame:
    """Align plexes protein by protein.

    Parameters
    ----------
    log2
        Protein groups x samples, missing = NaN.
    plexes
        Plex of each sample, index = sample.
    references
        Boolean per sample: whether its plex's level is read from it.

    Returns
    -------
    The aligned values; NaN where the protein has no reference in the plex. Unchanged where there is one plex only.
    """
    names = list(dict.fromkeys(plexes[log2.columns]))
    if len(names) < 2:
        return log2
    values = log2.to_numpy(dtype=float)
    of_sample = np.array([names.index(plex) for plex in plexes[log2.columns]])
    is_reference = references[log2.columns].to_numpy(dtype=bool)
    levels = np.column_stack([_mean(values[:, (of_sample == place) & is_reference]) for place in range(len(names))])
    result = values - levels[:, of_sample] + _mean(levels)[:, None]
    return pd.DataFrame(result, index=log2.index, columns=log2.columns)


def unbalanced(plexes: pd.Series, conditions: pd.Series) -> bool:
    """Tell whether plexes hold different mixes of conditions, so that a plex's mean is no common level."""
    return bool(pd.crosstab(plexes, conditions[plexes.index], normalize="index").std(ddof=0).max() > 1e-9)


def _mean(values: np.ndarray) -> np.ndarray:
    """Return the mean of each row over its values; NaN in a row without any."""
    count = (~np.isnan(values)).sum(axis=1)
    return np.divide(np.nansum(values, axis=1), count, out=np.full(len(values), np.nan), where=count > 0)
