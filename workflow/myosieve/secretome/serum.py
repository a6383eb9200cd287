"""Serum: which protein groups come from the culture serum, and how much of a sample they make up.

Species is read from accessions and from the organism column, never from a gene symbol: most bovine serum proteins have
a human namesake, myokines among them (CTSB, FN1, THBS1).
"""

from __future__ import annotations

import re
from collections.abc import Collection

import numpy as np
import pandas as pd

from myosieve.secretome.accessions import exploded
from myosieve.secretome.knowledge import SpeciesKnowledge
from myosieve.tables.accessions import scientific

SERUM, SHARED, NOT_RUN = "serum protein of", "shared with a serum protein", "not run"
UNKNOWN = "unknown species"  # of a serum protein, where nothing tells it

# Words for a serum in a cell of the sample sheet, the species that it brings and what its proteins are called. "FBS-free"
# and "no serum" say the opposite.
_FREE = r"(?![\s-]*(?:serum[\s-]*)?(?:free|depleted)\b)"
_NOT = r"(?<!\bno )(?<!\bwithout )(?<!\bw/o )"
_SAID = (
    ("horse serum", "Equus caballus", "equine", rf"{_NOT}(?:\b(?:horse|equine)\b|(?<![A-Za-z])HS(?![A-Za-z])){_FREE}"),
    (
        "bovine serum",
        "Bos taurus",
        "bovine",
        rf"{_NOT}(?:\b(?:bovine|calf|fetal|foetal)\b|(?<![A-Za-z])(?:FBS|FCS|NBCS|NCS|BSA)(?![A-Za-z])){_FREE}",
    ),
)

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
    species, named = _told(accessions, organisms, knowledge)
    flags = [_flag(found, names, knowledge) for found, names in zip(species, named, strict=True)]
    return np.array(flags if any(flags) else [NOT_RUN] * len(flags), dtype=object)


def starts(flags: np.ndarray, words: str) -> np.ndarray:
    """Return whether each flag starts with these words, `SERUM` or `SHARED`."""
    return np.array([flag.startswith(words) for flag in flags], dtype=bool)


def may_be_hosts(accessions: pd.Series, organisms: pd.Series, knowledge: SpeciesKnowledge) -> np.ndarray:
    """Return whether each group may hold a protein of the host: something says so, or nothing tells its species.

    Parameters
    ----------
    accessions, organisms, knowledge
        As in `serum_flags`; a group without accessions (a decoy) is nobody's.
    """
    species, named = _told(accessions, organisms, knowledge)
    pairs = zip(species, named, strict=True)
    return np.array([bool(a) and (knowledge.host in {*a, *b} or not any({*a, *b})) for a, b in pairs], dtype=bool)


def _told(
    accessions: pd.Series, organisms: pd.Series, knowledge: SpeciesKnowledge
) -> tuple[list[list[str]], list[set[str]]]:
    """Return per group the species of its accessions ('' = not told), and the names that the tables give."""
    cells = organisms.fillna("")
    names = {cell: {scientific(part) for part in cell.split(";")} for cell in cells.unique()}
    species: list[list[str]] = [[] for _ in range(len(accessions))]
    for row, accession in exploded(accessions).itertuples(index=False):
        species[row].append(species_of_accession(accession, knowledge))
    return species, [names[cell] for cell in cells]


def sheet_warnings(sheet: pd.DataFrame, present: Collection[str]) -> list[str]:
    """Return a warning for each serum that the sample sheet names while no protein of its species could be recognized.

    Parameters
    ----------
    sheet
        Columns of the sample sheet; those that speak of serum or medium by their name are read.
    present
        Species of which serum proteins are in the table or among the sequences.
    """
    columns = [name for name in sheet.columns if re.search("serum|medium|media", str(name), re.IGNORECASE)]
    warnings = []
    for what, species, proteins, pattern in _SAID:
        said = [name for name in columns if sheet[name].astype("str").str.contains(pattern, case=False).any()]
        if said and species not in present:
            warnings.append(
                f"the sample sheet's column {said[0]!r} says {what}, but the table holds no {proteins} serum protein and no "
                f"{proteins} sequence was given: {proteins} proteins may stand under names of the cells' species; search with "
                f"{proteins} serum sequences, or name their FASTA under serum_fasta so that peptides can tell"
            )
    return warnings


def serum_species(accessions: pd.Series, organisms: pd.Series, knowledge: SpeciesKnowledge) -> set[str]:
    """Return the serum species of which the table holds proteins, shared groups included, calibration proteins and enzymes not.

    Parameters
    ----------
    accessions, organisms, knowledge
        As in `serum_flags`.
    """
    species, named = _told(accessions, organisms, knowledge)
    pairs = exploded(accessions)
    aside = set(pairs.loc[pairs["accession"].isin(knowledge.not_serum), "row"])
    found = [{*a, *b} for row, (a, b) in enumerate(zip(species, named, strict=True)) if a and row not in aside]
    return set().union(*found) & knowledge.serum


def serum_share(log2: np.ndarray, flags: np.ndarray, decoy: np.ndarray) -> np.ndarray:
    """Return each sample's share of summed linear intensity in serum proteins.

    Shared groups count as the host's: the share is a lower bound (`serum_peptides.share_upper` is the upper one).

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
    serum = starts(flags[~decoy], SERUM)
    total = linear.sum(axis=0)
    observed = total > 0
    share[observed] = linear[serum].sum(axis=0)[observed] / total[observed]
    return share


def species_of_accession(accession: str, knowledge: SpeciesKnowledge) -> str:
    """Return the serum species or the host that a canonical accession belongs to, '' where it does not tell."""
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
