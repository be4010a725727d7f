"""Who may import whom: the rules of the design, executed."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "psnplanner"
EVERYWHERE = {"apart", "collector", "errors", "home", "logs", "resource_files", "whole_file"}
EVERYWHERE |= {"without_pandas"}
"""Small modules at the top that any room may use."""

ROOMS: dict[str, set[str]] = {
    **{module: set() for module in EVERYWHERE},
    "__init__": set(),
    "programme": set(),
    "geography": {"programme"},
    "file": {"programme", "geography"},
    "history": {"programme", "geography"},
    "intake": {"programme", "geography"},
    "planning": {"programme", "geography"},
    "exchange": {"programme", "geography", "history"},
    "board": {"programme", "geography", "history", "planning", "style"},
    "style": {"programme"},
    "console": {"programme"},
    "hub": {"programme"},
    "session": {
        "programme", "geography", "file", "history", "intake", "planning", "exchange", "board",
        "hub",
    },
    "demo": {"programme", "geography", "planning", "session"},
    "ui": {
        "programme", "session", "style", "geography", "planning", "intake", "demo", "exchange",
    },
    "verbs": {
        "programme", "session", "console", "geography", "planning", "intake", "exchange", "hub",
    },
    "cli": {"verbs", "session", "console", "demo", "ui"},
    "__main__": {"cli", "ui", "console"},
}  # fmt: skip
"""Each room and the rooms it may import."""

ONLY_IN = {
    "PySide6": ("ui/",),
    "shiboken6": ("ui/",),
    "sqlite_utils": ("file/",),
    "pysqlite3": ("file/", "geography/mbtiles.py"),  # a stranger's map, read only
    # A stranger's copy, which GDAL opens by an SQLite of its own: only this one can be bounded.
    "sqlite3": ("geography/stranger_sql.py",),
    "sqlcipher3": ("file/encryption.py",),
    "keyring": ("file/encryption.py",),
    "shapely": ("geography/",),
    "geopy": ("geography/",),
    "ortools": ("planning/",),
    "scipy": ("planning/",),
    "folium": ("board/map_page.py",),
    "matplotlib": ("board/",),
    "highspy": (),
    "psycopg": ("hub/",),
}
"""Libraries that belong to one place."""

FILES = sorted(PACKAGE.rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Every module a file imports anywhere in it, by its full name."""
    for item in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(item, ast.Import):
            yield from (alias.name for alias in item.names)
        elif isinstance(item, ast.ImportFrom):
            assert item.level == 0, f"{path} imports relatively"
            yield from (f"{item.module}.{alias.name}" for alias in item.names)


def room(path: Path) -> str:
    """The room a file is in."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def test_the_package_is_found() -> None:
    """The rules below look at something."""
    assert {"programme", "file", "session", "cli"} <= {room(path) for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_file_imports_only_what_its_room_may(path: Path) -> None:
    """Rooms and libraries keep to the design's rules."""
    own, where = room(path), path.relative_to(PACKAGE).as_posix()
    for name in imports(path):
        top, _, rest = name.partition(".")
        if top == "psnplanner" and rest:
            wanted = rest.split(".")[0]
            assert wanted in {own, "__version__"} | EVERYWHERE | ROOMS[own], (
                f"{where} imports {name}"
            )
        if top in ONLY_IN:
            assert any(where.startswith(place) for place in ONLY_IN[top]), f"{where} imports {top}"


def test_programme_is_standard_library_only() -> None:
    """What a programme is depends on nothing."""
    for path in FILES:
        if room(path) == "programme":
            for name in imports(path):
                top = name.split(".")[0]
                assert top == "psnplanner" or top in sys.stdlib_module_names, f"{path}: {name}"


def test_the_core_runs_without_qt() -> None:
    """Everything but the window imports with PySide6 absent, and the cli loads nothing heavy."""
    script = (
        "import sys; sys.modules['PySide6'] = None\n"
        "import psnplanner.cli\n"
        "heavy = {'numpy', 'sqlite_utils', 'folium', 'matplotlib', 'ortools', 'shapely'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "import psnplanner.session, psnplanner.demo, psnplanner.board.snapshot\n"
        "import psnplanner.planning.plan, psnplanner.intake.lists\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_names_say_something() -> None:
    """No room for odds and ends."""
    empty = {"utils", "helpers", "misc", "common", "manager"}
    assert not [path for path in FILES if path.stem in empty]
