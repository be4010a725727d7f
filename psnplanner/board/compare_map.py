"""A comparison as a map: each site in the colour of what became of it."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Final

from psnplanner.board.compare import Comparison
from psnplanner.board.marks import Marks
from psnplanner.board.snapshot import Pack
from psnplanner.programme.gates import uk
from psnplanner.programme.record import RecordId

CATEGORIES: Final = (
    ("removed", "removed", "#5b6670"),
    ("added", "added", "#a2ceff"),
    ("brought_forward", "brought forward", "#bc59b1"),
    ("slipped", "slipped", "#e07b28"),
    ("moved_phase", "moved phase", "#3966d7"),
    ("newly_live", "newly live", "#1a8f66"),
    ("newly_blocked", "newly blocked", "#8b0a2b"),
)
"""Key, name and colour; where several fit a site, the last one is shown."""

UNCHANGED: Final = ("unchanged", "#d3dadd")


def draw(pack: Pack, found: Comparison) -> Pack:
    """The pack of the later day, to be drawn by what changed."""
    names: dict[tuple[str, str], str] = {}
    for key, name, _ in CATEGORIES:
        for row in found[key]:  # type: ignore[literal-required]
            names[row["site"], row["name"]] = name
    chosen: dict[RecordId, str] = {
        ident: names.get((site.reference, site.name), UNCHANGED[0])
        for ident, site in pack.state.sites.items()
    }
    used = set(chosen.values())
    palette = {UNCHANGED[0]: UNCHANGED[1]}
    palette |= {name: colour for _, name, colour in CATEGORIES if name in used}
    start, end = (uk(date.fromisoformat(day)) for day in (found["from"], found["to"]))
    wanted = dataclasses.replace(
        pack.wanted, sections=("map",), title=f"What changed from {start} to {end}"
    )
    return dataclasses.replace(pack, wanted=wanted, marks=Marks(palette, chosen), changes=found)
