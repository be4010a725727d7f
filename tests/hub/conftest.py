"""One server for all these tests, a database for each hub."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("psycopg")

import psycopg
from PIL import Image

from psnplanner.hub.address import Address
from psnplanner.programme.edits import AddSites, Amend, Create
from psnplanner.programme.partner import Partner
from psnplanner.programme.phase import Phase
from psnplanner.programme.stage_edits import RecordStage
from psnplanner.session import Session, new_programme
from psnplanner.session.hub import hub_address, hub_grant
from tests.conftest import Ticking, a_site, ident
from tests.hub.server import Server, programs

SITES = [a_site(number, node=None) for number in range(1, 7)]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A PostgreSQL server; these tests are left out where none is installed."""
    if programs() is None:
        pytest.skip("PostgreSQL 15 or later is not installed: apt-get install postgresql")
    made = Server()
    yield made
    made.end()


_numbers = itertools.count(1)


@pytest.fixture
def url(server: Server) -> str:
    """The address of an empty database."""
    return server.database(f"cm{next(_numbers)}")


@pytest.fixture
def hub(url: str, office: Session) -> Address:
    """A hub of the office's programme."""
    address = hub_address(url)
    office.init_hub(address)
    return address


@pytest.fixture
def office(tmp_path: Path, clock: Ticking) -> Iterator[Session]:
    """The programme of which a hub is made: a partner, two phases, six sites."""
    programme = new_programme(status_on=date(2014, 6, 2))
    with Session.create(tmp_path / "office.gpkg", programme, author="ann", clock=clock) as made:
        made.do(Create([Partner(id=ident("Halton Council"), name="Halton Council"),
                        Phase(id=ident("Phase 1"), name="Phase 1"),
                        Phase(id=ident("Phase 2"), name="Phase 2")], "Set up"))  # fmt: skip
        made.do(AddSites("list.csv", SITES))
        yield made


Joining = Callable[..., Session]


@pytest.fixture
def join(tmp_path: Path, clock: Ticking) -> Iterator[Joining]:
    """Joins a hub into a new file, under a name."""
    opened: list[Session] = []

    def made(address: Address, who: str) -> Session:
        opened.append(Session.join_hub(address, tmp_path / f"{who}.gpkg", author=who, clock=clock))
        return opened[-1]

    yield made
    for session in opened:
        session.close()


MINE, THEIRS = SITES[0], SITES[1]
SECRET = "s3cret-of-theirs"


@pytest.fixture
def login(server: Server, url: str) -> Iterator[Callable[..., Address]]:
    """Makes a login with a role at the hub of this test, and gives its address."""
    made = []

    def make(role: str, **given: Any) -> Address:
        who = f"{role}_{url.rpartition('/')[2]}"
        made.append(who)
        hub_grant(hub_address(url), who, role, password=SECRET, **given)
        return hub_address(server.url(url.rpartition("/")[2], who, SECRET))

    return make


def as_user(address: Address) -> Any:
    """A plain connection of a user, as psql has it."""
    return psycopg.connect(**address.parameters(), autocommit=True,
                           options="-c search_path=psnplanner")  # fmt: skip


@pytest.fixture
def surveyor(office: Session, hub: Address, login: Callable[..., Address]) -> Address:
    """A surveyor of one site; another site has something to hide."""
    office.do(Amend("site", [THEIRS.id], {"note": "the safe is behind the boiler"}))
    office.do(RecordStage(THEIRS.id, "desktop_survey", "in progress", note="nobody's business"))
    picture = BytesIO()
    Image.new("RGB", (4, 4), "blue").save(picture, "PNG")
    office.add_photograph(THEIRS.id, picture.getvalue(), name="safe.png")
    office.sync(hub)
    return login("surveyor", sites=[MINE.reference])
