"""Transactions as rows of the hub, and back to the letter: the hash chain rests on it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from psnplanner.programme.travel import Sent, SentEvent

_compact = json.JSONEncoder(separators=(",", ":")).encode
TXN_COLUMNS = ("dev", "n", "hlc", "author", "kind", "label", "effective_on", "undo_of", "exact",
               "ctx_ords", "ctx_ns", "ctx_whole", "cnt", "hash")  # fmt: skip
EVENT_COLUMNS = ("dev", "n", "i", "hlc", "ent", "record", "fld", "val", "bh", "bd")
_ODD = ("\x00", "\\u0000")


class Parcel(NamedTuple):
    """A transaction on its way, and the hash that its device's chain has after it."""

    item: Sent
    hash: bytes


class Unread(NamedTuple):
    """A transaction of the hub that cannot be read: what is shown of it."""

    dev: int
    n: int
    label: str
    author: str


class Knowing:
    """What each device last said that it knew, for saying only what it has learnt since.

    Two hundred devices make 4 kB of everything known; what is new of it is some twenty bytes.
    """

    def __init__(self, known: Mapping[int, Mapping[int, int]] = {}) -> None:
        self._known = {dev: dict(ctx) for dev, ctx in known.items()}

    def trial(self) -> Knowing:
        """The same, to be tried with: see `settle`."""
        made = Knowing()
        made._known = dict(self._known)
        return made

    def settle(self, trial: Knowing) -> None:
        """What was tried with that one has come to pass."""
        self._known = trial._known

    def shortened(self, item: Sent) -> tuple[dict[int, int] | None, bool]:
        """What is new in a transaction's knowledge, and whether that is all of it."""
        if item.ctx is None:
            return None, False
        before = self._known.get(item.dev, {})
        self._known[item.dev] = dict(item.ctx)
        whole = not before.keys() <= item.ctx.keys()
        return {d: n for d, n in item.ctx.items() if whole or before.get(d) != n}, whole

    def restored(self, dev: int, told: Mapping[int, int], whole: bool) -> dict[int, int]:
        """All that a device knew, from what it said."""
        full = {**({} if whole else self._known.get(dev, {})), **told}
        self._known[dev] = full
        return dict(sorted(full.items()))


def txn_row(
    parcel: Parcel, learnt: Mapping[int, int] | None, whole: bool, ords: Mapping[int, int]
) -> tuple[Any, ...]:
    """A transaction's own row; `ords` are the hub's short names of devices.

    Raises KeyError for a device that the hub does not know.
    """
    item = parcel.item
    told = None if learnt is None else _array(ords[dev] for dev in learnt)
    words = [item.author, item.kind, item.label, item.effective_on, item.undo_of]
    odd = any(_is_odd(word) for word in words)
    shown = [_clean(word) for word in words] if odd else words
    return (
        item.dev, item.n, item.hlc, *shown, _compact(words) if odd else None,
        told, None if learnt is None else _array(learnt.values()), whole, len(item.events),
        parcel.hash,
    )  # fmt: skip


def _array(numbers: Iterable[int]) -> str:
    return f"{{{','.join(map(str, numbers))}}}"


def event_rows(item: Sent) -> Iterable[tuple[Any, ...]]:
    """The rows of a transaction's changes."""
    for i, e in enumerate(item.events):
        yield (item.dev, item.n, i, item.hlc, e.ent, UUID(bytes=e.row), e.fld, _value(e.val),
               e.bh, e.bd)  # fmt: skip


def _value(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bytes):
        return _compact({"hex": value.hex()})
    if isinstance(value, str) and _is_odd(value):
        odd = value.encode("utf-8", "surrogatepass").hex()
        return _compact({"odd": odd, "shown": _clean(value)})
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _is_odd(word: str | None) -> bool:
    """Whether a text holds what PostgreSQL's text or JSON cannot: NUL, or half a character."""
    if not word:
        return False
    if any(part in word for part in _ODD):
        return True
    return not word.isascii() and any("\ud800" <= c <= "\udfff" for c in word)


def _clean(word: str | None) -> str | None:
    """A text without what cannot be shown; one that is JSON stays JSON."""
    if word is None:
        return None
    if word.startswith(("{", "[")):
        with contextlib.suppress(ValueError, RecursionError):
            return json.dumps(_without(json.loads(word)), ensure_ascii=False)
    return str(_without(word))


def _without(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [_without(item) for item in value]
    if isinstance(value, dict):
        return {key: _without(item) for key, item in value.items()}
    return value


def parcel_of(
    row: Sequence[Any],
    events: Iterable[Sequence[Any]],
    knowing: Knowing,
    devices: Mapping[int, int],
) -> Parcel:
    """The transaction behind its rows; `devices` are the hub's by their short names.

    Raises ValueError, TypeError or KeyError if it is none.
    """
    dev, n, hlc, *shown, exact, ords, numbers, whole, _cnt, digest = row
    author, kind, label, effective_on, undo_of = words = json.loads(exact) if exact else shown
    if not all(isinstance(word, str) for word in (*words[:4], undo_of or "")):
        raise TypeError("a transaction is told in words")
    known = None
    if ords is not None:
        told_by = {devices[at]: count for at, count in zip(ords, numbers, strict=True)}
        known = knowing.restored(dev, told_by, whole)
    told = tuple(
        SentEvent(ent, record.bytes, fld, _read_value(val), bh, bd)
        for ent, record, fld, val, bh, bd in events
    )
    return Parcel(
        Sent(hlc, dev, n, author, kind, label, effective_on, undo_of, known, told), bytes(digest)
    )


def _read_value(text: str | None) -> Any:
    if text is None:
        return None
    value = json.loads(text)
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError("a number that no journal keeps")
    if not isinstance(value, dict):
        return value
    if "odd" in value:
        return bytes.fromhex(value["odd"]).decode("utf-8", "surrogatepass")
    return bytes.fromhex(value["hex"])
