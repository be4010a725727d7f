"""A real old hub of every version: refused with the way out, brought up to date, nothing lost.

`formats/` only ever grows: `hub_N.sql` is what made hubs of version N.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from psycopg import errors

from psnplanner import resource_files
from psnplanner.errors import UserError
from psnplanner.hub import connection, making
from psnplanner.hub.address import Address
from psnplanner.programme.edits import Amend
from psnplanner.programme.site import Wayleave
from psnplanner.session import Session
from psnplanner.session.hub import hub_address, hub_grant
from tests.hub.conftest import MINE, SECRET, SITES, THEIRS, Joining, as_user
from tests.hub.server import Server
from tests.hub.test_direct_sql import EVENT, TXN

FORMATS = Path(__file__).parent / "formats"


@pytest.fixture
def old(office: Session, url: str, server: Server, monkeypatch: pytest.MonkeyPatch) -> Address:
    """A hub as version 1 made it, with everything of the office's in it."""
    made = (FORMATS / "hub_1.sql").read_text("utf-8")
    # What describes the kinds of records is this version's, and tells one thing more of each.
    texts = {"hub.sql": f"{made}; ALTER TABLE entity ADD COLUMN derives text", "hub_rules.sql": ""}
    address = hub_address(url)
    with monkeypatch.context() as patch:
        patch.setattr(resource_files, "read_text", texts.__getitem__)
        patch.setattr(making, "VERSION", 1)
        patch.setattr(connection, "VERSION", 1)
        office.init_hub(address)
    with as_user(address) as db:
        db.execute("ALTER TABLE entity DROP COLUMN derives")
    return address


def test_an_older_hub_is_refused_then_brought_up_to_date(
    office: Session, old: Address, server: Server, join: Joining
) -> None:
    """By whoever made it; all that was in it stays, and the rules of this version hold."""
    office.do(Amend("site", [MINE.id], {"note": "made meanwhile"}))
    for refused in (lambda: office.sync(old), lambda: join(old, "early")):
        with pytest.raises(UserError, match=r"older PSN Planner .*its version is 1") as error:
            refused()
        assert "hub init" in error.value.remedy
    with as_user(old) as db:
        before = db.execute("SELECT dev, n, hash FROM txn ORDER BY dev, n").fetchall()
    assert office.init_hub(old).sent == 1
    with as_user(old) as db:
        after = db.execute("SELECT dev, n, hash FROM txn ORDER BY dev, n").fetchall()
        assert set(before) < set(after)
        assert db.execute("SELECT count(*) FROM sites").fetchone() == (len(SITES),)
    assert join(old, "new").state.tables == office.state.tables
    assert office.init_hub(old).sent == 0

    name = old.settings["dbname"]
    hub_grant(old, f"sue_{name}", "surveyor", sites=[MINE.reference], password=SECRET)
    values = json.dumps(json.dumps({1: MINE.id.hex()}))
    with as_user(hub_address(server.url(name, f"sue_{name}", SECRET))) as db:
        assert db.execute("SELECT reference FROM sites").fetchall() == [(MINE.reference,)]
        db.execute("BEGIN")
        db.execute(TXN)
        with pytest.raises(errors.InsufficientPrivilege):
            db.execute(EVENT, (7, Wayleave.id_for(THEIRS.id).hex(), 0, values))


def test_init_once_more_puts_in_the_rules_of_this_program(
    office: Session, hub: Address, server: Server
) -> None:
    """Also where the tables are of its version: a door that was too wide is narrowed."""
    rules = "SELECT count(*) FROM pg_trigger WHERE tgname LIKE '%check%' AND NOT tgisinternal"
    before = server.asked(rules, hub.settings["dbname"])
    with as_user(hub) as db:
        db.execute("DROP TRIGGER check_txns ON txn")
    assert office.init_hub(hub).sent == 0
    assert server.asked(rules, hub.settings["dbname"]) == before


def test_there_is_a_file_of_every_version() -> None:
    """A new version brings the one before it."""
    assert len(list(FORMATS.glob("hub_*.sql"))) == connection.VERSION - 1
