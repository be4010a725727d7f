"""Distributions of working days as tables of quantiles, quick to draw from by the million.

A table is (QUANTILES,) working days, rising, at the middles of equal parts of probability.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

QUANTILES = 4096
"""Points of a table: a draw is 12 random bits and one look-up."""

LEVELS: Floats = (np.arange(QUANTILES) + 0.5) / QUANTILES

PRIOR_WEIGHT = 8.0
"""How many observations the workflow's own figures are worth against the programme's history.

The variance between contractors' levels (0.2 squared, see `forecast_model`) against that of one
stage about its level (about 0.3, in logarithms): 0.3 / 0.04, as empirical Bayes weighs them.
"""

OVERDUE_SHARE = 0.05
"""A stage that has outlasted all but this part of its distribution has left it."""

OVERDUE_MORE = 0.25
"""Such a stage is expected to take this part again of what it has taken (at least a day)."""

_SLOW_ONES = 50


def triangular(low: float, likely: float, high: float) -> Floats:
    """The table of a triangular distribution between `low` and `high` with mode `likely`."""
    low, high = min(low, likely, high), max(low, likely, high)
    if high <= low:
        return np.full(QUANTILES, low)
    mode = (min(max(likely, low), high) - low) / (high - low)
    rising = np.sqrt(LEVELS * mode)
    falling = 1 - np.sqrt((1 - LEVELS) * (1 - mode))
    result: Floats = low + (high - low) * np.where(mode > LEVELS, rising, falling)
    return result


def kaplan_meier(days: Sequence[float], ended: Sequence[bool]) -> tuple[Floats, Floats]:
    """The days at which stages ended, rising, and the part of stages that had ended by each.

    Stages still under way count for as long as they have lasted: leaving them out would leave
    out the slow ones. Source: Kaplan and Meier, JASA 53 (1958).
    """
    if not len(days):
        return np.zeros(0), np.zeros(0)
    lasted, over = np.asarray(days, np.float64), np.asarray(ended, bool)
    times, place = np.unique(lasted, return_inverse=True)
    ends = np.bincount(place, weights=over, minlength=len(times))
    leaving = np.bincount(place, minlength=len(times))
    at_risk = len(lasted) - np.concatenate([[0], np.cumsum(leaving)[:-1]])
    ended_by = 1 - np.cumprod(1 - ends / at_risk)
    return times[ends > 0], ended_by[ends > 0]


def blended(prior: Floats, days: Sequence[float], ended: Sequence[bool]) -> Floats:
    """The prior's table drawn towards what was observed, the more so the more there is of it.

    Quantiles are averaged with weights `PRIOR_WEIGHT` and the number of stages that ended.
    Those that have outlasted all of these go on as the prior does from where they are.
    """
    count = sum(bool(item) for item in ended)
    if not count:
        return prior
    times, ended_by = kaplan_meier(days, ended)
    place = np.searchsorted(ended_by, LEVELS)
    seen = times[np.minimum(place, len(times) - 1)]
    beyond = place >= len(times)
    if beyond.any():
        slow = sorted(day for day in days if day > times[-1])[-_SLOW_ONES:] or [float(times[-1])]
        tail = np.sort(np.concatenate([day + remaining(prior, day) for day in slow]))
        part = (LEVELS[beyond] - ended_by[-1]) / (1 - ended_by[-1])
        seen[beyond] = np.quantile(tail, part)
    weight = count / (count + PRIOR_WEIGHT)
    result: Floats = weight * seen + (1 - weight) * prior
    return result


def remaining(table: Floats, waited_days: float) -> Floats:
    """The table of what is still to come of a stage that has lasted so long already."""
    if waited_days <= 0:
        return table
    passed = float(np.searchsorted(table, waited_days, side="right")) / QUANTILES
    if 1 - passed < OVERDUE_SHARE:
        more_days = max(1.0, OVERDUE_MORE * waited_days)
        overdue: Floats = -more_days * np.log1p(-LEVELS)
        return overdue
    left = np.interp(passed + (1 - passed) * LEVELS, LEVELS, table)
    result: Floats = np.maximum(0.0, left - waited_days)
    return result


def slower_half(table: Floats) -> Floats:
    """The table of a stage known to go badly: what it takes where that is above the middle."""
    result: Floats = np.interp(0.5 + LEVELS / 2, LEVELS, table)
    return result
