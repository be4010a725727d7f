"""Lines over the map that say: this is a field pack, and: there are conflicts to settle."""

from __future__ import annotations

from datetime import date
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from psnplanner.programme.words import plural, uk

TOUCH_PX = 48


class ActionBanner(QFrame):
    """Words and buttons in a line."""

    def __init__(self, *buttons: str) -> None:
        super().__init__()
        self.setObjectName("banner")
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 6, 12, 6)
        line.addWidget(self.words, 1)
        self.buttons = [QPushButton(words) for words in buttons]
        for button in self.buttons:
            line.addWidget(button)
        self.hide()

    def warn(self, loud: bool) -> None:
        """On the ground of a refusal, or on that of a banner."""
        self.setObjectName("refusal" if loud else "banner")
        self.style().unpolish(self)
        self.style().polish(self)

    def make_touchable(self, large: bool) -> None:
        """Buttons as large as a gloved finger, or as usual."""
        for button in self.buttons:
            button.setMinimumHeight(TOUCH_PX if large else 0)


def pack_words(pack: Any, sites: int, today: date) -> str:
    """What an open pack is: whose, how much, until when."""
    said = f"Field pack for {pack.person} · {plural(sites, 'site')}"
    if pack.expires_on is None:
        return said
    if today <= pack.expires_on:
        return f"{said} · good until {uk(pack.expires_on)}"
    return (
        f"{said} · expired: it was good until {uk(pack.expires_on)}. What was recorded can still "
        "be returned; ask the office for a new pack before going out again."
    )


def conflict_words(count: int) -> str:
    """How much there is to settle."""
    return f"{plural(count, 'conflict')} to settle: two people gave a field different values."
