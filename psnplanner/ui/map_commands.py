"""What the View menu and a right click do with the map: backgrounds, boundaries, measuring.

The layers and tools are in ui/map; here they meet the window, its menus and the programme.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu

from psnplanner.programme.record import Position
from psnplanner.ui.background_commands import BackgroundCommands
from psnplanner.ui.boundary_commands import BoundaryCommands
from psnplanner.ui.map.measure_tool import MeasureTool
from psnplanner.ui.map.view import from_world
from psnplanner.ui.zoom_menu import ZoomMenu

if TYPE_CHECKING:
    from psnplanner.ui.main_window import MainWindow


class MapCommands:
    """Each public method is one command, or a hook that the window calls."""

    def __init__(self, window: MainWindow) -> None:
        self._window, self._canvas = window, window.pane.canvas
        self.backgrounds = BackgroundCommands(window)
        self.boundaries = BoundaryCommands(window)
        self.zooming = ZoomMenu(window)
        self.measure_tool = MeasureTool(self._canvas, self._measure_left)
        self.near: Any = None
        self._session: Any = None
        self._actions: dict[str, QAction] = {}

    # Menus

    def fill_view_menu(self, menu: QMenu, add: Callable[..., QAction]) -> None:
        """The lines of the View menu; `add` is the window's way of making an action."""
        self.backgrounds.add_menu(menu)
        self.boundaries.add_menu(menu)
        self._actions["measure"] = add(
            menu, "measure", "&Measure a distance", self.measure, "Ctrl+Shift+M",
            "Click from point to point on the map",
        )  # fmt: skip
        self._actions["measure"].setCheckable(True)
        self._actions["near"] = add(
            menu, "near", "&What is near here?…", self.what_is_near, "Ctrl+J",
            "The nearest sites to a postcode, a grid reference or a point",
        )  # fmt: skip

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
        self.backgrounds.adopt(session)
        self.boundaries.adopt(session)

    def follow(self, before: Any, after: Any) -> None:
        """The programme changed: the boundaries may have."""
        self.boundaries.follow(before, after)

    def let_go(self) -> None:
        """The programme is closed: the built-in base alone."""
        if self._canvas.tool is self.measure_tool:
            self._canvas.drop_tool()
        self._session, self.near = None, None
        self.boundaries.let_go()
        self.backgrounds.let_go()

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
