"""Every column the table of sites can have: what it says, sorts by, is searched by and holds.

Qt-free. A column is read when it is looked at, so that those nobody shows cost nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from psnplanner.programme.cell_edits import WAYLEAVE, stage_column
from psnplanner.programme.edits import plural
from psnplanner.programme.record import RecordId, fields_of
from psnplanner.programme.site import (
    ACCESS_TYPES,
    PRIORITIES,
    TENURES,
    WAYLEAVE_STATES,
    Site,
)
from psnplanner.programme.stage import STATES, Stage
from psnplanner.programme.state import State
from psnplanner.style import STATUS_ORDER
from psnplanner.ui.table_facts import Facts
from psnplanner.ui.wording import capital, days_text, pounds, short_day

TEXT, LINES, CHOICE, LINK = "text", "lines", "choice", "link"
DAY, MONEY, NUMBER, YES_NO = "day", "money", "number", "yes no"
COMPARED = (DAY, MONEY, NUMBER)
"""The kinds of column whose values can be more or less."""

LAST = "\uffff"
"""Sorts after every digit or word a list can hold, so that empty cells come last."""

_DIGITS = re.compile(r"\d+")


def natural(words: str) -> str:
    """A sort key in which CM9 comes before CM10; empty texts come last."""
    if not words:
        return LAST
    return _DIGITS.sub(lambda found: found.group().zfill(9), words.casefold())


Reader = Callable[[Facts, Site], Any]


@dataclass(frozen=True, eq=False)
class Column:
    """One column. `read` gives the plain value: words, a date, a number, yes or no, or None.

    `names` are what a search may call it beside its key and heading; `choices` what it may
    hold, in words; `show` replaces the usual words for a value.
    """

    key: str
    heading: str
    read: Reader
    kind: str = TEXT
    group: str = "Site"
    width: int = 120
    names: tuple[str, ...] = ()
    editable: bool = False
    choices: Callable[[State], list[str]] | None = None
    order: Callable[[Facts, Any], Any] | None = None
    show: Callable[[Facts, Site, Any], str] | None = None

    def words(self, facts: Facts, site: Site, value: Any) -> str:
        """A value as the table shows it."""
        return self.show(facts, site, value) if self.show else plain_words(self.kind, value)

    def sort_key(self, facts: Facts, value: Any) -> Any:
        """What a value sorts by; None stands for an empty cell, which comes last."""
        if value is None or value == "":
            return None
        if self.order is not None:
            return self.order(facts, value)
        if self.kind == YES_NO:
            return 0 if value else None
        return natural(value) if isinstance(value, str) else value


def plain_words(kind: str, value: Any) -> str:
    """A value of a kind of column in words; nothing for none and for no."""
    if value is None or value == "":
        return ""
    if kind == DAY:
        return short_day(value)
    if kind == MONEY:
        return pounds(value)
    if kind == NUMBER:
        return days_text(value)
    if kind == YES_NO:
        return "Yes" if value else ""
    if kind == LINES:
        return " ".join(value.split())
    return capital(value) if kind == CHOICE else str(value)


def _field(name: str) -> Reader:
    return lambda facts, site: getattr(site, name)


def _place_in(words: tuple[str, ...]) -> Callable[[Facts, Any], Any]:
    return lambda facts, value: words.index(value) if value in words else len(words)


def _phase_words(facts: Facts, site: Site, value: Any) -> str:
    """Where a site is; "locked" in words, so that a filter finds it."""
    return f"{value or 'no phase'} · locked" if site.locked else value


def _waiting_words(facts: Facts, site: Site, value: Any) -> str:
    # The age first: a partner's long name would push it out of sight.
    return f"{plural(facts.waiting(site)[1], 'day')} · {value}" if value else ""


def _days(facts: Facts, site: Site) -> int | None:
    days = facts.waiting(site)[1]
    return days if days >= 0 else None


def _names(records: Mapping[RecordId, Any]) -> list[str]:
    return sorted((r.name for r in records.values() if r.name), key=str.casefold)


def _kinds(state: State) -> list[str]:
    return sorted({s.kind for s in state.sites.values() if s.kind}, key=str.casefold)


def _listed(words: tuple[str, ...]) -> Callable[[State], list[str]]:
    return lambda state: list(words)


_STANDARD = (
    Column("reference", "Reference", _field("reference"), width=96, names=("ref", "id"),
           editable=True),
    Column("name", "Name", _field("name"), width=210, editable=True),
    Column("status", "Status", lambda f, s: f.state.statuses[s.id], CHOICE, "Progress", 104,
           choices=_listed(STATUS_ORDER), order=_place_in(STATUS_ORDER)),
    Column("phase", "Phase", lambda f, s: f.phase(s), LINK, "Plan", 130, editable=True,
           choices=lambda s: [p.name for p in s.phases_in_order if p.name],
           order=lambda f, v: f.phase_order.get(v, 10**6), show=_phase_words),
    Column("waiting_on", "Waiting on", lambda f, s: f.waiting(s)[0], TEXT, "Progress", 150,
           names=("waiting", "owner"), show=_waiting_words),
    Column("partner", "Partner", lambda f, s: f.state.partner_name(s.partner), LINK, width=160,
           editable=True, choices=lambda s: _names(s.partners)),
    Column("kind", "Kind", _field("kind"), width=120, names=("type",), editable=True,
           choices=_kinds),
    Column("postcode", "Postcode", _field("postcode"), width=84, names=("pc",), editable=True),
    Column("priority", "Priority", _field("priority"), CHOICE, "Plan", 80, editable=True,
           choices=_listed(PRIORITIES), order=_place_in(PRIORITIES)),
    Column("annual_cost_pence", "Annual cost", _field("annual_cost_pence"), MONEY,
           "Contract", 96, names=("cost",), editable=True),
    Column("address", "Address", _field("address"), width=220, editable=True),
    Column("uprn", "UPRN", _field("uprn"), width=110, editable=True),
    Column("contact", "Contact", _field("contact"), width=160, editable=True),
    Column("sensitive", "Sensitive", _field("sensitive"), YES_NO, width=80, editable=True),
    Column("sharing", "Shared with",
           lambda f, s: ", ".join(filter(None, map(f.state.partner_name, s.sharing))),
           width=160, names=("shared",)),
    Column("note", "Note", _field("note"), LINES, width=220, names=("notes",), editable=True),
    Column("place", "Place", lambda f, s: s.position.source or "known" if s.position else "",
           width=110, names=("position", "location")),
    Column("access", "Access", _field("access"), CHOICE, "Plan", 110, editable=True,
           choices=_listed(ACCESS_TYPES)),
    Column("tenure", "Tenure", _field("tenure"), CHOICE, "Plan", 100, editable=True,
           choices=_listed(TENURES)),
    Column("node", "Node", lambda f, s: f.node(s), LINK, "Plan", 130, editable=True,
           choices=lambda s: _names(s.nodes)),
    Column("locked", "Locked", _field("locked"), YES_NO, "Plan", 74, names=("lock",),
           editable=True),
    Column("effort_days", "Effort (crew-days)", _field("effort_days"), NUMBER, "Plan", 110,
           names=("effort",), editable=True,
           show=lambda f, s, v: days_text(f.state.effort_days(s))),
    Column("contract_ends_on", "Contract ends", _field("contract_ends_on"), DAY, "Contract",
           104, names=("contract", "contract end"), editable=True),
    Column("past_contract", "Days past contract", lambda f, s: f.past_contract(s), NUMBER,
           "Contract", 120, names=("overrun",)),
    Column("next_stage", "Next stage", lambda f, s: f.next_stage(s), TEXT, "Progress", 170,
           names=("next",)),
    Column("waiting_since", "Waiting since", lambda f, s: f.waiting_since(s), DAY, "Progress",
           104, names=("since",)),
    Column("days_waiting", "Days waiting", _days, NUMBER, "Progress", 96, names=("waiting",)),
    Column(WAYLEAVE, "Wayleave", lambda f, s: f.wayleave(s), CHOICE, "Progress", 104,
           editable=True, choices=_listed(WAYLEAVE_STATES),
           order=_place_in(("none", *WAYLEAVE_STATES))),
    Column("live_on", "Live on", lambda f, s: f.live_on(s), DAY, "Progress", 104,
           names=("live",)),
    Column("expected_on", "Live or expected", lambda f, s: f.expected_on(s), DAY, "Progress",
           116, names=("expected", "due")),
    Column("days_late", "Days late", lambda f, s: f.days_late(s), NUMBER, "Progress", 84,
           names=("late", "lateness")),
)  # fmt: skip

FURTHER = tuple(
    name
    for name, item in fields_of(Site).items()
    if item.kind == "text" and name not in {column.key for column in _STANDARD}
)
"""Texts of a site that have no column of their own above: they still get one."""

USUAL = tuple(column.key for column in _STANDARD[:10])
"""The columns of a table nobody has changed, in their order."""


def _stage_columns(stage: Stage) -> Iterator[Column]:
    key, name = stage.key, stage.name

    def part(field: str) -> Reader:
        return lambda facts, site: getattr(facts.stage(site, key), field, None)

    def made(what: str, words: str, read: Reader, kind: str, width: int = 104) -> Column:
        heading = f"{name} {words}".strip()
        choices = _listed(STATES) if what == "state" else None
        order = _place_in(STATES) if what == "state" else None
        column = stage_column(key, what)
        return Column(
            column, heading, read, kind, f"Stage {words or 'states'}", width, (key, name), True,
            choices, order,
        )  # fmt: skip

    yield made("state", "", lambda f, s: f.stage_state(s, stage), CHOICE)
    yield made("done", "done on", part("actual_on"), DAY)
    yield made("planned", "planned", part("planned_on"), DAY)
    yield made("forecast", "forecast", part("forecast_on"), DAY)
    yield made("note", "note", part("note"), LINES, 180)


def _other_column(heading: str) -> Column:
    wanted = heading.casefold()

    def read(facts: Facts, site: Site) -> str:
        return next((text for name, text in site.other if name.casefold() == wanted), "")

    return Column(f"other.{heading}", heading, read, TEXT, "From lists", 120)


class Columns:
    """The columns a programme offers: the standard ones, its stages', its lists' own."""

    def __init__(self, state: State) -> None:
        self.by_key: dict[str, Column] = {column.key: column for column in _STANDARD}
        for name in FURTHER:
            heading = capital(name.replace("_", " "))
            self.by_key[name] = Column(name, heading, _field(name), editable=True)
        for stage in state.workflow.stages:
            self.by_key |= {column.key: column for column in _stage_columns(stage)}
        for heading in _other_headings(state):
            self.by_key[f"other.{heading}"] = _other_column(heading)

    def __iter__(self) -> Iterator[Column]:
        return iter(self.by_key.values())

    def get(self, key: str) -> Column | None:
        """The column of that key."""
        return self.by_key.get(key)

    @cached_property
    def _by_name(self) -> dict[str, list[Column]]:
        found: dict[str, list[Column]] = {}
        for column in self:
            names = {plain_name(n) for n in (column.key, column.heading, *column.names)}
            for name in names:
                found.setdefault(name, []).append(column)
        return found

    def named(self, name: str) -> list[Column]:
        """The columns that people may mean by a name, or by its unique beginning."""
        wanted = plain_name(name)
        if not wanted:
            return []
        if wanted in self._by_name:
            return self._by_name[wanted]
        longer = [known for known in self._by_name if known.startswith(wanted)]
        return self._by_name[longer[0]] if len(longer) == 1 and len(wanted) > 2 else []

    def headed(self, heading: str) -> Column | None:
        """The column of exactly that heading, case and spaces ignored."""
        wanted = plain_name(heading)
        return next((c for c in self if plain_name(c.heading) == wanted), None)


def plain_name(words: str) -> str:
    """A name without case, spaces and signs."""
    return "".join(letter for letter in words.casefold() if letter.isalnum())


def _other_headings(state: State) -> list[str]:
    taken = {plain_name(column.heading) for column in _STANDARD}
    found: dict[str, str] = {}
    for site in state.sites.values():
        for heading, _ in site.other:
            if heading not in found:
                found[heading] = plain_name(heading)
    once: dict[str, str] = {}
    for heading, name in found.items():
        if name and name not in taken:
            once.setdefault(name, heading)
    return list(once.values())
