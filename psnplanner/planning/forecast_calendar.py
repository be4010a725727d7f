"""Working days as a number line: 0 is the end of the present day, 1 that of the next working day.

What is shut on some of those days is a table of open days, walked forwards by look-up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from psnplanner.programme.phase import ClosedWindow
from psnplanner.programme.working_days import Calendar

Runs = NDArray[np.float32]
Flags = NDArray[np.bool_]

HORIZON_DAYS = 2_600
"""Working days looked ahead: ten years. What would end later is said to end then."""

_COUNTED_DAYS = 1_500


@dataclass(frozen=True)
class Line:
    """The working days after a present day."""

    present_on: date
    calendar: Calendar

    def at(self, on: date) -> float:
        """Where the end of a day stands; negative in the past."""
        return float(self.between(self.present_on, on))

    def between(self, start: date, end: date) -> int:
        """As the calendar's, quickly: thousands of stages are asked for."""
        counts, first = self._counts, self._first
        one, other = start.toordinal() - first, end.toordinal() - first
        if 0 <= one < len(counts) and 0 <= other < len(counts):
            return counts[other] - counts[one]
        return self.calendar.between(start, end)

    @property
    def _first(self) -> int:
        return self.present_on.toordinal() - _COUNTED_DAYS

    @cached_property
    def _counts(self) -> list[int]:
        """Working days up to each day of some years round the present one."""
        found, count = [], 0
        for ordinal in range(self._first, self._first + 2 * _COUNTED_DAYS):
            count += self.calendar.is_working(date.fromordinal(ordinal))
            found.append(count)
        return found

    def start_of(self, on: date) -> float:
        """Where the beginning of a day stands, at least 0: work begun on it is done after it."""
        return max(0.0, self.at(on - timedelta(days=1)))

    def days(self, count: int) -> list[date]:
        """The first so many working days after the present one."""
        found, on = [], self.present_on
        for _ in range(count):
            on = self.calendar.next_working(on + timedelta(days=1))
            found.append(on)
        return found

    def open_flags(self, windows: Iterable[ClosedWindow]) -> Flags:
        """Which of the working days to come (HORIZON_DAYS,) no window shuts."""
        flags = np.ones(HORIZON_DAYS, dtype=bool)
        for window in windows:
            if window.starts_on is not None and window.ends_on is not None:
                first, last = self.start_of(window.starts_on), self.at(window.ends_on)
                flags[int(first) : max(0, int(last))] = False
        return flags


class Pace:
    """Work done by each moment at a speed that changes from day to day, and its inverse.

    `speed` (D,) is work a working day; beyond the last day it goes on as on the last open one.
    Raises ValueError if nothing is ever done.
    """

    def __init__(self, speed: Sequence[float] | NDArray[np.float64] | Flags) -> None:
        given = np.asarray(speed, np.float64)
        open_ = given > 0
        if not open_.any():
            raise ValueError("no day on which work is done")
        self.steady = bool((given == given[0]).all())
        done = np.concatenate([[0.0], np.cumsum(given)])
        self._days = len(given)
        self._speed = np.append(given, given[open_][-1]).astype(np.float32)
        self._before = done.astype(np.float32)
        self._by_end = np.append(done[1:], np.inf).astype(np.float32)
        self._divisor = np.where(self._speed > 0, self._speed, np.float32(1))
        places = np.where(open_, np.arange(self._days), self._days)
        later = np.minimum.accumulate(places[::-1])[::-1]
        self._next_open = np.append(later[1:], [self._days, self._days])
        # Cells of work too small to hold two ends of days: the day is found without a search.
        self._cell = float(given[open_].min()) * 0.999
        edges = np.arange(int(done[-1] / self._cell) + 2) * self._cell
        self._day_of_cell = np.searchsorted(done[1:], edges, side="left")

    def work(self, days: Runs) -> Runs:
        """The work done by these moments (any shape)."""
        if self.steady:
            steady: Runs = days * self._speed[0]
            return steady
        whole = np.minimum(days.astype(np.intp), self._days)
        part = days - whole.astype(np.float32)
        part *= self._speed.take(whole)
        part += self._before.take(whole)
        return part

    def moment(self, work: Runs) -> Runs:
        """The first moments by which so much work is done: its end waits for no reopening."""
        if self.steady:
            steady: Runs = work / self._speed[0]
            return steady
        cell = (work / np.float32(self._cell)).astype(np.intp)
        day = self._day_of_cell.take(cell, mode="clip")
        later = self._by_end.take(day) < work
        if later.any():
            day = np.where(later, self._next_open.take(day), day)
        part = work - self._before.take(day)
        # A first day that is shut: nothing is done by its beginning.
        part /= self._divisor.take(day)
        part += day.astype(np.float32)
        return part

    def after(self, start: Runs, work: Runs) -> Runs:
        """When work begun at these moments is done."""
        if self.steady and self._speed[0] == 1:
            return start + work
        done: Runs = self.moment(self.work(start) + work)
        # Nothing to do takes no time, whether or not the place is open.
        return np.maximum(done, start)
