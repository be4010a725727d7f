"""Undo and redo, read from the journal itself: there is no second list of what was done."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from psnplanner.errors import UserError
from psnplanner.programme.change import CREATED, DELETED, Change, Transaction, inverse
from psnplanner.programme.edits import title
from psnplanner.programme.gates import breaches
from psnplanner.programme.record import Record, RecordId, fields_of
from psnplanner.programme.state import PROGRAMME_ID, State
from psnplanner.programme.travel import HANDED_OUT, MERGE, REFUSED, SETTLE

Key = tuple[int, int]
_MOST_REASONS = 5
UNDO, REDO, NEW = "undo", "redo", "new"
"""Kinds of transaction that are not undone like an edit; nor is what was handed out in a pack, or
refused by a hub."""
_NO_REST = ("override", "field_pack")
"""Records that outlive what they name: a reason given, and the list of what went out."""


@dataclass
class Stack:
    """What can be undone and redone next, and which transactions are not in force.

    `origin` names, for each undo and redo, the edit that is taken back and brought back;
    `came_by`, for what a merge brought, the merge: they are taken back together.
    """

    done: list[Transaction] = field(default_factory=list)
    undone: list[Transaction] = field(default_factory=list)
    cancelled: set[Key] = field(default_factory=set)
    origin: dict[Key, Key] = field(default_factory=dict)
    came_by: dict[Key, Key] = field(default_factory=dict)


def stack(headers: Iterable[Transaction], mine: Container[int] | None = None) -> Stack:
    """Walk the transactions in order and see what is in force.

    In a copy that a hub keeps in step, only what the devices in `mine` did is to be undone.
    """
    result = Stack()
    for item in headers:
        is_mine = mine is None or item.device in mine
        if item.kind in (UNDO, REDO) and item.undo_of is not None:
            _toggle(result, item, item.undo_of, is_mine=is_mine)
        elif item.kind not in (NEW, HANDED_OUT, REFUSED) and is_mine:
            if item.kind == MERGE:
                _gather(result, item)
            result.done.append(item)
            result.undone.clear()
    return result


def _gather(result: Stack, merge: Transaction) -> None:
    """What came by a merge, just before it and at one instant, is undone as one: the merge."""
    while result.done:
        last = result.done[-1]
        if last.received_at != merge.received_at or last.device == merge.device:
            return
        result.came_by[result.done.pop().key] = merge.key


def _toggle(result: Stack, item: Transaction, target: Key, *, is_mine: bool) -> None:
    origin = result.origin[item.key] = result.origin.get(target, target)
    # Undos and redos only switch an edit off and on: what is in force is the edit or nothing.
    result.cancelled.add(item.key)
    if item.kind == UNDO:
        result.done = [t for t in result.done if t.key != target]
        result.undone += [item] if is_mine else []
        result.cancelled.add(origin)
    else:
        result.undone = [t for t in result.undone if t.key != target]
        result.done += [item] if is_mine else []
        result.cancelled.discard(origin)


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
    """The changes that take a transaction back (for an undo: bring back what it took).

    Raises UserError, naming the later work, if a change of it was overtaken since, if
    something that stays rests on a record it made, or if a gate passed since would be open.
    """
    lost: set[tuple[RecordId, str]] = set()
    reasons: dict[str, None] = {}
    own = standing.origin.get(item.key, item.key)
    for change, later in overtaken:
        in_force = [key for key in later if key not in standing.cancelled and key != own]
        if not in_force:
            continue
        if change.record == PROGRAMME_ID and change.field == "status_on":
            lost.add((change.record, change.field))  # the day has moved on by itself: leave it
            continue
        later_label = labels.get(in_force[-1], "a later change")
        reasons[f"{_what(state, change)} was changed since by “{later_label}”"] = None
    if reasons:
        raise _refusal(item, _listed(list(reasons)))
    back = inverse(c for c in item.changes if (c.record, c.field) not in lost)
    following = state.after(back)
    last = not standing.done or item.key == standing.done[-1].key or item.kind == UNDO
    # After a merge, work may stand at a site that is gone: to go back to that is no loss.
    if not (last and item.kind in (SETTLE, UNDO, REDO)):
        _nothing_rests_on(item, back, following)
    if standing.done and item.kind != UNDO and item.key != standing.done[-1].key:
        # The last edit, or the last undo, goes back to what was sound before; an older one may not.
        _nothing_points_nowhere(item, back, following)
        _no_gate_is_opened(item, back, state, following)
    return back


def _refusal(item: Transaction, reason: str) -> UserError:
    verb = "brought back" if item.kind == UNDO else "taken back"
    return UserError(
        f"“{plain_label(item)}” cannot be {verb}: {reason}.",
        remedy="Undo the later work first, or make a new change.",
    )


def _listed(reasons: Sequence[str]) -> str:
    """The reasons, as many as can be read."""
    told = "; ".join(reasons[:_MOST_REASONS])
    more = len(reasons) - _MOST_REASONS
    return told + (f"; and {more:,} more" if more > 0 else "")


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


def _links(record: Record) -> Iterator[RecordId]:
    """The records that a record names."""
    for name, known in fields_of(type(record)).items():
        value = getattr(record, name)
        if known.kind == "link" and value is not None:
            yield value
        elif known.kind == "links":
            yield from value


def _nothing_rests_on(item: Transaction, back: Sequence[Change], following: State) -> None:
    removed = {change.record for change in back if change.field == DELETED and change.old}
    if not removed:
        return
    for records in following.tables.values():
        for record in records.values():
            if record.ENTITY not in _NO_REST and not removed.isdisjoint(_links(record)):
                raise _refusal(item, f"{_named(following, record)} rests on it")


def _nothing_points_nowhere(item: Transaction, back: Sequence[Change], following: State) -> None:
    there = {ident for records in following.tables.values() for ident in records}
    for change in back:
        record = following.tables[change.entity].get(change.record)
        if change.field == DELETED or record is None or change.entity == "override":
            continue
        if any(ident not in there for ident in _links(record)):
            raise _refusal(item, f"what {_named(following, record)} belonged to is gone since")


def _no_gate_is_opened(
    item: Transaction, back: Sequence[Change], state: State, following: State
) -> None:
    if not {c.entity for c in back} & {"stage", "wayleave", "node", "certificate", "override"}:
        return
    known = {(site.id, stage.key) for site, stage, _ in breaches(state, state.sites.values())}
    for site, stage, gate in breaches(following, following.sites.values()):
        if (site.id, stage.key) not in known:
            raise _refusal(
                item, f"“{stage.name}” of {title(site)} was done since, and {gate.sentence}"
            )
