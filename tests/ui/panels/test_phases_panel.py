"""The phases: figures, drops, edits."""

from __future__ import annotations

from datetime import date
from typing import Any

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from psnplanner.programme.edits import Amend
from psnplanner.ui.main_window import MainWindow
from psnplanner.ui.site_drag import MIME, sites_of
from tests.ui.sample import ident

ONE_WINDOW = True


def _line(window: MainWindow, name: str) -> Any:
    return next(line for line in window.phases.model.lines if line.name == name)


def _drop(window: MainWindow, sites: list[bytes], name: str) -> None:
    """Drag rows of the table onto a phase, by the data Qt would carry."""
    window.roster.select(sites)
    indexes = window.table.view.selectionModel().selectedIndexes()
    data = window.table.model.mimeData(indexes)
    assert set(sites_of(data)) == set(sites)
    model = window.phases.model
    place = [line.name for line in model.lines].index(name)
    target = model.index(place)
    assert model.canDropMimeData(data, Qt.DropAction.MoveAction, -1, -1, target)
    model.dropMimeData(data, Qt.DropAction.MoveAction, -1, -1, target)
    for _ in range(1000):
        if not window.jobs.busy:
            break
        QTest.qWait(10)


def test_each_phase_tells_its_load(window: MainWindow) -> None:
    """Sites, live ones and crew-days as the state has them; a bucket for the rest."""
    state = window.session.state
    line = _line(window, "Sefton")
    sites = state.sites_by_phase[ident("Sefton")]
    assert line.sites == len(sites)
    assert line.effort_days == sum(map(state.effort_days, sites))
    assert line.window == "10 Nov – 21 Dec 2014"
    assert sum(line.sites for line in window.phases.model.lines) == len(state.sites)
    assert window.phases.model.lines[-1].id is None


def test_dropping_sites_moves_them(window: MainWindow) -> None:
    """One transaction for all; the counts follow; undo takes it back."""
    sites = [ident(f"site {n}") for n in (10, 20, 30)]
    before = _line(window, "Crewe").sites
    already = sum(window.session.state.sites[s].phase == ident("Crewe") for s in sites)
    _drop(window, sites, "Crewe")
    assert {window.session.state.sites[s].phase for s in sites} == {ident("Crewe")}
    assert _line(window, "Crewe").sites == before + 3 - already
    assert window.session.undo_label == "Move 3 sites to Crewe"


def test_dropping_on_no_phase_takes_sites_out(window: MainWindow) -> None:
    """The bucket at the end."""
    _drop(window, [ident("site 10")], "No phase")
    assert window.session.state.sites[ident("site 10")].phase is None


def test_a_locked_site_is_not_moved_and_the_reason_is_said(window: MainWindow) -> None:
    """A message, and nothing has changed."""
    site = ident("site 10")
    window.session.do(Amend("site", [site], {"locked": True, "phase": ident("Sefton")}))
    _drop(window, [site], "Crewe")
    assert window.session.state.sites[site].phase == ident("Sefton")
    boxes = window.findChildren(QMessageBox)
    assert any("locked" in box.text() for box in boxes)
    for box in boxes:
        box.close()


def test_other_things_cannot_be_dropped(window: MainWindow) -> None:
    """Text from another program is no site."""
    data = QMimeData()
    data.setText("CM0001")
    model = window.phases.model
    assert not model.canDropMimeData(data, Qt.DropAction.MoveAction, -1, -1, model.index(0))
    assert MIME in model.mimeTypes()


def test_changing_a_phase(window: MainWindow) -> None:
    """Capacity by the dialog; an end before the beginning is refused inside it."""
    from datetime import date

    from psnplanner.ui.wording import to_qdate

    dialog = window.plan.edit_phase(ident("Crewe"))
    good = dialog.ends.date()
    dialog.ends.setDate(to_qdate(date(2013, 1, 1)))
    dialog.button.click()
    assert dialog.isVisible()
    assert "ends before it begins" in dialog.refusal.text()
    dialog.ends.setDate(good)
    dialog.capacity.setValue(12.5)
    dialog.button.click()
    assert window.session.state.phases[ident("Crewe")].capacity_days == 12.5
    assert _line(window, "Crewe").over


def test_adding_a_phase_goes_on_from_the_last(window: MainWindow) -> None:
    """It begins on the next day that is worked, and does not run past go-live."""
    last = window.session.state.phases_in_order[-1]
    window.do(Amend("phase", [last.id], {"ends_on": date(2015, 2, 27)}))  # a Friday
    dialog = window.plan.add_phase()
    dialog.name.setText("Tail")
    dialog.button.click()
    phases = window.session.state.phases_in_order
    assert phases[-1].name == "Tail"
    assert (phases[-1].starts_on, phases[-1].ends_on) == (date(2015, 3, 2), date(2015, 4, 1))


def test_findings_show_their_sites(window: MainWindow) -> None:
    """A click chooses them on the map and in the table."""
    model = window.findings.model
    assert model.rowCount() > 0
    finding = next(f for f in model.findings if f.sites)
    window.findings._show(model.index(model.findings.index(finding)))
    assert window.roster.selected == set(finding.sites)
