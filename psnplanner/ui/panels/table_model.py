"""The lines of the table of sites: filtered, sorted by several columns, editable in place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QMimeData, QModelIndex, Qt, Signal
from PySide6.QtGui import QPixmap

from psnplanner.errors import UserError
from psnplanner.programme.record import RecordId
from psnplanner.ui import look
from psnplanner.ui.map import sprites
from psnplanner.ui.roster import Roster
from psnplanner.ui.site_drag import MIME, site_mime
from psnplanner.ui.site_rows import Row, SiteRows
from psnplanner.ui.table_columns import LINES, MONEY, NUMBER, USUAL, Column

_ROLE = Qt.ItemDataRole
_FLAGS = (
    Qt.ItemFlag.ItemIsSelectable
    | Qt.ItemFlag.ItemIsEnabled
    | Qt.ItemFlag.ItemNeverHasChildren
    | Qt.ItemFlag.ItemIsDragEnabled
)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_ORDINALS = "¹²³⁴⁵⁶⁷⁸⁹"
Sorting = tuple[tuple[str, bool], ...]
"""Columns to sort by, the first most, each with whether it descends."""


class CellLook(NamedTuple):
    """All that the painting of a cell needs, in one step."""

    words: str
    right: bool
    chosen: bool
    wrong: bool
    picture: QPixmap | None


class Writer(Protocol):
    """Who writes what is typed into a cell."""

    def why_not(self, column: Column | None = None) -> str:
        """Why a column cannot be changed here; an empty text where it can."""
        ...

    def words(self, ident: RecordId, column: Column) -> str:
        """A cell as the person would type it."""
        ...

    def type_in(self, ident: RecordId, column: Column, words: str) -> UserError | None:
        """Write what was typed; the refusal, if it is refused."""
        ...


class SiteModel(QAbstractTableModel):
    """The sites the filter lets through, in order, under the columns that are shown.

    It filters and sorts by itself, ten thousand rows in a few milliseconds, where a proxy
    would call Python for every comparison.
    """

    refused = Signal(QModelIndex, object)
    """A cell whose typed words were refused, and why."""
    sorted_anew = Signal()

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.roster: Roster | None = None
        self.writer: Writer | None = None
        self.columns: list[Column] = []
        self.order: NDArray[np.intp] = np.zeros(0, np.intp)
        self._line_at: NDArray[np.intp] = self.order
        self.sorting: Sorting = ((USUAL[0], False),)
        self._ranks: dict[str, _Ranks] = {}
        self.chosen: NDArray[np.bool_] = np.zeros(0, bool)
        self.wrong: dict[tuple[RecordId, str], tuple[str, UserError]] = {}

    # What is shown

    @property
    def rows(self) -> SiteRows:
        """The rows behind the lines."""
        assert self.roster is not None
        return self.roster.rows

    def set_roster(self, roster: Roster | None) -> None:
        """Show these sites."""
        self.roster = roster
        self.wrong.clear()
        self.rebuild()

    def rebuild(self) -> None:
        """The rows are other ones now."""
        self._ranks.clear()
        self.arrange()

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Show these columns, in this order."""
        self.beginResetModel()
        self.columns = list(columns)
        self.endResetModel()

    def column_at(self, key: str) -> int:
        """The place of a column among those shown, or -1."""
        return next((at for at, column in enumerate(self.columns) if column.key == key), -1)

    def arrange(self) -> None:
        """Filter and sort anew."""
        self.beginResetModel()
        self.order = self._arranged()
        count = len(self.roster.rows) if self.roster else 0
        self._line_at = np.full(count, -1, np.intp)
        self._line_at[self.order] = np.arange(len(self.order))
        if self.roster is not None:
            self.note_choice()
        self.endResetModel()

    def _arranged(self) -> NDArray[np.intp]:
        if self.roster is None:
            return np.zeros(0, np.intp)
        places = np.flatnonzero(self.roster.shown)
        by = [(self.rows.columns.get(key), down) for key, down in self.sorting]
        ranks = [self._rank(column).ranks(down)[places] for column, down in by if column]
        return places[np.lexsort(ranks[::-1])] if ranks else places

    def _rank(self, column: Column) -> _Ranks:
        if column.key not in self._ranks:
            self._ranks[column.key] = _Ranks(self.rows, column)
        return self._ranks[column.key]

    def touch(self, places: Iterable[int]) -> None:
        """These rows read differently: put them where they now belong."""
        changed = list(places)
        stale = [key for key, ranks in self._ranks.items() if not ranks.follow(self.rows, changed)]
        for key in stale:
            del self._ranks[key]
        for place in changed:
            self._forget_wrong(self.rows.ids[place])
        if not np.array_equal(self._arranged(), self.order):
            self.arrange()
            return
        last = len(self.columns) - 1
        for place in changed:
            line = self.line_of(place)
            if line >= 0:
                self.dataChanged.emit(self.index(line, 0), self.index(line, last))

    def _forget_wrong(self, ident: RecordId) -> None:
        for cell in [cell for cell in self.wrong if cell[0] == ident]:
            del self.wrong[cell]

    def line_of(self, place: int) -> int:
        """The line of the row in that place of the roster; -1 if it is filtered out."""
        return int(self._line_at[place])

    def row(self, line: int) -> Row:
        """The site on a line of the table."""
        return self.rows.rows[int(self.order[line])]

    def ident(self, line: int) -> RecordId:
        """The id of the site on a line."""
        return self.rows.ids[int(self.order[line])]

    def note_choice(self) -> None:
        """Take over which sites are chosen, for their lines to show it."""
        assert self.roster is not None
        self.chosen = self.roster.chosen

    def chosen_lines(self) -> list[int]:
        """The lines of the chosen sites, in order."""
        return np.flatnonzero(self.chosen[self.order]).tolist() if len(self.order) else []

    # Qt

    def rowCount(self, parent: Any = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.order)

    def columnCount(self, parent: Any = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: Any, role: int = _ROLE.DisplayRole) -> Any:
        if not index.isValid():
            return None
        place, column = int(self.order[index.row()]), self.columns[index.column()]
        if role == _ROLE.DisplayRole:
            wrong = self._wrong(place, column)
            return wrong[0] if wrong else self.rows.words(column, place)
        if role == _ROLE.EditRole:
            return self._edit_words(place, column)
        if role == _ROLE.DecorationRole and column.key == "status":
            row = self.rows.rows[place]
            return sprites.icon(row.shape, row.status, 12)
        if role == _ROLE.TextAlignmentRole and column.kind in (MONEY, NUMBER):
            return _RIGHT
        if role == _ROLE.BackgroundRole:
            return self._ground(place, column)
        return self._tip(place, column) if role == _ROLE.ToolTipRole else None

    def look_of(self, line: int, at: int) -> CellLook:
        """How a cell looks."""
        place, column = int(self.order[line]), self.columns[at]
        wrong = self._wrong(place, column)
        words = wrong[0] if wrong else self.rows.words(column, place)
        picture = None
        if column.key == "status":
            row = self.rows.rows[place]
            picture = sprites.picture(row.shape, row.status, 12)
        right = column.kind in (MONEY, NUMBER)
        return CellLook(words, right, bool(self.chosen[place]), wrong is not None, picture)

    def _wrong(self, place: int, column: Column) -> tuple[str, UserError] | None:
        return self.wrong.get((self.rows.ids[place], column.key)) if self.wrong else None

    def _edit_words(self, place: int, column: Column) -> str:
        wrong = self._wrong(place, column)
        if wrong:
            return wrong[0]
        ident = self.rows.ids[place]
        return self.writer.words(ident, column) if self.writer else self.rows.words(column, place)

    def _ground(self, place: int, column: Column) -> Any:
        if self._wrong(place, column):
            return look.colour("danger_ground")
        return look.colour("chosen") if self.chosen[place] else None

    def _tip(self, place: int, column: Column) -> str:
        wrong = self._wrong(place, column)
        if wrong:
            return str(wrong[1])
        if column.kind == LINES:
            return str(self.rows.value(column, place) or "")
        return self.rows.words(column, place)

    def setData(self, index: Any, value: Any, role: int = _ROLE.EditRole) -> bool:
        """Write what was typed; refused, the cell keeps it, marked, until it is mended."""
        if role != _ROLE.EditRole or self.writer is None or not index.isValid():
            return False
        column, ident = self.columns[index.column()], self.ident(index.row())
        cell, words = (ident, column.key), str(value)
        if cell not in self.wrong and words == self.writer.words(ident, column):
            return True
        self.wrong.pop(cell, None)
        error = self.writer.type_in(ident, column, words)
        if error is not None:
            self.wrong[cell] = (words, error)
            here = self.index(self.line_of(self.rows.index_of[ident]), index.column())
            self.dataChanged.emit(here, here)
            self.refused.emit(here, error)
        return error is None

    def drop_wrong(self, index: Any) -> bool:
        """Let go of refused words; whether there were any."""
        cell = (self.ident(index.row()), self.columns[index.column()].key)
        found = self.wrong.pop(cell, None) is not None
        if found:
            self.dataChanged.emit(index, index)
        return found

    def headerData(self, section: int, orientation: Any, role: int = _ROLE.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        column = self.columns[section]
        if role == _ROLE.DisplayRole:
            return column.heading + self._sort_mark(column)
        if role == _ROLE.ToolTipRole:
            return f"{column.heading}. Click to sort, Shift+click to sort by it as well."
        if role == _ROLE.TextAlignmentRole and column.kind in (MONEY, NUMBER):
            return _RIGHT
        return None

    def _sort_mark(self, column: Column) -> str:
        """Which way a column is sorted by, and its place among several."""
        keys = [key for key, _ in self.sorting]
        if column.key not in keys[:9]:
            return ""
        at = keys.index(column.key)
        arrow = " ↓" if self.sorting[at][1] else " ↑"
        return arrow + (_ORDINALS[at] if len(keys) > 1 else "")

    def sort(self, column: int, order: Any = Qt.SortOrder.AscendingOrder) -> None:
        if 0 <= column < len(self.columns):
            down = order == Qt.SortOrder.DescendingOrder
            self.set_sorting([(self.columns[column].key, down)])

    def set_sorting(self, sorting: Iterable[tuple[str, bool]]) -> None:
        """Sort by these columns."""
        self.sorting = tuple(sorting)
        self.arrange()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, max(0, len(self.columns) - 1))
        self.sorted_anew.emit()

    def flags(self, index: Any) -> Any:
        if self.writer and index.isValid():
            column = self.columns[index.column()]
            if column.editable and not self.writer.why_not(column):
                return _FLAGS | Qt.ItemFlag.ItemIsEditable
        return _FLAGS

    def mimeTypes(self) -> list[str]:
        return [MIME]

    def mimeData(self, indexes: Any) -> QMimeData:
        """The chosen sites: those of whole lines, whichever cell of theirs is dragged."""
        return site_mime(self.ident(line) for line in self.chosen_lines())

    def supportedDragActions(self) -> Any:
        return Qt.DropAction.MoveAction


