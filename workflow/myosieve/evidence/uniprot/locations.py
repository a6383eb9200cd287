"""Cells of UniProt's subcellular location -> places, with the molecule and the evidence that each belongs to.

`SUBCELLULAR LOCATION: [Isoform 1]: Cell membrane {ECO:0000269|PubMed:1}; Single-pass type I membrane protein
{ECO:0000255}. Secreted {ECO:0000305}. Note=Free text.; SUBCELLULAR LOCATION: [Isoform 2]: ...`. A place ends with a
period; what follows it behind a semicolon says how the protein sits there. Vocabulary: https://www.uniprot.org/docs/subcell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from myosieve.evidence.uniprot import cells

_HEADING = "SUBCELLULAR LOCATION:"
_MOLECULE = re.compile(r"\s*\[([^\]]+)\]:\s*")
_NOTE = re.compile(r"(?:^|(?<=[\s.;]))Note=")
_PART = re.compile(r"(?P<words>(?:[^{}.;]|\.(?=[^\s;]))+)?(?P<evidence>\{[^}]*\})?\s*(?P<stop>[.;]|$)")
# Evidence as words, until 2014; they also stand behind a molecule's name.
_WORDS = re.compile(r"(?i)\s*\((potential|probable|by similarity)\)")

_VESICLE = re.compile(r"(?i)exosome|vesicle")
_OUTSIDE = re.compile(r"(?i)^secreted\b|^extracellular (space|matrix|region)|, ?extracellular (space|matrix|region)")


@dataclass(frozen=True)
class Place:
    """One place of a protein.

    Attributes
    ----------
    words
        UniProt's words, "Secreted, extracellular space" or "Cell membrane".
    seat
        How the protein sits there, "Single-pass type I membrane protein"; empty where not said.
    molecule
        Isoform or chain that it holds for, "Isoform 2"; empty for the entry as a whole.
    codes, seat_codes
        ECO codes of the place, and of how the protein sits there; codes of the seat stand for a place without any.
    """

    words: str
    seat: str = ""
    molecule: str = ""
    codes: tuple[str, ...] = ()
    seat_codes: tuple[str, ...] = ()

    @property
    def extracellular(self) -> bool:
        """Whether the place is the space or matrix outside of cells; vesicles are not, they carry anything."""
        return bool(_OUTSIDE.search(self.words)) and not _VESICLE.search(self.words)

    @property
    def anchored_by_gpi(self) -> bool:
        """Whether a GPI anchor holds the protein there."""
        return "GPI-anchor" in self.seat

    @property
    def text(self) -> str:
        """The place as UniProt writes it, without evidence."""
        seat = f"; {self.seat}" if self.seat else ""
        return f"[{self.molecule}]: {self.words}{seat}" if self.molecule else f"{self.words}{seat}"


def parse(cell: str) -> list[Place]:
    """Return the places of a cell in order; notes are left out."""
    return [place for comment in cell.split(_HEADING) for place in _places(comment)]


def _places(comment: str) -> list[Place]:
    comment = comment.strip(" ;")
    named = _MOLECULE.match(comment)
    molecule = _WORDS.sub("", named[1]) if named else ""
    text = comment[named.end() :] if named else comment
    note = _NOTE.search(text)
    text = text[: note.start()] if note else text
    found: list[Place] = []
    parts: list[tuple[str, tuple[str, ...]]] = []
    for part in _PART.finditer(text):
        if words := (part["words"] or "").strip():
            old = tuple(cells.WORDS[word.lower()] for word in _WORDS.findall(words))
            parts.append((_WORDS.sub("", words), (*cells.codes(part["evidence"] or ""), *old)))
        if part["stop"] != ";" and parts:
            seat = "; ".join(words for words, _ in parts[1:])
            seat_codes = tuple(dict.fromkeys(code for _, several in parts[1:] for code in several))
            found.append(Place(parts[0][0], seat, molecule, parts[0][1] or seat_codes, seat_codes))
            parts = []
    return found
