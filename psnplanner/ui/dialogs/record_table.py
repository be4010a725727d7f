"""An editable table of records with its buttons: add, remove, and what else a kind needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QStyledItemDelegate,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from psnplanner.ui.dialogs.record_model import RecordModel

_TRIGGER = QAbstractItemView.EditTrigger


class RecordTable(QWidget):
    """Shows a RecordModel. `fresh` gives the first values of each line that "Add" adds."""

    removed = Signal(object)
    """The draft that was taken out."""

    def __init__(
        self,
        model: RecordModel,
        noun: str,
        fresh: Callable[[], list[dict[str, Any]]] = lambda: [{}],
    ) -> None:
        super().__init__()
        self.model, self._fresh = model, fresh
        self.view = _view(model, noun)
        self.add, self.remove = QPushButton(f"Add {noun}"), QPushButton("Remove")
        self.remove.setToolTip(f"Remove the chosen {noun}")
        self.remove.setAccessibleName(f"Remove the chosen {noun}")
        for button in (self.add, self.remove):
            button.setAutoDefault(False)
        self.about_chosen: list[QPushButton] = []
        """Further buttons that need a chosen line."""
        self.line = QHBoxLayout()
        self.line.addWidget(self.add)
        self.line.addWidget(self.remove)
        self.line.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.view, 1)
        layout.addLayout(self.line)
        self.add.clicked.connect(self._add)
        self.remove.clicked.connect(self._remove)
        self.view.selectionModel().selectionChanged.connect(self._refresh)
        model.modelReset.connect(self._refresh)
        self._refresh()

    def note(self, words: str) -> None:
        """A faint line beside the buttons."""
        label = QLabel(words)
        label.setObjectName("faint")
        self.line.addWidget(label)

    @property
    def current(self) -> int | None:
        """The line the person is on."""
        index = self.view.currentIndex()
        return index.row() if index.isValid() else None

    @property
    def chosen(self) -> list[int]:
        """The lines that are selected."""
        return sorted({index.row() for index in self.view.selectionModel().selectedRows()})

    def _add(self) -> None:
        lines = [self.model.add(**values) for values in self._fresh()]
        line = min(lines)
        index = self.model.index(line, 0)
        self.view.setCurrentIndex(index)
        self.view.scrollTo(index)
        self.view.setFocus()
        self.view.edit(index)

    def _remove(self) -> None:
        for line in reversed(self.chosen):
            self.removed.emit(self.model.remove(line))
        self._refresh()

    def _refresh(self) -> None:
        for button in (self.remove, *self.about_chosen):
            button.setEnabled(bool(self.chosen))


def _view(model: RecordModel, noun: str) -> QTableView:
    view = QTableView()
    view.setModel(model)
    view.setAccessibleName(noun.capitalize() + " table")
    view.setItemDelegate(_Delegate(view))
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setEditTriggers(
        _TRIGGER.DoubleClicked
        | _TRIGGER.SelectedClicked
        | _TRIGGER.EditKeyPressed
        | _TRIGGER.AnyKeyPressed
    )
    # Tab leaves the table as it leaves any other field; while a cell is edited it goes on.
    view.setTabKeyNavigation(False)
    view.setAlternatingRowColors(True)
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(view.fontMetrics().height() + 12)
    header = view.horizontalHeader()
    header.setHighlightSections(False)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setStretchLastSection(True)
    for place, column in enumerate(model.columns):
        view.setColumnWidth(place, column.width)
    return view


class _Delegate(QStyledItemDelegate):
    """A list where there are choices, a plain line everywhere else."""

    def createEditor(self, parent: QWidget, option: Any, index: Any) -> QWidget:
        column = index.model().columns[index.column()]
        if column.choices is None:
            line = QLineEdit(parent)
            line.setFrame(False)
            line.setStyleSheet("QLineEdit { border: none; border-radius: 0; padding: 0 2px; }")
            line.setPlaceholderText(column.hint)
            return line
        box = QComboBox(parent)
        for words, value in column.choices():
            box.addItem(words or "—", value)
        box.activated.connect(lambda: self.commitData.emit(box))
        return box

    def setEditorData(self, editor: QWidget, index: Any) -> None:
        if isinstance(editor, QComboBox):
            column = index.model().columns[index.column()]
            now = index.model().drafts[index.row()].values[column.field]
            values = [value for _words, value in column.choices()]
            editor.setCurrentIndex(values.index(now) if now in values else 0)
        elif isinstance(editor, QLineEdit):
            editor.setText(index.data(Qt.ItemDataRole.EditRole))

    def setModelData(self, editor: QWidget, model: Any, index: Any) -> None:
        if isinstance(editor, QComboBox):
            model.setData(index, editor.currentData())
        elif isinstance(editor, QLineEdit):
            model.setData(index, editor.text())
