"""File › Conflicts: what is open at any time; settled, one or many; undone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt

from psnplanner.programme.edits import Amend
from psnplanner.ui.main_window import MainWindow
from tests.ui.field_work import ONE, TWO, brought_back

ONE_WINDOW = True


def test_conflicts_are_settled_together_and_undone(
    window: MainWindow, tmp_path: Path, qtbot: Any
) -> None:
    """The dialog stays open and follows."""
    session = window.session
    back = brought_back(session, tmp_path)
    session.do(Amend("site", [ONE], {"note": "Office"}))
    session.do(Amend("site", [TWO], {"contact": "Reception"}))
    session.merge_file(back)
    banner = window.exchange.conflict_banner
    qtbot.waitUntil(banner.isVisible, timeout=20_000)
    assert banner.words.text().startswith("2 conflicts")
    qtbot.mouseClick(banner.buttons[0], Qt.MouseButton.LeftButton)
    dialog = window.exchange.conflicts()
    assert dialog.view.count == 2
    assert not dialog.settle.isEnabled()
    qtbot.mouseClick(dialog.view.all, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(dialog.view.buttons["theirs"], Qt.MouseButton.LeftButton)
    assert dialog.settle.text() == "&Settle 2 conflicts"
    qtbot.mouseClick(dialog.settle, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.view.count == 0, timeout=20_000)
    assert session.state.sites[ONE].note == "Ann was here"
    assert session.state.sites[TWO].contact == "Ann's contact"
    assert not banner.isVisible()
    assert window.exchange.conflicts() is dialog
    window.undo()
    qtbot.waitUntil(lambda: dialog.view.count == 2, timeout=20_000)
    assert session.redo_label == "Settle 2 conflicts"
    assert banner.isVisible()
    dialog.reject()


def test_whose_a_value_is(window: MainWindow, tmp_path: Path, qtbot: Any) -> None:
    """What a merge brought is theirs, what was typed here is mine: whatever the author's name."""
    session = window.session
    back = brought_back(session, tmp_path)
    session.do(Amend("site", [ONE], {"note": "At the desk"}), author="Ann")
    session.merge_file(back)
    dialog = window.exchange.conflicts()
    qtbot.waitUntil(lambda: len(dialog.view.cards) == 2, timeout=20_000)
    for card in dialog.view.cards:
        side = "Mine" if card.value.text() == "At the desk" else "Theirs"
        assert card.heading.text() == f"{side}: Ann"
    dialog.reject()


def test_one_is_settled_and_the_other_waits(window: MainWindow, tmp_path: Path, qtbot: Any) -> None:
    """By the button of its value; what was not decided stays."""
    session = window.session
    back = brought_back(session, tmp_path)
    session.do(Amend("site", [ONE], {"note": "Office"}))
    session.do(Amend("site", [TWO], {"contact": "Reception"}))
    session.merge_file(back)
    dialog = window.exchange.conflicts()
    qtbot.waitUntil(lambda: dialog.view.count == 2, timeout=20_000)
    items = [dialog.view.list.topLevelItem(n) for n in range(2)]
    dialog.view.list.setCurrentItem(next(item for item in items if item.text(1) == "Note"))
    mine = next(card for card in dialog.view.cards if card.value.text() == "Office")
    qtbot.mouseClick(mine.button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(dialog.settle, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.view.count == 1, timeout=20_000)
    assert session.state.sites[ONE].note == "Office"
    assert [c.field for c in session.conflicts()] == ["contact"]
    dialog.reject()
