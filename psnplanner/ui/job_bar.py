"""Progress and cancel of one job: in the status bar, or in the dialog that started it."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget
from shiboken6 import isValid

from psnplanner.ui.jobs import Job

SLOW_MS = 250
"""Quicker jobs come and go without a flicker."""


class JobBar(QWidget):
    """Words, a bar and a cancel button; hidden while nothing is under way."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = QLabel()
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setMinimumWidth(110)
        self.bar.setMaximumWidth(220)
        self.cancel = QPushButton("Cancel")
        self.cancel.clicked.connect(self._cancel)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 0, 4, 0)
        layout.addWidget(self.words, 1)
        layout.addWidget(self.bar)
        layout.addWidget(self.cancel)
        self._job: Job | None = None
        self._slow = QTimer(self, singleShot=True, interval=SLOW_MS)
        self._slow.timeout.connect(self.show)
        self.hide()

    def watch(self, job: Job) -> None:
        """Show how this job goes on; a later one takes the place of an earlier."""
        self._job = job
        self.words.setText(f"{job.title}…")
        self.bar.setAccessibleName(job.title)
        self.bar.setRange(0, 0)
        self.cancel.setEnabled(True)
        # The dialog that holds the bar may be gone before the job has stopped.
        job.progressed.connect(
            lambda part, words: isValid(self) and self._progress(job, part, words)
        )
        job.ended.connect(lambda: isValid(self) and self._ended(job))
        self._slow.start()

    def _progress(self, job: Job, part: float, words: str) -> None:
        if job is self._job and not job.stopping:
            self.bar.setRange(0, 1000)
            self.bar.setValue(round(1000 * part))
            # What is being done means little without what it is done for.
            said = f"{job.title}: {words[:1].lower()}{words[1:]}" if words else job.title
            self.words.setText(f"{said if words != job.title else job.title}…")

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self.words.setText("Stopping…")
            self.cancel.setEnabled(False)

    def _ended(self, job: Job) -> None:
        if job is self._job:
            self._job = None
            self._slow.stop()
            self.hide()
