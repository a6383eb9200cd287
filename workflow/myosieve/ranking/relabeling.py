"""Which samples of a design may exchange their conditions, and the design after they did.

Only samples of the contrast's own conditions exchange them, and only within strata of the design's categorical covariates:
subjects, batches. A covariate that is a number stays with its sample while the condition moves (Draper & Stoneman 1966,
Technometrics 8:695). Of a given matrix the columns without weight in the contrast are the covariates. Samples of a random
block exchange conditions within it; where every block has one condition, blocks of equal size exchange theirs as a whole.

Two labelings are alike where every least-squares fit is: where they span the same column space and weigh the samples alike
for the contrast, but for the sign. The mirror of a labeling, treatment for control, is one such.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

import numpy as np

from myosieve.differential.design import Contrast, DesignMatrix, estimable
from myosieve.statistics.permutations import Permutations, restricted

# Weights of samples are ratios of small numbers; rounding is far below this.
_DECIMALS = 6


@dataclass(frozen=True)
class Relabeling:
    """The exchange of conditions for one contrast.

    Attributes
    ----------
    design, contrast
        As observed.
    labels, strata
        (u,) codes of the units' labels and strata.
    unit_of
        (n,) the unit that each sample belongs to: itself, or its block.
    exchanged
        What is exchanged within what, in words.
    """

    design: DesignMatrix
    contrast: Contrast
    labels: np.ndarray
    strata: np.ndarray
    unit_of: np.ndarray
    exchanged: str

    def design_of(self, labeling: np.ndarray) -> DesignMatrix:
        """Return the design in which the units have other labels."""
        source = labeling[self.unit_of]
        if self.design.given:
            return replace(self.design, matrix=self.design.matrix[source], conditions=self.design.conditions[source])
        names = np.array([*self.design.rows_if], dtype=object)
        matrix = np.array([self.design.rows_if[names[code]][sample] for sample, code in enumerate(source)])
        return replace(self.design, matrix=matrix, conditions=names[source])

    def key(self, labeling: np.ndarray) -> Hashable | None:
        """Return the same for labelings that are alike, None where the contrast cannot be estimated."""
        matrix = self.design_of(labeling).matrix
        if not estimable(matrix, self.contrast.vector):
            return None
        inverse = np.linalg.pinv(matrix)
        weights = inverse.T @ self.contrast.vector
        heavy = np.flatnonzero(np.abs(weights) > 10.0**-_DECIMALS)
        sign = np.sign(weights[heavy[0]]) if len(heavy) else 1.0
        parts = (matrix @ inverse, sign * weights)
        return b"".join((part.round(_DECIMALS) + 0.0).tobytes() for part in parts)

    def permutations(self, wanted: int, random: np.random.Generator) -> Permutations:
        """Return distinct labelings (N x u), the observed one and what is alike left out."""
        return restricted(self.labels, self.strata, wanted, random, self.key)


def relabeling(design: DesignMatrix, contrast: Contrast, block: np.ndarray | None = None) -> Relabeling:
    """Return how the conditions of a contrast may be exchanged among samples.

    Parameters
    ----------
    design, contrast
        From `differential.design`.
    block
        (n,) labels of random blocks, if any.
    """
    moving = np.isin(design.conditions, [name for name, weight in contrast.weights.items() if weight])
    covariates = _covariates(design, contrast)
    if design.given:
        labels = _first_of_equal([(*row, name) for row, name in zip(design.matrix, design.conditions, strict=True)])
    else:
        labels = np.array([[*design.rows_if].index(name) for name in design.conditions])
    # a sample of another condition keeps it: it is a stratum of its own
    strata = [
        covariate if moves else f"\x1f{i}" for i, (covariate, moves) in enumerate(zip(covariates, moving, strict=True))
    ]
    words = _in_words(design, covariates, moving)
    alone = np.arange(len(labels))
    if block is None:
        return Relabeling(design, contrast, labels, _first_of_equal(strata), alone, f"samples{words}")
    if not _one_condition_each(block, labels, covariates):
        within = [f"{stratum}\x1f{name}" for stratum, name in zip(strata, block, strict=True)]
        return Relabeling(design, contrast, labels, _first_of_equal(within), alone, f"samples of one block{words}")
    _, first, unit_of, size = np.unique(block, return_index=True, return_inverse=True, return_counts=True)
    of_unit = [f"{strata[sample]}\x1f{count}" for sample, count in zip(first, size, strict=True)]
    return Relabeling(
        design, contrast, labels[first], _first_of_equal(of_unit), unit_of, f"whole blocks of equal size{words}"
    )


def _one_condition_each(block: np.ndarray, labels: np.ndarray, covariates: list[str]) -> bool:
    """Tell whether all samples of each block have the same condition and covariates."""
    return len({*block}) == len({*zip(block, labels, covariates, strict=True)})


def _covariates(design: DesignMatrix, contrast: Contrast) -> list[str]:
    if not design.given:
        return list(design.strata)
    nuisance = design.matrix[:, np.abs(contrast.vector) == 0]
    return [repr(row.round(9).tolist()) for row in nuisance]


def _first_of_equal(keys: list[object]) -> np.ndarray:
    """Return for each key the position of the first equal one."""
    first: dict[object, int] = {}
    return np.array([first.setdefault(key, i) for i, key in enumerate(keys)])


def _in_words(design: DesignMatrix, covariates: list[str], moving: np.ndarray) -> str:
    several = len({covariate for covariate, moves in zip(covariates, moving, strict=True) if moves}) > 1
    words = " with the same covariates" if several else ""
    return f"{words}, whatever their {', '.join(design.slopes)}" if design.slopes else words
