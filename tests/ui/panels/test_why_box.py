"""Why this phase: reasons, the next best phases, wishes; shown and done from the site's form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from psnplanner.planning.explain import Alternative, Explanation
from psnplanner.programme.edits import Create
from psnplanner.programme.wish import Wish
from psnplanner.session import Session
from psnplanner.ui.main_window import MainWindow
from psnplanner.ui.settings import settings
from tests.ui.sample import ident

ONE_WINDOW = True
Settle = Callable[[MainWindow], None]


@pytest.fixture
def box(window: MainWindow) -> Iterator[Any]:
    """The box, closed as it is at first."""
    yield window.form.why
    window.form.why.button.setChecked(False)
    settings().remove("site/why_open")


def asked(window: MainWindow, site: bytes, qtbot: Any) -> Any:
    """The box opened on a site, and answered."""
    window.roster.select([site])
    box = window.form.why
    box.button.setChecked(True)
    qtbot.waitUntil(lambda: box.told.text() not in ("", "Asking the planner…"), timeout=20_000)
    return box


def test_closed_it_asks_nothing(
    window: MainWindow, box: Any, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever does not want to know waits for nothing."""
    monkeypatch.setattr(Session, "explain", lambda *_: pytest.fail("asked"))
    window.roster.select([ident("site 3")])
    settle(window)
    assert box.told.isHidden()


def test_it_says_what_the_planner_says(window: MainWindow, box: Any, qtbot: Any) -> None:
    """Each reason, each alternative with its pounds."""
    session = window.session
    site = next(
        i for i, status in session.state.statuses.items()
        if status != "live" and session.explain(i).alternatives
    )  # fmt: skip
    found = session.explain(site)
    asked(window, site, qtbot)
    words = box.told.text()
    for reason in found.reasons:
        assert reason.split("'")[0].split("&")[0] in words
    for item in found.alternatives:
        assert f"£{abs(item.pounds):,.0f}" in words
    live = next(i for i, status in session.state.statuses.items() if status == "live")
    window.roster.select([live])
    qtbot.waitUntil(lambda: "not to be planned" in box.told.text(), timeout=20_000)


def test_an_alternative_is_shown_and_done_with_its_knock_on(
    window: MainWindow, box: Any, qtbot: Any, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sites that move are chosen; moving is one transaction."""
    state = window.session.state
    site, other = ident("site 3"), ident("site 4")
    to, onward = state.phases_in_order[-1], state.phases_in_order[-2]
    other_name = state.sites[other].reference
    moves = ((other_name, onward.name),)
    found = Explanation("R3", "", 0.0, ("A <reason>.",), (Alternative(to.name, 310.0, moves),))
    monkeypatch.setattr(Session, "explain", lambda *_: found)
    asked(window, site, qtbot)
    assert "A &lt;reason&gt;." in box.told.text()
    assert "£310 more" in box.told.text()
    count = len(window.session.transactions())
    box.told.linkActivated.emit("move:0")
    qtbot.waitUntil(lambda: len(window.session.transactions()) == count + 1, timeout=10_000)
    after = window.session.state
    assert (after.sites[site].phase, after.sites[other].phase) == (to.id, onward.id)
    assert window.session.undo_label == f"Move R3 to {to.name}, and 1 to make room"
    settle(window)
    qtbot.waitUntil(lambda: "£310" in box.told.text(), timeout=10_000)
    box.told.linkActivated.emit("show:0")
    assert window.roster.selected == {site, other}


def test_wishes_about_it_are_there_and_can_be_taken_back(
    window: MainWindow, box: Any, qtbot: Any, settle: Settle
) -> None:
    """Even where there is nothing else to say."""
    site = next(i for i, status in window.session.state.statuses.items() if status != "live")
    wish = Wish(id=ident("wish"), kind="not before", sites=(site,), on=date(2014, 11, 3))
    window.session.do(Create([wish], "A wish"))
    asked(window, site, qtbot)
    assert "not before 3 November 2014" in box.told.text()
    box.told.linkActivated.emit(f"forget:{wish.id.hex()}")
    qtbot.waitUntil(lambda: "3 November" not in box.told.text(), timeout=10_000)
    assert not window.session.state.wishes
    settle(window)
