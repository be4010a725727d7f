"""The programme's own records through their dialog: drafts, one transaction, refusals inside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from psnplanner.ui.dialogs.programme_dialog import ProgrammeDialog
from psnplanner.ui.main_window import MainWindow
from psnplanner.ui.wording import to_qdate
from tests.ui.sample import PARTNERS, TODAY, ident

ONE_WINDOW = True


@pytest.fixture
def dialog(window: MainWindow) -> Iterator[ProgrammeDialog]:
    """The dialog over the sample programme."""
    made = window.plan.programme()
    yield made
    made.reject()


def _line(table: Any, name: str) -> int:
    return next(i for i, d in enumerate(table.model.drafts) if d.values["name"] == name)


def _type(table: Any, line: int, field: str, words: Any) -> None:
    column = next(i for i, c in enumerate(table.model.columns) if c.field == field)
    table.model.setData(table.model.index(line, column), words)


def test_several_changes_are_one_transaction_and_one_undo(
    window: MainWindow, dialog: ProgrammeDialog, qtbot: Any
) -> None:
    """Name, a partner with its certificate, a node and a closed window, all or nothing."""
    session = window.session
    before, count = session.state, len(session.transactions())
    dialog.programme.name.setText("CMPSN 2")
    dialog.programme.go_live.setDate(to_qdate(date(2015, 5, 1)))
    partner = dialog.partners.model.add(name="Halton Housing", kind="other", joiner=True)
    owner = dialog.partners.model.drafts[partner].id
    certificate = dialog.certificates.model.add(partner=owner)
    _type(dialog.certificates, certificate, "valid_from", "1/2/2015")
    _type(dialog.certificates, certificate, "valid_to", "31 Jan 2016")
    node = dialog.nodes.model.add(name="Frodsham")
    _type(dialog.nodes, node, "position", "53.295, -2.726")
    _type(dialog.nodes, node, "ports", "24")
    _type(dialog.nodes, node, "planned_on", "2014-11-03")
    dialog.nodes.model.put(node, "parent", dialog.nodes.model.drafts[0].id)
    closed = dialog.closed.model.add(name="Freeze")
    _type(dialog.closed, closed, "starts_on", "20 Dec 2014")
    _type(dialog.closed, closed, "ends_on", "4 Jan 2015")
    assert dialog.put_in_force()
    state = session.state
    assert (state.programme.name, state.programme.go_live_on) == ("CMPSN 2", date(2015, 5, 1))
    assert state.partners[owner].joiner
    assert any(
        c.partner == owner and c.covers(date(2015, 6, 1)) for c in state.certificates.values()
    )
    made = next(n for n in state.nodes.values() if n.name == "Frodsham")
    assert (made.ports, made.planned_on, made.position.source) == (
        24,
        date(2014, 11, 3),
        "placed by hand",
    )
    assert any(w.name == "Freeze" for w in state.closed_windows.values())
    assert len(session.transactions()) == count + 1
    assert "1 node added" in session.undo_label
    window.actions_["undo"].trigger()
    qtbot.waitUntil(lambda: session.state.programme.name == before.programme.name, timeout=5000)
    assert session.state.nodes.keys() == before.nodes.keys()


def test_nothing_changed_makes_no_transaction(window: MainWindow, dialog: ProgrammeDialog) -> None:
    """Looking is not editing, not even when a cell is opened and closed again."""
    count = len(window.session.transactions())
    for table in (dialog.partners, dialog.nodes, dialog.certificates, dialog.closed):
        for line, _draft in enumerate(table.model.drafts[:3]):
            for column, known in enumerate(table.model.columns):
                index = table.model.index(line, column)
                if known.choices is None:
                    table.model.setData(index, index.data(Qt.ItemDataRole.EditRole))
    assert dialog.put_in_force()
    assert len(window.session.transactions()) == count


SPOILT: tuple[tuple[Any, str], ...] = (
    (lambda d: d.programme.name.setText(" "), "no name"),
    (lambda d: d.programme.go_live.setDate(to_qdate(date(2013, 1, 1))), "before it begins"),
    (lambda d: d.partners.model.add(), "partner has no name"),
    (lambda d: d.partners.model.add(name=PARTNERS[0].upper()), "Two partners"),
    (lambda d: d.certificates.model.add(), "names no partner"),
    (lambda d: _type(d.certificates, 0, "valid_to", "3 Jan 2014"), "before it begins"),
    (lambda d: _type(d.certificates, 0, "valid_to", "soon"), "“soon” is no date"),
    (lambda d: _type(d.nodes, 0, "ports", "many"), "no whole number"),
    (lambda d: _type(d.nodes, 0, "position", "12.5, 99"), "not in Great Britain"),
    (lambda d: d.nodes.model.put(0, "parent", d.nodes.model.drafts[0].id), "above itself"),
    (lambda d: d.closed.model.add(name="Freeze"), "Both its days"),
)
"""What a person may put in that cannot be, and what is then said."""


def test_what_cannot_be_is_refused_inside(window: MainWindow, dialog: ProgrammeDialog) -> None:
    """In words, in the dialog, with nothing changed."""
    before = window.session.state
    for spoil, said in SPOILT:
        dialog.reload()
        spoil(dialog)
        assert not dialog.put_in_force(), said
        assert dialog.refusal.isVisible()
        assert said in dialog.refusal.text()
        assert window.session.state is before
    assert dialog.isVisible()


def test_a_partner_with_sites_is_not_removed(window: MainWindow, dialog: ProgrammeDialog) -> None:
    """The write door's own refusal; without sites it goes, with its certificates."""
    session = window.session
    dialog.partners.view.selectRow(_line(dialog.partners, PARTNERS[0]))
    dialog.partners.remove.click()
    assert not dialog.put_in_force()
    assert "still has sites" in dialog.refusal.text()
    dialog.reload()
    line = dialog.partners.model.add(name="Short-lived")
    owner = dialog.partners.model.drafts[line].id
    dialog.certificates.model.add(partner=owner, valid_from=TODAY)
    assert dialog.put_in_force()
    held = len(session.state.certificates)
    dialog.partners.view.selectRow(_line(dialog.partners, "Short-lived"))
    dialog.partners.remove.click()
    assert dialog.put_in_force()
    assert owner not in session.state.partners
    assert len(session.state.certificates) == held - 1


