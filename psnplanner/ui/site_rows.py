"""What the table and the map show of every site, kept ready: text, sort keys and arrays.

Qt-free. Rows keep their place as long as no site comes or goes, so that after an edit only
the rows it touched are made anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from psnplanner.programme.edits import plural, present_day
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import PRIORITIES, Site, StageRecord
from psnplanner.programme.stage import BLOCKED, WAITING
from psnplanner.programme.state import State
from psnplanner.style import STATUS_ORDER, kind_shape
from psnplanner.ui.map.sites_layer import ATTENTION
from psnplanner.ui.map.sprites import shape_code, status_code
from psnplanner.ui.map.view import many_to_world
from psnplanner.ui.wording import capital, pounds

COLUMNS = (
    "Reference",
    "Name",
    "Partner",
    "Kind",
    "Postcode",
    "Status",
    "Phase",
    "Waiting on",
    "Priority",
    "Annual cost",
)
"""The table's columns, in order."""

STATUS_COLUMN = COLUMNS.index("Status")
COST_COLUMN = COLUMNS.index("Annual cost")

# After every digit or word a list can hold, so that empty cells sort last.
_LAST = "\uffff"
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Row:
    """One site as the table shows it: its cells, what each sorts by, and what a search sees."""

    id: RecordId
    cells: tuple[str, ...]
    keys: tuple[object, ...]
    haystack: str
    status: str
    shape: str
    locked: bool


def natural(words: str) -> str:
    """A sort key in which CM9 comes before CM10; empty texts come last."""
    if not words:
        return _LAST
    return _DIGITS.sub(lambda found: found.group().zfill(9), words.casefold())


def waiting(records: Mapping[str, StageRecord], on: date) -> tuple[str, int]:
    """Whom a site waits on, with its age in days: the longest wait; ("", -1) for none."""
    longest, age_days = "", -1
    for record in records.values():
        if record.state not in (WAITING, BLOCKED) or not record.waiting_on:
            continue
        days = max(0, (on - record.waiting_since).days) if record.waiting_since else 0
        if days > age_days:
            longest, age_days = record.waiting_on, days
    return longest, age_days


class SiteRows:
    """Rows of all sites of a state on its present day, and arrays of the same N in order."""

    def __init__(self, state: State, today: date) -> None:
        self.state = state
        self._on = present_day(state, today)
        self._phase_order = _orders(state)
        self.rows: list[Row] = [self._row(site) for site in state.sites.values()]
        self.index_of = {row.id: index for index, row in enumerate(self.rows)}
        sites = list(state.sites.values())
        lons = [s.position.longitude if s.position else np.nan for s in sites]
        lats = [s.position.latitude if s.position else np.nan for s in sites]
        self.xs, self.ys = many_to_world(np.array(lons, float), np.array(lats, float))
        self.statuses = np.array([status_code(row.status) for row in self.rows], np.int16)
        self.shapes = np.array([shape_code(row.shape) for row in self.rows], np.int16)
        self.weights = np.array([ATTENTION.get(r.status, 1) for r in self.rows], np.int16)

    def __len__(self) -> int:
        return len(self.rows)

    def follow(self, state: State, touched: Iterable[RecordId]) -> list[int]:
        """Move on to the next state in which just these sites differ; their places in `rows`."""
        self.state = state
        places = []
        for ident in touched:
            place = self.index_of[ident]
            site, row = state.sites[ident], self._row(state.sites[ident])
            self.rows[place] = row
            self.statuses[place] = status_code(row.status)
            self.shapes[place] = shape_code(row.shape)
            self.weights[place] = ATTENTION.get(row.status, 1)
            self._place(place, site)
            places.append(place)
        return places

    def _place(self, place: int, site: Site) -> None:
        lon = site.position.longitude if site.position else np.nan
        lat = site.position.latitude if site.position else np.nan
        self.xs[place], self.ys[place] = many_to_world(np.float64(lon), np.float64(lat))

    def _row(self, site: Site) -> Row:
        state, records = self.state, self.state.stages_of(site.id)
        status = state.workflow.status(site, records)
        phase = state.phases.get(site.phase) if site.phase else None
        owner, age_days = waiting(records, self._on)
        partner = state.partner_name(site.partner)
        cells = (
            site.reference,
            site.name,
            partner,
            site.kind,
            site.postcode,
            capital(status),
            _phase_words(site, phase.name if phase else ""),
            f"{owner} · {plural(age_days, 'day')}" if owner else "",
            capital(site.priority),
            pounds(site.annual_cost_pence),
        )
        keys = (
            natural(site.reference),
            natural(site.name),
            natural(partner),
            natural(site.kind),
            natural(site.postcode),
            STATUS_ORDER.index(status) if status in STATUS_ORDER else 99,
            self._phase_order.get(phase.id if phase else None, 10**6),
            -age_days,
            PRIORITIES.index(site.priority) if site.priority in PRIORITIES else 9,
            -(site.annual_cost_pence if site.annual_cost_pence is not None else -1),
        )
        return Row(
            site.id,
            cells,
            keys,
            "\n".join((*cells, site.address)).casefold(),
            status,
            kind_shape(site.kind),
            site.locked,
        )


def _phase_words(site: Site, phase: str) -> str:
    """Where a site is; "locked" in words, so that a filter finds it."""
    return f"{phase or 'no phase'} · locked" if site.locked else phase


def _orders(state: State) -> dict[RecordId | None, int]:
    return {phase.id: index for index, phase in enumerate(state.phases_in_order)}


def touched_sites(before: State, after: State) -> set[RecordId] | None:
    """The sites whose row may differ between two states; None when all rows must be made anew.

    Records are replaced, never altered, so what is the same object is the same.
    """
    for entity in ("programme", "partner", "phase"):
        if before.tables[entity] is not after.tables[entity]:
            return None
    if before.sites.keys() != after.sites.keys():
        return None
    touched: set[RecordId] = set()
    if before.sites is not after.sites:
        old = before.sites
        touched.update(key for key, site in after.sites.items() if old[key] is not site)
    one, two = before.tables["stage"], after.tables["stage"]
    if one is not two:
        fresh = [r for key, r in two.items() if one.get(key) is not r]
        gone = [r for key, r in one.items() if key not in two]
        touched.update(r.site for r in (*fresh, *gone) if r.site in after.sites)  # type: ignore[attr-defined]
    return touched
