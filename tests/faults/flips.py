"""Single bits flipped in a file: `python -m tests.faults.flips WHERE COUNT SEED FOLDER`.

WHERE is `journal` (the cells, headers and pointers of its tables and indexes, overflow pages and
all) or `anywhere`. Each flip is found, or harmless (every table says what it said: the bit lies
in a part of a page that nothing uses), or missed. Prints one JSON object.
"""

from __future__ import annotations

import json
import random
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pysqlite3 as sqlite3

from psnplanner.errors import UserError
from psnplanner.file import carve
from psnplanner.programme.edits import Amend, AmendEach
from psnplanner.programme.stage_edits import RecordStage
from psnplanner.session import Session, examine
from tests.exchange.test_photographs import jpeg
from tests.faults.works import FILE, SITES, arriving, programme

JOURNAL = ("txn", "event", "parent", "fork", "dev", "seal")
_TABLE_LEAF, _TABLE_INNER, _INDEX_LEAF, _INDEX_INNER = 0x0D, 0x05, 0x0A, 0x02


def journal_programme(folder: Path) -> Path:
    """A programme with something of everything in its journal: a merge, a conflict, long values."""
    programme(folder)
    path = folder / FILE
    with Session.open(path, author="office") as session:
        session.do(AmendEach("site", {s.id: {"contact": "office"} for s in SITES}, "Contacts"))
        session.merge(arriving(folder.parent / ".base"), "another copy")
        session.do(Amend("site", [SITES[0].id], {"note": "y" * 9000}))
        session.do(RecordStage(SITES[0].id, "desktop_survey", "done", date(2014, 6, 2)))
        session.add_photograph(SITES[0].id, jpeg())
    return path


def used_bytes(path: Path) -> list[list[int]]:
    """Where the bytes of each table and index of the journal are: headers, pointers, cells, and
    overflow pages.
    """
    data = path.read_bytes()
    connection = sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)
    marks = ", ".join("?" * len(JOURNAL))
    roots = connection.execute(
        f"SELECT rootpage FROM sqlite_master WHERE tbl_name IN ({marks}) AND rootpage", JOURNAL
    ).fetchall()
    connection.close()
    size = carve.page_size(data)
    return [list(_tree(data, size, root)) for (root,) in roots]


def _tree(data: bytes, size: int, page: int) -> Iterator[int]:
    base = (page - 1) * size
    kind, count = data[base], int.from_bytes(data[base + 3 : base + 5])
    inner = kind in (_TABLE_INNER, _INDEX_INNER)
    start = base + (12 if inner else 8)
    yield from range(base, start + 2 * count)
    for cell in range(count):
        at = base + int.from_bytes(data[start + 2 * cell : start + 2 * cell + 2])
        begin = at
        if inner:
            yield from _tree(data, size, int.from_bytes(data[at : at + 4]))
            at += 4
        if kind == _TABLE_INNER:
            _, at = carve._varint(data, at)
            yield from range(begin, at)
            continue
        length, at = carve._varint(data, at)
        if kind == _TABLE_LEAF:
            _, at = carve._varint(data, at)
        most = size - 35 if kind == _TABLE_LEAF else (size - 12) * 64 // 255 - 23
        here = length
        if length > most:
            least = (size - 12) * 32 // 255 - 23
            here = least + (length - least) % (size - 4)
            here = here if here <= most else least
            following = int.from_bytes(data[at + here : at + here + 4])
            yield from _chain(size, data, following, length - here)
            here += 4
        yield from range(begin, at + here)
    if inner:
        yield from _tree(data, size, int.from_bytes(data[base + 8 : base + 12]))


def _chain(size: int, data: bytes, page: int, left: int) -> Iterator[int]:
    while left > 0:
        base = (page - 1) * size
        yield from range(base, base + 4 + min(left, size - 4))
        left -= size - 4
        page = int.from_bytes(data[base : base + 4])


def campaign(where: str, count: int, seed: int, folder: Path) -> dict[str, object]:
    """Flip so many bits, one at a time, and see what is said."""
    path = journal_programme(folder)
    data = path.read_bytes()
    before = _said_by_tables(path)
    # Of the journal each table gets as many: what is said of few changes weighs as much.
    places = used_bytes(path) if where == "journal" else [list(range(len(data)))]
    chance = random.Random(seed)
    outcomes: Counter[str] = Counter()
    missed, named = [], 0
    for _ in range(count):
        at, bit = chance.choice(chance.choice(places)), chance.randrange(8)
        spoilt = bytearray(data)
        spoilt[at] ^= 1 << bit
        bad = folder / "bad.gpkg"
        bad.write_bytes(spoilt)
        said = faults_of(bad)
        if said:
            outcomes["found"] += 1
            named += any(_names_something(fault) for fault in said)
        elif _said_by_tables(bad) == before:
            outcomes["harmless"] += 1
        else:
            outcomes["missed"] += 1
            missed.append(f"byte {at} of page {at // carve.page_size(data) + 1}, bit {bit}")
    return {"flips": count, **outcomes, "names what is affected": named, "missed at": missed}


def faults_of(path: Path) -> list[str]:
    """What is said of a file: on opening it, else by `verify`."""
    try:
        with Session.open(path, read_only=True) as session:
            return session.verify()
    except UserError as refused:
        try:
            return [refused.what, *examine(path, refused)]
        except UserError as error:
            return [error.what]


def _names_something(fault: str) -> bool:
    words = ("Transaction", "transaction ", "site", "stage", "page", "tree", "Tree", "index",
             "conflict", "hotograph", "devices", "guards", "names of", "header", "schema",
             "row ")  # fmt: skip
    return any(word in fault for word in words)


def _said_by_tables(path: Path) -> object:
    """Everything that any table of the file says, and how it is made."""
    try:
        connection = sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)
        connection.text_factory = bytes
        try:
            made = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
            tables = [name.decode() for kind, name, _ in made if kind == b"table"]
            said = {t: connection.execute(f'SELECT * FROM "{t}"').fetchall() for t in tables}
            pragmas = [connection.execute(f"PRAGMA {p}").fetchall()
                       for p in ("user_version", "application_id", "encoding")]  # fmt: skip
            return made, said, pragmas
        finally:
            connection.close()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        return repr(error)


if __name__ == "__main__":
    where, count, seed, folder = sys.argv[1:]
    shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(campaign(where, int(count), int(seed), Path(folder))))
