"""View › Zoom to: the sites of a phase or of a partner, all of them in the middle of the map."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from psnplanner.programme.record import RecordId
    from psnplanner.ui.main_window import MainWindow


class ZoomMenu:
    """Two menus, filled as they open: phases in their order, partners by name."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.phases: Any = None
        self.partners: Any = None

    def add_menu(self, menu: QMenu) -> None:
        """The View menu's lines."""
        self.phases = menu.addMenu("Zoom to a p&hase")
        self.phases.aboutToShow.connect(self._fill_phases)
        self.partners = menu.addMenu("Zoom to a par&tner")
        self.partners.aboutToShow.connect(self._fill_partners)

    def _fill_phases(self) -> None:
        session = self._window.session
        found = session.state.phases_in_order if session else []
        self._fill(self.phases, found, "No phases yet: propose them (Ctrl+P), or add one")

    def _fill_partners(self) -> None:
        session = self._window.session
        all_ = session.state.partners.values() if session else []
        by_name = sorted(all_, key=lambda partner: partner.name.casefold())
        self._fill(self.partners, by_name, "No partners yet: import a list (Ctrl+I)")

    def _fill(self, menu: QMenu, records: Iterable[Any], if_none: str) -> None:
        menu.clear()
        for record in records:
            action = menu.addAction(record.name.replace("&", "&&"))
            action.triggered.connect(lambda _=False, r=record: self._show(r.ENTITY, r.id, r.name))
        if menu.isEmpty():
            menu.addAction(if_none).setEnabled(False)

    def _show(self, kind: str, ident: RecordId, name: str) -> None:
        sites = self._window.session.state.sites.values()
        wanted = [site.id for site in sites if getattr(site, kind) == ident]
        if not self._window.pane.canvas.zoom_to(wanted):
            self._window.say(f"No site of {name} has a place on the map yet.")
