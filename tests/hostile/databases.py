"""Programmes, packs, copies and raster maps: SQLite files that are more than they seem."""

from __future__ import annotations

import contextlib
import json
import os
import struct
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pysqlite3 as sqlite3

from psnplanner.exchange.locked_pack import MAGIC
from psnplanner.file import journal_reading, tables
from psnplanner.file.database import Database
from psnplanner.programme.baseline import Baseline
from psnplanner.programme.field_pack import FieldPack
from psnplanner.programme.fold import fold
from psnplanner.programme.issued import IssuedSnapshot
from psnplanner.programme.node import Node
from psnplanner.programme.record import Record, derived_id, fields_of
from psnplanner.programme.scenario import Scenario
from psnplanner.programme.site import Site
from psnplanner.programme.state import PROGRAMME_ID, Programme
from tests.hostile.case import (
    NODE,
    OTHER_NODE,
    READ,
    REFUSED,
    SITES,
    Bench,
    Case,
    Maker,
    forge,
    tampering,
)

YEAR_2100 = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp() * 1000) << 16
_ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n"


def sql(*statements: str) -> Maker:
    """The programme after these statements."""

    def make(bench: Bench, folder: Path) -> Path:
        path = bench.copy(folder)
        with tampering(path) as connection:
            for statement in statements:
                connection.execute(statement)
        return path

    return make


def pack_sql(*statements: str) -> Maker:
    """The pack after these statements."""

    def make(bench: Bench, folder: Path) -> Path:
        path = folder / "pack.gpkg"
        path.write_bytes(bench.pack.read_bytes())
        with tampering(path) as connection:
            for statement in statements:
                connection.execute(statement)
        return path

    return make


def schema(table: str, old: str, new: str) -> Maker:
    """The programme with a piece of its schema written over, as no statement could."""

    def make(bench: Bench, folder: Path) -> Path:
        path = bench.copy(folder)
        with closing(sqlite3.connect(str(path), isolation_level=None)) as connection:
            connection.execute("PRAGMA writable_schema=ON")
            done = connection.execute(
                "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE name = ? "
                "AND instr(sql, ?)", (old, new, table, old),
            )  # fmt: skip
            assert done.rowcount == 1
        return path

    return make


def forged(events: Sequence[tuple[int, bytes, int, Any]], **header: Any) -> Maker:
    """A copy with a transaction whose chain is right and whose content is not."""
    return lambda bench, folder: forge(bench.copy(folder), events, **header)


def _projected(make: Maker) -> Maker:
    """A forged journal whose tables agree with it, where anything can agree with it."""

    def made(bench: Bench, folder: Path) -> Path:
        path = make(bench, folder)
        with tampering(path) as connection, contextlib.suppress(Exception):
            db = Database(connection, execute_plugins=False)
            tables.rebuild(db, fold(journal_reading.stream(db)))
        return path

    return made


def altered(change: Callable[[bytes], bytes]) -> Maker:
    """The programme with its bytes changed."""

    def make(bench: Bench, folder: Path) -> Path:
        path = bench.copy(folder)
        path.write_bytes(change(path.read_bytes()))
        return path

    return make


def written(name: str, data: bytes) -> Maker:
    """A file of these bytes."""

    def make(_bench: Bench, folder: Path) -> Path:
        path = folder / name
        path.write_bytes(data)
        return path

    return make


def sparse(name: str, size: int, start: bytes = b"") -> Maker:
    """A file that says it is large and takes no room on the disk."""

    def make(_bench: Bench, folder: Path) -> Path:
        path = folder / name
        with path.open("wb") as file:
            file.write(start)
            file.truncate(size)
        return path

    return make


def pipe(name: str) -> Maker:
    """A pipe that nobody writes to: whoever opens it waits for ever."""

    def make(_bench: Bench, folder: Path) -> Path:
        path = folder / name
        os.mkfifo(path)
        return path

    return make


def _page_size(size: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:16] + struct.pack(">H", size) + data[18:]


