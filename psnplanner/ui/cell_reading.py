"""Words typed or pasted into a cell, read as the value its column holds. Qt-free."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from psnplanner.errors import UserError
from psnplanner.geography.postcode import mend
from psnplanner.intake import values
from psnplanner.programme import field_text
from psnplanner.programme.cell_edits import WAYLEAVE, stage_of
from psnplanner.programme.site import WAYLEAVE_STATES, Site
from psnplanner.programme.state import State
from psnplanner.ui.table_columns import (
    DAY,
    LINES,
    LINK,
    MONEY,
    NUMBER,
    YES_NO,
    Column,
    Facts,
    plain_words,
)
from psnplanner.ui.wording import capital, short_day

_NOTHING = ("", "—", "–", "-", "none")
_REMEDY = {
    DAY: "Write it like 3 Jun 2014 or 3/6/2014.",
    MONEY: "Write pounds a year: 1,250 or 99.50.",
    NUMBER: "Write a number: 2 or 3.5.",
    YES_NO: "Say yes or no.",
}


def edit_words(facts: Facts, column: Column, site: Site) -> str:
    """A cell as somebody would type it: what `read` takes for the same value."""
    value = column.read(facts, site)
    if value is None or value == "":
        return ""
    if column.kind == YES_NO:
        return "yes" if value else "no"
    if column.kind == MONEY:
        return f"{value / 100:.2f}".removesuffix(".00")
    if column.kind == NUMBER:
        return f"{value:g}"
    if column.kind == DAY:
        return short_day(value)
    if column.key == WAYLEAVE:
        return "" if value == "none" else str(value)
    return str(value)


def read(state: State, column: Column, words: str) -> Any:
    """The value that words mean in a column. Raises UserError, saying what is wrong and why."""
    plain = words.strip()
    if column.kind != LINES:
        plain = " ".join(plain.split())
    found = stage_of(column.key)
    if found and found[1] == "state":
        return field_text.stage_state(plain) if plain else ""
    if column.kind == LINK:
        return _link(state, column.key, plain)
    try:
        return _READERS.get(column.key, _by_kind(column.kind))(plain)
    except ValueError as error:
        said = str(error)
        if plain.casefold() not in said.casefold():
            said = f"“{_short(plain)}”: {said}"
        raise UserError(f"{capital(said)}.", remedy=_REMEDY.get(column.kind, "")) from error


def _link(state: State, entity: str, words: str) -> Any:
    if words.casefold() in (*_NOTHING, f"no {entity}"):
        return None
    if entity == "phase":
        words = words.removesuffix(" · locked")
    wanted = words.casefold()
    # “Phase 1” is enough for “Phase 1: Warrington”, and is not “Phase 10”.
    begun = [
        ident
        for ident, record in state.tables[entity].items()
        if (name := str(getattr(record, "name", "")).casefold()).startswith(wanted)
        and not name[len(wanted) : len(wanted) + 1].isalnum()
    ]
    return begun[0] if len(begun) == 1 else field_text.record(state, entity, words).id


def _postcode(words: str) -> str:
    return mend(words)[0] if words else ""


def _listed(field: str) -> Callable[[str], str]:
    return lambda words: "" if values.is_blank(words) else values.listed(field, words)


def _wayleave(words: str) -> str:
    wanted = words.casefold()
    if wanted in _NOTHING:
        return ""
    if wanted not in WAYLEAVE_STATES:
        raise ValueError(f"a wayleave is one of {', '.join(WAYLEAVE_STATES)}")
    return wanted


def _reference(words: str) -> str:
    if not words:
        raise ValueError("a site needs its reference")
    return words


_READERS: dict[str, Callable[[str], Any]] = {
    "reference": _reference,
    "postcode": _postcode,
    "access": _listed("access"),
    "tenure": _listed("tenure"),
    "priority": _listed("priority"),
    "uprn": lambda words: values.uprn(words) if words else "",
    WAYLEAVE: _wayleave,
}


def _by_kind(kind: str) -> Callable[[str], Any]:
    if kind == DAY:
        return lambda words: values.day(words)[0] if words.casefold() not in _NOTHING else None
    if kind == MONEY:
        return lambda words: values.money(words) if words.casefold() not in _NOTHING else None
    if kind == YES_NO:
        return lambda words: values.yes_no(words) if words else False
    return _number if kind == NUMBER else str


def _number(words: str) -> float | None:
    if words.casefold() in _NOTHING:
        return None
    number = values.number(words)
    if number < 0:
        raise ValueError("less than nothing")
    return number


def value_words(facts: Facts, column: Column, value: Any) -> str:
    """A value as `read` gives it, in words for a list of changes."""
    if column.kind == LINK:
        found = facts.state.tables[column.key].get(value) if value else None
        return str(getattr(found, "name", "")) if found else ""
    if column.kind == YES_NO:
        return "Yes" if value else "No"
    return plain_words(column.kind, value)


def _short(words: str) -> str:
    return words if len(words) < 40 else words[:38] + "…"


def copy_words(facts: Facts, column: Column, site: Site) -> str:
    """A cell as a spreadsheet should get it: dates in words no locale mistakes, plain amounts."""
    value = column.read(facts, site)
    if column.kind in (DAY, MONEY, NUMBER, LINES):
        return edit_words(facts, column, site)
    if column.kind == YES_NO:
        return "Yes" if value else "No"
    return plain_words(column.kind, value)
