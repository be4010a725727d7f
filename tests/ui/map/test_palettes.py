"""Every palette of the map can be told apart by every eye, by day and by night."""

from __future__ import annotations

from itertools import combinations

import pytest

from psnplanner.style import base_colour, palette, phase_colour
from tests.ui.map.eyes import EYES, distance

APART = {"status": 19.5, "phase": 25, "partner": 17, "risk": 20, "lateness": 20}
"""The least distance between two colours of a palette. About 2.3 is the least that is seen."""


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("name", APART)
def test_no_two_colours_of_a_palette_are_alike(name: str, eye: str) -> None:
    """For normal eyes and for the three kinds of colour blindness."""
    pairs = combinations(palette(name).values(), 2)
    nearest = min((distance(one, other, eye), one, other) for one, other in pairs)
    assert nearest[0] > APART[name], nearest


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("name", APART)
def test_colours_stand_off_from_the_land(name: str, eye: str) -> None:
    """Also the palest: with its dark rim it is a site and not a hole in the map."""
    land = base_colour("land")
    assert min(distance(colour, land, eye) for colour in palette(name).values()) > 7


def test_phases_wear_their_palette_in_turn() -> None:
    """The outline and the sites of a phase have one colour."""
    colours = list(palette("phase").values())
    assert [phase_colour(index) for index in range(len(colours))] == colours
    assert phase_colour(len(colours)) == colours[0]


def test_the_measure_knows_red_from_green_only_where_an_eye_does() -> None:
    """What a deuteranope confuses is near for him and far for the rest."""
    red, green = "#a05000", "#506400"
    assert distance(red, green, "normal") > 2 * distance(red, green, "deuteranope")
