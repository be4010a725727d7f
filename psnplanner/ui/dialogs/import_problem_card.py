"""One problem of a row: what is wrong, why, what to do, and the cell to mend it in."""

from __future__ import annotations

from html import escape
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QFrame, QLabel, QLineEdit, QVBoxLayout, QWidget

from psnplanner.ui.dialogs.import_words import SEVERITIES, remedy_words
from psnplanner.ui.look import colour

_SEVERITY = {name: (words, sign, ink) for name, words, sign, ink in SEVERITIES}


class ProblemCard(QFrame):
    """Emits `mended(heading, text)` when a cell is given another text."""

    mended = Signal(str, str)

    def __init__(
        self, problem: Any, cells: dict[str, str], editable: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.edits: dict[str, QLineEdit] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 8)
        layout.setSpacing(6)
        layout.addWidget(self._words(problem))
        headings = columns_of(problem.column, cells) if editable else []
        if not headings:
            return
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for heading in headings:
            form.addRow(heading, self._edit(heading, cells[heading]))
        layout.addLayout(form)

    def _words(self, problem: Any) -> QLabel:
        words, sign, ink = _SEVERITY[problem.severity]
        remedy = remedy_words(problem.remedy)
        said = f"<span style='color:{colour(ink).name()}'>{sign}</span> "
        said += escape(problem.message)
        if remedy:
            said += f"<br><span style='color:{colour('faint').name()}'>{escape(remedy)}</span>"
        label = QLabel(said)
        label.setTextFormat(Qt.TextFormat.RichText)
        label.setWordWrap(True)
        label.setAccessibleName(f"{words}: {problem.message} {remedy}")
        return label

    def _edit(self, heading: str, text: str) -> QLineEdit:
        edit = QLineEdit(text)
        edit.setAccessibleName(f"Mend {heading}")
        edit.setPlaceholderText("empty in the list")
        edit.setToolTip("Put it right and press Enter: the list is read again with it")
        edit.editingFinished.connect(lambda: self._finished(heading, text, edit.text()))
        self.edits[heading] = edit
        return edit

    def _finished(self, heading: str, before: str, text: str) -> None:
        if text.strip() != before.strip():
            self.mended.emit(heading, text)


def columns_of(words: str, cells: dict[str, str]) -> list[str]:
    """The headings a problem names: one, or several with commas between."""
    if words in cells:
        return [words]
    return [part for part in words.split(", ") if part in cells]
