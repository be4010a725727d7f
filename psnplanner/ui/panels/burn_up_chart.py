"""A small picture of sites live by week against the plan."""

from __future__ import annotations

from datetime import date
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from psnplanner.programme.words import uk
from psnplanner.ui import look
from psnplanner.ui.home_figures import BurnUp


class BurnUpChart(QWidget):
    """The plan as a dashed line, what is live as a filled one, the present day as an upright."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curve, self._on, self._go_live_on = BurnUp(), date.min, None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)

    def sizeHint(self) -> QSize:
        return QSize(220, 104)

    def show_curve(self, curve: BurnUp, on: date, go_live_on: date | None) -> None:
        """Show these curves, with the present day and go-live marked."""
        self._curve, self._on, self._go_live_on = curve, on, go_live_on
        self.setVisible(len(curve.days) > 1 and curve.sites > 0)
        if curve.live:
            live, planned = curve.live[-1], curve.planned[len(curve.live) - 1]
            self.setAccessibleName(
                f"Sites live by week: {live:,} by {uk(on)}, {planned:,.0f} planned, "
                f"{curve.sites:,} in all"
            )
        self.update()

    def _plot(self) -> QRectF:
        low = self.fontMetrics().height() + 4
        return QRectF(self.rect()).adjusted(1, 6, -4, -low)

    def _at(self, plot: QRectF, day: date, count: float) -> QPointF:
        days = self._curve.days
        along = (day - days[0]).days / max(1, (days[-1] - days[0]).days)
        high = max(self._curve.sites, *self._curve.planned, 1)
        return QPointF(
            plot.left() + along * plot.width(), plot.bottom() - count / high * plot.height()
        )

    def paintEvent(self, event: Any) -> None:
        curve = self._curve
        if len(curve.days) < 2:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plot = self._plot()
        painter.setPen(QPen(look.colour("line"), 1))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        self._paint_live(painter, plot)
        self._paint_plan(painter, plot)
        self._paint_days(painter, plot)

    def _paint_live(self, painter: QPainter, plot: QRectF) -> None:
        live = self._curve.live
        points = [self._at(plot, d, n) for d, n in zip(self._curve.days, live, strict=False)]
        if not points:
            return
        ground = QPointF(points[-1].x(), plot.bottom())
        fill = look.colour("good")
        fill.setAlpha(60)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawPolygon(QPolygonF([QPointF(points[0].x(), plot.bottom()), *points, ground]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(look.colour("good"), 2))
        painter.drawPolyline(QPolygonF(points))

    def _paint_plan(self, painter: QPainter, plot: QRectF) -> None:
        points = [
            self._at(plot, day, count)
            for day, count in zip(self._curve.days, self._curve.planned, strict=True)
        ]
        painter.setPen(QPen(look.colour("faint"), 1.4, Qt.PenStyle.DashLine))
        painter.drawPolyline(QPolygonF(points))

    def _paint_days(self, painter: QPainter, plot: QRectF) -> None:
        days, metrics = self._curve.days, self.fontMetrics()
        faint = look.colour("faint")
        painter.setPen(QPen(look.colour("accent"), 1))
        x = self._at(plot, self._on, 0).x()
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        if self._go_live_on and days[0] <= self._go_live_on <= days[-1]:
            painter.setPen(QPen(look.colour("danger"), 1))
            gone = self._at(plot, self._go_live_on, 0).x()
            painter.drawLine(QPointF(gone, plot.top()), QPointF(gone, plot.bottom()))
        painter.setPen(faint)
        base = plot.bottom() + metrics.ascent() + 3
        first, last = f"{days[0]:%b %Y}", f"{days[-1]:%b %Y}"
        painter.drawText(QPointF(plot.left(), base), first)
        painter.drawText(QPointF(plot.right() - metrics.horizontalAdvance(last), base), last)
        painter.drawText(QPointF(plot.left() + 2, plot.top() + metrics.ascent()), "– – plan")
        painter.setPen(look.colour("good"))
        painter.drawText(QPointF(plot.left() + 2, plot.top() + metrics.ascent() + metrics.height()),
                         "— live")  # fmt: skip

    def mouseMoveEvent(self, event: Any) -> None:
        days = self._curve.days
        if len(days) < 2:
            return
        plot = self._plot()
        along = (event.position().x() - plot.left()) / max(1.0, plot.width())
        row = min(len(days) - 1, max(0, round(along * (len(days) - 1))))
        words = f"{uk(days[row])}: {self._curve.planned[row]:,.0f} planned"
        if row < len(self._curve.live):
            words += f", {self._curve.live[row]:,} live"
        self.setToolTip(words)
