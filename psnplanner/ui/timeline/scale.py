"""Days to pixels and back, and the lines of weeks and months. Qt-free."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

LEAST, MOST = 0.35, 40.0
"""Pixels to a day, farthest and nearest: three years on a screen, or five weeks."""


@dataclass(frozen=True)
class Scale:
    """`origin` is the ordinal of the day (and part of it) at pixel 0."""

    origin: float
    px_per_day: float

    @staticmethod
    def fitting(first: date, last: date, width: float) -> Scale:
        """From one day to the end of another over so many pixels."""
        days = max(7, (last - first).days + 1)
        return Scale(float(first.toordinal()), min(MOST, max(LEAST, width / days)))

    def x(self, day: date) -> float:
        """The pixel at which a day begins."""
        return (day.toordinal() - self.origin) * self.px_per_day

    def x_after(self, day: date) -> float:
        """The pixel at which a day ends."""
        return self.x(day) + self.px_per_day

    def day(self, x: float) -> date:
        """The day at a pixel."""
        return date.fromordinal(int(max(1, self.origin + x / self.px_per_day)))

    def zoomed(self, factor: float, x: float) -> Scale:
        """Nearer or further about a pixel, whose day stays where it is."""
        nearer = min(MOST, max(LEAST, self.px_per_day * factor))
        return Scale(self.origin + x / self.px_per_day - x / nearer, nearer)

    def moved(self, dx: float) -> Scale:
        """The same, shifted to the right by so many pixels."""
        return replace(self, origin=self.origin - dx / self.px_per_day)

    @property
    def by_weeks(self) -> bool:
        """Whether a week is wide enough to be told from the next."""
        return self.px_per_day * 7 >= 6


def months_between(first: date, last: date) -> Iterator[tuple[date, date]]:
    """The first and last days of each month that these days touch."""
    start = first.replace(day=1)
    while start <= last:
        after = (start + timedelta(days=32)).replace(day=1)
        yield start, after - timedelta(days=1)
        start = after


def weeks_between(first: date, last: date) -> Iterator[tuple[date, date]]:
    """The Monday and Sunday of each week that these days touch."""
    start = first - timedelta(days=first.weekday())
    while start <= last:
        yield start, start + timedelta(days=6)
        start += timedelta(days=7)