def _with_log(bench: Bench, folder: Path) -> Path:
    path = bench.copy(folder)
    path.with_name(path.name + "-wal").write_bytes(os.urandom(100_000))
    return path


def _site(name: str, value: Any) -> tuple[int, bytes, int, Any]:
    return (Site.ENTITY_NUMBER, SITES[0], fields_of(Site)[name].number, value)


def _parent(node: bytes, parent: bytes) -> tuple[int, bytes, int, Any]:
    return (Node.ENTITY_NUMBER, node, fields_of(Node)["parent"].number, parent)


def _workflow(text: str) -> tuple[int, bytes, int, Any]:
    number = fields_of(Programme)["workflow"].number
    return (Programme.ENTITY_NUMBER, PROGRAMME_ID, number, text)


_CYCLE = [_parent(NODE, OTHER_NODE), _parent(OTHER_NODE, NODE)]
_DEEP = "[" * 100_000

# What is in a journal comes both ways: in a programme one opens, and in a copy one merges.
_JOURNALS: dict[str, tuple[Maker, str, str]] = {
    "a clock of 2100": (forged([_site("note", "x")], hlc=YEAR_2100), READ, REFUSED),
    "a clock of the last year there is": (forged([_site("note", "x")], hlc=2**63 - 1), READ,
                                          REFUSED),
    "records of an unknown kind": (forged([(999, SITES[0], 5, "x")]), READ, READ),
    "fields of an unknown number": (forged([(Site.ENTITY_NUMBER, SITES[0], 999, "x")]), READ, READ),
    "nodes in a circle": (forged(_CYCLE), READ, READ),
    "a position that is no number": (forged([_site("position", "[NaN,NaN,\"x\",1.0]")]), REFUSED,
                                     REFUSED),
    "a position without end": (forged([_site("position", "[1e999,-1e999,\"x\",1.0]")]), REFUSED,
                               REFUSED),
    "a value nested without end": (forged([_site("other", _DEEP)]), REFUSED, REFUSED),
    "a number for a text": (forged([_site("name", 5)]), REFUSED, REFUSED),
    "bytes for a text": (forged([_site("name", b"\xff\xfe")]), REFUSED, REFUSED),
    "a record that is a list": (forged([(Site.ENTITY_NUMBER, bytes(16), 0, "[1]")]), REFUSED,
                                REFUSED),
    "a record that is no JSON": (forged([(Site.ENTITY_NUMBER, bytes(16), 0, "{")]), REFUSED,
                                 REFUSED),
    "a record with the id of three bytes": (forged([(Site.ENTITY_NUMBER, b"abc", 0, "{}")]),
                                            REFUSED, REFUSED),
    "a workflow nested without end": (forged([_workflow("a = " + _DEEP)]), REFUSED, REFUSED),
    "a workflow that is none": (forged([_workflow("[stage")]), REFUSED, REFUSED),
    "a day that is none": (forged([_site("note", "x")], day="yesterday"), REFUSED, REFUSED),
    "an undo of nothing": (forged([_site("note", "x")], kind="undo", undo_of="x.y"), REFUSED,
                           REFUSED),
    "an undo of itself": (forged([_site("note", "x")], kind="undo", undo_of="77.1", dev=77), READ,
                          READ),
    "a text of 40 MB": (forged([_site("note", "x" * 40_000_000)]), READ, REFUSED),
    "a label of 2 MB": (forged([_site("note", "x")], label="x" * 2_000_000), READ, REFUSED),
}  # fmt: skip

