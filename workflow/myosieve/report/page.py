"""The page for people: one HTML file that holds its figures, tables and programs, and asks no host for anything.

The two libraries stand in it compressed, and are unpacked and run when the first figure or table comes into view: the text is
there at once. Its Content-Security-Policy forbids every request and runs only the scripts whose SHA-256 it names, so that a
name in somebody's table can neither load nor run anything, even where an escape should fail.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import importlib.resources
import json
import re
import zlib
from typing import Any

import pandas as pd

from myosieve import schema
from myosieve.report import checks, explorer, figures, quality_figures, validation_words
from myosieve.report.content import Content, Contrast
from myosieve.report.crosstalk_section import crosstalk_section
from myosieve.report.theme import PANEL_COLORS, SECRETION_COLORS
from myosieve.report.time_courses_section import time_courses
from myosieve.report.workbook import UNIPROT, UNIPROT_ENTRY
from myosieve.secretome.leak import NOT_RUN

_TOP_ROWS = 10
# The programs of the page, in the order in which they build on one another.
_PROGRAMS = ("unpacking", "plots", "table", "protein", "explorer", "main")


def page(content: Content) -> str:
    """Return report.html as text, the same for the same content."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("myosieve.report", package_path=""),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": number, "percent": percent, "packed": packed, "packed_text": packed_text,
        "or_blank": or_blank, "interval": interval,
    }  # fmt: skip
    own = importlib.resources.files("myosieve.report")
    libraries = {"plotly": _plotly(), "tables": _table_library()}
    program = _unbroken("".join((own / "browser" / f"{name}.js").read_text(encoding="utf-8") for name in _PROGRAMS))
    groups = explorer.protein_order(content)
    first, others = checks.first_three(content.warned)
    return environment.get_template("page.html.j2").render(
        content=content,
        policy=policy([*libraries.values(), program]),
        libraries=libraries,
        program=program,
        styles=_table_styles() + (own / "page.css").read_text(encoding="utf-8"),
        first_warnings=first,
        other_warnings=others,
        sections=[_section(i, contrast, content) for i, contrast in enumerate(content.contrasts, start=1)],
        explored=_explored(content, groups),
        sample_figures=_sample_figures(content),
        crosstalk=crosstalk_section(content),
        time_courses=time_courses(content),
        validation=validation_words.section(content.validation),
        colors=SECRETION_COLORS,
    )


