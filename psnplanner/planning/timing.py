"""What waiting costs: every term of the objective that depends on when a site is done.

N sites, K phases. A phase counts as done on its last day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from psnplanner.planning.grouping import Flags, Floats, Ints
from psnplanner.planning.horizon import Horizon
from psnplanner.planning.prices import Prices
from psnplanner.planning.tail import tail
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import State

TERMS = (
    "saving foregone",
    "double running",
    "out of contract",
    "waiting",
    "certificate",
    "after go-live",
)


@dataclass(frozen=True, eq=False)
class Timing:
    """The days and pounds that the terms are made of; `pounds` puts them together.

    Days are ordinals: `ends` (K,), `contract` (N,), the present `start`. `annual` and `wait` (N,)
    are pounds a year and a day; `uncertified` (N, K) says where a partner's certificate lapses;
    `late_chance` (K,) is the chance that a site of a phase is not live by go-live: test, handover
    and migration come after the dig.
    """

    start: int
    ends: Ints
    contract: Ints
    annual: Floats
    wait: Floats
    saving_share: float
    late: Flags
    late_chance: Floats
    uncertified: Flags
    prices: Prices

    def terms(self, sites: Ints, phases: Ints) -> dict[str, Floats]:
        """Pounds of each term for these sites and phases, broadcast against each other."""
        ends, contract = self.ends[phases], self.contract[sites]
        annual, prices = self.annual[sites], self.prices
        # Before a contract ends nothing is saved; after it, every day costs what was to be saved.
        after = np.maximum(0, ends - np.maximum(contract, self.start)) / 365
        before = np.maximum(0, contract - ends) / 365
        pounds = (
            self.saving_share * annual * after,
            prices.double_running_share * annual * before,
            prices.out_of_contract_share * annual * after * (contract >= self.start),
            self.wait[sites] * np.maximum(0, ends - self.start),
            prices.certificate_pounds * self.uncertified[sites, phases],
            prices.miss_pounds * np.broadcast_to(self.late_chance[phases], after.shape),
        )
        return dict(zip(TERMS, pounds, strict=True))

    def pounds(self) -> Floats:
        """All the terms together, (N, K)."""
        # Phases that end on one day cost the same.
        _, first, same = np.unique(self.ends, return_index=True, return_inverse=True)
        rows = np.arange(len(self.annual))
        own = [
            np.sum(list(self.terms(rows, np.full(len(rows), k)).values()), axis=0) for k in first
        ]
        result: Floats = np.array(own).reshape(len(first), len(rows)).T[:, same.ravel()]
        return np.ascontiguousarray(result)


def timing(
    horizon: Horizon, sites: Sequence[Site], phases: Sequence[Phase], prices: Prices
) -> Timing:
    """The timing of these sites and phases on the programme's present day."""
    state = horizon.state
    wait = [prices.waiting_pounds_per_day.get(s.priority.casefold(), 0.0) for s in sites]
    return Timing(
        start=horizon.present_on.toordinal(),
        ends=np.array(
            [(p.ends_on or horizon.present_on).toordinal() for p in phases], dtype=np.int64
        ),
        contract=np.array(
            [(s.contract_ends_on or date.min).toordinal() for s in sites], dtype=np.int64
        ),
        annual=annual_pounds(sites),
        wait=np.array(wait, dtype=np.float64),
        saving_share=_saving_share(state, prices),
        late=late_phases(state, phases),
        late_chance=late_chances(horizon, phases),
        uncertified=_uncertified(state, sites, phases),
        prices=prices,
    )


def late_phases(state: State, phases: Sequence[Phase]) -> Flags:
    """Which phases (K,) end after go-live."""
    go_live_on = state.programme.go_live_on or date.max
    return np.array([(p.ends_on or date.min) > go_live_on for p in phases], dtype=bool)


def late_chances(horizon: Horizon, phases: Sequence[Phase]) -> Floats:
    """The chance (K,) that a site dug on a phase's last day is not live by go-live."""
    goal, after = horizon.state.programme.go_live_on, tail(horizon.state.workflow)
    if goal is None:
        return np.zeros(len(phases))
    ends = [p.ends_on or date.min for p in phases]
    days = [horizon.calendar.between(on, goal) if on < goal else 0 for on in ends]
    chances = [1.0 if on > goal else after.late_chance(d) for on, d in zip(ends, days, strict=True)]
    # A chance in a thousand is none: nobody plans by it, and plans are easier to compare.
    return np.array([round(chance, 3) for chance in chances], dtype=np.float64)


def annual_pounds(sites: Sequence[Site]) -> Floats:
    """What each site costs a year in pounds; one not known costs what the middle one does."""
    known = [s.annual_cost_pence for s in sites if s.annual_cost_pence is not None]
    usual = float(np.median(known)) if known else 0.0
    pence = [usual if s.annual_cost_pence is None else s.annual_cost_pence for s in sites]
    return np.array(pence, dtype=np.float64) / 100


def _saving_share(state: State, prices: Prices) -> float:
    """The saving target over the annual cost of all sites, at most 1; else the stated share."""
    total = float(annual_pounds(list(state.sites.values())).sum())
    target = state.programme.saving_target_pence
    return min(1.0, target / 100 / total) if target and total else prices.saving_share


def _uncertified(state: State, sites: Sequence[Site], phases: Sequence[Phase]) -> Flags:
    """Where (N, K) a partner that has certificates has none valid at the end of the phase."""
    held: dict[RecordId, Flags] = {}
    for certificate in state.certificates.values():
        if certificate.partner is not None:
            covers = [certificate.covers(p.ends_on or date.max) for p in phases]
            known = held.get(certificate.partner, np.zeros(len(phases), dtype=bool))
            held[certificate.partner] = known | np.array(covers, dtype=bool)
    every = np.ones(len(phases), dtype=bool)
    rows = [~held.get(s.partner or b"", every) for s in sites]
    return np.array(rows, dtype=bool).reshape(len(sites), len(phases))
