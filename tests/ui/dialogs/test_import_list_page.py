"""The steps List and Columns: what was found out of a list, and overruling it."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from xlsxwriter import Workbook

from psnplanner.intake.headings import IGNORED
from psnplanner.ui.dialogs.import_columns_page import EXAMPLES, SURE, TOLD_BY
from psnplanner.ui.dialogs.import_dialog import COLUMNS, ROWS
from psnplanner.ui.main_window import MainWindow
from tests.ui.dialogs.wizard import LIST, Opener, import_and_wait, opened, read

ONE_WINDOW = True

__all__ = ["opened"]

CSV = '"CW8 2HZ",10,353000,370000,"E92000001","E19000002","E18000002","","",""\n'


def choose(combo: Any, data: object) -> None:
    """Choose an entry as a person does."""
    at = combo.findData(data)
    assert at >= 0
    combo.setCurrentIndex(at)
    combo.activated.emit(at)


def test_the_first_lines_with_the_headings_marked(opened: Opener, qtbot: Any) -> None:
    """A double click on another line makes that one the headings."""
    dialog = opened("Sites of 2014,,\nSite ref,Name,Postcode\nX1,Delamere Library,CW8 2HZ\n")
    lines = dialog.list_page.grid.lines
    numbers = [lines.headerData(n, Qt.Orientation.Vertical) for n in range(lines.rowCount())]
    assert numbers == ["1", "2  headings", "3"]
    assert lines.data(lines.index(1, 0)) == "Site ref"
    dialog.list_page.grid.doubleClicked.emit(lines.index(0, 0))
    read(dialog, qtbot)
    assert dialog.reader.preview.layout.header_row == 1
    assert len(dialog.reader.rows.rows) == 2
    dialog.done(0)


def test_a_table_of_unknown_columns_is_shown_so_that_they_can_be_named(
    opened: Opener, qtbot: Any
) -> None:
    """No dead end: the refusal stands over the columns, and naming one makes it a list."""
    dialog = opened("col1,col2\nalpha,9\nbeta,7\ngamma,8\n", wait=False)
    qtbot.waitUntil(lambda: dialog.reader.unread is not None, timeout=20_000)
    assert "nothing in it tells" in dialog.list_page.said.text()
    assert dialog.list_page.grid.lines.rowCount() == 4
    assert not dialog.steps.isTabEnabled(ROWS)
    dialog.next.click()
    assert dialog.step == COLUMNS
    assert "say below what its columns are" in dialog.columns_page.said.text()
    assert not dialog.next.isEnabled()
    choose(dialog.columns_page.combo("col1"), "name")
    read(dialog, qtbot)
    assert dialog.step == COLUMNS
    assert dialog.next.isEnabled()
    assert len(dialog.reader.rows.rows) == 3
    choose(dialog.columns_page.combo("col1"), IGNORED)
    qtbot.waitUntil(lambda: dialog.reader.unread is not None, timeout=20_000)
    assert dialog.step == COLUMNS
    assert not dialog.steps.isTabEnabled(ROWS)


def test_headings_and_delimiter_are_overruled(opened: Opener, qtbot: Any) -> None:
    """And what cannot be is refused in words, with the list as it was before."""
    dialog = opened("Ref;Name;Postcode\nX1;Delamere, Library;CW8 2HZ\nX2;Kelsall;CW6 0QG\n")
    page = dialog.list_page
    assert "Semicolon" in page.delimiter.currentText()
    choose(page.headings, 0)
    read(dialog, qtbot)
    assert len(dialog.reader.rows.rows) == 3
    choose(page.headings, None)
    read(dialog, qtbot)
    assert len(dialog.reader.rows.rows) == 2
    choose(page.delimiter, "~")
    qtbot.waitUntil(lambda: "delimiter" in page.said.text(), timeout=20_000)
    assert dialog.reader.reading.delimiter is None
    assert "Semicolon" in page.delimiter.currentText()
    dialog.done(0)


def test_an_encoding_is_overruled(opened: Opener, tmp_path: Path, qtbot: Any) -> None:
    """Names that came out wrong come out right."""
    path = tmp_path / "dos.csv"
    path.write_bytes("Ref,Name,Postcode\nX1,Café Library,CW8 2HZ\n".encode("cp850"))
    dialog = opened(path)
    assert dialog.reader.rows.rows[0].name != "Café Library"
    choose(dialog.list_page.encoding, "cp850")
    read(dialog, qtbot)
    assert dialog.reader.rows.rows[0].name == "Café Library"
    dialog.done(0)


def test_another_sheet_is_chosen(opened: Opener, tmp_path: Path, qtbot: Any) -> None:
    """A workbook has neither encoding nor delimiter to choose."""
    path = tmp_path / "book.xlsx"
    with Workbook(path) as book:
        for name, count in (("North", 2), ("South", 3)):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["Site ref", "Name", "Postcode"])
            for n in range(count):
                sheet.write_row(n + 1, 0, [f"{name[0]}{n}", f"{name} library {n}", "CW8 2HZ"])
    dialog = opened(path)
    page = dialog.list_page
    assert not page.encoding.isEnabled()
    assert not page.delimiter.isEnabled()
    other = next(n for n in ("North", "South") if n != page.sheet.currentData())
    choose(page.sheet, other)
    read(dialog, qtbot)
    assert dialog.reader.preview.table.sheet == other
    assert all(row.name.startswith(other) for row in dialog.reader.rows.rows)
    dialog.done(0)


def test_a_column_is_taken_as_something_else_and_remembered(opened: Opener, qtbot: Any) -> None:
    """Said to be remembered, and it is, for the next list with these headings."""
    dialog = opened()
    page = dialog.columns_page
    line = page._shown.index("Partner")
    assert "Halton Council" in page.table.item(line, EXAMPLES).text()
    assert page.table.item(line, SURE).text() == "100%"
    choose(page.combo("Partner"), "contact")
    read(dialog, qtbot)
    assert page.table.item(line, TOLD_BY).text() == "You said so"
    assert "remembered for lists of this shape" in page.said.text()
    assert dialog.reader.rows.rows[0].site.contact == "Halton Council"
    import_and_wait(dialog, qtbot)
    dialog.reject()
    again = opened(LIST.replace("X", "Y"), "next.csv")
    assert again.columns_page.combo("Partner").currentData() == "contact"
    assert "Remembered" in again.columns_page.table.item(line, TOLD_BY).text()
    again.reject()


def test_a_column_is_kept_as_written(opened: Opener, qtbot: Any) -> None:
    """It stays with each site, under its own heading."""
    dialog = opened()
    choose(dialog.columns_page.combo("Kind"), "ignore")
    read(dialog, qtbot)
    site = dialog.reader.rows.rows[0].site
    assert site.kind == ""
    assert ("Kind", "Library") in site.other
    dialog.done(0)


def test_the_gazetteer_is_added_in_the_wizard(opened: Opener, tmp_path: Path, qtbot: Any) -> None:
    """Offered where there is none, in the window's words; then postcodes are placed."""
    release = tmp_path / "codepo_gb.zip"
    with zipfile.ZipFile(release, "w") as archive:
        archive.writestr(
            "Doc/metadata.txt", "DATASET VERSION NUMBER: 2014.3\nCOPYRIGHT DATE: 20140801\n"
        )
        archive.writestr("Data/CSV/cw.csv", CSV)
    dialog = opened("Site ref,Name,Postcode\nX1,Delamere Library,CW8 2HZ\n")
    page = dialog.list_page
    assert page.gazetteer.missing
    said = dialog.rows_page.said.text()
    assert "1 sites are not on the map" in said
    assert "psnplanner" not in said
    assert dialog.reader.rows.unplaced == 1
    page.gazetteer.add_zip(release)
    qtbot.waitUntil(lambda: dialog.reader.rows.unplaced == 0, timeout=20_000)
    assert "1 postcode added" in page.gazetteer.words.text()
    dialog.reject()


