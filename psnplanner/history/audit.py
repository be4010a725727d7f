"""What happened, in sentences: who did what to a site, and when it counts from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psnplanner.programme.change import CREATED, DELETED, Change, Transaction
from psnplanner.programme.gates import WAYLEAVE_STAGE, uk
from psnplanner.programme.record import Position, RecordId, fields_of
from psnplanner.programme.stage import DONE
from psnplanner.programme.state import RECORD_TYPES, State

Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of history. `recorded_at` is UTC; `key` names the transaction."""

    recorded_at: datetime
    effective_on: date
    author: str
    sentence: str
    key: Key
    kind: str


def of_programme(headers: Iterable[Transaction]) -> list[Entry]:
    """A line for each transaction, oldest first."""
    return [_entry(item, item.label) for item in headers]


def of_site(
    changes: Iterable[tuple[Key, Change]], headers: Iterable[Transaction], state: State
) -> list[Entry]:
    """A line for each transaction that touched the site, oldest first.

    `changes` are those of the site and of what belongs to it, in the order of the clock.
    """
    by_key = {item.key: item for item in headers}
    told: dict[Key, list[Change]] = {}
    values: dict[tuple[RecordId, str], Any] = {}
    stages: dict[RecordId, str] = {}
    for key, change in changes:
        told.setdefault(key, []).append(_with_old(change, values))
        if change.entity == "stage" and change.field == CREATED:
            stages[change.record] = change.new.get("stage", "")
    entries = []
    for key, group in told.items():
        item = by_key[key]
        sentence = _sentence(group, stages, state)
        prefix = {"undo": "Undone: ", "redo": "Redone: "}.get(item.kind, "")
        entries.append(_entry(item, prefix + sentence if sentence else item.label))
    return entries


def _entry(item: Transaction, sentence: str) -> Entry:
    return Entry(item.recorded_at, item.effective_on, item.author, sentence, item.key, item.kind)


def _with_old(change: Change, values: dict[tuple[RecordId, str], Any]) -> Change:
    kind = RECORD_TYPES[change.entity]
    if change.field in (CREATED, DELETED):
        for name, field in fields_of(kind).items():
            given = change.new or {}
            values[change.record, name] = given.get(name, field.default)
        return change
    old = values.get((change.record, change.field))
    values[change.record, change.field] = change.new
    return Change(change.entity, change.record, change.field, old, change.new)


def _sentence(group: list[Change], stages: Mapping[RecordId, str], state: State) -> str:
    parts = []
    for record in dict.fromkeys(change.record for change in group):
        own = [change for change in group if change.record == record]
        entity = own[0].entity
        if entity == "stage":
            key = stages.get(record, "")
            words = _wayleave_words(group) if key == WAYLEAVE_STAGE else ""
            parts.append(_stage_part(own, key, state, words))
        elif entity == "override":
            parts += [_override_part(change) for change in own]
        elif entity == "wayleave" and any(c.entity == "stage" for c in group):
            continue  # the wayleave stage says it already
        else:
            parts += [_field_part(change, state) for change in own]
    return "; ".join(dict.fromkeys(part for part in parts if part))


def _wayleave_words(group: list[Change]) -> str:
    """What became of the wayleave itself: “granted”, where its stage says “done”."""
    for change in group:
        if change.entity == "wayleave":
            given = change.new if change.field == CREATED else {change.field: change.new}
            if given and given.get("state"):
                return str(given["state"])
    return ""


def _stage_part(own: list[Change], key: str, state: State, words: str = "") -> str:
    stage = state.workflow.by_key.get(key)
    name = stage.name if stage else key
    values: dict[str, Any] = {}
    for change in own:
        if change.field == DELETED:
            return f"{name}: record removed"
        values |= change.new if change.field == CREATED else {change.field: change.new}
    said = name
    if "state" in values:
        said += f" {words or values['state']}"
        if values["state"] == DONE and values.get("actual_on"):
            said += f" {uk(values['actual_on'])}"
    if values.get("waiting_on"):
        said += f", waiting on {values['waiting_on']}"
        said += f" since {uk(values['waiting_since'])}" if values.get("waiting_since") else ""
    if "state" not in values:
        said += ": " + ", ".join(
            f"{n.replace('_', ' ')} {shown(v, state)}" for n, v in values.items() if n != "note"
        ).rstrip(": ")
    return said + (f" (“{values['note']}”)" if values.get("note") else "")


def _override_part(change: Change) -> str:
    if change.field != CREATED:
        return "Override removed" if change.field == DELETED else ""
    given = change.new
    return f"Override: {given.get('gate', '')}, allowed because “{given.get('reason', '')}”"


def _field_part(change: Change, state: State) -> str:
    what = change.entity.replace("_", " ")
    if change.field == CREATED:
        return f"{what.capitalize()} added"
    if change.field == DELETED:
        return f"{what.capitalize()} removed"
    name = change.field.replace("_", " ").removesuffix(" pence")
    if change.field == "locked":
        return "Locked to its phase" if change.new else "Unlocked"
    old, new = shown(change.old, state, change.field), shown(change.new, state, change.field)
    return f"{name.capitalize()} {old} → {new}"


def shown(value: Any, state: State, name: str = "") -> str:
    """A value as people read it: names for ids, UK dates, pounds for pence."""
    if value is None or value == "" or value == ():
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return uk(value)
    if isinstance(value, Position):
        return f"{value.latitude:.5f}, {value.longitude:.5f} ({value.source or 'no source'})"
    if isinstance(value, bytes):
        return _name_of(value, state)
    if isinstance(value, tuple):
        return ", ".join(shown(item, state) for item in value)
    if name.endswith("_pence"):
        return f"£{value / 100:,.2f}"
    return str(value)


def _name_of(ident: RecordId, state: State) -> str:
    for table in (state.phases, state.partners, state.nodes, state.sites):
        record = table.get(ident)
        if record is not None:
            return str(getattr(record, "name", ""))
    return "one since removed"
