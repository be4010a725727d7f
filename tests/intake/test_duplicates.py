"""Which sites are proposed as one building, as what, and which are left alone."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from psnplanner.geography.gazetteer import Gazetteer
from psnplanner.intake.duplicates import Group, groups, report
from psnplanner.intake.lists import read_list
from psnplanner.programme.change import creation
from psnplanner.programme.duplicate_edits import KeepApart, MergeSites, ShareSite
from psnplanner.programme.edits import Edit
from psnplanner.programme.partner import Partner
from psnplanner.programme.record import Position, derived_id
from psnplanner.programme.site import Site
from psnplanner.programme.state import State
from tests.conftest import SHARED
from tests.intake.conftest import TODAY

HERE = Position(53.19, -2.89, "postcode (test)", 75.0)
FAR = Position(53.40, -2.98, "postcode (test)", 75.0)
NHS, COUNCIL = (derived_id(bytes(16), name) for name in ("NHS", "Council"))


def site(name: str, address: str = "", **values: object) -> Site:
    """A site at CH1 4DS; its reference and id come from the values unless given."""
    given = {"postcode": "CH1 4DS", "position": HERE, "kind": "", **values}
    reference = str(given.pop("reference", f"{name}|{address}|{given['postcode']}"))
    ident = derived_id(bytes(16), reference + str(given.get("uprn")))
    return Site(id=ident, reference=reference, name=name, address=address, **given)


def with_these(state: State, *sites: Site) -> State:
    """The programme with these sites and two partners."""
    partners = [Partner(id=NHS, name="NHS"), Partner(id=COUNCIL, name="Council")]
    return state.after([creation(record) for record in (*partners, *sites)])


def only(state: State, *sites: Site) -> Group:
    """The one group that these sites make."""
    found = groups(with_these(state, *sites))
    assert len(found) == 1, found
    return found[0]


def done(state: State, edit: Edit) -> State:
    """The state after an edit."""
    return state.after(edit.propose(state, TODAY).changes)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Marlfields Primary School", "MARLFIELDS PRIMARY SCH."),
        ("St Anselm's College", "Saint Anselms College"),
        ("Mossley CofE Primary School", "Mossley C. of E. Primary School"),
        ("Mossley CofE Primary School", "Mossley Church of England Primary School"),
        ("St John's RC Primary School", "St. John's Catholic Primary School"),
        ("Earle Road Medical Centre", "EARLE RD MED CTR"),
        ("Southport & Formby District General Hospital", "Southport and Formby Dist. General Hosp"),
        ("Ellesmere Port Police Station", "Elesmere Port Police Station"),
    ],
)
def test_one_organisation_listed_twice_is_to_be_merged(empty: State, one: str, other: str) -> None:
    """However each list spells its name."""
    group = only(empty, site(one, "Waggs Road, Chester"), site(other, "Waggs Rd, CHESTER"))
    assert group.proposal == "merge"
    assert group.confidence > 0.8


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Whitby Group Practice (Red)", "Whitby Group Practice (Green)"),
        ("Vittoria Med Ctr R", "Vittoria Med Ctr N"),
        ("Newton Community Hospital Practice", "Newton Community Hospital"),
        ("Dee Point Infant School", "Dee Point Junior School"),
        ("Trans Health Sefton (North)", "Trans Health Sefton (South)"),
        ("Culcheth High School", "Culcheth Community Primary School"),
    ],
)
def test_alike_is_not_the_same(empty: State, one: str, other: str) -> None:
    """Names that differ in the word that counts are never proposed to be merged."""
    address = "Dee Building, 4 Waggs Road, Chester"
    group = only(empty, site(one, address), site(other, address))
    assert group.proposal == "shared"


def test_practices_of_a_health_centre_share_it(empty: State) -> None:
    """Four practices of one partner in one building are one dig, not duplicates."""
    group = only(
        empty,
        site("The Elms Medical Centre", "2nd Fl, Fountains Health, Delamere Street", partner=NHS),
        site("Northgate Village Surgery", "Fountains Health, Delamere Street", partner=NHS),
        site("Northgate Medical Centre", "FOUNTAINS HEALTH, DELAMERE ST", partner=NHS),
        site("Sexual Health Service", "Fountains Health Centre, Delamere Street"),
    )
    assert group.proposal == "shared"
    assert len(group.sites) == 4
    assert group.building == "Fountains Health"
    assert "Both at CH1 4DS, “Fountains Health”" in group.reasons
    assert "Different practices or services: one dig serves all" in group.reasons


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            site("Malpas Library", "Bishop Heber High School, Malpas", kind="Static Library"),
            site("Bishop Heber High School", "Chester Road, Malpas", kind="School"),
        ),
        (
            site("Police post", "Hoole Fire Station, Hoole Rd", kind="Police station"),
            site("Hoole Fire Station", "Hoole Road", kind="Fire station"),
        ),
        (
            site("Upton Library", "12 Wealstone Lane", kind="Library"),
            site("Upton Surgery", "12 Wealstone Ln", kind="GP practice"),
        ),
        (
            site("Library", "Town Hall", uprn="100012604936", partner=COUNCIL),
            site("Registry", "High Street", uprn="0100012604936", partner=NHS),
        ),
    ],
)
def test_different_services_in_one_building_share_it(empty: State, one: Site, other: Site) -> None:
    """By the building's name, the house number or the UPRN."""
    assert only(empty, one, other).proposal == "shared"


