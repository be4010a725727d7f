"""What a merge may leave behind that needs a person: work at a site or a stage that is gone."""

from __future__ import annotations

from collections.abc import Iterator

from psnplanner.programme.edits import plural
from psnplanner.programme.finding import WARNING, Finding
from psnplanner.programme.photograph import Photograph
from psnplanner.programme.record import Record, RecordId
from psnplanner.programme.site import StageRecord, Wayleave
from psnplanner.programme.state import State

_OF_SITES = ("stage", "wayleave", "photograph")
_SAID = 3
"""So many stages are named; of the others only how many they are."""


def work_without_site(state: State) -> Iterator[Finding]:
    """A finding for each site that is gone, though work at it is recorded.

    Somebody removed the site while somebody else was there: the work is kept, and is in nobody's
    table, so that it must be said here.
    """
    for records in _lost(state).values():
        yield Finding(
            "work_without_site",
            WARNING,
            f"Work is recorded at a site that is no longer there: {_what(state, records)}.",
            (),
            "Bring the site back: settle the conflict over its removal, or undo the removal in "
            "the history. The work is kept meanwhile.",
        )


def work_without_stage(state: State) -> Iterator[Finding]:
    """A finding for each stage that is gone from the workflow, though work at it is recorded.

    The workflow was changed while somebody worked by the old one: no form shows such a stage.
    """
    known, lost = state.workflow.by_key, dict[str, list[RecordId]]()
    for record in state.tables["stage"].values():
        if isinstance(record, StageRecord) and record.stage not in known and record.state:
            lost.setdefault(record.stage, []).append(record.site or b"")
    for key, sites in sorted(lost.items()):
        there = tuple(ident for ident in sites if ident in state.sites)
        yield Finding(
            "work_without_stage",
            WARNING,
            f"Work is recorded at a stage that the workflow no longer has: “{key}”, at "
            f"{plural(len(sites), 'site')}.",
            there,
            "Bring the stage back into the workflow, or record the work at the stage that took "
            "its place. It is kept meanwhile.",
        )


def _lost(state: State) -> dict[RecordId, list[Record]]:
    found: dict[RecordId, list[Record]] = {}
    for entity in _OF_SITES:
        for record in state.tables[entity].values():
            site = getattr(record, "site", None)
            # A record left with nothing in it but its identity tells of no work.
            if site is not None and site not in state.sites and _says_something(record):
                found.setdefault(site, []).append(record)
    return found


def _says_something(record: Record) -> bool:
    return not isinstance(record, StageRecord | Wayleave) or bool(record.state or record.note)


def _what(state: State, records: list[Record]) -> str:
    stages = [record for record in records if isinstance(record, StageRecord)]
    said = [_stage(state, record) for record in stages[:_SAID]]
    if len(stages) > _SAID:
        said.append(f"{plural(len(stages) - _SAID, 'further stage')}")
    said += [f"wayleave {r.state or 'noted'}" for r in records if isinstance(r, Wayleave)]
    pictures = sum(isinstance(record, Photograph) for record in records)
    if pictures:
        said.append(plural(pictures, "photograph"))
    return ", ".join(said)


def _stage(state: State, record: StageRecord) -> str:
    stage = state.workflow.by_key.get(record.stage)
    name = stage.name if stage else record.stage
    return f"“{name or 'a stage'}” {record.state or 'noted'}"
