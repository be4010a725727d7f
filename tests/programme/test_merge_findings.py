"""Work at a site that is gone is said, never silent."""

from __future__ import annotations

from datetime import date

from psnplanner.programme.edits import Delete
from psnplanner.programme.stage_edits import RecordStage
from psnplanner.session import Session
from tests.exchange.test_field_work import ONE, office, returned, taken_out
from tests.exchange.test_photographs import jpeg

__all__ = ["office"]


def test_work_at_a_site_that_was_removed_meanwhile(office: Session) -> None:
    """What was done there is named, with the way to bring the site back; and then it is gone."""
    assert "work_without_site" not in {f.code for f in office.findings()}
    with taken_out(office, "ann.gpkg", ONE) as pack:
        pack.do(RecordStage(ONE, "desktop_survey", "done", date(2014, 6, 3)))
        pack.add_photograph(ONE, jpeg())
        back = returned(pack)
    office.do(Delete("site", [ONE]))
    removal = office.transactions()[-1].key
    assert "work_without_site" not in {f.code for f in office.findings()}
    office.merge_file(back)
    (finding,) = [f for f in office.findings() if f.code == "work_without_site"]
    assert "“Desktop survey” done" in finding.sentence
    assert "1 photograph" in finding.sentence
    assert "removal" in finding.remedy
    office.undo(removal)
    assert "work_without_site" not in {f.code for f in office.findings()}
