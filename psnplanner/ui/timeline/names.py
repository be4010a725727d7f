"""The names at the left of the timeline."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QFont, QPainter

from psnplanner.programme.edits import plural
from psnplanner.ui import look
from psnplanner.ui.timeline.ink import RIGHT, elided, paint_lock, phase_ink, smaller
from psnplanner.ui.timeline.model import PhaseRow
from psnplanner.ui.timeline.rows import AXIS_PX, NODE, NODES, PHASE, TOTAL, Line
from psnplanner.ui.timeline.scene import NAMES_PX, Scene
from psnplanner.ui.wording import days_text


def paint_names(painter: QPainter, scene: Scene) -> None:
    """The column at the left, over whatever slid under it."""
    painter.fillRect(QRectF(0, 0, NAMES_PX, scene.tall), look.colour("base"))
    painter.save()
    painter.setClipRect(QRectF(0, AXIS_PX, NAMES_PX, scene.tall - AXIS_PX))
    for line in scene.lines:
        box = QRectF(0, scene.top(line), NAMES_PX, line.height)
        if box.bottom() > AXIS_PX and box.top() < scene.tall:
            _paint_name(painter, scene, line, box)
            painter.setPen(look.colour("line"))
            painter.drawLine(QLineF(0, box.bottom() - 0.5, NAMES_PX, box.bottom() - 0.5))
    painter.restore()
    painter.fillRect(QRectF(0, 0, NAMES_PX, AXIS_PX), look.colour("window"))
    painter.setPen(look.colour("line"))
    painter.drawLine(QLineF(0, AXIS_PX - 0.5, NAMES_PX, AXIS_PX - 0.5))
    painter.drawLine(QLineF(NAMES_PX - 0.5, 0, NAMES_PX - 0.5, scene.tall))


def _paint_name(painter: QPainter, scene: Scene, line: Line, box: QRectF) -> None:
    if line.kind == PHASE:
        _paint_phase_name(painter, scene, line.what, box)
        return
    painter.setFont(smaller(scene.font))
    painter.setPen(look.colour("faint"))
    inner = box.adjusted(10, 0, -8, 0)
    if line.kind == NODES:
        live = sum(node.live_on is not None for node in scene.timeline.nodes)
        sign = "▾" if scene.nodes_open else "▸"
        count = len(scene.timeline.nodes)
        elided(painter, inner, f"{sign} Nodes · {live} of {count} live")
    elif line.kind == NODE:
        elided(painter, inner.adjusted(14, 0, 0, 0), line.what.name)
    elif line.kind == TOTAL:
        span = "week" if scene.scale.by_weeks else "month"
        elided(painter, inner, f"Crew-days a {span}, all phases")
    else:
        elided(painter, inner, "Old contracts that end")


def _paint_phase_name(painter: QPainter, scene: Scene, row: PhaseRow, box: QRectF) -> None:
    if row.id == scene.chosen:
        painter.fillRect(box, look.colour("chosen"))
    painter.fillRect(QRectF(0, box.top() + 6, 4, box.height() - 12), phase_ink(row.colour))
    bold = QFont(scene.font)
    bold.setBold(True)
    painter.setFont(bold)
    painter.setPen(look.colour("text"))
    inner = box.adjusted(10, 5, -8, -5)
    half = inner.height() / 2
    upper = QRectF(inner.left(), inner.top(), inner.width(), half)
    if row.phase.locked:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_lock(painter, QPointF(upper.right() - 5, upper.center().y()), look.colour("text"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        upper.setRight(upper.right() - 15)
    elided(painter, upper, row.phase.name)
    painter.setFont(smaller(scene.font))
    lower = QRectF(inner.left(), inner.top() + half, inner.width(), half)
    over = row.phase.capacity_days is not None and row.effort_days > row.phase.capacity_days
    painter.setPen(look.colour("danger" if over else "faint"))
    words = _sites_words(row, scene)
    beside = painter.fontMetrics().horizontalAdvance(words) + 8
    load = load_words(row)
    if painter.fontMetrics().horizontalAdvance(load) > lower.width() - beside:
        load = load.removesuffix(" crew-days")  # the figures matter more than their name
    elided(painter, lower.adjusted(0, 0, -beside, 0), load)
    painter.setPen(look.colour("faint"))
    painter.drawText(lower, RIGHT, words)


def load_words(row: PhaseRow) -> str:
    """Crew-days against capacity, marked where it is too much."""
    used = days_text(row.effort_days)
    if row.phase.capacity_days is None:
        return f"{used} crew-days"
    sign = "▲ " if row.effort_days > row.phase.capacity_days + 1e-6 else ""
    return f"{sign}{used} / {days_text(row.phase.capacity_days)} crew-days"


def _sites_words(row: PhaseRow, scene: Scene) -> str:
    count = scene.selected.get(row.id, 0)
    if count:
        return f"● {count:,} selected"
    return f"{row.locked_sites:,} locked" if row.locked_sites else plural(row.sites, "site")
