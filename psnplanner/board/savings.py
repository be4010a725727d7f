"""What the programme saves as it stands on a day: realised, paid twice, to come, per partner.

How much of what old circuits cost is saved is said in `programme/saving.py`, and is the same in
the window. A saving is *realised* once the old circuit has ceased; from going live until then
the site is paid for twice, which is counted in full: it is money that leaves.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final, TypedDict

from psnplanner.programme.saving import DAYS_A_YEAR, LEGACY_STAGE, OldCircuits, old_circuits
from psnplanner.programme.site import Site
from psnplanner.programme.stage import DONE, NOT_NEEDED
from psnplanner.programme.state import State

SUMS: Final = (
    ("realised_pence_a_year", "Realised a year"),
    ("still_to_come_pence_a_year", "To come a year"),
    ("forecast_pence_a_year", "Forecast a year"),
    ("double_running_pence_a_year", "Paid twice a year"),
    ("saved_so_far_pence", "Saved so far"),
)
"""A partner's sums, as a table heads them."""


class Savings(TypedDict):
    """Money in whole pence; `_a_year` is a yearly rate, the rest an amount so far.

    Realised and still to come make the forecast: what is saved a year once every old circuit
    has ceased. `share` of the cost that stops is saved, and `explained` says so in words.
    """

    realised_pence_a_year: int
    double_running_pence_a_year: int
    still_to_come_pence_a_year: int
    forecast_pence_a_year: int
    target_pence_a_year: int | None
    saved_so_far_pence: int
    circuits_ceased: int
    sites_live_on_old_circuit: int
    sites_without_cost: int
    share: float
    ceased_cost_pence_a_year: int
    circuits_cost_pence_a_year: int
    explained: str


class PartnerSavings(TypedDict):
    """One partner's part of the savings, in pence a year; so far in pence."""

    name: str
    realised_pence_a_year: int
    double_running_pence_a_year: int
    still_to_come_pence_a_year: int
    forecast_pence_a_year: int
    saved_so_far_pence: int


def by_partner(state: State, on: date, circuits: OldCircuits | None = None) -> list[PartnerSavings]:
    """The savings of each partner with any, by name; a shared site's are its own partner's."""
    members: dict[str, list[Site]] = {}
    for site in state.sites.values():
        members.setdefault(state.partner_name(site.partner), []).append(site)
    circuits = circuits or old_circuits(state)
    rows = [_of_partner(state, on, name, sites, circuits) for name, sites in members.items()]
    found = [row for row in rows if row["forecast_pence_a_year"]]
    return sorted(found, key=lambda row: (not row["name"], row["name"].casefold()))


def _of_partner(
    state: State, on: date, name: str, sites: list[Site], circuits: OldCircuits
) -> PartnerSavings:
    sums = _sums(state, on, sites, circuits)
    return PartnerSavings(
        name=name,
        realised_pence_a_year=sums["realised_pence_a_year"],
        double_running_pence_a_year=sums["double_running_pence_a_year"],
        still_to_come_pence_a_year=sums["still_to_come_pence_a_year"],
        forecast_pence_a_year=sums["forecast_pence_a_year"],
        saved_so_far_pence=sums["saved_so_far_pence"],
    )


def savings(state: State, on: date, circuits: OldCircuits | None = None) -> Savings:
    """The savings of a programme as they stand on a day; `circuits` are its own, if known.

    Saved so far counts each ceased circuit's cost from the day after it ceased, 365 days to
    the year.
    """
    return _sums(state, on, state.sites.values(), circuits or old_circuits(state))


def _sums(state: State, on: date, sites: Iterable[Site], circuits: OldCircuits) -> Savings:
    share = circuits.share
    stopped = double = cost = so_far = ceased = doubled = unknown = 0
    for site in sites:
        legacy = circuits.legacy[site.id]
        if legacy == NOT_NEEDED:
            continue
        cost_pence = site.annual_cost_pence
        unknown += cost_pence is None
        cost += cost_pence or 0
        if legacy == DONE:
            ceased += 1
            stopped += cost_pence or 0
            so_far += _since(state, site, on) * (cost_pence or 0)
        elif state.statuses[site.id] == "live":
            doubled += 1
            double += cost_pence or 0
    return Savings(
        realised_pence_a_year=round(share * stopped),
        double_running_pence_a_year=double,
        still_to_come_pence_a_year=round(share * cost) - round(share * stopped),
        forecast_pence_a_year=round(share * cost),
        target_pence_a_year=circuits.target_pence_a_year,
        saved_so_far_pence=round(share * so_far / DAYS_A_YEAR),
        circuits_ceased=ceased,
        sites_live_on_old_circuit=doubled,
        sites_without_cost=unknown,
        share=round(share, 4),
        ceased_cost_pence_a_year=stopped,
        circuits_cost_pence_a_year=cost,
        explained=circuits.explained,
    )


def _since(state: State, site: Site, on: date) -> int:
    ceased_on = state.stages_of(site.id)[LEGACY_STAGE].actual_on
    return max(0, (on - ceased_on).days) if ceased_on else 0
