"""Drawing round sites to choose them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QPolygonF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from psnplanner.geography.spatial_index import PointIndex
from psnplanner.ui.main_window import MainWindow

ONE_WINDOW = True

NONE, ALT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
LEFT, NO_BUTTON = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


def _draw(canvas: Any, corners: list[tuple[float, float]], keys: Any) -> None:
    """Press at the first corner, go round, let go."""

    def send(kind: QEvent.Type, at: QPointF, button: Any, buttons: Any) -> None:
        event = QMouseEvent(kind, at, canvas.mapToGlobal(at), button, buttons, keys)
        QApplication.sendEvent(canvas, event)

    way = [QPointF(*corner) for corner in corners]
    send(QEvent.Type.MouseButtonPress, way[0], LEFT, LEFT)
    for start, end in pairwise(way):
        for step in (0.25, 0.5, 0.75, 1.0):
            send(QEvent.Type.MouseMove, start + (end - start) * step, NO_BUTTON, LEFT)
    send(QEvent.Type.MouseButtonRelease, way[-1], LEFT, NO_BUTTON)


def _inside(window: MainWindow, corners: list[tuple[float, float]]) -> set[bytes]:
    shape = QPolygonF([QPointF(*corner) for corner in corners])
    rule = Qt.FillRule.OddEvenFill
    canvas = window.pane.canvas
    places = {row.id: canvas.finder.pixel_of(row.id) for row in window.roster.rows.rows}
    return {i for i, at in places.items() if at is not None and shape.containsPoint(at, rule)}


def _triangle(canvas: Any) -> list[tuple[float, float]]:
    wide, tall = canvas.width(), canvas.height()
    return [(wide * 0.3, 20), (wide * 0.95, tall * 0.5), (wide * 0.35, tall - 15)]


def test_alt_and_drag_chooses_exactly_what_is_inside(window: MainWindow) -> None:
    """A triangle: its box holds more than it does."""
    canvas = window.pane.canvas
    view, corners = canvas.view, _triangle(canvas)
    _draw(canvas, corners, ALT)
    expected = _inside(window, corners)
    assert len(expected) > 10
    assert window.roster.selected == expected
    assert canvas.view == view
    assert canvas.lasso is None


def test_the_key_readies_the_lasso_for_one_drag(window: MainWindow) -> None:
    """L, its button and its menu entry say the same; Ctrl adds; afterwards a drag pans."""
    canvas, button = window.pane.canvas, window.pane.buttons.lasso
    QTest.keyClick(canvas, Qt.Key.Key_L)
    assert button.isChecked()
    assert window.actions_["lasso"].isChecked()
    window.roster.select([window.roster.rows.rows[0].id])
    corners = _triangle(canvas)
    _draw(canvas, corners, CONTROL)
    assert window.roster.selected == _inside(window, corners) | {window.roster.rows.rows[0].id}
    assert not button.isChecked()
    assert not canvas.tools.lassoing
    x = canvas.view.x
    window.roster.select([])
    _draw(canvas, [(400, 300), (300, 300)], NONE)
    assert canvas.view.x > x


def test_escape_puts_the_lasso_away(window: MainWindow) -> None:
    """And leaves the selection as it was."""
    canvas = window.pane.canvas
    window.roster.select([window.roster.rows.rows[3].id])
    window.pane.buttons.lasso.click()
    assert canvas.tools.lassoing
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert not canvas.tools.lassoing
    assert len(window.roster.selected) == 1


def test_a_hidden_site_is_not_caught(window: MainWindow) -> None:
    """What the filter leaves out is not there to be chosen."""
    canvas = window.pane.canvas
    window.roster.hide_statuses(["live"])
    _draw(canvas, _triangle(canvas), ALT)
    live = {i for i, status in window.session.state.statuses.items() if status == "live"}
    assert window.roster.selected
    assert not window.roster.selected & live


def test_two_hundred_vertices_agree_with_counting_crossings() -> None:
    """Against the even-odd rule worked out in numpy, for fifty thousand points."""
    luck = np.random.default_rng(5)
    xs, ys = luck.random(50_000), luck.random(50_000)
    turn = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    reach = 0.3 + 0.1 * np.sin(9 * turn)
    lasso = np.column_stack([0.5 + reach * np.cos(turn), 0.5 + reach * np.sin(turn)])
    found = PointIndex(xs, ys).in_polygon([(float(x), float(y)) for x, y in lasso])
    inside = np.zeros(len(xs), bool)
    for (x1, y1), (x2, y2) in zip(lasso, np.roll(lasso, -1, axis=0), strict=True):
        with np.errstate(divide="ignore"):
            crosses = (y1 > ys) != (y2 > ys)
            inside ^= crosses & (xs < (x2 - x1) * (ys - y1) / (y2 - y1) + x1)
    assert found.tolist() == np.flatnonzero(inside).tolist()


def test_the_tree_is_kept_while_nobody_moves(window: MainWindow) -> None:
    """A stage recorded does not make a hundred thousand points be sorted anew; a filter does."""
    from psnplanner.programme.stage import BLOCKED
    from psnplanner.programme.stage_edits import RecordStage

    canvas = window.pane.canvas
    canvas.finder.site_at(QPointF(QPoint(10, 10)))
    kept = canvas.finder._index
    site = next(i for i, s in window.session.state.statuses.items() if s == "planned")
    window.session.do(RecordStage(site, "desktop_survey", BLOCKED))
    canvas.finder.site_at(QPointF(QPoint(10, 10)))
    assert canvas.finder._index is kept
    window.roster.hide_statuses(["live"])
    canvas.finder.site_at(QPointF(QPoint(10, 10)))
    assert canvas.finder._index is not kept
