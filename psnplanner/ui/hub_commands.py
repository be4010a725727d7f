"""The hub in the window: joining, and keeping in step behind the scenes, with its state shown.

The exchange runs in a thread of its own that nothing waits for: a network that hangs holds up
neither the window nor its closing. Whatever was exchanged by then stays exchanged.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton

from psnplanner.errors import Cancelled, UserError
from psnplanner.programme.words import plural
from psnplanner.ui import messages

if TYPE_CHECKING:
    from psnplanner.ui.main_window import MainWindow

SOON_MS, EVERY_MS, AGAIN_MS = 2_000, 60_000, 15_000
"""After an edit; when nothing happens; and while the hub does not answer."""

IDLE, SYNCING, OFFLINE = "idle", "syncing", "offline"
HELD, REFUSED, LOCKED = "held", "refused", "locked"
_MOST = 5
_CAME = "sync"


class Exchange(QObject):
    """One exchange at a time, in a thread; its end is told in the window's thread."""

    ended = Signal(object, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._stop = threading.Event()
        self.running = False

    def start(self, session: Any, work: Callable[[Any], Any]) -> None:
        """Begin; `work` is called with a word of progress that may stop it."""
        self._stop, self.running = threading.Event(), True
        stop = self._stop

        def progress(_share: float, _words: str) -> None:
            if stop.is_set():
                raise Cancelled

        def run() -> None:
            try:
                result: Any = work(progress)
            except (UserError, Cancelled) as error:
                result = error
            except Exception as error:  # a session closed under it is no fault
                if not stop.is_set():
                    sys.excepthook(*sys.exc_info())
                result = error
            if not stop.is_set():
                self.ended.emit(session, result)

        threading.Thread(target=run, name="hub", daemon=True).start()

    def stop(self) -> None:
        """Let it end by itself; it is told to nobody."""
        self._stop.set()
        self.running = False


class HubCommands:
    """Each public method is one command, or a hook that the window calls."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.state, self.reason = IDLE, ""
        self._address: Any = None
        self._since: datetime | None = None
        self._passwords: dict[str, str] = {}
        self._wanted_again = False
        self._dialog: Any = None
        self._exchange = Exchange(window)
        self._exchange.ended.connect(self._ended)
        self._timer = QTimer(window, singleShot=True)
        self._timer.timeout.connect(self.sync)
        self.button = QToolButton()
        self.button.setAutoRaise(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.button.setAccessibleName("State of the hub")
        self.button.clicked.connect(self.show_state)
        self.button.hide()
        window.statusBar().addPermanentWidget(self.button)

    # Menus

    def fill_file_menu(self, menu: QMenu, add: Callable[..., QAction]) -> None:
        """The lines of the File menu; `add` is the window's way of making an action."""
        inner = menu.addMenu("&Hub")
        add(inner, "hub_join", "&Join a hub…", self.join, None,
            "Make a file of what a hub has for you, and work in it, also offline")  # fmt: skip
        add(inner, "hub_keep", "&Keep this programme in step…", self.keep, None,
            "Exchange changes with the copies of others through a hub")  # fmt: skip
        add(inner, "hub_sync", "&Sync now", self.sync, "Ctrl+Shift+H",
            "Send what the hub lacks, and take what is lacking here")  # fmt: skip
        add(inner, "hub_leave", "&Leave the hub", self.leave, None,
            "Exchange no more on this computer; the programme stays as it is")  # fmt: skip

    def refresh_actions(self, by_name: Mapping[str, QAction]) -> None:
        """Grey what cannot be done with what is open."""
        session = self._window.session
        by_name["hub_keep"].setEnabled(session is not None and not session.read_only)
        for name in ("hub_sync", "hub_leave"):
            by_name[name].setEnabled(self._address is not None)

    # Following the window

    def adopt(self) -> None:
        """A programme was opened: go on with its hub, if it has one."""
        self._set_hub(self._window.session.hub)

    def follow(self, happened: Any) -> None:
        """Something changed here: the others may want it."""
        # A wrong password that is tried at every edit would soon lock its owner out.
        if self._address is None or self.state == LOCKED or happened.transaction.kind == _CAME:
            return
        self._within(SOON_MS)

    def let_go(self) -> None:
        """The programme is about to be closed."""
        self._timer.stop()
        self._exchange.stop()
        self._address, self._dialog = None, None
        self.button.hide()

    def _set_hub(self, text: str) -> None:
        from psnplanner.session.hub import hub_address

        self._exchange.stop()
        self._address, self._since = None, None
        if text:
            try:
                self._address = hub_address(text).with_password(self._passwords.get(text, ""))
            except UserError as error:
                self._window.say(str(error))
        self.button.setVisible(self._address is not None)
        if self._address is not None:
            self._show(IDLE)
            self._timer.start(0)
        self._window.actions_.refresh()

    # Keeping in step

    def sync(self) -> None:
        """Exchange now, unless that is under way or the programme is held as of another day."""
        session, address = self._window.session, self._address
        if session is None or address is None:
            return
        if self._exchange.running:
            self._wanted_again = True  # it may have looked before what is wanted now was there
            return
        self._timer.stop()
        if session.read_only:
            self._timer.start(AGAIN_MS)
            return
        self._show(SYNCING)
        self._exchange.start(session, lambda progress: session.sync(address, progress))

    def _ended(self, session: Any, result: Any) -> None:
        from psnplanner.session.hub import NeedsPassword, Unreachable

        self._exchange.running = False
        again, self._wanted_again = self._wanted_again, False
        if session is not self._window.session or self._address is None:
            return
        if isinstance(result, Unreachable):
            self._show(OFFLINE, _said(result))
            self._within(AGAIN_MS)
        elif isinstance(result, NeedsPassword):
            self._show(LOCKED, _said(result))
        elif isinstance(result, Exception):
            self._show(REFUSED, _said(result))
            self._within(EVERY_MS)
        else:
            self._since = None
            if result.refused:
                self._show(REFUSED, _kept(result.refused))
            elif result.held:
                self._show(HELD, _held(result.held))
            else:
                self._show(IDLE, _told(result))
            self._within(0 if again else EVERY_MS)
            if result.conflicts:
                self._window.exchange.follow()

    def _within(self, milliseconds: int) -> None:
        """Sync by then; what is due sooner stays due."""
        left = self._timer.remainingTime()
        if left < 0 or left > milliseconds:
            self._timer.start(milliseconds)

    def _show(self, state: str, reason: str = "") -> None:
        now = datetime.now().astimezone()
        if state == OFFLINE and self._since is None:
            self._since = now
        self.state, self.reason = state, reason
        since = f"{self._since:%H:%M}" if self._since else ""
        words = {
            IDLE: f"Hub: in step at {now:%H:%M}" if reason else "Hub",
            SYNCING: "Hub: syncing…",
            OFFLINE: f"Hub: offline since {since}",
            HELD: "Hub: something stays there",
            REFUSED: "Hub: refused",
            LOCKED: "Hub: wants a password",
        }
        self.button.setText(words[state])
        self.button.setToolTip(f"{self._address}\n{reason}".strip())

    def show_state(self) -> None:
        """Say how it stands with the hub, or ask for what it wants."""
        if self.state == LOCKED:
            self.keep().tell(self.reason)
            return
        say = {IDLE: "In step with the hub.", SYNCING: "Exchanging changes with the hub.",
               OFFLINE: "The hub does not answer. You can go on working: what you do is sent "
               "when it does.", HELD: "In step with the hub, but for what this file could not "
               "take.", REFUSED: "The hub refused."}[self.state]  # fmt: skip
        messages.tell(self._window, say, f"{self.reason}\n\n{self._address}".strip())

    # Joining and leaving

    def join(self) -> Any:
        """Ask for a hub and a file name, and make the file."""
        from psnplanner.ui.dialogs.hub_dialog import JoinDialog

        self._dialog = JoinDialog(self._window.jobs, self._window)
        self._dialog.joined.connect(self._open)
        self._dialog.open()
        return self._dialog

    def keep(self) -> Any:
        """Ask for the hub of the open programme."""
        from psnplanner.ui.dialogs.hub_dialog import KeepDialog

        session = self._window.session
        self._dialog = KeepDialog(session, self._window.jobs, self._window)
        self._dialog.kept.connect(self._keep)
        self._dialog.open()
        return self._dialog

    def _keep(self, address: Any) -> None:
        self._passwords[str(address)] = address.password  # for as long as the window is there
        self._set_hub(str(address))

    def _open(self, path: Any, address: Any) -> None:
        self._passwords[str(address)] = address.password
        self._window.files.open(path)

    def leave(self) -> None:
        """Exchange no more."""
        self._window.session.leave_hub()
        self._set_hub("")
        self._window.say("This programme is no longer kept in step. It stays as it is.")


def _said(error: Exception) -> str:
    """Why an exchange ended; where that was is shown beside it."""
    if isinstance(error, UserError):
        return f"{error.what} {error.remedy}".strip()
    return "Something went wrong on the way; it is tried again."


def _held(sentences: tuple[str, ...]) -> str:
    """What stays at the hub."""
    more = len(sentences) - _MOST
    return "\n".join([*sentences[:_MOST], *([f"And {more:,} more."] if more > 0 else [])])


def _kept(refused: tuple[str, ...]) -> str:
    """What the hub refused, and what becomes of it."""
    labels = "; ".join(f"“{label}”" for label in refused[:_MOST])
    more = f" and {len(refused) - _MOST:,} more" if len(refused) > _MOST else ""
    return (
        f"Not assigned to you: {labels}{more}. The rest was sent; this stays in the file's "
        "history. Once the site is assigned to you, make the change again, or have “psnplanner hub "
        "refused --again” do it."
    )


def _told(done: Any) -> str:
    """What an exchange did, in a sentence."""
    parts = []
    if done.sent_changes:
        parts.append(f"sent {plural(done.sent_changes, 'change')}")
    if done.received_changes:
        by = ", ".join(sorted(filter(None, done.by))[:5])
        parts.append(
            f"took {plural(done.received_changes, 'change')}" + (f" by {by}" if by else "")
        )
    if done.conflicts:
        parts.append(f"{plural(done.conflicts, 'new conflict')}")
    return ("; ".join(parts) or "nothing to exchange").capitalize() + "."
