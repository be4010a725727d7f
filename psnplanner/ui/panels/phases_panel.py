"""The phases: window, sites and crew-days of each; drop sites on one to move them there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPoint,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from psnplanner.programme.words import plural
from psnplanner.style import phase_colour
from psnplanner.ui import look
from psnplanner.ui.site_drag import MIME, sites_of
from psnplanner.ui.wording import days_text, window

if TYPE_CHECKING:
    from psnplanner.programme.record import RecordId
    from psnplanner.programme.state import State

_ROLE = Qt.ItemDataRole
LINE_ROLE = int(_ROLE.UserRole) + 1


@dataclass(frozen=True)
class PhaseLine:
    """One phase as the panel shows it; `id` None is the sites of no phase."""

    id: RecordId | None
    name: str
    window: str
    sites: int
    live: int
    effort_days: float
    capacity_days: float | None
    colour: str
    locked: bool = False

    @property
    def load(self) -> str:
        """Crew-days against capacity, in words."""
        used = days_text(self.effort_days)
        if self.capacity_days is None:
            return f"{used} crew-days"
        return f"{used} of {days_text(self.capacity_days)} crew-days"

    @property
    def short_load(self) -> str:
        """The same in few letters, marked where it is too much."""
        used = days_text(self.effort_days)
        if self.capacity_days is None:
            return f"{used} crew-days"
        sign = "▲ " if self.over else ""
        return f"{sign}{used} / {days_text(self.capacity_days)} crew-days"

    @property
    def over(self) -> bool:
        """Whether the phase holds more than its crews can do."""
        return self.capacity_days is not None and self.effort_days > self.capacity_days + 1e-6


def lines_of(state: State) -> list[PhaseLine]:
    """A line for each phase in order, and last one for the sites of no phase."""
    lines = []
    for index, phase in enumerate(state.phases_in_order):
        count, live, effort = _tally(state, phase.id)
        lines.append(
            PhaseLine(
                phase.id,
                phase.name,
                window(phase),
                count,
                live,
                effort,
                phase.capacity_days,
                phase_colour(index),
                phase.locked,
            )
        )
    count, live, effort = _tally(state, None)
    text = "not planned yet" if count else "every site is in a phase"
    text = text if state.sites else "no sites yet"
    lines.append(PhaseLine(None, "No phase", text, count, live, effort, None, "#8a949b"))
    return lines


def _tally(state: State, phase: RecordId | None) -> tuple[int, int, float]:
    sites = state.sites_by_phase.get(phase, [])
    live = sum(state.statuses[site.id] == "live" for site in sites)
    return len(sites), live, sum(map(state.effort_days, sites))


class PhaseModel(QAbstractListModel):
    """The lines; a drop of sites on one asks to move them."""

    dropped = Signal(object, object)
    """Site ids, phase id (None: out of any phase)."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.lines: list[PhaseLine] = []
        self.read_only = False

    def show_lines(self, lines: list[PhaseLine]) -> None:
        """Show these; rows stay selected while the phases are the same."""
        if [line.id for line in lines] == [line.id for line in self.lines]:
            self.lines = lines
            if lines:
                self.dataChanged.emit(self.index(0), self.index(len(lines) - 1))
            return
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def rowCount(self, parent: Any = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def data(self, index: Any, role: int = _ROLE.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self.lines[index.row()]
        if role == LINE_ROLE:
            return line
        if role in (_ROLE.DisplayRole, _ROLE.AccessibleTextRole):
            return f"{line.name}, {plural(line.sites, 'site')}"
        if role == _ROLE.ToolTipRole:
            return (
                f"{line.name} · {line.window}\n{plural(line.sites, 'site')}, {line.live:,} live\n"
                f"{line.load}\nDrop sites here to move them. Double-click to change it."
            )
        return None

    def flags(self, index: Any) -> Any:
        flags = super().flags(index)
        if index.isValid() and not self.read_only:
            flags |= Qt.ItemFlag.ItemIsDropEnabled
        return flags

    def mimeTypes(self) -> list[str]:
        return [MIME]

    def supportedDropActions(self) -> Any:
        return Qt.DropAction.MoveAction | Qt.DropAction.CopyAction

    def canDropMimeData(self, data: Any, action: Any, row: int, column: int, parent: Any) -> bool:
        return data.hasFormat(MIME) and parent.isValid() and not self.read_only

    def dropMimeData(self, data: Any, action: Any, row: int, column: int, parent: Any) -> bool:
        if not self.canDropMimeData(data, action, row, column, parent):
            return False
        self.dropped.emit(sites_of(data), self.lines[parent.row()].id)
        # The sites stay in the table they were dragged from: nothing for Qt to take away.
        return False


class PhaseDelegate(QStyledItemDelegate):
    """Paints a line: name and window, sites and live, and the bar of crew-days."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Any) -> QSize:
        return QSize(180, option.fontMetrics.height() * 3 + 26)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        line: PhaseLine = index.data(LINE_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(option.rect)
        self._paint_ground(painter, option, area)
        box = area.adjusted(16, 6, -10, -7)
        tall = option.fontMetrics.height()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(line.colour))
        painter.drawRoundedRect(QRectF(area.left() + 5, box.top() + 2, 4, box.height() - 4), 2, 2)
        self._paint_words(painter, option, line, box, tall)
        self._paint_bar(painter, line, box)
        painter.restore()

    @staticmethod
    def _paint_ground(painter: QPainter, option: Any, area: QRectF) -> None:
        if option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            name = "chosen" if option.state & QStyle.StateFlag.State_Selected else "alternate"
            painter.fillRect(area, look.colour(name))
        painter.setPen(look.colour("line"))
        painter.drawLine(area.bottomLeft(), area.bottomRight())

    @staticmethod
    def _paint_words(
        painter: QPainter, option: Any, line: PhaseLine, box: QRectF, tall: int
    ) -> None:
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        bold = QFont(option.font)
        bold.setBold(True)
        painter.setFont(bold)
        painter.setPen(look.colour("text"))
        first = QRectF(box.left(), box.top(), box.width(), tall)
        name = ("🔒 " if line.locked else "") + line.name
        name = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(box.width()))
        painter.drawText(first, left, name)
        painter.setFont(option.font)
        painter.setPen(look.colour("faint"))
        second = first.translated(0, tall + 2)
        count = plural(line.sites, "site")
        painter.drawText(second, right, count)
        room = int(box.width() - painter.fontMetrics().horizontalAdvance(f"  {count}"))
        window = painter.fontMetrics().elidedText(line.window, Qt.TextElideMode.ElideRight, room)
        painter.drawText(second, left, window)
        third = second.translated(0, tall + 9)
        painter.drawText(third, right, f"{line.live:,} live" if line.live else "")
        if line.over:
            painter.setPen(look.colour("danger"))
        painter.drawText(third, left, line.short_load)

    @staticmethod
    def _paint_bar(painter: QPainter, line: PhaseLine, box: QRectF) -> None:
        tall = painter.fontMetrics().height()
        bar = QRectF(box.left(), box.top() + 2 * tall + 5, box.width(), 5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("line"))
        painter.drawRoundedRect(bar, 2.5, 2.5)
        if not line.capacity_days:
            return
        part = min(1.0, line.effort_days / line.capacity_days)
        painter.setBrush(look.colour("danger" if line.over else "accent"))
        if part > 0:
            filled = QRectF(bar.left(), bar.top(), max(5.0, bar.width() * part), bar.height())
            painter.drawRoundedRect(filled, 2.5, 2.5)


class PhasesPanel(QWidget):
    """The list of phases, and how to add one."""

    dropped = Signal(object, object)
    edit_wanted = Signal(object)
    add_wanted = Signal()
    propose_wanted = Signal()
    chosen = Signal(object)
    """A phase was clicked (None: the sites of no phase)."""
    menu_wanted = Signal(object, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = PhaseModel(self)
        self.view = QListView()
        self.view.setAccessibleName("Phases")
        self.view.setModel(self.model)
        self.view.setItemDelegate(PhaseDelegate(self.view))
        self.view.setFrameShape(QListView.Shape.NoFrame)
        self.view.setMouseTracking(True)
        self.view.setMinimumWidth(240)
        self.view.setAcceptDrops(True)
        self.view.setDropIndicatorShown(True)
        self.view.setDragDropMode(QAbstractItemView.DragDropMode.DropOnly)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.add, self.propose = QPushButton("Add phase…"), QPushButton("Propose…")
        self.propose.setToolTip("Let the planner group the sites into phases")
        line = QHBoxLayout()
        line.setContentsMargins(8, 6, 8, 6)
        line.addWidget(self.add)
        line.addWidget(self.propose)
        line.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.view, 1)
        layout.addLayout(line)
        self._connect()
        self.show_state(None)

    def _connect(self) -> None:
        self.model.dropped.connect(self.dropped)
        self.view.clicked.connect(lambda index: self.chosen.emit(self._phase(index)))
        self.view.doubleClicked.connect(self._open)
        self.view.customContextMenuRequested.connect(self._menu)
        self.add.clicked.connect(self.add_wanted)
        self.propose.clicked.connect(self.propose_wanted)

    def show_state(self, state: State | None, *, read_only: bool = False) -> None:
        """Show the phases of a state (None: none)."""
        self.model.read_only = read_only
        self.model.show_lines(lines_of(state) if state else [])
        for button in (self.add, self.propose):
            button.setEnabled(state is not None and not read_only)

    def mark(self, ident: RecordId | None) -> None:
        """Mark a phase that was chosen elsewhere; says nothing."""
        places = [row for row, line in enumerate(self.model.lines) if line.id == ident]
        if places and ident is not None:
            self.view.setCurrentIndex(self.model.index(places[0]))
        else:
            self.view.clearSelection()

    def _phase(self, index: QModelIndex) -> RecordId | None:
        return self.model.lines[index.row()].id

    def _open(self, index: QModelIndex) -> None:
        if self._phase(index) is not None:
            self.edit_wanted.emit(self._phase(index))

    def _menu(self, at: QPoint) -> None:
        index = self.view.indexAt(at)
        if index.isValid():
            self.menu_wanted.emit(self._phase(index), self.view.viewport().mapToGlobal(at))
