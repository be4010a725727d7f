"""What the board's page is handed: figures, base map and sites as compact JSON arrays."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache, cached_property, partial
from itertools import count, repeat
from operator import attrgetter, itemgetter
from typing import Any, TypeVar

import numpy as np

from psnplanner.board.columns import numbers, plain_or, sorted_texts, steps, texts
from psnplanner.board.course import Course
from psnplanner.board.due import live_days
from psnplanner.board.places import Spots, largest
from psnplanner.board.sections import SECTIONS
from psnplanner.board.snapshot import Pack
from psnplanner.board.words import short_names
from psnplanner.geography.basemap import Basemap, Line, load
from psnplanner.programme.site import Site, StageRecord
from psnplanner.programme.stage import (
    BLOCKED,
    DONE,
    IN_PROGRESS,
    NOT_NEEDED,
    NOT_STARTED,
    WAITING,
    Workflow,
)
from psnplanner.programme.state import State
from psnplanner.programme.words import plain, short_uk
from psnplanner.style import base_colour, kind_shape, phase_colour

SCALE = 100_000
"""Units to the degree of every coordinate on the page: a metre, near enough."""

T = TypeVar("T")
_LISTED = ("reference", "name", "id", "partner", "kind", "phase", "postcode")  # ids differ
_OF_SITE = ("site", "name", "partner", "status")
MOST_PLAIN = 3_000
"""Sites up to which names are written out in the page."""

MOST_ROWS, FEWER_ROWS = 1_000, 400
"""Rows of a table of sites that a page holds, and one over MOST_PLAIN sites: nobody reads on."""

MOST_LINKS = 300
"""Sites that a decision leads to."""

_BASE_STEP = 10  # The base map is drawn to a ten-thousandth of a degree.
_HOME = ((52.95, -3.25), (53.72, -1.95))
_CODES = {
    DONE: "d", WAITING: "w", IN_PROGRESS: "p", BLOCKED: "b", NOT_STARTED: "n", NOT_NEEDED: "x",
}  # fmt: skip


def document(pack: Pack) -> dict[str, Any]:
    """Everything the page draws, ready for JSON.

    Sites are columns of equal length (`columns.py`); partner, phase, kind, status, stage
    pattern and track are places in lists beside them; coordinates are whole units of
    1 / SCALE degree. Tables of sites name each by its place (`at`) and their texts by a place
    in `words`.
    """
    state = pack.state
    base = load()
    west, south, east, north = base.bounds
    sites = _Listed(state)
    words = _Numbered()
    return {
        "audience": pack.wanted.audience,
        "title": pack.title,
        "sections": {key: SECTIONS[key] for key in pack.wanted.sections},
        "figures": _figures(pack, sites, words),
        "scale": SCALE,
        "statuses": [{"name": n, "colour": colour} for n, colour in pack.shown.palette.items()],
        "marked": Counter(pack.shown.of.values()),
        "stages": [stage.name for stage in state.workflow.stages],
        "base": _base(),
        "bounds": _bounds(pack.spots, base),
        "reach": [[south, west], [north, east]],
        **_phases(pack),
        **_columns(pack, sites, words),
        "changes": _changes(pack, sites),
        "joiners": [dict(row) for row in pack.joiners],
        "words": list(words),
    }


class _Listed:
    """A state's sites in the page's order: by reference, then name.

    What is said of sites is gathered in the state's order, which is that of memory, and then
    put into the page's: gathered in the page's order it takes three times as long.
    """

    def __init__(self, state: State) -> None:
        self.found = state.sites.values()
        rows = list(map(attrgetter(*_LISTED), self.found))
        self.order = sorted(range(len(rows)), key=rows.__getitem__)
        placed = list(map(rows.__getitem__, self.order))
        self.all = {name: list(map(itemgetter(k), placed)) for k, name in enumerate(_LISTED)}
        self.references, self.names = self.all["reference"], self.all["name"]

    def ordered(self, column: Iterable[T]) -> list[T]:
        """What is given in the state's order, in the page's."""
        return list(map(list(column).__getitem__, self.order))

    @cached_property
    def by_reference(self) -> Mapping[str, int]:
        """The place of each reference; of sites that share one, of the last."""
        return dict(zip(self.references, count()))

    @cached_property
    def _pairs(self) -> Mapping[tuple[str, str], int]:
        return dict(zip(zip(self.references, self.names, strict=True), count()))

    def at(self, reference: str, name: str) -> int | None:
        """The place of the site with this reference and this name."""
        place = self.by_reference.get(reference)
        if place is None or self.names[place] == name:
            return place
        return self._pairs.get((reference, name))


def _figures(pack: Pack, sites: _Listed, words: _Numbered) -> dict[str, Any]:
    figures = pack.figures
    told: dict[str, Any] = dict(figures)
    for name in ("waiting", "blocked", "late", "wayleaves_lapsing"):
        told[name] = _packed(told[name], sites, words)
    ledger = dict(figures["ledger"])
    running = [row for row in figures["ledger"]["circuits"] if row["ceased_on"] is None]
    ceased = [row for row in figures["ledger"]["circuits"] if row["ceased_on"] is not None]
    ledger["delays"] = _packed(figures["ledger"]["delays"], sites, words)
    ledger["circuits"] = _packed(running, sites, words)
    ledger["ceased"] = _packed(ceased, sites, words)
    told["ledger"] = ledger
    told["decisions"] = [
        {
            **row,
            "sites": [sites.by_reference[reference] for reference in row["sites"][:MOST_LINKS]],
            "of": len(row["sites"]),
        }
        for row in figures["decisions"]
    ]
    return told


def embed(value: Any) -> str:
    """JSON that is inert within a page: no `<`, no control or line separator, pure ASCII."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


