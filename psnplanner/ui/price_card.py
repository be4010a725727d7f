"""The card beside the cursor while sites are dragged: what letting go here would cost."""

from __future__ import annotations

from html import escape
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from psnplanner.programme.words import plural
from psnplanner.ui import look

_WIDTH = 300
_MOST = 4


class PriceCard(QFrame):
    """Shows a price of a move; lets the mouse through."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, Qt.WindowType.ToolTip)
        self.setObjectName("card")
        self.setAccessibleName("What this move would cost")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.told = QLabel()
        self.told.setTextFormat(Qt.TextFormat.RichText)
        self.told.setWordWrap(True)
        self.told.setFixedWidth(_WIDTH)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 9, 12, 9)
        layout.addWidget(self.told)

    def show_waiting(self, sites: int, phase: str, at: QPoint) -> None:
        """The price is being worked out."""
        to = f"to <b>{escape(phase)}</b>" if phase else "out of any phase"
        self._tell(f"{plural(sites, 'site')} {to}<br>Working out the price…", at)

    def show_price(self, price: Any, at: QPoint) -> None:
        """The price, and what goes with it."""
        self._tell(price_words(price), at)

    def show_refusal(self, words: str, at: QPoint) -> None:
        """Why there is no price."""
        self._tell(escape(words), at)

    def _tell(self, words: str, at: QPoint) -> None:
        self.told.setText(words)
        self.place(at)

    def place(self, at: QPoint) -> None:
        """Beside a point of the screen, clear of the tag that travels with the cursor."""
        self.adjustSize()
        screen = self.screen().availableGeometry()
        left, top = at.x() + 20, at.y() + 44
        if left + self.width() > screen.right() - 8:
            left = at.x() - 20 - self.width()
        if top + self.height() > screen.bottom() - 8:
            top = at.y() - 24 - self.height()
        self.move(max(screen.left() + 8, left), max(screen.top() + 8, top))
        self.show()
        self.raise_()


def price_words(price: Any) -> str:
    """A price of a move as rich text."""
    to = f"to <b>{escape(price.phase)}</b>" if price.phase else "out of any phase"
    dear = price.pounds > 0.5 or price.over_days or (price.refused and not price.moved)
    colour = look.colour("danger" if dear else "good").name()
    lines = [
        f"{plural(price.sites, 'site')} {to}",
        f"<span style='color:{colour}; font-size: large'><b>{escape(price.headline)}</b></span>",
    ]
    said = price.sentences
    lines += [escape(sentence) for sentence in said[:_MOST]]
    if len(said) > _MOST:
        lines.append(f"and {plural(len(said) - _MOST, 'more reason')}")
    return "<br>".join(lines)
