"""What a merge changes and what it leaves to settle, in words: for the window, the report, JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from psnplanner.history.audit import shown
from psnplanner.programme.change import CREATED, DELETED, Change
from psnplanner.programme.edits import title
from psnplanner.programme.gates import uk
from psnplanner.programme.photograph import Photograph
from psnplanner.programme.record import Position, Record, RecordId, fields_of
from psnplanner.programme.site import Site, StageRecord
from psnplanner.programme.state import RECORD_TYPES, State
from psnplanner.programme.travel import Conflict, Sent

NOTHING = "—"
_GONE, _NAMELESS = "no longer there", "A site that is no longer there"
_COUNTER_BITS = 16
"""The low bits of a stamp, which tell no time (the phone sheet writes the same)."""
_IN_STATE = ("state", "actual_on", "waiting_on", "waiting_since", "started_on")
"""Fields of a stage that are told together: “done 3 June 2014”."""
_TEXTS = ("note", "safety", "contact", "caption", "address")
"""Fields of which two texts can stand one below the other."""


class Told(NamedTuple):
    """One change in words: where, what, what it was and now is, by whom and when.

    `places` are the old and the new position of a site that moved.
    """

    site: RecordId | None
    where: str
    what: str
    was: str
    now: str
    who: str = ""
    at: datetime | None = None
    places: tuple[Position, Position] | None = None


class ConflictTold(NamedTuple):
    """A conflict in words: where, what, what both began from, and each value as it is listed."""

    site: RecordId | None
    where: str
    what: str
    base: str
    values: tuple[str, ...]


class _Author(NamedTuple):
    who: str
    at: datetime


def told(
    before: State,
    after: State,
    changes: Iterable[Change],
    brought: Iterable[Sent] = (),
    gone: Callable[[RecordId], str] = lambda _site: "",
) -> list[Told]:
    """The changes between two states in words, by site; `brought` says who made them.

    `gone` names a site that is in neither.
    """
    authors, stages = _authors(brought), set()
    lines: list[Told] = []
    for change in changes:
        record = _record(before, after, change)
        if isinstance(record, StageRecord):
            if change.record not in stages:
                stages.add(change.record)
                lines += _stage_lines(before, after, record, authors)
        else:
            lines += _lines(before, after, change, record, authors)
    lines = [
        line._replace(where=f"{name} ({_GONE})")
        if line.where == _NAMELESS and line.site and (name := gone(line.site)) else line
        for line in lines
    ]  # fmt: skip
    # Of equal names Python keeps the order in which the changes were made.
    return sorted(lines, key=lambda line: (line.site is None, line.where))


def _authors(brought: Iterable[Sent]) -> dict[tuple[RecordId, int | None], _Author]:
    """Who touched each field last, by record and field number; None: the record at all."""
    found: dict[tuple[RecordId, int | None], _Author] = {}
    for item in sorted(brought, key=lambda item: item.hlc):
        author = _Author(item.author, made_at(item.hlc))
        for event in item.events:
            found[event.row, event.fld] = found[event.row, None] = author
    return found


def made_at(hlc: int) -> datetime:
    """The instant (UTC) of a stamp."""
    return datetime.fromtimestamp((hlc >> _COUNTER_BITS) / 1000, UTC)


def _record(before: State, after: State, change: Change) -> Record | None:
    table = change.entity
    return after.tables[table].get(change.record) or before.tables[table].get(change.record)


def _site_of(record: Record | None) -> RecordId | None:
    return record.id if isinstance(record, Site) else getattr(record, "site", None)


def _where(states: Iterable[State], record: Record | None) -> str:
    ident = _site_of(record)
    if ident is not None:
        for state in states:
            site = state.sites.get(ident)
            if site is not None:
                return " ".join(filter(None, (site.reference, site.name)))
        return _NAMELESS
    if record is None or record.ENTITY == "programme":
        return "Programme"
    return f"{record.ENTITY.replace('_', ' ').capitalize()} {getattr(record, 'name', '')}".strip()


def _lines(
    before: State,
    after: State,
    change: Change,
    record: Record | None,
    authors: Mapping[tuple[RecordId, int | None], _Author],
) -> Iterator[Told]:
    who, at = _author(authors, change)
    where, site = _where((after, before), record), _site_of(record)
    kind = "" if change.entity == "site" else change.entity.replace("_", " ").capitalize()
    if change.field == CREATED:
        yield Told(site, where, f"{kind or 'Site'} added", NOTHING, _new(record), who, at)
        return
    if change.field == DELETED:
        yield Told(site, where, f"{kind or 'Site'} removed", title(record) if record else "",
                   NOTHING, who, at)  # fmt: skip
        return
    old = value_words(change.old, before, change.field)
    new = value_words(change.new, after, change.field)
    moved = isinstance(change.old, Position) and isinstance(change.new, Position)
    places = (change.old, change.new) if moved else None
    yield Told(site, where, _field(kind, change.field), old, new, who, at, places)


def _author(
    authors: Mapping[tuple[RecordId, int | None], _Author], change: Change
) -> tuple[str, datetime | None]:
    field = fields_of(RECORD_TYPES[change.entity]).get(change.field)
    numbers = (field.number if field else 0, 0, None)
    keys = [(change.record, number) for number in numbers]
    return next((authors[key] for key in keys if key in authors), ("", None))


def _new(record: Record | None) -> str:
    if isinstance(record, Photograph):
        return record.caption or record.file_name or "photograph"
    if record is None:
        return NOTHING
    known = ("reason", "name", "state", "reference")
    return next((str(v) for n in known if (v := getattr(record, n, ""))), title(record))


def _field(kind: str, name: str) -> str:
    words = name.replace("_", " ").removesuffix(" pence")
    return f"{kind}: {words}" if kind else words.capitalize()


def value_words(value: Any, state: State, name: str = "") -> str:
    """A field's value as people read it; a dash for none."""
    return NOTHING if value in (None, "", ()) else shown(value, state, name)


