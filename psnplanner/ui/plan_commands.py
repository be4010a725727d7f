"""What the Plan menu and the panels do to phases and to the chosen sites."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu

from psnplanner.ui.price_at_drop import PriceAtDrop
from psnplanner.ui.site_commands import lock_edit
from psnplanner.ui.wish_commands import WishCommands

if TYPE_CHECKING:
    from psnplanner.programme.record import Position, RecordId
    from psnplanner.ui.main_window import MainWindow


class PlanCommands:
    """Each method is one command."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.wishes = WishCommands(window)
        self.prices = PriceAtDrop(window)

    def adopt(self) -> None:
        """A programme came or went: prices are those of its plan."""
        self.prices.adopt()

    @property
    def _chosen(self) -> list[RecordId]:
        """The chosen sites, in the order of the programme."""
        roster = self._window.roster
        return [i for i in roster.rows.index_of if i in roster.selected] if roster else []

    def propose(self) -> Any:
        """Ask what the planner may do, show what it found, apply it."""
        from psnplanner.ui.dialogs.plan_dialog import PlanDialog

        dialog = PlanDialog(self._window.session, self._window.jobs, self._window)
        dialog.show()
        return dialog

    def what_if(self) -> Any:
        """Scenarios: made, planned, set side by side."""
        from psnplanner.ui.dialogs.scenarios_dialog import ScenariosDialog

        dialog = ScenariosDialog(self._window.session, self._window.jobs, self._window)
        dialog.show()
        return dialog

    def add_phase(self) -> Any:
        """Ask for a new phase."""
        return self._phase_dialog(None)

    def edit_phase(self, ident: RecordId) -> Any:
        """Ask for changes to a phase."""
        session = self._window.session
        if session is None or session.read_only:
            return None
        return self._phase_dialog(session.state.phases.get(ident))

    def _phase_dialog(self, phase: Any) -> Any:
        from psnplanner.ui.dialogs.phase_dialog import PhaseDialog

        session = self._window.session
        dialog = PhaseDialog(session.state, phase, session.do, self._window, session.calendar)
        dialog.open()
        return dialog

    def edit_site(self, ident: RecordId | None = None) -> Any:
        """Ask for changes to the facts of a site, by default the chosen one."""
        from psnplanner.ui.dialogs.site_dialog import SiteDialog

        session = self._window.session
        ident = ident or (self._chosen[0] if self._chosen else None)
        if ident is None:
            return None
        dialog = SiteDialog(session.state, session.state.sites[ident], session.do, self._window)
        dialog.open()
        return dialog

    def place_site(self, ident: RecordId | None = None) -> Any:
        """Ask where a site is, by default the chosen one."""
        from psnplanner.ui.dialogs.place_dialog import PlaceDialog

        session = self._window.session
        ident = ident or (self._chosen[0] if self._chosen else None)
        if ident is None:
            return None
        site = session.state.sites[ident]
        dialog = PlaceDialog(site, session.do, lambda: self.pick_site(ident), self._window)
        dialog.open()
        return dialog

    def pick_site(self, ident: RecordId | None = None) -> None:
        """Let the next click on the map be the place of a site, by default the chosen one."""
        from psnplanner.ui.dialogs.place_dialog import place_edit

        window = self._window
        ident = ident or (self._chosen[0] if self._chosen else None)
        if ident is None:
            return
        site = window.session.state.sites[ident]

        def placed(position: Position) -> None:
            now = window.session.state.sites.get(site.id) if window.session else None
            if now is not None:
                window.do(place_edit(now, position))

        window.pane.canvas.pick.begin(f"{site.reference} {site.name}".strip(), placed)

    def programme(self) -> Any:
        """Change the programme's dates, partners, certificates, nodes and closed windows."""
        from psnplanner.ui.dialogs.programme_dialog import ProgrammeDialog

        window = self._window
        dialog = ProgrammeDialog(window.session, window.pane.canvas.pick.begin, window)
        dialog.open()
        return dialog

    def move(self, sites: Iterable[RecordId], phase: RecordId | None) -> None:
        """Put sites into a phase, or out of any."""
        window, session = self._window, self._window.session
        chosen = [ident for ident in sites if ident in session.state.sites]
        if chosen:
            from psnplanner.programme.edits import MoveToPhase

            edit = MoveToPhase(chosen, phase)
            # The file draws both phases' areas anew with it: a tenth of a second at 10,000 sites.
            window.jobs.start(
                "Moving sites", lambda _: session.do(edit), None, window.refuse, quiet=True
            )

    def lock(self, locked: bool) -> None:
        """Lock the chosen sites to their phase, or let them go."""
        self._window.do(lock_edit(self._window.session.state, self._chosen, locked))

    def fill_move_menu(self, menu: QMenu) -> None:
        """A line for each phase, and one for none."""
        menu.clear()
        session = self._window.session
        for phase in session.state.phases_in_order if session else ():
            action = menu.addAction(phase.name.replace("&", "&&"))
            action.triggered.connect(lambda _=False, ident=phase.id: self.move(self._chosen, ident))
        if menu.isEmpty():
            menu.addAction("No phases yet: add one first").setEnabled(False)
            return
        menu.addSeparator()
        menu.addAction("No phase").triggered.connect(lambda: self.move(self._chosen, None))

    def site_menu(self, at: QPoint) -> QMenu:
        """The menu over the chosen sites, in the table and on the map."""
        window = self._window
        menu = QMenu(window)
        actions = window.actions_
        menu.addAction(actions["zoom_chosen"])
        menu.addMenu(actions.move_menu)
        menu.addAction(actions["lock"])
        menu.addAction(actions["unlock"])
        menu.addMenu(actions.wish_menu)
        menu.addSeparator()
        menu.addAction(actions["edit_site"])
        menu.addAction(actions["place_site"])
        menu.addAction(actions["type_place"])
        menu.addAction(actions["select_none"])
        menu.popup(at)
        return menu

    def phase_menu(self, ident: RecordId | None, at: QPoint) -> QMenu:
        """The menu over a phase."""
        window, menu = self._window, QMenu(self._window)
        menu.addAction("Show on the map").triggered.connect(lambda: self.show_phase(ident))
        menu.addAction("Select its sites").triggered.connect(
            lambda: window.roster.select(self.sites_in(ident))
        )
        writable = not window.session.read_only
        if self._chosen and writable:
            menu.addAction("Move the selected sites here").triggered.connect(
                lambda: self.move(self._chosen, ident)
            )
        if ident is not None and writable:
            menu.addSeparator()
            locked = window.session.state.phases[ident].locked
            words = "Unlock the phase" if locked else "Lock the phase"
            menu.addAction(words).triggered.connect(lambda: window.timeline.lock(ident, not locked))
            menu.addAction("Change…").triggered.connect(lambda: self.edit_phase(ident))
            from psnplanner.programme.edits import Delete

            menu.addAction("Delete").triggered.connect(lambda: window.do(Delete("phase", [ident])))
        menu.popup(at)
        return menu

    def sites_in(self, phase: RecordId | None) -> list[RecordId]:
        """Ids of the sites of a phase, or of none."""
        state = self._window.session.state
        return [site.id for site in state.sites_by_phase.get(phase, [])]

    def show_phase(self, phase: RecordId | None) -> None:
        """Show the area of a phase."""
        sites = self.sites_in(phase)
        if sites:
            self._window.pane.canvas.zoom_to(sites)
