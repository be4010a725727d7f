"""The window before its rooms are built: the map alone, then everything, with the map in place."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Any

from PySide6.QtWidgets import QApplication, QToolBar

from psnplanner.session import Session
from psnplanner.ui import app
from psnplanner.ui.main_window import MainWindow


def test_the_map_is_painted_before_any_room_is_imported() -> None:
    """Nor is the command line, nor anything that only a programme needs."""
    script = (
        "import sys\n"
        "from psnplanner import __main__\n"
        "from PySide6.QtWidgets import QApplication\n"
        "from psnplanner.ui import app\n"
        "def stop(window, wanted):\n"
        "    late = {'click', 'numpy', 'psnplanner.ui.rooms', 'psnplanner.ui.docks'}\n"
        "    print(window.pane.canvas.isVisible(), sorted(late & set(sys.modules)), flush=True)\n"
        "    QApplication.exit(7)\n"
        "app.go_on = stop\n"
        "sys.argv = ['psnplanner']\n"
        "__main__.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.stdout.strip(), done.returncode) == ("True []", 7), done.stderr


def test_the_rest_of_the_window_follows_the_first_frame(qtbot: Any) -> None:
    """By itself, with the start page where there is no programme to open."""
    window = MainWindow(at_once=False)
    qtbot.addWidget(window)
    window.show()
    assert not window.built
    app.go_on(window, None)
    qtbot.waitUntil(lambda: window.built and window.pane.start.isVisible(), timeout=20_000)
    assert window.actions_["open"].isEnabled()
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=20_000)
    QApplication.processEvents()
    assert not any(dock.isVisible() for dock in window.docks)  # empty, they are put away
    assert window.close()
    again = MainWindow()
    qtbot.addWidget(again)
    again.show()
    assert again.findChild(QToolBar).isVisible()  # nor was it kept as hidden
    again.close()


def test_a_signal_closes_the_window(empty_window: MainWindow, qtbot: Any) -> None:
    """Ctrl+C in the terminal it was started from is heard without anybody touching the window."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        app.close_on_signals(empty_window)
        os.kill(os.getpid(), signal.SIGINT)
        qtbot.waitUntil(lambda: not empty_window.isVisible(), timeout=20_000)
    finally:
        for number, act in before.items():
            signal.signal(number, act)


def test_a_window_closed_before_it_is_built_closes(qtbot: Any) -> None:
    """There is nothing to keep yet."""
    window = MainWindow(at_once=False)
    window.show()
    assert window.close()
    window.deleteLater()


def test_the_start_page_closes_without_a_fault(empty_window: MainWindow) -> None:
    """No table has been made that could keep its columns."""
    empty_window.show_start()
    assert empty_window.table is None
    assert empty_window.close()


def test_the_map_stays_where_it_is_when_the_panels_come(window: MainWindow, qtbot: Any) -> None:
    """The room they took when the window was last left is kept free for them."""
    path = window.session.path
    wanted = window.pane.mapTo(window, window.pane.rect().topLeft())
    window.close()
    again = MainWindow(at_once=False, opening=True)
    qtbot.addWidget(again)
    again.show()
    QApplication.processEvents()
    assert again.pane.mapTo(again, again.pane.rect().topLeft()) == wanted
    again.adopt(Session.open(path, author="tester"))
    assert again.built
    qtbot.waitUntil(lambda: not again.jobs.busy, timeout=20_000)
