"""The card beside the cursor: which site this is, how far it is, and whom it waits on."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout

from psnplanner.programme.edits import plural
from psnplanner.ui.map.canvas import MapCanvas
from psnplanner.ui.site_rows import Row
from psnplanner.ui.wording import capital


class HoverCard(QFrame):
    """Follows the canvas's hovered site; lets every click through."""

    def __init__(self, canvas: MapCanvas) -> None:
        super().__init__(canvas)
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._canvas = canvas
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.RichText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(9, 7, 9, 7)
        layout.addWidget(self._text)
        self.hide()
        canvas.hovered.connect(self.show_site)

    def show_site(self, ident: object) -> None:
        """Show the card of a site, or hide it."""
        roster = self._canvas.roster
        at = self._canvas.finder.pixel_of(ident) if isinstance(ident, bytes) else None
        if roster is None or at is None or not isinstance(ident, bytes):
            self.hide()
            return
        place = roster.rows.index_of[ident]
        others = len(self._canvas.finder.sites_here(at)) - 1
        then = roster.status_then(place)
        self._text.setText(card_text(roster.rows.rows[place], others, then))
        self.adjustSize()
        self.move(self._beside(at))
        self.show()
        self.raise_()

    def _beside(self, at: QPointF) -> QPoint:
        room = self._canvas.rect()
        x, y = int(at.x()) + 14, int(at.y()) + 14
        if x + self.width() > room.width() - 4:
            x = int(at.x()) - 14 - self.width()
        if y + self.height() > room.height() - 4:
            y = int(at.y()) - 14 - self.height()
        return QPoint(max(4, x), max(4, y))


def card_text(row: Row, others: int = 0, then: str = "") -> str:
    """The card's words; `others` are further sites on the same spot.

    `then` is its status where the map shows another day: whom it waits on today is left out.
    """
    reference, name, partner, kind, postcode, status, phase, waiting, *_ = map(escape, row.cells)
    if then:
        status, waiting = capital(then), ""
    lines = [f"<b>{name or reference}</b>"]
    lines.append(" · ".join(part for part in (reference, kind, postcode) if part))
    if partner:
        lines.append(partner)
    lines.append(f"<b>{status}</b> · {phase or 'in no phase'}")
    if waiting:
        lines.append(f"Waiting on {waiting}")
    if others > 0:
        lines.append(f"and {plural(others, 'more site')} here")
    return "<br>".join(line for line in lines if line)