def _stage_lines(
    before: State,
    after: State,
    record: StageRecord,
    authors: Mapping[tuple[RecordId, int | None], _Author],
) -> Iterator[Told]:
    """A line for the state of a stage with its dates, and one for each further field."""
    was, now = before.tables["stage"].get(record.id), after.tables["stage"].get(record.id)
    who, at = authors.get((record.id, None), ("", None))
    where, name = _where((after, before), record), stage_name(after, record.stage)
    old, new = stage_words(was), stage_words(now)
    if old != new:
        yield Told(record.site, where, name, old, new, who, at)
    for field, about in fields_of(StageRecord).items():
        if field in (*_IN_STATE, "site", "stage"):
            continue
        had, has = (getattr(r, field) if r else about.default for r in (was, now))
        if had != has:
            yield Told(record.site, where, _field(name, field), value_words(had, before, field),
                       value_words(has, after, field), who, at)  # fmt: skip


def stage_name(state: State, key: str) -> str:
    """What people call a stage."""
    stage = state.workflow.by_key.get(key)
    return stage.name if stage else key or "Stage"


def stage_words(record: Any) -> str:
    """How far a stage is: “done 3 June 2014”, “waiting on Planning since 3 June 2014”."""
    if record is None or not record.state:
        return "not begun"
    said = str(record.state)
    if record.actual_on:
        return f"{said} {uk(record.actual_on)}"
    if record.waiting_on:
        said += f" on {record.waiting_on}"
    if record.waiting_since:
        said += f" since {uk(record.waiting_since)}"
    elif record.started_on:
        said += f" from {uk(record.started_on)}"
    return said


# -- Conflicts ----------------------------------------------------------------------------


def conflict_told(state: State, conflict: Conflict) -> ConflictTold:
    """A conflict in words; a value longer than a line is whole."""
    record = state.tables[conflict.entity].get(conflict.record)
    kept = next((head.value for head in conflict.heads if isinstance(head.value, dict)), {})
    if record is None and kept:
        record = RECORD_TYPES[conflict.entity](
            id=conflict.record,
            **{name: kept[name] for name in ("site", "stage", "reference", "name") if name in kept},
        )
    where = _where((state,), record)
    if isinstance(record, Site) and record.id not in state.sites:
        where = " ".join(filter(None, (record.reference, record.name)))
    kind = "" if conflict.entity == "site" else conflict.entity.replace("_", " ").capitalize()
    if isinstance(record, StageRecord):
        kind = stage_name(state, record.stage)
    what = f"{kind or 'Site'} removed, or kept" if conflict.field == DELETED else _field(
        kind, conflict.field
    )  # fmt: skip
    values = tuple(_head(state, conflict, head.value) for head in conflict.heads)
    base = "" if conflict.field == DELETED else value_words(conflict.base, state, conflict.field)
    return ConflictTold(_site_of(record), where, what, base, values)


def _head(state: State, conflict: Conflict, value: Any) -> str:
    if conflict.field != DELETED:
        return value_words(value, state, conflict.field)
    if value is None:
        return "Removed"
    said = [
        f"{name.replace('_', ' ')} {value_words(item, state, name)}"
        for name, item in value.items()
        if name in ("state", "note", "contact", "actual_on", "caption") and item
    ]
    return "Kept" + (f": {', '.join(said)}" if said else "")


def can_keep_both(conflict: Conflict) -> bool:
    """Whether all texts of a conflict can stand one below the other."""
    return conflict.field in _TEXTS and all(isinstance(h.value, str) for h in conflict.heads)


def documents(state: State, lines: Sequence[Told]) -> list[dict[str, str]]:
    """The changes as JSON-ready documents: which site, what, now (before the merge) and then."""
    return [
        {
            "site": _reference(state, line), "field": line.what,
            "now": _plain(line.was), "then": _plain(line.now),
        }
        for line in lines
    ]  # fmt: skip


def _plain(words: str) -> str:
    return "" if words == NOTHING else words


def _reference(state: State, line: Told) -> str:
    site = state.sites.get(line.site or b"")
    return site.reference or site.name if site else line.where
