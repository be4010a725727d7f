"""Small lists, and the import opened on one of them, over the sample programme."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from psnplanner.session import Session
from psnplanner.ui.dialogs.import_dialog import ROWS, ImportDialog
from psnplanner.ui.jobs import Jobs

LIST = """Site ref,Name,Kind,Partner,Postcode,Latitude,Longitude,Contract ends
X1,Delamere Library,Library,Halton Council,CW8 2HZ,53.228,-2.680,1/5/2015
X2,Kelsall Surgery,GP practice,NHS,CW6 0QG,53.209,-2.717,31/02/2015
,,,,,,,
X3,Frodsham School,School,Halton Council,NOT A CODE,53.295,-2.727,
X4,Helsby Depot,Depot,Halton Council,WA6 9AA,53.274,-2.770,
"""

Opener = Callable[..., ImportDialog]


@pytest.fixture
def opened(sample: Session, tmp_path: Path, qtbot: Any) -> Iterator[Opener]:
    """Opens the import on a text, or on a file, and waits until it is read."""
    jobs, dialogs = Jobs(), []

    def open_on(
        text: str | Path = LIST, name: str = "list.csv", *, wait: bool = True
    ) -> ImportDialog:
        path = text if isinstance(text, Path) else tmp_path / name
        if isinstance(text, str):
            path.write_text(text, "utf-8")
        dialog = ImportDialog(sample, jobs)
        dialogs.append(dialog)
        dialog.open()
        dialog.read(path)
        if wait:
            read(dialog, qtbot)
        return dialog

    yield open_on
    jobs.stop()
    for dialog in dialogs:
        if isValid(dialog):
            dialog.done(0)
    QApplication.processEvents()


def read(dialog: ImportDialog, qtbot: Any) -> None:
    """Wait until what was asked for last is read."""
    qtbot.waitUntil(
        lambda: not dialog.reader.busy and dialog.reader.rows is not None, timeout=20_000
    )


def words(dialog: ImportDialog, line: int, column: int) -> str:
    """What stands in a cell of the table of rows."""
    model = dialog.rows_page.model
    return str(model.data(model.index(line, column)))


def at_row(dialog: ImportDialog, row: int) -> None:
    """Show the rows, that one chosen."""
    dialog.steps.setCurrentIndex(ROWS)
    dialog.rows_page.choose_row(row)


def import_and_wait(dialog: ImportDialog, qtbot: Any) -> None:
    """Walk to the last step, press Import, and wait until it is done."""
    while dialog.next.text() != "&Import":
        dialog.next.click()
    dialog.next.click()
    qtbot.waitUntil(lambda: dialog.finish_page.title.text().startswith("<h2>Imported"),
                    timeout=20_000)  # fmt: skip
