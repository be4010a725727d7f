"""Propose phases: told as it goes on, stopped with the best, shown before and after, applied."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from PySide6.QtCore import Qt

from psnplanner.planning.plan import Options
from psnplanner.planning.plan_search import Better
from psnplanner.planning.prices import Prices, with_prices
from psnplanner.programme.edits import Amend
from psnplanner.session import Session
from psnplanner.ui.dialogs.plan_progress import PlanProgress, moved
from psnplanner.ui.dialogs.plan_tables import plan_words
from psnplanner.ui.dialogs.prices_dialog import MEANINGS, PricesDialog, usual_prices
from psnplanner.ui.main_window import MainWindow
from psnplanner.ui.prices import keep_prices, kept_prices

ONE_WINDOW = True
Settle = Callable[[MainWindow], None]


@pytest.fixture
def dialog(window: MainWindow, settle: Settle) -> Any:
    """The dialog, its maps drawn."""
    made = window.plan.propose()
    made.seconds.setValue(1)
    settle(window)
    return made


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A planner that thinks for a moment only: what is looked at here is the dialog."""
    really = Session.propose_plan

    def propose(self: Session, options: Options, *rest: Any, **more: Any) -> Any:
        return really(self, dataclasses.replace(options, seconds=0.001), *rest, **more)

    monkeypatch.setattr(Session, "propose_plan", propose)


def test_a_plan_is_shown_and_put_in_force_as_one(
    dialog: Any, window: MainWindow, settle: Settle, qtbot: Any, short: None
) -> None:
    """Figures, phases, what changes in sentences, both maps; one transaction, one undo."""
    dialog.start()
    settle(window)
    qtbot.waitUntil(dialog.apply.isEnabled, timeout=30_000)
    settle(window)
    plan = dialog.plan
    assert dialog.progress.figures["Cost"].text() == f"£{plan.total_pounds:,.0f}"
    assert dialog.progress.figures["Proved gap"].text() == f"{100 * plan.gap:.1f} %"
    assert dialog.progress.figures["Sites moved"].text() == f"{plan.moved:,}"
    assert dialog.table.rowCount() == len(plan.after.phases)
    lines = [dialog.days.topLevelItem(n) for n in range(dialog.days.topLevelItemCount())]
    told = [line.child(n).text(1) for line in lines for n in range(line.childCount())]
    assert sorted(told) == sorted(f"Crew {slot.crew}" for slot in plan.slots.values())
    sentences = [dialog.changes.item(row).text() for row in range(dialog.changes.count())]
    assert [move.sentence for move in plan.moves] == sentences[-len(plan.moves) :]
    assert dialog.maps.before.roster.rows.state is window.session.state
    assert dialog.maps.after.roster.rows.state is plan.after
    count = len(window.session.transactions())
    qtbot.mouseClick(dialog.apply, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(window.session.transactions()) > count, timeout=20_000)
    settle(window)
    assert len(window.session.transactions()) == count + 1
    assert {s.id: s.phase for s in window.session.state.sites.values()} == {
        s.id: s.phase for s in plan.after.sites.values()
    }


def test_a_change_shows_its_sites_and_others_can_be_left_out(
    dialog: Any, window: MainWindow, settle: Settle, qtbot: Any, short: None
) -> None:
    """In both maps, which move as one."""
    dialog.start()
    settle(window)
    qtbot.waitUntil(dialog.apply.isEnabled, timeout=30_000)
    settle(window)
    assert dialog.plan.moves
    last = dialog.changes.count() - 1
    dialog.changes.setCurrentRow(last)
    maps = dialog.maps
    assert maps.before.roster.selected == {dialog.plan.moves[-1].site}
    assert maps.after.roster.selected == {dialog.plan.moves[-1].site}
    maps.only.setChecked(True)
    assert maps.before.roster.shown_count == len({move.site for move in dialog.plan.moves})
    maps.before.pan(40, 10)
    assert (maps.after.view.x, maps.after.view.scale) == (maps.before.view.x,
                                                          maps.before.view.scale)  # fmt: skip
    assert dialog.costs.item(0, 1).text().startswith("£")


