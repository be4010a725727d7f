"""The map coloured by other things than status, and the legend that filters by them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtGui import QColor

from psnplanner.programme.finding import Finding
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import new_id
from psnplanner.programme.site import Site, StageRecord
from psnplanner.style import palette, phase_colour
from psnplanner.ui.main_window import MainWindow
from psnplanner.ui.map.colouring import KINDS, colouring, lateness, site_ids
from psnplanner.ui.map.decorations import scale_box
from psnplanner.ui.map.names import lay_out

ONE_WINDOW = True

TODAY = date(2014, 10, 6)


class _State:
    """As much of a state as lateness asks for."""

    def __init__(self, phase: Phase | None, status: str, records: Any = ()) -> None:
        self.phases = {phase.id: phase} if phase else {}
        self.records = {record.stage: record for record in records}
        self.statuses: Any = _Always(status)
        self.programme = self
        self.go_live_on = date(2015, 4, 1)

    def stages_of(self, _site: bytes) -> Any:
        """The records."""
        return self.records


class _Always:
    def __init__(self, status: str) -> None:
        self._status = status

    def __getitem__(self, _ident: bytes) -> str:
        return self._status


def _site(phase: Phase | None, contract: date | None = None) -> Site:
    return Site(id=new_id(), phase=phase.id if phase else None, contract_ends_on=contract)


@pytest.mark.parametrize(
    ("ends_on", "contract", "status", "expected"),
    [
        (date(2014, 11, 7), None, "planned", "in time"),
        (date(2015, 3, 20), None, "planned", "close to go-live"),
        (date(2014, 11, 7), date(2014, 10, 20), "planned", "contract ends first"),
        (date(2014, 11, 7), date(2014, 9, 1), "planned", "in time"),
        (date(2014, 9, 30), None, "building", "late"),
        (date(2014, 8, 29), None, "blocked", "over 4 weeks late"),
        (date(2015, 8, 1), None, "planned", "over 12 weeks late"),
        (date(2014, 8, 29), None, "live", "live"),
        (None, None, "planned", "no date"),
    ],
)
def test_lateness(ends_on: date | None, contract: date | None, status: str, expected: str) -> None:
    """Against the phase, the old contract and go-live, in this order of gravity."""
    phase = Phase(id=new_id(), name="P", ends_on=ends_on) if ends_on else None
    state: Any = _State(phase, status)
    assert lateness(state, _site(phase, contract), TODAY) == expected


def test_a_forecast_says_more_than_a_phase() -> None:
    """The last forecast among the stages."""
    phase = Phase(id=new_id(), name="P", ends_on=date(2014, 11, 7))
    site = _site(phase)
    late = StageRecord(id=new_id(), site=site.id, stage="cpe", forecast_on=date(2015, 5, 20))
    state: Any = _State(phase, "building", [late])
    assert lateness(state, site, TODAY) == "over 4 weeks late"


def test_every_site_is_in_one_class_of_every_kind(window: MainWindow) -> None:
    """Counts add up; the classes have names and colours of their own."""
    rows = window.roster.rows
    for kind in KINDS:
        made = colouring(kind, rows, window.session.findings(), TODAY)
        assert sum(made.counts) == len(rows)
        assert len(made.names) == len(made.colours)
        assert len(set(made.names)) == len(made.names)
        assert len(site_ids(rows, made, made.names[0])) == made.counts[0]


def test_risk_is_the_worst_that_is_said_of_a_site(window: MainWindow) -> None:
    """A note, a warning, an error, two errors; nothing else is no risk."""
    rows = window.roster.rows
    ids = [row.id for row in rows.rows[:4]]
    said = [("note", ids[:2]), ("warning", ids[1:2]), ("error", ids[2:4]), ("error", ids[3:4])]
    findings = [Finding("x", how, "", tuple(sites), "") for how, sites in said]
    made = colouring("risk", rows, findings, TODAY)
    found = [made.names[made.codes[rows.index_of[i]]] for i in ids]
    assert found == ["Note", "Warning", "Error", "Several errors"]
    assert made.counts[0] == len(rows) - 4
    assert made.weights[rows.index_of[ids[3]]] == made.weights.max()


def test_the_map_wears_the_colour_chosen_in_the_legend(window: MainWindow) -> None:
    """By phase a site has its phase's colour; blocked and wayleave stay marked."""
    canvas, legend = window.pane.canvas, window.pane.legend
    legend.colour_by("phase")
    state = window.session.state
    order = [phase.id for phase in state.phases_in_order]
    plain = [i for i, status in state.statuses.items() if status in ("live", "planned")]
    phased = [state.sites[i] for i in plain if state.sites[i].phase and state.sites[i].position]
    for site in phased[:3]:
        canvas.zoom_to([site.id])
        canvas.zoom(64)
        canvas.settle()
        spot = canvas.finder.pixel_of(site.id).toPoint() + QPoint(0, 4)
        expected = QColor(phase_colour(order.index(site.phase)))
        assert canvas.grab().toImage().pixelColor(spot) == expected
    assert {phase.name for phase in state.phases_in_order} <= set(legend.buttons)


