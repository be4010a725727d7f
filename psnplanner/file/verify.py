"""Is the file sound? The pages, the hash chain of every device, and the tables by replay."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from psnplanner.errors import Cancelled, UserError
from psnplanner.file import (
    catalogue,
    geopackage,
    journal,
    journal_reading,
    photographs,
    schema,
    seals,
    sound,
    tables,
)
from psnplanner.file.connection import connect, rows
from psnplanner.file.database import Database
from psnplanner.file.encryption import sql_errors
from psnplanner.file.heads import Heads
from psnplanner.file.journal_events import DELETES, field_name, kind_of
from psnplanner.file.journal_knowledge import Said, is_full, vector_text
from psnplanner.file.standing import has_log
from psnplanner.programme.edits import plural, title
from psnplanner.programme.fold import fold
from psnplanner.programme.record import Record, fields_of
from psnplanner.programme.state import RECORD_TYPES, State

Progress = Callable[[float, str], None]
_MOST = 20
_SEND_TO = "Go back to a backup; “psnplanner repair” saves what can be saved."
_INDEX = re.compile(r"(missing from|entry in|entries in) index ")


def verify(db: Database, progress: Progress | None = None) -> list[str]:
    """Every fault found, in sentences, the first of each sort; an empty list if there is none.

    SQLite's own check finds about half of random damage, the hashes and the replay the rest.
    """
    say = progress or (lambda _share, _what: None)
    checks: list[tuple[str, Callable[[Database], Iterator[str]]]] = [
        ("Checking pages", _pages),
        ("Checking the journal's guards", _guards),
        ("Checking the chain of changes", _chains),
        ("Checking the order of arrival", seals.faults),
        ("Checking conflicts", _forks),
        ("Checking the names of fields", _names),
        ("Replaying the journal", _replay),
        ("Checking photographs", photographs.faults),
    ]
    faults: list[str] = []
    for step, (what, check) in enumerate(checks):
        say(step / len(checks), what)
        try:
            faults.extend(check(db))  # what it found before it broke off stays
        except Cancelled:
            raise
        except Exception as error:  # damage can make any reading fail; it is what we look for
            faults.append(f"{what} stopped: {type(error).__name__}: {error}.")
    if faults and all(_INDEX.search(fault) for fault in faults):
        faults.append("Only an index is damaged: every change is there, unaltered; “repair” writes "
                      "them to a sound file.")  # fmt: skip
    say(1.0, "Done")
    return faults


def examine(path: Path, refused: UserError, progress: Progress | None = None) -> list[str]:
    """What is wrong with a file that does not open as a programme; see `verify`.

    Raises `refused`, what opening it said, where it is no programme at all, or one whose very
    pages cannot be checked without running what somebody wrote into it.
    """
    if "verify" in refused.remedy:  # this is what it sends to
        refused = UserError(refused.what, refused.where, _SEND_TO)
    try:
        db = connect(path, read_only=True, peek=has_log(path))
    except UserError:
        raise refused from None
    try:
        if not rows(db, "SELECT 1 FROM sqlite_master WHERE name = 'txn'") or sound.runs(db):
            raise refused
        return verify(db, progress)
    except sql_errors(UnicodeDecodeError):
        raise refused from None
    finally:
        db.conn.close()


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
    said = Said()
    expected_first = 1
    told = "hlc, dev, n, author, kind, label, effective_on, undo_of, ctx, first, cnt, hash"
    for row in rows(db, f"SELECT {told} FROM txn ORDER BY arr"):
        dev, number, (first, count, digest) = row[1], row[2], row[9:]
        before, previous = reached.get(dev, (0, b""))
        if number != before + 1:
            yield f"Transactions {before + 1} to {number - 1} of device {dev} are missing."
        if first != expected_first:
            yield f"Changes before transaction {number} of device {dev} are missing."
        events = _readable(db, first, count)
        what = f"Transaction {number} of device {dev} (“{row[5]}”, {row[6]}, by {row[3] or '?'})"
        if len(events) != count:
            yield f"{what} has {len(events)} of {count} changes."
        ctx = _in_full(said, dev, number, row[8])
        if journal.chained(previous, (*row[:8], ctx), events) != digest:
            yield f"{what} has been altered or damaged. It is about {_about(db, events)}."
        reached[dev], expected_first = (number, digest), first + count
    if rows(db, "SELECT coalesce(max(seq), 0) FROM event")[0][0] >= expected_first:
        yield "There are changes that belong to no transaction."
    if reached != known:
        yield "The list of devices does not agree with the journal: transactions are missing."


def _in_full(said: Said, dev: int, number: int, text: str | None) -> str | None:
    """What a device knew as its hash has it; the text itself where that cannot be told."""
    try:
        known = said.known(dev, number, text) if text else {}
        return text if not text or is_full(text) else vector_text(known)
    except (ValueError, TypeError, AttributeError):
        return text


def _about(db: Database, events: list[Any]) -> str:
    """What a transaction changed: how many records of each kind, the first by its name."""
    touched: dict[int, dict[bytes, None]] = {}
    for event in events:
        touched.setdefault(event[2], {})[event[3]] = None
    parts = []
    for ent, idents in touched.items():
        kind = kind_of(ent)
        name = kind.ENTITY.replace("_", " ") if kind else "record"
        first = _called(db, kind, next(iter(idents))) if kind else ""
        parts.append(plural(len(idents), name) + (f" (the first {first})" if first else ""))
    return ", ".join(parts) or "nothing that is left"


def _called(db: Database, kind: type[Record], ident: bytes) -> str:
    """A record's name as far as its changes can still be read; empty if they cannot."""
    try:
        found = journal_reading.changes_of_record(db, kind.ENTITY, ident)
        return title(fold(change for _, change in found).tables[kind.ENTITY][ident])
    except sql_errors(ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return ""


def _readable(db: Database, first: int, count: int) -> list[Any]:
    """The changes of a transaction, as far as their pages can be read at all.

    One spoilt page must not keep the rest from being looked at: it says who is affected.
    """
    try:
        return _events(db, first, count)
    except sql_errors(UnicodeDecodeError):
        half = count // 2
        if not half:
            return []
        return _readable(db, first, half) + _readable(db, first + half, count - half)


def _events(db: Database, first: int, count: int) -> list[Any]:
    return rows(
        db,
        "SELECT hlc, dev, ent, row, fld, val, bh, bd FROM event "
        "WHERE seq >= ? AND seq < ? ORDER BY seq",
        first,
        first + count,
    )


def _forks(db: Database) -> Iterator[str]:
    """Every head of a field in conflict must be a change to that field, or to its record.

    Whether it is still open follows from their values.
    """
    found = rows(db, "SELECT ent, row, fld, heads, open FROM fork")
    heads_of = Heads(db, [])
    for ent, row, fld, heads, is_open in found:
        stamps = journal.stamps_in(heads)
        sql = (
            "SELECT count(*) FROM event WHERE ent = ? AND row = ? AND fld IN (?, 0, -1) "
            "AND hlc = ? AND dev = ?"
        )
        whole = fld == DELETES  # of the record itself: any change may stand against it
        if whole:
            sql = sql.replace("fld IN (?, 0, -1)", "? IS NOT NULL")
        known = all(rows(db, sql, ent, row, fld, *stamp)[0][0] for stamp in stamps)
        are_changes = len(set(stamps)) > 1 and known
        if not are_changes or is_open != heads_of.differ((ent, row, fld), stamps):
            yield f"The conflict about {field_name(ent, fld) or 'a field'} is damaged."
            return


def _names(db: Database) -> Iterator[str]:
    """The names behind the journal's numbers are those this version gives; others may be newer."""
    entities = {kind.ENTITY_NUMBER: name for name, kind in RECORD_TYPES.items()}
    fields = {
        (kind.ENTITY_NUMBER, field.number): (field.name, field.kind)
        for kind in RECORD_TYPES.values()
        for field in fields_of(kind).values()
    }
    here = dict(rows(db, "SELECT ent, name FROM entity"))
    named = {(e, f): (name, kind) for e, f, name, kind in rows(db, "SELECT * FROM field")}
    wrong = [number for number, name in here.items() if entities.get(number, name) != name]
    wrong += [key for key, told in named.items() if fields.get(key, told) != told]
    if wrong or entities.keys() - here.keys() or fields.keys() - named.keys():
        yield "The names of the kinds of records and their fields are damaged."


def _replay(db: Database) -> Iterator[str]:
    replayed, held = fold(journal_reading.stream(db)), tables.load(db)
    for entity, records in replayed.tables.items():
        found = held.tables[entity]
        name = entity.replace("_", " ")
        differ = [i for i in records.keys() | found.keys() if records.get(i) != found.get(i)]
        if differ:
            said = _disagreement(name, records.get(differ[0]), found.get(differ[0]))
            more = f" So do {len(differ) - 1:,} more." if len(differ) > 1 else ""
            yield said + more
    yield from _drawn(db, replayed)
    yield from catalogue.faults(db, replayed)


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
    areas = dict(rows(db, "SELECT phase, geom FROM phase_area"))
    drawn = {i: area for i in state.phases if (area := geopackage.phase_area(state, i))}
    if areas.keys() != drawn.keys() or not all(
        geopackage.nearly_same(areas[ident] or b"", area) for ident, area in drawn.items()
    ):
        yield "The phase areas on the map differ from the journal."


def _guards(db: Database) -> Iterator[str]:
    found = {name for (name,) in rows(db, "SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    missing = sorted(schema.GUARDS - found)
    if missing:
        yield f"The journal's guards are missing: {', '.join(missing)}."
    for what in sound.altered(db):
        yield f"The {what} is damaged: it is not as PSN Planner makes it."
