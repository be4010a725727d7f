"""The list's problems by severity, and the gazetteer that places its postcodes."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

from psnplanner.ui.dialogs.problems_view import ProblemsView
from psnplanner.ui.main_window import MainWindow

CSV = '"CW8 2HZ",10,353000,370000,"E92000001","E19000002","E18000002","","",""\n'


def _problem(row: int, severity: str) -> dict[str, Any]:
    texts = {"column": "Postcode", "value": "X", "message": "is odd", "remedy": "Look."}
    return {"row": row, "severity": severity, **texts}


def test_notes_do_not_drown_errors(qtbot: Any) -> None:
    """Errors and warnings first; the rest only when asked for."""
    view = ProblemsView()
    qtbot.addWidget(view)
    many = [_problem(row, "note") for row in range(2, 600)]
    view.show_problems([*many, _problem(700, "error"), _problem(5, "warning")])
    assert [view.table.item(line, 0).text() for line in range(view.table.rowCount())] == [
        "700",
        "5",
    ]
    assert view.buttons["note"].text() == "Notes (598)"
    assert view.said.text() == "598 hidden"
    view.buttons["note"].click()
    assert view.table.rowCount() == 600
    view.buttons["error"].click()
    assert view.table.item(0, 0).text() == "5"


def test_a_list_with_notes_alone_shows_them(qtbot: Any) -> None:
    """An empty table would say that nothing was remarked."""
    view = ProblemsView()
    qtbot.addWidget(view)
    view.show_problems([_problem(2, "note")])
    assert view.table.rowCount() == 1
    view.show_problems([])
    assert view.said.text() == "Nothing is wrong with the list."


def test_the_gazetteer_is_added_in_the_dialog(
    window: MainWindow, own_home: None, tmp_path: Path, qtbot: Any
) -> None:
    """Offered where there is none; then the list is read again and its postcodes are placed."""
    release = tmp_path / "codepo_gb.zip"
    with zipfile.ZipFile(release, "w") as archive:
        archive.writestr(
            "Doc/metadata.txt", "DATASET VERSION NUMBER: 2014.3\nCOPYRIGHT DATE: 20140801\n"
        )
        archive.writestr("Data/CSV/cw.csv", CSV)
    path = tmp_path / "list.csv"
    path.write_text("Site ref,Name,Postcode\nX1,Delamere Library,CW8 2HZ\n", "utf-8")
    dialog = window.files.import_list(path)
    assert dialog.gazetteer.isVisible()
    qtbot.waitUntil(dialog.button.isEnabled, timeout=20_000)
    assert "1 without a place" in dialog.counts.text()
    assert dialog.tabs.currentWidget() is dialog.problems
    dialog.gazetteer.add_zip(release)
    qtbot.waitUntil(lambda: "1 placed" in dialog.counts.text(), timeout=20_000)
    assert "1 postcode added" in dialog.gazetteer.words.text()
    dialog.reject()


def test_a_zip_that_is_none_is_refused_in_words(
    window: MainWindow, own_home: None, tmp_path: Path, qtbot: Any
) -> None:
    """From the File menu; another may be chosen."""
    bad = tmp_path / "notes.zip"
    bad.write_text("no zip")
    dialog = window.files.gazetteer()
    assert dialog.line.missing
    dialog.line.add_zip(bad)
    qtbot.waitUntil(lambda: "notes.zip" in dialog.line.words.text(), timeout=10_000)
    assert dialog.line.add.isEnabled()
    dialog.reject()
