"""File › Merge what came back: looked at, decided, applied, undone, reported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from psnplanner.programme.edits import Amend
from psnplanner.ui.dialogs.merge_review import MergeReview
from psnplanner.ui.main_window import MainWindow
from tests.ui.field_work import ONE, TWO, brought_back

ONE_WINDOW = True

Review = Callable[..., MergeReview]


@pytest.fixture
def review(window: MainWindow, qtbot: Any) -> Review:
    """Opens the review of these files, and waits until it has read them."""

    def show(*paths: Path) -> MergeReview:
        dialog = window.exchange.merge(paths)
        wait(dialog)
        return dialog

    def wait(dialog: MergeReview) -> None:
        qtbot.waitUntil(lambda: dialog.rehearsal is not None and dialog._job is None,
                        timeout=20_000)  # fmt: skip

    return show


def test_one_return_is_looked_at_applied_and_undone(
    window: MainWindow, review: Review, tmp_path: Path, qtbot: Any
) -> None:
    """Counts, sentences, a map; nothing changes before Apply; one undo takes it back."""
    back = brought_back(window.session, tmp_path)
    before = window.session.state
    dialog = review(back)
    cells = [dialog.files.topLevelItem(0).text(column) for column in range(4)]
    assert cells == [
        "Ann.psnreturn", "Ann", "3 of 3 changes, 1 of 1 photograph", "3 changes to take in.",
    ]  # fmt: skip
    assert window.session.state is before
    tree = dialog.changes.tree
    site = before.sites[ONE]
    assert tree.topLevelItem(0).text(0) == f"{site.reference} {site.name}"
    lines = [tree.topLevelItem(0).child(n) for n in range(tree.topLevelItem(0).childCount())]
    told = {line.text(0): [line.text(n) for n in (1, 2, 3)] for line in lines}
    assert told["Note"] == ["—", "Ann was here", "Ann"]
    assert told["Photograph added"][1] == "Riser"
    qtbot.keyClicks(dialog.changes.filter, "contact")
    assert tree.topLevelItemCount() == 1
    assert "1 change of 3" in dialog.changes.said.text()
    assert dialog.map.said.text() == "2 sites touched."
    assert dialog.map.roster.shown_count == 2
    dialog.apply.click()
    qtbot.waitUntil(lambda: dialog.performed is not None and dialog._job is None, timeout=20_000)
    assert "Merged 3 changes of 1 file." in dialog.said.text()
    assert window.session.state.sites[ONE].note == "Ann was here"
    assert window.roster.selected == {ONE, TWO}
    assert not dialog.apply.isVisible()
    dialog.reject()
    window.session.undo()
    assert window.session.state.sites[ONE].note == ""


def test_closing_it_leaves_nothing(
    window: MainWindow, review: Review, tmp_path: Path, qtbot: Any
) -> None:
    """Not a transaction more, and no file."""
    back = brought_back(window.session, tmp_path)
    count = len(window.session.transactions())
    dialog = review(back)
    dialog.buttons.rejected.emit()
    QApplication.processEvents()
    assert len(window.session.transactions()) == count
    assert window.session.conflicts() == []


def test_several_files_refusals_and_what_is_known(
    window: MainWindow, review: Review, tmp_path: Path
) -> None:
    """One cut short is refused by name, the others go on; what is here already is nothing new."""
    ann, bob = (brought_back(window.session, tmp_path, who, note="Same") for who in ("Ann", "Bob"))
    cut = tmp_path / "cut.psnreturn"
    cut.write_bytes(ann.read_bytes()[:900])
    window.session.merge_file(ann)
    dialog = review(ann, bob, cut)
    known, new, refused = (dialog.files.topLevelItem(n) for n in range(3))
    assert "nothing to merge" in known.text(3)
    assert "3 changes" in new.text(3)
    assert refused.text(2) == "refused"
    assert "cut short" in refused.text(3)
    assert dialog.apply.text() == "&Apply 1 file"
    # Both gave one note the same text; the contacts differ, and that is no secret.
    assert [c.field for c in dialog.rehearsal.conflicts] == ["contact"]


def test_conflicts_are_decided_before_they_are_merged(
    window: MainWindow, review: Review, tmp_path: Path, qtbot: Any
) -> None:
    """Theirs for one, both notes for another; the settlements are one change, and undone first."""
    session = window.session
    back = brought_back(session, tmp_path)
    session.do(Amend("site", [ONE], {"note": "Office"}))
    session.do(Amend("site", [TWO], {"contact": "Reception"}))
    dialog = review(back)
    view = dialog.conflicts
    assert dialog.tabs.currentWidget() is view
    assert dialog.tabs.tabText(1) == "Conflicts (2)"
    for place in range(2):
        item = view.list.topLevelItem(place)
        view.list.setCurrentItem(item)
        heads = [card.value.text() for card in view.cards]
        if item.text(1) == "Note":
            assert set(heads) == {"Office", "Ann was here"}
            qtbot.mouseClick(view.buttons["both"], Qt.MouseButton.LeftButton)
        else:
            theirs = next(card for card in view.cards if card.value.text() == "Ann's contact")
            qtbot.mouseClick(theirs.button, Qt.MouseButton.LeftButton)
            assert theirs.button.text() == "✓ Kept"
    assert "2 of 2 conflicts decided" in dialog.said.text()
    dialog.apply.click()
    qtbot.waitUntil(lambda: dialog.performed is not None and dialog._job is None, timeout=20_000)
    sites = session.state.sites
    assert sorted(sites[ONE].note.split("\n")) == ["Ann was here", "Office"]
    assert sites[TWO].contact == "Ann's contact"
    assert session.conflicts() == []
    assert session.undo_label == "Settle 2 conflicts"
    session.undo()
    assert "\n" not in session.state.sites[ONE].note


def test_later_leaves_a_conflict_to_the_list(
    window: MainWindow, review: Review, tmp_path: Path, qtbot: Any
) -> None:
    """Mine for all, then later for all: the banner counts them."""
    back = brought_back(window.session, tmp_path)
    window.session.do(Amend("site", [ONE], {"note": "Office"}))
    dialog = review(back)
    qtbot.mouseClick(dialog.conflicts.all, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(dialog.conflicts.buttons["mine"], Qt.MouseButton.LeftButton)
    assert dialog.conflicts.list.topLevelItem(0).text(4) == "mine (tester)"
    qtbot.mouseClick(dialog.conflicts.buttons["later"], Qt.MouseButton.LeftButton)
    assert dialog.conflicts.decisions == {}
    dialog.apply.click()
    qtbot.waitUntil(lambda: dialog.performed is not None and dialog._job is None, timeout=20_000)
    assert "1 conflict left to settle" in dialog.said.text()
    dialog.reject()
    qtbot.waitUntil(window.exchange.conflict_banner.isVisible, timeout=20_000)
    assert window.exchange.conflict_banner.words.text().startswith("1 conflict to settle")
    assert "(1)" in window.actions_["conflicts"].text()


@pytest.mark.parametrize("ending", [".pdf", ".html"])
def test_the_report(
    window: MainWindow, review: Review, tmp_path: Path, qtbot: Any, ending: str
) -> None:
    """A page or a PDF, of what is on the screen."""
    dialog = review(brought_back(window.session, tmp_path))
    out = tmp_path / f"report{ending}"
    dialog.save_report(out)
    qtbot.waitUntil(lambda: str(out) in dialog.said.text(), timeout=20_000)
    data = out.read_bytes()
    assert data.startswith(b"%PDF" if ending == ".pdf" else b"<!doctype html>")
    if ending == ".html":
        assert b"Ann was here" in data
        assert b"not merged yet" in data
    dialog.save_report(tmp_path / "no such folder" / f"x{ending}")
    qtbot.waitUntil(lambda: "cannot be written" in dialog.said.text(), timeout=20_000)


def test_returns_are_dropped_on_the_window(window: MainWindow, tmp_path: Path, qtbot: Any) -> None:
    """Several at once are one review."""
    backs = [brought_back(window.session, tmp_path, who) for who in ("Ann", "Bob")]
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(back)) for back in backs])
    how = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton)
    none = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(300, 300), *how, none)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(300, 300), *how, none))
    dialog = window.findChild(MergeReview)
    qtbot.waitUntil(lambda: dialog.rehearsal is not None, timeout=20_000)
    assert dialog.files.topLevelItemCount() == 2
    dialog.reject()


def test_closed_while_it_reads(
    window: MainWindow, tmp_path: Path, settle: Callable[[MainWindow], None]
) -> None:
    """The reading stops, and tells nobody who is gone."""
    back = brought_back(window.session, tmp_path)
    count = len(window.session.transactions())
    dialog = window.exchange.merge([back])
    QApplication.processEvents()
    dialog.reject()
    settle(window)
    assert len(window.session.transactions()) == count
