"""Who may what at a hub: the command line, the roles, and what direct SQL is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image
from psycopg import errors

from psnplanner import cli, console
from psnplanner.errors import UserError
from psnplanner.hub.address import Address
from psnplanner.programme.edits import Amend, Create
from psnplanner.programme.phase import Phase
from psnplanner.programme.stage_edits import RecordStage
from psnplanner.session import Session
from psnplanner.session.hub import Parted, hub_address, hub_grant
from tests.conftest import ident
from tests.hub.conftest import SITES, Joining
from tests.hub.server import Server

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


def test_a_surveyors_file_holds_their_sites_and_goes_both_ways(
    office: Session, hub: Address, surveyor: Address, join: Joining
) -> None:
    """What they record reaches the office once; what the office changes reaches them."""
    out = join(surveyor, "sue")
    assert set(out.state.sites) == {MINE.id}
    assert not out.state.photographs
    assert "boiler" not in "".join(map(repr, out.state.tables.values()))
    assert b"boiler" not in out.path.read_bytes()
    out.do(RecordStage(MINE.id, "desktop_survey", "in progress", date(2014, 6, 2), note="seen"))
    out.do(Amend("site", [MINE.id], {"note": "ring first"}))
    picture = BytesIO()
    Image.new("RGB", (4, 4), "red").save(picture, "PNG")
    out.add_photograph(MINE.id, picture.getvalue(), name="door.png")
    office.do(Amend("site", [MINE.id], {"contact": "the caretaker"}))
    office.sync(hub)
    done = out.sync(surveyor)
    assert (done.sent, done.photographs_sent) == (3, 1)
    assert out.state.sites[MINE.id].contact == "the caretaker"
    assert out.undo_label != "Handed out again"
    office.sync(hub)
    site = office.state.sites[MINE.id]
    assert (site.note, site.contact) == ("ring first", "the caretaker")
    assert office.state.stages_of(MINE.id)["desktop_survey"].note == "seen"
    assert len(office.state.photographs_of(MINE.id)) == 1
    assert office.conflicts() == []
    assert office.verify() == out.verify() == []
    # On top of what they were handed out again, and once only.
    out.do(Amend("site", [MINE.id], {"contact": "the head"}))
    assert out.sync(surveyor).sent == 1
    again = out.sync(surveyor)
    assert (again.sent, again.received) == (0, 0)
    assert office.sync(hub).received == 1
    assert office.conflicts() == []
    assert office.state.sites[MINE.id].contact == "the head"


def test_a_site_assigned_or_taken_away_comes_or_goes(
    office: Session, hub: Address, surveyor: Address, join: Joining
) -> None:
    """The next sync hands out what is theirs by then."""
    out = join(surveyor, "sue")
    hub_grant(hub, surveyor.user, "surveyor", sites=[THEIRS.reference])
    out.sync(surveyor)
    assert set(out.state.sites) == {THEIRS.id}
    assert len(out.state.photographs) == 1
    digest = next(iter(out.state.photographs.values())).digest
    assert out.photograph(digest)
    out.do(Amend("site", [THEIRS.id], {"note": "moved"}))
    out.sync(surveyor)
    office.sync(hub)
    assert office.state.sites[THEIRS.id].note == "moved"


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
            db.execute(
                "INSERT INTO txn (dev, n, hlc, author, kind, label, effective_on, ctx_whole, cnt, "
                "hash) VALUES (7, 1, 5, 's', 'edit', 'l', '2014-06-02', false, 1, 'h')"
            )
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


def test_a_change_that_is_not_theirs_is_refused_in_words(surveyor: Address, join: Joining) -> None:
    """A surveyor who makes a phase is told by the hub, and goes on with the file."""
    out = join(surveyor, "sue")
    out.do(Create([Phase(id=ident("mine"), name="Mine")]))
    with pytest.raises(UserError, match="not assigned to you; nothing was sent"):
        out.sync(surveyor)


def test_a_copied_surveyors_file_is_told(server: Server, surveyor: Address, join: Joining) -> None:
    """Another has sent under its name: nothing goes over it."""
    out = join(surveyor, "sue")
    out.do(Amend("site", [MINE.id], {"note": "first"}))
    out.sync(surveyor)
    with psycopg.connect(server.url(surveyor.settings["dbname"]), autocommit=True) as db:
        db.execute("UPDATE psnplanner.device SET hlc = hlc + 1 WHERE owner = %s", (surveyor.user,))
    with pytest.raises(Parted, match="Another copy of this file"):
        out.sync(surveyor)


def test_a_reader_reads_and_sends_nothing(
    office: Session, hub: Address, login: Callable[..., Address], join: Joining
) -> None:
    """All of it, and every later change; their own edits stay with them."""
    reader = login("reader")
    out = join(reader, "ron")
    assert out.state.tables == office.state.tables
    office.do(Amend("site", [MINE.id], {"note": "new"}))
    office.sync(hub)
    assert out.sync(reader).received == 1
    out.do(Amend("site", [MINE.id], {"note": "mine"}))
    with pytest.raises(UserError, match="You may read at this hub, not send to it"):
        out.sync(reader)
    with as_user(reader) as db, pytest.raises(errors.InsufficientPrivilege):
        db.execute("DELETE FROM slot")


def test_a_login_without_a_role_is_told(server: Server, hub: Address, join: Joining) -> None:
    """It gets in, and sees nothing."""
    name = hub.settings["dbname"]
    server.admin(f"CREATE ROLE nobody_{name} LOGIN PASSWORD 'x'")
    with pytest.raises(UserError, match=r"no right to do that|no role"):
        join(hub_address(server.url(name, f"nobody_{name}", "x")), "nobody")


# -- The command line ----------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a verb."""
    capsys.readouterr()
    texts = [str(word) for word in words]
    code = console.run(lambda: cli.cli.main(texts, standalone_mode=False))
    return (code, *capsys.readouterr())


