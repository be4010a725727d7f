"""One writer to a file: whoever opens it second reads only, and is told so."""

from __future__ import annotations

import contextlib
from pathlib import Path

from filelock import FileLock, Timeout


class WriterLock:
    """The right to write to one programme file, held until released or the process ends.

    A dot-file beside the programme carries the operating system's lock: it cannot go stale.
    """

    def __init__(self, path: Path) -> None:
        resolved = path.resolve()
        self._lock = FileLock(resolved.with_name(f".{resolved.name}.lock"), timeout=0)
        self.held = False

    def acquire(self) -> bool:
        """Take the lock if nobody else has it; False if somebody has, or the folder refuses."""
        try:
            self._lock.acquire()
        except (Timeout, OSError):
            return False
        self.held = True
        return True

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        if self.held:
            self.held = False
            self._lock.release()
            # Two can race for a file being removed; the journal's own count then stops the second.
            with contextlib.suppress(OSError):
                Path(self._lock.lock_file).unlink()
