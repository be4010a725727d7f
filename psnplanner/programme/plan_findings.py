"""What is wrong with the plan itself: records, places, windows, capacity, dates and nodes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from psnplanner.programme.edits import plural
from psnplanner.programme.finding import ERROR, NOTE, WARNING, Finding, Look, finding, ids
from psnplanner.programme.gates import uk
from psnplanner.programme.node import Node
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import State
from psnplanner.programme.working_days import open_share

NEARLY_FULL = 0.9
"""Part of a phase's crew-days beyond which overtime begins."""


def records(look: Look) -> Iterator[Finding]:
    """References held twice, and sites that point at a record that is gone."""
    by_reference: dict[str, list[Site]] = {}
    for site in look.state.sites.values():
        if site.reference:
            by_reference.setdefault(site.reference.casefold(), []).append(site)
    repeated = [site for group in by_reference.values() if len(group) > 1 for site in group]
    yield from finding(
        "duplicate_reference",
        ERROR,
        repeated,
        "share a reference with another",
        "Give each site a reference of its own, or delete the copy.",
    )

    gone = [site for site in look.state.sites.values() if _points_nowhere(look.state, site)]
    yield from finding(
        "missing_record",
        ERROR,
        gone,
        "belong to a partner, node or phase that is gone",
        "Give each the partner, node and phase it has now.",
    )


def _points_nowhere(state: State, site: Site) -> bool:
    partners = [p for p in (site.partner, *site.sharing) if p is not None]
    return (
        any(partner not in state.partners for partner in partners)
        or (site.node is not None and site.node not in state.nodes)
        or (site.phase is not None and site.phase not in state.phases)
    )


def placing(look: Look) -> Iterator[Finding]:
    """Sites without a position, and sites in no phase."""
    unplaced = [site for site in look.state.sites.values() if site.position is None]
    yield from finding(
        "no_position",
        WARNING,
        unplaced,
        "have no position",
        "Correct the postcode, or give the site a position on the map.",
        "has no position",
    )
    yield from finding(
        "no_phase",
        WARNING,
        [site for site in look.waiting if look.phase(site) is None],
        "are in no phase",
        "Propose a plan, or put them in a phase.",
        "is in no phase",
    )


def phases(look: Look) -> Iterator[Finding]:
    """Phases without a window, beyond go-live, or over their capacity."""
    go_live_on = look.state.programme.go_live_on
    for phase in look.state.phases_in_order:
        sites = look.state.sites_by_phase.get(phase.id, [])
        if phase.starts_on is None or phase.ends_on is None:
            yield Finding(
                "phase_undated",
                WARNING,
                f"{phase.name} has no window ({plural(len(sites), 'site')}).",
                ids(look.ordered(sites)),
                "Give the phase its first and last day.",
            )
        elif go_live_on is not None and phase.ends_on > go_live_on and sites:
            yield Finding(
                "phase_after_go_live",
                ERROR,
                f"{phase.name} ends on {uk(phase.ends_on)}, after go-live on {uk(go_live_on)} "
                f"({plural(len(sites), 'site')}).",
                ids(look.ordered(sites)),
                "End the phase sooner, move its sites to an earlier one, or move go-live.",
            )
        yield from _capacity(look, phase, look.ordered(sites))


def _capacity(look: Look, phase: Phase, sites: list[Site]) -> Iterator[Finding]:
    if phase.capacity_days is None:
        return
    holds = phase.capacity_days * open_share(phase, look.general_closures, look.calendar)
    used = sum(look.state.effort_days(site) for site in sites)
    if used > holds + 1e-6:
        yield Finding(
            "over_capacity",
            ERROR,
            f"{phase.name} needs {used:,.1f} crew-days and has {holds:,.1f}: "
            f"{used - holds:,.1f} too few ({plural(len(sites), 'site')}).",
            ids(sites),
            "Move sites to a phase with room, or give the phase another crew.",
        )
    elif used > NEARLY_FULL * holds + 1e-6:
        yield Finding(
            "nearly_full",
            NOTE,
            f"{phase.name} needs {used:,.1f} of its {holds:,.1f} crew-days "
            f"({used / holds:.0%}): the rest is overtime or nothing.",
            ids(sites),
            "Leave a tenth of a phase free for what goes wrong.",
        )


