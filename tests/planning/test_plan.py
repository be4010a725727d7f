"""A plan keeps every rule, is compact, repeatable, and names what it cannot do."""

import dataclasses
import json
from datetime import date, timedelta

import pytest

from psnplanner.errors import Cancelled, UserError
from psnplanner.planning.calendar import default_closed_windows, school_holidays
from psnplanner.planning.explain import Explainer
from psnplanner.planning.horizon import Horizon
from psnplanner.planning.instance import build
from psnplanner.planning.plan import Options, Plan, propose
from psnplanner.planning.plan_in_force import mended
from psnplanner.planning.prices import Prices
from psnplanner.planning.shortfall import cautions
from psnplanner.programme.node import Node
from psnplanner.programme.partner import Certificate
from psnplanner.programme.phase import ClosedWindow, Phase
from psnplanner.programme.site import StageRecord
from psnplanner.programme.state import State
from psnplanner.verbs.text import plan_lines
from tests.planning.programmes import (
    CALENDAR,
    GO_LIVE,
    TODAY,
    ident,
    partner,
    programme,
    site,
    towns,
)

QUICK = Options(seconds=0.25)
AT_ONCE = Options(seconds=0.001)
"""The first plan found and what is proved of it: who is named, and why, no search changes."""


def plan(state: State, options: Options = QUICK) -> Plan:
    return propose(state, TODAY, CALENDAR, options)


def month(number: int, capacity: float = 20.0, **values: object) -> Phase:
    """Phase `number` of 2014: the month of May for 1."""
    begins = date(2014, 4 + number, 1)
    return Phase(
        id=ident(900 + number),
        name=f"Phase {number}",
        starts_on=begins,
        ends_on=begins + timedelta(days=27),
        capacity_days=capacity,
        order=number,
        **values,
    )


def node(number: int, parent: bytes | None = None, planned_on: date | None = None) -> Node:
    own = site(number).position
    return Node(
        id=ident(800 + number),
        name=f"Node {number}",
        position=own,
        parent=parent,
        planned_on=planned_on,
    )


@pytest.fixture(scope="module")
def proposed() -> Plan:
    return plan(programme(*towns(200)))


def test_everything_is_planned_before_go_live(proposed: Plan) -> None:
    report = proposed.report()
    assert report["shortfall"] is None
    assert report["sites_planned"] == 200
    assert report["unplanned"] == []
    assert all(date.fromisoformat(p["ends_on"]) < GO_LIVE for p in report["phases"])
    assert all(p["used_days"] <= p["capacity_days"] for p in report["phases"])
    assert 9 <= len(report["phases"]) <= 13  # about one a month


def test_phases_are_compact_and_cheaper_than_greedy(proposed: Plan) -> None:
    report = proposed.report()
    # The five towns are 20 km and more apart, and 3 km across: a phase spans two at most.
    spread = [p["spread_km"] for p in report["phases"] if p["sites"]]
    assert sum(spread) / len(spread) < 10
    assert report["cost"]["total_pounds"] < 0.9 * report["greedy_total"]
    assert sum(report["cost"]["terms"].values()) == pytest.approx(
        report["cost"]["total_pounds"], abs=1
    )


def test_nodes_come_before_their_sites_root_first(proposed: Plan) -> None:
    after = proposed.after
    assert sum(n.parent is None for n in after.nodes.values()) == 1
    for each in after.sites.values():
        above, phase = after.nodes[each.node], after.phases[each.phase]
        while above is not None:
            assert above.planned_on is not None
            assert above.planned_on <= phase.starts_on
            above = after.nodes.get(above.parent or b"")


def test_the_report_is_json(proposed: Plan) -> None:
    assert json.loads(json.dumps(proposed.report()))["sites_planned"] == 200


def test_the_same_seed_gives_the_same_plan(proposed: Plan) -> None:
    again = plan(programme(*towns(200)))
    assert again.after.tables == proposed.after.tables
    assert again.total_pounds == proposed.total_pounds


def test_more_time_is_never_worse(proposed: Plan) -> None:
    longer = plan(programme(*towns(200)), Options(seconds=0.75))
    assert longer.total_pounds <= proposed.total_pounds + 1
    assert longer.bound_pounds <= longer.total_pounds


def test_planning_again_moves_hardly_anything(proposed: Plan) -> None:
    again = plan(proposed.after)
    assert again.moved <= 20
    assert again.total_pounds <= proposed.total_pounds * 1.01


def test_phases_already_there_are_used(proposed: Plan) -> None:
    state = programme(*(site(n) for n in range(20)), month(1), month(2))
    after = plan(state).after
    assert set(after.phases) == set(state.phases)
    assert {s.phase for s in after.sites.values()} <= set(state.phases)


