"""Sites: the buildings to connect, and what is recorded about each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from psnplanner.programme.record import (
    Position,
    Record,
    RecordId,
    day,
    derived_id,
    link,
    links,
    pairs,
    place,
    quantity,
    text,
    whole,
    yes_no,
)

ACCESS_TYPES = ("existing fibre", "existing duct", "overhead", "new dig")
"""How fibre reaches a building; decides its effort and which stages apply."""

TENURES = ("owned", "leased", "third party")
"""Who owns the land; anything but owned needs a wayleave."""

PRIORITIES = ("high", "medium", "low")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site(Record):
    """A building to connect. Money in pence a year; `sharing` are further partners who use it.

    `distinct_from` are sites that look like this one but, a person has said, are not it;
    `safety` what whoever goes there must know: asbestos, keys, vetting.
    """

    ENTITY: ClassVar[str] = "site"
    ENTITY_NUMBER: ClassVar[int] = 5

    reference: str = text(1)
    name: str = text(2)
    kind: str = text(3)
    partner: RecordId | None = link(4)
    sharing: tuple[RecordId, ...] = links(5)
    address: str = text(6)
    postcode: str = text(7)
    uprn: str = text(8)
    position: Position | None = place(9)
    access: str = text(10, choices=ACCESS_TYPES)
    tenure: str = text(11, choices=TENURES)
    sensitive: bool = yes_no(12)
    annual_cost_pence: int | None = whole(13)
    contract_ends_on: date | None = day(14)
    priority: str = text(15, choices=PRIORITIES)
    node: RecordId | None = link(16)
    phase: RecordId | None = link(17)
    locked: bool = yes_no(18)
    note: str = text(19)
    contact: str = text(20)
    effort_days: float | None = quantity(21)
    other: tuple[tuple[str, str], ...] = pairs(22)
    distinct_from: tuple[RecordId, ...] = links(23)
    safety: str = text(24)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRecord(Record):
    """One stage of one site: its state, dates, and whom it waits on since when."""

    ENTITY: ClassVar[str] = "stage"
    ENTITY_NUMBER: ClassVar[int] = 6
    IDENTITY: ClassVar[tuple[str, ...]] = ("site", "stage")

    site: RecordId | None = link(1)
    stage: str = text(2)
    state: str = text(3)
    planned_on: date | None = day(4)
    forecast_on: date | None = day(5)
    actual_on: date | None = day(6)
    waiting_on: str = text(7)
    waiting_since: date | None = day(8)
    note: str = text(9)
    started_on: date | None = day(10)
    next_action: str = text(11)

    @staticmethod
    def id_for(site: RecordId, stage: str) -> RecordId:
        """The id of this site's record of a stage: the same on every copy of the file."""
        return derived_id(site, f"stage {stage}")


WAYLEAVE_STATES = ("not needed", "requested", "granted", "refused", "expired")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wayleave(Record):
    """The landowner's permission for one site."""

    ENTITY: ClassVar[str] = "wayleave"
    ENTITY_NUMBER: ClassVar[int] = 7
    IDENTITY: ClassVar[tuple[str, ...]] = ("site",)

    site: RecordId | None = link(1)
    state: str = text(2, choices=WAYLEAVE_STATES)
    requested_on: date | None = day(3)
    decided_on: date | None = day(4)
    expires_on: date | None = day(5)
    landowner: str = text(6)
    note: str = text(7)

    @staticmethod
    def id_for(site: RecordId) -> RecordId:
        """The id of this site's wayleave: the same on every copy of the file."""
        return derived_id(site, "wayleave")


@dataclass(frozen=True, slots=True, kw_only=True)
class Override(Record):
    """A gate passed by authority: what was not satisfied, why it was allowed, by whom, when."""

    ENTITY: ClassVar[str] = "override"
    ENTITY_NUMBER: ClassVar[int] = 10

    site: RecordId | None = link(1)
    stage: str = text(2)
    gate: str = text(3)
    reason: str = text(4)
    by: str = text(5)
    given_on: date | None = day(6)

    @staticmethod
    def id_for(site: RecordId, stage: str, gate: str, on: date) -> RecordId:
        """The id of passing this gate of a stage on that day: given twice, it is one override."""
        return derived_id(site, f"override {stage} {on.isoformat()} {gate}")
