"""The table: filter, sort, selection both ways."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from psnplanner.ui.main_window import MainWindow
from psnplanner.ui.panels.site_table import index_at
from psnplanner.ui.site_rows import COLUMNS, natural
from tests.ui.sample import ident

ONE_WINDOW = True


def _column(window: MainWindow, name: str) -> list[str]:
    model, column = window.table.model, COLUMNS.index(name)
    return [model.row(line).cells[column] for line in range(model.rowCount())]


def _at(window: MainWindow, name: str) -> int:
    """The place of a column by its heading."""
    headings = [column.heading for column in window.table.model.columns]
    return headings.index(name)


def test_typing_filters_table_and_map(window: MainWindow, qtbot: Any) -> None:
    """All the words must be there; clearing brings everything back."""
    QTest.keyClicks(window.table.filter, "Live sefton")
    qtbot.waitUntil(lambda: window.roster.filtered, timeout=2000)
    rows = [window.table.model.row(line) for line in range(window.table.model.rowCount())]
    assert 0 < len(rows) < 120
    assert all("live" in row.haystack and "sefton" in row.haystack for row in rows)
    assert window.pane.canvas.sites.count <= len(rows)
    assert f"{len(rows)} of 120 sites" in window.table.count.text()
    window.table.clear.click()
    assert window.table.model.rowCount() == 120
    assert window.table.filter.text() == ""


def test_no_match_says_so(window: MainWindow) -> None:
    """An empty table is not a riddle, however far down it was scrolled before."""
    bar = window.table.view.verticalScrollBar()
    bar.setValue(bar.maximum())
    window.roster.search("no such site anywhere")
    QApplication.processEvents()
    assert window.table._empty.geometry() == window.table.view.viewport().geometry()
    assert window.table._empty.isVisible()
    assert "No site matches" in window.table._empty.text()


def test_sorting_by_a_header(window: MainWindow) -> None:
    """By reference as people count, by status in the order of progress."""
    header = window.table.view.horizontalHeader()
    window.table.columns.sort("reference", True)
    assert _column(window, "Reference")[:2] == ["CM0120", "CM0119"]
    window.table.columns.sort("status")
    found = list(dict.fromkeys(_column(window, "Status")))
    order = "Planned Surveyed Wayleave Building Fibre_in Installed Live Blocked".replace("_", " ")
    assert found == sorted(found, key=order.index)
    assert str(header.model().headerData(_at(window, "Status"), Qt.Orientation.Horizontal)) == (
        "Status ↑"
    )


def test_natural_order() -> None:
    """CM9 before CM10; empty last."""
    assert sorted(["CM10", "", "cm9"], key=natural) == ["cm9", "CM10", ""]


def test_choosing_in_the_table_chooses_on_the_map(window: MainWindow) -> None:
    """And the form shows the one that is chosen."""
    place = window.roster.rows.index_of[ident("site 12")]
    line = index_at(window.table.model, place).row()
    window.table.view.selectRow(line)
    assert window.roster.selected == {ident("site 12")}
    assert window.roster.selected_places.tolist() == [place]
    assert window.form.site == ident("site 12")


def test_choosing_elsewhere_chooses_in_the_table(window: MainWindow) -> None:
    """Rows of many sites, in unbroken runs, survive a sort."""
    chosen = {ident(f"site {n}") for n in (3, 4, 5, 40, 90)}
    window.roster.select(chosen)

    def shown() -> set[bytes]:
        return {window.table.model.ident(line) for line in window.table.model.chosen_lines()}

    assert shown() == chosen
    window.table.columns.sort("name", True)
    assert shown() == chosen
    assert window.roster.selected == chosen
    assert "5 sites selected" in window.form._several.text()


def test_ten_thousand_rows_filter(qtbot: Any) -> None:
    """No row costs a call from Qt: generous for a busy machine."""

    from psnplanner.programme.change import creation
    from psnplanner.programme.state import State
    from psnplanner.session import new_programme
    from psnplanner.ui.panels.site_table import SiteTable
    from psnplanner.ui.roster import Roster
    from psnplanner.ui.site_rows import SiteRows
    from tests.ui.sample import TODAY, sites

    records = [new_programme(), *sites(10_000)]
    state = State().after(creation(record) for record in records)
    roster, table = Roster(SiteRows(state, TODAY)), SiteTable()
    qtbot.addWidget(table)
    table.set_roster(roster)
    roster.search("crewe library")
    wanted = [
        site
        for site in state.sites.values()
        if "crewe" in f"{site.name} {site.address}".casefold()
        and "library" in f"{site.name} {site.kind}".casefold()
    ]
    assert 0 < table.model.rowCount() == roster.shown_count < 10_000
    assert 0 < len(wanted) <= table.model.rowCount()


def test_commands_on_sites_need_a_choice(window: MainWindow) -> None:
    """Greyed until something is chosen."""
    names = ("zoom_chosen", "lock", "unlock", "select_none", "place_site", "type_place")
    assert not any(window.actions_[name].isEnabled() for name in names)
    window.roster.select([ident("site 1")])
    assert all(window.actions_[name].isEnabled() for name in names)


def test_a_header_does_not_ask_about_every_chosen_row(window: MainWindow) -> None:
    """With ten thousand rows chosen that took half a second at each paint."""
    window.roster.select_all()
    header = window.table.view.horizontalHeader()
    assert len(window.table.model.chosen_lines()) == 120
    assert not header.selectionModel().hasSelection()
