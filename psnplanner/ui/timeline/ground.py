"""The ground of the timeline: days nobody works, the axis, the present day and go-live."""

from __future__ import annotations

from datetime import date, timedelta

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from psnplanner.ui import look
from psnplanner.ui.timeline.ink import LEFT, smaller
from psnplanner.ui.timeline.rows import AXIS_PX
from psnplanner.ui.timeline.scale import months_between, weeks_between
from psnplanner.ui.timeline.scene import NAMES_PX, Scene


def paint_days(painter: QPainter, scene: Scene) -> None:
    """Days nobody works, closed windows and the axis."""
    scale, calendar = scene.scale, scene.timeline.calendar
    below = QRectF(0, AXIS_PX, 0, scene.tall - AXIS_PX)
    free = QColor(look.colour("line"))
    free.setAlpha(90)
    day = scene.first
    while scale.px_per_day >= 1.5 and day <= scene.last:
        weekend = day.weekday() >= 5
        if not calendar.is_working(day) and (not weekend or scale.px_per_day >= 5):
            tint = QColor(free)
            tint.setAlpha(90 if weekend else 190)
            below.setLeft(scene.x(day))
            below.setRight(scene.x_after(day))
            painter.fillRect(below, tint)
        day += timedelta(days=1)
    _paint_closed(painter, scene)
    _paint_axis(painter, scene)


def _paint_closed(painter: QPainter, scene: Scene) -> None:
    """Windows shut for all are hatched closely; those of a kind or partner are dotted."""
    for window in scene.timeline.closed:
        assert window.starts_on is not None
        assert window.ends_on is not None
        general = not window.kind and window.partner is None
        tint = QColor(look.colour("faint"))
        tint.setAlpha(110 if general else 70)
        pattern = Qt.BrushStyle.BDiagPattern if general else Qt.BrushStyle.Dense7Pattern
        box = QRectF(scene.x(window.starts_on), AXIS_PX, 0, scene.tall - AXIS_PX)
        box.setRight(scene.x_after(window.ends_on))
        painter.fillRect(box, QBrush(tint, pattern))


def _paint_axis(painter: QPainter, scene: Scene) -> None:
    painter.fillRect(QRectF(NAMES_PX, 0, scene.wide, AXIS_PX), look.colour("window"))
    painter.setFont(scene.font)
    half, edge = AXIS_PX / 2, look.colour("line")
    for first, last in months_between(scene.first, scene.last):
        left, right = scene.x(first), scene.x_after(last)
        painter.setPen(edge)
        painter.drawLine(QLineF(left, 0, left, scene.tall))
        _axis_words(painter, first, max(left, NAMES_PX), right, half)
    small = smaller(scene.font)
    painter.setFont(small)
    if scene.scale.by_weeks:
        least = painter.fontMetrics().horizontalAdvance("30") + 6
        step = max(1, -(-least // max(1, int(scene.scale.px_per_day * 7))))
        for index, (first, _) in enumerate(weeks_between(scene.first, scene.last)):
            x = scene.x(first)
            painter.setPen(edge)
            painter.drawLine(QLineF(x, half, x, AXIS_PX))
            # Weeks are counted from a fixed Monday, so that panning does not renumber them.
            if (first.toordinal() // 7) % step == 0:
                painter.setPen(look.colour("faint"))
                box = QRectF(x + 3, half, 60, half)
                painter.drawText(box, LEFT, str(first.day))
            del index
    painter.setPen(edge)
    painter.drawLine(QLineF(NAMES_PX, AXIS_PX - 0.5, scene.wide, AXIS_PX - 0.5))


def _axis_words(painter: QPainter, month: date, left: float, right: float, half: float) -> None:
    """The month, as long as there is room for."""
    metrics = painter.fontMetrics()
    for words in (f"{month:%B %Y}", f"{month:%b %Y}", f"{month:%b}", f"{month:%b}"[0]):
        if metrics.horizontalAdvance(words) + 6 <= right - left:
            painter.setPen(look.colour("text"))
            painter.drawText(QRectF(left + 4, 0, right - left, half), LEFT, words)
            return


def paint_marks(painter: QPainter, scene: Scene) -> None:
    """The present day and go-live, over everything."""
    marks = [(scene.timeline.present, look.colour("text"), "Status date")]
    if scene.timeline.go_live is not None:
        marks.append((scene.timeline.go_live, look.colour("danger"), "Go-live"))
    painter.setFont(smaller(scene.font))
    metrics = painter.fontMetrics()
    for day, colour, words in marks:
        x = scene.x(day)
        if not NAMES_PX <= x <= scene.wide:
            continue
        painter.setPen(QPen(colour, 1.6))
        painter.drawLine(QLineF(x, AXIS_PX - 17, x, scene.tall))
        wide = metrics.horizontalAdvance(words) + 8
        left = x if x + wide < scene.wide else x - wide
        tag = QRectF(left, AXIS_PX - 18, wide, 16)
        painter.fillRect(tag, colour)
        painter.setPen(look.colour("base"))
        painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, words)
