"""Backups that make themselves: which are kept, that they are whole, and the way back."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from psnplanner import home
from psnplanner.errors import UserError
from psnplanner.file import rolling
from psnplanner.file.rolling import Backup, Keep, is_due, thin
from psnplanner.programme.edits import Amend
from psnplanner.programme.travel import MERGE
from psnplanner.session import Session
from psnplanner.session.backups import BackupSettings, backups_of, restore_backup
from tests.conftest import Ticking, ident

ONE = ident("site 1")
NOON = datetime(2014, 6, 2, 12, tzinfo=UTC)


def at(hours: float, size: int = 1000, behind: int | None = 1, ahead: int = 0) -> Backup:
    """A backup made so many hours before noon."""
    made = NOON - timedelta(hours=hours)
    return Backup(Path(f"{made:%d%H%M}.gpkg"), made, size, 1, behind, ahead)


class TestKeeping:
    """Hours, days, weeks."""

    def test_months_of_hours_are_thinned(self) -> None:
        """One of each of the last hours, days and weeks; the newest of each."""
        kept: list[Backup] = []
        for hour in range(24 * 75, -1, -1):
            kept.append(at(hour))
            gone = {item.path for item in thin(kept, Keep())}
            kept = [item for item in kept if item.path not in gone]
        ages = [(NOON - item.made_at) / timedelta(hours=1) for item in kept]
        assert ages[-24:] == list(range(23, -1, -1))
        assert len({item.made_at.date() for item in kept[-38:]}) >= 14
        assert 24 + 12 <= len(kept) <= 24 + 14 + 8
        assert 24 * 7 * 6 < max(ages) < 24 * 7 * 9

    def test_they_never_take_more_than_they_may(self) -> None:
        """But three are kept whatever their size."""
        found = [at(hour, size=400) for hour in range(10)]
        assert len(thin(found, Keep(most_bytes=2000))) == 5
        assert len(thin(found, Keep(most_bytes=1))) == 7

    def test_those_that_hold_what_the_file_lacks_are_thinned_by_themselves(self) -> None:
        """Another copy's of the same hour are the only ones that hold its work."""
        own, others = [at(0), at(0.2)], [at(0.1, ahead=3), at(0.3, ahead=1)]
        assert thin([*own, *others], Keep(1, 1, 1)) == [own[1], others[1]]

    @pytest.mark.parametrize(
        ("found", "due"),
        [([], True), ([at(0.5)], False), ([at(1)], True), ([at(5, behind=0)], False),
         ([at(-5)], True), ([at(-5), at(0.5)], False), ([at(5, behind=None)], True),
         ([at(0.1, ahead=1), at(2)], True), ([at(0.1, ahead=1)], True)],
    )  # fmt: skip
    def test_when_one_is_due(self, found: list[Backup], due: bool) -> None:
        """After an hour with changes; a clock that was set back does not stop them."""
        assert is_due(found, NOON) is due


def test_a_backup_is_made_when_due_and_lists_what_it_lacks(
    with_sites: Session, clock: Ticking
) -> None:
    """Checked, whole, and beside the file; none while nothing was changed."""
    first = with_sites.back_up_if_due()
    assert first is not None
    assert first.path.parent == with_sites.path.with_name("cm backups")
    clock.now += timedelta(hours=2)
    assert with_sites.back_up_if_due() is None
    with_sites.do(Amend("site", [ONE], {"name": "A"}))
    (listed,) = with_sites.backups()
    assert (listed.behind, listed.transactions) == (1, 3)
    second = with_sites.back_up_if_due()
    assert second is not None
    assert [item.behind for item in with_sites.backups()] == [0, 1]
    with Session.open(second.path) as copy:
        assert copy.state.tables == with_sites.state.tables
        assert copy.verify() == []
    assert sorted(p.name for p in first.path.parent.iterdir()) == sorted(
        [first.path.name, second.path.name]
    )


