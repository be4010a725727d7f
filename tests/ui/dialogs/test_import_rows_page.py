"""The step Rows: what becomes of each, narrowed down, and put right in place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from psnplanner.programme.edits import Amend
from psnplanner.session import Session
from psnplanner.ui.dialogs.import_rows import CHANGES, NAME, PROBLEMS, VERDICT, kind_of
from tests.ui.dialogs.wizard import Opener, at_row, import_and_wait, opened, read, words

__all__ = ["opened"]


def test_every_row_with_its_outcome_and_problems(opened: Opener) -> None:
    """In the order of the list, under the numbers its owner sees."""
    dialog = opened()
    page = dialog.rows_page
    assert [row.row for row in dialog.reader.rows.rows] == [2, 3, 5, 6]
    assert words(dialog, 0, VERDICT) == "✚  New"
    assert words(dialog, 1, PROBLEMS).startswith("▲")
    assert page.filters.buttons[""].text() == "All 4"
    assert page.filters.buttons["insert"].text() == "✚ New 4"
    dialog.reject()


def test_rows_are_narrowed_down(opened: Opener, qtbot: Any) -> None:
    """By outcome, by kind of problem, by words of the row."""
    dialog = opened()
    page = dialog.rows_page
    page.filters.text.setText("frodsham halton")
    qtbot.waitUntil(lambda: page.model.rowCount() == 1, timeout=5_000)
    assert words(dialog, 0, NAME) == "Frodsham School"
    assert page.shown.text() == "1 of 4 rows"
    page.filters.clear()
    assert page.model.rowCount() == 4
    page.filters.problem.setCurrentIndex(page.filters.problem.findData("warning"))
    page.filters.problem.activated.emit(1)
    shown = {words(dialog, line, NAME) for line in range(page.model.rowCount())}
    assert shown == {"Kelsall Surgery", "Frodsham School"}
    kinds = [page.filters.problem.itemText(n) for n in range(page.filters.problem.count())]
    assert any("2 rows" in text for text in kinds)
    dialog.reject()


def test_kinds_leave_out_what_differs() -> None:
    """So that 400 closed schools are one line to choose."""
    one = kind_of("The list says it closed on 31 August 2006.")
    assert one == kind_of("The list says it closed on 1 April 1995.")
    assert kind_of("Same name and postcode as row 49 (CM0048).") == "Same name and postcode as row"


def test_a_cell_is_mended_in_place(opened: Opener, qtbot: Any) -> None:
    """Typed where the problem is told; then the problem is gone, and the list itself untouched."""
    dialog = opened()
    at_row(dialog, 5)
    edit = dialog.rows_page.detail.first_edit()
    assert edit is not None
    assert edit.text() == "NOT A CODE"
    assert edit.accessibleName() == "Mend Postcode"
    edit.selectAll()
    qtbot.keyClicks(edit, "WA6 7AA")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    read(dialog, qtbot)
    row = dialog.reader.rows.rows[2]
    assert row.site.postcode == "WA6 7AA"
    assert not any(p.column == "Postcode" and "NOT A CODE" in p.value for p in row.problems)
    assert dialog.reader.reading.cells == {(5, "Postcode"): "WA6 7AA"}
    dialog.reader.mend(5, "Postcode", "NOT A CODE")
    read(dialog, qtbot)
    assert not dialog.reader.reading.cells
    dialog.done(0)


def test_any_cell_of_a_row_is_edited(opened: Opener, qtbot: Any) -> None:
    """In the row's own table beside, whether or not something is wrong with it."""
    dialog = opened()
    at_row(dialog, 6)
    cells = dialog.rows_page.detail.cells
    line = next(n for n in range(cells.rowCount()) if cells.item(n, 0).text() == "Name")
    cells.item(line, 1).setText("Helsby Office")
    read(dialog, qtbot)
    assert dialog.reader.rows.rows[3].name == "Helsby Office"
    assert dialog.rows_page.detail.row == 6
    dialog.done(0)


