"""What direct SQL is refused, whoever tries: the hub trusts no program, ours included."""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Callable
from datetime import date
from typing import Any

import psycopg
import pytest
from psycopg import errors

from psnplanner.file.in_step import hash_after
from psnplanner.hub.address import Address
from psnplanner.hub.making import _TYPES, view_name
from psnplanner.programme.edits import Amend
from psnplanner.programme.record import fields_of
from psnplanner.programme.site import Site, StageRecord, Wayleave
from psnplanner.programme.stage_edits import RecordStage, SetWayleave
from psnplanner.programme.state import PROGRAMME_ID, RECORD_TYPES, Programme
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
LATE = 1_420_000_000_000 << 16
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


def test_a_surveyor_cannot_hand_a_record_to_another_site(surveyor: Address) -> None:
    """Not by creating it once more, nor by values that show one site and mean another."""
    of_mine, of_theirs = (json.dumps({1: site.id.hex(), 2: "cpe"}) for site in (MINE, THEIRS))
    stage, photograph = StageRecord.id_for(MINE.id, "cpe").hex(), ident("a photograph").hex()
    disguise = {"shown": of_mine, "odd": of_theirs.encode().hex()}
    both = json.dumps({1: MINE.id.hex(), "01": THEIRS.id.hex()})
    with as_user(surveyor) as db:
        db.execute("BEGIN")
        db.execute(TXN.replace("1, 'h'", "2, 'h'"))
        for i, (ent, record) in enumerate(((6, stage), (13, photograph))):
            values = (ent, record, 0, json.dumps(of_mine))
            db.execute(EVENT.replace("7, 1, 0", f"7, 1, {i}"), values)
        db.execute("COMMIT")
    for record, value in (
        (stage, of_theirs), (photograph, of_theirs), (ident("new").hex(), disguise),
        (ident("new").hex(), {"shown": of_mine, "hex": of_theirs.encode().hex()}),
        (ident("new").hex(), both), (photograph, both),
    ):  # fmt: skip
        for fld in (0, -1):
            with as_user(surveyor) as db, db.transaction(force_rollback=True):
                db.execute(TXN.replace("7, 1, 5", "7, 2, 6"))
                given = (6 if record == stage else 13, record, fld, json.dumps(value))
                with pytest.raises(psycopg.Error) as error:
                    db.execute(EVENT.replace("7, 1, 0, 5", "7, 2, 0, 6"), given)
                assert error.value.sqlstate in ("42501", "PS007"), value


def test_what_no_program_sends_is_refused_at_the_door(
    office: Session, surveyor: Address, login: Login
) -> None:
    """It would keep others from syncing, fill the hub, or take back what is not theirs."""
    anns = "{}.{}".format(*office.transactions()[-1].key)
    columns = "dev, n, hlc, undo_of, exact, ctx_ords, ctx_ns, hash, label"
    rest = ", author, kind, effective_on, ctx_whole, cnt"
    for rows, refused in (
        ("(9, 1, 7, NULL, NULL, NULL, NULL, 'h', 'l'), (9, 2, 6, NULL, NULL, NULL, NULL, 'h', 'l')",
         "PS007"),
        ("(0, 1, 5, NULL, NULL, NULL, NULL, 'h', 'l')", "PS007"),
        ("(9, 1, 5, NULL, NULL, '{1}', '{NULL}', 'h', 'l')", "PS007"),
        ("(9, 1, 5, NULL, NULL, '{1}', '{-1}', 'h', 'l')", "PS007"),
        ("(9, 1, 5, NULL, NULL, '{1}', NULL, 'h', 'l')", "PS007"),
        ("(9, 1, 5, NULL, NULL, NULL, NULL, repeat('x', 99)::bytea, 'l')", "PS007"),
        ("(9, 1, 5, NULL, NULL, NULL, NULL, 'h', repeat('x', 1000001))", "PS007"),
        (f"(9, 1, 5, '{anns}', NULL, NULL, NULL, 'h', 'l')", "42501"),
        (f"""(9, 1, 5, NULL, '["s","undo","l","2014-06-02","{anns}"]', NULL, NULL, 'h', 'l')""",
         "42501"),
    ):  # fmt: skip
        listed = rows.replace("l')", "l', 's', 'edit', '2014-06-02', false, 0)")
        listed = listed.replace("1))", "1), 's', 'edit', '2014-06-02', false, 0)")
        with as_user(surveyor) as db, pytest.raises(psycopg.Error) as error:
            db.execute(f"INSERT INTO txn ({columns}{rest}) VALUES {listed}".encode())
        assert error.value.sqlstate == refused, rows
    for statement in (
        "SELECT open_devices(ARRAY(SELECT generate_series(1, 2000)::bigint))",
        "SELECT keep_picture(repeat('x', 50000001)::bytea)",
    ):
        with as_user(surveyor) as db, pytest.raises(psycopg.Error) as error:
            db.execute(statement.encode())
        assert error.value.sqlstate == "PS007"


