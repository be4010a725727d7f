"""The card beside a dragged bar: its new window, and what that would break and mend."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from psnplanner.programme.edits import plural
from psnplanner.programme.finding import ERROR
from psnplanner.programme.working_days import Calendar
from psnplanner.ui import look
from psnplanner.ui.timeline.consequences import Consequence
from psnplanner.ui.timeline.drag import Drag
from psnplanner.ui.wording import DASH, days_text, short_day

FIRST = 5
"""So many consequences are told in full; the others are counted."""

_WIDTH = 380


class ConsequenceCard(QFrame):
    """Follows the bar that is dragged; lets the mouse through."""

    def __init__(self, window: QWidget) -> None:
        # A window of its own: a low timeline has no room for it inside.
        super().__init__(window, Qt.WindowType.ToolTip)
        self.setObjectName("card")
        self.setAccessibleName("What this would break")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.title, self.told, self.keys = QLabel(), QLabel(), QLabel()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 9, 12, 9)
        layout.setSpacing(5)
        for label in (self.title, self.told, self.keys):
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setWordWrap(True)
            label.setFixedWidth(_WIDTH)
            layout.addWidget(label)
        self.keys.setObjectName("faint")

    def show_drag(self, drag: Drag, calendar: Calendar, by_keys: bool) -> None:
        """Say where the window would be; what it breaks follows."""
        was = calendar.count(drag.phase.starts_on, drag.phase.ends_on)  # type: ignore[arg-type]
        now = calendar.count(drag.starts_on, drag.ends_on)
        days = plural(now, "working day") + (f", was {was}" if now != was else "")
        dates = f"{short_day(drag.starts_on)} {DASH} {short_day(drag.ends_on)}"
        crews = crews_words(drag.phase.capacity_days, was, now)
        self.title.setText(f"<b>{escape(drag.phase.name)}</b><br>{dates} · {days}{crews}")
        keys = "Enter moves it · Esc leaves it" if by_keys else "Let go to move it · Esc leaves it"
        self.keys.setText(keys)

    def show_waiting(self) -> None:
        """The answer is being worked out."""
        if not self.told.text():
            self.told.setText("Looking what would break …")

    def show_consequences(self, found: Sequence[Consequence]) -> None:
        """How much breaks and mends, and the first of it in sentences."""
        self.told.setText(consequence_words(found))
        self.resize(self.sizeHint())

    def put_away(self) -> None:
        """Nothing is dragged any more."""
        self.told.setText("")
        self.hide()

    def place(self, at: QPoint) -> None:
        """Beside a point of the screen, above it where there is room."""
        self.adjustSize()
        screen = self.screen().availableGeometry()
        left = min(at.x() + 16, screen.right() - self.width() - 8)
        top = at.y() - self.height() - 24
        if top < screen.top():
            top = at.y() + 28
        self.move(max(screen.left() + 8, left), min(top, screen.bottom() - self.height() - 8))
        self.show()
        self.raise_()


def crews_words(capacity_days: float | None, was: int, now: int) -> str:
    """How many crews a day the crew-days of a phase take in a window of other working days."""
    if not capacity_days or was == now or not was or not now:
        return ""
    before, after = (days_text(capacity_days / days) for days in (was, now))
    return f"<br>Its {days_text(capacity_days)} crew-days: {after} crews a day, was {before}"


def consequence_words(found: Sequence[Consequence]) -> str:
    """The consequences as rich text."""
    broken = [each for each in found if each.breaks]
    if not found:
        good = look.colour("good").name()
        return f'<b style="color:{good}">Nothing breaks.</b>'
    mended = len(found) - len(broken)
    parts = [plural(len(broken), "thing breaks", "things break")] if broken else ["Nothing breaks"]
    if mended:
        parts.append(f"{mended:,} mended")
    colour = look.colour("danger" if any(each.severity == ERROR for each in broken) else "text")
    lines = [f'<b style="color:{colour.name()}">{" · ".join(parts)}</b>']
    lines += [_line(each) for each in found[:FIRST]]
    if len(found) > FIRST:
        lines.append(f"and {len(found) - FIRST:,} more")
    return "<br>".join(lines)


def _line(each: Consequence) -> str:
    name = "good" if not each.breaks else "danger" if each.severity == ERROR else "text"
    sign = "▲" if each.breaks else "▽"
    return f'<span style="color:{look.colour(name).name()}">{sign}</span> {escape(each.sentence)}'
