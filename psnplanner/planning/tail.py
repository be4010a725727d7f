"""From the last day of a phase to live: how long that takes, and the chance that it is too long.

A phase is sized for likely durations, but its last sites are dug on its last day, the dig may
overrun, and test, handover and migration are still to come. The spread is that of the stages'
least, likely and most working days by the beta approximation of PERT (Malcolm et al. 1959: mean
(a + 4m + b) / 6, deviation (b - a) / 6), summed along the stages, one after the other.
"""

from __future__ import annotations

from math import ceil, erf, sqrt
from typing import NamedTuple

from psnplanner.programme.gates import GROUND_STAGES
from psnplanner.programme.stage import Stage, Workflow

SURE, DEVIATIONS = 0.95, 1.645
"""How many of a hundred sites of the last phase should be live in time; in deviations."""


class Tail(NamedTuple):
    """Working days from a phase's end to live: the mean, the deviation, and what is likely."""

    mean_days: float
    deviation_days: float
    likely_days: float

    @property
    def safe_days(self) -> int:
        """Working days to keep free before go-live, so that nineteen sites in twenty make it."""
        return ceil(self.mean_days + DEVIATIONS * self.deviation_days)

    def late_chance(self, days: float) -> float:
        """The chance (0 to 1) that a site takes longer than these working days."""
        if self.deviation_days <= 0:
            return float(days < self.mean_days)
        return 0.5 * (1 - erf((days - self.mean_days) / self.deviation_days / sqrt(2)))


def tail(workflow: Workflow) -> Tail:
    """The tail of a workflow; nothing at all where no stage goes live.

    By default 11.4 working days on average, 6.1 either way, 22 to be safe.
    """
    order = [stage.key for stage in workflow.stages]
    live = workflow.live_stage
    if live is None:
        return Tail(0.0, 0.0, 0.0)
    crew = [order.index(key) for key in (*GROUND_STAGES, "cpe") if key in order]
    last = max(crew, default=-1)
    dug = [workflow.stages[n] for n in crew]
    rest = list(workflow.stages[last + 1 : order.index(live.key) + 1])
    # Of the dig only what it may overrun: what is likely is within the phase already.
    overrun = sum(_mean(stage) - stage.working_days[1] for stage in dug)
    mean = sum(map(_mean, rest)) + max(0.0, overrun)
    variance = sum(_deviation(stage) ** 2 for stage in (*dug, *rest))
    return Tail(mean, sqrt(variance), sum(stage.working_days[1] for stage in rest))


def _mean(stage: Stage) -> float:
    least, likely, most = stage.working_days
    return (least + 4 * likely + most) / 6


def _deviation(stage: Stage) -> float:
    return (stage.working_days[2] - stage.working_days[0]) / 6