@cache
def _base() -> dict[str, Any]:
    base = load()
    return {
        "unit": SCALE // _BASE_STEP,
        "land": [_steps(ring, _BASE_STEP) for ring in base.land],
        "water": [_steps(ring, _BASE_STEP) for ring in base.water],
        "rivers": [_steps(line, _BASE_STEP) for line in base.rivers],
        "towns": [[t.name, t.latitude, t.longitude, t.rank] for t in base.towns],
        "colours": {k: base_colour(k) for k in ("sea", "land", "water", "coast", "river", "town")},
        "licence": base.licence,
    }


def _steps(line: Line, step: int = 1) -> str:
    """A line as x, y steps, each on from the point before, in units of `step` / SCALE degree."""
    return steps((round(x * SCALE / step), round(y * SCALE / step)) for x, y in line)


def _bounds(where: Spots, base: Basemap) -> list[list[float]]:
    """South-west and north-east of the sites on the base map; a misplaced one is left out."""
    west, south, east, north = base.bounds
    inside = ((where >= (south, west)) & (where <= (north, east))).all(axis=1)
    placed = ~np.isnan(where[:, 0])
    found = where[inside] if inside.any() else where[placed] if placed.any() else np.array(_HOME)
    return [found.min(axis=0).tolist(), found.max(axis=0).tolist()]


def _phases(pack: Pack) -> dict[str, Any]:
    state, phases = pack.state, list[dict[str, Any]]()
    names = short_names([phase.name for phase in state.phases_in_order])
    drawn = zip(state.phases_in_order, names, pack.outlines, strict=True)
    for index, (phase, short, shape) in enumerate(drawn):
        phases.append(
            {
                "name": phase.name,
                "short": plain(short, 60),
                "colour": phase_colour(index),
                "window": _window(phase.starts_on, phase.ends_on),
                "rings": [_steps(ring) for ring in shape],
                "label": largest(shape),
            }
        )
    if None in state.sites_by_phase:
        phases.append(
            {"name": "", "short": "", "colour": "#5f6b73", "window": "", "rings": [], "label": None}
        )
    return {"phases": phases}


def _window(starts_on: date | None, ends_on: date | None) -> str:
    first, last = (short_uk(on) if on else "" for on in (starts_on, ends_on))
    if first and last:
        return f"{first} – {last}"
    return f"from {first}" if first else (f"until {last}" if last else "")


class _Numbered(dict[str, int]):
    """Texts by the order in which they were first asked for."""

    def __missing__(self, text: str) -> int:
        self[text] = len(self)
        return self[text]

    def numbers(self, values: Iterable[Any]) -> list[Any]:
        """Texts by their places; any other value as it is."""
        return [self[value] if type(value) is str else value for value in values]


