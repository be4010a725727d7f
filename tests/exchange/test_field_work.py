"""Out with a pack, back with a return: complete, once, in any order, next to the office's work."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest

from psnplanner.errors import UserError
from psnplanner.exchange.pack import Choice
from psnplanner.programme.edits import AddSites, Amend, Create, Delete
from psnplanner.programme.node import Node
from psnplanner.programme.partner import Partner
from psnplanner.programme.phase import Phase
from psnplanner.programme.settle import Settle, both_notes, choice
from psnplanner.programme.stage_edits import RecordStage
from psnplanner.session import Session, new_programme
from tests.conftest import a_site, ident
from tests.exchange.test_photographs import jpeg

ONE, TWO, THREE = (a_site(n).id for n in (1, 2, 3))


@pytest.fixture
def office(tmp_path: Path) -> Session:
    """A programme of five sites, one of them sensitive."""
    session = Session.create(
        tmp_path / "office.gpkg", new_programme(status_on=date(2014, 6, 2)), author="office"
    )
    session.do(
        Create(
            [
                Partner(id=ident("Halton Council"), name="Halton Council"),
                Node(id=ident("Runcorn"), name="Runcorn"),
                Phase(id=ident("Phase 1"), name="Phase 1", capacity_days=90.0),
            ]
        )
    )
    sites = [a_site(n, sensitive=n == 5, safety=f"Key {n}") for n in range(1, 6)]
    session.do(AddSites("list.csv", sites, validated=frozenset(s.id for s in sites)))
    return session


def taken_out(office: Session, name: str, *sites: bytes, person: str = "Ann") -> Session:
    """A pack of these sites, opened by who takes it out."""
    out = office.path.with_name(name)
    office.make_pack(out, Choice(sites=sites), person)
    return Session.open(out, author=person)


def returned(pack: Session) -> Path:
    """The pack's return, as mailed."""
    out = pack.path.with_suffix(".psnreturn")
    pack.write_return(out)
    return out


def test_a_pack_holds_its_sites_and_nothing_of_the_others(office: Session) -> None:
    """Not in its tables, and not in its bytes; sensitive sites go only when said so."""
    with taken_out(office, "ann.gpkg", ONE, TWO, a_site(5).id) as pack:
        assert set(pack.state.sites) == {ONE, TWO}
        assert pack.state.sites[ONE].safety == "Key 1"
        assert pack.pack is not None
        assert pack.pack.person == "Ann"
        assert [n.name for n in pack.state.nodes.values()] == ["Runcorn"]
        assert pack.state.statuses[ONE] == office.state.statuses[ONE]
        assert pack.verify() == []
        path = pack.path
    data = path.read_bytes()
    assert b"S001" in data
    assert not any(word in data for word in (b"S003", b"S005", b"Key 5"))
    assert office.pack is None
    assert office.transactions()[-1].label == "Field pack of 2 sites for Ann"
    assert "pack" not in (office.undo_label or ""), "what went out cannot be called back"
    with pytest.raises(UserError, match="sensitive"):
        office.make_pack(path.with_name("x.gpkg"), Choice(sites=[a_site(5).id]), "Ann")
    assert not path.with_name("x.gpkg").exists()


def test_a_days_work_comes_back_once_and_is_one_undo(office: Session) -> None:
    """Stages, notes and a photograph; twice is once; undone as a whole, and brought back."""
    with taken_out(office, "ann.gpkg", ONE, TWO) as pack:
        pack.do(RecordStage(ONE, "desktop_survey", "done", date(2014, 6, 3)))
        pack.do(Amend("site", [ONE], {"note": "riser blocked"}))
        pack.add_photograph(ONE, jpeg(), caption="Riser")
        pack.do(Amend("site", [TWO], {"note": "oops"}))
        pack.undo()
        back = returned(pack)
        photograph = pack.state.photographs_of(ONE)[0]
    before = office.state
    dry = office.merge_file(back, dry_run=True)
    assert office.state is before
    assert office.conflicts() == []
    merged = office.merge_file(back)
    assert merged.changes == dry.changes
    assert merged.conflicts == ()
    assert office.state.stages_of(ONE)["desktop_survey"].actual_on == date(2014, 6, 3)
    assert office.state.sites[ONE].note == "riser blocked"
    assert office.photograph(photograph.digest) == jpeg()
    assert office.state.sites[TWO].note == ""
    assert office.merge_file(back).transactions == 0
    assert office.undo_label == "Return of Ann"
    after = office.state
    office.undo()
    assert office.state.sites == before.sites
    assert office.state.stages_of(ONE) == before.stages_of(ONE)
    office.redo()
    assert office.state.tables == after.tables
    assert office.verify() == []


