"""The site form: stages, recording, refusal and override, history."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QMessageBox

from psnplanner.programme.stage import DONE, NOT_NEEDED, STATES, WAITING
from psnplanner.ui.main_window import MainWindow
from tests.ui.field_work import ONE, brought_back
from tests.ui.sample import TODAY, ident

ONE_WINDOW = True


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
    assert window.form.heading.status.text() == "Surveyed"
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
    assert "fitted early" in window.form.facts.lines["Overrides"].value.text()


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
    assert "0 days · the caretaker" in row.cells


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


def test_what_presses_stands_at_the_top_and_is_recorded_from_there(
    window: MainWindow, qtbot: Any
) -> None:
    """A blocked stage before the next one in order; its button opens the right box."""
    from PySide6.QtCore import Qt

    from psnplanner.programme.stage import BLOCKED

    state = window.session.state
    site, key = next(
        (i, key)
        for i in state.sites
        for key, record in state.stages_of(i).items()
        if record.state == BLOCKED
    )
    window.roster.select([site])
    top = window.form.heading.next
    assert top.name.text() == state.workflow.by_key[key].name
    assert top.words.text().startswith("Blocked on ")
    qtbot.mouseClick(top.record, Qt.MouseButton.LeftButton)
    assert window.form.box.isVisible()
    assert window.form.box.stage_key == key


def test_the_stages_are_walked_and_opened_by_keys(window: MainWindow, qtbot: Any) -> None:
    """Down goes to the next stage, Enter opens it, Escape closes it."""
    from PySide6.QtCore import Qt

    window.roster.select([_fresh_site(window)])
    rows = list(window.form.track.rows.values())
    window.activateWindow()
    rows[0].setFocus()
    qtbot.keyClick(rows[0], Qt.Key.Key_Down)
    assert rows[1].hasFocus()
    qtbot.keyClick(rows[1], Qt.Key.Key_Return)
    assert window.form.box.isVisible()
    assert window.form.box.stage_key == "desktop_survey"
    qtbot.keyClick(window.form.box, Qt.Key.Key_Escape)
    assert not window.form.box.isVisible()


def test_a_wait_keeps_its_own_next_step_and_the_day_it_is_due(window: MainWindow) -> None:
    """In one transaction with the state; the track tells both."""
    from datetime import date

    from psnplanner.ui.wording import to_qdate

    site = _fresh_site(window)
    window.roster.select([site])
    window.form.track.chosen.emit("desktop_survey")
    box = window.form.box
    box.state.setCurrentIndex(STATES.index(WAITING))
    box.next_action.setText("find the drawings")
    box.is_due.setChecked(True)
    box.due.setDate(to_qdate(date(2014, 11, 3)))
    count = len(window.session.transactions())
    box.record.click()
    assert len(window.session.transactions()) == count + 1
    record = window.session.state.stages_of(site)["desktop_survey"]
    assert (record.next_action, record.forecast_on) == ("find the drawings", date(2014, 11, 3))
    row = window.form.track.rows["desktop_survey"]
    assert "find the drawings" in row.more.text()
    assert row.day.text() == "due 3 Nov 2014"


def test_a_fact_is_changed_where_it_stands(window: MainWindow, qtbot: Any) -> None:
    """By a click and typing; Enter saves as one undo, Escape leaves it as it was."""
    from PySide6.QtCore import Qt

    site = _fresh_site(window)
    window.roster.select([site])
    line = window.form.facts.lines["Address"]
    qtbot.mouseClick(line.value, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(line.editor, "1 Town Square")
    qtbot.keyClick(line.editor, Qt.Key.Key_Return)
    assert window.session.state.sites[site].address == "1 Town Square"
    assert line.value.text() == "1 Town Square"
    assert "address" in window.session.undo_label
    qtbot.keyClick(line.value, Qt.Key.Key_F2)
    qtbot.keyClicks(line.editor, "elsewhere")
    qtbot.keyClick(line.editor, Qt.Key.Key_Escape)
    assert line.editor is None
    assert window.session.state.sites[site].address == "1 Town Square"


def test_a_fact_that_cannot_be_is_said_and_stays_open(window: MainWindow, qtbot: Any) -> None:
    """What, and how to write it; nothing is lost of what was typed."""
    from PySide6.QtCore import Qt

    site = _fresh_site(window)
    window.roster.select([site])
    line = window.form.facts.lines["Annual cost"]
    before = window.session.state.sites[site].annual_cost_pence
    qtbot.mouseClick(line.value, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(line.editor, "a lot")
    qtbot.keyClick(line.editor, Qt.Key.Key_Return)
    assert line.said.isVisible()
    assert "1,250" in line.said.text()
    assert line.editor.text() == "a lot"
    line.editor.clear()
    qtbot.keyClicks(line.editor, "1,250")
    qtbot.keyClick(line.editor, Qt.Key.Key_Return)
    assert before != 125_000 == window.session.state.sites[site].annual_cost_pence


def test_a_fact_not_known_yet_is_added_from_the_menu(window: MainWindow, qtbot: Any) -> None:
    """The menu names what is not known; a choice is made from a list."""
    site = _fresh_site(window)
    window.roster.select([site])
    box = window.form.facts
    assert not box.lines["UPRN"].isVisible()
    box.menu.aboutToShow.emit()
    actions = {action.text(): action for action in box.menu.actions()}
    assert "Address…" not in actions
    actions["UPRN…"].trigger()
    line = box.lines["UPRN"]
    window.activateWindow()
    qtbot.waitUntil(lambda: line.editor is not None and line.editor.hasFocus(), timeout=5000)
    qtbot.keyClicks(line.editor, "100010001")
    window.form.note.edit.setFocus()
    assert window.session.state.sites[site].uprn == "100010001"


def test_a_shared_site_names_its_partners(window: MainWindow) -> None:
    """Chosen from a menu with ticks; the head and the facts tell them, with certificates."""
    site = _fresh_site(window)
    window.roster.select([site])
    partner = next(
        p for p in window.session.state.partners if p != window.session.state.sites[site].partner
    )
    window.form.facts._share(partner, True)
    name = window.session.state.partner_name(partner)
    assert window.session.state.sites[site].sharing == (partner,)
    assert f"shared with {name}" in window.form.heading.subtitle.text()
    words = window.form.facts.lines["Shared with"].value.text()
    assert words == f"{name} (certificate to 31 December 2015)"


def test_the_sites_of_a_node_and_a_phase_are_shown(window: MainWindow, qtbot: Any) -> None:
    """The arrow beside each chooses all its sites."""
    from PySide6.QtCore import Qt

    state = window.session.state
    site = next(s for s in state.sites.values() if s.phase and s.node)
    window.roster.select([site.id])
    arrow = window.form.facts.lines["Node"].show_all
    assert arrow.isVisible()
    qtbot.mouseClick(arrow, Qt.MouseButton.LeftButton)
    assert window.roster.selected == {s.id for s in state.sites.values() if s.node == site.node}
    window.roster.select([site.id])
    qtbot.mouseClick(window.form.heading.show_phase, Qt.MouseButton.LeftButton)
    assert window.roster.selected == {s.id for s in state.sites_by_phase[site.phase]}


def test_the_note_is_saved_on_leaving_with_one_undo(window: MainWindow, qtbot: Any) -> None:
    """However many letters; going to another site is leaving, and so is closing."""
    site, other = _fresh_site(window), ident("site 50")
    window.roster.select([site])
    edit = window.form.note.edit
    count = len(window.session.transactions())
    edit.setFocus()
    qtbot.keyClicks(edit, "key at the library desk")
    assert len(window.session.transactions()) == count
    window.roster.select([other])
    assert window.session.state.sites[site].note == "key at the library desk"
    assert len(window.session.transactions()) == count + 1
    assert edit.toPlainText() == window.session.state.sites[other].note
    qtbot.keyClicks(edit, "second")
    window.form.set_session(None, None)
    assert window.session.state.sites[other].note == "second"
    window.session.undo()
    assert window.session.state.sites[other].note == ""


def test_a_note_that_cannot_be_saved_is_not_lost(window: MainWindow, qtbot: Any) -> None:
    """The refusal stands below it, and it is tried again."""
    from psnplanner.errors import UserError

    site = _fresh_site(window)
    window.roster.select([site])
    note = window.form.note
    note.edit.setFocus()
    qtbot.keyClicks(note.edit, "wet")

    def full(edit: object) -> None:
        raise UserError("The disk is full.", remedy="Make room.")

    do, note._do = note._do, full
    note.save()
    assert "The disk is full. Make room." in note.said.text()
    assert note.edit.toPlainText() == "wet"
    note._do = do
    note.save()
    assert window.session.state.sites[site].note == "wet"
    assert not note.said.isVisible()


def test_undo_from_the_history(window: MainWindow, qtbot: Any) -> None:
    """The newest first, by whom; its button takes back just that, though later work stands."""
    from PySide6.QtCore import Qt

    site, other = _fresh_site(window), ident("site 50")
    window.roster.select([site])
    window.form.track.chosen.emit("desktop_survey")
    window.form.box.record.click()
    window.form.heading.lock.click()
    window.roster.select([other])
    window.form.heading.lock.click()
    window.roster.select([site])
    rows = window.form.history.rows
    qtbot.waitUntil(lambda: "Desktop survey" in window.form.history.text(), timeout=5000)
    assert rows[0].sentence.text() == "Locked to its phase"
    assert rows[1].told.text().startswith("by tester, ")
    qtbot.mouseClick(rows[1].undo, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: "desktop_survey" not in window.session.state.stages_of(site), timeout=5000
    )
    assert window.session.state.sites[site].locked
    assert window.session.state.sites[other].locked
    qtbot.waitUntil(lambda: "taken back" in rows[2].told.text(), timeout=5000)
    assert not rows[2].undo.isVisible()


def test_an_undo_that_is_refused_says_every_reason_in_its_place(
    window: MainWindow, qtbot: Any
) -> None:
    """Later work rests on it: named, with what to do first."""
    from PySide6.QtCore import Qt

    site = _fresh_site(window)
    window.roster.select([site])
    for key in ("desktop_survey", "order_placed"):
        window.form.track.chosen.emit(key)
        window.form.box.record.click()
    history = window.form.history
    qtbot.waitUntil(lambda: "Order placed" in history.text(), timeout=5000)
    row = next(r for r in history.rows if r.sentence.text().startswith("Desktop survey"))
    qtbot.mouseClick(row.undo, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(row.refusal.isVisible, timeout=5000)
    assert "Order placed" in row.refusal.text.text()
    assert "Undo the later work first" in row.refusal.text.text()
    assert not row.refusal.override.isVisible()
    assert "desktop_survey" in window.session.state.stages_of(site)


def test_taking_back_much_more_than_a_site_is_asked_about(window: MainWindow, qtbot: Any) -> None:
    """The import that brought it brought the others too."""
    site = _fresh_site(window)
    window.roster.select([site])
    history = window.form.history
    qtbot.waitUntil(lambda: bool(history.rows), timeout=5000)
    history.rows[-1].undo.click()
    (box,) = history.findChildren(QMessageBox)
    assert "not only at this site" in box.informativeText()
    assert site in window.session.state.sites
    box.reject()


def test_what_a_merge_brought_goes_with_the_merge(
    window: MainWindow, tmp_path: Path, qtbot: Any
) -> None:
    """Asked about first, since it is more than this line; then marked as taken back."""
    back = brought_back(window.session, tmp_path)
    window.session.merge_file(back)
    window.roster.select([ONE])
    history = window.form.history
    qtbot.waitUntil(lambda: "Ann was here" in history.text(), timeout=30_000)
    row = next(r for r in history.rows if "Ann was here" in r.sentence.text())
    assert not row.undo.isHidden()
    row.undo.click()
    (box,) = history.findChildren(QMessageBox)
    assert "came with a merge" in box.informativeText()
    next(b for b in box.buttons() if b.text() == "Take it all back").click()
    qtbot.waitUntil(lambda: not window.session.state.sites[ONE].note, timeout=30_000)
    assert not window.session.state.photographs_of(ONE)
    qtbot.waitUntil(
        lambda: any("taken back" in r.told.text() for r in history.rows), timeout=30_000
    )
    assert window.session.redo_label is not None


def test_a_long_history_is_shown_in_parts(window: MainWindow, qtbot: Any) -> None:
    """The newest ten, then forty more at a time."""
    site = _fresh_site(window)
    window.roster.select([site])
    for _ in range(12):
        window.form.heading.lock.click()
    history = window.form.history
    qtbot.waitUntil(history.more.isVisible, timeout=5000)
    assert len(history.rows) == 10
    history.more.click()
    assert len(history.rows) > 12
    assert not history.more.isVisible()


def test_wide_it_stands_in_two_columns_and_nothing_is_clipped(window: MainWindow) -> None:
    """Beside each other where there is room; never wider than the panel."""
    from PySide6.QtWidgets import QApplication

    form = window.form
    window.roster.select([_fresh_site(window)])
    window.places.site.setFloating(True)
    for wide, beside in ((320, False), (760, True)):
        window.places.site.resize(wide, 700)
        QApplication.processEvents()
        QApplication.processEvents()
        assert form.columns.beside is beside
        paper = form.scroll.widget()
        assert paper.minimumSizeHint().width() <= form.scroll.viewport().width()
        assert paper.width() == form.scroll.viewport().width()


def test_read_only_shows_everything_and_changes_nothing(window: MainWindow) -> None:
    """No way to edit is offered."""
    site = _fresh_site(window)
    window.session.hold("Looking back.")
    window.roster.select([site])
    form = window.form
    assert not form.heading.next.record.isVisible()
    assert not form.facts.add.isVisible()
    assert not form.photos.add.isVisible()
    assert form.note.edit.isReadOnly()
    form.facts.change("Address")
    assert form.facts.lines["Address"].editor is None
    window.session.hold("")


def test_everything_on_the_form_has_a_name_for_readers(window: MainWindow) -> None:
    """What a screen reader would say of each thing that takes the focus."""
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QWidget

    window.roster.select([_fresh_site(window)])
    nameless = [
        widget
        for widget in window.form.scroll.widget().findChildren(QWidget)
        if widget.isVisible()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not widget.accessibleName()
        and not getattr(widget, "text", lambda: "")()
    ]
    assert nameless == []