def _packed(rows: Sequence[Mapping[str, Any]], sites: _Listed, words: _Numbered) -> dict[str, Any]:
    """Rows about sites, the most urgent MOST_ROWS of them; `of` is how many there are."""
    keys = [key for key in (rows[0] if rows else ()) if key not in _OF_SITE]
    shown = rows[: _most(len(sites.order))]
    places = [sites.at(row["site"], row["name"]) for row in shown]
    # By columns: a call for each of thousands of rows costs more than what it does.
    columns = [words.numbers([row[key] for row in shown]) for key in keys]
    return {
        "of": len(rows),
        "keys": ["at", *keys],
        "rows": list(zip(places, *columns, strict=True)),
    }


def _most(sites: int) -> int:
    return MOST_ROWS if sites <= MOST_PLAIN else FEWER_ROWS


def _changes(pack: Pack, sites: _Listed) -> dict[str, Any] | None:
    if pack.changes is None:
        return None
    most = _most(len(sites.order))
    told: dict[str, Any] = {}
    for key, value in pack.changes.items():
        rows = value if isinstance(value, list) and key not in ("money", "sentences") else None
        if rows is not None:
            value = [{**r, "at": sites.at(r["site"], r["name"])} for r in rows[:most]]
        told[key] = value
    return told


def _columns(pack: Pack, sites: _Listed, words: _Numbered) -> dict[str, Any]:
    state, marks, where = pack.state, pack.shown, pack.spots[sites.order]
    course = pack.course if pack.marks is None else Course()
    codes = {name: code for code, name in enumerate(marks.palette)}
    partners, kinds, patterns, tracks = _Numbered(), _Numbered(), _Numbered(), _Numbered()
    of_partner, of_kind = sites.all["partner"], sites.all["kind"]
    partner = {ident: state.partner_name(ident) for ident in set(of_partner)}
    for name in sorted(set(partner.values()), key=str.casefold):
        _ = partners[name]
    for name in sorted(set(of_kind), key=str.casefold):
        _ = kinds[name]
    number = {ident: partners[name] for ident, name in partner.items()}
    order = {phase.id: index for index, phase in enumerate(state.phases_in_order)}
    pattern = state.of_stages(partial(_pattern, state.workflow)).values()
    status = map(marks.of.__getitem__, state.sites)
    track = map(course.tracks.get, state.sites, repeat(""))
    columns = {
        **_names(sites),
        "partner": numbers(list(map(number.__getitem__, of_partner))),
        "kind": numbers(list(map(kinds.__getitem__, of_kind))),
        "phase": numbers([order.get(ident, len(order)) for ident in sites.all["phase"]]),
        "status": numbers(sites.ordered(map(codes.__getitem__, status))),
        "pattern": numbers(list(map(patterns.__getitem__, sites.ordered(pattern)))),
        "live_on": numbers(_days(state, sites, words)),
        "track": numbers(list(map(tracks.__getitem__, sites.ordered(track)))),
        "latitude": numbers(np.round(where[:, 0] * SCALE)),
        "longitude": numbers(np.round(where[:, 1] * SCALE)),
    }
    return {
        "partners": list(partners),
        "kinds": [{"name": kind, "shape": kind_shape(kind)} for kind in kinds],
        "patterns": list(patterns),
        "tracks": list(tracks),
        "days": [day.isoformat() for day in course.days],
        "sites": columns,
    }


def _names(sites: _Listed) -> dict[str, Any]:
    return {
        "reference": plain_or(sites.references, sorted_texts, MOST_PLAIN),
        "name": plain_or(sites.names, texts, MOST_PLAIN),
        "postcode": plain_or(sites.all["postcode"], texts, MOST_PLAIN),
    }


def _days(state: State, sites: _Listed, words: _Numbered) -> list[int | None]:
    """The day each site went live, as its place in `words`."""
    days = sites.ordered(live_days(state, sites.found))
    place = {day: words[day.isoformat()] if day else None for day in dict.fromkeys(days)}
    return list(map(place.__getitem__, days))


def _pattern(workflow: Workflow, site: Site, records: Mapping[str, StageRecord]) -> str:
    """One letter for the state of each stage, in the workflow's order."""
    states = (workflow.state_of(stage, site, records) for stage in workflow.stages)
    return "".join(_CODES.get(found, "n") for found in states)
