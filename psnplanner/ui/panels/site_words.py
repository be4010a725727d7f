"""A site, or several, put into words for the form."""

from __future__ import annotations

from collections import Counter
from datetime import date

from psnplanner.programme.edits import plural
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.stage import BLOCKED, IN_PROGRESS, WAITING, Stage
from psnplanner.programme.state import State
from psnplanner.style import STATUS_ORDER
from psnplanner.ui.panels.stage_words import standing
from psnplanner.ui.wording import capital, days_text, pounds


def pressing_stage(state: State, site: Site) -> Stage | None:
    """The stage that matters now: blocked before waiting before under way, else the next one."""
    records, workflow = state.stages_of(site.id), state.workflow
    for wanted in (BLOCKED, WAITING, IN_PROGRESS):
        for stage in workflow.stages:
            if stage.key in records and records[stage.key].state == wanted:
                return stage
    return workflow.next_stage(site, records)


def next_words(state: State, site: Site, on: date) -> tuple[str, str]:
    """The pressing stage's name, and how it stands; that all is done where nothing presses."""
    stage = pressing_stage(state, site)
    if stage is None:
        return "Everything is done", "The site is live and its old circuit has ceased."
    records = state.stages_of(site.id)
    found = state.workflow.state_of(stage, site, records)
    partner = state.partner_name(site.partner)
    record = records.get(stage.key)
    return stage.name, standing(stage, found, record, on, following=True, partner=partner)


def summary(state: State, chosen: frozenset[RecordId]) -> str:
    """What several chosen sites add up to."""
    known, statuses = state.sites, state.statuses  # looked up once: ten thousand may be chosen
    sites = [known[ident] for ident in chosen if ident in known]
    tally = Counter(statuses[site.id] for site in sites)
    days = sum(state.effort_days(site) for site in sites)
    cost = sum(site.annual_cost_pence or 0 for site in sites)
    lines = [f"<b>{plural(len(sites), 'site')} selected</b>", ""]
    lines += [f"{capital(status)}: {tally[status]:,}" for status in STATUS_ORDER if tally[status]]
    lines += ["", f"{days_text(days)} crew-days", f"{pounds(cost)} a year today", ""]
    lines.append("Drag them onto a phase, or use the Plan menu to move or lock them.")
    return "<br>".join(lines)