def test_keys_go_from_row_to_cell_and_back(opened: Opener, qtbot: Any) -> None:
    """Enter mends the row's first problem; once it is gone, the rows have the focus again."""
    dialog = opened()
    dialog.activateWindow()
    at_row(dialog, 5)
    page = dialog.rows_page
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    edit = page.detail.first_edit()
    assert edit is not None
    qtbot.waitUntil(edit.hasFocus, timeout=5_000)
    qtbot.keyClicks(edit, "WA6 7AA")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    read(dialog, qtbot)
    assert page.detail.row == 5
    assert dialog.isVisible()
    dialog.done(0)


def test_a_row_is_left_out_and_taken_in_again(opened: Opener, qtbot: Any) -> None:
    """It is neither a problem nor imported."""
    dialog = opened()
    at_row(dialog, 5)
    dialog.rows_page.detail.leave.click()
    read(dialog, qtbot)
    assert dialog.reader.rows.tally["skip"] == 1
    assert dialog.rows_page.detail.leave.isChecked()
    dialog.rows_page.detail.leave.click()
    read(dialog, qtbot)
    assert dialog.reader.rows.tally["skip"] == 0
    dialog.done(0)


def test_a_corrected_list_shows_what_changes(opened: Opener, qtbot: Any) -> None:
    """Field by field, now and then."""
    dialog = opened()
    import_and_wait(dialog, qtbot)
    dialog.reject()
    from tests.ui.dialogs.wizard import LIST

    again = opened(LIST.replace("WA6 9AA", "WA6 9AB"))
    page = again.rows_page
    assert again.reader.rows.tally["update"] == 1
    assert not page.table.isColumnHidden(CHANGES)
    page.filters.buttons["update"].click()
    assert page.model.rowCount() == 1
    assert words(again, 0, CHANGES) == "Postcode: WA6 9AA → WA6 9AB"
    changes = page.detail.changes
    assert [changes.item(0, n).text() for n in range(3)] == ["Postcode", "WA6 9AA", "WA6 9AB"]
    again.reject()


def test_field_work_is_kept_unless_the_list_is_taken(
    sample: Session, opened: Opener, qtbot: Any
) -> None:
    """Both values are shown, and the choice is the person's."""
    dialog = opened()
    import_and_wait(dialog, qtbot)
    dialog.reject()
    site = next(s for s in sample.state.sites.values() if s.reference == "X4")
    sample.do(Amend("site", [site.id], {"kind": "Garage"}))
    again = opened()
    page = again.rows_page
    at_row(again, 6)
    assert page.detail.kept.isVisible()
    assert [page.detail.kept.item(0, n).text() for n in range(3)] == ["Kind", "Garage", "Depot"]
    assert again.reader.rows.tally["update"] == 0
    page.take_list.click()
    read(again, qtbot)
    assert again.reader.rows.tally["update"] == 1
    assert page.take_list.isVisible()
    again.reject()


def test_problem_rows_are_saved(opened: Opener, tmp_path: Path, qtbot: Any) -> None:
    """A workbook for the list's owner; the window says how many rows it has."""
    dialog = opened()
    dialog.steps.setCurrentIndex(2)
    out = tmp_path / "mend.xlsx"
    dialog.rows_page.save_wanted.emit(out)
    qtbot.waitUntil(lambda: bool(dialog.findChildren(QMessageBox)), timeout=20_000)
    (box,) = dialog.findChildren(QMessageBox)
    assert "2 rows" in box.text()
    assert out.is_file()
    box.close()
    dialog.reject()


@pytest.mark.parametrize("name", ["faulty.csv"])
def test_a_sound_list_has_no_rows_to_save(opened: Opener, name: str) -> None:
    """The button is there only for what it can do."""
    dialog = opened("Site ref,Name,Latitude,Longitude\nX1,Delamere Library,53.228,-2.68\n", name)
    assert not dialog.rows_page.save.isEnabled()
    dialog.reject()
