"""Frames at once, the finished map when it rests: what is shown in between is right."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest

from psnplanner.style import status_colour
from psnplanner.ui.main_window import MainWindow
from psnplanner.ui.map import pictures
from psnplanner.ui.map.view import View, to_world
from tests.ui.sample import ident

ONE_WINDOW = True


class _Flag:
    """A layer that fills the view, and counts how often it is asked to."""

    attribution = "Flags: somebody"

    def __init__(self) -> None:
        self.views: list[View] = []
        self.shown = True

    def paint(self, painter: QPainter, view: View, ratio: float) -> None:
        """Green all over."""
        self.views.append(view)
        painter.fillRect(0, 0, view.width, view.height, QColor("#00ff00"))


def _open_ground(canvas: Any) -> QPointF:
    """A pixel that no site, name or plate covers: the sea off Formby."""
    canvas.set_view(View(*to_world(-3.35, 53.58), 2.0**19, canvas.width(), canvas.height()))
    return QPointF(canvas.width() / 2 + 60, canvas.height() / 2)


def _colour(canvas: Any, at: QPointF) -> QColor:
    return canvas.grab().toImage().pixelColor(at.toPoint())


def test_the_first_frame_has_every_site_in_its_place(window: MainWindow) -> None:
    """Before anything is settled, and the same after."""
    canvas = window.pane.canvas
    canvas.settle()
    state, rows = window.session.state, canvas.roster.rows
    live = [i for i, status in state.statuses.items() if status == "live"]
    site, status = next(i for i in live if state.sites[i].position), "live"
    x, y = (float(line[rows.index_of[site]]) for line in (rows.xs, rows.ys))
    for scale in (2.0**24, 2.0**24 * 1.3):
        canvas.set_view(View(x, y, scale, canvas.width(), canvas.height()))
        assert not canvas.pictures.ready
        at = canvas.finder.pixel_of(site)
        assert _colour(canvas, at) == QColor(status_colour(status))
        canvas.settle()
        assert canvas.pictures.settled
        assert _colour(canvas, at) == QColor(status_colour(status))


def test_the_map_settles_by_itself(window: MainWindow, qtbot: Any) -> None:
    """A moment after the last change of scale."""
    canvas = window.pane.canvas
    canvas.zoom(1.5)
    assert not canvas.pictures.settled
    with qtbot.waitSignal(canvas.settled, timeout=5000):
        canvas.repaint()
    qtbot.waitUntil(lambda: canvas.pictures.settled, timeout=5000)


def test_names_are_carried_through_a_zoom(window: MainWindow) -> None:
    """What was named stays named, at its place, until names are laid out anew."""
    canvas = window.pane.canvas
    canvas.settle()
    assert canvas.pictures.names
    kept = canvas.pictures.names
    canvas.zoom(1.2)
    canvas.repaint()
    assert canvas.pictures.names is kept
    canvas.settle()
    assert canvas.pictures.names is not kept


def test_a_leap_shows_no_blocks(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first frame of three times the scale is nearer to the last than one of old pixels."""
    canvas = window.pane.canvas
    canvas.settle()
    assert canvas.areas_shown
    here, unlike = canvas.view, []
    for blocks_from in (pictures.BLOCKS_FROM, 100.0):
        monkeypatch.setattr(pictures, "BLOCKS_FROM", blocks_from)
        canvas.set_view(here)
        canvas.settle()
        canvas.zoom(3.0)
        assert not canvas.pictures.ready
        first = _pixels(canvas)
        canvas.settle()
        unlike.append(np.count_nonzero(first != _pixels(canvas)))
    assert unlike[0] < 0.8 * unlike[1]


def _pixels(canvas: Any) -> Any:
    image = canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint32).copy()


