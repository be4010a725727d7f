"""Laptops kept in step through a real PostgreSQL server."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from datetime import date
from io import BytesIO

import psycopg
import pytest
from PIL import Image

from psnplanner import home
from psnplanner.errors import UserError
from psnplanner.hub.address import Address
from psnplanner.hub.connection import VERSION
from psnplanner.programme.edits import AddSites, Amend, Delete
from psnplanner.programme.record import Position, fields_of
from psnplanner.programme.settle import Settle, choice
from psnplanner.programme.stage_edits import RecordStage
from psnplanner.programme.state import RECORD_TYPES
from psnplanner.session import Session, new_programme
from psnplanner.session.hub import Parted, Unreachable, hub_address
from tests.conftest import Ticking, a_site, ident
from tests.hub.conftest import SITES, Joining
from tests.hub.server import OWNER, Server


def note(session: Session, site: int, text: str) -> None:
    """Give a site a note."""
    session.do(Amend("site", [SITES[site].id], {"note": text}))


def in_step(*sessions: Session) -> None:
    """These copies are the same programme, sound, with the same conflicts."""
    first = sessions[0]
    for other in sessions[1:]:
        assert other.state.tables == first.state.tables
        assert other.vector() == first.vector()
        told = {(c.record, c.field, c.heads[0].stamp) for c in other.conflicts()}
        assert told == {(c.record, c.field, c.heads[0].stamp) for c in first.conflicts()}
        assert other.verify() == []


def test_two_laptops_exchange_and_agree(office: Session, hub: Address, join: Joining) -> None:
    """What each does offline reaches the other; a second sync finds nothing to do."""
    bob = join(hub, "bob")
    in_step(office, bob)
    note(office, 0, "keys at reception")
    bob.do(RecordStage(SITES[1].id, "desktop_survey", "in progress", note="begun"))
    bob.do(Delete("site", [SITES[5].id]))
    assert office.sync(hub).sent_changes == 1
    done = bob.sync(hub)
    assert (done.received, done.received_changes, done.by) == (1, 1, ("ann",))
    assert office.sync(hub).received == 2
    in_step(office, bob)
    assert bob.state.sites[SITES[0].id].note == "keys at reception"
    assert SITES[5].id not in office.state.sites
    again = office.sync(hub)
    assert (again.sent, again.received) == (0, 0)


def test_a_conflict_arises_on_both_and_is_settled_for_both(
    office: Session, hub: Address, join: Joining
) -> None:
    """Two notes written apart: the same one in force everywhere, told, and settled once."""
    bob = join(hub, "bob")
    note(office, 0, "asbestos")
    note(bob, 0, "no asbestos")
    office.sync(hub)
    assert bob.sync(hub).conflicts == 1
    assert office.sync(hub).conflicts == 1
    in_step(office, bob)
    assert len(office.conflicts()) == 1
    bob.do(Settle([choice(bob.conflicts()[0], 1)]))
    bob.sync(hub)
    office.sync(hub)
    in_step(office, bob)
    assert office.conflicts() == []


def test_undo_is_of_ones_own_work(office: Session, hub: Address, join: Joining) -> None:
    """What arrives from others is not what Ctrl+Z takes back."""
    bob = join(hub, "bob")
    assert bob.undo_label is None
    note(bob, 0, "bob's")
    note(office, 1, "ann's")
    office.sync(hub)
    bob.sync(hub)
    bob.undo()
    assert bob.state.sites[SITES[0].id].note == ""
    assert bob.state.sites[SITES[1].id].note == "ann's"
    bob.sync(hub)
    office.sync(hub)
    in_step(office, bob)
    assert office.redo_label is None


def test_listeners_hear_of_what_arrives(office: Session, hub: Address, join: Joining) -> None:
    """The window is told, with the state before and after; no transaction is made of it."""
    bob = join(hub, "bob")
    note(office, 0, "new")
    office.sync(hub)
    heard: list[str] = []
    bob.subscribe(lambda happened: heard.append(happened.transaction.label))
    count = len(bob.transactions())
    bob.sync(hub)
    assert heard == ["1 change arrived from the hub"]
    assert len(bob.transactions()) == count + 1


def test_photographs_go_once_and_are_proved(
    server: Server, office: Session, hub: Address, join: Joining
) -> None:
    """By their hash: sent once, whoever else has the same; altered bytes are not taken."""
    bob = join(hub, "bob")
    picture = BytesIO()
    Image.new("RGB", (8, 8), "red").save(picture, "PNG")
    office.add_photograph(SITES[0].id, picture.getvalue(), name="front.png")
    bob.add_photograph(SITES[1].id, picture.getvalue(), name="same.png")
    assert office.sync(hub).photographs_sent == 1
    assert bob.sync(hub).photographs_sent == 0
    carol = join(hub, "carol")
    digest = hashlib.sha256(picture.getvalue()).hexdigest()
    assert carol.photograph(digest) == picture.getvalue()
    with psycopg.connect(server.url(hub.settings["dbname"]), autocommit=True) as db:
        db.execute("UPDATE psnplanner.picture SET bytes = 'x'")
    carol.close()
    carol.path.unlink()
    with pytest.raises(UserError, match="not what its name says"):
        join(hub, "carol")


def test_texts_that_postgresql_cannot_keep_come_back_to_the_letter(
    office: Session, hub: Address, join: Joining
) -> None:
    """NUL, in a value, in a whole record and in a label: hashed, so to the letter."""
    note(office, 0, "a\x00b \\u0000 “£”")
    office.do(AddSites("li\x00st.csv", [a_site(9, name="n\x00ine", note="\\u0000", node=None)]))
    office.sync(hub)
    bob = join(hub, "bob")
    in_step(office, bob)
    assert bob.state.sites[ident("site 9")].name == "n\x00ine"


def test_views_are_the_current_state(
    server: Server, office: Session, hub: Address, join: Joining
) -> None:
    """Each kind of record, each field, after edits, conflicts, removals and returns."""
    bob = join(hub, "bob")
    note(office, 0, "a")
    note(bob, 0, "b")
    bob.do(Delete("site", [SITES[1].id]))
    office.do(Amend("site", [SITES[1].id], {"position": Position(53.4, -2.7, "gps", 3.0)}))
    office.do(RecordStage(SITES[2].id, "desktop_survey", "in progress", date(2014, 5, 1)))
    bob.do(Delete("site", [SITES[3].id]))
    bob.undo()
    bob.do(Amend("site", [SITES[3].id], {"annual_cost_pence": None, "locked": True}))
    for session in (office, bob, office):
        session.sync(hub)
    in_step(office, bob)
    with psycopg.connect(server.url(hub.settings["dbname"])) as db:
        for entity, kind in RECORD_TYPES.items():
            view = {"boundary": "boundaries", "wish": "wishes"}.get(entity, f"{entity}s")
            cursor = db.execute(f"SELECT * FROM psnplanner.{view}".encode())
            names = [column.name for column in cursor.description or ()]
            shown = {row[0].bytes: dict(zip(names, row, strict=True)) for row in cursor}
            records = office.state.tables[entity]
            assert shown.keys() == records.keys(), entity
            for ident_, record in records.items():
                for name, field in fields_of(kind).items():
                    assert value_in(shown[ident_], name, field.kind) == getattr(record, name), name


def value_in(row: dict[str, object], name: str, kind: str) -> object:
    """A view's value as the record has it."""
    if kind == "place":
        place = [row[part] for part in ("latitude", "longitude", "position_source", "accuracy_m")]
        return None if place[0] is None else Position(*place)
    value = row.get(name)
    if kind == "link" and value is not None:
        return value.bytes
    if kind == "links":
        return tuple(map(bytes.fromhex, value))
    return tuple(map(tuple, value)) if kind == "pairs" else value


