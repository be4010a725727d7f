"""A boundary finds the partner of its name."""

from __future__ import annotations

from psnplanner.intake.boundary_partners import SURE, match_partners
from psnplanner.programme.partner import Partner
from tests.conftest import ident

NAMES = ("St Helens Council", "Cheshire East Council", "Cheshire Constabulary", "Wirral MBC",
         "Cheshire West and Chester", "Cheshire Fire and Rescue Service")  # fmt: skip
PARTNERS = [
    Partner(id=ident(name), name=name, kind="council" if "C" in name else "other") for name in NAMES
]


def test_names_are_compared_without_their_organisations_words() -> None:
    """As maps write them, and as lists do."""
    names = ["St. Helens", "Wirral District (B)", "Cheshire East", "Cheshire West & Chester"]
    found = match_partners(names, PARTNERS, "council")
    assert found["St. Helens"] == (ident("St Helens Council"), SURE)
    assert found["Cheshire West & Chester"].partner == ident("Cheshire West and Chester")
    assert found["Cheshire East"].partner == ident("Cheshire East Council")


def test_a_slip_is_proposed_and_a_stranger_is_not() -> None:
    """Alike but not the same says so; one that fits two is left to the person."""
    found = match_partners(["Wirrall", "Manchester", "", "Cheshire"], PARTNERS)
    assert found.keys() == {"Wirrall"}
    assert 80 < found["Wirrall"].likeness < SURE
    assert match_partners(["Cheshire"], PARTNERS, "police")["Cheshire"].partner == ident(
        "Cheshire Constabulary"
    )
