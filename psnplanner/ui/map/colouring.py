"""What the sites are coloured by: status, phase, partner, risk or lateness.

Qt-free. A colouring gives each row of the table a class; the legend lists the classes and hides
them, the map draws them. Classes that need attention weigh more: they win a crowded cell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from psnplanner.programme.edits import present_day
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import State
from psnplanner.style import STATUS_ORDER, palette
from psnplanner.ui.map.sprites import MARKS, STATUS_COLOURS
from psnplanner.ui.wording import capital

KINDS = ("status", "phase", "partner", "risk", "lateness")
"""What a map can be coloured by."""
NONE_COLOUR = "#d3dadd"
_CLOSE = timedelta(weeks=8)
_LATE, _VERY_LATE = 28, 84
"""Days late from which a site is in the next class."""

Codes = NDArray[np.int16]


@dataclass(frozen=True)
class Colouring:
    """N rows, each in a class: `codes` are places in `names` and `colours`."""

    kind: str
    names: tuple[str, ...]
    colours: tuple[str, ...]
    codes: Codes
    weights: Codes
    marks: Codes
    """Places in sprites.MARKS: wayleave to come, blocked, or nothing."""

    @property
    def counts(self) -> list[int]:
        """How many rows each class has."""
        return np.bincount(self.codes, minlength=len(self.names)).tolist()  # type: ignore[no-any-return]


def colouring(kind: str, rows: Any, findings: Iterable[Any], today: date) -> Colouring:
    """Colour SiteRows by one of KINDS; only "risk" looks at the findings.

    Raises KeyError for any other kind.
    """
    make = _MAKERS[kind]
    names, colours, codes, weights = make(rows, list(findings), today)
    return Colouring(kind, names, colours, codes, weights, _marks(rows))


def _marks(rows: Any) -> Codes:
    """Blocked rows; rows whose status or whose own record says that a wayleave is not there."""
    marks = np.zeros(len(rows), np.int16)
    for word in MARKS[1:]:
        marks[rows.statuses == STATUS_ORDER.index(word)] = MARKS.index(word)
    live = STATUS_ORDER.index("live")
    for wayleave in rows.state.wayleaves.values():
        place = rows.index_of.get(wayleave.site)
        lacking = wayleave.state in ("requested", "refused", "expired")
        if place is not None and lacking and rows.statuses[place] != live:
            marks[place] = marks[place] or MARKS.index("wayleave")
    return marks


Made = tuple[tuple[str, ...], tuple[str, ...], Codes, Codes]


def _by_status(rows: Any, _findings: Any, _today: date) -> Made:
    names = (*map(capital, STATUS_ORDER), "Other")
    return names, STATUS_COLOURS, rows.statuses, rows.weights


def _by_phase(rows: Any, _findings: Any, _today: date) -> Made:
    state: State = rows.state
    colours = list(palette("phase").values())
    codes = {phase.id: code for code, phase in enumerate(state.phases_in_order)}
    names = (*(phase.name for phase in state.phases_in_order), "No phase")
    own = (*(colours[code % len(colours)] for code in range(len(codes))), NONE_COLOUR)
    found = _codes(rows, lambda site: codes.get(site.phase, len(codes)))
    return names, own, found, rows.weights


def _by_partner(rows: Any, _findings: Any, _today: date) -> Made:
    state: State = rows.state
    *colours, rest = palette("partner").values()
    tally = Counter(site.partner for site in state.sites.values())
    ranked = [ident for ident, _ in tally.most_common() if ident in state.partners]
    codes = {ident: code for code, ident in enumerate(ranked[: len(colours)])}
    names = (*map(state.partner_name, codes), "Other or none")
    found = _codes(rows, lambda site: codes.get(site.partner, len(codes)))
    return names, (*colours[: len(codes)], rest), found, rows.weights


def _by_risk(rows: Any, findings: Any, _today: date) -> Made:
    named = palette("risk")
    names = tuple(named)
    codes = np.zeros(len(rows), np.int16)
    errors = np.zeros(len(rows), np.int16)
    for finding in findings:
        places = [rows.index_of[site] for site in finding.sites if site in rows.index_of]
        worst = names.index(finding.severity)
        codes[places] = np.maximum(codes[places], worst)
        errors[places] += finding.severity == "error"
    codes[errors > 1] = names.index("several errors")
    return tuple(map(capital, names)), tuple(named.values()), codes, codes


def _by_lateness(rows: Any, _findings: Any, today: date) -> Made:
    named, state = palette("lateness"), rows.state
    names, on = tuple(named), present_day(rows.state, today)
    codes = _codes(rows, lambda site: names.index(lateness(state, site, on)))
    order = ("live", "no date", "in time", "close to go-live", "contract ends first")
    weight = {name: place for place, name in enumerate((*order, *names[4:7]))}
    weights = np.array([weight[name] for name in names], np.int16)[codes]
    return tuple(map(capital, names)), tuple(named.values()), codes, weights


def lateness(state: State, site: Site, on: date) -> str:
    """How a site stands against its phase, its old contract and go-live: a name of [lateness].

    It is expected to be live when the forecast of its last open stage says so, else at the end
    of its phase, and not before `on`. It is late by as many days as that is after go-live, or
    as its phase has been over.
    """
    if state.statuses[site.id] == "live":
        return "live"
    phase = state.phases.get(site.phase) if site.phase else None
    ends_on = phase.ends_on if phase else None
    forecasts = [r.forecast_on for r in state.stages_of(site.id).values() if r.forecast_on]
    expected_on = max(forecasts, default=ends_on)
    if expected_on is None:
        return "no date"
    expected_on = max(expected_on, on)
    go_live_on = state.programme.go_live_on
    late_days = (on - ends_on).days if ends_on else 0
    if go_live_on is not None:
        late_days = max(late_days, (expected_on - go_live_on).days)
    if late_days > 0:
        return _how_late(late_days)
    # A contract that is over already is somebody else's worry: only one still to end counts.
    contract_on = site.contract_ends_on
    if contract_on is not None and on <= contract_on < expected_on:
        return "contract ends first"
    close = go_live_on is not None and go_live_on - expected_on < _CLOSE
    return "close to go-live" if close else "in time"


def _how_late(days: int) -> str:
    if days > _VERY_LATE:
        return "over 12 weeks late"
    return "over 4 weeks late" if days > _LATE else "late"


def _codes(rows: Any, code_of: Callable[[Site], int]) -> Codes:
    sites = rows.state.sites
    return np.fromiter((code_of(sites[i]) for i in rows.index_of), np.int16, len(rows))


_MAKERS: dict[str, Callable[[Any, list[Any], date], Made]] = {
    "status": _by_status,
    "phase": _by_phase,
    "partner": _by_partner,
    "risk": _by_risk,
    "lateness": _by_lateness,
}


class Colourist:
    """Keeps the colouring of the rows shown, and makes it anew when they change."""

    def __init__(self) -> None:
        self.kind = "status"
        self.hidden: dict[str, frozenset[str]] = {}
        """Names of the classes hidden, by kind; statuses are hidden in the roster itself."""
        self._findings: list[Any] = []
        self._made: tuple[Any, ...] = ()
        self._colouring: Colouring | None = None

    def set_findings(self, findings: Iterable[Any]) -> bool:
        """Take the findings that risk is told from; whether the colours change by it."""
        self._findings = list(findings)
        self._made = ()
        return self.kind == "risk"

    def of(self, rows: Any) -> Colouring:
        """The colouring of these rows."""
        today = date.today()
        key = (self.kind, rows, rows.state, today)
        same = len(self._made) == len(key) and all(
            one is other or one == other for one, other in zip(self._made, key, strict=True)
        )
        if not same or self._colouring is None:
            self._colouring = colouring(self.kind, rows, self._findings, today)
            self._made = key
        return self._colouring

    def keeps(self, rows: Any) -> NDArray[np.bool_]:
        """Which rows are in no hidden class of the present kind."""
        hidden = self.hidden.get(self.kind, frozenset())
        if not hidden or self.kind == "status":
            return np.ones(len(rows), bool)
        made = self.of(rows)
        codes = [code for code, name in enumerate(made.names) if name in hidden]
        return ~np.isin(made.codes, codes)


def site_ids(rows: Any, made: Colouring, name: str) -> list[RecordId]:
    """The sites in the class of that name."""
    places = np.flatnonzero(made.codes == made.names.index(name))
    ids = list(rows.index_of)
    return [ids[place] for place in places]
