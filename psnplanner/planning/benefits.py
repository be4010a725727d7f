"""What the programme saves, month by month: realised, and as the forecast has it.

How much of what old circuits cost is saved is said in `programme/saving.py`, and is the same
on the board's pages. From going live until its old circuit ceases a site is paid for twice.
Money is in whole pence, a year has 365 days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from psnplanner.planning.forecast_calendar import Line
from psnplanner.planning.forecast_result import Forecast
from psnplanner.planning.history_of_durations import history
from psnplanner.programme.saving import DAYS_A_YEAR, LEGACY_STAGE, old_circuits
from psnplanner.programme.site import Site
from psnplanner.programme.stage import DONE, NOT_NEEDED, PASSED, Stage
from psnplanner.programme.state import State
from psnplanner.programme.working_days import Calendar

Floats = NDArray[np.float64]

MONTHS_AHEAD = 18
"""Months told after go-live."""

DELAY = timedelta(days=30)


@dataclass(frozen=True)
class Month:
    """One calendar month ("2014-05"): the cost stopped and saved in it, and paid twice.

    `realised` tells whether the month is over by the present day; `rate_pence_a_year` is what
    the month saved as a yearly rate: of a month in which circuits cease, the mean of its days.
    """

    month: str
    realised: bool
    stopped_pence: int
    saved_pence: int
    double_pence: int
    rate_pence_a_year: int


@dataclass(frozen=True)
class PartnerBenefit:
    """A partner's part: saved so far, saved in the year after go-live, and each year in the end."""

    name: str
    saved_so_far_pence: int
    first_year_pence: int
    in_the_end_pence_a_year: int
    months: tuple[int, ...]


@dataclass(frozen=True)
class Benefits:
    """Savings of a programme. `share` (0 to 1) of the cost that stops is saved.

    `realised_pence_a_year` is the yearly rate of the present day: of circuits that have ceased.
    `explained` says why the share is what it is.
    `month_of_delay_pence` is what 30 days more for every site still to go live would lose.
    """

    share: float
    target_pence_a_year: int | None
    realised_pence_a_year: int
    saved_so_far_pence: int
    double_so_far_pence: int
    in_the_end_pence_a_year: int
    month_of_delay_pence: int
    target_reached_on: date | None
    sites_without_cost: int
    months: tuple[Month, ...] = ()
    partners: tuple[PartnerBenefit, ...] = field(default=())
    explained: str = ""

    def report(self) -> dict[str, Any]:
        """The savings as JSON-ready values."""
        return {
            "share": round(self.share, 4),
            "target_pence_a_year": self.target_pence_a_year,
            "realised_pence_a_year": self.realised_pence_a_year,
            "saved_so_far_pence": self.saved_so_far_pence,
            "double_so_far_pence": self.double_so_far_pence,
            "in_the_end_pence_a_year": self.in_the_end_pence_a_year,
            "month_of_delay_pence": self.month_of_delay_pence,
            "target_reached_on": (
                self.target_reached_on.isoformat() if self.target_reached_on else None
            ),
            "sites_without_cost": self.sites_without_cost,
            "explained": self.explained,
            "months": [vars(month) for month in self.months],
            "partners": [
                {**vars(partner), "months": list(partner.months)} for partner in self.partners
            ],
        }


def benefits(
    state: State, on: date, calendar: Calendar, forecast: Forecast | None = None
) -> Benefits:
    """The savings of a programme on its present day.

    Without a forecast, sites that are not live are taken to go live as their phase ends, or at
    go-live.
    """
    return _Sum(state, on, calendar, forecast).benefits()


