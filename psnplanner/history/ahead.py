"""What the plan says of days to come: a site is to be live when its phase's window ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from psnplanner.programme.record import RecordId
from psnplanner.programme.stage import STATUSES
from psnplanner.programme.state import State

NEVER = date.max.toordinal()
LIVE = STATUSES.index("live")


@dataclass(frozen=True)
class Ahead:
    """The present statuses of some sites and the days (ordinals) each is planned to be live.

    A site that is live, or in no phase with a window, stays as it is.
    """

    present_on: date
    now: NDArray[np.int8]
    live_on: NDArray[np.int32]

    @staticmethod
    def of(state: State, present_on: date, sites: Sequence[RecordId]) -> Ahead:
        """The plan of a state for these sites; those no longer in it are absent (-1)."""
        statuses = state.statuses
        now = [STATUSES.index(statuses[i]) if i in statuses else -1 for i in sites]
        ends = [_planned_on(state, ident) for ident in sites]
        return Ahead(present_on, np.array(now, np.int8), np.array(ends, np.int32))

    def codes_on(self, day: date) -> NDArray[np.int8]:
        """A code for each site, as planned for a day after the present."""
        due = (self.live_on <= day.toordinal()) & (self.now >= 0)
        # A phase that is over already promises nothing for days to come.
        due &= self.live_on > self.present_on.toordinal()
        return np.where(due, np.int8(LIVE), self.now)


def _planned_on(state: State, ident: RecordId) -> int:
    site = state.sites.get(ident)
    phase = state.phases.get(site.phase) if site is not None and site.phase else None
    return phase.ends_on.toordinal() if phase is not None and phase.ends_on else NEVER
