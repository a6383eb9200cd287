"""A table of UniProt entries -> rows of evidence.

`entry` tells which of the three sources a row names. Helices and segments are one statement about the whole chain, so that
all of an entry's helices (and all of its segments) name the source of the weakest of them; each row keeps its own codes.
What a reviewed entry does not mention it denies, if the table has the column; of a fragment that is unknown, and an entry
that nobody reviewed says nothing by it. Positions count on the sequence that UniProt shows, the canonical one; those of an
isoform get the isoform's accession.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd

from myosieve import schema
from myosieve.errors import InputError
from myosieve.evidence.uniprot import columns, locations
from myosieve.evidence.uniprot.cells import Feature
from myosieve.evidence.uniprot.entry import AUTOMATIC, RELEASE, SOURCES, Entry, Row
from myosieve.tables.accessions import UNIPROT

COLUMNS = tuple(name for name in schema.EVIDENCE.names if name != "protein_group")
# Sides of the membrane in the vocabulary of https://www.uniprot.org/help/topo_dom. What lies in mitochondria, plastids or
# peroxisomes is on neither side: their membranes are no part of the way out of the cell.
_OUTSIDE = (
    *("extracellular", "exoplasmic loop", "lumenal", "lumenal, vesicle", "lumenal, melanosome", "perinuclear space"),
    *("vacuolar", "intravacuolar", "vesicular", "intragranular", "periplasmic", "virion surface"),
)
_INSIDE = ("cytoplasmic", "nuclear")

# Terms that name the outside itself; their children (exosome, vesicle, blood microparticle) hold what leaks as well.
_ONTOLOGY = {
    "GO:0005576": "extracellular region",
    "GO:0005615": "extracellular space",
    "GO:0031012": "extracellular matrix",
}
_TERM = re.compile(r"GO:\d{7}")
_ANCHOR = "signal anchor, not cleaved"


def evidence_rows(table: pd.DataFrame, where: Path | str = "the UniProt table") -> pd.DataFrame:
    """Return what a table of UniProt entries says, as rows of evidence.

    Parameters
    ----------
    table
        One row per entry, text cells under the names that UniProt writes (`columns.FIELDS`, in any spelling known to
        `columns.recognized`), at least `Entry`; `From`, where it holds an accession, is the one the rows are given;
        `UniProt release` their version. Missing cells count as empty. The first row of an accession counts.
    where
        What to call the table in an error.

    Returns
    -------
    DataFrame with COLUMNS; the index counts the entries, so that the rows of one stay together.

    Raises
    ------
    InputError
        A cell is not what UniProt writes.
    """
    found = columns.recognized(table.columns)
    if "Entry" not in found.values():
        raise InputError("column 'Entry' is missing", where, "download the table from uniprot.org with it")
    named = table[list(found)].rename(columns=found).fillna("")
    if RELEASE in table.columns:
        named[RELEASE] = table[RELEASE].fillna("")
    named = named.astype(str)
    entries: dict[str, Entry] = {}
    for accession, record in zip(_accessions(named), named.to_dict("records"), strict=True):
        values = {name: cell.strip() for name, cell in record.items()}
        if accession:
            entries.setdefault(accession, Entry(accession, values, str(where)))
    listed = [(number, row) for number, entry in enumerate(entries.values()) for row in _rows(entry)]
    return pd.DataFrame(
        [row for _, row in listed], columns=list(COLUMNS), index=[number for number, _ in listed]
    ).astype({"start": float, "end": float, "score": float})


def _accessions(named: pd.DataFrame) -> list[str]:
    """Return the accession that each entry's rows are given: the one asked for, where that means this entry alone."""
    entries = named["Entry"].str.strip().tolist()
    if columns.ASKED not in named:
        return entries
    asked = named[columns.ASKED].str.strip().tolist()
    # An accession that was split up leads to several entries, and there is no telling which of them is meant.
    meant: dict[str, set[str]] = {}
    for one, entry in zip(asked, entries, strict=True):
        meant.setdefault(one, set()).add(entry)
    return [
        one if UNIPROT.fullmatch(one) and "-" not in one and len(meant[one]) == 1 else entry
        for one, entry in zip(asked, entries, strict=True)
    ]


