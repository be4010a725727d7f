"""Which sites the field list shows."""

from __future__ import annotations

import pytest

from psnplanner.programme.edits import Amend
from psnplanner.programme.record import Position
from psnplanner.session import Session
from psnplanner.ui.field.finding import Finder, Here, is_place
from tests.conftest import ident

NEAR_TWO = Here(Position(53.3501, -2.71, "test"), "there")


@pytest.mark.parametrize(
    "words", ["CH41 1AA", "l22nr", "SJ 3409 9031", "sj340903", "53.4048, -2.9916", "334090 390310"]
)
def test_places_are_known_from_their_look(words: str) -> None:
    """Postcodes, grid references and degrees."""
    assert is_place(words)


@pytest.mark.parametrize("words", ["", "library", "CM0012", "St Mary's", "CH41", "site 2"])
def test_names_and_references_are_no_places(words: str) -> None:
    """Half a postcode is a search, too."""
    assert not is_place(words)


def test_the_nearest_come_first_with_distance_and_direction(with_sites: Session) -> None:
    """All of them, ordered over the ground."""
    found = Finder(with_sites.state).find("", NEAR_TWO)
    assert found[0].id == ident("site 2")
    assert found[0].away.endswith(" m south")
    assert len(found) == 3


def test_a_search_is_by_every_word_and_without_a_place_by_name(with_sites: Session) -> None:
    """Partner, reference, kind: any of them."""
    finder = Finder(with_sites.state)
    assert [f.id for f in finder.find("halton s003", None)] == [ident("site 3")]
    names = [with_sites.state.sites[f.id].name for f in finder.find("school", None)]
    assert names == ["Site 1", "Site 2", "Site 3"]
    assert finder.find("castle", None) == []


def test_a_site_off_the_map_is_still_found_by_name(with_sites: Session) -> None:
    """But is near nothing."""
    with_sites.do(Amend("site", [ident("site 1")], {"position": None}))
    finder = Finder(with_sites.state)
    assert ident("site 1") not in [f.id for f in finder.find("", NEAR_TWO)]
    assert finder.find("S001", NEAR_TWO)[0].away == "not on the map yet"
