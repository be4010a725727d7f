"""A merge rehearsed on a copy of the programme: what would come of several files, in turn. Qt-free.

What is shown is what the merge does, conflicts between two returns and findings included; the
programme itself is not touched until `perform`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psnplanner.errors import UserError
from psnplanner.exchange.merge_told import Told, conflict_told, told
from psnplanner.programme.edits import plural
from psnplanner.programme.finding import Finding
from psnplanner.programme.record import RecordId
from psnplanner.programme.settle import Settle, Settlement
from psnplanner.programme.state import State
from psnplanner.programme.travel import Conflict, Merged
from psnplanner.session import Session

Progress = Callable[[float, str], None]
Slot = tuple[str, bytes, str]


@dataclass
class Coming:
    """One file: what it brings and what would come of it; or why it is refused."""

    path: Path
    arrival: Any = None
    merged: Merged | None = None
    told: list[Told] = field(default_factory=list)
    refused: UserError | None = None

    @property
    def whose(self) -> str:
        """Whose pack it is, or whose copy."""
        if self.arrival is None:
            return ""
        return str(self.arrival.pack.person or self.arrival.author or "somebody")

    @property
    def counts(self) -> str:
        """What arrived: “34 of 34 changes, 6 of 6 photographs”."""
        if self.refused is not None or self.arrival is None:
            return "refused"
        changes = sum(len(item.events) for item in self.arrival.transactions)
        pictures = len(self.arrival.pictures)
        said = f"{changes:,} of {plural(changes, 'change')}"
        return said + (f", {pictures:,} of {plural(pictures, 'photograph')}" if pictures else "")

    @property
    def news(self) -> str:
        """What of it is new here, or why it is not merged."""
        if self.refused is not None:
            return f"{self.refused.what} {self.refused.remedy}".strip()
        assert self.merged is not None
        if not self.merged.transactions:
            return "All of it is here already: nothing to merge."
        said = f"{plural(self.merged.events, 'change')} to take in"
        if self.merged.known:
            said += f"; the rest ({plural(self.merged.known, 'entry', 'entries')}) is here already"
        if self.merged.renamed:
            said += "; from a second copy of the pack, kept apart"
        return said + "."

    @property
    def brings(self) -> bool:
        """Whether there is anything to take in."""
        return self.merged is not None and self.merged.transactions > 0


@dataclass
class Rehearsal:
    """What would come of the files, merged in this order.

    `state` is the programme after them; `theirs` the stamps of the transactions they bring;
    `findings` those that were not there before; `order` the files that merge, as they can: one
    may rest on what another brings.
    """

    files: list[Coming]
    state: State
    conflicts: list[Conflict]
    findings: list[Finding]
    theirs: frozenset[tuple[int, int]]
    order: list[Coming]
    rows: Any = None

    @property
    def told(self) -> list[Told]:
        """Every change in words, file by file."""
        return [line for coming in self.files for line in coming.told]

    @property
    def sites(self) -> list[RecordId]:
        """The sites that are touched and still there."""
        touched = [line.site for line in self.told]
        touched += [conflict_told(self.state, item).site for item in self.conflicts]
        return [i for i in dict.fromkeys(touched) if i is not None and i in self.state.sites]


@dataclass
class Performed:
    """What was done: what each file did, how many conflicts were settled, how many are open."""

    merged: list[tuple[Path, Merged]]
    refused: list[tuple[Path, UserError]]
    settled: int
    open: int


def slot(conflict: Conflict) -> Slot:
    """What a conflict is about: the same before and after more arrives."""
    return conflict.entity, conflict.record, conflict.field


def _stamps(conflict: Conflict) -> frozenset[tuple[int, int]]:
    return frozenset(tuple(head.stamp) for head in conflict.heads)


def rehearse(session: Session, paths: Sequence[Path], progress: Progress) -> Rehearsal:
    """What would come of merging these files. Raises UserError only if no copy can be made."""
    known = {slot(item): _stamps(item) for item in session.conflicts()}
    before = {(finding.code, finding.sentence) for finding in session.findings()}
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "rehearsal.gpkg"
        progress(0.05, "Copying the programme to try it out")
        session.backup(copy)
        with Session.open(copy, author=session.author) as trial:
            files, order = _try_all(trial, paths, progress)
            progress(0.8, "Looking for conflicts and findings")
            opened = [item for item in trial.conflicts() if known.get(slot(item)) != _stamps(item)]
            new = [f for f in trial.findings() if (f.code, f.sentence) not in before]
            theirs = frozenset(
                (sent.hlc, sent.dev)
                for coming in files
                if coming.arrival is not None
                for sent in coming.arrival.transactions
            )
            return Rehearsal(files, trial.state, opened, new, theirs, order)


def _try_all(
    trial: Session, paths: Sequence[Path], progress: Progress
) -> tuple[list[Coming], list[Coming]]:
    """Every file, and those that merged in the order in which they could."""
    files = [Coming(path) for path in paths]
    order: list[Coming] = []
    waiting = files
    while waiting:
        for number, coming in enumerate(waiting):
            progress(0.15 + 0.65 * number / len(waiting), f"Reading {coming.path.name}")
            _try(trial, coming)
        merged = [coming for coming in waiting if coming.refused is None]
        order += merged
        # One that was refused may have waited for what another brought.
        waiting = [coming for coming in waiting if coming.refused is not None] if merged else []
    return files, order


def _try(trial: Session, coming: Coming) -> Coming:
    path, coming.refused = coming.path, None
    before = trial.state
    try:
        coming.arrival = trial.read_arrival(path)
        coming.merged = _merge(trial, coming)
    except UserError as error:
        coming.refused = error
        return coming
    brought = coming.arrival.transactions
    coming.told = told(before, trial.state, coming.merged.changes, brought, trial.gone_site)
    return coming


def _merge(session: Session, coming: Coming) -> Merged:
    found = coming.arrival
    return session.merge(
        found.transactions, found.label, pictures=found.pictures, author=found.author
    )


def perform(
    session: Session,
    rehearsal: Rehearsal,
    settlements: Mapping[Slot, Settlement],
    progress: Progress,
) -> Performed:
    """Merge what was rehearsed, a transaction a file, then settle, in one more.

    A conflict that meanwhile has other values than those that were looked at stays open.
    """
    performed = Performed([], [], 0, 0)
    wanted = [coming for coming in rehearsal.order if coming.brings]
    for number, coming in enumerate(wanted):
        progress(0.9 * number / len(wanted), f"Merging {coming.path.name}")
        try:
            performed.merged.append((coming.path, _merge(session, coming)))
        except UserError as error:
            performed.refused.append((coming.path, error))
    seen = {slot(item): _stamps(item) for item in rehearsal.conflicts}
    found = session.conflicts()
    chosen = [
        settlements[slot(item)]
        for item in found
        if slot(item) in settlements and seen.get(slot(item)) == _stamps(item)
    ]
    if chosen:
        session.do(Settle(chosen))
    performed.settled = len(chosen)
    performed.open = len(session.conflicts()) if chosen else len(found)
    return performed
