"""The user's own raster map as a source of tiles: read and decoded in a thread of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

from PySide6.QtCore import QByteArray, QObject, Signal
from PySide6.QtGui import QImage

from psnplanner.geography.mbtiles import MBTiles
from psnplanner.ui.map.tiles import Tile
from psnplanner.ui.map.tiles_online import read_image


class FileTiles(QObject):
    """Tiles of an MBTiles file. Raises UserError if it is none."""

    arrived = Signal(object, QImage)
    invertible = False

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = MBTiles(path)
        self.name, self.bounds = self._file.name, self._file.bounds
        self.attribution = self._file.attribution or self.name
        self.lowest, self.highest = self._file.lowest, self._file.highest
        self._stop = Event()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="mbtiles")

    def want(self, tiles: list[Tile]) -> None:
        """Read these; those of the last time that were not read yet are left."""
        self._stop.set()
        self._stop = stop = Event()
        self._pool.submit(self._read, tiles, stop)

    def close(self) -> None:
        """Stop reading and let the file go."""
        self._stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._file.close()
        self.deleteLater()

    def _read(self, tiles: list[Tile], stop: Event) -> None:
        for tile in tiles:
            if stop.is_set():
                return
            data = self._file.tile(*tile)
            image = read_image(QByteArray(data)) if data else None
            self.arrived.emit(tile, image or QImage())
