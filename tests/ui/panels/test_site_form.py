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
    assert "Fibre blown and spliced" in box.refusal_text.text()
    assert "cpe" not in window.session.state.stages_of(site)
    assert not box.override.isEnabled()
    box.reason.setText("fitted early, fibre next week")
    box.override.click()
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
    assert "1 January 2099" in box.refusal_text.text()
    assert not box.override.isVisible()


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
