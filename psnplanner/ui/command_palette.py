"""The command palette: type a few letters of anything, Enter does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from psnplanner.ui import look
from psnplanner.ui.fuzzy import score

_ROLE = Qt.ItemDataRole
_WIDE_PX, _LINES, _LINE_PX = 620, 11, 34
_MOST, _MOST_SITES, _LEAST_LETTERS = 60, 30, 2


@dataclass(frozen=True)
class Entry:
    """One line: what it is called, where it is, its key; with `why_not` it cannot be done."""

    words: str
    place: str
    key: str = ""
    why_not: str = ""
    do: Callable[[], object] | None = None


SiteSearch = Callable[[list[str], int], list[Entry]]


class _Lines(QAbstractListModel):
    def __init__(self, parent: Any) -> None:
        super().__init__(parent)
        self.entries: list[Entry] = []

    def show(self, entries: list[Entry]) -> None:
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def rowCount(self, parent: Any = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.entries)

    def data(self, index: Any, role: int = _ROLE.DisplayRole) -> Any:
        entry = self.entries[index.row()]
        if role == _ROLE.DisplayRole:
            return entry.words
        if role in (_ROLE.ToolTipRole, _ROLE.AccessibleDescriptionRole):
            return " · ".join(part for part in (entry.place, entry.key, entry.why_not) if part)
        return None


class _Painter(QStyledItemDelegate):
    """The words, then the place faintly; the key, or why not, at the right."""

    def sizeHint(self, option: Any, index: Any) -> QSize:
        return QSize(100, _LINE_PX)

    def paint(self, painter: QPainter, option: Any, index: Any) -> None:
        entry: Entry = index.model().entries[index.row()]
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, look.colour("chosen"))
        rect, metrics = option.rect.adjusted(14, 0, -14, 0), QFontMetrics(option.font)
        middle = Qt.AlignmentFlag.AlignVCenter
        right = entry.why_not or entry.key
        painter.setPen(look.colour("faint"))
        taken = min(metrics.horizontalAdvance(right) + 12, rect.width() // 2) if right else 0
        said = metrics.elidedText(right, Qt.TextElideMode.ElideRight, taken)
        painter.drawText(rect, Qt.AlignmentFlag.AlignRight | middle, said)
        room = rect.width() - taken
        words = metrics.elidedText(entry.words, Qt.TextElideMode.ElideRight, room)
        painter.setPen(look.colour("faint" if entry.why_not else "text"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | middle, words)
        used = metrics.horizontalAdvance(words) + 14
        if room - used > 40:
            painter.setPen(look.colour("faint"))
            place = metrics.elidedText(entry.place, Qt.TextElideMode.ElideRight, room - used)
            painter.drawText(
                QRect(rect.left() + used, rect.top(), room - used, rect.height()),
                Qt.AlignmentFlag.AlignLeft | middle,
                place,
            )
        painter.restore()


class CommandPalette(QDialog):
    """A line to type in over a list; arrows choose, Enter does, Escape leaves."""

    def __init__(self, parent: QWidget, entries: list[Entry], sites: SiteSearch) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setWindowTitle("Find a command")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._entries, self._sites = entries, sites
        self.line = QLineEdit()
        self.line.setPlaceholderText("A command, a site, a postcode, a phase, a partner, a view…")
        self.line.setAccessibleName("Find a command or a site")
        self.line.setClearButtonEnabled(True)
        font = self.line.font()
        font.setPointSizeF(font.pointSizeF() + 2)
        self.line.setFont(font)
        self.model = _Lines(self)
        self.view = QListView()
        self.view.setModel(self.model)
        self.view.setItemDelegate(_Painter(self.view))
        self.view.setUniformItemSizes(True)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setFrameShape(QListView.Shape.NoFrame)
        self.view.setAccessibleName("Commands and places")
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._none = QLabel("Nothing is called that.")
        self._none.setObjectName("faint")
        self._none.setContentsMargins(14, 8, 14, 8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        for widget in (self.line, self.view, self._none):
            layout.addWidget(widget)
        self.line.textChanged.connect(self._find)
        self.line.installEventFilter(self)
        self.view.clicked.connect(lambda index: self._do(index.row()))
        self._find("")

    def show_over(self) -> None:
        """Show it near the top of its window."""
        parent = self.parentWidget()
        wide = min(_WIDE_PX, parent.width() - 40)
        self.setFixedWidth(wide)
        corner = parent.mapToGlobal(parent.rect().topLeft())
        self.move(corner.x() + (parent.width() - wide) // 2, corner.y() + parent.height() // 9)
        self.show()
        self.line.setFocus()

    def _find(self, text: str) -> None:
        words = text.casefold().split()
        found = best(self._entries, words)
        if words and sum(map(len, words)) >= _LEAST_LETTERS:
            sites = self._sites(words, _MOST_SITES)
            # What is called so before what merely sounds so.
            sure = sum(mark >= 60 for mark, _ in found)
            ordered = [entry for _, entry in found]
            entries = ordered[:sure] + sites + ordered[sure:]
        else:
            entries = [entry for _, entry in found]
        self.model.show(entries[:_MOST])
        shown = len(self.model.entries)
        self.view.setVisible(shown > 0)
        self._none.setVisible(shown == 0)
        self.view.setFixedHeight(min(shown, _LINES) * _LINE_PX + 4)
        self.adjustSize()
        if shown:
            self.view.setCurrentIndex(self.model.index(0))

    def eventFilter(self, watched: Any, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress:
            step = _STEPS.get(event.key())
            if step is not None:
                self._go(step)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._do(self.view.currentIndex().row())
                return True
        return super().eventFilter(watched, event)

    def _go(self, step: int) -> None:
        count = self.model.rowCount()
        if not count:
            return
        at = self.view.currentIndex().row() + step
        at = at % count if abs(step) == 1 else max(0, min(count - 1, at))
        index: QModelIndex = self.model.index(at)
        self.view.setCurrentIndex(index)
        self.view.scrollTo(index)

    def _do(self, at: int) -> None:
        if not 0 <= at < self.model.rowCount():
            return
        entry = self.model.entries[at]
        if entry.why_not or entry.do is None:
            return  # it says why beside it
        self.close()
        # Once it is gone: a command may open a dialog of its own.
        QTimer.singleShot(0, self.parentWidget(), entry.do)


_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Tab: 1,
    Qt.Key.Key_Backtab: -1,
    Qt.Key.Key_PageDown: 10,
    Qt.Key.Key_PageUp: -10,
}


def best(entries: list[Entry], words: list[str]) -> list[tuple[int, Entry]]:
    """The entries that the words fit, the best first, each with its mark from 1 to 100."""
    if not words:
        return [(100, entry) for entry in entries if entry.place not in _PLACES]
    marked = []
    for number, entry in enumerate(entries):
        mark = score(words, entry.words, entry.place)
        if mark:
            # What can be done stands before what cannot.
            marked.append((-mark, bool(entry.why_not), number, entry))
    marked.sort(key=lambda item: item[:3])
    return [(-mark, entry) for mark, _, _, entry in marked]


_PLACES = ("Phase", "Partner", "View", "Saved view")
