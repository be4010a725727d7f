"""The line of days at the map's foot, by itself."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from psnplanner.ui import look
from psnplanner.ui.map.date_slider import DateSlider, Span, months
from psnplanner.ui.playback import LookingBanner

SPAN = Span(date(2014, 3, 3), date(2015, 4, 1), date(2014, 10, 6), date(2015, 4, 1))


@pytest.fixture
def slider(qtbot: Any) -> DateSlider:
    """A slider over the programme, at its present day."""
    look.apply("light")
    made = DateSlider()
    qtbot.addWidget(made)
    made.show_span(SPAN, SPAN.present)
    made.resize(900, made.sizeHint().height())
    made.show()
    return made


def test_it_stands_on_the_present_day(slider: DateSlider) -> None:
    """The date as the United Kingdom writes it; back to today has nothing to do."""
    assert slider.day == SPAN.present
    assert slider.words.text() == "6 October 2014"
    assert not slider.back.isEnabled()


def test_a_press_goes_there_at_once(slider: DateSlider) -> None:
    """And says so once; dragging goes on from there."""
    said: list[date] = []
    slider.moved.connect(said.append)
    track = slider.track
    at = QPoint(round(track.x_of(date(2014, 6, 3))), 11)
    QTest.mousePress(track, Qt.MouseButton.LeftButton, pos=at)
    assert said == [slider.day]
    assert abs((slider.day - date(2014, 6, 3)).days) <= 1
    QTest.mouseMove(track, at + QPoint(100, 0))
    QTest.mouseRelease(track, Qt.MouseButton.LeftButton, pos=at + QPoint(100, 0))
    assert slider.day > date(2014, 6, 20)
    assert slider.back.isEnabled()


def test_the_keys_and_buttons_step(slider: DateSlider) -> None:
    """A day by the arrows, a week by page keys and buttons, both ends."""
    track = slider.track
    QTest.keyClick(track, Qt.Key.Key_Right)
    assert slider.day == date(2014, 10, 7)
    slider.week_back.click()
    assert slider.day == date(2014, 9, 30)
    slider.week_on.click()
    QTest.keyClick(track, Qt.Key.Key_PageUp)
    assert slider.day == date(2014, 10, 14)
    QTest.keyClick(track, Qt.Key.Key_Home)
    assert slider.day == SPAN.first
    QTest.keyClick(track, Qt.Key.Key_End)
    assert slider.day == SPAN.last
    assert track.accessibleDescription() == "1 April 2015"


def test_play_becomes_pause(slider: DateSlider) -> None:
    """The same button stops what it began; Space does both."""
    asked: list[int] = []
    slider.play_wanted.connect(asked.append)
    slider.play_on.click()
    slider.show_playing(1)
    assert slider.play_on.accessibleName() == "Pause"
    slider.play_on.click()
    slider.show_playing(0)
    slider.play_back.click()
    QTest.keyClick(slider, Qt.Key.Key_Space)
    assert asked == [1, 0, -1, 1]


def test_moving_the_span_says_nothing(slider: DateSlider) -> None:
    """Only a person's hand asks for another day."""
    said: list[date] = []
    slider.moved.connect(said.append)
    slider.show_span(Span(SPAN.first, date(2014, 12, 31), SPAN.present, None), date(2015, 2, 2))
    assert slider.day == date(2014, 12, 31)
    assert said == []


def test_months_are_marked() -> None:
    """The first of each month within the days."""
    assert months(date(2014, 3, 3), date(2014, 5, 1)) == [date(2014, 4, 1), date(2014, 5, 1)]
    assert months(date(2014, 12, 1), date(2015, 1, 31)) == [date(2014, 12, 1), date(2015, 1, 1)]


def test_days_to_come_look_otherwise(slider: DateSlider) -> None:
    """Filled up to the day shown, hatched after the present one."""
    image = slider.track.grab().toImage()
    past = image.pixelColor(round(slider.track.x_of(date(2014, 5, 1))), 11)
    assert past == look.colour("accent")
    ahead = {
        image.pixelColor(x, y).name()
        for x in range(round(slider.track.x_of(date(2015, 1, 5))), image.width() - 20)
        for y in range(9, 13)
    }
    assert len(ahead) > 1


@pytest.mark.parametrize("wide", [330, 420, 560, 900])
def test_on_a_narrow_map_nothing_lies_over_anything(slider: DateSlider, wide: int) -> None:
    """What is shown has room; what has none is left out, the day and playing on never."""
    slider.resize(wide, slider.height())
    parts = [slider.week_back, slider.play_back, slider.play_on, slider.week_on]
    parts += [slider.track, slider.words, slider.back, slider.speed]
    shown = [part.geometry() for part in parts if part.isVisible()]
    assert all(left.right() < right.left() for left, right in pairwise(shown))
    assert shown[-1].right() <= wide
    assert slider.words.isVisible()
    assert slider.play_on.isVisible()
    assert (len(shown) == len(parts)) == (wide == 900)


def test_the_banner_of_a_narrow_map_folds_its_words(qtbot: Any) -> None:
    """The way back to today stays within the map, clear of the scale bar at its foot."""
    look.apply("light")
    canvas = QWidget()
    qtbot.addWidget(canvas)
    canvas.resize(330, 360)
    banner = LookingBanner(canvas)
    canvas.show()
    banner.show_day(date(2014, 9, 30), False, 5, 34)
    assert canvas.rect().contains(banner.geometry())
    assert banner.geometry().bottom() < canvas.height() - 40
    assert banner.words.wordWrap()
    back = banner.back.geometry()
    assert banner.rect().contains(back)
    assert banner.words.geometry().right() < back.left()
    canvas.resize(1200, 360)
    banner.show_day(date(2014, 9, 30), False, 5, 34)
    assert not banner.words.wordWrap()