def test_blocked_is_marked_whatever_the_colour(window: MainWindow) -> None:
    """White across the middle, by status and by partner."""
    canvas, state = window.pane.canvas, window.session.state
    blocked = next(
        i for i, s in state.statuses.items() if s == "blocked" and state.sites[i].position
    )
    for kind in ("status", "partner"):
        window.pane.legend.colour_by(kind)
        canvas.zoom_to([blocked])
        canvas.zoom(64)
        canvas.settle()
        image = canvas.grab().toImage()
        assert image.pixelColor(canvas.finder.pixel_of(blocked).toPoint()) == QColor("white")


def test_the_legend_filters_by_what_it_shows(window: MainWindow) -> None:
    """Hiding a partner hides its sites on the map and in the table; going back shows them."""
    legend, roster = window.pane.legend, window.roster
    legend.colour_by("partner")
    name, button = next(iter(legend.buttons.items()))
    own = [
        i
        for i, s in window.session.state.sites.items()
        if window.session.state.partner_name(s.partner) == name
    ]
    assert own
    button.click()
    assert roster.shown_count == len(roster.rows) - len(own)
    assert window.table.model.rowCount() == roster.shown_count
    legend.buttons[name].alone.emit()
    assert roster.shown_count == len(own)
    legend.select(name)
    assert roster.selected == set(own)
    legend.colour_by("status")
    assert roster.shown_count == len(roster.rows)
    legend.colour_by("partner")
    assert roster.shown_count == len(own)
    window.actions_["show_all"].trigger()
    assert roster.shown_count == len(roster.rows)
    assert all(button.isChecked() for button in legend.buttons.values())


def test_zooming_to_a_class_shows_where_it_is(window: MainWindow) -> None:
    """Every site of the partner is then in view."""
    canvas, legend = window.pane.canvas, window.pane.legend
    legend.colour_by("partner")
    name = next(iter(legend.buttons))
    legend.zoom_to(name)
    state = window.session.state
    for site in state.sites.values():
        if state.partner_name(site.partner) == name and site.position:
            assert canvas.rect().contains(canvas.finder.pixel_of(site.id).toPoint())


def test_a_fold_leaves_only_the_choice_of_colours(window: MainWindow) -> None:
    """And unfolding brings every row back."""
    legend = window.pane.legend
    tall = legend.height()
    legend.fold.click()
    assert legend.height() < tall / 2
    legend.fold.click()
    assert legend.height() == tall


def test_a_long_legend_leaves_the_scale_bar_and_most_of_the_map_free(window: MainWindow) -> None:
    canvas, legend = window.pane.canvas, window.pane.legend
    legend.colour_by("partner")
    assert legend.geometry().bottom() < scale_box(canvas).top()
    assert legend.width() < canvas.width() / 3


def test_severities_and_lateness_have_colours() -> None:
    """Of every name the code gives out."""
    assert {"none", "note", "warning", "error", "several errors"} == set(palette("risk"))
    names = {"live", "in time", "close to go-live", "contract ends first", "no date"}
    assert names < set(palette("lateness"))


def test_no_name_lies_over_the_few_sites_a_filter_leaves(
    window: MainWindow, settle: Callable[..., None]
) -> None:
    canvas, roster = window.pane.canvas, window.roster
    window.pane.legend.colour_by("status")
    window.pane.legend.buttons["blocked"].alone.emit()
    settle(window)
    left = np.flatnonzero(roster.shown & np.isfinite(roster.rows.xs))
    assert 0 < len(left) < 20
    laid = lay_out(canvas, canvas.view)
    assert laid
    for place in left:
        x, y = canvas.view.to_screen(roster.rows.xs[place], roster.rows.ys[place])
        for name in laid:
            at = canvas.view.to_screen(name.x, name.y)
            corner = QPointF(at[0] + name.dx, at[1] + name.dy)
            size = name.picture.deviceIndependentSize()
            assert not QRectF(corner, size).contains(x, y)
