"""The grid of the table of sites: its mouse and keys, its cells of a block, the drag to fill."""

from __future__ import annotations

from typing import Any, NamedTuple

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QDrag, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QTableView, QWidget

from psnplanner.ui import look
from psnplanner.ui.panels.table_model import SiteModel
from psnplanner.ui.site_drag import picture_of_count, sites_of

_KEY, _MOD = Qt.Key, Qt.KeyboardModifier
_TRIGGER = QAbstractItemView.EditTrigger
_HANDLE_PX, _REACH_PX = 7, 6
_INKS = ("text", "base", "chosen", "accent", "danger_ground")
_OURS = (_KEY.Key_F2, _KEY.Key_Delete, _KEY.Key_Backspace, _KEY.Key_Return, _KEY.Key_Enter)
"""Keys that the table takes before a command of the window gets them."""


class Block(NamedTuple):
    """Cells that touch: first and last line, first and last column."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def cells(self) -> int:
        """How many cells."""
        return (self.bottom - self.top + 1) * (self.right - self.left + 1)


class TableView(QTableView):
    """A block of cells is Qt's selection; the chosen sites are the roster's, and only painted.

    So ten thousand sites chosen on the map cost the table one repaint.
    """

    toggled = Signal(int)
    """A line was Ctrl-clicked."""
    opened = Signal(int)
    """Enter on a line, or a double click where nothing can be typed."""
    clear_wanted = Signal()
    fill_wanted = Signal(object)
    """The block to fill with its first line, after a drag of the handle."""
    lines_wanted = Signal(int, int)
    """Shift+Space: choose whole lines, from and to."""
    locked_cell = Signal(int)
    """Somebody wants to type where nothing can be typed: the column."""

    def __init__(self, model: SiteModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sites = model
        self._pressed_at: QPoint | None = None
        self._filling: Block | None = None
        self._fill_to = -1
        self.inks: dict[str, QColor] = {}
        """The colours of the cells, looked up once a painting."""
        self.by_mouse = False
        """Whether the editor under way was opened by a double click."""
        self.setModel(model)
        self.setAccessibleName("Sites")
        self.setMouseTracking(True)
        self._dress()

    def _dress(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setEditTriggers(_TRIGGER.EditKeyPressed | _TRIGGER.AnyKeyPressed)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setIconSize(QSize(12, 12))
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 9)

    # The block

    def block(self) -> Block | None:
        """The selected cells, or None."""
        parts = self.selectionModel().selection()
        if parts.isEmpty():
            return None
        return Block(
            min(part.top() for part in parts),
            max(part.bottom() for part in parts),
            min(part.left() for part in parts),
            max(part.right() for part in parts),
        )

    def select_block(self, block: Block) -> None:
        """Select these cells."""
        model = self.sites
        chosen = QItemSelection(
            model.index(block.top, block.left), model.index(block.bottom, block.right)
        )
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def go_to(self, line: int, column: int, *, select: bool = False) -> None:
        """Put the cursor on a cell; without `select` nothing is chosen by it."""
        flag = QItemSelectionModel.SelectionFlag
        how = flag.ClearAndSelect if select else flag.NoUpdate
        self.selectionModel().setCurrentIndex(self.sites.index(line, column), how)

    # The mouse

    def mousePressEvent(self, event: Any) -> None:
        at, index = event.position().toPoint(), self.indexAt(event.position().toPoint())
        left = event.button() == Qt.MouseButton.LeftButton
        self._pressed_at = None
        if left and self._on_handle(at):
            self._filling, self._fill_to = self.block(), -1
            return
        if left and index.isValid() and event.modifiers() == _MOD.ControlModifier:
            self.go_to(index.row(), index.column())
            self.toggled.emit(index.row())
            return
        if index.isValid() and not event.modifiers() and self._is_chosen(index.row()):
            # Perhaps the begin of a drag of all that is chosen, or a menu on it.
            if left:
                self._pressed_at = at
            self.go_to(index.row(), index.column())
            return
        super().mousePressEvent(event)

    def _is_chosen(self, line: int) -> bool:
        """Whether a press on a line leaves the choice alone, for it may be dragged."""
        sites = self.sites
        return bool(sites.chosen[sites.order[line]])

    def mouseMoveEvent(self, event: Any) -> None:
        at = event.position().toPoint()
        if self._filling is not None:
            self._stretch(at)
            return
        if self._pressed_at is not None:
            if (at - self._pressed_at).manhattanLength() >= QApplication.startDragDistance():
                self._pressed_at = None
                self.startDrag(Qt.DropAction.MoveAction)
            return
        over = not event.buttons() and self._on_handle(at)
        self.viewport().setCursor(
            Qt.CursorShape.CrossCursor if over else Qt.CursorShape.ArrowCursor
        )
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: Any) -> None:
        if self._filling is not None:
            block, self._filling = self._filling, None
            if self._fill_to > block.bottom:
                self.fill_wanted.emit(block._replace(bottom=self._fill_to))
            self._fill_to = -1
            self.viewport().update()
            return
        if self._pressed_at is not None:
            index = self.indexAt(self._pressed_at)
            self._pressed_at = None
            self.go_to(index.row(), index.column(), select=True)
            return
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: Any) -> None:
        self._pressed_at = None
        index = self.indexAt(event.position().toPoint())
        if not index.isValid() or event.button() != Qt.MouseButton.LeftButton:
            return
        editable = bool(self.sites.flags(index) & Qt.ItemFlag.ItemIsEditable)
        if index.column() == 0 or not editable:
            self.opened.emit(index.row())
            return
        self.by_mouse = True
        self.edit(index)
        self.by_mouse = False

    def startDrag(self, actions: Any) -> None:
        """The chosen sites travel as a small tag, not as a picture of their lines."""
        data = self.sites.mimeData([])
        drag = QDrag(self)
        drag.setMimeData(data)
        drag.setPixmap(picture_of_count(len(sites_of(data))))
        drag.setHotSpot(QPoint(-8, -8))
        drag.exec(Qt.DropAction.MoveAction)

    # The drag to fill

    def _corner(self) -> QPoint | None:
        block = self.block()
        if block is None or self.state() == QAbstractItemView.State.EditingState:
            return None
        last = self.sites.index(block.bottom, block.right)
        if not self.sites.flags(last) & Qt.ItemFlag.ItemIsEditable:
            return None
        return self.visualRect(last).bottomRight()

    def _on_handle(self, at: QPoint) -> bool:
        corner = self._corner()
        return corner is not None and (corner - at).manhattanLength() <= _REACH_PX

    def _stretch(self, at: QPoint) -> None:
        line = self.rowAt(at.y())
        if line < 0:
            line = self.sites.rowCount() - 1 if at.y() > 0 else 0
        self._fill_to = line
        self.scrollTo(self.sites.index(line, self.currentIndex().column()))
        self.viewport().update()

    def paintEvent(self, event: Any) -> None:
        self.inks = {name: look.colour(name) for name in _INKS}
        super().paintEvent(event)
        corner = self._corner()
        if corner is None and self._filling is None:
            return
        painter = QPainter(self.viewport())
        accent = look.colour("accent")
        if corner is not None:
            half = _HANDLE_PX // 2
            painter.fillRect(
                QRect(corner.x() - half, corner.y() - half, _HANDLE_PX, _HANDLE_PX), accent
            )
        if self._filling is not None and self._fill_to > self._filling.bottom:
            painter.setPen(QPen(accent, 1, Qt.PenStyle.DashLine))
            painter.drawRect(self._rect(self._filling._replace(bottom=self._fill_to)))
        painter.end()

    def _rect(self, block: Block) -> QRect:
        first = self.visualRect(self.sites.index(block.top, block.left))
        last = self.visualRect(self.sites.index(block.bottom, block.right))
        return first.united(last).adjusted(0, 0, -1, -1)

    # Keys

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and event.key() in _OURS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: Any) -> None:
        key, mods, index = event.key(), event.modifiers(), self.currentIndex()
        if key in (_KEY.Key_Return, _KEY.Key_Enter) and index.isValid():
            self.opened.emit(index.row())
        elif key in (_KEY.Key_Delete, _KEY.Key_Backspace):
            self.clear_wanted.emit()
        elif key == _KEY.Key_Escape and index.isValid() and self.sites.drop_wrong(index):
            pass
        elif key == _KEY.Key_Space and mods == _MOD.ShiftModifier and index.isValid():
            block = self.block()
            lines = (block.top, block.bottom) if block else (index.row(), index.row())
            self.lines_wanted.emit(*lines)
        else:
            super().keyPressEvent(event)

    def edit(self, index: Any, trigger: Any = None, event: Any = None) -> bool:  # type: ignore[override]
        """Open the editor of a cell; where there is none, say so."""
        if trigger is None:
            super().edit(index)
            return self.state() == QAbstractItemView.State.EditingState
        wanted = bool(self.editTriggers() & trigger) and trigger != _TRIGGER.NoEditTriggers
        if wanted and index.isValid() and trigger == _TRIGGER.AnyKeyPressed:
            wanted = bool(event is not None and event.text().strip())
            if not wanted:
                return False
        if wanted and index.isValid() and not self.sites.flags(index) & Qt.ItemFlag.ItemIsEditable:
            self.locked_cell.emit(index.column())
            return False
        return bool(super().edit(index, trigger, event))
