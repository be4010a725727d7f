"""Edits typed as words: `edit FILE phase "Phase 3" ends_on=2014-09-30` and its like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from psnplanner.errors import UserError
from psnplanner.programme import field_text
from psnplanner.programme.edits import Amend, Create, Delete, Edit, plural, title
from psnplanner.programme.partner import Certificate
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
    override: str = "",
) -> Edit:
    """The edit meant by a kind of record, its name and texts like `field=value`.

    Raises UserError if a name or value is not understood, or there is nothing to do.
    """
    if delete and (entity in ("programme", "wayleave")):
        raise UserError(
            f"A {entity} cannot be removed.", remedy="Change it, or undo what brought it."
        )
    if entity == "wayleave":
        return _wayleave(state, name, given, read_day, override)
    values = field_text.values(state, entity, given, read_day)
    if entity == "certificate":
        return _certificate(state, name, values, delete)
    if is_new:
        key = "reference" if entity == "site" else "name"
        ident = PROGRAMME_ID if entity == "programme" else new_id()
        return Create([RECORD_TYPES[entity](id=ident, **{key: name, **values})])
    found = PROGRAMME_ID if entity == "programme" else field_text.record(state, entity, name).id
    if delete:
        return Delete(entity, [found])
    if not values:
        raise UserError("Nothing to change.", remedy="Add FIELD=VALUE, --new or --delete.")
    if "workflow" in values:
        Workflow.parse(values["workflow"])  # refuse one that cannot be read back
    return Amend(entity, [found], values)


def _certificate(state: State, name: str, values: dict[str, Any], delete: bool) -> Edit:
    partner = state.partners[field_text.record(state, "partner", name).id]
    if delete:
        found = [
            certificate.id
            for certificate in state.certificates.values()
            if certificate.partner == partner.id
            and all(getattr(certificate, key) == value for key, value in values.items())
        ]
        if len(found) != 1:
            raise UserError(
                f"{title(partner)} has {plural(len(found), 'such certificate')}.",
                remedy="Say which one to remove: valid_to=DATE or reference=TEXT.",
            )
        return Delete("certificate", found)
    if not values.get("valid_from") and not values.get("valid_to"):
        raise UserError(
            "A certificate needs its dates.", remedy="Add valid_from=DATE valid_to=DATE."
        )
    fresh = Certificate(id=new_id(), **{**values, "partner": partner.id})
    return Create([fresh], f"Add certificate of {partner.name}")


def _wayleave(
    state: State,
    name: str,
    given: Sequence[str],
    read_day: Callable[[str], date],
    override: str,
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
        override=override,
        **{key: value for key, value in values.items() if key in known},
    )
