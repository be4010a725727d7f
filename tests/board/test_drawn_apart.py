"""Drawings made by a process of its own are those made here, to the byte, and none is lost."""

from __future__ import annotations

import pytest

from psnplanner.board.drawn_apart import DrawnApart
from psnplanner.board.snapshot import Material, Pack, Wanted, pack, render
from psnplanner.programme.working_days import Calendar
from tests.board.sample import STATUS_ON, state_of


@pytest.fixture
def made() -> Pack:
    """A pack of the sample."""
    return pack(state_of([]), Wanted(), Material(), STATUS_ON, Calendar())


def test_the_same_bytes(made: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    """And those that were drawn apart are not drawn here again."""
    expected = render(made, ".svg")
    with DrawnApart([".html", ".svg"]) as drawers:
        drawers.begin(made)
        monkeypatch.setattr("psnplanner.board.drawn_apart.render", lambda *_: b"here")
        assert drawers.content(made, ".svg") == expected
        assert drawers.content(made, ".html") == b"here"


def test_one_that_fails_is_drawn_here(made: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever ends its process: the memory, the system, somebody."""
    monkeypatch.setattr("psnplanner.board.drawn_apart.render", lambda *_: b"here")
    with DrawnApart([".html", ".svg"]) as drawers:
        (child,) = drawers._children.values()
        child.kill()
        child.wait()
        drawers.begin(made)
        assert drawers.content(made, ".svg") == b"here"


def test_nothing_is_started_for_one_file() -> None:
    """It would only cost."""
    with DrawnApart([".pdf"]) as drawers:
        assert not drawers._children
