"""The quick set of faults, by doing them; `python -m tests.benchmarks faults` does them all."""

from __future__ import annotations

import contextlib
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from psnplanner.errors import UserError
from psnplanner.session import Session
from psnplanner.session.passphrases import encrypt
from tests.faults import flips, power, refusals
from tests.faults.power import Disk, Inode
from tests.faults.strangers import STRANGERS
from tests.faults.works import FILE, WORKS, programme

KILLS = 2
QUICK = [name for name in STRANGERS if name not in ("two programs", "network share (simulated)")]
traced = pytest.mark.skipif(not power.available(), reason="strace is not installed, or may not")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_killed_at_any_instant_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    """During saves, imports, merges, migrations and backups; nothing half done, and it goes on."""
    command = [sys.executable, "-m", "tests.faults.kills", ",".join(WORKS), str(KILLS), "1"]
    done = subprocess.run(
        [*command, str(tmp_path)], capture_output=True, text=True, check=False,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [work["faults"] for work in found] == [[]] * len(WORKS)
    assert [work["kills"] for work in found] == [KILLS] * len(WORKS)
    assert sum(work["in the act"] for work in found) > KILLS


@traced
def test_a_power_cut_loses_nothing_acknowledged(tmp_path: Path) -> None:
    """Disks rebuilt from what a real process wrote and synced."""
    found = power.campaign("saves", 15, 1, tmp_path / "work")
    assert found["faults"] == []
    assert found["images"] == 15
    assert int(str(found["acknowledged"])) > 15


def test_the_rig_loses_what_was_not_synced() -> None:
    """A control: a rig that never lost anything would prove nothing."""
    disk, file = Disk(), Inode()
    disk.name("a", file)
    file.write(0, b"x" * 2000)
    chance = random.Random(1)
    assert disk.image(chance, "none") == {}
    disk.sync()
    assert disk.image(chance, "none") == {"a": b""}
    assert disk.image(chance, "all") == {"a": b"x" * 2000}
    torn = [disk.image(chance, "torn")["a"] for _ in range(20)]
    assert any(0 < image.count(b"x") < 2000 for image in torn)
    file.sync()
    assert disk.image(chance, "none") == {"a": b"x" * 2000}


@traced
def test_a_full_disk_is_refused_cleanly(tmp_path: Path) -> None:
    """At writes all through saves, an import, a merge and backups; what was said is what is so."""
    found = refusals.campaign("pwrite64", "ENOSPC", 23, 41, tmp_path / "work")
    assert found["faults"] == []
    assert int(str(found["refused"])) > 5
    assert int(str(found["saved"])) > 5


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file's size")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # XlsxWriter's own
def test_an_export_cut_short_passes_for_no_whole_one(tmp_path: Path) -> None:
    """Of every kind, where no file may grow beyond a thousand bytes; KML said nothing of it."""
    programme(tmp_path / "work")
    found = {}
    with Session.open(tmp_path / "work" / FILE) as session:
        for kind in (".csv", ".xlsx", ".geojson", ".gpkg", ".kml", ".shp", ".zip"):
            with _no_file_beyond(1000):
                try:
                    session.export(tmp_path / "work" / f"out{kind}")
                except UserError:
                    found[kind] = sorted(p.name for p in (tmp_path / "work").glob("*out*"))
                else:
                    found[kind] = ["not refused"]
    assert found == {kind: [] for kind in found}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file's size")
@pytest.mark.parametrize("encrypted", [False, True])
def test_without_room_a_programme_is_read_and_says_why(tmp_path: Path, encrypted: bool) -> None:
    """Even the memory that SQLite shares between programs needs room on the disk."""
    programme(tmp_path / "work")
    path = tmp_path / "work" / FILE
    if encrypted:
        encrypt(path, path.with_name("encrypted.gpkg"), "correct horse battery")
        path = path.with_name("encrypted.gpkg")
    with _no_file_beyond(4096), Session.open(path) as session:
        assert session.state.sites
        assert "disk is full" in session.notice
        with pytest.raises(UserError, match="disk is full"):
            session.back_up()
        with pytest.raises(UserError, match="disk is full"):
            session.issue(tmp_path / "issued.svg")
    assert not (tmp_path / "issued.svg").exists()


def test_a_snapshot_whose_issue_is_not_recorded_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk may have room for the one, and not for the other."""
    programme(tmp_path / "work")
    with Session.open(tmp_path / "work" / FILE) as session:

        def full(*_given: object) -> None:
            raise UserError("The disk is full; nothing was changed.")

        monkeypatch.setattr(session, "do", full)
        monkeypatch.setattr(session, "_issued", lambda *_given: b"drawn")
        with pytest.raises(UserError, match="disk is full"):
            session.issue(tmp_path / "issued.svg")
    assert list(tmp_path.glob("*issued*")) == []


@contextlib.contextmanager
def _no_file_beyond(most: int) -> Iterator[None]:
    import resource

    usual, compiling = resource.getrlimit(resource.RLIMIT_FSIZE), sys.dont_write_bytecode
    sys.dont_write_bytecode = True  # it would be cut short as well, and stay so
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
        sys.dont_write_bytecode = compiling


@pytest.mark.parametrize("name", QUICK)
def test_what_others_do_to_an_open_file(tmp_path: Path, name: str) -> None:
    """A message in words, nothing stale shown as current, nothing lost."""
    assert STRANGERS[name](tmp_path / "work") == []


def test_every_flipped_bit_of_the_journal_is_found(tmp_path: Path) -> None:
    """Or changes nothing that any table says."""
    found = flips.campaign("journal", 30, 1, tmp_path / "work")
    assert found["missed at"] == []
    assert int(str(found["found"])) >= 28
