"""File › Make a field pack: for whom, which sites, until when, as what, locked or not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox

from psnplanner.exchange.locked_pack import is_locked
from psnplanner.programme.boundary import Boundary
from psnplanner.programme.edits import Amend, Create
from psnplanner.session import Session
from psnplanner.ui.dialogs.pack_dialog import PackDialog, strength
from psnplanner.ui.dialogs.pack_sites import AREA, NEAR, PARTNER, PHASE, SELECTED, SHOWN
from psnplanner.ui.main_window import MainWindow
from tests.ui.field_work import ONE, THREE, TWO
from tests.ui.sample import ident
from tests.verbs.test_field import outline

ONE_WINDOW = True


def opened(window: MainWindow) -> PackDialog:
    """The dialog, as the menu opens it."""
    window.actions_["make_pack"].trigger()
    return window.findChild(PackDialog)


def choose(dialog: PackDialog, kind: int) -> None:
    """Choose sites in this way."""
    dialog.sites.how.setCurrentIndex(dialog.sites.how.findData(kind))


def made(dialog: PackDialog, qtbot: Any) -> None:
    """Press the button, and wait until the pack is there."""
    qtbot.mouseClick(dialog.make, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.made is not None and dialog._job is None, timeout=20_000)


def test_a_pack_of_the_selected_sites(window: MainWindow, tmp_path: Path, qtbot: Any) -> None:
    """What is missing is said; sensitive sites are left out and said; it opens as a pack."""
    window.session.do(Amend("site", [THREE], {"sensitive": True}))
    window.roster.select([ONE, TWO, THREE])
    dialog = opened(window)
    assert dialog.sites.kind == SELECTED
    assert dialog.sites.said.text() == "2 sites in the pack; 1 sensitive site left out."
    assert not dialog.make.isEnabled()
    assert dialog.said.text() == "Say for whom it is."
    qtbot.keyClicks(dialog.person, "Ann")
    assert "Ann" in dialog.out.name
    assert dialog.out.suffix == ".gpkg"
    out = dialog.out
    made(dialog, qtbot)
    assert "2 sites" in dialog.after.text()
    assert "psnreturn" in dialog.after.text()
    assert dialog.folder.isVisible()
    with Session.open(out, author="Ann") as pack:
        assert set(pack.state.sites) == {ONE, TWO}
        assert pack.pack is not None
        assert pack.pack.expires_on == window.session.today + timedelta(days=14)
    assert window.session.transactions()[-1].label == "Field pack of 2 sites for Ann"
    assert "pack" not in (window.session.undo_label or ""), "what went out cannot be called back"
    dialog.buttons.button(QDialogButtonBox.StandardButton.Cancel).click()


def test_the_ways_to_choose(window: MainWindow, qtbot: Any) -> None:
    """A phase, a partner, an area, what the filter shows, the nearest to a place."""
    south = Boundary(id=ident("south"), name="South", geometry=outline(-9, 50, 9, 53.35))
    window.session.do(Create([south]))
    state = window.session.state
    window.roster.search("library")
    shown = window.roster.shown_count
    dialog = opened(window)
    assert dialog.sites.kind == SHOWN
    assert len(dialog.sites.sites) == shown
    choose(dialog, PHASE)
    dialog.sites.phase.setCurrentIndex(1)
    phase = dialog.sites.phase.currentData()
    assert {s.id for s in dialog.sites.sites} == {s.id for s in state.sites_by_phase[phase]}
    choose(dialog, PARTNER)
    partner = dialog.sites.partner.currentData()
    assert {s.partner for s in dialog.sites.sites} == {partner}
    choose(dialog, AREA)
    inside = {s.id for s in dialog.sites.sites}
    assert inside == {s.id for s in state.sites.values() if s.position and s.position[0] < 53.35}
    assert 0 < len(inside) < len(state.sites)
    choose(dialog, NEAR)
    assert dialog.sites.sites == []
    place = state.sites[ONE].position
    qtbot.keyClicks(dialog.sites.where, f"{place.latitude:.5f}, {place.longitude:.5f}")
    qtbot.waitUntil(lambda: len(dialog.sites.sites) == 20, timeout=20_000)
    dialog.sites.count.setValue(3)
    assert len(dialog.sites.sites) == 3
    assert ONE in {site.id for site in dialog.sites.sites}
    dialog.sites.where.clear()
    qtbot.keyClicks(dialog.sites.where, "nowhere at all")
    qtbot.waitUntil(lambda: "nowhere" in dialog.sites.said.text().casefold(), timeout=20_000)
    dialog.reject()


def test_sensitive_sites_go_when_said_so(window: MainWindow, qtbot: Any) -> None:
    """The box says how many; all of them sensitive is no pack."""
    window.session.do(Amend("site", [ONE], {"sensitive": True}))
    window.roster.select([ONE])
    dialog = opened(window)
    qtbot.keyClicks(dialog.person, "Ann")
    assert "sensitive" in dialog.said.text()
    dialog.sites.sensitive.click()
    assert [site.id for site in dialog.sites.sites] == [ONE]
    assert dialog.make.isEnabled()
    dialog.reject()


def test_a_locked_pack(window: MainWindow, tmp_path: Path, qtbot: Any) -> None:
    """The passphrase twice, long enough; the file says nothing without it."""
    window.roster.select([ONE])
    dialog = opened(window)
    qtbot.keyClicks(dialog.person, "Ann")
    qtbot.keyClicks(dialog.first, "short")
    assert "8 characters" in dialog.said.text()
    dialog.first.setText("a long way round")
    assert "not the same" in dialog.said.text()
    qtbot.keyClicks(dialog.again, "a long way round")
    assert "no way round" in dialog.strength.text()
    made(dialog, qtbot)
    assert is_locked(dialog.out.read_bytes())
    assert "telephone" in dialog.after.text()
    dialog.reject()


def test_a_phone_sheet(window: MainWindow, qtbot: Any) -> None:
    """Has no passphrase, and says why; is a page."""
    window.roster.select([ONE])
    dialog = opened(window)
    qtbot.keyClicks(dialog.person, "Ann")
    dialog.as_sheet.click()
    assert dialog.out.suffix == ".html"
    assert not dialog.first.isEnabled()
    made(dialog, qtbot)
    assert dialog.out.read_bytes().lower().startswith(b"<!doctype html>")
    assert "Save my changes" in dialog.after.text()
    dialog.reject()


def test_a_name_that_is_taken_is_refused(window: MainWindow, tmp_path: Path, qtbot: Any) -> None:
    """Said in the dialog; what stood there stays."""
    taken = tmp_path / "mine.gpkg"
    taken.write_text("mine")
    window.roster.select([ONE])
    dialog = opened(window)
    qtbot.keyClicks(dialog.person, "Ann")
    dialog.path.clear()
    qtbot.keyClicks(dialog.path, str(taken))
    dialog.make.click()
    qtbot.waitUntil(lambda: "already" in dialog.said.text(), timeout=20_000)
    assert taken.read_text() == "mine"
    qtbot.waitUntil(dialog.make.isEnabled, timeout=20_000)
    dialog.reject()


@pytest.mark.parametrize(
    ("words", "said"),
    [("abc", "Too short"), ("aaaaaaaaaa", "Weak"), ("horse battery staple", "Fair"),
     ("correct horse battery staple", "Strong")],
)  # fmt: skip
def test_how_strong_a_passphrase_is(words: str, said: str) -> None:
    """A hint in a word."""
    assert strength(words).startswith(said)
