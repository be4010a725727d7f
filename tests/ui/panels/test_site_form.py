"""The site form: stages, recording, refusal and override, history."""

from __future__ import annotations

from typing import Any

from psnplanner.programme.stage import DONE, NOT_NEEDED, STATES, WAITING
from psnplanner.ui.main_window import MainWindow
from tests.ui.sample import TODAY, ident


def _fresh_site(window: MainWindow) -> bytes:
    """A site of which only the first stage is done."""
    state = window.session.state
    return next(i for i in state.sites if len(state.stages_of(i)) == 1)


def _record(window: MainWindow, stage: str, wanted: str) -> None:
    window.form.track.chosen.emit(stage)
    window.form.box.state.setCurrentIndex(STATES.index(wanted))
    window.form.box.record.click()


def test_the_track_shows_every_stage(window: MainWindow) -> None:
    """State by state, with whom it waits on and since when."""
    state = window.session.state
    waits = next(
        (i, key)
        for i in state.sites
        for key, record in state.stages_of(i).items()
        if record.state == WAITING
    )
    window.roster.select([waits[0]])
    rows = window.form.track.rows
    assert list(rows) == [stage.key for stage in state.workflow.stages]
    row, record = rows[waits[1]], state.stages_of(waits[0])[waits[1]]
    assert row.state == WAITING
    assert record.waiting_on in row.more.text()
    assert "days" in row.more.text()
    assert record.next_action in row.more.text()


def test_recording_a_stage(window: MainWindow, qtbot: Any) -> None:
    """State, day and note reach the file; the form, the map and the history follow."""
    site = _fresh_site(window)
    window.roster.select([site])
    window.form.track.chosen.emit("desktop_survey")
    box = window.form.box
    assert box.isVisible()
    assert box.state.currentData() == DONE
    box.note.setText("duct to the kerb")
    box.record.click()
    record = window.session.state.stages_of(site)["desktop_survey"]
    assert (record.state, record.actual_on, record.note) == (DONE, TODAY, "duct to the kerb")
    assert not box.isVisible()
    assert window.form.track.rows["desktop_survey"].state == DONE
    assert window.form._status.text() == "Surveyed"
    qtbot.waitUntil(lambda: "esktop survey" in window.form.history.text(), timeout=5000)


def test_a_gate_refuses_inline_and_yields_to_a_reason(window: MainWindow) -> None:
    """Nothing is recorded until a reason is given; then it stays as an override."""
    site = _fresh_site(window)
    window.roster.select([site])
    _record(window, "cpe", DONE)
    box = window.form.box
    assert box.refusal.isVisible()
    assert "Fibre blown and spliced" in box.refusal.text.text()
    assert "cpe" not in window.session.state.stages_of(site)
    assert not box.refusal.override.isEnabled()
    box.refusal.reason.setText("fitted early, fibre next week")
    box.refusal.override.click()
    assert window.session.state.stages_of(site)["cpe"].state == DONE
    reasons = {o.reason for o in window.session.state.overrides.values()}
    assert reasons == {"fitted early, fibre next week"}
    assert "fitted early" in window.form._facts["Overrides"].text()


def test_a_day_to_come_is_refused_without_an_override(window: MainWindow) -> None:
    """There is no reason for recording the future."""
    from datetime import date

    from psnplanner.ui.wording import to_qdate

    site = _fresh_site(window)
    window.roster.select([site])
    window.form.track.chosen.emit("desktop_survey")
    box = window.form.box
    box.day.setDate(to_qdate(date(2099, 1, 1)))
    box.record.click()
    assert "1 January 2099" in box.refusal.text.text()
    assert not box.refusal.override.isVisible()


def test_waiting_names_whom(window: MainWindow) -> None:
    """The stage's owner unless another is written."""
    site = _fresh_site(window)
    window.roster.select([site])
    window.form.track.chosen.emit("desktop_survey")
    box = window.form.box
    box.state.setCurrentIndex(STATES.index(WAITING))
    assert box.waiting_on.isVisible()
    box.waiting_on.setText("the caretaker")
    box.record.click()
    assert window.session.state.stages_of(site)["desktop_survey"].waiting_on == "the caretaker"
    row = window.roster.rows.rows[window.roster.rows.index_of[site]]
    assert "the caretaker · 0 days" in row.cells


def test_the_wayleave_and_its_stage(window: MainWindow) -> None:
    """Recorded here, it settles the stage of that name."""
    site = _fresh_site(window)
    window.roster.select([site])
    line = window.form.wayleave
    line.change.click()
    line.state.setCurrentIndex(line.state.findData("not needed"))
    line.button.click()
    assert window.session.state.wayleave_of(site).state == "not needed"
    assert window.form.track.rows["wayleave"].state == NOT_NEEDED
    assert "Not needed" in line.text.text()


