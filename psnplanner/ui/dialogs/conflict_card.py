"""One value of a conflict: whose, since when, what; and a button that keeps it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget


class ValueCard(QFrame):
    """Without `keep` it only shows, as what was there before."""

    kept = Signal()

    def __init__(
        self, heading: str, below: str, value: str, keep: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setMinimumWidth(150)
        self.heading, faint, self.value = QLabel(heading), QLabel(below), QLabel(value)
        self.heading.setObjectName("heading")
        faint.setObjectName("faint")
        for label in (self.heading, faint, self.value):
            # What came from elsewhere is text, whatever it looks like.
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QVBoxLayout(self)
        layout.setSpacing(4)
        layout.addWidget(self.heading)
        layout.addWidget(faint)
        layout.addSpacing(4)
        layout.addWidget(self.value)
        layout.addStretch(1)
        self.button = QPushButton(keep)
        self.button.setAutoDefault(False)
        self.button.setCheckable(True)
        self.button.setAccessibleName(f"{keep}: {heading}, {value[:80]}")
        self.button.setVisible(bool(keep))
        self.button.clicked.connect(lambda: self.kept.emit())
        layout.addWidget(self.button)

    def mark(self, chosen: bool) -> None:
        """Show whether this is what stands."""
        self.button.setChecked(chosen)
        self.button.setText("✓ Kept" if chosen else "Keep this")
        self.button.setProperty("primary", chosen)
        self.button.style().unpolish(self.button)
        self.button.style().polish(self.button)
