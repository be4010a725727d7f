"""The backups of a programme: when each was made, how far it is behind, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from psnplanner.errors import UserError
from psnplanner.programme.words import plural
from psnplanner.ui import backup_commands
from psnplanner.ui.dialogs.plain_table import read_only
from psnplanner.ui.file_commands import FILTER
from psnplanner.ui.settings import recent_files
from psnplanner.ui.wording import short_day

if TYPE_CHECKING:
    from psnplanner.session.backups import Backup
    from psnplanner.ui.main_window import MainWindow

_HEADINGS = ("Made", "Size", "Compared with the programme now")
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class BackupsDialog(QDialog):
    """Lists a programme's backups; one of them becomes a new file, or takes its place."""

    def __init__(self, window: MainWindow, path: Path | None) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Backups")
        self.resize(640, 440)
        self._window = window
        self.found: list[Backup] = []
        self.which = QComboBox()
        self.which.setAccessibleName("Programme")
        known = [item for item in recent_files() if item != path]
        for file in ([path] if path else []) + known:
            self.which.addItem(file.name, file)
            self.which.setItemData(self.which.count() - 1, str(file), Qt.ItemDataRole.ToolTipRole)
        self.other = QPushButton("Another &file…")
        self.other.setToolTip("A backup that lies elsewhere, or was sent to you")
        self.table = QTableWidget(0, len(_HEADINGS))
        self.table.setAccessibleName("Backups")
        self.table.setHorizontalHeaderLabels(_HEADINGS)
        read_only(self.table)
        self.table.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        for column, width in ((0, 190), (1, 90)):
            self.table.setColumnWidth(column, width)
        self.words = QLabel()
        self.words.setObjectName("faint")
        self.words.setWordWrap(True)
        self._build_settings()
        self._build_buttons()
        self._lay_out()
        self.which.currentIndexChanged.connect(self.look)
        self.other.clicked.connect(self._choose_another)
        self.table.itemSelectionChanged.connect(self._refresh)
        self.look()

    def _build_settings(self) -> None:
        from psnplanner.session.backups import BackupSettings

        self._settings = BackupSettings.load()
        self.on = QCheckBox("&Back up every hour while working")
        self.on.setChecked(self._settings.on)
        self.on.setToolTip(
            f"Kept: one of each of the last {self._settings.hourly} hours, "
            f"{self._settings.daily} days and {self._settings.weekly} weeks that have changes"
        )
        self.where = QPushButton("&Keep them in…")
        self.where.setToolTip("A folder for all backups, best on another disk")
        self.on.toggled.connect(lambda: self._change(on=self.on.isChecked()))
        self.where.clicked.connect(self._choose_folder)

    def _build_buttons(self) -> None:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        role = QDialogButtonBox.ButtonRole.ActionRole
        self.now = buttons.addButton("Back up &now", role)
        self.as_new = buttons.addButton("Restore as a &new file…", role)
        self.in_place = buttons.addButton("&Put in its place", role)
        self.in_place.setToolTip("The present file is kept beside it under another name")
        self.as_new.setProperty("primary", True)
        for button in (self.now, self.as_new, self.in_place):
            button.setAutoDefault(False)
        self.now.setVisible(self._window.session is not None)
        self.now.clicked.connect(self._back_up)
        self.as_new.clicked.connect(self.restore_as_new)
        self.in_place.clicked.connect(self.put_in_place)
        buttons.rejected.connect(self.reject)
        self._buttons = buttons

    def _lay_out(self) -> None:
        top, settings = QHBoxLayout(), QHBoxLayout()
        label = QLabel("&Programme")
        label.setBuddy(self.which)
        top.addWidget(label)
        top.addWidget(self.which, 1)
        top.addWidget(self.other)
        settings.addWidget(self.on)
        settings.addStretch(1)
        settings.addWidget(self.where)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        layout.addLayout(top)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.words)
        layout.addLayout(settings)
        layout.addWidget(self._buttons)

    @property
    def path(self) -> Path | None:
        """The programme whose backups are shown."""
        found = self.which.currentData()
        return found if isinstance(found, Path) else None

    @property
    def chosen(self) -> Path | None:
        """The backup that is chosen."""
        rows = {index.row() for index in self.table.selectedIndexes()}
        return self.found[min(rows)].path if rows else None

    def look(self) -> None:
        """Read the list anew, off the window's thread."""
        path = self.path
        if path is None:
            self._show([])
            return

        def work(_progress: Any) -> Any:
            from psnplanner.session.backups import backups_of

            return backups_of(path)

        self._window.jobs.start("Backups", work, self._show, self._window.refuse, quiet=True)

    def _show(self, found: list[Backup]) -> None:
        self.found = found
        self.table.setRowCount(len(found))
        for row, item in enumerate(found):
            for column, text in enumerate((when_words(item), size_words(item), behind_words(item))):
                cell = QTableWidgetItem(text)
                if column == 1:
                    cell.setTextAlignment(_RIGHT)
                self.table.setItem(row, column, cell)
        if found:
            self.table.selectRow(0)
        folder = self._settings.folder_for(self.path) if self.path else None
        none = "No backups yet: the first is made within a minute of opening a programme."
        self.words.setText(f"In {folder}" if found else none)
        self._refresh()

    def _refresh(self) -> None:
        there = self.chosen is not None
        self.as_new.setEnabled(there)
        self.in_place.setEnabled(there)

    def _back_up(self) -> None:
        window = self._window
        window.jobs.start(
            "Backing up", window.session.back_up, lambda _made: self.look(), window.refuse
        )

    def restore_as_new(self) -> None:
        """Ask for a name, and make a programme of the backup there."""
        backup, path = self.chosen, self.path
        if backup is None or path is None:
            return
        suggested = path.with_name(f"{path.stem} restored{path.suffix}")
        out, _ = QFileDialog.getSaveFileName(self, "Restore it as", str(suggested), FILTER)
        if out:
            self.accept()
            self._window.drop.restore_to(backup, Path(out))

    def put_in_place(self) -> None:
        """Put the backup in the programme's place; nothing is lost, so nothing is asked."""
        backup, path = self.chosen, self.path
        if backup is not None and path is not None:
            self.accept()
            backup_commands.put_back(self._window, backup, path)

    def _choose_another(self) -> None:
        self.accept()
        self._window.drop.choose_backup()

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Keep backups in", self._settings.folder)
        if folder:
            self._change(folder=folder)
            self.look()

    def _change(self, **values: Any) -> None:
        from dataclasses import replace

        self._settings = replace(self._settings, **values)
        try:
            self._settings.save()
        except UserError as error:
            self._window.refuse(error)


def when_words(item: Backup) -> str:
    """When a backup was made, here: 3 Jun 2014, 14:05."""
    at = item.made_at.astimezone()
    return f"{short_day(at.date())}, {at:%H:%M}"


def size_words(item: Backup) -> str:
    """How big a backup is: 4.9 MB."""
    size = item.size_bytes
    return f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{max(1, round(size / 1e3)):,} kB"


def behind_words(item: Backup) -> str:
    """What a backup lacks of the programme as it is now."""
    if item.transactions is None:
        from psnplanner.session import passphrases

        encrypted = passphrases.is_encrypted(item.path) and not passphrases.held(item.path)
        return "needs its passphrase" if encrypted else "cannot be read"
    if item.behind is None:
        return (
            f"the programme cannot be read; this holds {plural(item.transactions, 'transaction')}"
        )
    said = f"{plural(item.behind, 'change')} behind" if item.behind else ""
    if item.ahead:
        said += f"{', and ' if said else ''}{plural(item.ahead, 'change')} it does not have"
    return said or "the same"
