"""After a change a new plan moves few sites, and says which and why."""

import dataclasses
from datetime import date

import pytest

from psnplanner.planning.plan import Options, Plan, propose
from psnplanner.programme.change import difference
from psnplanner.programme.state import State
from tests.planning.programmes import CALENDAR, TODAY, programme, towns


@pytest.fixture(scope="module")
def first() -> Plan:
    return propose(programme(*towns(150)), TODAY, CALENDAR, Options(seconds=0.4))


def with_fewer_crews(state: State) -> State:
    phase = state.phases_in_order[4]
    used = sum(state.effort_days(site) for site in state.sites_by_phase[phase.id])
    return state.after(difference(phase, {"capacity_days": used * 0.7}))


def test_few_more_move_than_have_to(first: Plan) -> None:
    found = propose(with_fewer_crews(first.after), TODAY, CALENDAR, Options(seconds=0.4))
    assert found.forced_moves > 0
    assert found.forced_moves <= found.moved <= 1.3 * found.forced_moves + 3
    assert len(found.moves) == found.moved


def test_the_difference_is_said_in_sentences(first: Plan) -> None:
    found = propose(with_fewer_crews(first.after), TODAY, CALENDAR, Options(seconds=0.4))
    report = found.report()
    assert report["moves"][0]["sentence"].startswith(report["moves"][0]["reference"])
    assert sum(int(line.split(" ")[0]) for line in report["changes"]) == found.moved


def test_a_move_is_dearer_the_nearer_its_start(first: Plan) -> None:
    from psnplanner.planning.horizon import Horizon, dated
    from psnplanner.planning.instance import build
    from psnplanner.planning.prices import Prices

    state = first.after
    near = state.phases_in_order[2]
    soon = dataclasses.replace(state.programme, status_on=near.starts_on)
    state = state.after(difference(state.programme, {"status_on": soon.status_on}))
    horizon = Horizon(state, near.starts_on or date.min, CALENDAR)
    built = build(horizon, dated(list(state.phases.values())), Prices())
    fees = built.move_pounds
    held = built.current
    rows = [i for i in range(len(held)) if held[i] in (2, 9)]
    by_phase = {int(held[i]): fees[i].max() for i in rows}
    assert by_phase[2] == 4 * Prices().move_pounds
    later = [fees[i, 10] for i in rows if held[i] == 9]
    assert later[0] == Prices().move_pounds
