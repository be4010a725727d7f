"""One writer to a file: whoever opens it second reads only, and is told so."""

from __future__ import annotations

import contextlib
import os
import platform
from pathlib import Path

from filelock import FileLock, Timeout

from psnplanner import home
from psnplanner.file.share import network_kind
from psnplanner.file.standing import beside, is_strange, mark

_TRIES = 5


class WriterLock:
    """The right to write to one programme file, held until released or the process ends.

    A dot-file beside the programme carries the operating system's lock: it cannot go stale.
    Within it stands which file it is held for. Many network shares keep such locks to the one
    machine (sshfs does): there a second dot-file, which only one can make, is a claim that
    every machine sees, and `elsewhere` names the computer that has made it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._claim = Path(beside(path)).with_suffix(".claim") if network_kind(path) else None
        self.elsewhere = ""
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
        if not self._claimed():
            self._lock.release()
            return False
        self.held = True
        with contextlib.suppress(OSError):  # Windows lets nobody write to what is locked
            beside(self._path).write_text(mark(self._path), "ascii")
        return True

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        if self.held:
            if self._claim is not None and self.is_ours():
                with contextlib.suppress(OSError):
                    self._claim.unlink()
            self.held = False
            self._lock.release()
            # Two can race for a file being removed; the journal's own count then stops the second.
            with contextlib.suppress(OSError):
                Path(self._lock.lock_file).unlink()

    def is_ours(self) -> bool:
        """Whether nobody has taken a share's claim away meanwhile; always so on a disk."""
        try:
            return self._claim is None or self._claim.read_text("utf-8") == self._mine()
        except (OSError, UnicodeDecodeError):
            return False

    def _mine(self) -> str:
        return f"{home.machine()}\n{os.getpid()}\n{platform.node()}"

    def _claimed(self) -> bool:
        """Make the claim that a share needs; False, and who has it, if another computer did."""
        if self._claim is None:
            return True
        if is_strange(self._claim):
            self.refused = f"“{self._claim.name}” beside it is no file"
            return False
        try:
            for _ in range(_TRIES):
                if self._made(self._claim):
                    return True
                told = self._told(self._claim)
                if told is None:
                    continue  # let go of just now: the share had only not told us yet
                machine, number, self.elsewhere = told
                if machine != home.machine() or _is_alive(number):
                    return False
                self._claim.unlink()  # one of this computer's own that was broken off
        except OSError as error:
            self.refused = error.strerror or str(error)
        return False

    def _made(self, claim: Path) -> bool:
        try:
            with claim.open("x", encoding="utf-8") as file:
                file.write(self._mine())
        except FileExistsError:
            return False
        return True

    @staticmethod
    def _told(claim: Path) -> tuple[str, int, str] | None:
        """The machine, process and name in a claim; None if it is not there any more."""
        try:
            machine, number, name = claim.read_text("utf-8").split("\n")
            return machine, int(number), name
        except FileNotFoundError:
            return None
        except ValueError:
            return "", 0, "of somebody else"


def _is_alive(number: int) -> bool:
    if os.name == "nt":  # asking after a process there can end it
        return False
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
