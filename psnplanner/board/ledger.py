"""The ledger of delay and money: every lost working day and every pound has an owner.

A site has lost the working days from its original date (the baseline's, or, without one, the
end of its present phase) to its revised one: the day it went live; else the later of the
present plan's day and the status date. Each stage that took longer than its likely duration
answers for the excess, the longest first, under whoever it waits on; what no stage explains is
the board's where the plan was moved, else that of the owner of the stage to be done next.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple, TypedDict

from psnplanner.board.attention import whom
from psnplanner.board.due import due_on, live_on
from psnplanner.programme.gates import uk
from psnplanner.programme.saving import DAYS_A_YEAR, LEGACY_STAGE
from psnplanner.programme.site import Site
from psnplanner.programme.stage import DONE, NOT_NEEDED
from psnplanner.programme.state import State
from psnplanner.programme.working_days import Calendar

BOARD = "board"


class Delay(TypedDict):
    """Working days one site lost to one owner. Dates are ISO 8601."""

    site: str
    name: str
    partner: str
    owner: str
    reason: str
    working_days: int
    original_on: str
    revised_on: str


class OldCircuit(TypedDict):
    """A circuit kept past its site's live date: what that has cost by the status date.

    `cease_by` is when it should end at the latest; `overdue` whether that day is past.
    """

    site: str
    name: str
    partner: str
    owner: str
    live_on: str
    cease_by: str
    ceased_on: str | None
    days: int
    cost_pence: int
    pence_a_year: int
    overdue: bool


class Account(TypedDict):
    """What one owner or partner answers for."""

    name: str
    working_days: int
    sites: int
    circuits: int
    overdue_circuits: int
    cost_pence: int


class Ledger(TypedDict):
    """Every delay and every old circuit, with their sums. `measured_against` names the plan."""

    measured_against: str
    working_days_lost: int
    cost_pence: int
    delays: list[Delay]
    circuits: list[OldCircuit]
    by_owner: list[Account]
    by_partner: list[Account]


class _Excess(NamedTuple):
    days: int
    owner: str
    reason: str


def ledger(
    state: State, on: date, calendar: Calendar, baseline: State | None = None, name: str = ""
) -> Ledger:
    """The ledger as it stands on a day, measured against a baseline or the present phases."""
    delays = [row for site in state.sites.values() for row in _delays(state, site, on, calendar,
                                                                      baseline)]  # fmt: skip
    circuits = list(_circuits(state, on, calendar))
    delays.sort(key=lambda row: (-row["working_days"], row["site"], row["owner"], row["reason"]))
    circuits.sort(key=lambda row: (not row["overdue"], -row["cost_pence"], row["site"]))
    return Ledger(
        measured_against=name if baseline is not None else "",
        working_days_lost=sum(row["working_days"] for row in delays),
        cost_pence=sum(row["cost_pence"] for row in circuits),
        delays=delays,
        circuits=circuits,
        by_owner=_accounts(delays, circuits, "owner"),
        by_partner=_accounts(delays, circuits, "partner"),
    )


def original_and_revised(
    state: State, site: Site, on: date, baseline: State | None
) -> tuple[date, date] | None:
    """When the site was first to be live and when it now is; None where either is not known."""
    original = due_on(baseline if baseline is not None else state, site.id)
    if original is None:
        return None
    if state.statuses[site.id] == "live":
        lived = live_on(state, site)
        return (original, lived) if lived else None
    revised = due_on(state, site.id)
    return original, max(on, revised or on)


def _delays(
    state: State, site: Site, on: date, calendar: Calendar, baseline: State | None
) -> Iterator[Delay]:
    dates = original_and_revised(state, site, on, baseline)
    if dates is None or dates[1] <= dates[0]:
        return
    left = calendar.between(*dates)
    for excess in _explained(state, site, on, calendar, baseline, left):
        yield Delay(
            site=site.reference,
            name=site.name,
            partner=state.partner_name(site.partner),
            owner=excess.owner,
            reason=excess.reason,
            working_days=excess.days,
            original_on=dates[0].isoformat(),
            revised_on=dates[1].isoformat(),
        )


def _explained(
    state: State, site: Site, on: date, calendar: Calendar, baseline: State | None, left: int
) -> Iterator[_Excess]:
    overrun = sorted(_overruns(state, site, on, calendar), key=lambda e: (-e.days, e.reason))
    for excess in overrun:
        if left <= 0:
            return
        yield excess._replace(days=min(left, excess.days))
        left -= excess.days
    if left > 0:
        yield _unexplained(state, site, baseline, left)


def longest_overrun(state: State, site: Site, on: date, calendar: Calendar) -> str:
    """The stage that took longest beyond its likely duration, in words; empty if none did."""
    found = max(_overruns(state, site, on, calendar), key=lambda e: e.days, default=None)
    return found.reason if found is not None else ""


def _overruns(state: State, site: Site, on: date, calendar: Calendar) -> Iterator[_Excess]:
    records = state.stages_of(site.id)
    for key, record in records.items():
        stage = state.workflow.by_key.get(key)
        begun = record.waiting_since or record.started_on
        if stage is None or begun is None or record.state == NOT_NEEDED:
            continue
        ended = record.actual_on if record.state == DONE and record.actual_on else on
        over = calendar.between(begun, ended) - round(stage.working_days[1]) if ended > begun else 0
        if over > 0:
            owner = whom(state, site, record.waiting_on or stage.owner)
            done = f"until {uk(ended)}" if record.state == DONE else "still open"
            words = f"{stage.name}: since {uk(begun)}, {done}"
            yield _Excess(over, owner, f"{words}. {record.note}" if record.note else words)


def _unexplained(state: State, site: Site, baseline: State | None, days: int) -> _Excess:
    before = baseline.sites.get(site.id) if baseline is not None else None
    if before is not None and baseline is not None:
        was, now = (s.phases.get(p or b"") for s, p in ((baseline, before.phase),
                                                        (state, site.phase)))  # fmt: skip
        if was is not None and now is None:
            return _Excess(days, BOARD, f"Taken out of {was.name}")
        if was is not None and now is not None and was.id != now.id:
            return _Excess(days, BOARD, f"Moved from {was.name} to {now.name}")
        if was is not None and now is not None and was.ends_on != now.ends_on:
            return _Excess(days, BOARD, f"The window of {now.name} was moved")
    stage = state.workflow.next_stage(site, state.stages_of(site.id))
    if stage is None or state.statuses[site.id] == "live":
        return _Excess(days, BOARD, "Went live late; no stage says why")
    record = state.stages_of(site.id).get(stage.key)
    begun = record is not None and (record.waiting_since or record.started_on)
    owner = (record.waiting_on if record is not None else "") or stage.owner
    words = "begun too late" if begun else "not begun"
    return _Excess(days, whom(state, site, owner), f"{stage.name}: {words}")


def _circuits(state: State, on: date, calendar: Calendar) -> Iterator[OldCircuit]:
    stage = state.workflow.by_key.get(LEGACY_STAGE)
    if stage is None:
        return
    after_live = [s for s in state.workflow.stages if _follows_live(state, s.key)]
    allowed = round(sum(s.working_days[1] for s in after_live))
    for site in state.sites.values():
        lived, records = live_on(state, site), state.stages_of(site.id)
        if lived is None or state.workflow.state_of(stage, site, records) == NOT_NEEDED:
            continue
        record = records.get(LEGACY_STAGE)
        done = record is not None and record.state == DONE
        ceased = record.actual_on if record is not None and done else None
        if done and ceased is None:
            continue
        cease_by, last = _cease_by(site, lived, allowed, calendar), ceased or on
        days = max(0, (last - lived).days)
        yield OldCircuit(
            site=site.reference,
            name=site.name,
            partner=state.partner_name(site.partner),
            owner=whom(state, site, (record.waiting_on if record else "") or stage.owner),
            live_on=lived.isoformat(),
            cease_by=cease_by.isoformat(),
            ceased_on=ceased.isoformat() if ceased else None,
            days=days,
            cost_pence=days * (site.annual_cost_pence or 0) // DAYS_A_YEAR,
            pence_a_year=site.annual_cost_pence or 0,
            overdue=ceased is None and cease_by < on,
        )


def _follows_live(state: State, key: str) -> bool:
    keys = [stage.key for stage in state.workflow.stages]
    live = state.workflow.live_stage
    return live is not None and keys.index(key) > keys.index(live.key)


def _cease_by(site: Site, lived: date, allowed: int, calendar: Calendar) -> date:
    """The end of a contract that outlives going live, else what the last stages likely take."""
    if site.contract_ends_on is not None and site.contract_ends_on >= lived:
        return site.contract_ends_on
    return calendar.add(lived, allowed)


def _accounts(delays: list[Delay], circuits: list[OldCircuit], by: str) -> list[Account]:
    found: dict[str, Account] = {}
    sites: dict[str, set[tuple[str, str]]] = {}
    for row in delays:
        name = row["owner"] if by == "owner" else row["partner"]
        found.setdefault(name, _account(name))["working_days"] += row["working_days"]
        sites.setdefault(name, set()).add((row["site"], row["name"]))
    for circuit in circuits:
        name = circuit["owner"] if by == "owner" else circuit["partner"]
        account = found.setdefault(name, _account(name))
        account["cost_pence"] += circuit["cost_pence"]
        account["circuits"] += 1
        account["overdue_circuits"] += circuit["overdue"]
    for name, account in found.items():
        account["sites"] = len(sites.get(name, ()))
    rows = found.values()
    return sorted(rows, key=lambda r: (-r["working_days"], -r["cost_pence"], r["name"]))


def _account(name: str) -> Account:
    return Account(name=name, working_days=0, sites=0, circuits=0, overdue_circuits=0, cost_pence=0)
