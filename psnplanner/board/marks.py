"""What a map colours its sites by: a name for each site, and a colour for each name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from psnplanner.programme.record import RecordId
from psnplanner.programme.state import State
from psnplanner.style import STATUS_ORDER, status_colour


@dataclass(frozen=True)
class Marks:
    """`palette` is in drawing order, what matters most last; `of` has every site of the map."""

    palette: Mapping[str, str]
    of: Mapping[RecordId, str]


def by_status(state: State) -> Marks:
    """Sites by their status, in the order of progress."""
    return Marks({status: status_colour(status) for status in STATUS_ORDER}, state.statuses)
