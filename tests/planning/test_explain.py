"""Explanations name the rule or the price that decides, and alternatives that could be had."""

import dataclasses
import itertools
from datetime import date

import numpy as np
import pytest

from psnplanner.errors import UserError
from psnplanner.planning.explain import Explainer
from psnplanner.planning.grouping import OUT, Grouped, best_bases, breaches, total_pounds
from psnplanner.planning.horizon import Horizon
from psnplanner.planning.instance import build
from psnplanner.planning.plan import Options, propose
from psnplanner.planning.prices import Prices
from psnplanner.programme.edits import MoveToPhase
from psnplanner.programme.node import Node
from psnplanner.programme.phase import Phase
from psnplanner.programme.state import State
from psnplanner.programme.wish import Wish
from tests.planning.programmes import CALENDAR, TODAY, ident, programme, site, towns
from tests.planning.test_plan import month


@pytest.fixture(scope="module")
def after() -> State:
    return propose(programme(*towns(80)), TODAY, CALENDAR, Options(seconds=0.001)).after


def explainer(state: State) -> Explainer:
    return Explainer(state, TODAY, CALENDAR)


def test_every_site_has_a_phase_a_reason_and_alternatives(after: State) -> None:
    asked = explainer(after)
    for each in list(after.sites.values())[:20]:
        found = asked.site(each.id)
        assert found.phase == after.phases[each.phase or b""].name
        assert found.reasons
        pounds = [item.pounds for item in found.alternatives]
        assert pounds == sorted(pounds)


def test_an_alternative_costs_what_it_says(after: State) -> None:
    """Moved there by hand, with those it pushes on, the plan costs so much more."""
    asked = explainer(after)
    ident_ = next(iter(after.sites))
    best = asked.site(ident_).alternatives[0]
    phases = {phase.name: phase.id for phase in after.phases.values()}
    moves = [(ident_, best.phase)] + [
        (after.site_by_reference[name.casefold()].id, where) for name, where in best.moves
    ]
    state = after
    for who, where in moves:
        state = state.after(MoveToPhase([who], phases[where]).propose(state, TODAY).changes)
    then = explainer(state)
    then.plan.base = asked.plan.base
    more = total_pounds(then.model, then.plan) - total_pounds(asked.model, asked.plan)
    assert more == pytest.approx(best.pounds, abs=1)


def test_a_lock_is_the_reason() -> None:
    state = programme(site(1, phase=month(3).id, locked=True), site(2), month(1), month(3))
    found = explainer(state).site(ident(1))
    assert found.reasons == ("It is locked to its phase.",)
    assert found.alternatives == ()


def test_a_wish_is_the_reason() -> None:
    wish = Wish(id=ident(7), kind="not before", sites=(ident(1),), on=date(2014, 7, 1))
    state = programme(
        site(1, phase=month(3).id, priority="high"), site(2), month(1), month(3), wish
    )
    said = " ".join(explainer(state).site(ident(1)).reasons)
    assert "Phase 1 would be cheaper, but it is wished not before 1 July 2014." in said


def test_a_full_phase_has_a_price_and_names_who_would_move() -> None:
    here = {"priority": "high", "position": site(1).position}
    early = [site(n, phase=month(1).id, **here) for n in range(8)]
    late = site(9, phase=month(4).id, **here)
    state = programme(*early, late, month(1, 12), month(4, 12))
    asked = explainer(state)
    found = asked.site(ident(9))
    assert "but it is full: a crew-day there is worth £" in " ".join(found.reasons)
    assert found.alternatives[0].moves[0][1] == "Phase 4"
    told = asked.pressures()[0]
    assert told.phase == "Phase 1"
    assert told.crew_pounds > 0
    assert "One more crew in Phase 1" in told.sentence


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_a_crew_is_worth_is_what_the_best_of_all_plans_saves(seed: int) -> None:
    """Every plan there is, with the crew and without: bases and visits change with it, too."""
    prices = Prices(uneven_pounds=0, overtime_pounds=0)
    root = Node(id=ident(800), name="Node 0", position=site(0).position, live_on=TODAY)
    sites = [
        dataclasses.replace(each, node=root.id, tenure="owned", priority="high")
        for each in towns(6, seed)
    ]
    phases = [month(1, 4.0), month(4, 60.0)]
    days = CALENDAR.count(phases[0].starts_on or TODAY, phases[0].ends_on or TODAY)
    richer = [dataclasses.replace(phases[0], capacity_days=4.0 + days), phases[1]]
    state, more = (programme(*sites, root, *own) for own in (phases, richer))
    (least, best), (then, _) = _least(state, phases, prices), _least(more, richer, prices)
    for each, k in zip(sites, best, strict=True):
        to = None if k == OUT else phases[k].id
        state = state.after(MoveToPhase([each.id], to).propose(state, TODAY).changes)
    told = Explainer(state, TODAY, CALENDAR, prices).pressures()
    found = {item.phase: item.crew_pounds for item in told}.get("Phase 1", 0.0)
    assert found == pytest.approx(least - then, abs=1)
    assert all(f"worth £{item.crew_pounds:,.0f}" in item.sentence for item in told)


def _least(state: State, phases: list[Phase], prices: Prices) -> tuple[float, tuple[int, ...]]:
    """What the cheapest of all plans costs, and the plan, every one of them tried."""
    model = build(Horizon(state, TODAY, CALENDAR), phases, prices).model
    costs = []
    for choice in itertools.product([OUT, 0, 1], repeat=len(state.sites)):
        plan = Grouped(np.array(choice), np.zeros(2, dtype=np.int64))
        if not breaches(model, plan):
            plan.base = best_bases(model, plan)
            costs.append((total_pounds(model, plan), choice))
    return min(costs)


def test_no_crew_is_wished_for_in_a_phase_that_is_over() -> None:
    """Nor where those who may still choose would not come."""
    held = [site(n, phase=month(1).id, locked=True, effort_days=9.0) for n in (1, 2, 3)]
    state = programme(*held, site(9), month(1, 10.0), month(6), status_on=date(2014, 8, 4))
    assert all(item.phase != "Phase 1" for item in explainer(state).pressures())


def test_nothing_to_explain_is_said() -> None:
    with pytest.raises(UserError, match="no plan to explain"):
        explainer(programme(site(1)))
