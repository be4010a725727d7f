"""A merge rehearsed: what would come of it, in whatever order the files are given."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from psnplanner.errors import Cancelled
from psnplanner.exchange.pack import Choice
from psnplanner.programme.edits import Amend
from psnplanner.programme.stage_edits import RecordStage
from psnplanner.session import Session
from psnplanner.ui.merge_rehearsal import perform, rehearse
from tests.exchange.test_field_work import ONE, TWO, office, returned, taken_out

__all__ = ["office"]  # a fixture


def quiet(_fraction: float, _words: str) -> None:
    """Nobody looks on."""


def test_a_return_that_rests_on_another_file_waits_for_it(office: Session, tmp_path: Path) -> None:
    """A pack made on a laptop: its return is known once the laptop's copy is merged."""
    office.backup(tmp_path / "laptop.gpkg")
    with Session.open(tmp_path / "laptop.gpkg", author="laptop") as laptop:
        laptop.make_pack(tmp_path / "ann.gpkg", Choice(sites=[ONE]), "Ann")
        copy = laptop.path
    with Session.open(tmp_path / "ann.gpkg", author="Ann") as pack:
        pack.do(Amend("site", [ONE], {"note": "riser"}))
        back = returned(pack)
    alone = rehearse(office, [back], quiet)
    assert "did not make" in alone.files[0].news
    both = rehearse(office, [back, copy], quiet)
    assert [coming.path for coming in both.files] == [back, copy]
    assert [coming.path for coming in both.order] == [copy, back]
    assert office.state.sites[ONE].note == ""
    assert both.state.sites[ONE].note == "riser"
    done = perform(office, both, {}, quiet)
    assert [path for path, _ in done.merged] == [copy, back]
    assert done.refused == []
    assert office.state.tables == both.state.tables


def test_gates_that_no_longer_hold_are_told_before(office: Session) -> None:
    """The order was placed in the field while the office took back what comes before it."""
    office.do(RecordStage(ONE, "desktop_survey", "done", date(2014, 6, 2)))
    with taken_out(office, "ann.gpkg", ONE) as pack:
        pack.do(RecordStage(ONE, "order_placed", "done", date(2014, 6, 3)))
        back = returned(pack)
    office.do(RecordStage(ONE, "desktop_survey", "in progress"))
    made = rehearse(office, [back], quiet)
    assert "gate_breach" in {finding.code for finding in made.findings}
    assert "gate_breach" not in {finding.code for finding in office.findings()}
    assert made.sites == [ONE]


def test_between_two_returns(office: Session) -> None:
    """A conflict of Ann's with Bob's is told before either is merged."""
    packs = [taken_out(office, f"{who}.gpkg", TWO, person=who) for who in ("Ann", "Bob")]
    for pack in packs:
        pack.do(Amend("site", [TWO], {"note": f"by {pack.author}"}))
    backs = [returned(pack) for pack in packs]
    for pack in packs:
        pack.close()
    made = rehearse(office, backs, quiet)
    (conflict,) = made.conflicts
    assert {head.author for head in conflict.heads} == {"Ann", "Bob"}
    assert all(tuple(head.stamp) in made.theirs for head in conflict.heads)
    assert office.conflicts() == []


def test_cancelling_leaves_nothing(office: Session) -> None:
    """Not even the copy."""
    with taken_out(office, "ann.gpkg", ONE) as pack:
        pack.do(Amend("site", [ONE], {"note": "x"}))
        back = returned(pack)
    before = office.transactions()

    def stop(fraction: float, _words: str) -> None:
        if fraction > 0.1:
            raise Cancelled

    with pytest.raises(Cancelled):
        rehearse(office, [back], stop)
    assert office.transactions() == before