_DATABASES: dict[str, Maker] = {
    "a trigger that runs when it is written to": sql(
        "CREATE TABLE stolen (x)",
        "CREATE TRIGGER t AFTER INSERT ON event BEGIN INSERT INTO stolen VALUES "
        "(zeroblob(200000000)); END",
    ),
    "a trigger that undoes each change": sql(
        "CREATE TRIGGER t AFTER UPDATE ON site BEGIN DELETE FROM site; END"
    ),
    "a guard that guards nothing": schema("event_no_delete", "SELECT RAISE(ABORT,", "SELECT max("),
    "an endless view for its sites": sql(
        "ALTER TABLE site RENAME TO real_site", f"CREATE VIEW site AS {_ENDLESS}"
    ),
    "an endless view for its journal": sql(
        "ALTER TABLE event RENAME TO real_event", f"CREATE VIEW event AS {_ENDLESS}"
    ),
    "a virtual table for its partners": sql(
        "DROP TABLE partner", "CREATE VIRTUAL TABLE partner USING fts5(id, name, kind)"
    ),
    "a column that makes a gigabyte": sql(
        "ALTER TABLE phase ADD COLUMN g AS (hex(zeroblob(500000000)))"
    ),
    "a check that runs": schema(
        "node", '"geom" BLOB', '"geom" BLOB CHECK (length(zeroblob(900000000)) > 0)'
    ),
    "a default that runs": schema(
        "site", '"status" TEXT', '"status" TEXT DEFAULT (hex(randomblob(9)))'
    ),
    "an index that computes": sql("CREATE INDEX i ON site (length(zeroblob(900000000)))"),
    "an index on what is never so": sql("CREATE INDEX i ON event (seq) WHERE abs(val) > 1"),
    "a schema that is no SQL": schema("site", "CREATE TABLE", "CREATE TABEL"),
    "a table that is not there": sql("DROP TABLE wish"),
    "a column that is not there": schema("site", '"note" TEXT, ', ""),
    "bytes that are no text": sql("UPDATE site SET name = CAST(x'ff' AS TEXT)"),
    "a blob for a text": sql("UPDATE site SET note = zeroblob(20000000)"),
    "a number for a day": sql("UPDATE phase SET starts_on = 5", "INSERT INTO phase (id, starts_on) "
                              "VALUES (x'00112233445566778899aabbccddeeff', 7)"),
    "an id of one byte": sql("UPDATE site SET id = x'00' WHERE fid = 1"),
    "a place beyond all numbers": sql("UPDATE site SET latitude = 9e999"),
    "a stamp before all time": sql("UPDATE txn SET hlc = -9223372036854775807 WHERE arr = 1"),
    "a page size that cannot be": altered(_page_size(768)),
    "pages of one byte": altered(_page_size(0)),
    "half a file": altered(lambda data: data[: len(data) // 2]),
    "a header alone": altered(lambda data: data[:100]),
    "noise behind a header": altered(lambda data: data[:100] + os.urandom(50_000)),
    "pages that point at one another": altered(
        lambda data: data[:4096] + data[4096:8192] * (len(data) // 4096 - 1)
    ),
    "an empty file": written("theirs.gpkg", b""),
    "a file that is no database": written("theirs.gpkg", os.urandom(5000)),
}  # fmt: skip


def _beside_it(name: str, make: Callable[[Path], object]) -> Maker:
    """The programme, and under a name that belongs beside it what is no file."""

    def made(bench: Bench, folder: Path) -> Path:
        path = bench.copy(folder)
        make(path.with_name(name.format(path.name)))
        return path

    return made


def _link(path: Path) -> None:
    outside = path.with_name("outside.txt")
    outside.write_text("A stranger's link must not have this written over.")
    path.symlink_to(outside)


_BESIDE: dict[str, tuple[Maker, str]] = {
    f"{title} for its {what}": (_beside_it(name, make), outcome)
    for what, name, outcome in (("log", "{}-wal", REFUSED), ("journal", "{}-journal", REFUSED),
                                ("index", "{}-shm", REFUSED), ("lock", ".{}.lock", READ))
    for title, make in (("a pipe", os.mkfifo), ("a link", _link), ("a folder", os.mkdir))
}  # fmt: skip

_DAYS = {"as_at": "2014-06-02", "drawn_on": "2014-06-02", "approved_on": "2014-06-02"}
_POINT = "the bench's own"
_ISSUED = {"issued_at": "2014-06-02T09:00:00+00:00", "audience": "internal", "form": ".html",
           "position": _POINT, "paper": "A4", **_DAYS}  # fmt: skip


def _kept(kind: type[Record], **given: str) -> Maker:
    """A programme with a record that keeps more than words, of which a text is no such thing."""
    fields, ident = fields_of(kind), derived_id(bytes(16), "hostile record")

    def make(bench: Bench, folder: Path) -> Path:
        with closing(sqlite3.connect(str(bench.programme))) as connection:
            point = json.dumps(dict(connection.execute("SELECT dev, n FROM dev").fetchall()))
        told = {name: point if value == _POINT else value for name, value in given.items()}
        body = {str(fields[name].number): value for name, value in told.items() if name in fields}
        events = [(kind.ENTITY_NUMBER, ident, 0, json.dumps(body))]
        return _projected(forged(events))(bench, folder)

    return make


_KEPT: dict[str, Maker] = {
    **{f"a baseline of {what}": _kept(Baseline, name="B", position=text, **_DAYS)
       for what, text in (("no point", "here"), ("a point nested without end", _DEEP),
                          ("a point beyond all numbers", '{"1": 1e999}'),
                          ("a list", "[1]"), ("a point of 70 bits", f'{{"1": {2**70}}}'))},
    **{f"a snapshot issued with {what}": _kept(IssuedSnapshot, **{**_ISSUED, **given})
       for what, given in (
           ("no point", {"position": "here"}),
           ("extras nested without end", {"extra": _DEEP}),
           ("extras that are a list", {"extra": "[1]"}),
           ("extras of other kinds", {"extra": '{"forecast": 5, "joiners": 5}'}),
           ("an instant that is none", {"issued_at": "then", "recorded_by": "then"}),
           ("an audience that is none", {"audience": "../../x"}),
           ("sections that are none", {"sections": "../../x,<script>"}),
           ("paper that is none", {"paper": "9" * 5_000}))},
    "a scenario nested without end": _kept(Scenario, name="S", settings=_DEEP),
}  # fmt: skip

_MANY = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 2000) "
_HEAVY = "length(hex(zeroblob(100000000)))"


def _beside(made: str, then: str) -> Maker:
    """A table of another program's, full of rows, and then what it computes of each."""

    def make(bench: Bench, folder: Path) -> Path:
        path = sql(made, f"INSERT INTO z (a) {_MANY} SELECT x FROM n", "CREATE INDEX zi ON z (a)")(
            bench, folder
        )
        name = "zi" if "INDEX" in then else "z"
        with closing(sqlite3.connect(str(path), isolation_level=None)) as connection:
            connection.execute("PRAGMA writable_schema=ON")
            done = connection.execute(
                "UPDATE sqlite_master SET sql = ? WHERE name = ?", (then, name)
            )
            assert done.rowcount == 1
        return path

    return make


_DATABASES |= {
    "a strange table whose checks never end": _beside(
        "CREATE TABLE z (a)", f"CREATE TABLE z (a CHECK/**/({_HEAVY} > 0))"
    ),
    "a strange index whose sums never end": _beside(
        "CREATE TABLE z (a)", f"CREATE INDEX zi ON z ({_HEAVY})"
    ),
    "a strange column whose sums never end": _beside(
        "CREATE TABLE z (a, b AS (1))", f"CREATE TABLE z (a, b AS ({_HEAVY}) NOT NULL)"
    ),
}

_PACKS: dict[str, Maker] = {
    "an endless view for its journal": pack_sql(
        "ALTER TABLE event RENAME TO real_event",
        "CREATE VIEW event AS SELECT x AS seq, 1 AS hlc, 1 AS dev, 1 AS ent, x AS row, 1 AS fld, "
        f"x AS val, 1 AS bh, 1 AS bd FROM ({_ENDLESS})",
    ),
    "a trigger": pack_sql("CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM dev; END"),
    "a column that makes a gigabyte": pack_sql(
        "ALTER TABLE event ADD COLUMN g TEXT AS (hex(zeroblob(4)))"
    ),
    "a photograph that is not what its name says": pack_sql(
        "INSERT INTO photograph_bytes VALUES ('00', x'00')"
    ),
    "another programme's key": lambda bench, folder: pack_sql(
        f"UPDATE event SET val = replace(val, '{bench.pack_key}', '{'ab' * 32}')"
    )(bench, folder),
    "another's pack": pack_sql(
        f"UPDATE event SET row = zeroblob(16) WHERE ent = {FieldPack.ENTITY_NUMBER}"
    ),
    "half a file": lambda bench, folder: _half(bench.pack, folder / "pack.gpkg"),
    "a locked pack that is noise": written("pack.gpkg", MAGIC + os.urandom(5000)),
    "a locked pack cut short": written("pack.gpkg", MAGIC),
}


_LOCKED: dict[str, Maker] = {
    "noise": written("pack.gpkg", MAGIC + os.urandom(5000)),
    "a pipe": pipe("pack.gpkg"),
    "two gigabytes": sparse("pack.gpkg", 2 * 10**9, MAGIC),
    "two gigabytes of something else": sparse("pack.gpkg", 2 * 10**9),
}


def _half(source: Path, out: Path) -> Path:
    data = source.read_bytes()
    out.write_bytes(data[: len(data) // 2])
    return out


def _map(*statements: str) -> Maker:
    def make(_bench: Bench, folder: Path) -> Path:
        path = folder / "map.mbtiles"
        connection = sqlite3.connect(str(path), isolation_level=None)
        for statement in statements:
            connection.execute(statement)
        connection.close()
        return path

    return make


_TILES = "CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data)"
_MAPS: dict[str, Maker] = {
    "an endless view for its tiles": _map(
        f"CREATE VIEW tiles AS SELECT x AS zoom_level, x AS tile_column, x AS tile_row, "
        f"x'ff' AS tile_data FROM ({_ENDLESS})"
    ),
    "an endless view for what it says": _map(
        f"CREATE VIEW metadata AS SELECT x AS name, x AS value FROM ({_ENDLESS})",
        "CREATE TABLE tiles (x)",
    ),
    "a level of a million": _map(_TILES, "INSERT INTO tiles VALUES (1000000, 0, 0, x'89504e47')"),
    "tiles that are texts": _map(_TILES, "INSERT INTO tiles VALUES (1, 0, 0, '<svg/>')"),
    "no tiles": _map("CREATE TABLE other (x)"),
    "a gigabyte for a tile": _map(
        "CREATE VIEW tiles AS SELECT 1 AS zoom_level, 0 AS tile_column, 0 AS tile_row, "
        "zeroblob(999999999) AS tile_data"
    ),
    "noise": written("map.mbtiles", b"SQLite format 3\0" + os.urandom(5000)),
    "a pipe": pipe("map.mbtiles"),
}

CASES = [
    *(Case("programme", name, "open", make) for name, make in _DATABASES.items()),
    Case("programme", "a log of noise beside it", "open", _with_log, READ),
    Case("programme", "a pipe", "open", pipe("theirs.gpkg")),
    *(Case("programme", name, "open", make, outcome, slow="pipe" not in name)
      for name, (make, outcome) in _BESIDE.items()),
    *(Case("programme", name, "open", _projected(make), here)
      for name, (make, here, _) in _JOURNALS.items()),
    *(Case("programme", name, "told", make, slow="without end" not in name)
      for name, make in _KEPT.items()),
    *(Case("copy", name, "merge", make, there) for name, (make, _, there) in _JOURNALS.items()),
    *(Case("copy", name, "merge", make) for name, make in _DATABASES.items()
      if "journal" in name or name in ("half a file", "noise behind a header", "an empty file")),
    Case("copy", "a pipe", "merge", pipe("theirs.gpkg")),
    *(Case("copy", name, "merge", make, outcome) for name, (make, outcome) in _BESIDE.items()
      if "pipe" in name),
    *(Case("locked pack", name, "unlock", make) for name, make in _LOCKED.items()),
    *(Case("pack", name, "merge", make) for name, make in _PACKS.items()),
    *(Case("raster map", name, "map", make) for name, make in _MAPS.items()),
]  # fmt: skip
