"""The table of sites: sorted, filtered and chosen together with the map."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QItemSelectionModel,
    QMimeData,
    QModelIndex,
    QPoint,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QDrag
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from psnplanner.programme.edits import plural
from psnplanner.programme.record import RecordId
from psnplanner.ui.map import sprites
from psnplanner.ui.roster import Roster
from psnplanner.ui.site_drag import MIME, picture_of_count, site_mime, sites_of
from psnplanner.ui.site_rows import COLUMNS, COST_COLUMN, STATUS_COLUMN, Row

WIDTHS = (96, 210, 150, 120, 84, 100, 130, 160, 74, 92)
_ROLE = Qt.ItemDataRole


_FLAGS = (
    Qt.ItemFlag.ItemIsSelectable
    | Qt.ItemFlag.ItemIsEnabled
    | Qt.ItemFlag.ItemNeverHasChildren
    | Qt.ItemFlag.ItemIsDragEnabled
)


class SiteModel(QAbstractTableModel):
    """The rows the filter lets through, in the order of one column.

    It filters and sorts by itself, ten thousand rows in a few milliseconds, where a proxy
    would call Python for every comparison.
    """

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.roster: Roster | None = None
        self.order: list[int] = []
        self.line_of: dict[int, int] = {}
        self._column, self._descending = 0, False

    def set_roster(self, roster: Roster | None) -> None:
        """Show these sites."""
        self.roster = roster
        self.arrange()

    def arrange(self) -> None:
        """Filter and sort anew."""
        self.beginResetModel()
        self.order = self._arranged()
        self.line_of = {place: line for line, place in enumerate(self.order)}
        self.endResetModel()

    def _arranged(self) -> list[int]:
        if self.roster is None:
            return []
        rows, column = self.roster.rows.rows, self._column
        places = np.flatnonzero(self.roster.shown).tolist()
        places.sort(key=lambda place: rows[place].keys[column], reverse=self._descending)
        return places

    def touch(self, places: Iterable[int]) -> None:
        """These rows read differently: put them where they now belong."""
        if self._arranged() != self.order:
            self.arrange()
            return
        for place in places:
            line = self.line_of.get(place)
            if line is not None:
                self.dataChanged.emit(self.index(line, 0), self.index(line, len(COLUMNS) - 1))

    def row(self, line: int) -> Row:
        """The site on a line of the table."""
        assert self.roster is not None
        return self.roster.rows.rows[self.order[line]]

    def rowCount(self, parent: Any = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.order)

    def columnCount(self, parent: Any = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def data(self, index: Any, role: int = _ROLE.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self.row(index.row()), index.column()
        if role in (_ROLE.DisplayRole, _ROLE.ToolTipRole):
            return row.cells[column]
        if role == _ROLE.DecorationRole and column == STATUS_COLUMN:
            return sprites.icon(row.shape, row.status, 12)
        if role == _ROLE.TextAlignmentRole and column == COST_COLUMN:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(self, section: int, orientation: Any, role: int = _ROLE.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == _ROLE.DisplayRole:
            return COLUMNS[section]
        return None

    def sort(self, column: int, order: Any = Qt.SortOrder.AscendingOrder) -> None:
        self._column = max(0, column)
        self._descending = order == Qt.SortOrder.DescendingOrder
        self.arrange()

    def flags(self, index: Any) -> Any:
        return _FLAGS

    def mimeTypes(self) -> list[str]:
        return [MIME]

    def mimeData(self, indexes: Any) -> QMimeData:
        lines = dict.fromkeys(index.row() for index in indexes)
        return site_mime(self.row(line).id for line in lines)

    def supportedDragActions(self) -> Any:
        return Qt.DropAction.MoveAction


class SiteTable(QWidget):
    """The table with its filter line; choosing here chooses on the map, and the other way."""

    activated = Signal(object)
    menu_wanted = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._roster: Roster | None = None
        self._linking = False
        self.model = SiteModel(self)
        self.view = _table_view(self.model)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter: reference, name, partner, postcode, status…")
        self.filter.setClearButtonEnabled(True)
        self.filter.setAccessibleName("Filter sites")
        self.filter.setMaximumWidth(380)
        self.count = QLabel()
        self.count.setObjectName("faint")
        self.clear = QPushButton("Show all")
        self.clear.setAccessibleName("Clear the filter")
        self.top = QWidget()
        """The filter line: the window makes it the title of the table's dock."""
        self._empty = QLabel(self.view.viewport())
        self._empty.setObjectName("faint")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lay_out()
        self._connect()
        self._update_count()

    def _lay_out(self) -> None:
        line = QHBoxLayout(self.top)
        line.setContentsMargins(8, 6, 8, 6)
        line.addWidget(self.filter, 1)
        line.addWidget(self.clear)
        line.addStretch(1)
        line.addWidget(self.count)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.view, 1)

    def _connect(self) -> None:
        # A short wait joins the letters of a quick typist into one search.
        self._typing = QTimer(self, singleShot=True, interval=60)
        self._typing.timeout.connect(self._search)
        self.filter.textChanged.connect(lambda: self._typing.start())
        self.clear.clicked.connect(self._clear)
        self.view.selectionModel().selectionChanged.connect(self._chosen_here)
        self.view.doubleClicked.connect(lambda i: self.activated.emit(self.model.row(i.row()).id))
        self.view.customContextMenuRequested.connect(
            lambda at: self.menu_wanted.emit(self.view.viewport().mapToGlobal(at))
        )
        self.model.modelReset.connect(self._after_reset)

    def set_roster(self, roster: Roster | None) -> None:
        """Show these sites (None: an empty table)."""
        self._roster = roster
        self.filter.setText("")
        self.model.set_roster(roster)
        if roster is not None:
            roster.rebuilt.connect(self.model.arrange)
            roster.shown_changed.connect(self._filter_changed)
            roster.rows_changed.connect(self.model.touch)
            roster.selection_changed.connect(self._chosen_elsewhere)
        self._update_count()

    def focus_filter(self) -> None:
        """Put the cursor in the filter line."""
        self.filter.setFocus()
        self.filter.selectAll()

    def _search(self) -> None:
        if self._roster is not None:
            self._roster.search(self.filter.text())

    def _clear(self) -> None:
        self.filter.setText("")
        if self._roster is not None:
            self._roster.clear_filter()

    def _filter_changed(self) -> None:
        assert self._roster is not None
        if self._roster.words != self.filter.text() and not self._typing.isActive():
            self.filter.setText(self._roster.words)
        self.model.arrange()

    def _after_reset(self) -> None:
        self._show_choice(scroll=False)
        self._update_count()

    def _chosen_here(self) -> None:
        if self._linking or self._roster is None:
            return
        places = [
            self.model.order[line]
            for part in self.view.selectionModel().selection()
            for line in range(part.top(), part.bottom() + 1)
        ]
        self._linking = True
        self._roster.select_places(places)
        self._linking = False
        self._update_count()

    def _chosen_elsewhere(self) -> None:
        if not self._linking:
            self._show_choice(scroll=True)
        self._update_count()

    def _show_choice(self, *, scroll: bool) -> None:
        if self._roster is None:
            return
        index_of, line_of = self._roster.rows.index_of, self.model.line_of
        places = (index_of[ident] for ident in self._roster.selected)
        lines = sorted(line_of[place] for place in places if place in line_of)
        self._linking = True
        self.view.selectionModel().select(
            self._selection(lines),
            QItemSelectionModel.SelectionFlag.ClearAndSelect
            | QItemSelectionModel.SelectionFlag.Rows,
        )
        self._linking = False
        if scroll and lines:
            self.view.scrollTo(self.model.index(lines[0], 0))

    def _selection(self, lines: list[int]) -> QItemSelection:
        chosen, last = QItemSelection(), len(COLUMNS) - 1
        for first, final in runs(lines):
            chosen.select(self.model.index(first, 0), self.model.index(final, last))
        return chosen

    def _update_count(self) -> None:
        roster = self._roster
        self.clear.setVisible(roster is not None and roster.filtered)
        if roster is None:
            self.count.setText("")
            self._say_empty("Open a programme to see its sites.")
            return
        total, shown, chosen = len(roster.rows), roster.shown_count, len(roster.selected)
        words = f"{shown:,} of {total:,} sites" if roster.filtered else plural(total, "site")
        self.count.setText(f"{words} · {chosen:,} selected" if chosen else words)
        if not total:
            self._say_empty("No sites yet. File › Import list… reads a CSV or Excel list.")
        else:
            self._say_empty("" if shown else "No site matches the filter.")

    def _say_empty(self, words: str) -> None:
        self._empty.setText(words)
        self._empty.setVisible(bool(words))
        self._empty.resize(self.view.viewport().size())

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._empty.resize(self.view.viewport().size())

    def selected(self) -> frozenset[RecordId]:
        """Ids of the chosen sites."""
        return self._roster.selected if self._roster else frozenset()