def test_phase_and_lock(window: MainWindow) -> None:
    """Chosen from the list; a locked site refuses to move, and the form goes back."""
    site = _fresh_site(window)
    window.roster.select([site])
    box = window.form.phase
    box.setCurrentIndex(box.findText("Chester"))
    box.activated.emit(box.currentIndex())
    assert window.session.state.sites[site].phase == ident("Chester")
    window.form.lock.click()
    assert window.session.state.sites[site].locked
    box.setCurrentIndex(0)
    box.activated.emit(0)
    assert window.session.state.sites[site].phase == ident("Chester")
    assert box.currentText() == "Chester"


def test_a_wayleave_with_its_dates_and_landowner(window: MainWindow) -> None:
    """Requested, then granted until a day; who owns the land stays."""
    from datetime import date

    from psnplanner.programme.gates import unmet
    from psnplanner.programme.stage import WAITING
    from psnplanner.ui.wording import to_qdate

    state = window.session.state
    stage = state.workflow.by_key["wayleave"]
    site = next(
        i
        for i, site in state.sites.items()
        if "wayleave" not in state.stages_of(i) and not unmet(state, site, stage, TODAY)
    )
    window.roster.select([site])
    box = window.form.wayleave
    box.change.click()
    assert box.state.currentData() == "requested"
    assert not box.until.isVisible()
    box.landowner.setText("Tatton Estate")
    box.day.setDate(to_qdate(date(2014, 9, 1)))
    box.button.click()
    assert window.form.track.rows["wayleave"].state == WAITING
    box.change.click()
    assert box.state.currentData() == "granted"
    assert box.landowner.text() == "Tatton Estate"
    box.ends.setChecked(True)
    box.until.setDate(to_qdate(date(2020, 1, 1)))
    box.day.setDate(to_qdate(TODAY))
    box.note.setText("ten metres of verge")
    box.button.click()
    kept = window.session.state.wayleave_of(site)
    assert (kept.state, kept.requested_on, kept.decided_on, kept.expires_on) == (
        "granted",
        date(2014, 9, 1),
        TODAY,
        date(2020, 1, 1),
    )
    assert not box.form.isVisible()
    for words in ("Granted on 6 Oct 2014", "until 1 Jan 2020", "Tatton Estate", "verge"):
        assert words in box.text.text()


def test_a_wayleave_refused_by_the_write_door_is_said_inside(window: MainWindow) -> None:
    """An end before the beginning; the form stays open, another site closes it."""
    from datetime import date

    from psnplanner.ui.wording import to_qdate

    site = _fresh_site(window)
    window.roster.select([site])
    box = window.form.wayleave
    box.change.click()
    box.state.setCurrentIndex(box.state.findData("granted"))
    box.ends.setChecked(True)
    box.until.setDate(to_qdate(date(2013, 1, 1)))
    box.button.click()
    assert box.refusal.isVisible()
    assert "1 January 2013" in box.refusal.text.text()
    assert window.session.state.wayleave_of(site) is None
    window.roster.select([ident("site 50")])
    assert not box.form.isVisible()


def test_enter_records_and_enter_in_the_reason_overrides_once(window: MainWindow) -> None:
    """The keys alone: no second recording behind the first; the override says by whom."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    site = _fresh_site(window)
    window.roster.select([site])
    window.form.track.chosen.emit("cpe")
    box = window.form.box
    box.state.setCurrentIndex(STATES.index(DONE))
    QTest.keyClick(box.day, Qt.Key.Key_Return)
    assert box.refusal.isVisible()
    count = len(window.session.transactions())
    QTest.keyClicks(box.refusal.reason, "agreed")
    QTest.keyClick(box.refusal.reason, Qt.Key.Key_Return)
    assert len(window.session.transactions()) == count + 1
    (override,) = window.session.state.overrides.values()
    assert (override.reason, override.by) == ("agreed", "tester")
    assert not box.isVisible()


def test_a_locked_site_says_so_in_the_table(window: MainWindow) -> None:
    """In words, as everything in the table."""
    site = _fresh_site(window)
    window.roster.select([site])
    window.actions_["lock"].trigger()
    row = window.roster.rows.rows[window.roster.rows.index_of[site]]
    assert any(cell.endswith(" · locked") for cell in row.cells)
    assert "· locked" in row.haystack
