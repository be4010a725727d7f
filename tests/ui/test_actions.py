"""Every command of the window: one key for each, a name for each, and where they are told of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QWidget,
)

from psnplanner.ui.main_window import MainWindow


def lines(menu: Any) -> Iterator[QAction]:
    """Every line of a menu and of the menus in it, filled as they are when they open."""
    menu.aboutToShow.emit()
    for action in menu.actions():
        inner = action.menu()
        if inner is not None:
            yield from lines(inner)
        elif not action.isSeparator():
            yield action


def commands(window: MainWindow) -> list[QAction]:
    """The lines of the window's menus, and what else the window answers a key by."""
    found = [a for top in window.menuBar().actions() for a in lines(top.menu())]
    found += [a for a in window.findChildren(QAction) if a.shortcuts() and a not in found]
    return found


def test_no_two_commands_share_a_key(shared_window: MainWindow) -> None:
    """Qt would do neither of them, and say so on a console nobody sees."""
    keys = Counter(
        key.toString() for action in commands(shared_window) for key in action.shortcuts()
    )
    assert keys
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_command_has_words_and_every_button_a_name(shared_window: MainWindow) -> None:
    """A screen reader says them."""
    assert all(action.text().strip() for action in commands(shared_window))
    for number in range(shared_window.tabs.count()):
        shared_window.tabs.setCurrentIndex(number)
    buttons = shared_window.findChildren(QAbstractButton)
    nameless = [
        button for button in buttons
        if not button.objectName().startswith("qt_") and not button.accessibleName()
        and len(button.text().strip()) < 2 and button.toolTip() == ""
        and button.isVisibleTo(shared_window) and type(button).__name__ != "QAbstractButton"
    ]  # fmt: skip
    assert nameless == []


def test_tab_reaches_every_panel_and_never_what_lies_behind(shared_window: MainWindow) -> None:
    """Round the whole window, by the key alone; the panels behind others are passed over."""
    window = shared_window
    window.activateWindow()
    window.places.table.raise_()
    window.pane.canvas.setFocus()
    QApplication.processEvents()
    met: list[QWidget] = []
    for _ in range(200):
        at = QApplication.focusWidget()
        if at in met:
            break
        met.append(at)
        QTest.keyClick(at, Qt.Key.Key_Tab)
    assert at is met[0]
    behind = (window.timeline, window.savings.panel)
    assert not any(panel.isAncestorOf(widget) for panel in behind for widget in met)
    for panel in (window.tabs, window.playback.slider, window.table.view):
        assert any(panel is widget or panel.isAncestorOf(widget) for widget in met)


def test_the_keys_are_told_from_the_commands_themselves(shared_window: MainWindow) -> None:
    """What a menu gains is in the list at once; a line narrows it down."""
    made = QAction("&Launch a kite…", shared_window)
    made.setShortcut(QKeySequence("Ctrl+Alt+K"))
    menu = shared_window.menuBar().actions()[0].menu()
    assert isinstance(menu, QMenu)
    menu.addAction(made)
    shared_window.actions_["keys"].trigger()
    (dialog,) = [d for d in shared_window.findChildren(QDialog) if d.isVisible()]
    words = " ".join(label.text() for label in dialog.findChildren(QLabel))
    for told in ("Ctrl+Alt+K", "Launch a kite", "Ctrl+K, Ctrl+Shift+P", "F11", "L, then drag"):
        assert told in words
    line = dialog.findChild(QLineEdit)
    QTest.keyClicks(line, "kite")
    words = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "Ctrl+Alt+K" in words
    assert "F11" not in words
    dialog.close()
    menu.removeAction(made)
    made.deleteLater()


def test_zooming_to_a_phase_and_to_a_partner(shared_window: MainWindow) -> None:
    """By the View menu; the sites meant fill the map."""
    window, canvas = shared_window, shared_window.pane.canvas
    zooming, state = window.map_commands.zooming, shared_window.session.state
    for menu, records, link in (
        (zooming.phases, state.phases_in_order, "phase"),
        (zooming.partners, state.partners.values(), "partner"),
    ):
        menu.aboutToShow.emit()
        assert len(menu.actions()) == len(records)
        for record in records:
            meant = [
                site for site in state.sites.values()
                if getattr(site, link) == record.id and site.position is not None
            ]  # fmt: skip
            if not meant:
                continue
            canvas.zoom(0.1)
            (line,) = [a for a in menu.actions() if a.text().replace("&&", "&") == record.name]
            line.trigger()
            pixels = [canvas.finder.pixel_of(site.id) for site in meant]
            assert all(canvas.rect().contains(at.toPoint()) for at in pixels)
            break
    canvas.zoom_to()
