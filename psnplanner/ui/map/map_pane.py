"""The map with what lies over it: legend, hover card, zoom buttons, start page."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from psnplanner.ui.map.canvas import MapCanvas

GAP = 12


class MapPane(QWidget):
    """Keeps the overlays in the corners of the canvas.

    With `at_once` False there is the canvas alone until `finish` is called.
    """

    def __init__(self, parent: QWidget | None = None, *, at_once: bool = True) -> None:
        super().__init__(parent)
        self.canvas = MapCanvas(self)
        self.legend: Any = None
        self.card: Any = None
        self.buttons: Any = None
        self.start: Any = None
        if at_once:
            self.finish()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.canvas, 1)

    def finish(self) -> None:
        """The buttons and the start page, if they are not there yet."""
        if self.buttons is not None:
            return
        from psnplanner.ui.map.map_buttons import MapButtons
        from psnplanner.ui.start_page import StartPage

        self.buttons = MapButtons(self.canvas)
        self.start = StartPage(self)
        self.start.hide()
        self.buttons.show()
        self.arrange()

    def set_roster(self, roster: Any) -> None:
        """Show these sites; None shows the start page over the base map."""
        if self.legend is None and roster is not None:
            from psnplanner.ui.map.hover_card import HoverCard
            from psnplanner.ui.map.legend import Legend

            self.legend, self.card = Legend(self.canvas), HoverCard(self.canvas)
        self.canvas.set_roster(roster)
        if self.legend is not None:
            self.legend.set_roster(roster)
        self.start.hide()
        self.arrange()

    def show_start(self) -> None:
        """Nothing is open: say what can be."""
        self.start.refresh()
        self.start.show()
        self.arrange()

    def arrange(self) -> None:
        """Put the overlays in their corners."""
        if self.buttons is None:
            return
        self.buttons.adjustSize()
        self.buttons.move(self.width() - self.buttons.width() - GAP, GAP)
        if self.legend is not None:
            self.legend.adjustSize()
            self.legend.move(GAP, GAP)
        # A low map keeps its room for the sites.
        self.start.move(
            max(0, (self.width() - self.start.width()) // 2),
            max(0, (self.height() - self.start.height()) // 3),
        )
        self.start.raise_()

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self.arrange()
