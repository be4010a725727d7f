"""The stages of one site, one under the other: state, date, owner, and what is next."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from psnplanner.programme.site import Site
from psnplanner.programme.stage import (
    BLOCKED,
    DONE,
    IN_PROGRESS,
    NOT_NEEDED,
    PASSED,
    WAITING,
    Stage,
)
from psnplanner.programme.state import State
from psnplanner.ui import look
from psnplanner.ui.panels.stage_words import describe
from psnplanner.ui.wording import NOTHING

_NO_LIMIT = 16_777_215  # Qt's QWIDGETSIZE_MAX


class StageTrack(QWidget):
    """A row for each stage of the workflow; a click asks to record it."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: dict[str, StageRow] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)

    def show_site(self, state: State, site: Site, on: date) -> None:
        """Show how far this site is."""
        stages = state.workflow.stages
        if list(self.rows) != [stage.key for stage in stages]:
            self._make_rows(stages)
        records = state.stages_of(site.id)
        following = state.workflow.next_stage(site, records)
        partner = state.partner_name(site.partner)
        for index, stage in enumerate(stages):
            record = records.get(stage.key)
            found = state.workflow.state_of(stage, site, records)
            day, more = describe(
                stage, found, record, on, following=stage is following, partner=partner
            )
            row = self.rows[stage.key]
            row.show_stage(stage, found, day, more, first=not index, last=stage is stages[-1])

    def _make_rows(self, stages: tuple[Stage, ...]) -> None:
        for row in self.rows.values():
            row.deleteLater()
        self.rows = {}
        for stage in stages:
            row = StageRow(stage.key, self)
            row.clicked.connect(self.chosen)
            self._layout.addWidget(row)
            self.rows[stage.key] = row

    def open_under(self, key: str, widget: QWidget) -> None:
        """Put a widget right under a stage."""
        self._layout.removeWidget(widget)
        self._layout.insertWidget(self._layout.indexOf(self.rows[key]) + 1, widget)


class StageRow(QFrame):
    """One stage: a sign for its state, name and date, and a line on whom it waits for."""

    clicked = Signal(str)

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self.state = ""
        self._ends = (False, False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.name, self.day, self.more = QLabel(), QLabel(), QLabel()
        self.day.setObjectName("faint")
        self.more.setObjectName("faint")
        self.more.setWordWrap(True)
        self.name.setWordWrap(True)
        line = QHBoxLayout()
        line.addWidget(self.name, 1)
        line.addWidget(self.day)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(34, 4, 6, 4)
        layout.setSpacing(1)
        layout.addLayout(line)
        layout.addWidget(self.more)

    def show_stage(
        self, stage: Stage, state: str, day: str, more: str, *, first: bool, last: bool
    ) -> None:
        """Show this state of the stage."""
        self.state, self._ends = state, (first, last)
        self.name.setText(stage.name)
        self.name.setEnabled(state != NOT_NEEDED)
        font = self.name.font()
        font.setBold(state in (WAITING, IN_PROGRESS, BLOCKED))
        font.setStrikeOut(state == NOT_NEEDED)
        self.name.setFont(font)
        self.day.setText(day)
        self.more.setText(more)
        # Hiding it would lay the whole form out at once, for every row: this waits till the end.
        self.more.setMaximumHeight(_NO_LIMIT if more else 0)
        self.setToolTip(
            f"{stage.name}: {state}. Click to record it.\n"
            f"Usually {stage.working_days[1]:g} working days "
            f"({stage.working_days[0]:g} to {stage.working_days[2]:g}), {stage.owner}"
        )
        self.setAccessibleName(f"{stage.name}: {state} {day or NOTHING}")
        self.setAccessibleDescription(more)
        self.update()

    def paintEvent(self, event: Any) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.hasFocus():
            painter.fillRect(self.rect(), look.colour("alternate"))
        middle = 4 + self.name.fontMetrics().height() / 2
        painter.setPen(QPen(look.colour("line"), 2))
        first, last = self._ends
        top, bottom = (middle if first else 0), (middle if last else self.height())
        painter.drawLine(QPointF(17, top), QPointF(17, bottom))
        sign = state_sign(self.state, look.is_dark())
        painter.drawPixmap(QPointF(9, middle - 8), sign)

    def enterEvent(self, event: Any) -> None:
        self.update()

    def leaveEvent(self, event: Any) -> None:
        self.update()

    def mouseReleaseEvent(self, event: Any) -> None:
        if self.rect().contains(event.position().toPoint()):
            self.clicked.emit(self._key)

    def keyPressEvent(self, event: Any) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit(self._key)
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)


@lru_cache(maxsize=32)
def state_sign(state: str, dark: bool) -> QPixmap:
    """The round sign of a state, 16 pixels: tick, half, clock hands, bar, dash or empty."""
    pixmap = QPixmap(48, 48)
    pixmap.setDevicePixelRatio(3)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ring = QRectF(1.5, 1.5, 13, 13)
    colours = {DONE: "good", BLOCKED: "danger", WAITING: "accent", IN_PROGRESS: "accent"}
    colour = look.colour(colours.get(state, "faint"))
    ground = look.colour("base")
    painter.setPen(QPen(colour, 1.6))
    painter.setBrush(colour if state in (DONE, BLOCKED) else ground)
    painter.drawEllipse(ring)
    _draw_sign(painter, state, colour, ground)
    painter.end()
    return pixmap


def _draw_sign(painter: QPainter, state: str, colour: QColor, ground: QColor) -> None:
    if state in (DONE, BLOCKED):
        painter.setPen(QPen(ground, 1.8))
    if state == DONE:
        painter.drawPolyline([QPointF(4.8, 8.2), QPointF(7.2, 10.6), QPointF(11.4, 5.8)])
    elif state == BLOCKED:
        painter.drawLine(QPointF(4.8, 8), QPointF(11.2, 8))
    elif state == IN_PROGRESS:
        painter.setBrush(colour)
        painter.drawPie(QRectF(3.5, 3.5, 9, 9), 90 * 16, -180 * 16)
    elif state == WAITING:
        painter.drawPolyline([QPointF(8, 4.6), QPointF(8, 8), QPointF(10.4, 9.4)])
    elif state in PASSED:
        painter.drawLine(QPointF(5, 8), QPointF(11, 8))
