"""Everything in the window but its map: built once the map has been painted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from psnplanner.ui.actions import Actions
from psnplanner.ui.backup_commands import BackupCommands
from psnplanner.ui.banner import Banner
from psnplanner.ui.bars import Bars
from psnplanner.ui.docks import Docks
from psnplanner.ui.exchange_commands import ExchangeCommands
from psnplanner.ui.field.field_mode import FieldMode
from psnplanner.ui.file_commands import FileCommands
from psnplanner.ui.file_drop import FileDrop
from psnplanner.ui.forecast_room import ForecastRoom
from psnplanner.ui.home_room import HomeRoom
from psnplanner.ui.hub_commands import HubCommands
from psnplanner.ui.jobs import Jobs
from psnplanner.ui.map.cursor_place import place_words
from psnplanner.ui.map_commands import MapCommands
from psnplanner.ui.palette_commands import PaletteCommands
from psnplanner.ui.panels.findings_panel import FindingsPanel
from psnplanner.ui.panels.phases_panel import PhasesPanel
from psnplanner.ui.plan_commands import PlanCommands
from psnplanner.ui.playback import PlaybackRoom
from psnplanner.ui.table_commands import TableCommands

if TYPE_CHECKING:
    from psnplanner.ui.main_window import MainWindow


def build(window: MainWindow) -> None:
    """Give the window its commands, bars, panels and rooms."""
    window.jobs = Jobs(window)
    window.files, window.plan = FileCommands(window), PlanCommands(window)
    window.sheet, window.palette_ = TableCommands(window), PaletteCommands(window)
    window.pane.finish()
    window.banner = Banner()
    window.middle.insertWidget(0, window.banner)
    window.phases, window.findings = PhasesPanel(), FindingsPanel()
    window.places = Docks(window, window.phases, window.findings)
    window.docks, window.tabs = window.places.all, window.places.tabs
    window.home = HomeRoom(window)
    window.forecast = ForecastRoom(window)
    window.field = FieldMode(window)
    window.exchange, window.hub = ExchangeCommands(window), HubCommands(window)
    window.map_commands = MapCommands(window)
    window.actions_ = Actions(window)
    window.bars = Bars(window)
    window.playback = PlaybackRoom(window)
    _connect(window)
    window.drop = FileDrop(window)
    window.backups = BackupCommands(window)
    window.later = QTimer(window, singleShot=True, interval=200)
    window.later.timeout.connect(window.look_again)
    window.places.restore()


def _connect(window: MainWindow) -> None:
    canvas, phases, plan = window.pane.canvas, window.phases, window.plan
    window.jobs.started.connect(window.bars.job_bar.watch)
    canvas.activated.connect(window.open_site)
    canvas.menu_wanted.connect(window.map_commands.menu)
    canvas.cursor_moved.connect(
        lambda lon, lat: window.bars.cursor_place.setText(place_words(lon, lat))
    )
    phases.dropped.connect(plan.move)
    phases.edit_wanted.connect(plan.edit_phase)
    phases.add_wanted.connect(plan.add_phase)
    phases.propose_wanted.connect(plan.propose)
    phases.chosen.connect(plan.show_phase)
    phases.menu_wanted.connect(plan.phase_menu)
    window.findings.show_sites.connect(window.show_sites)
    window.pane.start.open_wanted.connect(window.files.open)
    window.pane.start.new_wanted.connect(window.files.new)
    window.pane.start.demo_wanted.connect(window.files.demo)
