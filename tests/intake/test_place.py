"""Where rows are placed, and what is said where there is doubt."""

from __future__ import annotations

import pytest

from psnplanner.geography.gazetteer import Gazetteer
from psnplanner.intake.preview import Preview
from psnplanner.programme.record import Position
from tests.intake.conftest import ReadText

CHESTER = (53.1955, -2.8893)


def position(preview: Preview) -> Position:
    site = preview.rows[0].site
    assert site is not None
    assert site.position is not None
    return site.position


def near_chester(at: Position, within: float = 0.01) -> bool:
    return abs(at.latitude - CHESTER[0]) < within and abs(at.longitude - CHESTER[1]) < within


def test_by_postcode(read: ReadText) -> None:
    preview = read("Ref,Name,Postcode\nA1,One,ch12hp\n")
    assert near_chester(position(preview))
    assert position(preview).source == "postcode (Code-Point Open 2014-08)"
    assert preview.problems == []
    assert preview.report()["placed_by_source"] == {position(preview).source: 1}


@pytest.mark.parametrize(
    "pair",
    [
        "Easting,Northing\n340642,366925",
        "Easting,Northing\n366925,340642",
        "Easting,Northing\n-2.8893,53.1955",
        "Latitude,Longitude\n53.1955,-2.8893",
        "Latitude,Longitude\n-2.8893,53.1955",
        "Latitude,Longitude\n53.1955,2.8893",
        "X,Y\n340642,366925",
        'Easting,Northing\n"340,642","366,925"',
    ],
)
def test_own_coordinates_told_apart_by_value(read: ReadText, pair: str) -> None:
    headings, values = pair.split("\n")
    preview = read(f"Ref,Name,Postcode,{headings}\nA1,One,CH1 2HP,{values}\n")
    assert near_chester(position(preview), 0.001)
    assert position(preview).source.startswith("coordinates of the list")
    assert {problem.severity for problem in preview.problems} <= {"mended"}
    assert len(preview.adding.validated) == 1


@pytest.mark.parametrize("values", ["0,0", "7,9999999", "340642,"])
def test_coordinates_that_cannot_be_give_way_to_the_postcode(read: ReadText, values: str) -> None:
    preview = read(f"Ref,Name,Postcode,Easting,Northing\nA1,One,CH1 2HP,{values}\n")
    assert near_chester(position(preview))
    assert position(preview).source.startswith("postcode")
    assert [problem.severity for problem in preview.problems] == ["warning"]
    assert not preview.adding.validated


def test_coordinates_far_from_the_postcode_are_told(read: ReadText) -> None:
    preview = read("Ref,Name,Postcode,Easting,Northing\nA1,One,CH1 2HP,341900,366925\n")
    assert "1254 m from postcode CH1 2HP" in preview.problems[0].message
    assert position(preview).source.startswith("coordinates")


def test_a_mended_postcode_is_shown_and_counts_as_sound(read: ReadText) -> None:
    preview = read("Ref,Name,Postcode\nA1,One,CH65 OEZ\n")
    (problem,) = preview.problems
    assert (problem.row, problem.reference, problem.value) == (2, "A1", "CH65 OEZ")
    assert problem.severity == "mended"
    assert "CH65 0EZ" in problem.message
    assert len(preview.adding.validated) == 1


def test_an_unknown_postcode_is_placed_in_its_district_and_told(read: ReadText) -> None:
    preview = read("Ref,Name,Postcode\nA1,One,CH1 9ZZ\n")
    assert position(preview).source == "postcode district"
    assert "middle of CH1" in preview.problems[0].message
    assert not preview.adding.validated


def test_half_a_postcode_places_in_its_district(read: ReadText) -> None:
    preview = read("Ref,Name,Postcode\nA1,One,CH1\nA2,Two,CH41 1AA\n")
    assert position(preview).source == "postcode district"


def test_what_cannot_be_placed_is_kept_and_listed(read: ReadText) -> None:
    preview = read("Ref,Name,Postcode\nA1,One,ZE1 0AA\nA2,Two,\nA3,Three,rubbish\nA4,F,CH1 2HP\n")
    report = preview.report()
    assert (report["added"], report["placed"], report["unplaced"]) == (4, 1, 3)
    errors = [problem for problem in preview.problems if problem.severity == "error"]
    assert [problem.row for problem in errors] == [2, 3, 4]
    assert all(problem.message.startswith("Not on the map") for problem in errors)
    kept = preview.rows[2].site
    assert kept is not None
    assert kept.other == (("Postcode", "rubbish"),)


def test_a_postcode_at_the_end_of_the_address_is_used(read: ReadText) -> None:
    preview = read('Ref,Name,Address\nA1,One,"1 High Street, Chester CH1 2HP"\n')
    assert near_chester(position(preview))
    assert preview.problems == []
    assert "1 were taken from the addresses" in " ".join(preview.notes)


def test_without_a_gazetteer_one_message_tells_what_to_do(read: ReadText) -> None:
    rows = "".join(f"A{i},Hall {i},CH1 2HP\n" for i in range(5))
    preview = read("Ref,Name,Postcode\n" + rows, gazetteer=Gazetteer([]))
    first, *others = preview.problems
    assert first.row is None
    assert "5 sites" in first.message
    assert "gazetteer add" in first.remedy
    assert [problem.row for problem in others if problem.severity == "error"] == [2, 3, 4, 5, 6]
    assert not any("gazetteer add" in problem.remedy for problem in others)
    assert preview.report()["unplaced"] == 5
