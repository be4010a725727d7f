"""One exchange with a hub over one connection: of a whole copy, or of a surveyor's."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from psnplanner.errors import UserError
from psnplanner.file import in_step
from psnplanner.hub.refusals import NotAssigned, Parted, ReadsOnly
from psnplanner.programme.travel import OFFICE, REFUSED, Sent, to_return, vector_of
from psnplanner.session.door import Progress
from psnplanner.session.hub_joining import OF_HUB, arriving, readable
from psnplanner.session.hub_told import Synced

if TYPE_CHECKING:
    from psnplanner.hub.address import Address
    from psnplanner.hub.connection import Connection
    from psnplanner.hub.sending import Reach
    from psnplanner.hub.wire import Knowing, Parcel
    from psnplanner.session.hub import Syncing

Load = TypeVar("Load")


class _Exchange:
    """One sync over one connection."""

    def __init__(
        self, session: Syncing, connection: Connection, address: Address, say: Progress
    ) -> None:
        self._session, self._connection, self._address = session, connection, address
        self._say = say

    def _ask(self, question: Callable[..., Any], *given: Any) -> Any:
        """One of the questions of `file.in_step`, in the file's own thread."""
        session = self._session
        return session._run(lambda: session._file.ask(lambda db: question(db, *given)))

    def _send_pictures(self) -> int:
        from psnplanner.hub import sending

        here = self._ask(in_step.digests)
        known = {photograph.digest for photograph in self._session.state.photographs.values()}
        if not here & known:
            return 0
        read = self._session.photograph
        return sending.send_pictures(self._connection, here & known, read)

    def _fetch_pictures(self) -> int:
        from psnplanner.hub import sending

        known = {photograph.digest for photograph in self._session.state.photographs.values()}
        count, session = 0, self._session
        for digest, data in sending.fetch_pictures(
            self._connection, known - self._ask(in_step.digests)
        ):
            one = {digest: data}
            session._run(lambda one=one: session._file.keep_photographs(one))  # type: ignore[misc]
            count += 1
        return count


