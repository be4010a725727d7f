"""Photographs in the site form: added, shown large, captioned, removed; hostile ones refused."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage

from psnplanner.errors import UserError
from psnplanner.programme.photograph import Photograph
from psnplanner.programme.record import Position
from psnplanner.ui.main_window import MainWindow
from psnplanner.ui.panels.photo_words import not_added, told_of
from psnplanner.ui.pictures import decode
from tests.conftest import a_site
from tests.ui.sample import ident

ONE_WINDOW = True

SITE = ident("site 7")


def picture(colour: str = "red", size: tuple[int, int] = (320, 200), kind: str = "JPEG") -> bytes:
    """The bytes of a plain picture."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Three pictures."""
    made = []
    for colour in ("red", "green", "blue"):
        made.append(tmp_path / f"{colour}.jpg")
        made[-1].write_bytes(picture(colour))
    return made


def _photographs(window: MainWindow) -> list[Photograph]:
    return window.session.state.photographs_of(SITE)


def _with(window: MainWindow, qtbot: Any, files: list[Path]) -> Any:
    """The box of a site that has these."""
    window.roster.select([SITE])
    box = window.form.photos
    box.take(list(files))
    qtbot.waitUntil(lambda: box.list.count() == len(files), timeout=10_000)
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=10_000)
    return box


def test_none_yet_says_what_to_do(window: MainWindow) -> None:
    """An empty box is a way in."""
    window.roster.select([SITE])
    box = window.form.photos
    assert box.empty.isVisible()
    assert "drop pictures here" in box.empty.text()
    assert not box.list.isVisible()


def test_added_pictures_show_small_and_stay(
    window: MainWindow, qtbot: Any, files: list[Path]
) -> None:
    """Their bytes are in the file; each has a thumbnail made from them."""
    box = _with(window, qtbot, files)
    assert [p.by for p in _photographs(window)] == ["tester"] * 3
    assert box.heading.text() == "Photographs (3)"
    small = box.thumbnails.get(window.session, _photographs(window)[1])
    assert small is not None
    assert small.pixelColor(50, 50).green() > 100 > small.pixelColor(50, 50).red()
    icon = box.list.item(1).icon().pixmap(104, 78).toImage()
    assert icon.pixelColor(icon.width() // 2, icon.height() // 2).green() > 100


def test_what_is_no_picture_is_refused_in_one_message(
    window: MainWindow, qtbot: Any, files: list[Path], tmp_path: Path
) -> None:
    """The good ones are added all the same; nothing is run and nothing is shown of the others."""
    (tmp_path / "note.jpg").write_text("no picture")
    (tmp_path / "cut.png").write_bytes(picture(kind="PNG")[:90])
    said: list[UserError] = []
    window.form.photos.refused.disconnect(window.form.refused)
    window.form.photos.refused.connect(said.append)
    window.roster.select([SITE])
    window.form.photos.take([*files, tmp_path / "note.jpg", tmp_path / "cut.png"])
    qtbot.waitUntil(lambda: bool(said), timeout=10_000)
    assert len(_photographs(window)) == 3
    (error,) = said
    assert error.what.startswith("2 of 5 pictures could not be added.")
    assert "note.jpg" in error.what
    assert "cut.png" in error.what
    assert "JPEG" in error.remedy


def test_dropped_files_and_a_pasted_picture(
    window: MainWindow, qtbot: Any, files: list[Path]
) -> None:
    """Anywhere on the form; a screenshot needs no file."""
    window.roster.select([SITE])
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(files[0]))])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    drop = QDropEvent(QPointF(5, 5), copy, data, left, Qt.KeyboardModifier.NoModifier)
    window.form.dropEvent(drop)
    qtbot.waitUntil(lambda: len(_photographs(window)) == 1, timeout=10_000)
    image = QImage(60, 40, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.yellow)
    QGuiApplication.clipboard().setImage(image)
    box = window.form.photos
    qtbot.keyClick(box, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(_photographs(window)) == 2, timeout=10_000)
    assert _photographs(window)[1].media_type == "image/jpeg"