def test_saving_goes_on_while_a_backup_is_made(
    with_sites: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy is of one instant; a save in the middle of it neither waits nor spoils it."""
    reached, go_on = threading.Event(), threading.Event()

    def halted(copy: Path, *_: object) -> None:
        reached.set()
        assert go_on.wait(30)

    monkeypatch.setattr(rolling, "_check", halted)
    made: list[Backup] = []
    thread = threading.Thread(target=lambda: made.append(with_sites.back_up()))
    thread.start()
    assert reached.wait(30)
    with_sites.do(Amend("site", [ONE], {"name": "meanwhile"}))
    go_on.set()
    thread.join(30)
    with Session.open(made[0].path) as copy:
        assert copy.state.sites[ONE].name == "Site 1"
        assert copy.verify() == []


def test_a_damaged_programme_is_not_backed_up_over_good_ones(with_sites: Session) -> None:
    """It says so, and leaves nothing."""
    good = with_sites.back_up()
    with_sites.close()
    with sqlite3.connect(with_sites.path) as connection:
        connection.execute("UPDATE site SET name = 'spoilt'")
    connection.close()
    with Session.open(with_sites.path) as again, pytest.raises(UserError, match="damaged"):
        again.back_up()
    assert list(good.path.parent.iterdir()) == [good.path]


def test_a_disk_with_little_room_is_left_alone(
    with_sites: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Backups never fill the disk."""
    usage = shutil.disk_usage(with_sites.path.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=50_000_000))
    with pytest.raises(UserError, match="not enough room for a copy: 50 MB"):
        with_sites.back_up()


def test_a_chosen_folder_keeps_programmes_apart(with_sites: Session, tmp_path: Path) -> None:
    """Two programmes of one name; what a killed process left long ago is cleared away."""
    folder = tmp_path / "all"
    folder.mkdir()
    BackupSettings(folder=str(folder), hourly=1, daily=1, weekly=1).save()
    with_sites.back_up()
    left = folder / ".cm.0123abcd.part.gpkg"
    left.write_bytes(b"half")
    os.utime(left, (time.time() - 200_000,) * 2)
    (tmp_path / "b").mkdir()
    with Session.create(tmp_path / "b" / "cm.gpkg") as other:
        assert other.backups() == []
        other.back_up()
        assert len(other.backups()) == 1
    assert len(with_sites.backups()) == 1
    assert not left.exists()
    assert BackupSettings.load().hourly == 1


def test_copies_of_one_programme_share_a_folder(
    with_sites: Session, clock: Ticking, tmp_path: Path
) -> None:
    """Neither keeps the other from being backed up, or lets the other's backups go."""
    BackupSettings(folder=str(tmp_path / "all"), hourly=1, daily=1, weekly=1).save()
    (tmp_path / "all").mkdir()
    (tmp_path / "b").mkdir()
    with_sites.backup(tmp_path / "b" / "cm.gpkg")
    with Session.open(tmp_path / "b" / "cm.gpkg", clock=clock) as other:
        for session, name in ((with_sites, "A"), (other, "B")) * 2:
            clock.now += timedelta(hours=0.6)
            session.do(Amend("site", [ONE], {"name": name + str(clock.now)}))
            assert session.back_up_if_due() is not None
        assert [(b.behind, b.ahead) for b in other.backups()] == [(0, 0), (2, 2)]
        assert [(b.behind, b.ahead) for b in with_sites.backups()] == [(2, 2), (0, 0)]


def test_a_chosen_folder_that_is_gone_is_not_made_anew(with_sites: Session, tmp_path: Path) -> None:
    """Its stick was pulled out: another disk under its name would be a backup of no use."""
    BackupSettings(folder=str(tmp_path / "stick" / "psn")).save()
    (tmp_path / "stick").mkdir()
    with pytest.raises(UserError, match="is not there"):
        with_sites.back_up_if_due()
    assert not list((tmp_path / "stick").iterdir())


def test_a_backup_takes_the_place_of_the_present_file(with_sites: Session) -> None:
    """Which is kept beside it; refused while it is open, and by a damaged backup."""
    path, made = with_sites.path, with_sites.back_up()
    with_sites.do(Amend("site", [ONE], {"name": "later"}))
    with pytest.raises(UserError, match="is open"):
        restore_backup(made.path, path, replace=True)
    with_sites.close()
    kept = restore_backup(made.path, path, replace=True)
    assert kept is not None
    with Session.open(path) as now, Session.open(kept) as before:
        assert now.state.sites[ONE].name == "Site 1"
        assert before.state.sites[ONE].name == "later"
        assert now.verify() == before.verify() == []
    broken = made.path.with_name("broken.gpkg")
    broken.write_bytes(made.path.read_bytes()[:20_000])
    with pytest.raises(UserError):
        restore_backup(broken, path, replace=True)
    with Session.open(path) as still:
        assert still.state.sites[ONE].name == "Site 1"
    assert not list(path.parent.glob(".*"))


