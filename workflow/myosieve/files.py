"""Reading and writing at the edge: whole files or none, one way to read a table, digests, and what ships along."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from myosieve.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from myosieve.schema import Table

# Ten significant digits: below every tolerance that a result is held to, above the last-bit noise of linear algebra.
FLOAT_FORMAT = "%.10g"


@contextmanager
def writing(path: Path | str) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it into place on success, remove it on any failure."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.", suffix=path.suffix)
    os.close(handle)
    aside = Path(name)
    try:
        yield aside
        # mkstemp makes files private; a result should be as readable as any new file of this user.
        umask = os.umask(0)
        os.umask(umask)
        aside.chmod(0o666 & ~umask)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


@contextmanager
def writing_folder(folder: Path | str) -> Iterator[Path]:
    """Yield an empty temporary folder; on success move its files to `folder`, on failure leave `folder` as it was."""
    folder = Path(folder)
    made = not folder.exists()
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        yield aside
        folder.mkdir(exist_ok=True)
        made = False
        for path in sorted(aside.iterdir()):
            path.replace(folder / path.name)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        if made and folder.exists() and not any(folder.iterdir()):
            folder.rmdir()


def write_json(path: Path | str, content: Any) -> None:
    """Write sorted, indented JSON whole or not at all."""
    with writing(path) as aside:
        aside.write_text(json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def read_json(path: Path | str) -> Any:
    """Read a JSON file that a step of MyoSieve wrote."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError("the file does not exist", path, "check the path, or run the step that writes it") from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError(f"not readable as JSON ({error})", path, "give the JSON file that MyoSieve wrote") from None


def write_table(path: Path | str, table: pd.DataFrame) -> None:
    """Write TSV, or Parquet where the path ends in .parquet; missing is empty, floats carry ten significant digits."""
    with writing(path) as aside:
        if Path(path).suffix == ".parquet":
            table.to_parquet(aside, index=False)
        else:
            table.to_csv(aside, sep="\t", index=False, float_format=FLOAT_FORMAT, lineterminator="\n")


def read_table(path: Path | str, table: Table | None = None) -> pd.DataFrame:
    """Read a TSV or Parquet table that MyoSieve or its user wrote.

    Parameters
    ----------
    path
        The file; Parquet by its ending, else tab-separated UTF-8.
    table
        What is expected; its columns are read as their kind says and must all be there. Without it, the first column is
        text and the others are what pandas finds.

    Returns
    -------
    DataFrame with empty cells as missing; the text "NA" stays text, since it is a gene name.

    Raises
    ------
    InputError
        The file is missing, empty, not a table, or lacks a column.
    """
    import pandas as pd

    path = Path(path)
    options: dict[str, Any] = {"sep": "\t", "keep_default_na": False, "na_values": [""]}
    try:
        if path.suffix == ".parquet":
            frame = pd.read_parquet(path)
        elif table is None:
            first = pd.read_csv(path, nrows=0, sep="\t").columns[:1]
            frame = pd.read_csv(path, dtype=dict.fromkeys(first, str), **options)
        else:
            frame = pd.read_csv(path, dtype=table.dtypes(), **options)
    except FileNotFoundError:
        raise InputError("the file does not exist", path, "check the path, or run the step that writes it") from None
    except pd.errors.EmptyDataError:
        raise InputError("the file is empty", path, "give a tab-separated table with a header line") from None
    except (ValueError, OSError) as error:  # pandas' parser errors and pyarrow's are ValueErrors
        raise InputError(f"not readable as a table ({error})", path, "give a tab-separated UTF-8 table") from None
    if table is not None:
        table.require(frame, path)
    return frame


def sha256(path: Path | str) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal."""
    with Path(path).open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def shipped(name: str) -> Path:
    """Return the path of something that ships with MyoSieve: `schemas/...`, `knowledge/...` or `models/...`.

    In a source tree these stand in `workflow/schemas`, `resources/knowledge` and `resources/models`; a built wheel carries
    copies inside the package.
    """
    package = Path(__file__).parent
    tree = package.parents[1]
    places = {"schemas": tree / "workflow", "knowledge": tree / "resources", "models": tree / "resources"}
    path = places[name.split("/")[0]] / name
    return path if path.exists() else package / "shipped" / name
