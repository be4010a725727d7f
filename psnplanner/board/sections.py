"""The sections a board pack can have, in the order in which it has them."""

from __future__ import annotations

from collections.abc import Iterable

from psnplanner.errors import UserError

SECTIONS = {
    "ratings": "Red, amber, green",
    "decisions": "Decisions asked of the board",
    "map": "Where the sites stand",
    "burnup": "Sites live, month by month",
    "phases": "Progress by phase",
    "partners": "Progress by partner",
    "kinds": "Progress by kind of building",
    "waiting": "What waits on whom",
    "blocked": "Blocked sites",
    "late": "Late sites",
    "permissions": "Wayleaves and compliance",
    "savings": "Savings",
    "ledger": "Who cost how many days and pounds",
    "joiners": "After go-live: who may join",
}
"""Their headings by their keys. The headlines are always there."""


NOT_PUBLIC = frozenset({"decisions", "savings", "ledger"})
"""Sections that speak of money, or of who is to blame for what: not for the public."""


def shown_to(audience: str, chosen: Iterable[str]) -> tuple[str, ...]:
    """The chosen sections that an audience may see, in their order.

    Raises UserError for one there is not, and where nothing is left.
    """
    hidden = NOT_PUBLIC if audience == "public" else frozenset()
    left = tuple(key for key in checked(chosen) if key not in hidden)
    if not left:
        raise UserError("Nothing of that is for the public.", remedy="Choose other sections.")
    return left


def checked(chosen: Iterable[str]) -> tuple[str, ...]:
    """The chosen sections in their order, all of them where none was chosen.

    Raises UserError for one there is not.
    """
    wanted = set(chosen)
    unknown = wanted - set(SECTIONS)
    if unknown:
        raise UserError(
            f"There is no section “{sorted(unknown)[0]}”.",
            remedy=f"Use some of: {', '.join(SECTIONS)}.",
        )
    return tuple(key for key in SECTIONS if not wanted or key in wanted)
