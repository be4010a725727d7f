"""What people type, as records and values: a site by its reference, a phase by its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from psnplanner.errors import UserError
from psnplanner.programme.record import Position, Record, RecordId, fields_of
from psnplanner.programme.site import Site
from psnplanner.programme.stage import STATES
from psnplanner.programme.state import RECORD_TYPES, State

_LINKED = {"partner": "partner", "sharing": "partner", "node": "node", "parent": "node"}
_LINKED |= {"phase": "phase", "base": "node", "distinct_from": "site"}
_YES, _NO = ("yes", "true", "1", "y"), ("no", "false", "0", "n", "")


def site(state: State, words: str) -> Site:
    """The site of that reference, or the one of that name. Raises UserError if none or several."""
    wanted = words.strip().casefold()
    sites = [s for s in state.sites.values() if wanted]
    found = [s for s in sites if s.reference.casefold() == wanted]
    found = found or [s for s in sites if s.name.casefold() == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        which = "; ".join(f"{s.reference} {s.name}, {s.postcode}" for s in found[:5])
        raise UserError(f"Several sites are called “{words}”: {which}.", remedy="Say which one.")
    raise UserError(
        f"There is no site “{words}”.",
        remedy="Give its reference or its exact name, as in the list of sites.",
    )


def record(state: State, entity: str, words: str) -> Record:
    """The record of a kind by its name (a site also by reference), case ignored."""
    if entity == "site":
        return site(state, words)
    records = state.tables[entity].values()
    wanted = words.strip().casefold()
    found = [r for r in records if str(getattr(r, "name", "")).casefold() == wanted]
    if len(found) == 1:
        return found[0]
    kind = entity.replace("_", " ")
    names = sorted((str(getattr(r, "name", "")) for r in records), key=_counted)
    known = f"There are: {', '.join(names[:12])}." if names else f"There is no {kind} yet."
    what = f"Several {kind}s are called" if found else f"There is no {kind}"
    raise UserError(f"{what} “{words}”.", remedy=known)


def _counted(name: str) -> list[tuple[str, int]]:
    """Sorts “Phase 2” before “Phase 10”."""
    return [(word.casefold(), int(count or 0)) for word, count in re.findall(r"(\D*)(\d*)", name)]


def stage_state(words: str) -> str:
    """A stage's state by its name, case and hyphens ignored. Raises UserError naming them all."""
    wanted = " ".join(words.casefold().replace("-", " ").replace("_", " ").split())
    if wanted in STATES:
        return wanted
    raise UserError(f"There is no state “{words}”.", remedy=f"Use one of: {', '.join(STATES)}.")


def values(
    state: State, entity: str, given: Iterable[str], read_day: Callable[[str], date]
) -> dict[str, Any]:
    """Values for a record's fields from texts like `name=Widnes`; an empty text clears a field."""
    known = fields_of(RECORD_TYPES[entity])
    result = {}
    for item in given:
        name, equals, text = item.partition("=")
        name = name.strip().replace("-", "_").replace(" ", "_").casefold()
        if not equals or name not in known:
            raise UserError(
                f"“{item}” does not set a field of a {entity.replace('_', ' ')}.",
                remedy=f"Write FIELD=VALUE, with one of: {', '.join(known)}.",
            )
        try:
            value = _read(state, known[name].kind, name, text.strip(), read_day)
            result[name] = value.casefold() if known[name].choices else value
        except ValueError as error:
            raise UserError(
                f"“{text}” cannot be the {name.replace('_', ' ')}.", remedy=_HOW[known[name].kind]
            ) from error
    return result


_HOW = {
    "whole": "Give a whole number.",
    "quantity": "Give a number.",
    "yes_no": "Say yes or no.",
    "day": "Give a date like 2014-05-01 or 1/5/2014.",
    "place": "Give latitude,longitude in degrees, like 53.3417,-2.7312.",
    "pairs": "This field comes from lists and cannot be typed.",
}


def _read(state: State, kind: str, name: str, text: str, read_day: Callable[[str], date]) -> Any:
    if kind == "text":
        return text
    if kind == "yes_no":
        return _yes_no(text)
    if kind == "links":
        return tuple(_link(state, name, part.strip()) for part in text.split(";") if part.strip())
    if not text:
        return None
    if kind == "link":
        return _link(state, name, text)
    if kind == "day":
        return read_day(text)
    if kind == "place":
        return _place(text)
    if kind == "pairs":
        raise ValueError(name)
    return int(text.replace(",", "")) if kind == "whole" else float(text.replace(",", ""))


def _yes_no(text: str) -> bool:
    if text.casefold() not in _YES + _NO:
        raise ValueError(text)
    return text.casefold() in _YES


def _link(state: State, name: str, words: str) -> RecordId:
    return record(state, _LINKED.get(name, name), words).id


def _place(text: str) -> Position:
    latitude, longitude = (float(part) for part in text.split(","))
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ValueError(text)
    return Position(latitude, longitude, "typed in", None)
