"""Can everything be done in time? Maximum flow says how much, its cut says what binds.

Source: Ford and Fulkerson's max-flow min-cut theorem; solved by OR-Tools `SimpleMaxFlow`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from psnplanner.planning.grouping import Flags
from psnplanner.planning.instance import Instance
from psnplanner.programme.edits import plural
from psnplanner.programme.gates import uk

UNITS_PER_DAY = 10
"""Crew-days are counted in tenths wherever a flow needs whole numbers."""


@dataclass(frozen=True)
class Binding:
    """The constraint that binds: these sites want more than these phases hold."""

    sites: NDArray[np.int64]
    phases: NDArray[np.int64]
    wanted_days: float
    held_days: float
    sentence: str

    @property
    def short_days(self) -> float:
        """Crew-days that are late in every plan, however good."""
        return self.wanted_days - self.held_days


def binding(instance: Instance, spare: float = 0.0) -> Binding | None:
    """What keeps the free sites from all being done by go-live, or None if nothing does.

    `spare` is the part of all crew-days to be left over. A flow may split a site between phases,
    so None promises only that crew-days suffice; a binding constraint is a proof that they do
    not. About 10 ms for 1,000 sites.
    """
    from ortools.graph.python.max_flow import SimpleMaxFlow

    free = np.flatnonzero(~instance.fixed)
    open_to, pool = instance.allowed[free] & ~instance.late, _pools_of(instance)[free]
    # Rows of bits, eight to a byte: ten times as quick to tell apart.
    alike = np.column_stack([np.packbits(open_to, axis=1), pool])
    _, first, group = np.unique(alike, axis=0, return_index=True, return_inverse=True)
    patterns, group, pools = open_to[first], group.ravel(), pool[first]
    days = np.bincount(group, instance.effort_days[free], minlength=len(patterns))
    wanted = np.round(days * UNITS_PER_DAY).astype(np.int64)
    if not wanted.sum():
        return None
    capacity = np.maximum(instance.model.capacity, 0) * (1 - spare)
    held = np.floor(capacity * UNITS_PER_DAY + 1e-6).astype(np.int64)
    # Nodes: source, sink, classes of sites, then phases as each pool of crew-days sees them.
    many = len(instance.phases)
    first_phase = 2 + len(patterns)
    flow = SimpleMaxFlow()
    for c, pattern in enumerate(patterns):
        flow.add_arc_with_capacity(0, 2 + c, int(wanted[c]))
        for k in np.flatnonzero(pattern).tolist():
            flow.add_arc_with_capacity(
                2 + c, first_phase + many * int(pools[c]) + k, int(wanted[c])
            )
    for g, row in enumerate(held.tolist()):
        for k, units in enumerate(row):
            flow.add_arc_with_capacity(
                first_phase + many * g + k, first_phase + k if g else 1, units
            )
    flow.solve(0, 1)
    if flow.optimal_flow() >= int(wanted.sum()):
        return None
    side = set(flow.get_source_side_min_cut())
    classes = [c for c in range(len(patterns)) if 2 + c in side]
    sites = free[np.isin(group, classes)]
    phases = np.flatnonzero(patterns[classes].any(axis=0))
    want = float(wanted[classes].sum()) / UNITS_PER_DAY
    hold = want - float(wanted.sum() - flow.optimal_flow()) / UNITS_PER_DAY
    shut = bool(pools[classes].all())
    return Binding(sites, phases, want, hold, _sentence(instance, sites, phases, want, hold, shut))


def _pools_of(instance: Instance) -> NDArray[np.int64]:
    """The pool of crew-days (N,) that is tightest for each site: 0 where only the phase's is."""
    member = instance.model.member[:, instance.unit]
    totals = np.maximum(instance.model.capacity, 0).sum(axis=1)
    found: NDArray[np.int64] = np.where(member, totals[:, None], np.inf).argmin(axis=0)
    return found


def _sentence(
    instance: Instance,
    sites: NDArray[np.int64],
    phases: NDArray[np.int64],
    want: float,
    hold: float,
    shut: bool,
) -> str:
    who = f"{plural(len(sites), 'site')}, {want:,.1f} crew-days,"
    if not len(phases):
        return f"{who} can start in no phase before go-live."
    first, last = instance.phases[phases[0]], instance.phases[phases[-1]]
    span = f"{first.name} to {last.name}" if len(phases) > 1 else first.name
    begins = uk(first.starts_on) if first.starts_on else "its first day"
    limit = f"cannot start before {first.name} ({begins})"
    if phases[0] == _first_open(instance.allowed & ~instance.late):
        limit = "are to be done"
    when = " on the days they are open" if shut else ""
    return (
        f"{who} {limit}; {span} {'holds' if len(phases) == 1 else 'hold'} {hold:,.1f}{when}: "
        f"at least {want - hold:,.1f} crew-days are late."
    )


def _first_open(open_to: Flags) -> int:
    columns = np.flatnonzero(open_to.any(axis=0))
    return int(columns[0]) if len(columns) else -1