class Whole(_Exchange):
    """A whole copy and its hub: each takes what its vector lacks of the other."""

    def sync(self, *, push: bool, pull: bool) -> Synced:
        """Push, then pull."""
        from psnplanner.hub import sending
        from psnplanner.hub.connection import check_version
        from psnplanner.hub.making import check_programme

        check_version(self._connection, self._address)
        check_programme(self._connection, self._address, self._ask(in_step.root))
        there = sending.reach(self._connection)
        self._check_not_parted(there)
        done, refused = Synced(), None
        if push:
            try:
                done = self._push(there)
            except ReadsOnly as error:
                refused = error  # what others did is taken all the same
        done = done + self._pull() if pull else done
        if refused is not None:
            raise refused
        self._say(1.0, "In step with the hub")
        return done

    def _check_not_parted(self, there: Mapping[int, Reach]) -> None:
        """Where both know a device, they must agree on what it wrote as far as both go."""
        from psnplanner.hub import fetching

        here = self._session.vector()
        known = {dev: far.n for dev, far in there.items() if here.get(dev, 0) >= far.n}
        ours = self._ask(in_step.hashes, known)
        wrong = {dev: there[dev].n for dev, digest in ours.items() if digest != there[dev].hash}
        behind = {dev: n for dev, n in here.items() if dev in there and n < there[dev].n}
        theirs = fetching.hashes(self._connection, behind)
        ours = self._ask(in_step.hashes, behind)
        wrong |= {dev: behind[dev] for dev, digest in theirs.items() if digest != ours[dev]}
        for dev, n in wrong.items():
            self._refuse_parted(dev, n)

    def _refuse_parted(self, dev: int, n: int) -> None:
        label = self._ask(in_step.labels, dev, n)
        raise Parted(
            f"This copy and the hub hold different changes under one name: here, number {n:,} of "
            f"device {dev} is {label}, and the hub has another in its place. A restored or "
            "copied file was edited again.", str(self._session.path),
            "Join the hub into a new file, and merge this one into it: nothing is lost.",
        )  # fmt: skip

    def _push(self, there: Mapping[int, Reach]) -> Synced:
        known = {dev: far.n for dev, far in there.items()}
        missing: list[in_step.Known] = self._ask(in_step.beyond, known)
        pictures = self._send_pictures()
        if not missing:
            return Synced(photographs_sent=pictures)
        before = {item.dev: known[item.dev] for item in missing if item.dev in known}
        done = self._send(self._parcels(missing), len(missing), before, self._check_reach)
        return done + Synced(photographs_sent=pictures)

    def _send(self, parcels: Iterator[Parcel], total: int, known: Mapping[int, int],
              check: Callable[[Mapping[int, Reach]], None]) -> Synced:  # fmt: skip
        """Send in batches, each all there or not at all."""
        from psnplanner.hub import sending
        from psnplanner.hub.wire import Knowing

        knowing = Knowing(self._ask(in_step.last_known, known))
        done, seen = Synced(), 0
        for batch in _batches(parcels, lambda parcel: len(parcel.item.events)):
            seen += len(batch)
            self._say(0.05 + 0.4 * seen / total, f"Sending {seen:,} of {total:,} transactions")
            new = sending.send(self._connection, batch, knowing, check)
            changes = sum(len(parcel.item.events) for parcel in batch[len(batch) - new :])
            done += Synced(sent=new, sent_changes=changes)
        return done

    def _check_reach(self, known: Mapping[int, Reach]) -> None:
        vector = {dev: far.n for dev, far in known.items() if far.n}
        ours = self._ask(in_step.hashes, vector)
        for dev, digest in ours.items():
            if digest != known[dev].hash:
                self._refuse_parted(dev, known[dev].n)

    def _parcels(self, missing: Sequence[in_step.Known]) -> Iterator[Parcel]:
        from psnplanner.hub.wire import Parcel

        for at in range(0, len(missing), 500):
            part = missing[at : at + 500]
            items = list(self._ask(in_step.sent, part))
            for known, item in zip(part, items, strict=True):
                yield Parcel(item, known.hash)

    def _pull(self) -> Synced:
        from psnplanner.hub import fetching, sending
        from psnplanner.hub.wire import Knowing

        there, here = sending.reach(self._connection), self._session.vector()
        wanted = fetching.lacking(here, there)
        total = sum(upto - above for _, above, upto in wanted)
        start = {dev: above for dev, above, _ in wanted if above}
        knowing = Knowing(self._ask(in_step.last_known, start))
        done, came = Synced(), 0
        held: dict[int, str] = {}
        with readable(self._address):
            for parcels in fetching.fetch(self._connection, wanted, knowing):
                came += len(parcels)
                done += self._take_in(arriving(parcels, held), held)
                words = f"Taking in {done.received:,} of {total:,} transactions"
                self._say(0.5 + 0.4 * done.received / total, words)
        if came < total:
            raise UserError(
                "The hub keeps back part of what this file, which is whole, would need.",
                str(self._address), "You may survey some sites there now: join the hub into a new "
                "file. What only this one has goes to the office as a copy to merge.",
            )  # fmt: skip
        pictures = self._fetch_pictures()
        return done + Synced(photographs_received=pictures, held=tuple(held.values()))

    def _take_in(self, batch: list[in_step.Arriving], held: dict[int, str]) -> Synced:
        """Take in what came, but for what no copy can take: that is added to `held`."""
        take_in = self._session._take_in
        if not batch:
            return Synced()
        try:
            merged = take_in(batch, held)
        except UserError:
            batch = self._ask(in_step.sort_out, batch, held)
            if not batch:
                return Synced()
            merged = take_in(batch, held)
        return Synced(
            received=merged.transactions, received_changes=merged.events,
            conflicts=len(merged.conflicts), by=tuple(item.author for item, _ in batch),
        )  # fmt: skip


