"""Online tiles: asked for as their servers wish, shown as they come, and never waited for."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from psnplanner import __version__, home
from psnplanner.ui import look
from psnplanner.ui.main_window import MainWindow
from psnplanner.ui.map.canvas import MapCanvas
from psnplanner.ui.map.tiles import TILE_PX, Tile, middle_first, tiles_in, zoom_for
from psnplanner.ui.map.tiles_layer import TilesLayer, turned_over
from psnplanner.ui.map.tiles_online import CONNECTIONS, OnlineTiles, read_image
from psnplanner.ui.map.tiles_providers import OFFERS, Provider, plain, provider
from psnplanner.ui.map.view import View, box_of, to_world
from tests.ui.map.tile_server import TileServer, picture, serving

ONE_WINDOW = True

RED = QColor("#c04020")
EXPIRED = {"Expires": "Thu, 01 Jan 2015 00:00:00 GMT", "ETag": '"a"'}
HERE = [Tile(10, 504 + x, 330 + y) for y in range(2) for x in range(3)]


@pytest.fixture
def server() -> Iterator[TileServer]:
    """A server of red tiles."""
    with serving() as told:
        yield told


@pytest.fixture
def source(server: TileServer, qtbot: Any) -> Iterator[OnlineTiles]:
    """Its tiles, quick to try again."""
    made = OnlineTiles(server.provider, first_wait_s=0.01)
    made.got = {}  # type: ignore[attr-defined]
    made.words = []  # type: ignore[attr-defined]
    made.arrived.connect(lambda tile, image: made.got.__setitem__(tile, image))  # type: ignore[attr-defined]
    made.said.connect(lambda words: made.words.append(words))  # type: ignore[attr-defined]
    yield made
    made.close()
    QApplication.processEvents()


@pytest.fixture
def canvas(qtbot: Any) -> Iterator[MapCanvas]:
    """The base map alone, over Cheshire."""
    look.apply("light")
    made = MapCanvas()
    made.resize(700, 500)
    made.set_view(View(0.5, 0.5, 1.0, 700, 500).showing(box_of(-2.8, 53.2, -2.5, 53.4)))
    made.show()
    QApplication.processEvents()
    yield made
    made.close()
    made.deleteLater()
    QApplication.processEvents()


def _shown(canvas: MapCanvas) -> QImage:
    canvas.settle()
    return canvas.grab().toImage()


# Which tiles


def test_tiles_cover_the_view_and_no_more() -> None:
    """Every pixel lies on one of them, and each has a pixel in the view."""
    view = View(*to_world(-2.7, 53.3), 256 * 2**10.3, 900, 600)
    tiles = list(tiles_in(view, 10))
    for tile in tiles:
        x0, y0 = view.to_screen(*tile.box[:2])
        x1, y1 = view.to_screen(*tile.box[2:])
        assert x1 > 0
        assert y1 > 0
        assert x0 < 900
        assert y0 < 600
    area = sum((t.box[2] - t.box[0]) * (t.box[3] - t.box[1]) for t in tiles) * view.scale**2
    assert 900 * 600 < area < (900 + 512 * 1.3) * (600 + 512 * 1.3)
    first = middle_first(iter(tiles), view)[0].box
    assert first[0] <= view.x <= first[2]
    assert first[1] <= view.y <= first[3]


def test_liverpool_is_in_its_tile() -> None:
    """The scheme of OpenStreetMap: Liverpool's Liver Building at zoom 14."""
    x, y = to_world(-2.9958, 53.4058)
    view = View(x, y, TILE_PX * 2.0**14, 2, 2)
    assert list(tiles_in(view, 14)) == [Tile(14, 8055, 5306)]
    assert zoom_for(TILE_PX * 2**14 * 1.3, 0, 19) == 14
    assert zoom_for(TILE_PX * 2**30, 0, 19) == 19
    assert Tile(14, 8055, 5306).ancestor(4) == Tile(10, 503, 331)
    assert Tile(14, 8055, 5306) in Tile(13, 4027, 2653).children


# The network


