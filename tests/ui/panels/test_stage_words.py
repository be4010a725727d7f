"""How a stage of a site stands, in words."""

from __future__ import annotations

from datetime import date

from psnplanner.programme.site import StageRecord
from psnplanner.programme.stage import BLOCKED, IN_PROGRESS, Stage
from psnplanner.ui.panels.stage_words import standing
from tests.ui.sample import ident

ON = date(2014, 10, 17)
STAGE = Stage(
    key="migrated", name="Migrated", owner="partner", after=(), working_days=(1, 1, 1),
    basis="estimated", status="installed", under_way=None, access=(), tenure=(), goes_live=False,
    next_action="Move the traffic",
)  # fmt: skip


def _record(state: str, since: date) -> StageRecord:
    return StageRecord(
        id=ident("record"), stage="migrated", state=state, started_on=since,
        waiting_on="partner", waiting_since=since,
    )  # fmt: skip


def test_a_partner_is_named_where_the_workflow_says_partner() -> None:
    """Whom to ring, since when, and what next; without a partner the workflow's own word."""
    blocked = _record(BLOCKED, date(2014, 10, 7))
    said = standing(STAGE, BLOCKED, blocked, ON, following=False, partner="Halton Council")
    assert said == ("Blocked on Halton Council since 7 Oct 2014, 10 days. Next: Move the traffic")
    assert standing(STAGE, BLOCKED, blocked, ON, following=False).startswith("Blocked on partner")
    under_way = _record(IN_PROGRESS, date(2014, 10, 7))
    said = standing(STAGE, IN_PROGRESS, under_way, ON, following=False, partner="Halton Council")
    assert said == "Halton Council, since 7 Oct 2014"
    said = standing(STAGE, "", None, ON, following=True, partner="Halton Council")
    assert said == "Next, by Halton Council: Move the traffic"


def test_what_began_today_has_no_age_yet() -> None:
    """Not “0 days”."""
    said = standing(STAGE, BLOCKED, _record(BLOCKED, ON), ON, following=False)
    assert said == "Blocked on partner since 17 Oct 2014. Next: Move the traffic"
