"""Whether an open file is still the one its name stands for.

A synchronising folder, a restored backup or a careless copy can put another file under the name
of one that is open. SQLite would go on writing to the one that is gone, and its log, left under
the old name, would be applied to the newcomer and ruin it (sqlite.org/howtocorrupt.html, 1.4).
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

Identity = tuple[int, int]


def identity(path: Path) -> Identity | None:
    """What tells a file from every other on this machine; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def real(path: Path) -> Path:
    """Where the links of a path lead; one that leads to itself is there, and is no file.

    `Path.resolve` raises RuntimeError for it.
    """
    return Path(os.path.realpath(path))


class Standing:
    """What a programme's name and its write-ahead log stood for when it was opened."""

    def __init__(self, path: Path) -> None:
        self._path = real(path)
        self._file = identity(self._path)
        self._log: Identity | None = None
        self._frozen = self._stamps() if self._log_is_unread() else None
        self._written = self._stamps()[0]

    def _log_is_unread(self) -> bool:
        # A file in a folder that cannot be written is read without its log: see `connection`.
        return not os.access(self._path.parent, os.W_OK)

    def _stamps(self) -> list[tuple[int, int] | None]:
        found: list[tuple[int, int] | None] = []
        for path in (self._path, self.log_path):
            try:
                told = path.stat()
                found.append((told.st_mtime_ns, told.st_size))
            except OSError:
                found.append(None)
        return found

    def touched(self) -> bool:
        """Whether a file that is read without its log has been written to since."""
        return self._frozen is not None and self._stamps() != self._frozen

    def note_written(self) -> None:
        """Remember when the file was last written to: by us, who fold the log into it."""
        self._written = self._stamps()[0]

    def was_written(self) -> bool:
        """Whether the file has been written to since; by others, then."""
        return self._stamps()[0] != self._written

    @property
    def log_path(self) -> Path:
        """Where SQLite keeps the changes that are not yet in the file itself."""
        return self._path.with_name(self._path.name + "-wal")

    def note_log(self) -> None:
        """Remember the log as it is now: call it inside a write transaction, when it is there."""
        if self._log is None:
            self._log = identity(self.log_path)

    def fault(self) -> str:
        """What has happened to the file since, in a sentence; empty if it stands as it did."""
        now = identity(self._path)
        if now is None:
            return "The file was moved or deleted while it was open here."
        if now != self._file:
            return "The file was replaced by another while it was open here."
        if self._log is not None and identity(self.log_path) != self._log:
            return "The -wal file beside it was taken away while it was open here."
        return ""

    def clear_log(self) -> None:
        """Take our log from beside a file that is not ours, which it would ruin."""
        if self._log is not None and identity(self.log_path) == self._log:
            if identity(self._path) == self._file:
                # Overwritten in place: on closing SQLite would fold its log even into this.
                os.truncate(self.log_path, 0)
            for path in (self.log_path, self._path.with_name(self._path.name + "-shm")):
                with contextlib.suppress(OSError):
                    path.unlink()


def is_strange(path: Path) -> bool:
    """Whether a pipe, a link, a folder or the like has a name that only a file should have."""
    try:
        return not stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def beside(path: Path) -> Path:
    """The dot-file beside a programme that carries its writer's lock."""
    file = real(path)
    return file.with_name(f".{file.name}.lock")


def mark(path: Path) -> str:
    """Which file is being written to, as a text for the dot-file beside it.

    With the dot-file's own number: of a folder that was copied whole, both are others. Numbers
    of devices are left out, for they may be others after the next start of the machine.
    """
    file, lock = identity(real(path)), identity(beside(path))
    return f"{file[1]}:{lock[1]}" if file and lock else ""


def has_log(path: Path) -> bool:
    """Whether there are changes in the log beside a file."""
    file = real(path)
    log = file.with_name(file.name + "-wal")
    try:
        return log.stat().st_size > 0
    except OSError:
        return False


def has_strange_log(path: Path) -> bool:
    """Whether the log beside a file is of another, which was being written under its name.

    Its writer was killed, or does not know yet that its file was replaced.
    """
    if is_strange(beside(path)):  # of a pipe the end would be waited for
        return False
    try:
        told = beside(path).read_text("ascii").split(":")
    except (OSError, UnicodeDecodeError):
        return False
    now = mark(path).split(":")
    if not has_log(path):
        return False
    return len(told) == len(now) == 2 and told[1] == now[1] and told[0] != now[0]
