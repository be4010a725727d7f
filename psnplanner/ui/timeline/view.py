"""The chart: zoomed by the wheel, moved by the hand, its bars dragged by mouse or keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from psnplanner.programme.record import RecordId
from psnplanner.ui.timeline import keys
from psnplanner.ui.timeline.card import ConsequenceCard
from psnplanner.ui.timeline.consequences import Consequence
from psnplanner.ui.timeline.drag import STARTS, WHOLE, Drag
from psnplanner.ui.timeline.hits import part_at
from psnplanner.ui.timeline.model import PhaseRow, Timeline
from psnplanner.ui.timeline.paint import paint, paint_empty
from psnplanner.ui.timeline.rows import AXIS_PX, NODES, PHASE, Line, lines_of
from psnplanner.ui.timeline.scale import Scale
from psnplanner.ui.timeline.scene import NAMES_PX, Scene
from psnplanner.ui.timeline.tips import tip_at


class TimelineView(QAbstractScrollArea):
    """Shows a Timeline. It changes nothing itself: it says which change is wanted."""

    change_wanted = Signal(object)
    """A Drag was let go, or Enter pressed: make it so."""
    proposed = Signal(object)
    """A phase would be moved so (a Drag): what would that break?"""
    let_be = Signal()
    """Nothing is proposed any more."""
    edit_wanted = Signal(object)
    menu_wanted = Signal(object, QPoint)
    chosen_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Timeline of the phases")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.viewport().setMouseTracking(True)
        self.timeline: Timeline | None = None
        self.read_only = False
        self.scale = Scale(735000.0, 3.0)
        self.lines: list[Line] = []
        self.nodes_open = False
        self.chosen: RecordId | None = None
        self.selected: dict[RecordId | None, int] = {}
        self.drag: Drag | None = None
        self.card = ConsequenceCard(self)
        self._held: QPointF | None = None
        self._panned: QPointF | None = None
        self._by_keys = False
        self._fitted = False

    def sizeHint(self) -> QSize:
        return QSize(900, 260)

    # What is shown

    def show_timeline(self, timeline: Timeline | None, *, read_only: bool = False) -> None:
        """Show this (None: nothing). A proposal still open is taken back."""
        new = self.timeline is None and timeline is not None
        self.timeline, self.read_only = timeline, read_only
        self.put_back()
        if timeline is not None and timeline.row(self.chosen) is None:
            self.chosen = None
        self._lay_out()
        if new:
            self._fitted = False
            self.fit()
            self._show_present()

    def _show_present(self) -> None:
        """Begin with the phase that is under way, and the one before it."""
        assert self.timeline is not None
        under_way = [
            line
            for line in self.lines
            if line.kind == PHASE and (line.what.phase.ends_on or date.min) >= self.timeline.present
        ]
        if under_way:
            above = under_way[0].height + self.lines[0].height
            self.verticalScrollBar().setValue(under_way[0].top - above)

    def show_selected(self, counts: dict[RecordId | None, int]) -> None:
        """Mark the phases that so many of the chosen sites are in."""
        self.selected = counts
        self.viewport().update()

    def show_consequences(self, drag: Drag, found: Sequence[Consequence]) -> None:
        """What a proposal would break; an answer to one that is past is passed over."""
        if self.drag is not None and drag == self.drag:
            self.card.show_consequences(found)
            self._place_card()

    def _lay_out(self) -> None:
        self.lines = lines_of(self.timeline, self.nodes_open) if self.timeline else []
        tall = self.lines[-1].bottom if self.lines else 0
        room = self.viewport().height() - AXIS_PX
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, tall - room))
        bar.setPageStep(room)
        bar.setSingleStep(20)
        self.viewport().update()

    def scene(self) -> Scene:
        """What is painted now."""
        assert self.timeline is not None
        return Scene(
            self.timeline,
            self.lines,
            self.scale,
            self.viewport().width(),
            self.viewport().height(),
            self.verticalScrollBar().value(),
            self.font(),
            self.chosen,
            self.selected,
            self.drag,
            self.nodes_open,
        )

    def paintEvent(self, event: Any) -> None:
        painter = QPainter(self.viewport())
        if self.timeline is None:
            painter.fillRect(self.viewport().rect(), self.palette().base())
        else:
            paint(painter, self.scene())
            if not self.timeline.phases:
                paint_empty(painter, self.viewport().rect().adjusted(NAMES_PX, AXIS_PX, 0, 0))
        painter.end()

    def resizeEvent(self, event: Any) -> None:
        self._lay_out()
        if not self._fitted:
            self.fit()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()

    # Where it looks

    def fit(self) -> None:
        """Show the whole programme."""
        if self.timeline is not None:
            self._show_days(self.timeline.first, self.timeline.last)
            self._fitted = self.viewport().width() > NAMES_PX + 200

    def zoom_to(self, ident: RecordId) -> None:
        """Show the window of a phase, with some room round it."""
        row = self.timeline.row(ident) if self.timeline else None
        if row is not None and row.phase.starts_on and row.phase.ends_on:
            self._show_days(row.phase.starts_on, row.phase.ends_on, 60)
            self._fitted = True
            self._scroll_to(ident)

    def _show_days(self, first: Any, last: Any, edge: int = 0) -> None:
        # Room at the right for what is said beside the last bar.
        wide = max(100, self.viewport().width() - NAMES_PX)
        scale = Scale.fitting(first, last, wide - 90 - 2 * edge)
        self.scale = scale.moved(12 + edge)
        self.viewport().update()

    def zoom(self, factor: float, x: float | None = None) -> None:
        """Nearer or further about a pixel of the chart, or its middle."""
        middle = (self.viewport().width() - NAMES_PX) / 2
        self.scale = self.scale.zoomed(factor, middle if x is None else x - NAMES_PX)
        self._fitted = True
        self.viewport().update()

    # What is where

    def line_at(self, y: float) -> Line | None:
        """The line at a pixel of the viewport."""
        down = y - AXIS_PX + self.verticalScrollBar().value()
        if y < AXIS_PX:
            return None
        return next((line for line in self.lines if line.top <= down < line.bottom), None)

    def bar_of(self, ident: RecordId) -> QRectF | None:
        """Where the bar of a phase is, in the viewport."""
        line = self._phase_line(ident)
        return self.scene().bar(line.what, line) if line is not None else None

    def part_at(self, at: QPointF) -> tuple[PhaseRow, str] | None:
        """The phase whose bar is at a pixel, and whether an end of it or the whole is held."""
        line = self.line_at(at.y())
        return part_at(self.scene(), line, at) if line is not None else None

    # The mouse

    def mousePressEvent(self, event: Any) -> None:
        if self.timeline is None or event.button() != Qt.MouseButton.LeftButton:
            return
        at, line = event.position(), self.line_at(event.position().y())
        if self.drag is not None:
            self.put_back()
        if line is not None and line.kind == NODES and at.x() < NAMES_PX:
            self.nodes_open = not self.nodes_open
            self._lay_out()
            return
        if line is not None and line.kind == PHASE:
            self.choose(line.what.id)
        part = self.part_at(at)
        if part is not None and not self.read_only:
            self.drag, self._held, self._by_keys = Drag.of(part[0].phase, part[1]), at, False
        elif at.x() >= NAMES_PX:
            self._panned = at

    def mouseMoveEvent(self, event: Any) -> None:
        at = event.position()
        if self._panned is not None:
            step, self._panned = at - self._panned, at
            self.scale = self.scale.moved(step.x())
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() - round(step.y()))
            self._fitted = True
            self.viewport().update()
        elif self.drag is not None and self._held is not None:
            days = round((at.x() - self._held.x()) / self.scale.px_per_day)
            self._propose(self.drag.by_days(days))
        else:
            self._show_cursor(at)

    def mouseReleaseEvent(self, event: Any) -> None:
        self._panned = None
        if self._held is not None:
            self._held = None
            self.apply()

    def mouseDoubleClickEvent(self, event: Any) -> None:
        line = self.line_at(event.position().y())
        if line is not None and line.kind == PHASE:
            self.put_back()
            self.edit_wanted.emit(line.what.id)

    def contextMenuEvent(self, event: Any) -> None:
        line = self.line_at(event.pos().y())
        if event.reason() == event.Reason.Keyboard:
            line = self._phase_line(self.chosen)
        if line is not None and line.kind == PHASE:
            self.choose(line.what.id)
            self.menu_wanted.emit(line.what.id, event.globalPos())

    def wheelEvent(self, event: Any) -> None:
        turn, at = event.angleDelta(), event.position()
        if at.x() < NAMES_PX:
            super().wheelEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier or turn.x():
            self.scale = self.scale.moved((turn.x() or turn.y()) / 2)
            self.viewport().update()
        else:
            self.zoom(keys.STEP ** (turn.y() / 120), at.x())
        event.accept()

    def _show_cursor(self, at: QPointF) -> None:
        part = self.part_at(at)
        shape = Qt.CursorShape.ArrowCursor
        if part is not None and not self.read_only:
            whole = part[1] == WHOLE
            shape = Qt.CursorShape.OpenHandCursor if whole else Qt.CursorShape.SizeHorCursor
        self.viewport().setCursor(shape)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and self.timeline is not None:
            if self.drag is None:
                at = event.pos()  # type: ignore[attr-defined]
                words = tip_at(self.scene(), self.line_at(at.y()), at.x())
                QToolTip.showText(event.globalPos(), words, self)  # type: ignore[attr-defined]
            return True
        return super().viewportEvent(event)

    # The keys

    def keyPressEvent(self, event: Any) -> None:
        if not keys.press(self, event):
            super().keyPressEvent(event)

    def step(self, part: str, way: int) -> None:
        """Propose this end (or both) of the chosen phase a working day earlier or later."""
        row = self.timeline.row(self.chosen) if self.timeline else None
        if row is None or self.timeline is None or self.read_only:
            return
        drag = self.drag or Drag.of(row.phase, part)
        if drag is not None:
            self._by_keys = True
            self._propose(drag.stepped(part, way, self.timeline.calendar))

    def enter(self) -> None:
        """Make what is proposed so; with nothing proposed, edit the chosen phase."""
        if self.drag is not None:
            self.apply()
        elif self.chosen is not None:
            self.edit_wanted.emit(self.chosen)

    def choose_next(self, step: int) -> None:
        """The phase so many lines below the chosen one."""
        phases = [line.what.id for line in self.lines if line.kind == PHASE]
        if not phases:
            return
        self.put_back()
        at = phases.index(self.chosen) + step if self.chosen in phases else 0
        self.choose(phases[min(max(at, 0), len(phases) - 1)])
        self._scroll_to(self.chosen)

    def _phase_line(self, ident: RecordId | None) -> Line | None:
        return next((ln for ln in self.lines if ln.kind == PHASE and ln.what.id == ident), None)

    def _scroll_to(self, ident: RecordId | None) -> None:
        line = self._phase_line(ident)
        if line is not None:
            bar, room = self.verticalScrollBar(), self.viewport().height() - AXIS_PX
            bar.setValue(min(max(bar.value(), line.bottom - room), line.top))

    def choose(self, ident: RecordId | None) -> None:
        """Choose a phase; the keys move its window."""
        if ident != self.chosen:
            self.chosen = ident
            self.chosen_changed.emit(ident)
            self.viewport().update()

    # Proposals

    def _propose(self, drag: Drag) -> None:
        if drag == self.drag:
            return
        self.drag = drag
        self.viewport().update()
        if not drag.changed:
            self.card.put_away()
            self.let_be.emit()
            return
        assert self.timeline is not None
        self.card.show_drag(drag, self.timeline.calendar, self._by_keys)
        self.card.show_waiting()
        self._place_card()
        self.proposed.emit(drag)

    def _place_card(self) -> None:
        assert self.drag is not None
        box = self.bar_of(self.drag.id)
        if box is None or self.timeline is None:
            return
        x = self.scene().x_after(self.drag.ends_on)
        if self.drag.part == STARTS:
            x = self.scene().x(self.drag.starts_on)
        x = min(max(x, NAMES_PX), self.viewport().width())
        self.card.place(self.viewport().mapToGlobal(QPoint(round(x), round(box.top()))))

    def apply(self) -> None:
        """Ask for what is proposed to be made so; the bar stays there until it is."""
        drag = self.drag
        self.card.put_away()
        self.let_be.emit()
        if drag is None or not drag.changed:
            self.put_back()
            return
        self.change_wanted.emit(drag)

    def put_back(self) -> None:
        """Let the bar go back to where it was."""
        self.drag, self._held, self._panned = None, None, None
        self.card.put_away()
        self.let_be.emit()
        self.viewport().update()

    def focusOutEvent(self, event: Any) -> None:
        if self.drag is not None and self._by_keys and self._held is None:
            self.put_back()
        super().focusOutEvent(event)

    def hideEvent(self, event: Any) -> None:
        self.put_back()
        super().hideEvent(event)
