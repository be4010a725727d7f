"""Tiles from the network: few at a time, kept as long as their server says, never waited for.

Keeps to the tile usage policy of OpenStreetMap (operations.osmfoundation.org/policies/tiles):
the program names itself, keeps what it was given until it expires, asks only for what is on the
screen, over two connections, and steps back when a server is busy or refuses. Qt does the work
of the network in a thread of its own; what is here runs in the window's, and never blocks.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QSize, QTimer, QUrl, Signal
from PySide6.QtGui import QImage, QImageReader
from PySide6.QtNetwork import (
    QNetworkAccessManager,
    QNetworkDiskCache,
    QNetworkProxyFactory,
    QNetworkReply,
    QNetworkRequest,
)

from psnplanner import __version__, home
from psnplanner.ui.map.tiles import Tile
from psnplanner.ui.map.tiles_providers import Provider

USER_AGENT = f"PSN-Planner/{__version__} (desktop program; map looked at by one person)"
CONNECTIONS = 2
_CACHE_BYTES = 200_000_000
_TIMEOUT_MS = 20_000
_MOST_TILE_BYTES = 3_000_000
_LARGEST_TILE_PX = 1024
_FIRST_WAIT_S, _LONGEST_WAIT_S = 2.0, 300.0
_ABSENT, _REFUSED = (204, 404, 410), (401, 403, 418, 429, 503)
_FORMATS = (b"png", b"jpeg", b"jpg", b"webp")

_Attribute = QNetworkRequest.Attribute
_Error = QNetworkReply.NetworkError


def use_system_proxy() -> None:
    """Go through the proxy this computer is set up for, as most offices of councils need."""
    QNetworkProxyFactory.setUseSystemConfiguration(True)


class OnlineTiles(QObject):
    """The tiles of one provider. `said` is a sentence about the network, "" when all is well."""

    arrived = Signal(object, QImage)
    said = Signal(str)

    lowest = 0
    invertible = True

    def __init__(
        self,
        provider: Provider,
        parent: QObject | None = None,
        *,
        timeout_ms: int = _TIMEOUT_MS,
        first_wait_s: float = _FIRST_WAIT_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._provider = provider
        self.attribution, self.highest = provider.attribution, provider.highest
        self._timeout_ms, self._first_wait_s, self._clock = timeout_ms, first_wait_s, clock
        self._network = QNetworkAccessManager(self)
        cache = QNetworkDiskCache(self._network)
        cache.setCacheDirectory(str(home.folder() / "tiles"))
        cache.setMaximumCacheSize(_CACHE_BYTES)
        self._network.setCache(cache)
        self._network.finished.connect(self._finished)
        self._wanted: list[Tile] = []
        self._flying: dict[Tile, QNetworkReply] = {}
        self._kept: set[Tile] = set()
        self._waits: dict[Tile, tuple[int, float]] = {}
        self._looked_up: set[Tile] = set()
        self._down, self._down_until, self._words = 0, 0.0, ""
        self._again = QTimer(self, singleShot=True)
        self._again.timeout.connect(self._next)

    # What is wanted

    def want(self, tiles: list[Tile]) -> None:
        """Fetch these and forget the rest: nothing that is not looked at is ever asked for."""
        self._wanted = list(tiles)
        for tile in [tile for tile in self._flying if tile not in tiles]:
            self._flying.pop(tile).abort()
        self._next()

    def close(self) -> None:
        """Stop asking, for good."""
        self.want([])
        self._again.stop()
        self._say("")
        self.deleteLater()

    def _next(self) -> None:
        """Ask for as many as may be asked for now, and wake up when more may."""
        now = self._clock()
        # A server that did not answer is asked for one tile, to see whether it does again.
        room = 1 if self._down else CONNECTIONS
        if now < self._down_until:
            self._ask_kept()
        else:
            for tile in self._wanted:
                if len(self._flying) >= room:
                    return
                if tile not in self._flying and self._waits.get(tile, (0, 0.0))[1] <= now:
                    self._ask(tile)
        waiting = [self._waits.get(t, (0, 0.0))[1] for t in self._wanted if t not in self._flying]
        if waiting:
            wake = max(min(waiting), self._down_until)
            self._again.start(max(1, round((wake - now) * 1000)))

    def _ask_kept(self) -> None:
        """What was kept and has expired is better than nothing while the network is away."""
        for tile in self._wanted:
            if tile not in self._flying and tile not in self._looked_up:
                self._looked_up.add(tile)
                self._ask(tile, kept=True)

    def _ask(self, tile: Tile, *, kept: bool = False) -> None:
        request = QNetworkRequest(QUrl(self._provider.address(*tile)))
        request.setHeader(QNetworkRequest.KnownHeaders.UserAgentHeader, USER_AGENT)
        request.setTransferTimeout(self._timeout_ms)
        if kept:
            control = QNetworkRequest.CacheLoadControl.AlwaysCache
            request.setAttribute(_Attribute.CacheLoadControlAttribute, control)
        reply = self._network.get(request)
        # More than a tile can be is not read: it stands still until its time is up.
        reply.setReadBufferSize(_MOST_TILE_BYTES)
        self._flying[tile] = reply
        (self._kept.add if kept else self._kept.discard)(tile)

    # What comes

    def _finished(self, reply: QNetworkReply) -> None:
        reply.deleteLater()
        tile = next((tile for tile, flying in self._flying.items() if flying is reply), None)
        if tile is None:
            return  # no longer wanted
        del self._flying[tile]
        kept = tile in self._kept
        status = reply.attribute(_Attribute.HttpStatusCodeAttribute) or 0
        if reply.error() == _Error.NoError and status != 204:
            image = read_image(reply.readAll())
            if image is None:
                self._network.cache().remove(reply.url())
                self._later(tile)
            else:
                self._came(tile, image, fresh=not kept)
        elif kept:
            pass  # it was not there: the network is asked once it may be
        elif status in _ABSENT:
            self._came(tile, QImage(), fresh=True)
        elif status in _REFUSED:
            self._step_back(f"{self._provider.name} is busy or refuses", _retry_after_s(reply))
        elif status:
            self._later(tile)
        else:
            self._step_back(f"{self._provider.name} does not answer")
        self._next()

    def _came(self, tile: Tile, image: QImage, *, fresh: bool) -> None:
        self._waits.pop(tile, None)
        self._wanted = [wanted for wanted in self._wanted if wanted != tile]
        if fresh:
            self._down, self._down_until = 0, 0.0
            self._looked_up.clear()
            self._say("")
        self.arrived.emit(tile, image)

    def _later(self, tile: Tile) -> None:
        """One tile failed: try it again, each time after twice as long."""
        times = self._waits.get(tile, (0, 0.0))[0] + 1
        self._waits[tile] = (times, self._clock() + self._wait_s(times))

    def _step_back(self, words: str, at_least_s: float = 0.0) -> None:
        """The server failed: leave it alone, each time for twice as long."""
        self._down += 1
        wait_s = max(self._wait_s(self._down), min(at_least_s, 3600.0))
        self._down_until = self._clock() + wait_s
        self._say(f"{words}: the built-in map is shown, and the tiles kept.")

    def _wait_s(self, times: int) -> float:
        return min(_LONGEST_WAIT_S, self._first_wait_s * 2.0 ** min(times - 1, 20))

    def _say(self, words: str) -> None:
        if words != self._words:
            self._words = words
            self.said.emit(words)


def _retry_after_s(reply: QNetworkReply) -> float:
    """How long the server asks to be left alone, in seconds; at least a minute."""
    text = bytes(reply.rawHeader("Retry-After").data()).decode("ascii", "replace").strip()
    if text.isdecimal():
        return max(60.0, float(text))
    try:
        return max(60.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError):
        return 60.0


def read_image(data: QByteArray) -> QImage | None:
    """A tile's picture; None for bytes that are none, or none that a tile could be."""
    buffer = QBuffer()
    buffer.setData(data)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setDecideFormatFromContent(True)
    if bytes(reader.format().data()) not in _FORMATS:
        return None
    size = reader.size()
    if size.isEmpty() or size.boundedTo(QSize(_LARGEST_TILE_PX, _LARGEST_TILE_PX)) != size:
        return None
    image = reader.read()
    return None if image.isNull() else image
