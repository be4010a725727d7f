"""Zooms that ease in and pans that run on: where they lead, and that a hand stops them."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtWidgets import QApplication

from psnplanner.ui.map.canvas import MapCanvas
from psnplanner.ui.map.view import View

NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def canvas(qtbot: Any) -> MapCanvas:
    """A map of the region, without sites."""
    made = MapCanvas()
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.show()
    made.settle()
    return made


def _wheel(canvas: MapCanvas, spot: QPointF, notches: float) -> None:
    turned = QPoint(0, round(120 * notches))
    event = QWheelEvent(
        spot, canvas.mapToGlobal(spot), QPoint(), turned,
        Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)


def test_a_zoom_moves_at_once_and_keeps_the_place_under_the_cursor(canvas: MapCanvas) -> None:
    """In each of its frames."""
    spot, scale = QPointF(200, 150), canvas.view.scale
    place = canvas.view.to_world(200, 150)
    _wheel(canvas, spot, 2)
    assert scale < canvas.view.scale < 2 * scale
    frames = 0
    while canvas.motion.zooming:
        assert canvas.view.to_screen(*place) == pytest.approx((200, 150), abs=0.01)
        canvas.motion.step(0.016)
        frames += 1
    assert 5 < frames < 60
    assert canvas.view.scale == pytest.approx(2 * scale)


def test_notches_add_up_while_the_map_still_moves(canvas: MapCanvas) -> None:
    """Four in and four out lead back."""
    before, spot = canvas.view, QPointF(300, 200)
    for notches in (1, 1, 1, 1, -2, -2):
        _wheel(canvas, spot, notches)
        canvas.motion.step(0.016)
    canvas.settle()
    assert canvas.view.scale == pytest.approx(before.scale)
    assert canvas.view.x == pytest.approx(before.x)
    assert canvas.view.y == pytest.approx(before.y)


def test_a_map_let_go_runs_on_and_comes_to_rest(canvas: MapCanvas) -> None:
    """In the direction it was pushed, ever slower."""
    x, y = canvas.view.x, canvas.view.y
    canvas.motion.fling(900, 0)
    ways = []
    while canvas.motion.moving and len(ways) < 500:
        before = canvas.view.x
        canvas.motion.step(0.016)
        ways.append((before - canvas.view.x) * canvas.view.scale)
    assert (x - canvas.view.x) * canvas.view.scale == pytest.approx(900 * 0.26, rel=0.15)
    assert canvas.view.y == y
    assert ways[0] > 3 * ways[-1] >= 0
    assert not canvas.motion.moving


def test_a_slow_push_and_a_hand_on_the_map_stop_it(canvas: MapCanvas) -> None:
    """A map put down stays where it is."""
    canvas.motion.fling(60, 60)
    assert not canvas.motion.moving
    canvas.motion.fling(2000, 0)
    assert canvas.motion.moving
    canvas.motion.grasp()
    assert not canvas.motion.moving


def test_a_pinch_zooms_about_its_middle(canvas: MapCanvas) -> None:
    """As the trackpad tells it."""
    scale, place = canvas.view.scale, canvas.view.to_world(500, 300)
    spot = QPointF(500, 300)
    pinch = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture, QPointingDevice.primaryPointingDevice(), 2,
        spot, spot, canvas.mapToGlobal(spot), 0.25, QPointF(),
    )  # fmt: skip
    QApplication.sendEvent(canvas, pinch)
    assert canvas.view.scale == pytest.approx(1.25 * scale)
    assert canvas.view.to_screen(*place) == pytest.approx((500, 300), abs=0.01)


def test_a_glide_ends_exactly_where_it_was_sent(canvas: MapCanvas) -> None:
    """Near views are flown to, far ones are there at once."""
    near = canvas.view.moved(120, 40).zoomed(1.7, 400, 300)
    canvas.motion.glide_to(near)
    assert canvas.view != near
    while canvas.motion.moving:
        canvas.motion.step(0.016)
    assert canvas.view == near
    far = View(0.2, 0.2, near.scale, near.width, near.height)
    canvas.motion.glide_to(far)
    assert canvas.view == far