def test_a_certificate_for_each_chosen_partner(dialog: ProgrammeDialog) -> None:
    """One press, valid from the present day."""
    count = len(dialog.certificates.model.drafts)
    dialog.partners.view.selectAll()
    dialog.certificates.add.click()
    fresh = dialog.certificates.model.drafts[count:]
    assert {d.values["partner"] for d in fresh} == {ident(name) for name in PARTNERS}
    assert all(d.values["valid_from"] == TODAY for d in fresh)


def test_removing_a_node_lets_its_sites_and_children_go(
    window: MainWindow, dialog: ProgrammeDialog
) -> None:
    """As the write door does it; the drafts follow."""
    drafts = dialog.nodes.model.drafts
    gone, child = drafts[0].id, drafts[1]
    dialog.nodes.model.put(1, "parent", gone)
    assert dialog.put_in_force()
    dialog.nodes.view.selectRow(0)
    dialog.nodes.remove.click()
    assert dialog.put_in_force()
    state = window.session.state
    assert gone not in state.nodes
    assert state.nodes[child.id].parent is None
    assert all(site.node != gone for site in state.sites.values())


def test_a_node_is_picked_on_the_map(window: MainWindow, dialog: ProgrammeDialog) -> None:
    """The dialog steps aside for the click, and comes back also when it is called off."""
    canvas = window.pane.canvas
    dialog.tabs.setCurrentIndex(2)
    assert not dialog.pick.isEnabled()
    dialog.nodes.view.selectRow(0)
    dialog.pick.click()
    assert not dialog.isVisible()
    assert canvas.pick.isVisible()
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    dialog.pick.click()
    canvas.pick.take(QPointF(100, 100))
    assert dialog.isVisible()
    assert dialog.nodes.model.drafts[0].values["position"].source == "placed by hand"


def test_closing_the_programme_takes_a_waiting_dialog_along(window: MainWindow) -> None:
    """It would stand over a programme that is gone."""
    dialog = window.plan.programme()
    dialog.nodes.view.selectRow(0)
    dialog.pick.click()
    window.files.close()
    assert not dialog.isVisible()
    assert not window.pane.canvas.pick.waiting
