"""How the window writes dates, money and counts: as the United Kingdom does."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QDate

if TYPE_CHECKING:
    from psnplanner.programme.phase import Phase

DASH = "–"
NOTHING = "—"


def short_day(on: date | None) -> str:
    """3 Jun 2014, or a dash."""
    return f"{on.day} {on:%b %Y}" if on else NOTHING


def window(phase: Phase) -> str:
    """A phase's window: 3 Mar – 30 Apr 2014, 15 Dec – 23 Jan 2015; both years if a year long."""
    starts, ends = phase.starts_on, phase.ends_on
    if not starts or not ends:
        return short_day(starts or ends) if starts or ends else "no dates yet"
    within_a_year = 0 <= (ends - starts).days < 330
    first = f"{starts.day} {starts:%b}" if within_a_year else short_day(starts)
    return f"{first} {DASH} {short_day(ends)}"


def pounds(pence: int | None) -> str:
    """£1,234 of pence, or nothing at all."""
    return "" if pence is None else f"£{pence / 100:,.0f}"


def days_text(days: float) -> str:
    """Crew-days without a needless decimal: 3, 2.5, 1,204."""
    return f"{days:,.1f}".removesuffix(".0")


def when(at: datetime) -> str:
    """An instant (UTC) on this machine's clock: 3 Jun 2014, 14:05."""
    local = at.astimezone()
    return f"{short_day(local.date())}, {local:%H:%M}"


def to_qdate(on: date) -> QDate:
    """Qt's form of a date."""
    return QDate(on.year, on.month, on.day)


def from_qdate(on: QDate) -> date:
    """A date from Qt's form of it."""
    return date(on.year(), on.month(), on.day())


def capital(words: str) -> str:
    """The words with their first letter large, the rest left alone."""
    return words[:1].upper() + words[1:]


def degrees_words(longitude: float, latitude: float) -> str:
    """A place in degrees: 53.4048° N  2.9916° W."""
    return f"{latitude:.4f}° N  {abs(longitude):.4f}° {'W' if longitude < 0 else 'E'}"
