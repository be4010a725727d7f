"""The list a surveyor begins with: a search, and the sites nearest to a place."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from psnplanner.errors import UserError
from psnplanner.programme.edits import plural
from psnplanner.programme.record import RecordId
from psnplanner.programme.state import State
from psnplanner.style import kind_shape
from psnplanner.ui import look
from psnplanner.ui.field.finding import Finder, Found, Here, is_place
from psnplanner.ui.field.touch import ROW_PX, scroll_by_finger
from psnplanner.ui.jobs import Jobs
from psnplanner.ui.map import sprites
from psnplanner.ui.panels.site_words import next_words, pressing_stage
from psnplanner.ui.typed_values import place_of
from psnplanner.ui.wording import capital

_FOUND = int(Qt.ItemDataRole.UserRole) + 1
HINT = "Name, reference, postcode or grid reference"


class FoundModel(QAbstractListModel):
    """The sites found, in order."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.found: list[Found] = []
        self.state = State()

    def show_found(self, found: list[Found], state: State) -> None:
        """Show these."""
        self.beginResetModel()
        self.found, self.state = found, state
        self.endResetModel()

    def rowCount(self, parent: Any = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.found)

    def data(self, index: Any, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        found = self.found[index.row()]
        if role == _FOUND:
            return found
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            site = self.state.sites[found.id]
            status = self.state.statuses[found.id]
            return ", ".join(p for p in (site.name, site.reference, status, found.away) if p)
        return None


class FoundDelegate(QStyledItemDelegate):
    """Paints a site over three lines: its name, what it is and how far, what comes next."""

    def __init__(self, model: FoundModel, parent: Any = None) -> None:
        super().__init__(parent)
        self._model = model
        self.on: Any = None

    def sizeHint(self, option: Any, index: Any) -> QSize:
        return QSize(200, max(ROW_PX, option.fontMetrics.height() * 3 + 18))

    def paint(self, painter: QPainter, option: Any, index: Any) -> None:
        found, state = index.data(_FOUND), self._model.state
        site, area = state.sites[found.id], QRectF(option.rect)
        painter.save()
        if option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected):
            painter.fillRect(area, look.colour("chosen"))
        painter.setPen(look.colour("line"))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        status = state.statuses[found.id]
        picture = sprites.picture(kind_shape(site.kind), status, 22)
        painter.drawPixmap(int(area.left()) + 10, int(area.top()) + 10, picture)
        box = area.adjusted(44, 7, -12, -4)
        tall = option.fontMetrics.height()
        bold = QFont(option.font)
        bold.setBold(True)
        stage, _ = next_words(state, site, self.on)
        following = f"Next: {stage}" if pressing_stage(state, site) else stage
        about = " · ".join(p for p in (site.reference, site.postcode, capital(status)) if p)
        for row, (font, ink, words, right) in enumerate(
            (
                (bold, "text", site.name or site.reference, ""),
                (option.font, "faint", about, found.away),
                (option.font, "faint", following, ""),
            )
        ):
            painter.setFont(font)
            painter.setPen(look.colour(ink))
            _line(painter, box.adjusted(0, row * (tall + 2), 0, 0), words, right)
        painter.restore()


def _line(painter: QPainter, box: QRectF, words: str, right: str) -> None:
    metrics = painter.fontMetrics()
    room = int(box.width()) - (metrics.horizontalAdvance(right) + 10 if right else 0)
    top = Qt.AlignmentFlag.AlignTop
    shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
    painter.drawText(box, Qt.AlignmentFlag.AlignLeft | top, shown)
    painter.drawText(box, Qt.AlignmentFlag.AlignRight | top, right)


class FoundList(QListView):
    """A list in which Enter means the same as a tap, whatever the desktop calls activation."""

    entered_on = Signal(object)

    def keyPressEvent(self, event: Any) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered_on.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)


class NearPage(QWidget):
    """`chosen` tells of the site that was tapped."""

    chosen = Signal(object)
    map_wanted = Signal()

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._state = State()
        self._finder = Finder(self._state)
        self.here: Here | None = None
        self.search, self.said = QLineEdit(), QLabel()
        self.map = QPushButton("On the map")
        self.model = FoundModel(self)
        self.view = FoundList()
        self._delegate = FoundDelegate(self.model, self.view)
        self._build()
        self._resting = QTimer(self, singleShot=True, interval=200)
        self._resting.timeout.connect(self._search)

    def _build(self) -> None:
        self.search.setPlaceholderText(HINT)
        self.search.setAccessibleName("Search")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(lambda _: self._resting.start())
        self.search.returnPressed.connect(self._search)
        self.said.setWordWrap(True)
        self.said.setObjectName("faint")
        self.map.setToolTip("Choose on the map where to measure from, or a site")
        self.map.clicked.connect(self.map_wanted)
        view = self.view
        view.setAccessibleName("Sites")
        view.setModel(self.model)
        view.setItemDelegate(self._delegate)
        view.setFrameShape(QListView.Shape.NoFrame)
        view.setResizeMode(QListView.ResizeMode.Adjust)
        view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setMouseTracking(True)
        view.clicked.connect(self._tapped)
        view.entered_on.connect(self._tapped)
        scroll_by_finger(view)
        line = QHBoxLayout()
        line.addWidget(self.said, 1)
        line.addWidget(self.map)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.search)
        layout.addLayout(line)
        layout.addWidget(view, 1)

    def show_state(self, state: State, on: Any) -> None:
        """Search these sites from now on, and look again."""
        if state.tables["site"] is not self._state.tables["site"]:
            self._finder = Finder(state)
        self._state, self._delegate.on = state, on
        self._list()

    def measure_from(self, here: Here | None) -> None:
        """Show the sites nearest to a place."""
        self.here = here
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        self._list()
        self.view.scrollToTop()

    def _search(self) -> None:
        self._resting.stop()
        words = self.search.text().strip()
        if not is_place(words):
            self._list()
            return

        def placed(position: Any) -> None:
            self.here = Here(position, words.upper())
            self._list()

        def unknown(error: UserError) -> None:
            self._list()
            self.said.setText(f"{error.what} {error.remedy}".strip())

        # The gazetteer is read from the disk: not in the window's thread.
        self._jobs.start("Looking up", lambda _: place_of(words), placed, unknown, quiet=True)

    def _list(self) -> None:
        words = self.search.text().strip()
        found = self._finder.find("" if is_place(words) else words, self.here)
        self.model.show_found(found, self._state)
        self.said.setText(self._words(words, len(found)))

    def _words(self, words: str, count: int) -> str:
        if not self._state.sites:
            return "No sites yet: import a list in the full window."
        if words and not is_place(words):
            none = f"No site has “{words}”. Search for less, or give a postcode."
            return f"{plural(count, 'site')} found" if count else none
        if self.here is None:
            return "Every site by name. Give a postcode to see the nearest."
        return f"Nearest to {self.here.name}"

    def _tapped(self, index: Any) -> None:
        if index.isValid():
            ident: RecordId = index.data(_FOUND).id
            self.chosen.emit(ident)
