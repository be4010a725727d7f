"""The View menu's boundaries: areas from files, kept with the programme, shown and removed."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu

from psnplanner.programme.words import plural
from psnplanner.ui.map.boundaries_layer import BoundariesLayer
from psnplanner.ui.settings import settings

if TYPE_CHECKING:
    from psnplanner.programme.boundary import Boundary
    from psnplanner.ui.main_window import MainWindow

_LISTED = 25
"""So many boundaries are in the menu one by one; more of them only by file."""


class BoundaryCommands:
    """`layer` is what is drawn of them."""

    def __init__(self, window: MainWindow) -> None:
        self._window, self._canvas = window, window.pane.canvas
        self.layer = BoundariesLayer()
        self._canvas.add_layer(self.layer, below_sites=True)
        self._session: Any = None
        self.menu: Any = None
        self._adding = QAction("&Add from a file…", window)
        self._adding.triggered.connect(lambda: self.add())

    def add_menu(self, menu: QMenu) -> None:
        """The View menu's line."""
        self.menu = menu.addMenu("&Boundaries")
        self.menu.aboutToShow.connect(self._fill)

    def adopt(self, session: Any) -> None:
        """A programme was opened: draw its boundaries."""
        self._session = session
        self.layer.drawn, self.layer.visible, self.layer.named = {}, True, True
        self._draw()

    def follow(self, before: Any, after: Any) -> None:
        """The programme changed: the boundaries may have."""
        if before.tables["boundary"] is not after.tables["boundary"]:
            self._draw()

    def let_go(self) -> None:
        """The programme is closed."""
        self._session = None
        self.layer.drawn = {}

    def _draw(self) -> None:
        """Make what is painted of the boundaries, off the window's thread."""
        from psnplanner.ui.map.boundaries_layer import drawings_of

        session, known = self._session, self.layer.drawn
        state = session.state

        def done(drawn: Any) -> None:
            if session is self._session:
                self.layer.drawn = drawn
                self._canvas.layer_changed()

        if state.boundaries or known:
            self._window.jobs.start(
                "Drawing boundaries", lambda progress: drawings_of(state, known, progress),
                done, self._window.refuse, quiet=True,
            )  # fmt: skip

    def _fill(self) -> None:
        menu, session = self.menu, self._session
        menu.clear()
        all_ = sorted(session.state.boundaries.values(), key=_order) if session else []
        writable = session is not None and not session.read_only
        for words, name in (("&Show on the map", "visible"), ("With their &names", "named")):
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(getattr(self.layer, name))
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
        adding = self._adding
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
        setattr(self.layer, name, on)
        self._canvas.layer_changed()

    def _show(self, boundaries: list[Boundary], shown: bool, *_: object) -> None:
        if shown:
            self.layer.visible = True
        verb = "Show" if shown else "Hide"
        what = plural(len(boundaries), "boundary", "boundaries")
        label = (
            f"{verb} boundary {boundaries[0].name}" if len(boundaries) == 1 else f"{verb} {what}"
        )
        from psnplanner.programme.edits import Amend

        self._window.do(Amend("boundary", [b.id for b in boundaries], {"shown": shown}, label))

    def _remove(self, boundaries: list[Boundary], *_: object) -> None:
        from psnplanner.programme.boundary_edits import removal

        self._window.do(removal(boundaries))

    def add(self, path: Path | None = None) -> Any:
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


def _order(boundary: Boundary) -> tuple[str, str]:
    return boundary.kind, boundary.name.casefold()
