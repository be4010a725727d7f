"""What comes back from the field: changes only, counted, with their photographs, and proved.

A return is text, a JSON value a line: what it is and how much of it; each transaction; each
photograph; and at the end an HMAC-SHA256 (RFC 2104) over all before it, by the pack's own key.
So one cut short is known by its counts, and one altered by its proof. A phone writes the same.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psnplanner.errors import UserError
from psnplanner.programme.edits import plural
from psnplanner.programme.field_pack import FieldPack
from psnplanner.programme.record import fields_of
from psnplanner.programme.state import RECORD_TYPES, State
from psnplanner.programme.travel import MOST_TEXT, Sent, SentEvent

FORMAT = 1
MOST_BYTES = 400_000_000
_AGAIN = "Ask for it to be sent again, as it was saved."
_PHOTOGRAPH = fields_of(RECORD_TYPES["photograph"])["digest"].number


@dataclass(frozen=True)
class Arrival:
    """What one return brings: its pack, its transactions, its photographs by digest."""

    pack: FieldPack
    author: str
    transactions: tuple[Sent, ...]
    pictures: Mapping[str, bytes]

    @property
    def label(self) -> str:
        """What the merge is called in the history."""
        return f"Return of {self.pack.person or self.author}"


def write(pack: FieldPack, author: str, programme: str, sent: Iterable[Sent],
          pictures: Mapping[str, bytes]) -> bytes:  # fmt: skip
    """A return's bytes."""
    items = list(sent)
    first = {
        "psnplanner": "return", "format": FORMAT, "pack": pack.id.hex(), "programme": programme,
        "by": author, "transactions": len(items),
        "changes": sum(len(item.events) for item in items), "photographs": len(pictures),
    }  # fmt: skip
    lines = [first, *map(_line, items)]
    lines += [
        {"photograph": digest, "bytes": base64.b64encode(data).decode("ascii")}
        for digest, data in pictures.items()
    ]
    body = b"".join(_compact(line) + b"\n" for line in lines)
    return body + _compact({"proof": _proof(pack, body)}) + b"\n"


def _compact(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _proof(pack: FieldPack, body: bytes) -> str:
    return hmac.new(bytes.fromhex(pack.key), body, hashlib.sha256).hexdigest()


def _line(item: Sent) -> dict[str, Any]:
    return {
        "hlc": item.hlc, "dev": item.dev, "n": item.n, "author": item.author, "kind": item.kind,
        "label": item.label, "on": item.effective_on, "undo_of": item.undo_of,
        "ctx": {str(dev): n for dev, n in item.ctx.items()} if item.ctx else None,
        "events": [
            [e.ent, e.row.hex(), e.fld, {"hex": e.val.hex()} if isinstance(e.val, bytes) else e.val,
             e.bh, e.bd]
            for e in item.events
        ],
    }  # fmt: skip


def read(path: Path, state: State) -> Arrival:
    """A return, proved to be of one of this programme's packs, whole and unaltered.

    Raises UserError for what is none, cut short, altered, or of another programme.
    """
    where, data = str(path), _bytes(path)
    lines = data.split(b"\n")
    first = _first(lines[0], where)
    pack = _pack(first, state, where)
    body, proof = _parted(data, lines, first, where)
    told = proof.encode("utf-8", "surrogatepass")  # texts are compared only where they are ASCII
    if not hmac.compare_digest(_proof(pack, body).encode(), told):
        raise UserError("This return was altered since it was saved; nothing was merged.",
                        where, _AGAIN)  # fmt: skip
    try:
        items, pictures = _read_lines(body.split(b"\n")[1:-1])
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise UserError("This return cannot be read; nothing was merged.", where,
                        "Update PSN Planner here, or ask for it again.") from error  # fmt: skip
    _check_counts(first, items, pictures, where)
    _check_photographs(items, pictures, state, where)
    return Arrival(pack, str(first.get("by", ""))[:200], tuple(items), pictures)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UserError("This is far larger than any return.", str(path), _AGAIN)
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"The return cannot be read: {error.strerror or error}.", str(path),
                        "Check the name and your rights to it.") from error  # fmt: skip


def _first(line: bytes, where: str) -> dict[str, Any]:
    try:
        first = json.loads(line[:10_000])
        if first["psnplanner"] != "return":
            raise ValueError
        newest = int(first["format"]) > FORMAT
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise UserError("This is no return of a field pack.", where,
                        "Give a .psnreturn file, or a pack.") from error  # fmt: skip
    if newest:
        raise UserError("A newer PSN Planner wrote this return.", where, "Update PSN Planner.")
    return dict(first)


def _pack(first: Mapping[str, Any], state: State, where: str) -> FieldPack:
    ident = _hex(first.get("pack"))
    pack = state.field_packs.get(ident)
    if pack is None:
        named = str(first.get("programme") or "another programme")[:80]
        raise UserError(
            f"This return is of a pack that this programme did not make: of “{named}”, "
            f"for {str(first.get('by') or 'somebody')[:80]}; nothing was merged.", where,
            "Open the programme the pack was made from, and merge it there.",
        )  # fmt: skip
    return pack