def test_the_verbs(
    url: str, office: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """init, join, push, pull, sync, status, grant: one document each, and exit codes."""
    office.close()
    bob = tmp_path / "bob.gpkg"

    def json_of(*words: object) -> Any:
        code, out, err = run(capsys, "hub", *words, "--json")
        assert code == 0, err
        return json.loads(out)

    assert json_of("init", url, office.path)["sent"] == 3
    joined = json_of("join", url, bob)
    assert (joined["sites"], joined["assigned_only"]) == (6, False)
    assert "secret" not in joined["hub"]
    assert run(capsys, "edit", bob, "site", "S001", "note=hello")[0] == 0
    assert json_of("status", url, bob)["to_send"] == 1
    assert json_of("push", url, bob)["sent"] == 1
    assert json_of("status", url, office.path)["to_take"] == 1
    assert json_of("pull", url, office.path)["received"] == 1
    assert json_of("sync", url, office.path)["received"] == 0
    told = json_of("status", url)
    assert (told["programme"], told["you_are"], told["sites"]) == ("CMPSN", "planner", 6)
    code, out, err = run(capsys, "hub", "grant", url, "sam", "surveyor", "--site", "S001")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "no login “sam”" in err
    assert run(capsys, "hub", "sync", url)[0] == 2
    assert run(capsys, "hub", "sync", "nonsense", bob)[0] == 1


def test_it_speaks_tls_and_the_server_proves_its_name(
    server: Server, url: str, office: Session, tmp_path: Path
) -> None:
    """With its authority's certificate it goes; under another name or authority it does not."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hub.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key(),
                                serial_number=1, not_valid_before=now - timedelta(days=1),
                                not_valid_after=now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hub.test")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    root = tmp_path / "root.crt"
    root.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    server.use_certificate(
        root.read_bytes(),
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                          serialization.NoEncryption()),
    )  # fmt: skip
    place = url.replace("127.0.0.1", "{}") + "?hostaddr=127.0.0.1&sslmode=verify-full"
    good = hub_address(f"{place.format('hub.test')}&sslrootcert={root}")
    assert office.init_hub(good).sent == 3
    with pytest.raises(UserError, match="could not prove that it is the one named"):
        office.sync(hub_address(f"{place.format('other.test')}&sslrootcert={root}"))
    root.write_bytes(b"")
    with pytest.raises(UserError, match="could not prove that it is the one named"):
        office.sync(good)
