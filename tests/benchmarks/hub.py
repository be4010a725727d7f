"""The hub: throughput, kills, and many devices over years.

`python -m tests.benchmarks hub` prints what 8 clients exchange at once; `--kills N` kills clients
at every step of a sync and at random moments, N in all, and the server every 25th time; `--scale
N` has 200 devices make N changes as they would in five years, and measures what it costs. The
server is PostgreSQL's own, on loopback, with every setting of durability as it comes.
"""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from psnplanner.errors import UserError
from psnplanner.programme.edits import AddSites, Amend
from psnplanner.session import Session, new_programme
from psnplanner.session.hub import hub_address
from tests.benchmarks import _hub_years
from tests.conftest import a_site
from tests.hub.killing import Laptops
from tests.hub.server import Server, programs

CLIENTS, SECONDS = 8, 20.0
SITES = 200


def run(
    seconds: float = SECONDS, kills: int = 0, scale: int = 0, seed: int = 1
) -> list[dict[str, Any]]:
    """The rows of one table."""
    if programs() is None:
        return [{"hub": "PostgreSQL 15 or later is not installed"}]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PSNPLANNER_HOME"] = f"{folder}/home"
        server = Server(durable=True, settings=["log_statement=none", "max_wal_size=4GB"])
        try:
            if kills:
                return _killed(server, Path(folder), kills, random.Random(seed))
            if scale:
                return _hub_years.run(server, Path(folder), scale, seed)
            return [_wire(server, Path(folder), seconds), _laptops(server, Path(folder), seconds)]
        finally:
            server.end()


def _office(server: Server, folder: Path, name: str) -> tuple[Session, str]:
    listed = [a_site(n, partner=None, node=None, phase=None) for n in range(SITES)]
    office = Session.create(folder / f"{name}.gpkg", new_programme(), author="office")
    office.do(AddSites("list", listed))
    url = server.database(name)
    office.init_hub(hub_address(url))
    return office, url


def _wire(server: Server, folder: Path, seconds: float) -> dict[str, Any]:
    """What the hub takes: 8 connections that send transactions made beforehand."""
    office, url = _office(server, folder, "wire")
    office.close()
    told = _hub_years.flood(hub_address(url), CLIENTS, seconds)
    return {"hub": f"{CLIENTS} connections, batches of 20 transactions", **told}


def _laptops(server: Server, folder: Path, seconds: float) -> dict[str, Any]:
    """The whole way: 8 laptops, each a process with a file of its own, edit and sync at once."""
    office, url = _office(server, folder, "laptops")
    paths = [folder / f"laptop{n}.gpkg" for n in range(CLIENTS)]
    for n, path in enumerate(paths):
        Session.join_hub(hub_address(url), path, author=f"laptop {n}").close()
    command = [sys.executable, "-m", "tests.benchmarks._hub_years"]
    start = time.monotonic()
    running = [
        subprocess.Popen([*command, str(path), url, str(seconds), str(n)], stdout=subprocess.PIPE)
        for n, path in enumerate(paths)
    ]
    counts = [list(map(int, p.communicate()[0].split())) for p in running]
    took = time.monotonic() - start
    for path in paths:
        _sync(path, url)
    for path in paths:
        _sync(path, url)
    office.sync(hub_address(url))
    alike = all(_state(path) == office.state.tables for path in paths)
    sent, received = sum(c[0] for c in counts), sum(c[1] for c in counts)
    office.close()
    return {
        "hub": f"{CLIENTS} laptops that edit and sync", "seconds": round(took, 1),
        "changes": sent, "changes/s": round(sent / took), "taken in/s": round(received / took),
        "all alike": "yes" if alike else "NO",
    }  # fmt: skip


def _sync(path: Path, url: str) -> None:
    with Session.open(path) as session:
        session.sync(hub_address(url))


def _state(path: Path) -> Any:
    with Session.open(path, read_only=True) as session:
        assert session.verify() == []
        return session.state.tables


def _killed(server: Server, folder: Path, wanted: int, dice: random.Random
            ) -> list[dict[str, Any]]:  # fmt: skip
    """Kill laptops at steps and at random moments, and the server, until there were enough."""
    office, url = _office(server, folder, "kills")
    idents, address = sorted(office.state.sites), hub_address(url)
    bob = folder / "bob.gpkg"
    Session.join_hub(address, bob, author="bob").close()
    died = {"a laptop, at a step": 0, "a laptop, at any moment": 0, "the server": 0}
    made: list[str] = []

    def note() -> list[tuple[bytes, str]]:
        number = len(made)
        for part in "ab":  # two transactions, which arrive whole or not at all
            told = {"contact": f"ann {number}{part}"}
            office.do(Amend("site", [dice.choice(idents)], told))
        office.sync(address)
        made.append(f"bob {number}")
        return [(dice.choice(idents), made[-1])]

    with Laptops() as laptops:

        def bob_syncs(kill_at: int = 0, kill_after_s: float = 0) -> dict[str, Any]:
            now = datetime.now(UTC)
            return laptops.sync(bob, url, "bob", note(), now, kill_at, kill_after_s)

        steps, turn = bob_syncs()["steps"], 0
        while sum(died.values()) < wanted:
            turn += 1
            if turn % 25 == 0:
                killer = threading.Timer(0.05 + dice.random() * 0.2, server.kill)
                killer.start()
                with contextlib.suppress(UserError):  # the office's own part of it
                    bob_syncs()
                killer.join()
                server.start()
                died["the server"] += 1
            elif turn % 2:
                died["a laptop, at a step"] += bob_syncs(dice.randint(1, steps))["killed"]
            else:
                after = 0.005 + dice.random() * 0.2
                died["a laptop, at any moment"] += bob_syncs(kill_after_s=after)["killed"]
        bob_syncs()
    for _ in range(2):
        _sync(bob, url)
        office.sync(address)
    return _counted(server, office, bob, made, died)


def _counted(
    server: Server, office: Session, bob: Path, made: list[str], died: dict[str, int]
) -> list[dict[str, Any]]:
    """Of every note that was made, how many are nowhere, and how many are there twice."""
    with Session.open(bob, read_only=True) as session:
        alike = session.state.tables == office.state.tables and session.vector() == office.vector()
        sound = session.verify() == office.verify() == []
    kept = Counter(
        event.val for item in office.sent() for event in item.events
        if isinstance(event.val, str) and event.val.startswith("bob ")
    )  # fmt: skip
    there = server.asked("SELECT count(*) FROM psnplanner.txn", "kills")
    here = len(office.transactions())
    office.close()
    outcome = {
        "both alike": "yes" if alike else "NO", "sound": "yes" if sound else "NO",
        "notes": len(made), "lost": sum(text not in kept for text in made),
        "twice": sum(count > 1 for count in kept.values()), "transactions": here,
        "at the hub": there,
    }  # fmt: skip
    return [{"killed": what, "times": times, **outcome} for what, times in died.items()]
