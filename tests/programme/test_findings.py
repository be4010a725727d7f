"""Each thing that can be wrong with a programme is found, named, and has a remedy."""

from collections.abc import Iterator
from datetime import date

import pytest

from psnplanner.programme.change import creation
from psnplanner.programme.finding import SEVERITIES, Finding
from psnplanner.programme.findings import findings
from psnplanner.programme.node import Node
from psnplanner.programme.partner import Certificate, Partner
from psnplanner.programme.phase import ClosedWindow, Phase
from psnplanner.programme.record import Position, Record
from psnplanner.programme.site import Override, Site, StageRecord, Wayleave
from psnplanner.programme.state import PROGRAMME_ID, Programme, State
from psnplanner.programme.working_days import Calendar, open_days
from psnplanner.resource_files import read_text

TODAY = date(2014, 6, 2)
CALENDAR = Calendar()


def ident(number: int) -> bytes:
    return number.to_bytes(16, "big")


PARTNER = Partner(id=ident(900), name="Wirral Council")
NODE = Node(id=ident(901), name="Moreton", planned_on=date(2014, 6, 30))
PHASE = Phase(
    id=ident(902),
    name="Phase 1",
    starts_on=date(2014, 7, 1),
    ends_on=date(2014, 7, 31),
    capacity_days=10,
)
CERTIFICATE = Certificate(id=ident(903), partner=PARTNER.id, valid_from=date(2014, 1, 1))


def site(number: int = 1, **values: object) -> Site:
    given = {
        "reference": f"S{number}",
        "partner": PARTNER.id,
        "position": Position(53.4, -3.1),
        "access": "existing duct",
        "tenure": "owned",
        "phase": PHASE.id,
        "node": NODE.id,
    }
    return Site(id=ident(number), **(given | values))


def stage(key: str, state: str, number: int = 1, **values: object) -> StageRecord:
    return StageRecord(
        id=StageRecord.id_for(ident(number), key),
        site=ident(number),
        stage=key,
        state=state,
        **values,
    )


def programme(*records: Record, **values: object) -> State:
    given = {"go_live_on": date(2015, 4, 1), "status_on": TODAY} | values
    own = Programme(id=PROGRAMME_ID, workflow=read_text("workflow.toml"), **given)
    base = {r.id: r for r in (PARTNER, NODE, PHASE, CERTIFICATE)} | {r.id: r for r in records}
    return State().after([creation(own), *(creation(record) for record in base.values())])


def found(*records: Record, **values: object) -> dict[str, Finding]:
    every = findings(programme(*records, **values), TODAY, CALENDAR)
    return {finding.code: finding for finding in every}


def test_a_sound_programme_has_none() -> None:
    assert found(site()) == {}


