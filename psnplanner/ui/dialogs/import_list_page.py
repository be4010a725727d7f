"""The first step of an import: which list, how it was read, and what its places come from."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from psnplanner.errors import UserError
from psnplanner.programme.edits import plural
from psnplanner.ui import look
from psnplanner.ui.dialogs.gazetteer_line import GazetteerLine, UprnLine
from psnplanner.ui.dialogs.import_raw_grid import RawGrid
from psnplanner.ui.dialogs.import_reader import ListReader
from psnplanner.ui.jobs import Jobs

SUFFIXES = (
    ".csv", ".tsv", ".txt", ".psv", ".dat", ".xlsx", ".xlsm", ".xls", ".ods", ".geojson", ".json",
    ".gpkg", ".shp", ".zip", ".tab", ".mif", ".kml", ".kmz",
)  # fmt: skip
"""What a list may be called; what it is, is told by its content."""

FILTER = (
    f"Lists of sites ({' '.join('*' + s for s in SUFFIXES)})"
    ";;Text (*.csv *.tsv *.txt *.psv *.dat)"
    ";;Spreadsheets (*.xlsx *.xlsm *.xls *.ods)"
    ";;Map layers (*.geojson *.json *.gpkg *.shp *.zip *.tab *.mif *.kml *.kmz)"
    ";;All files (*)"
)
_ENCODINGS = (
    ("utf-8", "UTF-8"),
    ("cp1252", "Windows 1252 (Western Europe)"),
    ("utf-16", "UTF-16"),
    ("iso8859-15", "ISO 8859-15"),
    ("cp850", "DOS 850"),
    ("mac_roman", "Macintosh"),
)
_DELIMITERS = (
    (",", "Comma  ,"),
    (";", "Semicolon  ;"),
    ("\t", "Tab"),
    ("|", "Bar  |"),
    ("~", "Tilde  ~"),
    ("¬", "Not sign  ¬"),
    ("^", "Caret  ^"),
)
_KINDS = {"text": "Delimited text", "workbook": "Spreadsheet", "layer": "Map layer"}
_HEADING_ROWS = 40
_WELCOME = (
    "Choose a list, or drop one here: CSV in any encoding and delimiter, Excel, OpenDocument, "
    "GeoJSON, GeoPackage, Shapefile, MapInfo, KML. Nothing changes until the last step."
)
_ONLINE = (
    "For rows that nothing here places, sends the address to OpenStreetMap's Nominatim, one a "
    "second, and keeps the answers on this computer. Sensitive buildings' addresses would be sent "
    "too. Off, nothing leaves this computer."
)


class ListPage(QWidget):
    """Asks for the list; every finding about its form can be overruled."""

    wanted = Signal(object)

    def __init__(self, reader: ListReader, jobs: Jobs) -> None:
        super().__init__()
        self._reader = reader
        self.path = QLineEdit()
        self.path.setPlaceholderText("Type a file's name, choose it, or drop it here")
        self.path.setAccessibleName("List to import")
        self.choose = QPushButton("C&hoose…")
        self.choose.setAutoDefault(False)
        self.invitation, self.said = QLabel(_WELCOME), QLabel()
        self.invitation.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.invitation.setStyleSheet(
            "QLabel { border: 2px dashed palette(mid); border-radius: 8px; padding: 24px; }"
        )
        for label in (self.invitation, self.said):
            label.setWordWrap(True)
        self.said.setTextFormat(Qt.TextFormat.RichText)
        self.found = QLabel()
        self.sheet, self.headings = QComboBox(), QComboBox()
        self.encoding, self.delimiter = QComboBox(), QComboBox()
        for words, combo in (
            ("Sheet or layer", self.sheet),
            ("Headings", self.headings),
            ("Encoding", self.encoding),
            ("Delimiter", self.delimiter),
        ):
            combo.setAccessibleName(words)
            combo.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            combo.setMinimumContentsLength(18)
        self.grid = RawGrid()
        self.gazetteer, self.uprns = GazetteerLine(jobs), UprnLine(jobs)
        self.online = QCheckBox("&Ask the internet for addresses that nothing else places")
        self.form, self.middle = QWidget(), QWidget()
        self._lay_out()
        self._connect()
        self._fill(None)

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.addWidget(self.path, 1)
        line.addWidget(self.choose)
        form = QFormLayout(self.form)
        form.setContentsMargins(0, 0, 12, 0)
        form.addRow("Read as", self.found)
        form.addRow("&Sheet or layer", self.sheet)
        form.addRow("Hea&dings", self.headings)
        form.addRow("&Encoding", self.encoding)
        form.addRow("De&limiter", self.delimiter)
        self.form.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        middle = QHBoxLayout(self.middle)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.addWidget(self.form, 0, Qt.AlignmentFlag.AlignTop)
        middle.addWidget(self.grid, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.addLayout(line)
        layout.addWidget(self.said)
        layout.addWidget(self.invitation, 1)
        layout.addWidget(self.middle, 1)
        layout.addWidget(self._places())

    def _places(self) -> QFrame:
        box = QFrame()
        box.setObjectName("card")
        words = QLabel("<b>Places</b>")
        online = QLabel(_ONLINE)
        online.setObjectName("faint")
        online.setWordWrap(True)
        online.setContentsMargins(34, 0, 12, 6)
        self.online.setToolTip(_ONLINE)
        self.online.setContentsMargins(12, 0, 0, 0)
        layout = QVBoxLayout(box)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(0)
        words.setContentsMargins(12, 0, 0, 0)
        layout.addWidget(words)
        layout.addWidget(self.gazetteer)
        layout.addWidget(self.uprns)
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 0)
        row.addWidget(self.online)
        layout.addLayout(row)
        layout.addWidget(online)
        return box

    def _connect(self) -> None:
        change = self._reader.change
        self.choose.clicked.connect(self._ask)
        self.path.returnPressed.connect(self.read_typed)
        self.sheet.activated.connect(lambda: change(sheet=self.sheet.currentData()))
        self.headings.activated.connect(lambda: change(header_row=self.headings.currentData()))
        self.encoding.activated.connect(lambda: change(encoding=self.encoding.currentData()))
        self.delimiter.activated.connect(lambda: change(delimiter=self.delimiter.currentData()))
        self.grid.heading_wanted.connect(lambda row: change(header_row=row))
        self.online.toggled.connect(lambda on: change(online=on))
        for line in (self.gazetteer, self.uprns):
            line.added.connect(self._reader.again)

    def _ask(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "List of sites", self.path.text(), FILTER)
        if chosen:
            self.wanted.emit(Path(chosen))

    def read_typed(self) -> bool:
        """Read the file whose name stands in the line; whether there is a new one."""
        typed = self.path.text().strip().strip('"')
        if not typed or Path(typed) == self._reader.path:
            return False
        self.wanted.emit(Path(typed))
        return True

    def show_rows(self, rows: Any) -> None:
        """Show how the list was read; None for a list not read yet."""
        self._fill(rows.preview if rows else None)

    def refuse(self, error: UserError) -> None:
        """Say why the list cannot be read so."""
        ink = look.colour("danger").name()
        self.said.setText(f"<span style='color:{ink}'>{escape(str(error))}</span>")
        self.said.show()

    def _fill(self, preview: Any) -> None:
        self.middle.setVisible(preview is not None)
        self.invitation.setVisible(preview is None)
        self.grid.show_preview(preview)
        if preview is None:
            self.said.hide()
            return
        table, layout, reading = preview.table, preview.layout, preview.reading
        self.said.setText("<br>".join(map(escape, preview.notes)))
        self.said.setVisible(bool(preview.notes))
        self.found.setText(_found(preview))
        self._fill_sheets(table, reading)
        self._fill_headings(table, layout, reading)
        self._fill_encodings(table, reading)

    def _fill_sheets(self, table: Any, reading: Any) -> None:
        self.sheet.clear()
        for name in table.sheets:
            self.sheet.addItem(name, name)
        self.sheet.setCurrentIndex(max(0, self.sheet.findData(table.sheet)))
        self.sheet.setEnabled(len(table.sheets) > 1)
        if not table.sheets:
            self.sheet.addItem("—", None)

    def _fill_headings(self, table: Any, layout: Any, reading: Any) -> None:
        combo = self.headings
        combo.clear()
        found = layout.header_row
        said = f"row {found}" if found else "no headings"
        combo.addItem(f"As found: {said}" if reading.header_row is None else "As found", None)
        combo.addItem("No headings", 0)
        for number, cells in table.rows[:_HEADING_ROWS]:
            words = ", ".join(filter(None, cells[:4]))
            combo.addItem(f"Row {number}: {words[:40]}", number)
        combo.setCurrentIndex(max(0, combo.findData(reading.header_row)))

    def _fill_encodings(self, table: Any, reading: Any) -> None:
        shown = next((w for d, w in _DELIMITERS if table.delimiter in (d, w.lower())), None)
        for combo, choices, said, found in (
            (self.encoding, _ENCODINGS, reading.encoding, table.encoding),
            (self.delimiter, _DELIMITERS, reading.delimiter, shown or table.delimiter),
        ):
            combo.clear()
            combo.setEnabled(bool(found))
            combo.addItem(
                "—" if not found else f"As found: {found}" if said is None else "As found", None
            )
            for value, words in choices if found else ():
                combo.addItem(words, value)
            combo.setCurrentIndex(max(0, combo.findData(said)))


def _found(preview: Any) -> str:
    table, layout = preview.table, preview.layout
    kind = f"{_KINDS[table.kind]} ({Path(table.name).suffix.lower() or 'no ending'})"
    lines = [f"<b>{escape(kind)}</b>", f"{plural(len(preview.rows), 'row')} of data"]
    if layout.title_rows:
        lines.append(f"{plural(layout.title_rows, 'title row')} above the headings")
    lines.append(plural(len(layout.columns), "column"))
    return "<br>".join(lines)


def dropped_list(data: Any) -> Path | None:
    """The one file that is being dropped, whatever it is called; None for anything else."""
    found = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return found[0] if len(found) == 1 and found[0].is_file() else None
