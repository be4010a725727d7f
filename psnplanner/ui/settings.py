"""What the window remembers between runs: layout, recent files, appearance."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QSettings

from psnplanner import home

RECENT = 8


def settings() -> QSettings:
    """This person's settings, beside their other things (PSNPLANNER_HOME moves them)."""
    with suppress(OSError):  # Qt would make the folder for everybody to look into
        home.made_folder()
    return QSettings(str(home.folder() / "window.ini"), QSettings.Format.IniFormat)


def previews() -> Path:
    """Where snapshots are drawn to be looked at, and gone from when their programme is closed."""
    return home.folder() / "preview"


def forget_previews() -> None:
    """Take away what was only looked at: an encrypted programme must not stay there to be read."""
    shutil.rmtree(previews(), ignore_errors=True)


def beside(name: str = "") -> str:
    """Where a dialog for files begins: beside the programme, not wherever we were started from."""
    folder = str(settings().value("folder", "")) or str(Path.home())
    return str(Path(folder) / name)


def remembered_files() -> list[Path]:
    """Programmes opened lately, newest first, whether or not they are still there."""
    found = settings().value("recent", [])
    names = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    return [Path(name) for name in names if isinstance(name, str)]


def recent_files() -> list[Path]:
    """Programmes opened lately and still there, newest first."""
    return [path for path in remembered_files() if path.is_file()]


def remember_file(path: Path) -> None:
    """Put a programme first in the list of recent files."""
    path = path.resolve()
    rest = [known for known in remembered_files() if known != path]
    settings().setValue("recent", [str(item) for item in [path, *rest][:RECENT]])
