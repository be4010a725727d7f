"""The line of days at the map's foot: from award to go-live, to slide along or to play.

It only says which day is wanted; `ui/playback.py` shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QPainter, QPalette, QPen, QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QToolButton,
    QWidget,
)

from psnplanner.programme.words import uk
from psnplanner.ui import look

WEEK = 7
SPEEDS = ((7, "1 week/s"), (28, "4 weeks/s"), (91, "13 weeks/s"))
"""Days that pass in a second of play, and what to call that."""

_LEAST_PX = 90
"""The track is no shorter."""
_EDGE_PX = 12


@dataclass(frozen=True)
class Span:
    """The days that can be shown: from `first` to `last`, and two of note between or beyond."""

    first: date
    last: date
    present: date
    go_live: date | None

    @property
    def length(self) -> int:
        """Days from the first to the last."""
        return (self.last - self.first).days

    def clamped(self, day: date) -> date:
        """That day, or the end of the span that is nearest to it."""
        return min(max(day, self.first), self.last)


class DateTrack(QSlider):
    """A slider whose value is a day of the span; months are marked, days to come are hatched."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.span: Span | None = None
        self._scale: QPixmap | None = None
        self.setObjectName("date_track")
        self.setSingleStep(1)
        self.setPageStep(WEEK)
        self.setMinimumWidth(_LEAST_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Day shown on the map")

    def sizeHint(self) -> QSize:
        return QSize(400, 38)

    def show_span(self, span: Span) -> None:
        """Run from its first to its last day."""
        if span != self.span:
            self.span, self._scale = span, None
            self.setRange(0, max(1, span.length))
            self.update()

    @property
    def day(self) -> date:
        """The day the handle stands on."""
        assert self.span is not None
        return self.span.first + timedelta(days=self.value())

    def x_of(self, day: date) -> float:
        """The pixel of a day, from the left of the track."""
        assert self.span is not None
        part = (day - self.span.first).days / self.maximum()
        return _EDGE_PX + part * (self.width() - 2 * _EDGE_PX)

    def _value_at(self, x: float) -> int:
        part = (x - _EDGE_PX) / max(1, self.width() - 2 * _EDGE_PX)
        return round(part * self.maximum())

    # The hand: a press goes there at once, instead of a page nearer

    def mousePressEvent(self, event: Any) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.span is not None:
            self.setSliderDown(True)
            self.setValue(self._value_at(event.position().x()))

    def mouseMoveEvent(self, event: Any) -> None:
        if self.isSliderDown():
            self.setValue(self._value_at(event.position().x()))

    def mouseReleaseEvent(self, event: Any) -> None:
        self.setSliderDown(False)

    # Painting

    def paintEvent(self, event: Any) -> None:
        if self.span is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_groove(painter, self.span)
        # The months stay the same through all the frames of a play.
        if self._scale is None:
            self._scale = self._paint_scale(self.span)
        painter.drawPixmap(0, 0, self._scale)
        self._paint_marks(painter, self.span)
        self._paint_handle(painter)
        painter.end()

    def _paint_groove(self, painter: QPainter, span: Span) -> None:
        whole = QRectF(_EDGE_PX, 8, self.width() - 2 * _EDGE_PX, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("line"))
        painter.drawRoundedRect(whole, 3, 3)
        present = min(max(self.x_of(span.present), whole.left()), whole.right())
        ahead = QRectF(present, 8, whole.right() - present, 6)
        painter.setBrush(QBrush(look.colour("faint"), Qt.BrushStyle.BDiagPattern))
        painter.drawRoundedRect(ahead, 3, 3)
        at = self.x_of(self.day)
        passed = QRectF(whole.left(), 8, min(at, present) - whole.left(), 6)
        painter.setBrush(look.colour("accent"))
        painter.drawRoundedRect(passed, 3, 3)

    def _paint_scale(self, span: Span) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self._paint_months(painter, span)
        painter.end()
        return pixmap

    def _paint_months(self, painter: QPainter, span: Span) -> None:
        small = self.font()
        small.setPointSizeF(max(6.5, small.pointSizeF() - 2))
        painter.setFont(small)
        metrics = painter.fontMetrics()
        taken = -100.0
        for month in months(span.first, span.last):
            x = self.x_of(month)
            painter.setPen(QPen(look.colour("faint"), 1))
            painter.drawLine(QPointF(x, 16), QPointF(x, 20))
            words = f"{month:%b %Y}" if month.month == 1 or taken < 0 else f"{month:%b}"
            wide = metrics.horizontalAdvance(words)
            left = min(max(0.0, x - wide / 2), self.width() - wide)
            if left > taken + 8:
                painter.drawText(QPointF(left, 22 + metrics.ascent()), words)
                taken = left + wide

    def _paint_marks(self, painter: QPainter, span: Span) -> None:
        marks = [(span.present, look.colour("text"))]
        if span.go_live is not None and span.first <= span.go_live <= span.last:
            marks.append((span.go_live, look.colour("danger")))
        for day, colour in marks:
            x = self.x_of(day)
            painter.setPen(QPen(colour, 2))
            painter.drawLine(QPointF(x, 3), QPointF(x, 19))

    def _paint_handle(self, painter: QPainter) -> None:
        centre = QPointF(self.x_of(self.day), 11)
        ring = look.colour("accent") if self.hasFocus() else look.colour("faint")
        painter.setPen(QPen(ring, 2))
        painter.setBrush(self.palette().color(QPalette.ColorRole.Button))
        painter.drawEllipse(centre, 7.5, 7.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("accent"))
        painter.drawEllipse(centre, 3.2, 3.2)

    def resizeEvent(self, event: Any) -> None:
        self._scale = None
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        self._scale = None
        super().changeEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._scale = None
        if event.type() == QEvent.Type.ToolTip and self.span is not None:
            day = self.span.first + timedelta(days=self._value_at(event.pos().x()))  # type: ignore[attr-defined]
            self.setToolTip(uk(self.span.clamped(day)))
        return super().event(event)


def months(first: date, last: date) -> list[date]:
    """The first days of the months from one day to another, both counting."""
    index = first.year * 12 + first.month - 1 + (first.day > 1)
    found = []
    while (day := date(index // 12, index % 12 + 1, 1)) <= last:
        found.append(day)
        index += 1
    return found


class DateSlider(QWidget):
    """The track with its buttons: play on and back, step by a week, how fast, back to today."""

    moved = Signal(object)
    """Another day is wanted (a date)."""
    play_wanted = Signal(int)
    """To play: 1 onwards, -1 backwards, 0 to pause."""
    back_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("date_slider")
        self.setAutoFillBackground(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.track = DateTrack()
        self.week_back = self._button("‹", "A week back", lambda: self.step(-WEEK))
        self.play_back = self._button("◀", "Play backwards", lambda: self._play(-1))
        self.play_on = self._button("▶", "Play onwards", lambda: self._play(1))
        self.week_on = self._button("›", "A week on", lambda: self.step(WEEK))
        self.speed = QComboBox()
        self.speed.setAccessibleName("Speed of play")
        self.speed.setToolTip("How fast it plays")
        for days, words in SPEEDS:
            self.speed.addItem(words, days)
        self.speed.setCurrentIndex(1)
        self.words = QLabel()
        self.words.setObjectName("heading")
        self.words.setMinimumWidth(self.fontMetrics().horizontalAdvance("30 September 2014") + 12)
        self.words.setAccessibleName("Day shown on the map")
        self.back = self._button("Today", "Back to the present day, where changes can be made")
        self.back.clicked.connect(self.back_wanted)
        line = QHBoxLayout(self)
        line.setContentsMargins(8, 2, 8, 2)
        line.setSpacing(1)
        for button in (self.week_back, self.play_back, self.play_on, self.week_on):
            line.addWidget(button)
        line.addWidget(self.track, 1)
        line.addSpacing(4)
        line.addWidget(self.words)
        line.addWidget(self.back)
        line.addWidget(self.speed)
        self.track.valueChanged.connect(lambda _: self._moved())
        # A narrow map has it without what keys and the banner do as well.
        line.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        self._spared = ((self.speed,), (self.week_back, self.week_on), (self.back,))
        self._shown: date | None = None
        self.hide()

    @staticmethod
    def _button(sign: str, words: str, act: Any = None) -> QToolButton:
        button = QToolButton()
        button.setText(sign)
        button.setToolTip(words)
        button.setAccessibleName(words)
        button.setFixedHeight(28)
        if len(sign) == 1:
            button.setFixedWidth(28)
            button.setStyleSheet("QToolButton { padding: 2px; }")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if act is not None:
            button.clicked.connect(lambda: act())
        return button

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        line = self.layout()
        assert line is not None
        parts = [line.itemAt(place).widget() for place in range(line.count())]
        # With room for a track twice the least, everything is there.
        over = 2 * _LEAST_PX + 24 - self.width()
        over += sum(part.sizeHint().width() for part in parts if part not in (None, self.track))
        for widgets in self._spared:
            for widget in widgets:
                widget.setVisible(over <= 0)
            over -= sum(widget.sizeHint().width() for widget in widgets)
        line.activate()

    # What it shows

    def show_span(self, span: Span, day: date) -> None:
        """Run over these days, standing on one; says nothing."""
        self._shown = span.clamped(day)
        self.track.blockSignals(True)
        self.track.show_span(span)
        self.track.setValue((self._shown - span.first).days)
        self.track.blockSignals(False)
        self._tell()

    def show_day(self, day: date) -> None:
        """Stand on a day without asking for it."""
        if self.track.span is not None:
            self.show_span(self.track.span, day)

    def show_playing(self, direction: int) -> None:
        """Show which way it plays (1, -1), or that it rests (0)."""
        for button, way, sign, words in (
            (self.play_on, 1, "▶", "Play onwards"),
            (self.play_back, -1, "◀", "Play backwards"),
        ):
            playing = direction == way
            button.setText("❚❚" if playing else sign)
            button.setToolTip("Pause" if playing else words)
            button.setAccessibleName("Pause" if playing else words)

    @property
    def day(self) -> date:
        """The day it stands on."""
        return self.track.day

    @property
    def days_a_second(self) -> int:
        """How fast to play."""
        return int(self.speed.currentData())

    def _tell(self) -> None:
        assert self.track.span is not None
        self.words.setText(uk(self.day))
        self.track.setAccessibleDescription(uk(self.day))
        self.back.setEnabled(self.day != self.track.span.present)

    # What is asked of it

    def step(self, days: int) -> None:
        """Go on, or back, by so many days."""
        self.track.setValue(self.track.value() + days)

    def _moved(self) -> None:
        self._shown = self.day
        self._tell()
        self.moved.emit(self.day)

    def _play(self, direction: int) -> None:
        playing = (self.play_on if direction > 0 else self.play_back).accessibleName() == "Pause"
        self.play_wanted.emit(0 if playing else direction)

    def keyPressEvent(self, event: Any) -> None:
        if event.key() == Qt.Key.Key_Space:
            self._play(1)
        elif event.key() == Qt.Key.Key_Escape:
            self.back_wanted.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: Any) -> None:
        painter = QPainter(self)
        painter.setPen(QColor(look.colour("line")))
        painter.drawLine(0, 0, self.width(), 0)
        painter.end()
