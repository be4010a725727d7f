"""The timeline in the real window: dragged, stepped by keys, locked, followed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from psnplanner.programme.edits import Amend, Delete
from psnplanner.ui import look
from psnplanner.ui.main_window import MainWindow
from psnplanner.ui.timeline.rows import AXIS_PX
from psnplanner.ui.timeline.scene import NAMES_PX
from psnplanner.ui.timeline.tips import tip_at
from tests.ui.sample import ident

ONE_WINDOW = True

Settle = Callable[[MainWindow], None]
SEFTON = ident("Sefton")
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def view(window: MainWindow) -> Any:
    """The timeline, brought to the front and tall enough for every phase."""
    window.places.timeline.raise_()
    window.places.table.hide()
    window.resizeDocks([window.places.timeline], [480], Qt.Orientation.Vertical)
    QApplication.processEvents()
    made = window.timeline.view
    made.verticalScrollBar().setValue(made.verticalScrollBar().maximum())
    made.setFocus()
    return made


def phase(window: MainWindow) -> Any:
    """The phase that is dragged."""
    return window.session.state.phases[SEFTON]


def hold(view: Any, part: str = "ends") -> QPoint:
    """Press on an end of the bar, or on the middle of it."""
    box = view.bar_of(SEFTON)
    x = {"starts": box.left(), "ends": box.right(), "whole": box.center().x()}[part]
    at = QPoint(round(x), round(box.center().y()))
    QTest.mousePress(view.viewport(), LEFT, pos=at)
    return at


def drag(view: Any, days: int, part: str = "ends") -> QPoint:
    """Press and move by so many days, without letting go."""
    at = hold(view, part)
    to = at + QPoint(round(days * view.scale.px_per_day), 0)
    QTest.mouseMove(view.viewport(), (at + to) / 2)
    QTest.mouseMove(view.viewport(), to)
    return to


def test_dragging_an_end_says_what_breaks_and_makes_one_transaction(
    window: MainWindow, view: Any, settle: Settle
) -> None:
    """The card is there before the button is let go; nothing is journalled until then."""
    before, end = len(window.session.transactions()), phase(window).ends_on
    to = drag(view, 150)
    assert view.card.isVisible()
    assert "Sefton" in view.card.title.text()
    settle(window)
    assert "break" in view.card.told.text()
    assert "after go-live" in view.card.told.text()
    assert len(window.session.transactions()) == before
    QTest.mouseRelease(view.viewport(), LEFT, pos=to)
    settle(window)
    assert not view.card.isVisible()
    assert len(window.session.transactions()) == before + 1
    moved = (phase(window).ends_on - end).days
    assert abs(moved - 150) <= 1
    assert window.session.undo_label.startswith("Move Sefton to ")
    box = view.bar_of(SEFTON)
    assert abs(box.right() - to.x()) < 2 * view.scale.px_per_day + 2
    window.session.undo()
    assert phase(window).ends_on == end


def test_escape_leaves_the_window_alone(window: MainWindow, view: Any, settle: Settle) -> None:
    """With the button still down."""
    before, was = len(window.session.transactions()), view.bar_of(SEFTON)
    to = drag(view, 60)
    assert view.drag is not None
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert not view.card.isVisible()
    QTest.mouseRelease(view.viewport(), LEFT, pos=to)
    settle(window)
    assert len(window.session.transactions()) == before
    assert view.bar_of(SEFTON) == was


def test_the_whole_bar_and_its_beginning(window: MainWindow, view: Any, settle: Settle) -> None:
    """The whole keeps its length, the beginning leaves the end alone."""
    starts, ends = phase(window).starts_on, phase(window).ends_on
    QTest.mouseRelease(view.viewport(), LEFT, pos=drag(view, 20, "whole"))
    settle(window)
    assert phase(window).ends_on - phase(window).starts_on == ends - starts
    assert phase(window).starts_on > starts
    ends = phase(window).ends_on
    QTest.mouseRelease(view.viewport(), LEFT, pos=drag(view, -10, "starts"))
    settle(window)
    assert phase(window).ends_on == ends


def test_a_click_moves_nothing(window: MainWindow, view: Any, settle: Settle) -> None:
    """It chooses the phase."""
    before = len(window.session.transactions())
    QTest.mouseRelease(view.viewport(), LEFT, pos=hold(view, "whole"))
    settle(window)
    assert view.chosen == SEFTON
    assert len(window.session.transactions()) == before


def test_keys_move_the_end_by_a_working_day(window: MainWindow, view: Any, settle: Settle) -> None:
    """Left and right propose, Enter makes it so."""
    QTest.mouseRelease(view.viewport(), LEFT, pos=hold(view, "whole"))
    end, calendar = phase(window).ends_on, window.session.calendar
    for _ in range(3):
        QTest.keyClick(view, Qt.Key.Key_Right)
    assert "Enter" in view.card.keys.text()
    settle(window)
    assert view.card.told.text()
    assert phase(window).ends_on == end
    QTest.keyClick(view, Qt.Key.Key_Return)
    settle(window)
    assert phase(window).ends_on == calendar.add(end, 3)
    QTest.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert view.drag.part == "starts"
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.drag is None
    QTest.keyClick(view, Qt.Key.Key_Up)
    assert view.chosen != SEFTON


def test_enter_and_double_click_open_the_dialog(window: MainWindow, view: Any) -> None:
    """The dialog of phases, about this one."""
    from psnplanner.ui.dialogs.phase_dialog import PhaseDialog

    box = view.bar_of(SEFTON)
    at = QPoint(round(box.center().x()), round(box.center().y()))
    QTest.mouseDClick(view.viewport(), LEFT, pos=at)
    dialog = window.findChild(PhaseDialog)
    assert dialog is not None
    assert dialog.name.text() == "Sefton"
    dialog.reject()


def test_a_refusal_puts_the_bar_back(window: MainWindow, view: Any, settle: Settle) -> None:
    """The phase was removed meanwhile: a message, and the timeline shows what is there."""
    from PySide6.QtWidgets import QMessageBox

    was = view.bar_of(SEFTON)
    drag(view, 30)
    held = view.drag
    window.session.hold("Closed for the test.")
    view.change_wanted.emit(held)
    settle(window)
    window.session.hold("")
    assert view.drag is None
    assert view.bar_of(SEFTON) == was
    boxes = window.findChildren(QMessageBox)
    assert any("Closed for the test" in box.text() for box in boxes)
    for box in boxes:
        box.close()


def test_read_only_cannot_be_dragged(window: MainWindow, view: Any) -> None:
    """There is nothing to let go of."""
    window.session.hold("Looking elsewhere.")
    window.hold_changed()
    drag(view, 30)
    assert view.drag is None
    window.session.hold("")


def test_locking_from_the_menu(window: MainWindow, view: Any, settle: Settle) -> None:
    """The phase, and all its sites as one transaction."""
    menu = window.timeline.menu(SEFTON, QPoint(5, 5))
    choices = {action.text().split(" (")[0]: action for action in menu.actions()}
    sites = window.session.state.sites_by_phase[SEFTON]
    choices["Lock all its sites"].trigger()
    choices["Lock the phase"].trigger()
    menu.close()
    settle(window)
    assert phase(window).locked
    assert all(window.session.state.sites[site.id].locked for site in sites)
    assert window.session.undo_label == "Lock Sefton"
    row = view.timeline.row(SEFTON)
    assert row.locked_sites == len(sites)


def test_it_follows_the_programme(window: MainWindow, view: Any, settle: Settle) -> None:
    """An edit made elsewhere, a phase that goes, the selection of the map."""
    later = phase(window).ends_on + timedelta(days=70)
    was = view.bar_of(SEFTON).right()
    window.do(Amend("phase", [SEFTON], {"ends_on": later}))
    QApplication.processEvents()
    assert view.bar_of(SEFTON).right() > was + 60 * view.scale.px_per_day
    site = window.session.state.sites_by_phase[SEFTON][0]
    window.roster.select([site.id])
    assert view.selected == {SEFTON: 1}
    window.do(Delete("phase", [SEFTON]))
    QApplication.processEvents()
    assert view.bar_of(SEFTON) is None


def test_the_wheel_zooms_about_the_cursor(view: Any) -> None:
    """The day under it stays; with Shift it moves along."""
    at, scale = QPointF(NAMES_PX + 200, 120), view.scale
    day = scale.day(200)
    for modifiers in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier):
        event = QWheelEvent(
            at, QPointF(view.viewport().mapToGlobal(at.toPoint())), QPoint(), QPoint(0, 240),
            LEFT & ~LEFT, modifiers, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(view.viewport(), event)
        if modifiers == Qt.KeyboardModifier.NoModifier:
            assert view.scale.px_per_day > scale.px_per_day
            assert view.scale.day(200) == day
    assert view.scale.day(200) != day
    view.fit()
    assert view.scale.day(0) <= view.timeline.first


def test_what_is_painted(window: MainWindow, view: Any) -> None:
    """Probed pixels: the bar, the go-live line, a hatch where the crews are too few."""
    window.do(Amend("phase", [SEFTON], {"capacity_days": 1.0}))
    QApplication.processEvents()
    image = view.viewport().grab().toImage()
    scene, row = view.scene(), view.timeline.row(SEFTON)
    x = round(scene.x(view.timeline.go_live))
    danger = look.colour("danger")
    column = [QColor(image.pixel(x, y)) for y in range(AXIS_PX + 5, image.height() - 5)]
    assert sum(_near(colour, danger) for colour in column) > len(column) * 0.6
    box = view.bar_of(SEFTON)
    strip = [
        QColor(image.pixel(i, j))
        for i in range(round(box.left()), round(box.right()))
        for j in range(round(box.bottom()) + 2, round(box.bottom()) + 16)
    ]
    assert any(_near(colour, danger) for colour in strip)
    assert any(load.over for load in row.loads.values())


def _near(one: QColor, two: QColor) -> bool:
    parts = zip(one.getRgb()[:3], two.getRgb()[:3], strict=True)
    return all(abs(a - b) < 40 for a, b in parts)


def test_what_is_said_of_things(view: Any) -> None:
    """The phase, its week, a closed window; as a tool tip by the real event."""
    scene = view.scene()
    line = next(line for line in view.lines if line.what and line.what == view.timeline.row(SEFTON))
    x = view.bar_of(SEFTON).center().x()
    words = tip_at(scene, line, x)
    assert "Sefton" in words
    assert "crew-days" in words
    freeze = next(w for w in view.timeline.closed if "Christmas" in w.name)
    assert "Christmas" in tip_at(scene, None, scene.x(freeze.starts_on) + 1)
    at = QPoint(round(x), round(view.bar_of(SEFTON).center().y()))
    event = QHelpEvent(QEvent.Type.ToolTip, at, view.viewport().mapToGlobal(at))
    QApplication.sendEvent(view.viewport(), event)
    assert "Sefton" in QToolTip.text()
    QToolTip.hideText()


def test_nodes_open_and_close(view: Any) -> None:
    """A click on their line shows one for each."""
    view.verticalScrollBar().setValue(0)
    line = next(line for line in view.lines if line.kind == "nodes")
    at = QPoint(40, AXIS_PX + line.top + line.height // 2)
    count = len(view.lines)
    QTest.mouseClick(view.viewport(), LEFT, pos=at)
    assert len(view.lines) == count + len(view.timeline.nodes)
    QTest.mouseClick(view.viewport(), LEFT, pos=at)
    assert len(view.lines) == count


def test_the_list_of_phases_goes_along(window: MainWindow, view: Any) -> None:
    """A phase chosen in one is marked in the other, and can be locked from either."""
    view.choose(SEFTON)
    marked = window.phases.view.currentIndex().row()
    assert window.phases.model.lines[marked].id == SEFTON
    window.phases.chosen.emit(ident("Crewe"))
    assert view.chosen == ident("Crewe")
    menu = window.plan.phase_menu(SEFTON, QPoint(5, 5))
    next(a for a in menu.actions() if a.text() == "Lock the phase").trigger()
    menu.close()
    assert phase(window).locked


def test_the_menu_brings_it_to_the_front(window: MainWindow) -> None:
    """Ctrl+T, and the keys are its own."""
    window.places.table.raise_()
    window.actions_["timeline"].trigger()
    QApplication.processEvents()
    assert window.timeline.isVisible()
    assert window.timeline.view.hasFocus()
