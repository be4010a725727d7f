"""What direct SQL is refused, whoever tries: the hub trusts no program, ours included."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from datetime import date

import psycopg
import pytest
from psycopg import errors

from psnplanner.file.in_step import hash_after
from psnplanner.hub.address import Address
from psnplanner.programme.edits import Amend
from psnplanner.programme.site import StageRecord, Wayleave
from psnplanner.programme.stage_edits import RecordStage, SetWayleave
from psnplanner.programme.travel import Sent, SentEvent
from psnplanner.session import Session
from psnplanner.session.hub import hub_address, hub_grant
from tests.conftest import ident
from tests.hub.conftest import MINE, SECRET, THEIRS, Joining, as_user
from tests.hub.server import Server

Login = Callable[..., Address]
TXN = (
    "INSERT INTO txn (dev, n, hlc, author, kind, label, effective_on, ctx_whole, cnt, hash) "
    "VALUES (7, 1, 5, 's', 'edit', 'l', '2014-06-02', false, 1, 'h')"
)
EVENT = (
    "INSERT INTO event (dev, n, i, hlc, ent, record, fld, val) VALUES (7, 1, 0, 5, %s, %s, %s, %s)"
)


def test_direct_sql_shows_a_surveyor_no_other_site(surveyor: Address) -> None:
    """Not in the journal, the current state, the views, the photographs or the headers."""
    with as_user(surveyor) as db:
        for table in ("event", "slot"):
            found = {row[0] for row in db.execute(f"SELECT site FROM {table}".encode())}
            assert {ident_.bytes for ident_ in found if ident_} == {MINE.id}, table
            assert not db.execute(f"SELECT FROM {table} t WHERE t::text LIKE '%%boiler%%'"
                                  .encode()).fetchall()  # fmt: skip
        assert [row[0] for row in db.execute("SELECT reference FROM sites")] == [MINE.reference]
        assert db.execute("SELECT count(*) FROM partners").fetchone() == (1,)
        for hidden in ("txn", "picture", "photographs", "stages", "field_packs", "saved_views"):
            assert db.execute(f"SELECT FROM {hidden}".encode()).fetchall() == [], hidden
        with pytest.raises(errors.InsufficientPrivilege):
            db.execute("SELECT * FROM belongs")
        assert db.execute("SELECT count(*) FROM assignment").fetchone() == (1,)


STATEMENTS = {
    "another's site": "INSERT INTO event (dev, n, i, hlc, ent, record, fld, val) "
    "VALUES (7, 1, 0, 5, 5, '{theirs}', 19, '\"x\"')",
    "a stage of another's site": "INSERT INTO event (dev, n, i, hlc, ent, record, fld, val) "
    "VALUES (7, 1, 0, 5, 6, '{stage}', 9, '\"x\"')",
    "the removal of an own site": "INSERT INTO event (dev, n, i, hlc, ent, record, fld, val) "
    "VALUES (7, 1, 0, 5, 5, '{mine}', -1, '\"{{}}\"')",
    "a phase": "INSERT INTO event (dev, n, i, hlc, ent, record, fld, val) "
    "VALUES (7, 1, 0, 5, 4, '{phase}', 1, '\"x\"')",
    "whose it is": "INSERT INTO event (dev, n, i, hlc, ent, record, fld, val, site) "
    "VALUES (7, 1, 0, 5, 5, '{theirs}', 19, '\"x\"', '{mine}')",
    "the current state": "UPDATE slot SET val = '1'",
    "the journal": "UPDATE event SET val = '1'",
    "its loss": "DELETE FROM txn",
    "the sites": "INSERT INTO assignment VALUES (session_user, '{theirs}')",
    "a device": "UPDATE device SET n = 0",
    "photographs": "INSERT INTO picture VALUES ('x', 'x')",
    "its own rights": "ALTER TABLE event DISABLE ROW LEVEL SECURITY",
}  # fmt: skip


def test_direct_sql_lets_a_surveyor_write_no_other_site(server: Server, surveyor: Address) -> None:
    """Not even with a transaction of their own round it."""
    stage = server.asked("SELECT id FROM psnplanner.stages", surveyor.settings["dbname"])
    for words in STATEMENTS.values():
        statement = words.format(
            mine=MINE.id.hex(), theirs=THEIRS.id.hex(), phase=ident("Phase 1").hex(), stage=stage
        )
        with as_user(surveyor) as db:
            db.execute("BEGIN")
            db.execute(TXN)
            with pytest.raises(errors.InsufficientPrivilege):
                db.execute(statement.encode())
            db.execute("ROLLBACK")


def test_the_hub_itself_keeps_the_journals_order(surveyor: Address) -> None:
    """No gap, no half transaction, no clock of another century, no other person's device."""
    for words, refused in (
        ("VALUES (8, 2, 5, '', '', '', '', false, 0, '')", "PS001"),
        ("VALUES (8, 1, 5, '', '', '', '', false, 1, '')", "PS006"),
        ("VALUES (8, 1, 9000000000000000000, '', '', '', '', false, 0, '')", "PS004"),
        ("SELECT dev, n + 1, hlc + 1, '', '', '', '', false, 0, '' FROM device", "PS003"),
    ):
        with as_user(surveyor) as db, pytest.raises(psycopg.Error) as error:
            db.execute(
                "INSERT INTO txn (dev, n, hlc, author, kind, label, effective_on, ctx_whole, cnt, "
                f"hash) {words}".encode()
            )
        assert error.value.sqlstate == refused


