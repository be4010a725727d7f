"""Every command of the window: its menu, its key, and when it can be used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu

from psnplanner.ui import backup_commands, encryption_commands, look
from psnplanner.ui.export_commands import ask_export
from psnplanner.ui.settings import recent_files, settings
from psnplanner.ui.wording import capital

if TYPE_CHECKING:
    from psnplanner.ui.main_window import MainWindow

_KEYS = QKeySequence.StandardKey
_OF_A_PROGRAMME = (
    "play", "today", "timeline", "export", "forecast", "savings", "what_if", "wishes",
    "snapshot", "backup", "close", "select_all", "find", "show_all", "zoom_all",
)  # fmt: skip
"""What needs a programme, though it may be open for reading only."""


class Actions:
    """The actions by name, in their menus; `refresh` greys what cannot be done now."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.by_name: dict[str, QAction] = {}
        self._file_menu()
        self._edit_menu()
        self._plan_menu()
        self._view_menu()
        self._help_menu()
        self.refresh()

    def __getitem__(self, name: str) -> QAction:
        return self.by_name[name]

    def _add(
        self,
        menu: QMenu,
        name: str,
        words: str,
        act: Callable[[], object],
        key: QKeySequence | QKeySequence.StandardKey | str | None = None,
        tip: str = "",
    ) -> QAction:
        action = QAction(words, self._window)
        action.setObjectName(name)
        if key is not None:
            action.setShortcut(key)
        action.setStatusTip(tip)
        action.triggered.connect(lambda: act())
        menu.addAction(action)
        self.by_name[name] = action
        return action

    # The menus

    def _file_menu(self) -> None:
        menu, files = self._window.menuBar().addMenu("&File"), self._window.files
        self._add(menu, "new", "&New programme…", files.new, _KEYS.New)
        self._add(menu, "open", "&Open…", lambda: files.open(None), _KEYS.Open)
        self.recent = menu.addMenu("Open &recent")
        self.recent.aboutToShow.connect(self._list_recent)
        self._add(menu, "demo", "Open the &demo", files.demo)
        menu.addSeparator()
        self._add(menu, "import", "&Import list…", files.import_list, "Ctrl+I")
        self._add(menu, "export", "&Export…", lambda: ask_export(self._window), "Ctrl+Shift+E")
        menu.addSeparator()
        self._window.exchange.fill_file_menu(menu, self._add)
        self._window.hub.fill_file_menu(menu, self._add)
        menu.addSeparator()
        self._add(menu, "gazetteer", "Postcode &gazetteer…", files.gazetteer)
        self._add(menu, "snapshot", "&Snapshot for the board…", files.snapshot, "Ctrl+B")
        self._add(menu, "backup", "&Back up…", files.backup)
        self._add(menu, "backups", "Bac&kups…", lambda: backup_commands.ask(self._window))
        self._add(menu, "encryption", "Encr&ypt…", lambda: encryption_commands.ask(self._window))
        menu.addSeparator()
        self._add(menu, "close", "&Close programme", files.close, _KEYS.Close)
        self._add(menu, "quit", "&Quit", self._window.close, "Ctrl+Q")

    def _edit_menu(self) -> None:
        menu, window = self._window.menuBar().addMenu("&Edit"), self._window
        self._add(menu, "undo", "&Undo", window.undo, _KEYS.Undo)
        self._add(menu, "redo", "&Redo", window.redo, "Ctrl+Shift+Z")
        menu.addSeparator()
        window.sheet.add_actions(self._add, menu)
        self._add(menu, "select_all", "Select &all shown", window.select_all, "Ctrl+Shift+A")
        self._add(menu, "select_none", "Select &none", window.select_none, "Ctrl+Shift+N")
        menu.addSeparator()
        self._add(menu, "find", "&Find sites", window.find, _KEYS.Find)
        self._add(menu, "show_all", "&Clear the filter", window.clear_filter, "Ctrl+Shift+F")

    def _plan_menu(self) -> None:
        menu, plan = self._window.menuBar().addMenu("&Plan"), self._window.plan
        self._add(menu, "propose", "&Propose phases…", plan.propose, "Ctrl+P")
        self._add(menu, "add_phase", "&Add phase…", plan.add_phase)
        self._add(menu, "what_if", "W&hat if…", plan.what_if)
        self._add(menu, "wishes", "W&ishes…", plan.wishes.show_all)
        self._add(menu, "forecast", "&Forecast go-live", lambda: self._window.forecast.ask())
        self._add(menu, "savings", "Sa&vings", lambda: self._window.savings.show())
        menu.addSeparator()
        self.move_menu = menu.addMenu("&Move selected sites to")
        self.move_menu.aboutToShow.connect(lambda: plan.fill_move_menu(self.move_menu))
        self._add(menu, "lock", "&Lock selected sites", lambda: plan.lock(True), "Ctrl+L")
        self._add(menu, "unlock", "&Unlock selected sites", lambda: plan.lock(False), "Ctrl+U")
        self.wish_menu = menu.addMenu("&Wish for the selected sites")
        self.wish_menu.aboutToShow.connect(lambda: plan.wishes.fill_menu(self.wish_menu))
        menu.addSeparator()
        self._add(menu, "edit_site", "&Edit facts of the site…", plan.edit_site, "F2")
        self._add(menu, "place_site", "Place the site on the &map", plan.pick_site, "Ctrl+M")
        self._add(menu, "type_place", "&Type the place of the site…", plan.place_site, "F3")
        menu.addSeparator()
        self._add(menu, "programme", "P&rogramme, partners, nodes…", plan.programme, "Ctrl+G")

    def _view_menu(self) -> None:
        menu, window = self._window.menuBar().addMenu("&View"), self._window
        canvas = window.pane.canvas
        self._add(menu, "zoom_all", "Show &all sites", canvas.zoom_to, "Ctrl+0")
        self._add(menu, "zoom_chosen", "Show the &selected sites", window.zoom_chosen, "Ctrl+E")
        window.map_commands.zooming.add_menu(menu)
        self._add(menu, "zoom_in", "&Nearer", lambda: canvas.zoom(2**0.5), _KEYS.ZoomIn)
        self._add(menu, "zoom_out", "&Further", lambda: canvas.zoom(0.5**0.5), _KEYS.ZoomOut)
        menu.addSeparator()
        # The slider and the timeline are made after the menus are.
        self._add(menu, "play", "&Play the programme", lambda: window.playback.toggle(), "F5")
        self._add(menu, "today", "&Back to today", lambda: window.playback.come_back(), "Shift+F5")
        self._add(menu, "timeline", "&Timeline", window.places.show_timeline, "Ctrl+T")
        menu.addSeparator()
        areas = self._add(menu, "areas", "&Phase areas on the map", lambda: None)
        areas.setCheckable(True)
        areas.setChecked(True)
        areas.toggled.connect(canvas.set_show_phases)
        counts = self._add(menu, "counts", "&Counts where sites lie thick", lambda: None)
        counts.setCheckable(True)
        counts.setChecked(True)
        counts.toggled.connect(canvas.set_show_counts)
        links = self._add(menu, "links", "Fibre &links to nodes", lambda: None)
        links.setCheckable(True)
        links.toggled.connect(canvas.set_show_links)
        lasso = self._add(menu, "lasso", "Select by &lasso", lambda: None)
        lasso.setCheckable(True)
        lasso.toggled.connect(canvas.tools.set_lassoing)
        canvas.lasso_ready.connect(lasso.setChecked)
        window.map_commands.fill_view_menu(menu, self._add)
        menu.addSeparator()
        for dock in window.docks:
            menu.addAction(dock.toggleViewAction())
        menu.addSeparator()
        self.by_name["field_mode"] = window.field.action
        menu.addAction(window.field.action)
        self._appearance_menu(menu.addMenu("Appea&rance"))
        self._add(menu, "reset_layout", "&Usual layout", window.places.usual)

    def _appearance_menu(self, menu: QMenu) -> None:
        group, now = QActionGroup(self._window), settings().value("appearance", "system")
        for name in look.APPEARANCES:
            words = "As the &system" if name == "system" else f"&{capital(name)}"
            action = self._add(menu, f"look_{name}", words, lambda n=name: self._dress(n))
            action.setCheckable(True)
            action.setChecked(name == now)
            group.addAction(action)

    @staticmethod
    def _dress(appearance: str) -> None:
        settings().setValue("appearance", appearance)
        look.apply(appearance)

    def _help_menu(self) -> None:
        menu, window = self._window.menuBar().addMenu("&Help"), self._window
        window.palette_.add_actions(self._add, menu)
        self._add(menu, "keys", "&Keys and gestures", window.show_keys, _KEYS.HelpContents)
        self._add(menu, "about", "&About PSN Planner", window.show_about)

    def _list_recent(self) -> None:
        self.recent.clear()
        for path in recent_files():
            self._recent_action(path)
        if self.recent.isEmpty():
            self.recent.addAction("None yet").setEnabled(False)

    def _recent_action(self, path: Path) -> None:
        action = self.recent.addAction(path.name)
        action.setStatusTip(str(path))
        action.triggered.connect(lambda: self._window.files.open(path))

    def refresh(self) -> None:
        """Grey what cannot be done now; undo and redo say what they would do."""
        session = self._window.session
        chosen = bool(self._window.roster and self._window.roster.selected)
        one = bool(self._window.roster and len(self._window.roster.selected) == 1)
        writable = session is not None and not session.read_only
        for name in _OF_A_PROGRAMME:
            self.by_name[name].setEnabled(session is not None)
        for name in ("import", "propose", "add_phase", "programme"):
            self.by_name[name].setEnabled(writable)
        for name in ("lock", "unlock"):
            self.by_name[name].setEnabled(writable and chosen)
        for name in ("edit_site", "place_site", "type_place"):
            self.by_name[name].setEnabled(writable and one)
        self.move_menu.setEnabled(writable and chosen)
        self.wish_menu.setEnabled(writable and chosen)
        for name in ("zoom_chosen", "select_none"):
            self.by_name[name].setEnabled(chosen)
        for name, label in (
            ("undo", session.undo_label if session else None),
            ("redo", session.redo_label if session else None),
        ):
            action, verb = self.by_name[name], capital(name)
            action.setEnabled(writable and label is not None)
            short = label if not label or len(label) < 60 else label[:58] + "…"
            action.setText(f"&{verb}" + (f" {short}".replace("&", "&&") if short else ""))
            action.setToolTip(f"{verb}: {label}" if label else f"Nothing to {name}")
            action.setIconText(verb)
        encryption_commands.name_action(self.by_name["encryption"], session)
        self._window.sheet.refresh_actions(self.by_name)
        self._window.exchange.refresh_actions(self.by_name)
        self._window.hub.refresh_actions(self.by_name)
