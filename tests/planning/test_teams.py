"""How many phases side by side: as many as come to least, each with whole crews and a base."""

from collections import defaultdict
from datetime import date

import pytest

from psnplanner.planning.horizon import Horizon
from psnplanner.planning.nodes import propose_nodes
from psnplanner.planning.plan import Options
from psnplanner.planning.prices import Prices
from psnplanner.planning.teams import laid_out
from psnplanner.programme.phase import Phase
from psnplanner.programme.site import Site
from tests.planning.programmes import CALENDAR, TODAY, programme, site, towns

FIVE_TOWNS = towns(400)
TRAVEL_ALONE = Prices(phase_pounds=0, partner_visit_pounds=0)


def designed(sites: list[Site], options: Options) -> list[Phase]:
    """The phases that a plan of these sites is to be made into."""
    nodes, given = propose_nodes(sites)
    found = laid_out(Horizon(programme(*sites), TODAY, CALENDAR), nodes, given, options)
    assert [phase.id for phase in found.instance.phases] == [p.id for p in found.drawn.phases]
    return list(found.drawn.phases)


def beside(phases: list[Phase]) -> list[list[Phase]]:
    """The phases of each window."""
    own: dict[tuple[date | None, date | None], list[Phase]] = defaultdict(list)
    for phase in phases:
        own[phase.starts_on, phase.ends_on].append(phase)
    return list(own.values())


def crews(phase: Phase) -> float:
    """Crews at work in a phase."""
    assert phase.starts_on is not None
    assert phase.ends_on is not None
    return (phase.capacity_days or 0.0) / CALENDAR.count(phase.starts_on, phase.ends_on)


@pytest.fixture(scope="module")
def shared() -> list[Phase]:
    """Where phases cost nothing to lead, and partners nothing to visit: travel alone decides."""
    return designed(FIVE_TOWNS, Options(crews=13, prices=TRAVEL_ALONE))


def test_far_towns_are_worked_by_teams_side_by_side(shared: list[Phase]) -> None:
    windows = beside(shared)
    assert len({len(phases) for phases in windows}) == 1
    assert len(windows[0]) > 1
    for phases in windows:
        own = [crews(phase) for phase in phases]
        assert sum(own) == pytest.approx(13)
        assert all(each == pytest.approx(round(each)) for each in own)
        assert max(own) - min(own) <= 1
    assert [phase.name for phase in shared] == [f"Phase {n + 1}" for n in range(len(shared))]


def test_phases_that_are_dear_to_lead_are_few(shared: list[Phase]) -> None:
    dear = designed(FIVE_TOWNS, Options(crews=13, prices=Prices(phase_pounds=1e6)))
    assert len(dear) < len(shared)
    assert len(dear) <= 13  # one a month


def test_a_number_asked_for_is_the_number_given_in_windows_shared_out() -> None:
    found = designed(FIVE_TOWNS, Options(phases=7, crews=13, prices=TRAVEL_ALONE))
    assert len(found) == 7
    sizes = [len(phases) for phases in beside(found)]
    assert max(sizes) - min(sizes) <= 1


def test_few_crews_are_not_shared_nor_few_sites() -> None:
    """A team of one has no room for a large site; a phase of a handful is not worth leading."""
    few = designed([site(n) for n in range(30)], Options(crews=13, prices=TRAVEL_ALONE))
    assert all(len(phases) == 1 for phases in beside(few))
    weak = designed(FIVE_TOWNS, Options(crews=5, prices=TRAVEL_ALONE))
    assert all(len(phases) == 1 for phases in beside(weak))
