"""The roll-out replayed: every site's status at the end of each month, for the time slider."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from psnplanner.board.burnup import month_end, month_ends
from psnplanner.history.playback import Playback
from psnplanner.programme.record import RecordId
from psnplanner.programme.stage import STATUSES
from psnplanner.programme.state import State

ABSENT = "-"
"""Stands for a site that was not in the programme yet; others are digits, places in STATUSES."""


@dataclass(frozen=True)
class Course:
    """`days` in order, the last one the day of the figures, and a text for each site.

    Each character of a text is the site's status on the day of the same place.
    """

    days: tuple[date, ...] = ()
    tracks: dict[RecordId, str] = field(default_factory=dict)


def course(playback: Playback, state: State, on: date) -> Course:
    """The course of this state's sites from the award, or the journal's beginning, to a day.

    The last frame is the state's own, so that the slider ends where the page stands.
    """
    begins_on = playback.begins_on or on
    first = min(max(state.programme.starts_on or begins_on, begins_on), on)
    days = [day for day in month_ends(state, on) if month_end(first) <= day < on]
    frames = [playback.codes_on(day) for day in days]
    place = {ident: index for index, ident in enumerate(playback.sites)}
    statuses = {status: str(k) for k, status in enumerate(STATUSES)}
    tracks = {}
    for ident, status in state.statuses.items():
        at = place.get(ident)
        past = (ABSENT if at is None or frame[at] < 0 else str(frame[at]) for frame in frames)
        tracks[ident] = "".join(past) + statuses[status]
    return Course((*days, on), tracks)
