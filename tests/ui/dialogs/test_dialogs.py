"""Import, plan and facts, through their dialogs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from psnplanner.errors import UserError
from psnplanner.ui.dialogs.site_dialog import to_pence
from psnplanner.ui.main_window import MainWindow
from tests.ui.sample import ident

LIST = """Site ref,Name,Kind,Postcode,Latitude,Longitude
X1,Delamere Library,Library,CW8 2HZ,53.228,-2.680
X2,Kelsall Surgery,GP practice,CW6 0QG,53.209,-2.717
,,,,,
X3,Nowhere School,School,NOT A CODE,,
"""


def test_importing_a_list(window: MainWindow, tmp_path: Path, qtbot: Any) -> None:
    """Previewed with its problems; nothing changes until Import; then one undo."""
    path = tmp_path / "list.csv"
    path.write_text(LIST, "utf-8")
    dialog = window.files.import_list(path)
    qtbot.waitUntil(dialog.button.isEnabled, timeout=20_000)
    assert "3 new" in dialog.counts.text()
    assert dialog.columns.rowCount() == 6
    assert dialog.problems.table.rowCount() > 0
    assert len(window.session.state.sites) == 120
    dialog.button.click()
    qtbot.waitUntil(lambda: len(window.session.state.sites) == 123, timeout=20_000)
    qtbot.waitUntil(lambda: window.table.model.rowCount() == 123, timeout=5000)


def test_a_list_that_cannot_be_read_is_said_in_the_dialog(
    window: MainWindow, tmp_path: Path, qtbot: Any
) -> None:
    """And the dialog stays for another choice."""
    dialog = window.files.import_list(tmp_path / "absent.csv")
    qtbot.waitUntil(lambda: "absent.csv" in dialog.counts.text(), timeout=20_000)
    assert dialog.isVisible()
    assert not dialog.button.isEnabled()
    dialog.reject()


def test_proposing_and_applying_a_plan(window: MainWindow, qtbot: Any) -> None:
    """Shown first, then one transaction."""
    dialog = window.plan.propose()
    dialog.seconds.setValue(1)
    dialog.start()
    qtbot.waitUntil(dialog.apply.isEnabled, timeout=30_000)
    assert dialog.table.rowCount() > 0
    before = window.session.undo_label
    dialog.apply.click()
    qtbot.waitUntil(lambda: window.session.undo_label != before, timeout=10_000)


def test_changing_the_facts_of_a_site(window: MainWindow) -> None:
    """Only what was changed is journalled."""
    dialog = window.plan.edit_site(ident("site 3"))
    dialog.texts["contact"].setText("Mrs Hale, 01606 000000")
    dialog.cost.setText("£1,250.50")
    dialog.button.click()
    site = window.session.state.sites[ident("site 3")]
    assert (site.contact, site.annual_cost_pence) == ("Mrs Hale, 01606 000000", 125_050)
    transaction = window.session.transactions()[-1]
    assert transaction.count == 2


def test_amounts() -> None:
    """Pounds as people write them."""
    assert to_pence("") is None
    assert to_pence("99.5") == 9950
    with pytest.raises(UserError, match="no amount"):
        to_pence("lots")
