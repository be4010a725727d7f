"""The hub in the real window: in step behind the scenes, with its state shown."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("PySide6.QtWidgets")

from PySide6.QtWidgets import QApplication

from psnplanner.hub.address import Address
from psnplanner.programme.edits import Amend
from psnplanner.session import Session
from psnplanner.session.hub_told import Synced
from psnplanner.ui import hub_commands, look
from psnplanner.ui.hub_commands import HELD, IDLE, LOCKED, OFFLINE, REFUSED
from psnplanner.ui.main_window import MainWindow
from tests.hub.conftest import SITES, Joining, as_user
from tests.hub.server import SECRET, Server
from tests.hub.test_direct_sql import EVENT, TXN

assert os.environ.get("QT_QPA_PLATFORM")
_LONG_MS = 60_000


@pytest.fixture
def window(qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """A window that tries again soon."""
    monkeypatch.setattr(hub_commands, "SOON_MS", 0)
    monkeypatch.setattr(hub_commands, "AGAIN_MS", 50)
    if not QApplication.instance().styleSheet():
        look.apply("light")
    made = MainWindow()
    made.show()
    yield made
    made.close()
    made.deleteLater()
    QApplication.processEvents()


Wait = Callable[[Callable[[], bool]], None]


@pytest.fixture
def until(qtbot: Any) -> Wait:
    """Wait for something to be so."""
    return lambda condition: qtbot.waitUntil(condition, timeout=_LONG_MS)


def with_secret(window: MainWindow, hub: Address) -> None:
    """Let the window know the password, as after typing it."""
    window.hub._passwords[str(hub)] = SECRET


def test_it_keeps_in_step_offline_and_back(
    server: Server, window: MainWindow, office: Session, hub: Address, join: Joining, until: Wait
) -> None:
    """An edit goes by itself, others' come; without the server it says since when, and resumes."""
    bob = join(hub, "bob")
    bob.close()
    with_secret(window, hub)
    mine = Session.open(bob.path, author="bob", clock=bob._clock)
    window.adopt(mine)
    until(lambda: window.hub.state == IDLE and window.hub.reason != "")
    assert window.hub.button.isVisible()
    mine.do(Amend("site", [SITES[0].id], {"note": "by itself"}))
    until(lambda: office.sync(hub).received_changes == 1)
    office.do(Amend("site", [SITES[1].id], {"note": "from the office"}))
    office.sync(hub)
    window.hub.sync()
    until(lambda: mine.state.sites[SITES[1].id].note == "from the office")
    server.kill()
    mine.do(Amend("site", [SITES[2].id], {"note": "without a network"}))
    until(lambda: window.hub.state == OFFLINE)
    assert window.hub.button.text().startswith("Hub: offline since ")
    server.start()
    until(lambda: window.hub.state == IDLE)
    until(lambda: office.sync(hub).received >= 0 and bool(office.state.sites[SITES[2].id].note))


def test_it_says_what_the_hub_wants_or_refuses(
    server: Server, window: MainWindow, office: Session, hub: Address, until: Wait
) -> None:
    """A password it has not; a hub of another version; changes that are not theirs to make."""
    window.adopt(office)
    until(lambda: window.hub.state == LOCKED)
    window.hub._passwords[str(hub)] = "not the one"
    window.hub.adopt()
    until(lambda: "does not know this user and password" in window.hub.reason)
    window.hub._timer.stop()
    office.do(Amend("site", [SITES[0].id], {"note": "it is not tried again at every edit"}))
    assert not window.hub._timer.isActive()
    window.hub.button.click()
    assert "does not know this user and password" in window.hub._dialog.refusal.text()
    window.hub._dialog.reject()
    window.hub.let_go()
    with_secret(window, hub)
    with as_user(hub) as db, db.transaction():
        db.execute(TXN)
        db.execute(EVENT, (5, SITES[0].id.hex(), 19, '"x"'))
    window.hub.adopt()
    until(lambda: window.hub.state == HELD)
    assert "is not what that device wrote" in window.hub.button.toolTip()
    server.admin("UPDATE psnplanner.hub SET version = 9", database=hub.settings["dbname"])
    window.hub.adopt()
    until(lambda: window.hub.state == REFUSED)
    assert "newer PSN Planner" in window.hub.button.toolTip()
    window.hub._ended(office, Synced(sent=1))
    assert window.hub.state == IDLE
    window.hub._ended(office, Synced(sent=1, refused=("Change note of S002",)))
    assert window.hub.state == REFUSED
    assert "“Change note of S002”" in window.hub.button.toolTip()
    window.hub.leave()
    assert not window.hub.button.isVisible()
    assert office.hub == ""


def test_joining_by_the_dialog(
    server: Server, window: MainWindow, office: Session, hub: Address, tmp_path: Path, until: Wait
) -> None:
    """An address that does not do is said in the dialog; one that does opens the programme."""
    window.hub.let_go()
    dialog = window.hub.join()
    dialog.address.setText("nonsense")
    dialog.begin()
    assert "no address of a hub" in dialog.refusal.text()
    dialog.address.setText(str(hub))
    dialog.secret.setText(SECRET)
    # The office's clock stands in 2014: what it wrote is no surprise to one of today.
    dialog.out.setText(str(tmp_path / "joined.gpkg"))
    dialog.begin()
    until(lambda: window.session is not None)
    until(lambda: window.hub.state == IDLE and window.hub.reason != "")
    assert window.session.state.tables == office.state.tables
    assert SECRET not in window.hub.button.toolTip()
