"""Records of one kind as an editable table: drafts first, edits when they are applied."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt

from psnplanner.errors import UserError
from psnplanner.programme.edits import Amend, Create, Delete, Edit
from psnplanner.programme.record import Record, RecordId, fields_of, new_id
from psnplanner.ui import look
from psnplanner.ui.typed_values import day_of, place_of, place_words
from psnplanner.ui.wording import capital, short_day

_ROLE = Qt.ItemDataRole
Choices = Callable[[], list[tuple[str, Any]]]


@dataclass(frozen=True)
class Column:
    """One field of a record as a column; `choices` gives (words, value) to choose from."""

    field: str
    heading: str
    width: int = 120
    choices: Choices | None = None
    hint: str = ""

    def words(self, kind: str, value: Any) -> str:
        """A value as the table shows it."""
        if self.choices is not None:
            return next((words for words, known in self.choices() if known == value), "")
        if kind == "day":
            return short_day(value) if value else ""
        if kind == "place":
            return place_words(value)
        return "" if value is None else str(value)

    def read(self, kind: str, words: str) -> Any:
        """The value that some words mean. Raises UserError if they mean none."""
        if kind == "day":
            return day_of(words)
        if kind == "place":
            return place_of(words) if words.strip() else None
        if kind == "whole":
            return _whole(words)
        return " ".join(words.split())


@dataclass
class Draft:
    """A record as the person has it now; `wrong` keeps words that mean nothing, with why."""

    id: RecordId
    values: dict[str, Any]
    was: Record | None = None
    wrong: dict[str, tuple[str, UserError]] = field(default_factory=dict)


class RecordModel(QAbstractTableModel):
    """Drafts of the records of one kind."""

    def __init__(self, kind: type[Record], columns: list[Column], parent: Any = None) -> None:
        super().__init__(parent)
        self.kind, self.columns = kind, columns
        self._fields = fields_of(kind)
        self.drafts: list[Draft] = []
        self._gone: list[RecordId] = []

    def show_records(self, records: Iterable[Record]) -> None:
        """Begin again from these records."""
        self.beginResetModel()
        names = [column.field for column in self.columns]
        self.drafts = [Draft(r.id, {n: getattr(r, n) for n in names}, r) for r in records]
        self._gone = []
        self.endResetModel()

    def add(self, **values: Any) -> int:
        """A new draft at the end; its line."""
        line = len(self.drafts)
        self.beginInsertRows(QModelIndex(), line, line)
        fresh = {column.field: self._fields[column.field].default for column in self.columns}
        self.drafts.append(Draft(new_id(), fresh | values))
        self.endInsertRows()
        return line

    def remove(self, line: int) -> Draft:
        """Take a draft out."""
        self.beginRemoveRows(QModelIndex(), line, line)
        draft = self.drafts.pop(line)
        self.endRemoveRows()
        if draft.was is not None:
            self._gone.append(draft.id)
        return draft

    def put(self, line: int, name: str, value: Any) -> None:
        """Give a field of a draft a value."""
        draft = self.drafts[line]
        draft.values[name] = value
        draft.wrong.pop(name, None)
        column = next(i for i, c in enumerate(self.columns) if c.field == name)
        self.dataChanged.emit(self.index(line, column), self.index(line, column))

    # What it all comes to

    def check(self) -> None:
        """Raises UserError for the first cell that cannot be read."""
        for draft in self.drafts:
            for _words, error in draft.wrong.values():
                raise UserError(error.what, self.title(draft), error.remedy)

    def title(self, draft: Draft) -> str:
        """What to call a draft in a message."""
        first = self.columns[0]
        said = first.words(self._fields[first.field].kind, draft.values[first.field])
        return said or f"New {self.kind.ENTITY.replace('_', ' ')}"

    def creations(self) -> list[Edit]:
        """Edits that bring the new drafts into being."""
        fresh = [d for d in self.drafts if d.was is None]
        made: list[Edit] = [Create([self.kind(id=d.id, **d.values)]) for d in fresh]
        # An amendment of nothing has the write door look at the dates of what is new.
        return [*made, *(Amend(self.kind.ENTITY, [d.id], {}) for d in fresh)]

    def amendments(self) -> list[Edit]:
        """Edits that change what was changed."""
        edits: list[Edit] = []
        for draft in self.drafts:
            values = {
                name: value
                for name, value in draft.values.items()
                if draft.was is not None and value != getattr(draft.was, name)
            }
            if values:
                edits.append(Amend(self.kind.ENTITY, [draft.id], values))
        return edits

    def deletions(self) -> list[Edit]:
        """The edit that removes what was taken out."""
        return [Delete(self.kind.ENTITY, list(self._gone))] if self._gone else []

    def counts(self) -> tuple[int, int, int]:
        """How many records are new, changed and removed."""
        fresh = sum(draft.was is None for draft in self.drafts)
        return fresh, len(self.amendments()), len(self._gone)

    # Qt

    def rowCount(self, parent: Any = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.drafts)

    def columnCount(self, parent: Any = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Any, role: int = _ROLE.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            if role == _ROLE.DisplayRole:
                return self.columns[section].heading
            if role == _ROLE.ToolTipRole:
                return self.columns[section].hint or None
        return None

    def flags(self, index: Any) -> Any:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    def data(self, index: Any, role: int = _ROLE.DisplayRole) -> Any:
        if not index.isValid():
            return None
        draft, column = self.drafts[index.row()], self.columns[index.column()]
        wrong = draft.wrong.get(column.field)
        if role in (_ROLE.DisplayRole, _ROLE.EditRole):
            if wrong:
                return wrong[0]
            return column.words(self._fields[column.field].kind, draft.values[column.field])
        if role == _ROLE.BackgroundRole and wrong:
            return look.colour("danger_ground")
        if role == _ROLE.ToolTipRole:
            return str(wrong[1]) if wrong else self.data(index) or column.hint or None
        return None

    def setData(self, index: Any, value: Any, role: int = _ROLE.EditRole) -> bool:
        if role != _ROLE.EditRole:
            return False
        draft, column = self.drafts[index.row()], self.columns[index.column()]
        if column.choices is not None:
            draft.values[column.field] = value
        else:
            try:
                read = column.read(self._fields[column.field].kind, str(value))
                if isinstance(read, tuple) and str(value) == self.data(index):
                    read = draft.values[column.field]  # looked at, not changed
                draft.values[column.field] = read
                draft.wrong.pop(column.field, None)
            except UserError as error:
                draft.wrong[column.field] = (str(value), error)
        self.dataChanged.emit(index, index)
        return True


def _whole(words: str) -> int | None:
    plain = words.replace(",", "").strip()
    if not plain:
        return None
    if not plain.isdigit() or len(plain) > 9:
        raise UserError(f"“{words}” is no whole number.", remedy="Write digits: 24.")
    return int(plain)


def check_days(model: RecordModel, first: str, last: str, *, needed: bool) -> None:
    """Raises UserError where a draft ends before it begins, or (`needed`) lacks a day."""
    for draft in model.drafts:
        begins: date | None = draft.values[first]
        ends: date | None = draft.values[last]
        if needed and not (begins and ends):
            raise UserError("Both its days are needed.", model.title(draft), "Fill them in.")
        if begins and ends and ends < begins:
            raise UserError(
                f"It ends on {short_day(ends)}, before it begins on {short_day(begins)}.",
                model.title(draft),
                "Give an end on or after the beginning.",
            )


def check_names(model: RecordModel) -> None:
    """Raises UserError for a draft without a name, or with that of another."""
    seen: set[str] = set()
    what = model.kind.ENTITY.replace("_", " ")
    for draft in model.drafts:
        name = str(draft.values["name"]).casefold()
        if not name:
            raise UserError(f"A {what} has no name.", remedy="Give it one, or remove its line.")
        if name in seen:
            raise UserError(
                f"Two {what}s are called {draft.values['name']}.", remedy="Rename one of them."
            )
        seen.add(name)


def listed(values: Iterable[str], blank: str = "") -> Choices:
    """Choices from plain words; `blank` is how no choice reads."""
    made = [(blank, ""), *((capital(value), value) for value in values)]
    return lambda: made
