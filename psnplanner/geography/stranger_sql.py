"""What a stranger's GeoPackage computes when it is read: looked at before GDAL runs it.

A view or a computed column is a program of the sender's. Each is run here first, by an SQLite
that lets it call nothing but plain functions, holds every value to the size of the file, and
stops it when its time is over. GDAL's own has none of these bounds.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

# What comes out differently at another time or in another SQLite is hardly among them: GDAL's
# own reading, in a process with limits, is what was seen here.
_PLAIN_FUNCTIONS = re.compile(
    r"abs|avg|ceil|ceiling|char|coalesce|concat|concat_ws|count|date|datetime|floor|format"
    r"|group_concat|ifnull|iif|instr|julianday|length|like|lower|ltrim|max|min|mod|nullif|printf"
    r"|replace|round|rtrim|sign|strftime|substr|substring|sum|time|total|trim|typeof|upper"
    r"|row_number|rank|dense_rank|first_value|last_value|lag|lead",
    re.IGNORECASE,
)
# Indexes of places and of words, which GIS programs make.
_USUAL_MODULE = re.compile(r"\bUSING\s+[\"'`\[]?(rtree|fts[345])\b", re.IGNORECASE)
_SYSTEM = ("gpkg_", "sqlite_", "ogr_", "layer_styles")
_SECONDS, _SECONDS_A_MEGABYTE = 0.3, 0.3
_SPARE_BYTES = 100_000
_STEPS = 200  # of SQLite's machine between two looks at the clock: one may copy megabytes
_MOST_PARTS = 2_000  # tables, views and the like of one file
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}


DAMAGE = (sqlite3.Error, UnicodeDecodeError)
"""What a file that cannot be read raises."""


class HarmfulSql(Exception):
    """The file computes what no layer needs, or computes it without end."""


def look_through(copy: Path) -> None:
    """Run what a GeoPackage computes when it is read, if anything, within bounds.

    `copy` is a private copy, with its log beside it. Raises HarmfulSql for what must not be run,
    sqlite3.Error for a file that cannot be read.
    """
    size = sum(part.stat().st_size for part in copy.parent.iterdir() if part.is_file())
    with contextlib.closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro", uri=True)) as db:
        db.text_factory = bytes
        _bound(db, size)
        computed = list(_computed(db))
        db.set_authorizer(_allowed)
        for name in computed:
            _run_through(db, name)


def _bound(db: sqlite3.Connection, size: int) -> None:
    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, size + _SPARE_BYTES)
    db.setlimit(sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 100)
    db.setlimit(sqlite3.SQLITE_LIMIT_COMPOUND_SELECT, 50)
    db.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    db.execute("PRAGMA trusted_schema=OFF")
    db.execute("PRAGMA cell_size_check=ON")
    until = time.thread_time() + _SECONDS + _SECONDS_A_MEGABYTE * size / 1e6
    db.set_progress_handler(lambda: time.thread_time() > until, _STEPS)


def _computed(db: sqlite3.Connection) -> Iterator[str]:
    """The views and the tables with computed columns."""
    found = db.execute("SELECT type, name, sql FROM sqlite_master LIMIT ?", (_MOST_PARTS + 1,))
    parts = [tuple(map(_text, part)) for part in found.fetchall()]
    if len(parts) > _MOST_PARTS:
        raise HarmfulSql
    for kind, name, sql in parts:
        if kind == "view":
            if name.lower().startswith(_SYSTEM):  # GDAL reads these before any layer
                raise HarmfulSql
            yield name
        elif kind == "table" and sql.lstrip().upper().startswith("CREATE VIRTUAL"):
            if not _USUAL_MODULE.search(sql):
                raise HarmfulSql
        elif kind == "table" and _has_computed_columns(db, name):
            yield name


def _has_computed_columns(db: sqlite3.Connection, table: str) -> bool:
    sql = "SELECT 1 FROM pragma_table_xinfo(?) WHERE hidden IN (2, 3)"
    return db.execute(sql, (table,)).fetchone() is not None


def _run_through(db: sqlite3.Connection, name: str) -> None:
    quoted = name.replace('"', '""')
    try:
        for _ in db.execute(f'SELECT * FROM "{quoted}"'):
            pass
    except sqlite3.Error as error:
        if "malformed" in str(error):
            raise
        # Stopped by the clock, refused by `_allowed`, too long, or of functions unknown here.
        raise HarmfulSql from error


def _allowed(action: int, _first: str | None, second: str | None, *_: object) -> int:
    plain = action == sqlite3.SQLITE_FUNCTION and _PLAIN_FUNCTIONS.fullmatch(str(second))
    return sqlite3.SQLITE_OK if plain or action in _ALLOWED else sqlite3.SQLITE_DENY


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""
