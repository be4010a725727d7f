"""Text made fit to draw, and money and dates as the United Kingdom writes them."""

from __future__ import annotations

import unicodedata
from datetime import date

from psnplanner.programme.gates import uk


def plain(text: str, limit: int) -> str:
    """At most `limit` characters on one line, without controls or direction overrides.

    A name may hold anything; drawn text must not turn its neighbours around or break a line.
    """
    kept = (" " if unicodedata.category(c)[0] in "CZ" else c for c in text[: 4 * limit])
    line = " ".join("".join(kept).split())
    return line if len(line) <= limit and len(text) <= 4 * limit else line[: limit - 1] + "…"


def pounds(pence: int) -> str:
    """Whole pounds: £1,234."""
    return f"£{round(pence / 100):,}"


def uk_date(iso: str | None) -> str:
    """An ISO 8601 date as 3 June 2014; nothing for None."""
    return uk(date.fromisoformat(iso)) if iso else ""
