"""What a new programme begins with."""

from __future__ import annotations

from datetime import date

from psnplanner import resource_files
from psnplanner.programme.phase import ClosedWindow
from psnplanner.programme.state import PROGRAMME_ID, Programme

DEFAULT_GO_LIVE = date(2015, 4, 1)
DEFAULT_START = date(2014, 3, 3)
"""The default programme: contract awarded in February 2014, operational by April 2015."""


def new_programme(
    name: str = "CMPSN",
    go_live_on: date = DEFAULT_GO_LIVE,
    starts_on: date | None = None,
    status_on: date | None = None,
) -> Programme:
    """A programme's record with the default workflow.

    It starts at the contract's award for the default go-live, else thirteen months before.
    Where go-live is past already, the status date is set to the start: its own present day.
    """
    starts_on = starts_on or (
        DEFAULT_START if go_live_on == DEFAULT_GO_LIVE else _months_before(go_live_on, 13)
    )
    if status_on is None and go_live_on <= date.today():
        status_on = starts_on
    return Programme(
        id=PROGRAMME_ID,
        name=name,
        go_live_on=go_live_on,
        starts_on=starts_on,
        status_on=status_on,
        workflow=resource_files.read_text("workflow.toml"),
        saving_target_pence=100_000_000 if go_live_on == DEFAULT_GO_LIVE else None,
    )


def usual_freezes(programme: Programme) -> list[ClosedWindow]:
    """The change freezes of the programme's years; none while it has no dates."""
    from psnplanner.planning.calendar import default_closed_windows

    if programme.starts_on is None or programme.go_live_on is None:
        return []
    return default_closed_windows(programme.starts_on, programme.go_live_on)


def _months_before(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)
