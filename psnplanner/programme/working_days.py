"""Working days: Monday to Friday less bank holidays, and the windows in which a site is shut."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, cached_property

from psnplanner.programme.phase import ClosedWindow, Phase
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import ACCESS_TYPES, Site

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """Working days between Mondays and Fridays, less the bank holidays given."""

    bank_holidays: frozenset[date] = field(default_factory=frozenset)

    def is_working(self, on: date) -> bool:
        """Whether people work on that day."""
        return on.weekday() < 5 and on not in self.bank_holidays

    def next_working(self, on: date) -> date:
        """That day if people work on it, else the first one after on which they do."""
        while not self.is_working(on):
            on += ONE_DAY
        return on

    def add(self, start: date, working_days: int) -> date:
        """The day that many working days after (negative: before) the start day."""
        step = ONE_DAY if working_days >= 0 else -ONE_DAY
        left, on = abs(working_days), start
        while left:
            on += step
            if self.is_working(on):
                left -= 1
        return on

    def between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative if end is earlier.

        So `between(monday, tuesday)` is 1, and variance is `between(baseline, forecast)`.
        """
        if end < start:
            return -self.between(end, start)
        whole_weeks, rest = divmod((end - start).days, 7)
        count = whole_weeks * 5
        on = start + timedelta(weeks=whole_weeks)
        for _ in range(rest):
            on += ONE_DAY
            count += on.weekday() < 5
        return count - self._holidays_between(start, end)

    def _holidays_between(self, start: date, end: date) -> int:
        days = self._weekday_holidays
        return bisect_right(days, end) - bisect_left(days, start + ONE_DAY)

    @cached_property
    def _weekday_holidays(self) -> list[date]:
        return sorted(on for on in self.bank_holidays if on.weekday() < 5)

    def count(self, first: date, last: date) -> int:
        """Working days in a window, both its ends included."""
        return self.between(first - ONE_DAY, last) if last >= first else 0


def closed_for(site: Site, windows: Iterable[ClosedWindow]) -> list[ClosedWindow]:
    """The closed windows that bind a site, by its kind, its access and its partner."""
    return [window for window in windows if applies(window.kind, window.partner, site)]


def applies(kind: str, partner: RecordId | None, site: Site) -> bool:
    """Whether a window of this kind and partner binds a site.

    The kind may name a kind of building, an access type, or both with a comma between them:
    "School, new dig" are the schools at which there is digging to do. "" is every site.
    """
    if partner not in (None, site.partner):
        return False
    parts, own = conditions(kind), site.kind.casefold()
    # A "Primary school" is a school, too.
    return not parts or parts <= {own, site.access.casefold(), *own.split()}


@cache
def conditions(kind: str) -> frozenset[str]:
    """The parts of a window's kind, each of which a site has to be."""
    return frozenset(filter(None, (part.strip() for part in kind.casefold().split(","))))


def only_crews(window: ClosedWindow) -> bool:
    """Whether a window shuts out the crews' own work alone: one that names an access type.

    Surveys, tests and migrations need no digging, and go on.
    """
    return not conditions(window.kind).isdisjoint(ACCESS_TYPES)


def open_days(first: date, last: date, windows: Iterable[ClosedWindow], calendar: Calendar) -> int:
    """Working days from `first` to `last`, both included, outside all these closed windows."""
    shut = {
        on
        for window in windows
        if window.starts_on is not None and window.ends_on is not None
        for on in _days(max(first, window.starts_on), min(last, window.ends_on))
        if calendar.is_working(on)
    }
    return calendar.count(first, last) - len(shut)


def open_share(phase: Phase, windows: Iterable[ClosedWindow], calendar: Calendar) -> float:
    """Part (0 to 1) of a phase's working days outside the closed windows given."""
    if phase.starts_on is None or phase.ends_on is None:
        return 1.0
    whole = calendar.count(phase.starts_on, phase.ends_on)
    return open_days(phase.starts_on, phase.ends_on, windows, calendar) / whole if whole else 0.0


def _days(first: date, last: date) -> Iterator[date]:
    for step in range((last - first).days + 1):
        yield first + timedelta(days=step)
