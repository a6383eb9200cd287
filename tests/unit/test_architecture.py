"""The house keeps its order: data flows one way, no room knows the commands or Snakemake."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import myosieve
from myosieve.code import stage_digest

PACKAGE = Path(myosieve.__file__).parent
# The way of the data; a room may import the rooms before it.
ROOMS = ["statistics", "tables", "quant", "differential", "immunoassay", "sequence", "evidence"]
ROOMS += ["secretome", "tissues", "ranking", "crosstalk", "compare", "report"]
# What every room may import, and what these may import of each other, in order.
FOUNDATION = ["errors", "threads", "progress", "schema", "knowledge", "files", "settings", "provenance"]


def imports(path: Path) -> set[str]:
    """Return the dotted names that a module imports, wherever in it the import stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def parts_of(path: Path) -> set[str]:
    """Return the rooms and modules of the package that a module imports."""
    return {name.split(".")[1] for name in imports(path) if name.startswith("myosieve.")}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def test_every_folder_of_the_package_is_a_room_of_the_list() -> None:
    assert sorted(p.parent.name for p in PACKAGE.glob("*/__init__.py")) == sorted(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_the_foundation_and_rooms_before_it(room: str) -> None:
    allowed = set(FOUNDATION) | set(ROOMS[: ROOMS.index(room) + 1])
    for path in (PACKAGE / room).rglob("*.py"):
        known = {part for part in parts_of(path) if (PACKAGE / part).is_dir() or (PACKAGE / f"{part}.py").is_file()}
        assert known <= allowed, f"{path.relative_to(PACKAGE)} imports {sorted(known - allowed)}"


@pytest.mark.parametrize("name", FOUNDATION)
def test_the_foundation_imports_no_room(name: str) -> None:
    known = {p for p in parts_of(PACKAGE / f"{name}.py") if (PACKAGE / p).is_dir() or (PACKAGE / f"{p}.py").is_file()}
    assert known <= set(FOUNDATION)


def test_nothing_in_the_package_imports_snakemake_and_no_room_the_commands() -> None:
    for path in modules():
        assert not any(name.split(".")[0] == "snakemake" for name in imports(path)), path
        if path.parent != PACKAGE:
            assert "cli" not in parts_of(path), path


def test_only_steps_and_readers_touch_settings() -> None:
    for path in modules():
        if path.parent != PACKAGE and path.name != "step.py":
            assert "settings" not in parts_of(path), path


def test_the_commands_start_without_the_heavy_libraries() -> None:
    assert not {name.split(".")[0] for name in imports_at_top(PACKAGE / "cli.py")} & {
        "pandas",
        "numpy",
        "scipy",
        "plotly",
    }


def imports_at_top(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


# ---- the digest that makes changed code stale --------------------------------------------------------------------


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "myosieve"
    for room in ("first", "second"):
        (folder / room).mkdir(parents=True)
        (folder / room / "__init__.py").write_text("")
    (folder / "shared.py").write_text("def scale(x):\n    return 2 * x\n")
    (folder / "first" / "step.py").write_text(
        '"""A stage."""\n\n\ndef run(x):\n    """Double."""\n    from myosieve.shared import scale\n\n'
        "    return scale(x)  # why\n"
    )
    (folder / "second" / "step.py").write_text("def run(x):\n    return x + 1\n")
    return folder


def test_a_comment_or_docstring_or_blank_line_changes_no_digest(package: Path) -> None:
    before = stage_digest("first", package)
    step = package / "first" / "step.py"
    step.write_text("# a comment\n" + step.read_text().replace("# why", "# why else").replace("Double.", "Times two."))
    assert stage_digest("first", package) == before


def test_a_changed_formula_changes_the_digest_of_its_stage_only(package: Path) -> None:
    before = {room: stage_digest(room, package) for room in ("first", "second")}
    step = package / "second" / "step.py"
    step.write_text(step.read_text().replace("x + 1", "x + 2"))
    assert stage_digest("second", package) != before["second"]
    assert stage_digest("first", package) == before["first"]


def test_a_changed_formula_in_an_imported_module_changes_the_digest(package: Path) -> None:
    before = {room: stage_digest(room, package) for room in ("first", "second")}
    (package / "shared.py").write_text("def scale(x):\n    return 3 * x\n")
    assert stage_digest("first", package) != before["first"]
    assert stage_digest("second", package) == before["second"]


@pytest.mark.parametrize("name", ["page.html", "browser/main.js"])
def test_a_changed_template_or_program_in_the_stages_folder_changes_the_digest(package: Path, name: str) -> None:
    path = package / "first" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("a")
    before = stage_digest("first", package)
    path.write_text("b")
    assert stage_digest("first", package) != before


def test_what_python_and_numba_cache_changes_no_digest(package: Path) -> None:
    before = stage_digest("first", package)
    cache = package / "first" / "__pycache__"
    cache.mkdir()
    (cache / "step.scale-1.py311.nbi").write_bytes(b"compiled")
    assert stage_digest("first", package) == before


def test_every_stage_of_the_real_package_has_its_own_digest() -> None:
    digests = [stage_digest(room) for room in [*ROOMS, "provenance"]]
    assert len(set(digests)) == len(digests)


def test_the_tests_of_contrasts_import_nothing_that_takes_longer_than_they_do() -> None:
    heavy = ("scipy.stats", "scipy.optimize", "formulaic", "numba")
    told = f"import sys, myosieve.differential.step; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
