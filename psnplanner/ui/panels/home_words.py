"""The Home panel's sentences. Qt-free."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psnplanner.programme.words import plural, uk
from psnplanner.ui.wording import pounds

if TYPE_CHECKING:
    from psnplanner.ui.home_figures import Forecast, Home

NO_FORECAST = "No forecast of go-live yet."


def countdown(home: Home) -> tuple[str, str]:
    """Days to go-live, large, and the day itself below."""
    if home.go_live_on is None or home.days_left is None:
        return "No go-live day", "Set one in Plan › Programme."
    if home.days_left > 0:
        working = home.working_days_left
        more = f"{uk(home.go_live_on)} · {plural(working or 0, 'working day')}"
        return plural(home.days_left, "day") + " to go-live", more
    if home.days_left == 0:
        return "Go-live is today", uk(home.go_live_on)
    return plural(-home.days_left, "day") + " after go-live", f"It was {uk(home.go_live_on)}"


def against_plan(home: Home) -> str:
    """How the sites that are live compare with the plan for the present day."""
    behind = home.planned_live - home.live
    if not home.planned_live and not home.live:
        return "None planned to be live yet"
    if behind > 0:
        return f"{behind:,} behind plan: {home.planned_live:,} by now"
    if behind < 0:
        return f"{-behind:,} ahead of plan: {home.planned_live:,} by now"
    return f"On plan: {home.planned_live:,} by now"


def lately(home: Home) -> str:
    """What went live this week and this month."""
    return f"{home.live_this_week:,} live this week · {home.live_this_month:,} this month"


def forecast_words(forecast: Forecast | None, home: Home) -> tuple[str, str]:
    """The probability of go-live and the likely days, or that nobody has worked one out."""
    if forecast is None:
        return "", NO_FORECAST
    by = f" by {uk(home.go_live_on)}" if home.go_live_on else ""
    days = []
    if forecast.likely_on:
        days.append(f"likely {uk(forecast.likely_on)}")
    if forecast.safe_on:
        days.append(f"safe to promise {uk(forecast.safe_on)}")
    words = f"{chance(forecast.probability)} chance of every site live{by}"
    return words, " · ".join(days)[:1].upper() + " · ".join(days)[1:]


def chance(probability: float) -> str:
    """A probability in whole per cent; never 0% or 100%, which no forecast can promise."""
    if probability < 0.01:
        return "Under 1%"
    return "Over 99%" if probability > 0.99 else f"{probability:.0%}"


def stuck_words(home: Home) -> str:
    """How many sites are blocked and how many wait."""
    parts = [f"{home.blocked:,} blocked"] if home.blocked else []
    parts += [f"{home.waiting:,} waiting"] if home.waiting else []
    return ", ".join(parts) or "Nothing waits on anybody"


def savings_words(home: Home) -> list[str]:
    """What is saved each year now, what is still paid twice, and what is to come.

    The board's figures, which are the window's: `programme/saving.py` says how much is saved.
    """
    saved = home.savings
    if not saved or not saved["forecast_pence_a_year"]:
        return []
    target = saved["target_pence_a_year"]
    ceased, whole = saved["ceased_cost_pence_a_year"], saved["circuits_cost_pence_a_year"]
    of = f" of the {pounds(target)} promised" if target else ""
    lines = [
        f"{pounds(saved['realised_pence_a_year'])} a year saved now{of}",
        f"Old circuits of {pounds(ceased)} a year have ceased, of {pounds(whole)} in all",
    ]
    if saved["share"] < 1:
        lines.append(f"Of that {saved['share']:.1%} counts as saved, the rest as the new network's")
    double = saved["double_running_pence_a_year"]
    if double:
        circuits = plural(saved["sites_live_on_old_circuit"], "old circuit")
        lines.append(f"{pounds(double)} a year paid twice: {circuits} at live sites")
    return lines


def severity_words(home: Home) -> str:
    """The findings counted: 3 errors, 5 warnings, 2 notes."""
    parts = [plural(home.severities[s], s) for s in ("error", "warning", "note")
             if home.severities.get(s)]  # fmt: skip
    return ", ".join(parts) or "Nothing needs attention"
