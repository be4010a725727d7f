"""Starting the window: paint first, load afterwards."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from psnplanner import home
from psnplanner.ui import display

if TYPE_CHECKING:
    from psnplanner.ui.main_window import MainWindow

_UNSEEN_MS = 2000


def run(path: Path | None, *, argv: list[str] | None = None) -> int:
    """Open the window on a programme (None: the last one, else the start page); its exit code.

    Raises UserError if Qt lacks a system library or there is no display, before Qt could abort.
    """
    os.environ.pop(home.PASSPHRASE, None)  # the window asks; browsers it starts need not know
    display.check(visible=False)
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from psnplanner.ui import look
    from psnplanner.ui.main_window import MainWindow
    from psnplanner.ui.settings import recent_files, settings

    app = QApplication.instance() or QApplication(argv or sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("PSN Planner")
    app.setDesktopFileName("psnplanner")
    look.apply(str(settings().value("appearance", "system")))
    wanted = path or next(iter(recent_files()), None)
    window = MainWindow(at_once=False, opening=wanted is not None)
    window.pane.canvas.painted.connect(lambda: go_on(window, wanted))
    window.show_first()
    # A window shown minimised is not painted: it is built all the same.
    QTimer.singleShot(_UNSEEN_MS, window, lambda: go_on(window, wanted))
    QTimer.singleShot(_UNSEEN_MS, window, lambda: close_on_signals(window))
    app.styleHints().colorSchemeChanged.connect(
        lambda: look.apply(str(settings().value("appearance", "system")))
    )
    return int(app.exec())


def go_on(window: MainWindow, wanted: Path | None) -> None:
    """Build the rest of the window, a step between events, then open the programme."""
    from PySide6.QtCore import QTimer

    if window.going_on:
        return
    window.going_on = True
    gc.enable()

    def catch() -> None:
        from psnplanner.ui.messages import Mishaps

        window.mishaps = Mishaps(window)
        window.mishaps.install()
        QTimer.singleShot(0, window, fetch)

    def fetch() -> None:
        import psnplanner.ui.rooms  # noqa: F401

        QTimer.singleShot(0, window, build)

    def build() -> None:
        window.finish_building()
        if wanted is None:
            window.show_start()
            QTimer.singleShot(50, window, window.get_ready)
        else:
            QTimer.singleShot(0, window, lambda: window.files.open(wanted))

    catch()


def close_on_signals(window: MainWindow) -> None:
    """Ctrl+C in the terminal, or the system's wish to end, closes the window as a person would.

    Qt's loop does not return to Python for a signal: the bytes that Python writes for each wake it.
    """
    import signal
    import socket

    from PySide6.QtCore import QSocketNotifier

    heard, told = socket.socketpair()
    told.setblocking(False)
    signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: window.close())
    notifier = QSocketNotifier(heard.fileno(), QSocketNotifier.Type.Read, window)
    notifier.activated.connect(lambda: heard.recv(64))

    def end() -> None:
        signal.set_wakeup_fd(-1)
        heard.close()
        told.close()

    notifier.destroyed.connect(end)
