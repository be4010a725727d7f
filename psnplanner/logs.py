"""What goes wrong is written down for those who mend the program: where, never about whom.

A log is mailed to strangers. So it holds the kind of a fault and where in our own code it was
met, and no message, value, name of a file or of a person: those may say what nobody should read.
It is kept in the person's own folder, in a few files that are written over in turn. Nothing is
ever sent.
"""

from __future__ import annotations

import logging
import platform
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from psnplanner import __version__, home

NAME = "psnplanner.log"
MOST_BYTES = 200_000
OLD_ONES = 3
_PACKAGE = Path(__file__).parent


def path() -> Path:
    """Where the log is written."""
    return home.folder() / NAME


def fault(error: BaseException, trace: TracebackType | None = None) -> Path | None:
    """Write a fault of ours down; where to find it, or None where nothing can be written."""
    return _write("fault", told(error, trace or error.__traceback__))


def event(words: str) -> Path | None:
    """Write down that something happened, in words of ours that name nothing of the programme."""
    return _write("event", words)


def told(error: BaseException, trace: TracebackType | None) -> str:
    """A fault without its words: its kinds, and each place in the code, by module and line."""
    lines = [f"{__version__} on {platform.system()}, Python {platform.python_version()}"]
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        lines.append(_kind(cause))
        frames = traceback.extract_tb(trace if cause is error else cause.__traceback__)
        lines += [f"  {_place(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
        cause = cause.__cause__ or cause.__context__
    return "\n".join(lines)


def _kind(error: BaseException) -> str:
    kind = type(error)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


def _place(file: str) -> str:
    """A source file without the folders above it: they have the person's name in them."""
    found = Path(file)
    try:
        return f"psnplanner/{found.relative_to(_PACKAGE).as_posix()}"
    except ValueError:
        return "/".join(found.parts[-2:]) if "site-packages" in found.parts else found.name


def _write(level: str, words: str) -> Path | None:
    # Opened for each entry: faults are rare, and an open file could not be moved on Windows.
    try:
        home.made_folder()
        handler = RotatingFileHandler(
            path(), maxBytes=MOST_BYTES, backupCount=OLD_ONES, encoding="utf-8", delay=True
        )
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        handler.handleError = _give_up  # type: ignore[assignment]
        try:
            record = logging.LogRecord(NAME, logging.ERROR, "", 0, f"{level}: {words}", None, None)
            handler.emit(record)
        finally:
            handler.close()
    except OSError:
        return None
    return path()


def _give_up(_record: logging.LogRecord) -> None:
    raise OSError("the log cannot be written")