def test_the_server_is_asked_as_it_wishes(source: Any, server: TileServer, qtbot: Any) -> None:
    """By name, over two connections, each tile once; kept for the next time."""
    server.delay_s = 0.03
    server.headers = {"Cache-Control": "max-age=3600"}
    source.want(HERE)
    qtbot.waitUntil(lambda: len(source.got) == len(HERE))
    assert server.agents == {next(iter(server.agents))}
    assert f"PSN-Planner/{__version__}" in next(iter(server.agents))
    assert 1 <= server.most_at_once <= CONNECTIONS
    assert sorted(server.asked) == sorted(f"/10/{t.x}/{t.y}.png" for t in HERE)
    assert all(image.pixelColor(9, 9) == RED for image in source.got.values())
    again = OnlineTiles(server.provider)
    found: list[Tile] = []
    again.arrived.connect(lambda tile, image: found.append(tile))
    again.want(HERE[:2])
    qtbot.waitUntil(lambda: len(found) == 2)
    assert len(server.asked) == len(HERE)
    assert (home.folder() / "tiles").is_dir()
    again.close()
    assert source.words == []


def test_what_has_expired_is_asked_for_again(source: Any, server: TileServer, qtbot: Any) -> None:
    """The server's word on how long to keep a tile is kept."""
    server.headers = EXPIRED
    source.want(HERE[:1])
    qtbot.waitUntil(lambda: len(source.got) == 1)
    source.want(HERE[:1])
    qtbot.waitUntil(lambda: len(server.asked) == 2)


def test_what_is_no_longer_looked_at_is_not_asked_for(
    source: Any, server: TileServer, qtbot: Any
) -> None:
    """Of a hundred tiles wanted and forgotten, only those under way were asked for."""
    server.delay_s = 0.05
    source.want([Tile(12, x, 1300) for x in range(100)])
    source.want(HERE[:1])
    qtbot.waitUntil(lambda: HERE[0] in source.got)
    assert len(server.asked) <= CONNECTIONS + 1
    assert len(source.got) == 1


def test_no_answer_is_said_once_and_tried_again(qtbot: Any) -> None:
    """Connection refused: one sentence; the tiles come once the server does."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    gone = Provider("Gone", f"http://127.0.0.1:{port}/{{z}}/{{x}}/{{y}}", "©")
    source = OnlineTiles(gone, first_wait_s=0.005)
    words: list[str] = []
    source.said.connect(words.append)
    source.want(HERE)
    qtbot.waitUntil(lambda: source._down >= 3)
    assert words == ["Gone does not answer: the built-in map is shown, and the tiles kept."]
    with serving() as server:
        source._provider = server.provider
        found: list[Tile] = []
        source.arrived.connect(lambda tile, image: found.append(tile))
        qtbot.waitUntil(lambda: len(found) == len(HERE))
    assert words[-1] == ""
    source.close()


def test_expired_tiles_serve_while_the_network_is_away(qtbot: Any) -> None:
    """What was kept is better than nothing."""
    with serving() as server:
        server.headers = EXPIRED
        there = server.provider
        first, found = OnlineTiles(there), []
        first.arrived.connect(lambda tile, image: found.append(tile))
        first.want(HERE[:4])
        qtbot.waitUntil(lambda: len(found) == 4)
        first.close()
        QApplication.processEvents()
    later, again, words = OnlineTiles(there), [], []
    later.arrived.connect(lambda tile, image: again.append(image.pixelColor(5, 5)))
    later.said.connect(words.append)
    later.want(HERE)
    qtbot.waitUntil(lambda: len(again) == 4)
    assert again == [RED] * 4
    assert "does not answer" in words[0]
    later.close()


@pytest.mark.parametrize("status", [429, 403, 503])
def test_a_server_that_refuses_is_left_alone(
    source: Any, server: TileServer, qtbot: Any, status: int
) -> None:
    """At least for as long as it says, and never for less than a minute."""
    server.status, server.headers = status, {"Retry-After": "120"}
    source.want(HERE)
    qtbot.waitUntil(lambda: bool(source.words))
    assert source._down_until - source._clock() > 60
    source.want(HERE)
    qtbot.wait(50)
    # Those on their way when the first answer came may still arrive; nothing else does.
    assert len(server.asked) <= CONNECTIONS


def test_a_tile_that_is_not_there_is_asked_for_once(
    source: Any, server: TileServer, qtbot: Any
) -> None:
    """404: the layer hears that there is none."""
    server.status, server.body = 404, b"no"
    source.want(HERE)
    qtbot.waitUntil(lambda: len(source.got) == len(HERE))
    assert all(image.isNull() for image in source.got.values())
    assert len(server.asked) == len(HERE)
    assert source.words == []


@pytest.mark.parametrize(
    "body", [b"", b"<html>log in</html>", picture()[:200], b"\x89PNG\r\n\x1a\n"]
)
def test_nonsense_is_never_shown_nor_kept(
    source: Any, server: TileServer, qtbot: Any, body: bytes
) -> None:
    """A page of a hotel's network, a tile cut off: tried again until it is right."""
    server.headers = {"Cache-Control": "max-age=3600"}
    server.body = body
    source.want(HERE[:1])
    qtbot.waitUntil(lambda: len(server.asked) >= 2)
    assert not source.got
    server.body = picture()
    qtbot.waitUntil(lambda: HERE[0] in source.got)


