"""C-terminal motifs that bring proteins back to the endoplasmic reticulum (ER).

`er_motif` is for soluble proteins of the lumen, `dilysine_motif` for membrane proteins whose C-terminus is in the cytoplasm.
Both read the last residues and nothing else, so the caller has to ask for

- the way into the ER: without a signal peptide (or a membrane anchor) there is nothing to bring back;
- the side: the KDEL receptors bind in the lumen, coatomer binds in the cytoplasm (type I membrane proteins: signal peptide,
  one helix, the C-terminus behind it; or several helices and an inner C-terminus);
- the true C-terminus: the sequence of a fragment ("(Fragment)" in UniProt's protein names, ", partial" in NCBI's) may end
  before it. The rule is the same then, but "no" says nothing, and what is found may lie inside the whole protein.

Arginine motifs of type II membrane proteins (two arginines within the first five residues: Schutze et al. 1994 EMBO J 13:1696)
are left out on purpose: they act at any distance from the end and only until the subunits of a complex mask them (Michelsen et
al. 2005 EMBO Rep 6:717), and arginines before the helix are what most type II proteins have.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

_ANY = "ACDEFGHIKLMNOPQRSTUVWY"
_STANDS_FOR = {"X": _ANY, "B": "DN", "Z": "EQ", "J": "IL"}  # letters of residues that are not known


class _Motif(NamedTuple):
    """The last residues of a protein: what fits, and what may fit once unknown residues are known."""

    length: int
    fits: re.Pattern[str]
    may_fit: re.Pattern[str]


def _motif(*alternatives: Sequence[str]) -> _Motif:
    """Return a motif of one or several alternatives of the same length, each given as the residues allowed at each position."""

    def pattern(joins: str) -> re.Pattern[str]:
        return re.compile("|".join("".join(f"[{letters(allowed, joins)}]" for allowed in one) for one in alternatives))

    def letters(allowed: str, joins: str) -> str:
        few = {letter for letter, residues in _STANDS_FOR.items() if getattr(set(residues), joins)(allowed)}
        return allowed + "".join(sorted(few))

    return _Motif(len(alternatives[0]), pattern("issubset"), pattern("intersection"))


# PROSITE PS00014 (ER_TARGET), https://prosite.expasy.org/PDOC00014: [KRHQSA]-[DENQ]-E-L at the very end.
_CANONICAL = _motif(("KRHQSA", "DENQ", "E", "L"))
# Relatives that retain some proteins and not others, as known proteins of the ER have them. 35 tetrapeptides beside PROSITE's
# hold a reporter in the ER (Raykhel et al. 2007 J Cell Biol 179:1193), others do with the right residues before them (Alanen
# et al. 2011 J Mol Biol 409:291). Ends of secreted proteins that look alike (DDEL of C1QTNF7, GAEL of IGFBP7) are left out.
_VARIANTS = _motif(
    ("KRHQSA", "DENQSTV", "DE", "L"),  # QEDL of PDIA3, RTDL of MANF, KTEL of CDNF, HTEL of CES2, KVEL of ERP27
    ("KRH", "AI", "E", "L"),  # HIEL of CES1 (Robbi and Beaufay 1991 J Biol Chem 266:20498), HAEL of SDF2, KAEL of MSRB3
    ("NP", "DE", "E", "L"),  # NDEL of HYOU1, PDEL of CNPY3, PEEL of mouse CES3 (Aida et al. 1993 BBA 1174:72)
    ("E", "D", "E", "L"),  # EDEL of TXNDC12, which needs the two residues before it (Alanen et al. 2011)
)
# Two lysines, three and four or three and five residues from the end; neither arginine nor histidine replaces them (Jackson et
# al. 1990 EMBO J 9:3153). Coatomer binds both (Ma and Goldberg 2013 EMBO J 32:926).
_DILYSINE = (_motif(("K", "K", _ANY, _ANY)), _motif(("K", _ANY, "K", _ANY, _ANY)))

WEAK = " (weak)"


def er_motif(sequence: str) -> str:
    """Return the ER retrieval motif at the end of a soluble protein.

    Parameters
    ----------
    sequence
        One protein, from first to last residue; case does not matter.

    Returns
    -------
    The four residues for PROSITE PS00014 ("KDEL"), with " (weak)" behind for a variant that retains in part ("RTDL (weak)"),
    "no", or "unknown" without a sequence or where unknown residues (B, J, X, Z) could make it a motif.
    """
    found, weak = _last(sequence, _CANONICAL), _last(sequence, _VARIANTS)
    if found == "no" and weak not in ("no", "unknown"):
        return weak + WEAK
    return found if found != "no" else weak


def dilysine_motif(sequence: str) -> str:
    """Return the dilysine motif (KKXX or KXKXX) at the end of a membrane protein; on the lumen's side it means nothing.

    Parameters
    ----------
    sequence
        As in `er_motif`.

    Returns
    -------
    The last four residues for KKXX ("KKFF"), the last five for KXKXX ("KSKTH"), KKXX where both fit; "no"; or "unknown"
    without a sequence or where unknown residues could make it a motif.

    Source: Jackson MR, Nilsson T, Peterson PA (1990) EMBO J 9:3153; Teasdale RD, Jackson MR (1996) Annu Rev Cell Dev Biol
    12:27.
    """
    return _last(sequence, *_DILYSINE)


def _last(sequence: str, *motifs: _Motif) -> str:
    """Return the end of a sequence that fits the first fitting motif, "no", or "unknown" where it cannot be told."""
    if not sequence:
        return "unknown"
    ends = [sequence[-motif.length :].upper() for motif in motifs]
    for end, motif in zip(ends, motifs, strict=True):
        if motif.fits.fullmatch(end):
            return end
    return "unknown" if any(motif.may_fit.fullmatch(end) for end, motif in zip(ends, motifs, strict=True)) else "no"
