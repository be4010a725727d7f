"""Calendars as data: England's bank holidays, school holidays, change freezes.

Source of bank holidays: the `holidays` package; of terms: resources/calendars.toml.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

from psnplanner.programme.phase import ClosedWindow
from psnplanner.programme.record import new_id
from psnplanner.programme.working_days import Calendar
from psnplanner.resource_files import read_text

DIGGING_AT_SCHOOLS = "School, new dig"
"""Whom a school term shuts out: see `working_days.applies`."""

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Holiday:
    """Days (both included) on which the schools of an authority are empty."""

    authority: str
    name: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class Freeze:
    """Days (both included) on which nothing may change, at sites of a kind ("" = all)."""

    name: str
    starts_on: date
    ends_on: date
    kind: str


def uk_calendar(years: Iterable[int]) -> Calendar:
    """Working days less England's bank holidays of those years."""
    return _calendar(tuple(sorted(set(years))))


@cache
def _calendar(years: tuple[int, ...]) -> Calendar:
    from holidays import country_holidays

    found = country_holidays("GB", subdiv="ENG", years=years) if years else ()
    return Calendar(frozenset(found))


def school_holidays(authority: str = "") -> list[Holiday]:
    """The school holidays of an authority (all nine where none is named), in date order."""
    found = [
        Holiday(name, entry["name"], entry["starts_on"], entry["ends_on"])
        for entry in _data().get("school_holiday", [])
        for name in entry.get("authorities", _data()["authorities"])
        if not authority or name.casefold() == authority.casefold()
    ]
    return sorted(found, key=lambda h: (h.authority, h.starts_on))


def freezes() -> list[Freeze]:
    """The change freezes a programme starts from, in date order."""
    entries = _data().get("freeze", [])
    found = [Freeze(e["name"], e["starts_on"], e["ends_on"], e.get("kind", "")) for e in entries]
    return sorted(found, key=lambda f: f.starts_on)


def school_terms() -> list[Holiday]:
    """The days between the holidays that all nine authorities share, in date order."""
    shared = sorted(
        {(h.starts_on, h.ends_on, h.name) for h in school_holidays(_data()["authorities"][0])}
    )
    return [
        Holiday("", f"School term to {after}", ended + ONE_DAY, starts - ONE_DAY)
        for (_, ended, _), (starts, _, after) in pairwise(shared)
        if ended + ONE_DAY < starts
    ]


def default_closed_windows(first: date, last: date) -> list[ClosedWindow]:
    """New closed windows for the default freezes and terms that touch these days (both included).

    In term nobody digs at a school; freezes bind everybody.
    """
    shut = [(f.name, f.starts_on, f.ends_on, f.kind) for f in freezes()]
    shut += [(t.name, t.starts_on, t.ends_on, DIGGING_AT_SCHOOLS) for t in school_terms()]
    return [
        ClosedWindow(id=new_id(), name=name, starts_on=starts_on, ends_on=ends_on, kind=kind)
        for name, starts_on, ends_on, kind in shut
        if starts_on <= last and ends_on >= first
    ]


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(read_text("calendars.toml"))
