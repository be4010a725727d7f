"""Phases side by side: how long windows are and how many teams share one, tried in pounds.

A window worked by several teams is as many phases, each with crews and a base of its own: less
travel, more visits to partners, more phases to lead. Each shape is tried on an even sample of
the sites by quick alternations; the one that comes to least is designed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from psnplanner.errors import UserError
from psnplanner.planning.design import (
    Design,
    Shape,
    design,
    fewest_crews,
    phases_each,
    shared,
    with_another_crew,
)
from psnplanner.planning.feasibility import binding
from psnplanner.planning.grouping import OUT, Grouped, Grouping, total_pounds
from psnplanner.planning.horizon import Horizon
from psnplanner.planning.instance import Instance, build
from psnplanner.planning.starts import spread_bases
from psnplanner.planning.transport import alternate
from psnplanner.programme.edits import ApplyPlan
from psnplanner.programme.node import Node
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site

if TYPE_CHECKING:
    from psnplanner.planning.plan import Options

MONTHS, TEAMS = (1, 2), (1, 2, 3, 4)
"""Lengths of windows, and phases in each, that are tried."""

LEAST_CREWS = 3
"""A team of fewer has no room left for a large site: windows are not shared so far."""

LEAST_SITES = 12
"""A phase of fewer sites is not worth leading: shapes with smaller ones are not tried."""

SAMPLE, STARTS = 300, 2
"""Sites that stand for all, and alternations of them, when a shape is tried: a tenth second."""

MOST_TRIED = 3_000
"""Sites above which a window gets as many teams as make phases of SITES_PER_PHASE."""

SITES_PER_PHASE = 40
MOST_CREWS_FACTOR = 2.0
SPARE = 0.05
"""Part of the crew-days a design leaves over: whole sites never fit without a gap."""


class Laid(NamedTuple):
    """A design, the model of it, and the programme with its phases and nodes in it."""

    instance: Instance
    drawn: Design
    ready: Horizon


def laid_out(
    horizon: Horizon,
    nodes: Sequence[Node],
    given: Mapping[RecordId, RecordId],
    options: Options,
) -> Laid:
    """The phases to plan into: those there are, or those that come to least.

    Raises UserError as `design` does, and where there are to be no crews.
    """
    if options.crews is not None and not options.crews > 0:
        raise UserError("A plan needs crews.", remedy="Give a number of crews above nothing.")
    waiting = [
        site
        for ident, site in horizon.state.sites.items()
        if horizon.state.statuses[ident] != "live" and site.position is not None
    ]
    first = _sized(horizon, waiting, Shape(), nodes, given, options)
    if not first.drawn.fresh:
        return first
    shapes = _shapes(horizon, len(waiting), first.drawn, options)
    known = {Shape(): first}
    for shape in shapes:
        windows = _windows_of(shape, options)
        if windows not in known:
            known[windows] = _sized(horizon, waiting, windows, nodes, given, options)
    tried = [_wanting(known[_windows_of(shape, options)], shape, options) for shape in shapes]
    best = tried[0] if len(tried) == 1 else min(tried, key=lambda one: _tried_pounds(one, options))
    return _shared(horizon, best, nodes, given, options)


def _windows_of(shape: Shape, options: Options) -> Shape:
    """The shape whose windows one has: where no number is asked for, teams do not change them."""
    return Shape(shape.months) if options.phases is None else shape


def _wanting(laid: Laid, shape: Shape, options: Options) -> Laid:
    """The windows with as many phases wanted as the shape has."""
    if options.phases is not None:
        return laid
    wanted = len(laid.drawn.fresh) * shape.teams
    return laid._replace(drawn=dataclasses.replace(laid.drawn, wanted=wanted))


def _shapes(horizon: Horizon, sites: int, first: Design, options: Options) -> list[Shape]:
    """The shapes worth trying, one at least; with very many sites the one that is usual."""
    windows = len(first.fresh)
    most = max(1, int(fewest_crews(horizon, first) / LEAST_CREWS))
    if sites > MOST_TRIED:
        usual = round(sites / SITES_PER_PHASE / windows) if options.phases is None else 1
        return [Shape(1, max(1, min(most, usual)))]
    some = [teams for teams in TEAMS if teams <= most]
    if options.phases is not None:
        return [Shape(1, teams) for teams in some if teams == 1 or 2 * teams <= first.wanted]
    every = [Shape(months, teams) for months in MONTHS for teams in some if teams >= months]
    return [
        shape
        for shape in every
        if shape == Shape() or windows * shape.teams / shape.months * LEAST_SITES <= sites
    ]


def _sized(
    horizon: Horizon,
    sites: Sequence[Site],
    shape: Shape,
    nodes: Sequence[Node],
    given: Mapping[RecordId, RecordId],
    options: Options,
) -> Laid:
    """The windows of a shape, with more crews for as long as crew-days do not suffice."""
    drawn = design(horizon, sites, options.phases, options.crews, shape)
    limit = MOST_CREWS_FACTOR * sum(phase.capacity_days or 0.0 for phase in drawn.phases)
    while True:
        laid = _modelled(horizon, drawn, nodes, given, options)
        short = binding(laid.instance, SPARE)
        if options.crews is not None or not drawn.sized or short is None:
            return laid
        more = with_another_crew(horizon, drawn, [drawn.phases[k].id for k in short.phases])
        if sum(phase.capacity_days or 0.0 for phase in more.phases) > limit:
            return laid
        drawn = more


def _modelled(
    horizon: Horizon,
    drawn: Design,
    nodes: Sequence[Node],
    given: Mapping[RecordId, RecordId],
    options: Options,
) -> Laid:
    values = {ident: {"node": node} for ident, node in given.items()}
    laid = ApplyPlan(drawn.phases, nodes, values).propose(horizon.state, horizon.present_on)
    ready = dataclasses.replace(horizon, state=horizon.state.after(laid.changes))
    instance = build(
        ready, drawn.phases, options.prices, keep_locks=options.keep_locks, need_nodes=True
    )
    return Laid(instance, drawn, ready)


def _shared(
    horizon: Horizon,
    best: Laid,
    nodes: Sequence[Node],
    given: Mapping[RecordId, RecordId],
    options: Options,
) -> Laid:
    """The windows as phases side by side; nothing is to be done where each is one."""
    if best.drawn.wanted == len(best.drawn.fresh):
        return best
    return _modelled(horizon, shared(horizon, best.drawn), nodes, given, options)


def _tried_pounds(laid: Laid, options: Options) -> float:
    """About what a plan into the design's phases would cost, the phases themselves included."""
    model, each = laid.instance.model, np.array(phases_each(laid.drawn))
    every = np.linspace(0, len(model.free) - 1, min(len(model.free), SAMPLE)).astype(np.int64)
    lead = options.prices.phase_pounds * float(each.sum())
    if not len(every):
        return lead
    rows = model.free[every]
    groups = np.repeat(np.arange(len(each)), each)
    part = model.part(rows, groups, np.arange(model.shape[2]))
    stands = float(model.weight.sum() / max(part.weight.sum(), 1e-9))
    part = dataclasses.replace(
        part,
        weight=part.weight * stands,
        price=part.price * stands,
        reach=part.reach * stands,
        miss=part.miss * stands,
        capacity=part.capacity / each[groups],
        levels=part.levels / each[groups],
    )
    found = [
        _pounds_if_all_fitted(part, alternate(part, base))
        for base in spread_bases(part, np.random.default_rng(options.seed), STARTS)
    ]
    return lead + min(found)


def _pounds_if_all_fitted(part: Grouping, plan: Grouped) -> float:
    """What a plan of the sample costs, as if those left out cost what the others do.

    Each of the sample stands for several: such large ones leave gaps that sites do not.
    """
    inside = plan.group != OUT
    placed = total_pounds(part, plan) - float(part.miss[~inside].sum())
    return placed * float(part.weight.sum() / max(part.weight[inside].sum(), 1e-9))
