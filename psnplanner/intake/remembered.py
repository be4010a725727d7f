"""How the columns of a list were understood, remembered for lists of the same shape."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import blake2b

from psnplanner.intake.columns import Layout
from psnplanner.intake.headings import FIELDS, IGNORED, plain
from psnplanner.programme.edits import Amend
from psnplanner.programme.state import PROGRAMME_ID, State

Columns = Mapping[str, str]
"""{heading: field}, as a user says it; the field IGNORED keeps a column as it is written."""


def shape(layout: Layout) -> str:
    """The signature of a list's shape: of its headings, whatever their case and spacing.

    Two lists without headings are of one shape if they have as many columns.
    """
    if layout.header_row is None:
        return f"{len(layout.columns)} columns without headings"
    headings = "\n".join(plain(column.heading) for column in layout.columns)
    return blake2b(headings.encode(), digest_size=8).hexdigest()


def recall(state: State, layout: Layout) -> dict[str, str]:
    """What this programme remembers of lists of this shape; what it cannot use is passed over."""
    text = dict(state.programme.list_columns).get(shape(layout), "{}")
    try:
        known = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(known, dict):
        return {}
    written = {plain(column.heading): column.heading for column in layout.columns}
    return {
        written[plain(heading)]: field
        for heading, field in known.items()
        if plain(heading) in written and field in (*FIELDS, IGNORED)
    }


def remember(state: State, layout: Layout, columns: Columns) -> Amend | None:
    """The edit that remembers the user's own columns; None where they are remembered already."""
    chosen = {
        c.heading: c.field or IGNORED for c in layout.columns if c.by in ("you", "remembered")
    }
    if not columns or chosen == recall(state, layout):
        return None
    known = dict(state.programme.list_columns)
    known[shape(layout)] = json.dumps(chosen, ensure_ascii=False)
    values = {"list_columns": tuple(known.items())}
    return Amend("programme", [PROGRAMME_ID], values, "Remember the columns of a list")
