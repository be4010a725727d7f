"""Narrowing the rows of a list down: by what becomes of them, by what is wrong, by words."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from psnplanner.ui.dialogs.import_rows import ListRows
from psnplanner.ui.dialogs.import_words import RANK, SEVERITIES, VERDICTS

_TYPING_MS = 150
_MOST_KINDS = 60
_PART = "\n"


class RowFilters(QWidget):
    """A button for each verdict, a choice of problems, and a line to type in."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.buttons: dict[str, QToolButton] = {}
        top = QHBoxLayout()
        top.setSpacing(4)
        for name, words, sign, _ink in (("", "All", "", ""), *VERDICTS):
            button = QToolButton(text=words, checkable=True, autoExclusive=True)
            button.setProperty("words", f"{sign} {words}".strip())
            button.setAccessibleName(f"Show rows: {words.lower()}")
            button.clicked.connect(self.changed)
            self.buttons[name] = button
            top.addWidget(button)
        self.buttons[""].setChecked(True)
        top.addStretch(1)
        self.problem = QComboBox()
        self.problem.setAccessibleName("Show rows with this problem")
        self.problem.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.problem.setMinimumContentsLength(30)
        self.problem.activated.connect(self.changed)
        self.text = QLineEdit()
        self.text.setPlaceholderText("Filter by words: name, reference, postcode, partner")
        self.text.setAccessibleName("Filter the rows by words")
        self.text.setClearButtonEnabled(True)
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._typing.timeout.connect(self.changed)
        self.text.textChanged.connect(lambda: self._typing.start())
        below = QHBoxLayout()
        below.addWidget(self.problem, 1)
        below.addWidget(self.text, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(top)
        layout.addLayout(below)

    @property
    def verdict(self) -> str:
        """The verdict asked for, "" for all."""
        return next((name for name, button in self.buttons.items() if button.isChecked()), "")

    def shown(self, rows: ListRows) -> list[int]:
        """The rows let through."""
        severity, _, sentence = str(self.problem.currentData() or "").partition(_PART)
        kind = (severity, sentence) if sentence else None
        return rows.shown(self.verdict, severity, kind, self.text.text())

    def clear(self) -> None:
        """Let every row through."""
        self.buttons[""].setChecked(True)
        self.problem.setCurrentIndex(0)
        self.text.clear()
        self.changed.emit()

    def follow(self, rows: ListRows | None) -> None:
        """Count what there is; what is asked for stays asked for, if there is any of it."""
        for name, button in self.buttons.items():
            count = (rows.tally[name] if name else len(rows.rows)) if rows else 0
            button.setText(f"{button.property('words')} {count:,}")
            button.setVisible(not name or count > 0 or button.isChecked())
        asked = self.problem.currentData()
        self.problem.clear()
        self.problem.addItem("With or without problems", "")
        for words, data in _problems(rows) if rows else ():
            self.problem.addItem(words, data)
        at = self.problem.findData(asked)
        self.problem.setCurrentIndex(max(0, at))


def _problems(rows: ListRows) -> list[tuple[str, str]]:
    """Each choice of problems, and its severity with, for one kind, its sentence."""
    result: list[tuple[str, str]] = []
    kinds = sorted(rows.kinds, key=lambda kind: (RANK[kind[0]], -rows.kinds[kind]))
    for severity, words, sign, _ink in SEVERITIES:
        if rows.severities[severity]:
            count = rows.severities[severity]
            result.append((f"{sign}  {words}: {count:,} rows", severity))
        for kind in kinds[:_MOST_KINDS]:
            if kind[0] == severity:
                count = rows.kinds[kind]
                result.append((f"      {kind[1]}  ({count:,})", _PART.join(kind)))
    return result