def test_large_with_the_next_one_zoom_and_caption(
    window: MainWindow, qtbot: Any, files: list[Path]
) -> None:
    """A click opens it; arrows go on; the caption is saved on leaving it."""
    box = _with(window, qtbot, files)
    item = box.list.visualItemRect(box.list.item(0)).center()
    qtbot.mouseClick(box.list.viewport(), Qt.MouseButton.LeftButton, pos=item)
    view = box.viewer
    assert view.windowTitle() == "CM0007: photograph 1 of 3"
    qtbot.waitUntil(lambda: not view.canvas._pixmap.isNull(), timeout=10_000)
    qtbot.mouseClick(view.nearer, Qt.MouseButton.LeftButton)
    assert view.canvas.zoom > 1
    assert not view.previous.isEnabled()
    qtbot.keyClicks(view.caption, "the duct")
    qtbot.keyClick(view.canvas, Qt.Key.Key_Right)
    assert view.windowTitle() == "CM0007: photograph 2 of 3"
    assert view.canvas.zoom == 1
    assert _photographs(window)[0].caption == "the duct"
    assert box.list.item(0).text() == "the duct"
    view.close()
    assert box.viewer is None


def test_removed_and_brought_back(window: MainWindow, qtbot: Any, files: list[Path]) -> None:
    """Delete removes the chosen one; undo says what it undoes."""
    box = _with(window, qtbot, files)
    box.list.setCurrentRow(1)
    gone = _photographs(window)[1]
    qtbot.keyClick(box.list, Qt.Key.Key_Delete)
    assert gone not in _photographs(window)
    qtbot.waitUntil(lambda: box.list.count() == 2, timeout=5000)
    assert window.session.undo_label == "Remove a photograph of CM0007"
    window.session.undo()
    assert gone in _photographs(window)
    qtbot.waitUntil(lambda: box.list.count() == 3, timeout=5000)


def test_the_viewer_follows_what_is_removed(
    window: MainWindow, qtbot: Any, files: list[Path]
) -> None:
    """Its neighbour takes its place; after the last it closes."""
    box = _with(window, qtbot, files[:2])
    view = box.open(_photographs(window)[0])
    qtbot.mouseClick(view.remove, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.windowTitle().endswith("1 of 1"), timeout=5000)
    qtbot.mouseClick(view.remove, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: box.viewer is None, timeout=5000)
    assert _photographs(window) == []


def test_only_the_pictures_let_in_are_decoded_and_none_too_large() -> None:
    """A drawing that runs, a lie about its kind, a bomb: refused before any memory is taken."""
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>'
    for data, kind in ((drawing, "image/svg+xml"), (drawing, "image/png"), (b"", "image/jpeg")):
        with pytest.raises(UserError, match="no picture"):
            decode(data, kind)
    # As its head says it, 20,000 by 20,000: nothing more of it is needed to be refused.
    head = b"IHDR" + struct.pack(">IIBBBBB", 20_000, 20_000, 1, 0, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head
    bomb += struct.pack(">I", zlib.crc32(head)) + picture(kind="PNG")[33:]
    with pytest.raises(UserError, match="too large"):
        decode(bomb, "image/png")
    assert decode(picture(size=(5000, 50)), "image/jpeg").width() == 4096


def test_a_picture_is_turned_as_the_camera_was_held() -> None:
    """What the camera noted counts, not the order of the pixels."""
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    Image.new("RGB", (300, 200)).save(out, "JPEG", exif=exif)
    image = decode(out.getvalue(), "image/jpeg")
    assert (image.width(), image.height()) == (200, 300)


def test_the_place_of_the_camera_is_told_with_its_distance() -> None:
    """A picture of another building shows."""
    taken = Photograph(id=b"p" * 16, by="Jo", size=2_500_000, position=Position(53.34, -2.72))
    words = told_of(taken, a_site(1))
    assert "at 53.34000, -2.72000, 0 m from the site" in words
    assert "2.5 MB" in words
    words = told_of(taken, a_site(1, position=Position(53.35, -2.72)))
    assert "1.1 km from the site" in words


def test_many_faults_are_one_message() -> None:
    """Eight are named, the rest counted."""
    error = not_added([UserError("no picture.", f"{n}.txt", "Give a JPEG.") for n in range(10)], 10)
    assert "7.txt: no picture." in error.what
    assert "and 2 more." in error.what
    assert error.remedy == "Give a JPEG."
