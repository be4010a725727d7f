"""Calendars as data: England's bank holidays, school holidays, change freezes.

Source of bank holidays: the `holidays` package; of terms: resources/calendars.toml.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from psnplanner.programme.phase import ClosedWindow
from psnplanner.programme.record import new_id
from psnplanner.programme.working_days import Calendar
from psnplanner.resource_files import read_text


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


def default_closed_windows(first: date, last: date) -> list[ClosedWindow]:
    """New closed windows for the default freezes that touch these days (both included)."""
    return [
        ClosedWindow(
            id=new_id(), name=f.name, starts_on=f.starts_on, ends_on=f.ends_on, kind=f.kind
        )
        for f in freezes()
        if f.starts_on <= last and f.ends_on >= first
    ]


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(read_text("calendars.toml"))
