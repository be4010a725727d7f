"""Facts of a site, through their dialog."""

from __future__ import annotations

import pytest

from psnplanner.errors import UserError
from psnplanner.ui.dialogs.site_dialog import to_pence
from psnplanner.ui.main_window import MainWindow
from tests.ui.sample import ident

ONE_WINDOW = True


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
