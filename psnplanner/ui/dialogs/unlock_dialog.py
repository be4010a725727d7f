"""Opening a pack that is locked: its passphrase, and where the opened copy goes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from psnplanner.errors import UserError
from psnplanner.ui import look
from psnplanner.ui.dialogs.form_dialog import FormDialog
from psnplanner.ui.job_bar import JobBar
from psnplanner.ui.jobs import Job, Jobs


class UnlockDialog(FormDialog):
    """Writes the pack without its lock beside it, over nothing, and says where."""

    opened = Signal(object)

    def __init__(self, locked: Path, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__("Open a locked pack", "Open", parent)
        self._locked, self._jobs = locked, jobs
        self._job: Job | None = None
        self.out = free_name(locked)
        self.setMinimumWidth(520)
        self.say(f"{locked.name} is locked with a passphrase: whoever sent it told you.")
        self.secret = QLineEdit()
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.secret.setAccessibleName("Passphrase")
        self.form.addRow("&Passphrase", self.secret)
        where = QLabel(f"The opened pack is written to {self.out.name}, beside it. That is the "
                       "one to work in: open it again with File › Open recent.")  # fmt: skip
        where.setObjectName("faint")
        where.setWordWrap(True)
        self.form.addRow("", where)
        earlier = newest_opened(locked)
        if earlier is not None:
            words = f"It was opened before. To go on with that work, open {earlier.name} instead."
            note = QLabel(words)
            note.setWordWrap(True)
            self.form.addRow("", note)
            button = self.buttons.addButton(
                f"Open {earlier.name}", self.buttons.ButtonRole.ActionRole
            )
            button.setAutoDefault(False)
            button.clicked.connect(lambda: self._go_to(earlier))
        self.bar = JobBar()
        self.bar.cancel.hide()
        self.form.addRow(self.bar)
        self.buttons.accepted.disconnect()
        self.buttons.accepted.connect(self.unlock)
        self.secret.returnPressed.connect(self.unlock)
        self.secret.setFocus()

    def unlock(self) -> None:
        """Take the lock off, off the window's thread: it takes half a second by design."""
        if self._job is not None:
            return  # Enter presses the button too
        locked, out, secret = self._locked, self.out, self.secret.text()
        self.button.setEnabled(False)
        self.refusal.hide()

        def work(progress: Any) -> Path:
            from psnplanner.exchange.locked_pack import read, unlocked
            from psnplanner.whole_file import whole_file

            plain = unlocked(read(locked), secret)
            with whole_file(out, replace=False) as beside:
                beside.write_bytes(plain)
            return out

        self._job = self._jobs.start("Opening the pack", work, self._go_to, self._refuse,
                                     quiet=True)  # fmt: skip
        self._job.ended.connect(self._ended)
        self.bar.watch(self._job)

    def _ended(self) -> None:
        self._job = None
        self.button.setEnabled(True)

    def _refuse(self, error: UserError) -> None:
        self.refusal.setText(str(error))
        self.refusal.setStyleSheet(look.refusal_style())
        self.refusal.show()
        self.secret.selectAll()
        self.secret.setFocus()

    def _go_to(self, path: Path) -> None:
        self.accept()
        self.opened.emit(path)


def _names(locked: Path) -> Any:
    yield locked.with_name(f"{locked.stem} opened{locked.suffix}")
    number = 2
    while True:
        yield locked.with_name(f"{locked.stem} opened {number}{locked.suffix}")
        number += 1


def free_name(locked: Path) -> Path:
    """Where an opened pack goes: beside it, under a name that nothing has."""
    return Path(next(path for path in _names(locked) if not path.exists()))


def newest_opened(locked: Path) -> Path | None:
    """The copy that was opened last, if there is one."""
    found = None
    for path in _names(locked):
        if not path.exists():
            return found
        found = path
    return found