def test_nobody_alters_or_removes_what_is_there(server: Server, hub: Address, login: Login) -> None:
    """Not a row of any table, a table, a rule or a trigger; only a planner takes sites away."""
    columns = dict(server.asked_all(
        "SELECT table_name, min(column_name) FROM information_schema.columns JOIN pg_tables "
        "ON tablename = table_name WHERE table_schema = 'psnplanner' AND is_identity = 'NO' "
        "GROUP BY 1",
        hub.settings["dbname"],
    ))  # fmt: skip
    assert {"txn", "event", "slot", "device", "assignment", "picture", "hub"} <= columns.keys()
    statements = [
        "SET SESSION AUTHORIZATION owner", "SET ROLE owner", "CREATE TABLE mine (a int)",
        "SET session_replication_role = replica", "DROP SCHEMA psnplanner CASCADE",
        "ALTER FUNCTION is_planner RENAME TO was", "DROP POLICY own_sites ON event",
        "SELECT fold_again(5, gen_random_uuid())", "DROP TRIGGER check_txns ON txn",
        "GRANT SELECT ON belongs TO PUBLIC",
    ]  # fmt: skip
    for table, column in columns.items():
        statements += [
            f"UPDATE {table} SET {column} = {column} WHERE false", f"TRUNCATE {table}",
            f"ALTER TABLE {table} DISABLE TRIGGER ALL", f"DROP TABLE {table}",
        ]  # fmt: skip
    removals = {table: f"DELETE FROM {table} WHERE false" for table in columns}
    for role, given in (("reader", {}), ("surveyor", {"sites": [MINE.reference]}), ("planner", {})):
        with as_user(login(role, **given)) as db:
            for statement in (*statements, *removals.values()):
                if role == "planner" and statement == removals["assignment"]:
                    continue
                with pytest.raises(psycopg.Error) as error:
                    db.execute(statement.encode())
                assert error.value.sqlstate == "42501", f"{role}: {statement}: {error.value}"


def test_a_reader_writes_nothing(login: Login, hub: Address) -> None:
    """No transaction, no change, no photograph, and no device is begun."""
    with as_user(login("reader")) as db:
        for statement in (
            TXN, "INSERT INTO event (dev, n, i, hlc, ent, record, fld) "
            "SELECT 7, 1, 0, 5, 5, record, 19 FROM event LIMIT 1",
            "SELECT open_devices(ARRAY[7])", "SELECT keep_picture('x')",
            "INSERT INTO assignment SELECT session_user, record FROM slot LIMIT 1",
        ):  # fmt: skip
            with pytest.raises(errors.InsufficientPrivilege):
                db.execute(statement.encode())