def test_conflicts_are_listed_and_settled(office: Session) -> None:
    """Different values, unknown to each other; with the base, who and when; settled by a change."""
    with taken_out(office, "ann.gpkg", ONE, TWO) as pack:
        pack.do(Amend("site", [ONE], {"note": "from the field", "contact": "Bob"}))
        pack.do(Amend("site", [TWO], {"contact": "Same"}))
        back = returned(pack)
    office.do(Amend("site", [ONE], {"note": "from the office", "name": "New name"}))
    office.do(Amend("site", [TWO], {"contact": "Same"}))
    merged = office.merge_file(back)
    (conflict,) = merged.conflicts
    assert (conflict.entity, conflict.record, conflict.field) == ("site", ONE, "note")
    assert conflict.base == ""
    assert {(h.value, h.author) for h in conflict.heads} == {
        ("from the field", "Ann"), ("from the office", "office"),
    }  # fmt: skip
    assert office.state.sites[ONE].contact == "Bob"
    assert office.state.sites[ONE].name == "New name"
    assert office.state.sites[ONE].note == conflict.heads[0].value, "the later one is in force"
    office.do(Amend("site", [ONE], {"note": "an ordinary edit"}))
    assert len(office.conflicts()) == 1, "closes no conflict"
    office.undo()
    office.do(Settle([both_notes(conflict)]))
    assert sorted(office.state.sites[ONE].note.split("\n")) == ["from the field", "from the office"]
    assert office.conflicts() == []
    assert office.undo_label == "Settle note of S001"


def test_a_removed_site_with_work_in_the_field(office: Session) -> None:
    """Neither the removal nor the work is lost: it stays removed until somebody decides."""
    office.do(RecordStage(THREE, "desktop_survey", "done", date(2014, 6, 2)))
    with taken_out(office, "ann.gpkg", THREE) as pack:
        pack.do(Amend("site", [THREE], {"note": "asbestos in the cellar"}))
        back = returned(pack)
    stages = office.state.stages_of(THREE)
    office.do(Delete("site", [THREE]))
    (conflict,) = office.merge_file(back).conflicts
    assert (conflict.field, conflict.record) == ("-", THREE)
    assert THREE not in office.state.sites
    kept = next(n for n, head in enumerate(conflict.heads) if head.value is not None)
    office.do(Settle([choice(conflict, kept)]))
    assert office.state.sites[THREE].note == "asbestos in the cellar"
    assert office.state.sites[THREE].name == "Site 3"
    assert office.state.stages_of(THREE) == stages, "what the removal took comes back too"
    assert office.conflicts() == []
    assert office.verify() == []


def test_returns_in_any_order_give_one_programme(office: Session, tmp_path: Path) -> None:
    """Three packs with sites in common, merged in two orders into two copies."""
    packs = [taken_out(office, f"{n}.gpkg", ONE, TWO, person=n) for n in ("Ann", "Bob", "Cat")]
    for number, pack in enumerate(packs):
        pack.do(Amend("site", [ONE], {"note": f"by {pack.author}"}))
        pack.do(RecordStage(TWO, "desktop_survey", "done", date(2014, 6, 3 + number)))
    backs = [returned(pack) for pack in packs]
    office.backup(tmp_path / "other.gpkg")
    with Session.open(tmp_path / "other.gpkg", author="office 2") as other:
        for back in backs:
            office.merge_file(back)
        for back in (*reversed(backs), backs[0]):
            other.merge_file(back)
        assert office.state.tables == other.state.tables
        told = [
            {(c.record, c.field, frozenset(h.stamp for h in c.heads)) for c in s.conflicts()}
            for s in (office, other)
        ]
        assert told[0] == told[1]
        assert {field for _, field, _ in told[0]} == {"note", "actual_on"}
    for pack in packs:
        pack.close()


