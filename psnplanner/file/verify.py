"""Is the file sound? The pages, the hash chain of every device, and the tables by replay."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pysqlite3 as sqlite3

from psnplanner.file import geopackage, journal, photographs, schema, tables
from psnplanner.file.connection import rows
from psnplanner.file.database import Database
from psnplanner.programme.edits import plural, title
from psnplanner.programme.fold import fold
from psnplanner.programme.record import Record, fields_of
from psnplanner.programme.state import State

Progress = Callable[[float, str], None]
_MOST = 20


def verify(db: Database, progress: Progress | None = None) -> list[str]:
    """Every fault found, in sentences, the first of each sort; an empty list if there is none.

    SQLite's own check finds about half of random damage, the hashes and the replay the rest.
    """
    say = progress or (lambda _share, _what: None)
    checks: list[tuple[str, Callable[[Database], Iterator[str]]]] = [
        ("Checking pages", _pages),
        ("Checking the journal's guards", _guards),
        ("Checking the chain of changes", _chains),
        ("Replaying the journal", _replay),
        ("Checking photographs", photographs.faults),
    ]
    faults: list[str] = []
    for step, (what, check) in enumerate(checks):
        say(step / len(checks), what)
        try:
            faults += check(db)
        except (sqlite3.Error, ValueError, TypeError, KeyError, OverflowError) as error:
            faults.append(f"{what} stopped: {error}.")
    say(1.0, "Done")
    return faults


def _pages(db: Database) -> Iterator[str]:
    for (message,) in rows(db, f"PRAGMA integrity_check({_MOST})"):
        if message != "ok":
            yield f"The file's structure is damaged: {message}."
    broken = rows(db, "PRAGMA foreign_key_check")
    if broken:
        yield f"The GeoPackage catalogue names {plural(len(broken), 'thing')} that are not there."


def _chains(db: Database) -> Iterator[str]:
    known = {dev: (n, digest) for dev, n, digest in rows(db, "SELECT dev, n, hash FROM dev")}
    reached: dict[int, tuple[int, bytes]] = {}
    expected_first = 1
    told = "hlc, dev, n, author, kind, label, effective_on, undo_of, ctx, first, cnt, hash"
    for row in rows(db, f"SELECT {told} FROM txn ORDER BY arr"):
        dev, number, (first, count, digest) = row[1], row[2], row[9:]
        before, previous = reached.get(dev, (0, b""))
        if number != before + 1:
            yield f"Transactions {before + 1} to {number - 1} of device {dev} are missing."
        if first != expected_first:
            yield f"Changes before transaction {number} of device {dev} are missing."
        events = _events(db, first, count)
        if len(events) != count:
            yield f"Transaction {number} of device {dev} has {len(events)} of {count} changes."
        if journal.chained(previous, row[:9], events) != digest:
            yield f"Transaction {number} of device {dev} (“{row[5]}”) has been altered or damaged."
        reached[dev], expected_first = (number, digest), first + count
    if rows(db, "SELECT coalesce(max(seq), 0) FROM event")[0][0] >= expected_first:
        yield "There are changes that belong to no transaction."
    if reached != known:
        yield "The list of devices does not agree with the journal: transactions are missing."


def _events(db: Database, first: int, count: int) -> list[Any]:
    return rows(
        db,
        "SELECT hlc, dev, ent, row, fld, val, bh, bd FROM event "
        "WHERE seq >= ? AND seq < ? ORDER BY seq",
        first,
        first + count,
    )


def _replay(db: Database) -> Iterator[str]:
    replayed, held = fold(journal.stream(db)), tables.load(db)
    for entity, records in replayed.tables.items():
        found = held.tables[entity]
        name = entity.replace("_", " ")
        for ident in records.keys() | found.keys():
            if records.get(ident) != found.get(ident):
                yield _disagreement(name, records.get(ident), found.get(ident))
                break
    yield from _drawn(db, replayed)


def _disagreement(name: str, replayed: Record | None, found: Record | None) -> str:
    known = replayed or found
    assert known is not None
    if replayed is None or found is None:
        where = "tables" if replayed is None else "journal"
        return f"The {name} {title(known)} is only in the {where}."
    fields = [f for f in fields_of(type(known)) if getattr(replayed, f) != getattr(found, f)]
    return f"The {name} {title(known)} differs from the journal in {', '.join(fields)}."


def _drawn(db: Database, state: State) -> Iterator[str]:
    """What GIS programs are shown beside the records: statuses, points, links and outlines."""
    shown = {row[0]: row[1:] for row in rows(db, "SELECT id, status, geom FROM site")}
    for ident, site in state.sites.items():
        if shown.get(ident) != (state.statuses[ident], geopackage.point(site.position)):
            yield f"The map entry of site {title(site)} differs from the journal."
            break
    points = dict(rows(db, "SELECT id, geom FROM node"))
    if points != {n.id: geopackage.point(n.position) for n in state.nodes.values()}:
        yield "The map entries of the nodes differ from the journal."
    if dict(rows(db, "SELECT site, geom FROM link")) != geopackage.links(state):
        yield "The links on the map differ from the journal."
    # Outlines are compared by their presence: another GEOS may draw them a little otherwise.
    areas = {ident for ident, geom in rows(db, "SELECT phase, geom FROM phase_area") if geom}
    placed = {s.phase for s in state.sites.values() if s.position and s.phase in state.phases}
    if areas != placed:
        yield "The phase areas on the map differ from the journal."


def _guards(db: Database) -> Iterator[str]:
    found = {name for (name,) in rows(db, "SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    missing = sorted(schema.GUARDS - found)
    if missing:
        yield f"The journal's guards are missing: {', '.join(missing)}."
