"""A phase's window on the move: which end is held, and where it would be. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from psnplanner.programme.edits import Amend
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import RecordId
from psnplanner.programme.working_days import Calendar
from psnplanner.ui.wording import window

STARTS, ENDS, WHOLE = "starts", "ends", "whole"


@dataclass(frozen=True)
class Drag:
    """A proposed window of a phase that has one; the phase itself is not touched."""

    phase: Phase
    part: str
    starts_on: date
    ends_on: date

    @staticmethod
    def of(phase: Phase, part: str) -> Drag | None:
        """The window as it is; None for a phase without one."""
        if phase.starts_on is None or phase.ends_on is None:
            return None
        return Drag(phase, part, phase.starts_on, phase.ends_on)

    @property
    def id(self) -> RecordId:
        """The phase's id."""
        return self.phase.id

    @property
    def changed(self) -> bool:
        """Whether it would change anything."""
        return (self.starts_on, self.ends_on) != (self.phase.starts_on, self.phase.ends_on)

    def by_days(self, days: int) -> Drag:
        """What is held, so many days from where the phase has it; a window keeps one day."""
        assert self.phase.starts_on is not None
        assert self.phase.ends_on is not None
        starts, ends = self.phase.starts_on, self.phase.ends_on
        moved = timedelta(days=days)
        if self.part == STARTS:
            starts = min(starts + moved, ends)
        elif self.part == ENDS:
            ends = max(ends + moved, starts)
        else:
            starts, ends = starts + moved, ends + moved
        return replace(self, starts_on=starts, ends_on=ends)

    def stepped(self, part: str, step: int, calendar: Calendar) -> Drag:
        """An end, or the whole, a working day on (1) or back (-1) from where it is now.

        A whole window keeps its working days.
        """
        if part == STARTS:
            starts = min(calendar.add(self.starts_on, step), self.ends_on)
            return replace(self, part=part, starts_on=starts)
        if part == ENDS:
            ends = max(calendar.add(self.ends_on, step), self.starts_on)
            return replace(self, part=part, ends_on=ends)
        starts, ends = calendar.add(self.starts_on, step), calendar.add(self.ends_on, step)
        return replace(self, part=part, starts_on=starts, ends_on=ends)

    @property
    def moved(self) -> Phase:
        """The phase with the proposed window."""
        return replace(self.phase, starts_on=self.starts_on, ends_on=self.ends_on)

    @property
    def edit(self) -> Amend:
        """The edit that makes it so, as one transaction."""
        values = {"starts_on": self.starts_on, "ends_on": self.ends_on}
        label = f"Move {self.phase.name} to {window(self.moved)}"
        return Amend("phase", [self.id], values, label)
