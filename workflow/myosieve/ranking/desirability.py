"""Desirabilities: every criterion as a number from 0 (worst) to 1 (best), missing where nothing is known.

After Derringer & Suich 1980 (J Quality Technology 12:214), with linear ramps between two knots. Missing stays NaN: a
protein without a FASTA entry is not a protein inside the cell.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

# How likely a protein of this class in conditioned medium got there by a way of its own. Classical secretion is the
# reference. A shed ectodomain is a proven way (irisin of FNDC5, CX3CL1) but needs a protease that may not be there; a GPI
# anchor can be cut, most copies stay on the cell. `annotated` is known outside cells without a signal peptide in the
# sequence at hand, by experiment (worth 0.8) or by a curator (0.6); annotation.tsv does not tell which, hence the middle.
# Unconventional secretion is a prediction from composition. ER residents and membrane proteins reach the medium mostly
# with debris or vesicles, intracellular ones by leak. `unknown` is missing.
SECRETION = {
    "classical": 1.0,
    "shed": 0.8,
    "annotated": 0.7,
    "gpi_anchored": 0.6,
    "unconventional": 0.4,
    "er_resident": 0.2,
    "membrane": 0.2,
    "intracellular": 0.0,
}

# What peptides on the topology add to the class (`secretion`): a membrane protein of which the ectodomain alone is there was
# cut off, whatever is known of its release; one that is annotated as shed and is there as a whole came with vesicles or debris.
ECTODOMAIN_ALONE = {"shed": 1.0, "membrane": 0.8}
WHOLE = {"shed": 0.4}

# Resources that list a ligand-receptor pair copy each other, so a curated pair counts more than any number of them; and
# many real myokines have no known receptor (METRNL, CTSB), so that absence is weak evidence: 0.5, not 0.
CURATED_PAIR, LISTED_PAIR, NO_PAIR = 1.0, 0.8, 0.5
LISTED_RESOURCES = 3

SHARED_PURITY = 0.5
# log2 of medium over blank: as much in the blank, four times as much in the medium.
BLANK_KNOTS = (0.0, 2.0)

# A protein that no atlas found in plasma may be below what it measures: weak evidence, as a receptor that is not known.
NOT_IN_PLASMA = 0.5


def ramp(values: np.ndarray, knots: Sequence[float]) -> np.ndarray:
    """Return 0 at the first knot and before it, 1 at the second and beyond, linear between; NaN stays NaN.

    Parameters
    ----------
    values
        Any shape.
    knots
        Value of desirability 0 and value of desirability 1, different from each other; descending knots make low values
        desirable.
    """
    zero, one = knots
    return np.clip((np.asarray(values, dtype=float) - zero) / (one - zero), 0.0, 1.0)


def lower_bound(ci_low: np.ndarray, ci_high: np.ndarray) -> np.ndarray:
    """Return the lower confidence bound of |log2fc|: the end of the interval nearer to 0, or 0 where it covers 0.

    An interval may be open (NaN) on one side; without any end there is no bound.
    """
    return np.where(np.isnan(ci_low) & np.isnan(ci_high), np.nan, np.fmax(0.0, np.fmax(ci_low, -ci_high)))


def significance(q_values: np.ndarray, knots: Sequence[float]) -> np.ndarray:
    """Return the ramp over -log10 q: an interval that excludes 0 is no finding where thousands were looked at.

    Parameters
    ----------
    q_values
        Adjusted p-values, NaN = not tested.
    knots
        q-value of desirability 0 and of desirability 1.
    """
    zero, one = -np.log10(knots)
    with np.errstate(divide="ignore"):
        return ramp(-np.log10(q_values), (zero, one))


def reliability(
    observed: np.ndarray, peptides: np.ndarray, observed_knots: Sequence[float], peptide_knots: Sequence[float]
) -> np.ndarray:
    """Return the geometric mean of the desirabilities of observed samples and of peptides.

    The geometric mean, not the minimum: both count everywhere, and either at 0 gives 0. Where one is NaN the other stands
    alone.

    Parameters
    ----------
    observed
        Observed share of the contrast's samples, 0 to 1.
    peptides
        Peptides per protein group, NaN = unknown.
    observed_knots, peptide_knots
        As in `ramp`.
    """
    of_samples, of_peptides = ramp(observed, observed_knots), ramp(peptides, peptide_knots)
    both = np.sqrt(of_samples * of_peptides)
    return np.where(np.isnan(of_peptides), of_samples, np.where(np.isnan(of_samples), of_peptides, both))


def leak(flags: np.ndarray, probability: np.ndarray, knots: Sequence[float]) -> np.ndarray:
    """Return independence from the leak index.

    Parameters
    ----------
    flags
        'marker' gives 0, 'not run' NaN; without probability, '' gives 1: the index is steady, nothing follows it.
    probability
        Probability of following the leak index, NaN = none.
    knots
        As in `ramp`, over the probability.
    """
    by_probability = np.where(np.isnan(probability), 1.0, ramp(probability, knots))
    return np.select([flags == "marker", flags == "not run"], [0.0, np.nan], by_probability)


def purity(
    serum_flags: np.ndarray,
    host_share: np.ndarray | None = None,
    blank_log2_ratio: np.ndarray | None = None,
    blank_flags: np.ndarray | None = None,
) -> np.ndarray:
    """Return how surely the cells made a protein, and not the medium: the worse of what serum and blanks say.

    Parameters
    ----------
    serum_flags
        'serum protein ...' gives 0, 'not run' NaN, '' 1; 'shared ...' the share of the group's peptide intensity that is the
        host's alone, 0.5 where no peptide tells.
    host_share
        That share, 0 to 1, NaN = not known.
    blank_log2_ratio
        log2 of medium over medium-only blank, NaN = no value in either: a ramp from 0 (as much in the blank) to 1 (four times
        as much in the medium).
    blank_flags
        'not in the blank' gives 1, 'not run' NaN.
    """
    flags = pd.Series(serum_flags)
    shared = np.full(len(flags), SHARED_PURITY)
    if host_share is not None:
        shared = np.where(np.isnan(host_share), SHARED_PURITY, host_share)
    by_serum = np.select(
        [flags == "not run", flags.str.startswith("serum protein"), flags.str.startswith("shared")],
        [np.nan, 0.0, shared],
        1.0,
    )
    by_blank = np.full(len(flags), np.nan)
    if blank_log2_ratio is not None:
        by_blank = ramp(np.asarray(blank_log2_ratio, dtype=float), BLANK_KNOTS)
    if blank_flags is not None:
        of_blank = pd.Series(blank_flags)
        by_blank = np.select([of_blank == "not run", of_blank == "not in the blank"], [np.nan, 1.0], by_blank)
    return np.fmin(by_serum, by_blank)


def secretion(classes: np.ndarray, shedding: np.ndarray | None = None) -> np.ndarray:
    """Return the desirability of each secretion class; NaN for unknown.

    Parameters
    ----------
    classes
        Secretion classes.
    shedding
        What the peptides say of each protein: 'shed' (of the ectodomain alone), 'intact' or else; None = not asked.
    """
    by_class = pd.Series(classes)
    found = by_class.map(SECRETION).to_numpy(dtype=float)
    if shedding is None:
        return found
    for verdict, better_known in (("shed", ECTODOMAIN_ALONE), ("intact", WHOLE)):
        by_peptides = by_class.map(better_known).to_numpy(dtype=float)
        found = np.where((shedding == verdict) & ~np.isnan(by_peptides), by_peptides, found)
    return found


def receptor(curated: np.ndarray, resources: np.ndarray) -> np.ndarray:
    """Return the desirability of the best known receptor.

    Parameters
    ----------
    curated
        Whether a curated ligand-receptor pair exists.
    resources
        Most resources that list one of the protein's pairs; 0 = no pair, NaN = no table for the organism.
    """
    listed = np.where(resources >= LISTED_RESOURCES, LISTED_PAIR, NO_PAIR)
    return np.where(np.isnan(resources), np.nan, np.where(curated, CURATED_PAIR, listed))


def expression(muscle: np.ndarray, knots: Sequence[float]) -> np.ndarray:
    """Return the ramp over log2(1 + expression in muscle); NaN where no atlas knows the gene.

    Many myokines are hardly expressed at rest: this is to weigh little.

    Parameters
    ----------
    muscle
        Expression in muscle, in transcripts per million or alike.
    knots
        As in `ramp`, over the logarithm.
    """
    return ramp(np.log2(1 + np.asarray(muscle, dtype=float)), knots)


def assay(measurable: np.ndarray, looked_for_in_plasma: bool) -> np.ndarray:
    """Return 1 for what an assay of the study or plasma can tell; else 0.5 where plasma was looked at, NaN where not.

    Parameters
    ----------
    measurable
        Whether the study's panel or an atlas of plasma has the protein.
    looked_for_in_plasma
        Whether there was an atlas of plasma at all. A panel of thirty says nothing of the proteins that are not on it.
    """
    return np.where(measurable, 1.0, NOT_IN_PLASMA if looked_for_in_plasma else np.nan)