def test_a_number_of_phases_can_be_asked_for() -> None:
    state = programme(*towns(40))
    first = plan(state, Options(phases=4, seconds=0.25))
    assert len(first.after.phases) == 4
    fewer = plan(first.after, Options(phases=2, seconds=0.25))
    assert len(fewer.after.phases) == 2
    assert fewer.report()["sites_planned"] == 40


def test_locked_sites_stay_unless_told_otherwise() -> None:
    far = month(5)
    state = programme(*(site(n, phase=far.id, locked=True) for n in range(3)), month(1), far)
    assert plan(state).moved == 0
    free = plan(state, Options(seconds=0.25, keep_locks=False))
    assert free.report()["sites_planned"] == 3


def test_sites_under_way_stay() -> None:
    late = month(6)
    begun = StageRecord(
        id=StageRecord.id_for(ident(1), "civils"),
        site=ident(1),
        stage="civils",
        state="in progress",
    )
    held = site(1, phase=late.id, priority="high", access="new dig")
    state = programme(held, begun, *(site(n) for n in range(2, 9)), month(2), late)
    assert plan(state).after.sites[ident(1)].phase == late.id


def test_a_late_node_holds_its_sites_back() -> None:
    root = node(1, planned_on=date(2014, 8, 15))
    leaf = node(2, parent=root.id, planned_on=date(2014, 5, 1))
    state = programme(site(1, node=leaf.id), root, leaf, *(month(n, 50) for n in range(1, 7)))
    after = plan(state).after
    assert after.phases[after.sites[ident(1)].phase].starts_on >= date(2014, 8, 15)


def test_a_school_shut_all_phase_goes_elsewhere() -> None:
    first = month(1)
    shut = ClosedWindow(
        id=ident(700), name="Exams", kind="School", starts_on=first.starts_on, ends_on=first.ends_on
    )
    state = programme(site(1, kind="School"), shut, first, month(2))
    assert plan(state, AT_ONCE).after.sites[ident(1)].phase == month(2).id


def test_a_freeze_takes_its_share_of_the_crew_days() -> None:
    only = month(1, capacity=20)
    freeze = ClosedWindow(
        id=ident(700), name="Freeze", starts_on=date(2014, 5, 1), ends_on=date(2014, 5, 14)
    )
    state = programme(*(site(n, effort_days=1.0) for n in range(20)), freeze, only)
    report = plan(state, AT_ONCE).report()
    assert report["sites_planned"] == report["phases"][0]["used_days"] < 12
    assert "crew-days are late" in report["shortfall"]


def test_too_little_capacity_is_named() -> None:
    sites = [site(n, effort_days=2.0) for n in range(30)]
    found = plan(programme(*sites, month(1), month(2)), AT_ONCE).report()
    assert found["sites_planned"] == 20
    assert "at least 20.0 crew-days are late" in found["shortfall"]
    assert len(found["unplanned"]) == 10
    assert "no phase open to it has room" in found["unplanned"][0]["reason"]


def test_sites_that_cannot_start_in_time_are_named_with_the_cause() -> None:
    state = programme(site(1), site(2, tenure="leased"), month(1))
    found = plan(state, AT_ONCE).report()
    assert [each["reference"] for each in found["unplanned"]] == ["S0002"]
    assert "Wayleave" in found["unplanned"][0]["reason"]
    assert "1 site (S0002) is in no phase" in found["shortfall"]


def test_a_site_without_a_position_is_left_out_by_name() -> None:
    found = plan(programme(site(1), site(2, position=None)), AT_ONCE).report()
    assert found["unplanned"] == [
        {
            "reference": "S0002",
            "reason": "it has no position: correct its postcode or place it on the map",
        }
    ]
    assert found["shortfall"] is not None


def test_live_sites_are_left_alone() -> None:
    live = StageRecord(
        id=StageRecord.id_for(ident(1), "migrated"), site=ident(1), stage="migrated", state="done"
    )
    state = programme(site(1, phase=None), site(2), live)
    after = plan(state, AT_ONCE).after
    assert after.sites[ident(1)].phase is None
    assert after.sites[ident(2)].phase is not None


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (programme(), "no sites"),
        (programme(site(1), go_live_on=None), "no go-live date"),
        (programme(site(1), status_on=date(2015, 5, 1)), "no time left"),
        (programme(site(1), status_on=date(2015, 3, 27)), "no room for a phase"),
        (programme(site(1, position=None)), "No site has a position"),
        (programme(site(1), Phase(id=ident(5), name="Some day")), "has a window"),
        (
            programme(site(1), node(1, ident(802)), node(2, ident(801))),
            "circle: Node 1 → Node 2 → Node 1",
        ),
    ],
)
def test_impossible_inputs_are_refused_by_name(state: State, says: str) -> None:
    with pytest.raises(UserError, match=says) as refusal:
        plan(state)
    assert refusal.value.remedy


