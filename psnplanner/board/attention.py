"""What wants the board's attention: what waits on whom, what is blocked, late or lapsing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TypedDict

from psnplanner.programme import words
from psnplanner.programme.gates import WAYLEAVE_STAGE, uk
from psnplanner.programme.partner import Certificate
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import WAYLEAVE_STATES, Site, StageRecord, Wayleave
from psnplanner.programme.stage import BLOCKED, NOT_STARTED, WAITING, Stage
from psnplanner.programme.state import State
from psnplanner.programme.working_days import Calendar


class Waiting(TypedDict):
    """One stage that waits or is blocked. Dates are ISO 8601; days are working days."""

    site: str
    name: str
    partner: str
    status: str
    stage: str
    waiting_on: str
    since: str | None
    working_days: int | None
    next_action: str
    note: str


class WaitingOn(TypedDict):
    """How much waits on one owner ("" where nobody is named)."""

    waiting_on: str
    stages: int
    sites: int
    longest_working_days: int


class Late(TypedDict):
    """A site that is not live though its phase's window is over, and what stands in its way."""

    site: str
    name: str
    partner: str
    status: str
    phase: str
    due_on: str
    working_days: int
    next_stage: str
    owner: str
    reason: str


class CertificateDue(TypedDict):
    """A partner whose compliance does not last until go-live.

    `state` is missing, expired, not yet valid, or lapses; `valid_to` the last day covered.
    """

    partner: str
    state: str
    valid_to: str | None
    sites: int


class WayleaveLapsing(TypedDict):
    """A wayleave that is refused, has lapsed, or lapses within `LAPSES_WITHIN_DAYS`.

    `state` is refused, lapsed or lapses; sites that are live are left out unless it lapses.
    """

    site: str
    name: str
    partner: str
    state: str
    on: str | None
    days: int | None


LAPSES_WITHIN_DAYS = 90
"""Calendar days within which a wayleave is about to lapse."""


def stages_in(state: State, wanted: str, on: date, calendar: Calendar) -> list[Waiting]:
    """Every stage recorded as waiting (or blocked), the longest first, then by reference."""
    rows = []
    for site in state.sites.values():
        for key, record in state.stages_of(site.id).items():
            stage = state.workflow.by_key.get(key)
            if stage is not None and record.state == wanted:
                rows.append(_waiting(state, site, stage, record, on, calendar))
    return sorted(rows, key=lambda row: (-(row["working_days"] or 0), row["site"], row["stage"]))


def _waiting(
    state: State, site: Site, stage: Stage, record: StageRecord, on: date, calendar: Calendar
) -> Waiting:
    since = record.waiting_since
    return Waiting(
        site=site.reference,
        name=site.name,
        partner=state.partner_name(site.partner),
        status=state.statuses[site.id],
        stage=stage.name,
        waiting_on=whom(state, site, record.waiting_on),
        since=since.isoformat() if since else None,
        working_days=max(0, calendar.between(since, on)) if since else None,
        next_action=record.next_action or stage.next_action,
        note=record.note,
    )


def whom(state: State, site: Site, owner: str) -> str:
    """An owner by name: “partner” is whichever partner the site belongs to."""
    return words.whom(owner, state.partner_name(site.partner))


def by_owner(rows: Iterable[Waiting]) -> list[WaitingOn]:
    """Waiting and blocked stages counted by whom they wait on, the most first."""
    found: dict[str, WaitingOn] = {}
    sites: dict[str, set[str]] = {}
    for row in rows:
        owner = row["waiting_on"]
        entry = found.setdefault(
            owner, WaitingOn(waiting_on=owner, stages=0, sites=0, longest_working_days=0)
        )
        seen = sites.setdefault(owner, set())
        seen.add(row["site"])
        entry["stages"] += 1
        entry["sites"] = len(seen)
        entry["longest_working_days"] = max(entry["longest_working_days"], row["working_days"] or 0)
    return sorted(found.values(), key=lambda e: (-e["stages"], e["waiting_on"]))


def is_late(state: State, site: Site, on: date) -> bool:
    """Whether a site is not live though the window of its phase is over."""
    phase = state.phases.get(site.phase) if site.phase else None
    if phase is None or phase.ends_on is None:
        return False
    return phase.ends_on < on and state.statuses[site.id] != "live"


def late(state: State, on: date, calendar: Calendar) -> list[Late]:
    """Late sites, the latest first, then by reference, with the stage each has to do next."""
    rows = []
    for site in state.sites.values():
        if not is_late(state, site, on) or site.phase is None:
            continue
        phase = state.phases[site.phase]
        due_on = phase.ends_on or on
        stage = state.workflow.next_stage(site, state.stages_of(site.id))
        rows.append(
            Late(
                site=site.reference,
                name=site.name,
                partner=state.partner_name(site.partner),
                status=state.statuses[site.id],
                phase=phase.name,
                due_on=due_on.isoformat(),
                working_days=calendar.between(due_on, on),
                next_stage=stage.name if stage else "",
                owner=stage.owner if stage else "",
                reason=stuck_on(state, site) or _next(state, site, stage),
            )
        )
    return sorted(rows, key=lambda row: (-row["working_days"], row["site"]))


