"""Asking for a hub: its address, the password, and what to make of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)
from shiboken6 import isValid

from psnplanner.errors import UserError
from psnplanner.ui import look
from psnplanner.ui.dialogs.form_dialog import FormDialog
from psnplanner.ui.job_bar import JobBar
from psnplanner.ui.jobs import Job, Jobs

_LIKE = "postgresql://ann@hub.example.org/cheshire"


class HubDialog(FormDialog):
    """An address and a password; the work is done off the window's thread, and may be cancelled."""

    def __init__(self, title: str, accept_words: str, jobs: Jobs, parent: QWidget | None) -> None:
        super().__init__(title, accept_words, parent)
        self._jobs = jobs
        self._job: Job | None = None
        self.setMinimumWidth(560)
        self.address = QLineEdit()
        self.address.setPlaceholderText(_LIKE)
        self.address.setAccessibleName("Address")
        self.form.addRow("&Address", self.address)
        self.secret = QLineEdit()
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.secret.setAccessibleName("Password")
        self.form.addRow("&Password", self.secret)
        self.keep = QCheckBox("Keep it in this computer's &keyring")
        self.form.addRow("", self.keep)
        note = QLabel(
            "It is never written into the programme. Another computer is spoken to over TLS "
            "only, and has to prove its name."
        )
        note.setObjectName("faint")
        note.setWordWrap(True)
        self.form.addRow("", note)
        self.buttons.accepted.disconnect()
        self.buttons.accepted.connect(self.begin)

    def add_bar(self) -> None:
        """The progress, under all the fields."""
        self.bar = JobBar()
        self.form.addRow(self.bar)

    def begin(self) -> None:
        """Do it."""
        if self._job is not None:
            return
        self.refusal.hide()
        try:
            address, work = self._read(), self.work()
        except UserError as error:
            self._refuse(error)
            return
        keep = self.keep.isChecked()

        def run(progress: Any) -> Any:
            done = work(address, progress)
            if keep and address.password:
                from psnplanner.session.hub import keep_password

                keep_password(address)
            return done

        self.button.setEnabled(False)
        self._job = self._jobs.start(
            self.windowTitle(), run, lambda done: isValid(self) and self._done(address, done),
            lambda error: isValid(self) and self._refuse(error), quiet=True,
        )  # fmt: skip
        self._job.ended.connect(lambda: isValid(self) and self._ended())
        self.bar.watch(self._job)

    def work(self) -> Callable[[Any, Any], Any]:
        """What is to be done with the address, off the window's thread."""
        raise NotImplementedError

    def _done(self, address: Any, done: Any) -> None:
        raise NotImplementedError

    def _read(self) -> Any:
        from psnplanner.session.hub import hub_address

        address = hub_address(self.address.text().strip())
        typed = self.secret.text()
        return address.with_password(typed) if typed else address

    def _ended(self) -> None:
        self._job = None
        self.button.setEnabled(True)

    def _refuse(self, error: UserError) -> None:
        self.tell(str(error))

    def tell(self, words: str) -> None:
        """Say under the fields why nothing came of it."""
        self.refusal.setText(words)
        self.refusal.setStyleSheet(look.refusal_style())
        self.refusal.show()
        layout = self.layout()
        layout.activate()
        # Wrapped lines ask for height only once their width is known: else the fields give way.
        self.resize(self.width(), max(self.height(), layout.totalHeightForWidth(self.width())))

    def reject(self) -> None:
        """Cancel what is under way, and close."""
        if self._job is not None:
            self._job.cancel()
        super().reject()


class JoinDialog(HubDialog):
    """Makes a file of what a hub has for this user."""

    joined = Signal(object, object)

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__("Join a hub", "Join", jobs, parent)
        self.say("A planner gets the whole programme, a surveyor the sites assigned to them. "
                 "The file is yours to work in, also without a network.")  # fmt: skip
        self.out = QLineEdit(str(Path.home() / "programme.gpkg"))
        self.out.setAccessibleName("File")
        browse = QPushButton("&Choose…")
        browse.setAutoDefault(False)
        browse.clicked.connect(self._choose)
        holder = QWidget()
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.out, 1)
        line.addWidget(browse)
        label = QLabel("&File")
        label.setBuddy(self.out)
        self.form.addRow(label, holder)
        self.add_bar()

    def _choose(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(
            self, "The file to make", self.out.text(), "Programmes (*.gpkg)"
        )
        if chosen:
            path = Path(chosen)
            self.out.setText(str(path if path.suffix else path.with_suffix(".gpkg")))

    def work(self) -> Callable[[Any, Any], Any]:
        """Make the file."""
        from psnplanner.session import Session

        out = Path(self.out.text().strip())

        def join(address: Any, progress: Any) -> Path:
            Session.join_hub(address, out, progress=progress).close()
            return out

        return join

    def _done(self, address: Any, done: Any) -> None:
        self.accept()
        self.joined.emit(done, address)


class KeepDialog(HubDialog):
    """Keeps the open programme in step with a hub, which it may make."""

    kept = Signal(object)

    def __init__(self, session: Any, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__("Keep this programme in step", "Keep in step", jobs, parent)
        self._session = session
        self.say("Changes go to the hub and come from it by themselves, as often as there is a "
                 "network.")  # fmt: skip
        self.address.setText(session.hub)
        self.make = QCheckBox("&Make the hub there: the database is empty")
        self.make.setVisible(session.pack is None)
        self.form.addRow("", self.make)
        self.add_bar()
        if session.hub:
            self.secret.setFocus()

    def work(self) -> Callable[[Any, Any], Any]:
        """Exchange once; what cannot be is said here."""
        session, make = self._session, self.make.isChecked()
        return session.init_hub if make else session.sync

    def _done(self, address: Any, done: Any) -> None:
        self.accept()
        self.kept.emit(address)
