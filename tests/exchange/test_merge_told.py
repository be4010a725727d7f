"""What a merge changes, in words: by site, with who and when; conflicts; the report."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from psnplanner.exchange.merge_report import Report, page
from psnplanner.exchange.merge_told import can_keep_both, conflict_told, documents, told
from psnplanner.programme.edits import Amend, Delete
from psnplanner.programme.record import Position
from psnplanner.programme.stage_edits import RecordStage
from psnplanner.session import Session
from tests.exchange.test_field_work import ONE, THREE, TWO, office, returned, taken_out
from tests.exchange.test_photographs import jpeg

__all__ = ["office"]


def test_every_change_is_a_line(office: Session) -> None:
    """Stage, note, place and photograph: what it was, what it becomes, who and when."""
    with taken_out(office, "ann.gpkg", ONE, TWO) as pack:
        pack.do(RecordStage(ONE, "desktop_survey", "done", date(2014, 6, 3)))
        pack.do(Amend("site", [TWO], {"note": "riser <blocked>"}))
        pack.do(Amend("site", [TWO], {"position": Position(53.4, -2.9, "by hand")}))
        pack.add_photograph(TWO, jpeg(), caption="Riser")
        back = returned(pack)
    arrival = office.read_arrival(back)
    before = office.state
    merged = office.merge_file(back)
    lines = told(before, office.state, merged.changes, arrival.transactions)
    said = {(line.where, line.what): line for line in lines}
    stage = said["S001 Site 1", "Desktop survey"]
    assert (stage.was, stage.now, stage.who) == ("not begun", "done 3 June 2014", "Ann")
    assert stage.at is not None
    note = said["S002 Site 2", "Note"]
    assert (note.site, note.was, note.now) == (TWO, "—", "riser <blocked>")
    assert said["S002 Site 2", "Photograph added"].now == "Riser"
    places = said["S002 Site 2", "Position"].places
    assert places is not None
    assert (places[1].latitude, places[1].longitude) == (53.4, -2.9)
    (document,) = [d for d in documents(office.state, lines) if d["field"] == "Desktop survey"]
    assert document == {
        "site": "S001", "field": "Desktop survey", "now": "not begun", "then": "done 3 June 2014",
    }  # fmt: skip
    html = page(Report("CMPSN", "today", [(back.name, "Ann", "all")], lines))
    assert "riser &lt;blocked&gt;" in html
    assert "<blocked>" not in html


def test_conflicts_in_words(office: Session) -> None:
    """A note, of which both can be kept; a stage's day; a site removed, by its name."""
    with taken_out(office, "ann.gpkg", ONE, THREE) as pack:
        pack.do(Amend("site", [ONE], {"note": "field"}))
        pack.do(RecordStage(ONE, "desktop_survey", "done", date(2014, 6, 3)))
        pack.do(Amend("site", [THREE], {"note": "asbestos"}))
        back = returned(pack)
    office.do(Amend("site", [ONE], {"note": "office"}))
    office.do(RecordStage(ONE, "desktop_survey", "done", date(2014, 6, 2)))
    office.do(Delete("site", [THREE]))
    office.merge_file(back)
    found = {conflict_told(office.state, c).what: c for c in office.conflicts()}
    note = conflict_told(office.state, found["Note"])
    assert (note.where, note.base, set(note.values)) == ("S001 Site 1", "—", {"field", "office"})
    assert can_keep_both(found["Note"])
    assert not can_keep_both(found["Desktop survey: actual on"])
    days = conflict_told(office.state, found["Desktop survey: actual on"])
    assert set(days.values) == {"2 June 2014", "3 June 2014"}
    gone = conflict_told(office.state, found["Site removed, or kept"])
    assert gone.where == "S003 Site 3"
    assert "Removed" in gone.values
    assert any(value.startswith("Kept: note asbestos") for value in gone.values)


def test_a_site_that_is_gone_has_its_name(office: Session) -> None:
    """Work at it is told under the name it had."""
    with taken_out(office, "ann.gpkg", THREE) as pack:
        pack.add_photograph(THREE, jpeg(), caption="Riser")
        back = returned(pack)
    office.do(Delete("site", [THREE]))
    before = office.state
    merged = office.merge_file(back)
    (line,) = told(before, office.state, merged.changes, gone=office.gone_site)
    assert (line.where, line.now) == ("S003 Site 3 (no longer there)", "Riser")


def test_the_report_can_be_kept(tmp_path: Path) -> None:
    """As a page that is whole in itself."""
    html = page(Report("A & B", "m", [("f", "w", "c")], [], findings=["1 site with “x” done"]))
    assert html.startswith("<!doctype html>")
    assert "A &amp; B" in html
    assert "1 site with “x” done" in html
    assert "http" not in html