def _hex(text: Any) -> bytes:
    try:
        return bytes.fromhex(text)
    except (ValueError, TypeError):
        return b""


def _parted(
    data: bytes, lines: list[bytes], first: Mapping[str, Any], where: str
) -> tuple[bytes, str]:
    """What is proved, and the proof. Raises UserError with the counts where the end is missing."""
    last = lines[-2] if len(lines) > 2 and not lines[-1] else b""
    if last.startswith(b'{"proof":'):
        try:
            return data[: len(data) - len(last) - 1], str(json.loads(last)["proof"])
        except (ValueError, KeyError, TypeError):
            pass
    whole = lines[1:-1]
    transactions = sum(line.startswith(b'{"hlc"') for line in whole)
    photographs = sum(line.startswith(b'{"photograph"') for line in whole)
    raise UserError(
        f"This return was cut short: {transactions:,} of {_said(first, 'transactions')} "
        f"transactions and {photographs:,} of {_said(first, 'photographs')} photographs arrived; "
        "nothing was merged.", where, _AGAIN,
    )  # fmt: skip


def _said(first: Mapping[str, Any], what: str) -> str:
    count = first.get(what)
    return f"{count:,}" if isinstance(count, int) and 0 <= count < 10**9 else "some"


def _read_lines(lines: Iterable[bytes]) -> tuple[list[Sent], dict[str, bytes]]:
    items, pictures = [], {}
    for line in lines:
        told = json.loads(line)
        if "photograph" in told:
            data = base64.b64decode(told["bytes"], validate=True)
            if hashlib.sha256(data).hexdigest() != told["photograph"]:
                raise ValueError("a photograph is not what its name says")
            pictures[str(told["photograph"])] = data
        else:
            items.append(sent(told))
    return items, pictures


def sent(told: Mapping[str, Any]) -> Sent:
    """A transaction from its line. Raises ValueError or TypeError for what is none."""
    ctx = told["ctx"]
    item = Sent(
        hlc=_whole(told["hlc"], 1), dev=_whole(told["dev"], 1), n=_whole(told["n"], 1),
        author=_text(told["author"]), kind=_text(told["kind"]), label=_text(told["label"]),
        effective_on=_text(told["on"]),
        undo_of=None if told["undo_of"] is None else _text(told["undo_of"]),
        ctx=None if ctx is None else {_whole(int(d), 0): _whole(n, 0) for d, n in ctx.items()},
        events=tuple(_events(told["events"])),
    )  # fmt: skip
    return item


def _events(told: Iterable[Any]) -> Iterator[SentEvent]:
    for ent, row, fld, val, bh, bd in told:
        ident = bytes.fromhex(row)
        if len(ident) != 16:
            raise ValueError("not the id of a record")
        value = bytes.fromhex(val["hex"]) if isinstance(val, dict) else val
        if not (value is None or isinstance(value, str | int | float | bytes)):
            raise TypeError("not a value")
        if isinstance(value, str | bytes) and len(value) > MOST_TEXT:
            raise ValueError("a value is far too long")
        base = (None, None) if bh is None else (_whole(bh, 0), _whole(bd, 0))
        yield SentEvent(_whole(ent, 1), ident, _whole(fld, -1), value, *base)


def _whole(value: Any, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value < 2**63:
        raise ValueError("not a number that the journal keeps")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MOST_TEXT:
        raise TypeError("not a text")
    value.encode("utf-8")
    return value


def digests_in(items: Iterable[Sent]) -> set[str]:
    """The photographs that these transactions add, by digest."""
    number = RECORD_TYPES["photograph"].ENTITY_NUMBER
    return {
        str(json.loads(e.val).get(str(_PHOTOGRAPH)))
        for item in items
        for e in item.events
        if e.ent == number and e.fld == 0
    }


def _check_counts(
    first: Mapping[str, Any], items: list[Sent], pictures: Mapping[str, bytes], where: str
) -> None:
    if (len(items), len(pictures)) != (first.get("transactions"), first.get("photographs")):
        raise UserError("This return does not hold what it says; nothing was merged.", where,
                        _AGAIN)  # fmt: skip


def _check_photographs(
    items: Iterable[Sent], pictures: Mapping[str, bytes], state: State, where: str
) -> None:
    """Every photograph a return tells of is in it, or here already."""
    here = {photograph.digest for photograph in state.photographs.values()}
    told = digests_in(items)
    missing = told - pictures.keys() - here
    if missing:
        raise UserError(
            f"{len(told) - len(missing)} of {plural(len(told), 'photograph')} arrived; "
            "nothing was merged.", where, _AGAIN,
        )  # fmt: skip
