"""What every test shares: a home of its own, no display, and a small programme."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from psnplanner import apart, home
from psnplanner.programme.edits import AddSites, Create
from psnplanner.programme.node import Node
from psnplanner.programme.partner import Certificate, Partner
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import Position, derived_id
from psnplanner.programme.site import Site
from psnplanner.session import Session, new_programme

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Machines are shared and noisy: how long an example takes says nothing of the code.
settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")

SHARED = Path(__file__).parents[1].parent / "shared"


_TRIED_TWICE = ("ui", "hub", "faults", "hostile")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test of these rooms that fails is tried once more, and named in the summary.

    Real clicks and timers, real servers and kills, limits of processor time, on a machine that
    others load: among so many one goes astray now and then. The other rooms' tests have no such
    excuse and no second try.
    """
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and item.path.relative_to(here).parts[0] in _TRIED_TWICE:
            item.add_marker(pytest.mark.flaky(reruns=1))


def ident(name: str) -> bytes:
    """The same id for the same name, so that tests can say which record they mean."""
    return derived_id(bytes(16), name)


class Ticking:
    """A clock that a test sets: it moves on a second each time it is read."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def __call__(self) -> datetime:
        """The next instant."""
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for each test's home: `mktemp` would look through all those before, each time."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in count())


@pytest.fixture(autouse=True)
def own_home(homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees or alters the person's own gazetteer and settings."""
    own = next(homes)
    own.mkdir()
    monkeypatch.setenv("PSNPLANNER_HOME", str(own))
    home.machine.cache_clear()


def done_here(function: str, given: Mapping[str, Any], **_limits: object) -> Any:
    """What `apart.call` comes to, without the process."""
    module, _, name = function.partition(":")
    made = getattr(importlib.import_module(module), name)(**json.loads(json.dumps(given)))
    return json.loads(json.dumps(made))


@pytest.fixture(autouse=True)
def apart_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process apart does with a stranger's file is done in this one: half a second less.

    `tests/intake/test_apart.py` and `python -m tests.benchmarks hostile` have it done apart.
    """
    monkeypatch.setattr(apart, "call", done_here)


@pytest.fixture
def clock() -> Ticking:
    """Mid 2014, ticking."""
    return Ticking(datetime(2014, 6, 2, 9, tzinfo=UTC))


@pytest.fixture
def session(tmp_path: Path, clock: Ticking) -> Iterator[Session]:
    """An open programme without sites, its present day 2 June 2014."""
    programme = new_programme(status_on=date(2014, 6, 2))
    with Session.create(tmp_path / "cm.gpkg", programme, author="office", clock=clock) as made:
        yield made


SiteMaker = Callable[..., Site]


def a_site(number: int = 1, **values: object) -> Site:
    """A site of Halton that is ready for anything: placed, with partner, node and phase."""
    given = {
        "reference": f"S{number:03}",
        "name": f"Site {number}",
        "kind": "School",
        "partner": ident("Halton Council"),
        "node": ident("Runcorn"),
        "phase": ident("Phase 1"),
        "position": Position(53.33 + number % 7 / 100, -2.73 + number % 5 / 100, "test", 10.0),
        "access": "existing duct",
        "tenure": "owned",
        "annual_cost_pence": 80_000,
    }
    return Site(id=ident(f"site {number}"), **(given | values))


@pytest.fixture
def with_sites(session: Session) -> Session:
    """The programme with a partner, a live node, two phases and three sites, first stage done."""
    session.do(
        Create(
            [
                Partner(id=ident("Halton Council"), name="Halton Council", kind="council"),
                Certificate(
                    id=ident("certificate"),
                    partner=ident("Halton Council"),
                    valid_from=date(2014, 1, 1),
                    valid_to=date(2015, 12, 31),
                ),
                Node(
                    id=ident("Runcorn"),
                    name="Runcorn",
                    position=Position(53.33, -2.7, "test", 5.0),
                    live_on=date(2014, 3, 3),
                ),
                Phase(
                    id=ident("Phase 1"),
                    name="Phase 1",
                    starts_on=date(2014, 4, 1),
                    ends_on=date(2014, 6, 30),
                    capacity_days=40.0,
                    order=1,
                ),
                Phase(
                    id=ident("Phase 2"),
                    name="Phase 2",
                    starts_on=date(2014, 7, 1),
                    ends_on=date(2014, 9, 30),
                    capacity_days=40.0,
                    order=2,
                ),
            ],
            "Set up",
        )
    )
    sites = [a_site(number) for number in (1, 2, 3)]
    session.do(AddSites("list.csv", sites, validated=frozenset(s.id for s in sites)))
    return session
