"""Columns chosen, moved and remembered; sorting by several; views kept with the programme."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog, QMenu, QMessageBox

from psnplanner.errors import UserError
from psnplanner.session import Session
from psnplanner.ui.main_window import MainWindow
from psnplanner.ui.panels.site_table import SiteTable
from psnplanner.ui.saved_views import BUILT_IN, ViewSettings
from psnplanner.ui.settings import settings
from psnplanner.ui.table_columns import USUAL
from tests.ui.sample import ident

ONE_WINDOW = True


def _headings(window: MainWindow) -> list[str]:
    return [column.heading for column in window.table.model.columns]


def _action(menu: QMenu, words: str) -> Any:
    """A line of a menu or of those under it."""
    for action in menu.actions():
        if action.text() == words:
            return action
        if action.menu() is not None and (found := _action(action.menu(), words)):
            return found
    return None


def test_every_field_can_be_a_column(window: MainWindow) -> None:
    """By the menu over the headings: stages, wayleave, waiting, lateness and all."""
    for words in ("Wayleave", "Waiting since", "Days late", "Site survey done on", "UPRN"):
        _action(window.table.columns.menu(), words).trigger()
    assert _headings(window)[-5:] == [
        "Wayleave", "Waiting since", "Days late", "Site survey done on", "UPRN",
    ]  # fmt: skip
    _action(window.table.columns.menu(), "Days late").trigger()
    assert "Days late" not in _headings(window)
    column = window.table.model.column_at("stage.site_survey.done")
    shown = [window.table.model.index(n, column).data() for n in range(120)]
    state = window.session.state
    done = sum("site_survey" in state.stages_of(s) for s in state.sites)
    assert 0 < sum(map(bool, shown)) <= done
    _action(window.table.columns.menu(), "Usual columns").trigger()
    assert tuple(column.key for column in window.table.model.columns) == USUAL


def test_every_column_can_be_read_for_every_site(window: MainWindow) -> None:
    """No column trips over a site that has nothing in it, shown, sorted or copied."""
    from psnplanner.ui.cell_reading import copy_words, edit_words

    rows = window.roster.rows
    for column in rows.columns:
        window.table.columns.sort(column.key)
        for place in (0, 49, 119):
            words = rows.words(column, place)
            assert isinstance(words, str)
            assert isinstance(edit_words(rows.facts, column, rows.sites[place]), str)
            assert isinstance(copy_words(rows.facts, column, rows.sites[place]), str)


def test_what_is_shown_for_editing_reads_back_the_same(window: MainWindow) -> None:
    """Opening a cell and leaving it changes nothing, whatever its column."""
    from psnplanner.ui.pasting import Given, paste_of

    rows = window.roster.rows
    for column in rows.columns:
        if not column.editable:
            continue
        given = [
            Given(rows.ids[place], column, window.sheet.words(rows.ids[place], column))
            for place in range(0, 120, 3)
        ]
        given = [cell for cell in given if cell.words]
        paste = paste_of(rows, window.session.today, given)
        assert not paste.changes, column.key


def test_columns_are_moved_by_their_headings_and_remembered(window: MainWindow, qtbot: Any) -> None:
    """Order, widths and sorting are there again in the next window."""
    header = window.table.view.horizontalHeader()
    header.moveSection(1, 4)
    qtbot.waitUntil(lambda: _headings(window)[4] == "Name", timeout=2000)
    assert header.visualIndex(4) == 4
    header.resizeSection(2, 222)
    window.table.columns.sort("kind", True)
    window.table.columns.keep()
    again = SiteTable()
    qtbot.addWidget(again)
    again.set_roster(window.roster)
    assert [c.heading for c in again.model.columns] == _headings(window)
    assert again.view.columnWidth(2) == 222
    assert again.model.sorting == (("kind", True),)


def test_sorting_by_several(window: MainWindow) -> None:
    """Click for one, Shift+click for the next; empty cells last either way."""
    columns, model = window.table.columns, window.table.model
    columns.sort("partner")
    columns.sort("annual_cost_pence", True, more=True)
    sites = [window.session.state.sites[model.ident(n)] for n in range(120)]
    names = window.session.state.partner_name
    wanted = sorted(sites, key=lambda s: (names(s.partner).casefold(), -s.annual_cost_pence))
    assert [s.id for s in sites] == [s.id for s in wanted]
    assert "¹" in str(model.headerData(model.column_at("partner"), Qt.Orientation.Horizontal))
    for down in (False, True):
        columns.sort("phase", down)
        found = [bool(window.session.state.sites[model.ident(n)].phase) for n in range(120)]
        assert found == sorted(found, reverse=True)


def test_clicking_a_heading_turns_the_order(window: MainWindow) -> None:
    """First up, then down."""
    header = window.table.view.horizontalHeader()
    for down in (False, True):
        QApplication.processEvents()
        at = QPoint(header.sectionViewportPosition(1) + 20, header.height() // 2)
        assert header.logicalIndexAt(at) == 1
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
        assert window.table.model.sorting == (("name", down),)


def test_the_cursor_stays_on_its_site(window: MainWindow) -> None:
    """Through a sort and a filter."""
    table = window.table
    line = table.model.line_of(window.roster.rows.index_of[ident("site 30")])
    table.view.go_to(line, 1, select=True)
    table.columns.sort("name", True)
    assert table.model.ident(table.view.currentIndex().row()) == ident("site 30")
    window.roster.search("ref:cm0030")
    assert table.view.currentIndex().row() == 0


def test_a_window_that_closes_at_once_keeps_its_columns(
    own_window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then and there, not a moment later into whatever is the person's folder by then."""
    own_window.table.columns.show(["reference", "priority"])
    own_window.close()
    assert "priority" in str(settings().value("site_table"))
    monkeypatch.setenv("PSNPLANNER_HOME", str(tmp_path / "another"))
    QTest.qWait(600)
    assert settings().value("site_table") is None


