"""Sites dragged over a phase: the price is told beside the cursor before they are let go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget

from psnplanner.programme.edits import Amend
from psnplanner.session import Session
from psnplanner.ui.main_window import MainWindow
from psnplanner.ui.price_card import price_words
from psnplanner.ui.site_drag import site_mime
from psnplanner.ui.timeline.rows import PHASE

ONE_WINDOW = True
Settle = Callable[[MainWindow], None]
_MOVE, _LEFT = Qt.DropAction.MoveAction, Qt.MouseButton.LeftButton
_NO_KEY = Qt.KeyboardModifier.NoModifier


def movable(window: MainWindow) -> tuple[bytes, bytes]:
    """A site, and another phase that it may go to."""
    session = window.session
    for site in session.state.sites.values():
        for phase in session.state.phases:
            if phase != site.phase and session.price_of_move([site.id], phase).moved:
                return site.id, phase
    raise AssertionError("nothing in the sample may move")


def drag(port: QWidget, at: QPoint, mime: Any) -> QDragMoveEvent:
    """A hand with these sites comes in and stands still there."""
    enter = QDragEnterEvent(at, _MOVE, mime, _LEFT, _NO_KEY)
    QApplication.sendEvent(port, enter)
    move = QDragMoveEvent(at, _MOVE, mime, _LEFT, _NO_KEY)
    move.setAccepted(False)
    QApplication.sendEvent(port, move)
    return move


def over_phase(window: MainWindow, phase: bytes) -> tuple[QWidget, QPoint]:
    """The viewport of the phases, and the middle of a phase's line in it."""
    view, lines = window.phases.view, window.phases.model.lines
    index = window.phases.model.index([line.id for line in lines].index(phase))
    view.scrollTo(index)
    return view.viewport(), view.visualRect(index).center()


def test_the_price_is_told_before_letting_go(
    window: MainWindow, settle: Settle, qtbot: Any
) -> None:
    """Over the phases; it goes when the hand does, and nothing has moved."""
    window.tabs.setCurrentWidget(window.phases)
    site, phase = movable(window)
    before = window.session.state
    mime, card = site_mime([site]), window.plan.prices.card
    port, at = over_phase(window, phase)
    drag(port, at, mime)
    assert not card.isHidden()
    expected = price_words(window.session.price_of_move([site], phase))
    qtbot.waitUntil(lambda: card.told.text() == expected, timeout=20_000)
    assert before.phases[phase].name in expected
    QApplication.sendEvent(port, QDragLeaveEvent())
    assert card.isHidden()
    settle(window)
    assert window.session.state is before


def test_what_was_told_once_is_told_at_once(
    window: MainWindow, settle: Settle, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the programme changes."""
    window.tabs.setCurrentWidget(window.phases)
    site, phase = movable(window)
    asked: list[Any] = []
    really = Session.price_of_move
    monkeypatch.setattr(
        Session, "price_of_move",
        lambda self, *of: asked.append(of) or really(self, *of),
    )  # fmt: skip
    mime, card = site_mime([site]), window.plan.prices.card
    port, at = over_phase(window, phase)
    for _ in range(2):
        drag(port, at, mime)
        qtbot.waitUntil(lambda: "Working out" not in card.told.text(), timeout=20_000)
        QApplication.sendEvent(port, QDragLeaveEvent())
    assert len(asked) == 1
    window.session.do(Amend("site", [site], {"note": "another plan now"}))
    settle(window)
    drag(port, at, mime)
    qtbot.waitUntil(lambda: len(asked) == 2 and not window.jobs.busy, timeout=20_000)
    QApplication.sendEvent(port, QDragLeaveEvent())


def test_sites_are_priced_and_dropped_on_the_timeline(
    window: MainWindow, settle: Settle, qtbot: Any
) -> None:
    """On the row of a phase; elsewhere they cannot be let go."""
    window.places.show_timeline()
    settle(window)
    site, phase = movable(window)
    view, mime = window.timeline.view, site_mime([site])
    qtbot.waitUntil(lambda: bool(view.lines), timeout=10_000)
    line = next(line for line in view.lines if line.kind == PHASE and line.what.id == phase)
    view.verticalScrollBar().setValue(line.top)
    middle = next(
        y for y in range(view.viewport().height())
        if (found := view.line_at(y)) is not None and found is line
    )  # fmt: skip
    port, at = view.viewport(), QPoint(30, middle + 4)
    assert drag(port, at, mime).isAccepted()
    card = window.plan.prices.card
    assert not card.isHidden()
    assert not drag(port, QPoint(30, 2), mime).isAccepted()
    assert card.isHidden()
    drop = QDropEvent(QPointF(at), _MOVE, mime, _LEFT, _NO_KEY)
    QApplication.sendEvent(port, drop)
    qtbot.waitUntil(lambda: window.session.state.sites[site].phase == phase, timeout=20_000)
    settle(window)


def test_a_refusal_has_no_price(window: MainWindow, settle: Settle, qtbot: Any) -> None:
    """A plan that cannot be read is said so, in the card."""
    window.tabs.setCurrentWidget(window.phases)
    state = window.session.state
    phases = list(state.phases)
    window.session.do(Amend("phase", phases, {"capacity_days": None}))
    settle(window)
    site = next(iter(state.sites))
    port, at = over_phase(window, phases[0])
    drag(port, at, site_mime([site]))
    card = window.plan.prices.card
    qtbot.waitUntil(lambda: "no plan to explain" in card.told.text(), timeout=20_000)
    QApplication.sendEvent(port, QDragLeaveEvent())
