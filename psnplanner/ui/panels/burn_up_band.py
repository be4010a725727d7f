"""A picture of the burn-up to come: sites live by week, with the band the runs keep to."""

from __future__ import annotations

from datetime import date
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from psnplanner.programme.words import uk
from psnplanner.ui import look


class BurnUpBand(QWidget):
    """The middle run as a line, 80 in 100 runs as a band round it, go-live as an upright."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._band: Any = None
        self._sites, self._go_live_on = 0, date.min
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)

    def sizeHint(self) -> QSize:
        return QSize(220, 150)

    def show_forecast(self, found: Any) -> None:
        """Show the band of a forecast; None clears it."""
        self._band = found.band if found is not None else None
        if found is not None:
            self._sites, self._go_live_on = found.sites, found.go_live_on
            low, middle, high = found.live_by_go_live
            self.setAccessibleName(
                f"Burn-up to come: {middle:,} of {found.sites:,} sites live on "
                f"{uk(found.go_live_on)} in the middle run, {low:,} to {high:,} in 80 of 100"
            )
        self.setVisible(found is not None)
        self.update()

    def _plot(self) -> QRectF:
        metrics = self.fontMetrics()
        left = metrics.horizontalAdvance(f"{self._sites:,}") + 6
        return QRectF(self.rect()).adjusted(left, 6 + metrics.height(), -6, -metrics.height() - 4)

    def _floor(self) -> int:
        """The least count shown: a programme far along would be a sliver from nought."""
        return min(self._band.low) * 4 // 5

    def _at(self, plot: QRectF, day: date, count: float) -> QPointF:
        days, floor = self._band.days, self._floor()
        along = (day - days[0]).days / max(1, (days[-1] - days[0]).days)
        up = (count - floor) / max(1, self._sites - floor)
        return QPointF(plot.left() + along * plot.width(), plot.bottom() - up * plot.height())

    def _line(self, plot: QRectF, counts: tuple[int, ...]) -> list[QPointF]:
        return [self._at(plot, d, n) for d, n in zip(self._band.days, counts, strict=True)]

    def paintEvent(self, event: Any) -> None:
        if self._band is None or len(self._band.days) < 2:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plot = self._plot()
        painter.setPen(QPen(look.colour("line"), 1))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        painter.drawLine(plot.topLeft(), plot.topRight())
        self._paint_band(painter, plot)
        self._paint_go_live(painter, plot)
        self._paint_words(painter, plot)

    def _paint_band(self, painter: QPainter, plot: QRectF) -> None:
        low, high = self._line(plot, self._band.low), self._line(plot, self._band.high)
        fill = look.colour("good")
        fill.setAlpha(70)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawPolygon(QPolygonF([*low, *reversed(high)]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(look.colour("good"), 2))
        painter.drawPolyline(QPolygonF(self._line(plot, self._band.middle)))

    def _paint_go_live(self, painter: QPainter, plot: QRectF) -> None:
        days = self._band.days
        if not days[0] <= self._go_live_on <= days[-1]:
            return
        x = self._at(plot, self._go_live_on, 0).x()
        painter.setPen(QPen(look.colour("danger"), 1.4))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        words = "go-live"
        wide = self.fontMetrics().horizontalAdvance(words)
        left = min(max(plot.left(), x - wide / 2), plot.right() - wide)
        painter.drawText(QPointF(left, plot.top() - 4), words)

    def _paint_words(self, painter: QPainter, plot: QRectF) -> None:
        metrics, days = self.fontMetrics(), self._band.days
        painter.setPen(look.colour("faint"))
        for count, y in ((self._sites, plot.top()), (self._floor(), plot.bottom())):
            words = f"{count:,}"
            at = plot.left() - metrics.horizontalAdvance(words) - 4
            painter.drawText(QPointF(at, y + metrics.ascent() / 2 - 1), words)
        base = plot.bottom() + metrics.ascent() + 3
        last = f"{days[-1]:%b %Y}"
        painter.drawText(QPointF(plot.left(), base), f"{days[0]:%b %Y}")
        painter.drawText(QPointF(plot.right() - metrics.horizontalAdvance(last), base), last)

    def mouseMoveEvent(self, event: Any) -> None:
        if self._band is None:
            return
        plot, band = self._plot(), self._band
        along = (event.position().x() - plot.left()) / max(1.0, plot.width())
        span = (band.days[-1] - band.days[0]).days
        wanted = band.days[0].toordinal() + along * span
        row = min(range(len(band.days)), key=lambda i: abs(band.days[i].toordinal() - wanted))
        self.setToolTip(
            f"{uk(band.days[row])}: {band.middle[row]:,} live in the middle run, "
            f"{band.low[row]:,} to {band.high[row]:,} in 80 of 100"
        )
