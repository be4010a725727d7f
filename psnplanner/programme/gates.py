"""Gates: the conditions a stage needs before it can be done, and how to satisfy each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from psnplanner.programme.site import Site
from psnplanner.programme.stage import DONE, PASSED, Stage
from psnplanner.programme.state import State
from psnplanner.programme.words import uk as uk

WAYLEAVE_STAGE = "wayleave"
GROUND_STAGES = ("civils", "fibre")
"""Stages that set foot on the land a wayleave is for."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A condition that is not met: what it is, and what would satisfy it."""

    name: str
    sentence: str
    remedy: str


def unmet(state: State, site: Site, stage: Stage, on: date) -> list[Gate]:
    """The gates that keep this stage of this site from being done on that day, none if free."""
    return [*standing(state, site, stage, on), *_done_before(state, site, stage, on)]


def standing(state: State, site: Site, stage: Stage, on: date) -> list[Gate]:
    """The gates that a stage done on that day does not meet as things are now."""
    gates = list(_prerequisites(state, site, stage, on))
    if stage.key in GROUND_STAGES:
        gates += _wayleave(state, site, on)
    if stage.goes_live:
        gates += _node(state, site, on)
        gates += _certificate(state, site, on)
    return gates


def resting_on(state: State, site: Site, stage: Stage) -> list[Gate]:
    """What was done on the strength of this stage, and so keeps it from being reopened."""
    workflow, records = state.workflow, state.stages_of(site.id)
    if workflow.state_of(stage, site, records) not in PASSED:
        return []
    return [
        Gate("prerequisite", f"“{later.name}” was done after it", f"reopen “{later.name}” first")
        for later in workflow.following(stage, site, records)
        if workflow.state_of(later, site, records) == DONE
    ]


def breaches(state: State, sites: Iterable[Site]) -> list[tuple[Site, Stage, Gate]]:
    """Stages recorded as done whose gates are not met as things are now, and nobody allowed it.

    The door refuses such a record; what lay under it may change afterwards.
    """
    allowed = {(override.site, override.stage) for override in state.overrides.values()}
    found = []
    for site in sites:
        for key, record in state.stages_of(site.id).items():
            stage = state.workflow.by_key.get(key)
            if stage is None or record.state != DONE or (site.id, key) in allowed:
                continue
            on = record.actual_on or date.max
            found += [(site, stage, gate) for gate in standing(state, site, stage, on)]
    return found


def _prerequisites(state: State, site: Site, stage: Stage, on: date) -> Iterator[Gate]:
    workflow, records = state.workflow, state.stages_of(site.id)
    for before in workflow.before(stage, site, records):
        found = workflow.state_of(before, site, records)
        if found == DONE:
            yield from _in_date_order(state, site, before, on)
        else:
            yield Gate(
                "prerequisite",
                f"“{before.name}” comes first and is {found}",
                f"record “{before.name}” as done or not needed",
            )


def _done_before(state: State, site: Site, stage: Stage, on: date) -> Iterator[Gate]:
    """Later stages that were done before this day: a stage recorded again keeps the order too."""
    records = state.stages_of(site.id)
    if stage is state.workflow.first:
        return
    for later in state.workflow.following(stage, site, records):
        record = records.get(later.key)
        if record is None or record.state != DONE or record.actual_on is None:
            continue
        if record.actual_on < on and not _allowed(state, site, later):
            yield Gate(
                "date order",
                f"“{later.name}”, which comes after it, was done on {uk(record.actual_on)}",
                f"give a day up to {uk(record.actual_on)}, or correct the date of “{later.name}”",
            )


def _allowed(state: State, site: Site, stage: Stage) -> bool:
    """Whether somebody with authority let this stage pass a gate."""
    return any(o.site == site.id and o.stage == stage.key for o in state.overrides.values())


def _in_date_order(state: State, site: Site, before: Stage, on: date) -> Iterator[Gate]:
    record = state.stages_of(site.id).get(before.key)
    # The import dates the first stage by the day of the import: no bound on what was done earlier.
    if before is state.workflow.first or record is None or record.actual_on is None:
        return
    if record.actual_on > on:
        yield Gate(
            "date order",
            f"“{before.name}” was done on {uk(record.actual_on)}, after {uk(on)}",
            f"give a day from {uk(record.actual_on)} on, or correct the date of “{before.name}”",
        )


def _wayleave(state: State, site: Site, on: date) -> Iterator[Gate]:
    wayleave = state.wayleave_of(site.id)
    if wayleave is None or wayleave.state == "not needed":
        return
    if wayleave.state in ("refused", "expired"):
        yield Gate("wayleave", f"the wayleave is {wayleave.state}", "obtain a new wayleave")
    elif wayleave.expires_on is not None and wayleave.expires_on < on:
        yield Gate(
            "wayleave", f"the wayleave ended on {uk(wayleave.expires_on)}", "have it renewed"
        )


def _node(state: State, site: Site, on: date) -> Iterator[Gate]:
    seen = set()
    ident = site.node
    if ident is None or ident not in state.nodes:
        yield Gate(
            "node", "the site has no node", "give it the node that serves it (a plan proposes one)"
        )
        return
    # Root, then branch: every node on the way to the core must carry traffic.
    while ident is not None and ident in state.nodes and ident not in seen:
        seen.add(ident)
        node = state.nodes[ident]
        if node.live_on is None or node.live_on > on:
            since = f" until {uk(node.live_on)}" if node.live_on else ""
            yield Gate(
                "node",
                f"node “{node.name}” is not live{since}",
                f"record when {node.name} went live",
            )
        ident = node.parent


def _certificate(state: State, site: Site, on: date) -> Iterator[Gate]:
    partners = [site.partner, *site.sharing]
    for partner in dict.fromkeys(partners):
        if partner is None or partner not in state.partners:
            if partner == site.partner:
                yield Gate(
                    "certificate",
                    "the site has no partner",
                    "give the site the partner who owns it",
                )
            continue
        held = [c for c in state.certificates.values() if c.partner == partner]
        if not any(certificate.covers(on) for certificate in held):
            name = state.partners[partner].name
            fault = "has expired or is not valid yet" if held else "is missing"
            yield Gate(
                "certificate",
                f"the compliance certificate of {name} {fault} on {uk(on)}",
                f"record a certificate of {name} that covers {uk(on)}",
            )