def cases() -> Iterator[tuple[str, list[Record], str]]:
    yield "duplicate_reference", [site(1), site(2, reference="s1")], "2 sites share a reference"
    yield "no_position", [site(position=None)], "1 site has no position (S1)."
    yield "no_phase", [site(phase=None)], "1 site is in no phase (S1)."
    yield "no_node", [site(node=None)], "1 site has no node (S1)."
    yield "phase_undated", [site(), Phase(id=PHASE.id, name="Phase 1")], "has no window (1 site)"
    late = Phase(id=PHASE.id, name="Phase 1", starts_on=date(2015, 3, 1), ends_on=date(2015, 4, 30))
    yield "phase_after_go_live", [site(), late], "ends on 30 April 2015, after go-live on 1 April"
    yield "over_capacity", [site(effort_days=12)], "needs 12.0 crew-days and has 10.0: 2.0 too few"
    yield "nearly_full", [site(effort_days=9.5)], "needs 9.5 of its 10.0 crew-days (95%)"
    over = Phase(id=PHASE.id, name="Phase 1", starts_on=date(2014, 5, 1), ends_on=date(2014, 5, 31))
    live = Node(id=NODE.id, name="Moreton", live_on=date(2014, 4, 1))
    yield "late", [site(), over, live], "is not live though its phase is over"
    yield "blocked", [site(), stage("order_placed", "blocked")], "1 site is blocked (S1)."
    slow = Node(id=NODE.id, name="Moreton", planned_on=date(2014, 7, 2))
    yield "before_node", [site(), slow], "starts before its node is to be live"
    root = Node(id=ident(904), name="Core")
    leaf = Node(id=NODE.id, name="Moreton", parent=root.id, planned_on=date(2014, 6, 1))
    yield "node_undated", [site(), leaf, root], "hangs from a node without a date"
    circle = Node(id=root.id, name="Core", parent=NODE.id)
    yield "node_cycle", [site(), leaf, circle], "2 nodes hang from one another in a circle"
    lapsed = Certificate(id=CERTIFICATE.id, partner=PARTNER.id, valid_to=date(2015, 3, 31))
    yield "certificate", [site(), lapsed], "of Wirral Council does not cover 1 April 2015: 1 site"
    early, long = date(2014, 7, 30), date(2015, 9, 1)
    yield "out_of_contract", [site(contract_ends_on=early)], "loses its old contract before"
    paid = site(contract_ends_on=long, annual_cost_pence=123_400)
    yield "double_running", [paid], "pays twice after go-live: its old contract (£1,234 a year)"
    yield "wayleave_not_requested", [site(tenure="leased")], "within the 50 working days"
    refused = Wayleave(id=Wayleave.id_for(ident(1)), site=ident(1), state="refused")
    yield "wayleave_lost", [site(), refused], "was refused or has expired"
    waiting = stage(
        "order_placed", "waiting", waiting_on="Openreach", waiting_since=date(2014, 5, 1)
    )
    yield "waiting_too_long", [site(), waiting], "S1 longest, on Openreach since 1 May 2014."
    passed = Override(
        id=ident(905), site=ident(1), stage="civils", gate="no wayleave", reason="Agreed", by="AB"
    )
    yield "override", [site(), passed], "passed by AB although no wayleave (“Agreed”)"


@pytest.mark.parametrize(
    ("code", "records", "says"), list(cases()), ids=[case[0] for case in cases()]
)
def test_each_fault_is_found(code: str, records: list[Record], says: str) -> None:
    finding = found(*records)[code]
    assert says in finding.sentence
    assert finding.sentence.endswith(".")
    assert finding.remedy.endswith(".")
    assert finding.severity in SEVERITIES
    assert not finding.sites or ident(1) in finding.sites


def test_worst_first_then_most_sites() -> None:
    state = programme(
        *(site(n, phase=None, node=None) for n in range(1, 4)),
        site(4, position=None),
        site(5, reference="S4"),
    )
    every = findings(state, TODAY, CALENDAR)
    order = [(SEVERITIES.index(f.severity), -len(f.sites)) for f in every]
    assert order == sorted(order)
    assert every[0].code == "duplicate_reference"
    assert "3 sites are in no phase, S1 first." in [f.sentence for f in every]


def test_a_live_site_is_nobodys_worry() -> None:
    live = stage("migrated", "done", actual_on=date(2014, 5, 1))
    # Only how it could go live at all without its node and the stages before.
    assert set(found(site(phase=None, node=None, tenure="leased"), live)) == {"gate_breach"}


def test_a_requested_wayleave_is_not_asked_for_again() -> None:
    asked = Wayleave(id=Wayleave.id_for(ident(1)), site=ident(1), state="requested")
    assert "wayleave_not_requested" not in found(site(tenure="leased"), asked)


def test_after_go_live_whoever_is_not_live_has_missed_it() -> None:
    assert "missed go-live on 1 April 2015" in (
        found(site(), status_on=date(2015, 5, 1))["missed_go_live"].sentence
    )


def test_a_freeze_takes_crew_days() -> None:
    freeze = ClosedWindow(
        id=ident(906), name="Freeze", starts_on=date(2014, 7, 1), ends_on=date(2014, 7, 15)
    )
    assert found(site(effort_days=8)) == {}
    assert "over_capacity" in found(site(effort_days=8), freeze)
    july = (date(2014, 7, 1), date(2014, 7, 31))
    assert open_days(*july, [], CALENDAR) - open_days(*july, [freeze, freeze], CALENDAR) == 11
