"""The same days merged by pygeodiff, the engine of Mergin Maps: rows rebased in turn."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

import pysqlite3

from tests.benchmarks._merge_days import (
    FIELDS,
    GONE,
    PLACE,
    SITES,
    Edits,
    Work,
    days,
    lost,
    mixed,
    place,
)

_COLUMNS = ("fid", *FIELDS, "lat", "lon")


def merged(folder: Path) -> dict[str, Any]:
    """Its row of the table."""
    try:
        from pygeodiff import GeoDiff
    except ImportError:
        return {"merging": "pygeodiff", "conflicts told": "not installed"}
    engine = GeoDiff()
    base, office = folder / "base.sqlite", folder / "now.sqlite"
    _make(base)
    shutil.copy(base, office)
    edits: Edits = {}
    mine, changes = [], 0
    for number, _, surveyor, meanwhile in days():
        mine.append(folder / f"mine{number}.sqlite")
        shutil.copy(base, mine[-1])
        for path, work in ((mine[-1], surveyor), (office, meanwhile)):
            _do(path, work)
            work.add_to(edits)
        changes = surveyor.changes
    told: set[tuple[int, str]] = set()
    start, cpu = time.perf_counter(), time.process_time()
    for copy in mine:
        said = folder / "conflicts.json"
        said.unlink(missing_ok=True)
        engine.rebase(str(base), str(office), str(copy), str(said))
        shutil.copy(copy, office)
        told |= _told(said)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    after = _after(office)
    return {
        "merging": "pygeodiff", "returns": len(mine), "changes each": changes,
        "seconds": round(seconds, 2), "cpu s": round(cpu, 2), "conflicts told": len(told),
        "lost unsaid": lost(edits, after, told), "places nobody gave": mixed(edits, after),
    }  # fmt: skip


def _make(path: Path) -> None:
    with pysqlite3.connect(str(path)) as db:
        db.execute(f"CREATE TABLE site (fid INTEGER PRIMARY KEY, {', '.join(_COLUMNS[1:])})")
        rows = [(n, *(f"{f} 9" for f in FIELDS), *place(n)) for n in range(SITES)]
        marks = ", ".join("?" * len(_COLUMNS))
        db.executemany(f"INSERT INTO site VALUES ({marks})", rows)
    db.close()


def _do(path: Path, work: Work) -> None:
    with pysqlite3.connect(str(path)) as db:
        for number, values in work.values.items():
            sets = ", ".join(f"{name} = ?" for name in values)
            db.execute(f"UPDATE site SET {sets} WHERE fid = ?", (*values.values(), number))
        for number, where in work.places.items():
            db.execute("UPDATE site SET lat = ?, lon = ? WHERE fid = ?", (*where, number))
        db.executemany("DELETE FROM site WHERE fid = ?", [(n,) for n in work.removed])
    db.close()


def _told(said: Path) -> set[tuple[int, str]]:
    """What its file of conflicts tells of: fields, a site's place, a site's removal."""
    found: set[tuple[int, str]] = set()
    if not said.exists():
        return found
    for item in json.loads(said.read_text()).get("geodiff", []):
        number = int(item["fid"])
        if item.get("type") != "conflict":
            found.add((number, GONE))
        for change in item.get("changes", []):
            name = _COLUMNS[change["column"]]
            found.add((number, PLACE if name in ("lat", "lon") else name))
    return found


def _after(path: Path) -> dict[int, dict[str, Any]]:
    db = pysqlite3.connect(str(path))
    rows = db.execute(f"SELECT {', '.join(_COLUMNS)} FROM site").fetchall()
    db.close()
    return {
        row[0]: {**dict(zip(FIELDS, row[1:], strict=False)), PLACE: (row[-2], row[-1])}
        for row in rows
    }
