"""The step Look-alikes: proposed with reasons, decided by a person, settled with the import."""

from __future__ import annotations

from typing import Any

from psnplanner.programme.duplicate_edits import is_shared
from psnplanner.session import Session
from psnplanner.ui.dialogs.import_dialog import ALIKE, IMPORT
from tests.ui.dialogs.wizard import Opener, import_and_wait, opened, read

__all__ = ["opened"]

TWICE = """Site ref,Name,Kind,Partner,Address,Postcode,Latitude,Longitude
T1,Warrington Hospital,Hospital,NHS,"Lovely Lane, Warrington",WA5 1QG,53.394,-2.611
T2,Warrington Hospital,Hospital,NHS,"Lovely Lane, Warrington",WA5 1QG,53.394,-2.611
S1,Kiltearn Medical Centre,GP practice,NHS,"Nantwich Health Centre, Beam Street",CW5 5NX,53.07,-2.52
S2,Tudor Surgery,GP practice,NHS,"Nantwich Health Centre, Beam Street",CW5 5NX,53.07,-2.52
A1,Helsby Depot,Depot,Halton Council,Old Road,WA6 9AA,53.274,-2.770
"""


def _group(dialog: Any, proposal: str) -> int:
    return next(n for n, g in enumerate(dialog.decisions.groups) if g.proposal == proposal)


def _choose(dialog: Any, proposal: str) -> None:
    dialog.steps.setCurrentIndex(ALIKE)
    page = dialog.alike_page
    line = page.model.shown.index(_group(dialog, proposal))
    page.table.setCurrentIndex(page.model.index(line, 0))


def test_nothing_is_merged_unless_decided(sample: Session, opened: Opener, qtbot: Any) -> None:
    """Groups left for later are imported as they stand."""
    dialog = opened(TWICE)
    assert {g.proposal for g in dialog.decisions.groups} >= {"merge", "shared"}
    dialog.steps.setCurrentIndex(IMPORT)
    assert "left for later" in dialog.finish_page.said.text()
    import_and_wait(dialog, qtbot)
    assert len(sample.state.sites) == 125
    dialog.reject()


def test_a_group_is_shown_with_its_reasons(opened: Opener) -> None:
    """Its sites side by side, how far apart they are, and why they seem one."""
    dialog = opened(TWICE)
    _choose(dialog, "merge")
    view = dialog.alike_page.view
    assert "Listed twice" in view.why.text()
    assert "at one spot" in view.why.text()
    assert view.why.text().count("•") >= 1
    assert view.table.columnCount() == 2
    assert view.table.horizontalHeaderItem(0).text() == "Row 2 of the list"
    assert view.radios["later"].isChecked()
    dialog.reject()


def test_decisions_are_settled_with_the_import(sample: Session, opened: Opener, qtbot: Any) -> None:
    """One transaction: merged keeping the other one, shared under a name of its own."""
    dialog = opened(TWICE)
    view = dialog.alike_page.view
    _choose(dialog, "merge")
    view.radios["merge"].click()
    kept = view.keep.findText("T2", flags=_starts())
    view.keep.setCurrentIndex(kept)
    view.keep.activated.emit(kept)
    _choose(dialog, "shared")
    view.radios["shared"].click()
    view.building.setText("Nantwich Health Hub")
    view.building.editingFinished.emit()
    before = len(sample.transactions())
    import_and_wait(dialog, qtbot)
    state = sample.state
    assert len(sample.transactions()) == before + 1
    assert len(state.sites) == 123
    assert "t2" in state.site_by_reference
    assert "t1" not in state.site_by_reference
    hub = next(s for s in state.sites.values() if s.name == "Nantwich Health Hub")
    assert is_shared(hub)
    assert "1 merged" in dialog.finish_page.said.text()
    dialog.finish_page.undo.click()
    qtbot.waitUntil(lambda: len(sample.state.sites) == 120, timeout=20_000)
    qtbot.waitUntil(lambda: dialog._job is None, timeout=20_000)
    dialog.reject()


def _starts() -> Any:
    from PySide6.QtCore import Qt

    return Qt.MatchFlag.MatchStartsWith


def test_a_decision_outlives_another_reading(opened: Opener, qtbot: Any) -> None:
    """New sites get new ids each time; the decision is about the rows."""
    dialog = opened(TWICE)
    _choose(dialog, "merge")
    dialog.alike_page.view.radios["merge"].click()
    dialog.reader.mend(6, "Kind", "Office")
    read(dialog, qtbot)
    assert dialog.decisions.made.get("merge") == 1
    assert dialog.decisions.choice(_group(dialog, "merge")).decision == "merge"
    dialog.done(0)


def test_many_are_decided_at_once(opened: Opener) -> None:
    """All shown, as each one seems or all alike; the surest by one button."""
    dialog = opened(TWICE)
    dialog.steps.setCurrentIndex(ALIKE)
    page, count = dialog.alike_page, len(dialog.decisions.groups)
    page.bulk.setCurrentIndex(page.bulk.findData("keep"))
    page.set_all.click()
    assert dialog.decisions.made == {"keep": count}
    page.bulk.setCurrentIndex(page.bulk.findData("later"))
    page.set_all.click()
    sure = len(dialog.decisions.sure())
    assert sure
    assert page.sure.isVisible()
    page.sure.click()
    assert dialog.decisions.made.get("later", 0) == count - sure
    page.proposal.setCurrentIndex(page.proposal.findData("shared"))
    page.proposal.activated.emit(1)
    assert all(dialog.decisions.groups[n].proposal == "shared" for n in page.model.shown)
    dialog.done(0)


def test_a_list_without_look_alikes_says_so(opened: Opener) -> None:
    """There is nothing to decide."""
    dialog = opened("Site ref,Name,Latitude,Longitude\nX1,Delamere Library,53.228,-2.68\n")
    dialog.steps.setCurrentIndex(ALIKE)
    assert "nothing to decide" in dialog.alike_page.said.text()
    assert not dialog.alike_page.table.isVisible()
    dialog.reject()
