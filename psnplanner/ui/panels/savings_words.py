"""What the savings say in words: the sums, the months and the partners. Qt-free."""

from __future__ import annotations

from datetime import date
from typing import Any

from psnplanner.ui.wording import pounds

NOTHING_OPEN = "Open a programme to see what it saves."
NO_COSTS = (
    "No site has an annual cost yet, so there is nothing to save on paper. Give what each old "
    "circuit costs in the table's column “Annual cost”, or import it with the partners' lists."
)
BY_PHASES = "To come: as the phases end"
BY_FORECAST = "To come: as the forecast has it"
MONTHS = ("Month", "", "Saved", "Paid twice", "A year")
PARTNERS = ("Partner", "So far", "First year live", "A year, in the end")


def sums(found: Any) -> list[str]:
    """Saved so far and in the end, against the target; what is paid twice, and what delay costs."""
    lines = [
        f"{pounds(found.saved_so_far_pence)} saved so far; "
        f"{pounds(found.realised_pence_a_year)} a year saved now, "
        f"{pounds(found.in_the_end_pence_a_year)} a year in the end."
    ]
    target = found.target_pence_a_year
    if target:
        reached = found.target_reached_on
        when = (
            f"reached (95% of it) in {reached:%B %Y}" if reached else "not reached in these months"
        )
        lines.append(f"The {pounds(target)} a year promised is {when}.")
    lines.append(
        f"{pounds(found.double_so_far_pence)} paid twice so far. A month's delay of what is not "
        f"live yet would cost {pounds(found.month_of_delay_pence)}."
    )
    if found.sites_without_cost:
        count = found.sites_without_cost
        lines.append(f"{count:,} {'site has' if count == 1 else 'sites have'} no annual cost.")
    return [*lines, found.explained] if found.explained else lines


def month_name(month: str) -> str:
    """May 2014, of "2014-05"."""
    return f"{date.fromisoformat(month + '-01'):%b %Y}"


def month_rows(found: Any) -> list[tuple[str, ...]]:
    """A row a month, as `MONTHS` heads them."""
    return [
        (
            month_name(month.month), "realised" if month.realised else "to come",
            pounds(month.saved_pence), pounds(month.double_pence),
            pounds(month.rate_pence_a_year),
        )
        for month in found.months
    ]  # fmt: skip


def partner_rows(found: Any) -> list[tuple[str, ...]]:
    """A row a partner, as `PARTNERS` heads them, and one of all together."""
    parts = ("saved_so_far_pence", "first_year_pence", "in_the_end_pence_a_year")
    rows = [
        (item.name or "No partner", *(pounds(getattr(item, part)) for part in parts))
        for item in found.partners
    ]
    whole = (sum(getattr(item, part) for item in found.partners) for part in parts)
    return [*rows, ("All partners", *(pounds(pence) for pence in whole))]


def short_pounds(pence: int) -> str:
    """Pounds in little room: £1m, £250k, £870."""
    whole = pence / 100
    for size, sign in ((1e6, "m"), (1e3, "k")):
        if whole >= size:
            return f"£{whole / size:.3g}{sign}"
    return f"£{whole:,.0f}"
