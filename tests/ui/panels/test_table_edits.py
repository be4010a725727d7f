"""Typing, filling, clearing, copying and pasting in the real table, by key and clipboard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPlainTextEdit, QWidget

from psnplanner.programme.edits import Amend
from psnplanner.programme.site import Site
from psnplanner.session import Session
from psnplanner.ui.dialogs.paste_dialog import PasteDialog
from psnplanner.ui.main_window import MainWindow
from psnplanner.ui.panels.table_view import Block
from tests.ui.sample import ident

ONE_WINDOW = True

KEY = Qt.Key


@pytest.fixture
def sheet(window: MainWindow) -> MainWindow:
    """The window with its table in front, sorted by reference."""
    window.places.table.raise_()
    window.table.columns.sort("reference", False)
    window.table.view.setFocus()
    return window


def _site(window: MainWindow, line: int) -> Site:
    return window.session.state.sites[window.table.model.ident(line)]


def _go(window: MainWindow, line: int, key: str) -> Any:
    column = window.table.model.column_at(key)
    assert column >= 0, key
    window.table.view.go_to(line, column, select=True)
    return window.table.model.index(line, column)


def _select(window: MainWindow, top: int, bottom: int, left: str, right: str = "") -> None:
    at = window.table.model.column_at
    window.table.view.select_block(Block(top, bottom, at(left), at(right or left)))


def _editor(window: MainWindow, kind: type[QWidget]) -> Any:
    found = [e for e in window.table.view.viewport().findChildren(kind) if e.isVisible()]
    assert found, "no editor is open"
    return found[0]


def _type(window: MainWindow, line: int, key: str, words: str) -> None:
    """Choose a cell and type over it."""
    _go(window, line, key)
    QTest.keyClicks(window.table.view, words[0])
    editor = _editor(window, QLineEdit)
    QTest.keyClicks(editor, words[1:])
    QTest.keyClick(editor, KEY.Key_Return)
    QApplication.processEvents()


def test_typing_over_a_cell(sheet: MainWindow) -> None:
    """One transaction, one undo that says what; the cursor goes a line down."""
    before = _site(sheet, 2).name
    _type(sheet, 2, "name", "Palmyra House")
    assert _site(sheet, 2).name == "Palmyra House"
    assert sheet.session.undo_label == "Change name of CM0003 to Palmyra House"
    assert sheet.table.view.currentIndex().row() == 3
    sheet.session.undo()
    assert _site(sheet, 2).name == before


@pytest.mark.parametrize(
    ("key", "words", "field", "value"),
    [
        ("annual_cost_pence", "£1,250.50", "annual_cost_pence", 125_050),
        ("kind", "Fire station", "kind", "Fire station"),
        ("postcode", "l11aa", "postcode", "L1 1AA"),
        ("phase", "wirral", "phase", ident("Wirral")),
        ("partner", "Sefton Council", "partner", ident("Sefton Council")),
    ],
)
def test_each_kind_of_cell_reads_its_words(
    sheet: MainWindow, key: str, words: str, field: str, value: object
) -> None:
    """Money, postcodes mended, records by their name or the only name it begins."""
    _type(sheet, 4, key, words)
    assert getattr(_site(sheet, 4), field) == value


def test_dates_choices_and_notes(sheet: MainWindow) -> None:
    """A date as people write it; a choice by its first letter; a note of two lines."""
    sheet.table.columns.show(["reference", "contract_ends_on", "priority", "note", "locked"])
    _type(sheet, 1, "contract_ends_on", "3 jun 2015")
    assert _site(sheet, 1).contract_ends_on == date(2015, 6, 3)
    sheet.session.do(Amend("site", [_site(sheet, 1).id], {"priority": ""}))
    sheet.table.view.edit(_go(sheet, 1, "priority"))
    box = _editor(sheet, QComboBox)
    QTest.keyClicks(box, "m")
    QTest.keyClick(box, KEY.Key_Return)
    QApplication.processEvents()
    assert _site(sheet, 1).priority == "medium"
    sheet.table.view.edit(_go(sheet, 1, "note"))
    lines = _editor(sheet, QPlainTextEdit)
    QTest.keyClicks(lines, "first")
    QTest.keyClick(lines, KEY.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(lines, "second")
    QTest.keyClick(lines, KEY.Key_Return)
    QApplication.processEvents()
    assert _site(sheet, 1).note == "first\nsecond"


def test_a_refusal_keeps_what_was_typed(sheet: MainWindow) -> None:
    """The reason beside the cell, the editor open with the words; mended, all is well."""
    before = _site(sheet, 5).annual_cost_pence
    _type(sheet, 5, "annual_cost_pence", "lots")
    assert _site(sheet, 5).annual_cost_pence == before
    assert sheet.table.bubble.isVisible()
    assert "not an amount" in sheet.table.bubble.text.text()
    editor = _editor(sheet, QLineEdit)
    assert editor.text() == "lots"
    QTest.keyClick(editor, KEY.Key_Escape)
    QApplication.processEvents()
    index = sheet.table.view.currentIndex()
    assert index.data() == "lots"
    assert "not an amount" in index.data(Qt.ItemDataRole.ToolTipRole)
    sheet.table.view.edit(index)
    editor = _editor(sheet, QLineEdit)
    editor.selectAll()
    QTest.keyClicks(editor, "80")
    QTest.keyClick(editor, KEY.Key_Return)
    QApplication.processEvents()
    assert _site(sheet, 5).annual_cost_pence == 8000
    assert not sheet.table.model.wrong


def test_escape_lets_refused_words_go(sheet: MainWindow) -> None:
    """Nothing of them stays."""
    _type(sheet, 5, "annual_cost_pence", "lots")
    QTest.keyClick(_editor(sheet, QLineEdit), KEY.Key_Escape)
    index = sheet.table.view.currentIndex()
    QTest.keyClick(sheet.table.view, KEY.Key_Escape)
    assert not sheet.table.model.wrong
    assert index.data() != "lots"


def test_a_lock_is_told_at_the_cell(sheet: MainWindow) -> None:
    """The rules are the session's: the table only tells."""
    sheet.session.do(Amend("site", [_site(sheet, 3).id], {"locked": True}))
    _type(sheet, 3, "phase", "Crewe" if _site(sheet, 3).phase != ident("Crewe") else "Wirral")
    assert "locked" in sheet.table.bubble.text.text()


