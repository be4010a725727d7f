"""Who may write on a network share, where the system's own locks stay within one machine."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from psnplanner import home
from psnplanner.errors import UserError
from psnplanner.file import connection, lock, store_opening
from psnplanner.programme.edits import AddSites, Amend
from psnplanner.session import Session, new_programme
from tests.conftest import a_site

NOBODY = 2**22 + 1
"""No process has this number."""


@pytest.fixture
def on_share(with_sites: Session, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A programme on a share whose locks hold nobody off."""
    with_sites.close()
    free = SimpleNamespace(acquire=lambda: None, release=lambda: None, lock_file="nowhere")
    monkeypatch.setattr(lock, "FileLock", lambda *_, **__: free)
    monkeypatch.setattr(lock, "network_kind", lambda _path: "cifs")
    return with_sites.path


def claim(path: Path) -> Path:
    """The dot-file that claims a programme."""
    return path.with_name(f".{path.name}.claim")


def test_a_second_computer_reads_only_and_is_told(
    on_share: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the first lets go; what it saves meanwhile is there."""
    with Session.open(on_share) as first:
        monkeypatch.setattr(home, "machine", lambda: "another")
        with Session.open(on_share) as second:
            assert second.read_only
            assert "has this programme open on the network share" in second.notice
        monkeypatch.undo()
        monkeypatch.setattr(lock, "network_kind", lambda _path: "cifs")
        first.do(Amend("site", [next(iter(first.state.sites))], {"note": "saved"}))
    assert not claim(on_share).exists()
    with Session.open(on_share) as again:
        assert not again.read_only


@pytest.mark.parametrize(
    ("machine", "process", "writes"),
    [("mine", NOBODY, True), ("mine", os.getpid(), False), ("theirs", NOBODY, False)],
    # Named, for every worker of pytest has a process id of its own and must collect the same.
    ids=["ended", "alive", "elsewhere"],
)
def test_a_claim_left_by_a_crash_is_taken_over_on_its_own_machine_alone(
    on_share: Path, machine: str, process: int, writes: bool
) -> None:
    """Of another machine nobody knows whether it crashed or sleeps: the message says what to do."""
    name = home.machine() if machine == "mine" else machine
    claim(on_share).write_text(f"{name}\n{process}\nbeech", "utf-8")
    with Session.open(on_share) as session:
        assert session.read_only is not writes
        assert writes or "“beech”" in session.notice
    assert claim(on_share).exists() is not writes


def test_who_lost_the_claim_writes_no_more(on_share: Path) -> None:
    """A laptop that slept while somebody removed its claim and went on."""
    with Session.open(on_share) as session:
        claim(on_share).write_text("theirs\n1\nbeech", "utf-8")
        before = session.state
        with pytest.raises(UserError, match="claim on the network share"):
            session.do(Amend("site", [next(iter(before.sites))], {"note": "late"}))
        assert session.state is before
    assert claim(on_share).read_text("utf-8").startswith("theirs")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_claim_that_is_no_file_is_not_waited_on(on_share: Path) -> None:
    """A pipe of that name would be read for ever."""
    os.mkfifo(claim(on_share))
    with Session.open(on_share) as session:
        assert session.read_only
        assert "is no file" in session.notice


def test_on_a_share_a_change_larger_than_memory_is_not_taken_for_anothers_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a log SQLite writes to the file itself before all is told to it."""
    for module in (connection, lock, store_opening):
        monkeypatch.setattr(module, "network_kind", lambda _path: "cifs")
    with Session.create(tmp_path / "p.gpkg", new_programme()) as session:
        session._run(lambda: session._file._db.execute("PRAGMA cache_size=1").fetchall())
        before = (tmp_path / "p.gpkg").stat().st_size
        session.do(AddSites("list", [a_site(n, note="x" * 3000) for n in range(60)]))
        assert (tmp_path / "p.gpkg").stat().st_size > before + 60 * 3000
        assert session.look() == ""
        assert session.verify() == []
