"""The table of sites: filtered, sorted, edited and chosen together with the map."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from psnplanner.errors import UserError
from psnplanner.programme.edits import plural
from psnplanner.programme.record import RecordId
from psnplanner.ui.panels.cell_editors import CellDelegate
from psnplanner.ui.panels.table_header import TableColumns
from psnplanner.ui.panels.table_model import SiteModel, index_at
from psnplanner.ui.panels.table_view import Block, TableView
from psnplanner.ui.roster import Roster
from psnplanner.ui.site_search import EXAMPLES

__all__ = ["SiteTable", "index_at"]

_SYNTAX = "".join(
    f"<tr><td><b>{term.replace('<', '&lt;')}</b>&nbsp;&nbsp;</td><td>{words}</td></tr>"
    for term, words in EXAMPLES
)


class SiteTable(QWidget):
    """The table with its filter line; choosing here chooses on the map, and the other way."""

    activated = Signal(object)
    menu_wanted = Signal(QPoint)
    roster_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._roster: Roster | None = None
        self._linking = False
        self._current: tuple[RecordId, str] | None = None
        self.model = SiteModel(self)
        self.view = TableView(self.model)
        self.view.setItemDelegate(CellDelegate(self.view))
        self.columns = TableColumns(self.view, self.model)
        self._build_line()
        self.bubble = _Bubble(self.view)
        # Not the viewport's child: scrolling would carry it along with the lines.
        self._empty = QLabel(self.view)
        self._empty.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._empty.setObjectName("faint")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lay_out()
        self._connect()
        self._update_count()

    def _build_line(self) -> None:
        self.top = QWidget()
        """The filter line: the window makes it the title of the table's dock."""
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Find in all fields, or partner:… status:… live<…")
        self.filter.setClearButtonEnabled(True)
        self.filter.setAccessibleName("Filter sites")
        self.filter.setToolTip(f"<table>{_SYNTAX}</table>")
        self.filter.setMinimumWidth(110)
        self.filter.setMaximumWidth(460)
        self.hint = QToolButton()
        self.hint.setText("?")
        self.hint.setToolTip("What can be searched for")
        self.hint.setAccessibleName("What can be searched for")
        self.hint.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.hint.setMenu(self._hint_menu())
        self.hint.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        self.count = QLabel()
        self.count.setObjectName("faint")
        self.clear = QPushButton("Show all")
        self.clear.setAccessibleName("Clear the filter")
        self.chooser = QToolButton()
        self.chooser.setText("Columns")
        self.chooser.setToolTip("Choose the columns; drag their headings to order them")
        self.chooser.clicked.connect(self._choose_columns)

    def _lay_out(self) -> None:
        self.line = QHBoxLayout(self.top)
        self.line.setContentsMargins(8, 6, 8, 6)
        for widget in (self.filter, self.hint, self.clear):
            self.line.addWidget(widget)
        self.line.setStretchFactor(self.filter, 1)
        self.line.addStretch(0)
        self.line.addWidget(self.count)
        self.line.addWidget(self.chooser)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.view, 1)

    def _hint_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for term, words in EXAMPLES:
            action = menu.addAction(f"{term}\t{words}")
            action.triggered.connect(lambda _=False, t=term: self._add_term(t))
        return menu

    def _add_term(self, term: str) -> None:
        self.filter.setText(f"{self.filter.text().strip()} {term}".strip())
        self.filter.setFocus()

    def _choose_columns(self) -> None:
        self.columns.menu().popup(self.chooser.mapToGlobal(QPoint(0, self.chooser.height())))

    def _connect(self) -> None:
        # A short wait joins the letters of a quick typist into one search.
        self._typing = QTimer(self, singleShot=True, interval=40)
        self._typing.timeout.connect(self._search)
        self.filter.textChanged.connect(self._typed)
        self.clear.clicked.connect(self._clear)
        view = self.view
        view.selectionModel().selectionChanged.connect(self._chosen_here)
        view.opened.connect(lambda line: self.activated.emit(self.model.ident(line)))
        view.toggled.connect(self._toggle)
        view.lines_wanted.connect(self._choose_lines)
        view.customContextMenuRequested.connect(
            lambda at: self.menu_wanted.emit(view.viewport().mapToGlobal(at))
        )
        self.model.modelAboutToBeReset.connect(self._note_current)
        self.model.modelReset.connect(self._after_reset)
        self.model.refused.connect(self._refused)

    def set_roster(self, roster: Roster | None) -> None:
        """Show these sites (None: an empty table)."""
        self._roster = roster
        self.filter.setText("")
        self.bubble.hide()
        self.model.set_roster(roster)
        self.columns.refresh()
        if roster is not None:
            roster.rebuilt.connect(self._rebuilt)
            roster.shown_changed.connect(self._filter_changed)
            roster.rows_changed.connect(self._touched)
            roster.selection_changed.connect(self._chosen_elsewhere)
        self._update_count()
        self.roster_changed.emit()

    @property
    def roster(self) -> Roster | None:
        """The sites it shows."""
        return self._roster

    def _rebuilt(self) -> None:
        self.model.rebuild()
        self.columns.refresh()

    def _touched(self, places: Iterable[int]) -> None:
        self.model.touch(places)
        self.columns.refresh()

    # The filter

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
            self._typing.stop()  # nobody typed that
        self.model.arrange()

    def _typed(self) -> None:
        self._typing.start()

    # The cursor stays on its site through every sort and filter

    def _note_current(self) -> None:
        index = self.view.currentIndex()
        self._linking = True  # a reset empties Qt's selection, which chooses nothing
        self._current = None
        if index.isValid() and self._roster is not None and index.row() < len(self.model.order):
            place = int(self.model.order[index.row()])
            if place < len(self._roster.rows) and index.column() < len(self.model.columns):
                key = self.model.columns[index.column()].key
                self._current = (self._roster.rows.ids[place], key)

    def _after_reset(self) -> None:
        self._linking = False
        self.bubble.hide()
        if self._roster is not None and self._current is not None:
            ident, key = self._current
            place = self._roster.rows.index_of.get(ident, -1)
            line = self.model.line_of(place) if place >= 0 else -1
            if line >= 0:
                self.view.go_to(line, max(0, self.model.column_at(key)))
        self._update_count()

    # The choice

    def _chosen_here(self) -> None:
        block = self.view.block()
        if self._linking or self._roster is None or block is None:
            return
        self._choose_lines(block.top, block.bottom, keep_block=True)

    def _choose_lines(self, top: int, bottom: int, *, keep_block: bool = False) -> None:
        assert self._roster is not None
        if not keep_block:
            self.view.select_block(Block(top, bottom, 0, len(self.model.columns) - 1))
            return
        self._linking = True
        self._roster.select_places(self.model.order[top : bottom + 1].tolist())
        self._linking = False
        self._show_choice()

    def _toggle(self, line: int) -> None:
        assert self._roster is not None
        self._roster.toggle(self.model.ident(line))

    def _chosen_elsewhere(self) -> None:
        if self._linking:
            return
        self._linking = True
        self.view.selectionModel().clearSelection()
        self._linking = False
        self._show_choice()
        lines = self.model.chosen_lines()
        if lines and self.view.currentIndex().row() not in lines:
            self.view.go_to(lines[0], max(0, self.view.currentIndex().column()))
            self.view.scrollTo(self.model.index(lines[0], self.view.currentIndex().column()))

    def _show_choice(self) -> None:
        self.model.note_choice()
        self.view.viewport().update()
        self._update_count()

    def selected(self) -> frozenset[RecordId]:
        """Ids of the chosen sites."""
        return self._roster.selected if self._roster else frozenset()

    # Refusals

    def _refused(self, index: Any, error: UserError) -> None:
        self.view.go_to(index.row(), index.column(), select=True)
        self.view.scrollTo(index)
        self.view.edit(index)
        self.bubble.say(error, self.view.visualRect(index))

    def say_at_cell(self, words: str) -> None:
        """Say something about the current cell, beside it."""
        index = self.view.currentIndex()
        self.bubble.say(UserError(words), self.view.visualRect(index))

    # Words

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
        notes = " ".join(roster.notes)
        self.filter.setProperty("note", notes)
        if not total:
            self._say_empty("No sites yet. File › Import list… reads a CSV or Excel list.")
        elif shown:
            self._say_empty("")
        else:
            words = "No site matches the filter. Show all (Ctrl+Shift+F) clears it."
            self._say_empty(f"{words}\n{notes}".strip())

    def _say_empty(self, words: str) -> None:
        self._empty.setText(words)
        self._empty.setVisible(bool(words))
        self._empty.setGeometry(self.view.viewport().geometry())

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._empty.setGeometry(self.view.viewport().geometry())


class _Bubble(QFrame):
    """Why a cell was refused, just under it; any key or click but in its editor ends it."""

    def __init__(self, view: TableView) -> None:
        super().__init__(view.viewport())
        self.setObjectName("refusal")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._view = view
        self.text = QLabel()
        self.text.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.addWidget(self.text)
        self.hide()
        view.verticalScrollBar().valueChanged.connect(self.hide)
        view.horizontalScrollBar().valueChanged.connect(self.hide)
        view.selectionModel().currentChanged.connect(self.hide)

    def say(self, error: UserError, cell: Any) -> None:
        """Show it under a cell, or above where there is no room."""
        remedy = error.remedy.partition("; or give a reason to override")[0]
        self.text.setText(f"{error.what} {remedy}".strip())
        room = self._view.viewport().rect()
        wide = min(360, room.width() - 8)
        self.text.setFixedWidth(wide - 18)
        self.setFixedSize(wide, self.text.heightForWidth(wide - 18) + 16)
        below = cell.bottom() + 4
        top = below if below + self.height() <= room.height() else cell.top() - self.height() - 4
        self.move(max(4, min(cell.left(), room.width() - wide - 4)), max(2, top))
        self.show()
        self.raise_()
