"""Cells of the table of sites: many set by one edit, and which of them would be refused.

A cell is a site and a column: a field of `Site`, "wayleave" (its state), or a stage's own,
like "stage.site_survey.done" (see `STAGE_PARTS`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from psnplanner.errors import UserError
from psnplanner.programme import rules
from psnplanner.programme.change import Change, creation, difference
from psnplanner.programme.edits import Edit, Proposal, existing
from psnplanner.programme.record import RecordId, fields_of
from psnplanner.programme.site import Site, StageRecord
from psnplanner.programme.stage import DONE, Stage
from psnplanner.programme.stage_edits import RecordStage, SetWayleave
from psnplanner.programme.state import State

Cells = Mapping[RecordId, Mapping[str, Any]]
"""Values by column, by site."""

WAYLEAVE = "wayleave"
STAGE_PARTS = {
    "state": "",
    "done": "",
    "planned": "planned_on",
    "forecast": "forecast_on",
    "note": "note",
}
"""What a stage has a column for, with the field that is set as it is; the others follow rules."""


def stage_column(stage: str, part: str) -> str:
    """The column of a part of a stage: stage.site_survey.done."""
    return f"stage.{stage}.{part}"


def stage_of(column: str) -> tuple[str, str] | None:
    """The stage's key and the part that a column is of; None for any other column."""
    if not column.startswith("stage."):
        return None
    stage, _, part = column.removeprefix("stage.").rpartition(".")
    return (stage, part) if part in STAGE_PARTS else None


@dataclass(frozen=True)
class SetCells:
    """Give cells their values, as one transaction: typed, pasted, filled down or cleared."""

    values: Cells
    label: str
    by: str = ""

    def propose(self, state: State, today: date) -> Proposal:
        """Refused as a whole if any cell is: a lock, a gate, a day to come, a site gone."""
        changes: list[Change] = []
        days: list[date] = []
        for ident, cells in self.values.items():
            made, since = _of_site(state, today, existing(state, Site, ident), cells, self.by)
            changes += made
            days += since
        return Proposal(self.label, _latest_status_date(changes), min(days, default=None))


def _of_site(
    state: State, today: date, site: Site, cells: Mapping[str, Any], by: str
) -> tuple[list[Change], list[date]]:
    known = fields_of(Site)
    fields = {name: value for name, value in cells.items() if name in known}
    if site.locked and fields.get("locked", True) and fields.get("phase", site.phase) != site.phase:
        raise UserError("It is locked to its phase.", _called(site), "Unlock it, then move it.")
    changes = difference(site, fields)
    edits = [_edit(state, site, name, cells[name], by) for name in cells if name not in known]
    days: list[date] = []
    for edit in edits:
        # Sites stand apart from one another, the stages of one site do not.
        now = state.after(changes) if changes else state
        proposal = edit.propose(now, today)
        changes += proposal.changes
        days += [proposal.effective_on] if proposal.effective_on else []
    return changes, days


def _edit(state: State, site: Site, column: str, value: Any, by: str) -> Edit:
    if column == WAYLEAVE:
        if not value:
            raise UserError(
                "A wayleave cannot be cleared.", _called(site), "Say “not needed”, or undo."
            )
        return SetWayleave(site.id, value, by=by)
    found = stage_of(column)
    if found is None or found[0] not in state.workflow.by_key:
        raise UserError(f"The column “{column}” cannot be changed.", _called(site))
    stage, part = state.workflow.by_key[found[0]], found[1]
    if STAGE_PARTS[part]:
        return _StageField(site.id, stage, STAGE_PARTS[part], value)
    if part == "done":
        return _done_edit(site, stage, value, by)
    if not value:
        raise UserError("A stage is in some state.", _called(site), "Say “not started”, or undo.")
    return RecordStage(site.id, stage.key, value, by=by)


def _done_edit(site: Site, stage: Stage, on: date | None, by: str) -> Edit:
    if on is None:
        raise UserError(
            f"The day on which “{stage.name}” was done cannot be cleared.",
            _called(site),
            "Give the stage another state, or undo.",
        )
    return RecordStage(site.id, stage.key, DONE, on, by=by)


@dataclass(frozen=True)
class _StageField:
    """A date or note of a stage that follows no rule."""

    site: RecordId
    stage: Stage
    field: str
    value: Any

    def propose(self, state: State, today: date) -> Proposal:
        """Brings the stage's record into being where there is none."""
        label, values = f"Change {self.stage.name}", {self.field: self.value}
        record = state.stages_of(self.site).get(self.stage.key)
        if record is not None:
            return Proposal(label, difference(record, values))
        if not self.value:
            return Proposal(label, [])
        ident = StageRecord.id_for(self.site, self.stage.key)
        fresh = StageRecord(id=ident, site=self.site, stage=self.stage.key, **values)
        return Proposal(label, [creation(fresh)])


def _latest_status_date(changes: list[Change]) -> list[Change]:
    """Each site moves the status date on by itself: of all these the furthest holds."""
    moved = [change for change in changes if change.entity == "programme"]
    if len(moved) < 2:
        return changes
    furthest = max(moved, key=lambda change: change.new)
    return [*(change for change in changes if change.entity != "programme"), furthest]


def refusals(state: State, today: date, values: Cells) -> dict[tuple[RecordId, str], UserError]:
    """The cells that would be refused, each looked at by itself, with the reason."""
    found: dict[tuple[RecordId, str], UserError] = {}
    sound: list[tuple[tuple[RecordId, str], list[Change]]] = []
    for ident, cells in values.items():
        for name, value in cells.items():
            try:
                proposal = SetCells({ident: {name: value}}, "").propose(state, today)
            except UserError as error:
                found[ident, name] = error
            else:
                sound.append(((ident, name), list(proposal.changes)))
    found |= _shared_references(state, values)
    after = state.after(change for _, changes in sound for change in changes)
    for cell, changes in sound:
        others = [c for c in changes if c.field != "reference"]  # looked at above, all at once
        try:
            rules.check(state, after, others, imported=False)
        except UserError as error:
            found[cell] = error
    return found


def _shared_references(state: State, values: Cells) -> dict[tuple[RecordId, str], UserError]:
    given = {i: str(c["reference"]) for i, c in values.items() if c.get("reference")}
    if not given:
        return {}
    tally = Counter(given.get(site.id, site.reference).casefold() for site in state.sites.values())
    return {
        (ident, "reference"): UserError(
            f"There is a site {reference} already.", remedy="Choose another reference."
        )
        for ident, reference in given.items()
        if tally[reference.casefold()] > 1
        and reference.casefold() != state.sites[ident].reference.casefold()
    }


def _called(site: Site) -> str:
    return site.reference or site.name
