"""Many cells set by one edit, with the rules each kind of cell follows."""

from __future__ import annotations

from datetime import date

import pytest

from psnplanner.errors import UserError
from psnplanner.programme.cell_edits import SetCells, refusals, stage_column, stage_of
from psnplanner.programme.change import creation
from psnplanner.programme.edits import Amend
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import derived_id
from psnplanner.programme.site import Site
from psnplanner.programme.state import PROGRAMME_ID, Programme, State
from psnplanner.resource_files import read_text

TODAY = date(2014, 6, 2)


def ident(name: str) -> bytes:
    """The same id for the same name."""
    return derived_id(bytes(16), name)


PILOT, SECOND = ident("pilot"), ident("second")
A, B, C = ident("a"), ident("b"), ident("c")


@pytest.fixture
def state() -> State:
    """Three sites, one locked to the pilot."""
    programme = Programme(
        id=PROGRAMME_ID,
        name="CM",
        starts_on=date(2014, 3, 3),
        status_on=TODAY,
        workflow=read_text("workflow.toml"),
    )
    records = [
        programme,
        Phase(id=PILOT, name="Pilot"),
        Phase(id=SECOND, name="Second"),
        Site(id=A, reference="A1", name="Town hall", tenure="leased", access="new dig"),
        Site(id=B, reference="B1", name="Library", phase=PILOT, locked=True),
        Site(id=C, reference="C1", name="Depot", priority="low"),
    ]
    return State().after(creation(record) for record in records)


def after(state: State, values: dict) -> State:
    """The state once these cells are set."""
    return state.after(SetCells(values, "Set").propose(state, TODAY).changes)


def test_fields_stages_and_wayleave_in_one(state: State) -> None:
    """Each site's values, the rules of stages kept, one label."""
    done = stage_column("data_validated", "done")
    values = {
        A: {"priority": "high", "annual_cost_pence": 120_000, "wayleave": "requested"},
        C: {"priority": "", done: date(2014, 5, 6), stage_column("site_survey", "planned"): TODAY},
    }
    proposal = SetCells(values, "Paste 6 cells of 2 sites").propose(state, TODAY)
    assert proposal.label == "Paste 6 cells of 2 sites"
    assert proposal.effective_on == date(2014, 5, 6)
    made = state.after(proposal.changes)
    assert made.sites[A].priority == "high"
    assert made.sites[A].annual_cost_pence == 120_000
    wayleave = made.wayleave_of(A)
    assert wayleave is not None
    assert wayleave.state == "requested"
    assert made.stages_of(A)["wayleave"].state == "waiting"
    assert made.sites[C].priority == ""
    record = made.stages_of(C)["data_validated"]
    assert (record.state, record.actual_on) == ("done", date(2014, 5, 6))
    assert made.stages_of(C)["site_survey"].planned_on == TODAY


def test_stages_of_one_site_are_seen_in_order(state: State) -> None:
    """The second rests on the first, within one edit."""
    values = {
        A: {
            stage_column("data_validated", "done"): date(2014, 5, 6),
            stage_column("desktop_survey", "done"): date(2014, 5, 9),
        }
    }
    assert after(state, values).stages_of(A)["desktop_survey"].state == "done"
    with pytest.raises(UserError, match="cannot be done"):
        after(state, {A: {stage_column("desktop_survey", "done"): date(2014, 5, 9)}})


def test_a_lock_holds(state: State) -> None:
    """Unless the same edit unlocks."""
    with pytest.raises(UserError, match="locked"):
        after(state, {B: {"phase": SECOND}})
    assert after(state, {B: {"phase": SECOND, "locked": False}}).sites[B].phase == SECOND
    assert after(state, {B: {"phase": PILOT, "note": "x"}}).sites[B].note == "x"


def test_what_cannot_be_cleared_or_set(state: State) -> None:
    """A wayleave, a stage's day, a column of no stage; a site that is gone."""
    for column in (
        "wayleave",
        stage_column("site_survey", "done"),
        stage_column("site_survey", "state"),
    ):
        with pytest.raises(UserError):
            after(state, {A: {column: None}})
    with pytest.raises(UserError):
        after(state, {A: {stage_column("nonsense", "done"): TODAY}})
    with pytest.raises(UserError, match="no longer"):
        after(state, {ident("gone"): {"note": "x"}})


def test_the_status_date_moves_to_the_furthest_day(state: State) -> None:
    """Whatever the order of the sites."""
    state = state.after(
        Amend("programme", [PROGRAMME_ID], {"status_on": date(2014, 5, 1)})
        .propose(state, TODAY)
        .changes
    )
    column = stage_column("data_validated", "done")
    made = after(state, {A: {column: date(2014, 5, 20)}, C: {column: date(2014, 5, 10)}})
    assert made.programme.status_on == date(2014, 5, 20)


def test_refusals_name_their_cells(state: State) -> None:
    """One bad cell does not spoil the others; two of one reference are both refused."""
    column = stage_column("desktop_survey", "done")
    values = {
        A: {"note": "fine", column: date(2014, 5, 6), "reference": "Z9"},
        B: {"phase": SECOND, "priority": "urgent"},
        C: {"reference": "z9", "annual_cost_pence": -5},
    }
    found = refusals(state, TODAY, values)
    assert set(found) == {
        (A, column),
        (A, "reference"),
        (B, "phase"),
        (B, "priority"),
        (C, "reference"),
        (C, "annual_cost_pence"),
    }
    assert "already" in found[A, "reference"].what
    assert not refusals(state, TODAY, {A: {"reference": "a1"}, C: {"reference": "Z9"}})
    assert set(refusals(state, TODAY, {A: {"reference": "C1"}})) == {(A, "reference")}
    swapped = {A: {"reference": "C1"}, C: {"reference": "A1"}}
    assert not refusals(state, TODAY, swapped)


def test_names_of_columns() -> None:
    """A stage's key may hold dots and dashes; other columns are none of a stage."""
    assert stage_of(stage_column("a.b-c", "done")) == ("a.b-c", "done")
    assert stage_of("note") is None
    assert stage_of("stage.live.colour") is None
