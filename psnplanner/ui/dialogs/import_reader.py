"""The list being imported: read by a job, and read again when the person says otherwise.

The window keeps what the last reading found until a newer one is there; one that is overtaken
is stopped, and nobody hears of it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from psnplanner.intake.evidence import UnknownColumns
from psnplanner.intake.reading import Reading
from psnplanner.ui.dialogs.import_rows import ListRows
from psnplanner.ui.jobs import Job, Jobs
from psnplanner.ui.lasting import lasting

PAUSE_MS = 120
"""Several changes at once (a pasted column, two quick mends) are one reading."""

_SHAPE = ("sheet", "encoding", "delimiter", "header_row")


class Unread:
    """A table in which nothing tells of buildings, to be seen as a preview is, without sites."""

    def __init__(self, error: UnknownColumns, reading: Reading) -> None:
        self.error, self.reading = error, reading
        self.table, self.layout = error.table, error.layout
        self.rows = self.layout.data
        self.notes: tuple[str, ...] = ()
        self.preview = self


class ListReader(QObject):
    """`rows` are those of the last reading, None before the first; `reading` what is asked for.

    `unread` is a table that was opened, but needs a person to say what its columns are.
    """

    begun = Signal(object)
    read = Signal(object)
    not_known = Signal(object)
    refused = Signal(object)
    stopped = Signal()

    def __init__(self, session: Any, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._jobs = session, jobs
        self.path: Path | None = None
        self.reading = Reading()
        self.rows: ListRows | None = None
        self.unread: Unread | None = None
        self._job: Job | None = None
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.again)

    @property
    def preview(self) -> Any:
        """What the last reading found, or None."""
        return self.rows.preview if self.rows else None

    @property
    def busy(self) -> bool:
        """Whether a reading is under way or about to begin."""
        return self._job is not None or self._pause.isActive()

    @property
    def mended(self) -> int:
        """How much a person has put into this list, which closing would lose."""
        reading = self.reading
        return len(reading.cells) + len(reading.left_out) + len(reading.columns)

    def open(self, path: Path) -> None:
        """Read another list, with nothing said of it yet."""
        self.path, self.reading = path, Reading(online=self.reading.online)
        self._let_go()
        self.again()

    def change(self, **values: Any) -> None:
        """Say something else of the list; what was said of its cells goes if its shape changes."""
        if any(name in _SHAPE and getattr(self.reading, name) != values[name] for name in values):
            values = {"columns": {}, "cells": {}, "left_out": frozenset()} | values
        self.reading = dataclasses.replace(self.reading, **values)
        self._pause.start()

    def mend(self, row: int, heading: str, text: str) -> None:
        """What a cell should have said; as it stands in the file takes the mend back."""
        cells: dict[tuple[int, str], str] = dict(self.reading.cells)
        if text.strip() == self.original(row, heading):
            cells.pop((row, heading), None)
        else:
            cells[row, heading] = text.strip()
        if cells != self.reading.cells:
            self.change(cells=cells)

    def leave_out(self, row: int, left: bool) -> None:
        """Leave a row out, or take it in again."""
        rows = set(self.reading.left_out)
        (rows.add if left else rows.discard)(row)
        if rows != self.reading.left_out:
            self.change(left_out=frozenset(rows))

    def take_as(self, columns: Mapping[str, str]) -> None:
        """What the columns fill, as the person says: {heading: field}."""
        self.change(columns={**self.reading.columns, **columns})

    def original(self, row: int, heading: str) -> str:
        """A cell as it stands in the file."""
        index = next((c.index for c in self.preview.layout.columns if c.heading == heading), -1)
        cells = next((cells for number, cells in self.preview.table.rows if number == row), [])
        return cells[index].strip() if 0 <= index < len(cells) else ""

    def again(self) -> None:
        """Read the list now."""
        if self.path is None:
            return
        self._stop()
        path, reading, session = self.path, self.reading, self._session

        def work(progress: Callable[[float, str], None]) -> ListRows:
            def told(part: float, words: str) -> None:
                progress(0.8 * part, words)

            with lasting():
                preview = session.read_list(path, reading, progress=told)
                progress(0.8, "Looking for buildings listed twice")
                _ = preview.look_alikes
                return ListRows(preview, lambda part, words: progress(0.9 + 0.1 * part, words))

        job = self._jobs.start("Reading the list", work, quiet=True)
        self._job = job
        # The job outlives its turn: what an overtaken one says is nobody's business.
        job.finished.connect(lambda rows: self._found(job, rows))
        job.failed.connect(lambda error: self._refuse(job, error))
        job.cancelled.connect(lambda: self._stopped(job))
        self.begun.emit(job)

    def stop(self) -> None:
        """Stop what is under way: the last reading stands."""
        self._pause.stop()
        if self._job is not None:
            self._job.cancel()

    def close(self) -> None:
        """Stop, and forget the list off the window's thread: it may be large."""
        self._stop()
        self._let_go()

    def _stop(self) -> None:
        self._pause.stop()
        job, self._job = self._job, None
        if job is not None:
            job.cancel()

    def _found(self, job: Job, rows: ListRows) -> None:
        if job is not self._job:
            return
        self._job, self.unread = None, None
        before, self.rows = [self.rows], rows
        self.read.emit(rows)
        self._free(before)

    def _refuse(self, job: Job, error: Any) -> None:
        if job is not self._job:
            return
        self._job = None
        if isinstance(error, UnknownColumns):
            self._let_go()
            self.unread = Unread(error, self.reading)
            self.not_known.emit(self.unread)
            return
        self._as_read()
        self.refused.emit(error)

    def _stopped(self, job: Job) -> None:
        if job is self._job:
            self._job = None
            self._as_read()
            self.stopped.emit()

    def _as_read(self) -> None:
        """What was asked for last cannot be had: what is shown stands."""
        shown = self.preview or self.unread
        if shown is not None:
            self.reading = shown.reading

    def _let_go(self) -> None:
        held, self.rows, self.unread = [self.rows], None, None
        self._free(held)

    def _free(self, held: list[ListRows | None]) -> None:
        """Free a list where freeing a million objects holds nobody up."""
        if held != [None]:
            self._jobs.start("Tidying up", lambda _: held.clear(), quiet=True)
