"""Recording progress: stages, wayleaves, and the overrides that pass a gate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from psnplanner.errors import UserError
from psnplanner.programme.change import Change, creation, difference
from psnplanner.programme.edits import Proposal, existing, present_day
from psnplanner.programme.gates import WAYLEAVE_STAGE, Gate, resting_on, uk, unmet
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import WAYLEAVE_STATES, Override, Site, StageRecord, Wayleave
from psnplanner.programme.stage import (
    BLOCKED,
    DONE,
    IN_PROGRESS,
    NOT_NEEDED,
    NOT_STARTED,
    PASSED,
    STATES,
    WAITING,
    Stage,
)
from psnplanner.programme.state import PROGRAMME_ID, State

WAYLEAVE_TO_STAGE = {
    "not needed": NOT_NEEDED,
    "requested": WAITING,
    "granted": DONE,
    "refused": BLOCKED,
    "expired": BLOCKED,
}
STAGE_TO_WAYLEAVE = {
    NOT_STARTED: "",
    NOT_NEEDED: "not needed",
    WAITING: "requested",
    IN_PROGRESS: "requested",
    BLOCKED: "requested",
    DONE: "granted",
}
LONG_BEFORE = timedelta(days=3 * 365)
"""How long before a programme's start a survey may have been done; more is a wrong year."""

FAR_AHEAD = timedelta(days=366)
"""How far one record may move a status date on; more is a wrong year."""


@dataclass(frozen=True)
class RecordStage:
    """A stage of a site has reached a state on a day.

    `waiting_on` is whom it waits on (the stage's owner unless said); `override` is the reason
    an authorised person gives for passing a gate that is not met.
    """

    site: RecordId
    stage: str
    state: str
    on: date | None = None
    by: str = ""
    note: str | None = None
    waiting_on: str = ""
    override: str = ""

    def propose(self, state: State, today: date) -> Proposal:
        """Refused under an unmet gate, for a day to come, and where later stages rest on it."""
        site = existing(state, Site, self.site)
        stage = state.workflow.by_key.get(self.stage) or state.workflow.find(self.stage)
        if self.state not in STATES:
            raise UserError(
                f"There is no state “{self.state}”.", remedy=f"Use one of: {', '.join(STATES)}."
            )
        done_on = self._done_already(state, site, stage)
        on = self.on or done_on or present_day(state, today)
        _check_day(state, on, today)
        changes = self._pass_gates(state, site, stage, on)
        changes += _stage_changes(state, site.id, stage, self._values(state, site, stage, on))
        if stage.key == WAYLEAVE_STAGE:
            changes += _wayleave_follows(state, site, self.state, on)
        changes += _present_day_reached(state, on)
        label = f"{stage.name} {self.state} at {site.reference or site.name}"
        # A corrected day takes the place of the day it corrects, in reports of both.
        return Proposal(label, changes, min(on, done_on or on))

    def _done_already(self, state: State, site: Site, stage: Stage) -> date | None:
        record = state.stages_of(site.id).get(stage.key)
        if self.state == DONE and record is not None and record.state == DONE:
            return record.actual_on
        return None

    def _pass_gates(self, state: State, site: Site, stage: Stage, on: date) -> list[Change]:
        if self.state == DONE:
            gates = unmet(state, site, stage, on)
        elif self.state not in PASSED:
            gates = resting_on(state, site, stage)
        else:
            gates = []
        if gates and not self.override.strip():
            raise refusal(site, stage, self.state, gates)
        return [change for gate in gates for change in self._override(state, site, stage, gate, on)]

    def _override(
        self, state: State, site: Site, stage: Stage, gate: Gate, on: date
    ) -> list[Change]:
        given = {"reason": self.override.strip(), "by": self.by}
        ident = Override.id_for(site.id, stage.key, gate.sentence, on)
        known = state.overrides.get(ident)
        if known is not None:
            return difference(known, given)
        return [
            creation(
                Override(
                    id=ident,
                    site=site.id,
                    stage=stage.key,
                    gate=gate.sentence,
                    given_on=on,
                    **given,
                )
            )
        ]

    def _values(self, state: State, site: Site, stage: Stage, on: date) -> dict[str, Any]:
        record = state.stages_of(site.id).get(stage.key)
        values: dict[str, Any] = {"state": self.state, "actual_on": None}
        values |= {"waiting_on": "", "waiting_since": None, "next_action": ""}
        if self.state == DONE:
            values["actual_on"] = on
            if record and record.started_on and record.started_on > on:
                values["started_on"] = on
        elif self.state in (WAITING, BLOCKED):
            since = record.waiting_since if record and record.state == self.state else None
            owner = self.waiting_on or (record.waiting_on if record else "") or stage.owner
            values |= {
                "waiting_on": owner,
                "waiting_since": self.on or since or on,
                "next_action": stage.next_action,
            }
        elif self.state == IN_PROGRESS and not (record and record.started_on):
            values["started_on"] = on
        elif self.state == NOT_STARTED:
            values["started_on"] = None
        if self.note is not None:
            values["note"] = self.note
        return values


