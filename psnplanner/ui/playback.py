"""Looking back and ahead: the map as at the day that the slider at its foot stands on.

While it shows another day than the present one, the session holds every change back, so that
nobody edits today's programme by yesterday's map.
"""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from psnplanner.programme.words import uk
from psnplanner.style import STATUS_ORDER
from psnplanner.ui import look
from psnplanner.ui.map.date_slider import DateSlider, Span

if TYPE_CHECKING:
    from psnplanner.ui.main_window import MainWindow

FRAME_MS = 33
NAMED_EVERY_S = 0.5
"""So often the names on the map are laid out anew during a play."""

_LIVE = STATUS_ORDER.index("live")


class LookingBanner(QFrame):
    """Over the map: which day it shows, that nothing can be changed, and the way back."""

    def __init__(self, canvas: Any) -> None:
        super().__init__(canvas)
        self.setObjectName("card")
        self.setProperty("fixed", True)  # names on the map keep clear of it
        self.words, self.figures = QLabel(), QLabel()
        self.words.setObjectName("heading")
        self.figures.setObjectName("faint")
        self.back = QPushButton("Back to today")
        lines = QVBoxLayout()
        lines.setSpacing(1)
        lines.addWidget(self.words)
        lines.addWidget(self.figures)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 7, 8, 7)
        layout.setSpacing(14)
        layout.addLayout(lines)
        layout.addWidget(self.back, 0, Qt.AlignmentFlag.AlignVCenter)
        canvas.installEventFilter(self)
        self.hide()

    def show_day(self, day: date, ahead: bool, live: int, there: int) -> None:
        """Say which day the map shows, and how many sites are live on it."""
        if ahead:
            self.words.setText(f"Planned for {uk(day)}; nothing can be edited")
            self.figures.setText(f"{live:,} of {there:,} sites live, if every phase keeps its end")
        else:
            self.words.setText(f"As at {uk(day)} — looking back; nothing can be edited")
            self.figures.setText(f"{live:,} of {there:,} sites live" if there else "No sites yet")
        if self.isHidden():
            self._dress()
            self.show()
        self._place()

    def _dress(self) -> None:
        ground, edge = look.colour("warning").name(), look.colour("accent").name()
        self.setStyleSheet(f"QFrame#card {{ background: {ground}; border: 2px solid {edge}; }}")

    def _place(self) -> None:
        layout = self.layout()
        assert layout is not None
        canvas: Any = self.parent()
        most, wide = canvas.width() - 8, self.words.fontMetrics().horizontalAdvance
        folded = wide(self.words.text()) + self.back.sizeHint().width() + 50 > most
        if folded != self.words.wordWrap():
            self.words.setWordWrap(folded)
        layout.activate()  # the labels have other words now
        self.adjustSize()
        if folded:
            self.resize(most, layout.heightForWidth(most))
        left, right = self._free(canvas)
        top = 10
        if self.width() > right - left:
            # A narrow map has no room between what stands at its top: at the foot there is.
            right, top = canvas.width() - 8, canvas.height() - self.height() - 44
        middle = (left + right - self.width()) // 2
        self.move(max(4, min(max(left, middle), canvas.width() - self.width() - 4)), top)
        self.raise_()

    def _free(self, canvas: Any) -> tuple[int, int]:
        """From where to where nothing else stands at the top of the map."""
        frames = canvas.findChildren(QFrame, "card", Qt.FindChildOption.FindDirectChildrenOnly)
        others = [f.geometry() for f in frames if f is not self and f.property("fixed")]
        half = canvas.width() // 2
        lefts = [box.right() for box in others if box.top() < 60 and box.center().x() < half]
        rights = [box.left() for box in others if box.top() < 60 and box.center().x() >= half]
        return max(lefts, default=0) + 8, min(rights, default=canvas.width()) - 8

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and self.isVisible():
            self._dress()
        super().changeEvent(event)


