"""Another copy is read by a process with limits, which may die of it."""

from __future__ import annotations

import subprocess
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
    run = subprocess.run

    def dying(*given: Any, **named: Any) -> Any:
        done = run(*given, **named)
        lines = done.stdout.splitlines(keepends=True)
        return subprocess.CompletedProcess(done.args, -9, b"".join(lines[:-1]), done.stderr)

    monkeypatch.setattr(copies.subprocess, "run", dying)
    with pytest.raises(UserError, match="cannot be read; nothing was merged"):
        copies.read(other, {})
