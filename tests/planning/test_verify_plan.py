"""The verifier finds each kind of breach: it does not trust the planner."""

import dataclasses

import pytest

from psnplanner.errors import Bug
from psnplanner.planning.horizon import Horizon
from psnplanner.planning.plan import Options, propose
from psnplanner.planning.verify_plan import check, verify
from psnplanner.programme.edits import ApplyPlan
from tests.planning.programmes import CALENDAR, TODAY, ident, programme, site, towns


@pytest.fixture(scope="module")
def state():  # type: ignore[no-untyped-def]
    return programme(*towns(60))


@pytest.fixture(scope="module")
def edit(state) -> ApplyPlan:  # type: ignore[no-untyped-def]
    return propose(state, TODAY, CALENDAR, Options(seconds=0.001)).edit


def breaches(state, edit, unplanned=frozenset()):  # type: ignore[no-untyped-def]
    return check(state, edit, unplanned, Horizon(state, TODAY, CALENDAR))


def test_a_sound_plan_has_none(state, edit) -> None:  # type: ignore[no-untyped-def]
    assert breaches(state, edit) == []


def test_a_phase_too_full(state, edit) -> None:  # type: ignore[no-untyped-def]
    crowd = {i: {**values, "phase": edit.phases[-1].id} for i, values in edit.sites.items()}
    found = breaches(state, dataclasses.replace(edit, sites=crowd))
    assert any("crew-days and is given" in each for each in found)


def test_a_site_forgotten(state, edit) -> None:  # type: ignore[no-untyped-def]
    some = dict(list(edit.sites.items())[1:])
    assert any(
        "neither planned nor" in b for b in breaches(state, dataclasses.replace(edit, sites=some))
    )


def test_a_node_too_late(state, edit) -> None:  # type: ignore[no-untyped-def]
    late = [dataclasses.replace(n, planned_on=edit.phases[-1].ends_on) for n in edit.nodes]
    found = breaches(state, dataclasses.replace(edit, nodes=late))
    assert any("before its node" in each for each in found)


def test_a_site_whose_wayleave_comes_too_late(state, edit) -> None:  # type: ignore[no-untyped-def]
    first = edit.phases[0]
    leased = programme(site(1, tenure="leased"), first)
    early = ApplyPlan([first], edit.nodes, {ident(1): {"phase": first.id, "node": None}})
    found = breaches(leased, early)
    assert "S0001 cannot be started before Phase 1 is over" in found


def test_a_locked_site_moved(state, edit) -> None:  # type: ignore[no-untyped-def]
    first, second = edit.phases[:2]
    held = programme(site(1, phase=first.id, locked=True), first, second)
    moved = ApplyPlan([], [], {ident(1): {"phase": second.id}})
    assert any("must stay" in each for each in breaches(held, moved))
    with pytest.raises(Bug, match="must stay"):
        verify(held, moved, frozenset(), Horizon(held, TODAY, CALENDAR))