def test_better_plans_stream_in_and_stopping_keeps_the_best(
    dialog: Any, window: MainWindow, settle: Settle, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told of by the planner's own thread, shown by the window's; the button says what it does."""
    state, heard, done = window.session.state, Event(), []
    where = {site.id: site.phase for site in state.sites.values()}
    phases = state.phases_in_order
    first = next(i for i, p in where.items() if p in state.phases and p != phases[0].id)
    plan = window.session.propose_plan(Options(seconds=0.001))

    def propose(_self: Any, options: Options, progress: Any, *, better: Any, enough: Any) -> Any:
        better(Better(2_000.0, where, tuple(phases), None))
        better(Better(1_000.0, where | {first: phases[0].id}, tuple(phases), 900.0))
        heard.set()
        while not enough():
            progress(0.5, "Improving the plan")
            heard.wait(0.01)
        done.append(True)
        return plan

    monkeypatch.setattr(Session, "propose_plan", propose)
    dialog.start()
    qtbot.waitUntil(lambda: dialog.progress.figures["Cost"].text() == "£1,000", timeout=20_000)
    assert dialog.progress.figures["Proved gap"].text() == "10.0 %"
    assert dialog.progress.figures["Sites moved"].text() == "1"
    qtbot.waitUntil(lambda: dialog.maps.after.roster.selected == {first}, timeout=20_000)
    assert dialog.maps.after.roster.rows.state.sites[first].phase == phases[0].id
    assert dialog.propose.text() == "Stop: keep the best"
    assert not dialog.apply.isEnabled()
    qtbot.mouseClick(dialog.propose, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(dialog.apply.isEnabled, timeout=20_000)
    assert done
    assert dialog.plan is plan
    settle(window)
    assert dialog.maps.after.roster.rows.state is plan.after


def test_the_planner_ends_when_it_is_enough(window: MainWindow) -> None:
    """The best plan so far, told of before, of a search that would go on for ten minutes."""
    told: list[Better] = []
    plan = window.session.propose_plan(
        Options(seconds=600), better=told.append, enough=lambda: bool(told)
    )
    assert told
    assert plan.total_pounds <= told[0].pounds + 0.01
    assert told[0].phases
    assert all(b.bound_pounds is None or b.bound_pounds <= b.pounds for b in told)


def test_a_plan_of_a_programme_that_was_cannot_be_applied(
    dialog: Any, window: MainWindow, settle: Settle, qtbot: Any, short: None
) -> None:
    """It says so; proposed again it can, and the map is of the programme as it is."""
    dialog.start()
    qtbot.waitUntil(dialog.apply.isEnabled, timeout=30_000)
    site = next(iter(window.session.state.sites))
    window.session.do(Amend("site", [site], {"note": "changed"}))
    qtbot.waitUntil(lambda: not dialog.apply.isEnabled(), timeout=10_000)
    assert "has changed since" in dialog.said.text()
    settle(window)
    dialog.start()
    qtbot.waitUntil(dialog.apply.isEnabled, timeout=30_000)
    settle(window)
    assert dialog.maps.before.roster.rows.state is window.session.state


def test_closing_gives_it_up(dialog: Any, window: MainWindow, settle: Settle, qtbot: Any) -> None:
    """Nothing is changed, nothing is left running."""
    count = len(window.session.transactions())
    dialog.seconds.setValue(600)
    dialog.start()
    qtbot.waitUntil(lambda: dialog._heard.better is not None, timeout=20_000)
    dialog.reject()
    settle(window)
    assert len(window.session.transactions()) == count


def test_a_refusal_is_said(
    dialog: Any, window: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the dialog, where it was asked for."""
    keep_prices({"miss_pounds": -1.0})
    try:
        dialog.start()
        settle(window)
        assert "below nothing" in dialog.said.text()
        assert dialog.propose.text() == "Propose"
    finally:
        keep_prices({})


def test_every_price_can_be_changed_and_is_kept(window: MainWindow) -> None:
    """None is left out; what is usual again is not kept."""
    assert set(MEANINGS) == set(usual_prices())
    with_prices(Prices(), usual_prices())
    dialog = PricesDialog(window)
    dialog.fields["partner_visit_pounds"].setValue(1500)
    dialog.button.click()
    try:
        assert kept_prices() == {"partner_visit_pounds": 1500.0}
        again = PricesDialog(window)
        assert again.fields["partner_visit_pounds"].value() == 1500
        again._reset()
        again.button.click()
        assert kept_prices() == {}
    finally:
        keep_prices({})


def test_words_say_what_is_wrong_first(window: MainWindow) -> None:
    """A shortfall in red; moves that had to be."""
    plan = window.session.propose_plan(Options(seconds=0.001))
    report = plan.report() | {"shortfall": "3 sites <late>", "moved": 4, "forced_moves": 2}
    words = plan_words(report | {"cautions": ["one", "two", "three", "four", "five"]})
    assert "▲ three<br>and 2 more cautions" in words
    assert "3 sites &lt;late&gt;" in words
    assert "4 sites moved from another phase (2 had to)" in words


def test_moves_are_counted_from_phases_only(window: MainWindow, qtbot: Any) -> None:
    """A site that was in none has not moved."""
    state = window.session.state
    phase = state.phases_in_order[0].id
    found = moved(state, dict.fromkeys(state.sites, phase))
    assert set(found) == {
        s.id for s in state.sites.values() if s.phase in state.phases and s.phase != phase
    }
    progress = PlanProgress()
    progress.show_better(Better(10.0, {}), state)
    assert progress.figures["Proved gap"].text() == "—"
