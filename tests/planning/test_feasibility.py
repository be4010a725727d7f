"""Maximum flow names what binds, and is silent where everything fits."""

from datetime import date

from psnplanner.planning.design import lead_days
from psnplanner.planning.feasibility import binding
from psnplanner.planning.horizon import Horizon
from psnplanner.planning.instance import build
from psnplanner.planning.prices import Prices
from psnplanner.programme.phase import ClosedWindow, Phase
from psnplanner.programme.site import Site
from tests.planning.programmes import CALENDAR, TODAY, ident, programme, site


def phases(*capacities: float) -> list[Phase]:
    return [
        Phase(
            id=ident(900 + k),
            name=f"Phase {k + 1}",
            starts_on=date(2014, 4 + k, 28),
            ends_on=date(2014, 5 + k, 23),
            capacity_days=capacity,
        )
        for k, capacity in enumerate(capacities)
    ]


def bound(sites: list[Site], windows: list[Phase]):  # type: ignore[no-untyped-def]
    state = programme(*sites, *windows)
    return binding(build(Horizon(state, TODAY, CALENDAR), windows, Prices()))


def test_nothing_binds_where_all_fits() -> None:
    assert bound([site(n) for n in range(10)], phases(10, 10)) is None


def test_demand_beyond_all_capacity() -> None:
    found = bound([site(n) for n in range(10)], phases(4, 8))
    assert found.short_days == 3.0
    assert found.sentence == (
        "10 sites, 15.0 crew-days, are to be done; Phase 1 to Phase 2 hold 12.0: "
        "at least 3.0 crew-days are late."
    )


def test_late_wayleaves_crowd_the_last_phases() -> None:
    leased = [site(n, tenure="leased") for n in range(10)]
    free = [site(n) for n in range(10, 14)]
    found = bound(leased + free, phases(100, 100, 5, 6))
    assert len(found.sites) == 10
    assert (
        "cannot start before Phase 3 (28 June 2014); Phase 3 to Phase 4 hold 11.0" in found.sentence
    )


def test_lead_comes_from_the_workflow() -> None:
    assert lead_days(programme().workflow) == 3 + 10 + 12 + 10


def test_digging_at_schools_binds_on_the_days_they_are_open() -> None:
    """A week of holiday is all that two crews have for ten of them."""
    windows = phases(40)
    term = ClosedWindow(
        id=ident(700), name="Term", kind="School, new dig",
        starts_on=date(2014, 5, 3), ends_on=date(2014, 5, 31),
    )  # fmt: skip
    digs = [site(n, kind="School", access="new dig", effort_days=2.0) for n in range(10)]
    state = programme(*digs, site(11, kind="School"), *windows, term)
    found = binding(build(Horizon(state, TODAY, CALENDAR), windows, Prices()))
    assert found is not None
    open_days = CALENDAR.count(date(2014, 4, 28), date(2014, 5, 2))
    whole = CALENDAR.count(date(2014, 4, 28), date(2014, 5, 23))
    held = round(40 * open_days / whole, 1)
    assert f"10 sites, 20.0 crew-days, are to be done; Phase 1 holds {held}" in found.sentence
    assert "on the days they are open" in found.sentence
