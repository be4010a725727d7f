"""Boundaries come in one transaction, and a file added again draws them anew."""

from __future__ import annotations

import pytest

from psnplanner.errors import UserError
from psnplanner.programme.boundary import Boundary
from psnplanner.programme.boundary_edits import AddBoundaries, removal
from psnplanner.session import Session
from tests.conftest import ident


def area(name: str, geometry: str = "{}", **values: object) -> Boundary:
    values = {"kind": "council", "source": "c.geojson"} | values
    return Boundary(id=ident(f"{name}{geometry}"), name=name, geometry=geometry, **values)


def test_added_again_they_are_drawn_anew(with_sites: Session) -> None:
    """Colour and partner stay as they were set; undo brings the old outline back."""
    session, partner = with_sites, ident("Halton Council")
    made = session.do(AddBoundaries([area("Halton", "a", colour="#112233"), area("Sefton")], "c"))
    assert made.label == "Add 2 boundaries from c"
    made = session.do(
        AddBoundaries([area("HALTON", "b", partner=partner), area("Wirral")], "d.kml")
    )
    assert made.label == "Add 1 boundary, redraw 1 from d.kml"
    found = {b.name: b for b in session.state.boundaries.values()}
    assert found.keys() == {"Halton", "Sefton", "Wirral"}
    assert (found["Halton"].geometry, found["Halton"].partner) == ("b", partner)
    assert found["Halton"].colour == "#112233"
    session.undo()
    assert {b.geometry for b in session.state.boundaries.values()} == {"a", "{}"}


def test_a_partner_that_is_gone_refuses_all(with_sites: Session) -> None:
    """Nothing half done."""
    with pytest.raises(UserError, match="no longer in the programme"):
        with_sites.do(AddBoundaries([area("A"), area("B", partner=ident("nobody"))], "c"))
    assert not with_sites.state.boundaries


def test_removal_is_one_step(with_sites: Session) -> None:
    """Said in proper words."""
    with_sites.do(AddBoundaries([area("A"), area("B")], "c"))
    made = with_sites.do(removal(list(with_sites.state.boundaries.values())))
    assert made.label == "Remove 2 boundaries"
    assert not with_sites.state.boundaries
    with_sites.undo()
    assert len(with_sites.state.boundaries) == 2
