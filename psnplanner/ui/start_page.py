"""What is shown while no programme is open: recent ones, a new one, another, the demo."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from psnplanner.ui.settings import recent_files

_SHOWN = 6


class StartPage(QFrame):
    """A card over the base map."""

    open_wanted = Signal(object)
    """A path, or None to ask for one."""
    new_wanted = Signal()
    demo_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setFixedWidth(470)
        title = QLabel("PSN Planner")
        font = title.font()
        font.setPointSizeF(font.pointSizeF() + 9)
        font.setBold(True)
        title.setFont(font)
        words = QLabel("Plan and track a public services fibre network, building by building.")
        words.setObjectName("faint")
        words.setWordWrap(True)
        self.new, self.open = QPushButton("New programme…"), QPushButton("Open…")
        self.demo = QPushButton("Demo")
        self.demo.setToolTip("An illustrative programme of 934 made-up buildings")
        self.new.setProperty("primary", True)
        line = QHBoxLayout()
        for button in (self.new, self.open, self.demo):
            line.addWidget(button)
        line.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(28, 24, 28, 24)
        layout.setSpacing(10)
        layout.addWidget(title)
        layout.addWidget(words)
        layout.addSpacing(6)
        layout.addLayout(line)
        layout.addSpacing(8)
        heading = QLabel("Recent programmes")
        heading.setObjectName("heading")
        layout.addWidget(heading)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        layout.addLayout(self._recent)
        self.new.clicked.connect(self.new_wanted)
        self.open.clicked.connect(lambda: self.open_wanted.emit(None))
        self.demo.clicked.connect(self.demo_wanted)

    def refresh(self) -> None:
        """Show the recent programmes as they are now."""
        while (item := self._recent.takeAt(0)) is not None:
            if item.widget() is not None:
                item.widget().deleteLater()
        paths = recent_files()[:_SHOWN]
        for path in paths:
            self._recent.addWidget(self._button(path))
        if not paths:
            none = QLabel("None yet. The demo shows what a programme half way looks like.")
            none.setObjectName("faint")
            none.setWordWrap(True)
            self._recent.addWidget(none)
        self.adjustSize()

    def _button(self, path: Path) -> QPushButton:
        button = QPushButton()
        place = self.fontMetrics().elidedText(
            f"{path.name}  —  {path.parent}", Qt.TextElideMode.ElideMiddle, 380
        )
        button.setText(place)
        button.setFlat(True)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.setStyleSheet("QPushButton { text-align: left; border: none; padding: 6px 8px; }")
        button.setToolTip(str(path))
        button.setAccessibleName(f"Open {path.name}")
        button.clicked.connect(lambda: self.open_wanted.emit(path))
        return button