class Surveyor(_Exchange):
    """A surveyor's file and the hub: what was recorded goes, what is assigned comes."""

    def sync(self, *, push: bool, pull: bool) -> Synced:
        """Push, then have the hub hand out anew what has changed there."""
        from psnplanner.hub.connection import check_version, one

        check_version(self._connection, self._address)
        root, name = one(self._connection, "SELECT root_hash, programme FROM hub")
        assert self._session.pack is not None
        if self._session.pack.key != OF_HUB + bytes(root).hex():
            raise UserError(
                f"This hub is of another programme, “{name}”; nothing was exchanged.",
                str(self._address), "Give the address of the hub that this file came from.",
            )  # fmt: skip
        done = self._push() if push else Synced()
        done = done + self._pull() if pull else done
        refused = self._session._still_refused(self._connection)
        return done + Synced(refused=tuple(item.label for item in refused))

    def _push(self) -> Synced:
        from psnplanner.hub import sending
        from psnplanner.hub.wire import Knowing

        assert self._session.pack is not None
        there = sending.reach(self._connection)
        own = {dev: n for dev, n in self._session.vector().items() if dev != OFFICE}
        known = {dev: there[dev].n for dev in own if dev in there}
        self._check_own({dev: there[dev] for dev in known})
        lacking = {OFFICE: self._session.vector().get(OFFICE, 0), **known}
        missing: list[in_step.Known] = self._ask(in_step.beyond, lacking)
        pictures = self._send_pictures()
        if not missing:
            return Synced(photographs_sent=pictures)
        self._chain = {dev: there[dev].hash for dev in known}
        items = to_return(self._ask(in_step.sent, missing), vector_of(self._session.pack.base))
        done, knowing = Synced(photographs_sent=pictures), Knowing()
        for batch in _batches(items, lambda item: len(item.events)):
            done += self._pass_on(batch, knowing)
            self._say(0.5, f"Sent {done.sent:,} of {len(missing):,} transactions")
        return done

    def _pass_on(self, items: Sequence[Sent], knowing: Knowing) -> Synced:
        """Send these; for one that the hub refuses an empty one goes, so that the rest can."""
        from psnplanner.hub import sending
        from psnplanner.hub.wire import Parcel

        chain, parcels = dict(self._chain), []
        for item in items:
            chain[item.dev] = in_step.hash_after(chain.get(item.dev, b""), item)
            parcels.append(Parcel(item, chain[item.dev]))
        try:
            new = sending.send(self._connection, parcels, knowing, self._check_own)
        except NotAssigned:
            middle = len(items) // 2
            if middle:
                done = self._pass_on(items[:middle], knowing)
                return done + self._pass_on(items[middle:], knowing)
            self._pass_on([_instead_of(items[0])], knowing)
            return Synced()
        self._chain = chain
        changes = sum(len(item.events) for item in items[len(items) - new :])
        return Synced(sent=new, sent_changes=changes)

    def _check_own(self, there: Mapping[int, Reach]) -> None:
        """What the hub has of this file's devices must be what this file wrote."""
        session = self._session
        for dev, far in there.items():
            known = self._ask(in_step.stamp, dev, far.n)
            if far.n and known != far.hlc:
                raise Parted(
                    "Another copy of this file has sent other changes under its name.",
                    str(session.path), "Join the hub into a new file; return what was recorded "
                    "in this one to the office with “return”.",
                )  # fmt: skip

    def _pull(self) -> Synced:
        from psnplanner.hub import fetching, sending, survey
        from psnplanner.hub.connection import one

        with readable(self._address), fetching.at_one_moment(self._connection):
            wanted = survey.handed_out(self._connection)
            base = {dev: far.n for dev, far in sending.reach(self._connection).items()}
            who = one(self._connection, "SELECT session_user")[0]
        changes = self._session._hand_out_again(wanted, base, who)
        pictures = self._fetch_pictures()
        self._say(1.0, "In step with the hub")
        return Synced(received=int(changes > 0), received_changes=changes,
                      photographs_received=pictures)  # fmt: skip


def _instead_of(item: Sent) -> Sent:
    """What stands at the hub for a transaction that it refused: its name, and no change."""
    label = f"Refused by the hub: {item.label}"
    return dataclasses.replace(item, kind=REFUSED, label=label, undo_of=None, events=())


def _batches(items: Iterable[Load], size_of: Callable[[Load], int]) -> Iterator[list[Load]]:
    from psnplanner.hub.sending import MOST_EVENTS, MOST_TRANSACTIONS

    batch: list[Load] = []
    events = 0
    for item in items:
        size = size_of(item)
        if batch and (len(batch) >= MOST_TRANSACTIONS or events + size > MOST_EVENTS):
            yield batch
            batch, events = [], 0
        batch.append(item)
        events += size
    if batch:
        yield batch