@pytest.mark.parametrize("options", [Options(phases=0), Options(phases=999), Options(crews=0)])
def test_impossible_options_are_refused(options: Options) -> None:
    with pytest.raises(UserError):
        plan(programme(site(1)), options)


def test_progress_streams_and_cancels() -> None:
    told: list[float] = []

    def stop(fraction: float, doing: str) -> None:
        told.append(fraction)
        if fraction > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        propose(programme(*towns(30)), TODAY, CALENDAR, QUICK, stop)
    assert told == sorted(told)
    assert len(told) > 3


def test_no_port_left_is_named_and_the_rest_is_planned() -> None:
    """Nodes with fewer ports than there are sites: a plan all the same, and who is without."""
    small = dataclasses.replace(node(1), ports=3)
    found = plan(programme(*(site(n) for n in range(5)), small, month(2)), AT_ONCE)
    assert len(found.unplanned) == 2
    assert {reason for _, reason in found.unplanned} == {"no node has a port free for it"}
    assert "no node has a port free" in (found.shortfall or "")


def test_a_certificate_that_lapses_or_is_missing_is_told_with_its_sites() -> None:
    """In the plan, in the words of the command line, and in each site's explanation."""
    lapses = Certificate(
        id=ident(400), partner=partner(0).id, valid_from=TODAY, valid_to=date(2014, 4, 30)
    )
    sites = [site(1), site(2, partner=partner(1).id)]
    found = plan(programme(*sites, partner(0), partner(1), lapses, month(1)), AT_ONCE)
    lapsed, missing = found.cautions
    assert "1 site (S0001) is planned without a valid one of Partner 0 (valid to 30 Apr" in lapsed
    assert "Partner 1 has none on record; 1 site (S0002) is planned" in missing
    said = plan_lines({**found.report(), "applied": False})
    assert [line for line in said if line.startswith("Caution: ")] == [
        f"Caution: {each}" for each in found.cautions
    ]
    explained = Explainer(found.after, TODAY, CALENDAR).site(ident(1))
    assert "No compliance certificate of Partner 0 is valid then" in " ".join(explained.reasons)
    assert explained.slot == found.slots[ident(1)]
    assert explained.days.startswith("Crew 1 of the phase is due there")


def test_a_phase_too_near_to_go_live_is_told_with_its_chance() -> None:
    """With nothing else to caution of: a certificate is held."""
    held = Certificate(id=ident(400), partner=partner(0).id, valid_from=TODAY)
    late = dataclasses.replace(month(1), starts_on=date(2015, 3, 2), ends_on=date(2015, 3, 20))

    def said(phase: Phase) -> list[str]:
        state = programme(site(1), partner(0), held, phase)
        instance = build(Horizon(state, TODAY, CALENDAR), [phase], Prices(), need_nodes=False)
        return cautions(instance, mended(instance), state)

    (risk,) = said(late)
    assert risk.startswith("Phase 1 ends on 20 March 2015: a site dug on its last day has a chance")
    assert risk.endswith("to be tested and migrated by go-live on 1 April 2015.")
    assert said(month(1)) == []


def test_schools_are_dug_in_their_holidays_and_crews_are_found_for_them() -> None:
    """A new programme's own closed windows; phases designed with crews where the digging is."""
    windows = default_closed_windows(TODAY, GO_LIVE)
    digs = [site(n, kind="School", access="new dig") for n in range(40)]
    others = [site(n, kind="Library") for n in range(40, 60)]
    found = plan(programme(*digs, *others, *windows))
    assert found.unplanned == ()
    holidays = {
        h.starts_on + timedelta(days=n)
        for h in school_holidays("Wirral Council")
        for n in range((h.ends_on - h.starts_on).days + 1)
    }
    after, crews = found.after, dict[bool, list[float]]({True: [], False: []})
    for phase in after.phases.values():
        length = (phase.ends_on - phase.starts_on).days + 1
        days = {phase.starts_on + timedelta(days=n) for n in range(length)}
        inside = {s.access for s in after.sites_by_phase.get(phase.id, [])}
        assert "new dig" not in inside or days & holidays
        whole = CALENDAR.count(phase.starts_on, phase.ends_on)
        crews["new dig" in inside].append(phase.capacity_days / whole)
    assert max(crews[True]) > min(crews[False])