def runs(lines: list[int]) -> Iterable[tuple[int, int]]:
    """The unbroken runs (first, last) of ascending numbers."""
    start = previous = None
    for line in lines:
        if previous is not None and line != previous + 1:
            yield start, previous  # type: ignore[misc]
            start = line
        elif start is None:
            start = line
        previous = line
    if start is not None:
        yield start, previous  # type: ignore[misc]


class _View(QTableView):
    """A table whose dragged rows travel as a small tag, not as a picture of themselves."""

    def startDrag(self, actions: Any) -> None:
        data = self.model().mimeData(self.selectionModel().selectedRows())
        drag = QDrag(self)
        drag.setMimeData(data)
        drag.setPixmap(picture_of_count(len(sites_of(data))))
        drag.setHotSpot(QPoint(-8, -8))
        drag.exec(Qt.DropAction.MoveAction)


def _table_view(model: SiteModel) -> QTableView:
    view = _View()
    view.setAccessibleName("Sites")
    view.setModel(model)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setDragEnabled(True)
    view.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
    view.setAlternatingRowColors(True)
    view.setShowGrid(False)
    view.setIconSize(QSize(12, 12))
    view.setWordWrap(False)
    view.setTabKeyNavigation(False)
    view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    view.setFrameShape(QTableView.Shape.NoFrame)
    view.verticalHeader().hide()
    view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    view.verticalHeader().setDefaultSectionSize(view.fontMetrics().height() + 9)
    header = view.horizontalHeader()
    header.setSectionsMovable(True)
    header.setHighlightSections(False)
    header.setStretchLastSection(True)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    for column, width in enumerate(WIDTHS):
        view.setColumnWidth(column, width)
    # What a manager looks for stands first, where a narrow window still shows it.
    for place, name in enumerate(("Status", "Phase", "Waiting on"), start=2):
        header.moveSection(header.visualIndex(COLUMNS.index(name)), place)
    # Of the table's own selection a header asks about every row of every column, at each paint.
    header.setSelectionModel(QItemSelectionModel(model, view))
    view.setSortingEnabled(True)
    view.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    return view


def index_at(model: SiteModel, place: int) -> QModelIndex:
    """The first cell of the row in that place of the roster; invalid if it is filtered out."""
    line = model.line_of.get(place)
    return QModelIndex() if line is None else model.index(line, 0)
