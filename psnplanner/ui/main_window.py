"""The window of one programme: the map in the middle, panels round it, one session behind it.

The shell is painted before anything heavy is imported: what needs numpy, shapely or the file
is loaded by the job that opens a programme.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QDialog, QMainWindow, QVBoxLayout, QWidget

from psnplanner.errors import UserError
from psnplanner.ui import focus_chain, shell
from psnplanner.ui.map.map_pane import MapPane

if TYPE_CHECKING:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QDockWidget, QTabWidget

    from psnplanner.programme.record import RecordId
    from psnplanner.ui.actions import Actions
    from psnplanner.ui.backup_commands import BackupCommands
    from psnplanner.ui.banner import Banner
    from psnplanner.ui.bars import Bars
    from psnplanner.ui.bridge import Bridge
    from psnplanner.ui.docks import Docks
    from psnplanner.ui.exchange_commands import ExchangeCommands
    from psnplanner.ui.field.field_mode import FieldMode
    from psnplanner.ui.file_commands import FileCommands
    from psnplanner.ui.file_drop import FileDrop
    from psnplanner.ui.forecast_room import ForecastRoom
    from psnplanner.ui.home_room import HomeRoom
    from psnplanner.ui.hub_commands import HubCommands
    from psnplanner.ui.jobs import Jobs
    from psnplanner.ui.map_commands import MapCommands
    from psnplanner.ui.palette_commands import PaletteCommands
    from psnplanner.ui.panels.findings_panel import FindingsPanel
    from psnplanner.ui.panels.phases_panel import PhasesPanel
    from psnplanner.ui.plan_commands import PlanCommands
    from psnplanner.ui.playback import PlaybackRoom
    from psnplanner.ui.roster import Roster
    from psnplanner.ui.savings_room import SavingsRoom
    from psnplanner.ui.table_commands import TableCommands


class MainWindow(QMainWindow):
    """Everything the person sees. `adopt` shows a session, `let_go` closes it.

    With `at_once` False there is the map alone until `finish_building` brings the rest: so the
    first frame of all is painted before anything else is even imported.
    """

    jobs: Jobs
    files: FileCommands
    plan: PlanCommands
    sheet: TableCommands
    palette_: PaletteCommands
    banner: Banner
    phases: PhasesPanel
    findings: FindingsPanel
    places: Docks
    docks: list[QDockWidget]
    tabs: QTabWidget
    home: HomeRoom
    forecast: ForecastRoom
    savings: SavingsRoom
    field: FieldMode
    exchange: ExchangeCommands
    hub: HubCommands
    map_commands: MapCommands
    actions_: Actions
    bars: Bars
    playback: PlaybackRoom
    drop: FileDrop
    backups: BackupCommands
    later: QTimer

    def __init__(self, *, at_once: bool = True, opening: bool = False) -> None:
        super().__init__()
        self.setWindowTitle("PSN Planner")
        self.setMinimumSize(900, 560)
        self.session: Any = None
        self.roster: Roster | None = None
        self._bridge: Bridge | None = None
        self.pane = MapPane(at_once=at_once)
        self.table: Any = None
        self.form: Any = None
        self.timeline: Any = None
        self.built = self.going_on = False
        self.mishaps: Any = None
        self._build_middle()
        shell.place(self)
        if at_once:
            self.finish_building()
        else:
            self.middle.setContentsMargins(shell.room_kept(opening=opening))

    # Building

    def _build_middle(self) -> None:
        middle = QWidget()
        self.middle = QVBoxLayout(middle)
        self.middle.setContentsMargins(0, 0, 0, 0)
        self.middle.setSpacing(0)
        self.middle.addWidget(self.pane, 1)
        self.setCentralWidget(middle)

    def finish_building(self) -> None:
        """Everything but the map, if it is not there yet."""
        if self.built:
            return
        from psnplanner.ui import rooms

        self.built = True
        self.middle.setContentsMargins(0, 0, 0, 0)
        rooms.build(self)

    def _complete(self) -> None:
        """The table and the form, which need numpy: made when the first programme arrives."""
        if self.table is not None:
            return
        from psnplanner.ui.panels.site_form import SiteForm
        from psnplanner.ui.panels.site_table import SiteTable
        from psnplanner.ui.savings_room import SavingsRoom
        from psnplanner.ui.timeline.panel import TimelinePanel

        self.table, self.form = SiteTable(), SiteForm(self.jobs)
        self.timeline = TimelinePanel(self)
        self.places.timeline.setWidget(self.timeline)
        self.savings = SavingsRoom(self)
        self.places.table.setWidget(self.table)
        self.places.table.setTitleBarWidget(self.table.top)
        self.places.site.setWidget(self.form)
        self.table.activated.connect(self.open_site)
        self.sheet.attach(self.table)
        self.table.menu_wanted.connect(self._site_menu)
        self.form.edit_wanted.connect(self.plan.edit_site)
        self.form.place_wanted.connect(self.plan.place_site)
        self.form.refused.connect(self.refuse)
        self.form.sites_wanted.connect(self.show_sites)

    # A session comes and goes

    def adopt(self, session: Any, rows: Any = None) -> None:
        """Show this programme. `rows` are its SiteRows, if a job has made them already."""
        from psnplanner.ui.bridge import Bridge
        from psnplanner.ui.roster import Roster
        from psnplanner.ui.site_rows import SiteRows

        self.finish_building()
        self.let_go()
        self._complete()
        self.places.bring_back()
        self.session = session
        self._bridge = Bridge(session, self)
        self._bridge.happened.connect(self._happened)
        self.roster = Roster(rows or SiteRows(session.state, session.today), self)
        self.roster.selection_changed.connect(self.actions_.refresh)
        self.pane.set_roster(self.roster)
        self.table.set_roster(self.roster)
        self.form.set_session(session, self.roster)
        self.home.adopt()
        self.forecast.adopt()
        self.savings.adopt()
        self.plan.adopt()
        self.field.adopt()
        self.exchange.adopt()
        self.hub.adopt()
        self.banner.show_session(session)
        self.playback.adopt()
        self.timeline.set_session(session)
        self.map_commands.adopt(session)
        self.pane.canvas.zoom_to()
        self._refresh()
        self.look_again()
        self.pane.canvas.setFocus()

    def let_go(self) -> None:
        """Stop what is under way and close the programme; all is saved already."""
        from psnplanner.ui import recent_programmes, settings

        self.jobs.stop()
        settings.forget_previews()
        self.playback.let_go()
        self.field.let_go()
        self.exchange.let_go()
        self.hub.let_go()
        self.pane.canvas.pick.leave()
        for dialog in self.findChildren(QDialog):
            dialog.close()  # each is about a programme that goes
        if self.session is None:
            return
        assert self._bridge is not None
        self._bridge.close()
        self._bridge.deleteLater()
        self.map_commands.let_go()
        recent_programmes.note(self.session)
        session, self.session, roster = self.session, None, self.roster
        self._bridge = self.roster = None
        self.later.stop()
        self.table.set_roster(None)
        self.form.set_session(None, None)
        self.timeline.set_session(None)
        self.pane.set_roster(None)
        self.phases.show_state(None)
        self.findings.show_findings(None)
        self.home.adopt()
        self.forecast.adopt()
        self.savings.adopt()
        self.plan.adopt()
        self.banner.hide()
        self.bars.headline.setText("")
        self.bars.saved.setText("")
        self.places.name_tab(self.findings, "Findings")
        self.setWindowTitle("PSN Planner")
        if roster is not None:
            roster.deleteLater()
        session.close()
        self.actions_.refresh()

    def show_start(self) -> None:
        """No programme: the start page over the base map, and no empty panels round it."""
        self.finish_building()
        if self.session is None:
            self.places.put_away()
            self.pane.show_start()
            self.pane.start.focus_first()

    def _happened(self, happened: Any) -> None:
        if self.session is None or self.roster is None:
            return
        self.roster.follow(happened.before, happened.after, self.session.today)
        self.form.refresh()
        self._refresh()
        self.home.follow()
        self.forecast.follow()
        self.savings.follow()
        self.field.follow()
        self.exchange.follow()
        self.hub.follow(happened)
        self.playback.follow()
        self.map_commands.follow(happened.before, happened.after)
        self.say(f"{happened.transaction.label}. Saved.")
        self.later.start()

    def _refresh(self) -> None:
        """What is quick enough to be right at once."""
        from psnplanner.ui.banner import headline

        session = self.session
        self.phases.show_state(session.state, read_only=session.read_only)
        self.timeline.follow()
        self.bars.headline.setText(headline(session))
        self.setWindowTitle(f"{session.state.programme.name} — PSN Planner")
        kept = "Read only" if session.read_only else "Every change is saved"
        self.bars.saved.setText(f"{kept} · {session.path.name}")
        self.bars.saved.setToolTip(str(session.path))
        self.actions_.refresh()

    def hold_changed(self) -> None:
        """Changes are refused from now on, or allowed again: say so everywhere."""
        self._refresh()
        self.form.refresh()

    def look_again(self) -> None:
        """What takes longer: phase areas and findings, off the window's thread."""
        from psnplanner.ui import second_look

        second_look.start(self)

    # Commands that belong to no other room

    def do(self, edit: Any) -> bool:
        """Make an edit; a refusal is said, and nothing has changed. Whether it was made."""
        try:
            self.session.do(edit)
        except UserError as error:
            self.refuse(error)
            return False
        return True

    def refuse(self, error: UserError) -> None:
        """Say why something was not done."""
        from psnplanner.ui import messages

        messages.show_error(self, error)

    def say(self, words: str) -> None:
        """A line in the status bar, for a while."""
        self.statusBar().showMessage(words, 8000)

    def undo(self) -> None:
        """Take back the last change."""
        self._step(lambda progress: self.session.undo(progress=progress))

    def redo(self) -> None:
        """Bring back the last change taken back."""
        self._step(lambda progress: self.session.redo(progress=progress))

    def _step(self, step: Any) -> None:
        # One import undone is thousands of changes: not in the window's thread.
        self.jobs.start("Undoing", step, None, self.refuse)

    def select_all(self) -> None:
        """Choose every site the filter shows."""
        if self.roster is not None:
            self.roster.select_all()

    def select_none(self) -> None:
        """Choose none."""
        if self.roster is not None:
            self.roster.select([])

    def find(self) -> None:
        """Go to the filter line."""
        self.places.table.show()
        self.places.table.raise_()
        if self.table is not None:
            self.table.focus_filter()

    def clear_filter(self) -> None:
        """Show every site."""
        if self.roster is not None:
            self.roster.clear_filter()

    def zoom_chosen(self) -> None:
        """Show the chosen sites on the map."""
        if self.roster is not None and not self.pane.canvas.zoom_to(self.roster.selected):
            self.say("The selected sites have no place on the map yet.")

    def show_sites(self, sites: Iterable[RecordId]) -> None:
        """Choose these sites and show them."""
        if self.roster is None:
            return
        self.roster.clear_filter()
        self.roster.select(sites)
        self.zoom_chosen()

    def open_site(self, ident: RecordId) -> None:
        """Choose a site, show its form, and where it is."""
        assert self.roster is not None
        self.roster.select([ident])
        self.places.site.show()
        self.places.site.raise_()
        self.pane.canvas.zoom_to([ident])

    def _site_menu(self, at: Any) -> None:
        if self.roster is not None and self.roster.selected:
            self.plan.site_menu(at)

    def show_keys(self) -> None:
        """The keys and gestures."""
        from psnplanner.ui.dialogs.about import keys

        menus = {
            action.text().replace("&", ""): action.menu().actions()
            for action in self.menuBar().actions()
        }
        keys(self, menus)

    def show_about(self) -> None:
        """What this is."""
        from psnplanner.ui.dialogs.about import about

        about(self)

    # Coming and going

    def show_first(self) -> None:
        """Show the window; on a small screen that knows no layout yet, all over it."""
        if shell.small_and_new(self):
            self.showMaximized()
        else:
            self.show()

    def focusNextPrevChild(self, forward: bool) -> bool:
        step = super().focusNextPrevChild
        return focus_chain.pass_on(lambda: step(forward))

    def get_ready(self) -> None:
        """Load what the first command will need, so that no dialog has to wait for it."""
        self.jobs.start("Getting ready", lambda _: _load_rooms(), quiet=True)

    def closeEvent(self, event: Any) -> None:
        if not self.built:  # closed before there was anything to keep
            super().closeEvent(event)
            return
        self.field.leave()
        shell.keep_room(self, opening=self.session is not None)
        self.places.keep()
        if self.table is not None:  # the start page has none
            self.table.columns.keep_now()
        self.let_go()
        super().closeEvent(event)


def _load_rooms() -> None:
    import psnplanner.session  # noqa: F401
