"""The palette: everything by a few letters and Enter."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from psnplanner.session import Session
from psnplanner.ui.command_palette import CommandPalette
from psnplanner.ui.fuzzy import score
from psnplanner.ui.main_window import MainWindow
from tests.ui.sample import ident

ONE_WINDOW = True

ENTER = Qt.Key.Key_Return


def _open(window: MainWindow, words: str = "") -> CommandPalette:
    window.actions_["palette"].trigger()
    dialog = window.palette_.dialog
    assert dialog is not None
    QTest.keyClicks(dialog.line, words)
    return dialog


def _first(dialog: CommandPalette) -> tuple[str, str]:
    entry = dialog.model.entries[0]
    return entry.words, entry.place


def _enter(dialog: CommandPalette) -> None:
    QTest.keyClick(dialog.line, ENTER)
    QApplication.processEvents()


def test_its_keys(window: MainWindow) -> None:
    """Both that people know."""
    keys = {key.toString() for key in window.actions_["palette"].shortcuts()}
    assert keys == {"Ctrl+K", "Ctrl+Shift+P"}


def test_a_command_by_a_few_letters(window: MainWindow) -> None:
    """With its menu and its key beside it; Enter does it."""
    dialog = _open(window, "sel al sho")
    entry = dialog.model.entries[0]
    assert (entry.words, entry.place, entry.key) == ("Select all shown", "Edit", "Ctrl+Shift+A")
    _enter(dialog)
    assert len(window.roster.selected) == 120


def test_every_command_is_there(window: MainWindow) -> None:
    """No action of a menu is left out, those of menus in menus neither."""
    entries = {entry.words.removeprefix("✓ ") for entry in window.palette_.entries()}
    for name, action in window.actions_.by_name.items():
        plain = action.text().replace("&&", "\0").replace("&", "").replace("\0", "&")
        assert plain.partition("\t")[0] in entries, name
    assert "Dark" in entries


def test_a_greyed_command_says_why(window: MainWindow) -> None:
    """It is listed, it does nothing, and it tells what is missing."""
    dialog = _open(window, "lock selected")
    entry = next(e for e in dialog.model.entries if e.words == "Lock selected sites")
    assert entry.why_not == "Select sites first"
    dialog.view.setCurrentIndex(dialog.model.index(dialog.model.entries.index(entry)))
    _enter(dialog)
    assert dialog.isVisible()
    dialog.close()
    window.roster.select([ident("site 1")])
    dialog = _open(window, "lock selected")
    entry = next(e for e in dialog.model.entries if e.words == "Lock selected sites")
    assert not entry.why_not
    dialog.close()


def test_without_a_programme_and_read_only(empty_window: MainWindow, sample: Session) -> None:
    """The reason is the true one."""
    reasons = {e.words: e.why_not for e in empty_window.palette_.entries()}
    assert reasons["Import list…"] == "Open a programme first"
    assert not reasons["New programme…"]
    empty_window.adopt(Session.open(sample.path, read_only=True))
    reasons = {e.words: e.why_not for e in empty_window.palette_.entries()}
    assert "reading only" in reasons["Import list…"]


@pytest.mark.parametrize("words", ["cm0042", "site 42's own name", "postcode"])
def test_going_to_a_site(window: MainWindow, words: str) -> None:
    """By reference, name or postcode, even one the filter hides."""
    site = window.session.state.sites[ident("site 42")]
    typed = {"cm0042": words, "postcode": site.postcode}.get(words, site.name)
    window.roster.search("nothing at all is called this")
    dialog = _open(window, typed)
    places = [entry.words for entry in dialog.model.entries]
    at = next(n for n, text in enumerate(places) if text.startswith("CM0042"))
    for _ in range(at):
        QTest.keyClick(dialog.line, Qt.Key.Key_Down)
    _enter(dialog)
    assert window.roster.selected == {site.id}
    assert window.table.model.rowCount() == 120


def test_phases_partners_and_views(window: MainWindow) -> None:
    """Chosen and shown, filtered, applied."""
    dialog = _open(window, "halton and")
    assert _first(dialog) == ("Halton and Warrington", "Phase")
    _enter(dialog)
    phase = ident("Halton and Warrington")
    assert window.roster.selected == {
        s.id for s in window.session.state.sites.values() if s.phase == phase
    }
    dialog = _open(window, "sefton counc")
    assert _first(dialog) == ("Sefton Council", "Partner")
    _enter(dialog)
    assert window.table.filter.text() == 'partner:"Sefton Council"'
    assert 0 < window.roster.shown_count < 120
    window.roster.search("crewe")
    window.sheet.views.save("My Crewe")
    window.roster.clear_filter()
    dialog = _open(window, "my cre")
    assert _first(dialog) == ("My Crewe", "Saved view")
    _enter(dialog)
    assert window.roster.words == "crewe"


def test_keys_of_the_list(window: MainWindow) -> None:
    """Arrows go round, Escape leaves and nothing is done."""
    dialog = _open(window, "phase")
    QTest.keyClick(dialog.line, Qt.Key.Key_Up)
    assert dialog.view.currentIndex().row() == dialog.model.rowCount() - 1
    QTest.keyClick(dialog.line, Qt.Key.Key_Down)
    assert dialog.view.currentIndex().row() == 0
    QTest.keyClick(dialog.line, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_nothing_is_called_that(window: MainWindow) -> None:
    """And it is said."""
    dialog = _open(window, "qqqxzz")
    assert not dialog.model.entries
    assert dialog._none.isVisible()
    dialog.close()


def test_the_mark_of_a_name() -> None:
    """Beginnings before middles, initials before scattered letters; all words must fit."""

    def order(*words: str) -> list[str]:
        names = ["Propose phases…", "Add phase…", "Show all sites", "Usual layout", "Snapshot"]
        marks: dict[str, Any] = {name: score(list(words), name) for name in names}
        return sorted((n for n in names if marks[n]), key=lambda n: -marks[n])

    assert order("pha")[:2] == ["Propose phases…", "Add phase…"]
    assert order("sas")[0] == "Show all sites"
    assert order("add", "ph") == ["Add phase…"]
    assert order("snp") == ["Snapshot"]
    assert order("zz") == []
    assert score(["file", "new"], "New programme…", "File") > 0
