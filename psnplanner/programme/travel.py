"""Transactions as they travel between copies of a programme: packs, returns, the hub.

They travel in the journal's own form, by number, so that what a newer version writes passes
through an older one whole.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from psnplanner.errors import UserError
from psnplanner.programme.change import Change, Transaction

SETTLE, MERGE = "settle", "merge"
"""The kind of a transaction that settles conflicts, and of the one that says what arrived."""

HANDED_OUT = "pack"
"""The kind of the transaction that makes a pack, in the office and in the pack: what went out did
go out, and with its key undone the work in it could not come back."""

REFUSED = "refused"
"""The kind of the empty transaction that stands at a hub for one that it refused."""

MOST_TEXT = 1_000_000
"""No label and no value that travels is longer, in characters or bytes."""

OFFICE = 0
"""The device under which a field pack keeps what it was handed out with; it never travels."""

Vector = Mapping[int, int]
"""What a copy knows: of each device, how many of its transactions (they are dense)."""


def vector_of(text: str) -> dict[int, int]:
    """A vector from the text that a record keeps of it. Raises UserError for what is none."""
    try:
        found = {int(dev): n for dev, n in json.loads(text).items()}
        if not all(type(n) is int and 0 <= max(dev, n) < 2**63 for dev, n in found.items()):
            raise ValueError("no number that the journal keeps")
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise UserError(
            "A point in the journal that this file keeps was tampered with and cannot be read.",
            remedy="Delete the baseline or snapshot of it, or go back to a backup.",
        ) from error
    return found


class SentEvent(NamedTuple):
    """One change by number: `fld` 0 creates a record, -1 removes it, else it is a field's.

    `bh`, `bd` name the change it was made upon, where that was made outside the pack.
    """

    ent: int
    row: bytes
    fld: int
    val: Any
    bh: int | None = None
    bd: int | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """One transaction on its way. `ctx` is what its device knew of the others, where that grew."""

    hlc: int
    dev: int
    n: int
    author: str
    kind: str
    label: str
    effective_on: str
    undo_of: str | None
    ctx: Vector | None
    events: tuple[SentEvent, ...]


class Head(NamedTuple):
    """One of the values of a field in conflict: what, by whom, when, in which transaction.

    `value` is the field's value; for a record removed on one side, its values by field, or None
    where it was removed.
    """

    value: Any
    author: str
    recorded_at: Any
    label: str
    stamp: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field changed to different values by people who did not know of each other.

    `field` is "-" where one removed the record and another changed it. `heads` are newest
    first: the first is in force until it is settled; `base` is what both began from. `with_it`
    are (entity, record, values) of what a removal took along: it comes back with its owner.
    """

    entity: str
    record: bytes
    field: str
    base: Any
    heads: tuple[Head, ...]
    with_it: tuple[tuple[str, bytes, Mapping[str, Any]], ...] = ()


@dataclass(frozen=True)
class Merged:
    """What a merge did (or would do): what was new, what changed, what is in conflict.

    `transaction` is None where nothing was new; `renamed` are the devices that turned out to
    be two copies under one name, with the name the arriving one got.
    """

    transactions: int = 0
    events: int = 0
    known: int = 0
    changes: tuple[Change, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    transaction: Transaction | None = None
    renamed: Mapping[int, int] = field(default_factory=dict)


def to_return(sent: Iterable[Sent], base: Vector) -> Iterator[Sent]:
    """A pack's own transactions as they travel: resting on what the office knew, by `base`."""
    for item in sent:
        if item.dev == OFFICE:
            continue
        ctx = item.ctx
        if ctx is not None:
            ctx = {**base, **{dev: n for dev, n in ctx.items() if dev != OFFICE}}
        yield dataclasses.replace(item, ctx=ctx, events=tuple(map(_event, item.events)))


def _event(event: SentEvent) -> SentEvent:
    # What the pack calls its beginning has another name in the office.
    return event._replace(bh=None, bd=None) if event.bd == OFFICE else event
