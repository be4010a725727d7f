"""Turning the window into one for a tablet and back: everything else is put away meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QAction, QInputDevice
from PySide6.QtWidgets import QDockWidget, QFrame, QHBoxLayout, QLabel, QPushButton, QToolBar

from psnplanner.programme.record import Position, RecordId
from psnplanner.ui.settings import settings

if TYPE_CHECKING:
    from psnplanner.ui.field.field_view import FieldView
    from psnplanner.ui.main_window import MainWindow

SMALLEST = QSize(360, 480)
NARROW_PX = 1000
"""A window that opens narrower than this is on a tablet's screen."""
KEY = "F11"
_OFFERED = "field_offered"


class FieldMode:
    """`action` toggles it; `offer` asks once on a machine that looks like a tablet."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.view: FieldView | None = None
        self.on = False
        self._layout = QByteArray()
        self._smallest = self._size = QSize()
        self._with_slider = False
        self._docks: list[tuple[QDockWidget, QSize]] = []
        self.action = QAction("Fie&ld mode", window)
        self.action.setObjectName("field_mode")
        self.action.setCheckable(True)
        self.action.setShortcut(KEY)
        self.action.setStatusTip("Large targets for a tablet on site: nearest sites, recording")
        self.action.triggered.connect(self.set_on)
        self.action.setEnabled(False)
        window.addAction(self.action)  # its key works while the menus are away
        self.bar = OfferBar()
        self.bar.accepted.connect(lambda: self._answer(True))
        self.bar.declined.connect(lambda: self._answer(False))
        window.centralWidget().layout().insertWidget(0, self.bar)

    # Offering it

    def offer(self) -> None:
        """On a touch screen or in a narrow window, ask, until somebody has answered."""
        asked = settings().value(_OFFERED, "") != ""
        self.bar.setVisible(not asked and not self.on and looks_like_tablet(self._window))

    def _answer(self, wanted: bool) -> None:
        settings().setValue(_OFFERED, "yes" if wanted else "no")
        self.bar.hide()
        if wanted:
            self.set_on(True)

    # Going in and out

    def set_on(self, on: bool) -> None:
        """Go into field mode, or back to the full window."""
        if on == self.on or (on and self._window.session is None):
            self.action.setChecked(self.on)
            return
        if on:
            self._enter()
        else:
            self.leave()

    def _enter(self) -> None:
        window = self._window
        self.view = self.view or self._make_view()
        self._layout, self._size = window.saveState(), window.size()
        self._docks = [(dock, dock.size()) for dock in window.docks if not dock.isHidden()]
        self._smallest = window.minimumSize()
        self.on = True
        self.action.setChecked(True)
        slider = window.playback.slider
        self._with_slider = not slider.isHidden()
        for widget in (*self._furniture(), window.pane, window.banner, self.bar, slider):
            widget.hide()
        window.setMinimumSize(SMALLEST)
        self.view.set_session(window.session)
        self.view.show_near(self._here())
        self.view.show()

    def leave(self) -> None:
        """Back to the full window, as it was left."""
        if not self.on or self.view is None:
            return
        window, self.on = self._window, False
        self.action.setChecked(False)
        self.view.set_session(None)
        self.view.hide()
        self._show_map(False)
        window.setMinimumSize(self._smallest)
        window.menuBar().show()
        if not window.isMaximized() and not window.isFullScreen():
            # Panels put back into a narrow window would lose their widths.
            window.resize(window.size().expandedTo(self._size))
        window.restoreState(self._layout)
        docks = [dock for dock, _ in self._docks]
        # The saved layout has their places; their sizes it fits to the window as it is now.
        window.resizeDocks(docks, [s.width() for _, s in self._docks], Qt.Orientation.Horizontal)
        window.resizeDocks(docks, [s.height() for _, s in self._docks], Qt.Orientation.Vertical)
        window.pane.show()
        window.playback.slider.setVisible(self._with_slider)
        if window.session is not None:
            window.banner.show_session(window.session)

    def _furniture(self) -> list[Any]:
        window = self._window
        return [*window.docks, *window.findChildren(QToolBar), window.menuBar()]

    def _make_view(self) -> FieldView:
        from psnplanner.ui.field.field_view import FieldView

        window, view = self._window, FieldView(self._window.jobs)
        view.full_wanted.connect(self.leave)
        view.undo_wanted.connect(window.undo)
        view.map_wanted.connect(self._show_map)
        view.here_wanted.connect(self._near_middle)
        view.refused.connect(window.refuse)
        view.site_shown.connect(lambda ident: window.roster.select([ident]))
        window.centralWidget().layout().insertWidget(0, view)
        return view

    # Following the window

    def adopt(self) -> None:
        """A programme was opened: what was chosen on its map opens its card."""
        self._window.roster.selection_changed.connect(self._chosen)
        self.action.setEnabled(True)
        self.offer()

    def let_go(self) -> None:
        """The programme is about to be closed: what was typed is saved, the window full again."""
        self.leave()
        self.action.setEnabled(False)
        self.bar.hide()

    def follow(self) -> None:
        """Something changed."""
        if self.on and self.view is not None:
            self.view.refresh()

    def _chosen(self) -> None:
        chosen = self._window.roster.selected if self._window.roster else frozenset()
        if self.on and self.view is not None and self.view.on_map and len(chosen) == 1:
            (ident,) = chosen
            self.view.show_site(ident)

    # The map

    def _show_map(self, shown: bool) -> None:
        window = self._window
        window.pane.setVisible(shown)
        if self.view is not None:
            layout = window.centralWidget().layout()
            layout.setStretch(layout.indexOf(self.view), 0 if shown else 1)

    def _near_middle(self) -> None:
        from psnplanner.ui.field.finding import Here
        from psnplanner.ui.map.view import from_world

        assert self.view is not None
        view = self._window.pane.canvas.view
        longitude, latitude = from_world(view.x, view.y)
        self.view.show_near(Here(Position(latitude, longitude), "the middle of the map"))

    def _here(self) -> Any:
        """The chosen site where it stands; else the site of the last change that has a place."""
        from psnplanner.ui.field.finding import Here

        window = self._window
        chosen: frozenset[RecordId] = window.roster.selected if window.roster else frozenset()
        for ident in chosen:
            site = window.session.state.sites[ident]
            if site.position is not None:
                return Here(site.position, site.name or site.reference)
        return None


class OfferBar(QFrame):
    """A line over the map that offers field mode."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("banner")
        words = QLabel("This looks like a tablet. Field mode has large buttons and nearest sites.")
        words.setWordWrap(True)
        self._yes, self._no = QPushButton("Use field mode"), QPushButton("Not now")
        self.accepted, self.declined = self._yes.clicked, self._no.clicked
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 6, 12, 6)
        line.addWidget(words, 1)
        line.addWidget(self._yes)
        line.addWidget(self._no)
        for button in (self._yes, self._no):
            button.setMinimumHeight(48)
        self.hide()


def looks_like_tablet(window: Any) -> bool:
    """Whether the screen is touched, or the window as narrow as it can be."""
    touch = QInputDevice.DeviceType.TouchScreen
    if any(device.type() == touch for device in QInputDevice.devices()):
        return True
    return bool(window.width() < NARROW_PX)
