"""Undo and redo, read from the journal itself: there is no second list of what was done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from psnplanner.errors import UserError
from psnplanner.programme.change import CREATED, DELETED, Change, Transaction, inverse
from psnplanner.programme.edits import title
from psnplanner.programme.record import Record, RecordId, fields_of
from psnplanner.programme.state import PROGRAMME_ID, RECORD_TYPES, State

Key = tuple[int, int]
UNDO, REDO, NEW = "undo", "redo", "new"
"""Kinds of transaction that are not undone like an edit."""


@dataclass
class Stack:
    """What can be undone and redone next, and which transactions cancel each other out."""

    done: list[Transaction] = field(default_factory=list)
    undone: list[Transaction] = field(default_factory=list)
    cancelled: set[Key] = field(default_factory=set)


def stack(headers: Iterable[Transaction]) -> Stack:
    """Walk the transactions in order and see what is in force."""
    result = Stack()
    for item in headers:
        if item.kind == UNDO and item.undo_of is not None:
            result.done = [t for t in result.done if t.key != item.undo_of]
            result.undone.append(item)
            result.cancelled |= {item.key, item.undo_of}
        elif item.kind == REDO and item.undo_of is not None:
            result.undone = [t for t in result.undone if t.key != item.undo_of]
            result.done.append(item)
        elif item.kind != NEW:
            result.done.append(item)
            result.undone.clear()
    return result


def plain_label(item: Transaction) -> str:
    """What a transaction did, without the “Undo” or “Redo” before it."""
    label = item.label
    for word in ("Undo: ", "Redo: "):
        label = label.removeprefix(word)
    return label


def take_back(
    item: Transaction,
    overtaken: Sequence[tuple[Change, Sequence[Key]]],
    standing: Stack,
    state: State,
    labels: dict[Key, str],
) -> list[Change]:
    """The changes that take a transaction back.

    Raises UserError, naming the later work, if a change of it was overtaken since, or if
    something that stays in the programme rests on a record it made.
    """
    kept = []
    lost: set[tuple[RecordId, str]] = set()
    for change, later in overtaken:
        standing_later = [key for key in later if key not in standing.cancelled]
        if not standing_later:
            continue
        if change.record == PROGRAMME_ID and change.field == "status_on":
            lost.add((change.record, change.field))  # the day has moved on by itself: leave it
            continue
        kept.append((change, standing_later[-1]))
    if kept:
        change, key = kept[0]
        raise UserError(
            f"“{plain_label(item)}” cannot be taken back: {_what(state, change)} was changed since "
            f"by “{labels.get(key, 'a later change')}”.",
            remedy="Undo the later change first, or make a new change.",
        )
    changes = [c for c in item.changes if (c.record, c.field) not in lost]
    back = inverse(changes)
    _nothing_rests_on(item, back, state)
    return back


def _what(state: State, change: Change) -> str:
    record = state.tables[change.entity].get(change.record)
    name = _named(state, record) if record else f"a {change.entity.replace('_', ' ')}"
    if change.field in (CREATED, DELETED):
        return name
    return f"{change.field.replace('_', ' ')} of {name}"


def _named(state: State, record: Record) -> str:
    """A record as people call it: a stage or wayleave by its site."""
    site = state.sites.get(getattr(record, "site", None) or b"")
    what = record.ENTITY.replace("_", " ")
    return f"the {what} of {title(site)}" if site else f"the {what} {title(record)}"


def _nothing_rests_on(item: Transaction, back: Sequence[Change], state: State) -> None:
    removed = {change.record for change in back if change.field == DELETED}
    if not removed:
        return
    for entity, records in state.after(back).tables.items():
        names = [f.name for f in fields_of(RECORD_TYPES[entity]).values() if f.kind == "link"]
        for record in records.values():
            if any(getattr(record, name) in removed for name in names):
                raise UserError(
                    f"“{plain_label(item)}” cannot be taken back: {_named(state, record)} "
                    "rests on it.",
                    remedy="Undo the later work first, or remove it.",
                )
