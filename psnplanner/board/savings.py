"""What the programme saves: the running cost of old circuits, and when it stops.

A site's saving is the annual cost of its old circuit, gross: the programme knows what a site
costs today, not what its share of the new network will be. It is *realised* once the stage
“Legacy circuit ceased” is done; from going live until then the site is paid for twice. Sites
whose legacy stage is not needed have nothing to cease and save nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypedDict

from psnplanner.programme.site import Site
from psnplanner.programme.stage import DONE, NOT_NEEDED
from psnplanner.programme.state import State

LEGACY_STAGE = "legacy_ceased"
"""The stage that ends the old circuit, and with it what it costs."""

DAYS_A_YEAR = 365


class Savings(TypedDict):
    """Money in whole pence; `_a_year` is a yearly rate, the rest an amount so far."""

    realised_pence_a_year: int
    double_running_pence_a_year: int
    still_to_come_pence_a_year: int
    forecast_pence_a_year: int
    target_pence_a_year: int | None
    saved_so_far_pence: int
    circuits_ceased: int
    sites_live_on_old_circuit: int
    sites_without_cost: int


class PartnerSavings(TypedDict):
    """One partner's part of the savings, in pence a year; so far in pence."""

    name: str
    realised_pence_a_year: int
    double_running_pence_a_year: int
    still_to_come_pence_a_year: int
    forecast_pence_a_year: int
    saved_so_far_pence: int


def by_partner(state: State, on: date) -> list[PartnerSavings]:
    """The savings of each partner with any, by name; a shared site's are its own partner's."""
    members: dict[str, list[Site]] = {}
    for site in state.sites.values():
        members.setdefault(state.partner_name(site.partner), []).append(site)
    rows = [_of_partner(state, on, name, sites) for name, sites in members.items()]
    found = [row for row in rows if row["forecast_pence_a_year"]]
    return sorted(found, key=lambda row: (not row["name"], row["name"].casefold()))


def _of_partner(state: State, on: date, name: str, sites: list[Site]) -> PartnerSavings:
    sums = _sums(state, on, sites)
    return PartnerSavings(
        name=name,
        realised_pence_a_year=sums["realised_pence_a_year"],
        double_running_pence_a_year=sums["double_running_pence_a_year"],
        still_to_come_pence_a_year=sums["still_to_come_pence_a_year"],
        forecast_pence_a_year=sums["forecast_pence_a_year"],
        saved_so_far_pence=sums["saved_so_far_pence"],
    )


def savings(state: State, on: date) -> Savings:
    """The savings of a programme as they stand on a day.

    The forecast is what is saved each year once every old circuit has ceased: realised, paid
    twice and still to come, together. Saved so far counts each ceased circuit's cost from the
    day after it ceased, 365 days to the year, rounded down to the penny.
    """
    return _sums(state, on, state.sites.values())


def _sums(state: State, on: date, sites: Iterable[Site]) -> Savings:
    realised = double = to_come = so_far = ceased = doubled = unknown = 0
    for site in sites:
        legacy = _legacy_state(state, site)
        if legacy == NOT_NEEDED:
            continue
        cost_pence = site.annual_cost_pence
        unknown += cost_pence is None
        if legacy == DONE:
            ceased += 1
            realised += cost_pence or 0
            so_far += _since(state, site, on) * (cost_pence or 0)
        elif state.statuses[site.id] == "live":
            doubled += 1
            double += cost_pence or 0
        else:
            to_come += cost_pence or 0
    return Savings(
        realised_pence_a_year=realised,
        double_running_pence_a_year=double,
        still_to_come_pence_a_year=to_come,
        forecast_pence_a_year=realised + double + to_come,
        target_pence_a_year=state.programme.saving_target_pence,
        saved_so_far_pence=so_far // DAYS_A_YEAR,
        circuits_ceased=ceased,
        sites_live_on_old_circuit=doubled,
        sites_without_cost=unknown,
    )


def _legacy_state(state: State, site: Site) -> str:
    stage = state.workflow.by_key.get(LEGACY_STAGE)
    # A workflow of somebody's own may have no such stage: then nothing is ever ceased.
    if stage is None:
        return ""
    return state.workflow.state_of(stage, site, state.stages_of(site.id))


def _since(state: State, site: Site, on: date) -> int:
    ceased_on = state.stages_of(site.id)[LEGACY_STAGE].actual_on
    return max(0, (on - ceased_on).days) if ceased_on else 0
