"""Wishes from the menu: made, listed, shown, taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from psnplanner.ui.main_window import MainWindow
from psnplanner.ui.wish_words import wish_words
from psnplanner.ui.wording import to_qdate
from tests.ui.sample import ident

ONE_WINDOW = True


def menu_of(window: MainWindow) -> dict[str, Any]:
    """The lines of the wish menu for what is chosen."""
    menu = window.actions_.wish_menu
    window.plan.wishes.fill_menu(menu)
    return {action.text().replace("&", ""): action for action in menu.actions() if action.text()}


def test_a_wish_is_made_for_the_chosen_sites_and_taken_back(window: MainWindow) -> None:
    """With the day and the reason; the menu names it."""
    window.roster.select([ident("site 3")])
    lines = menu_of(window)
    assert not lines["Together in one phase…"].isEnabled()
    dialog = window.plan.wishes.make("not before")
    dialog.day.setDate(to_qdate(date(2015, 1, 5)))
    dialog.reason.setText("Roof works")
    dialog.button.click()
    (wish,) = window.session.state.wishes.values()
    assert (wish.kind, wish.on, wish.sites) == ("not before", date(2015, 1, 5), (ident("site 3"),))
    name = window.session.state.sites[ident("site 3")].reference
    said = f"{name} not before 5 January 2015 (Roof works)"
    assert wish_words(window.session.state, wish) == said
    menu_of(window)[f"Take back: {said}"].trigger()
    assert not window.session.state.wishes


def test_they_are_in_the_menus_over_sites(window: MainWindow) -> None:
    """Of the table and of the map."""
    window.roster.select([ident("site 3")])
    menu = window.plan.site_menu(window.mapToGlobal(window.rect().center()))
    found = [action.menu() for action in menu.actions() if isinstance(action.menu(), QMenu)]
    assert window.actions_.wish_menu in found
    menu.close()
    window.roster.select([])
    assert not window.actions_.wish_menu.isEnabled()


def test_all_are_listed_shown_and_taken_back(
    window: MainWindow, settle: Callable[[MainWindow], None], qtbot: Any
) -> None:
    """The list follows the programme."""
    listed = window.plan.wishes.show_all()
    assert "Nothing is wished" in listed.said.text()
    pair = [ident("site 3"), ident("site 4")]
    window.roster.select(pair)
    for kind in ("together", "not after"):
        window.plan.wishes.make(kind).button.click()
    qtbot.waitUntil(lambda: listed.tree.topLevelItemCount() == 2, timeout=10_000)
    assert listed.said.text().startswith("2 wishes are heeded")
    window.roster.select([])
    listed.tree.selectAll()
    qtbot.mouseClick(listed.look, Qt.MouseButton.LeftButton)
    assert window.roster.selected == frozenset(pair)
    qtbot.mouseClick(listed.back, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: listed.tree.topLevelItemCount() == 0, timeout=10_000)
    assert not window.session.state.wishes
    assert window.session.undo_label == "Take back 2 wishes"