def test_a_table_of_uprns_is_added(opened: Opener, tmp_path: Path, qtbot: Any) -> None:
    """A building with a UPRN then stands where it stands."""
    table = tmp_path / "uprn.csv"
    table.write_text("UPRN,LATITUDE,LONGITUDE\n100012345678,53.23,-2.68\n", "utf-8")
    dialog = opened("Site ref,Name,UPRN\nX1,Delamere Library,100012345678\n")
    assert dialog.reader.rows.unplaced == 1
    dialog.list_page.uprns.add_zip(table)
    qtbot.waitUntil(lambda: dialog.reader.rows.unplaced == 0, timeout=20_000)
    assert "UPRN" in dialog.reader.rows.place(0)
    dialog.reject()


def test_a_zip_that_is_none_is_refused_in_words(
    window: MainWindow, tmp_path: Path, qtbot: Any
) -> None:
    """From the File menu; another may be chosen."""
    bad = tmp_path / "notes.zip"
    bad.write_text("no zip")
    dialog = window.files.gazetteer()
    assert dialog.line.missing
    dialog.line.add_zip(bad)
    qtbot.waitUntil(lambda: "notes.zip" in dialog.line.words.text(), timeout=10_000)
    assert dialog.line.add.isEnabled()
    dialog.reject()


def test_the_internet_is_asked_only_when_switched_on(
    opened: Opener, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Off at first; what is sent is said."""
    dialog = opened()
    assert not dialog.list_page.online.isChecked()
    assert not dialog.reader.reading.online
    assert "Nominatim" in dialog.list_page.online.toolTip()
    monkeypatch.setattr(dialog.reader, "again", lambda: None)
    dialog.list_page.online.click()
    assert dialog.reader.reading.online
    dialog.done(0)