def test_what_follows_cannot_be_typed(sheet: MainWindow) -> None:
    """A status is derived; the table says so instead of doing nothing."""
    _go(sheet, 3, "status")
    QTest.keyClicks(sheet.table.view, "l")
    assert "follows from the stages" in sheet.table.bubble.text.text()


def test_fill_down(sheet: MainWindow) -> None:
    """The first line's cells to the lines below, one undo for all."""
    first = _site(sheet, 2)
    _select(sheet, 2, 9, "priority", "annual_cost_pence")
    sheet.actions_["fill_down"].trigger()
    filled = [_site(sheet, line) for line in range(3, 10)]
    assert {s.priority for s in filled} == {first.priority}
    assert {s.annual_cost_pence for s in filled} == {first.annual_cost_pence}
    assert sheet.session.undo_label is not None
    assert sheet.session.undo_label.startswith("Fill down")
    sheet.session.undo()
    assert len({_site(sheet, line).annual_cost_pence for line in range(3, 10)}) > 1


def test_dragging_the_handle_fills(sheet: MainWindow) -> None:
    """From the corner of the cell down over the lines."""
    index = _go(sheet, 1, "postcode")
    view = sheet.table.view
    view.scrollTo(index)
    start = view.visualRect(index).bottomRight()
    end = view.visualRect(view.sites.index(3, index.column())).center()
    port = view.viewport()
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(port, QPoint(start.x(), start.y() + 20))
    QTest.mouseMove(port, end)
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=end)
    assert {_site(sheet, line).postcode for line in (1, 2, 3)} == {_site(sheet, 1).postcode}


def test_delete_clears_the_cells(sheet: MainWindow) -> None:
    """Those that can be typed; undo says what it was."""
    _select(sheet, 0, 3, "status", "partner")
    QTest.keyClick(sheet.table.view, KEY.Key_Delete)
    assert all(_site(sheet, line).partner is None for line in range(4))
    assert sheet.session.undo_label is not None
    assert sheet.session.undo_label.startswith("Clear")
    sheet.session.undo()
    assert all(_site(sheet, line).partner for line in range(4))