def test_a_rewritten_history_stays_there_and_is_told_by_name(
    server: Server, office: Session, hub: Address, join: Joining
) -> None:
    """What was altered at the hub does not make the chain of the device that wrote it."""
    bob = join(hub, "bob")
    note(office, 0, "the truth")
    office.sync(hub)
    with psycopg.connect(server.url(hub.settings["dbname"]), autocommit=True) as db:
        db.execute("UPDATE psnplanner.event SET val = '\"a lie\"' WHERE val = '\"the truth\"'")
    before = bob.state
    (told,) = bob.sync(hub).held
    assert re.search("Change note of S001.*not what that device wrote", told)
    assert bob.state is before


def test_a_restored_file_edited_again_is_recognised_and_nothing_is_lost(
    office: Session, hub: Address, join: Joining, clock: Ticking
) -> None:
    """Same device, same numbers, other changes: told, and the way out that is told works.

    The whole machine was set back: nothing on it knows how far the file had come.
    """
    bob = join(hub, "bob")
    note(bob, 0, "before")
    kept = bob.path.with_suffix(".kept")
    bob.close()
    shutil.copy(bob.path, kept)
    with Session.open(bob.path, author="bob", clock=clock) as session:
        note(session, 1, "sent")
        session.sync(hub)
    with kept.open("rb") as source, bob.path.open("r+b") as target:
        target.truncate(0)
        shutil.copyfileobj(source, target)  # the same file to the system, as a restore in place
    shutil.rmtree(home.folder() / "devices")
    with Session.open(bob.path, author="bob", clock=clock) as session:
        note(session, 2, "never sent")
        with pytest.raises(Parted, match=r"different changes under one name.*note of S003.*by bob"):
            session.sync(hub)
    fresh = join(hub, "fresh")
    fresh.merge_file(bob.path)
    fresh.sync(hub)
    office.sync(hub)
    in_step(office, fresh)
    assert [office.state.sites[SITES[n].id].note for n in (0, 1, 2)] == [
        "before", "sent", "never sent",
    ]  # fmt: skip


