"""What an import would do, or has done, in sentences. Qt-free."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psnplanner.programme.edits import plural
from psnplanner.ui.dialogs.import_decisions import LATER, Decisions
from psnplanner.ui.dialogs.import_rows import ListRows
from psnplanner.ui.dialogs.import_words import made_words, rows_words

_MOST_NAMES = 6


def summary(rows: ListRows, decisions: Decisions) -> list[str]:
    """What pressing Import would do."""
    preview = rows.preview
    said = [f"{rows_words(len(rows.rows))} read: {made_words(rows.tally)}."]
    words = f"{rows.placed:,} of the list's sites are on the map"
    said.append(words + (f", {rows.unplaced:,} are not." if rows.unplaced else "."))
    partners = [p.name for p in preview.adding.partners if hasattr(p, "name")]
    if partners:
        said.append(f"{plural(len(partners), 'new partner')}: {_named(partners)}.")
    said += _troubles(rows)
    said += _settled(decisions)
    if preview.reading.columns:
        said.append("How you had the columns taken is remembered for lists of this shape.")
    return said


def _troubles(rows: ListRows) -> list[str]:
    said = []
    reading = rows.preview.reading
    if reading.cells:
        said.append(f"{plural(len(reading.cells), 'cell')} mended here, as if the list said so.")
    if rows.tally["problem"]:
        said.append(
            f"{rows_words(rows.tally['problem'])} with a problem stay out: "
            "save them for the list's owner to mend, and import them later."
        )
    left = [
        f"{rows_words(rows.severities[severity])} with {words}"
        for severity, words in (("error", "errors"), ("warning", "warnings"))
        if rows.severities[severity]
    ]
    if left:
        said.append(f"{' and '.join(left)}: see the Rows step.")
    if rows.kept:
        said.append(f"{plural(rows.kept, 'site')} keep field work that is newer than the list.")
    return said


def _settled(decisions: Decisions) -> list[str]:
    if not decisions.groups:
        return []
    made = decisions.made
    verbs = {"merge": "merged", "shared": "shared, dug once", "keep": "kept apart"}
    parts = [f"{made[name]:,} {verb}" for name, verb in verbs.items() if made.get(name)]
    if made.get(LATER):
        parts.append(f"{made[LATER]:,} left for later")
    return [f"Of {plural(len(decisions.groups), 'group')} of look-alikes: {', '.join(parts)}."]


def does_anything(rows: ListRows, decisions: Decisions) -> bool:
    """Whether there is anything to import."""
    adding = rows.preview.adding
    return bool(
        adding.new or adding.corrections or adding.validated or decisions.settlements()
        or rows.preview.remember is not None
    )  # fmt: skip


def done(rows: ListRows, decisions: Decisions, sites: int) -> list[str]:
    """What was imported, with how many sites the programme has now."""
    adding = rows.preview.adding
    said = f"{plural(len(adding.new), 'site')} added"
    if adding.corrections:
        said += f", {len(adding.corrections):,} corrected"
    left = rows.tally["problem"] + rows.tally["skip"]
    if left:
        said += f"; {rows_words(left)} left out"
    return [f"{said}.", *_settled(decisions), f"The programme has {plural(sites, 'site')} now."]


def _named(names: Sequence[Any]) -> str:
    shown = ", ".join(map(str, names[:_MOST_NAMES]))
    rest = len(names) - _MOST_NAMES
    return f"{shown} and {rest:,} more" if rest > 0 else shown
