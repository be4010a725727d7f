"""When a site is due to be live by a plan, and when it truly went live."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site, StageRecord
from psnplanner.programme.stage import DONE
from psnplanner.programme.state import NO_STAGES, State


def live_on(state: State, site: Site) -> date | None:
    """The day a site went live, or None if it is not live or nobody said when."""
    stage = state.workflow.live_stage
    record = state.stages_of(site.id).get(stage.key) if stage else None
    return _done_on(record)


def _done_on(record: StageRecord | None) -> date | None:
    return record.actual_on if record is not None and record.state == DONE else None


def live_days(state: State, sites: Iterable[Site]) -> list[date | None]:
    """`live_on` of many sites."""
    stage = state.workflow.live_stage
    if stage is None:
        return [None for _ in sites]
    held, key = state.stages_by_site, stage.key
    records = [held.get(site.id, NO_STAGES).get(key) for site in sites]
    return [found.actual_on if found and found.state == DONE else None for found in records]


def due_on(state: State, ident: RecordId) -> date | None:
    """The day a plan has a site live: its own planned day, else the end of its phase."""
    site = state.sites.get(ident)
    if site is None:
        return None
    stage = state.workflow.live_stage
    record = state.stages_of(ident).get(stage.key) if stage else None
    if record is not None and record.planned_on is not None:
        return record.planned_on
    phase = state.phases.get(site.phase) if site.phase else None
    return phase.ends_on if phase is not None else None
