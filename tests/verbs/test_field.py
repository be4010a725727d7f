"""`psnplanner merge --dry-run --json`: what would change, field by field, and nothing does."""

from __future__ import annotations

from psnplanner.programme.edits import Amend
from psnplanner.session import Session
from tests.exchange.test_field_work import ONE, office, returned, taken_out
from tests.test_cli import Cli, run

__all__ = ["office", "run"]  # fixtures


def test_a_dry_run_lists_the_changes_in_force(run: Cli, office: Session) -> None:
    """Site, field, now and then; said alike when it is done."""
    with taken_out(office, "ann.gpkg", ONE) as pack:
        pack.do(Amend("site", [ONE], {"note": "riser blocked"}))
        back = returned(pack)
    office.close()
    expected = [{"site": "S001", "field": "Note", "now": "", "then": "riser blocked"}]
    would = run.json("merge", office.path, back, "--dry-run")
    assert would["dry_run"]
    assert would["merged"][0]["in_force"] == expected
    with Session.open(office.path) as again:
        assert again.state.sites[ONE].note == ""
    assert run.json("merge", office.path, back)["merged"][0]["in_force"] == expected
    assert run.json("merge", office.path, back)["merged"][0]["in_force"] == []
