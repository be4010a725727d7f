"""What goes along with a record that is deleted, and what it is called."""

from __future__ import annotations

from datetime import date

from psnplanner.programme.boundary import Boundary
from psnplanner.programme.change import creation
from psnplanner.programme.edits import Create, Delete, plural
from psnplanner.programme.partner import Partner
from psnplanner.programme.state import State
from psnplanner.session import new_programme
from tests.conftest import ident

TODAY = date(2014, 6, 2)


def _after(state: State, edit: Create | Delete) -> State:
    return state.after(edit.propose(state, TODAY).changes)


def test_a_partner_leaves_its_areas_to_nobody() -> None:
    """They stay on the map, of no partner; no boundary names one that is gone."""
    area = '{"type": "Polygon", "coordinates": [[[-3, 53], [-2, 53], [-2, 54], [-3, 53]]]}'
    state = State().after([creation(new_programme())])
    state = _after(state, Create([Partner(id=ident("p"), name="Halton Council", kind="council")]))
    boundaries = [
        Boundary(id=ident(name), name=name, kind="council", partner=ident("p"), geometry=area)
        for name in ("Runcorn", "Widnes")
    ]
    state = _after(state, Create(boundaries))
    state = _after(state, Delete("partner", [ident("p")]))
    assert not state.partners
    assert [b.partner for b in state.boundaries.values()] == [None, None]


def test_several_boundaries_are_told_in_good_english() -> None:
    """And so in the history."""
    assert plural(2, "boundary") == "2 boundaries"
    state = State().after([creation(new_programme())])
    made = [Boundary(id=ident(n), name=n, kind="other", geometry="{}") for n in ("a", "b")]
    edit = Create(made)
    assert edit.propose(state, TODAY).label == "Add 2 boundaries"
    state = _after(state, edit)
    label = Delete("boundary", [b.id for b in made]).propose(state, TODAY).label
    assert label == "Delete 2 boundaries"
