"""Serum: which protein groups come from the culture serum, and how much of a sample they make up.

Species is read from accessions and from the organism column, never from a gene symbol: most bovine serum proteins have
a human namesake, myokines among them (CTSB, FN1, THBS1).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from myosieve.secretome.accessions import exploded
from myosieve.secretome.knowledge import SpeciesKnowledge

SERUM, SHARED, NOT_RUN = "serum protein of", "shared with a serum protein", "not run"

# Ensembl protein identifiers name their species; MaxQuant's contaminant file holds bovine serum proteins under them.
_ENSEMBL = {"ENSBTAP": "Bos taurus", "ENSECAP": "Equus caballus"}


def serum_flags(accessions: pd.Series, organisms: pd.Series, knowledge: SpeciesKnowledge) -> np.ndarray:
    """Return each protein group's serum flag.

    A group is a serum protein when all its accessions are known serum proteins of another species, or when its organism
    says so and nothing points to the host. It is shared when serum accessions stand beside accessions of the host, or
    beside ones of which nothing is known while the organism is not that of the serum either.

    Parameters
    ----------
    accessions
        Majority accessions of each group, separated by ';'.
    organisms
        Species names of each group, separated by ';'; missing = the tables do not tell.
    knowledge
        What tells host from serum.

    Returns
    -------
    'serum protein of <species>', 'shared with a serum protein' or ''; all 'not run' when no group of the table is
    either, since then no serum sequence can have been searched.
    """
    named = [set(cell.split(";")) for cell in organisms.fillna("").str.replace(r"\s*;\s*", ";", regex=True)]
    species: list[list[str]] = [[] for _ in range(len(accessions))]
    for row, accession in exploded(accessions).itertuples(index=False):
        species[row].append(_species(accession, knowledge))
    flags = [_flag(found, names, knowledge) for found, names in zip(species, named, strict=True)]
    return np.array(flags if any(flags) else [NOT_RUN] * len(flags), dtype=object)


def serum_species(flags: np.ndarray, accessions: pd.Series, knowledge: SpeciesKnowledge) -> set[str]:
    """Return the species of which the table holds serum proteins, calibration proteins and enzymes left aside."""
    aside = np.zeros(len(flags), dtype=bool)
    pairs = exploded(accessions)
    aside[pairs.loc[pairs["accession"].isin(knowledge.not_serum), "row"]] = True
    found = {flag.removeprefix(SERUM).strip() for flag in flags[~aside] if flag.startswith(SERUM)}
    return {name for names in found for name in names.split(" or ")}


def serum_share(log2: np.ndarray, flags: np.ndarray, decoy: np.ndarray) -> np.ndarray:
    """Return each sample's share of summed linear intensity in serum proteins.

    Shared groups count as the host's, since their intensity cannot be divided here: the share is a lower bound.

    Parameters
    ----------
    log2
        log2 intensities (groups x samples), NaN = missing.
    flags
        Serum flag per group.
    decoy
        Whether a group is a decoy hit; decoys count nowhere.

    Returns
    -------
    Share per sample, 0 to 1; NaN where the sample has no value, and everywhere when serum could not be judged.
    """
    share = np.full(log2.shape[1], np.nan)
    if NOT_RUN in flags:
        return share
    linear = np.where(np.isfinite(log2), np.exp2(log2), 0.0)[~decoy]
    serum = np.array([flag.startswith(SERUM) for flag in flags[~decoy]], dtype=bool)
    total = linear.sum(axis=0)
    observed = total > 0
    share[observed] = linear[serum].sum(axis=0)[observed] / total[observed]
    return share


def _species(accession: str, knowledge: SpeciesKnowledge) -> str:
    """Return the serum species or the host that an accession belongs to, '' where it does not tell."""
    if accession in knowledge.listed:
        return knowledge.listed[accession]
    entry = knowledge.mnemonics.get(accession.rpartition("_")[2], "")
    found = entry or _ENSEMBL.get(accession[:7], "")
    return found if found == knowledge.host or found in knowledge.serum else ""


def _flag(found: list[str], names: set[str], knowledge: SpeciesKnowledge) -> str:
    by_accession = {name for name in found if name and name != knowledge.host}
    by_organism = names & knowledge.serum
    if not by_accession and not by_organism:
        return ""
    text = f"{SERUM} {' or '.join(sorted(by_accession or by_organism))}"
    if found and by_accession.issuperset(found):
        return text
    host = knowledge.host in names or knowledge.host in found
    return SHARED if host or not by_organism else text
