"""Text made fit to draw, and money and dates as the United Kingdom writes them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

from psnplanner.programme.words import short_uk, uk


def short_names(names: Sequence[str]) -> list[str]:
    """Each name as a map has room for it: "Phase 6" for "Phase 6: Liverpool north".

    The part before a colon (or a dash between spaces) stands for the whole where no other
    name is shortened to the same or is the same; else the name stays as it is.
    """
    firsts = [re.split(r"\s*:\s|\s[-–—]\s", name, maxsplit=1)[0].strip() for name in names]
    counts = Counter(first.casefold() for first in firsts)
    return [
        first if first and counts[first.casefold()] == 1 else name
        for first, name in zip(firsts, names, strict=True)
    ]


def pounds(pence: int) -> str:
    """Whole pounds: £1,234."""
    return f"£{round(pence / 100):,}"


def short_pounds(pence: int) -> str:
    """Pounds in little room: £1.18m, £325k, £870."""
    value = pence / 100
    if value >= 1_000_000:
        return f"£{value / 1e6:,.2f}m"
    return f"£{value / 1000:,.0f}k" if value >= 10_000 else f"£{value:,.0f}"


def odds(probability: float) -> str:
    """A probability in whole per cent; what is nearly never or nearly always is said so."""
    if probability < 0.005 or probability > 0.995:
        return "less than 1 %" if probability < 0.5 else "more than 99 %"
    return f"{round(100 * probability)} %"


def short_date(iso: str | None) -> str:
    """An ISO 8601 date as 3 Jun 2014, for tables; nothing for None."""
    return short_uk(date.fromisoformat(iso)) if iso else ""


def uk_date(iso: str | None) -> str:
    """An ISO 8601 date as 3 June 2014; nothing for None."""
    return uk(date.fromisoformat(iso)) if iso else ""
