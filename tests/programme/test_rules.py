"""What the write door never lets in, whatever edit brings it."""

from __future__ import annotations

from datetime import date

import pytest

from psnplanner.errors import UserError
from psnplanner.programme.edits import Amend, Create, Delete, Edit
from psnplanner.programme.node import Node
from psnplanner.programme.partner import Certificate, Partner
from psnplanner.programme.phase import ClosedWindow, Phase
from psnplanner.programme.record import Position, Record, new_id
from psnplanner.programme.site import Site
from psnplanner.programme.state import PROGRAMME_ID, Programme
from psnplanner.session import Session
from tests.conftest import ident

ONE = ident("site 1")
JANUARY, MARCH = date(2015, 1, 1), date(2015, 3, 1)


def amend(**values: object) -> Edit:
    """A change to site 1."""
    return Amend("site", [ONE], values)


def create(record: Record) -> Edit:
    """A new record."""
    return Create([record])


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (amend(effort_days=float("inf")), "inf cannot be the effort days of the site S001"),
        (amend(effort_days=float("nan")), "nan cannot be"),
        (amend(annual_cost_pence=-5), "-5 cannot be the annual cost"),
        (amend(annual_cost_pence=10**24), "cannot be the annual cost"),
        (amend(access="banana"), "“banana” cannot be the access of the site S001"),
        (amend(tenure="Owned"), "Use one of: owned, leased, third party"),
        (amend(position=Position(float("nan"), 0.0)), "degrees of latitude"),
        (amend(position=Position(91.0, 0.0)), "degrees of latitude"),
        (amend(reference="s002"), "There is a site S00. already|There is a site s002 already"),
        (create(Site(id=new_id(), reference="S001")), "There is a site S001 already"),
        (create(Partner(id=new_id(), name="halton council")), "partner halton council already"),
        (create(Phase(id=new_id(), name="Phase 1")), "There is a phase Phase 1 already"),
        (
            create(Phase(id=new_id(), name="P", starts_on=MARCH, ends_on=JANUARY)),
            "end on 1 January 2015, before it begins on 1 March 2015",
        ),
        (
            create(ClosedWindow(id=new_id(), name="C", starts_on=MARCH, ends_on=JANUARY)),
            "before it begins",
        ),
        (
            create(
                Certificate(
                    id=new_id(),
                    partner=ident("Halton Council"),
                    valid_from=MARCH,
                    valid_to=JANUARY,
                )
            ),
            "The certificate of halton council would end",
        ),
        (Amend("phase", [ident("Phase 1")], {"ends_on": date(2013, 1, 1)}), "before it begins"),
        (Amend("phase", [ident("Phase 1")], {"capacity_days": -5.0}), "capacity days"),
        (Amend("node", [ident("Runcorn")], {"parent": ident("Runcorn")}), "hang on itself"),
        (create(Programme(id=new_id(), name="Second")), "one programme"),
        (
            Amend("programme", [PROGRAMME_ID], {"go_live_on": date(2013, 1, 1)}),
            "before it begins on 3 March 2014",
        ),
        (Delete("partner", [ident("Halton Council")]), "still has sites"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    with_sites: Session, edit: Edit, said: str
) -> None:
    """One message that says which record and what would do."""
    before = with_sites.state
    with pytest.raises(UserError, match=said):
        with_sites.do(edit)
    assert with_sites.state is before
    assert with_sites.verify() == []


def test_a_loop_of_nodes_is_refused(with_sites: Session) -> None:
    """However long the way round."""
    child = Node(id=ident("Widnes"), name="Widnes", parent=ident("Runcorn"))
    with_sites.do(Create([child]))
    with pytest.raises(UserError, match="Node Runcorn would hang on itself"):
        with_sites.do(Amend("node", [ident("Runcorn")], {"parent": child.id}))


def test_a_locked_site_keeps_its_phase_by_any_door(with_sites: Session) -> None:
    """Unless it is unlocked in the same breath."""
    with_sites.do(amend(locked=True))
    with pytest.raises(UserError, match="locked to a phase"):
        with_sites.do(amend(phase=ident("Phase 2")))
    with_sites.do(amend(phase=ident("Phase 2"), locked=False))
    assert with_sites.state.sites[ONE].phase == ident("Phase 2")


def test_the_same_name_in_another_kind_is_fine(with_sites: Session) -> None:
    """A node may be called as a phase is, and two sites may share a name."""
    with_sites.do(Create([Node(id=new_id(), name="Phase 1")]))
    with_sites.do(amend(name="Site 2"))