def stuck_on(state: State, site: Site) -> str:
    """The stage that is blocked, else that waits, on whom and since when; "" if none is."""
    for wanted in (BLOCKED, WAITING):
        for key, record in state.stages_of(site.id).items():
            stage = state.workflow.by_key.get(key)
            if stage is not None and record.state == wanted:
                on = f" on {whom(state, site, record.waiting_on)}" if record.waiting_on else ""
                since = f" since {uk(record.waiting_since)}" if record.waiting_since else ""
                return f"{stage.name} {wanted}{on}{since}"
    return ""


def _next(state: State, site: Site, stage: Stage | None) -> str:
    """What is to be done next where nothing is said to be in the way."""
    if stage is None:
        return ""
    record = state.stages_of(site.id).get(stage.key)
    begun = record.started_on if record is not None else None
    return f"{stage.name} under way since {uk(begun)}" if begun else f"{stage.name} not begun"


def wayleaves(state: State) -> dict[str, int]:
    """Sites by the state of their wayleave; `to request` need one and have asked for none."""
    counts = dict.fromkeys(WAYLEAVE_STATES, 0)
    for record in state.wayleaves.values():
        if record.site in state.sites and record.state in counts:
            counts[record.state] += 1
    return {"to request": _to_request(state), **counts}


def _to_request(state: State) -> int:
    stage = state.workflow.by_key.get(WAYLEAVE_STAGE)
    if stage is None:
        return 0
    return sum(
        state.workflow.state_of(stage, site, state.stages_of(site.id)) == NOT_STARTED
        and state.wayleave_of(site.id) is None
        and state.statuses[site.id] != "live"
        for site in state.sites.values()
        # Where nobody knows the tenure yet, nobody knows that a wayleave is needed.
        if site.tenure
    )


def wayleaves_lapsing(state: State, on: date) -> list[WayleaveLapsing]:
    """Wayleaves that no longer stand, or not for long: the soonest first, then by reference."""
    rows = []
    for record in state.wayleaves.values():
        site = state.sites.get(record.site or b"")
        if site is None or (fault := _wayleave_fault(record, on)) is None:
            continue
        word, day = fault
        if word == "refused" and state.statuses[site.id] == "live":
            continue
        rows.append(
            WayleaveLapsing(
                site=site.reference,
                name=site.name,
                partner=state.partner_name(site.partner),
                state=word,
                on=day.isoformat() if day else None,
                days=(day - on).days if day else None,
            )
        )
    return sorted(rows, key=lambda row: (row["on"] or "", row["site"]))


def _wayleave_fault(record: Wayleave, on: date) -> tuple[str, date | None] | None:
    if record.state == "refused":
        return "refused", record.decided_on
    ends = record.expires_on
    if record.state == "expired" or (record.state == "granted" and ends and ends < on):
        return "lapsed", ends
    if record.state == "granted" and ends and (ends - on).days <= LAPSES_WITHIN_DAYS:
        return "lapses", ends
    return None


def certificates_due(state: State, on: date) -> list[CertificateDue]:
    """Partners with sites whose compliance is missing, or ends before go-live, by name."""
    until = max(on, state.programme.go_live_on or on)
    rows = []
    for partner, sites in _sites_by_partner(state).items():
        held = [c for c in state.certificates.values() if c.partner == partner]
        fault, valid_to = _fault(held, on, until)
        if fault:
            rows.append(
                CertificateDue(
                    partner=state.partner_name(partner),
                    state=fault,
                    valid_to=valid_to.isoformat() if valid_to else None,
                    sites=sites,
                )
            )
    return sorted(rows, key=lambda row: row["partner"])


def _sites_by_partner(state: State) -> dict[RecordId, int]:
    counts: dict[RecordId, int] = {}
    for site in state.sites.values():
        for partner in {site.partner, *site.sharing}:
            if partner is not None and partner in state.partners:
                counts[partner] = counts.get(partner, 0) + 1
    return counts


def _fault(held: list[Certificate], on: date, until: date) -> tuple[str, date | None]:
    if not held:
        return "missing", None
    if not any(c.covers(on) for c in held):
        ends = [c.valid_to for c in held if c.valid_to and c.valid_to < on]
        return ("expired", max(ends)) if ends else ("not yet valid", None)
    # Follow renewals from one certificate to the next as long as no day is left uncovered.
    day = on
    while day <= until:
        covering = [c.valid_to or date.max for c in held if c.covers(day)]
        if not covering:
            return "lapses", day - timedelta(days=1)
        last = max(covering)
        if last >= until:
            break
        day = last + timedelta(days=1)
    return "", None


def waiting_and_blocked(
    state: State, on: date, calendar: Calendar
) -> tuple[list[Waiting], list[Waiting]]:
    """The stages that wait, and those that are blocked."""
    return stages_in(state, WAITING, on, calendar), stages_in(state, BLOCKED, on, calendar)
