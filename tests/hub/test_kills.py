"""Exactly once, whoever is killed: a few of the steps here, all by `tests.benchmarks hub`."""

from __future__ import annotations

import os

import pytest

from psnplanner.hub.address import Address
from psnplanner.programme.edits import Amend
from psnplanner.session import Session
from psnplanner.session.hub import Unreachable
from tests.conftest import Ticking
from tests.hub.conftest import SITES, Joining
from tests.hub.killing import Laptops, Steps
from tests.hub.server import Server

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills need processes to fork")


def test_a_laptop_killed_in_the_middle_of_a_sync(
    server: Server, url: str, office: Session, hub: Address, join: Joining, clock: Ticking
) -> None:
    """At steps all along it: the next sync completes it, and nothing is there twice."""
    bob = join(hub, "bob")
    bob.close()
    made = 0

    def both(number: int) -> list[tuple[bytes, str]]:
        office.do(Amend("site", [SITES[number % 6].id], {"contact": f"ann {number}"}))
        office.sync(hub)
        return [(SITES[(number + 1) % 6].id, f"bob {number}")]

    with Laptops() as laptops:
        steps = laptops.sync(bob.path, url, "bob", both(0), clock())["steps"]
        assert steps > 20
        for number, at in enumerate(range(2, steps, max(1, steps // 9)), 1):
            told = laptops.sync(bob.path, url, "bob", both(number), clock(), at)
            assert told["killed"], at
            made = number
        assert laptops.sync(bob.path, url, "bob", [], clock())["steps"] > 0
    office.sync(hub)
    with Session.open(bob.path, read_only=True) as bob_again:
        assert bob_again.state.tables == office.state.tables
        assert bob_again.vector() == office.vector()
        assert bob_again.verify() == []
    told = [t.label for t in office.transactions() if t.author == "bob"]
    assert len(told) == made + 1
    name = hub.settings["dbname"]
    assert server.asked("SELECT sum(n) FROM psnplanner.device", name) == server.asked(
        "SELECT count(*) FROM psnplanner.txn", name
    )


def test_the_server_killed_in_the_middle_of_a_sync(
    server: Server, office: Session, hub: Address, join: Joining
) -> None:
    """What it had acknowledged it has; the rest goes with the next sync."""
    bob = join(hub, "bob")
    with Steps(0, lambda: None) as whole:
        bob.do(Amend("site", [SITES[0].id], {"note": "first"}))
        bob.sync(hub)
    for at in (whole.count // 3, whole.count * 2 // 3):
        bob.do(Amend("site", [SITES[0].id], {"note": f"{at}"}))
        with Steps(at, server.kill), pytest.raises(Unreachable):
            bob.sync(hub)
        server.start()
    bob.sync(hub)
    office.sync(hub)
    assert office.state.tables == bob.state.tables
    assert office.vector() == bob.vector()
    assert office.verify() == []
