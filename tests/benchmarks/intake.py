"""Lists of many rows, from the file on the disk to the programme on the disk.

Beside each stands bare SQLite: an `executemany` a table of the very rows that the import wrote
(sites, stages, journal), into the same tables with their indexes and triggers, in one
transaction, with the values ready made and nothing round it.
"""

from __future__ import annotations

import csv
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pysqlite3
import xlsxwriter

from psnplanner.geography.code_point import Positions, postcode_keys
from psnplanner.geography.gazetteer_store import save
from psnplanner.session import Session, new_programme

ROWS = 100_000
POSTCODES = 20_000
HEADINGS = [
    "Site ref", "Name", "Partner", "Kind", "Address", "Postcode", "UPRN", "Access", "Tenure",
    "Current annual cost", "Contract ends", "Priority",
]  # fmt: skip
_TOWNS = ("Northwich", "Widnes", "Runcorn", "Birkenhead", "Bootle", "Crewe", "Prescot")
_PARTNERS = ("Halton Council", "Wirral Council", "Sefton Council", "Merseyside Police", "NHS")
_KINDS = ("School", "Library", "Surgery", "Fire station", "Office")
_ACCESS = ("Existing duct", "Existing fibre", "New dig", "Overhead", "duct", "")
_TABLES = ("partner", "site", "stage")


class Times(NamedTuple):
    """Seconds by the clock, and of the processor: on a busy machine trust the second."""

    wall: float
    cpu: float


def now() -> Times:
    """The instant."""
    return Times(time.perf_counter(), time.process_time())


def since(start: Times) -> Times:
    """The time gone by."""
    return Times(time.perf_counter() - start.wall, time.process_time() - start.cpu)


def postcodes() -> list[str]:
    """Postcodes that can be, and are not all real."""
    letters = "ABDEFGHJLN"
    return [
        f"CH{1 + n // 1000} {n // 100 % 10}{letters[n // 10 % 10]}{letters[n % 10]}"
        for n in range(POSTCODES)
    ]


def make_gazetteer() -> None:
    """A release with these postcodes, in the home that the environment names."""
    keys = np.sort(postcode_keys([text.replace(" ", "") for text in postcodes()]))
    spread = np.arange(len(keys), dtype=np.int32)
    quality = np.full(len(keys), 10, np.uint8)
    save("2014-08", Positions(keys, 320_000 + spread % 60_000, 360_000 + spread % 50_000, quality))


def rows(count: int) -> Iterator[list[str]]:
    """Rows such as partners send: money with its sign, dates in two forms, a few slips."""
    known = postcodes()
    for n in range(count):
        town = _TOWNS[n % 7]
        day = f"{1 + n % 28:02}/{1 + n % 12:02}/{2014 + n % 3}"
        yield [
            f"CM{n:06}",
            f"{town} {_KINDS[n % 5]} {n}",
            _PARTNERS[n // 7 % 5],
            _KINDS[n % 5],
            f"{n % 240} Long Lane, {town}",
            known[n * 7 % POSTCODES] if n % 500 else known[n % POSTCODES].replace("0", "O"),
            str(100_000_000_000 + n * 13),
            _ACCESS[n % 6],
            ("Owned", "Leased", "Freehold")[n % 3],
            f"£{500 + n % 4000:,}",
            day if n % 2 else f"{1 + n % 28}-Jul-{15 + n % 3}",
            ("High", "", "Low")[n % 3],
        ]


def write_list(path: Path, count: int) -> None:
    """The list as a CSV or an XLSX, by the file's ending."""
    if path.suffix == ".csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([HEADINGS, *rows(count)])
        return
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Sites")
        for at, cells in enumerate([HEADINGS, *rows(count)]):
            sheet.write_row(at, 0, cells)


def bare(imported: Path, beside: Path) -> Times:
    """The times of SQLite alone for writing what the last transaction of a file wrote."""
    db = pysqlite3.connect(str(imported))
    (first,) = db.execute("SELECT first FROM txn ORDER BY arr DESC LIMIT 1").fetchone()
    tables = {name: db.execute(f"SELECT * FROM {name}").fetchall() for name in _TABLES}
    tables["event"] = db.execute("SELECT * FROM event WHERE seq >= ?", (first,)).fetchall()
    tables["txn"] = db.execute("SELECT * FROM txn ORDER BY arr DESC LIMIT 1").fetchall()
    db.close()
    Session.create(beside, new_programme()).close()
    db = pysqlite3.connect(str(beside))
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    start = now()
    for name, values in tables.items():
        if values:
            marks = ", ".join("?" * len(values[0]))
            db.executemany(f"INSERT INTO {name} VALUES ({marks})", values)
    db.commit()
    taken = since(start)
    db.close()
    return taken


def measure(ending: str, count: int) -> dict[str, Any]:
    """One import in a process of its own, so that the memory is its alone."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["PSNPLANNER_HOME"] = str(folder / "home")
        make_gazetteer()
        listed = folder / f"list{ending}"
        write_list(listed, count)
        before = _megabytes()
        with Session.create(folder / "p.gpkg", new_programme()) as session:
            start = now()
            preview = session.read_list(listed)
            read = since(start)
            session.do(preview.edit)
            done = since(start)
        peak = _megabytes()
        report = preview.report()
        plain = min(bare(folder / "p.gpkg", folder / f"bare{n}.gpkg") for n in range(2))
    return {
        "list": ending.removeprefix(".").upper(),
        "rows": count,
        "added": report["added"],
        "placed": report["placed"],
        "read s": round(read.wall, 2),
        "journal s": round(done.wall - read.wall, 2),
        "whole s": round(done.wall, 2),
        "bare executemany s": round(plain.wall, 2),
        "ratio": round(done.wall / plain.wall, 1),
        "read CPU s": round(read.cpu, 2),
        "journal CPU s": round(done.cpu - read.cpu, 2),
        "bare CPU s": round(plain.cpu, 2),
        "ratio of CPU": round(done.cpu / plain.cpu, 1),
        "peak MB": peak,
        "of it before MB": before,
    }


def _megabytes() -> int:
    """The most memory this process has held, in MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(most / (1e6 if sys.platform == "darwin" else 1e3))


def run() -> list[dict[str, Any]]:
    """A CSV and an XLSX of a hundred thousand rows, and a CSV of the programme's own size."""
    apart = multiprocessing.get_context("spawn")
    result = []
    for ending, count in ((".csv", 934), (".csv", ROWS), (".xlsx", ROWS)):
        with ProcessPoolExecutor(1, mp_context=apart) as pool:
            result.append(pool.submit(measure, ending, count).result())
    return result