@dataclass(frozen=True)
class SetWayleave:
    """The state of a site's wayleave on a day; its stage follows."""

    site: RecordId
    state: str
    on: date | None = None
    expires_on: date | None = None
    landowner: str | None = None
    note: str | None = None
    by: str = ""
    override: str = ""

    def propose(self, state: State, today: date) -> Proposal:
        """Refused for an unknown state, or a grant that ends before it begins."""
        site = existing(state, Site, self.site)
        if self.state not in WAYLEAVE_STATES:
            raise UserError(
                f"A wayleave cannot be “{self.state}”.",
                remedy=f"Use one of: {', '.join(WAYLEAVE_STATES)}.",
            )
        on = self.on or present_day(state, today)
        _check_day(state, on, today)
        if self.expires_on is not None and self.expires_on < on:
            raise UserError(
                f"The wayleave would end on {uk(self.expires_on)}, before {uk(on)}.",
                remedy="Give the day it ends, or record it as expired.",
            )
        extra = {"expires_on": self.expires_on, "landowner": self.landowner, "note": self.note}
        given = {name: value for name, value in extra.items() if value is not None}
        changes = _wayleave_changes(state, site, self.state, on, **given)
        stage = state.workflow.by_key.get(WAYLEAVE_STAGE)
        # A permission that lapses once the fibre lies there does not undo the work done under it.
        wanted = WAYLEAVE_TO_STAGE[self.state]
        if stage is not None and (wanted in PASSED or not resting_on(state, site, stage)):
            record = RecordStage(site.id, stage.key, wanted, on, by=self.by, override=self.override)
            following = record.propose(state, today).changes
            changes += [c for c in following if c.entity in ("stage", "override")]
        changes += _present_day_reached(state, on)
        return Proposal(f"Wayleave {self.state} at {site.reference or site.name}", changes, on)


def refusal(site: Site, stage: Stage, wanted: str, gates: list[Gate]) -> UserError:
    """The message of a gate that holds: which gates, and what satisfies each."""
    reasons = "; ".join(gate.sentence for gate in gates)
    remedies = "; ".join(dict.fromkeys(gate.remedy for gate in gates))
    return UserError(
        f"“{stage.name}” cannot be {wanted}: {reasons}.",
        where=f"{site.reference} {site.name}".strip(),
        remedy=f"To satisfy it: {remedies}; or give a reason to override, which stays on record.",
    )


def first_stage_done(state: State, sites: Iterable[RecordId], on: date) -> list[Change]:
    """The changes that record the first stage as done at sites where it is not yet."""
    first = state.workflow.first
    if first is None:
        return []
    changes: list[Change] = []
    for site in sites:
        record = state.stages_of(site).get(first.key)
        if record is None or record.state != DONE:
            changes += _stage_changes(state, site, first, {"state": DONE, "actual_on": on})
    # Ids of stages are random; in order, they fill the file's indexes from one end.
    return sorted(changes, key=lambda change: change.record)


def _check_day(state: State, on: date, today: date) -> None:
    programme, latest = state.programme, max(today, present_day(state, today))
    if on > latest:
        raise UserError(
            f"{uk(on)} is still to come.",
            remedy=f"Give the day it happened, at the latest {uk(latest)}.",
        )
    if programme.starts_on and on < programme.starts_on - LONG_BEFORE:
        raise UserError(
            f"{uk(on)} is long before the programme began on {uk(programme.starts_on)}.",
            remedy="Check the year.",
        )
    if programme.status_on and on > programme.status_on + FAR_AHEAD:
        raise UserError(
            f"{uk(on)} is more than a year after the status date, {uk(programme.status_on)}.",
            remedy="Check the year; if it is right, move the status date there first.",
        )


def _stage_changes(
    state: State, site: RecordId, stage: Stage, values: dict[str, Any]
) -> list[Change]:
    record = state.stages_of(site).get(stage.key)
    if record is None:
        ident = StageRecord.id_for(site, stage.key)
        return [creation(StageRecord(id=ident, site=site, stage=stage.key, **values))]
    changes = difference(record, values)
    if changes and record.state == values["state"]:
        # Said again for another day, it is said whole: as at that day the first may not count.
        changes.append(Change("stage", record.id, "state", record.state, record.state))
    return changes


def _wayleave_follows(state: State, site: Site, stage_state: str, on: date) -> list[Change]:
    known = state.wayleave_of(site.id)
    wanted = STAGE_TO_WAYLEAVE[stage_state]
    lost = known is not None and known.state in ("refused", "expired")
    if (stage_state == BLOCKED and lost) or (known is None and not wanted):
        return []
    return _wayleave_changes(state, site, wanted, on)


def _wayleave_changes(
    state: State, site: Site, wanted: str, on: date, **extra: Any
) -> list[Change]:
    known = state.wayleave_of(site.id)
    values: dict[str, Any] = {"state": wanted, "expires_on": None}
    if wanted == "requested" and not (known and known.state == wanted):
        values |= {"requested_on": on, "decided_on": None}
    elif wanted in ("granted", "refused"):
        values["decided_on"] = on
    elif wanted == "expired":
        values["expires_on"] = on
    values |= extra
    if known is not None:
        return difference(known, values)
    return [creation(Wayleave(id=Wayleave.id_for(site.id), site=site.id, **values))]


def _present_day_reached(state: State, on: date) -> list[Change]:
    """A set status date moves on with what is recorded: what has happened is not to come."""
    status_on = state.programme.status_on
    if status_on is None or on <= status_on:
        return []
    return [Change("programme", PROGRAMME_ID, "status_on", status_on, on)]
