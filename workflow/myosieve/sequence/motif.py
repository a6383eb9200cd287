"""C-terminal retrieval motifs of soluble proteins of the endoplasmic reticulum."""

from __future__ import annotations

import re

# PROSITE PS00014 (ER_TARGET): [KRHQSA]-[DENQ]-E-L at the very end.
_CANONICAL = re.compile(r"[KRHQSA][DENQ]EL")
# Relatives that retain partly or under some conditions only: QEDL of PDIA3, RTDL of MANF, KTEL of CDNF
# (Raykhel et al. 2007 J Cell Biol 179:1193 on which variants the KDEL receptors bind).
_WEAK = re.compile(r"[KRHQSA][DENQSTV][ED]L")

WEAK = " (weak)"


def er_motif(sequence: str) -> str:
    """Return the ER retrieval motif at the end of a protein.

    Returns
    -------
    The four residues for PROSITE PS00014 ("KDEL"), with " (weak)" behind for a variant that retains in part ("RTDL (weak)"),
    "no", or "unknown" for an empty sequence. Retention also needs a signal peptide, which this does not ask for.
    """
    if not sequence:
        return "unknown"
    end = sequence[-4:].upper()
    if _CANONICAL.fullmatch(end):
        return end
    return end + WEAK if _WEAK.fullmatch(end) else "no"
