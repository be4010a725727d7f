"""What is wrong with the plan as it stands: each thing in a sentence, with its remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from psnplanner.programme.edits import plural, present_day
from psnplanner.programme.gates import WAYLEAVE_STAGE, breaches, uk
from psnplanner.programme.node import Node
from psnplanner.programme.phase import ClosedWindow, Phase
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site, StageRecord
from psnplanner.programme.stage import BLOCKED, PASSED, WAITING, Stage
from psnplanner.programme.state import State
from psnplanner.programme.working_days import Calendar, open_share

ERROR, WARNING, NOTE = "error", "warning", "note"
SEVERITIES = (ERROR, WARNING, NOTE)
"""How bad a finding is, worst first."""

NEARLY_FULL = 0.9
"""Part of a phase's crew-days beyond which overtime begins."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong: a code that never changes, a sentence, the sites, what to do."""

    code: str
    severity: str
    sentence: str
    sites: tuple[RecordId, ...]
    remedy: str


def findings(state: State, today: date, calendar: Calendar) -> list[Finding]:
    """Everything wrong with the programme on its present day, worst first, then most sites."""
    look = _Look(state, present_day(state, today), calendar)
    checks: tuple[Callable[[_Look], Iterator[Finding]], ...] = (
        _records,
        _placing,
        _phases,
        _lateness,
        _nodes,
        _certificates,
        _contracts,
        _wayleaves,
        _waiting,
        _breaches,
        _overrides,
    )
    from psnplanner.programme import merge_findings  # it needs Finding

    found = [finding for check in checks for finding in check(look)]
    found += merge_findings.work_without_site(state)
    found += merge_findings.work_without_stage(state)
    return sorted(found, key=lambda f: (SEVERITIES.index(f.severity), -len(f.sites), f.code))


@dataclass(frozen=True)
class _Look:
    """The programme on its present day, with what several checks ask."""

    state: State
    on: date
    calendar: Calendar

    @cached_property
    def waiting(self) -> list[Site]:
        """The sites that are not live yet, by reference."""
        statuses = self.state.statuses
        return self.ordered(s for s in self.state.sites.values() if statuses[s.id] != "live")

    @staticmethod
    def ordered(sites: Iterable[Site]) -> list[Site]:
        return sorted(sites, key=lambda site: (site.reference, site.id))

    def phase(self, site: Site) -> Phase | None:
        return self.state.phases.get(site.phase) if site.phase else None

    @cached_property
    def general_closures(self) -> list[ClosedWindow]:
        """The closed windows that bind every site."""
        windows = self.state.closed_windows.values()
        return [w for w in windows if not w.kind and w.partner is None]


def _finding(
    code: str, severity: str, sites: Iterable[Site], says: str, remedy: str, one: str = ""
) -> Iterator[Finding]:
    """The finding about these sites, if any: “3 sites …, CM0001 first.”

    `says` and `one` are what follows the number, for several and for a single site.
    """
    held = _Look.ordered(sites)
    if not held:
        return
    name = held[0].reference or held[0].name
    example = f" ({name})" if len(held) == 1 else f", {name} first"
    words = one if one and len(held) == 1 else says
    sentence = f"{plural(len(held), 'site')} {words}{example}."
    yield Finding(code, severity, sentence, tuple(site.id for site in held), remedy)


def _records(look: _Look) -> Iterator[Finding]:
    by_reference: dict[str, list[Site]] = {}
    for site in look.state.sites.values():
        if site.reference:
            by_reference.setdefault(site.reference.casefold(), []).append(site)
    repeated = [site for group in by_reference.values() if len(group) > 1 for site in group]
    yield from _finding(
        "duplicate_reference",
        ERROR,
        repeated,
        "share a reference with another",
        "Give each site a reference of its own, or delete the copy.",
    )

    gone = [site for site in look.state.sites.values() if _points_nowhere(look.state, site)]
    yield from _finding(
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


def _placing(look: _Look) -> Iterator[Finding]:
    unplaced = [site for site in look.state.sites.values() if site.position is None]
    yield from _finding(
        "no_position",
        WARNING,
        unplaced,
        "have no position",
        "Correct the postcode, or give the site a position on the map.",
        "has no position",
    )
    yield from _finding(
        "no_phase",
        WARNING,
        [site for site in look.waiting if look.phase(site) is None],
        "are in no phase",
        "Propose a plan, or put them in a phase.",
        "is in no phase",
    )


def _phases(look: _Look) -> Iterator[Finding]:
    go_live_on = look.state.programme.go_live_on
    for phase in look.state.phases_in_order:
        sites = look.state.sites_by_phase.get(phase.id, [])
        if phase.starts_on is None or phase.ends_on is None:
            yield Finding(
                "phase_undated",
                WARNING,
                f"{phase.name} has no window ({plural(len(sites), 'site')}).",
                _ids(look.ordered(sites)),
                "Give the phase its first and last day.",
            )
        elif go_live_on is not None and phase.ends_on > go_live_on and sites:
            yield Finding(
                "phase_after_go_live",
                ERROR,
                f"{phase.name} ends on {uk(phase.ends_on)}, after go-live on {uk(go_live_on)} "
                f"({plural(len(sites), 'site')}).",
                _ids(look.ordered(sites)),
                "End the phase sooner, move its sites to an earlier one, or move go-live.",
            )
        yield from _capacity(look, phase, look.ordered(sites))


def _capacity(look: _Look, phase: Phase, sites: list[Site]) -> Iterator[Finding]:
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
            _ids(sites),
            "Move sites to a phase with room, or give the phase another crew.",
        )
    elif used > NEARLY_FULL * holds + 1e-6:
        yield Finding(
            "nearly_full",
            NOTE,
            f"{phase.name} needs {used:,.1f} of its {holds:,.1f} crew-days "
            f"({used / holds:.0%}): the rest is overtime or nothing.",
            _ids(sites),
            "Leave a tenth of a phase free for what goes wrong.",
        )


