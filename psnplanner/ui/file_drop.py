"""Files dropped on the window: a programme is opened, a list is imported. And backups restored."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QFileDialog

from psnplanner.errors import UserError
from psnplanner.ui import backup_commands
from psnplanner.ui.dialogs import passphrase_dialog
from psnplanner.ui.exchange_commands import RETURN
from psnplanner.ui.file_commands import FILTER
from psnplanner.ui.settings import beside

if TYPE_CHECKING:
    from psnplanner.ui.main_window import MainWindow

PROGRAMME = ".gpkg"
LISTS = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods", ".geojson", ".shp", ".kml")


class FileDrop(QObject):
    """Takes what is dropped anywhere on a window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        window.setAcceptDrops(True)
        window.installEventFilter(self)
        window.pane.start.restore_wanted.connect(self.restore)

    def eventFilter(self, watched: Any, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.DragEnter, QEvent.Type.DragMove):
            if dropped_file(event.mimeData()) is not None or returned(event.mimeData()):
                event.acceptProposedAction()
                return True
        elif event.type() == QEvent.Type.Drop:
            back = returned(event.mimeData())
            if back and self._window.exchange.take_drop(back):
                event.acceptProposedAction()
                return True
            path = dropped_file(event.mimeData())
            if path is not None:
                event.acceptProposedAction()
                self.take(path)
                return True
        return super().eventFilter(watched, event)

    def take(self, path: Path) -> None:
        """Open a programme, or import a list into the one that is open."""
        window = self._window
        if path.suffix.casefold() == PROGRAMME:
            window.files.open(path)
        elif window.session is None:
            window.refuse(
                UserError(
                    "A list needs a programme to go into.",
                    path.name,
                    "Open a programme or begin a new one, then drop the list again.",
                )
            )
        elif window.session.read_only:
            window.refuse(UserError("This programme is open for reading only.", path.name))
        else:
            window.files.import_list(path)

    # Backups

    def restore(self) -> None:
        """Show the backups there are; see `backup_commands`."""
        backup_commands.ask(self._window)

    def choose_backup(self) -> None:
        """Ask for a backup's file and for the file it is to become, and open that."""
        window = self._window
        backup, _ = QFileDialog.getOpenFileName(window, "Choose a backup", beside(), FILTER)
        if not backup:
            return
        source = Path(backup)
        suggested = source.with_name(_plain_name(source))
        out, _ = QFileDialog.getSaveFileName(window, "Restore it as", str(suggested), FILTER)
        if out:
            self.restore_to(source, Path(out))

    def restore_to(self, source: Path, out: Path) -> None:
        """Write a backup as a programme of its own, and open that; the backup stays as it is."""
        window = self._window
        if source.resolve() == out.resolve():
            window.refuse(
                UserError("A backup is not restored over itself.", out.name, "Choose another name.")
            )
            return

        def work(progress: Any) -> Path:
            from psnplanner.session import Session

            progress(0.2, f"Reading {source.name}")
            with Session.open(source, read_only=True) as session:
                faults = session.verify()
                if faults:
                    raise UserError(
                        f"This backup is damaged: {faults[0]}",
                        str(source),
                        "Choose another backup, or mend this one: psnplanner repair.",
                    )
                progress(0.6, f"Writing {out.name}")
                session.backup(out)
            return out

        def refused(error: UserError) -> None:
            passphrase_dialog.refuse(window, error, lambda: self.restore_to(source, out))

        window.jobs.start(f"Restoring {source.name}", work, window.files.open, refused)


def dropped_file(data: Any) -> Path | None:
    """The one file of ours that is being dropped, or None."""
    found = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    if len(found) == 1 and found[0].suffix.casefold() in (PROGRAMME, *LISTS):
        return found[0]
    return None


def returned(data: Any) -> list[Path]:
    """What is being dropped of what came back from the field: returns, and packs with them."""
    found = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    endings = {path.suffix.casefold() for path in found}
    return found if RETURN in endings and endings <= {RETURN, PROGRAMME} else []


def _plain_name(backup: Path) -> str:
    """What a backup was probably a copy of: its name without "backup" and a date."""
    stem = re.sub(r"[\s_-]*backup[\s_-]*(\d{4}-\d{2}-\d{2})?$", "", backup.stem, flags=re.I)
    return f"{stem or 'programme'} restored{backup.suffix}"
