"""What is wrong with the plan as it stands: each thing in a sentence, with its remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from psnplanner.programme import merge_findings, paper_findings, plan_findings
from psnplanner.programme.edits import present_day
from psnplanner.programme.finding import SEVERITIES, Finding, Look
from psnplanner.programme.state import State
from psnplanner.programme.working_days import Calendar

_CHECKS: tuple[Callable[[Look], Iterator[Finding]], ...] = (
    plan_findings.records,
    plan_findings.placing,
    plan_findings.phases,
    plan_findings.lateness,
    plan_findings.nodes,
    paper_findings.certificates,
    paper_findings.contracts,
    paper_findings.wayleaves,
    paper_findings.waiting,
    paper_findings.broken_gates,
    paper_findings.overrides,
)


def findings(state: State, today: date, calendar: Calendar) -> list[Finding]:
    """Everything wrong with the programme on its present day, worst first, then most sites."""
    look = Look(state, present_day(state, today), calendar)
    found = [finding for check in _CHECKS for finding in check(look)]
    found += merge_findings.work_without_site(state)
    found += merge_findings.work_without_stage(state)
    return sorted(found, key=lambda f: (SEVERITIES.index(f.severity), -len(f.sites), f.code))
