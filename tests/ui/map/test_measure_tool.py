"""Measuring by real clicks: legs, total, taking back, ending, putting away."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from psnplanner.geography.distance import geodesic_m
from psnplanner.ui import look
from psnplanner.ui.main_window import MainWindow
from psnplanner.ui.map.measure_tool import length_words, miles_words
from psnplanner.ui.map.view import from_world
from tests.ui.sample import ident

ONE_WINDOW = True

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def _clear_spots(window: MainWindow, count: int) -> list[QPoint]:
    """Pixels with no site near, some way apart."""
    canvas, spots = window.pane.canvas, []
    for y in range(60, canvas.height() - 60, 40):
        for x in range(160, canvas.width() - 60, 90):
            if canvas.finder.site_at(QPointF(x, y)) is None:
                spots.append(QPoint(x, y))
    assert len(spots) >= count
    return spots[:: max(1, len(spots) // count)][:count]


def _place(window: MainWindow, at: QPoint) -> tuple[float, float]:
    return from_world(*window.pane.canvas.view.to_world(at.x(), at.y()))


def _between(one: tuple[float, float], other: tuple[float, float]) -> float:
    return geodesic_m(one[1], one[0], other[1], other[0])


def _click(window: MainWindow, at: QPoint) -> None:
    QTest.mouseClick(window.pane.canvas, LEFT, NONE, at)


def _hover(window: MainWindow, at: QPoint, buttons: Any = Qt.MouseButton.NoButton) -> None:
    canvas, spot = window.pane.canvas, QPointF(at)
    event = QMouseEvent(QEvent.Type.MouseMove, spot, canvas.mapToGlobal(spot),
                        Qt.MouseButton.NoButton, buttons, NONE)  # fmt: skip
    QApplication.sendEvent(canvas, event)


@pytest.fixture
def measuring(window: MainWindow) -> MainWindow:
    """The window with the measure in hand, by its menu."""
    window.actions_["measure"].trigger()
    assert window.actions_["measure"].isChecked()
    assert window.map_commands.measure_tool.card.isVisible()
    return window


def test_clicks_add_legs_and_the_card_adds_them_up(measuring: MainWindow) -> None:
    """Geodesic metres; the leg to the cursor counts while it follows; nothing is selected."""
    window, tool = measuring, measuring.map_commands.measure_tool
    a, b, c = _clear_spots(window, 3)
    _click(window, a)
    _click(window, b)
    first = _between(_place(window, a), _place(window, b))
    assert tool.total_m == pytest.approx(first)
    _hover(window, c)
    second = _between(_place(window, b), _place(window, c))
    assert tool.total_m == pytest.approx(first + second)
    assert tool.card.total.text().startswith(length_words(first + second))
    assert miles_words(first + second) in tool.card.total.text()
    assert not window.roster.selected


def test_double_click_ends_and_the_next_click_begins_anew(measuring: MainWindow) -> None:
    """The line stays to be read; moving on does not change it."""
    window, tool = measuring, measuring.map_commands.measure_tool
    a, b, c = _clear_spots(window, 3)
    _click(window, a)
    _click(window, b)
    QTest.mouseDClick(window.pane.canvas, LEFT, NONE, b)
    total = tool.total_m
    assert tool.ended
    assert len(tool.points) == 2
    _hover(window, c)
    assert tool.total_m == total
    _click(window, c)
    assert len(tool.points) == 1
    assert tool.total_m == 0


def test_keys_take_back_end_and_put_away(measuring: MainWindow) -> None:
    """Backspace, Enter, Escape once for the line and once for the tool."""
    window, tool = measuring, measuring.map_commands.measure_tool
    canvas, spots = window.pane.canvas, _clear_spots(measuring, 3)
    for spot in spots:
        _click(window, spot)
    QTest.keyClick(canvas, Qt.Key.Key_Backspace)
    assert len(tool.points) == 2
    assert tool.total_m == pytest.approx(_between(*(_place(window, s) for s in spots[:2])))
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert tool.ended
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert not tool.points
    assert canvas.tool is tool
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.tool is None
    assert not tool.card.isVisible()
    assert not window.actions_["measure"].isChecked()


def test_a_drag_still_pans_and_adds_nothing(measuring: MainWindow) -> None:
    """The map is moved under the line."""
    window, canvas = measuring, measuring.pane.canvas
    (at,) = _clear_spots(window, 1)
    before = canvas.view.x
    QTest.mousePress(canvas, LEFT, NONE, at)
    for step in range(1, 6):
        _hover(window, at + QPoint(20 * step, 0), LEFT)
    QTest.mouseRelease(canvas, LEFT, NONE, at + QPoint(100, 0))
    assert canvas.view.x != before
    assert not window.map_commands.measure_tool.points


def test_a_click_on_a_site_takes_its_own_place(measuring: MainWindow) -> None:
    """A few pixels off is still the building."""
    window, canvas = measuring, measuring.pane.canvas
    canvas.zoom_to([ident("site 7")])
    canvas.zoom(64)
    canvas.settle()
    at = canvas.finder.pixel_of(ident("site 7"))
    assert at is not None
    _click(window, at.toPoint() + QPoint(4, 3))
    site = window.session.state.sites[ident("site 7")].position
    (place,) = window.map_commands.measure_tool.points
    assert place == pytest.approx((site.longitude, site.latitude), abs=1e-9)


def test_the_line_is_on_the_map(measuring: MainWindow) -> None:
    """In the accent colour, between the points."""
    window, canvas = measuring, measuring.pane.canvas
    row = _clear_spots(window, 12)
    a, b = row[0], next(spot for spot in row[1:] if spot.y() == row[0].y())
    _click(window, a)
    _click(window, b)
    image = canvas.grab().toImage()
    accent = look.colour("accent")
    line = [image.pixelColor(x, a.y()) for x in range(a.x() + 8, b.x() - 8)]
    assert line.count(QColor(accent)) > 0.8 * len(line)


def test_closing_the_programme_puts_it_away(measuring: MainWindow) -> None:
    """No line over the start page."""
    (at,) = _clear_spots(measuring, 1)
    _click(measuring, at)
    measuring.let_go()
    assert measuring.pane.canvas.tool is None
    assert not measuring.map_commands.measure_tool.points


def test_lengths_in_words() -> None:
    """Metres up to two kilometres; miles beside."""
    said = [length_words(m) for m in (0.4, 85.2, 1999, 2000, 12_345, 123_456)]
    assert said == ["0 m", "85 m", "1,999 m", "2.00 km", "12.35 km", "123.5 km"]
    assert miles_words(1609.344) == "1.00 miles"
    assert miles_words(200_000) == "124 miles"
