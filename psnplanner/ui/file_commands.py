"""What the File menu does: programmes, lists in, snapshots out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QFileDialog

from psnplanner import home
from psnplanner.errors import PassphraseNeeded, UserError
from psnplanner.ui import messages, recent_programmes
from psnplanner.ui.dialogs import passphrase_dialog
from psnplanner.ui.settings import beside, remember_file, settings

if TYPE_CHECKING:
    from psnplanner.ui.main_window import MainWindow

FILTER = "Programmes (*.gpkg)"


class FileCommands:
    """Each method is one command; work that may take long is a job."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def new(self) -> None:
        """Ask for a name and a file, and open the new programme."""
        from psnplanner.ui.dialogs.new_programme import NewProgramme

        dialog = NewProgramme(self._window)
        dialog.accepted.connect(
            lambda: self.create(dialog.path, dialog.programme, dialog.passphrase)
        )
        dialog.open()

    def create(self, path: Any, programme: Any, passphrase: str = "") -> None:
        """Make a programme's file, encrypted if there is a passphrase, and open it."""

        def work(progress: Any) -> Any:
            from psnplanner.session import Session

            return _with_rows(Session.create(path, programme, passphrase=passphrase))

        self._start("Creating the programme", work)

    def open(self, path: Path | None) -> None:
        """Open a programme; None asks which."""
        if path is None:
            chosen, _ = QFileDialog.getOpenFileName(
                self._window, "Open a programme", beside(), FILTER
            )
            if not chosen:
                return
            path = Path(chosen)
        if self._window.exchange.unlock(path):
            return
        wanted = path

        def work(progress: Any) -> Any:
            from psnplanner.session import Session

            progress(0.1, f"Opening {wanted.name}")
            return _with_rows(Session.open(wanted))

        self._start(f"Opening {wanted.name}", work)

    def demo(self) -> None:
        """Write the illustrative programme, if it is not there yet, and open it."""
        path = home.folder() / "cmpsn-demo.gpkg"

        def work(progress: Any) -> Any:
            from psnplanner import demo
            from psnplanner.session import Session

            if not path.is_file():
                home.made_folder()
                demo.write(path, progress)
            return _with_rows(Session.open(path))

        self._start("Making the demo", work)

    def _start(self, title: str, work: Any, opened: Any = None) -> None:
        self._window.let_go()
        self._window.pane.start.hide()
        job = self._window.jobs.start(title, work, opened or self._opened, self._not_opened)
        job.cancelled.connect(self._window.show_start)

    def _opened(self, made: Any) -> None:
        session, rows = made
        remember_file(session.path)
        recent_programmes.note(session)
        settings().setValue("folder", str(session.path.resolve().parent))
        self._window.adopt(session, rows)

    def _not_opened(self, error: UserError) -> None:
        self._window.show_start()
        if isinstance(error, PassphraseNeeded):
            passphrase_dialog.ask(self._window, error, self._open_with_key)
            return
        messages.show_error(self._window, error)

    def _open_with_key(self, path: Path, keep: bool) -> None:
        not_kept: list[UserError] = []

        def work(progress: Any) -> Any:
            from psnplanner.session import Session, passphrases

            made = _with_rows(Session.open(path))
            if keep:  # only once it is known to be the right one
                try:
                    passphrases.keep_in_keyring(path)
                except UserError as error:
                    not_kept.append(error)
            return made

        def opened(made: Any) -> None:
            self._opened(made)
            for error in not_kept:
                self._window.refuse(error)

        self._start(f"Opening {path.name}", work, opened)

    def close(self) -> None:
        """Let the programme go and show the start page."""
        self._window.let_go()
        self._window.show_start()

    def import_list(self, path: Path | None = None) -> Any:
        """Ask for a list, show what would happen, import it."""
        from psnplanner.ui.dialogs.import_dialog import ImportDialog

        window = self._window
        dialog = ImportDialog(window.session, window.jobs, window, window.show_sites)
        dialog.open()
        if path is not None:
            dialog.read(path)
        return dialog

    def gazetteer(self) -> Any:
        """Show which postcodes are known, and add a release."""
        from psnplanner.ui.dialogs.gazetteer_line import GazetteerDialog

        dialog = GazetteerDialog(self._window.jobs, self._window)
        dialog.open()
        return dialog

    def snapshot(self) -> Any:
        """Ask for whom, of when and where, and write the snapshot."""
        from psnplanner.ui import snapshot_commands

        return snapshot_commands.ask(self._window)

    def backup(self) -> None:
        """Copy the programme to another file."""
        session = self._window.session
        name = f"{session.path.stem} backup {session.today.isoformat()}.gpkg"
        chosen, _ = QFileDialog.getSaveFileName(self._window, "Back up to", beside(name), FILTER)
        if chosen:
            self._window.jobs.start(
                "Backing up",
                lambda progress: session.backup(Path(chosen)),
                lambda _made: self._window.say(f"Backed up to {Path(chosen).name}."),
                self._window.refuse,
            )


def _with_rows(session: Any) -> Any:
    """The session with the rows the table and the map will show, made off the window's thread."""
    from psnplanner.ui.site_rows import SiteRows

    try:
        return session, SiteRows(session.state, session.today)
    except BaseException:
        session.close()
        raise
