"""The sites of a state in one order: arrays for the map, and what the table and a search read.

Only what the map draws is made for every site at once. A row, its text for the search and the
values of a column are made when somebody looks, and made anew where an edit touched them.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from typing import Any, overload

import numpy as np

from psnplanner.programme.edits import present_day
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site, StageRecord, Wayleave
from psnplanner.programme.state import State
from psnplanner.programme.words import plural
from psnplanner.style import kind_shape
from psnplanner.ui.map.sites_layer import ATTENTION
from psnplanner.ui.map.sprites import shape_code, status_code
from psnplanner.ui.map.view import many_to_world
from psnplanner.ui.table_columns import FURTHER, Column, Columns, natural
from psnplanner.ui.table_facts import Facts

__all__ = ["COLUMNS", "Row", "SiteRows", "natural", "touched_sites"]

_CELLS = ("reference", "name", "partner", "kind", "postcode", "status", "phase", "waiting_on")
_CELLS += ("priority", "annual_cost_pence")
COLUMNS = ("Reference", "Name", "Partner", "Kind", "Postcode", "Status", "Phase", "Waiting on")
COLUMNS += ("Priority", "Annual cost")
"""What the cells of a Row are, in order."""


class Row:
    """One site in words, each put together when it is looked at."""

    __slots__ = ("_place", "_rows", "id")

    def __init__(self, rows: SiteRows, place: int) -> None:
        self._rows, self._place = rows, place
        self.id = rows.ids[place]

    @property
    def cells(self) -> tuple[str, ...]:
        """The usual cells, under COLUMNS."""
        columns = self._rows.columns.by_key
        return tuple(self._rows.words(columns[key], self._place) for key in _CELLS)

    @property
    def haystack(self) -> str:
        """What a search sees."""
        return self._rows.text(self._place)

    @property
    def status(self) -> str:
        """How far the site has come."""
        return self._rows.state.statuses[self.id]

    @property
    def shape(self) -> str:
        """The shape that stands for its kind."""
        return kind_shape(self._rows.sites[self._place].kind)

    @property
    def locked(self) -> bool:
        """Whether it is locked to its phase."""
        return self._rows.sites[self._place].locked


class _Rows(Sequence[Row]):
    """Rows by place."""

    def __init__(self, rows: SiteRows) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows.sites)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> list[Row]: ...
    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [Row(self._rows, each) for each in range(*place.indices(len(self)))]
        return Row(self._rows, int(place))

    def __iter__(self) -> Iterator[Row]:
        return (Row(self._rows, place) for place in range(len(self)))


class SiteRows:
    """Rows of all sites of a state on its present day, and arrays of the same N in order."""

    def __init__(self, state: State, today: date) -> None:
        self.state, self._today = state, today
        self.facts = Facts(state, present_day(state, today))
        self.sites: list[Site] = list(state.sites.values())
        self.ids: list[RecordId] = list(state.sites)
        self.index_of = {ident: index for index, ident in enumerate(self.ids)}
        self.rows = _Rows(self)
        self._texts: list[str | None] = [None] * len(self.sites)
        self._unread = len(self.sites)
        self._values: dict[str, list[Any]] = {}
        lons = [s.position.longitude if s.position else np.nan for s in self.sites]
        lats = [s.position.latitude if s.position else np.nan for s in self.sites]
        self.xs, self.ys = many_to_world(np.array(lons, float), np.array(lats, float))
        statuses = [state.statuses[ident] for ident in self.ids]
        self.statuses = np.array([status_code(status) for status in statuses], np.int16)
        self.shapes = np.array([shape_code(kind_shape(s.kind)) for s in self.sites], np.int16)
        self.weights = np.array([ATTENTION.get(status, 1) for status in statuses], np.int16)

    def __len__(self) -> int:
        return len(self.sites)

    @cached_property
    def columns(self) -> Columns:
        """The columns this programme offers."""
        return Columns(self.state)

    def follow(self, state: State, touched: Iterable[RecordId]) -> list[int]:
        """Move on to the next state in which just these sites differ; their places in `rows`."""
        self.state = state
        self.facts = Facts(state, present_day(state, self._today))
        places = [self.index_of[ident] for ident in touched]
        if any(self.sites[p].other != state.sites[self.ids[p]].other for p in places):
            self.__dict__.pop("columns", None)  # a list may have brought a column of its own
            self._values.clear()
        for place in places:
            self._renew(place, state.sites[self.ids[place]])
        for key, values in self._values.items():
            column = self.columns.by_key[key]
            for place in places:
                values[place] = column.read(self.facts, self.sites[place])
        return places

    def _renew(self, place: int, site: Site) -> None:
        self.sites[place] = site
        if self._texts[place] is not None:
            self._texts[place] = site_text(self.facts, site)
        status = self.state.statuses[site.id]
        self.statuses[place] = status_code(status)
        self.shapes[place] = shape_code(kind_shape(site.kind))
        self.weights[place] = ATTENTION.get(status, 1)
        lon = site.position.longitude if site.position else np.nan
        lat = site.position.latitude if site.position else np.nan
        self.xs[place], self.ys[place] = many_to_world(np.float64(lon), np.float64(lat))

    def value(self, column: Column, place: int) -> Any:
        """What a site holds in a column."""
        known = self._values.get(column.key)
        return column.read(self.facts, self.sites[place]) if known is None else known[place]

    def values(self, column: Column) -> list[Any]:
        """What every site holds in a column; kept, and kept right."""
        if column.key not in self._values:
            read, facts = column.read, self.facts
            self._values[column.key] = [read(facts, site) for site in self.sites]
        return self._values[column.key]

    def words(self, column: Column, place: int) -> str:
        """A cell as the table shows it."""
        return column.words(self.facts, self.sites[place], self.value(column, place))

    def text(self, place: int) -> str:
        """A site's text for the search."""
        return self._texts[place] or site_text(self.facts, self.sites[place])

    @property
    def texts(self) -> list[str]:
        """Every site's text for the search, in small letters."""
        self.read_texts()
        return self._texts  # type: ignore[return-value]

    def read_texts(self, most_s: float = float("inf")) -> bool:
        """Make the texts that are still missing, for so long; whether all are there then."""
        stop = time.perf_counter() + most_s
        while self._unread:
            self._unread -= 1
            place = self._unread
            if self._texts[place] is None:
                self._texts[place] = site_text(self.facts, self.sites[place])
            if not place % 32 and time.perf_counter() > stop:
                break
        return not self._unread