def test_copy_and_paste_between_cells(sheet: MainWindow) -> None:
    """A block copied, with its headings if wanted, and laid elsewhere, is shown first."""
    _select(sheet, 0, 1, "kind", "priority")
    sheet.actions_["copy_headed"].trigger()
    text = QApplication.clipboard().text()
    assert text.splitlines()[0] == "Kind\tPostcode\tPriority"
    assert "<th" in QApplication.clipboard().mimeData().html()
    sheet.actions_["copy"].trigger()
    lines = QApplication.clipboard().text().splitlines()
    assert lines[0].split("\t")[1] == _site(sheet, 0).postcode
    _go(sheet, 10, "kind")
    dialog = sheet.sheet.paste()
    assert isinstance(dialog, PasteDialog)
    dialog.accept()
    for target, source in ((10, 0), (11, 1)):
        one, two = _site(sheet, target), _site(sheet, source)
        assert (one.kind, one.postcode, one.priority) == (two.kind, two.postcode, two.priority)


def test_copying_chosen_sites(sheet: MainWindow) -> None:
    """Chosen on the map, they are copied under all the columns shown."""
    sheet.roster.select([ident("site 7"), ident("site 3")])
    sheet.actions_["copy"].trigger()
    lines = QApplication.clipboard().text().splitlines()
    assert [line.split("\t")[0] for line in lines] == ["CM0003", "CM0007"]
    assert len(lines[0].split("\t")) == len(sheet.table.model.columns)


def test_one_value_over_a_block(sheet: MainWindow) -> None:
    """One cell copied fills all that is selected."""
    QApplication.clipboard().setText("low\n")
    _select(sheet, 5, 8, "priority")
    dialog = sheet.sheet.paste()
    dialog.accept()
    assert {_site(sheet, line).priority for line in range(5, 9)} == {"low"}


def test_pasting_one_cell_asks_nothing(sheet: MainWindow) -> None:
    """A single sound value is written at once."""
    QApplication.clipboard().setText("Paradise Street")
    _go(sheet, 6, "name")
    assert sheet.sheet.paste() is None
    assert _site(sheet, 6).name == "Paradise Street"


def test_a_pasted_list_finds_its_sites(sheet: MainWindow, qtbot: Any) -> None:
    """By reference, under its own headings; refusals are listed and left out; one undo."""
    refs = [_site(sheet, line).reference for line in (3, 1, 2)]
    before = [_site(sheet, line) for line in range(4)]
    QApplication.clipboard().setText(
        "Site ref\tPriority\tCurrent annual cost\tContract end date\tMystery\n"
        f"{refs[0]}\tHigh\t£4,321\t1/7/2015\tx\n"
        f"{refs[1].lower()}\tpurple\tabc\t\tx\n"
        f"{refs[2]}\t\t99.50\t31/2/2015\tx\n"
        "ZZ99\tlow\t1\t1/1/2015\tx\n"
    )
    sheet.table.view.clearSelection()
    dialog = sheet.sheet.paste()
    assert "There is no site “ZZ99”" in dialog.problems.text()
    refused = {(c.column.key, c.then) for c in dialog.paste.refused}
    assert refused == {
        ("priority", "purple"),
        ("annual_cost_pence", "abc"),
        ("contract_ends_on", "31/2/2015"),
    }
    assert "3 refused" in dialog.summary.text()
    count = len(sheet.session.transactions())
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    assert len(sheet.session.transactions()) == count + 1
    third = _site(sheet, 3)
    assert (third.priority, third.annual_cost_pence) == ("high", 432_100)
    assert third.contract_ends_on == date(2015, 7, 1)
    assert _site(sheet, 2).annual_cost_pence == 9950
    assert _site(sheet, 2).priority == before[2].priority  # a blank says nothing
    assert _site(sheet, 1) == before[1]
    sheet.session.undo()
    assert [_site(sheet, line) for line in range(4)] == before


