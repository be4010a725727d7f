"""A planner's few minutes by hand alone: click, carry onto a phase, keys for undo, copy, paste."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QDrag, QDragEnterEvent, QDragMoveEvent, QDropEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from psnplanner.ui.main_window import MainWindow
from psnplanner.ui.map import tools

ONE_WINDOW = True
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
FREE = Qt.KeyboardModifier.NoModifier
MOVE = Qt.DropAction.MoveAction
KEY = Qt.Key


def _movable(window: MainWindow) -> tuple[bytes, bytes]:
    """A placed site of which little is done yet, and another phase."""
    state = window.session.state
    for site in state.sites.values():
        if site.position and site.phase and not site.locked and len(state.stages_of(site.id)) == 1:
            return site.id, next(phase for phase in state.phases if phase != site.phase)
    raise AssertionError("nothing in the sample may move")


def _mouse(widget: QWidget, kind: QEvent.Type, at: QPointF, held: Any) -> None:
    button = LEFT if kind == QEvent.Type.MouseButtonPress else NONE
    event = QMouseEvent(kind, at, widget.mapToGlobal(at), button, held, FREE)
    QApplication.sendEvent(widget, event)


def test_carried_from_the_map_onto_a_phase_and_back_by_a_key(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot: Any
) -> None:
    """A click chooses, a drag takes along, letting go moves; Ctrl+Z and Ctrl+Shift+Z."""
    site, phase = _movable(window)
    before, canvas = window.session.state.sites[site].phase, window.pane.canvas
    window.tabs.setCurrentWidget(window.phases)
    canvas.zoom_to([site])
    canvas.zoom(64)
    canvas.repaint()
    at = canvas.finder.pixel_of(site)
    QTest.mouseClick(canvas, LEFT, FREE, at.toPoint())
    assert window.roster.selected == {site}

    class Hand(QDrag):
        """Goes to the phase and lets go there: without a screen Qt would do nothing."""

        def exec(self, *_actions: Any) -> Any:
            view, lines = window.phases.view, window.phases.model.lines
            index = window.phases.model.index([line.id for line in lines].index(phase))
            view.scrollTo(index)
            port, place = view.viewport(), view.visualRect(index).center()
            for kind in (QDragEnterEvent, QDragMoveEvent):
                QApplication.sendEvent(port, kind(place, MOVE, self.mimeData(), LEFT, FREE))
            QApplication.sendEvent(port, QDropEvent(place, MOVE, self.mimeData(), LEFT, FREE))
            return MOVE

    monkeypatch.setattr(tools, "QDrag", Hand)
    _mouse(canvas, QEvent.Type.MouseButtonPress, at, LEFT)
    for step in (4, 12, 30):
        _mouse(canvas, QEvent.Type.MouseMove, at + QPointF(step, 0), LEFT)

    def now() -> Any:
        return window.session.state.sites[site].phase

    qtbot.waitUntil(lambda: now() == phase, timeout=20_000)
    window.activateWindow()
    canvas.setFocus()
    QTest.keyClick(canvas, KEY.Key_Z, CONTROL)
    qtbot.waitUntil(lambda: now() == before, timeout=20_000)
    qtbot.waitUntil(window.actions_["redo"].isEnabled, timeout=20_000)
    QTest.keyClick(canvas, KEY.Key_Z, CONTROL | SHIFT)
    qtbot.waitUntil(lambda: now() == phase, timeout=20_000)


def test_found_changed_copied_and_pasted_by_keys(window: MainWindow, qtbot: Any) -> None:
    """Ctrl+F and words, F2 and words, Ctrl+C, down, Ctrl+V: each change is in the programme."""
    window.activateWindow()
    window.places.table.raise_()
    view, model = window.table.view, window.table.model
    window.table.columns.sort("reference", False)
    QTest.keyClick(window, KEY.Key_F, CONTROL)
    QTest.keyClicks(QApplication.focusWidget(), "CM001")
    qtbot.waitUntil(lambda: model.rowCount() == 10, timeout=5000)
    first, second = model.ident(0), model.ident(1)
    view.setFocus()
    view.go_to(0, model.column_at("name"), select=True)
    QTest.keyClick(view, KEY.Key_F2)
    (editor,) = (e for e in view.viewport().findChildren(QLineEdit) if e.isVisible())
    editor.selectAll()
    QTest.keyClicks(editor, "Long Lane Library")
    QTest.keyClick(editor, KEY.Key_Return)
    QApplication.processEvents()
    sites = window.session.state.sites
    assert sites[first].name == "Long Lane Library"
    view.setFocus()
    view.go_to(0, model.column_at("name"), select=True)
    QTest.keyClick(view, KEY.Key_C, CONTROL)
    assert QApplication.clipboard().text().strip() == "Long Lane Library"
    view.go_to(1, model.column_at("name"), select=True)
    QTest.keyClick(view, KEY.Key_V, CONTROL)
    qtbot.waitUntil(
        lambda: window.session.state.sites[second].name == "Long Lane Library", timeout=5000
    )
    assert window.session.undo_label
    QTest.keyClick(view, KEY.Key_F, CONTROL | SHIFT)
    qtbot.waitUntil(lambda: model.rowCount() == 120, timeout=5000)
