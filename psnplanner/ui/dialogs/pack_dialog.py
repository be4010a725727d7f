"""Make a field pack: for whom, which sites, until when, as what, under which words, where to."""

from __future__ import annotations

import math
import string
from datetime import date, timedelta
from html import escape
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDateEdit,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from psnplanner.errors import UserError
from psnplanner.exchange.locked_pack import LEAST_CHARACTERS
from psnplanner.programme.edits import plural
from psnplanner.programme.field_pack import FieldPack
from psnplanner.programme.gates import uk
from psnplanner.ui import look
from psnplanner.ui.dialogs.pack_sites import PackSites
from psnplanner.ui.job_bar import JobBar
from psnplanner.ui.jobs import Job, Jobs
from psnplanner.ui.settings import settings
from psnplanner.ui.wording import from_qdate, to_qdate

GOOD_FOR_DAYS = 14
_PACK_WORDS = (
    "One small file that opens in PSN Planner on a laptop or tablet, in field mode, with the map. "
    "It can be locked with a passphrase."
)
_SHEET_WORDS = (
    "One page for a phone's browser: nothing to install, no network needed. It keeps what is "
    "recorded on that phone, and cannot be locked: rely on the phone's own lock."
)


class PackDialog(QDialog):
    """Asks what `Session.make_pack` needs, writes the pack in a job, and says what comes next."""

    def __init__(
        self, session: Any, roster: Any, jobs: Jobs, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._jobs = session, jobs
        self._job: Job | None = None
        self._typed = False
        self.made: FieldPack | None = None
        self.setWindowTitle("Make a field pack")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setSizeGripEnabled(True)
        self.person, self.sites = QLineEdit(), PackSites(session, roster, jobs)
        self.expires, self.until = QCheckBox("Good until"), QDateEdit()
        self.as_pack, self.as_sheet = QRadioButton("A &pack"), QRadioButton("A p&hone sheet")
        self.first, self.again, self.strength = QLineEdit(), QLineEdit(), QLabel()
        self.path, self.choose = QLineEdit(), QPushButton("C&hoose…")
        self.said, self.bar, self.after = QLabel(), JobBar(), QLabel()
        self.pages = QStackedWidget()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        role = QDialogButtonBox.ButtonRole.ActionRole
        self.folder = self.buttons.addButton("Show the &folder", role)
        self.make = self.buttons.addButton("&Make the pack", role)
        self._fill_in()
        self._lay_out()
        self._connect()
        self.refresh()
        room = parent.height() - 40 if parent is not None else 760
        self.resize(720, min(760, room))
        self.person.setFocus()

    def _fill_in(self) -> None:
        self.person.setPlaceholderText("Name of who takes it out")
        self.person.setAccessibleName("For whom")
        self.expires.setChecked(True)
        self.until.setCalendarPopup(True)
        self.until.setDisplayFormat("d MMMM yyyy")
        self.until.setAccessibleName("Good until")
        self.until.setMinimumDate(to_qdate(self._session.today))
        self.until.setDate(to_qdate(self._session.today + timedelta(days=GOOD_FOR_DAYS)))
        forms = QButtonGroup(self)
        for button in (self.as_pack, self.as_sheet):
            forms.addButton(button)
        self.as_pack.setChecked(True)
        for field, words in ((self.first, "Passphrase"), (self.again, "Passphrase again")):
            field.setEchoMode(QLineEdit.EchoMode.Password)
            field.setAccessibleName(words)
            field.setPlaceholderText("None: the pack opens for anybody" if field is self.first
                                     else "The same once more")  # fmt: skip
        self.path.setAccessibleName("File to write")
        for label in (self.said, self.strength, self.after):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.after.setTextFormat(Qt.TextFormat.RichText)  # its names are escaped
        self.after.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.after.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.make.setProperty("primary", True)
        self.make.setDefault(True)
        self.folder.hide()
        for button in (self.choose, self.folder):
            button.setAutoDefault(False)

    def _lay_out(self) -> None:
        self.form = form = QWidget()
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(8)
        grid.setContentsMargins(0, 0, 0, 0)
        form.setLayout(grid)
        until, secret, where = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        until.addWidget(self.expires)
        until.addWidget(self.until)
        until.addSpacing(6)
        until.addWidget(_faint("after that it says so; what was recorded can still come back."), 1)
        secret.addWidget(self.first)
        secret.addWidget(self.again)
        where.addWidget(self.path, 1)
        where.addWidget(self.choose)
        lines: list[tuple[str, Any, Any]] = [
            ("&For", self.person, self.person),
            ("&Sites", self.sites, self.sites.how),
            ("&Until", until, self.until),
            ("As", self._forms(), None),
            ("Pass&phrase", secret, self.first),
            ("", self.strength, None),
            ("&Write to", where, self.path),
        ]
        for row, (words, what, buddy) in enumerate(lines):
            label = QLabel(words)
            label.setBuddy(buddy)
            tall = words in ("&Sites", "As")
            top = Qt.AlignmentFlag.AlignTop if tall else Qt.AlignmentFlag(0)
            grid.addWidget(label, row, 0, top)
            add = grid.addWidget if isinstance(what, QWidget) else grid.addLayout
            add(what, row, 1)
        grid.setRowStretch(1, 1)
        self.pages.addWidget(form)
        self.pages.addWidget(self.after)
        foot = QHBoxLayout()
        foot.addWidget(self.bar, 1)
        foot.addWidget(self.buttons)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.said)
        layout.addLayout(foot)

    def _forms(self) -> QWidget:
        box = QWidget()
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(1, 1)
        for row, (button, words) in enumerate(
            ((self.as_pack, _PACK_WORDS), (self.as_sheet, _SHEET_WORDS))
        ):
            grid.addWidget(button, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(_faint(words), row, 1)
        return box

    def _connect(self) -> None:
        self.buttons.rejected.connect(self.reject)
        self.make.clicked.connect(self.start)
        self.folder.clicked.connect(self._show_folder)
        self.choose.clicked.connect(self._ask)
        self.sites.changed.connect(self.refresh)
        self.person.textChanged.connect(self._name_file)
        self.path.textEdited.connect(self._path_typed)
        self.as_sheet.toggled.connect(self._form_chosen)
        self.expires.toggled.connect(self.until.setEnabled)
        for field in (self.first, self.again):
            field.textChanged.connect(self.refresh)
        self._name_file()

    # The form

    @property
    def out(self) -> Path:
        """The file to be written."""
        return Path(self.path.text().strip().strip('"'))

    @property
    def _ending(self) -> str:
        return ".html" if self.as_sheet.isChecked() else ".gpkg"

    @property
    def expires_on(self) -> date | None:
        """The last day it is good for, if there is one."""
        return from_qdate(self.until.date()) if self.expires.isChecked() else None

    def _name_file(self) -> None:
        if not self._typed:
            kept = str(settings().value("pack folder", ""))
            usual = self._session.path.resolve().parent
            folder = Path(kept) if kept and Path(kept).is_dir() else usual
            who = "".join(c for c in self.person.text().strip() if c.isalnum() or c in " -_.")
            day = self._session.today.isoformat()
            name = f"{self._session.path.stem} {who or 'field pack'} {day}"
            free = folder / f"{name}{self._ending}"
            number = 2
            while free.exists():
                free = folder / f"{name} {number}{self._ending}"
                number += 1
            self.path.setText(str(free))
        self.refresh()

    def _path_typed(self) -> None:
        self._typed = True
        typed = self.out.suffix.casefold()
        if typed in (".html", ".gpkg"):
            (self.as_sheet if typed == ".html" else self.as_pack).setChecked(True)
        self.refresh()

    def _form_chosen(self) -> None:
        sheet = self.as_sheet.isChecked()
        for field in (self.first, self.again):
            field.setEnabled(not sheet)
        if not self._typed:
            self._name_file()
        elif self.path.text().strip():
            self.path.setText(str(self.out.with_suffix(self._ending)))
        self.refresh()

    def _ask(self) -> None:
        words = "Phone sheet (*.html)" if self.as_sheet.isChecked() else "Field pack (*.gpkg)"
        chosen, _ = QFileDialog.getSaveFileName(self, "Write the pack to", str(self.out), words)
        if chosen:
            path = Path(chosen)
            self._typed = True
            self.path.setText(str(path if path.suffix else path.with_suffix(self._ending)))
            self.refresh()

    def refresh(self) -> None:
        """Say what is missing still, and whether the pack can be made."""
        if self.made is not None or self._job is not None:
            return
        self.make.setText("&Make the sheet" if self.as_sheet.isChecked() else "&Make the pack")
        self._say_strength()
        missing = self._missing()
        self.make.setEnabled(not missing)
        self._say(missing, "faint")

    def _missing(self) -> str:
        if not self.person.text().strip():
            return "Say for whom it is."
        if not self.sites.sites:
            return "Choose the sites." if not self.sites.left_out else (
                "All these sites are sensitive: tick the box above if its bearer is vetted."
            )  # fmt: skip
        if not self.as_sheet.isChecked():
            if 0 < len(self.first.text()) < LEAST_CHARACTERS:
                return f"A passphrase has at least {LEAST_CHARACTERS} characters."
            if self.first.text() != self.again.text():
                return "The two passphrases are not the same yet."
        if self.out.suffix.casefold() != self._ending:
            return f"The name of the file should end in {self._ending}."
        return ""

    def _say_strength(self) -> None:
        if self.as_sheet.isChecked():
            words = "A phone sheet has none: whoever has the file can read it."
        elif not self.first.text():
            words = "With one, a pack that is lost tells nothing. Four words that do not belong "
            words += "together are easy to remember and hard to guess."
        else:
            words = f"{strength(self.first.text())}. Nobody can open the pack without it: there "
            words += "is no way round. Tell it by another way than the file."
        self.strength.setText(words)
        palette = self.strength.palette()
        palette.setColor(self.strength.foregroundRole(), look.colour("faint"))
        self.strength.setPalette(palette)

    # Making it

    def start(self) -> None:
        """Write the pack, off the window's thread."""
        session, out, choice = self._session, self.out, self.sites.choice
        assert choice is not None
        person, expires_on = self.person.text().strip(), self.expires_on
        secret = "" if self.as_sheet.isChecked() else self.first.text()

        def work(progress: Any) -> FieldPack:
            progress(0.2, f"Writing {out.name}")
            made: FieldPack = session.make_pack(
                out, choice, person, expires_on=expires_on, passphrase=secret
            )
            return made

        self.make.setEnabled(False)
        self.form.setEnabled(False)
        self._say("")
        self._job = self._jobs.start("Making the pack", work, self._done, self._refuse, quiet=True)
        self._job.ended.connect(self._ended)
        self.bar.cancel.hide()  # it is a moment's work, and whole or not at all
        self.bar.watch(self._job)

    def _ended(self) -> None:
        self._job = None
        self.form.setEnabled(True)
        self.make.setEnabled(self.made is None)

    def _refuse(self, error: UserError) -> None:
        self._say(str(error), "danger")

    def _done(self, made: FieldPack) -> None:
        self.made = made
        settings().setValue("pack folder", str(self.out.resolve().parent))
        self.after.setText(what_next(made, self.out, locked=bool(self.first.text())))
        self.pages.removeWidget(self.pages.widget(0))  # the page that is left sets the size
        self.resize(self.width(), 340)
        self._say("")
        self.make.hide()
        self.folder.show()
        close = self.buttons.button(QDialogButtonBox.StandardButton.Cancel)
        close.setText("Close")
        close.setDefault(True)
        close.setFocus()

    def _say(self, words: str, ink: str = "text") -> None:
        palette = self.said.palette()
        palette.setColor(self.said.foregroundRole(), look.colour(ink))
        self.said.setPalette(palette)
        self.said.setText(words)

    def _show_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.out.resolve().parent)))


