"""The hub's room: a programme kept in step with the copies of others through PostgreSQL.

A planner's copy is whole. A surveyor's holds the sites assigned to them and is a field pack
that the hub hands out again whenever something of it changes there (`hub.survey`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from psnplanner.errors import UserError
from psnplanner.file import in_step, pack
from psnplanner.file.journal import Header
from psnplanner.hub.refusals import NeedsPassword, Parted, Unreachable, no_driver
from psnplanner.programme.change import Change, Transaction, creation, deletion, difference
from psnplanner.programme.edits import plural
from psnplanner.programme.field_pack import FieldPack
from psnplanner.programme.record import Record, fields_of
from psnplanner.programme.state import State
from psnplanner.programme.travel import OFFICE, Merged
from psnplanner.session.door import Happened, Progress
from psnplanner.session.field import FieldWork
from psnplanner.session.hub_exchange import Surveyor, Whole
from psnplanner.session.hub_joining import OF_HUB, speaking, vector_text, write_file
from psnplanner.session.hub_refused import Refused
from psnplanner.session.hub_told import Synced

if TYPE_CHECKING:
    from psnplanner.hub.address import Address

__all__ = ["NeedsPassword", "Parted", "Synced", "Syncing", "Unreachable", "hub_address",
           "hub_grant", "hub_standing", "keep_password"]  # fmt: skip

ARRIVED = "sync"
"""The kind of what listeners are told of when others' changes arrive."""


def hub_address(text: str) -> Address:
    """A hub's address. Raises UserError, which never shows its password, for what is none."""
    try:
        from psnplanner.hub import address
    except ImportError as error:
        raise no_driver() from error
    return address.read(text)


