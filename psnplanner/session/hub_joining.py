"""Joining a hub: a new file of what this user may see there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from psnplanner.errors import UserError
from psnplanner.file import in_step, pack
from psnplanner.file.clock import Clock
from psnplanner.file.journal import Header
from psnplanner.programme.edits import plural
from psnplanner.programme.field_pack import FieldPack
from psnplanner.programme.record import new_id
from psnplanner.session.door import Progress

if TYPE_CHECKING:
    from psnplanner.hub.address import Address
    from psnplanner.hub.connection import Connection
    from psnplanner.hub.wire import Parcel, Unread

OF_HUB = "hub:"
"""How the key of a pack begins that a hub keeps in step; the hub's identity follows."""


@contextmanager
def speaking(address: Address) -> Iterator[Connection]:
    """A connection to a hub, with the password that this machine knows of it."""
    from psnplanner.hub.connection import connected
    from psnplanner.hub.passwords import known_password

    with connected(address.with_password(known_password(address))) as connection:
        yield connection


@contextmanager
def readable(address: Address) -> Iterator[None]:
    """What a hub gives that is no transaction is refused, not stumbled over."""
    try:
        yield
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UserError("The hub gives what cannot be read; it was not taken.", str(address),
                        "Update PSN Planner here, or tell whoever looks after the hub."
                        ) from error  # fmt: skip


def write_file(
    connection: Connection, address: Address, out: Path, now: datetime, author: str,
    progress: Progress | None,
) -> None:  # fmt: skip
    from psnplanner.hub import people
    from psnplanner.hub.connection import check_version
    from psnplanner.hub.making import SURVEYOR

    check_version(connection, address)
    kind = people.kind_of_user(connection)
    if not kind:
        raise UserError("You have no role at this hub.", str(address),
                        "Ask its owner for one: “psnplanner hub grant”.")  # fmt: skip
    if kind == SURVEYOR:
        _write_pack(connection, address, out, now, author)
        return
    held: dict[int, str] = {}  # what is in it is told by the sync that follows
    in_step.receive_whole(out, _all_of_it(connection, address, held, progress), now, held)


def _all_of_it(
    connection: Connection, address: Address, held: dict[int, str], progress: Progress | None
) -> Iterator[list[in_step.Arriving]]:
    from psnplanner.hub import fetching, sending
    from psnplanner.hub.wire import Knowing

    there = sending.reach(connection)
    wanted = fetching.lacking({}, there)
    total, done = sum(far.n for far in there.values()) or 1, 0
    with readable(address):
        for parcels in fetching.fetch(connection, wanted, Knowing()):
            done += len(parcels)
            if progress is not None:
                progress(done / total * 0.9, f"Fetched {done:,} of {total:,} transactions")
            yield arriving(parcels, held)


def arriving(parcels: Iterable[Parcel | Unread], held: dict[int, str]) -> list[in_step.Arriving]:
    """Of what was fetched, what could be read; what could not is added to `held`."""
    from psnplanner.hub.wire import Unread

    found: list[in_step.Arriving] = []
    for parcel in parcels:
        if isinstance(parcel, Unread):
            dev, n, label, author = parcel
            told = in_step.held_back(label, author, n, dev, in_step.UNREADABLE)
            held.setdefault(dev, told)
        elif parcel.item.dev not in held:
            found.append((parcel.item, parcel.hash))
    return found


def _write_pack(
    connection: Connection, address: Address, out: Path, now: datetime, author: str
) -> None:
    from psnplanner.hub import fetching, sending, survey
    from psnplanner.hub.connection import one

    with readable(address), fetching.at_one_moment(connection):
        state = survey.handed_out(connection)
        base = {dev: far.n for dev, far in sending.reach(connection).items()}
        wanted = {photograph.digest for photograph in state.photographs.values()}
        pictures = dict(sending.fetch_pictures(connection, wanted))
        who, root = one(connection, "SELECT session_user, root_hash FROM hub")
    if not state.sites:
        raise UserError("No site is assigned to you at this hub yet.", str(address),
                        "Ask its owner: “psnplanner hub grant”.")  # fmt: skip
    made = FieldPack(
        id=new_id(), person=author or who, made_on=now.date(), key=OF_HUB + bytes(root).hex(),
        base=vector_text(base), form="pack", sites=tuple(state.sites),
    )  # fmt: skip
    records = [record for table in state.tables.values() for record in table.values()]
    label = f"Handed out by the hub: {plural(len(state.sites), 'site')}"
    header = Header(who, pack.HANDED_OUT, label, now.date())
    pack.write(out, header, [*records, made], pictures, Clock(0), now)


def vector_text(vector: Mapping[int, int]) -> str:
    """A vector as a pack keeps it."""
    return json.dumps({str(dev): n for dev, n in sorted(vector.items())})