def lateness(look: Look) -> Iterator[Finding]:
    """Sites behind their phase, blocked, or past go-live."""
    go_live_on = look.state.programme.go_live_on
    late = []
    for site in look.waiting:
        phase = look.phase(site)
        if phase is not None and phase.ends_on is not None and phase.ends_on < look.on:
            late.append(site)
    yield from finding(
        "late",
        ERROR,
        late,
        "are not live though their phase is over",
        "Record what has been done, or move them to a later phase.",
        "is not live though its phase is over",
    )
    blocked = [site for site in look.waiting if look.state.statuses[site.id] == "blocked"]
    yield from finding(
        "blocked",
        ERROR,
        blocked,
        "are blocked",
        "See in the site what it waits on and who owes the next step.",
        "is blocked",
    )
    if go_live_on is not None and look.on > go_live_on:
        yield from finding(
            "missed_go_live",
            ERROR,
            look.waiting,
            f"missed go-live on {uk(go_live_on)}",
            "Agree a new date with the partner, or move go-live.",
        )


def nodes(look: Look) -> Iterator[Finding]:
    """Nodes in a circle, and sites without a node, with an undated one or before theirs."""
    state, chains = look.state, _Chains(look.state)
    cyclic = [node.name for node in state.nodes.values() if chains.is_cyclic(node)]
    if cyclic:
        yield Finding(
            "node_cycle",
            ERROR,
            f"{plural(len(cyclic), 'node')} hang from one another in a circle, {cyclic[0]} first.",
            (),
            "Give one of them a parent nearer the core, or none if it is the root.",
        )
    yield from finding(
        "no_node",
        WARNING,
        [site for site in look.waiting if site.node not in state.nodes],
        "have no node",
        "Propose a plan, or give each the node that serves it.",
        "has no node",
    )
    undated, early = [], []
    for site in look.waiting:
        phase = look.phase(site)
        node = state.nodes.get(site.node or b"")
        if node is None or phase is None or phase.starts_on is None:
            continue
        ready_on = chains.ready_on(node)
        if ready_on is None:
            undated.append(site)
        elif ready_on > phase.starts_on:
            early.append(site)
    yield from finding(
        "node_undated",
        WARNING,
        undated,
        "hang from a node without a date",
        "Give the node, and every node above it, the day it is planned to be live.",
        "hangs from a node without a date",
    )
    yield from finding(
        "before_node",
        ERROR,
        early,
        "start before their node is to be live",
        "Bring the node forward, or move the sites to a later phase: root, then branch.",
        "starts before its node is to be live",
    )


class _Chains:
    """Nodes with all that lies between them and the core."""

    def __init__(self, state: State) -> None:
        self._nodes = state.nodes
        self._ready: dict[RecordId, date | None] = {}

    def ready_on(self, node: Node) -> date | None:
        """The day a node and all above it are live or planned to be; None if one has no date."""
        if node.id not in self._ready:
            dates = [each.live_on or each.planned_on for each in self._above(node)]
            known = [on for on in dates if on is not None]
            self._ready[node.id] = max(known) if len(known) == len(dates) else None
        return self._ready[node.id]

    def is_cyclic(self, node: Node) -> bool:
        """Whether a node is its own ancestor."""
        return self._nodes.get(self._above(node)[-1].parent or b"") == node

    def _above(self, node: Node) -> list[Node]:
        chain = [node]
        while (above := self._nodes.get(chain[-1].parent or b"")) and above not in chain:
            chain.append(above)
        return chain
