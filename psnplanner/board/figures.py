"""The board's figures: one document that every page, picture and table is drawn from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict

from psnplanner.board.attention import (
    CertificateDue,
    Late,
    Waiting,
    WaitingOn,
    WayleaveLapsing,
    by_owner,
    certificates_due,
    is_late,
    late,
    waiting_and_blocked,
    wayleaves,
    wayleaves_lapsing,
)
from psnplanner.board.burnup import AgainstBaseline, BurnUp, against_baseline, burn_up
from psnplanner.board.decisions import Decision, decisions
from psnplanner.board.due import live_on
from psnplanner.board.ledger import Ledger, ledger
from psnplanner.board.rating import Rating, ratings
from psnplanner.board.savings import PartnerSavings, Savings, by_partner, savings
from psnplanner.programme.edits import present_day
from psnplanner.programme.phase import Phase
from psnplanner.programme.saving import old_circuits
from psnplanner.programme.site import Site
from psnplanner.programme.stage import STATUSES
from psnplanner.programme.state import State
from psnplanner.programme.working_days import Calendar, open_share


class Group(TypedDict):
    """Counts of a partner's or a kind's sites; a shared site counts with its own partner."""

    name: str
    kind: str
    sites: int
    live: int
    live_percent: int
    blocked: int
    late: int
    annual_cost_pence: int


class PhaseFigures(TypedDict):
    """Progress of one phase; crew-days to the tenth. `late` is how many sites missed it.

    `capacity_days` is what the phase holds outside the windows closed to everybody, as the
    findings and the planner count it; None where nobody gave it a capacity.
    """

    name: str
    starts_on: str | None
    ends_on: str | None
    sites: int
    live: int
    live_percent: int
    blocked: int
    late: int
    crew_days: float
    capacity_days: float | None


class MonthLive(TypedDict):
    """Sites that went live in a month ("2014-05"), and all that had by its end."""

    month: str
    went_live: int
    live: int


class Figures(TypedDict):
    """Everything a board asks, ready for JSON. Dates are ISO 8601, money whole pence.

    `live_percent` is rounded down, so 100 means every site. Lists of sites are by urgency,
    lists of groups in their natural order; the sites of no phase come last, named "".
    """

    programme: str
    illustrative: bool
    status_on: str
    starts_on: str | None
    go_live_on: str | None
    days_to_go_live: int | None
    working_days_to_go_live: int | None
    sites: int
    placed: int
    unplaced: int
    live: int
    live_percent: int
    by_status: dict[str, int]
    by_partner: list[Group]
    by_kind: list[Group]
    by_phase: list[PhaseFigures]
    by_month: list[MonthLive]
    waiting: list[Waiting]
    waiting_on: list[WaitingOn]
    blocked: list[Waiting]
    late: list[Late]
    savings: Savings
    wayleaves: dict[str, int]
    certificates: list[CertificateDue]
    overrides: int
    wayleaves_lapsing: list[WayleaveLapsing]
    savings_by_partner: list[PartnerSavings]
    baseline_name: str
    against_baseline: AgainstBaseline | None
    burn_up: BurnUp
    forecast: Mapping[str, Any] | None
    ledger: Ledger
    ratings: list[Rating]
    decisions: list[Decision]


@dataclass(frozen=True)
class Beside:
    """What figures are set beside: the approved plan, and what is forecast of this one.

    `forecast` has, as far as known, `probability` (0 to 1, of every site live by go-live),
    `likely_on` (ISO) and `by_day` (see `burnup.burn_up`). For the `public` nobody is asked or
    blamed for anything: no decisions, and an empty ledger.
    """

    baseline: State | None = None
    name: str = ""
    approved_on: date | None = None
    forecast: Mapping[str, Any] | None = None
    public: bool = False


NOTHING = Beside()


def figures(
    state: State,
    today: date,
    calendar: Calendar | None = None,
    *,
    as_at: date | None = None,
    beside: Beside = NOTHING,
) -> Figures:
    """The figures of a programme, drawn for `as_at`, else its status date, else today.

    A pure function: for the figures of a past day, give the state as it stood and the day.
    Working days are the calendar's; without one, Mondays to Fridays.
    """
    on, calendar = as_at or present_day(state, today), calendar or Calendar()
    programme, sites = state.programme, list(state.sites.values())
    go_live_on = programme.go_live_on
    by_status = _by_status(state)
    placed = sum(site.position is not None for site in sites)
    waiting, blocked = waiting_and_blocked(state, on, calendar)
    circuits = old_circuits(state)
    drawn = Figures(
        programme=programme.name,
        illustrative=programme.illustrative,
        status_on=on.isoformat(),
        starts_on=_iso(programme.starts_on),
        go_live_on=_iso(go_live_on),
        days_to_go_live=(go_live_on - on).days if go_live_on else None,
        working_days_to_go_live=calendar.between(on, go_live_on) if go_live_on else None,
        sites=len(sites),
        placed=placed,
        unplaced=len(sites) - placed,
        live=by_status["live"],
        live_percent=_percent(by_status["live"], len(sites)),
        by_status=by_status,
        by_partner=_by_partner(state, on),
        by_kind=_by_kind(state, on),
        by_phase=_by_phase(state, on, calendar),
        by_month=_by_month(state),
        waiting=waiting,
        waiting_on=by_owner([*waiting, *blocked]),
        blocked=blocked,
        late=late(state, on, calendar),
        savings=savings(state, on, circuits),
        wayleaves=wayleaves(state),
        certificates=certificates_due(state, on),
        overrides=len(state.overrides),
        wayleaves_lapsing=wayleaves_lapsing(state, on),
        savings_by_partner=by_partner(state, on, circuits),
        baseline_name=beside.name if beside.baseline is not None else "",
        against_baseline=against_baseline(
            state, on, beside.baseline, beside.name, beside.approved_on
        ),
        burn_up=burn_up(state, on, beside.baseline, beside.forecast),
        forecast=beside.forecast,
        ledger=ledger(
            State() if beside.public else state, on, calendar, beside.baseline, beside.name
        ),
        ratings=[],
        decisions=[],
    )
    drawn["ratings"] = ratings(drawn)
    drawn["decisions"] = [] if beside.public else decisions(drawn)
    return drawn


def _iso(on: date | None) -> str | None:
    return on.isoformat() if on else None


def _percent(part: int, whole: int) -> int:
    return 100 * part // whole if whole else 0


def _by_status(state: State) -> dict[str, int]:
    counts = dict.fromkeys(STATUSES, 0)
    for status in state.statuses.values():
        counts[status] += 1
    return counts


def _by_partner(state: State, on: date) -> list[Group]:
    members: dict[str, list[Site]] = {}
    kinds = {partner.name: partner.kind for partner in state.partners.values()}
    for site in state.sites.values():
        members.setdefault(state.partner_name(site.partner), []).append(site)
    return [
        _group(state, name, kinds.get(name, ""), members[name], on)
        for name in sorted(members, key=lambda name: (not name, name.casefold()))
    ]


def _by_kind(state: State, on: date) -> list[Group]:
    members: dict[str, list[Site]] = {}
    for site in state.sites.values():
        members.setdefault(site.kind, []).append(site)
    return [
        _group(state, kind, kind, members[kind], on)
        for kind in sorted(members, key=lambda kind: (not kind, -len(members[kind]), kind))
    ]


def _group(state: State, name: str, kind: str, sites: list[Site], on: date) -> Group:
    live = _count(state, sites, "live")
    return Group(
        name=name,
        kind=kind,
        sites=len(sites),
        live=live,
        live_percent=_percent(live, len(sites)),
        blocked=_count(state, sites, "blocked"),
        late=sum(is_late(state, site, on) for site in sites),
        annual_cost_pence=sum(site.annual_cost_pence or 0 for site in sites),
    )


def _by_phase(state: State, on: date, calendar: Calendar) -> list[PhaseFigures]:
    by_phase = state.sites_by_phase
    rows = [
        _phase(state, phase, by_phase.get(phase.id, []), on, _holds_days(state, phase, calendar))
        for phase in state.phases_in_order
    ]
    if None in by_phase:
        rows.append(_phase(state, None, by_phase[None], on, None))
    return rows


def _holds_days(state: State, phase: Phase, calendar: Calendar) -> float | None:
    if phase.capacity_days is None:
        return None
    general = [w for w in state.closed_windows.values() if not w.kind and w.partner is None]
    return round(phase.capacity_days * open_share(phase, general, calendar), 1)


def _phase(
    state: State, phase: Phase | None, sites: list[Site], on: date, holds_days: float | None
) -> PhaseFigures:
    live = _count(state, sites, "live")
    return PhaseFigures(
        name=phase.name if phase else "",
        starts_on=_iso(phase.starts_on) if phase else None,
        ends_on=_iso(phase.ends_on) if phase else None,
        sites=len(sites),
        live=live,
        live_percent=_percent(live, len(sites)),
        blocked=_count(state, sites, "blocked"),
        late=sum(is_late(state, site, on) for site in sites),
        crew_days=round(sum(state.effort_days(site) for site in sites), 1),
        capacity_days=holds_days,
    )


def _count(state: State, sites: Iterable[Site], status: str) -> int:
    return sum(state.statuses[site.id] == status for site in sites)


def _by_month(state: State) -> list[MonthLive]:
    counts: dict[tuple[int, int], int] = {}
    for site in state.sites.values():
        day = live_on(state, site)
        if day is not None:
            counts[day.year, day.month] = counts.get((day.year, day.month), 0) + 1
    if not counts:
        return []
    rows, total = [], 0
    year, month = min(counts)
    while (year, month) <= max(counts):
        went_live = counts.get((year, month), 0)
        total += went_live
        rows.append(MonthLive(month=f"{year}-{month:02}", went_live=went_live, live=total))
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return rows
