"""Sites on their way from the table or the map to a phase."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from psnplanner.programme.words import plural
from psnplanner.ui import look

if TYPE_CHECKING:
    from psnplanner.programme.record import RecordId

MIME = "application/x-psnplanner-sites"


def site_mime(sites: Iterable[RecordId]) -> QMimeData:
    """These sites as something to drop."""
    data = QMimeData()
    data.setData(MIME, b"".join(sites))
    return data


def sites_of(data: QMimeData) -> list[RecordId]:
    """The sites being dropped; none if it is something else."""
    if not data.hasFormat(MIME):
        return []
    raw = bytes(data.data(MIME).data())
    return [raw[start : start + 16] for start in range(0, len(raw), 16)]


def picture_of_count(count: int) -> QPixmap:
    """The tag that travels with the cursor: "12 sites"."""
    words = plural(count, "site")
    metrics = QFontMetrics(QApplication.font())
    wide, tall = metrics.horizontalAdvance(words) + 20, metrics.height() + 10
    pixmap = QPixmap(2 * wide, 2 * tall)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(look.colour("accent"))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRoundedRect(QRect(0, 0, wide, tall), 6, 6)
    painter.setPen(QColor("white"))
    painter.drawText(QRect(0, 0, wide, tall), Qt.AlignmentFlag.AlignCenter, words)
    painter.end()
    return pixmap
