"""What the import window says: verdicts, severities, fields and their values. Qt-free."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from psnplanner.programme.edits import plural
from psnplanner.programme.record import Position
from psnplanner.ui.wording import capital, short_day

VERDICTS = (
    ("insert", "New", "✚", "good"),
    ("update", "Corrected", "✎", "accent"),
    ("shared", "Shared", "◆", "accent"),
    ("unchanged", "As it is", "=", "faint"),
    ("problem", "Problem", "✖", "danger"),
    ("skip", "Left out", "–", "faint"),
)
"""What becomes of a row: the core's word, the window's, its sign and the sign's colour."""

SEVERITIES = (
    ("error", "Errors", "✖", "danger"),
    ("warning", "Warnings", "▲", "accent"),
    ("mended", "Put right", "✔", "good"),
    ("note", "Notes", "●", "faint"),
)
"""What the intake calls a problem, how the window does, its sign and the sign's colour."""

RANK = {severity: rank for rank, (severity, *_) in enumerate(SEVERITIES)}

PROPOSALS = {"merge": "Listed twice", "shared": "Shared building", "look": "Unclear"}
"""What a group of look-alikes seems to be."""

DECISIONS = (
    ("later", "Decide &later", "Nothing is done about it now; it is asked again another time."),
    ("merge", "&Merge", "One building listed twice: one site stays, and takes over the rest."),
    ("shared", "&Share", "One building with several users: dug once, every partner named."),
    ("keep", "&Keep apart", "Different buildings: not asked again."),
)

BY = {
    "heading": "its heading",
    "content": "what is in it",
    "file": "the file itself",
    "remembered": "remembered from an earlier list",
    "you": "you said so",
}
"""By what a column was recognised."""

_FIELDS = {
    "uprn": "UPRN",
    "annual_cost_pence": "Annual cost",
    "contract_ends_on": "Contract ends",
    "position": "Place",
    "sharing": "Shared with",
    "other": "Other columns",
    "effort_days": "Effort (days)",
}
_ELSEWHERE = (
    ("psnplanner gazetteer", "Add OS Code-Point Open in the List step, under Places."),
    ("Add a gazetteer", "Add OS Code-Point Open in the List step, under Places."),
    ("take the list's values", "To have what the list says, tick the box below the table."),
)
"""What a remedy of the core mentions that is done otherwise in this window."""


def field_words(name: str) -> str:
    """A site's field as a person calls it."""
    return _FIELDS.get(name, capital(name.replace("_", " ")))


def value_words(value: Any, name: str, partner: Callable[[bytes], str]) -> str:
    """A field's value as a person writes it; a dash for none."""
    if value in (None, "", (), []):
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Position):
        return place_words(value)
    if isinstance(value, date):
        return short_day(value)
    if name.endswith("_pence"):
        return f"£{value / 100:,.2f}".removesuffix(".00")
    if name == "partner":
        return partner(value)
    if name == "sharing":
        return ", ".join(map(partner, value))
    if name == "other":
        return "; ".join(f"{heading}: {text}" for heading, text in value)
    return str(value)


def changed_pairs(now: Any, then: Any, name: str) -> tuple[Any, Any]:
    """The two values with what both have left out, where they are columns kept as written."""
    if name != "other":
        return now, then
    same = set(now or ()) & set(then or ())
    return tuple(p for p in now or () if p not in same), tuple(
        p for p in then or () if p not in same
    )


def place_words(position: Position | None) -> str:
    """Where a row is and by what: 53.4049, -2.9916 by postcode (…), within 100 m."""
    if position is None:
        return "Not on the map"
    words = f"{position.latitude:.4f}, {position.longitude:.4f}"
    words += f" by {position.source}" if position.source else ""
    return words + (f", within {metres(position.accuracy_m)}" if position.accuracy_m else "")


def metres(distance_m: float) -> str:
    """A distance as people say it: 40 m, 1.2 km."""
    return f"{distance_m:,.0f} m" if distance_m < 1000 else f"{distance_m / 1000:,.1f} km"


def remedy_words(remedy: str) -> str:
    """A remedy as the window offers it: no command line, what is at hand here instead."""
    return next((here for words, here in _ELSEWHERE if words in remedy), remedy)


def made_words(counts: dict[str, int]) -> str:
    """How many of each verdict: 12 new, 3 corrected, 1 left out."""
    said = {
        "insert": "new",
        "shared": "new in shared buildings",
        "update": "corrected",
        "unchanged": "as they are",
        "problem": "with a problem that keeps them out",
        "skip": "left out",
    }
    parts = [f"{counts[name]:,} {words}" for name, words in said.items() if counts.get(name)]
    return ", ".join(parts) or "nothing"


def rows_words(count: int) -> str:
    """So many rows."""
    return plural(count, "row")