def _lateness(look: _Look) -> Iterator[Finding]:
    go_live_on = look.state.programme.go_live_on
    late = []
    for site in look.waiting:
        phase = look.phase(site)
        if phase is not None and phase.ends_on is not None and phase.ends_on < look.on:
            late.append(site)
    yield from _finding(
        "late",
        ERROR,
        late,
        "are not live though their phase is over",
        "Record what has been done, or move them to a later phase.",
        "is not live though its phase is over",
    )
    blocked = [site for site in look.waiting if look.state.statuses[site.id] == "blocked"]
    yield from _finding(
        "blocked",
        ERROR,
        blocked,
        "are blocked",
        "See in the site what it waits on and who owes the next step.",
        "is blocked",
    )
    if go_live_on is not None and look.on > go_live_on:
        yield from _finding(
            "missed_go_live",
            ERROR,
            look.waiting,
            f"missed go-live on {uk(go_live_on)}",
            "Agree a new date with the partner, or move go-live.",
        )


def _nodes(look: _Look) -> Iterator[Finding]:
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
    yield from _finding(
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
    yield from _finding(
        "node_undated",
        WARNING,
        undated,
        "hang from a node without a date",
        "Give the node, and every node above it, the day it is planned to be live.",
        "hangs from a node without a date",
    )
    yield from _finding(
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


def _certificates(look: _Look) -> Iterator[Finding]:
    go_live_on = look.state.programme.go_live_on
    on = max(go_live_on, look.on) if go_live_on else look.on
    by_partner: dict[RecordId, list[Site]] = {}
    for site in look.waiting:
        for ident in dict.fromkeys((site.partner, *site.sharing)):
            if ident is not None and ident in look.state.partners:
                by_partner.setdefault(ident, []).append(site)
    for ident, sites in by_partner.items():
        held = [c for c in look.state.certificates.values() if c.partner == ident]
        if any(certificate.covers(on) for certificate in held):
            continue
        name = look.state.partners[ident].name
        fault = f"does not cover {uk(on)}" if held else "is missing"
        yield Finding(
            "certificate",
            WARNING,
            f"The compliance certificate of {name} {fault}: {plural(len(sites), 'site')} "
            "cannot go live.",
            _ids(sites),
            f"Record a certificate of {name} that is valid on {uk(on)}.",
        )


def _contracts(look: _Look) -> Iterator[Finding]:
    runs_out, pays_twice = [], []
    for site in look.waiting:
        phase, ends_on = look.phase(site), site.contract_ends_on
        if phase is None or phase.ends_on is None or ends_on is None:
            continue
        if ends_on < phase.ends_on:
            runs_out.append(site)
        elif ends_on > phase.ends_on:
            pays_twice.append(site)
    yield from _finding(
        "out_of_contract",
        NOTE,
        runs_out,
        "lose their old contract before their phase ends",
        "Agree to extend the old service month by month, or move them to an earlier phase.",
        "loses its old contract before its phase ends",
    )
    go_live_on = look.state.programme.go_live_on
    beyond = [
        s for s in pays_twice if go_live_on and (s.contract_ends_on or go_live_on) > go_live_on
    ]
    pence = sum(site.annual_cost_pence or 0 for site in beyond)
    yield from _finding(
        "double_running",
        NOTE,
        beyond,
        f"pay twice after go-live: their old contracts (£{pence / 100:,.0f} a year) run on",
        "Negotiate an early end with the old supplier, or let them go last.",
        f"pays twice after go-live: its old contract (£{pence / 100:,.0f} a year) runs on",
    )


def _wayleaves(look: _Look) -> Iterator[Finding]:
    state, stage = look.state, look.state.workflow.by_key.get(WAYLEAVE_STAGE)
    fallen: list[Site] = []
    unasked: list[Site] = []
    for site in look.waiting:
        wayleave = state.wayleave_of(site.id)
        if wayleave is not None and _is_lost(wayleave.state, wayleave.expires_on, look.on):
            fallen.append(site)
        elif not (wayleave and wayleave.state) and stage and _is_due(look, site, stage):
            unasked.append(site)
    yield from _finding(
        "wayleave_lost",
        ERROR,
        fallen,
        "have a wayleave that was refused or has expired",
        "Ask the landowner again, find another route, or move the site to a later phase.",
        "has a wayleave that was refused or has expired",
    )
    likely = stage.working_days[1] if stage else 0
    yield from _finding(
        "wayleave_not_requested",
        WARNING,
        unasked,
        f"need a wayleave nobody has requested, and start within the {likely:.0f} working days "
        "one takes",
        "Request the wayleaves now, or move the sites to a later phase.",
        f"needs a wayleave nobody has requested, and starts within the {likely:.0f} working days "
        "one takes",
    )


def _is_lost(state: str, expires_on: date | None, on: date) -> bool:
    return state in ("refused", "expired") or (expires_on is not None and expires_on < on)


def _is_due(look: _Look, site: Site, stage: Stage) -> bool:
    if not site.tenure or not stage.applies_to(site):
        return False
    record = look.state.stages_of(site.id).get(stage.key)
    if record is not None and record.state in (*PASSED, WAITING, BLOCKED):
        return False
    phase = look.phase(site)
    if phase is None or phase.starts_on is None:
        return False
    return phase.starts_on < look.calendar.add(look.on, int(stage.working_days[1]))


def _waiting(look: _Look) -> Iterator[Finding]:
    overdue: dict[str, list[tuple[date, Site, StageRecord]]] = {}
    for site in look.waiting:
        for key, record in look.state.stages_of(site.id).items():
            stage = look.state.workflow.by_key.get(key)
            since = record.waiting_since
            if stage is None or record.state != WAITING or since is None:
                continue
            if look.calendar.between(since, look.on) > stage.working_days[2]:
                overdue.setdefault(key, []).append((since, site, record))
    for key, held in overdue.items():
        stage = look.state.workflow.by_key[key]
        since, site, record = min(held, key=lambda item: (item[0], item[1].reference))
        verb = "has" if len(held) == 1 else "have"
        yield Finding(
            "waiting_too_long",
            WARNING,
            f"{plural(len(held), 'site')} {verb} waited more than {stage.working_days[2]:.0f} "
            f"working days for “{stage.name}”: {site.reference} longest, on "
            f"{record.waiting_on or stage.owner} since {uk(since)}.",
            _ids(look.ordered(item[1] for item in held)),
            f"Next: {record.next_action or stage.next_action}.",
        )


def _breaches(look: _Look) -> Iterator[Finding]:
    """Done work whose ground was taken from under it since, by reason."""
    broken: dict[tuple[str, str], dict[RecordId, Site]] = {}
    for site, stage, gate in breaches(look.state, look.state.sites.values()):
        broken.setdefault((stage.name, gate.sentence), {})[site.id] = site
    for (stage_name, sentence), sites in broken.items():
        yield Finding(
            "gate_breach",
            ERROR,
            f"{plural(len(sites), 'site')} with “{stage_name}” done, although {sentence}: "
            f"{next(iter(sites.values())).reference} first.",
            tuple(sites),
            "Put the condition right, reopen the stage, or record it again with a reason.",
        )


def _overrides(look: _Look) -> Iterator[Finding]:
    held = sorted(look.state.overrides.values(), key=lambda o: (o.given_on or date.min, o.id))
    for override in held:
        site = look.state.sites.get(override.site or b"")
        stage = look.state.workflow.by_key.get(override.stage)
        who, name = override.by or "somebody", site.reference if site else "a site now gone"
        day = f" on {uk(override.given_on)}" if override.given_on else ""
        yield Finding(
            "override",
            NOTE,
            f"{name}: “{stage.name if stage else override.stage}” was passed by {who}{day} "
            f"although {override.gate} (“{override.reason}”).",
            (site.id,) if site else (),
            "Nothing to do: an override stays on record.",
        )


def _ids(sites: Iterable[Site]) -> tuple[RecordId, ...]:
    return tuple(site.id for site in sites)
