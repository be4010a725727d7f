"""The lines of the timeline: bars, crew-days, nodes and contracts."""

from __future__ import annotations

from datetime import timedelta

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen, QPolygonF

from psnplanner.programme.node import Node
from psnplanner.ui import look
from psnplanner.ui.timeline.drag import Drag
from psnplanner.ui.timeline.ink import LEFT, paint_lock, phase_ink, smaller
from psnplanner.ui.timeline.model import Load, Loads, PhaseRow, months_of
from psnplanner.ui.timeline.rows import CONTRACTS, NODE, NODES, PHASE, TOTAL, Line
from psnplanner.ui.timeline.scene import BAR_PX, BAR_TOP, LOAD_PX, NAMES_PX, Scene


def paint_line(painter: QPainter, scene: Scene, line: Line) -> None:
    """One line of the chart, without its name."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if line.kind == PHASE:
        _paint_phase(painter, scene, line)
    elif line.kind == TOTAL:
        box = QRectF(0, scene.top(line) + 4, 0, line.height - 7)
        _paint_loads(painter, scene, scene.timeline.total, box, look.colour("accent"))
    elif line.kind in (NODES, NODE):
        nodes = scene.timeline.nodes if line.kind == NODES else (line.what,)
        for node in nodes:
            _paint_node(painter, scene, node, line)
    elif line.kind == CONTRACTS:
        _paint_contracts(painter, scene, line)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(look.colour("line"))
    bottom = scene.top(line) + line.height - 0.5
    painter.drawLine(QLineF(0, bottom, scene.wide, bottom))


def _paint_phase(painter: QPainter, scene: Scene, line: Line) -> None:
    row: PhaseRow = line.what
    ink, drag = phase_ink(row.colour), scene.drag
    dragged = drag if drag is not None and drag.id == row.id else None
    box = scene.bar(row, line)
    if box is None:
        painter.setPen(look.colour("faint"))
        painter.setFont(smaller(scene.font))
        at = QRectF(NAMES_PX + 8, scene.top(line), 400, line.height)
        painter.drawText(at, LEFT, "no dates yet: double-click to give it a window")
        return
    if dragged is not None and dragged.changed:
        _paint_ghost(painter, box)
        moved = scene.bar(row, line, dragged)
        assert moved is not None
        box = moved
    _paint_bar(painter, scene, row, box, ink)
    loads = row.loads
    if dragged is None:
        _paint_said(painter, scene, row, box)
    else:
        _paint_held(painter, scene, dragged, box)
        loads = scene.timeline.loads_of(dragged.moved)
    strip = QRectF(0, scene.top(line) + BAR_TOP + BAR_PX + 4, 0, LOAD_PX)
    _paint_loads(painter, scene, loads, strip, ink)


def _paint_bar(painter: QPainter, scene: Scene, row: PhaseRow, box: QRectF, ink: QColor) -> None:
    """The window, filled as far as its sites are live."""
    ground = QColor(ink)
    ground.setAlpha(60)
    path = QPainterPath()
    path.addRoundedRect(box, 4, 4)
    painter.fillPath(path, ground)
    if row.progress:
        painter.save()
        painter.setClipRect(
            QRectF(box.left(), box.top(), box.width() * row.progress, box.height()),
            Qt.ClipOperation.IntersectClip,
        )
        painter.fillPath(path, ink)
        painter.restore()
    chosen = row.id == scene.chosen
    painter.setPen(QPen(look.colour("accent") if chosen else ink, 2.4 if chosen else 1.2))
    painter.drawPath(path)


def _paint_said(painter: QPainter, scene: Scene, row: PhaseRow, box: QRectF) -> None:
    """What stands beside the bar: its lock, and how far it is or how late."""
    right = box.right() + 5
    if row.phase.locked:
        paint_lock(painter, QPointF(right + 5, box.center().y()), look.colour("text"))
        right += 16
    painter.setFont(smaller(scene.font))
    said = f"{row.live:,} of {row.sites:,} live" if row.sites else "no sites"
    if row.late:
        painter.setPen(look.colour("danger"))
        said = f"{row.late:,} late"
    else:
        painter.setPen(look.colour("faint"))
    painter.drawText(QRectF(right, box.top(), 200, box.height()), LEFT, said)


def _paint_ghost(painter: QPainter, box: QRectF) -> None:
    painter.setPen(QPen(look.colour("faint"), 1, Qt.PenStyle.DashLine))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box, 4, 4)


def _paint_held(painter: QPainter, scene: Scene, drag: Drag, box: QRectF) -> None:
    """The dates at both ends of what is dragged."""
    painter.setPen(QPen(look.colour("accent"), 2.4))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box, 4, 4)
    painter.setFont(smaller(scene.font))
    wide = painter.fontMetrics().horizontalAdvance("30 Sept") + 8
    for day, left in ((drag.starts_on, box.left() - wide - 2), (drag.ends_on, box.right() + 2)):
        tag = QRectF(left, box.top(), wide, box.height())
        painter.fillRect(tag, look.colour("accent"))
        painter.setPen(look.colour("on_accent"))
        painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, f"{day.day} {day:%b}")


def _paint_loads(painter: QPainter, scene: Scene, loads: Loads, strip: QRectF, ink: QColor) -> None:
    """Crew-days by the week, or by the month from far away, against what the crews can do."""
    weekly = scene.scale.by_weeks
    shown = loads if weekly else months_of(loads)
    most = max([max(each.capacity, each.done + each.needed) for each in shown.values()], default=0)
    if most <= 0:
        return
    for start, load in shown.items():
        after = start + timedelta(days=7) if weekly else (start + timedelta(days=32)).replace(day=1)
        left, right = scene.x(start), scene.x(after) - 1
        if right < NAMES_PX or left > scene.wide:
            continue
        _paint_load(
            painter, load, QRectF(left, strip.top(), right - left, strip.height()), most, ink
        )


def _paint_load(painter: QPainter, load: Load, cell: QRectF, most: float, ink: QColor) -> None:
    def level(days: float) -> float:
        return cell.bottom() - cell.height() * min(1.0, days / most)

    used = load.done + load.needed
    ahead = QColor(ink)
    ahead.setAlpha(110)
    painter.fillRect(QRectF(QPointF(cell.left(), level(load.done)), cell.bottomRight()), ink)
    box = QRectF(cell.left(), level(used), cell.width(), level(load.done) - level(used))
    painter.fillRect(box, ahead)
    if load.over:
        danger = look.colour("danger")
        over = QRectF(QPointF(cell.left(), level(used)), cell.bottomRight())
        painter.fillRect(over, QBrush(danger, Qt.BrushStyle.BDiagPattern))
        painter.setPen(QPen(danger, 1))
        painter.drawRect(over)
    if load.capacity > 0:
        painter.setPen(QPen(look.colour("text"), 1))
        y = level(load.capacity)
        painter.drawLine(QLineF(cell.left(), y, cell.right(), y))


def _paint_node(painter: QPainter, scene: Scene, node: Node, line: Line) -> None:
    """A full diamond where it went live, a hollow one where it is planned to."""
    middle = scene.top(line) + line.height / 2
    overdue = (
        node.live_on is None
        and node.planned_on is not None
        and node.planned_on < scene.timeline.present
    )
    ink = look.colour("danger" if overdue else "accent")
    if line.kind == NODE and node.live_on and node.planned_on:
        painter.setPen(QPen(look.colour("faint"), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QLineF(scene.x(node.planned_on), middle, scene.x(node.live_on), middle))
    on = node.live_on or node.planned_on
    if on is None:
        return
    centre, reach = QPointF(scene.x(on), middle), 5.0
    shape = QPolygonF(
        [
            centre + QPointF(0, -reach),
            centre + QPointF(reach, 0),
            centre + QPointF(0, reach),
            centre + QPointF(-reach, 0),
        ]
    )
    painter.setPen(QPen(ink, 1.4))
    painter.setBrush(ink if node.live_on else look.colour("base"))
    painter.drawPolygon(shape)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_contracts(painter: QPainter, scene: Scene, line: Line) -> None:
    """A bar a week of old contracts that end; what ends before its phase does is red."""
    contracts = scene.timeline.contracts
    most = max(each.ends for each in contracts.values())
    base, tall = scene.top(line) + line.height - 2, line.height - 6
    for week, each in contracts.items():
        left = scene.x(week)
        wide = max(1.5, scene.scale.px_per_day * 7 - 1)
        if left + wide < NAMES_PX or left > scene.wide:
            continue
        whole, early = tall * each.ends / most, tall * each.early / most
        painter.fillRect(QRectF(left, base - whole, wide, whole), look.colour("faint"))
        painter.fillRect(QRectF(left, base - early, wide, early), look.colour("danger"))