class _Sum:
    def __init__(
        self, state: State, on: date, calendar: Calendar, forecast: Forecast | None
    ) -> None:
        self._state, self._on = state, on
        self._forecast = forecast
        self._past = history(state, Line(on, calendar))
        self._go_live_on = state.programme.go_live_on or on
        self._circuits = old_circuits(state)
        self._share = self._circuits.share
        legacy = self._circuits.legacy
        self._sites = [s for s in state.sites.values() if legacy[s.id] != NOT_NEEDED]
        self._after_days = self._after_live()

    def benefits(self) -> Benefits:
        starts = self._months()
        stopped = np.zeros((len(self._sites), len(starts) - 1))
        double = np.zeros_like(stopped)
        lost = 0.0
        edges = np.array([day.toordinal() for day in starts], dtype=np.float64)
        today = float(self._on.toordinal())
        so_far = np.zeros((len(self._sites), 2))
        for row, site in enumerate(self._sites):
            daily = (site.annual_cost_pence or 0) / DAYS_A_YEAR
            live, ceased, done = self._days_of(site)
            stopped[row] = daily * _overlap(edges, ceased)
            double[row] = daily * (_overlap(edges, live) - _overlap(edges, ceased))
            now = np.array([edges[0], today + 1])
            so_far[row, 0] = daily * _overlap(now, ceased)[0] * done
            so_far[row, 1] = daily * (_overlap(now, live) - _overlap(now, ceased) * done)[0]
            if not self._is_live(site):
                lost += daily * DELAY.days
        return self._told(starts, stopped, double, so_far, lost)

    def _told(
        self, starts: Sequence[date], stopped: Floats, double: Floats, so_far: Floats, lost: float
    ) -> Benefits:
        share = self._share
        months = []
        for place, first in enumerate(starts[:-1]):
            days = (starts[place + 1] - first).days
            sum_pence = float(stopped[:, place].sum())
            months.append(
                Month(
                    month=f"{first.year}-{first.month:02}",
                    realised=starts[place + 1] <= self._on,
                    stopped_pence=round(sum_pence),
                    saved_pence=round(share * sum_pence),
                    double_pence=round(float(double[:, place].sum())),
                    rate_pence_a_year=round(share * sum_pence / days * DAYS_A_YEAR),
                )
            )
        target = self._state.programme.saving_target_pence
        cost = sum(site.annual_cost_pence or 0 for site in self._sites)
        ceased = [s for s in self._sites if self._circuits.legacy[s.id] == DONE]
        realised = sum(site.annual_cost_pence or 0 for site in ceased)
        return Benefits(
            share=share,
            target_pence_a_year=target,
            realised_pence_a_year=round(share * realised),
            saved_so_far_pence=round(share * float(so_far[:, 0].sum())),
            double_so_far_pence=round(float(so_far[:, 1].sum())),
            in_the_end_pence_a_year=round(share * cost),
            month_of_delay_pence=round(share * lost),
            target_reached_on=_reached(months, starts, target),
            sites_without_cost=sum(site.annual_cost_pence is None for site in self._sites),
            months=tuple(months),
            partners=self._by_partner(starts, stopped, so_far[:, 0]),
            explained=self._circuits.explained,
        )

    def _by_partner(
        self, starts: Sequence[date], stopped: Floats, so_far: Floats
    ) -> tuple[PartnerBenefit, ...]:
        members: dict[str, list[int]] = {}
        for row, site in enumerate(self._sites):
            members.setdefault(self._state.partner_name(site.partner), []).append(row)
        year = [at for at, day in enumerate(starts[:-1]) if day >= _month(self._go_live_on)][:12]
        return tuple(
            PartnerBenefit(
                name=name,
                saved_so_far_pence=round(self._share * float(so_far[rows].sum())),
                first_year_pence=round(self._share * float(stopped[np.ix_(rows, year)].sum())),
                in_the_end_pence_a_year=round(
                    self._share * sum(self._sites[row].annual_cost_pence or 0 for row in rows)
                ),
                months=tuple(
                    round(self._share * pence) for pence in stopped[rows].sum(axis=0).tolist()
                ),
            )
            for name, rows in sorted(members.items(), key=lambda item: item[0].casefold())
        )

    # Days

    def _months(self) -> list[date]:
        """The first days of the months told, and of the one after."""
        known = [record.actual_on for record in self._live_records()]
        first = _month(min([self._state.programme.starts_on or self._on, self._on, *known]))
        last = max(self._go_live_on, self._on)
        count = (last.year - first.year) * 12 + last.month - first.month + 1 + MONTHS_AHEAD
        return [_months_after(first, step) for step in range(count + 1)]

    def _live_records(self) -> list[Any]:
        stage = self._state.workflow.live_stage
        every = self._state.stages_by_site.values()
        found = [records.get(stage.key) for records in every] if stage else []
        return [record for record in found if record is not None and record.actual_on]

    def _is_live(self, site: Site) -> bool:
        return self._state.statuses[site.id] == "live"

    def _days_of(self, site: Site) -> tuple[Floats, Floats, bool]:
        """Equally likely ordinals of the days after which a site is live, and its circuit ceased.

        The last tells whether it has ceased already.
        """
        live = self._live_days(site)
        record = self._state.stages_of(site.id).get(LEGACY_STAGE)
        if record is not None and record.state == DONE and record.actual_on is not None:
            ceased = np.array([record.actual_on.toordinal()], dtype=np.float64)
            return np.minimum(live, ceased), ceased, True
        wait = sum(self._after_days.get(s.key, 0.0) for s in self._after_stages(site))
        # Working days to calendar days; what is overdue ends no earlier than today.
        ceased = np.maximum(live + wait * 7 / 5, self._on.toordinal())
        if site.contract_ends_on is not None:
            ceased = np.maximum(ceased, site.contract_ends_on.toordinal())
        return live, ceased, False

    def _live_days(self, site: Site) -> Floats:
        stage = self._state.workflow.live_stage
        record = self._state.stages_of(site.id).get(stage.key) if stage else None
        if self._is_live(site):
            on = record.actual_on if record and record.actual_on else self._on
            return np.array([on.toordinal()], dtype=np.float64)
        if self._forecast is not None and site.id in self._forecast.site_days:
            days = self._forecast.site_days[site.id]
            return np.array([day.toordinal() for day in days], dtype=np.float64)
        phase = self._state.phases.get(site.phase or b"")
        due_on = (phase.ends_on if phase else None) or self._go_live_on
        return np.array([max(due_on, self._on).toordinal()], dtype=np.float64)

    def _after_stages(self, site: Site) -> list[Stage]:
        workflow, records = self._state.workflow, self._state.stages_of(site.id)
        stages = list(workflow.stages)
        live = workflow.live_stage
        after = stages[stages.index(live) + 1 :] if live in stages and live else []
        return [s for s in after if workflow.state_of(s, site, records) not in PASSED]

    def _after_live(self) -> Mapping[str, float]:
        """The mean working days of the stages after going live, as seen so far."""
        found = {}
        for stage in self._state.workflow.stages:
            seen = self._past.observed(stage.key)
            ended = [days for days, over in zip(seen.days, seen.ended, strict=True) if over]
            found[stage.key] = float(np.mean(ended)) if len(ended) > 10 else stage.working_days[1]
        return found


def _overlap(edges: Floats, ordinals: Floats) -> Floats:
    """The mean of the days between each two edges that lie after these (equally likely) days."""
    after = np.maximum(edges[None, 1:], ordinals[:, None] + 1)
    open_ = np.maximum(edges[None, :-1], ordinals[:, None] + 1)
    result: Floats = (after - open_).mean(axis=0)
    return result


def _reached(months: Sequence[Month], starts: Sequence[date], target: int | None) -> date | None:
    """The first day of the first month that ends at 95 % of the target's rate, if any does."""
    for place, month in enumerate(months):
        if target and month.rate_pence_a_year >= 0.95 * target:
            return starts[place]
    return None


def _month(on: date) -> date:
    return on.replace(day=1)


def _months_after(first: date, months: int) -> date:
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
