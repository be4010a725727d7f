"""Photographs as pictures: decoded with care off the window's thread, small ones remembered.

What a file says it is decides nothing: only the kinds of picture that were let in are read, and
none that would unpack to more than a screen could ever use.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage, QImageReader

from psnplanner.errors import UserError
from psnplanner.ui.jobs import Jobs

MOST_PIXELS = 64_000_000
LARGEST = QSize(4096, 4096)
"""No picture is unpacked larger than this: it is zoomed on a screen, not printed."""
_FORMATS = {"image/jpeg": b"jpeg", "image/png": b"png", "image/webp": b"webp"}
_KEPT = 240
_REMEDY = "Remove it here, and add the picture again."


def decode(data: bytes, media_type: str, within: QSize = LARGEST) -> QImage:
    """The picture, turned as the camera was held, and no larger than `within`.

    Raises UserError for what is no picture, is damaged, or is too large to be shown.
    """
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(_FORMATS.get(media_type, b"jpeg")))
    reader.setAutoTransform(True)
    size = reader.size()
    if not size.isValid():
        raise UserError("This photograph cannot be shown: it is no picture.", remedy=_REMEDY)
    if size.width() * size.height() > MOST_PIXELS:
        raise UserError("This photograph is too large to be shown.", remedy=_REMEDY)
    if size.width() > within.width() or size.height() > within.height():
        reader.setScaledSize(size.scaled(within, Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    if image.isNull():
        raise UserError("This photograph cannot be shown: it is damaged.", remedy=_REMEDY)
    return image


def as_jpeg(image: QImage) -> bytes:
    """A picture from the clipboard, as the bytes a camera would have given."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.convertToFormat(QImage.Format.Format_RGB888).save(buffer, "JPG", 90)
    return bytes(data.data())


class Thumbnails(QObject):
    """Small pictures by digest, made by jobs as they are asked for; the latest are remembered."""

    ready = Signal(str)

    def __init__(self, jobs: Jobs, size: QSize, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._size = jobs, size
        self._known: OrderedDict[str, QImage | None] = OrderedDict()
        self._asked: set[str] = set()

    def clear(self) -> None:
        """Forget all: another programme was opened."""
        self._known.clear()
        self._asked.clear()

    def get(self, session: Any, photograph: Any) -> QImage | None:
        """The small picture; None while it is made (`ready` follows), and where it cannot be."""
        digest = photograph.digest
        if digest in self._known:
            self._known.move_to_end(digest)
            return self._known[digest]
        if digest not in self._asked:
            self._asked.add(digest)
            self._make(session, photograph)
        return None

    def failed(self, digest: str) -> bool:
        """Whether this picture was tried and cannot be shown."""
        return digest in self._known and self._known[digest] is None

    def _make(self, session: Any, photograph: Any) -> None:
        digest, media_type, size = photograph.digest, photograph.media_type, self._size

        def work(progress: Any) -> QImage:
            return decode(session.photograph(digest), media_type, size)

        self._jobs.start(
            "Photographs",
            work,
            lambda image: self._keep(digest, image),
            lambda error: self._keep(digest, None),
            quiet=True,
        )

    def _keep(self, digest: str, image: QImage | None) -> None:
        self._asked.discard(digest)
        self._known[digest] = image
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        self.ready.emit(digest)
