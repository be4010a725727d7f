"""What no edit may make: numbers that are none, ends before beginnings, two of one name.

The write door holds to these. A merge may still bring such things together; then they are
findings, and nothing is lost.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache
from typing import Any

from psnplanner.errors import UserError
from psnplanner.programme.change import CREATED, DELETED, Change
from psnplanner.programme.edits import title
from psnplanner.programme.gates import uk
from psnplanner.programme.record import Field, Record, fields_of
from psnplanner.programme.state import PROGRAMME_ID, RECORD_TYPES, State

MOST = 10**12
"""Beyond any sum in pence, effort or count of a programme."""

WINDOWS = {
    "phase": ("starts_on", "ends_on"),
    "closed_window": ("starts_on", "ends_on"),
    "certificate": ("valid_from", "valid_to"),
    "programme": ("starts_on", "go_live_on"),
}
"""The fields that hold the first and last day of a record."""

_BOUNDED = ("whole", "quantity", "place")
"""The kinds of field whose values can be out of bounds."""

NAMES = {"partner": "name", "node": "name", "phase": "name", "site": "reference"}
"""The field people call a record by, which no two of a kind may share."""


def check(before: State, after: State, changes: Iterable[Change], *, imported: bool) -> None:
    """Raise UserError if the changes make something that cannot be.

    The references of an imported list have been looked at already, row by row.
    """
    renamed: dict[str, dict[bytes, Record]] = {}
    for change in changes:
        if change.field == DELETED:
            continue
        for name, field in _checked(change.entity).items():
            if change.field == CREATED:
                if name in change.new:
                    _check_value(after, change, field, change.new[name])
            elif change.field == name:
                _check_value(after, change, field, change.new)
        record = after.tables[change.entity].get(change.record)
        if record is None:
            continue
        _check_record(after, record, change)
        if NAMES.get(change.entity) == change.field or change.field == CREATED:
            renamed.setdefault(change.entity, {})[change.record] = record
    for entity, records in renamed.items():
        if entity in NAMES and not (imported and entity == "site"):
            _check_names(after, entity, records)


@cache
def _checked(entity: str) -> dict[str, Field]:
    """The fields of a kind of record whose values can be out of bounds or not one of a list."""
    return {
        name: field
        for name, field in fields_of(RECORD_TYPES[entity]).items()
        if field.choices or field.kind in _BOUNDED
    }


def _check_value(state: State, change: Change, field: Field, value: Any) -> None:
    if value is None or value == "":
        return
    numbers: tuple[float, ...] = ()
    if field.kind in ("whole", "quantity"):
        numbers = (value,)
    elif field.kind == "place":
        numbers = (value.latitude + 90, value.longitude + 180, value.accuracy_m or 0)
        if value.latitude > 90 or value.longitude > 180:
            numbers = (math.nan,)
    if not all(math.isfinite(number) and 0 <= number <= MOST for number in numbers):
        raise UserError(
            f"{value} cannot be the {_said(field)} of {_whose(state, change)}.",
            remedy="Give a number from 0 up."
            if field.kind != "place"
            else "Give degrees of latitude and longitude.",
        )
    if field.choices and value not in field.choices:
        raise UserError(
            f"“{value}” cannot be the {_said(field)} of {_whose(state, change)}.",
            remedy=f"Use one of: {', '.join(field.choices)}.",
        )


def _check_record(state: State, record: Record, change: Change) -> None:
    entity = record.ENTITY
    if entity == "programme" and record.id != PROGRAMME_ID:
        raise UserError("A file holds one programme.", remedy="Make another file for another one.")
    if entity in WINDOWS and change.field in (CREATED, *WINDOWS[entity]):
        first, last = (getattr(record, name) for name in WINDOWS[entity])
        if first and last and last < first:
            raise UserError(
                f"{_whose(state, change).capitalize()} would end on {uk(last)}, before it begins "
                f"on {uk(first)}.",
                remedy="Give an end on or after the beginning.",
            )
    if entity == "node" and change.field in (CREATED, "parent"):
        _check_tree(state, record)


def _check_tree(state: State, node: Record) -> None:
    seen, ident = {node.id}, getattr(node, "parent", None)
    while ident is not None and ident in state.nodes:
        if ident in seen:
            raise UserError(
                f"Node {title(node)} would hang on itself: {title(state.nodes[ident])} is among "
                "the nodes behind it.",
                remedy="Choose a parent nearer the core.",
            )
        seen.add(ident)
        ident = state.nodes[ident].parent


def _check_names(state: State, entity: str, records: dict[bytes, Record]) -> None:
    key = NAMES[entity]
    names: dict[str, bytes] = {}
    wanted = {str(getattr(record, key)).casefold() for record in records.values()} - {""}
    for ident, record in state.tables[entity].items():
        name = str(getattr(record, key)).casefold()
        if name not in wanted:
            continue
        if name in names and (ident in records or names[name] in records):
            raise UserError(
                f"There is a {entity} {title(record)} already.",
                remedy="Choose another name, or change the one there is.",
            )
        names[name] = ident


def _said(field: Field) -> str:
    return field.name.replace("_", " ").removesuffix(" pence")


def _whose(state: State, change: Change) -> str:
    record = state.tables[change.entity].get(change.record)
    site = state.sites.get(getattr(record, "site", None) or b"")
    partner = state.partners.get(getattr(record, "partner", None) or b"")
    what = change.entity.replace("_", " ")
    if site is not None:
        return f"the {what} of {title(site)}"
    if change.entity == "certificate" and partner is not None:
        return f"the certificate of {partner.name}"
    return f"the {what} {title(record)}" if record else f"a {what}"
