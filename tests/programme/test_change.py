"""Changes: their inverses, and what a transaction keeps of several to one field."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from psnplanner.programme.change import (
    CREATED,
    Change,
    coalesced,
    creation,
    deletion,
    difference,
    inverse,
)
from psnplanner.programme.site import Site
from psnplanner.programme.state import State

SITE = Site(id=b"s" * 16, reference="A", name="Before", annual_cost_pence=5)
VALUES = st.fixed_dictionaries(
    {}, optional={"name": st.text(max_size=3), "annual_cost_pence": st.none() | st.integers(0, 9)}
)


def with_site() -> State:
    """A state with one site."""
    return State().after([creation(SITE)])


def test_a_creation_carries_only_what_differs_from_the_defaults() -> None:
    """Compact in the journal, and frozen with it."""
    assert creation(SITE).new == {"reference": "A", "name": "Before", "annual_cost_pence": 5}


@given(st.lists(VALUES, max_size=5))
def test_coalesced_changes_do_what_all_of_them_did(edits: list[dict[str, object]]) -> None:
    """And their inverse takes all of it back."""
    state, all_changes = with_site(), []
    for values in edits:
        changes = difference(state.sites[SITE.id], values)
        state = state.after(changes)
        all_changes += changes
    kept = coalesced(all_changes)
    assert with_site().after(kept).tables == state.tables
    assert len({change.field for change in kept}) == len(kept)
    assert state.after(inverse(kept)).tables == with_site().tables


@given(VALUES)
def test_a_field_set_on_a_new_record_is_part_of_its_creation(values: dict[str, object]) -> None:
    """One event in the journal, whatever was set after."""
    changes = [creation(SITE), *difference(SITE, values)]
    (kept,) = coalesced(changes)
    assert kept.field == CREATED
    assert State().after([kept]).tables == State().after(changes).tables


def test_a_record_that_comes_and_goes_is_gone() -> None:
    """Created and deleted in one transaction, and taken back, there is nothing."""
    changes = coalesced([creation(SITE), deletion(SITE)])
    state = State().after(changes)
    assert not state.sites
    assert not state.after(inverse(changes)).sites


def test_what_this_version_does_not_know_is_passed_over() -> None:
    """A newer version's field or kind of record does no harm here."""
    state = with_site()
    unknown = [
        Change("site", SITE.id, "of_the_future", None, 1),
        Change("drone", b"d" * 16, CREATED, None, {}),
        Change("site", b"x" * 16, "name", "", "nobody"),
    ]
    assert state.after(unknown).tables == state.tables