class Syncing(Refused, FieldWork):
    """Exchanging transactions with a hub: every one once, whatever is killed where."""

    @property
    def hub(self) -> str:
        """The address of this programme's hub, without a password; empty if it has none."""
        from psnplanner.hub import remembered

        return remembered.hub_of(self.path)

    def leave_hub(self) -> None:
        """Forget the hub on this machine; the programme stays as it is."""
        from psnplanner.hub import remembered

        remembered.remember(self.path, None)

    def init_hub(self, address: Address, progress: Progress | None = None) -> Synced:
        """Make a hub of this programme in an empty database, and send it everything.

        Done again it brings the hub up to date. Raises UserError if the hub is of another
        programme, or the server does not let this user make one.
        """
        from psnplanner.hub import making

        if self.pack is not None:
            raise UserError("A hub is made from the whole programme, not from a field pack.",
                            str(self.path))  # fmt: skip
        with speaking(address) as connection:
            root = self._run(lambda: self._file.ask(in_step.root))
            making.make(connection, address, root, self.state.programme.name)
        return self.sync(address, progress)

    @classmethod
    def join_hub(
        cls,
        address: Address,
        out: Path,
        *,
        author: str = "",
        progress: Progress | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> Self:
        """Make a file of what this user may see at a hub, and open it.

        Raises UserError if the name is taken or the hub refuses.
        """
        from psnplanner.hub import remembered

        now = (clock or (lambda: datetime.now(UTC)))()
        with speaking(address) as connection:
            write_file(connection, address, out, now, author, progress)
        remembered.remember(out, address)
        session = cls.open(out, author=author, clock=clock)
        try:
            session._run(session._file.keep_in_step)
            session.sync(address, progress)
        except BaseException:
            session.close()
            raise
        return session

    def sync(
        self,
        address: Address,
        progress: Progress | None = None,
        *,
        push: bool = True,
        pull: bool = True,
    ) -> Synced:
        """Send what the hub lacks, and take what is lacking here; may be called in any thread.

        Raises Unreachable if the hub does not answer, NeedsPassword, Parted if the hub has
        other changes under the same names, and UserError for any other refusal. What had been
        exchanged by then stays exchanged.
        """
        from psnplanner.hub import remembered

        self._may_sync()
        say = progress or (lambda _share, _what: None)
        with self._syncing, speaking(address) as connection:
            if self._mine is None:
                self._run(self._file.keep_in_step)
                self._mine = self._run(self._file.own_devices)
            if self.pack is not None:
                done = Surveyor(self, connection, address, say).sync(push=push, pull=pull)
            else:
                done = Whole(self, connection, address, say).sync(push=push, pull=pull)
        if self.hub != str(address):
            remembered.remember(self.path, address)
        return done

    def apart_from_hub(self, address: Address) -> dict[str, int]:
        """How many transactions there are to send and to take. Raises as `sync` does."""
        from psnplanner.hub import sending
        from psnplanner.hub.connection import check_version

        with speaking(address) as connection:
            check_version(connection, address)
            there = {dev: far.n for dev, far in sending.reach(connection).items()}
        here = {dev: n for dev, n in self.vector().items() if dev != OFFICE}
        return {
            "to_send": sum(max(0, n - there.get(dev, 0)) for dev, n in here.items()),
            "to_take": sum(max(0, n - here.get(dev, 0)) for dev, n in there.items())
            if self.pack is None else 0,
        }  # fmt: skip

    def _may_sync(self) -> None:
        if self._file.read_only:
            raise UserError(self.notice or "This programme is open for reading only.",
                            str(self.path), "Close it where it is open, then sync.")  # fmt: skip
        if self.pack is not None and not self.pack.key.startswith(OF_HUB):
            raise UserError(
                "This field pack was made as a file, and goes back as one.", str(self.path),
                "Return its changes to the office with “return”.",
            )  # fmt: skip

    @property
    def _syncing(self) -> threading.Lock:
        return self.__dict__.setdefault("_syncing_lock", threading.Lock())  # type: ignore[no-any-return]

    # What the two ways of syncing do to the file

    def _take_in(self, arriving: Sequence[in_step.Arriving], held: Collection[int]) -> Merged:
        items = [item for item, _ in arriving]
        chains = {item.dev: digest for item, digest in arriving}
        with self._doing:
            if self._held:
                raise UserError(self._held, remedy="Come back to today first.")
            before, now, known = self.state, self._clock(), self._file.arrived
            merged, after = self._run(
                lambda: self._file.merge(items, None, before, now, {}, chains=chains, held=held)
            )
            self._arrive(before, after, known, merged.changes, items[-1].author)
        return merged

    def _arrive(
        self, before: State, after: State, known: int, changes: Sequence[Change], author: str
    ) -> None:
        self.state = after
        self._headers = [*self._headers, *self._run(lambda: self._file.headers(known))]
        self._mine = self._run(self._file.own_devices)
        label = f"{plural(len(changes), 'change')} arrived from the hub"
        told = Transaction(
            device=OFFICE, number=0, author=author, kind=ARRIVED, label=label,
            effective_on=self.present_day, recorded_at=self._clock(), changes=tuple(changes),
            count=len(changes),
        )  # fmt: skip
        if changes:
            self._tell(Happened(before, after, told))

    def _hand_out_again(self, wanted: State, base: Mapping[int, int], author: str) -> int:
        """Bring this pack to what the hub hands out now; how many changes that were."""
        assert self.pack is not None
        with self._doing:
            own = {dev: n for dev, n in self.vector().items() if dev != OFFICE}
            if any(base.get(dev, 0) < n for dev, n in own.items()):
                return 0  # something was recorded meanwhile: it is sent first, the next time
            before, now, known = self.state, self._clock(), self._file.arrived
            changes = _differences(before, wanted)
            if not changes:
                return 0
            sites = tuple(wanted.sites)
            changes += difference(self.pack, {"base": vector_text(base), "sites": sites})
            header = Header(author, pack.HANDED_OUT, "Handed out again", self.present_day)
            after = self._run(lambda: self._file.hand_out_again(header, changes, before, now))
            self._arrive(before, after, known, changes, author)
            self.__dict__.pop("pack", None)  # it is another now
        return len(changes)


def _differences(here: State, wanted: State) -> list[Change]:
    changes: list[Change] = []
    for entity, records in wanted.tables.items():
        if entity == FieldPack.ENTITY:
            continue
        known = here.tables[entity]
        changes += [deletion(record) for ident, record in known.items() if ident not in records]
        for ident, record in records.items():
            changes += _to(known.get(ident), record)
    return changes


def _to(known: Record | None, record: Record) -> list[Change]:
    if known is None:
        return [creation(record)]
    return difference(known, {name: getattr(record, name) for name in fields_of(type(record))})


def keep_password(address: Address) -> None:
    """Put an address's password into the keyring. Raises UserError where there is none."""
    from psnplanner.hub import passwords

    passwords.keep_password(address)


def hub_standing(address: Address) -> dict[str, Any]:
    """What a hub holds, as far as this user may see it."""
    from psnplanner.hub import people
    from psnplanner.hub.connection import check_version

    with speaking(address) as connection:
        check_version(connection, address)
        return {"hub": str(address), **people.standing(connection)}


def hub_grant(
    address: Address,
    who: str,
    role: str,
    *,
    sites: Sequence[str] = (),
    phases: Sequence[str] = (),
    partners: Sequence[str] = (),
    password: str = "",
) -> dict[str, Any]:
    """Give a login a role; a surveyor the sites of these references, phases and partners alone.

    Raises UserError for a login, site, phase or partner that is not there.
    """
    from psnplanner.hub import people
    from psnplanner.hub.connection import check_version

    with speaking(address) as connection:
        check_version(connection, address)
        found = people.sites_named(connection, sites, phases, partners)
        made = people.grant(connection, address, who, role, found, password)
    return {"hub": str(address), "who": who, "role": role, "sites": len(found), "made": made}