def test_one_name_by_two_partners_is_shared(empty: State) -> None:
    """Each has its own circuit to save."""
    group = only(
        empty,
        site("Hoole Centre", "1 High Street", reference="A", partner=NHS),
        site("Hoole Centre", "1 High Street", reference="B", partner=COUNCIL),
    )
    assert group.proposal == "shared"
    assert "Different partners: one dig serves both" in group.reasons


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (site("St Mary's Primary School"), site("St Mary's Primary School", postcode="L1 1AA")),
        (
            site("Longton Medical Centre", "451 Warrington Road"),
            site("Crossroads Surgery", "449 Warrington Road"),
        ),
        (
            site("Upton Library", "Wealstone Lane", kind="Library"),
            site("Upton Primary School", "Wealstone Lane", kind="School"),
        ),
        (
            site("Winsford Police Station", "Winsford Police Station, Collingham Way"),
            site("Winsford Fire Station", "Winsford Fire Station, Sadler Road"),
        ),
        (site(""), site("", reference="another")),
    ],
)
def test_left_alone(empty: State, one: Site, other: Site) -> None:
    """Other towns, other numbers, neighbours in a street, and sites without a name."""
    other = replace(other, position=FAR if other.postcode == "L1 1AA" else HERE)
    assert groups(with_these(empty, one, other)) == []


def test_two_postcodes_of_one_building(empty: State) -> None:
    """A building on a corner is found under its other postcode, the distance said with doubt."""
    near = Position(53.1905, -2.89, "postcode (test)", 75.0)
    group = only(
        empty,
        site("Marshside Surgery", "Fylde Road"),
        site("Marshside Surgery", "Fylde Road", postcode="CH1 4DT", position=near),
    )
    assert group.proposal == "merge"
    assert group.confidence <= 0.8
    assert group.reasons[0] == "56 m apart, give or take 150 m (CH1 4DS or CH1 4DT)"


def test_one_postcode_far_apart_is_for_a_person(empty: State) -> None:
    """The same name and postcode with points 24 km apart: one of them is wrong."""
    group = only(
        empty,
        site("Belle Vale Fire Station", reference="A"),
        replace(site("Belle Vale Fire Station", reference="B"), position=FAR),
    )
    assert group.proposal == "look"
    assert any("24.1 km apart: one of them is wrong" in reason for reason in group.reasons)


def test_uprns_that_differ_are_for_a_person(empty: State) -> None:
    """The same name and postcode under two UPRNs is not merged on the name's word."""
    group = only(empty, site("Hoole Library", uprn="1001"), site("Hoole Library", uprn="1002"))
    assert group.proposal == "look"
    assert "UPRNs differ: 1001 and 1002" in group.reasons


def test_a_school_and_the_one_it_followed(empty: State) -> None:
    """The closed one's name and day are said; another name is for a person to judge."""
    address = "Oldfield Primary School, Green Lane"
    stays = site("Oldfield Primary School", "Green Lane", kind="School")
    gone = site("Oldfield County Junior School", address, other=(("end_date", "1992-08-31"),))
    group = only(empty, stays, gone)
    assert (group.proposal, group.keep) == ("merge", stays.id)
    assert any("closed on 31 August 1992 by its list" in reason for reason in group.reasons)
    renamed = replace(gone, name="Manor School")
    assert only(empty, stays, renamed).proposal == "look"


def test_a_mobile_library_is_not_its_depot(empty: State) -> None:
    """A vehicle needs no fibre: that is said, not shared."""
    group = only(
        empty,
        site("Alsager Library", uprn="100012791282", kind="Static Library"),
        site("Cheshire East Mobile Library", uprn="100012791282", kind="Mobile Library"),
    )
    assert group.proposal == "look"
    assert any("seems a vehicle" in reason for reason in group.reasons)


