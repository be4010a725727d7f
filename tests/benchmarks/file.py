"""The programme file: an import and a saved status, beside bare SQLite on the same rows."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pysqlite3

from psnplanner.file import tables
from psnplanner.programme.edits import AddSites
from psnplanner.programme.record import Position, new_id
from psnplanner.programme.site import Site
from psnplanner.programme.stage_edits import RecordStage
from psnplanner.session import Session, new_programme

SAVES = 200


def sites(count: int) -> list[Site]:
    """Rows such as a list has."""
    return [
        Site(
            id=new_id(),
            reference=f"CM{n:06}",
            name=f"Primary School {n}",
            kind="School",
            address=f"{n % 90} Long Lane, Northwich",
            postcode="CW9 6HQ",
            uprn=f"{100_000_000_000 + n}",
            position=Position(53.0 + n % 700 / 1000, -3.1 + n % 900 / 1000, "postcode", 75.0),
            access="existing duct",
            tenure="owned",
            annual_cost_pence=79_000,
            contract_ends_on=date(2014, 11, 23),
        )
        for n in range(count)
    ]


def timed(work: Callable[[], object]) -> float:
    """Seconds the work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def bare(path: Path, rows: list[Site]) -> float:
    """The same rows into the same tables, with nothing round it but one transaction."""
    db = pysqlite3.connect(str(path))
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    names = [*tables.columns_of(Site), "geom"]
    listed = ", ".join(names)
    db.execute(f"CREATE TABLE site (fid INTEGER PRIMARY KEY, id BLOB UNIQUE, {listed})")
    db.execute(
        "CREATE TABLE stage (fid INTEGER PRIMARY KEY, id BLOB UNIQUE, site, stage, state, on_)"
    )
    marks = ", ".join("?" * (len(names) + 1))

    def write() -> None:
        values = [tables._row(site) for site in rows]
        stages = [(new_id(), s.id, "data_validated", "done", "2014-03-03") for s in rows]
        db.executemany(f"INSERT INTO site (id, {listed}) VALUES ({marks})", values)
        db.executemany(
            "INSERT INTO stage (id, site, stage, state, on_) VALUES (?, ?, ?, ?, ?)", stages
        )
        db.commit()

    seconds = timed(write)
    db.close()
    return seconds


def bare_save(path: Path) -> float:
    """Milliseconds of one bare UPDATE that is on the disk, the median of many."""
    db = pysqlite3.connect(str(path))
    times = []
    for number in range(SAVES):
        start = time.perf_counter()
        db.execute("UPDATE stage SET state = ? WHERE fid = 1", (str(number),))
        db.commit()
        times.append(time.perf_counter() - start)
    db.close()
    return statistics.median(times) * 1000


def run() -> list[dict[str, Any]]:
    """Imports of three sizes, then single saves."""
    result = []
    for count in (891, 10_000, 100_000):
        with tempfile.TemporaryDirectory() as name:
            rows = sites(count)
            plain = bare(Path(name) / "bare.db", rows)
            edit = AddSites("list", rows, validated=frozenset(s.id for s in rows))
            with Session.create(Path(name) / "p.gpkg", new_programme()) as session:
                ours = timed(partial(session.do, edit))
                saves = []
                for site in rows[:SAVES]:
                    record = RecordStage(site.id, "desktop_survey", "done", date(2014, 3, 3))
                    saves.append(timed(partial(session.do, record)))
                size = session.path.stat().st_size
            opened = timed(lambda: Session.open(Path(name) / "p.gpkg").close())
            result.append(
                {
                    "sites": count,
                    "import s": round(ours, 2),
                    "bare executemany s": round(plain, 2),
                    "ratio": round(ours / plain, 1),
                    "save ms (median)": round(statistics.median(saves) * 1000, 2),
                    "bare save ms": round(bare_save(Path(name) / "bare.db"), 2),
                    "open s": round(opened, 2),
                    "file MB": round(size / 1e6, 1),
                }
            )
    return result
