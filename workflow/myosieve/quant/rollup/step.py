"""`myosieve rollup`: precursors of an intake -> protein groups, all or one part of them; and the way back from the parts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from myosieve import files, schema
from myosieve.errors import InputError
from myosieve.progress import on_terminal
from myosieve.provenance import Summary
from myosieve.quant.rollup.detection import DetectionCurve
from myosieve.quant.rollup.methods import CITATIONS, METHODS, RolledUp, part_of, roll_up

ENGINE = "engine"
_CURVE = b"detection_curve"


@dataclass(frozen=True)
class ProteinValues:
    """Log2 intensities of protein groups, and where they came from.

    Attributes
    ----------
    log2
        Protein groups x samples, NaN = missing.
    estimates
        `schema.ESTIMATES`: what `dpc` estimates of every group and sample; without rows otherwise.
    told
        A sentence for the methods text; "" where the search engine's values were taken.
    warnings
        What a reader should know.
    """

    log2: pd.DataFrame
    estimates: pd.DataFrame
    told: str = ""
    warnings: tuple[str, ...] = ()


def rollup(intake: Path, settings: Mapping[str, Any], out: Path, part: tuple[int, int]) -> Summary:
    """Roll up one part of the protein groups and write it as Parquet, for `protein_values` to collect.

    Parameters
    ----------
    intake
        Folder that `myosieve intake` wrote.
    settings
        `rollup`.
    out
        The part: protein_group, then log2 per sample; with `dpc` estimates and standard errors behind them. Without rows where
        the search engine's own values will be taken.
    part
        (k, of), 1-based.
    """
    if not 1 <= part[0] <= part[1]:
        raise InputError(f"part {part[0]} of {part[1]}", "command line", "give --part from 1 to --parts")
    method = chosen_method(settings["rollup"], intake)
    if method == ENGINE:
        table, curve = pd.DataFrame({"protein_group": pd.Series(dtype="str")}), None
    else:
        names, samples, log2, groups = _precursors(intake)
        found = roll_up(log2, groups, method, part, on_terminal("protein groups rolled up"))
        keys = [names[place] for place in part_of(groups, part)]
        table, curve = _as_part(found, keys, samples), found.curve
    _write_part(out, table, curve)
    return Summary(counts={"protein_groups": len(table), "part": f"{part[0]} of {part[1]}"})


def chosen_method(wanted: str, intake: Path) -> str:
    """Return how protein groups get their values: by a method of `METHODS`, or `engine`.

    `auto` takes the search engine's protein values where the table has any, since they rest on more than the table shows, and
    MaxLFQ where it has precursors only.
    """
    import pyarrow.parquet as pq

    try:
        precursors = pq.read_metadata(intake / "precursors.parquet").num_rows
    except (OSError, ValueError):
        raise InputError("precursors.parquet is missing or damaged", intake, "run `myosieve intake` again") from None
    values = files.read_table(intake / "intensities.tsv").iloc[:, 1:].notna().to_numpy().any()
    if wanted == "auto":
        return "maxlfq" if precursors and not values else ENGINE
    if wanted in METHODS and not precursors:
        raise InputError(
            f"rollup is {wanted!r}, but the table has no precursors",
            intake,
            "give a table of precursors (report.parquet, evidence.txt, combined_ion.tsv, ...), or set rollup to auto",
        )
    if wanted == ENGINE and not values:
        raise InputError(
            "rollup is 'engine', but the table has no values of protein groups", intake, "set rollup to maxlfq or auto"
        )
    return wanted


def protein_values(intake: Path, wanted: str, engine: pd.DataFrame, parts: Sequence[Path] = ()) -> ProteinValues:
    """Return the protein groups' log2 intensities.

    Parameters
    ----------
    intake
        Folder that `myosieve intake` wrote.
    wanted
        The setting `rollup`.
    engine
        The search engine's log2 intensities of the protein groups x samples.
    parts
        What `rollup` wrote of each part; without any, the precursors are rolled up here.
    """
    method = chosen_method(wanted, intake)
    empty = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in schema.ESTIMATES.dtypes().items()})
    if method == ENGINE:
        return ProteinValues(engine, empty)
    if parts:
        read = [_read_part(path, intake) for path in parts]
        table = pd.concat([table for table, _ in read], ignore_index=True)
        curve = next((curve for _, curve in read if curve is not None), None)
    else:
        names, samples, log2, groups = _precursors(intake)
        found = roll_up(log2, groups, method, progress=on_terminal("protein groups rolled up", len(np.unique(groups))))
        table, curve = _as_part(found, [names[place] for place in np.unique(groups)], samples), found.curve
    table = table.set_index("protein_group")
    if table.index.duplicated().any() or set(table.index) - set(engine.index):
        raise InputError("the parts are not those of this intake", parts[0], "run `myosieve rollup` again")
    values = table[list(engine.columns)].reindex(engine.index)
    estimates = _estimates(table, engine) if method == "dpc" else empty
    told = f"Protein groups were quantified from their precursors by {CITATIONS[method]}"
    if curve is not None:
        told += (
            f"; probability of detection logit-linear in log2 intensity with slope {curve.slope:.2f} ({curve.source})"
        )
    return ProteinValues(values, estimates, f"{told}.", _warnings(method, estimates))


def _warnings(method: str, estimates: pd.DataFrame) -> tuple[str, ...]:
    if method != "dpc":
        return ()
    nothing = float((estimates["precursors"] == 0).mean())
    text = (
        f"dpc estimates {nothing:.1%} of the protein values from the absence of every precursor: they stand in "
        "estimates.parquet with their standard errors, for method dpc; any other test takes them as missing"
    )
    return (text,)


def _precursors(intake: Path) -> tuple[list[str], list[str], np.ndarray, np.ndarray]:
    """Return protein groups, samples, log2 of the precursors (p x n), and the position of each precursor's group."""
    import pyarrow.parquet as pq

    path = intake / "precursors.parquet"
    names = list(files.read_table(intake / "proteins.tsv", schema.PROTEINS)["protein_group"])
    stored = pq.ParquetFile(path)
    columns = [name for name in stored.schema_arrow.names if name not in schema.PRECURSORS.names]
    log2 = np.empty((stored.metadata.num_rows, len(columns)))
    for place, name in enumerate(columns):  # a column at a time: the whole table may be as large as memory allows once
        linear = stored.read(columns=[name]).column(0).to_numpy()
        with np.errstate(divide="ignore", invalid="ignore"):
            log2[:, place] = np.where(linear > 0, np.log2(linear), np.nan)
    of_precursor = stored.read(columns=["protein_group"]).column(0).to_pandas()
    groups = pd.Index(names).get_indexer(of_precursor)
    if (groups < 0).any():
        missing = of_precursor[groups < 0].iloc[0]
        raise InputError(f"protein group {missing!r} is not in proteins.tsv", path, "run `myosieve intake` again")
    # In the order of their names: where a method has ties to break, the order of the table's rows means nothing.
    order = np.argsort(stored.read(columns=["precursor"]).column(0).to_pandas().to_numpy(dtype=str), kind="stable")
    return names, columns, log2[order], groups[order]


