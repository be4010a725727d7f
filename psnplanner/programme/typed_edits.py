"""Edits typed as words: `edit FILE phase "Phase 3" ends_on=2014-09-30` and its like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from psnplanner.errors import UserError
from psnplanner.programme import field_text
from psnplanner.programme.edits import Amend, Create, Delete, Edit
from psnplanner.programme.record import new_id
from psnplanner.programme.stage import Workflow
from psnplanner.programme.stage_edits import SetWayleave
from psnplanner.programme.state import PROGRAMME_ID, RECORD_TYPES, State


def typed_edit(
    state: State,
    entity: str,
    name: str,
    given: Sequence[str],
    *,
    read_day: Callable[[str], date],
    is_new: bool = False,
    delete: bool = False,
) -> Edit:
    """The edit meant by a kind of record, its name and texts like `field=value`.

    Raises UserError if a name or value is not understood, or there is nothing to do.
    """
    if entity == "wayleave":
        return _wayleave(state, name, given, read_day)
    if entity == "certificate":
        owner = field_text.record(state, "partner", name).id
        values = field_text.values(state, entity, given, read_day)
        return Create([RECORD_TYPES[entity](id=new_id(), **{**values, "partner": owner})])
    values = field_text.values(state, entity, given, read_day)
    if is_new:
        key = "reference" if entity == "site" else "name"
        return Create([RECORD_TYPES[entity](id=new_id(), **{key: name, **values})])
    found = PROGRAMME_ID if entity == "programme" else field_text.record(state, entity, name).id
    if delete and entity != "programme":
        return Delete(entity, [found])
    if not values:
        raise UserError("Nothing to change.", remedy="Add FIELD=VALUE, --new or --delete.")
    if "workflow" in values:
        Workflow.parse(values["workflow"])  # refuse one that cannot be read back
    return Amend(entity, [found], values)


def _wayleave(
    state: State, name: str, given: Sequence[str], read_day: Callable[[str], date]
) -> Edit:
    on = [item for item in given if item.startswith("on=")]
    values: dict[str, Any] = field_text.values(
        state, "wayleave", [item for item in given if item not in on], read_day
    )
    if "state" not in values:
        raise UserError(
            "A wayleave needs its state.", remedy="Add state=requested, granted, refused ..."
        )
    known = ("state", "expires_on", "landowner", "note")
    try:
        day = read_day(on[0].removeprefix("on=")) if on else None
    except ValueError as error:
        raise UserError(f"{error}.", remedy="Write a date like 2014-05-01.") from error
    return SetWayleave(
        field_text.site(state, name).id,
        on=day,
        **{key: value for key, value in values.items() if key in known},
    )
