"""The planner: whatever it is given, a plan that keeps every rule, or a refusal by name.

Random programmes with wishes, locks, closed windows, school terms, trees of nodes and work under
way. `PSN_EXAMPLES=500 pytest tests/properties/test_planner.py` looks at five hundred.
"""

from __future__ import annotations

import dataclasses
import itertools
import os
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from psnplanner.errors import UserError
from psnplanner.planning.grouping import OUT, Grouped, best_bases, breaches, total_pounds
from psnplanner.planning.horizon import Horizon, dated
from psnplanner.planning.instance import build
from psnplanner.planning.plan import Options, Plan, propose
from psnplanner.planning.plan_search import Better
from psnplanner.planning.prices import Prices
from psnplanner.planning.verify_plan import check
from psnplanner.programme.edits import ApplyPlan
from psnplanner.programme.node import Node
from psnplanner.programme.phase import ClosedWindow, Phase
from psnplanner.programme.record import Record
from psnplanner.programme.site import Site, StageRecord
from psnplanner.programme.state import State
from psnplanner.programme.wish import APART, NOT_AFTER, NOT_BEFORE, TOGETHER, Wish
from tests.planning.programmes import CALENDAR, TODAY, ident, partner, programme, site, towns

EXAMPLES = int(os.environ.get("PSN_EXAMPLES", "2"))
QUICK, LONGER = 0.05, 0.2
UNDER_A_POUND = 0.01

many = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)

