"""How likely go-live is: every site through its remaining stages, thousands of times.

The model is in `forecast_model`, the runs in `forecast_runs`, what matters in `what_to_fix`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from psnplanner.errors import UserError
from psnplanner.planning.forecast_calendar import HORIZON_DAYS, Line
from psnplanner.planning.forecast_model import Model, model
from psnplanner.planning.forecast_runs import Outcome, simulate
from psnplanner.planning.what_to_fix import Cause, Trial, causes
from psnplanner.programme.edits import plural, present_day
from psnplanner.programme.gates import uk
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import State
from psnplanner.programme.working_days import Calendar

Progress = Callable[[float, str], None]
Runs = NDArray[np.float32]

SURE = (50, 80, 95)
"""The per cents of runs by whose days the forecast is told."""

BAND_RUNS = 2_000
"""Runs that the burn-up band and the causes are read from: a per cent is then good to 1."""

MOST_WEEKS = 156
SITE_SHARES = np.linspace(0.05, 0.95, 10)


@dataclass(frozen=True)
class Options:
    """How many `runs`, and the `seed` of their luck: the same again gives the same again.

    `on` is the day forecast from, by default the programme's present day; `of` are the sites
    told of, by default all: the others still take their turn with the crews.
    """

    runs: int = 1_000
    seed: int = 1
    on: date | None = None
    of: Collection[RecordId] | None = None


@dataclass(frozen=True)
class Chance:
    """A group of sites: the chance (0 to 1) that all are live by go-live, and by when they are.

    `days` are the days by which 50, 80 and 95 in 100 runs have them all live.
    """

    name: str
    sites: tuple[RecordId, ...]
    live: int
    probability: float
    days: tuple[date, date, date]
    late_sites: float


@dataclass(frozen=True)
class Band:
    """Sites live by the ends of weeks and months: what 10, 50 and 90 in 100 runs have at most."""

    days: tuple[date, ...]
    low: tuple[int, ...]
    middle: tuple[int, ...]
    high: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Forecast:
    """What the runs say. Probabilities 0 to 1; days of the calendar.

    `live_by_go_live` are the sites live at go-live in the worst tenth, the middle and the best
    tenth of runs; `site_days` (10 a site) the days by which 5, 15 ... 95 in 100 runs have it live.
    """

    present_on: date
    go_live_on: date
    runs: int
    seed: int
    sites: int
    live: int
    whole: Chance
    live_by_go_live: tuple[int, int, int]
    phases: tuple[Chance, ...]
    partners: tuple[Chance, ...]
    band: Band
    causes: tuple[Cause, ...]
    site_days: Mapping[RecordId, tuple[date, ...]]
    late_chance: Mapping[RecordId, float]
    references: Mapping[RecordId, str]

    @property
    def probability(self) -> float:
        """The chance that every site is live by go-live."""
        return self.whole.probability

    def report(self) -> dict[str, Any]:
        """The forecast as JSON-ready values: ISO dates, probabilities 0 to 1."""
        low, middle, high = self.live_by_go_live
        return {
            "present_on": self.present_on.isoformat(),
            "go_live_on": self.go_live_on.isoformat(),
            "runs": self.runs,
            "seed": self.seed,
            "sites": self.sites,
            "live": self.live,
            "probability": round(self.probability, 4),
            "all_live": _days(self.whole),
            "live_by_go_live": {"p10": low, "p50": middle, "p90": high},
            "late_sites": round(self.whole.late_sites, 1),
            "phases": [_row(chance) for chance in self.phases],
            "partners": [_row(chance) for chance in self.partners],
            "burn_up": [
                {"on": on.isoformat(), "p10": low, "p50": middle, "p90": high}
                for on, low, middle, high in zip(
                    self.band.days, self.band.low, self.band.middle, self.band.high, strict=True
                )
            ],
            "what_to_fix": [self._cause(cause) for cause in self.causes],
            "site_chances": [
                {
                    "reference": self.references[ident],
                    "late": round(late, 4),
                    "p50": self.site_days[ident][4].isoformat(),
                    "p95": self.site_days[ident][9].isoformat(),
                }
                for ident, late in self.late_chance.items()
            ],
        }

    def for_board(self) -> dict[str, Any]:
        """What `board.figures.Beside` takes as its forecast; JSON-ready, ISO dates.

        `probability` (0 to 1) is of every site live by go-live; by `likely_on`, `safe_on` and
        `sure_on` 50, 80 and 95 in 100 runs have them so. `by_day` are the sites live by the
        end of a day in the worst tenth, the middle and the best tenth of runs.
        """
        likely, safe, sure = (on.isoformat() for on in self.whole.days)
        band = self.band
        rows = zip(band.days, band.low, band.middle, band.high, strict=True)
        return {
            "probability": round(self.probability, 4),
            "likely_on": likely,
            "safe_on": safe,
            "sure_on": sure,
            "present_on": self.present_on.isoformat(),
            "runs": self.runs,
            "seed": self.seed,
            "by_day": [
                {"on": on.isoformat(), "low": low, "likely": middle, "high": high}
                for on, low, middle, high in rows
            ],
            "sentences": sentences(self),
        }

    def _cause(self, cause: Cause) -> dict[str, Any]:
        return {
            "kind": cause.kind,
            "name": cause.name,
            "sentence": cause.sentence,
            "gain": round(cause.gain, 4),
            "working_days": round(cause.working_days, 1),
            "late_sites": round(cause.late_sites, 1),
            "sites": [self.references[ident] for ident in cause.sites],
        }


def _days(chance: Chance) -> dict[str, str]:
    return {f"p{sure}": on.isoformat() for sure, on in zip(SURE, chance.days, strict=True)}


def _row(chance: Chance) -> dict[str, Any]:
    return {
        "name": chance.name,
        "sites": len(chance.sites),
        "live": chance.live,
        "probability": round(chance.probability, 4),
        **_days(chance),
        "late_sites": round(chance.late_sites, 1),
    }


def forecast(
    state: State,
    today: date,
    calendar: Calendar,
    options: Options = Options(),
    progress: Progress | None = None,
) -> Forecast:
    """Forecast a programme from its present day, or the one the options give.

    Raises UserError where there is no site, no go-live date, or the runs are too few or too
    many; Cancelled as `progress` does.
    """
    _check(state, options)
    tell = progress or (lambda fraction, doing: None)
    line = Line(options.on or present_day(state, today), calendar)
    tell(0.0, "Reading the programme")
    made = model(state, line)
    outcome = simulate(made, options.runs, options.seed, _part(tell, 0.02, 0.9))
    tell(0.9, "What matters most")
    if options.of is not None:
        state, made, outcome = _narrowed(state, made, outcome, frozenset(options.of))
    return _Told(state, line, made, options, outcome.live).forecast(outcome)


def _narrowed(
    state: State, made: Model, outcome: Outcome, told: frozenset[RecordId]
) -> tuple[State, Model, Outcome]:
    """All that is of these sites: the rest have been waited for and are told nothing of."""
    rows = [row for row, path in enumerate(made.paths) if path.site in told]
    sites = {ident: site for ident, site in state.sites.items() if ident in told}
    paths, live = [made.paths[row] for row in rows], [i for i in made.live if i in told]
    return (
        State({**state.tables, "site": sites}),
        replace(made, paths=paths, live=live),
        replace(outcome, live=outcome.live[rows], unqueued=outcome.unqueued[rows]),
    )


def possible(state: State) -> bool:
    """Whether there is anything to forecast: sites, a go-live date and a stage that goes live."""
    dated = state.programme.go_live_on is not None
    return bool(state.sites) and dated and state.workflow.live_stage is not None


def _check(state: State, options: Options) -> None:
    if not state.sites:
        raise UserError("There are no sites to forecast.", remedy="Import a site list first.")
    if state.programme.go_live_on is None:
        raise UserError(
            "The programme has no go-live date.", remedy="Set it in the programme's details."
        )
    if state.workflow.live_stage is None:
        raise UserError(
            "No stage of the workflow makes a site live.",
            remedy="Mark the stage that does with “goes_live = true”.",
        )
    if not 10 <= options.runs <= 100_000:
        raise UserError(
            f"{options.runs:,} runs cannot be made.", remedy="Ask for 10 to 100,000 runs."
        )


def _part(tell: Progress, first: float, last: float) -> Progress:
    return lambda fraction, doing: tell(first + (last - first) * fraction, doing)


class _Told:
    """The runs told as chances and days."""

    def __init__(
        self,
        state: State,
        line: Line,
        made: Model,
        options: Options,
        live: Runs,
    ) -> None:
        go_live_on = state.programme.go_live_on
        assert go_live_on is not None
        self._state, self._line, self._model, self._options = state, line, made, options
        self._go_live_on = go_live_on
        self._at = line.at(go_live_on)
        self._live = live
        self._row_of = {path.site: row for row, path in enumerate(made.paths)}
        self._calendar_days = line.days(self._furthest())

    def _furthest(self) -> int:
        latest = float(self._live.max()) if self._live.size else 0.0
        return max(1, min(HORIZON_DAYS, ceil(latest)))

    def forecast(self, outcome: Outcome) -> Forecast:
        state, made = self._state, self._model
        sites = list(state.sites.values())
        trial = Trial(state, made, self._live, outcome.factors, self._at, outcome.unqueued)
        late = (self._live > self._at).mean(axis=1) if self._live.size else np.zeros(0)
        order = np.argsort(-late, kind="stable")
        return Forecast(
            present_on=self._line.present_on,
            go_live_on=self._go_live_on,
            runs=self._options.runs,
            seed=self._options.seed,
            sites=len(sites),
            live=len(made.live),
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
            late_sites=float((some > self._at).sum()) / self._options.runs,
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


def sentences(found: Forecast) -> list[str]:
    """The forecast in words, the most important first."""
    likely, safe, sure = found.whole.days
    low, middle, high = found.live_by_go_live
    if found.live == found.sites:
        return [f"Every one of the {plural(found.sites, 'site')} is live."]
    return [
        f"The chance that all {found.sites:,} sites are live by {uk(found.go_live_on)} is "
        f"{percent(found.probability)}.",
        f"Half of the runs have all live by {uk(likely)}, 80 in 100 by {uk(safe)}, "
        f"95 in 100 by {uk(sure)}.",
        f"On {uk(found.go_live_on)} {middle:,} of {found.sites:,} sites are live in the middle "
        f"run; {low:,} to {high:,} in 80 runs of 100.",
    ]


def percent(probability: float) -> str:
    """A probability in whole per cent; never 0 or 100, which no forecast can promise."""
    if probability < 0.01:
        return "less than 1 %"
    return "more than 99 %" if probability > 0.99 else f"{probability:.0%}".replace("%", " %")
