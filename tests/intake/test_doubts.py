"""Positions that cannot be right, and which of two contradicting ones is believed."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from psnplanner.geography.code_point import Positions, postcode_keys
from psnplanner.geography.gazetteer import Gazetteer, Release
from psnplanner.geography.grid import bng_to_wgs84
from psnplanner.geography.online import Online
from psnplanner.geography.uprn import UprnTable
from psnplanner.intake.preview import Preview
from psnplanner.programme.edits import AddSites
from psnplanner.programme.record import Position
from psnplanner.programme.state import State
from tests.conftest import a_site
from tests.geography.test_online import Fake
from tests.intake.conftest import ReadText

GRID = "Ref,Name,Address,Partner,Postcode,Easting,Northing\n"
CHESTER = 'A{0},Hall {0},"{0} Long Lane, Chester",Chester Council,CH1 2HP,34{0}42,366925\n'
NEIGHBOURS = "".join(CHESTER.format(number) for number in range(10, 15))


def position(preview: Preview, row: int = 0) -> Position:
    site = preview.rows[row].site
    assert site is not None
    assert site.position is not None
    return site.position


def told(preview: Preview, row: int) -> list[str]:
    return [problem.message for problem in preview.problems if problem.row == row]


@pytest.mark.parametrize(
    ("heading", "value", "accuracy_m"),
    [
        ("Grid reference", "SJ 4064 6692", 10.0),
        ("Map ref", "sj4066", 1000.0),
        ("WKT", "POINT (340642 366925)", 10.0),
        ("Geometry", "SRID=4326;Point Z(-2.8893 53.1955 12)", 11.1),
        ("Coordinates", "53.19553, -2.88931", 10.0),
        ("Where is it", "(53.19553 -2.88931)", 10.0),
    ],
)
def test_coordinates_in_one_cell(
    read: ReadText, heading: str, value: str, accuracy_m: float
) -> None:
    preview = read(f'Ref,Name,Postcode,{heading}\nA1,One,CH1 2HP,"{value}"\n')
    at = position(preview)
    assert at.latitude == pytest.approx(53.1955, abs=0.01)
    assert at.source.startswith("coordinates of the list")
    assert at.accuracy_m == pytest.approx(accuracy_m, abs=0.1)
    assert preview.problems == []


def test_swapped_in_one_cell_is_mended_and_shown(read: ReadText) -> None:
    preview = read('Ref,Name,Lat Long\nA1,One,"-2.8893, 53.1955"\n')
    (problem,) = preview.problems
    assert (problem.column, problem.value) == ("Lat Long", "-2.8893, 53.1955")
    assert "each other's columns" in problem.message
    assert position(preview).latitude == pytest.approx(53.1955)


def test_a_cell_that_is_no_place_is_told(read: ReadText) -> None:
    preview = read("Ref,Name,Postcode,Grid ref\nA1,One,CH1 2HP,behind the church\n")
    assert "neither a grid reference" in preview.problems[0].message


def test_in_the_sea(read: ReadText) -> None:
    preview = read("Ref,Name,Latitude,Longitude\nA1,One,53.6,-3.6\nA2,Pier,53.4435,-3.045\n")
    assert "in the sea" in told(preview, 2)[0]
    assert told(preview, 3) == []


def test_far_outside_the_area(read: ReadText) -> None:
    rows = "".join(f"A{n},Hall {n},53.{n},-2.{n}\n" for n in range(30, 45))
    preview = read(f"Ref,Name,Latitude,Longitude\n{rows}B1,Stray,51.5012,-0.1234\n")
    assert "outside the programme's area" in told(preview, 17)[0]
    assert [p.row for p in preview.problems] == [17]


def test_the_postcode_is_wrong_where_the_address_and_the_neighbours_say_so(read: ReadText) -> None:
    stray = 'B1,Stray,"1 High Street, Chester",Chester Council,L31 8BW,340700,366900\n'
    preview = read(GRID + NEIGHBOURS + stray)
    (message,) = told(preview, 7)
    assert "36 km from postcode L31 8BW: the postcode is probably the wrong one" in message
    assert "near Chester, as the address says" in message
    assert "other sites of Chester Council" in message
    assert position(preview, 5).source.startswith("coordinates")


def test_the_coordinates_are_wrong_and_the_postcode_places_the_site(read: ReadText) -> None:
    stray = 'B1,Stray,"1 High Street, Chester",Chester Council,CH1 2HP,337800,402500\n'
    preview = read(GRID + NEIGHBOURS + stray)
    (message,) = told(preview, 7)
    assert "the coordinates are probably wrong" in message
    assert "Placed by the postcode" in message
    assert position(preview, 5).source.startswith("postcode")
    assert not {row.site.id for row in preview.rows[5:] if row.site} & preview.adding.validated


def test_no_sign_either_way_is_not_guessed(read: ReadText) -> None:
    preview = read(GRID + 'B1,Stray,"1 High Street, Nowhere",,CH1 2HP,337801,402501\n')
    assert "one of the two is wrong" in " ".join(told(preview, 2))
    assert position(preview).source.startswith("coordinates")


def test_an_ended_postcode_is_found_in_an_older_release_and_told(
    read: ReadText, gazetteer: Gazetteer
) -> None:
    old = Positions(
        postcode_keys(["CH993AB"]), np.array([340_000], np.int32),
        np.array([367_000], np.int32), np.array([10], np.uint8),
    )  # fmt: skip
    held = [*gazetteer._held, (Release("2009-05", Path("none"), 1, 0), old)]
    preview = read("Ref,Name,Postcode\nA1,One,CH99 3AB\n", gazetteer=Gazetteer(held))
    (problem,) = preview.problems
    assert problem.message == (
        "Postcode CH99 3AB is in Code-Point Open 2009-05 but no longer in Code-Point Open "
        "2014-08: it has ended."
    )
    assert position(preview).source == "postcode (Code-Point Open 2009-05)"
    assert len(preview.adding.validated) == 1


def test_a_uprn_places_before_the_postcode_and_after_coordinates(read: ReadText) -> None:
    lats, lons = bng_to_wgs84(340_650, 366_930)
    units = np.array([[round(float(lats[0]) * 1e7), round(float(lons[0]) * 1e7)]], np.int32)
    table = UprnTable(np.array([100012604936], np.uint64), units)
    rows = "A1,One,CH1 2HP,100012604936,,\nA2,Two,CH1 2HP,100012604936,340642,366925\n"
    preview = read(
        f"Ref,Name,Postcode,UPRN,Easting,Northing\n{rows}A3,Three,CH1 2HP,77012345,,\n",
        uprns=table,
    )
    sources = [position(preview, row).source.split(" (")[0] for row in range(3)]
    assert sources == ["UPRN table", "coordinates of the list", "postcode"]
    assert dataclasses.astuple(preview.problems[0])[0] == 3  # the same UPRN twice, nothing else


def test_online_is_asked_only_where_switched_on_and_only_for_the_rest(read: ReadText) -> None:
    text = (
        "Ref,Name,Address,Postcode\nA1,One,,CH1 2HP\n"
        'A2,Two,"1 Lacey Street, Widnes",\nA3,Three,"1 Lost Lane, Widnes",\n'
    )
    assert read(text).report()["unplaced"] == 2
    fake = Fake()
    preview = read(text, online=Online(fake, seconds_apart=0))
    assert fake.asked == ["1 Lacey Street, Widnes", "1 Lost Lane, Widnes"]
    assert position(preview, 1).source.startswith("online address (Fake, ")
    assert "Placed by its address" in told(preview, 3)[-1]
    assert told(preview, 4)[-1] == "Still not on the map: Fake does not know the address."


def test_nobody_outside_is_asked_about_a_sensitive_site(read: ReadText, empty: State) -> None:
    """Whether the list says that it is one, or only the programme, and however it is misspelt."""
    held = a_site(7, name="Zebedee House", reference="ZX-7", sensitive=True,
                  address="7 Quux Lane, Widnes")  # fmt: skip
    state = empty.after(AddSites("x.csv", [held]).propose(empty, date(2014, 6, 2)).changes)
    fake = Fake()
    preview = read(
        "Ref,Name,Address,Sensitive\nA1,One,31 Church Road,no\nA2,Two,2 Lacey Street,yes\n"
        "ZX-7,House,1 Other Street,\nA4,Four,7 QUUX LANE Widnes,\nA5,Zebedee house,,\n"
        "A6,Six,7 Qux Lnae,\nA7,Hose Zebede,9 Elsewhere Row,\nA8,Ate,Rear of 2 Lacy Street Runcorn,"
        "\nA9,Nine,3 Mill Brow,perhaps\n",
        online=Online(fake, seconds_apart=0), state=state,
    )  # fmt: skip
    assert fake.asked == ["31 Church Road"]
    for row in (3, 4, 5, 6, 7, 8, 9, 10):
        assert any("the site is sensitive" in words for words in told(preview, row))


def test_a_network_that_is_down_leaves_the_row_with_the_reason(read: ReadText) -> None:
    fake = Fake()
    fake.down = True
    text = 'Ref,Name,Address,Postcode\nA1,One,"1 Lacey Street, Widnes",\n'
    preview = read(text, online=Online(fake, seconds_apart=0))
    assert preview.report()["unplaced"] == 1
    assert "did not answer" in told(preview, 2)[-1]
