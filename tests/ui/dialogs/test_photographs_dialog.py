"""File › Export photographs: for us as they were taken, for the board without their notes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image
from PySide6.QtCore import Qt

from psnplanner.programme.edits import Amend
from psnplanner.ui.main_window import MainWindow
from tests.exchange.test_photographs import jpeg
from tests.ui.field_work import ONE, TWO

ONE_WINDOW = True


def test_for_the_board(window: MainWindow, tmp_path: Path, qtbot: Any) -> None:
    """Says how many go and how many do not; a folder that has them is refused in the dialog."""
    session = window.session
    session.add_photograph(ONE, jpeg("red"))
    session.add_photograph(TWO, jpeg("blue"))
    session.do(Amend("site", [TWO], {"sensitive": True}))
    dialog = window.exchange.export_photographs()
    assert dialog.said.text() == "2 photographs."
    dialog.audience.setCurrentIndex(1)
    assert dialog.said.text() == "1 photograph; 1 left out."
    dialog.path.clear()
    qtbot.keyClicks(dialog.path, str(tmp_path / "board"))
    qtbot.mouseClick(dialog.write, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(dialog.folder.isVisible, timeout=20_000)
    (shown,) = (tmp_path / "board").iterdir()
    with Image.open(shown) as image:
        assert not image.getexif()
    dialog.start()
    qtbot.waitUntil(lambda: "already" in dialog.said.text(), timeout=20_000)
    dialog.reject()
