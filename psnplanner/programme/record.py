"""Records: frozen dataclasses whose fields carry the numbers the journal keeps for ever.

A field's number and default are part of the file format: a created record is journalled
without the fields that hold their default. Never renumber, reuse or re-default one.
"""

from __future__ import annotations

import dataclasses
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from math import isfinite
from operator import attrgetter
from typing import Any, ClassVar, NamedTuple

ID_BYTES = 16
RecordId = bytes
"""Sixteen bytes: random for most records, derived from its owner for a stage or wayleave."""

Json = Any
"""What json.loads gives: the journal's form of a value."""


class Position(NamedTuple):
    """Where something is (WGS84 degrees), who says so, and how far off it may be (metres)."""

    latitude: float
    longitude: float
    source: str = ""
    accuracy_m: float | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One numbered field of a record. `kind` names its codec (see `encode`).

    `choices` are the only texts it may hold beside none; empty where any text will do.
    """

    name: str
    number: int
    kind: str
    default: Any
    choices: tuple[str, ...] = ()


def _numbered(number: int, kind: str, default: Any) -> Any:
    return dataclasses.field(default=default, metadata={"number": number, "kind": kind})


def text(number: int, *, choices: tuple[str, ...] = ()) -> Any:
    """A field of text; one of the choices where there are any."""
    metadata = {"number": number, "kind": "text", "choices": choices}
    return dataclasses.field(default="", metadata=metadata)


def whole(number: int, default: int | None = None) -> Any:
    """A field of whole numbers (pence, ports, an order)."""
    return _numbered(number, "whole", default)


def quantity(number: int, default: float | None = None) -> Any:
    """A field of real numbers (crew-days)."""
    return _numbered(number, "quantity", default)


def yes_no(number: int, default: bool = False) -> Any:
    """A field that is yes or no."""
    return _numbered(number, "yes_no", default)


def day(number: int) -> Any:
    """A field holding a calendar date or None."""
    return _numbered(number, "day", None)


def link(number: int) -> Any:
    """A field naming another record, or None."""
    return _numbered(number, "link", None)


def links(number: int) -> Any:
    """A field naming several records, in order."""
    return _numbered(number, "links", ())


def place(number: int) -> Any:
    """A field holding a Position or None; one field, so that a merge never mixes two places."""
    return _numbered(number, "place", None)


def pairs(number: int) -> Any:
    """A field of (heading, text) pairs: columns of a list that the model has no field for."""
    return _numbered(number, "pairs", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Base of every record: an id, and numbered fields."""

    ENTITY: ClassVar[str] = ""
    ENTITY_NUMBER: ClassVar[int] = 0
    IDENTITY: ClassVar[tuple[str, ...]] = ()
    """The fields that a derived id stands for; the record is as good as there without it."""

    id: RecordId


_FIELDS: dict[type[Record], dict[str, Field]] = {}


def fields_of(kind: type[Record]) -> dict[str, Field]:
    """The numbered fields of a record class, by name, in order of declaration."""
    if kind not in _FIELDS:
        _FIELDS[kind] = _read_fields(kind)
    return _FIELDS[kind]


def _read_fields(kind: type[Record]) -> dict[str, Field]:
    found = {}
    for item in dataclasses.fields(kind):
        if "number" in item.metadata:
            meta = item.metadata
            choices = meta.get("choices", ())
            found[item.name] = Field(item.name, meta["number"], meta["kind"], item.default, choices)
    return found


_Reader = tuple[tuple[str, ...], tuple[Any, ...], Callable[[Record], tuple[Any, ...]]]
_READERS: dict[type[Record], _Reader] = {}
"""The names and defaults of a class's fields, and what reads them all in one step."""


def values_of(record: Record) -> dict[str, Any]:
    """The fields of a record that differ from their default."""
    kind = type(record)
    if kind not in _READERS:
        known = fields_of(kind)
        _READERS[kind] = (
            tuple(known),
            tuple(item.default for item in known.values()),
            attrgetter(*known),
        )
    names, defaults, values = _READERS[kind]
    return {
        name: value
        for name, default, value in zip(names, defaults, values(record), strict=True)
        if value is not default and value != default
    }


def _nested(value: Iterable[Any]) -> Json:
    return [list(item) if isinstance(item, tuple) else item for item in value]


ENCODERS: dict[str, Callable[[Any], Json]] = {
    "day": date.isoformat,
    "link": bytes.hex,
    "links": lambda value: [item.hex() for item in value],
    "place": _nested,
    "pairs": _nested,
}
"""What makes the JSON value of a field's, for the kinds that JSON cannot keep as they are."""


def encode(kind: str, value: Any) -> Json:
    """A field's value as the JSON value the journal keeps. Dates are ISO 8601, ids are hex."""
    encoder = ENCODERS.get(kind)
    return value if value is None or encoder is None else encoder(value)


def decode(kind: str, value: Json) -> Any:
    """The value behind its JSON form.

    Raises ValueError or TypeError where the JSON is not a value of this kind.
    """
    if value is None or (kind == "text" and type(value) is str):
        return value
    if kind == "day":
        return date.fromisoformat(value)
    if kind == "link":
        return bytes.fromhex(value)
    if kind == "links":
        return tuple(bytes.fromhex(item) for item in value)
    if kind == "place":
        latitude, longitude, source, accuracy_m = value
        place = Position(float(latitude), float(longitude), str(source), accuracy_m)
        if not all(map(_kept, (place.latitude, place.longitude, accuracy_m or 0.0))):
            raise ValueError("a place that is nowhere")
        return place
    if kind == "pairs":
        return tuple((str(heading), str(cell)) for heading, cell in value)
    return _plain(kind, value)


_EXPECTED: dict[str, type | tuple[type, ...]] = {
    "text": str,
    "whole": int,
    "quantity": (int, float),
    "yes_no": (bool, int),
}


def _plain(kind: str, value: Json) -> Any:
    if not isinstance(value, _EXPECTED[kind]) or not (isinstance(value, str) or _kept(value)):
        raise TypeError(f"{value!r:.80} is not a value of kind {kind}")
    return bool(value) if kind == "yes_no" else value


def _kept(number: Any) -> bool:
    """Whether a file can keep a number: a finite one, or a whole one of 64 bits."""
    return -(2**63) <= number < 2**63 if isinstance(number, int) else isfinite(number)


def new_id() -> RecordId:
    """A fresh id: milliseconds, then 80 random bits, so that new rows lie together on disk."""
    return int(time.time() * 1000).to_bytes(6, "big") + secrets.token_bytes(10)


def derived_id(owner: RecordId, name: str) -> RecordId:
    """The id of what an owner has just one of by that name, the same on every copy."""
    return blake2b(owner + name.encode(), digest_size=16).digest()