def test_a_later_return_of_the_same_pack_brings_what_is_new(office: Session) -> None:
    """The first again, and more."""
    with taken_out(office, "ann.gpkg", ONE) as pack:
        pack.do(Amend("site", [ONE], {"note": "morning"}))
        office.merge_file(returned(pack))
        pack.do(Amend("site", [ONE], {"note": "afternoon"}))
        merged = office.merge_file(returned(pack))
    assert (merged.transactions, merged.known) == (1, 1)
    assert office.state.sites[ONE].note == "afternoon"
    assert office.conflicts() == []


def test_a_pack_that_was_copied_and_worked_on_twice(office: Session) -> None:
    """Two machines under one device's name: told apart by the chain, and nothing is lost."""
    with taken_out(office, "ann.gpkg", ONE, TWO) as pack:
        pack.do(Amend("site", [ONE], {"note": "first"}))
        path = pack.path
    lines = []
    for name in ("a", "b"):
        twin = path.with_name(f"{name}.gpkg")
        shutil.copy(path, twin)
        with Session.open(twin, author="Ann") as session:
            # The same machine and inode, as a restored disk image has.
            device = session.transactions()[-1].device
            session._run(partial(_bind, session, device))
            session.do(Amend("site", [TWO], {"contact" if name == "a" else "note": name}))
            lines.append(returned(session))
    office.merge_file(lines[0])
    merged = office.merge_file(lines[1])
    assert len(merged.renamed) == 1
    assert office.state.sites[TWO].contact == "a"
    assert office.state.sites[TWO].note == "b"
    assert office.merge_file(lines[1]).transactions == 0
    assert office.verify() == []


def _bind(session: Session, device: int) -> None:
    from psnplanner import home

    # This person's folder is that of the image, too.
    shutil.rmtree(home.folder() / "devices", ignore_errors=True)
    db = session._file._db
    db.conn.execute("DELETE FROM own")
    db.conn.commit()
    here = f"{home.machine()}:{session.path.stat().st_ino}"
    db.conn.execute("INSERT INTO own VALUES (?, ?)", (device, here))
    db.conn.commit()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda data: data[: len(data) // 2], "cut short: .* of 2 transactions"),
        (lambda data: data.replace(b"riser", b"RISER"), "altered"),
        (lambda data: data[:-30], "cut short: 2 of 2"),
        (lambda data: re.sub(rb'("proof":")[0-9a-f]', rb"\1\\u00e9", data), "altered"),
        (lambda data: data.replace(b'"pack":"', b'"pack":"00'), "did not make"),
        (lambda data: b"hello", "no return"),
        (lambda data: b"", "no return"),
    ],
    ids=["half", "altered", "no proof", "proof of letters", "other pack", "no return", "empty"],
)
def test_a_return_that_is_not_whole_merges_nothing(
    office: Session, spoil: object, words: str
) -> None:
    """Refused by name, with how many of how many arrived."""
    with taken_out(office, "ann.gpkg", ONE) as pack:
        pack.do(Amend("site", [ONE], {"note": "riser"}))
        pack.do(Amend("site", [ONE], {"contact": "Bob"}))
        back = returned(pack)
    back.write_bytes(spoil(back.read_bytes()))  # type: ignore[operator]
    before = office.state
    with pytest.raises(UserError, match=words):
        office.merge_file(back)
    assert office.state is before
    assert office.verify() == []


def test_a_return_of_another_programme(office: Session, tmp_path: Path) -> None:
    """Named, and refused; so is a copy of another programme, and a pack of one."""
    with taken_out(office, "ann.gpkg", ONE) as pack:
        pack.do(Amend("site", [ONE], {"note": "x"}))
        back, packed = returned(pack), pack.path
    with Session.create(tmp_path / "other.gpkg", new_programme("Elsewhere")) as other:
        with pytest.raises(UserError, match="“CMPSN”, for Ann"):
            other.merge_file(back)
        with pytest.raises(UserError, match="another programme"):
            other.merge_file(office.path)
        with pytest.raises(UserError, match="not made by this programme"):
            other.merge_file(packed)
    assert office.merge_file(packed).transactions == 1, "a pack may come back whole"


