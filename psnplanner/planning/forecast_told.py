"""The runs of a forecast told as chances and days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from math import ceil

import numpy as np
from numpy.typing import NDArray

from psnplanner.planning.forecast_calendar import HORIZON_DAYS
from psnplanner.planning.forecast_model import Model
from psnplanner.planning.forecast_result import SURE, Band, Chance, Forecast
from psnplanner.planning.forecast_runs import Outcome, Runs
from psnplanner.planning.what_to_fix import Trial, causes
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import State

BAND_RUNS = 2_000
"""Runs that the burn-up band and the causes are read from: a per cent is then good to 1."""

MOST_WEEKS = 156
SITE_SHARES = np.linspace(0.05, 0.95, 10)


class Told:
    """The runs of a model, made with a seed, ready to be told."""

    def __init__(self, state: State, made: Model, outcome: Outcome, seed: int) -> None:
        go_live_on = state.programme.go_live_on
        assert go_live_on is not None
        self._state, self._line, self._model = state, made.line, made
        self._outcome, self._live, self._seed = outcome, outcome.live, seed
        self._runs = self._live.shape[1]
        self._go_live_on = go_live_on
        self._at = made.line.at(go_live_on)
        self._row_of = {path.site: row for row, path in enumerate(made.paths)}
        self._calendar_days = made.line.days(self._furthest())

    def _furthest(self) -> int:
        latest = float(self._live.max()) if self._live.size else 0.0
        return max(1, min(HORIZON_DAYS, ceil(latest)))

    def forecast(self) -> Forecast:
        """All that the runs say."""
        state, made, outcome = self._state, self._model, self._outcome
        sites = list(state.sites.values())
        trial = Trial(state, made, self._live, outcome.factors, self._at, outcome.unqueued)
        late = (self._live > self._at).mean(axis=1) if self._live.size else np.zeros(0)
        order = np.argsort(-late, kind="stable")
        return Forecast(
            present_on=self._line.present_on,
            go_live_on=self._go_live_on,
            runs=self._runs,
            seed=self._seed,
            sites=len(sites),
            live=len(made.live),
            crews=made.crews,
            whole=self._chance("", sites),
            live_by_go_live=self._by_go_live(),
            phases=self._phases(),
            partners=self._partners(sites),
            band=self._band(),
            causes=tuple(causes(trial)),
            site_days=self._site_days(),
            late_chance={made.paths[i].site: float(late[i]) for i in order},
            references={s.id: s.reference or s.name for s in sites},
        )

    def _day(self, moment: float) -> date:
        """The day on which something done at this moment is done."""
        whole = ceil(moment - 1e-4)
        if whole <= 0:
            return self._line.present_on
        return self._calendar_days[min(whole, len(self._calendar_days)) - 1]

    def _chance(self, name: str, sites: Sequence[Site]) -> Chance:
        rows = [self._row_of[site.id] for site in sites if site.id in self._row_of]
        idents = tuple(site.id for site in sites)
        if not rows:
            on = self._line.present_on
            return Chance(name, idents, len(sites), 1.0, (on, on, on), 0.0)
        some = self._live[rows] if len(rows) < len(self._live) else self._live
        last = some.max(axis=0)
        days = np.quantile(last, [sure / 100 for sure in SURE], method="higher")
        first, second, third = (self._day(float(day)) for day in days)
        return Chance(
            name=name,
            sites=idents,
            live=len(sites) - len(rows),
            probability=float((last <= self._at).mean()),
            days=(first, second, third),
            late_sites=float((some > self._at).sum()) / self._runs,
        )

    def _phases(self) -> tuple[Chance, ...]:
        by_phase = self._state.sites_by_phase
        named = [(p.name, by_phase.get(p.id, [])) for p in self._state.phases_in_order]
        named.append(("", by_phase.get(None, [])))
        return tuple(self._chance(name, sites) for name, sites in named if sites)

    def _partners(self, sites: Sequence[Site]) -> tuple[Chance, ...]:
        """A shared site counts with every partner who uses it."""
        members: dict[str, list[Site]] = {}
        for site in sites:
            for ident in dict.fromkeys((site.partner, *site.sharing)):
                members.setdefault(self._state.partner_name(ident), []).append(site)
        names = sorted(members, key=lambda name: (not name, name.casefold()))
        return tuple(self._chance(name, members[name]) for name in names)

    def _by_go_live(self) -> tuple[int, int, int]:
        live = len(self._model.live) + (self._live <= self._at).sum(axis=0)
        low, middle, high = np.quantile(live, [0.1, 0.5, 0.9], method="lower")
        return int(low), int(middle), int(high)

    def _band(self) -> Band:
        """The burn-up to come, from the present day on, by weeks and months."""
        some, done = self._live[:, :BAND_RUNS], len(self._model.live)
        last = self._day(float(np.quantile(some.max(axis=0), 0.95))) if some.size else None
        end = max(self._go_live_on, last or self._go_live_on)
        start = self._line.present_on
        weeks = min(MOST_WEEKS, max(1, -(-(end - start).days // 7)))
        every = {start + timedelta(weeks=week) for week in range(weeks + 1)}
        days = sorted(every | _month_ends(start, max(every)) | {max(start, self._go_live_on)})
        counts = done + self._live_by(days, some)
        low, middle, high = np.quantile(counts, [0.1, 0.5, 0.9], axis=1, method="lower")
        return Band(tuple(days), *(tuple(int(n) for n in row) for row in (low, middle, high)))

    def _live_by(self, days: Sequence[date], some: Runs) -> NDArray[np.intp]:
        """How many sites of these runs are live by the ends of days: (days, runs)."""
        runs = some.shape[1] or 1
        ends = np.array([self._line.at(on) for on in days])
        # Moments up to the end of a working day, as a table: no sorting, no search.
        whole = np.arange(int(ends[-1]) + 2)
        place = np.searchsorted(ends, whole)
        at = place.take(np.ceil(some).astype(np.intp), mode="clip")
        at *= runs
        at += np.arange(runs)
        each = np.bincount(at.ravel(), minlength=(len(days) + 1) * runs)
        return each.reshape(-1, runs)[: len(days)].cumsum(axis=0)

    def _site_days(self) -> dict[RecordId, tuple[date, ...]]:
        if not self._live.size:
            return {}
        some = np.sort(self._live[:, :BAND_RUNS], axis=1)
        places = (SITE_SHARES * (some.shape[1] - 1)).round().astype(int)
        return {
            path.site: tuple(self._day(float(moment)) for moment in row)
            for path, row in zip(self._model.paths, some[:, places], strict=True)
        }


def _month_ends(first: date, last: date) -> set[date]:
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return {day for day in days if (day + timedelta(days=1)).day == 1}
