"""The View menu's backgrounds: the built-in map alone, an online one, or the person's own file."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QActionGroup, QDesktopServices
from PySide6.QtWidgets import QFileDialog, QLabel, QMenu

from psnplanner.errors import UserError
from psnplanner.ui.map.tiles_layer import TilesLayer
from psnplanner.ui.map.tiles_providers import OFFERS
from psnplanner.ui.settings import settings

if TYPE_CHECKING:
    from psnplanner.ui.main_window import MainWindow

_BUILT_IN = ""
_FILE = "file:"
_COPYRIGHT = "https://www.openstreetmap.org/copyright"


class BackgroundCommands:
    """`shown` is the background on the map: "" the built-in one alone."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.tiles = TilesLayer(window.pane.canvas)
        self.shown = _BUILT_IN
        self._session: Any = None
        self.menu: Any = None
        self.network = QLabel()
        self.network.setObjectName("faint")
        self.network.hide()
        window.statusBar().addPermanentWidget(self.network)

    def add_menu(self, menu: QMenu) -> None:
        """The View menu's line."""
        self.menu = menu.addMenu("&Background")
        self.menu.aboutToShow.connect(self._fill)

    def adopt(self, session: Any) -> None:
        """A programme was opened: the background it was last seen on."""
        self._session = session
        self.show(str(settings().value(self._key("background"), _BUILT_IN)), quietly=True)

    def let_go(self) -> None:
        """The programme is closed: the built-in base alone."""
        self._session = None
        self._set_source(_BUILT_IN, None)

    def _key(self, name: str) -> str:
        """Where a setting of this programme on this machine is kept."""
        path = str(self._session.path.resolve()).encode()
        return f"programmes/{blake2b(path, digest_size=8).hexdigest()}/{name}"

    def _fill(self) -> None:
        menu = self.menu
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
        action.setChecked(key == self.shown)
        group.addAction(action)
        action.triggered.connect(lambda: self.show(key))

    def show(self, key: str, *, quietly: bool = False) -> None:
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
        self.shown = key
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
        self.show(f"{_FILE}{path}")
        if self.shown == f"{_FILE}{path}":
            names = [str(path), *(str(known) for known in self._files() if known != path)]
            settings().setValue(self._key("maps"), names[:6])

    def _files(self) -> list[Path]:
        if self._session is None:
            return []
        found = settings().value(self._key("maps"), [])
        names = [found] if isinstance(found, str) else list(found or [])
        return [path for path in map(Path, names) if path.is_file()]
