"""File › Export: as what, where to, and how many were written."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QMessageBox

from psnplanner.ui.main_window import MainWindow

ONE_WINDOW = True


def test_the_sites_are_exported(window: MainWindow, tmp_path: Path, qtbot: Any) -> None:
    """To the file named, in the format chosen; the window says how many."""
    window.actions_["export"].trigger()
    dialog = window.findChild(_dialog_class())
    dialog.format.setCurrentIndex(1)
    assert dialog.path.text().endswith(".csv")
    out = tmp_path / "out.csv"
    dialog.path.setText(str(out))
    dialog.button.click()
    qtbot.waitUntil(lambda: "Wrote 120 sites" in dialog.said.text(), timeout=20_000)
    with out.open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == 121
    assert dialog.folder.isVisible()
    dialog.reject()


def _dialog_class() -> Any:
    from psnplanner.ui.dialogs.export_dialog import ExportDialog

    return ExportDialog


def test_another_file_is_not_written_over_unasked(
    window: MainWindow, tmp_path: Path, qtbot: Any
) -> None:
    """And what cannot be written is said in the dialog."""
    from psnplanner.ui.export_commands import ask_export

    dialog = ask_export(window)
    out = tmp_path / "kept.csv"
    out.write_text("mine")
    dialog.path.setText(str(out))
    dialog.button.click()
    (box,) = dialog.findChildren(QMessageBox)
    assert out.read_text() == "mine"
    next(b for b in box.buttons() if b.text() == "Write over it").click()
    qtbot.waitUntil(lambda: "Wrote" in dialog.said.text(), timeout=20_000)
    assert out.read_text() != "mine"
    qtbot.waitUntil(dialog.button.isEnabled, timeout=20_000)
    dialog.path.setText(str(tmp_path / "no such folder" / "x.csv"))
    dialog.button.click()
    qtbot.waitUntil(lambda: "no such folder" in dialog.said.text(), timeout=20_000)
    assert dialog.button.isEnabled()
    dialog.reject()
