"""Numbers and days in a sentence. It needs nothing, so that the first window waits for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

_PLURALS = {"boundary": "boundaries"}
"""Of nouns that take more than an s."""


def plural(count: int, one: str, many: str = "") -> str:
    """`count` with its noun: 1 site, 2 sites, 1,234 sites, 3 boundaries."""
    return f"{count:,} {one if count == 1 else many or _PLURALS.get(one, one + 's')}"


def uk(on: date) -> str:
    """A date as the United Kingdom writes it: 3 June 2014."""
    return f"{on.day} {on:%B %Y}"
