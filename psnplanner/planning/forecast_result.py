"""What a forecast says: chances, days, the band of the burn-up, in words and for reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from psnplanner.planning.what_to_fix import Cause
from psnplanner.programme.edits import plural
from psnplanner.programme.gates import uk
from psnplanner.programme.record import RecordId

SURE = (50, 80, 95)
"""The per cents of runs by whose days the forecast is told."""


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
    tenth of runs; `crews` are those that sites wait for (0: no phase has any, so nobody waits);
    `site_days` (10 a site) the days by which 5, 15 ... 95 in 100 runs have it live.
    """

    present_on: date
    go_live_on: date
    runs: int
    seed: int
    sites: int
    live: int
    crews: int
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

    @property
    def caution(self) -> str:
        """What the runs could not take into account, in a sentence; "" where nothing."""
        if self.crews or self.live == self.sites:
            return ""
        return "No phase has crew-days, so nobody waits for a crew here: propose phases first."

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
            "crews": self.crews,
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


def sentences(found: Forecast) -> list[str]:
    """The forecast in words, the most important first."""
    likely, safe, sure = found.whole.days
    low, middle, high = found.live_by_go_live
    if found.live == found.sites:
        return [f"Every one of the {plural(found.sites, 'site')} is live."]
    said = [
        f"The chance that all {found.sites:,} sites are live by {uk(found.go_live_on)} is "
        f"{percent(found.probability)}.",
        f"Half of the runs have all live by {uk(likely)}, 80 in 100 by {uk(safe)}, "
        f"95 in 100 by {uk(sure)}.",
        f"On {uk(found.go_live_on)} {middle:,} of {found.sites:,} sites are live in the middle "
        f"run; {low:,} to {high:,} in 80 runs of 100.",
    ]
    return [*said, found.caution] if found.caution else said


def percent(probability: float) -> str:
    """A probability in whole per cent; never 0 or 100, which no forecast can promise."""
    if probability < 0.01:
        return "less than 1 %"
    return "more than 99 %" if probability > 0.99 else f"{probability:.0%}".replace("%", " %")
