"""A server of tiles on this machine, which can be slow, refuse, lose its way or talk nonsense."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage

from psnplanner.ui.map.tiles_providers import Provider


def picture(colour: str = "#c04020", side: int = 256, kind: str = "PNG") -> bytes:
    """A tile of one colour."""
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, kind)
    return bytes(buffer.data().data())


class TileServer:
    """What it was asked, and how it answers: `status`, `body`, `headers`, `delay_s`."""

    def __init__(self) -> None:
        self.status, self.body, self.delay_s = 200, picture(), 0.0
        self.headers: dict[str, str] = {}
        self.asked: list[str] = []
        self.agents: set[str] = set()
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()
        self.port = 0

    @property
    def provider(self) -> Provider:
        """This server, as a provider."""
        url = f"http://127.0.0.1:{self.port}/{{z}}/{{x}}/{{y}}.png"
        return Provider("Test tiles", url, "© testers", highest=19)


@contextmanager
def serving() -> Iterator[TileServer]:
    """A server for as long as the block lasts."""
    told = TileServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            with told.lock:
                told.asked.append(self.path)
                told.agents.add(self.headers.get("User-Agent", ""))
                told.at_once += 1
                told.most_at_once = max(told.most_at_once, told.at_once)
            time.sleep(told.delay_s)
            with told.lock:
                told.at_once -= 1
            try:
                self.send_response(told.status)
                for name, value in told.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(told.body)))
                self.end_headers()
                self.wfile.write(told.body)
            except OSError:
                self.close_connection = True  # nobody waits for it any more

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    told.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
