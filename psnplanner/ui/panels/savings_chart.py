"""A picture of the savings: what is saved a year by the end of each month, against the target."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from psnplanner.programme.words import uk
from psnplanner.ui import look
from psnplanner.ui.panels.savings_words import month_name, short_pounds
from psnplanner.ui.wording import pounds


class SavingsChart(QWidget):
    """Months that are over are filled, those to come hatched; the target is a dashed line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.months: tuple[Any, ...] = ()
        self._target = self._most = 0
        self._go_live_on: date | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 90)
        self.setMouseTracking(True)

    def sizeHint(self) -> QSize:
        return QSize(420, 180)

    def show_savings(self, found: Any, go_live_on: date | None) -> None:
        """Show these savings; None clears it."""
        self.months = found.months if found is not None else ()
        self._target = (found.target_pence_a_year or 0) if found is not None else 0
        rates = [month.rate_pence_a_year for month in self.months]
        self._most, self._go_live_on = max([1, self._target, *rates]), go_live_on
        if found is not None:
            self.setAccessibleName(
                f"Saved a year by month: {pounds(found.realised_pence_a_year)} now, "
                f"{pounds(found.in_the_end_pence_a_year)} in the end"
                + (f", {pounds(self._target)} promised" if self._target else "")
            )
        self.update()

    # Where things are

    def _plot(self) -> QRectF:
        metrics = self.fontMetrics()
        left = metrics.horizontalAdvance(short_pounds(self._most)) + 14
        return QRectF(self.rect()).adjusted(left, metrics.height() + 6, -10, -metrics.height() - 8)

    def _height(self, plot: QRectF, pence: int) -> float:
        return plot.bottom() - pence / self._most * plot.height()

    def bar(self, index: int) -> QRectF:
        """Where a month's bar stands."""
        plot = self._plot()
        wide = plot.width() / max(1, len(self.months))
        top = self._height(plot, self.months[index].rate_pence_a_year)
        gap = min(2.0, wide / 6)
        return QRectF(
            plot.left() + index * wide + gap, top, max(1.0, wide - 2 * gap), plot.bottom() - top
        )

    def month_at(self, x: float) -> int | None:
        """The month over or under a pixel."""
        plot = self._plot()
        along = int((x - plot.left()) / max(1.0, plot.width()) * len(self.months))
        return along if self.months and 0 <= along < len(self.months) else None

    # Painting

    def paintEvent(self, event: Any) -> None:
        if not self.months:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plot = self._plot()
        self._paint_axis(painter, plot)
        self._paint_bars(painter)
        self._paint_months(painter, plot)
        self._paint_target(painter, plot)
        self._paint_go_live(painter, plot)

    def _paint_axis(self, painter: QPainter, plot: QRectF) -> None:
        middle = self.fontMetrics().ascent() / 2
        for part in (0.0, 0.5, 1.0):
            y = plot.bottom() - part * plot.height()
            painter.setPen(QPen(look.colour("line"), 1))
            painter.drawLine(QLineF(plot.left(), y, plot.right(), y))
            painter.setPen(look.colour("faint"))
            words = short_pounds(round(part * self._most))
            wide = self.fontMetrics().horizontalAdvance(words)
            painter.drawText(QPointF(plot.left() - wide - 6, y + middle), words)

    def _paint_bars(self, painter: QPainter) -> None:
        good = look.colour("good")
        ground = QColor(good)
        ground.setAlpha(45)
        for index, month in enumerate(self.months):
            box = self.bar(index)
            if month.realised:
                painter.fillRect(box, good)
            else:
                painter.fillRect(box, ground)
                painter.fillRect(box, QBrush(good, Qt.BrushStyle.BDiagPattern))

    def _paint_months(self, painter: QPainter, plot: QRectF) -> None:
        """As many names as fit, beginning with the first."""
        metrics, right = self.fontMetrics(), plot.left()
        painter.setPen(look.colour("faint"))
        base = plot.bottom() + metrics.ascent() + 4
        for index, month in enumerate(self.months):
            words = month_name(month.month)
            left, wide = self.bar(index).left(), metrics.horizontalAdvance(words)
            if left >= right and left + wide <= self.width():
                painter.drawText(QPointF(left, base), words)
                right = left + wide + 18

    def _paint_target(self, painter: QPainter, plot: QRectF) -> None:
        metrics = self.fontMetrics()
        if self._target:
            y = self._height(plot, self._target)
            painter.setPen(QPen(look.colour("accent"), 1.4, Qt.PenStyle.DashLine))
            painter.drawLine(QLineF(plot.left(), y, plot.right(), y))
        words = "Saved a year, by month"
        if self._target:
            words += f"  · – – {short_pounds(self._target)} promised"
        painter.setPen(look.colour("text"))
        said = metrics.elidedText(words, Qt.TextElideMode.ElideRight, self.width() - 12)
        painter.drawText(QPointF(6, metrics.ascent() + 1), said)

    def _paint_go_live(self, painter: QPainter, plot: QRectF) -> None:
        for index, (now, after) in enumerate(pairwise([*self.months, None])):
            over = now.realised and (after is None or not after.realised)
            if over:
                self._upright(painter, plot, self.bar(index).right() + 1, "accent")
            if self._go_live_on and now.month == f"{self._go_live_on:%Y-%m}":
                part = (self._go_live_on.day - 1) / 31
                box = self.bar(index)
                self._upright(painter, plot, box.left() + part * box.width(), "danger")

    def _upright(self, painter: QPainter, plot: QRectF, x: float, ink: str) -> None:
        painter.setPen(QPen(look.colour(ink), 1.5))
        painter.drawLine(QLineF(x, plot.top(), x, plot.bottom()))

    def mouseMoveEvent(self, event: Any) -> None:
        index = self.month_at(event.position().x())
        if index is None:
            self.setToolTip("")
            return
        month = self.months[index]
        words = [
            f"{month_name(month.month)} ({'realised' if month.realised else 'to come'})",
            f"{pounds(month.rate_pence_a_year)} a year by its end",
            f"{pounds(month.saved_pence)} saved in it, {pounds(month.double_pence)} paid twice",
        ]
        if self._go_live_on and month.month == f"{self._go_live_on:%Y-%m}":
            words.append(f"Go-live on {uk(self._go_live_on)}")
        self.setToolTip("\n".join(words))
