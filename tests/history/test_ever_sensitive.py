"""Which buildings were ever sensitive, and under which names and places they were known."""

from __future__ import annotations

from psnplanner.history.ever_sensitive import ever_sensitive
from psnplanner.programme.change import Change, creation, deletion
from psnplanner.programme.site import Site
from psnplanner.programme.state import State

HOSTEL = Site(id=b"h" * 16, reference="S1", name="Old Mill Hostel")
MARKED = Site(id=b"m" * 16, reference="S2", name="Larkspur Refuge", sensitive=True)


def _set(site: Site, field: str, value: object) -> Change:
    return Change("site", site.id, field, None, value)


def _found(state: State, *changes: Change) -> list[str]:
    return [site.name for site in ever_sensitive(state, changes)]


def test_every_name_of_a_marked_site_is_told_also_those_from_before() -> None:
    changes = [creation(HOSTEL), _set(HOSTEL, "name", "Refuge"), _set(HOSTEL, "sensitive", True)]
    names = ["Old Mill Hostel", "Refuge", "Refuge"]
    assert _found(State().after(changes), *changes) == names
    gone = [*changes, deletion(HOSTEL)]
    assert _found(State().after([*changes, deletion(HOSTEL)]), *gone) == names


def test_a_mark_taken_back_counts_only_where_the_site_is_gone() -> None:
    changes = [creation(MARKED), _set(MARKED, "sensitive", False), creation(HOSTEL)]
    assert _found(State().after(changes), *changes) == []
    gone = [*changes, deletion(MARKED)]
    assert _found(State().after(gone), *gone) == ["Larkspur Refuge"] * 2