def test_a_planner_adds_to_history_and_rewrites_none(login: Login, hub: Address) -> None:
    """A number again, a change slipped into an old transaction, one before the last: refused."""
    again = (
        "INSERT INTO txn (dev, n, hlc, author, kind, label, effective_on, ctx_whole, cnt, hash) "
        "SELECT dev, {}, {}, author, kind, label, effective_on, false, {}, hash FROM txn "
        "ORDER BY n DESC LIMIT 1"
    )
    slipped = (
        "INSERT INTO event (dev, n, i, hlc, ent, record, fld, val) "
        "SELECT dev, n, i + 1000, hlc, ent, record, 19, '\"a lie\"' FROM event LIMIT 1"
    )
    for statement, refused in (
        (again.format("n", "hlc + 1", 0), ("PS001", "23505")),
        (again.format("n + 1", "hlc - 1", 0), ("PS001",)),
        (again.format("n + 2", "hlc + 1", 0), ("PS001",)),
        (again.format("n + 1", "hlc + 1", 1), ("PS006",)),
        (slipped, ("PS006",)),
    ):
        with as_user(login("planner")) as db, pytest.raises(psycopg.Error) as error:
            db.execute(statement.encode())
        assert error.value.sqlstate in refused, statement


def test_a_surveyor_cannot_claim_the_place_of_anothers_work(surveyor: Address) -> None:
    """An id that follows from another site, begun or removed as if it were of their own."""
    values = {1: MINE.id.hex(), 2: "cpe"}
    ids = {6: lambda site: StageRecord.id_for(site, "cpe"), 7: Wayleave.id_for}
    for ent, fld in itertools.product(ids, (0, -1)):
        for site, mine in ((MINE.id, True), (THEIRS.id, False)):
            given = (ent, ids[ent](site).hex(), fld, json.dumps(json.dumps(values)))
            with as_user(surveyor) as db, db.transaction(force_rollback=True):
                db.execute(TXN)
                if mine:
                    db.execute(EVENT, given)
                    continue
                with pytest.raises(errors.InsufficientPrivilege):
                    db.execute(EVENT, given)


def test_a_surveyors_own_derived_records_go(
    office: Session, hub: Address, surveyor: Address, join: Joining
) -> None:
    """A stage, a wayleave, and a gate passed by authority: the hub works out the same ids."""
    out = join(surveyor, "sue")
    out.do(SetWayleave(MINE.id, "requested", date(2014, 6, 2)))
    out.do(RecordStage(MINE.id, "cpe", "done", date(2014, 6, 2), override="by order", by="sue"))
    assert out.sync(surveyor).refused == ()
    office.sync(hub)
    assert office.state.overrides.keys() == out.state.overrides.keys() != set()
    assert office.state.wayleaves.keys() >= out.state.wayleaves.keys() != set()


WHOLE = TXN.replace("'h')", "%s)")


@pytest.mark.parametrize(
    ("value", "true_hash", "why"),
    [(None, True, "cannot be read"), ("fine", False, "is not what that device wrote")],
)
def test_what_no_copy_can_take_keeps_nothing_else_from_arriving(
    server: Server,
    office: Session,
    hub: Address,
    surveyor: Address,
    join: Joining,
    value: object,
    true_hash: bool,
    why: str,
) -> None:
    """A surveyor may write what they like to their own site: it stays at the hub, and is told."""
    event = SentEvent(5, MINE.id, 19, value)
    sent = Sent(5, 7, 1, "s", "edit", "l", "2014-06-02", None, None, (event,))
    digest = hash_after(b"", sent) if true_hash else b"h"
    with as_user(surveyor) as db, db.transaction():
        db.execute(WHOLE, (digest,))
        db.execute(EVENT, (5, MINE.id.hex(), 19, json.dumps(value)))
    # An honest surveyor, whose file stands on all that the hub has; and a new laptop.
    name = hub.settings["dbname"]
    hub_grant(hub, f"bob_{name}", "surveyor", sites=[THEIRS.reference], password=SECRET)
    bobs = hub_address(server.url(name, f"bob_{name}", SECRET))
    bob, ann = join(bobs, "bob"), join(hub, "new")
    bob.do(Amend("site", [THEIRS.id], {"note": "seen by bob"}))
    assert bob.sync(bobs).sent == 1
    for copy in (office, ann):
        (told,) = copy.sync(hub).held
        assert f"“l” by s (number 1 of device 7) {why}: it stays there" in told
        assert copy.state.sites[THEIRS.id].note == "seen by bob"
        assert copy.state.sites[MINE.id] == MINE
        assert copy.verify() == []
        assert copy.sync(hub).received == 0
    assert server.asked("SELECT count(*) FROM psnplanner.event WHERE dev = 7", name) == 1
    assert join(surveyor, "sue").state.sites[MINE.id].name == MINE.name