class PlaybackRoom(QObject):
    """The slider of one window, its banner, and the days it has read."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.slider = DateSlider()
        window.pane.layout().addWidget(self.slider)
        self.banner = LookingBanner(window.pane.canvas)
        self._played: Any = None
        self._read_of: Any = None
        self._places: Any = None
        self._members: Any = None
        self._colouring = "status"
        self._job: Any = None
        self._direction = 0
        self._at, self._since, self._named_at = 0.0, 0.0, 0.0
        self._clock = QTimer(self, interval=FRAME_MS)
        self._clock.setTimerType(Qt.TimerType.PreciseTimer)
        self._clock.timeout.connect(self._tick)
        self.slider.moved.connect(self._slid)
        self.slider.play_wanted.connect(self.play)
        self.slider.back_wanted.connect(self.come_back)
        self.banner.back.clicked.connect(self.come_back)

    # A programme comes, changes and goes

    def adopt(self) -> None:
        """Stand on the present day of the window's programme."""
        roster = self._window.roster
        assert roster is not None
        roster.rebuilt.connect(self._rows_changed)
        roster.rows_changed.connect(self._rows_changed)
        roster.shown_changed.connect(self._rows_changed)
        self.follow()
        self.slider.show()

    def follow(self) -> None:
        """Dates of the programme may have changed."""
        span = span_of(self._window.session)
        day = self.slider.day if self.looking else span.present
        self.slider.show_span(span, day)
        if self.looking:
            self._slid(self.slider.day)

    def let_go(self) -> None:
        """The programme is closed."""
        self.play(0)
        if self._window.session is not None:
            self._leave()
        self.banner.hide()
        self.slider.hide()
        self._played = self._read_of = self._places = self._members = self._job = None

    @property
    def looking(self) -> bool:
        """Whether the map shows another day than the present one."""
        return not self.banner.isHidden()

    # Playing

    def play(self, direction: int) -> None:
        """Play onwards (1) or backwards (-1), starting over if it stands at the end; 0 rests."""
        span = self.slider.track.span
        if span is None or self._window.session is None:
            direction = 0
        self._direction = direction
        self.slider.show_playing(direction)
        if not direction or span is None:
            self._clock.stop()
            return
        end, start = (span.last, span.first) if direction > 0 else (span.first, span.last)
        if self.slider.day == end:
            self.slider.show_day(start)
        self._at = float(self.slider.track.value())
        self._since = time.monotonic()
        self._slid(self.slider.day)
        self._clock.start()

    def toggle(self) -> None:
        """Play onwards, or pause what plays."""
        self.play(0 if self._direction else 1)

    def _tick(self) -> None:
        if self._played is None or self._job is not None:
            self._since = time.monotonic()  # still reading: the film starts when it is there
            return
        now = time.monotonic()
        # A stall (a dialog, a slow disk) is a pause, not a leap.
        passed, self._since = min(0.25, now - self._since), now
        self._at += self._direction * passed * self.slider.days_a_second
        track = self.slider.track
        self._at = min(max(self._at, 0.0), float(track.maximum()))
        track.setValue(int(self._at))
        if now - self._named_at >= NAMED_EVERY_S:
            # Names are carried along from frame to frame, and with them what phases say is live.
            self._window.pane.canvas.pictures.settle()
            self._named_at = now
        if self._at in (0.0, float(track.maximum())):
            self.play(0)

    # A day is wanted

    def _slid(self, day: date) -> None:
        session = self._window.session
        if session is None:
            return
        if day == session.present_day and not self._direction:
            self._leave()
        elif self._read_of is session.state:
            self._show(day)
        elif self._job is None:
            self._read()

    def come_back(self) -> None:
        """To the present day, where changes can be made."""
        self.play(0)
        if self._window.session is not None:
            self.slider.show_day(self._window.session.present_day)
        self._leave()

    def _leave(self) -> None:
        if not self.looking:
            return
        self.banner.hide()
        self._show_rows(None)
        self._window.pane.legend.kind.setEnabled(True)
        self._window.pane.canvas.colour_by(self._colouring)
        self._window.session.hold("")
        self._window.hold_changed()

    def _read(self) -> None:
        session = self._window.session
        state = session.state

        def read(played: Any) -> None:
            self._job = None
            if session is not self._window.session:
                return
            self._played, self._read_of, self._places = played, state, None
            self._slid(self.slider.day)

        def failed(error: Any) -> None:
            self.come_back()
            self._window.refuse(error)

        job = self._window.jobs.start("Reading the journal", session.playback, read, failed)
        self._job = job
        job.cancelled.connect(self._given_up)

    def _given_up(self) -> None:
        self._job = None
        self.come_back()

    def _rows_changed(self, _places: Any = None) -> None:
        self._places = None
        if self.looking and self._read_of is not None:
            self._show(self.slider.day)

    def _show(self, day: date) -> None:
        import numpy as np

        entering = not self.looking
        if entering:
            # The past is told in statuses alone, and the legend with it.
            self._colouring = self._window.pane.canvas.colourist.kind
            self._window.pane.canvas.colour_by("status")
            self._window.pane.legend.kind.setEnabled(False)
        codes = self._played.shown_on(day)
        rows = self._window.roster.rows  # type: ignore[union-attr]
        if self._places is None:
            index_of = {ident: place for place, ident in enumerate(self._played.sites)}
            found = [index_of.get(ident, -1) for ident in rows.ids]
            self._places = np.array(found, np.intp)
        # The last is for sites that the journal knows nothing of.
        codes = np.append(codes, np.int8(-1))
        there = int(np.count_nonzero(codes >= 0))
        live = int(np.count_nonzero(codes == _LIVE))
        self.banner.show_day(day, day > self._played.ahead.present_on, live, there)
        self._show_rows(codes[self._places])
        if entering:
            self._hold()

    def _show_rows(self, codes: Any) -> None:
        """A status code for each row of the roster; None for what they are today."""
        roster, pane = self._window.roster, self._window.pane
        if roster is None:
            return
        roster.as_at = codes
        if pane.canvas.phases is not None:
            shown = roster.rows.statuses if codes is None else codes
            pane.canvas.phases.show_shares(self._shares(shown))
        pane.canvas.show_statuses(codes)
        if pane.legend is not None:
            pane.legend.refresh()

    def _shares(self, codes: Any) -> dict[Any, float]:
        """How much of each phase, as it is made up today, is live by these codes of the rows."""
        import numpy as np

        assert self._window.roster is not None
        rows = self._window.roster.rows
        if self._members is None or self._members[0] is not rows.state:
            places = rows.index_of
            phases = rows.state.sites_by_phase.items()
            members = {key: np.array([places[s.id] for s in held]) for key, held in phases}
            self._members = rows.state, members
        live = codes == _LIVE
        return {key: round(float(np.mean(live[held])), 2) for key, held in self._members[1].items()}

    def _hold(self) -> None:
        self._window.session.hold("The map shows another day than today; nothing can be changed.")
        self._window.hold_changed()


def span_of(session: Any) -> Span:
    """From the award, or what is first in the journal, to go-live or the last phase's end."""
    state, present = session.state, session.present_day
    headers = session.transactions()
    begun = min((header.effective_on for header in headers), default=present)
    starts = [day for day in (state.programme.starts_on, begun) if day is not None]
    ends = [phase.ends_on for phase in state.phases.values() if phase.ends_on is not None]
    go_live = state.programme.go_live_on
    first = min([*starts, present - timedelta(days=1)])
    # A date typed wrong by a century is no reason to make the slider useless.
    last = max([present + timedelta(days=1), *([go_live] if go_live else []), *ends])
    return Span(first, min(last, first + timedelta(days=3660)), present, go_live)
