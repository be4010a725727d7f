"""How many phases side by side: as many as come to least, each with whole crews and a base."""

from collections import defaultdict
from datetime import date

import pytest

from psnplanner.planning.plan import Options, Plan, propose
from psnplanner.planning.prices import Prices
from psnplanner.programme.phase import Phase
from tests.planning.programmes import CALENDAR, TODAY, partner, programme, site, towns

QUICK = 0.1
FIVE_TOWNS = [site_ for site_ in towns(260) if site_.tenure == "owned"]
SIZED = {"crews": 12.0, "seconds": QUICK}


def plan(sites: list, options: Options) -> Plan:
    return propose(programme(*sites), TODAY, CALENDAR, options)


def windows(found: Plan) -> dict[tuple[date | None, date | None], list[Phase]]:
    own = defaultdict(list)
    for phase in found.after.phases.values():
        own[phase.starts_on, phase.ends_on].append(phase)
    return own


@pytest.fixture(scope="module")
def shared() -> Plan:
    """Phases that cost nothing to lead, and partners nothing to visit: travel alone decides."""
    prices = Prices(phase_pounds=0, partner_visit_pounds=0)
    return plan(FIVE_TOWNS, Options(prices=prices, **SIZED))


def test_far_towns_are_worked_by_teams_side_by_side(shared: Plan) -> None:
    own = windows(shared)
    assert {len(phases) for phases in own.values()} == {max(map(len, own.values()))}
    assert len(next(iter(own.values()))) > 1
    assert shared.unplanned == ()
    for (starts_on, ends_on), phases in own.items():
        days = CALENDAR.count(starts_on, ends_on)
        crews = [phase.capacity_days / days for phase in phases]
        assert sum(crews) == pytest.approx(12)
        assert all(each == pytest.approx(round(each)) for each in crews)
    names = [phase.name for phase in shared.after.phases_in_order]
    assert names == [f"Phase {n + 1}" for n in range(len(names))]


def test_phases_that_are_dear_to_lead_are_few(shared: Plan) -> None:
    dear = plan(FIVE_TOWNS, Options(prices=Prices(phase_pounds=1e6), **SIZED))
    assert len(dear.after.phases) < len(shared.after.phases)
    assert {len(phases) for phases in windows(dear).values()} == {1}


def test_a_number_asked_for_is_the_number_given_in_windows_shared_out() -> None:
    found = plan(FIVE_TOWNS, Options(phases=7, **SIZED))
    assert len(found.after.phases) == 7
    assert found.unplanned == ()
    sizes = [len(phases) for phases in windows(found).values()]
    assert max(sizes) - min(sizes) <= 1


def test_one_crew_is_not_shared() -> None:
    """Nor are few sites: a phase of a handful is not worth leading."""
    few = plan([site(n, partner=partner(0).id) for n in range(30)], Options(seconds=QUICK))
    assert all(len(phases) == 1 for phases in windows(few).values())
