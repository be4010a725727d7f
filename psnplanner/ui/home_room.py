"""The Home tab of the window: made with it, told of every programme and change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psnplanner.ui.panels.home_panel import HomePanel

if TYPE_CHECKING:
    from psnplanner.ui.main_window import MainWindow


class HomeRoom:
    """Puts the panel first among the tabs at the left; `panel` is where a forecast is told."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.panel = HomePanel(window.jobs)
        window.tabs.insertTab(0, self.panel, "Home")
        window.tabs.setCurrentIndex(0)
        self.panel.show_sites.connect(window.show_sites)
        self.panel.findings_wanted.connect(lambda: window.tabs.setCurrentWidget(window.findings))

    def adopt(self) -> None:
        """Tell of the window's programme, or of none."""
        self.panel.set_session(self._window.session)

    def follow(self) -> None:
        """Something in the programme changed."""
        self.panel.refresh()
