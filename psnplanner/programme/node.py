"""Nodes: the aggregation points of the backbone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from psnplanner.programme.record import Position, Record, RecordId, day, link, place, text, whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Node(Record):
    """An aggregation point; `parent` is the node nearer the core. Live since `live_on`."""

    ENTITY: ClassVar[str] = "node"
    ENTITY_NUMBER: ClassVar[int] = 3

    name: str = text(1)
    position: Position | None = place(2)
    parent: RecordId | None = link(3)
    planned_on: date | None = day(4)
    live_on: date | None = day(5)
    ports: int | None = whole(6)
    note: str = text(7)
