"""Settling conflicts: a person says which value stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from psnplanner.errors import UserError
from psnplanner.programme.change import CREATED, DELETED, Change
from psnplanner.programme.edits import Proposal, plural, title
from psnplanner.programme.record import RecordId, fields_of
from psnplanner.programme.state import RECORD_TYPES, State
from psnplanner.programme.travel import SETTLE, Conflict


class Settlement(NamedTuple):
    """The value that a field in conflict shall have.

    For a record that one side removed (field "-"): its values by field, None to leave it removed;
    `with_it` are then the records that came and went with it, brought back too.
    """

    entity: str
    record: RecordId
    field: str
    value: Any
    with_it: tuple[tuple[str, RecordId, Mapping[str, Any]], ...] = ()


@dataclass(frozen=True)
class Settle:
    """Settle conflicts, in one transaction and one undo; each closes over all its values."""

    settlements: Sequence[Settlement]

    def propose(self, state: State, today: date) -> Proposal:
        """Refused for a record that is not there, or a field that is none."""
        changes = [change for item in self.settlements for change in _changes(state, item)]
        return Proposal(_label(state, self.settlements), changes, kind=SETTLE)


def choice(conflict: Conflict, chosen: int) -> Settlement:
    """The settlement that takes one of a conflict's values, counted from 0 as they are listed."""
    value = conflict.heads[chosen].value
    with_it = conflict.with_it if conflict.field == DELETED and value is not None else ()
    return Settlement(conflict.entity, conflict.record, conflict.field, value, with_it)


def both_notes(conflict: Conflict) -> Settlement:
    """The settlement that keeps all the texts of a note, one below the other, oldest first."""
    texts = [str(head.value) for head in reversed(conflict.heads) if head.value]
    return Settlement(
        conflict.entity, conflict.record, conflict.field, "\n".join(dict.fromkeys(texts))
    )


def _changes(state: State, item: Settlement) -> list[Change]:
    back = [
        Change(entity, record, CREATED, None, dict(values))
        for entity, record, values in item.with_it
        if entity in RECORD_TYPES and record not in state.tables[entity]
    ]
    return [_change(state, item), *back]


def _change(state: State, item: Settlement) -> Change:
    if item.entity not in RECORD_TYPES:
        raise UserError(f"There is no kind of record called “{item.entity}”.")
    record = state.tables[item.entity].get(item.record)
    if item.field == DELETED:
        if item.value is None:
            return Change(item.entity, item.record, DELETED, {}, None)
        return Change(item.entity, item.record, CREATED, None, dict(item.value))
    if record is None or item.field not in fields_of(type(record)):
        raise UserError(
            "What is to be settled is not in the programme any more.",
            remedy="Look at the list of conflicts again.",
        )
    return Change(item.entity, item.record, item.field, getattr(record, item.field), item.value)


def _label(state: State, items: Sequence[Settlement]) -> str:
    if len(items) != 1:
        return f"Settle {plural(len(items), 'conflict')}"
    (item,) = items
    record = state.tables.get(item.entity, {}).get(item.record)
    owner = state.sites.get(getattr(record, "site", None) or b"") or record
    what = "removal" if item.field == DELETED else item.field.replace("_", " ")
    return f"Settle {what}" + (f" of {title(owner)}" if owner else "")