def _rows(entry: Entry) -> list[Row]:
    readers: tuple[Callable[[Entry], list[Row]], ...] = (_signal, _helices, _sides, _anchor, _transit, _places)
    return [row for read in readers for row in read(entry)]


def _isoforms(features: Iterable[Feature]) -> dict[str, list[Feature]]:
    """Return the features by the isoform that they count on; "" is the sequence shown, and always there."""
    found: dict[str, list[Feature]] = {"": []}
    for feature in features:
        found.setdefault(feature.sequence, []).append(feature)
    return found


def _unmentioned(entry: Entry, feature: str, detail: str = "") -> list[Row]:
    """Return what it means that an entry does not mention a feature."""
    if not entry.reviewed:
        return []
    return [entry.row(feature, "unknown", (), "fragment") if entry.fragment else entry.row(feature, "no", (), detail)]


def _cleaved(feature: Feature) -> bool:
    return "not cleaved" not in feature.note.lower()


def _signal(entry: Entry) -> list[Row]:
    """Return one row per sequence: the best proven signal peptide, alternatives in its detail."""
    features = entry.features("Signal peptide")
    if features is None:
        return []
    rows = []
    for isoform, signals in _isoforms(features).items():
        as_isoform = {"accession": isoform} if isoform else {}
        cleaved = [one for one in signals if _cleaved(one)]
        if cleaved:
            # Sorting is stable: UniProt's order decides between equals.
            best, *others = sorted(
                cleaved, key=lambda one: (SOURCES.index(entry.source(one.codes)), math.isnan(_site(one)))
            )
            words = ["cleavage site uncertain"] if best.end_sign == "?" and not math.isnan(best.end) else []
            words += [one.note for one in (best, *others) if one.note]
            words += [f"or {one.start:.0f}..{_site(one):.0f}" for one in others if not math.isnan(_site(one))]
            detail = "; ".join(dict.fromkeys(words))
            place = {"start": best.start, "end": _site(best)}
            rows.append(entry.row("signal_peptide", "yes", best.codes, detail, **place, **as_isoform))
        elif signals:
            rows.append(entry.row("signal_peptide", "no", signals[0].codes, _ANCHOR, **as_isoform))
        elif not isoform:
            rows += _unmentioned(entry, "signal_peptide")
    return rows


def _site(signal: Feature) -> float:
    """Return the last residue of a signal peptide; one that goes beyond a fragment has no known end."""
    return math.nan if signal.end_sign == ">" else signal.end


def _helices(entry: Entry) -> list[Row]:
    """Return helices and barrel; an uncleaved signal peptide is a helix, whichever of the two columns tells of it."""
    spans = entry.features("Transmembrane")
    anchors = [one for one in entry.features("Signal peptide") or [] if not _cleaved(one)]
    rows = []
    for isoform, here in _isoforms([*(spans or []), *anchors]).items():
        as_isoform = {"accession": isoform} if isoform else {}
        strands = [one for one in here if one.note.lower().startswith("beta strand")]
        helices = [one for one in here if one.kind == "TRANSMEM" and one not in strands]
        helices += [one for one in here if one.kind == "SIGNAL" and not any(_overlap(one, span) for span in helices)]
        source = _weakest(entry, helices)
        for one in sorted(helices, key=lambda one: (math.isnan(one.start), one.start)):
            detail = _ANCHOR if one.kind == "SIGNAL" else "" if one.note == "Helical" else one.note
            place = {"start": one.start, "end": one.end, "source": source}
            rows.append(entry.row("tm_helix", "yes", one.codes, detail, **place, **as_isoform))
        if not helices and not isoform and spans is not None:
            rows += _unmentioned(entry, "tm_helix", _embedded(entry))
        if strands:
            codes = tuple(dict.fromkeys(code for one in strands for code in one.codes))
            place = {"start": min(one.start for one in strands), "end": max(one.end for one in strands)}
            place["source"] = _weakest(entry, strands)
            rows.append(entry.row("beta_barrel", "yes", codes, strands[0].note.split(";")[0], **place, **as_isoform))
    return rows


