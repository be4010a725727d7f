"""The user's own map in the window: shown, over-zoomed, remembered, refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QMessageBox

from psnplanner.ui.main_window import MainWindow
from psnplanner.ui.map.tiles import tiles_in
from tests.geography.test_mbtiles import mbtiles
from tests.ui.map.tile_server import picture

ONE_WINDOW = True

RED = QColor("#c04020")


def _map(path: Path, window: MainWindow, zoom: int = 8) -> Path:
    """Red tiles all over the view, at one level."""
    view = window.pane.canvas.view
    rows = [(t.zoom, t.x, 2**zoom - 1 - t.y, picture()) for t in tiles_in(view, zoom)]
    return mbtiles(path, rows, [("name", "Plan"), ("attribution", "© Us")])


def _middle(window: MainWindow) -> QColor:
    canvas = window.pane.canvas
    canvas.settle()
    # At the eastern edge, where no site, button or word is.
    x, y = canvas.view.width - 12, canvas.view.height * 2 // 3
    return canvas.grab().toImage().pixelColor(x, y)


def test_a_file_is_shown_remembered_and_taken_away(
    window: MainWindow, tmp_path: Path, qtbot: Any
) -> None:
    """Beyond its last level it is drawn larger; it is in the menu of its programme only."""
    commands, canvas = window.map_commands.backgrounds, window.pane.canvas
    commands.tiles.set_pale(False)
    before = _middle(window)
    path = _map(tmp_path / "plan.mbtiles", window)
    commands.add_file(path)
    canvas.repaint()
    qtbot.waitUntil(lambda: _middle(window) == RED)
    assert "© Us" in canvas.layers.attributions
    canvas.zoom(32)
    assert _middle(window) == RED
    commands.menu.aboutToShow.emit()
    assert "plan.mbtiles" in [a.text() for a in commands.menu.actions()]
    canvas.zoom(1 / 32)
    session, file = window.session, window.session.path
    window.let_go()
    window.adopt(type(session).open(file))
    assert commands.shown == f"file:{path}"
    commands.show("")
    assert _middle(window) == before


def test_a_file_that_is_no_map_is_refused_in_one_message(
    window: MainWindow, tmp_path: Path
) -> None:
    """What was shown stays, and it is not remembered."""
    path = tmp_path / "a.mbtiles"
    path.write_bytes(b"nonsense")
    window.map_commands.backgrounds.add_file(path)
    (box,) = window.findChildren(QMessageBox)
    assert "no MBTiles map" in box.text()
    box.close()
    assert window.map_commands.backgrounds.shown == ""
    assert window.map_commands.backgrounds._files() == []


def test_a_remembered_file_that_has_gone_is_only_said(window: MainWindow, tmp_path: Path) -> None:
    """Opening a programme is not held up by a message."""
    path = _map(tmp_path / "plan.mbtiles", window)
    window.map_commands.backgrounds.add_file(path)
    window.map_commands.backgrounds.show("")
    window.map_commands.backgrounds.show(f"file:{path}")
    session, file = window.session, window.session.path
    window.let_go()
    path.unlink()
    window.adopt(type(session).open(file))
    assert not window.findChildren(QMessageBox)
    assert window.map_commands.backgrounds.shown == ""
    assert "cannot be read" in window.statusBar().currentMessage()
