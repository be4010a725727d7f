"""Is a file what it says it is? Its schema is ours to the letter, and so nothing in it runs.

A programme is mailed about, and SQLite runs what is written in a file: triggers, views, computed
columns, checks and expressions in indexes. So before anything is read or written, whatever stands
under a name of ours must be what this version would make, and nothing else may hang on it. Other
programs' own tables (a style of QGIS) may be there, as long as nothing in them is computed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import NamedTuple

from psnplanner.errors import UserError
from psnplanner.file import journal, journal_events, schema
from psnplanner.file.clock import instant
from psnplanner.file.connection import rows
from psnplanner.file.database import Database
from psnplanner.programme.change import CREATED, DELETED, Change
from psnplanner.programme.record import fields_of
from psnplanner.programme.stage import Workflow
from psnplanner.programme.state import RECORD_TYPES
from psnplanner.programme.travel import Sent

_JOURNAL = frozenset({"txn", "event", "parent", "fork", "dev", "own", "entity", "field", "seal",
                      "photograph_bytes"})  # fmt: skip
_MOST_NAME = 60
_MOST_UNKNOWN = 500  # fields and kinds of records that a newer version may have, many times over
FURTHEST_AHEAD = timedelta(days=3653)
"""A clock further in the future than this is no clock."""

CLOCK_AHEAD = (
    "It holds changes written by a clock of the year {}, so nothing can be saved in it. Go back "
    "to a backup from before them, or save its changes into a new file with “psnplanner repair”."
)
# A comment may stand between any two words, and none of those who add tables write one.
_RUNS_IN_TABLE = re.compile(r"\bcheck\s*\(|\bgenerated\b|\bas\s*\(|/\*|--", re.IGNORECASE)
_RUNS_IN_INDEX = re.compile(r"\(.*\(|\bwhere\b|/\*|--", re.IGNORECASE | re.DOTALL)
_KEY = re.compile(r"[0-9]{1,18}\.[0-9]{1,18}")


class Thing(NamedTuple):
    """One entry of a schema: what it is, its name, the table it belongs to, and how it is made."""

    kind: str
    name: str
    table: str
    sql: str


def check_journal(db: Database, path: str) -> None:
    """The part of a file that no version alters: its journal; and that nothing hangs on ours.

    Raises UserError for what was tampered with.
    """
    ours = _ours()
    names = {thing.table for thing in ours.values()}
    found = list(_things(db))
    if not any(thing.name == "txn" for thing in found):
        return  # a database of somebody else's, and none of ours at all
    for thing in found:
        known = ours.get(thing.name.lower())
        if known is None:
            hangs = thing.table.lower() in names and thing.kind in ("trigger", "index")
            hangs = hangs or _computes(thing)
        else:
            other = thing.kind != known.kind or thing.sql.upper().startswith("CREATE VIRTUAL")
            hangs = other or (thing.table in _JOURNAL and thing.sql != known.sql)
        if hangs:
            raise _tampered(thing, path)


def runs(db: Database) -> bool:
    """Whether something not of our making would be run by as much as checking the pages."""
    ours = _ours()
    mine = {thing.sql for thing in ours.values()}
    return any(thing.sql not in mine and _computes(thing) for thing in _things(db))


def _computes(thing: Thing) -> bool:
    """Whether checking the pages, or packing them anew, would run what a stranger wrote."""
    if thing.kind == "table":
        return _RUNS_IN_TABLE.search(thing.sql) is not None
    return thing.kind == "index" and _RUNS_IN_INDEX.search(thing.sql) is not None


def check_tables(db: Database, path: str) -> None:
    """Everything of ours, in a file of this version. Raises UserError for what was tampered with.

    What is missing is damage, and is told by those who look for it.
    """
    ours = _ours()
    for thing in _things(db):
        known = ours.get(thing.name.lower())
        if known is not None and known.kind != "view" and thing.sql != known.sql:
            raise _tampered(thing, path)


def altered(db: Database) -> list[str]:
    """The views, and all else of ours, that are not what this version would make."""
    ours = _ours()
    found = {thing.name.lower(): thing for thing in _things(db)}
    return [
        f"{thing.kind} “{thing.name}”"
        for name, thing in ours.items()
        if name in found and found[name].sql != thing.sql
    ]


def _things(db: Database) -> Iterator[Thing]:
    sql = "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master"
    return (Thing(*map(str, row)) for row in rows(db, sql))


@cache
def _ours() -> dict[str, Thing]:
    """What this version would make, by name; the record of its migrations is the library's own."""
    db = Database(memory=True, execute_plugins=False)
    try:
        schema.create(db)
        return {thing.name.lower(): thing for thing in _things(db)}
    finally:
        db.conn.close()


def check_readable(arriving: Iterable[Sent]) -> None:
    """Raise UserError unless all that arrives can be read here, or is for a newer version.

    What is once in a journal stays there: a day that is none would keep the file from opening.
    """
    unknown: set[tuple[int, int]] = set()
    try:
        for item in arriving:
            unknown |= _check_transaction(item)
            if len(unknown) > _MOST_UNKNOWN:
                raise ValueError("no version has so many fields")
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise UserError(
            "It holds what cannot be read; nothing was merged.",
            remedy="Update PSN Planner here and there, or ask for it again.",
        ) from error


def _check_transaction(item: Sent) -> set[tuple[int, int]]:
    """The kinds of records and fields that are not known here. Raises as Python does."""
    if date.fromisoformat(item.effective_on).isoformat() != item.effective_on:
        raise ValueError("a day that is not written as days are")
    if item.undo_of is not None and not _KEY.fullmatch(item.undo_of):
        raise ValueError("the name of a transaction that is none")
    slots = {(event.ent, event.row, event.fld) for event in item.events}
    if len(slots) != len(item.events):
        raise ValueError("a field is changed twice at once")
    unknown: set[tuple[int, int]] = set()
    for event in item.events:
        change = journal_events.plain_change(event.ent, event.row, event.fld, event.val)
        if change is None:
            unknown.add((event.ent, event.fld))
            continue
        _check_there(change)
        if change.entity == "programme":
            _check_workflow(change)
    return unknown


def _check_there(change: Change) -> None:
    """Raise ValueError for nothing where a field always has something: a name, a yes or no."""
    if change.field == CREATED:
        told = change.new
    elif change.field == DELETED:
        told = change.old
    else:
        told = {change.field: change.new}
    fields = fields_of(RECORD_TYPES[change.entity])
    for name, value in told.items():
        if value is None and fields[name].default is not None:
            raise ValueError(f"nothing in {name}")


def _check_workflow(change: Change) -> None:
    new = change.new.get("workflow") if change.field == CREATED else change.new
    if isinstance(new, str) and change.field in (CREATED, "workflow"):
        Workflow.parse(new)


def clock_ahead(db: Database) -> str:
    """Why nothing may be written after what a clock of the far future wrote; "" if none did.

    Our own clock never goes back: after a change of the year 2100, all that follows would bear
    that year too, and every other copy would refuse it.
    """
    latest = instant(max(journal.latest_stamp(db), 0))
    if latest <= datetime.now(UTC) + FURTHEST_AHEAD:
        return ""
    return CLOCK_AHEAD.format(latest.year)


def _tampered(thing: Thing, path: str) -> UserError:
    name = thing.name[:_MOST_NAME]
    return UserError(
        f"This file was tampered with: its {thing.kind} “{name}” is not of PSN Planner's making; "
        "not opened.",
        where=path,
        remedy="Ask whoever sent it for a new backup, or save its changes into a new file with "
        "“psnplanner repair”.",
    )
