"""The snapshot dialog: what is asked, looked at, remembered, issued and compared."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from psnplanner.session import Session
from psnplanner.ui import snapshot_commands
from psnplanner.ui.dialogs.comparison_view import KINDS
from psnplanner.ui.main_window import MainWindow

ONE_WINDOW = True


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files the browser is asked to open."""
    found: list[Path] = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: found.append(Path(url.toLocalFile()))
    )
    return found


def _tick(dialog: Any, key: str, on: bool) -> None:
    for row in range(dialog.sections.count()):
        item = dialog.sections.item(row)
        if key in ("*", item.data(Qt.ItemDataRole.UserRole)):
            item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)


def test_a_look_then_an_issue_and_it_is_remembered(
    window: MainWindow, sample: Session, tmp_path: Path, opened: list[Path], qtbot: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    dialog = snapshot_commands.ask(window)
    _tick(dialog, "*", False)
    _tick(dialog, "late", True)
    dialog.title.setText("Board pack")
    dialog.issue.setChecked(True)
    prospects = tmp_path / "may join.csv"
    prospects.write_text("Name,Postcode\nLantern Hospice,WA7 1TT\n", "utf-8")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(prospects), ""))
    _tick(dialog, "joiners", True)
    qtbot.mouseClick(dialog.join, Qt.MouseButton.LeftButton)
    assert dialog.join.text() == "Without may join.csv"
    dialog.audience.setCurrentIndex(dialog.audience.findData("public"))
    qtbot.mouseClick(dialog.look, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(opened) == 1, timeout=20_000)
    page = opened[0].read_text("utf-8")
    assert "Board pack" in page
    assert "Lantern Hospice" in page
    qtbot.mouseClick(dialog.join, Qt.MouseButton.LeftButton)
    assert dialog.prospects is None
    _tick(dialog, "joiners", False)
    assert not sample.state.issued_snapshots

    offered: list[str] = []

    def chosen(_parent: Any, _title: str, name: str, _filter: str) -> tuple[str, str]:
        offered.append(name)
        return str(tmp_path / "out"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", chosen)
    dialog.kinds[".svg"].setChecked(True)
    (tmp_path / "out.svg").write_text("mine")
    qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    assert "already" in dialog.refusal.text()
    (tmp_path / "out.svg").unlink()
    qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(opened) == 2, timeout=20_000)
    assert opened[1] == tmp_path / "out.html"
    assert Path(offered[0]).name.startswith("Board pack ")
    assert Path(offered[0]).is_absolute()  # beside the programme, wherever we were started
    assert (tmp_path / "out.svg").stat().st_size > 1_000
    assert {i.form for i in sample.state.issued_snapshots.values()} == {".html", ".svg"}
    issued = next(iter(sample.state.issued_snapshots.values()))
    assert (issued.audience, issued.sections, issued.title) == ("public", "late", "Board pack")

    again = snapshot_commands.ask(window)
    assert again.wanted["sections"] == ("late",)
    assert (again.wanted["audience"], again.title.text()) == ("public", "Board pack")
    assert again.issue.isChecked()
    assert again.endings == [".html", ".svg"]
    again.reject()


def session_counts(session: Session, first: date) -> list[tuple[str, int]]:
    """What a comparison from that day lists, in words, and how many sites of each."""
    found = session.compare(first, session.present_day, audience="board")
    return [(f"{len(found[k]):,} {words}", len(found[k])) for k, words in KINDS.items() if found[k]]


def test_nothing_chosen_is_refused(window: MainWindow, qtbot: Any) -> None:
    dialog = snapshot_commands.ask(window)
    _tick(dialog, "*", False)
    qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    assert "No section" in dialog.refusal.text()
    dialog.reject()


def test_what_changed_is_said_and_written(
    window: MainWindow, sample: Session, opened: list[Path], qtbot: Any
) -> None:
    dialog = snapshot_commands.ask(window)
    first = sample.transactions()[0].effective_on
    dialog.since_day.setDate(QDate(first.year, first.month, first.day))
    dialog.since.setChecked(True)
    assert dialog.said.isVisible()
    assert not dialog.sections.isVisible()

    def said() -> list[str]:
        return [dialog.said.topLevelItem(k).text(0) for k in range(dialog.said.topLevelItemCount())]

    qtbot.waitUntil(lambda: "sites live on" in said()[0], timeout=20_000)
    counted = session_counts(sample, first)
    assert said()[1 : 1 + len(counted)] == [words for words, _ in counted]
    for k, (_, rows) in enumerate(counted, start=1):
        assert dialog.said.topLevelItem(k).childCount() == rows
    qtbot.mouseClick(dialog.look, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(opened) == 1, timeout=20_000)
    assert "What changed" in opened[0].read_text("utf-8")
    dialog.reject()