def test_a_slow_server_is_given_up_and_blocks_nothing(server: TileServer, qtbot: Any) -> None:
    """The window's thread goes on; the server counts as not answering."""
    server.delay_s = 0.6
    source = OnlineTiles(server.provider, timeout_ms=60, first_wait_s=5)
    words: list[str] = []
    source.said.connect(words.append)
    source.want(HERE)
    qtbot.waitUntil(lambda: bool(words))
    assert "does not answer" in words[0]
    source.close()


def test_only_pictures_of_a_tiles_size_are_read() -> None:
    """A picture made to fill the memory is refused by its header."""
    from PySide6.QtCore import QByteArray

    assert read_image(QByteArray(picture(kind="JPG"))) is not None
    assert read_image(QByteArray(picture(side=512))) is not None
    assert read_image(QByteArray(picture(side=1100))) is None
    assert read_image(QByteArray(b"BM" + bytes(100))) is None
    assert read_image(QByteArray()) is None


# The map


def test_tiles_cover_the_base_and_say_whose_they_are(
    canvas: MapCanvas, server: TileServer, qtbot: Any
) -> None:
    """Over land and sea their colour, no seams; the base's names give way, and come back."""
    layer = TilesLayer(canvas)
    layer.set_pale(False)
    before = _shown(canvas)
    layer.show_source(OnlineTiles(server.provider))
    canvas.repaint()
    assert not canvas.layers.hides_base
    wanted = len(list(tiles_in(canvas.view, layer._zoom(canvas.view, 1.0))))
    qtbot.waitUntil(lambda: len(layer._images) == wanted)
    assert len(server.asked) == wanted, "only what is looked at"
    qtbot.waitUntil(lambda: bool(_shown(canvas)) and canvas.layers.hides_base)
    image = _shown(canvas)
    for x in range(10, 600, 37):
        for y in range(10, 390, 31):
            assert image.pixelColor(x, y) == RED
    assert "© testers" in canvas.layers.attributions
    layer.show_source(None)
    assert _shown(canvas) == before
    assert not canvas.layers.attributions


def test_without_a_network_the_base_stays(canvas: MapCanvas, qtbot: Any) -> None:
    """Refused: the map is as it was, names and all."""
    before = _shown(canvas)
    layer = TilesLayer(canvas)
    gone = Provider("Gone", "http://127.0.0.1:9/{z}/{x}/{y}", "")
    source = OnlineTiles(gone, first_wait_s=0.01)
    layer.show_source(source)
    canvas.repaint()
    qtbot.waitUntil(lambda: source._down > 0)
    assert _shown(canvas) == before
    layer.show_source(None)


class Still:
    """A source that a test fills by hand."""

    attribution, lowest, highest, invertible = "", 0, 10, True

    def __init__(self) -> None:
        from PySide6.QtCore import QObject, Signal

        class Signals(QObject):
            arrived = Signal(object, QImage)

        self.signals = Signals()
        self.arrived = self.signals.arrived
        self.wanted: list[Tile] = []

    def want(self, tiles: list[Tile]) -> None:
        self.wanted = tiles

    def close(self) -> None:
        pass


