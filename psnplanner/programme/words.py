"""Numbers and days in a sentence. It needs nothing, so that the first window waits for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date

_PLURALS = {"boundary": "boundaries"}
"""Of nouns that take more than an s."""


def plural(count: int, one: str, many: str = "") -> str:
    """`count` with its noun: 1 site, 2 sites, 1,234 sites, 3 boundaries."""
    return f"{count:,} {one if count == 1 else many or _PLURALS.get(one, one + 's')}"


MONTHS: Final = ("January", "February", "March", "April", "May", "June", "July", "August",
                 "September", "October", "November", "December")  # fmt: skip
"""A window takes the machine's language, and with it the names that `strftime` has for months:
what was issued in Leeds is to be the same to the byte in Lille."""


def uk(on: date) -> str:
    """A date as the United Kingdom writes it: 3 June 2014."""
    return f"{on.day} {MONTHS[on.month - 1]} {on.year:04}"


def short_uk(on: date) -> str:
    """A date in little room: 3 Jun 2014."""
    return f"{on.day} {MONTHS[on.month - 1][:3]} {on.year:04}"


def whom(owner: str, partner: str) -> str:
    """An owner by name: “partner” is whichever partner the site belongs to, if it has one."""
    return (partner or owner) if owner == "partner" else owner


def plain(text: str, limit: int) -> str:
    """At most `limit` characters on one line, without controls or direction overrides.

    A name may hold anything; drawn text must not turn its neighbours around or break a line.
    """
    if len(text) <= limit and text.isprintable():
        return " ".join(text.split())
    import unicodedata

    kept = (" " if unicodedata.category(c)[0] in "CZ" else c for c in text[: 4 * limit])
    line = " ".join("".join(kept).split())
    return line if len(line) <= limit and len(text) <= 4 * limit else line[: limit - 1] + "…"
