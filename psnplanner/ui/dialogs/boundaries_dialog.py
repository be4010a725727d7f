"""Adding boundaries from a file: which layer, which names, which areas, whose they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from psnplanner.errors import UserError
from psnplanner.programme.boundary import Boundary
from psnplanner.programme.boundary_edits import AddBoundaries
from psnplanner.programme.edits import plural
from psnplanner.programme.record import new_id
from psnplanner.programme.state import State
from psnplanner.ui.dialogs.form_dialog import FormDialog
from psnplanner.ui.map.boundaries_layer import COLOURS

if TYPE_CHECKING:
    from psnplanner.ui.jobs import Jobs

KINDS = (("council", "Councils"), ("partner", "Partners"), ("other", "Other areas"))
PALETTE = (
    ("", "As its kind"), ("#0072b2", "Blue"), ("#d55e00", "Vermilion"), ("#117733", "Green"),
    ("#aa4499", "Purple"), ("#8c510a", "Brown"), ("#444444", "Dark grey"),
)  # fmt: skip
"""Safe for colour-blind readers: Okabe and Ito's, and Tol's."""
FILTER = (
    "Maps of areas (*.geojson *.json *.gpkg *.shp *.kml *.kmz *.zip *.tab *.mif);;All files (*)"
)
_NO_PARTNER = "—"


class BoundariesDialog(FormDialog):
    """Reads the file off the window's thread; `do` gets one edit for all that is ticked."""

    def __init__(
        self, path: Path, state: State, do: Callable[[Any], Any], jobs: Jobs, parent: QWidget
    ) -> None:
        super().__init__("Add boundaries", "Add", parent)
        self._path, self._state, self._do, self._jobs = path, state, do, jobs
        self.areas: Any = None
        self.outlines: dict[str, str] = {}
        self.layer, self.field, self.kind, self.colour = (QComboBox() for _ in range(4))
        for key, words in KINDS:
            self.kind.addItem(words, key)
        self._list_colours()
        self.list = QTreeWidget()
        self.list.setAccessibleName("Areas of the file")
        self.list.setHeaderLabels(["Area", "Partner"])
        self.list.setRootIsDecorated(False)
        self.list.setMinimumHeight(290)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().resizeSection(1, 250)
        self.list.header().setStretchLastSection(False)
        self.note = QLabel()
        self.note.setObjectName("faint")
        self.note.setWordWrap(True)
        self._lay_out()
        self.accept_form = self._save
        self.resize(600, 590)
        self.read()

    def _lay_out(self) -> None:
        self.form.addRow("&Layer", self.layer)
        self.form.addRow("&Names from", self.field)
        self.form.addRow("&Kind", self.kind)
        self.form.addRow("&Colour", self.colour)
        self.form.addRow(self.list)
        line = QHBoxLayout()
        for words, ticked in (("Tick all", True), ("Tick none", False)):
            button = QPushButton(words)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, on=ticked: self._tick(on))
            line.addWidget(button)
        line.addStretch(1)
        self.form.addRow(line)
        self.form.addRow(self.note)
        self.layer.activated.connect(lambda: self.read(self.layer.currentText()))
        self.field.activated.connect(lambda: self._outline())
        self.kind.currentIndexChanged.connect(lambda: self._list_colours())
        self.kind.activated.connect(lambda: self._fill())
        self.list.itemChanged.connect(lambda: self._count())

    def _list_colours(self) -> None:
        chosen = max(0, self.colour.currentIndex())
        self.colour.clear()
        for value, words in PALETTE:
            shade = value or COLOURS[self.kind.currentData() or "other"]
            self.colour.addItem(_swatch(shade), words, value)
        self.colour.setCurrentIndex(chosen)

    # Reading

    def read(self, layer: str | None = None) -> None:
        """Read a layer of the file, by default the likeliest."""
        path = self._path
        self._busy(f"Reading {path.name}…")

        def work(progress: Any) -> Any:
            from psnplanner.geography.boundaries import read_areas

            areas = read_areas(path, layer, progress)
            return areas, areas.outlines(areas.name_field, progress)

        self._start(work, self._read_done)

    def _read_done(self, found: Any) -> None:
        self.areas, self.outlines = found
        self.layer.clear()
        self.layer.addItems(self.areas.layers)
        self.layer.setCurrentText(self.areas.layer)
        self.field.clear()
        self.field.addItem("(no names: one area)", "")
        for heading in self.areas.columns:
            self.field.addItem(heading, heading)
        self.field.setCurrentIndex(self.field.findData(self.areas.name_field))
        self._fill()

    def _outline(self) -> None:
        """The names come from another column: put the areas together anew."""
        areas, column = self.areas, self.field.currentData()
        self._busy("Putting the areas together…")
        self._start(lambda progress: areas.outlines(column, progress), self._outlined)

    def _outlined(self, outlines: Any) -> None:
        self.outlines = outlines
        self._fill()

    def _start(self, work: Any, done: Callable[[Any], None]) -> None:
        job = self._jobs.start("Reading boundaries", work, done, self._refused, quiet=True)
        self.finished.connect(job.cancel)

    def _busy(self, words: str) -> None:
        self.button.setEnabled(False)
        self.say(words)
        self.refusal.hide()
        for box in (self.layer, self.field):
            box.setEnabled(False)

    def _refused(self, error: UserError) -> None:
        self.say(f"{self._path.name} cannot be used.")
        self.refusal.setText(str(error))
        self.refusal.show()
        self.layer.setEnabled(self.layer.count() > 1)

    # The list

    def _fill(self) -> None:
        """A line for each area, ticked, with the partner of its name."""
        from psnplanner.intake.boundary_partners import SURE, match_partners

        if self.areas is None:
            return
        self.layer.setEnabled(self.layer.count() > 1)
        self.field.setEnabled(True)
        hint = "council" if self.kind.currentData() == "council" else ""
        matches = match_partners(self.outlines, self._state.partners.values(), hint)
        held = self.list.blockSignals(True)
        self.list.clear()
        partners = sorted(self._state.partners.values(), key=lambda p: p.name.casefold())
        doubts = 0
        for name in self.outlines:
            line = QTreeWidgetItem([name, ""])
            line.setCheckState(0, Qt.CheckState.Checked)
            self.list.addTopLevelItem(line)
            box = QComboBox()
            box.addItem(_NO_PARTNER, None)
            for partner in partners:
                box.addItem(partner.name, partner.id)
            match = matches.get(name)
            if match is not None:
                box.setCurrentIndex(next(i for i, p in enumerate(partners, 1) if p.id == match[0]))
                if match.likeness < SURE:
                    doubts += 1
                    box.setItemText(box.currentIndex(), f"{box.currentText()}  (please check)")
            box.setAccessibleName(f"Partner of {name}")
            self.list.setItemWidget(line, 1, box)
        self.list.blockSignals(held)
        self._note(len(matches), doubts)
        self._count()

    def _note(self, matched: int, doubts: int) -> None:
        parts = [f"{matched:,} matched to partners by name."] if matched else []
        if doubts:
            parts.append(f"{doubts:,} only alike: please check.")
        known = {(b.kind, b.name.casefold()) for b in self._state.boundaries.values()}
        kind = self.kind.currentData()
        again = sum((kind, name.casefold()) in known for name in self.outlines)
        if again:
            parts.append(f"{plural(again, 'area is', 'areas are')} there already: drawn anew.")
        self.note.setText(" ".join([*parts, *self.areas.notes]))

    def _lines(self) -> list[QTreeWidgetItem]:
        return [self.list.topLevelItem(at) for at in range(self.list.topLevelItemCount())]

    def _tick(self, on: bool) -> None:
        state = Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
        for line in self._lines():
            line.setCheckState(0, state)

    def _count(self) -> None:
        lines = self._lines()
        ticked = sum(line.checkState(0) == Qt.CheckState.Checked for line in lines)
        self.say(f"{self._path.name}: {plural(len(lines), 'area')}, {ticked:,} ticked.")
        self.button.setEnabled(bool(ticked))
        self.button.setText(f"Add {ticked:,}" if ticked else "Add")

    # The edit

    def _save(self) -> None:
        made = []
        for line in self._lines():
            if line.checkState(0) == Qt.CheckState.Checked:
                box: Any = self.list.itemWidget(line, 1)
                boundary = Boundary(
                    id=new_id(),
                    name=line.text(0),
                    kind=self.kind.currentData(),
                    partner=box.currentData(),
                    geometry=self.outlines[line.text(0)],
                    source=self._path.name,
                    colour=self.colour.currentData(),
                )
                made.append(boundary)
        self._do(AddBoundaries(made, self._path.name))


def _swatch(colour: str) -> QIcon:
    pixmap = QPixmap(14, 14)
    pixmap.fill(QColor(colour))
    return QIcon(pixmap)
