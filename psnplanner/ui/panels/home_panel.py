"""Home: how far the programme is, what is stuck, what lapses, and what needs attention."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from psnplanner.ui import look
from psnplanner.ui.home_figures import Forecast, Home, Line, home_of
from psnplanner.ui.jobs import Jobs
from psnplanner.ui.panels import home_words
from psnplanner.ui.panels.burn_up_chart import BurnUpChart

NOTHING_OPEN = "Open a programme to see how far it is."
NO_SITES = "No sites yet. Import the partners' lists (Ctrl+I), or paste them into the table."
FEW = 4
"""Findings shown here; the tab beside it has them all."""
_SIGNS = {"error": ("danger", "✖"), "warning": ("accent", "▲"), "note": ("faint", "●")}


class HomePanel(QWidget):
    """Works its figures out by a job: `refresh` after every change, quick to the hand."""

    show_sites = Signal(object)
    findings_wanted = Signal()

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._session: Any = None
        self._forecast: Forecast | None = None
        self._working = self._stale = False
        self.home: Home | None = None
        self.message = QLabel(NOTHING_OPEN)
        self.countdown, self.go_live = QLabel(), QLabel()
        self.live, self.plan, self.lately = QLabel(), QLabel(), QLabel()
        self.bar, self.chart = PlanBar(), BurnUpChart()
        self.chance, self.forecast = QLabel(), QLabel()
        self.stuck, self.lapsing = Block("Stuck"), Block("Certificates and wayleaves")
        self.savings, self.findings = Block("Savings"), Block("Findings")
        self._build()
        self._later = QTimer(self, singleShot=True, interval=150)
        self._later.timeout.connect(self._look)
        self._show()

    # Building

    def _build(self) -> None:
        self.message.setObjectName("faint")
        self.message.setMargin(14)
        self.message.setWordWrap(True)  # a long line would push the map aside
        self.message.setAlignment(Qt.AlignmentFlag.AlignTop)
        _enlarge(self.countdown, 5)
        _enlarge(self.live, 2)
        _enlarge(self.chance, 0)
        for label in (self.go_live, self.plan, self.lately, self.forecast):
            label.setObjectName("faint")
        paper = QWidget(objectName="paper")
        layout = QVBoxLayout(paper)
        layout.setContentsMargins(12, 10, 12, 12)
        layout.setSpacing(3)
        for widget in (self.countdown, self.go_live):
            layout.addWidget(widget)
        layout.addSpacing(8)
        for widget in (self.live, self.bar, self.plan, self.lately, self.chart):
            layout.addWidget(widget)
        layout.addSpacing(6)
        for widget in (self.chance, self.forecast):
            layout.addWidget(widget)
        for block in (self.stuck, self.lapsing, self.findings, self.savings):
            layout.addWidget(block)
            block.show_sites.connect(self.show_sites)
        layout.addStretch(1)
        for label in paper.findChildren(QLabel):
            label.setWordWrap(True)
        self.stuck.button.clicked.connect(self._show_stuck)
        self.findings.button.clicked.connect(self.findings_wanted)
        self.scroll = QScrollArea()
        self.scroll.setWidgetResizable(True)
        self.scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.scroll.setWidget(paper)
        self.scroll.setAccessibleName("Home")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.message, 1)
        whole.addWidget(self.scroll, 1)

    # Following the programme

    def set_session(self, session: Any) -> None:
        """Tell of this programme (None: of none)."""
        self._session, self._forecast, self.home = session, None, None
        self._later.stop()
        self._show()
        if session is not None:
            self._look()

    def refresh(self) -> None:
        """Something changed: look again, once things have settled."""
        if self._session is not None:
            self._later.start()

    def set_forecast(self, forecast: Forecast | None) -> None:
        """Show what a forecast says; None where there is none, or it is out of date."""
        self._forecast = forecast
        self._show()

    def _look(self) -> None:
        session = self._session
        if session is None:
            return
        if self._working:
            self._stale = True  # one at a time: the next look begins where this one ends
            return
        self._working, self._stale = True, False

        def done(home: Home) -> None:
            if session is self._session:
                self.home = home
                self._show()

        job = self._jobs.start("Home", lambda progress: home_of(session, progress), quiet=True)
        job.finished.connect(done)
        job.ended.connect(self._looked)

    def _looked(self) -> None:
        self._working = False
        if self._stale:
            self.refresh()

    # Showing

    def _show(self) -> None:
        home = self.home
        self.scroll.setVisible(home is not None and home.sites > 0)
        self.message.setVisible(home is None or home.sites == 0)
        if home is None:
            waiting = "Working out the figures…"
            self.message.setText(NOTHING_OPEN if self._session is None else waiting)
            return
        self.message.setText(NO_SITES)
        for label, words in zip(
            (self.countdown, self.go_live), home_words.countdown(home), strict=True
        ):
            label.setText(words)
        percent = 100 * home.live // home.sites if home.sites else 0
        self.live.setText(f"{home.live:,} of {home.sites:,} live ({percent}%)")
        self.plan.setText(home_words.against_plan(home))
        self.lately.setText(home_words.lately(home))
        self.bar.show_share(home.live, home.planned_live, home.sites)
        self.chart.show_curve(home.burn_up, home.status_on, home.go_live_on)
        chance, more = home_words.forecast_words(self._forecast, home)
        self.chance.setText(chance)
        self.chance.setVisible(bool(chance))
        self.forecast.setText(more)
        self.forecast.setVisible(bool(more))
        self._show_blocks(home)

    def _show_blocks(self, home: Home) -> None:
        self.stuck.show_lines(home_words.stuck_words(home), home.stuck)
        self.stuck.button.setVisible(bool(home.stuck_sites))
        self.stuck.button.setText("Show all")
        self.lapsing.setVisible(bool(home.lapsing))
        self.lapsing.show_lines("", home.lapsing)
        said = home_words.savings_words(home)
        self.savings.setVisible(bool(said))
        self.savings.show_lines("\n".join(said), ())
        self.savings.button.setVisible(bool(said))
        self.savings.button.setText("By month")
        self.savings.button.setAccessibleName("Savings by month and partner")
        self.findings.show_lines(home_words.severity_words(home), home.findings[:FEW])
        self.findings.button.setVisible(len(home.findings) > FEW)
        self.findings.button.setText(f"All {len(home.findings)}")

    def _show_stuck(self) -> None:
        if self.home is not None:
            self.show_sites.emit(self.home.stuck_sites)


def _enlarge(label: QLabel, points: int) -> None:
    font = label.font()
    font.setPointSizeF(font.pointSizeF() + points)
    font.setBold(True)
    label.setFont(font)


class Block(QWidget):
    """A heading, a sentence, and lines that show their sites when clicked."""

    show_sites = Signal(object)

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.said, self.button = QLabel(), QPushButton()
        self.lines: list[HomeLine] = []
        heading = QLabel(title)
        heading.setObjectName("heading")
        self.said.setObjectName("faint")
        self.button.setAccessibleName(f"{title}: show all")
        self.button.hide()
        top = QHBoxLayout()
        top.addWidget(heading, 1)
        top.addWidget(self.button)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 10, 0, 0)
        self._layout.setSpacing(2)
        self._layout.addLayout(top)
        self._layout.addWidget(self.said)

    def show_lines(self, said: str, lines: Iterable[Line]) -> None:
        """Show these."""
        self.said.setText(said)
        self.said.setVisible(bool(said))
        wanted = list(lines)
        while len(self.lines) > len(wanted):
            line = self.lines.pop()
            self._layout.removeWidget(line)
            line.hide()
            line.deleteLater()
        while len(self.lines) < len(wanted):
            line = HomeLine()
            line.show_sites.connect(self.show_sites)
            self._layout.addWidget(line)
            self.lines.append(line)
        for line, words in zip(self.lines, wanted, strict=True):
            line.show_line(words)


class HomeLine(QFrame):
    """One thing: what, and below in a fainter ink how; a click or Enter shows its sites."""

    show_sites = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._sites: tuple[Any, ...] = ()
        self._severity = ""
        self.words, self.more = QLabel(), QLabel()
        self.more.setObjectName("faint")
        self._layout = QVBoxLayout(self)
        self._layout.setSpacing(0)
        for label in (self.words, self.more):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            self._layout.addWidget(label)

    def show_line(self, line: Line) -> None:
        """Show this."""
        self._sites, self._severity = line.sites, line.severity
        self._layout.setContentsMargins(20 if line.severity else 8, 4, 6, 4)
        self.words.setText(line.words)
        self.more.setText(line.more)
        count = len(line.sites)
        self.setToolTip(f"Show me: {count:,} on the map" if count else "")
        self.setAccessibleName(f"{line.severity}: {line.words}" if line.severity else line.words)
        self.setAccessibleDescription(f"{line.more}. Press Enter to be shown the sites.")
        self.update()

    def paintEvent(self, event: Any) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.hasFocus():
            painter.fillRect(self.rect(), look.colour("chosen"))
        else:
            painter.fillRect(self.rect(), look.colour("alternate"))
        if self._severity:
            colour, sign = _SIGNS.get(self._severity, _SIGNS["note"])
            painter.setPen(look.colour(colour))
            place = QRectF(3, 4, 14, self.fontMetrics().height())
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, sign)

    def enterEvent(self, event: Any) -> None:
        self.update()

    def leaveEvent(self, event: Any) -> None:
        self.update()

    def mouseReleaseEvent(self, event: Any) -> None:
        if self.rect().contains(event.position().toPoint()):
            self._tell()

    def keyPressEvent(self, event: Any) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._tell()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)

    def _tell(self) -> None:
        if self._sites:
            self.show_sites.emit(self._sites)


class PlanBar(QWidget):
    """What is live as a bar, and a mark where the plan says it should reach."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._live = self._planned = 0.0

    def sizeHint(self) -> QSize:
        return QSize(200, 14)

    def show_share(self, live: int, planned: int, sites: int) -> None:
        """Show how many of the sites are live, and how many should be."""
        self._live, self._planned = live / max(1, sites), planned / max(1, sites)
        self.setAccessibleName(f"{live:,} live, {planned:,} planned by now, of {sites:,}")
        self.setToolTip(self.accessibleName())
        self.update()

    def paintEvent(self, event: Any) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        bar = QRectF(0, 4, self.width(), 7)
        painter.setBrush(look.colour("line"))
        painter.drawRoundedRect(bar, 3.5, 3.5)
        if self._live:
            painter.setBrush(look.colour("good"))
            filled = QRectF(0, 4, max(7.0, bar.width() * min(1.0, self._live)), 7)
            painter.drawRoundedRect(filled, 3.5, 3.5)
        if self._planned:
            x = min(1.0, self._planned) * (self.width() - 2)
            painter.setBrush(look.colour("text"))
            painter.drawRect(QRectF(x, 0, 2, 14))