fewer = settings(many, max_examples=max(1, EXAMPLES // 2))
"""For what takes several plans, or many by hand."""


def month(number: int, capacity: float | None) -> Phase:
    """Phase `number` of 2014: the month of May for 1."""
    begins = date(2014, 4 + number, 1)
    return Phase(
        id=ident(900 + number), name=f"Phase {number}", starts_on=begins,
        ends_on=begins + timedelta(days=27), capacity_days=capacity, order=number,
    )  # fmt: skip


class Made:
    """A programme; told in short, for hypothesis shows every one that it finds wanting."""

    def __init__(self, state: State, rows: str) -> None:
        self.state, self._rows = state, rows

    def __repr__(self) -> str:
        return self._rows


@st.composite
def programmes(draw: Callable[..., object], most: int = 20) -> Made:
    """Anything a manager might have made, possible or not."""
    whole = lambda low, high: draw(st.integers(low, high))  # noqa: E731
    capacity = st.sampled_from([0.0, 3.0, 15.0, 40.0])
    phases = [month(n, draw(capacity)) for n in draw(st.sets(st.integers(1, 8), max_size=5))]
    nodes: list[Node] = []
    for n in range(whole(0, 3)):
        days = draw(st.none() | st.integers(0, 300))
        nodes.append(
            Node(
                id=ident(800 + n), name=f"Node {n}", position=site(n).position,
                parent=draw(st.sampled_from([None, *(each.id for each in nodes)])),
                planned_on=None if days is None else TODAY + timedelta(days=days),
                ports=draw(st.sampled_from([None, 4, 40])),
            )
        )  # fmt: skip
    sites = [
        dataclasses.replace(
            each,
            kind=draw(st.sampled_from(["School", "Library"])),
            phase=draw(st.sampled_from([None, *(phase.id for phase in phases)])),
            locked=not whole(0, 3),
            node=draw(st.sampled_from([None, *(n.id for n in nodes)])),
            position=each.position if whole(0, 9) else None,
        )
        for each in towns(whole(1, most), whole(0, 99))
    ]
    others = _windows(draw) + _wishes(draw, sites) + _begun(draw, sites)
    present_on = TODAY + timedelta(days=whole(0, 200))
    state = programme(*sites, *phases, *nodes, *others, status_on=present_on)
    rows = [f"{s.reference} {s.phase and s.phase[-1]} {s.locked} {s.access}" for s in sites]
    dates = [(type(r).__name__, getattr(r, "on", None), getattr(r, "kind", "")) for r in others]
    return Made(state, f"{present_on} {rows} {[p.id[-2:] for p in phases]} {dates}")


def _windows(draw: Callable[..., object]) -> list[Record]:
    return [
        ClosedWindow(
            id=ident(700 + n),
            name=f"Shut {n}",
            starts_on=(first := TODAY + timedelta(days=draw(st.integers(0, 300)))),
            ends_on=first + timedelta(days=draw(st.integers(0, 40))),
            kind=draw(st.sampled_from(["", "School", "School, new dig"])),
            partner=draw(st.sampled_from([None, partner(0).id, partner(1).id])),
        )
        for n in range(draw(st.integers(0, 3)))
    ]


def _wishes(draw: Callable[..., object], sites: list[Site]) -> list[Record]:
    idents = [each.id for each in sites]
    return [
        Wish(
            id=ident(600 + n),
            kind=(kind := draw(st.sampled_from([NOT_BEFORE, NOT_AFTER, TOGETHER, APART]))),
            sites=tuple(
                draw(st.lists(st.sampled_from(idents), min_size=1, max_size=4, unique=True))
            ),
            on=TODAY + timedelta(days=draw(st.integers(60, 300)))
            if kind in (NOT_BEFORE, NOT_AFTER)
            else None,
        )
        for n in range(draw(st.integers(0, 3)))
    ]


def _begun(draw: Callable[..., object], sites: list[Site]) -> list[Record]:
    return [
        StageRecord(id=ident(500 + n), site=each.id, stage="civils", state="in progress",
                    started_on=TODAY)
        for n, each in enumerate(sites)
        if each.phase is not None and not draw(st.integers(0, 7))
    ]  # fmt: skip


def planned(state: State, options: Options, heard: list[Better] | None = None) -> Plan | None:
    """A plan; None where there is none, and the refusal says why and what to do."""
    try:
        return propose(
            state, TODAY, CALENDAR, options, better=None if heard is None else heard.append
        )
    except UserError as caught:
        refusal = caught
    assert str(refusal)
    assert refusal.remedy
    return None


@many
@given(programmes(), st.sampled_from([None, None, 3]), st.booleans())
def test_every_plan_ever_returned_keeps_every_rule(
    made: Made, phases: int | None, keep_locks: bool
) -> None:
    """The last one and those told of on the way, by the verifier that shares no array with it."""
    state, heard = made.state, list[Better]()
    options = Options(phases=phases, seconds=QUICK, keep_locks=keep_locks)
    found = planned(state, options, heard)
    if found is None:
        return
    horizon = Horizon(state, state.programme.status_on or TODAY, CALENDAR)
    out = frozenset(ident for ident, _ in found.unplanned)
    assert check(state, found.edit, out, horizon, keep_locks=keep_locks) == []
    told = found.report()
    assert told["sites_planned"] + len(told["unplanned"]) == len(state.sites)
    assert (told["shortfall"] is not None) >= bool(told["unplanned"])
    assert all(item["reason"] for item in told["unplanned"])
    assert heard
    assert found.total_pounds <= min(better.pounds for better in heard) + UNDER_A_POUND
    assert found.total_pounds <= found.greedy_pounds + UNDER_A_POUND
    for better in heard:
        assert (better.bound_pounds or 0.0) <= found.total_pounds + UNDER_A_POUND
        assert _breaks(found.after, better, horizon, keep_locks) == []


def _breaks(after: State, better: Better, horizon: Horizon, keep_locks: bool) -> list[str]:
    """The rules broken by a plan on the way; its nodes have no dates yet, so not theirs."""
    known = [p for p in better.phases if p.id in after.phases]
    edit = ApplyPlan(known, (), {i: {"phase": k} for i, k in better.phase_of.items()})
    out = frozenset(
        i for i in after.sites if better.phase_of.get(i) is None and after.statuses[i] != "live"
    )
    found = check(horizon.state, edit, out, horizon, keep_locks=keep_locks)
    return [said for said in found if "node" not in said]


@fewer
@given(programmes())
def test_a_longer_budget_is_never_worse_and_the_same_again_is_the_same(made: Made) -> None:
    quick, again, longer = (
        planned(made.state, Options(seconds=seconds)) for seconds in (QUICK, QUICK, LONGER)
    )
    assert (quick is None) == (again is None) == (longer is None)
    if quick is None or again is None or longer is None:
        return
    assert longer.total_pounds <= quick.total_pounds + UNDER_A_POUND
    assert longer.bound_pounds <= longer.total_pounds + UNDER_A_POUND
    assert {i: s.phase for i, s in again.after.sites.items()} == {
        i: s.phase for i, s in quick.after.sites.items()
    }


@fewer
@given(st.integers(1, 5), st.integers(0, 99), st.lists(st.integers(2, 9), min_size=2, max_size=3))
def test_the_bound_is_below_the_best_of_all_plans(count: int, seed: int, days: list[int]) -> None:
    """Every assignment there is, by hand: none is cheaper than the bound, nor than the plan."""
    root = Node(id=ident(800), name="Node 0", position=site(0).position, live_on=TODAY)
    sites = [dataclasses.replace(each, node=root.id) for each in towns(count, seed)]
    phases = [month(n + 1, float(2 * held)) for n, held in enumerate(days)]
    state = programme(*sites, root, *phases)
    found = propose(state, TODAY, CALENDAR, Options(seconds=QUICK))
    model = build(Horizon(state, TODAY, CALENDAR), dated(phases), Prices()).model
    costs = []
    for choice in itertools.product([OUT, *range(len(phases))], repeat=count):
        plan = Grouped(np.array(choice), np.zeros(len(phases), dtype=np.int64))
        if not breaches(model, plan):
            plan.base = best_bases(model, plan)
            costs.append(total_pounds(model, plan))
    assert found.bound_pounds <= min(costs) + UNDER_A_POUND
    assert found.total_pounds >= min(costs) - UNDER_A_POUND


# What cannot be


def _crowd() -> list[Site]:
    return [site(n, phase=ident(901)) for n in range(1, 9)]


IMPOSSIBLE = {
    "no windows": (
        [*_crowd(), Phase(id=ident(901), name="Some day")],
        "None of the phases has a window",
    ),
    "a cycle among nodes": (
        [
            *_crowd(),
            Node(id=ident(801), name="One", parent=ident(802)),
            Node(id=ident(802), name="Two", parent=ident(801)),
        ],
        "in a circle: One → Two → One",
    ),
    "locks against a wish": (
        [
            site(1, phase=ident(901), locked=True), site(2, phase=ident(902), locked=True),
            month(1, 20.0), month(2, 20.0),
            Wish(id=ident(600), kind=TOGETHER, sites=(ident(1), ident(2))),
        ],
        "S0001 and S0002 are wished together, but stay in Phase 1 and Phase 2",
    ),
    "wishes against each other": (
        [
            site(1), month(1, 20.0),
            Wish(id=ident(600), kind=NOT_BEFORE, sites=(ident(1),), on=date(2014, 8, 1)),
            Wish(id=ident(601), kind=NOT_AFTER, sites=(ident(1),), on=date(2014, 6, 1)),
        ],
        "contradict each other",
    ),
}  # fmt: skip


@pytest.mark.parametrize("records", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_cannot_be_is_refused_by_name(records: tuple[list[Record], str]) -> None:
    given_records, says = records
    with pytest.raises(UserError, match=says) as refusal:
        propose(programme(*given_records), TODAY, CALENDAR, Options(seconds=QUICK))
    assert refusal.value.remedy


@fewer
@given(st.integers(4, 30), st.sampled_from([0.0, 2.0, 5.0]))
def test_demand_beyond_all_capacity_is_named_with_who_is_left(count: int, held: float) -> None:
    """A plan is given all the same: as much as there is room for."""
    state = programme(*(site(n, effort_days=2.0) for n in range(count)), month(1, held))
    found = propose(state, TODAY, CALENDAR, Options(seconds=QUICK))
    assert len(found.unplanned) == count - int(held // 2.0)
    assert found.shortfall is not None
    assert all(reason for _, reason in found.unplanned)
    if held:
        assert f"hold {held:g}" in found.shortfall.replace("holds", "hold").replace(".0:", ":")
