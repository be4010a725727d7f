"""What the illustrative programme is made up from: `resources/demo.toml`, read once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from psnplanner.programme.record import RecordId, derived_id
from psnplanner.programme.state import PROGRAMME_ID
from psnplanner.resource_files import read_text

Dated = date | None

SOURCE = "made up"
"""Who says where a building of the demo is: nobody."""


@dataclass(frozen=True, slots=True)
class Town:
    """A town to make buildings up in; `weight` thousands of people, `spread_m` how wide."""

    name: str
    latitude: float
    longitude: float
    weight: float
    spread_m: float
    district: str
    node: str
    phase: int
    council: str


@cache
def material() -> dict[str, Any]:
    """The whole of `resources/demo.toml`."""
    return tomllib.loads(read_text("demo.toml"))


@cache
def towns() -> tuple[Town, ...]:
    """Every town, in the order of the file."""
    found = material()["towns"].items()
    return tuple(Town(*[*row, council]) for council, rows in found for row in rows)


def ident(kind: str, name: str | int) -> RecordId:
    """The id of a record of the demo: the same every time it is written."""
    return derived_id(PROGRAMME_ID, f"demo {kind} {name}")


def optional(value: date | str) -> Dated:
    """A date of the material, where an empty text means none."""
    return value if isinstance(value, date) else None