def site_text(facts: Facts, site: Site) -> str:
    """All that is recorded of a site, in small letters: what a search for words looks through."""
    state, records = facts.state, facts.state.stages_of(site.id)
    owner, age_days = facts.waiting(site)
    phase, wayleave = facts.phase(site), state.wayleave_of(site.id)
    parts = [
        site.reference, site.name, site.kind, state.partner_name(site.partner), site.postcode,
        site.postcode.replace(" ", ""), state.statuses[site.id], site.address, site.uprn,
        f"{phase or 'no phase'} · locked" if site.locked else phase, facts.node(site),
        site.access, site.tenure, site.priority, site.contact, site.note,
        f"{plural(age_days, 'day')} · {owner}" if owner else "",
        "sensitive" if site.sensitive else "",
    ]  # fmt: skip
    parts += [getattr(site, name) for name in FURTHER]
    parts += map(state.partner_name, site.sharing)
    parts += [text for pair in site.other for text in pair]
    for record in records.values():
        if record.note or record.waiting_on or record.next_action:
            parts += (record.note, record.waiting_on, record.next_action)
    if wayleave is not None:
        parts += (f"wayleave {wayleave.state}", wayleave.landowner, wayleave.note)
    return "\n".join(filter(None, parts)).casefold()


def touched_sites(before: State, after: State) -> set[RecordId] | None:
    """The sites whose row may differ between two states; None when all rows must be made anew.

    Records are replaced, never altered, so what is the same object is the same.
    """
    for entity in ("programme", "partner", "phase", "node"):
        if before.tables[entity] is not after.tables[entity]:
            return None
    if before.sites.keys() != after.sites.keys():
        return None
    touched: set[RecordId] = set()
    if before.sites is not after.sites:
        old = before.sites
        touched.update(key for key, site in after.sites.items() if old[key] is not site)
    for entity in ("stage", "wayleave"):
        touched.update(_owners(before, after, entity))
    return touched


def _owners(before: State, after: State, entity: str) -> Iterator[RecordId]:
    """The sites of the records of a kind that came, went or changed."""
    one, two = before.tables[entity], after.tables[entity]
    if one is two:
        return
    fresh = [record for key, record in two.items() if one.get(key) is not record]
    gone = [record for key, record in one.items() if key not in two]
    for record in (*fresh, *gone):
        assert isinstance(record, StageRecord | Wayleave)
        if record.site in after.sites:
            yield record.site
