"""Days inside a phase: crews work one site at a time, on open days, the scarcest first."""

from datetime import date
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from psnplanner.planning.days import Slot, slots
from psnplanner.planning.horizon import Horizon
from psnplanner.programme.phase import ClosedWindow, Phase
from psnplanner.programme.site import Site
from tests.planning.programmes import CALENDAR, TODAY, ident, programme, site

STARTS, ENDS = date(2014, 9, 1), date(2014, 9, 26)
PHASE = Phase(id=ident(900), name="Phase 1", starts_on=STARTS, ends_on=ENDS, capacity_days=40.0)


def days_of(*sites: Site, shut: ClosedWindow | None = None) -> dict[bytes, Slot]:
    records = [PHASE, *sites, *([shut] if shut else [])]
    return slots(Horizon(programme(*records), TODAY, CALENDAR))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from(["existing fibre", "existing duct", "new dig"]), max_size=14))
def test_a_crew_is_at_one_site_at_a_time_and_for_as_long_as_it_takes(access: list[str]) -> None:
    sites = [site(n, access=kind, phase=PHASE.id) for n, kind in enumerate(access)]
    found = days_of(*sites)
    assert set(found) == {each.id for each in sites}
    halves = {"existing fibre": 1, "existing duct": 3, "new dig": 10}
    for each in sites:
        slot = found[each.id]
        assert slot.crew in (1, 2)
        assert STARTS <= slot.starts_on <= slot.ends_on
        open_halves = 2 * CALENDAR.count(slot.starts_on, slot.ends_on)
        assert halves[each.access] <= open_halves <= halves[each.access] + 2
    for crew in (1, 2):
        own = sorted((s.starts_on, s.ends_on) for s in found.values() if s.crew == crew)
        # Two short sites may share a day, a half each; never more.
        assert all(a[1] <= b[0] for a, b in pairwise(own))


def test_a_site_is_not_worked_on_while_it_is_shut() -> None:
    term = ClosedWindow(
        id=ident(950), name="Term", starts_on=STARTS, ends_on=date(2014, 9, 12), kind="School"
    )
    school = site(1, kind="School", phase=PHASE.id)
    found = days_of(school, site(2, phase=PHASE.id), shut=term)
    assert found[school.id].starts_on == date(2014, 9, 15)
    assert found[site(2).id].starts_on == STARTS


def test_the_dearest_for_its_days_is_done_first() -> None:
    crowd = [site(n, phase=PHASE.id, annual_cost_pence=100_000) for n in range(8)]
    dear = site(20, phase=PHASE.id, annual_cost_pence=9_000_000)
    assert days_of(*crowd, dear)[dear.id].starts_on == STARTS


def test_a_site_waits_for_its_own_stages() -> None:
    leased = site(3, tenure="leased", phase=PHASE.id)
    soon = Phase(
        id=PHASE.id,
        name="Phase 1",
        starts_on=date(2014, 3, 3),
        ends_on=date(2014, 6, 27),
        capacity_days=80.0,
    )
    horizon = Horizon(programme(soon, leased), TODAY, CALENDAR)
    assert slots(horizon)[leased.id].starts_on >= horizon.release(leased).on