def what_next(made: FieldPack, out: Path, *, locked: bool) -> str:
    """What to send, what its bearer does, and how the work comes back; as a page."""
    until = f", good until {uk(made.expires_on)}" if made.expires_on else ""
    size = _bytes(out.stat().st_size)
    who = escape(made.person)
    if made.form == "sheet":
        steps = [
            f"Send the file to the phone of {who}, by mail or by cable.",
            f"{who} saves it on the phone and opens it in the browser, records what is done, and "
            "presses “Save my changes”. It works with no network.",
        ]
    else:
        secret = " Tell the passphrase by another way: on the telephone, not by mail."
        steps = [
            f"Send the file to {who}, or copy it to the tablet." + (secret if locked else ""),
            f"{who} opens it with File › Open, works in field mode, and presses “Return my "
            "changes…”. It needs no network.",
        ]
    steps += [
        "The file that ends in .psnreturn is mailed back: it holds the changes alone.",
        "Here, File › Merge what came back… (or dropping the file on the window) shows every "
        "change before it is taken in. It may come twice, and in any order.",
    ]
    items = "".join(f"<li style='margin-bottom: 8px'>{step}</li>" for step in steps)
    return (
        f"<p><b>The {'sheet' if made.form == 'sheet' else 'pack'} is made:</b> "
        f"{plural(len(made.sites), 'site')}, {size}{until}.<br>{escape(str(out))}</p>"
        f"<p><b>What comes next</b></p><ol>{items}</ol>"
    )


def _bytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{max(1, round(size / 1e3)):,} KB"


def strength(passphrase: str) -> str:
    """How long a passphrase would withstand guessing, in a word: a hint, no promise."""
    if len(passphrase) < LEAST_CHARACTERS:
        return f"Too short: at least {LEAST_CHARACTERS} characters"
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
    alphabet = sum(len(kind) for kind in kinds if set(kind) & set(passphrase))
    alphabet += 20 if any(not c.isalnum() for c in passphrase) else 0
    # Letters of one word follow from one another, and a repeated one tells nothing.
    bits = 0.5 * len(passphrase) + 0.6 * len(set(passphrase)) * math.log2(max(alphabet, 2)) * 0.5
    words = len(passphrase.split())
    if words >= 4 or bits >= 45:
        return "Strong"
    return "Fair: another word would make it strong" if words == 3 or bits >= 28 else "Weak"


def _faint(words: str) -> QLabel:
    label = QLabel(words)
    label.setObjectName("faint")
    label.setWordWrap(True)
    return label
