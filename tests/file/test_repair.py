"""A damaged programme: at least 95 of 100 changes saved, the rest reported; never worse."""

from __future__ import annotations

import random
import sqlite3
from datetime import date
from pathlib import Path

import pytest

from psnplanner.errors import UserError
from psnplanner.file import carve, rebuild
from psnplanner.file.journal_events import CREATES
from psnplanner.file.repair import MOST_BYTES, repair
from psnplanner.programme.edits import AddSites, Amend, AmendEach
from psnplanner.programme.site import Site, StageRecord
from psnplanner.programme.stage_edits import RecordStage
from psnplanner.session import Session, new_programme
from tests.conftest import a_site
from tests.exchange.test_photographs import jpeg
from tests.faults.salvage import said

SITES = [a_site(n, partner=None, node=None, phase=None) for n in range(1, 121)]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A programme of some two thousand changes, with long notes and a photograph."""
    path = tmp_path_factory.mktemp("sound") / "p.gpkg"
    with Session.create(
        path, new_programme(status_on=date(2014, 6, 2)), author="office"
    ) as session:
        session.do(AddSites("list", SITES, validated=frozenset(s.id for s in SITES)))
        for n in range(12):
            values = {s.id: {"note": f"note {n} " + "x" * (n * 40)} for s in SITES}
            session.do(AmendEach("site", values, f"Round {n}"))
        session.do(Amend("site", [SITES[0].id], {"note": "y" * 20_000}))
        for site in SITES[:60]:
            session.do(RecordStage(site.id, "desktop_survey", "done", date(2014, 6, 2)))
        session.add_photograph(SITES[0].id, jpeg())
    return path


def spoilt(sound: Path, out: Path, numbers: list[int]) -> Path:
    """The programme with these pages of it zeroed, counted from 0."""
    data = bytearray(sound.read_bytes())
    size = carve.page_size(bytes(data))
    for number in numbers:
        data[number * size : (number + 1) * size] = bytes(size)
    out.write_bytes(data)
    return out


def test_verify_names_what_stands_on_a_page_that_cannot_be_read(
    sound: Path, tmp_path: Path
) -> None:
    """The rest of the journal is looked at all the same."""
    data = bytearray(sound.read_bytes())
    size = carve.page_size(bytes(data))
    for number in range(1, len(data) // size):
        page = bytes(data[number * size : (number + 1) * size])
        found = [row.values for row in carve.rows([b"", page], 2)]
        if any(len(told) == 9 and str(told[6]).startswith("note 7 ") for told in found):
            data[number * size + 3 : number * size + 5] = b"\xff\xff"  # so many cells
            break
    bad = tmp_path / "bad.gpkg"
    bad.write_bytes(data)
    with Session.open(bad, read_only=True) as session:
        faults = " ".join(session.verify())
    assert "malformed" in faults
    assert "Round 7" in faults
    assert "Round 3" not in faults


def test_verify_says_that_no_change_is_hurt_where_only_an_index_is(
    sound: Path, tmp_path: Path
) -> None:
    """A person need not know what an index is: repair puts it right."""
    data = bytearray(sound.read_bytes())
    at = data.rindex(b"note 7 ", 0, data.rindex(b"note 11 "))
    while data[at // 4096 * 4096] != 0x0A:  # the copy of it that stands in an index
        at = data.rindex(b"note 7 ", 0, at)
    data[at] ^= 1
    bad, out = tmp_path / "bad.gpkg", tmp_path / "out.gpkg"
    bad.write_bytes(data)
    with Session.open(bad, read_only=True) as session:
        assert session.verify()[-1].startswith("Only an index is damaged")
    assert repair(bad, out).share == 1
    assert said(out) == said(sound)


def test_a_sound_file_is_saved_whole(sound: Path, tmp_path: Path) -> None:
    """Every change, under its own name and proof: it is the same journal."""
    found = repair(sound, tmp_path / "out.gpkg")
    assert found.changes == found.changes_before
    assert found.torn == []
    assert found.photographs == 1
    with Session.open(sound) as was, Session.open(tmp_path / "out.gpkg") as now:
        assert now.state.tables == was.state.tables
        assert now.verify() == []
        assert now.merge(was.sent(now.vector()), "again").transactions == 0


@pytest.mark.parametrize("seed", range(3))
def test_pages_zeroed(sound: Path, tmp_path: Path, seed: int) -> None:
    """Three in a hundred pages, anywhere: 95 of 100 changes, and a file that is sound."""
    count = sound.stat().st_size // carve.page_size(sound.read_bytes())
    numbers = random.Random(seed).sample(range(count), max(1, count * 3 // 100))
    bad = spoilt(sound, tmp_path / "bad.gpkg", numbers)
    found = repair(bad, tmp_path / "out.gpkg")
    assert found.share >= 0.95
    with Session.open(tmp_path / "out.gpkg") as session:
        assert session.verify() == []
        assert sum(item.count for item in session.transactions()) >= found.changes
        session.do(Amend("site", [next(iter(session.state.sites))], {"note": "goes on"}))


def _begins_a_stage(values: tuple[carve.Value, ...]) -> bool:
    """Whether a row is the change of the journal that begins a stage."""
    return len(values) == 9 and values[3] == StageRecord.ENTITY_NUMBER and values[5] == CREATES


def test_what_is_rebuilt_is_what_was_there(sound: Path, tmp_path: Path) -> None:
    """Of changes whose pages are lost the index and the tables know most: value and all."""
    pages = carve.pages(sound.read_bytes())
    begins = [
        number
        for number, page in enumerate(pages)
        if number and any(_begins_a_stage(values) for _, values in carve.rows([b"", page], 2))
    ]
    found = repair(spoilt(sound, tmp_path / "bad.gpkg", begins[:2]), tmp_path / "out.gpkg")
    assert found.rebuilt
    whole, back = said(sound), said(tmp_path / "out.gpkg")
    assert len(whole & back) / len(whole) >= 0.95
    assert len(whole & back) > found.changes - found.rebuilt


def test_one_value_for_many_is_told_again_and_proved(tmp_path: Path) -> None:
    """Part of an edit of many sites is lost and written over since: those left tell the value."""
    path = tmp_path / "p.gpkg"
    with Session.create(path, new_programme(status_on=date(2014, 6, 2)), author="office") as made:
        made.do(AddSites("list", SITES))
        for n in range(3):
            made.do(Amend("site", [s.id for s in SITES], {"contact": f"visit {n}"}))
    whole = said(path)
    visits = [
        number
        for number, page in enumerate(carve.pages(path.read_bytes()))
        if number and any("visit 1" in values for _, values in carve.rows([b"", page], 2))
    ]
    found = repair(spoilt(path, tmp_path / "bad.gpkg", visits[:1]), tmp_path / "out.gpkg")
    assert found.rebuilt > 10
    assert found.torn == []
    assert said(tmp_path / "out.gpkg") == whole


def test_what_was_written_over_since_is_told_from_its_second_copy(tmp_path: Path) -> None:
    """Of a small file one page may hold a fifth of all changes, each with a value of its own."""
    path = tmp_path / "p.gpkg"
    with Session.create(path, new_programme(status_on=date(2014, 6, 2)), author="office") as made:
        made.do(AddSites("list", SITES[:30]))
        for n in range(9):
            # One in ten is too long for a page of the index.
            told = {s.id: {"contact": f"{n} of {s.name}" * (1 + n % 10 * 20)} for s in SITES[:30]}
            made.do(AmendEach("site", told, f"Visit {n}"))
    whole = said(path)
    pages = carve.pages(path.read_bytes())
    holds = {
        number: sum(len(values) == 9 for _, values in carve.rows([b"", page], 2))
        for number, page in enumerate(pages)
        if number
    }
    fullest = sorted(holds, key=lambda number: holds[number])[-2:]
    assert sum(holds[number] for number in fullest) > len(whole) / 10
    found = repair(spoilt(path, tmp_path / "bad.gpkg", fullest), tmp_path / "out.gpkg")
    assert said(tmp_path / "out.gpkg") == whole
    assert found.rebuilt > len(whole) / 10
    assert found.torn == []


def test_a_number_without_a_fraction_is_the_number_it_was(tmp_path: Path) -> None:
    """On its page 10.0 is 10: told so, a position would break the proof of its transaction."""
    with Session.create(tmp_path / "p.gpkg", new_programme(), author="office") as made:
        made.do(AddSites("list", SITES[:1]))
    pages = carve.pages((tmp_path / "p.gpkg").read_bytes())
    told = [
        rebuild.standing(Site, values)
        for _, values in carve.rows(pages, len(pages))
        if values[1] == SITES[0].id and len(values) > 20
    ]
    assert [repr(site) for site in told] == [repr(SITES[0])]


def test_the_first_page_is_gone(sound: Path, tmp_path: Path) -> None:
    """No header, no schema: nothing else can open it."""
    bad = spoilt(sound, tmp_path / "bad.gpkg", [0])
    with pytest.raises(UserError):
        Session.open(bad)
    assert repair(bad, tmp_path / "out.gpkg").share > 0.99


@pytest.mark.parametrize("kept", [0.5, 0.97])
def test_cut_short(sound: Path, tmp_path: Path, kept: float) -> None:
    """What is there is saved."""
    data = sound.read_bytes()
    bad = tmp_path / "bad.gpkg"
    bad.write_bytes(data[: int(len(data) * kept)])
    found = repair(bad, tmp_path / "out.gpkg")
    assert found.share > kept - 0.15
    with Session.open(tmp_path / "out.gpkg") as session:
        assert session.verify() == []


def test_words_that_are_lost_are_not_told_as_changes_that_are(sound: Path, tmp_path: Path) -> None:
    """A page of the list of transactions: every change is there, but not who made it."""
    data = sound.read_bytes()
    size = carve.page_size(data)
    pages = [data[at : at + size] for at in range(0, len(data), size)]
    told = [[len(row.values) for row in carve.rows([b"", page], 2)] for page in pages]
    number = max(range(1, len(told)), key=lambda n: told[n].count(14))
    found = repair(spoilt(sound, tmp_path / "bad.gpkg", [number]), tmp_path / "out.gpkg")
    assert (found.share, found.torn) == (1, [])
    assert found.unnamed == len(told[number])


def test_a_backup_gives_back_what_was_lost(sound: Path, tmp_path: Path) -> None:
    """The saved file and an old backup, merged, are whole again."""
    count = sound.stat().st_size // carve.page_size(sound.read_bytes())
    numbers = random.Random(3).sample(range(count), count * 5 // 100)
    bad = spoilt(sound, tmp_path / "bad.gpkg", numbers)
    repair(bad, tmp_path / "out.gpkg")
    with Session.open(sound) as backup, Session.open(tmp_path / "out.gpkg") as session:
        session.merge(backup.sent(session.vector()), "the backup")
        assert session.state.sites == backup.state.sites
        assert session.verify() == []


@pytest.mark.parametrize("data", [b"", b"hello" * 1000, bytes(100_000)])
def test_what_is_no_programme(tmp_path: Path, data: bytes) -> None:
    """One message, and no file."""
    bad = tmp_path / "bad.gpkg"
    bad.write_bytes(data)
    with pytest.raises(UserError, match="No change"):
        repair(bad, tmp_path / "out.gpkg")
    assert not (tmp_path / "out.gpkg").exists()


def test_what_is_too_large_to_hold_is_refused_before_it_is_read(tmp_path: Path) -> None:
    large = tmp_path / "large.gpkg"
    with large.open("wb") as file:
        file.write(b"SQLite format 3\0")
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(UserError, match="larger than the 2 GB"):
        repair(large, tmp_path / "out.gpkg")


@pytest.mark.parametrize("now", ["0", "1", "1 - open"])
def test_verify_finds_a_conflict_that_is_said_to_be_open_or_not_against_its_values(
    tmp_path: Path, now: str
) -> None:
    """Two copies gave a field one value, and then two: only the second is in conflict."""
    path = tmp_path / "p.gpkg"
    with Session.create(path, new_programme()) as session:
        session.do(AddSites("list", [a_site(n) for n in range(2)]))
        one, other = session.state.sites
    copy = path.with_name("copy.gpkg")
    copy.write_bytes(path.read_bytes())
    for file, note in ((path, "here"), (copy, "there")):
        with Session.open(file) as session:
            session.do(Amend("site", [one], {"note": note}))
            session.do(Amend("site", [other], {"note": "the same"}))
    with Session.open(path) as session, Session.open(copy) as there:
        session.merge(there.sent(session.vector()), "the copy")
        assert session.verify() == []
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT open FROM fork ORDER BY 1").fetchall() == [(0,), (1,)]
        connection.execute(f"UPDATE fork SET open = {now}")
    connection.close()
    with Session.open(path, read_only=True) as session:
        assert any("conflict about note is damaged" in fault for fault in session.verify())
