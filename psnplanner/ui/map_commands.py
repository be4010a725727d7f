"""What the View menu and a right click do with the map: backgrounds, boundaries, measuring.

The layers and tools are in ui/map; here they meet the window, its menus and the programme.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, QUrl
from PySide6.QtGui import QAction, QActionGroup, QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QLabel, QMenu

from psnplanner.errors import UserError
from psnplanner.programme.edits import Amend, plural
from psnplanner.programme.record import Position
from psnplanner.ui.map.boundaries_layer import BoundariesLayer
from psnplanner.ui.map.measure_tool import MeasureTool
from psnplanner.ui.map.tiles_layer import TilesLayer
from psnplanner.ui.map.tiles_providers import OFFERS
from psnplanner.ui.map.view import from_world
from psnplanner.ui.settings import settings

if TYPE_CHECKING:
    from psnplanner.programme.boundary import Boundary
    from psnplanner.ui.main_window import MainWindow

_BUILT_IN = ""
_FILE = "file:"
_COPYRIGHT = "https://www.openstreetmap.org/copyright"
_LISTED = 25
"""So many boundaries are in the menu one by one; more of them only by file."""


class MapCommands:
    """Each public method is one command, or a hook that the window calls."""

    def __init__(self, window: MainWindow) -> None:
        self._window, self._canvas = window, window.pane.canvas
        self.tiles = TilesLayer(self._canvas)
        self.boundaries = BoundariesLayer()
        self._canvas.add_layer(self.boundaries, below_sites=True)
        self.measure_tool = MeasureTool(self._canvas, self._measure_left)
        self.near: Any = None
        self.background = _BUILT_IN
        self._session: Any = None
        self._actions: dict[str, QAction] = {}
        self.network = QLabel()
        self.network.setObjectName("faint")
        self.network.hide()
        window.statusBar().addPermanentWidget(self.network)

    # Menus

    def fill_view_menu(self, menu: QMenu, add: Callable[..., QAction]) -> None:
        """The lines of the View menu; `add` is the window's way of making an action."""
        self.background_menu = menu.addMenu("&Background")
        self.background_menu.aboutToShow.connect(self._fill_backgrounds)
        self.boundary_menu = menu.addMenu("&Boundaries")
        self.boundary_menu.aboutToShow.connect(self._fill_boundaries)
        self._actions["measure"] = add(
            menu, "measure", "&Measure a distance", self.measure, "Ctrl+Shift+M",
            "Click from point to point on the map",
        )  # fmt: skip
        self._actions["measure"].setCheckable(True)
        self._actions["near"] = add(
            menu, "near", "&What is near here?…", self.what_is_near, "Ctrl+J",
            "The nearest sites to a postcode, a grid reference or a point",
        )  # fmt: skip
        self._actions["boundaries"] = QAction("&Add from a file…", self._window)
        self._actions["boundaries"].triggered.connect(lambda: self.add_boundaries())

    def menu(self, at: QPoint) -> QMenu:
        """The menu over the map: that of the chosen sites, and what can be done at the point."""
        window = self._window
        roster = window.roster
        chosen = roster is not None and bool(roster.selected)
        menu = window.plan.site_menu(at) if chosen else QMenu(window)
        if chosen:
            menu.addSeparator()
        self.fill_point_menu(menu, at)
        if not chosen:
            menu.popup(at)
        return menu

    def fill_point_menu(self, menu: QMenu, at: QPoint) -> None:
        """What can be done at a point of the screen that is on the map."""
        local = self._canvas.mapFromGlobal(at)
        longitude, latitude = from_world(*self._canvas.view.to_world(local.x(), local.y()))
        place = Position(round(latitude, 6), round(longitude, 6))
        if self._session is not None:
            near = menu.addAction("What is near here?")
            near.triggered.connect(lambda: self.what_is_near(place))
        measure = menu.addAction("Measure from here")
        measure.triggered.connect(lambda: self.measure_from(place))
        copy = menu.addAction("Copy this place")
        copy.triggered.connect(lambda: self._copy(place))

    def _copy(self, place: Position) -> None:
        from psnplanner.geography.grid import grid_reference

        reference = grid_reference(place.latitude, place.longitude)
        degrees = f"{place.latitude:.6f}, {place.longitude:.6f}"
        QGuiApplication.clipboard().setText(degrees)
        self._window.say(f"Copied {degrees}" + (f" ({reference})." if reference else "."))

    # The programme comes, changes and goes

    def adopt(self, session: Any) -> None:
        """A programme was opened: its background and its boundaries."""
        self._session = session
        self.boundaries.drawn = {}
        wanted = str(settings().value(self._key("background"), _BUILT_IN))
        self.show_background(wanted, quietly=True)
        self._draw()

    def follow(self, before: Any, after: Any) -> None:
        """The programme changed: the boundaries may have."""
        if before.tables["boundary"] is not after.tables["boundary"]:
            self._draw()

    def let_go(self) -> None:
        """The programme is closed: the built-in base alone."""
        if self._canvas.tool is self.measure_tool:
            self._canvas.drop_tool()
        self._session, self.near = None, None
        self.boundaries.drawn = {}
        self._set_source(_BUILT_IN, None)

    def _key(self, name: str) -> str:
        """Where a setting of this programme on this machine is kept."""
        path = str(self._session.path.resolve()).encode()
        return f"programmes/{blake2b(path, digest_size=8).hexdigest()}/{name}"

    # Backgrounds

    def _fill_backgrounds(self) -> None:
        menu = self.background_menu
        menu.clear()
        group = QActionGroup(menu)
        self._choice(menu, group, "&Built-in map only", _BUILT_IN, "Needs no network")
        menu.addSeparator()
        for offer in OFFERS:
            tip = f"Asks {offer.host} for the squares you look at; kept on this computer for a time"
            self._choice(menu, group, offer.words, offer.key, tip)
        files = self._files()
        if files:
            menu.addSeparator()
        for path in files:
            self._choice(menu, group, path.name.replace("&", "&&"), f"{_FILE}{path}", str(path))
        menu.addSeparator()
        more = menu.addAction("&Add your own map (MBTiles)…")
        more.triggered.connect(lambda: self.add_file())
        pale = menu.addAction("&Paler, so that the sites stand out")
        pale.setCheckable(True)
        pale.setChecked(self.tiles.pale)
        pale.toggled.connect(self.tiles.set_pale)
        about = menu.addAction("&Copyright of OpenStreetMap…")
        about.triggered.connect(lambda: QDesktopServices.openUrl(QUrl(_COPYRIGHT)))
        for action in menu.actions():
            if action is not about:
                action.setEnabled(self._session is not None)

    def _choice(self, menu: QMenu, group: QActionGroup, words: str, key: str, tip: str) -> None:
        action = menu.addAction(words)
        action.setObjectName(f"background {key}")
        action.setStatusTip(tip)
        action.setCheckable(True)
        action.setChecked(key == self.background)
        group.addAction(action)
        action.triggered.connect(lambda: self.show_background(key))

    def show_background(self, key: str, *, quietly: bool = False) -> None:
        """Show the built-in map (""), an online one (its key) or a file ("file:" and its path).

        What cannot be shown is said, in the status line if `quietly`; the built-in map stays.
        """
        try:
            source = self._source(key)
        except UserError as error:
            key, source = _BUILT_IN, None
            if quietly:
                self._window.say(str(error))
            else:
                self._window.refuse(error)
        self._set_source(key, source)
        if self._session is not None and not quietly:
            settings().setValue(self._key("background"), key)

    def _source(self, key: str) -> Any:
        if key.startswith(_FILE):
            from psnplanner.ui.map.mbtiles import FileTiles

            return FileTiles(Path(key.removeprefix(_FILE)), self.tiles)
        if not key:
            return None
        from psnplanner.ui.map.tiles_online import OnlineTiles, use_system_proxy
        from psnplanner.ui.map.tiles_providers import provider

        found = provider(key)
        if found is None:
            raise UserError("That online map is no longer offered.", remedy="Choose another.")
        use_system_proxy()
        source = OnlineTiles(found, self.tiles)
        source.said.connect(self._tell)
        return source

    def _set_source(self, key: str, source: Any) -> None:
        self.background = key
        self.tiles.show_source(source)
        self._tell("")

    def _tell(self, words: str) -> None:
        """One quiet line about the network, for as long as it is true."""
        self.network.setText(words)
        self.network.setVisible(bool(words))

    def add_file(self, path: Path | None = None) -> None:
        """Ask for an MBTiles file, remember it with the programme on this machine, show it."""
        if path is None:
            folder = str(settings().value("maps_folder", ""))
            title = "Add your own map"
            chosen, _ = QFileDialog.getOpenFileName(
                self._window, title, folder, "Raster maps (*.mbtiles);;All files (*)"
            )
            if not chosen:
                return
            path = Path(chosen)
        path = path.resolve()
        settings().setValue("maps_folder", str(path.parent))
        self.show_background(f"{_FILE}{path}")
        if self.background == f"{_FILE}{path}":
            names = [str(path), *(str(known) for known in self._files() if known != path)]
            settings().setValue(self._key("maps"), names[:6])

    def _files(self) -> list[Path]:
        if self._session is None:
            return []
        found = settings().value(self._key("maps"), [])
        names = [found] if isinstance(found, str) else list(found or [])
        return [path for path in map(Path, names) if path.is_file()]

    # Boundaries

    def _draw(self) -> None:
        """Make what is painted of the boundaries, off the window's thread."""
        from psnplanner.ui.map.boundaries_layer import drawings_of

        session, known = self._session, self.boundaries.drawn
        state = session.state

        def done(drawn: Any) -> None:
            if session is self._session:
                self.boundaries.drawn = drawn
                self._canvas.layer_changed()

        if state.boundaries or known:
            self._window.jobs.start(
                "Drawing boundaries", lambda progress: drawings_of(state, known, progress),
                done, self._window.refuse, quiet=True,
            )  # fmt: skip

    def _fill_boundaries(self) -> None:
        menu, session = self.boundary_menu, self._session
        menu.clear()
        all_ = sorted(session.state.boundaries.values(), key=_order) if session else []
        writable = session is not None and not session.read_only
        for words, name in (("&Show on the map", "visible"), ("With their &names", "named")):
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(getattr(self.boundaries, name))
            action.setEnabled(bool(all_))
            action.toggled.connect(partial(self._switch, name))
        menu.addSeparator()
        for boundary in all_ if len(all_) <= _LISTED else ():
            self._boundary_line(menu, boundary, writable)
        if len(all_) > 1:
            menu.addSeparator()
            for words, shown in (("Show a&ll", True), ("Show &none", False)):
                action = menu.addAction(words)
                action.setEnabled(writable)
                action.triggered.connect(partial(self._show, all_, shown))
        if all_:
            self._removal_menu(menu.addMenu("&Remove"), all_, writable)
        adding = self._actions["boundaries"]
        adding.setEnabled(writable)
        menu.addAction(adding)

    def _boundary_line(self, menu: QMenu, boundary: Boundary, writable: bool) -> None:
        action = menu.addAction(boundary.name.replace("&", "&&"))
        action.setCheckable(True)
        action.setChecked(boundary.shown)
        action.setEnabled(writable)
        partner = self._session.state.partner_name(boundary.partner)
        action.setStatusTip(" · ".join(filter(None, (partner, f"from {boundary.source}"))))
        action.triggered.connect(lambda on: self._show([boundary], on))

    def _removal_menu(self, menu: QMenu, all_: list[Boundary], writable: bool) -> None:
        menu.setEnabled(writable)
        by_source: dict[str, list[Boundary]] = {}
        for boundary in all_:
            by_source.setdefault(boundary.source, []).append(boundary)
        for source, members in by_source.items():
            words = f"All {len(members):,} of {source or 'no file'}"
            if len(members) > 1:
                action = menu.addAction(words.replace("&", "&&"))
                action.triggered.connect(partial(self._remove, members))
        menu.addSeparator()
        for boundary in all_[:_LISTED]:
            action = menu.addAction(boundary.name.replace("&", "&&"))
            action.triggered.connect(partial(self._remove, [boundary]))

    def _switch(self, name: str, on: bool) -> None:
        setattr(self.boundaries, name, on)
        self._canvas.layer_changed()

    def _show(self, boundaries: list[Boundary], shown: bool, *_: object) -> None:
        if shown:
            self.boundaries.visible = True
        verb = "Show" if shown else "Hide"
        what = plural(len(boundaries), "boundary", "boundaries")
        label = (
            f"{verb} boundary {boundaries[0].name}" if len(boundaries) == 1 else f"{verb} {what}"
        )
        self._window.do(Amend("boundary", [b.id for b in boundaries], {"shown": shown}, label))

    def _remove(self, boundaries: list[Boundary], *_: object) -> None:
        from psnplanner.programme.boundary_edits import removal

        self._window.do(removal(boundaries))

    def add_boundaries(self, path: Path | None = None) -> Any:
        """Ask for a file of areas, then which of them, and add them to the programme."""
        from psnplanner.ui.dialogs.boundaries_dialog import FILTER, BoundariesDialog

        if path is None:
            folder = str(settings().value("maps_folder", ""))
            chosen, _ = QFileDialog.getOpenFileName(
                self._window, "Add boundaries from", folder, FILTER
            )
            if not chosen:
                return None
            path = Path(chosen)
        settings().setValue("maps_folder", str(path.resolve().parent))
        session, jobs = self._session, self._window.jobs
        dialog = BoundariesDialog(path, session.state, session.do, jobs, self._window)
        dialog.open()
        return dialog

    # Measuring, and what is near

    def measure(self) -> None:
        """Take the measure in hand, or put it away."""
        if self._canvas.tool is self.measure_tool:
            self._canvas.drop_tool()
        else:
            self.measure_tool.take_up()
            self._actions["measure"].setChecked(True)

    def measure_from(self, place: Position) -> None:
        """Measure, from a point on."""
        self.measure_tool.take_up((place.longitude, place.latitude))
        self._actions["measure"].setChecked(True)

    def _measure_left(self) -> None:
        if "measure" in self._actions:
            self._actions["measure"].setChecked(False)

    def what_is_near(self, place: Position | None = None) -> Any:
        """List the nearest sites to a place; without one, ask for it."""
        if self._session is None:
            return None
        if self.near is None:
            self.near = self._near_dialog()
        self.near.show()
        self.near.raise_()
        self.near.activateWindow()
        if place is not None:
            self.near.show_place(place)
        else:
            self.near.where.setFocus()
            self.near.where.selectAll()
        return self.near

    def _near_dialog(self) -> Any:
        from psnplanner.ui.near_here import NearHere

        window = self._window
        dialog = NearHere(self._canvas, window.jobs, window)
        dialog.finished.connect(self._near_closed)
        dialog.selected.connect(lambda idents: window.roster.select(idents))
        dialog.chosen.connect(self._canvas.activated.emit)
        # At the foot of the window's right edge: what it lists is on the map, which it leaves free.
        corner = QPoint(
            window.width() - dialog.width() - 16, window.height() - dialog.height() - 60
        )
        dialog.move(window.mapToGlobal(corner))
        return dialog

    def _near_closed(self, _code: int) -> None:
        self.near = None


def _order(boundary: Boundary) -> tuple[str, str]:
    return boundary.kind, boundary.name.casefold()
