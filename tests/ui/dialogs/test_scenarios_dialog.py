"""What if: scenarios made, planned beside the programme as it is, changed, forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import Qt

from psnplanner.planning.plan import Options
from psnplanner.planning.scenario import Settings
from psnplanner.programme.edits import Amend
from psnplanner.session import Session
from psnplanner.ui.dialogs.scenarios_dialog import compared_words
from psnplanner.ui.main_window import MainWindow
from psnplanner.ui.wording import to_qdate

ONE_WINDOW = True
Settle = Callable[[MainWindow], None]


@pytest.fixture
def dialog(window: MainWindow) -> Any:
    """The window of scenarios."""
    return window.plan.what_if()


def row(dialog: Any, name: str) -> list[str]:
    """The cells of a scenario's line."""
    tree = dialog.tree
    for place in range(tree.topLevelItemCount()):
        item = tree.topLevelItem(place)
        if item.text(0) == name:
            tree.setCurrentItem(item)
            return [item.text(column) for column in range(tree.columnCount())]
    raise AssertionError(f"no line {name}")


def compared(name: str, pounds: int, more: int, late: int, moves: int) -> dict[str, Any]:
    """A row as `session.compare_scenarios` gives it."""
    return {
        "scenario": name, "total_pounds": pounds, "difference_pounds": more, "sites_planned": 120,
        "sites_left_out": 0, "sites_late": late, "moved": moves,
        "last_phase_ends_on": "2015-03-31", "gap_percent": 2.5, "shortfall": None,
    }  # fmt: skip


def test_a_scenario_is_made_changed_and_forgotten(
    dialog: Any, window: MainWindow, qtbot: Any
) -> None:
    """Kept in the file under its name; a refusal is said in its dialog."""
    asked = dialog._edit("")
    asked.button.click()
    assert "no name" in asked.refusal.text()
    asked.name.setText("Late and short")
    asked.button.click()
    assert "Nothing would be different" in asked.refusal.text()
    asked.crews.setValue(-1)
    asked.later.setChecked(True)
    asked.go_live.setDate(to_qdate(date(2015, 5, 1)))
    asked.partners.item(0).setCheckState(Qt.CheckState.Checked)
    out = asked.partners.item(0).text()
    asked.button.click()
    (kept,) = window.session.state.scenarios.values()
    assert Settings.from_json(kept.settings) == Settings(-1.0, date(2015, 5, 1), (out,))
    assert row(dialog, "Late and short")[1] == (
        f"1 crew fewer, go-live on 1 May 2015, without {out}"
    )
    again = dialog._edit("Late and short")
    again.name.setText("Short")
    again.partners.item(0).setCheckState(Qt.CheckState.Unchecked)
    again.button.click()
    assert [s.name for s in window.session.state.scenarios.values()] == ["Short"]
    row(dialog, "Short")
    qtbot.mouseClick(dialog.remove, Qt.MouseButton.LeftButton)
    assert not window.session.state.scenarios


def test_they_are_planned_side_by_side(
    dialog: Any, window: MainWindow, settle: Settle, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pounds, sites late, moves; what was planned before a change is said to be old."""
    asked: list[Options] = []

    def compare(_self: Session, options: Options, progress: Any) -> Any:
        asked.append(options)
        progress(0.5, "Planning “Two crews more”")
        return [
            compared("As it is", 500_000, 0, 3, 10),
            compared("Two crews more", 488_000, -12_000, 1, 14),
        ]

    monkeypatch.setattr(Session, "compare_scenarios", compare)
    window.session.keep_scenario("Two crews more", Settings(extra_crews=2.0))
    dialog.seconds.setValue(7)
    qtbot.mouseClick(dialog.compare, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: row(dialog, "Two crews more")[2] != "", timeout=30_000)
    settle(window)
    assert asked[0].seconds == 7
    assert row(dialog, "As it is")[2:] == ["£500,000", "", "3", "10", "31 March 2015", "2.5 %"]
    assert row(dialog, "Two crews more") == [
        "Two crews more", "2 crews more", "£488,000", "−£12,000", "1", "14", "31 March 2015",
        "2.5 %",
    ]  # fmt: skip
    assert "as it is" in dialog.said.text()
    assert "compare again" not in dialog.tree.currentItem().toolTip(2)
    site = next(iter(window.session.state.sites))
    window.session.do(Amend("site", [site], {"effort_days": 7.0}))
    qtbot.waitUntil(
        lambda: row(dialog, "Two crews more") and "compare again" in
        dialog.tree.currentItem().toolTip(2), timeout=20_000,
    )  # fmt: skip


def test_what_binds_most_is_said(dialog: Any, window: MainWindow, qtbot: Any) -> None:
    """In the planner's words: what one more crew is worth."""
    said = [item["sentence"] for item in window.session.pressures()[:2]]
    words = " ".join(said) or "No phase is so full that it costs money."
    qtbot.waitUntil(lambda: dialog.tight.text() == words, timeout=60_000)


def test_the_comparison_is_said_in_a_sentence() -> None:
    """The cheapest, and the one with the fewest late."""
    rows = [
        {"scenario": "As it is", "total_pounds": 100_000, "sites_late": 9},
        {"scenario": "A", "total_pounds": 90_000, "sites_late": 9},
        {"scenario": "B", "total_pounds": 120_000, "sites_late": 2},
    ]
    assert compared_words(rows) == (
        "<b>A</b> would cost £10,000 less than the programme as it is. Fewest late: <b>B</b>, "
        "2 sites instead of 9."
    )
    assert "No scenario costs less" in compared_words([rows[0], rows[2]])
    assert "Add a scenario" in compared_words(rows[:1])
