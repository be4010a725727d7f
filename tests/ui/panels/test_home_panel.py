"""The Home tab: figures that follow every change, and sites shown when asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt

from psnplanner.programme.stage import BLOCKED
from psnplanner.programme.stage_edits import RecordStage
from psnplanner.ui.home_figures import Forecast
from psnplanner.ui.main_window import MainWindow
from tests.ui.sample import TODAY

ONE_WINDOW = True


def test_home_comes_first_and_tells_how_far_it_is(window: MainWindow) -> None:
    """Days left, live of all, the plan, what is stuck; the chart in words for a reader."""
    panel, state = window.home.panel, window.session.state
    assert window.tabs.widget(0) is panel
    assert window.tabs.currentWidget() is panel
    assert panel.countdown.text() == "177 days to go-live"
    live = sum(status == "live" for status in state.statuses.values())
    assert panel.live.text().startswith(f"{live} of {len(state.sites)} live")
    assert "plan" in panel.plan.text()
    assert panel.chart.isVisibleTo(panel)
    assert f"{live} by 6 October 2014" in panel.chart.accessibleName()
    assert panel.forecast.text() == "No forecast of go-live yet."


def test_it_follows_a_change(window: MainWindow, qtbot: Any) -> None:
    """A site that is blocked now is counted now, and worst lines are shown."""
    panel = window.home.panel
    before = panel.home.blocked
    site = next(i for i, s in window.session.state.statuses.items() if s == "planned")
    window.session.do(RecordStage(site, "desktop_survey", BLOCKED, TODAY, waiting_on="the flood"))
    qtbot.waitUntil(lambda: panel.home.blocked == before + 1, timeout=10_000)
    assert panel.stuck.said.text().startswith(f"{before + 1} blocked")
    assert len(panel.stuck.lines) == 5


def test_a_line_shows_its_sites(window: MainWindow, qtbot: Any) -> None:
    """By a click or by Enter: chosen, and the map there."""
    panel = window.home.panel
    line = panel.stuck.lines[0]
    panel.scroll.ensureWidgetVisible(line)
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton)
    assert window.roster.selected == frozenset(panel.home.stuck[0].sites)
    finding = panel.findings.lines[0]
    qtbot.keyClick(finding, Qt.Key.Key_Return)
    assert window.roster.selected == frozenset(panel.home.findings[0].sites)
    qtbot.mouseClick(panel.stuck.button, Qt.MouseButton.LeftButton)
    assert window.roster.selected == frozenset(panel.home.stuck_sites)


def test_all_findings_are_a_tab_away(window: MainWindow, qtbot: Any) -> None:
    """The button goes there."""
    qtbot.mouseClick(window.home.panel.findings.button, Qt.MouseButton.LeftButton)
    assert window.tabs.currentWidget() is window.findings


def test_a_forecast_is_told(window: MainWindow) -> None:
    """When there is one, and no longer than there is."""
    panel = window.home.panel
    panel.set_forecast(Forecast(0.35))
    assert panel.chance.isVisibleTo(panel)
    assert panel.chance.text().startswith("35% chance")
    panel.set_forecast(None)
    assert not panel.chance.isVisibleTo(panel)


def test_without_a_programme_or_without_sites_it_says_what_to_do(
    empty_window: MainWindow, session: Any, settle: Callable[..., None]
) -> None:
    """Open one; import a list."""
    panel = empty_window.home.panel
    assert panel.message.isVisibleTo(panel)
    assert "Open a programme" in panel.message.text()
    empty_window.adopt(session)
    settle(empty_window)
    assert "Import" in panel.message.text()
    assert not panel.scroll.isVisibleTo(panel)
    empty_window.let_go()
    assert "Open a programme" in panel.message.text()


def test_the_chart_is_drawn(window: MainWindow) -> None:
    """The live curve is filled in green below, up to the present day and not beyond."""
    chart = window.home.panel.chart
    window.activateWindow()
    chart.resize(240, 104)
    image = chart.grab().toImage()
    plot = chart._plot()
    curve = window.home.panel.home.burn_up
    now = chart._at(plot, TODAY, 0).x()
    low = int(plot.bottom()) - 2
    assert curve.live[-1] > 0
    inside = image.pixelColor(int(now) - 4, low)
    outside = image.pixelColor(int(now) + 12, low)
    assert inside.green() > inside.red()
    assert inside != outside
