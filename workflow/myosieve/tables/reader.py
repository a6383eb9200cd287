"""What a reader of one kind of table is, and what a user may ask of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from myosieve.tables.samples import Samples
from myosieve.tables.source import Source
from myosieve.tables.table import QuantTable


@dataclass(frozen=True)
class Choice:
    """What the user asks of a table.

    Attributes
    ----------
    quantity
        auto, or a key of `table.QUANTITIES`.
    scale
        auto (linear, unless the engine writes logarithms), linear, log2, log10 or ln.
    identification
        Largest q-values and posterior error probabilities of rows to keep, by the keys of the config's `identification`.
    columns
        The config's column map for tables of no known engine.
    """

    quantity: str = "auto"
    scale: str = "auto"
    identification: Mapping[str, float] = field(default_factory=dict)
    columns: Mapping[str, object] = field(default_factory=dict)

    @property
    def asked_scale(self) -> tuple[str, bool]:
        """The scale to read on where the engine writes linear values, and whether the user asked for it."""
        return ("linear", False) if self.scale == "auto" else (self.scale, True)


@dataclass(frozen=True)
class Reader:
    """One kind of table.

    Attributes
    ----------
    format
        The config's name of the engine ("maxquant").
    engine
        Its name ("MaxQuant").
    table
        What the table is called ("proteinGroups.txt").
    lacks
        Header -> what such a table has and this one has not ("a column 'Protein IDs'"); '' where nothing lacks.
    read
        Reads the sheet's samples; raises InputError where table and sheet do not fit together.
    citation
        Author, year and doi of the engine; "" where there is none.
    """

    format: str
    engine: str
    table: str
    lacks: Callable[[Sequence[str]], str]
    read: Callable[[Source, Samples, Choice], QuantTable]
    citation: str = ""
