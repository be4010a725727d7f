"""Painting the timeline: the ground, the lines on it, what stands over them, the names."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter

from psnplanner.ui import look
from psnplanner.ui.timeline.bars import paint_line
from psnplanner.ui.timeline.ground import paint_days, paint_marks
from psnplanner.ui.timeline.names import paint_names
from psnplanner.ui.timeline.rows import AXIS_PX
from psnplanner.ui.timeline.scene import NAMES_PX, Scene


def paint(painter: QPainter, scene: Scene) -> None:
    """Everything."""
    painter.fillRect(0, 0, scene.wide, scene.tall, look.colour("base"))
    chart = QRectF(NAMES_PX, 0, scene.wide - NAMES_PX, scene.tall)
    painter.save()
    painter.setClipRect(chart)
    paint_days(painter, scene)
    painter.setClipRect(chart.adjusted(0, AXIS_PX, 0, 0))
    for line in scene.lines:
        if scene.top(line) < scene.tall and scene.top(line) + line.height > AXIS_PX:
            paint_line(painter, scene, line)
    painter.setClipRect(chart)
    paint_marks(painter, scene)
    painter.restore()
    paint_names(painter, scene)


def paint_empty(painter: QPainter, box: QRect) -> None:
    """What to do about a programme without phases, over the chart."""
    words = "No phases yet: add one, or let the planner propose them (Ctrl+P)."
    wraps = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    room = painter.boundingRect(box.adjusted(16, 0, -16, 0), wraps, words)
    painter.fillRect(room.adjusted(-10, -6, 10, 6), look.colour("base"))
    painter.setPen(look.colour("text"))
    painter.drawText(room, wraps, words)
