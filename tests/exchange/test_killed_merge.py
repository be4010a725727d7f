"""A merge killed at any instant: what had been merged is there whole, the rest not at all.

`PSN_KILLS=100 pytest tests/exchange/test_killed_merge.py` kills a hundred times.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from psnplanner.programme.edits import Amend, Delete
from psnplanner.programme.state import State
from psnplanner.session import Session
from tests.conftest import a_site
from tests.exchange.test_field_work import ONE, THREE, TWO, office, returned, taken_out
from tests.exchange.test_photographs import jpeg

__all__ = ["office"]
KILLS = int(os.environ.get("PSN_KILLS", "10"))


@pytest.fixture
def prepared(office: Session) -> Path:
    """An office with work of its own, and two returns with conflicts and a photograph."""
    four = a_site(4).id
    for name in ("Ann", "Bob"):
        with taken_out(office, f"{name}.gpkg", ONE, TWO, THREE, four, person=name) as pack:
            for number in range(4):
                pack.do(Amend("site", [ONE, TWO, four], {"note": f"{name} {number}"}))
            pack.do(Amend("site", [THREE], {"note": name}))
            pack.add_photograph(TWO, jpeg("red" if name == "Ann" else "blue"))
            returned(pack)
        pack.path.unlink()
    office.do(Amend("site", [ONE], {"note": "desk"}))
    office.do(Delete("site", [THREE]))
    office.close()
    return office.path.parent


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_any_statement(prepared: Path) -> None:
    """Nothing is half merged; merged again, it is as if it had never been killed."""
    outcomes = _outcomes(prepared)
    done = subprocess.run(
        [sys.executable, "-m", "tests.exchange.killed", str(prepared), str(KILLS)],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert told["killed"] == KILLS, done.stderr
    assert told["statements"] > 100
    seen = set()
    for number in range(1, KILLS + 1):
        with Session.open(prepared / f"{number}.gpkg", author="office") as session:
            assert session.verify() == []
            found = [n for n, tables in enumerate(outcomes) if session.state.tables == tables]
            assert len(found) == 1, f"half merged by kill {number}"
            seen.add(found[0])
            for path in sorted(prepared.glob("*.psnreturn")):
                session.merge_file(path)
            assert session.state.tables == outcomes[-1]
            assert {c.field for c in session.conflicts()} == {"note", "-"}
            kept = session.state.photographs.values()
            assert all(session.photograph(p.digest) for p in kept)
            assert session.verify() == []
    assert seen >= {0, 1}, "the kills met nothing but one merge"


def _outcomes(folder: Path) -> list[object]:
    """The programme before, between and after the merges."""
    with Session.open(folder / "office.gpkg", read_only=True) as session:
        session.backup(folder / "whole.gpkg")
    with Session.open(folder / "whole.gpkg", author="office") as session:
        states: list[State] = [session.state]
        for path in sorted(folder.glob("*.psnreturn")):
            session.merge_file(path)
            states.append(session.state)
        assert len(session.conflicts()) == 4
    return [state.tables for state in states]
