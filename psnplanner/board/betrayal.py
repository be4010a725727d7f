"""What would betray a withheld site though it is gone: its name elsewhere, and places beside it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from typing import Final

from psnplanner.board.hidden_words import HiddenWords, tells
from psnplanner.programme.node import Node
from psnplanner.programme.record import Position, Record, RecordId, fields_of
from psnplanner.programme.site import Site
from psnplanner.programme.state import State

NEAR_DEGREES: Final = 0.0005
"""About 50 m: what is nearer to a withheld site than this would point at it."""

COARSE_PLACES: Final = 2
"""Decimals left of a place that would: about a kilometre."""

_FULL_POSTCODE: Final = re.compile(r"\d[A-Z]{2}\s*$", re.IGNORECASE)
_SHOWN = ("programme", "partner", "node", "phase", "site", "stage", "override", "certificate",
          "closed_window", "baseline")  # fmt: skip
_STAND_IN = {"partner": "A partner", "node": "A node", "phase": "A phase", "site": "A site"}

Tables = dict[str, dict[RecordId, Record]]


def words_of(gone: Iterable[Site], state: State) -> list[str]:
    """The names, references and postcodes that may not be read anywhere.

    A name or reference that a site which is shown has too, such as “Library”, betrays nothing,
    and neither does one that is the kind of such a site, a number of a few digits, or the
    district of a postcode.
    """
    gone = list(gone)
    hidden = {site.id for site in gone}
    shown = [site for ident, site in state.sites.items() if ident not in hidden]
    open_names = {text.strip().casefold() for site in shown for text in (site.name, site.kind)}
    open_references = {site.reference.strip() for site in shown}
    found = set()
    for site in gone:
        found |= {site.uprn.strip()}
        if site.reference.strip() not in open_references:
            found.add(site.reference.strip())
        if _FULL_POSTCODE.search(site.postcode):
            found.add(site.postcode.strip())
        if site.name.strip().casefold() not in open_names:
            found.add(site.name.strip())
    return sorted(word for word in found if tells(word))


def scrub(kept: Tables, words: list[str]) -> None:
    """Reword every text of the tables that holds one of the words."""
    if not words:
        return
    hidden = HiddenWords.of(tuple(words))
    for entity in _SHOWN:
        for ident, record in kept[entity].items():
            found = {
                name: _reworded(entity, name, value, hidden)
                for name, field in fields_of(type(record)).items()
                if field.kind == "text" and name not in ("workflow", "position")
                and (value := getattr(record, name)) and hidden.within(value)
            }  # fmt: skip
            if found:
                kept[entity][ident] = dataclasses.replace(record, **found)  # type: ignore[arg-type]


def betrays(text: str, words: list[str]) -> bool:
    """Whether a text holds one of the words."""
    return HiddenWords.of(tuple(words)).within(text)


def without(text: str, words: list[str]) -> str:
    """A name without the words."""
    hidden = HiddenWords.of(tuple(words))
    return _reworded("", "name", text, hidden) if hidden.within(text) else text


def _reworded(entity: str, name: str, value: str, hidden: HiddenWords) -> str:
    if name == "postcode":
        return value.split()[0] if " " in value else ""
    if name in ("name", "reference"):
        rest = " ".join(hidden.taken_out(value).split()).strip(" -–,:()")
        return rest or _STAND_IN.get(entity, "")
    return ""


def coarse(kept: Tables, gone: Iterable[Site]) -> None:
    """Blank the places of nodes, and blur those of sites, that a withheld site is beside."""
    cells: dict[tuple[int, int], list[Position]] = {}
    for site in gone:
        if site.position is not None and abs(site.position.latitude) <= 90:
            cells.setdefault(_cell(site.position), []).append(site.position)
    for entity in ("node", "site"):
        for ident, record in kept[entity].items():
            at: Position | None = getattr(record, "position", None)
            if at is None or not _beside(at, cells):
                continue
            blurred = None if isinstance(record, Node) else _blurred(at)
            kept[entity][ident] = dataclasses.replace(record, position=blurred)  # type: ignore[call-arg]


def beside(at: Position, gone: Iterable[Site]) -> bool:
    """Whether a place is so near a withheld site that it would point at it."""
    cells: dict[tuple[int, int], list[Position]] = {}
    for site in gone:
        if site.position is not None and abs(site.position.latitude) <= 90:
            cells.setdefault(_cell(site.position), []).append(site.position)
    return _beside(at, cells)


def _cell(at: Position) -> tuple[int, int]:
    return int(at.latitude // NEAR_DEGREES), int(at.longitude // NEAR_DEGREES)


def _beside(at: Position, cells: dict[tuple[int, int], list[Position]]) -> bool:
    if not abs(at.latitude) <= 90 or not abs(at.longitude) <= 360:
        return False
    row, column = _cell(at)
    around = ((row + up, column + aside) for up in (-1, 0, 1) for aside in (-1, 0, 1))
    return any(
        max(abs(at.latitude - other.latitude), abs(at.longitude - other.longitude)) < NEAR_DEGREES
        for cell in around
        for other in cells.get(cell, ())
    )


def _blurred(at: Position) -> Position:
    return Position(round(at.latitude, COARSE_PLACES), round(at.longitude, COARSE_PLACES), "about")
