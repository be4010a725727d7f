"""What an event of the journal says: the numbers it keeps, and the change behind them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from functools import cache, partial
from typing import Any

from psnplanner.file.tables import from_sql, parsed
from psnplanner.programme.change import CREATED, DELETED, Change
from psnplanner.programme.record import ENCODERS, ID_BYTES, Field, Record, decode, fields_of
from psnplanner.programme.state import RECORD_TYPES

CREATES, DELETES = 0, -1
"""The field numbers that stand for a record's coming and going."""

KINDS: dict[int, type[Record]] = {kind.ENTITY_NUMBER: kind for kind in RECORD_TYPES.values()}
"""Every kind of record by its number."""

FIELDS: dict[int, dict[int, Field]] = {
    number: {field.number: field for field in fields_of(kind).values()}
    for number, kind in KINDS.items()
}
"""The fields of each kind, by their numbers."""

compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
"""JSON as the journal keeps it. One encoder for all: json.dumps makes a new one at each call."""

EventRow = tuple[int, int, int, bytes, int, Any, int | None, int | None]
"""hlc, dev, ent, row, fld, val, bh, bd"""


def kind_of(ent: int) -> type[Record] | None:
    """The kind of record behind its number; None if this version does not know it."""
    return KINDS.get(ent)


def names_of(record: Record) -> list[str]:
    """The fields of a record."""
    return list(fields_of(type(record)))


def field_name(ent: int, fld: int) -> str:
    """The field behind its number, “+” or “-” for coming and going; "" if it is not known."""
    if fld in (CREATES, DELETES):
        return CREATED if fld == CREATES else DELETED
    field = FIELDS.get(ent, {}).get(fld)
    return field.name if field else ""


def codec_of(ent: int, fld: int) -> str:
    """How a field's values are kept; "" if it is not known."""
    field = FIELDS.get(ent, {}).get(fld)
    return field.kind if field else ""


def bundle(kind: type[Record], values: dict[str, Any]) -> str:
    """A record's values as its creation keeps them."""
    known = _keys(kind.ENTITY)
    keyed: dict[str, Any] = {}
    for name, value in values.items():
        key, encoder = known[name]
        keyed[key] = value if encoder is None or value is None else encoder(value)
    return compact(keyed)


@cache
def _keys(entity: str) -> dict[str, tuple[str, Callable[[Any], Any] | None]]:
    """Each field's number as JSON has it, and its encoder, none for what JSON keeps as it is."""
    return {
        field.name: (str(field.number), ENCODERS.get(field.kind))
        for field in fields_of(RECORD_TYPES[entity]).values()
    }


def unbundle(number: int, text: str) -> dict[str, Any]:
    """The values that a creation keeps. Raises ValueError for what holds no record."""
    known = _by_key(number)
    values = {}
    bundle = parsed(text)
    if not isinstance(bundle, dict):
        raise ValueError(f"{text[:40]!r} does not hold a record")
    for key, value in bundle.items():
        field = known.get(key)
        if field is not None:
            name, is_text, decoder = field
            # Most are texts: those are what they are.
            plain = value is None or (is_text and type(value) is str)
            values[name] = value if plain else decoder(value)
        else:
            int(key)  # a newer version's field stays in the journal; what is no number is damage
    return values


@cache
def _by_key(number: int) -> dict[str, tuple[str, bool, Callable[[Any], Any]]]:
    """By the key that a creation keeps it under: a field's name, if it is text, its decoder."""
    quick: dict[str, Callable[[Any], Any]] = {"link": bytes.fromhex, "day": date.fromisoformat}
    return {
        str(key): (f.name, f.kind == "text", quick.get(f.kind) or partial(decode, f.kind))
        for key, f in FIELDS[number].items()
    }


def plain_change(ent: int, row: bytes, fld: int, val: Any) -> Change | None:
    """An event as a change, its old value left out; None for what this version does not know."""
    kind = KINDS.get(ent)
    if kind is None:
        return None
    if len(row) != ID_BYTES:
        raise ValueError("a record without an id")
    if fld == CREATES:
        return Change(kind.ENTITY, row, CREATED, None, unbundle(ent, val))
    if fld == DELETES:
        return Change(kind.ENTITY, row, DELETED, unbundle(ent, val), None)
    field = FIELDS[ent].get(fld)
    if field is None:
        return None
    return Change(kind.ENTITY, row, field.name, None, from_sql(field.kind, val))


def identity_only(change: Change) -> Change:
    """A creation that tells which record it is, and nothing else of it."""
    kept = RECORD_TYPES[change.entity].IDENTITY
    values = {name: change.new[name] for name in kept if name in change.new}
    return Change(change.entity, change.record, CREATED, None, values)