def test_another_programme_is_refused(hub: Address, tmp_path: object) -> None:
    """A hub is of one programme, whatever another is called."""
    with Session.create(tmp_path / "other.gpkg", new_programme()) as other:  # type: ignore[operator]
        for step in (other.sync, other.init_hub):
            with pytest.raises(UserError, match="This hub is of another programme"):
                step(hub)


def test_a_hub_of_another_version_says_so(server: Server, office: Session, hub: Address) -> None:
    """A newer one asks for an update here, an older one for its owner; init mends that."""
    older = (0, "run “psnplanner hub init” once more")
    for version, words in ((VERSION + 1, "newer PSN Planner"), older):
        with psycopg.connect(server.url(hub.settings["dbname"]), autocommit=True) as db:
            db.execute("UPDATE psnplanner.hub SET version = %s", (version,))
        with pytest.raises(UserError, match=words):
            office.sync(hub)
    office.init_hub(hub)
    assert office.sync(hub).sent == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mysql://ann@127.0.0.1/cm", "no address of a hub"),
        ("postgresql://ann:hidden@127.0.0.1:port/cm", "cannot be read|does not answer"),
        ("postgresql://ann:hidden@127.0.0.1/cm?options=-c%20x", "no setting “options”"),
        ("postgresql://ann:hidden@127.0.0.1", "names no database"),
        ("postgresql://ann:hidden@a,b/cm", "names no one machine"),
        ("postgresql://ann:hidden@hub.example.org/cm?sslmode=disable", "does not prove which"),
        ("postgresql://ann:hidden@hub.example.org/cm?sslmode=require", "does not prove which"),
        ("postgresql://ann:hidden@127.0.0.1:1/cm", "does not answer"),
    ],
)
def test_addresses_that_do_not_do(office: Session, text: str, words: str) -> None:
    """One message, and the password in none."""
    with pytest.raises(UserError, match=words) as refusal:
        office.sync(hub_address(text))
    assert "hidden" not in f"{refusal.value!r} {refusal.value}"
    assert refusal.value.__cause__ is None or "hidden" not in str(refusal.value.__cause__)


def test_off_this_machine_the_server_must_prove_its_name() -> None:
    """TLS with a checked certificate, whatever the environment says."""
    far = hub_address("postgresql://ann@hub.example.org/cm").parameters()
    assert far["sslmode"] == "verify-full"
    for here in ("127.0.0.1", "localhost", "[::1]", "%2Fvar%2Frun%2Fpostgresql"):
        assert "sslmode" not in hub_address(f"postgresql://ann@{here}/cm").parameters()


def test_a_password_is_in_no_file_message_or_log(
    server: Server, url: str, office: Session, tmp_path: object
) -> None:
    """From the URL it is used, and then it is gone; a new login's is never told to the server."""
    from psnplanner.session.hub import hub_grant

    secret = "Tr0ub4dor-and-3"
    server.admin(f"CREATE ROLE secretive SUPERUSER LOGIN PASSWORD '{secret}'")
    wrong = url.replace(server.url("").split("@")[0], f"postgresql://{OWNER}:wr0ng-one")
    with pytest.raises(UserError, match="does not know this user and password") as refusal:
        office.init_hub(hub_address(wrong))
    assert "wr0ng-one" not in str(refusal.value)
    place = url.split("@")[1]
    address = hub_address(f"postgresql://secretive:{secret}@{place}")
    assert secret not in f"{address} {address!r}"
    office.init_hub(address)
    hub_grant(address, "secretary", "reader", password="another-S3cret")
    office.sync(address)
    office.close()
    for path in (*office.path.parent.rglob("*"), *home.folder().rglob("*")):
        if path.is_file():
            for word in (secret, "another-S3cret"):
                assert word.encode() not in path.read_bytes(), path
    logged = server.log.replace(f"PASSWORD '{secret}'", "")
    assert secret not in logged
    assert "another-S3cret" not in logged
    assert json.loads((home.folder() / "hubs.json").read_text("utf-8")) == {
        str(office.path.resolve()): f"postgresql://secretive@{place}"
    }


def test_a_hub_that_does_not_answer(office: Session) -> None:
    """Told apart from a refusal, for whoever tries again later."""
    with pytest.raises(Unreachable):
        office.sync(hub_address("postgresql://ann@127.0.0.1:1/cm"))