def test_panning_far_leaves_nothing_bare(window: MainWindow) -> None:
    """Beyond the margin the next frame is whole, though nothing has settled."""
    canvas = window.pane.canvas
    at = _open_ground(canvas)
    canvas.settle()
    sea = _colour(canvas, at)
    canvas.pan(0, -700)
    canvas.pan(0, 300)
    frame = canvas.grab().toImage()
    canvas.settle()
    settled = canvas.grab().toImage()
    spots = [(x, y) for x in range(160, canvas.width() - 160, 70) for y in (12, 150, 300)]
    same = sum(frame.pixelColor(*spot) == settled.pixelColor(*spot) for spot in spots)
    assert same > 0.8 * len(spots)
    assert sea.isValid()


def test_a_layer_below_is_painted_once_a_view_and_kept(window: MainWindow) -> None:
    """Not for a pan, again for a new scale, and never over a site."""
    canvas, flag = window.pane.canvas, _Flag()
    at = _open_ground(canvas)
    canvas.add_layer(flag, below_sites=True)
    assert _colour(canvas, at) == QColor("#00ff00")
    canvas.settle()
    times = len(flag.views)
    assert flag.views[-1].width > canvas.width()
    canvas.pan(20, 10)
    canvas.repaint()
    canvas.settle()
    assert len(flag.views) == times
    canvas.zoom(2)
    canvas.settle()
    assert len(flag.views) == times + 1
    assert _colour(canvas, at) == QColor("#00ff00")
    canvas.remove_layer(flag)
    assert _colour(canvas, at) != QColor("#00ff00")


def test_a_layer_above_is_painted_in_every_frame(window: MainWindow) -> None:
    """With the canvas's own view; hidden it is not."""
    canvas, flag = window.pane.canvas, _Flag()
    canvas.add_layer(flag, below_sites=False)
    at = _open_ground(canvas)
    assert _colour(canvas, at) == QColor("#00ff00")
    assert flag.views[-1] == canvas.view
    flag.shown = False
    canvas.layer_changed()
    assert _colour(canvas, at) != QColor("#00ff00")
    canvas.remove_layer(flag)


def test_whose_data_it_is_stands_in_the_corner(window: MainWindow) -> None:
    """A layer's own words join the base map's."""
    from psnplanner.ui.map import decorations

    canvas, flag = window.pane.canvas, _Flag()
    narrow = decorations.licence_box(canvas).width()
    canvas.add_layer(flag, below_sites=True)
    assert decorations.licence_box(canvas).width() > narrow
    canvas.remove_layer(flag)


class _Tool:
    """Takes every click and the key M; leaves drags to the map."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def press(self, at: QPointF, event: Any) -> bool:
        """No."""
        return False

    def move(self, at: QPointF, event: Any) -> bool:
        """No."""
        return False

    def release(self, at: QPointF, event: Any) -> bool:
        """A click, not the end of a drag."""
        self.seen.append(at)
        return True

    def double_click(self, at: QPointF, event: Any) -> bool:
        """No."""
        return False

    def key(self, key: int, event: Any) -> bool:
        """M alone."""
        self.seen.append(key)
        return key == Qt.Key.Key_M

    def left(self) -> None:
        """Says so."""
        self.seen.append("left")


def test_a_tool_has_the_mouse_until_escape(window: MainWindow) -> None:
    """Its clicks choose nothing; keys it does not know do what they always do."""
    canvas, tool = window.pane.canvas, _Tool()
    canvas.zoom_to([ident("site 7")])
    canvas.zoom(64)
    at = canvas.finder.pixel_of(ident("site 7")).toPoint()
    canvas.take_tool(tool)
    assert canvas.cursor().shape() == Qt.CursorShape.CrossCursor
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    assert tool.seen == [QPointF(at)]
    assert not window.roster.selected
    scale = canvas.view.scale
    QTest.keyClick(canvas, Qt.Key.Key_M)
    QTest.keyClick(canvas, Qt.Key.Key_Minus)
    canvas.settle()
    assert canvas.view.scale < scale
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.tool is None
    assert tool.seen[-1] == "left"