def test_both_ways_to_paste_are_offered(sheet: MainWindow) -> None:
    """A block with references pasted onto cells: by reference first, onto cells if wanted."""
    QApplication.clipboard().setText("CM0011\tRenamed once\nCM0012\tRenamed twice\n")
    _go(sheet, 0, "reference")
    dialog = sheet.sheet.paste()
    assert len(dialog.choices.buttons()) == 2
    assert {c.ident for c in dialog.paste.sound} == {ident("site 11"), ident("site 12")}
    dialog.choices.button(1).click()
    assert {c.ident for c in dialog.paste.changes} == {ident("site 1"), ident("site 2")}
    assert any("already" in c.error.what for c in dialog.paste.refused)
    dialog.choices.button(0).click()
    dialog.accept()
    assert sheet.session.state.sites[ident("site 12")].name == "Renamed twice"


def test_a_blank_clears_only_if_wanted(sheet: MainWindow) -> None:
    """Onto cells it does, as in a spreadsheet, unless the box is unticked."""
    QApplication.clipboard().setText("\t\nMill Lane\t")
    _go(sheet, 0, "name")
    dialog = sheet.sheet.paste()
    changed = {c.column.key for c in dialog.paste.changes}
    assert "status" in changed  # a derived cell cannot be cleared: refused, in words
    dialog.blanks.setChecked(False)
    assert [(c.column.key, c.then) for c in dialog.paste.changes] == [("name", "Mill Lane")]
    dialog.reject()


def test_nothing_is_written_into_a_read_only_programme(
    empty_window: MainWindow, sample: Session, settle: Callable[..., None]
) -> None:
    """No editor, no paste; each says why."""
    window = empty_window
    window.adopt(Session.open(sample.path, read_only=True))
    settle(window)
    index = _go(window, 2, "name")
    QTest.keyClicks(window.table.view, "x")
    assert not window.table.view.viewport().findChildren(QLineEdit)
    assert "Read only" in window.table.bubble.text.text()
    assert not window.table.model.flags(index) & Qt.ItemFlag.ItemIsEditable
    for name in ("paste", "fill_down", "clear_cells"):
        assert not window.actions_[name].isEnabled()
    assert window.sheet.paste() is None
    window.actions_["copy"].trigger()
    assert QApplication.clipboard().text().strip() == window.table.model.row(2).cells[1]


def test_stage_dates_are_typed_under_the_rules(sheet: MainWindow) -> None:
    """A day in a stage's column records it as done; a gate refuses, and offers no way round."""
    workflow = sheet.session.state.workflow
    sheet.table.columns.show(["reference", *(f"stage.{s.key}.done" for s in workflow.stages[:4])])
    model = sheet.table.model
    line = next(
        n
        for n in range(model.rowCount())
        if set(sheet.session.state.stages_of(model.ident(n))) == {"data_validated"}
    )
    _type(sheet, line, "stage.site_survey.done", "6/10/2014")
    assert "cannot be done" in sheet.table.bubble.text.text()
    assert "override" not in sheet.table.bubble.text.text()
    QTest.keyClick(_editor(sheet, QLineEdit), KEY.Key_Escape)
    _type(sheet, line, "stage.desktop_survey.done", "3/10/2014")
    record = sheet.session.state.stages_of(model.ident(line))["desktop_survey"]
    assert (record.state, record.actual_on) == ("done", date(2014, 10, 3))


def test_a_large_paste_is_looked_at_by_a_job(sheet: MainWindow, qtbot: Any) -> None:
    """The window stays awake; then the changes are listed as ever."""
    lines = [f"{site.reference}\t" + "\t".join("x" * 20) for site in sheet.roster.rows.sites]
    QApplication.clipboard().setText("\n".join(lines))
    sheet.table.columns.show(["reference", "contact", "note", "address"])
    _go(sheet, 0, "reference")
    sheet.sheet.paste()
    assert not sheet.findChildren(PasteDialog)
    qtbot.waitUntil(lambda: bool(sheet.findChildren(PasteDialog)), timeout=20_000)
    dialog = sheet.findChild(PasteDialog)
    assert len(dialog.paste.sound) == 3 * 120
    dialog.accept()
    qtbot.waitUntil(lambda: _site(sheet, 7).note == "x", timeout=20_000)
    assert sheet.session.undo_label == "Paste 360 cells of 120 sites"
