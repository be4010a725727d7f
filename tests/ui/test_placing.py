"""Sites without a place: found, then placed by a click, by keys or by typing."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from psnplanner.ui.dialogs.place_dialog import PlaceDialog
from psnplanner.ui.main_window import MainWindow
from tests.ui.sample import ident

ONE_WINDOW = True

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
LOST = ident("site 50")


def test_the_legend_lists_just_the_unplaced(window: MainWindow) -> None:
    """A second click, or "Show all", brings the others back."""
    button = window.pane.legend.unplaced
    assert button.text() == "2 sites without a place"
    button.click()
    rows = [window.table.model.row(line) for line in range(window.table.model.rowCount())]
    assert {row.id for row in rows} == {LOST, ident("site 100")}
    button.click()
    assert window.table.model.rowCount() == 120
    button.click()
    window.table.clear.click()
    assert window.table.model.rowCount() == 120
    assert not button.isChecked()


def test_a_click_on_the_map_places_the_chosen_site(window: MainWindow, qtbot: Any) -> None:
    """One transaction, its source and accuracy said; undo takes it off again."""
    canvas = window.pane.canvas
    window.roster.select([LOST])
    window.actions_["place_site"].trigger()
    assert "CM0050" in canvas.pick.words.text()
    at = QPoint(canvas.width() // 2, canvas.height() // 3)
    QTest.mouseClick(canvas, LEFT, NONE, at)
    position = window.session.state.sites[LOST].position
    assert position.source == "placed by hand"
    assert position.accuracy_m >= 10
    shown = canvas.finder.pixel_of(LOST)
    assert abs(shown.x() - at.x()) < 1
    assert abs(shown.y() - at.y()) < 1
    assert window.roster.selected == {LOST}
    assert not canvas.pick.isVisible()
    assert window.pane.legend.unplaced.text() == "1 site without a place"
    window.actions_["undo"].trigger()
    qtbot.waitUntil(lambda: window.session.state.sites[LOST].position is None, timeout=5000)


def test_enter_places_in_the_middle_and_escape_leaves(window: MainWindow) -> None:
    """No mouse is needed."""
    canvas = window.pane.canvas
    window.roster.select([LOST])
    window.actions_["place_site"].trigger()
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert window.session.state.sites[LOST].position is None
    assert window.roster.selected == {LOST}
    window.actions_["place_site"].trigger()
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    at = canvas.finder.pixel_of(LOST)
    assert abs(at.x() - canvas.width() / 2) < 1


def test_picking_still_pans(window: MainWindow) -> None:
    """A drag moves the map, and carries no sites away."""
    from tests.ui.map.test_canvas import _drag

    canvas = window.pane.canvas
    window.roster.select([LOST])
    window.actions_["place_site"].trigger()
    before = canvas.view
    _drag(canvas, QPoint(300, 200), QPoint(360, 240))
    assert canvas.view != before
    assert canvas.pick.waiting


def test_typing_a_place(window: MainWindow) -> None:
    """From the form's button; what is no place is refused inside."""
    window.roster.select([LOST])
    window.form.heading.place.click()
    dialog = window.findChild(PlaceDialog)
    dialog.where.setText("nowhere")
    dialog.button.click()
    assert dialog.refusal.isVisible()
    dialog.where.setText("SJ 5670 6540")
    dialog.accuracy.setValue(40)
    dialog.button.click()
    position = window.session.state.sites[LOST].position
    assert (position.source, position.accuracy_m) == ("placed by hand", 40.0)
    assert position.latitude == pytest.approx(53.183, abs=0.01)
    assert "placed by hand" in window.form.facts.lines["Position"].value.text()
