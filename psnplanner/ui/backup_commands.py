"""Backups that make themselves while a programme is open, and what becomes of its file meanwhile.

Both look now and then, off the window's thread. What is wrong is told once, in the banner.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from psnplanner.ui.dialogs import passphrase_dialog

if TYPE_CHECKING:
    from psnplanner.errors import UserError
    from psnplanner.ui.main_window import MainWindow

_BACKUP_MS, _LOOK_MS = 60_000, 5_000


class BackupCommands(QObject):
    """Looks after the file of the window's programme."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._refused_of: Any = None
        self._asking = self._looking = False
        self.clock = QTimer(self, interval=_BACKUP_MS)
        self.clock.timeout.connect(self.back_up_if_due)
        self.watch = QTimer(self, interval=_LOOK_MS)
        self.watch.timeout.connect(self.look)
        self.clock.start()
        self.watch.start()

    def back_up_if_due(self) -> None:
        """Make a backup if an hour's changes have none; a refusal is told once a programme."""
        window, session = self._window, self._window.session
        if session is None or self._asking or window.jobs.busy:
            return
        self._asking = True

        def work(progress: Any) -> Any:
            return session.back_up_if_due(progress)

        job = window.jobs.start("Backing up", work, self._made, self._refused, quiet=True)
        job.ended.connect(lambda: setattr(self, "_asking", False))

    def _made(self, backup: Any) -> None:
        if backup is not None:
            told, self._refused_of = self._refused_of is not None, None
            window = self._window
            if window.session is not None:
                if told:  # the banner may say something else by now, that still stands
                    window.banner.say("")
                window.bars.saved.setToolTip(
                    f"{window.session.path}\nBacked up at {backup.made_at.astimezone():%H:%M}"
                )

    def _refused(self, error: UserError) -> None:
        window = self._window
        if window.session is None or self._refused_of is window.session:
            return
        self._refused_of = window.session
        window.banner.say(f"No backup could be made: {error.what} {error.remedy}")

    def look(self) -> None:
        """See whether the file is still what it was; say so where it is not."""
        window, session = self._window, self._window.session
        if session is None or self._looking or window.jobs.busy:
            return
        self._looking = True
        known = session.read_only

        def told(said: str) -> None:
            if said and session is window.session:
                window.banner.say(said)
                if session.read_only != known:
                    window.hold_changed()

        job = window.jobs.start("Looking", lambda _: session.look(), told, lambda _e: None,
                                quiet=True)  # fmt: skip
        job.ended.connect(lambda: setattr(self, "_looking", False))


def ask(window: MainWindow, path: Path | None = None) -> Any:
    """Show the backups of a programme, the open one or the last, and put one back."""
    from psnplanner.ui.dialogs.backups_dialog import BackupsDialog

    open_path = window.session.path if window.session is not None else None
    dialog = BackupsDialog(window, path or open_path)
    dialog.open()
    return dialog


def put_back(window: MainWindow, backup: Path, path: Path) -> None:
    """Put a backup in a programme's place, and open it; the present file is kept beside it."""
    if window.session is not None and window.session.path.resolve() == path.resolve():
        window.let_go()

    def work(progress: Any) -> Any:
        from psnplanner.session.backups import restore_backup

        return restore_backup(backup, path, replace=True, progress=progress)

    def done(kept: Path | None) -> None:
        window.files.open(path)
        if kept is not None:
            window.say(f"Restored. What was there before is kept as {kept.name}.")

    def refused(error: UserError) -> None:
        window.show_start()
        passphrase_dialog.refuse(window, error, lambda: put_back(window, backup, path))

    window.jobs.start(f"Restoring {path.name}", work, done, refused)
