"""Another copy is read by a process with limits, which may die of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from psnplanner.errors import UserError
from psnplanner.file import copies
from psnplanner.session import Session


def test_a_reader_that_died_has_read_no_copy(
    with_sites: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it had told by then is not taken for all there is."""
    other = tmp_path / "other.gpkg"
    with_sites.backup(other)
    assert copies.read(other, {}).transactions
    answer = copies._answer

    def dying(*given: Any) -> tuple[bytes, int]:
        output, _ = answer(*given)
        return b"".join(output.splitlines(keepends=True)[:-1]), -9

    monkeypatch.setattr(copies, "_answer", dying)
    with pytest.raises(UserError, match="cannot be read; nothing was merged"):
        copies.read(other, {})


def test_what_lies_in_the_folder_one_stands_in_is_not_run(
    with_sites: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside a copy in the post may lie a “json.py”, which the reader must not take for its own."""
    other, post = tmp_path / "other.gpkg", tmp_path / "post"
    with_sites.backup(other)
    post.mkdir()
    for name in ("json", "base64", "sqlite_utils", "psnplanner"):
        (post / f"{name}.py").write_text(f"open({str(post / 'ran')!r}, 'w')")
    monkeypatch.chdir(post)
    assert copies.read(other, {}).transactions
    assert not (post / "ran").exists()
