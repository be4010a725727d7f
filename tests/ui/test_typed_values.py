"""Days and places as people type them."""

from __future__ import annotations

from datetime import date

import pytest

from psnplanner.errors import UserError
from psnplanner.geography.grid import grid_reference
from psnplanner.ui.typed_values import BY_HAND, day_of, place_of, place_words


@pytest.mark.parametrize(
    "words", ["3 Jun 2014", "3 june 2014", "3/6/2014", "03/06/14", "2014-06-03", " 3.6.2014 "]
)
def test_days(words: str) -> None:
    """Day before month, as the United Kingdom writes it."""
    assert day_of(words) == date(2014, 6, 3)


def test_no_day_and_no_sense() -> None:
    """Nothing clears a date; anything else is refused with the way to write it."""
    assert day_of("  ") is None
    for words in ("31/2/2014", "June", "6/13/2014", "3 Jun 214"):
        with pytest.raises(UserError, match="no date"):
            day_of(words)


def test_degrees() -> None:
    """With a sign or a letter, with its accuracy by the digits given; read back as written."""
    found = place_of("53.4048, -2.9916")
    assert (found.latitude, found.longitude, found.source) == (53.4048, -2.9916, BY_HAND)
    assert found.accuracy_m == pytest.approx(11.1)
    assert place_of("53.4048° N 2.9916° W")[:2] == (53.4048, -2.9916)
    assert place_of(place_words(found))[:2] == found[:2]
    assert place_of("53.4, -2.9").accuracy_m == pytest.approx(11_100)


@pytest.mark.parametrize("words", ["SJ 3409 9031", "sj34099031", "SJ 34090 90310", "334095 390315"])
def test_grid_references(words: str) -> None:
    """The Liver Building, by letters or by metres; the other way round gives the square again."""
    found = place_of(words)
    assert grid_reference(found.latitude, found.longitude) == "SJ 3409 9031"
    assert found.accuracy_m == 10


@pytest.mark.parametrize("words", ["SJ 340 90311", "12, 99", "somewhere", "SJ 3", "999999 9999999"])
def test_what_is_no_place(words: str) -> None:
    """Refused, with the ways to say it."""
    with pytest.raises(UserError) as refused:
        place_of(words)
    assert refused.value.remedy


def test_a_postcode_without_a_gazetteer(own_home: None) -> None:
    """Says where to add one."""
    with pytest.raises(UserError, match="no postcode gazetteer") as refused:
        place_of("CH41 1AA")
    assert "Postcode gazetteer" in refused.value.remedy
