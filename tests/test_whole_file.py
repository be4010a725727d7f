"""Files that appear whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from psnplanner.errors import UserError
from psnplanner.whole_file import whole_file


def test_a_whole_file_takes_its_name_and_leaves_nothing_beside(tmp_path: Path) -> None:
    """What stood there is replaced in one step."""
    out = tmp_path / "out.txt"
    out.write_text("old")
    with whole_file(out) as beside:
        beside.write_text("new")
        assert out.read_text() == "old"
        assert beside.suffix == ".txt"
    assert [path.name for path in tmp_path.iterdir()] == ["out.txt"]
    assert out.read_text() == "new"


def test_what_fails_half_way_leaves_the_old_file(tmp_path: Path) -> None:
    """And nothing else."""
    out = tmp_path / "out.txt"
    out.write_text("old")

    def half() -> None:
        with whole_file(out) as beside:
            beside.write_text("ha")
            raise KeyError("lf")

    with pytest.raises(KeyError):
        half()
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


def test_a_name_taken_meanwhile_is_refused(tmp_path: Path) -> None:
    """Two at once: the second is told, and the first one's file stays."""
    out = tmp_path / "out.txt"

    def two_at_once() -> None:
        with whole_file(out, replace=False) as beside:
            beside.write_text("second")
            out.write_text("first")

    with pytest.raises(UserError, match="file of that name"):
        two_at_once()
    assert [path.read_text() for path in tmp_path.iterdir()] == ["first"]


def test_a_folder_that_refuses_is_said_plainly(tmp_path: Path) -> None:
    """Where, and what to do."""

    def nowhere() -> None:
        with whole_file(tmp_path / "missing" / "out.txt") as beside:
            beside.write_text("x")

    with pytest.raises(UserError, match=r"missing.*Choose a folder"):
        nowhere()


def test_what_was_refused_is_told_of_the_name_that_was_given(tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    with pytest.raises(UserError) as told, whole_file(out) as beside:
        raise UserError("The disk is full.", where=str(beside))
    assert told.value.where == str(out)
