"""Starting the window: paint first, load afterwards."""

from __future__ import annotations

import sys
from pathlib import Path

from psnplanner.ui import display


def run(path: Path | None, *, argv: list[str] | None = None) -> int:
    """Open the window on a programme (None: the last one, else the start page); its exit code.

    Raises UserError if Qt lacks a system library or there is no display, before Qt could abort.
    """
    display.check(visible=False)
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from psnplanner.ui import look
    from psnplanner.ui.main_window import MainWindow
    from psnplanner.ui.messages import Mishaps
    from psnplanner.ui.settings import recent_files, settings

    app = QApplication.instance() or QApplication(argv or sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("PSN Planner")
    app.setDesktopFileName("psnplanner")
    mishaps = Mishaps()
    mishaps.install()
    look.apply(str(settings().value("appearance", "system")))
    window = MainWindow()
    wanted = path or next(iter(recent_files()), None)
    if wanted is None:
        window.show_start()
    window.show_first()
    # The event queue paints the shell before this timer lets the heavy imports begin.
    if wanted is None:
        QTimer.singleShot(50, window.get_ready)
    else:
        QTimer.singleShot(0, lambda: QTimer.singleShot(0, lambda: window.files.open(wanted)))
    app.styleHints().colorSchemeChanged.connect(
        lambda: look.apply(str(settings().value("appearance", "system")))
    )
    return int(app.exec())
