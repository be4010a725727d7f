"""One writer to a file: whoever opens it second reads only, and is told so."""

from __future__ import annotations

import contextlib
from pathlib import Path

from filelock import FileLock, Timeout

from psnplanner.file.standing import beside, is_strange, mark


class WriterLock:
    """The right to write to one programme file, held until released or the process ends.

    A dot-file beside the programme carries the operating system's lock: it cannot go stale.
    Within it stands which file it is held for.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = FileLock(beside(path), timeout=0)
        self.held = False
        self.refused = ""

    def acquire(self) -> bool:
        """Take the lock if nobody else has it; `refused` says why where the disk keeps none."""
        if is_strange(beside(self._path)):
            self.refused = f"“{beside(self._path).name}” beside it is no file"
            return False
        try:
            self._lock.acquire()
        except Timeout:
            return False
        except OSError as error:
            self.refused = error.strerror or str(error)
            return False
        self.held = True
        with contextlib.suppress(OSError):  # Windows lets nobody write to what is locked
            beside(self._path).write_text(mark(self._path), "ascii")
        return True

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        if self.held:
            self.held = False
            self._lock.release()
            # Two can race for a file being removed; the journal's own count then stops the second.
            with contextlib.suppress(OSError):
                Path(self._lock.lock_file).unlink()
