"""What arrives to be merged: a return, a field pack, or another copy of the programme."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from psnplanner.errors import UserError
from psnplanner.exchange import returned_work
from psnplanner.exchange.returned_work import Arrival, sent
from psnplanner.programme.field_pack import FieldPack
from psnplanner.programme.record import fields_of
from psnplanner.programme.state import State
from psnplanner.programme.travel import OFFICE, to_return, vector_of

_SQLITE = b"SQLite format 3"


class Copy(Protocol):
    """Another copy as the file's own reader tells it (`file.copies`)."""

    @property
    def is_pack(self) -> bool:
        """Whether it is a field pack."""

    @property
    def transactions(self) -> list[dict[str, Any]]:
        """Its transactions, a document each."""

    @property
    def pictures(self) -> dict[str, str]:
        """Its photographs in base64, by digest."""


def read(path: Path, state: State, copy: Callable[[], Copy], *, encrypted: bool = False) -> Arrival:
    """What a file brings; `copy` reads it where it is a database, be it an encrypted one.

    Raises UserError, naming what is wrong, for what cannot be merged into this programme.
    """
    if path.exists() and not path.is_file():  # a pipe would be waited on for ever
        raise UserError("It is no file.", str(path), "Give a return, a pack or a programme.")
    try:
        with path.open("rb") as file:
            start = file.read(100)
    except OSError as error:
        raise UserError(f"It cannot be read: {error.strerror or error}.", str(path),
                        "Check the name and your rights to it.") from error  # fmt: skip
    if not (encrypted or start.startswith(_SQLITE)):
        return returned_work.read(path, state)
    found = copy()
    try:
        items = [sent(told) for told in found.transactions if told["dev"]]
        pictures = dict(map(_picture, found.pictures.items()))
    except (ValueError, TypeError, KeyError) as error:
        raise UserError("This copy was tampered with; nothing was merged.", str(path),
                        "Make a new copy with “backup”, and merge that.") from error  # fmt: skip
    if not found.is_pack:
        author = items[-1].author if items else ""
        return Arrival(FieldPack(id=b"", person=path.name), author, tuple(items), pictures)
    pack = _pack_of(found, state, path)
    return Arrival(pack, pack.person, tuple(to_return(items, vector_of(pack.base))), pictures)


def _picture(item: tuple[str, str]) -> tuple[str, bytes]:
    digest, text = item
    data = base64.b64decode(text, validate=True)
    if hashlib.sha256(data).hexdigest() != digest:
        raise ValueError("a photograph is not what its name says")
    return digest, data


def _pack_of(found: Copy, state: State, path: Path) -> FieldPack:
    """The pack that a pack's file says it is, proved by its key."""
    number, key = FieldPack.ENTITY_NUMBER, fields_of(FieldPack)["key"].number
    for told in found.transactions:
        for ent, row, fld, val, *_ in told["events"] if told["dev"] == OFFICE else ():
            if ent == number and fld == 0:
                known = state.field_packs.get(bytes.fromhex(row))
                given = str(json.loads(val).get(str(key)))
                if known is not None and hmac.compare_digest(known.key, given):
                    return known
    raise UserError(
        "This pack was not made by this programme; nothing was merged.", str(path),
        "Open the programme it was made from, and merge it there.",
    )  # fmt: skip