def _overlap(one: Feature, other: Feature) -> bool:
    # With an end that is not known, no comparison holds, and the two count as one.
    return not (one.end < other.start or other.end < one.start)


def _weakest(entry: Entry, features: Iterable[Feature]) -> str:
    grades = [SOURCES.index(entry.source(one.codes)) for one in features]
    return SOURCES[max(grades, default=0)]


def _embedded(entry: Entry) -> str:
    """Return in words what dips into the membrane without crossing it."""
    inside = [one for one in entry.features("Intramembrane") or [] if not one.sequence]
    return "; ".join(f"intramembrane {one.start:.0f}-{one.end:.0f}" for one in inside)


def _sides(entry: Entry) -> list[Row]:
    segments = [
        (side, one)
        for one in entry.features("Topological domain") or []
        if (side := _side(one.note)) and not math.isnan(one.start + one.end)
    ]
    rows = []
    for isoform, here in _isoforms(one for _, one in segments).items():
        source = _weakest(entry, here)
        for one in here:
            more = {"start": one.start, "end": one.end, "source": source} | ({"accession": isoform} if isoform else {})
            rows.append(entry.row(_side(one.note), "yes", one.codes, one.note, **more))
    return rows


def _side(note: str) -> str:
    """Return outside, inside, or "" for a compartment that is neither; a vocabulary term may have words behind a ';'."""
    words = note.split(";")[0].strip().lower()
    return "outside" if words in _OUTSIDE else "inside" if words in _INSIDE else ""


def _anchor(entry: Entry) -> list[Row]:
    """Return the GPI anchor with its site, else from the location, else from the keyword."""
    sites = [one for one in entry.features("Lipidation") or [] if one.note.lower().startswith("gpi-anchor")]
    if sites:
        more = [{"accession": one.sequence} if one.sequence else {} for one in sites]
        return [
            entry.row("gpi", "yes", one.codes, one.note, start=one.start, end=one.end, **as_isoform)
            for one, as_isoform in zip(sites, more, strict=True)
        ]
    held = [one for one in _parsed_places(entry) if one.anchored_by_gpi]
    if held:
        best = min(held, key=lambda one: SOURCES.index(entry.source(one.seat_codes)))
        return [entry.row("gpi", "yes", best.seat_codes, best.text)]
    return [entry.row("gpi", "yes", (), "keyword GPI-anchor")] if "GPI-anchor" in _keywords(entry) else []


def _transit(entry: Entry) -> list[Row]:
    """Return the organelle that a transit peptide leads into."""
    return [
        entry.row(
            "location", "yes", one.codes, f"{one.note or 'organelle'} (transit peptide)", start=one.start, end=one.end
        )
        for one in entry.features("Transit peptide") or []
        if not one.sequence
    ]


def _parsed_places(entry: Entry) -> list[locations.Place]:
    return locations.parse(entry.cells.get("Subcellular location [CC]", ""))


def _keywords(entry: Entry) -> list[str]:
    return [word.strip() for word in entry.cells.get("Keywords", "").split(";")]


def _places(entry: Entry) -> list[Row]:
    """Return where the protein is, and which of the places, keyword and ontology terms are outside of the cell."""
    places = _parsed_places(entry)
    rows = [entry.row("location", "yes", one.codes, one.text) for one in places]
    outside = [entry.row("extracellular", "yes", one.codes, one.text) for one in places if one.extracellular]
    # The keyword repeats the location, and stands as well for what is found in vesicles only.
    if not outside and "Secreted" in _keywords(entry) and not any(one.words.startswith("Secreted") for one in places):
        outside = [entry.row("extracellular", "yes", (), "keyword Secreted")]
    ontology = entry.cells.get("Gene Ontology (cellular component)") or entry.cells.get(columns.ALL_ONTOLOGY, "")
    terms = [f"{_ONTOLOGY[term]} [{term}]" for term in _TERM.findall(ontology) if term in _ONTOLOGY]
    if terms:
        # UniProt's column does not tell experiments from automatic annotation, so that it counts as the latter.
        outside.append(entry.row("extracellular", "yes", (), "; ".join(dict.fromkeys(terms)), source=AUTOMATIC))
    return rows + outside
