"""The Forecast tab of the window: made with it, told of every programme and change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt

from psnplanner.ui.home_figures import Forecast
from psnplanner.ui.panels.forecast_panel import ForecastPanel

if TYPE_CHECKING:
    from psnplanner.ui.main_window import MainWindow


class ForecastRoom:
    """Puts the panel last among the tabs at the left, and tells Home what a forecast says."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.panel = ForecastPanel(window.jobs)
        window.tabs.addTab(self.panel, "Forecast")
        # Four names in a narrow panel: closer together they are all there, scrolled they are not.
        window.tabs.tabBar().setStyleSheet("QTabBar::tab { padding: 8px 5px; margin: 0; }")
        window.tabs.setUsesScrollButtons(False)
        window.tabs.setElideMode(Qt.TextElideMode.ElideRight)
        self.panel.show_sites.connect(window.show_sites)
        self.panel.refused.connect(window.refuse)
        self.panel.told.connect(self._tell_home)

    def adopt(self) -> None:
        """Tell of the window's programme, or of none."""
        self.panel.set_session(self._window.session)

    def follow(self) -> None:
        """Something in the programme changed."""
        self.panel.follow()

    def ask(self) -> None:
        """Show the tab and forecast now."""
        self._window.places.plan.show()
        self._window.tabs.setCurrentWidget(self.panel)
        self.panel.ask()

    def _tell_home(self, found: Any) -> None:
        if found is None:
            self._window.home.panel.set_forecast(None)
            return
        likely, safe, _ = found.whole.days
        self._window.home.panel.set_forecast(Forecast(found.probability, likely, safe))
