"""What the past says: only of what began when it could, and of what is still under way too."""

from __future__ import annotations

from datetime import date

from psnplanner.planning.forecast_calendar import Line
from psnplanner.planning.history_of_durations import NEEDED_WEIGHT, history
from psnplanner.programme.node import Node
from psnplanner.programme.record import Record
from psnplanner.programme.site import StageRecord
from psnplanner.programme.stage import DONE, IN_PROGRESS, NOT_NEEDED
from tests.planning.programmes import CALENDAR, ident, programme, site

ON = date(2014, 9, 1)
LINE = Line(ON, CALENDAR)


def record(number: int, stage: str, state: str, **values: object) -> Record:
    """A stage of a site."""
    one = ident(number)
    return StageRecord(
        id=StageRecord.id_for(one, stage), site=one, stage=stage, state=state, **values
    )


def test_a_stage_begins_as_recorded_or_when_what_came_before_was_done() -> None:
    """The survey has a start of its own; the order follows the desktop survey."""
    past = history(
        programme(
            site(1),
            record(1, "data_validated", DONE, actual_on=date(2014, 6, 2)),
            record(1, "desktop_survey", DONE, actual_on=date(2014, 7, 7)),
            record(1, "order_placed", DONE, actual_on=date(2014, 7, 14)),
            record(1, "site_survey", DONE, started_on=date(2014, 7, 21),
                   actual_on=date(2014, 7, 24)),
        ),
        LINE,
    )  # fmt: skip
    assert past.observed("order_placed").days == [5]
    assert past.observed("site_survey").days == [3]
    # Nobody knows when these began: the plan said when, not what came before.
    assert past.observed("data_validated").count == 0
    assert past.observed("desktop_survey").count == 0
    assert past.observed("never heard of").count == 0


def test_the_wait_for_a_crew_is_not_how_long_its_work_takes() -> None:
    """Fibre after the survey waited for its phase; the router after the fibre did not."""
    past = history(
        programme(
            site(1),
            record(1, "site_survey", DONE, actual_on=date(2014, 6, 2)),
            record(1, "fibre", DONE, actual_on=date(2014, 8, 4)),
            record(1, "cpe", DONE, actual_on=date(2014, 8, 6)),
        ),
        LINE,
    )
    assert past.observed("fibre").count == 0
    assert past.observed("cpe").days == [2]


def test_what_is_under_way_has_lasted_so_long() -> None:
    """Seen, and not ended."""
    past = history(
        programme(site(1), record(1, "order_placed", IN_PROGRESS, started_on=date(2014, 8, 18))),
        LINE,
    )
    seen = past.observed("order_placed")
    assert (seen.days, seen.ended, seen.count) == ([9], [False], 0)  # a bank holiday on the 25th


def test_only_those_it_is_for_say_whether_a_stage_is_needed() -> None:
    """That owned buildings need no wayleave says nothing of the leased ones."""
    past = history(
        programme(
            *(site(n, tenure="leased" if n < 5 else "owned") for n in range(1, 9)),
            *(record(n, "wayleave", NOT_NEEDED) for n in (1, 2, 3, 5, 6, 7, 8)),
            record(4, "wayleave", DONE, actual_on=date(2014, 6, 2)),
        ),
        LINE,
    )
    assert past.needed["wayleave"] == (NEEDED_WEIGHT + 1) / (NEEDED_WEIGHT + 4)


def test_nodes_tell_how_late_nodes_are() -> None:
    """Live a week after the day planned; those to come tell nothing."""
    past = history(
        programme(
            Node(id=ident(1), planned_on=date(2014, 6, 2), live_on=date(2014, 6, 9)),
            Node(id=ident(2), planned_on=date(2014, 10, 6)),
        ),
        LINE,
    )
    assert past.node_slips == (5.0,)
