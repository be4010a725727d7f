"""Burn-up: sites live by month, as approved, as it happened and as now planned or forecast."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, TypedDict

from psnplanner.board.due import due_on, live_on
from psnplanner.programme.state import State

_MOST_MONTHS = 120


class BurnUp(TypedDict):
    """Sites live by the end of each of `days` (ISO; month ends and the status date).

    `actual` ends with the status date and `plan` begins there, with None beyond; `baseline` is
    None without one. `low`, `likely` and `high` are the forecast's band, None without one.
    """

    days: list[str]
    actual: list[int | None]
    plan: list[int | None]
    baseline: list[int] | None
    low: list[int | None] | None
    likely: list[int | None] | None
    high: list[int | None] | None


class AgainstBaseline(TypedDict):
    """Live now beside what the baseline had live by now; `behind` is positive when short."""

    name: str
    approved_on: str | None
    sites: int
    due: int
    live: int
    behind: int


def burn_up(
    state: State, on: date, baseline: State | None, forecast: Mapping[str, Any] | None
) -> BurnUp:
    """The curves as they stand on a day.

    `forecast["by_day"]`, where given, holds {"on", "low", "likely", "high"}: sites live by a day.
    """
    days = month_ends(state, on, baseline)
    lived, unknown = _lived(state, on)
    coming = sorted(d for d in _coming(state, on))
    actual = [bisect_right(lived, d) + (unknown if d >= on else 0) if d <= on else None
              for d in days]  # fmt: skip
    now = len(lived) + unknown
    plan = [now + bisect_right(coming, d) if d >= on else None for d in days]
    band = _band(forecast, days, on, now)
    return BurnUp(
        days=[d.isoformat() for d in days],
        actual=actual,
        plan=plan,
        baseline=_curve(baseline, days) if baseline is not None else None,
        low=band.get("low"),
        likely=band.get("likely"),
        high=band.get("high"),
    )


def month_ends(state: State, on: date, baseline: State | None = None) -> list[date]:
    """The ends of months from the award to the last planned day, and the day itself."""
    ends = [p.ends_on for s in (state, baseline) if s for p in s.phases.values() if p.ends_on]
    first = min(state.programme.starts_on or on, on)
    last = max([on, *ends, state.programme.go_live_on or on])
    day = month_end(first)
    days: list[date] = []
    while day < last and len(days) < _MOST_MONTHS:
        days.append(day)
        day = month_end(day + timedelta(days=1))
    return sorted({*days, day, on})


def month_end(day: date) -> date:
    """The last day of its month."""
    first_of_next = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return first_of_next - timedelta(days=1)


def against_baseline(
    state: State, on: date, baseline: State | None, name: str, approved_on: date | None
) -> AgainstBaseline | None:
    """How many sites are live beside how many the baseline had live by that day."""
    if baseline is None:
        return None
    due = _curve(baseline, [on])[0]
    live = sum(status == "live" for status in state.statuses.values())
    approved = approved_on.isoformat() if approved_on else None
    return AgainstBaseline(
        name=name, approved_on=approved, sites=len(baseline.sites), due=due, live=live,
        behind=due - live,
    )  # fmt: skip


def _lived(state: State, on: date) -> tuple[list[date], int]:
    days = [(live_on(state, state.sites[i]), s) for i, s in state.statuses.items() if s == "live"]
    known = sorted(day for day, _ in days if day is not None)
    return known, len(days) - len(known)


def _coming(state: State, on: date) -> list[date]:
    waiting = (ident for ident, status in state.statuses.items() if status != "live")
    # What was due already promises nothing for days to come.
    return [day for ident in waiting if (day := due_on(state, ident)) and day > on]


def _curve(plan: State, days: Sequence[date]) -> list[int]:
    found = [live_on(plan, site) or due_on(plan, site.id) for site in plan.sites.values()]
    due = sorted(day for day in found if day)
    return [bisect_right(due, day) for day in days]


def _band(
    forecast: Mapping[str, Any] | None, days: Sequence[date], on: date, now: int
) -> dict[str, list[int | None]]:
    rows = sorted((forecast or {}).get("by_day", ()), key=lambda row: str(row["on"]))
    if not rows:
        return {}
    known = [on, *(date.fromisoformat(str(row["on"])) for row in rows)]
    result: dict[str, list[int | None]] = {}
    for name in ("low", "likely", "high"):
        values = [now, *(int(row[name]) for row in rows)]
        result[name] = [values[bisect_right(known, d) - 1] if d >= on else None for d in days]
    return result