def test_a_coarser_tile_stands_in_and_over_zoom_goes_on(canvas: MapCanvas, qtbot: Any) -> None:
    """While the right one is under way, and beyond the last level there is."""
    layer, source = TilesLayer(canvas), Still()
    layer.set_pale(False)
    layer.show_source(source)
    x, y = canvas.view.x, canvas.view.y
    parent = Tile(6, int(x * 2**6), int(y * 2**6))
    image = QImage(256, 256, QImage.Format.Format_RGB32)
    image.fill(RED)
    source.arrived.emit(parent, image)
    assert _shown(canvas).pixelColor(350, 250) == RED
    canvas.zoom(2.0**7)
    canvas.repaint()
    qtbot.waitUntil(lambda: bool(source.wanted))
    assert {tile.zoom for tile in source.wanted} == {10}
    assert _shown(canvas).pixelColor(350, 250) == RED
    layer.show_source(None)


def test_night_turns_light_over_and_keeps_the_hue(canvas: MapCanvas) -> None:
    """A white street is dark, a blue river blue."""
    image = QImage(4, 4, QImage.Format.Format_RGB32)
    for colour in ("#ffffff", "#aad3df", "#f2efe9", "#000000", "#e892a2"):
        image.fill(QColor(colour))
        day, night = QColor(colour), turned_over(image).pixelColor(2, 2)
        assert abs(day.lightness() + night.lightness() - 255) <= 1
        assert abs(day.hslHue() - night.hslHue()) <= 2
        assert image.pixelColor(2, 2) == day


def test_the_offers_are_free_and_name_their_makers() -> None:
    """No key; https; OpenStreetMap credited in each."""
    for offer in OFFERS:
        found = provider(offer.key)
        assert found is not None
        assert found.address(10, 503, 331).startswith("https://")
        assert "{" not in found.address(10, 503, 331)
        assert offer.host in found.address(10, 503, 331)
        assert "© OpenStreetMap contributors" in found.attribution
    assert provider("nothing") is None
    assert plain('<a href="x">(C) A</a> | B') == "© A · B"


# The menu


def test_the_background_menu_shows_tiles_and_remembers(
    window: MainWindow, server: TileServer, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Off by default; chosen by its line; back when the programme is opened again."""
    from psnplanner.ui.map import tiles_providers

    monkeypatch.setattr(tiles_providers, "provider", lambda key: server.provider)
    commands = window.map_commands.backgrounds
    assert not commands.tiles.shown
    assert not server.asked
    commands.menu.aboutToShow.emit()
    lines = {action.objectName(): action for action in commands.menu.actions()}
    assert lines["background "].isChecked()
    lines["background osm"].trigger()
    window.pane.canvas.repaint()
    qtbot.waitUntil(lambda: len(server.asked) > 2)
    session = window.session
    window.adopt(session.open(_copy(session)))
    assert commands.shown == ""
    commands.show("osm")
    path = window.session.path
    window.let_go()
    assert not commands.tiles.shown
    window.adopt(type(session).open(path))
    assert commands.shown == "osm"
    commands.show("")


def _copy(session: Any) -> Any:
    path = session.path.with_name("other.gpkg")
    session.backup(path)
    return path


def test_trouble_with_the_network_is_one_quiet_line(
    window: MainWindow, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the status bar, gone with its cause; no dialog."""
    from psnplanner.ui.map import tiles_providers

    gone = Provider("Gone", "http://127.0.0.1:9/{z}/{x}/{y}", "")
    monkeypatch.setattr(tiles_providers, "provider", lambda key: gone)
    window.map_commands.backgrounds.show("osm")
    window.pane.canvas.repaint()
    qtbot.waitUntil(lambda: window.map_commands.backgrounds.network.isVisible())
    assert "does not answer" in window.map_commands.backgrounds.network.text()
    assert QApplication.activeModalWidget() is None
    window.map_commands.backgrounds.show("")
    assert not window.map_commands.backgrounds.network.isVisible()
