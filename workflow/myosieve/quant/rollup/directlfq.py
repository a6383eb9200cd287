r"""directLFQ (Ammar et al. 2023, doi:10.1016/j.mcpro.2023.100581), by its authors' package `directlfq` 0.3.3, in this process.

Two steps, each a function here. `normalized` shifts samples: pairs of samples, or of groups of samples that were aligned
before, are aligned by the median difference over all precursors, those of least variance first; from `SAMPLES_QUADRATIC`
samples on, the rest is shifted to the median of the first. `directlfq` does the same with the precursors of one protein,
takes the median of the aligned precursors in each sample, and scales the profile so that the protein's summed linear
intensity is preserved. Since this step looks at one protein at a time, tables may be cut between proteins.

What to know of the method: a precursor observed in one sample only is not used (a protein's value is missing where it has no
other, unlike with the other methods); of more than 100 precursors, the 100 that are missing least are used; where two
pairings have the same variance, as those of precursors that share a single sample have (0), the row that comes first
decides, so rows need an order that means the same each time.

Held back from the package: its files, its log, its processes. Its own top level, `directlfq.lfq_manager.run_lfq`, returns
values without the normalization of samples when pandas is 3 or later and there are no more than 50 samples, since it relies
on a change in place that pandas no longer makes; `normalized` does not go through the part concerned, and returns what the
package returns with pandas 2.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import numpy as np
import pandas as pd

from myosieve.quant.rollup.summaries import bounds

# The package's defaults.
SAMPLES_QUADRATIC = 50
PRECURSORS_QUADRATIC = 10


def directlfq(log2: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Estimate protein intensities; samples are not normalized.

    Parameters
    ----------
    log2
        (p x n) log2 intensities of precursors in samples, NaN = missing; raw, or as `normalized` returns them.
    groups
        (p,) number of the protein of each row: non-decreasing, every one of 0..m-1 at least once.

    Returns
    -------
    (m x n) log2, NaN where no precursor that the method can use is observed.

    Raises
    ------
    ValueError
        The groups are not as described, or a value is infinite.
    """
    edges = bounds(log2, groups)
    result = np.full((len(edges) - 1, log2.shape[1]), np.nan)
    rows = np.flatnonzero(~np.isnan(log2).all(axis=1))
    if not len(rows):
        return result
    ions = pd.DataFrame(log2[rows], index=pd.MultiIndex.from_arrays([groups[rows], rows], names=["protein", "ion"]))
    with _package() as (_, estimation):
        # min_nonan: one precursor is enough for a value, as in the package's default
        estimated, _ = estimation.estimate_protein_intensities(
            ions, min_nonan=1, num_samples_quadratic=PRECURSORS_QUADRATIC, num_cores=1
        )
    linear = estimated.drop(columns="protein").to_numpy(dtype=float)
    result[estimated["protein"].to_numpy(dtype=int)] = np.log2(np.where(linear > 0, linear, np.nan))
    return result


def normalized(log2: np.ndarray, samples_quadratic: int = SAMPLES_QUADRATIC) -> np.ndarray:
    """Shift samples as directLFQ does, by the differences of all precursors.

    Parameters
    ----------
    log2
        (p x n) log2 intensities of precursors in samples, NaN = missing.
    samples_quadratic
        Samples that are compared in all pairs: those with the fewest missing values where there are more.

    Returns
    -------
    (p x n) the values, a constant added to each sample.
    """
    ions = pd.DataFrame(np.asarray(log2, dtype=float)).dropna(how="all").T
    with _package() as (normalization, _):

        def aligned(samples: pd.DataFrame) -> pd.DataFrame:
            complete = normalization.drop_nas_if_possible(samples).to_numpy(copy=True)
            shifts = normalization.get_normfacts(complete)
            values = normalization.apply_sampleshifts(samples.to_numpy(copy=True), shifts)
            return pd.DataFrame(values, index=samples.index, columns=samples.columns)

        manager = normalization.NormalizationManager(ions, num_samples_quadratic=samples_quadratic)
        manager.normalization_function = aligned
        manager._run_normalization()
    result = np.full(log2.shape, np.nan)
    result[manager.complete_dataframe.columns.to_numpy()] = manager.complete_dataframe.to_numpy().T
    return result


@contextmanager
def _package() -> Iterator[tuple[ModuleType, ModuleType]]:
    """Give the package's two modules, quiet, with the settings that these functions need; all is put back at the end."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    # The import sets the program's log to level INFO, with a handler of its own.
    from directlfq import config, normalization
    from directlfq import protein_intensity_estimation as estimation

    root.handlers[:] = handlers
    root.setLevel(level)
    log = logging.getLogger("directlfq")
    wanted = {
        "LOG_PROCESSED_PROTEINS": False,
        "COMPILE_NORMALIZED_ION_TABLE": False,
        "COPY_NUMPY_ARRAYS_DERIVED_FROM_PANDAS": True,  # pandas 3 gives views that cannot be written
        "PROTEIN_ID": "protein",
        "QUANT_ID": "ion",
    }
    before, log_level = {name: getattr(config, name) for name in wanted}, log.level
    try:
        log.setLevel(logging.WARNING)
        for name, value in wanted.items():
            setattr(config, name, value)
        yield normalization, estimation
    finally:
        log.setLevel(log_level)
        for name, value in before.items():
            setattr(config, name, value)