BAD: list[object] = [
    "garbage",
    "2014-02-30",
    "today",
    10**30,
    1e-300,
    [1, "x"],
    True,
    {"shown": "q"},
]


def test_no_value_breaks_a_view_or_anybodys_copy(
    server: Server, office: Session, hub: Address, surveyor: Address, login: Login, join: Joining
) -> None:
    """In every field that a surveyor may write, and in a planner's headers and creations."""
    places = [(5, MINE.id, field.number) for field in fields_of(Site).values()]
    places.append((1, PROGRAMME_ID, fields_of(Programme)["status_on"].number))
    texts = [json.dumps(value) for value in BAD] + ["[" * 2000 + "]" * 2000, "9" * 5000]
    numbers = itertools.count(100)

    def put(db: psycopg.Connection[Any], slot: tuple[int, bytes, int], text: str) -> None:
        ent, record, fld = slot
        dev, value = next(numbers), None
        with contextlib.suppress(ValueError, RecursionError):
            value = json.loads(text)
        event = SentEvent(ent, record, fld, value)
        sent = Sent(LATE, dev, 1, "s", "edit", "l", "2014-06-02", None, None, (event,))
        insert = TXN.replace("7, 1, 5", f"{dev}, 1, {LATE}").replace("'h')", "%s)")
        change = EVENT.replace("7, 1, 0, 5", f"{dev}, 1, 0, {LATE}")
        # What is no value to the hub either is refused there.
        with contextlib.suppress(psycopg.DataError), db.transaction():
            db.execute(insert, (hash_after(b"", sent),))
            db.execute(change, (ent, record.hex(), fld, text))

    with as_user(surveyor) as db:
        for slot, text in itertools.product(places, texts):
            put(db, slot, text)
    with as_user(login("planner")) as db:
        for values in (
            '{"11": 1e30}',
            '{"11": 10000000000000000000000}',
            '{"10": [1, 2, "x", 1e400]}',
        ):
            put(db, (5, ident(values), 0), json.dumps(values))
        for words in (("undo_of", "9" * 19 + "." + "9" * 19), ("exact", "[1,2,3,4,5]")):
            column, text = words
            header = TXN.replace("hash)", f"hash, {column})").replace("1, 'h')", "0, 'h', %s)")
            db.execute(header.replace("7, 1, 5", f"{next(numbers)}, 1, {LATE}"), (text,))
    with as_user(hub) as db:
        for entity in RECORD_TYPES:
            db.execute(f"SELECT * FROM {view_name(entity)}".encode()).fetchall()
    office.do(Amend("site", [THEIRS.id], {"contact": "goes on"}))
    assert len(office.sync(hub).held) > len(places)
    assert join(hub, "new").state.sites[THEIRS.id].contact == "goes on"
    assert join(surveyor, "sue").state.sites.keys() == {MINE.id}


def test_a_day_in_a_view_is_a_day(server: Server) -> None:
    """The pattern that guards the cast lets through every day, and nothing else."""
    years = ["0000", "0001", "1900", "2000", "2014", "2016", "2100", "9999"]
    parts = (years, range(14), range(33))
    given = [f"{y}-{m:02}-{d:02}" for y, m, d in itertools.product(*parts)]
    with psycopg.connect(server.url("postgres")) as db:
        shown = _TYPES["day"].format(text="t").encode()
        found = db.execute(
            b"SELECT t, " + shown + b" FROM unnest(%s::text[]) t", (given,)
        ).fetchall()

    def day(text: str) -> date | None:
        with contextlib.suppress(ValueError):
            return date.fromisoformat(text)
        return None

    assert [row[1] for row in found] == [day(row[0]) for row in found]


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
