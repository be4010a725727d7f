"""The state read by columns is the stream of changes folded, records in the same order."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from psnplanner.file import journal_reading
from psnplanner.file.database import Database
from psnplanner.file.journal_state import _bundles, state_of
from psnplanner.programme.edits import Amend, Delete
from psnplanner.programme.fold import fold
from psnplanner.programme.stage_edits import RecordStage, SetWayleave
from psnplanner.session import Session
from tests.conftest import ident

ONE, TWO = ident("site 1"), ident("site 2")
DAY = date(2014, 6, 2)


@pytest.fixture
def busy(with_sites: Session) -> Session:
    """A journal with records made once, amended, deleted, made again and begun on later days."""
    with_sites._clock.now += timedelta(days=90)  # type: ignore[attr-defined]
    edits: list[Any] = [
        RecordStage(ONE, "site_survey", "done", date(2014, 7, 1), override="by order"),
        RecordStage(ONE, "site_survey", "done", DAY, note="<b>", override="again"),
        RecordStage(TWO, "site_survey", "in progress", date(2014, 8, 1)),
        SetWayleave(TWO, "requested", DAY),
        Amend("site", [TWO], {"name": "Widnes", "position": None, "annual_cost_pence": 7}),
        Delete("site", [ONE]),
    ]
    for edit in edits:
        with_sites.do(edit)
    with_sites.undo()
    return with_sites


def both(session: Session, **limits: Any) -> tuple[Any, Any]:
    """The two readings, as lists: their order is part of what they say."""

    def read(db: Database) -> tuple[Any, Any]:
        folded = fold(journal_reading.stream(db, **limits))
        return folded, state_of(db, **limits)

    states = session._run(lambda: session._file.ask(read))
    one, two = ([(name, list(t.items())) for name, t in s.tables.items()] for s in states)
    return one, two


def test_it_is_the_stream_folded(busy: Session) -> None:
    """On every day, and of what was known."""
    known = dict.fromkeys(busy.vector(), 4)
    for until in (None, DAY, date(2014, 7, 15), date(2014, 8, 1)):
        for limits in ({}, {"recorded_by": busy._clock()}, {"known": known}):
            folded, read = both(busy, until=until, **limits)
            assert folded == read
            assert dict(read)["site"]


def test_what_came_in_late_takes_its_place_by_the_clock(busy: Session) -> None:
    """Another copy's earlier work arrives after ours: ours, the later, still wins."""
    copy = busy.path.with_name("copy.gpkg")
    busy.backup(copy)
    with Session.open(copy, author="other", clock=busy._clock) as other:
        other.do(Amend("site", [TWO], {"name": "Theirs", "note": "seen"}))
    busy.do(Amend("site", [TWO], {"name": "Ours"}))
    busy.merge_file(copy)
    folded, read = both(busy)
    assert folded == read
    assert dict(dict(read)["site"])[TWO].name == "Ours"
    assert dict(dict(read)["site"])[TWO].note == "seen"


def test_a_damaged_creation_is_not_read_as_another() -> None:
    """Parsed together or alone, what holds no record raises."""
    assert _bundles(['{"1":"a"}', '{"2":3}']) == [{"1": "a"}, {"2": 3}]
    for texts in (['{"1":"a"},{"2":"b"}'], ["[1]"], ['{"1"'], ["{}", "nothing"], ["[" * 9_000]):
        with pytest.raises(ValueError, match=r"."):
            _bundles(texts)
