"""What a paste would do, change by change, before it is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QRadioButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from psnplanner.programme.edits import plural
from psnplanner.ui import look
from psnplanner.ui.pasting import Paste, Proposed
from psnplanner.ui.site_rows import SiteRows
from psnplanner.ui.wording import NOTHING

_ROLE = Qt.ItemDataRole
_HEADINGS = ("Site", "Field", "Now", "Then", "Why not")
_WIDTHS = (190, 130, 150, 150, 300)
_MOST_PROBLEMS = 4


class _Changes(QAbstractTableModel):
    """Changes as lines, those refused first."""

    def __init__(self, rows: SiteRows, parent: Any) -> None:
        super().__init__(parent)
        self._rows = rows
        self.lines: list[Proposed] = []

    def show_paste(self, paste: Paste, *, refused_only: bool) -> None:
        self.beginResetModel()
        self.lines = paste.refused + ([] if refused_only else paste.sound)
        self.endResetModel()

    def rowCount(self, parent: Any = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def columnCount(self, parent: Any = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(_HEADINGS)

    def headerData(self, section: int, orientation: Any, role: int = _ROLE.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == _ROLE.DisplayRole:
            return _HEADINGS[section]
        return None

    def data(self, index: Any, role: int = _ROLE.DisplayRole) -> Any:
        line = self.lines[index.row()]
        if role in (_ROLE.DisplayRole, _ROLE.ToolTipRole):
            return self._cells(line)[index.column()]
        if role == _ROLE.ForegroundRole and line.error and index.column() == 4:
            return look.colour("danger")
        return None

    def _cells(self, line: Proposed) -> tuple[str, ...]:
        site = self._rows.sites[self._rows.index_of[line.ident]]
        called = f"{site.reference} {site.name}".strip()
        why = f"{line.error.what} {line.error.remedy}".strip() if line.error else ""
        return called, line.column.heading, line.now or NOTHING, line.then or NOTHING, why


class PasteDialog(QDialog):
    """Lists the changes of a paste. `ways` are (words, maker of the paste) to choose between."""

    def __init__(
        self,
        rows: SiteRows,
        ways: list[tuple[str, Callable[..., Paste]]],
        parent: QWidget,
        *,
        clear_blanks: bool = True,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Paste into the table")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(980, 520)
        self._ways, self.paste = ways, Paste()
        self.choices = QButtonGroup(self)
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        self._add_ways(layout)
        self.summary, self.problems = QLabel(), QLabel()
        self.summary.setObjectName("heading")
        self.problems.setWordWrap(True)
        self.blanks = QCheckBox("A blank cell clears the one it lands on")
        self.blanks.setChecked(clear_blanks)
        self.refused_only = QCheckBox("List only what is refused")
        self.model = _Changes(rows, self)
        self.view = _view(self.model)
        for widget in (self.summary, self.problems, self.view, self.refused_only, self.blanks):
            layout.addWidget(widget)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.go = self.buttons.addButton("Paste", QDialogButtonBox.ButtonRole.AcceptRole)
        self.go.setProperty("primary", True)
        layout.addWidget(self.buttons)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.blanks.toggled.connect(self._read)
        self.refused_only.toggled.connect(self._show)
        self.choices.idClicked.connect(self._read)
        self._read()

    def _add_ways(self, layout: QVBoxLayout) -> None:
        for number, (words, _) in enumerate(self._ways):
            button = QRadioButton(words)
            button.setChecked(number == 0)
            button.setVisible(len(self._ways) > 1)
            self.choices.addButton(button, number)
            layout.addWidget(button)

    def _read(self, *_: Any) -> None:
        self.paste = self._ways[self.choices.checkedId()][1](self.blanks.isChecked())
        self._show()

    def _show(self) -> None:
        paste = self.paste
        sound, refused = len(paste.sound), len(paste.refused)
        sites = len({change.ident for change in paste.sound})
        parts = [f"{plural(sound, 'change')} in {plural(sites, 'site')}"]
        parts += [f"{refused:,} refused"] if refused else []
        parts += [f"{plural(paste.unchanged, 'cell')} as before"] if paste.unchanged else []
        self.summary.setText(" · ".join(parts))
        said = paste.problems[:_MOST_PROBLEMS]
        more = len(paste.problems) - len(said)
        self.problems.setText("\n".join([*said, *([f"… and {more:,} more."] if more else [])]))
        self.problems.setVisible(bool(said))
        self.refused_only.setVisible(bool(refused and sound))
        self.model.show_paste(paste, refused_only=self.refused_only.isChecked())
        self.view.setColumnHidden(4, not refused)
        words = f"Make {plural(sound, 'change')}"
        self.go.setText(f"{words}, leave out {refused:,}" if refused else words)
        self.go.setEnabled(bool(sound))


def _view(model: _Changes) -> QTableView:
    view = QTableView()
    view.setModel(model)
    view.setAccessibleName("Changes")
    view.setAlternatingRowColors(True)
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setTabKeyNavigation(False)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(view.fontMetrics().height() + 9)
    view.horizontalHeader().setStretchLastSection(True)
    view.horizontalHeader().setHighlightSections(False)
    view.horizontalHeader().setDefaultAlignment(
        Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    )
    view.horizontalHeader().setStyleSheet("QHeaderView::section { padding: 5px 4px 5px 3px; }")
    for at, width in enumerate(_WIDTHS):
        view.setColumnWidth(at, width)
    return view
