"""What the mass spectrometer makes of the simulated amounts: peptides, their detection, and protein intensities."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
import parameters


@dataclass(frozen=True)
class Peptides:
    """Tryptic peptides of all proteins: index of the protein, length, and whether the group owns it."""

    owner: np.ndarray
    length: np.ndarray
    kind: np.ndarray  # "unique", "razor", or "foreign": matches here, but another group has the better claim


@dataclass(frozen=True)
class Measured:
    """Per protein group (rows, all simulated ones) and sample (columns); 0 = not seen, as MaxQuant writes it."""

    peptides: Peptides
    detected: np.ndarray  # peptides x samples, bool
    intensity: np.ndarray  # groups x samples: summed peptide intensities, with the injected amount's variation
    lfq: np.ndarray  # groups x samples: from peptide ratios, loading corrected
    spectra: np.ndarray  # groups x samples: MS/MS counts
    score: np.ndarray  # groups: in the manner of the Andromeda score

    def per_group(self, values: np.ndarray) -> np.ndarray:
        """Sum peptide rows by their group."""
        return sums(values, self.peptides.owner, len(self.score))


def sums(values: np.ndarray, owner: np.ndarray, groups: int) -> np.ndarray:
    """Sum peptide rows by their group."""
    return np.column_stack([np.bincount(owner, column, minlength=groups) for column in values.T])


def digest(proteins: pd.DataFrame, rng: np.random.Generator) -> Peptides:
    """Cut after K and R (not before P) and keep 7 to 30 residues, without missed cleavages; at least one per protein."""
    owner, length = [], []
    for index, (sequence, name) in enumerate(zip(proteins["sequence"], proteins["class"], strict=True)):
        pieces = [len(piece) for piece in re.split(r"(?<=[KR])(?!P)", sequence)]
        fitting = [size for size in pieces if 7 <= size <= 30] or [max(pieces)]
        kept = fitting[:2] if name in ("decoy", "by_site") else fitting
        owner += [index] * len(kept)
        length += kept
    shares = [1 - parameters.RAZOR_SHARE - parameters.FOREIGN_SHARE, parameters.RAZOR_SHARE, parameters.FOREIGN_SHARE]
    kind = rng.choice(["unique", "razor", "foreign"], size=len(owner), p=shares)
    kind[np.unique(owner, return_index=True)[1]] = "unique"  # a group exists because it owns a peptide
    return Peptides(np.array(owner), np.array(length), kind)


def measure(proteins: pd.DataFrame, level: np.ndarray, rng: np.random.Generator) -> Measured:
    """Measure log2 amounts (groups x samples): peptides of unequal response, noise, detection that fails on faint ones."""
    peptides = digest(proteins, rng)
    groups, runs = level.shape
    loading = parameters.LOADING_SD * rng.standard_normal(runs)
    signal = level[peptides.owner] + parameters.RESPONSE_SD * rng.standard_normal(len(peptides.owner))[:, None]
    faint = 1 / (1 + np.exp(parameters.DETECTION_SLOPE * (signal - parameters.DETECTION_LIMIT)))
    signal = signal + (parameters.NOISE + parameters.FAINT_NOISE * faint) * rng.standard_normal(signal.shape)
    chance = 1 / (1 + np.exp(-parameters.DETECTION_SLOPE * (signal + loading - parameters.DETECTION_LIMIT)))
    detected = rng.random(signal.shape) < chance
    own = detected & (peptides.kind != "foreign")[:, None]
    intensity = sums(np.where(own, 2.0 ** (signal + loading), 0), peptides.owner, groups)
    residual = parameters.LOADING_ERROR * rng.standard_normal(runs)
    lfq = label_free(np.where(own, signal + residual, np.nan), peptides.owner, intensity)
    spectra = rng.poisson(sums(own * (0.3 + 1.5 * chance), peptides.owner, groups))
    quality = rng.gamma(4.0, 2.0, len(peptides.owner)) * own.any(axis=1)
    score = np.minimum(sums(quality[:, None], peptides.owner, groups)[:, 0], 323.31)  # MaxQuant's ceiling
    return Measured(peptides, detected, intensity, lfq, spectra, score)


def label_free(log2: np.ndarray, owner: np.ndarray, intensity: np.ndarray, rounds: int = 40) -> np.ndarray:
    """Return protein intensities that agree best with the ratios of each single peptide between samples.

    Least squares of `log2[peptide, sample] = peptide + group in sample` by alternating means: the idea of MaxLFQ (Cox et al.
    2014, doi 10.1074/mcp.M113.031591) with means in place of its median ratios. As there, the sum over the samples is
    that of `intensity`.
    """
    groups = len(intensity)
    seen = np.isfinite(log2)
    of_group = np.maximum(sums(seen, owner, groups), 1)
    of_peptide = np.maximum(seen.sum(axis=1), 1)
    level = sums(np.where(seen, log2, 0), owner, groups) / of_group
    for _ in range(rounds):
        peptide = np.where(seen, log2 - level[owner], 0).sum(axis=1) / of_peptide
        level = sums(np.where(seen, log2 - peptide[:, None], 0), owner, groups) / of_group
    found = np.where(intensity > 0, 2.0 ** (level - level.max(axis=1, keepdims=True)), 0)
    return found * intensity.sum(axis=1, keepdims=True) / np.maximum(found.sum(axis=1, keepdims=True), 1e-9)
