"""What a user means, turned into changes: the only things the write door accepts.

An edit proposes; the session journals. `propose` looks at the state, refuses with a UserError
that says what to do instead, and gives the changes with a label for history and undo.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, TypeVar

from psnplanner.errors import UserError
from psnplanner.programme.change import Change, creation, deletion, difference
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import Record, RecordId, fields_of
from psnplanner.programme.site import Site
from psnplanner.programme.state import RECORD_TYPES, State
from psnplanner.programme.words import plural as plural

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Proposal:
    """The changes an edit asks for, what to call them, and the day they count from."""

    label: str
    changes: Sequence[Change]
    effective_on: date | None = None
    kind: str = "edit"


class Edit(Protocol):
    """Anything a user can mean."""

    def propose(self, state: State, today: date) -> Proposal:
        """The changes this edit makes to the state; `today` is the programme's present day.

        Raises UserError where the edit is refused.
        """
        ...


def present_day(state: State, today: date) -> date:
    """The programme's present day: its status date if it has one, else today."""
    return state.programme.status_on or today


@dataclass(frozen=True)
class Create:
    """Bring records into being (partners, nodes, phases, certificates, closed windows)."""

    records: Sequence[Record]
    label: str = ""

    def propose(self, state: State, today: date) -> Proposal:
        """Refused if any exists already."""
        for record in self.records:
            if record.id in state.tables[record.ENTITY]:
                raise UserError("That record exists already.", remedy="Change it instead.")
        label = self.label or _creation_label(self.records)
        return Proposal(label, [creation(record) for record in self.records])


@dataclass(frozen=True)
class Amend:
    """Set fields of records of one kind, the same values on each."""

    entity: str
    records: Sequence[RecordId]
    values: Mapping[str, Any]
    label: str = ""

    def propose(self, state: State, today: date) -> Proposal:
        """Refused if a record is gone, or a site is locked to another phase."""
        changes: list[Change] = []
        for ident in self.records:
            record = existing(state, RECORD_TYPES[self.entity], ident)
            if (
                isinstance(record, Site)
                and self.values.get("locked", True)
                and ("phase" in self.values)
            ):
                _refuse_locked([record], self.values["phase"])
            changes += difference(record, self.values)
        label = self.label or self._default_label(state)
        return Proposal(label, changes)

    def _default_label(self, state: State) -> str:
        fields = ", ".join(name.replace("_", " ") for name in self.values)
        if len(self.records) == 1:
            return f"Change {fields} of {title(state.tables[self.entity][self.records[0]])}"
        return f"Change {fields} of {plural(len(self.records), self.entity.replace('_', ' '))}"


@dataclass(frozen=True)
class AmendEach:
    """Set fields of records of one kind, each to values of its own (fill, paste, nodes)."""

    entity: str
    values: Mapping[RecordId, Mapping[str, Any]]
    label: str

    def propose(self, state: State, today: date) -> Proposal:
        """Refused if a record is gone."""
        changes: list[Change] = []
        for ident, values in self.values.items():
            changes += difference(existing(state, RECORD_TYPES[self.entity], ident), values)
        return Proposal(self.label, changes)


@dataclass(frozen=True)
class Delete:
    """Remove records of one kind, with what belongs to them alone."""

    entity: str
    records: Sequence[RecordId]

    def propose(self, state: State, today: date) -> Proposal:
        """Sites take their stages and wayleave along; phases and nodes let their sites go."""
        changes: list[Change] = []
        for ident in self.records:
            record = existing(state, RECORD_TYPES[self.entity], ident)
            if self.entity == "partner" and any(
                ident == s.partner or ident in s.sharing for s in state.sites.values()
            ):
                raise UserError(
                    f"{title(record)} still has sites.",
                    remedy="Give them to another partner first.",
                )
            changes += _let_go(state, self.entity, ident)
            changes.append(deletion(record))
        what = self.entity.replace("_", " ")
        label = f"Delete {plural(len(self.records), what)}"
        if len(self.records) == 1:
            label = f"Delete {what} {title(state.tables[self.entity][self.records[0]])}"
        return Proposal(label, changes)


@dataclass(frozen=True)
class MoveToPhase:
    """Put sites into a phase (None: into no phase). Locked sites stay unless `unlock`."""

    sites: Sequence[RecordId]
    phase: RecordId | None
    unlock: bool = False

    def propose(self, state: State, today: date) -> Proposal:
        """Refused if a site is locked to where it is."""
        name = "no phase"
        if self.phase is not None:
            name = existing(state, Phase, self.phase).name
        sites = [existing(state, Site, ident) for ident in self.sites]
        if not self.unlock:
            _refuse_locked(sites, self.phase)
        changes = [change for s in sites for change in difference(s, {"phase": self.phase})]
        what = sites[0].reference if len(sites) == 1 else plural(len(sites), "site")
        return Proposal(f"Move {what} to {name}", changes)


