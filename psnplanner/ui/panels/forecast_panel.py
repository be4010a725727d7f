"""How likely go-live is: the chance, the burn-up band, and what to fix first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from psnplanner.programme.words import plural, uk
from psnplanner.ui.panels.burn_up_band import BurnUpBand
from psnplanner.ui.panels.findings_panel import FindingDelegate, FindingModel
from psnplanner.ui.panels.home_words import chance

if TYPE_CHECKING:
    from psnplanner.ui.jobs import Job, Jobs

NOTHING_OPEN = "Open a programme to forecast it."
NOT_YET = "Every site is sent through its remaining stages a thousand times over."
STALE = "The programme has changed since: forecast again."
RUNS = (1_000, 10_000)
LIVE_RUNS = 1_000
"""So many runs take half a second: the panel in view keeps up with changes by itself."""

_WAIT_MS = 500
FIRST, BY_PHASE, BY_PARTNER = "What to fix first", "Chance by phase", "Chance by partner"


class ForecastPanel(QWidget):
    """Asks for a forecast on demand, by a job; `told` says when there is one (or none)."""

    show_sites = Signal(object)
    told = Signal(object)
    refused = Signal(object)

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._session: Any = None
        self._job: Job | None = None
        self.forecast: Any = None
        self.message = QLabel(NOTHING_OPEN)
        self.button = QPushButton("Forecast")
        self.runs = QComboBox()
        self.chance, self.by, self.days = QLabel(), QLabel(), QLabel()
        self.chart = BurnUpBand()
        self.first = QComboBox()
        self.model = FindingModel(self)
        self.view = QListView()
        self._build()
        self._show()

    # Building

    def _build(self) -> None:
        self.message.setObjectName("faint")
        for label in (self.message, self.by, self.days):
            label.setWordWrap(True)
        self.days.setObjectName("faint")
        font = self.chance.font()
        font.setPointSize(font.pointSize() + 14)
        font.setBold(True)
        self.chance.setFont(font)
        self.first.addItems([FIRST, BY_PHASE, BY_PARTNER])
        self.first.setAccessibleName("What to list")
        self.first.currentIndexChanged.connect(self._list_chosen)
        self._soon = QTimer(self, singleShot=True, interval=_WAIT_MS)
        self._soon.timeout.connect(self._keep_up)
        for count in RUNS:
            self.runs.addItem(f"{count:,} runs", count)
        self.runs.setAccessibleName("How many runs")
        self.runs.setToolTip("More runs: a steadier figure, a longer wait")
        self.button.clicked.connect(self._pressed)
        self._list()
        self._lay_out()

    def _list(self) -> None:
        view = self.view
        view.setAccessibleName("What to fix first")
        view.setModel(self.model)
        view.setItemDelegate(FindingDelegate(view))
        view.setFrameShape(QListView.Shape.NoFrame)
        view.setMouseTracking(True)
        view.setResizeMode(QListView.ResizeMode.Adjust)
        view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        # A bar that came and went would change the width the sentences are broken at.
        view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.clicked.connect(self._show_cause)
        view.activated.connect(self._show_cause)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.button)
        row.addWidget(self.runs)
        row.addStretch(1)
        top = QVBoxLayout()
        top.setContentsMargins(12, 10, 12, 4)
        top.setSpacing(4)
        top.addLayout(row)
        for widget in (self.message, self.chance, self.by, self.days, self.chart, self.first):
            top.addWidget(widget)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(top)
        whole.addWidget(self.view, 1)
        self._rest = QWidget()
        whole.addWidget(self._rest, 1)

    # Following the programme

    def set_session(self, session: Any) -> None:
        """Tell of this programme (None: of none); what is under way for another is given up."""
        if self._job is not None:
            self._job.cancel()
        self._session, self._job = session, None
        self._take(None)

    def follow(self) -> None:
        """Something changed: what is shown is of a programme that was."""
        if self.forecast is not None:
            self.told.emit(None)
            self._show(STALE)
            if self._live:
                self._soon.start()

    @property
    def _live(self) -> bool:
        """Whether it forecasts again by itself: in view, and quick."""
        return self.isVisible() and self.runs.currentData() == LIVE_RUNS

    def _keep_up(self) -> None:
        if self._job is not None:
            self._soon.start()
        elif self._live and self.forecast is not None:
            self.ask()

    def ask(self) -> None:
        """Forecast now."""
        from psnplanner.planning.forecast import Options

        session = self._session
        if session is None or self._job is not None:
            return
        options, state = Options(self.runs.currentData()), session.state

        def done(found: Any) -> None:
            if session is self._session:
                self._take(found)
                if session.state is not state:
                    self.follow()

        def failed(error: Any) -> None:
            if session is self._session:
                self.refused.emit(error)

        job = self._jobs.start(
            "Forecast", lambda progress: session.forecast(options, progress), done, failed
        )
        job.ended.connect(lambda: self._ended(job))
        self._job = job
        self._show()

    def _pressed(self) -> None:
        if self._job is not None:
            self._job.cancel()
        else:
            self.ask()

    def _ended(self, job: Job) -> None:
        if self._job is job:
            self._job = None
            self.button.setText(self._verb())

    def _take(self, found: Any) -> None:
        self.forecast = found
        self._list_chosen()
        self.chart.show_forecast(found)
        self.told.emit(found)
        self._show()

    # Showing

    def _list_chosen(self) -> None:
        """List what is asked for: what matters, or the chances of phases or of partners."""
        from psnplanner.programme.finding import Finding

        found, wanted = self.forecast, self.first.currentText()
        if found is None:
            rows = []
        elif wanted == FIRST:
            rows = [
                Finding(f"forecast-{cause.kind}", _severity(cause), cause.sentence, cause.sites, "")
                for cause in found.causes
            ]
        else:
            groups, none = (
                (found.phases, "No phase") if wanted == BY_PHASE else (found.partners, "No partner")
            )
            rows = [
                Finding("forecast-group", _mark(group), group_words(group, none), group.sites, "")
                for group in groups
            ]
        self.model.show_findings(rows)

    def _verb(self) -> str:
        if self._job is not None:
            return "Stop"
        return "Forecast again" if self.forecast is not None else "Forecast"

    def _show(self, message: str = "") -> None:
        found = self.forecast
        self.button.setText(self._verb())
        self.button.setEnabled(self._session is not None)
        self.runs.setEnabled(self._session is not None)
        if not message and found is None:
            message = NOT_YET if self._session is not None else NOTHING_OPEN
        self.message.setText(message)
        self.message.setVisible(bool(message))
        for widget in (self.chance, self.by, self.days):
            widget.setVisible(found is not None)
        listed = found is not None and found.live < found.sites
        self.first.setVisible(listed)
        self.view.setVisible(listed)
        self._rest.setVisible(not listed)
        if found is not None:
            self._say(found)

    def _say(self, found: Any) -> None:
        likely, safe, sure = found.whole.days
        low, middle, high = found.live_by_go_live
        self.chance.setText(chance(found.probability))
        self.by.setText(f"chance that all {found.sites:,} sites are live by {uk(found.go_live_on)}")
        self.days.setText(
            f"All live by {uk(likely)} in half of {found.runs:,} runs, by {uk(safe)} in 80 of "
            f"100, by {uk(sure)} in 95. On {uk(found.go_live_on)}: {middle:,} live "
            f"({low:,} to {high:,})." + (f" ▲ {found.caution}" if found.caution else "")
        )

    def _show_cause(self, index: Any) -> None:
        finding = self.model.findings[index.row()]
        if finding.sites:
            self.show_sites.emit(finding.sites)


def group_words(group: Any, none: str) -> str:
    """How likely a phase or a partner is all live in time, and by when it will be."""
    name = group.name or none
    if group.live == len(group.sites):
        return f"{name}: all {plural(group.live, 'site')} live."
    likely, safe, sure = group.days
    likelihood = chance(group.probability).replace(" ", "\u00a0")
    return (
        f"{name}: {likelihood}. Half of the runs have all live by {uk(likely)}, "
        f"80 in 100 by {uk(safe)}, 95 by {uk(sure)}."
    )


def _mark(group: Any) -> str:
    if group.live == len(group.sites) or group.probability >= 0.8:
        return "note"
    return "warning" if group.probability >= 0.5 else "error"


def _severity(cause: Any) -> str:
    """How a line is marked: what would win days or chance is worth most attention."""
    return "warning" if cause.gain >= 0.02 or cause.working_days >= 5 else "note"