def test_whole_copies_merge_both_ways(office: Session, tmp_path: Path) -> None:
    """A copy worked on elsewhere: as a return, without a pack."""
    office.backup(tmp_path / "laptop.gpkg")
    with Session.open(tmp_path / "laptop.gpkg", author="laptop") as laptop:
        laptop.do(Amend("site", [ONE], {"note": "on the train"}))
        laptop.add_photograph(ONE, jpeg())
        office.do(Amend("site", [TWO], {"note": "at the desk"}))
        office.merge_file(laptop.path)
        laptop.merge_file(office.path)
        assert office.state.tables == laptop.state.tables
        assert office.merge_file(laptop.path).transaction is None, "no end of answering"
        assert office.verify() == laptop.verify() == []


def test_a_clock_of_another_age_is_refused(office: Session) -> None:
    """Its stamps would win for ever."""
    with taken_out(office, "ann.gpkg", ONE) as pack:
        pack._clock = lambda: datetime(2100, 1, 1, tzinfo=UTC)
        pack.do(Amend("site", [ONE], {"note": "x"}))
        back = returned(pack)
    with pytest.raises(UserError, match="clock of 2100"):
        office.merge_file(back)


def test_nothing_to_return(office: Session, tmp_path: Path) -> None:
    """Said, and no file is left; a whole programme is no pack."""
    pack = taken_out(office, "ann.gpkg", ONE)
    with pytest.raises(UserError, match="Nothing was changed"):
        pack.write_return(tmp_path / "r.psnreturn")
    pack.close()
    with pytest.raises(UserError, match="not a field pack"):
        office.write_return(tmp_path / "r.psnreturn")
    assert not (tmp_path / "r.psnreturn").exists()


def test_what_a_return_says_of_itself_can_be_read(office: Session) -> None:
    """One JSON value a line: any tool can look into it."""
    with taken_out(office, "ann.gpkg", ONE) as pack:
        pack.do(Amend("site", [ONE], {"note": "riser"}))
        lines = [json.loads(line) for line in returned(pack).read_bytes().splitlines()]
    assert lines[0]["by"] == "Ann"
    assert (lines[0]["transactions"], lines[0]["changes"]) == (1, 1)
    assert "proof" in lines[-1]


def test_a_pack_under_a_passphrase(
    office: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Says nothing in its bytes; opens with the words, and no others; an altered one not at all."""
    from psnplanner.exchange import locked_pack
    from psnplanner.exchange.locked_pack import unlocked

    out = tmp_path / "locked.gpkg"
    office.make_pack(out, Choice(sites=[ONE]), "Ann", passphrase="correct horse battery")
    data = out.read_bytes()
    assert b"S001" not in data
    assert b"SQLite" not in data
    with pytest.raises(UserError, match="locked with a passphrase"):
        Session.open(out)
    with pytest.raises(UserError, match="not that of this pack"):
        unlocked(data, "correct horse")
    with pytest.raises(UserError, match="altered"):
        unlocked(data[:-1] + bytes([data[-1] ^ 1]), "correct horse battery")
    plain = tmp_path / "plain.gpkg"
    plain.write_bytes(unlocked(data, "correct horse battery"))
    with Session.open(plain, author="Ann") as pack:
        assert set(pack.state.sites) == {ONE}
    with pytest.raises(UserError, match="fewer than"):
        office.make_pack(tmp_path / "x.gpkg", Choice(sites=[ONE]), "Ann", passphrase="short")
    assert locked_pack.read(out) == data
    monkeypatch.setattr(locked_pack, "MOST_BYTES", 10_000)
    with pytest.raises(UserError, match="too large to be locked"):
        office.make_pack(tmp_path / "x.gpkg", Choice(sites=[ONE]), "Ann", passphrase="long enough")
    with pytest.raises(UserError, match="far larger than any pack"):
        locked_pack.read(out)
    with pytest.raises(UserError, match="cannot be locked"):
        office.make_pack(tmp_path / "x.html", Choice(sites=[ONE]), "Ann", passphrase="long enough")
    assert not list(tmp_path.glob("x.*"))
