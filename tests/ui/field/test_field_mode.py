"""Field mode in the real window: three taps, refusals, note, photograph, and back again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget

from psnplanner.programme.edits import Amend
from psnplanner.programme.stage import BLOCKED, DONE
from psnplanner.ui.field.field_view import FieldView
from psnplanner.ui.main_window import MainWindow
from psnplanner.ui.settings import settings
from tests.ui.panels.test_photo_box import picture
from tests.ui.sample import TODAY

ONE_WINDOW = True

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def view(window: MainWindow) -> FieldView:
    """The window in field mode, on a small tablet."""
    window.actions_["field_mode"].trigger()
    window.resize(600, 960)
    QApplication.processEvents()
    assert window.field.view is not None
    return window.field.view


def _fresh(window: MainWindow) -> Any:
    state = window.session.state
    return next(s for s in state.sites.values() if len(state.stages_of(s.id)) == 1)


def _tap(qtbot: Any, view: FieldView, row: int = 0) -> None:
    place = view.near.view.visualRect(view.near.model.index(row)).center()
    qtbot.mouseClick(view.near.view.viewport(), LEFT, pos=place)


def _search(qtbot: Any, view: FieldView, words: str, count: int) -> None:
    qtbot.keyClicks(view.near.search, words)
    qtbot.waitUntil(lambda: len(view.near.model.found) == count, timeout=5000)


def test_only_the_field_is_seen_and_it_fits_a_tablet(window: MainWindow, view: FieldView) -> None:
    """Panels, bars and map are away, and the window may be as narrow as the tablet."""
    assert view.isVisible()
    assert not window.pane.isVisible()
    assert not window.menuBar().isVisible()
    assert not any(dock.isVisible() for dock in window.docks)
    assert (window.width(), window.height()) == (600, 960)


def test_back_in_the_full_window_all_is_as_it_was(
    window: MainWindow, view: FieldView, qtbot: Any
) -> None:
    """The panels that were there, the map, the menus."""
    qtbot.mouseClick(view.full, LEFT)
    QApplication.processEvents()
    assert not view.isVisible()
    assert window.pane.isVisible()
    assert window.menuBar().isVisible()
    assert window.places.site.isVisible()
    assert window.width() >= 900
    assert window.places.site.width() >= 290
    assert not window.actions_["field_mode"].isChecked()


def test_a_stage_in_three_taps(window: MainWindow, view: FieldView, qtbot: Any) -> None:
    """The site, the large button, done today; undo stands below and says what it undoes."""
    site = _fresh(window)
    _search(qtbot, view, site.reference, 1)
    _tap(qtbot, view)
    assert view.site.title.text() == site.name
    assert view.site.next.text() == "Record: Desktop survey"
    qtbot.mouseClick(view.site.next, LEFT)
    assert view.confirm.done.text() == "Done today, 6 October 2014"
    qtbot.mouseClick(view.confirm.done, LEFT)
    record = window.session.state.stages_of(site.id)["desktop_survey"]
    assert (record.state, record.actual_on) == (DONE, TODAY)
    qtbot.waitUntil(lambda: view.site.next.text() == "Record: Order placed", timeout=5000)
    assert view.pages.currentWidget() is view.site
    assert view.undo.text() == f"Undo: Desktop survey done at {site.reference}"
    qtbot.mouseClick(view.undo, LEFT)
    qtbot.waitUntil(
        lambda: "desktop_survey" not in window.session.state.stages_of(site.id), timeout=5000
    )


def test_a_gate_is_explained_and_passed_with_a_reason(
    window: MainWindow, view: FieldView, qtbot: Any
) -> None:
    """Each reason on a line of its own, and nothing recorded until somebody answers for it."""
    site = _fresh(window)
    view.show_site(site.id)
    qtbot.mouseClick(view.site.more, LEFT)
    qtbot.mouseClick(view.site.stage_buttons["cpe"], LEFT)
    qtbot.mouseClick(view.confirm.done, LEFT)
    refusal = view.confirm.refusal
    assert refusal.isVisible()
    assert "  • “Fibre blown and spliced” comes first and is not started" in (
        refusal.text.text().splitlines()
    )
    assert refusal.text.font().pixelSize() >= 18
    assert "cpe" not in window.session.state.stages_of(site.id)
    qtbot.keyClicks(refusal.reason, "fitted early")
    qtbot.mouseClick(refusal.override, LEFT)
    assert window.session.state.stages_of(site.id)["cpe"].state == DONE
    (override,) = window.session.state.overrides.values()
    assert (override.reason, override.by) == ("fitted early", "tester")


def test_blocked_names_whom_it_waits_on(window: MainWindow, view: FieldView, qtbot: Any) -> None:
    """One tap more than done; the card tells it."""
    site = _fresh(window)
    view.show_site(site.id)
    qtbot.mouseClick(view.site.next, LEFT)
    view.confirm.waiting_on.clear()
    qtbot.keyClicks(view.confirm.waiting_on, "the caretaker")
    qtbot.mouseClick(view.confirm.others[BLOCKED], LEFT)
    record = window.session.state.stages_of(site.id)["desktop_survey"]
    assert (record.state, record.waiting_on) == (BLOCKED, "the caretaker")
    qtbot.waitUntil(lambda: view.site.status.text() == "Blocked", timeout=5000)
    assert view.site.standing.text().startswith("Blocked on the caretaker since 6 Oct 2014")


def test_the_sites_nearest_to_a_typed_place(
    window: MainWindow, view: FieldView, qtbot: Any
) -> None:
    """A grid reference typed; the site that stands there comes first."""
    site = next(s for s in window.session.state.sites.values() if s.position)
    words = f"{site.position.latitude:.5f}, {site.position.longitude:.5f}"
    qtbot.keyClicks(view.near.search, words)
    qtbot.keyClick(view.near.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: view.near.said.text() == f"Nearest to {words}", timeout=10_000)
    assert view.near.model.found[0].id == site.id
    kilometres = [float(f.away.split()[0]) for f in view.near.model.found if " km " in f.away]
    assert kilometres == sorted(kilometres)


def test_a_place_nobody_knows_is_said(window: MainWindow, view: FieldView, qtbot: Any) -> None:
    """There is no gazetteer in a new home: what to do stands over the list."""
    qtbot.keyClicks(view.near.search, "CH41 1AA")
    qtbot.waitUntil(lambda: "gazetteer" in view.near.said.text(), timeout=10_000)
    assert view.near.model.found


def test_nearest_to_the_middle_of_the_map_and_a_site_tapped_there(
    window: MainWindow, view: FieldView, qtbot: Any
) -> None:
    """The map below the head; back from it, and on from it."""
    site = next(s for s in window.session.state.sites.values() if s.position)
    qtbot.mouseClick(view.near.map, LEFT)
    assert window.pane.isVisible()
    assert not view.pages.isVisible()
    window.pane.canvas.zoom_to([site.id])
    qtbot.mouseClick(view.here, LEFT)
    assert not window.pane.isVisible()
    assert view.near.model.found[0].id == site.id
    qtbot.mouseClick(view.near.map, LEFT)
    window.roster.select([site.id])
    assert view.pages.currentWidget() is view.site
    assert view.site.title.text() == site.name
    assert not window.pane.isVisible()


def test_it_begins_at_the_chosen_site(window: MainWindow) -> None:
    """Whoever looks at a site in the full window has its neighbours first."""
    site = next(s for s in window.session.state.sites.values() if s.position)
    window.roster.select([site.id])
    window.field.set_on(True)
    view = window.field.view
    assert view.near.said.text() == f"Nearest to {site.name}"
    assert view.near.model.found[0].id == site.id
    assert view.near.model.found[0].away == "here"


def test_note_and_photograph(
    window: MainWindow, view: FieldView, qtbot: Any, tmp_path: Path
) -> None:
    """The note is saved on going back; the photograph at once."""
    site = _fresh(window)
    view.show_site(site.id)
    qtbot.keyClicks(view.site.note.edit, "gate code from the office")
    path = tmp_path / "door.jpg"
    path.write_bytes(picture())
    view.site.photos.take([path])
    qtbot.waitUntil(lambda: view.site.photos.list.count() == 1, timeout=10_000)
    qtbot.mouseClick(view.back, LEFT)
    assert window.session.state.sites[site.id].note == "gate code from the office"
    assert view.pages.currentWidget() is view.near


@pytest.mark.parametrize("size", [(600, 960), (800, 1280)])
def test_every_target_is_large_and_inside_the_window(
    window: MainWindow, view: FieldView, size: tuple[int, int]
) -> None:
    """48 pixels, on each page, at both sizes; none hangs over the edge."""
    window.resize(*size)
    site = _fresh(window)
    seen = 0
    for turn in (
        lambda: None,
        lambda: view.show_site(site.id),
        lambda: view.site._show_stages(True),
        lambda: view._begin("cpe"),
        view.confirm.done.click,
    ):
        turn()
        QApplication.processEvents()
        for target in _targets(view):
            seen += 1
            assert target.height() >= 48, target.accessibleName() or target.objectName()
            left = target.mapTo(window, target.rect().topLeft()).x()
            assert left >= 0
            assert left + target.width() <= size[0]
    assert seen > 20
    assert (window.width(), window.height()) == size


def _targets(view: FieldView) -> list[QWidget]:
    buttons: list[QWidget] = list(view.findChildren(QAbstractButton))
    lines = [line for line in view.findChildren(QLineEdit) if line.parent() not in _spins(view)]
    # The cross inside a search line is as high as the line lets it be.
    own = [w for w in buttons if not isinstance(w.parent(), QLineEdit)]
    return [widget for widget in (*own, *lines) if widget.isVisible()]


def _spins(view: FieldView) -> list[QWidget]:
    return [view.confirm.day]


def test_keys_alone(window: MainWindow, view: FieldView, qtbot: Any) -> None:
    """Enter opens the site in the list and records; Escape goes back."""
    site = _fresh(window)
    _search(qtbot, view, site.reference, 1)
    view.near.view.setCurrentIndex(view.near.model.index(0))
    qtbot.keyClick(view.near.view, Qt.Key.Key_Return)
    assert view.pages.currentWidget() is view.site
    qtbot.keyClick(view.site.next, Qt.Key.Key_Return)
    assert view.pages.currentWidget() is view.confirm
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert view.pages.currentWidget() is view.site
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert view.pages.currentWidget() is view.near


def test_a_site_that_goes_meanwhile_is_left(window: MainWindow, view: FieldView) -> None:
    """Undone elsewhere: back to the list, and the list without it."""
    from psnplanner.programme.edits import Delete

    site = _fresh(window)
    view.show_site(site.id)
    window.session.do(Delete("site", [site.id]))
    QApplication.processEvents()
    assert view.pages.currentWidget() is view.near
    assert site.id not in [found.id for found in view.near.model.found]


def test_closing_the_programme_leaves_field_mode(window: MainWindow, view: FieldView) -> None:
    """And what was typed is saved first."""
    site = _fresh(window)
    view.show_site(site.id)
    view.site.note.edit.setPlainText("typed")
    session = window.session
    window.let_go()
    assert not window.field.on
    assert not view.isVisible()
    assert session.state.sites[site.id].note == "typed"
    assert not window.actions_["field_mode"].isEnabled()


def test_a_narrow_window_is_offered_it_until_somebody_answers(
    window: MainWindow, qtbot: Any
) -> None:
    """Once, in a line; the answer is kept."""
    assert not window.field.bar.isVisible()
    window.resize(900, 700)
    window.field.offer()
    assert window.field.bar.isVisible()
    qtbot.mouseClick(window.field.bar._no, LEFT)
    assert not window.field.bar.isVisible()
    window.field.offer()
    assert not window.field.bar.isVisible()
    settings().remove("field_offered")
    window.field.offer()
    qtbot.mouseClick(window.field.bar._yes, LEFT)
    assert window.field.on


def test_a_change_elsewhere_shows(window: MainWindow, view: FieldView) -> None:
    """The card follows the programme."""
    site = _fresh(window)
    view.show_site(site.id)
    window.session.do(Amend("site", [site.id], {"name": "The Old Mill"}))
    QApplication.processEvents()
    assert view.site.title.text() == "The Old Mill"
