"""What to fix first: the thing that holds a programme up is named, and what it is worth."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from psnplanner.planning.forecast import Options, forecast
from psnplanner.planning.forecast_result import Forecast
from psnplanner.planning.what_to_fix import Cause
from psnplanner.programme.node import Node
from psnplanner.programme.site import Wayleave
from psnplanner.programme.state import State
from tests.planning.forecast_cases import PRESENT, nothing_shared, plain_programme
from tests.planning.programmes import CALENDAR, ident, programme, site


def asked(state: State, runs: int = 3_000) -> Forecast:
    """Its forecast."""
    return forecast(state, PRESENT, CALENDAR, Options(runs))


def one(found: Forecast, kind: str) -> Cause:
    """The first cause of a kind."""
    return next(cause for cause in found.causes if cause.kind == kind)


def test_a_single_site_is_worth_what_the_others_are_without_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Four alike, 0.9467 each: without one of them 0.9467 cubed instead of to the fourth."""
    nothing_shared(monkeypatch)
    state = plain_programme(4, (0, 10, 40), go_live_on=CALENDAR.add(PRESENT, 32))
    chance = 1 - 8 * 8 / (40 * 30)
    found = asked(state, 10_000)
    assert {cause.kind for cause in found.causes} >= {"site"}
    assert one(found, "site").gain == pytest.approx(chance**3 - chance**4, abs=0.015)


def test_a_node_that_is_late_comes_before_its_sites() -> None:
    """All is ready but the node: nothing else is worth as much."""
    nodes = [Node(id=ident(600), name="Early", live_on=date(2014, 1, 6)),
             Node(id=ident(601), name="Late", planned_on=date(2014, 9, 1))]  # fmt: skip
    sites = [site(n, node=ident(600 + n % 2), access="existing fibre") for n in range(1, 13)]
    found = asked(programme(*nodes, *sites, go_live_on=date(2014, 9, 10)), 500)
    node = found.causes[0]
    assert (node.kind, node.name) == ("node", "Late")
    assert set(node.sites) == {s.id for s in sites if s.node == ident(601)}
    assert node.gain > 0.5
    assert "behind node Late" in node.sentence
    assert "chance would be" in node.sentence


def test_one_landlord_of_many_sites_is_named() -> None:
    """Wayleaves that wait on him are one cause."""
    sites = [site(n, tenure="leased" if n <= 4 else "owned") for n in range(1, 12)]
    wayleaves = [
        Wayleave(id=Wayleave.id_for(ident(n)), site=ident(n), state="requested",
                 requested_on=date(2014, 2, 3), landowner="Marl Green Parish Council")
        for n in range(1, 5)
    ]  # fmt: skip
    found = asked(programme(*sites, *wayleaves, go_live_on=date(2014, 7, 1)), 1_000)
    landlord = one(found, "landlord")
    assert landlord.name == "Marl Green Parish Council"
    assert len(landlord.sites) == 4
    assert landlord.working_days > 10
    granted = [dataclasses.replace(w, state="granted") for w in wayleaves]
    free = programme(*sites, *granted, go_live_on=date(2014, 7, 1))
    assert asked(free, 1_000).probability > found.probability + 0.1


def test_a_supplier_is_worth_what_his_good_runs_are() -> None:
    """One supplier does everything: his best third is better than the whole."""
    state = plain_programme(30, (10, 20, 40), go_live_on=CALENDAR.add(PRESENT, 40))
    supplier = one(asked(state), "supplier")
    assert supplier.name == "Updata"
    assert supplier.gain > 0.1
    assert supplier.sentence.startswith("If Updata works as fast as in its best third of runs,")


def test_at_most_ten_and_never_only_of_one_kind() -> None:
    """A list a person can act on, in one order, each with a sentence."""
    sites = [site(n, tenure="leased", partner=ident(10_000 + n % 7)) for n in range(1, 60)]
    found = asked(programme(*sites, go_live_on=date(2014, 9, 1)), 400)
    assert 0 < len(found.causes) <= 10
    assert sum(cause.kind == "site" for cause in found.causes) <= 4
    assert all(cause.sentence.endswith(".") for cause in found.causes)
