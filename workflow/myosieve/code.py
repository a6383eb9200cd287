"""Digest of the code that a stage runs, so that a changed formula makes its results stale and a comment does not.

Snakemake sees a rule's command line, not the package behind it: without this, an edit in the package would leave old
results in place.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parent


def stage_digest(stage: str, package: Path = PACKAGE) -> str:
    """Return a digest of a stage's modules and of all they import inside the package.

    Python files count by their syntax tree without docstrings; other files in the stage's folder (templates) by content.

    Parameters
    ----------
    stage
        Name of the stage's folder in the package, or of a module beside it (`provenance`).
    package
        The package's folder.

    Returns
    -------
    Sixteen hexadecimal digits.
    """
    folder = package / stage
    pending = sorted(folder.glob("*.py")) if folder.is_dir() else [package / f"{stage}.py"]
    seen: dict[Path, str] = {}
    while pending:
        path = pending.pop()
        if path in seen:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        pending += _imported(tree, path, package)
        seen[path] = ast.dump(_without_docstrings(tree), include_attributes=False)
    digest = hashlib.sha256()
    for path in sorted(seen):
        digest.update(f"{path.relative_to(package).as_posix()}\n{seen[path]}\n".encode())
    if folder.is_dir():
        for path in _beside(folder):
            digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _beside(folder: Path) -> Iterator[Path]:
    """Yield what is no Python in a stage's folder, and below it in folders that are no stage of their own, in order."""
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.suffix not in (".py", ".pyc"):
            yield path
        elif path.is_dir() and path.name != "__pycache__" and not (path / "__init__.py").is_file():
            yield from _beside(path)


def _imported(tree: ast.AST, path: Path, package: Path) -> Iterator[Path]:
    """Yield the files of the package that a module imports, wherever in it the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] != package.name:
                continue
            target = package.joinpath(*parts[1:])
            for candidate in (target.with_suffix(".py"), target / "__init__.py"):
                if candidate.is_file() and candidate != path:
                    yield candidate


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                node.body = node.body[1:]
    return tree
