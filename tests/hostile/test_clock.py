"""A clock of the year 2100 in a file must not become ours: what we write would bear it for ever."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from psnplanner.errors import UserError
from psnplanner.programme.edits import Amend
from psnplanner.session import Session, repair
from tests.hostile.case import SITES, Bench
from tests.hostile.databases import YEAR_2100, _projected, _site, forged

FORGED = _projected(forged([_site("note", "From 2100")], hlc=YEAR_2100))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """The office's programme."""
    (tmp_path / "bench").mkdir()
    return Bench.set_up(tmp_path / "bench")


def test_a_copy_from_2100_is_refused_and_our_clock_stays_as_it_was(
    bench: Bench, tmp_path: Path
) -> None:
    """Nothing is merged, and the next change is of today."""
    theirs = FORGED(bench, tmp_path)
    with Session.open(bench.programme) as session:
        with pytest.raises(UserError, match="a clock of 2100; nothing was merged"):
            session.merge_file(theirs)
        made = session.do(Amend("site", SITES[:1], {"note": "Ours"}))
        assert made is not None
        assert made.recorded_at.year < 2100


def test_a_programme_from_2100_is_read_but_not_written_to(bench: Bench, tmp_path: Path) -> None:
    """It says why, and the way out makes one that can be written to, nothing lost."""
    theirs, saved = FORGED(bench, tmp_path), tmp_path / "saved.gpkg"
    with Session.open(theirs) as session:
        assert session.read_only
        assert "a clock of the year 2100" in session.notice
        with pytest.raises(UserError, match="2100"):
            session.do(Amend("site", SITES[:1], {"note": "Ours"}))
    assert repair(theirs, saved).share == 1.0
    with Session.open(saved) as session:
        assert session.state.sites[SITES[0]].note == "From 2100"
        made = session.do(Amend("site", SITES[:1], {"note": "Ours"}))
        assert made is not None
        assert made.recorded_at.year < 2100
        assert session.verify() == []


def test_a_sound_programme_is_not_held_back(bench: Bench, tmp_path: Path) -> None:
    """The same, without the forged change."""
    with Session.open(Path(shutil.copy(bench.programme, tmp_path / "own.gpkg"))) as session:
        assert not session.read_only
