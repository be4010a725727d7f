"""The Savings panel of the window: worked out while it is looked at, after every change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from psnplanner.ui.panels import savings_words as words
from psnplanner.ui.panels.savings_panel import SavingsPanel

if TYPE_CHECKING:
    from psnplanner.ui.main_window import MainWindow

_WAIT_MS = 300


class SavingsRoom(QObject):
    """What is to come follows the window's forecast; without one, the ends of the phases."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._forecast: Any = None
        self._right = self._working = False
        self.panel = SavingsPanel()
        window.places.savings.setWidget(self.panel)
        self._soon = QTimer(self, singleShot=True, interval=_WAIT_MS)
        self._soon.timeout.connect(self._look)
        window.places.savings.visibilityChanged.connect(lambda _seen: self._soon.start())
        self.panel.forecast_wanted.connect(window.forecast.ask)
        self.panel.partner_chosen.connect(self._show_partner)
        window.forecast.panel.told.connect(self._told)
        window.home.panel.savings.button.clicked.connect(self.show)

    def show(self) -> None:
        """Bring the panel to the front, ready for the keys."""
        dock = self._window.places.savings
        dock.show()
        dock.raise_()
        self.panel.setFocus()

    def adopt(self) -> None:
        """Tell of the window's programme, or of none."""
        self._forecast, self._right = None, False
        if self._window.session is None:
            self._soon.stop()
            self.panel.show_savings(None, None, words.NOTHING_OPEN)
        else:
            self._soon.start()

    def follow(self) -> None:
        """Something in the programme changed."""
        self._right = False
        self._soon.start()

    def _told(self, found: Any) -> None:
        self._forecast = found
        if self._window.session is not None:
            self.follow()

    def _look(self) -> None:
        window, session, forecast = self._window, self._window.session, self._forecast
        if session is None or self._right or self.panel.visibleRegion().isEmpty():
            return
        if self._working:
            self._soon.start()
            return
        self._right = self._working = True

        def done(found: Any) -> None:
            if session is window.session:
                message = "" if found.in_the_end_pence_a_year else words.NO_COSTS
                on = session.state.programme.go_live_on
                self.panel.show_savings(found, on, message, forecast=forecast is not None)

        job = window.jobs.start(
            "Savings", lambda _: session.savings(forecast), done, window.refuse, quiet=True
        )
        job.ended.connect(lambda: setattr(self, "_working", False))

    def _show_partner(self, name: str) -> None:
        state = self._window.session.state
        sites = [s.id for s in state.sites.values() if state.partner_name(s.partner) == name]
        self._window.show_sites(sites)