# Choosing with the map


def test_control_click_adds_to_what_the_map_chose(window: MainWindow) -> None:
    """And a click on a chosen line narrows to it, unless it becomes a drag."""
    table, port = window.table, window.table.view.viewport()
    window.places.table.raise_()
    QApplication.processEvents()  # its lines lie where they will be
    window.roster.select([ident("site 2"), ident("site 3")])

    def at(line: int) -> Any:
        return table.view.visualRect(table.model.index(line, 1)).center()

    QTest.mouseClick(port, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, at(0))
    assert window.roster.selected == {ident(f"site {n}") for n in (1, 2, 3)}
    QTest.mouseClick(port, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, at(2))
    assert window.roster.selected == {ident("site 1"), ident("site 2")}
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=at(1))
    assert len(window.roster.selected) == 2
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=at(1))
    assert window.roster.selected == {ident("site 2")}


def test_a_block_chooses_its_lines(window: MainWindow) -> None:
    """Shift and arrows; Shift+Space takes whole lines."""
    table = window.table
    table.view.setFocus()
    table.view.go_to(4, 1, select=True)
    QTest.keyClick(table.view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert window.roster.selected == {ident("site 5"), ident("site 6")}
    QTest.keyClick(table.view, Qt.Key.Key_Space, Qt.KeyboardModifier.ShiftModifier)
    block = table.view.block()
    assert block is not None
    assert (block.left, block.right) == (0, len(table.model.columns) - 1)


def test_ten_thousand_chosen_sites_are_no_ten_thousand_ranges(window: MainWindow) -> None:
    """Every second site chosen on the map leaves Qt's own selection empty: it is painted."""
    window.roster.select([ident(f"site {n}") for n in range(1, 121, 2)])
    assert not window.table.view.selectionModel().hasSelection()
    assert len(window.table.model.chosen_lines()) == 60


# Views


@pytest.mark.parametrize("name", list(BUILT_IN))
def test_built_in_views(window: MainWindow, name: str) -> None:
    """Each shows what it says, its columns all there."""
    window.sheet.views.apply(name)
    assert [c.key for c in window.table.model.columns] == list(BUILT_IN[name].columns or USUAL)
    assert window.sheet.views.button.text() == name
    assert not window.roster.notes
    state, facts = window.session.state, window.roster.rows.facts
    test: dict[str, Callable[[Any], Any]] = {
        "All sites": lambda s: True,
        "Blocked and why": lambda s: state.statuses[s.id] == "blocked",
        "Waiting over 28 days": lambda s: facts.waiting(s)[1] > 28,
        "Without wayleave": lambda s: s.tenure != "owned",
        "No place on the map": lambda s: s.position is None,
        "Late against contract end": lambda s: (
            (facts.past_contract(s) or 0) > 0 and state.statuses[s.id] != "live"
        ),
        "Not in a phase": lambda s: s.phase is None and state.statuses[s.id] != "live",
    }
    wanted = {s.id for s in state.sites.values() if test[name](s)}
    assert {window.table.model.ident(n) for n in range(window.table.model.rowCount())} == wanted


def test_a_view_is_kept_with_the_programme(window: MainWindow) -> None:
    """Filter, columns, order and extent; saved, applied, updated, renamed, deleted, undone."""
    views, canvas = window.sheet.views, window.pane.canvas
    window.roster.search("partner:halton")
    window.roster.hide_statuses(["live"])
    window.table.columns.show(["reference", "wayleave", "name"])
    window.table.columns.sort("name", True)
    canvas.zoom(4.0)
    was = canvas.view
    views.save("Halton’s worries")
    shown = window.table.model.rowCount()
    ((ident_, record),) = window.session.state.saved_views.items()
    assert record.name == "Halton’s worries"
    views.apply("All sites")
    canvas.zoom_to()
    assert window.table.model.rowCount() == 120
    _action(_filled(views), "Halton’s worries").trigger()
    assert window.table.model.rowCount() == shown
    assert _headings(window) == ["Reference", "Wayleave", "Name"]
    assert window.table.model.sorting == (("name", True),)
    assert window.table.filter.text() == "partner:halton"
    assert canvas.view.scale == pytest.approx(was.scale)
    assert (canvas.view.x, canvas.view.y) == pytest.approx((was.x, was.y))
    window.roster.search("partner:sefton")
    assert "changed" in views.button.text() or _settled(views)
    _action(_filled(views), "Update “Halton’s worries”").trigger()
    kept = ViewSettings.from_json(window.session.state.saved_views[ident_].settings)
    assert kept.words == "partner:sefton"
    _action(_filled(views), "Rename “Halton’s worries”…").trigger()
    dialog = window.findChild(QInputDialog)
    dialog.setTextValue("Sefton")
    dialog.accept()
    assert window.session.state.saved_views[ident_].name == "Sefton"
    _action(_filled(views), "Delete “Sefton”").trigger()
    assert not window.session.state.saved_views
    window.session.undo()
    assert window.session.state.saved_views[ident_].name == "Sefton"


def _filled(views: Any) -> QMenu:
    views.menu.aboutToShow.emit()
    return views.menu


def _settled(views: Any) -> bool:
    QApplication.processEvents()
    return "changed" in views.button.text()


def test_two_views_of_one_name_are_refused(window: MainWindow) -> None:
    """Nor one of a built-in's name, nor of none."""
    views = window.sheet.views
    views.save("Mine")
    for name in ("mine", "All sites", "  "):
        with pytest.raises(UserError):
            views.save(name)
    views._try(views.save, "mine")
    (box,) = window.findChildren(QMessageBox)
    assert "already" in box.text() + box.informativeText()
    box.close()


def test_a_view_of_a_newer_window_still_opens() -> None:
    """What is not known is passed over; what is no view is refused in words."""
    assert ViewSettings.from_json('{"words": "x", "hologram": 3}') == ViewSettings("x")
    for text in ("[1]", '{"extent": [1]}', "nonsense", "[" * 100_000):
        with pytest.raises(UserError):
            ViewSettings.from_json(text)


def test_views_of_a_read_only_programme(
    empty_window: MainWindow, sample: Session, settle: Callable[..., None]
) -> None:
    """Applied, not saved."""
    empty_window.adopt(Session.open(sample.path, read_only=True))
    settle(empty_window)
    menu = _filled(empty_window.sheet.views)
    assert not _action(menu, "Save as…").isEnabled()
    _action(menu, "Blocked and why").trigger()
    assert empty_window.table.model.rowCount() < 120