class _Ranks:
    """The place of every row's value of a column among all values; -1 for an empty one."""

    def __init__(self, rows: SiteRows, column: Column) -> None:
        self._column = column
        known: dict[Any, Any] = {}
        facts, values = rows.facts, rows.values(column)
        for value in values:
            if value not in known:
                known[value] = column.sort_key(facts, value)
        keys = sorted({key for key in known.values() if key is not None})
        self._rank_of: dict[Any, int] = {key: rank for rank, key in enumerate(keys)}
        self._rank_of[None] = -1
        ranks = (self._rank_of[known[value]] for value in values)
        self._ranks = np.fromiter(ranks, np.intp, len(values))

    def ranks(self, descending: bool) -> NDArray[np.intp]:
        """What to sort by; empty cells come last either way."""
        ranks = -self._ranks if descending else self._ranks
        return np.where(self._ranks < 0, np.iinfo(np.intp).max, ranks)

    def follow(self, rows: SiteRows, places: Iterable[int]) -> bool:
        """Take over the values of these rows; whether all of them were known already."""
        for place in places:
            key = self._column.sort_key(rows.facts, rows.value(self._column, place))
            if key not in self._rank_of:
                return False
            self._ranks[place] = self._rank_of[key]
        return True


def index_at(model: SiteModel, place: int) -> QModelIndex:
    """The first cell of the row in that place of the roster; invalid if it is filtered out."""
    line = model.line_of(place)
    return QModelIndex() if line < 0 else model.index(line, 0)
