"""One entry of UniProt: what its cells say about itself, and which source a statement of it belongs to.

Sources, by the evidence that UniProt gives (https://www.uniprot.org/help/evidences):

- `uniprot_experimental`: experiment or a curator's judgment (ECO:0000269, 0007744, 0000305, 0000303);
- `uniprot_reviewed`: similarity, sequence analysis or nothing said, in a reviewed entry; also what it leaves out;
- `uniprot_automatic`: rules (ECO:0000256, 0000259), and everything in an entry that nobody reviewed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from myosieve.errors import InputError
from myosieve.evidence.uniprot import cells
from myosieve.evidence.uniprot.cells import Feature

# Column of the release that a table comes from, where that is known.
RELEASE = "UniProt release"

EXPERIMENTAL, REVIEWED, AUTOMATIC = SOURCES = ("uniprot_experimental", "uniprot_reviewed", "uniprot_automatic")
# 0000244 is what 0007744, mass spectrometry of many proteins at once, was called until 2021.
_EXPERIMENTAL_CODES = frozenset({"ECO:0000269", "ECO:0007744", "ECO:0000244", "ECO:0000305", "ECO:0000303"})
_AUTOMATIC_CODES = frozenset({"ECO:0000256", "ECO:0000259"})

Row = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """One row of the table: its cells by UniProt's current column names; a column that the table lacks has no key."""

    accession: str
    cells: dict[str, str]
    where: str

    @property
    def reviewed(self) -> bool | None:
        """Whether the entry is of Swiss-Prot; None where the table does not tell."""
        status = self.cells.get("Reviewed", "").lower()
        if "reviewed" in status:
            return "unreviewed" not in status
        # An unreviewed entry is named by its accession: A0A024RBG1_HUMAN.
        name = self.cells.get("Entry Name", "")
        return None if "_" not in name else name.split("_")[0] != self.cells.get("Entry", "")

    @property
    def fragment(self) -> bool:
        """Whether the sequence is a piece of the protein."""
        names = self.cells.get("Protein names", "")
        return self.cells.get("Fragment", "").startswith("fragment") or names.endswith(("(Fragment)", "(Fragments)"))

    @property
    def note(self) -> str:
        """What to know about all rows of the entry: that another one stands in for the accession."""
        entry = self.cells.get("Entry", "")
        return "" if self.accession == entry else f"from {entry}, into which {self.accession} was merged"

    def features(self, column: str) -> list[Feature] | None:
        """Return the features of a column; None where the table lacks it."""
        if column not in self.cells:
            return None
        if not self.cells[column]:
            return []
        try:
            return cells.parse(self.cells[column])
        except ValueError as error:
            place = f"column {column!r} of {self.accession}"
            raise InputError(f"{place}: {error}", self.where, "download the table again as TSV") from None

    def source(self, codes: Iterable[str]) -> str:
        """Return the source that a statement with these ECO codes belongs to."""
        codes = set(codes)
        if self.reviewed is False:
            return AUTOMATIC
        if codes & _EXPERIMENTAL_CODES:
            return EXPERIMENTAL
        unsaid = not codes and self.reviewed is None
        return AUTOMATIC if unsaid or (codes and codes <= _AUTOMATIC_CODES) else REVIEWED

    def row(self, feature: str, call: str, codes: Sequence[str] = (), detail: str = "", **more: Any) -> Row:
        """Return one row of evidence on this entry; `more` overrides columns."""
        row: Row = {
            "accession": self.accession,
            "source": self.source(codes),
            "version": self.cells.get(RELEASE, ""),
            "feature": feature,
            "call": call,
            "start": math.nan,
            "end": math.nan,
            "score": math.nan,
            "evidence_code": ";".join(codes),
            "detail": "; ".join(text for text in (detail, self.note) if text),
        }
        return row | more