@dataclass(frozen=True)
class AddSites:
    """A list's new sites, its corrections to known ones, and the partners it names.

    `validated` are the sites whose row had no problem: their first stage is done by this.
    """

    source: str
    new: Sequence[Site]
    corrections: Mapping[RecordId, Mapping[str, Any]] = field(default_factory=dict)
    partners: Sequence[Record] = ()
    validated: frozenset[RecordId] = frozenset()

    def propose(self, state: State, today: date) -> Proposal:
        """One transaction, one undo, however many rows."""
        from psnplanner.programme.stage_edits import first_stage_done

        on = present_day(state, today)
        changes = [creation(record) for record in self.partners]
        for site in self.new:
            changes.append(creation(site))
        for ident, values in self.corrections.items():
            changes += difference(existing(state, Site, ident), values)
        changes += first_stage_done(state, self.validated, on)
        parts = [plural(len(self.new), "site")]
        if self.corrections:
            parts.append(f"{len(self.corrections):,} corrected")
        label = f"Import {', '.join(parts)} from {self.source}"
        return Proposal(label, changes, on, "import")


@dataclass(frozen=True)
class ApplyPlan:
    """Put a plan in force: new or changed phases and nodes, then where each site goes."""

    phases: Sequence[Phase]
    nodes: Sequence[Record]
    sites: Mapping[RecordId, Mapping[str, Any]]
    label: str = "Apply plan"

    def propose(self, state: State, today: date) -> Proposal:
        """Refused if a site of the plan is gone."""
        changes: list[Change] = []
        for record in [*self.nodes, *self.phases]:
            known = state.tables[record.ENTITY].get(record.id)
            changes += [creation(record)] if known is None else difference(known, _all(record))
        for ident, values in self.sites.items():
            changes += difference(existing(state, Site, ident), values)
        return Proposal(self.label, changes, kind="plan")


@dataclass(frozen=True)
class Compose:
    """Several edits as one transaction, each seeing what those before it did.

    It counts from the earliest day of its parts; a stage done later shows from its own day.
    Without a label it has that of its first part.
    """

    label: str
    edits: Sequence[Edit]
    kind: str = "edit"

    def propose(self, state: State, today: date) -> Proposal:
        """Refused as a whole if any part is."""
        changes: list[Change] = []
        days = []
        label = self.label
        for edit in self.edits:
            proposal = edit.propose(state, today)
            changes += proposal.changes
            label = label or proposal.label
            days += [proposal.effective_on] if proposal.effective_on else []
            state = state.after(proposal.changes)
        return Proposal(label, changes, min(days, default=None), self.kind)


def existing(state: State, kind: type[R], ident: RecordId) -> R:
    """The record of that kind and id. Raises UserError if it is gone."""
    found = state.tables[kind.ENTITY].get(ident)
    if not isinstance(found, kind):
        raise UserError(
            f"That {kind.ENTITY.replace('_', ' ')} is no longer in the programme.",
            remedy="Someone may have removed or undone it: look at the history.",
        )
    return found


def title(record: Record) -> str:
    """What people call a record."""
    for name in ("reference", "name"):
        value = getattr(record, name, "")
        if value:
            return str(value)
    return record.ENTITY.replace("_", " ")


def _all(record: Record) -> dict[str, Any]:
    return {name: getattr(record, name) for name in fields_of(type(record))}


def _creation_label(records: Sequence[Record]) -> str:
    if len(records) == 1:
        what, name = records[0].ENTITY.replace("_", " "), title(records[0])
        return f"Add {what} {name}" if name != what else f"Add {what}"
    kinds = {record.ENTITY.replace("_", " ") for record in records}
    return f"Add {plural(len(records), kinds.pop() if len(kinds) == 1 else 'record')}"


def _refuse_locked(sites: Iterable[Site], phase: RecordId | None) -> None:
    held = [site for site in sites if site.locked and site.phase != phase]
    if held:
        raise UserError(
            f"{plural(len(held), 'site')} locked to a phase, {held[0].reference} first.",
            remedy="Unlock them, then move them.",
        )


def _let_go(state: State, entity: str, ident: RecordId) -> list[Change]:
    if entity == "phase":
        return _clear(state.sites.values(), "phase", ident)
    if entity == "node":
        return [
            *_clear(state.sites.values(), "node", ident),
            *_clear(state.nodes.values(), "parent", ident),
            *_clear(state.phases.values(), "base", ident),
        ]
    if entity == "partner":
        held = [c for c in state.certificates.values() if c.partner == ident]
        areas = _clear(state.boundaries.values(), "partner", ident)
        return [*(deletion(certificate) for certificate in held), *areas]
    if entity == "site":
        wayleave = state.wayleave_of(ident)
        belongings: list[Record] = list(state.stages_of(ident).values())
        return [deletion(record) for record in belongings + ([wayleave] if wayleave else [])]
    return []


def _clear(records: Iterable[Record], name: str, ident: RecordId) -> list[Change]:
    held = [record for record in records if getattr(record, name) == ident]
    return [change for record in held for change in difference(record, {name: None})]
