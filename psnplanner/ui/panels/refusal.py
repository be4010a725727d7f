"""A gate's refusal inside a form, with the way round it: a reason, kept for ever."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from psnplanner.errors import UserError


def refusal_words(error: UserError) -> str:
    """A refusal in lines: every reason and every way out on one of its own."""
    return "\n".join(line for part in (error.what, error.remedy) for line in _lines(part))


def _lines(sentence: str) -> list[str]:
    head, colon, rest = sentence.partition(": ")
    parts = rest.rstrip(".").split("; ")
    if not colon or (len(parts) < 2 and "cannot be" not in head):
        return [sentence] if sentence else []
    return [f"{head}:", *(f"  • {part}" for part in parts)]


class Refusal(QFrame):
    """Hidden until something is refused."""

    overridden = Signal(str)
    """The reason an authorised person gives."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("refusal")
        self.text, self.reason = QLabel(), QLineEdit()
        self.override = QPushButton("Override and record")
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.reason.setPlaceholderText("Reason, kept for ever")
        self.reason.setAccessibleName("Reason for the override")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.text)
        layout.addWidget(self.reason)
        layout.addWidget(self.override, 0, Qt.AlignmentFlag.AlignRight)
        self.reason.textChanged.connect(lambda words: self.override.setEnabled(bool(words.strip())))
        self.override.setAutoDefault(False)
        self.override.clicked.connect(lambda: self.overridden.emit(self.reason.text()))
        self.clear()

    def clear(self) -> None:
        """Nothing is refused now."""
        self.reason.setText("")
        self.override.setEnabled(False)
        self.hide()

    def say(self, error: Any) -> None:
        """Say why, and offer the override where there is one."""
        assert isinstance(error, UserError)
        self.text.setText(refusal_words(error))
        gate = "override" in error.remedy
        self.reason.setVisible(gate)
        self.override.setVisible(gate)
        self.show()
        if gate:
            self.reason.setFocus()

    def keyPressEvent(self, event: Any) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            # It ends here: the form round it would take it for its own Record.
            self.override.click()
        else:
            super().keyPressEvent(event)
