"""Gates: the conditions a stage needs before it can be done, and how to satisfy each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from psnplanner.programme.site import Site
from psnplanner.programme.stage import DONE, PASSED, Stage
from psnplanner.programme.state import State

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
    gates = list(_prerequisites(state, site, stage, on))
    if stage.key in GROUND_STAGES:
        gates += _wayleave(state, site, on)
    if stage.goes_live:
        gates += _node(state, site, on)
        gates += _certificate(state, site, on)
    return gates


def uk(on: date) -> str:
    """A date as the United Kingdom writes it: 3 June 2014."""
    return f"{on.day} {on:%B %Y}"


def _prerequisites(state: State, site: Site, stage: Stage, on: date) -> Iterator[Gate]:
    workflow, records = state.workflow, state.stages_of(site.id)
    for key in stage.after:
        before = workflow.by_key[key]
        found = workflow.state_of(before, site, records)
        if found not in PASSED:
            yield Gate(
                "prerequisite",
                f"“{before.name}” comes first and is {found}",
                f"record “{before.name}” as done or not needed",
            )
        elif found == DONE:
            yield from _in_date_order(state, site, before, on)


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
