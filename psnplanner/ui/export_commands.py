"""Lists out of the window: File › Export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psnplanner.ui.main_window import MainWindow


def ask_export(window: MainWindow) -> Any:
    """Ask as what and where, and write the sites."""
    from psnplanner.ui.dialogs.export_dialog import ExportDialog

    dialog = ExportDialog(window.session, window.jobs, window)
    dialog.open()
    return dialog