def policy(scripts: Any) -> str:
    """Return the Content-Security-Policy: no request to anywhere, no script but these (their texts)."""
    digests = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def packed(value: Any) -> str:
    """Return JSON as `packed_text`."""
    return packed_text(json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")))


@functools.lru_cache(maxsize=4)
def packed_text(text: str) -> str:
    """Return text as base64 of its zlib stream: a fraction of the size, and no character in it that HTML could mistake."""
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def number(value: Any, form: str = ".2f") -> str:
    """Return a number as text, or nothing where it is missing."""
    return "" if pd.isna(value) else format(value, form)


def percent(value: Any, digits: int = 1) -> str:
    """Return a share as percent, or nothing where it is missing."""
    return "" if pd.isna(value) else f"{100 * value:.{digits}f} %"


def interval(row: Any) -> str:
    """Return a confidence interval in brackets; one that is open on a side says so, one that is unknown is nothing."""
    low, high = number(row.ci_low), number(row.ci_high)
    if low and high:
        return f"[{low} to {high}]"
    return f"[from {low}]" if low else f"[to {high}]" if high else ""


def or_blank(value: Any) -> str:
    """Return text, or nothing where it is missing."""
    return "" if pd.isna(value) else str(value)


def link(accession: Any) -> str:
    """Return the address of an accession's UniProt entry, or nothing where it is no UniProt accession."""
    known = isinstance(accession, str) and UNIPROT.fullmatch(accession)
    return UNIPROT_ENTRY.format(accession) if known else ""


def flags(row: Any) -> list[str]:
    """Return what a reader must know of a candidate beside its numbers: leak, serum, detection, known myokine."""
    said = [("leak", row.leak_flag), ("serum", row.serum_flag)]
    found = [f"{name}: {flag}" for name, flag in said if isinstance(flag, str) and flag != NOT_RUN]
    if row.test == "detection":
        found.append("seen in one condition only")
    if isinstance(row.known_myokine, str):
        found.append(f"known myokine: {row.known_myokine}")
    return found


def _section(index: int, contrast: Contrast, content: Content) -> dict[str, Any]:
    """Return what the template shows of one contrast."""
    best = contrast.ranked.head(_TOP_ROWS)
    return {
        "id": f"contrast-{index}",
        "contrast": contrast,
        "top": [{"row": row, "flags": flags(row), "link": link(row.accession)} for row in best.itertuples(index=False)],
        "not_run": {
            name: int((contrast.ranked[column] == NOT_RUN).sum())
            for name, column in (("leakage", "leak_flag"), ("serum", "serum_flag"))
        },
    }


def _explored(content: Content, groups: pd.Index) -> dict[str, Any]:
    """Return the data of the linked views: of the proteins, and of each contrast with its volcano."""
    drawn = []
    for contrast in content.contrasts:
        named = contrast.ranked.head(content.top)
        figure, n_absent = figures.volcano(contrast.tests, groups, named, content.fdr)
        n_labels = sum(note.get("name") == "label" for note in figure["layout"]["annotations"])
        about = {"name": contrast.name, "question": contrast.question, "n_absent": n_absent, "n_labels": n_labels,
                 "n_tested": contrast.n_tested, "n_up": contrast.n_up, "n_down": contrast.n_down}  # fmt: skip
        drawn.append({"about": about, "volcano": figure, "columns": explorer.contrast_columns(contrast, groups)})
    data = explorer.proteins(content, groups)
    classes = [name for name in SECRETION_COLORS if name in set(data["secretion_class"])]
    return {
        "proteins": data
        | {
            "criteria": explorer.criteria(schema.CANDIDATES.names),
            "colors": PANEL_COLORS,
            "study": content.study,
            "fdr": content.fdr,
        },
        "contrasts": drawn,
        "classes": classes,
        "height": drawn[0]["volcano"]["layout"]["height"],
    }


def _sample_figures(content: Content) -> list[dict[str, Any]]:
    """Return the QC figures; `figure` is None where there is nothing to draw."""
    table = content.samples_qc
    conditions = _conditions(content)
    bars = [
        ("n_peptides", "Peptides", "peptides of the protein groups that passed the filter", False),
        ("missing", "Missing values", "share of protein groups without a value", True),
        ("leak_index", "Leak index", "leak index (log2; 0 = average sample)", False),
        ("serum_share", "Serum carry-over", "share of intensity from culture serum", True),
    ]
    found = [
        {"id": column, "title": title, "note": "", "figure": figures.sample_bars(table, column, axis, share)}
        for column, title, axis, share in bars
    ]
    components = content.components
    note = "Needs at least three samples and three protein groups that most of them share."
    figure = None
    if components is not None:
        figure = figures.sample_map(components, conditions)
        filled = f", {components.n_filled} gaps at the group's mean" if components.n_filled else ", all without gaps"
        note = f"log2 intensities of {components.n_proteins} protein groups{filled}."
    found.append({"id": "components", "title": "Principal components", "note": note, "figure": figure})
    return found + _value_figures(content, conditions)


def _conditions(content: Content) -> dict[str, str]:
    """Return the condition of each sample, with the fraction behind it where that is not secretome."""
    names, conditions = (content.samples_qc[name].astype("str") for name in ("sample", "condition"))
    fractions = dict(zip(content.samples["sample"].astype("str"), content.samples["fraction"], strict=True))
    found = {}
    for name, condition in zip(names, conditions.fillna(""), strict=True):
        fraction = fractions.get(name, "secretome")
        plain = pd.isna(fraction) or fraction == "secretome"
        found[name] = condition if plain else f"{condition} ({fraction})"
    return found


def _value_figures(content: Content, conditions: dict[str, str]) -> list[dict[str, Any]]:
    whiskers = "Boxes: quartiles; whiskers: 5 and 95 % of the protein groups that passed the filter."
    many = f"Drawn for 3 to {quality_figures.MOST_CORRELATED} samples; over the protein groups that both samples have."
    before, after = content.before, content.after
    return [
        {"id": "before", "title": "Intensities before normalization", "note": whiskers,
         "figure": quality_figures.level_boxes(before, conditions, "log2 intensity")},
        {"id": "after", "title": "Intensities after normalization", "note": whiskers,
         "figure": quality_figures.level_boxes(after, conditions, "normalized log2 intensity")},
        {"id": "missing-by-level", "title": "Missing values by intensity",
         "note": "Protein groups in twenty slices of equal size by their mean observed intensity: values missing more often "
         "where proteins are faint do not miss at random.",
         "figure": quality_figures.missing_curves(before, conditions)},
        {"id": "spread", "title": "Spread between replicates", "note": whiskers,
         "figure": quality_figures.spread_boxes(after, conditions)},
        {"id": "correlation", "title": "Correlation of the samples", "note": many,
         "figure": quality_figures.correlation_map(after)},
    ]  # fmt: skip


def _plotly() -> str:
    from plotly.offline import get_plotlyjs

    return get_plotlyjs()


def _table_library() -> str:
    """Return DataTables as a script that leaves its exports in `globalThis.tableLibrary`.

    itables ships it as a module to import from an address; a page without requests has none. A function keeps its names to
    itself, as the module did.
    """
    bundle = (importlib.resources.files("itables") / "html" / "dt_bundle.js").read_text(encoding="utf-8")
    body, exports = re.subn(
        r"\bexport\s*\{([^}]*)\}\s*;?",
        lambda found: "globalThis.tableLibrary={" + re.sub(r"([\w$]+)\s+as\s+([\w$]+)", r"\2:\1", found[1]) + "};",
        bundle,
    )
    if exports != 1:
        raise RuntimeError(f"itables' bundle has {exports} export statements instead of one: pin an older itables")
    return f'(()=>{{"use strict";{body}\n}})();'


def _table_styles() -> str:
    return (importlib.resources.files("itables") / "html" / "dt_bundle.css").read_text(encoding="utf-8")


def _unbroken(script: str) -> str:
    r"""Return a script whose text cannot end its element or open a comment, with the line ends that its digest needs.

    Both sequences occur in string and regex literals only, where `\x3c` means the same.
    """
    script = script.replace("\r\n", "\n").replace("\r", "\n")
    return script.replace("<!--", r"\x3c!--").replace("</script", r"\x3c/script")