def test_unlike_ends_are_not_chained(empty: State) -> None:
    """Numbers 1 and 9 do not become one building by way of a site that gives no number."""
    found = groups(
        with_these(
            empty,
            site("Hoole Surgery", "1 High Street", reference="A"),
            site("Hoole Surgery", "High Street", reference="B"),
            site("Hoole Surgery", "9 High Street", reference="C"),
        )
    )
    assert all(len(group.sites) < 3 for group in found)


def test_the_merged_site_stands_for_the_rest(empty: State) -> None:
    """A shared group names the site that its merge keeps, so that both settle in order."""
    sites = [
        site("Fountains Practice", "Fountains Health, Delamere St", reference="A", partner=NHS),
        site("Fountains Practice", "Fountains Health, Delamere St", reference="B"),
        site("Elms Surgery", "Fountains Health, Delamere St", reference="C"),
    ]
    state = with_these(empty, *sites)
    merge, shared = groups(state)
    assert (merge.proposal, merge.keep) == ("merge", sites[0].id)
    assert shared.proposal == "shared"
    assert set(shared.sites) == {sites[0].id, sites[2].id}
    state = done(state, MergeSites(merge.keep, merge.others))
    state = done(state, ShareSite(shared.keep, shared.others))
    assert len(state.sites) == 1
    assert groups(state) == []


def test_what_a_person_called_distinct_is_not_asked_again(empty: State) -> None:
    """In either direction, and also against a list that brings it again."""
    one, other = site("Hoole Library", reference="A"), site("Hoole Library", reference="B")
    state = with_these(empty, one, other)
    assert groups(done(state, KeepApart([(one.id, other.id)]))) == []
    assert groups(with_these(empty, replace(one, distinct_from=(other.id,)), other)) == []
    assert groups(with_these(empty, one, replace(other, distinct_from=(one.id,)))) == []


def test_a_list_s_new_sites_are_compared_with_the_programme(empty: State) -> None:
    """Only groups with a new site are told, with the known site to be kept."""
    known = site("Hoole Library", reference="A")
    twice = [site("Elms Surgery", "1 Elm Road", reference=r, postcode="CH2 1AA") for r in "XY"]
    new = site("HOOLE LIBRARY", reference="Z")
    state = with_these(empty, known, *twice)
    found = groups(state, [new])
    assert [group.sites for group in found] == [(known.id, new.id)]
    told = report(found, state, [new])
    assert json.loads(json.dumps(told)) == told
    assert told[0]["keep"] == "A"
    assert [entry["new"] for entry in told[0]["sites"]] == [False, True]


def test_a_site_already_taken_in_is_not_proposed_again(empty: State) -> None:
    """The old list, imported anew, finds that its site was merged."""
    one, other = site("Hoole Library", reference="A"), site("Hoole Libary", reference="B")
    assert groups(with_these(empty, one), [other])
    state = done(with_these(empty, one, other), MergeSites(one.id, [other.id]))
    again = replace(other, id=derived_id(bytes(16), "again"))
    assert groups(state, [again]) == []
    unnamed = replace(again, reference="LIST-0001")
    assert groups(state, [unnamed]) == []


def test_thousands_at_one_postcode_end(empty: State) -> None:
    """A list with one postcode on every row is no list of one building."""
    sites = [site(f"Building {i}", f"{i} High Street", reference=str(i)) for i in range(1_000)]
    assert not [g for g in groups(with_these(empty, *sites)) if g.proposal == "merge"]


def test_the_real_list(empty: State) -> None:
    """Of 891 real sites few are proposed, and those are right."""
    path = SHARED / "data" / "sites" / "cmpsn_sites.csv"
    if not path.exists():
        pytest.skip(f"the real site list is not at {path}")
    preview = read_list(Path(path), empty, today=TODAY, gazetteer=Gazetteer([]))
    state = done(empty, preview.edit)
    found = groups(state)
    reference = {s.id: s.reference for s in state.sites.values()}
    merged = [{reference[i] for i in g.sites} for g in found if g.proposal == "merge"]
    assert {"CM0041", "CM0444"} in merged  # Warrington Hospital
    assert {"CM0106", "CM0354"} in merged  # Ellesmere Port Police Station
    shared = [{reference[i] for i in g.sites} for g in found if g.proposal == "shared"]
    assert {"CM0112", "CM0271", "CM0514", "CM0816"} in shared  # Fountains Health
    counts = Counter(group.proposal for group in found)
    assert counts["merge"] < 20
    assert counts["shared"] < 40
