"""Sizes for fingers: nothing to press in field mode is lower than 48 pixels."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QAbstractScrollArea, QPushButton, QScroller, QSizePolicy, QWidget

TARGET_PX = 48
ROW_PX = 76

# Sizes alone: the colours are those of the window, light or dark.
_SHEET = f"""
QWidget {{ font-size: 16px; }}
QPushButton, QToolButton {{ min-height: {TARGET_PX - 12}px; padding: 5px 14px; }}
QLineEdit, QComboBox, QDateEdit {{ min-height: {TARGET_PX - 10}px; font-size: 17px; }}
QPlainTextEdit {{ font-size: 17px; }}
QComboBox, QDateEdit {{ border: 1px solid palette(mid); border-radius: 5px; padding-left: 6px; }}
QComboBox QAbstractItemView::item {{ min-height: {TARGET_PX}px; }}
QCheckBox {{ min-height: {TARGET_PX}px; }}
QCheckBox::indicator {{ width: 24px; height: 24px; }}
QLabel#title {{ font-size: 22px; font-weight: 600; }}
QLabel#large {{ font-size: 18px; }}
QLabel#heading {{ font-size: 17px; font-weight: 600; }}
QPushButton#main {{ font-size: 18px; font-weight: 600; min-height: 60px; }}
QPushButton#left {{ text-align: left; }}
"""


def dress(widget: QWidget) -> None:
    """Give a widget, and all in it, the sizes of field mode."""
    widget.setStyleSheet(_SHEET)


def scroll_by_finger(area: QAbstractScrollArea) -> None:
    """Let a finger drag what a wheel scrolls; a mouse still presses and selects."""
    QScroller.grabGesture(area.viewport(), QScroller.ScrollerGestureType.TouchGesture)


class BigButton(QPushButton):
    """A button as wide as its page, of one line or two."""

    def __init__(self, words: str = "", *, main: bool = False, left: bool = False) -> None:
        super().__init__(words)
        self.setObjectName("main" if main else "left" if left else "")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAutoDefault(False)
        if main:
            self.setProperty("primary", True)

    def sizeHint(self) -> QSize:
        size = super().sizeHint()
        return QSize(size.width(), max(TARGET_PX, size.height()))

    def keyPressEvent(self, event: Any) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)
