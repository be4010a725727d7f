"""Savings in the window: by month and by partner, realised and to come, against the target."""

from __future__ import annotations

from datetime import date
from typing import Any

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from psnplanner.planning.benefits import Benefits, Month, PartnerBenefit
from psnplanner.programme.edits import Amend
from psnplanner.ui.main_window import MainWindow
from psnplanner.ui.panels import savings_words as words
from psnplanner.ui.panels.savings_chart import SavingsChart
from psnplanner.ui.panels.savings_panel import BY_PARTNER

ONE_WINDOW = True

FOUND = Benefits(
    share=0.5,
    target_pence_a_year=100_000_000,
    realised_pence_a_year=20_000_000,
    saved_so_far_pence=4_302_200,
    double_so_far_pence=8_695_100,
    in_the_end_pence_a_year=90_000_000,
    month_of_delay_pence=4_250_400,
    target_reached_on=None,
    sites_without_cost=1,
    months=(
        Month("2014-09", True, 10, 1_468_200, 2_066_200, 20_000_000),
        Month("2014-10", False, 10, 2_339_900, 1_994_700, 50_000_000),
        Month("2014-11", False, 10, 2_659_100, 2_172_000, 90_000_000),
    ),
    partners=(
        PartnerBenefit("Halton Council", 264_400, 2_917_500, 3_127_100, ()),
        PartnerBenefit("Sefton Council", 0, 5_297_800, 6_069_900, ()),
    ),
)


def _looked(window: MainWindow, qtbot: Any) -> Any:
    """The panel, brought to the front, once it has worked the savings out."""
    window.actions_["savings"].trigger()
    panel = window.savings.panel
    qtbot.waitUntil(lambda: panel.found is not None, timeout=20_000)
    return panel


def test_in_words() -> None:
    """So far, now and in the end, against what was promised; and what it costs meanwhile."""
    said = " ".join(words.sums(FOUND))
    assert said.startswith(
        "£43,022 saved so far; £200,000 a year saved now, £900,000 a year in the end."
    )
    assert "The £1,000,000 a year promised is not reached in these months." in said
    assert "£86,951 paid twice so far" in said
    assert "would cost £42,504" in said
    assert "1 site has no annual cost" in said
    assert words.month_rows(FOUND)[1] == ("Oct 2014", "to come", "£23,399", "£19,947", "£500,000")
    assert words.partner_rows(FOUND)[-1] == ("All partners", "£2,644", "£82,153", "£91,970")


def test_the_chart_is_drawn(qtbot: Any) -> None:
    """A month that is over is filled, one to come hatched; the target lies above both."""
    chart = SavingsChart()
    qtbot.addWidget(chart)
    chart.resize(400, 200)
    chart.show_savings(FOUND, date(2014, 11, 15))
    assert "£200,000 now" in chart.accessibleName()
    picture = chart.grab().toImage()
    over, to_come = chart.bar(0), chart.bar(2)
    assert over.height() < to_come.height()
    filled, hatched = (
        {picture.pixel(round(bar.left()) + 4 + x, round(bar.bottom()) - 4) for x in range(40)}
        for bar in (over, to_come)
    )
    assert len(filled) == 1
    assert len(hatched) > 1
    none, at = Qt.MouseButton.NoButton, QPointF(to_come.center())
    over_it = QMouseEvent(
        QEvent.Type.MouseMove, at, chart.mapToGlobal(at), none, none, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(chart, over_it)
    assert "£900,000 a year by its end" in chart.toolTip()
    assert "Go-live on 15 November 2014" in chart.toolTip()


def test_it_keeps_up_while_it_is_looked_at(window: MainWindow, qtbot: Any) -> None:
    """The session's own sums; a change shows by itself, and a forecast says what is to come."""
    panel = _looked(window, qtbot)
    now = window.session.savings()
    assert panel.found == now
    assert panel.basis.text() == words.BY_PHASES
    assert panel.table.rowCount() == len(now.months)
    site = next(s for s in window.session.state.sites.values() if s.annual_cost_pence)
    window.session.do(Amend("site", [site.id], {"annual_cost_pence": 90_000_000}))
    qtbot.waitUntil(lambda: panel.found != now, timeout=20_000)
    assert panel.found == window.session.savings()
    window.forecast.panel.told.emit(None)
    panel.forecast.click()
    qtbot.waitUntil(lambda: panel.basis.text() == words.BY_FORECAST, timeout=30_000)
    assert panel.found == window.session.savings(window.forecast.panel.forecast)
    assert not panel.forecast.isVisible()


def test_a_partner_s_line_shows_its_sites(window: MainWindow, qtbot: Any) -> None:
    """Enter on it, by the keys alone."""
    panel = _looked(window, qtbot)
    panel.which.setCurrentText(BY_PARTNER)
    panel.table.setCurrentCell(0, 0)
    panel.table.setFocus()
    QTest.keyClick(panel.table, Qt.Key.Key_Return)
    name, state = panel.found.partners[0].name, window.session.state
    assert {state.partner_name(state.sites[i].partner) for i in window.roster.selected} == {name}


def test_home_leads_there_and_nothing_open_says_so(window: MainWindow, qtbot: Any) -> None:
    """Home's button brings the months to the front; without costs the panel says what to do."""
    panel = window.savings.panel
    window.places.table.raise_()
    block = window.home.panel.savings
    qtbot.waitUntil(lambda: window.home.panel.home is not None, timeout=20_000)
    assert block.button.accessibleName() == "Savings by month and partner"
    block.button.click()
    QApplication.processEvents()
    assert panel.isVisible()
    idents = list(window.session.state.sites)
    window.session.do(Amend("site", idents, {"annual_cost_pence": None}))
    qtbot.waitUntil(lambda: panel.message.text() == words.NO_COSTS, timeout=20_000)
    assert panel.found is None
    window.let_go()
    assert panel.message.text() == words.NOTHING_OPEN
