"""What is near here: typed, right-clicked; the list, its limits, and what it leads to."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from psnplanner.geography.distance import geodesic_m
from psnplanner.geography.grid import grid_reference
from psnplanner.programme.record import Position
from psnplanner.ui.main_window import MainWindow
from psnplanner.ui.map.view import to_world
from psnplanner.ui.near_here import REACHES_M, NearHere
from tests.ui.sample import ident

ONE_WINDOW = True

HERE = Position(53.34, -2.73)


@pytest.fixture
def near(window: MainWindow) -> NearHere:
    """The dialog, opened by its command, everything in reach."""
    window.actions_["near"].trigger()
    dialog = window.map_commands.near
    dialog.reach.setCurrentIndex(len(REACHES_M) - 1)
    return dialog


def _nearest(window: MainWindow, place: Position) -> list[tuple[float, bytes]]:
    placed = [s for s in window.session.state.sites.values() if s.position]
    return sorted(
        (geodesic_m(place.latitude, place.longitude, *s.position[:2]), s.id) for s in placed
    )


def test_the_nearest_sites_are_listed_in_order(window: MainWindow, near: NearHere) -> None:
    """As measured one by one; fifty at most; numbered."""
    near.show_place(HERE)
    expected = _nearest(window, HERE)[:50]
    assert [item.ident for item in near.found] == [site for _, site in expected]
    assert near.list.topLevelItemCount() == 50
    first = near.list.topLevelItem(0)
    assert first.text(0) == "1"
    assert first.text(2) == window.session.state.sites[expected[0][1]].name
    assert near.said.text().startswith("The 50 nearest sites of 53.34")


def test_the_reach_limits_the_list_and_says_what_is_beyond(
    window: MainWindow, near: NearHere
) -> None:
    """None within half a kilometre: the nearest is named by its distance."""
    near.show_place(Position(53.0, -3.3))
    near.reach.setCurrentIndex(0)
    assert not near.found
    assert not near.select.isEnabled()
    assert near.said.text().startswith("No site within 500 m of 53.00000, -3.30000. The nearest")
    near.show_place(HERE)
    near.reach.setCurrentIndex(REACHES_M.index(10_000))
    within = [site for metres, site in _nearest(window, HERE) if metres <= 10_000]
    assert [item.ident for item in near.found] == within[:50]


@pytest.mark.parametrize(
    "words", ["53.34, -2.73", grid_reference(HERE.latitude, HERE.longitude, 10)]
)
def test_a_place_can_be_typed(near: NearHere, qtbot: Any, words: str) -> None:
    """Latitude and longitude, or a grid reference; Enter finds it."""
    near.where.setText(words)
    QTest.keyClick(near.where, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: near.place is not None)
    assert near.place.latitude == pytest.approx(HERE.latitude, abs=2e-5)
    assert near.place.longitude == pytest.approx(HERE.longitude, abs=2e-5)
    assert words in near.said.text()


def test_what_is_no_place_is_said_in_the_dialog(near: NearHere, qtbot: Any) -> None:
    """No box on top of it; an unknown postcode says what to do."""
    near.where.setText("nowhere at all")
    near.go.click()
    qtbot.waitUntil(lambda: "no place" in near.said.text())
    near.where.setText("CH41 1AA")
    near.go.click()
    qtbot.waitUntil(lambda: "no postcode gazetteer yet" in near.said.text())
    assert near.place is None


def test_a_line_chooses_its_site_and_enter_opens_it(window: MainWindow, near: NearHere) -> None:
    """The map and the table follow."""
    near.show_place(HERE)
    near.list.setCurrentItem(near.list.topLevelItem(2))
    assert window.roster.selected == {near.found[2].ident}
    near.list.itemActivated.emit(near.list.topLevelItem(1), 0)
    assert window.roster.selected == {near.found[1].ident}
    near.reach.setCurrentIndex(REACHES_M.index(5_000))
    near.select.click()
    assert window.roster.selected == {item.ident for item in near.found}


def test_it_follows_the_filter_and_the_sites(window: MainWindow, near: NearHere) -> None:
    """Hidden sites are not listed; a site moved here comes first."""
    from psnplanner.programme.edits import Amend

    near.show_place(HERE)
    first = near.found[0].ident
    window.roster.search(window.session.state.sites[near.found[3].ident].reference)
    assert first not in [item.ident for item in near.found]
    assert "that the filter shows" in near.said.text()
    window.roster.clear_filter()
    far = next(i for i in window.session.state.sites if i not in {f.ident for f in near.found})
    window.session.do(Amend("site", [far], {"position": HERE}))
    assert near.found[0].ident == far
    assert near.list.topLevelItem(0).text(1) == "0 m"


def test_the_place_and_its_circle_are_on_the_map_until_closed(
    window: MainWindow, near: NearHere
) -> None:
    """A far place is brought into view; closing takes the mark away."""
    canvas = window.pane.canvas
    canvas.zoom_to([ident("site 7")])
    canvas.settle()
    near.reach.setCurrentIndex(REACHES_M.index(2_000))
    near.show_place(HERE)
    canvas.settle()
    x, y = canvas.view.to_screen(*to_world(HERE.longitude, HERE.latitude))
    assert 0 < x < canvas.width()
    assert 0 < y < canvas.height()
    marked = canvas.grab().toImage()
    near.close()
    assert window.map_commands.near is None
    assert canvas.grab().toImage() != marked
    assert not canvas.layers.any_above


def test_a_right_click_on_the_map_offers_it(window: MainWindow) -> None:
    """With nothing chosen there is a menu all the same; with sites chosen it is added to theirs."""
    canvas = window.pane.canvas
    at = canvas.mapToGlobal(QPoint(400, 200))
    menu = window.map_commands.menu(at)
    lines = {action.text(): action for action in menu.actions()}
    assert {"What is near here?", "Measure from here", "Copy this place"} <= set(lines)
    lines["What is near here?"].trigger()
    place = window.map_commands.near.place
    x, y = canvas.view.to_screen(*to_world(place.longitude, place.latitude))
    assert 0 <= x <= canvas.width()
    assert 0 <= y <= canvas.height()
    menu.close()
    window.roster.select([ident("site 7")])
    menu = window.map_commands.menu(at)
    texts = [action.text() for action in menu.actions()]
    assert "What is near here?" in texts
    assert len(texts) > 6
    menu.close()
    assert isinstance(menu, QMenu)
