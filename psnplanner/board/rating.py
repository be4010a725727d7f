"""Red, amber, green: by stated rules, each with the figure it was judged by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypedDict

from psnplanner.board.words import odds, pounds, uk_date

GREEN, AMBER, RED = "green", "amber", "red"
LONG_WAIT_DAYS: Final = 20
"""Working days, four weeks, after which a stage has waited long."""


class Rating(TypedDict):
    """One measure: its colour, what was found, and the rule in words."""

    measure: str
    state: str
    found: str
    rule: str


def ratings(figures: Mapping[str, Any]) -> list[Rating]:
    """The measures that these figures allow, in the order a board reads them."""
    return [rating for rating in _all(figures) if rating is not None]


def _all(f: Mapping[str, Any]) -> Iterator[Rating | None]:
    yield _forecast(f["forecast"])
    yield _progress(f["against_baseline"])
    yield _share("Blocked sites", f["by_status"]["blocked"], f["sites"], 2, 5, "of all sites")
    yield _share("Late sites", len(f["late"]), f["sites"], 2, 10, "of all sites")
    waits = f["waiting"]
    long = sum((row["working_days"] or 0) > LONG_WAIT_DAYS for row in waits)
    what = f"of waiting stages wait over {LONG_WAIT_DAYS} working days"
    yield _share("Long waits", long, len(waits), 25, 50, what)
    yield _compliance(f["certificates"])
    yield _savings(f["savings"])
    yield _circuits(f["ledger"]["circuits"])


def _forecast(forecast: Mapping[str, Any] | None) -> Rating | None:
    if not forecast or forecast.get("probability") is None:
        return None
    percent = round(100 * float(forecast["probability"]))
    rule = "Green from 80 %, red below 50 %."
    day = (
        f"; as likely as not by {uk_date(forecast['likely_on'])}"
        if forecast.get("likely_on")
        else ""
    )
    state = GREEN if percent >= 80 else (AMBER if percent >= 50 else RED)
    return Rating(
        measure="Every site live by go-live",
        state=state,
        found=f"{odds(float(forecast['probability'])).capitalize()} likely{day}",
        rule=rule,
    )


def _progress(against: Mapping[str, Any] | None) -> Rating | None:
    if against is None:
        return None
    due, live = against["due"], against["live"]
    percent = 100 * live // due if due else 100
    state = GREEN if percent >= 95 else (AMBER if percent >= 85 else RED)
    rule = "Green from 95 % of what the baseline had live by now, red below 85 %."
    found = f"{live:,} live of {due:,} due"
    return Rating(measure="Live against the baseline", state=state, found=found, rule=rule)


def _share(measure: str, part: int, whole: int, green: int, amber: int, of: str) -> Rating | None:
    if not whole:
        return None
    share = 100 * part / whole
    state = GREEN if share <= green else (AMBER if share <= amber else RED)
    rule = f"Green up to {green} % {of}, red over {amber} %."
    return Rating(measure=measure, state=state, found=f"{part:,} of {whole:,}", rule=rule)


def _compliance(due: list[Mapping[str, Any]]) -> Rating:
    now = [row for row in due if row["state"] != "lapses"]
    state = RED if now else (AMBER if due else GREEN)
    found = f"{len(now):,} without one now, {len(due) - len(now):,} lapsing"
    rule = "Green when every partner’s certificate lasts to go-live, red when one has none today."
    return Rating(measure="Compliance certificates", state=state, found=found, rule=rule)


def _savings(money: Mapping[str, Any]) -> Rating | None:
    target, cost = money["target_pence_a_year"], money["circuits_cost_pence_a_year"]
    if not target or not cost:
        return None
    # What is forecast is never more than the target: whether it can be met is the question.
    percent = 100 * cost // target
    state = GREEN if percent >= 100 else (AMBER if percent >= 90 else RED)
    rule = "Green when the old circuits cost at least the target a year, red below 90 % of it."
    realised = pounds(money["realised_pence_a_year"])
    found = f"{realised} of {pounds(target)} a year realised; {pounds(cost)} a year can cease"
    return Rating(measure="Savings", state=state, found=found, rule=rule)


def _circuits(circuits: list[Mapping[str, Any]]) -> Rating | None:
    if not circuits:
        return None
    overdue = sum(row["overdue"] for row in circuits)
    share = 100 * overdue / len(circuits)
    state = GREEN if not overdue else (AMBER if share <= 10 else RED)
    rule = "Green when no old circuit outlives its cease-by date, red when over 10 % do."
    found = f"{overdue:,} of {len(circuits):,} past their date"
    return Rating(measure="Old circuits", state=state, found=found, rule=rule)
