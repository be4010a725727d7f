"""Packs out and work back, in the window: make a pack, open one, return it, merge, settle."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox

from psnplanner.errors import UserError
from psnplanner.programme.words import plural
from psnplanner.ui import messages
from psnplanner.ui.field_banner import ActionBanner, conflict_words, pack_words
from psnplanner.ui.settings import beside

if TYPE_CHECKING:
    from psnplanner.ui.main_window import MainWindow

RETURN = ".psnreturn"
_SOON_MS = 150


class ExchangeCommands:
    """Each public method is one command, or a hook that the window calls."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.open_conflicts = 0
        self._found: list[Any] = []
        self._dialog: Any = None
        self.pack_banner = ActionBanner("Field mode", "Return my changes…")
        self.conflict_banner = ActionBanner("Settle…")
        field, back = self.pack_banner.buttons
        field.clicked.connect(lambda: window.field.set_on(True))
        back.clicked.connect(self.return_changes)
        window.field.action.toggled.connect(lambda on: field.setVisible(not on))
        window.field.action.toggled.connect(self.pack_banner.make_touchable)
        self.conflict_banner.buttons[0].clicked.connect(self.conflicts)
        layout: Any = window.centralWidget().layout()
        for banner in (self.conflict_banner, self.pack_banner):
            layout.insertWidget(0, banner)
        self._soon = QTimer(window, singleShot=True, interval=_SOON_MS)
        self._soon.timeout.connect(self._count_conflicts)

    # Menus

    def fill_file_menu(self, menu: QMenu, add: Callable[..., QAction]) -> None:
        """The lines of the File menu; `add` is the window's way of making an action."""
        add(menu, "make_pack", "Make a &field pack…", self.make_pack, "Ctrl+Shift+O",
            "Some sites to take out, for a tablet or a phone without a network")  # fmt: skip
        add(menu, "merge", "&Merge what came back…", self.merge, "Ctrl+Shift+B",
            "Look at returns, packs or copies, and take them in")  # fmt: skip
        add(menu, "conflicts", "Conflic&ts…", self.conflicts, None,
            "Values that differ between people who did not know of each other")  # fmt: skip
        add(menu, "return_changes", "&Return my changes…", self.return_changes, None,
            "Write what was changed in this field pack, to mail back")  # fmt: skip
        add(menu, "export_photographs", "E&xport photographs…", self.export_photographs, None,
            "Write the photographs into a folder, for us or for the board")  # fmt: skip

    def refresh_actions(self, by_name: Mapping[str, QAction]) -> None:
        """Grey what cannot be done with what is open."""
        session = self._window.session
        is_pack = session is not None and session.pack is not None
        office = session is not None and not is_pack and not session.read_only
        for name in ("make_pack", "merge"):
            by_name[name].setEnabled(office)
        by_name["return_changes"].setEnabled(is_pack)
        by_name["return_changes"].setVisible(is_pack)
        for name in ("conflicts", "export_photographs"):
            by_name[name].setEnabled(session is not None)
        by_name["conflicts"].setText(
            f"Conflic&ts ({self.open_conflicts:,})…" if self.open_conflicts else "Conflic&ts…"
        )

    # Following the window

    def adopt(self) -> None:
        """A programme was opened: say so if it is a pack, or has something to settle."""
        session = self._window.session
        pack = session.pack
        if pack is not None:
            words = pack_words(pack, len(session.state.sites), session.today)
            self.pack_banner.words.setText(words)
            self.pack_banner.warn(pack.expires_on is not None and pack.expires_on < session.today)
        self.pack_banner.setVisible(pack is not None)
        self._soon.start()

    def follow(self) -> None:
        """Something changed."""
        self._soon.start()

    def let_go(self) -> None:
        """The programme is about to be closed."""
        self._soon.stop()
        self.pack_banner.hide()
        self.conflict_banner.hide()
        self.open_conflicts, self._found, self._dialog = 0, [], None

    def _count_conflicts(self) -> None:
        session = self._window.session
        if session is None:
            return

        def done(found: list[Any]) -> None:
            if session is not self._window.session:
                return
            self._found, self.open_conflicts = found, len(found)
            self.conflict_banner.words.setText(conflict_words(len(found)))
            self.conflict_banner.setVisible(bool(found))
            self._window.actions_.refresh()
            if self._dialog is not None:
                self._dialog.show_conflicts(found)

        self._window.jobs.start(
            "Looking for conflicts", lambda _: session.conflicts(), done, self._window.refuse,
            quiet=True,
        )  # fmt: skip

    # Out

    def make_pack(self) -> Any:
        """Ask for whom, which sites and as what, and write the pack."""
        from psnplanner.ui.dialogs.pack_dialog import PackDialog

        window = self._window
        dialog = PackDialog(window.session, window.roster, window.jobs, window)
        dialog.open()
        return dialog

    def unlock(self, path: Path) -> bool:
        """Ask for the passphrase if a file is a locked pack; whether it is one."""
        from psnplanner.exchange.locked_pack import MAGIC, is_locked

        try:
            with path.open("rb") as file:
                start = file.read(len(MAGIC))
        except OSError:
            return False  # opening it says what is wrong
        if not is_locked(start):
            return False
        from psnplanner.ui.dialogs.unlock_dialog import UnlockDialog

        dialog = UnlockDialog(path, self._window.jobs, self._window)
        dialog.opened.connect(self._window.files.open)
        dialog.open()
        return True

    # Back

    def return_changes(self) -> None:
        """Ask where to, and write what was changed in this pack."""
        session = self._window.session
        usual = session.path.with_name(f"{session.path.stem} {session.today.isoformat()}{RETURN}")
        chosen, _ = QFileDialog.getSaveFileName(
            self._window, "Return my changes", str(usual), f"Changes to return (*{RETURN})"
        )
        if chosen:
            path = Path(chosen)
            self.write_return(path if path.suffix else path.with_suffix(RETURN))

    def write_return(self, out: Path) -> None:
        """Write the return, and say how much is in it and what to do with it."""
        window, session = self._window, self._window.session
        if window.field.on and window.field.view is not None:
            window.field.view.site.note.save()  # what was just typed comes back too

        def work(progress: Any) -> tuple[int, int]:
            progress(0.2, f"Writing {out.name}")
            session.write_return(out)
            return counts(out)

        def done(made: tuple[int, int]) -> None:
            changes, pictures = made
            said = plural(changes, "change")
            said += f" and {plural(pictures, 'photograph')}" if pictures else ""
            box = messages.tell(
                window,
                f"Wrote {said} to {out.name}.",
                f"It is in {out.parent}. Mail it to the office. You can go on in this pack, and "
                "return it again later: what is there already is not taken twice.",
            )
            show = box.addButton("Show the folder", QMessageBox.ButtonRole.ActionRole)
            show.clicked.connect(lambda: _show_folder(out))

        window.jobs.start("Returning your changes", work, done, window.refuse)

    def merge(self, paths: Iterable[Path] = ()) -> Any:
        """Look at what came back, and take it in."""
        from psnplanner.ui.dialogs.merge_review import FILES, MergeReview

        window, wanted = self._window, list(paths)
        if not wanted:
            chosen, _ = QFileDialog.getOpenFileNames(
                window, "Merge what came back", beside(), FILES
            )
            wanted = [Path(name) for name in chosen]
        if not wanted:
            return None
        dialog = MergeReview(window.session, window.jobs, wanted, window)
        dialog.merged.connect(window.show_sites)
        dialog.open()
        return dialog

    def take_drop(self, paths: list[Path]) -> bool:
        """Merge what was dropped if it came back from the field; whether it did."""
        window = self._window
        if not any(path.suffix.casefold() == RETURN for path in paths) and len(paths) < 2:
            return False
        if window.session is None:
            window.refuse(
                UserError(
                    "A return needs the programme its pack was made from.",
                    paths[0].name,
                    "Open that programme, then drop the return again.",
                )
            )
        elif not window.actions_["merge"].isEnabled():
            window.refuse(UserError("Nothing can be merged into what is open.", paths[0].name,
                                    "Open the whole programme to change it."))  # fmt: skip
        else:
            self.merge(paths)
        return True

    def export_photographs(self) -> Any:
        """Ask where to and for whom, and write the photographs."""
        from psnplanner.ui.dialogs.photographs_dialog import PhotographsDialog

        window = self._window
        dialog = PhotographsDialog(window.session, window.jobs, window)
        dialog.open()
        return dialog

    # Settling

    def conflicts(self) -> Any:
        """Show the conflicts that are open."""
        from psnplanner.ui.dialogs.conflicts_dialog import ConflictsDialog

        window = self._window
        if self._dialog is None:
            self._dialog = ConflictsDialog(window.session, window.jobs, window)
            self._dialog.finished.connect(self._dialog_closed)
            self._dialog.show_site.connect(lambda site: window.show_sites([site]))
            self._dialog.show_conflicts(self._found)
        self._dialog.show()
        self._dialog.raise_()
        self._soon.start()
        return self._dialog

    def _dialog_closed(self) -> None:
        self._dialog = None


def counts(out: Path) -> tuple[int, int]:
    """How many changes and photographs a return says it holds: what the office will count."""
    with out.open("rb") as file:
        first = json.loads(file.readline())
    return int(first["changes"]), int(first["photographs"])


def _show_folder(out: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(out.resolve().parent)))
