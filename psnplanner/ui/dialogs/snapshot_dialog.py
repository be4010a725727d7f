"""A snapshot for the board: for whom, as at when, with what, as what kind of file."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QWidget,
)

from psnplanner.errors import UserError
from psnplanner.session import SNAPSHOT_SECTIONS, Session
from psnplanner.ui.dialogs.comparison_view import ComparisonView
from psnplanner.ui.dialogs.form_dialog import FormDialog
from psnplanner.ui.dialogs.new_programme import with_ending
from psnplanner.ui.panels.record_box import day_edit
from psnplanner.ui.settings import beside, settings
from psnplanner.ui.wording import from_qdate, to_qdate

AUDIENCES = (
    ("board", "The board: no sensitive site"),
    ("internal", "The project team: everything"),
    ("public", "The public: no sensitive site, no money"),
)
KINDS = (
    (".html", "Web page with an interactive map"),
    (".pdf", "PDF with every table"),
    (".png", "Picture of the map"),
    (".svg", "Drawing of the map (SVG)"),
)
_CHECKED = Qt.CheckState.Checked


class SnapshotDialog(FormDialog):
    """Asks what `Session.snapshot` needs; `outs` are set once accepted, a file of each kind.

    `preview` is emitted when a look at it is wanted, `compared` when what changed is.
    """

    preview = Signal()
    compared = Signal(object, object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("Snapshot for the board", "Save…", parent)
        self.outs: list[Path] = []
        self.setMinimumWidth(620)
        self._session = session
        self._programme, self._day = session.state.programme.name, session.present_day
        self.look = self.buttons.addButton("&Preview", QDialogButtonBox.ButtonRole.ActionRole)
        self.look.clicked.connect(self.preview)
        self._make_fields(session)
        self._lay_out()
        self._restore()
        self.accept_form = self._choose

    def _make_fields(self, session: Session) -> None:
        self.audience, self.paper = QComboBox(), QComboBox()
        for value, words in AUDIENCES:
            self.audience.addItem(words, value)
        self.kinds = {ending: QCheckBox(words) for ending, words in KINDS}
        self.paper.addItems(["A4", "A3"])
        self.title = QLineEdit()
        self.title.setPlaceholderText(self._programme)
        self.past, self.day = QCheckBox("As it &stood on"), day_edit()
        self.since, self.since_day = QCheckBox("What &changed since"), day_edit()
        self.day.setDate(to_qdate(self._day))
        self.since_day.setDate(to_qdate(self._day - timedelta(days=28)))
        self.said = ComparisonView()
        self.said.setMinimumHeight(260)
        self.sections = _in_columns(QListWidget())
        self.sections.setAccessibleName("Sections")
        for key, words in SNAPSHOT_SECTIONS.items():
            item = QListWidgetItem(words, self.sections)
            item.setData(Qt.ItemDataRole.UserRole, key)
            item.setCheckState(_CHECKED)
        self.prospects: Path | None = None
        self.join = QPushButton()
        self.join.setAutoDefault(False)
        self.join.setToolTip("Each is set beside the live network; on the map and on a page")
        self.join.clicked.connect(self._choose_prospects)
        self._show_prospects()
        self.forecast = QCheckBox("With the &odds of go-live, forecast anew")
        self.forecast.setToolTip("The chance of every site live, and the burn-up's band")
        self.issue = QCheckBox("&Record in the programme that it was issued")
        self.issue.setEnabled(not session.read_only)

    def _lay_out(self) -> None:
        self.say("One file with the map and the figures; it opens anywhere, with no network.")
        self.form.addRow("&For", self.audience)
        self.form.addRow("As", _grid(list(self.kinds.values())))
        self.form.addRow("Pa&per", self.paper)
        self.form.addRow("&Title", self.title)
        self.form.addRow(self.past, self.day)
        self.form.addRow(self.since, self.since_day)
        self.form.addRow(self.said)
        self.form.addRow(self.sections)
        self.form.addRow("Ma&y join", self.join)
        self.form.addRow(self.forecast)
        self.form.addRow(self.issue)
        self.past.toggled.connect(self._fit)
        self.since.toggled.connect(self._fit)
        for box in self.kinds.values():
            box.toggled.connect(self._fit)
        for edit in (self.day, self.since_day):
            edit.dateChanged.connect(self._compare)
        for box in (self.past, self.since):
            box.toggled.connect(self._compare)
        self.audience.currentIndexChanged.connect(self._compare)
        self._fit()

    def _fit(self) -> None:
        """Offer what there is a choice of."""
        comparing, endings = self.since.isChecked(), self.endings
        self.day.setEnabled(self.past.isChecked())
        self.since_day.setEnabled(comparing)
        self.paper.setEnabled(".pdf" in endings)
        self.title.setEnabled(not comparing)
        self.sections.setEnabled(bool({".html", ".pdf"} & set(endings)))
        for field in (self.sections, self.join, self.forecast, self.issue):
            self.form.setRowVisible(field, not comparing)
        self.form.setRowVisible(self.said, comparing)
        self.look.setEnabled(bool(endings))

    @property
    def endings(self) -> list[str]:
        """The endings of the files wanted, in the order in which they are offered."""
        return [ending for ending, box in self.kinds.items() if box.isChecked()]

    def _compare(self) -> None:
        if self.from_day is not None:
            self.said.say("Comparing…")
            self.compared.emit(self.from_day, self.to_day)

    @property
    def as_at(self) -> date | None:
        """The past day asked for, or None for now."""
        return from_qdate(self.day.date()) if self.past.isChecked() else None

    @property
    def foreseen(self) -> bool:
        """Whether a forecast is wanted in it."""
        return self.forecast.isChecked() and self.from_day is None

    @property
    def from_day(self) -> date | None:
        """The day since which the changes are wanted; None where a snapshot is."""
        return from_qdate(self.since_day.date()) if self.since.isChecked() else None

    @property
    def to_day(self) -> date:
        """The last day of a comparison."""
        return self.as_at or self._day

    @property
    def wanted(self) -> dict[str, Any]:
        """What `Session.snapshot` and `Session.issue` take beside the file."""
        return {
            "as_at": self.as_at,
            "audience": self.audience.currentData(),
            "title": self.title.text().strip(),
            "sections": self._chosen(),
            "paper": self.paper.currentText(),
        }

    def _chosen(self) -> tuple[str, ...]:
        items = [self.sections.item(row) for row in range(self.sections.count())]
        keys = [i.data(Qt.ItemDataRole.UserRole) for i in items if i.checkState() == _CHECKED]
        return tuple(keys) if len(keys) < len(items) else ()

    def _choose(self) -> None:
        items = (self.sections.item(row) for row in range(self.sections.count()))
        if not self.endings:
            raise UserError("No kind of file is chosen.", remedy="Tick one or more.")
        asked = self.sections.isEnabled() and not self.since.isChecked()
        if asked and not any(i.checkState() == _CHECKED for i in items):
            raise UserError("No section is chosen.", remedy="Tick what the snapshot shall hold.")
        first, *others = self.endings
        chosen, _ = QFileDialog.getSaveFileName(
            self,
            "Where to keep the snapshot",
            beside(self._stem() + first),
            f"Snapshot (*{first})",
        )
        if not chosen:
            raise UserError("No file was chosen.", remedy="Choose where the snapshot is kept.")
        path = with_ending(Path(chosen), first)
        others_too = [path.with_suffix(ending) for ending in others]
        # The file dialog has asked about the first one alone.
        if there := next((each for each in others_too if each.exists()), None):
            raise UserError("There is a file of that name already.", str(there),
                            "Choose another name, or remove it first.")  # fmt: skip
        self.outs = [path, *others_too]
        self._keep()

    def _choose_prospects(self) -> None:
        """Ask for a list of organisations; with one chosen already, do without it again."""
        chosen = ""
        if self.prospects is None:
            chosen, _ = QFileDialog.getOpenFileName(
                self, "Organisations that may join", "", "Lists (*.csv *.xlsx *.xls *.ods)"
            )
        self.prospects = Path(chosen) if chosen else None
        self._show_prospects()

    def _show_prospects(self) -> None:
        name = self.prospects.name if self.prospects else ""
        self.join.setText(f"Without {name}" if name else "Choose a list of organisations…")

    def _stem(self) -> str:
        """A name for the file: of the title or the programme, never of a site."""
        called = self.title.text() or self._session.title_for(self.audience.currentData())
        name = re.sub(r"[^\w .,()-]+", " ", called).strip()
        changed = f"changes {self.from_day} to" if self.from_day else ""
        return " ".join(f"{name[:60] or 'programme'} {changed} {self.to_day.isoformat()}".split())

    def _keep(self) -> None:
        kept = settings()
        kept.setValue("snapshot/audience", self.audience.currentData())
        kept.setValue("snapshot/kinds", ",".join(self.endings))
        kept.setValue("snapshot/paper", self.paper.currentText())
        kept.setValue("snapshot/title", self.title.text())
        kept.setValue("snapshot/sections", ",".join(self._chosen()))
        kept.setValue("snapshot/forecast", self.forecast.isChecked())
        kept.setValue("snapshot/issue", self.issue.isChecked())

    def _restore(self) -> None:
        kept = settings()
        self.audience.setCurrentIndex(
            max(0, self.audience.findData(kept.value("snapshot/audience")))
        )
        wanted = str(kept.value("snapshot/kinds") or ".html").split(",")
        for ending, each in self.kinds.items():
            each.setChecked(ending in wanted)
        self.paper.setCurrentText(str(kept.value("snapshot/paper") or "A4"))
        self.title.setText(str(kept.value("snapshot/title") or ""))
        self.forecast.setChecked(str(kept.value("snapshot/forecast", "true")).lower() == "true")
        self.issue.setChecked(
            self.issue.isEnabled() and str(kept.value("snapshot/issue", "")).lower() == "true"
        )
        chosen = {key for key in str(kept.value("snapshot/sections") or "").split(",") if key}
        for row in range(self.sections.count() if chosen else 0):
            item = self.sections.item(row)
            on = item.data(Qt.ItemDataRole.UserRole) in chosen
            item.setCheckState(_CHECKED if on else Qt.CheckState.Unchecked)


def _grid(boxes: list[QCheckBox]) -> QWidget:
    """Check boxes in two columns."""
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    for k, box in enumerate(boxes):
        grid.addWidget(box, k // 2, k % 2)
    return holder


def _in_columns(view: QListWidget) -> QListWidget:
    """A list that shows all of the sections at once, in two columns."""
    view.setFlow(QListWidget.Flow.TopToBottom)
    view.setWrapping(True)
    view.setResizeMode(QListWidget.ResizeMode.Adjust)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    rows, line = -(-len(SNAPSHOT_SECTIONS) // 2), view.fontMetrics().height() + 7
    view.setGridSize(QSize(290, line))
    view.setFixedHeight(rows * line + 2 * view.frameWidth() + 4)
    return view
