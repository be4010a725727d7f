"""How many crews there are, and how fast they work, day by day."""

from __future__ import annotations

import numpy as np

from psnplanner.planning.forecast_calendar import HORIZON_DAYS, Line, Pace
from psnplanner.programme.phase import Phase
from psnplanner.programme.state import State


def crews_of(state: State, line: Line) -> tuple[int, Pace | None]:
    """How many crews there are on the usual day, and the speed of their work day by day.

    A phase's crew-days are spread over its working days; where windows overlap the teams add
    up, between windows and after the last one the team before goes on. Windows shut for
    everybody stop all. Speeds are in parts of the usual number. No capacity known: none.
    """
    teams = [team for phase in state.phases_in_order if (team := _team(phase, line))]
    if not teams:
        return 0, None
    rates = np.zeros(HORIZON_DAYS)
    for first, last, rate in teams:
        rates[first:last] += rate
    if not rates.any():  # every window is past: the last team goes on
        rates[:] = max(teams, key=lambda team: team[1])[2]
    known = np.flatnonzero(rates)
    nearest = np.maximum.accumulate(np.where(rates > 0, np.arange(HORIZON_DAYS), -1))
    rates = rates[np.where(nearest < 0, known[0], nearest)]
    general = [w for w in state.closed_windows.values() if not w.kind and w.partner is None]
    crews = max(1, round(float(rates[known].mean())))
    speed = rates * line.open_flags(general) / crews
    return crews, Pace(speed if speed.any() else rates / crews)


def _team(phase: Phase, line: Line) -> tuple[int, int, float] | None:
    """The first and last (excluded) working day of a phase's team, and its crews."""
    if not phase.capacity_days or phase.starts_on is None or phase.ends_on is None:
        return None
    days = line.calendar.count(phase.starts_on, phase.ends_on)
    first, last = int(line.start_of(phase.starts_on)), max(0, int(line.at(phase.ends_on)))
    return first, last, phase.capacity_days / max(1, days)
