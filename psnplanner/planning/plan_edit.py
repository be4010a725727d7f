"""A plan as an edit of the programme: what it writes, and what it changes."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from psnplanner.planning.cost import phases_of
from psnplanner.planning.design import Design
from psnplanner.planning.grouping import OUT, Grouped
from psnplanner.planning.horizon import Horizon
from psnplanner.planning.instance import Instance
from psnplanner.planning.nodes import dated_nodes
from psnplanner.programme.edits import ApplyPlan, Compose, Delete, Edit, plural
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import RecordId


def edit_of(
    horizon: Horizon,
    ready: Horizon,
    instance: Instance,
    drawn: Design,
    given: Mapping[RecordId, RecordId],
    best: Grouped,
) -> Edit:
    """The edit that puts an assignment in force."""
    state, phases = horizon.state, list(drawn.phases)
    values: dict[RecordId, dict[str, Any]] = {i: {"node": node} for i, node in given.items()}
    phase_of: dict[RecordId, Phase] = {}
    where = phases_of(instance, best)
    for i, site in enumerate(instance.sites):
        k = int(where[i])
        if k != OUT:
            phase_of[site.id] = phases[k]
        if not instance.fixed[i]:
            values.setdefault(site.id, {})["phase"] = phases[k].id if k != OUT else None
    for ident, site in state.sites.items():
        if state.statuses[ident] != "live" and ident not in phase_of and site.position is None:
            values.setdefault(ident, {})["phase"] = None
    phases = [_with_base(instance, phase, best, k) for k, phase in enumerate(phases)]
    dated = dated_nodes(ready.state, phase_of, horizon.calendar, horizon.present_on)
    known = {node.id: node for node in ready.state.nodes.values() if node.id not in state.nodes}
    known |= {node.id: node for node in dated}
    count = plural(len(phase_of), "site")
    label = f"Plan {count} in {plural(len(phases), 'phase')}"
    applied = ApplyPlan(phases, list(known.values()), values, label)
    if drawn.dropped:
        return Compose(label, [applied, Delete("phase", drawn.dropped)])
    return applied


def _with_base(instance: Instance, phase: Phase, best: Grouped, k: int) -> Phase:
    if not (best.group == k).any() or instance.base_nodes[best.base[k]] is None:
        return phase
    return dataclasses.replace(phase, base=instance.base_nodes[best.base[k]])