def test_a_ruined_file_is_replaced_and_kept(with_sites: Session) -> None:
    """With its log, whatever it may be worth; its backups are found all the same."""
    path, made = with_sites.path, with_sites.back_up()
    with_sites.close()
    path.write_bytes(b"ruined")
    path.with_name(path.name + "-wal").write_bytes(b"its log")
    (listed,) = backups_of(path)
    assert listed.behind is None
    kept = restore_backup(made.path, path, replace=True)
    assert kept is not None
    assert kept.read_bytes() == b"ruined"
    assert kept.with_name(kept.name + "-wal").read_bytes() == b"its log"
    with Session.open(path) as now:
        assert len(now.state.sites) == 3
        assert now.verify() == []


@pytest.mark.parametrize("how", ["restored in its place", "copied over it"])
def test_work_in_both_is_kept_when_a_restored_file_is_edited_again(
    with_sites: Session, tmp_path: Path, how: str
) -> None:
    """What was done before the restoring and after it, brought together by merging."""
    path = with_sites.path
    made = with_sites.back_up()
    with_sites.close()
    plain = tmp_path / "plain.gpkg"
    shutil.copy(path, plain)
    with Session.open(path) as first:
        first.do(Amend("site", [ONE], {"name": "before"}))
        first.do(Amend("site", [ident("site 2")], {"name": "two"}))
    aside = tmp_path / "aside.gpkg"
    if how == "copied over it":  # into the same file: nothing on the disk tells it from before
        shutil.copy(path, aside)
        path.write_bytes(plain.read_bytes())
    else:
        kept = restore_backup(made.path, path, replace=True)
        assert kept is not None
        aside = kept
    with Session.open(path) as again:
        again.do(Amend("site", [ident("site 3")], {"name": "after"}))
        merged = again.merge_file(aside)
        assert merged.transactions == 2
        names = {again.state.sites[ident(f"site {n}")].name for n in (1, 2, 3)}
        assert names == {"before", "two", "after"}
        assert again.verify() == []
        assert again.merge_file(aside).transactions == 0
    with Session.open(aside) as other:
        other.merge_file(path)
        assert other.state.sites[ident("site 3")].name == "after"
        assert other.verify() == []


@pytest.mark.parametrize("image", [False, True], ids=["the file alone", "with the machine"])
def test_a_file_that_went_back_and_a_copy_of_its_lost_future_come_together(
    with_sites: Session, tmp_path: Path, image: bool
) -> None:
    """Both ways, also after the copy took in what was done since; no number is given twice unsaid.

    A machine that is set back whole cannot know it: there the merge gives a new name.
    """
    path, copy = with_sites.path, tmp_path / "copy.gpkg"
    with_sites.close()
    before = path.read_bytes()
    for place, name in ((path, "lost"), (copy, "there")):
        if place is copy:
            shutil.copy(path, copy)
        with Session.open(place) as session:
            for word in ("one", "two", "three"):
                session.do(Amend("site", [ident("site 2")], {"note": f"{name} {word}"}))
    path.write_bytes(before)
    if image:
        shutil.rmtree(home.folder() / "devices")
    with Session.open(path) as session:
        session.do(Amend("site", [ONE], {"note": "after"}))
    renamed = 0
    for into, other in ((copy, path), (path, copy), (copy, path)):
        with Session.open(into) as session:
            renamed += len(session.merge_file(other).renamed)
            assert session.verify() == []
    assert (renamed > 0) is image
    labels = []
    for place in (path, copy):
        with Session.open(place, read_only=True) as session:
            sites = session.state.sites
            assert (sites[ONE].note, sites[ident("site 2")].note) == ("after", "there three")
            made = [t for t in session.transactions() if t.kind != MERGE]
            labels.append({(t.author, t.label, t.recorded_at) for t in made})
    assert labels[0] == labels[1]