def _as_part(found: RolledUp, keys: Sequence[str], samples: Sequence[str]) -> pd.DataFrame:
    table = pd.DataFrame(found.log2, columns=list(samples))
    table.insert(0, "protein_group", list(keys))
    if found.estimates is not None and found.standard_errors is not None and found.observed is not None:
        more = {
            "log2": found.estimates, "se": found.standard_errors, "precursors": found.observed.astype(float),
        }  # fmt: skip
        wide = [pd.DataFrame(values, columns=[f"{kind}\t{one}" for one in samples]) for kind, values in more.items()]
        table = pd.concat([table, *wide], axis=1)
    return table


def _estimates(table: pd.DataFrame, engine: pd.DataFrame) -> pd.DataFrame:
    samples = list(engine.columns)
    keys = [key for key in engine.index if key in table.index]
    blocks = {kind: table.loc[keys, [f"{kind}\t{one}" for one in samples]] for kind in ("log2", "se", "precursors")}
    long = pd.DataFrame(
        {
            "protein_group": np.repeat(keys, len(samples)),
            "sample": np.tile(samples, len(keys)),
            **{kind: block.to_numpy().ravel() for kind, block in blocks.items()},
        }
    )
    return schema.ESTIMATES.arrange(long)


def _write_part(path: Path, table: pd.DataFrame, curve: DetectionCurve | None) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    content = pa.Table.from_pandas(table, preserve_index=False)
    if curve is not None:
        content = content.replace_schema_metadata(
            {**(content.schema.metadata or {}), _CURVE: json.dumps(asdict(curve))}
        )
    with files.writing(path) as aside:
        pq.write_table(content, aside)


def _read_part(path: Path, intake: Path) -> tuple[pd.DataFrame, DetectionCurve | None]:
    import pyarrow.parquet as pq

    try:
        content = pq.read_table(path)
    except (OSError, ValueError):
        raise InputError("not a part that `myosieve rollup` wrote", path, f"run it on {intake} again") from None
    told = (content.schema.metadata or {}).get(_CURVE)
    return content.to_pandas(), DetectionCurve(**json.loads(told)) if told else None
