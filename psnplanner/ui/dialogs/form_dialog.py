"""A small dialog: labelled fields, what was refused shown inside, and two buttons."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from psnplanner.errors import UserError


class FormDialog(QDialog):
    """Stays open, saying why, when `accept_form` refuses with a UserError."""

    def __init__(self, title: str, accept_words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(420)
        self.accept_form: Callable[[], None] = lambda: None
        self.intro = QLabel()
        self.intro.setWordWrap(True)
        self.intro.hide()
        self.form = QFormLayout()
        self.form.setHorizontalSpacing(16)
        self.refusal = QLabel()
        self.refusal.setWordWrap(True)
        self.refusal.setStyleSheet("QLabel { padding: 8px; }")
        self.refusal.hide()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.button = self.buttons.addButton(accept_words, QDialogButtonBox.ButtonRole.AcceptRole)
        self.button.setProperty("primary", True)
        self.button.setDefault(True)
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addWidget(self.intro)
        layout.addLayout(self.form)
        layout.addWidget(self.refusal)
        layout.addStretch(1)
        layout.addWidget(self.buttons)

    def say(self, words: str) -> None:
        """A sentence above the fields."""
        self.intro.setText(words)
        self.intro.show()

    def _accept(self) -> None:
        from psnplanner.ui import look

        try:
            self.accept_form()
        except UserError as error:
            self.refusal.setText(str(error))
            self.refusal.setStyleSheet(look.refusal_style())
            self.refusal.show()
        else:
            self.accept()
