"""Who may what at a hub: the roles at work, the command line, and TLS."""

from __future__ import annotations

import json
from collections.abc import Callable
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

from psnplanner import cli, console
from psnplanner.errors import UserError
from psnplanner.hub.address import Address
from psnplanner.programme.edits import Amend, Create
from psnplanner.programme.phase import Phase
from psnplanner.programme.stage_edits import RecordStage
from psnplanner.session import Session
from psnplanner.session.hub import Parted, hub_address, hub_grant
from tests.conftest import ident
from tests.hub.conftest import MINE, THEIRS, Joining
from tests.hub.server import Server


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


def test_a_refused_change_is_told_and_kept_and_the_rest_goes_on(
    office: Session, hub: Address, surveyor: Address, join: Joining
) -> None:
    """A phase made by a surveyor, between two notes: they arrive, it waits until it may."""
    out = join(surveyor, "sue")
    out.do(Amend("site", [MINE.id], {"note": "before"}))
    out.do(Create([Phase(id=ident("mine"), name="Mine")]))
    out.do(Amend("site", [MINE.id], {"contact": "after"}))
    done = out.sync(surveyor)
    assert (done.sent, done.refused) == (2, ("Add phase Mine",))
    assert out.sync(surveyor).refused == done.refused  # told until it is mended
    office.sync(hub)
    site = office.state.sites[MINE.id]
    assert (site.note, site.contact) == ("before", "after")
    assert ident("mine") not in office.state.phases | out.state.phases
    assert "Refused by the hub: Add phase Mine" in {t.label for t in office.transactions()}
    with pytest.raises(UserError, match="not in force"):
        office.undo(next(t.key for t in office.transactions() if t.kind == "refused"))
    (kept,) = out.refused_by_hub(surveyor)
    assert kept.changes[0].new["name"] == "Mine"
    assert office.verify() == out.verify() == []


def test_a_refused_note_is_made_again_once_the_site_is_theirs(
    office: Session, hub: Address, surveyor: Address, join: Joining
) -> None:
    """Taken away while they worked there, then given back: nothing has to be typed again."""
    out = join(surveyor, "sue")
    out.do(Amend("site", [MINE.id], {"note": "rung, no answer"}))
    hub_grant(hub, surveyor.user, "surveyor", sites=[THEIRS.reference])
    assert len(out.sync(surveyor).refused) == 1
    assert MINE.id not in out.state.sites
    (kept,) = out.refused_by_hub(surveyor)
    with pytest.raises(UserError, match="not in this file"):
        out.try_again(kept)
    hub_grant(hub, surveyor.user, "surveyor", sites=[MINE.reference])
    out.sync(surveyor)
    out.try_again(kept)
    assert out.sync(surveyor).refused == ()
    office.sync(hub)
    assert office.state.sites[MINE.id].note == "rung, no answer"


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
    office.do(Amend("site", [THEIRS.id], {"note": "newer"}))
    office.sync(hub)
    with pytest.raises(UserError, match="You may read at this hub, not send to it"):
        out.sync(reader)
    assert out.state.sites[THEIRS.id].note == "newer"  # what others do comes all the same


def test_a_planner_who_became_a_surveyor_is_told_that_the_whole_file_lags(
    office: Session, hub: Address, login: Callable[..., Address], join: Joining
) -> None:
    """What is kept back from them is never passed over in silence."""
    address = login("planner")
    out = join(address, "pat")
    hub_grant(hub, address.user, "surveyor", sites=[MINE.reference])
    office.do(Amend("site", [THEIRS.id], {"note": "new"}))
    office.sync(hub)
    with pytest.raises(UserError, match="keeps back part"):
        out.sync(address)


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
    assert json_of("refused", url, bob) == {"refused": [], "made_again": False}
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
