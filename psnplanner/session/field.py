"""Field work of an open programme: packs out, changes back, merging, photographs."""

from __future__ import annotations

import dataclasses
import json
import secrets
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from psnplanner.errors import UserError
from psnplanner.file.encryption import is_encrypted
from psnplanner.file.journal import Header
from psnplanner.programme.change import DELETED, Transaction
from psnplanner.programme.edits import Create, existing, plural, title
from psnplanner.programme.field_pack import FieldPack
from psnplanner.programme.issued import INTERNAL
from psnplanner.programme.photograph import Photograph
from psnplanner.programme.record import Record, RecordId, new_id
from psnplanner.programme.site import Site
from psnplanner.programme.travel import (
    HANDED_OUT,
    MERGE,
    Conflict,
    Merged,
    Sent,
    to_return,
    vector_of,
)
from psnplanner.session.door import Door, Happened, Progress
from psnplanner.whole_file import whole_file

if TYPE_CHECKING:
    from psnplanner.exchange.pack import Choice
    from psnplanner.exchange.returned_work import Arrival


class FieldWork(Door):
    """What goes out with people and comes back."""

    def merge(
        self,
        arriving: Iterable[Sent],
        label: str,
        *,
        pictures: Mapping[str, bytes] | None = None,
        author: str = "",
        dry_run: bool = False,
    ) -> Merged:
        """Take in the changes of another copy, all or none, as one transaction and one undo.

        A dry run says what it would do. Raises UserError for what cannot be merged.
        """
        with self._doing:
            if self._held and not dry_run:
                raise UserError(self._held, remedy="Come back to today first.")
            before = self.state
            header = Header(author or self.author, MERGE, label, self.present_day)
            now, kept = self._clock(), dict(pictures or {})
            merged, after = self._run(
                lambda: self._file.merge(arriving, header, before, now, kept, dry_run=dry_run)
            )
            if dry_run or not merged.transactions:
                return merged
            self.state = after
            self._headers = self._run(self._file.headers)
            if merged.transaction is not None:
                self._tell(Happened(before, after, merged.transaction))
            return merged

    def make_pack(
        self,
        out: Path,
        choice: Choice,
        person: str,
        *,
        expires_on: date | None = None,
        passphrase: str = "",
    ) -> FieldPack:
        """Write a field pack for one person, and note in the programme what it holds.

        OUT.html is a sheet for a phone's browser, any other a pack that opens in this program,
        under a passphrase if one is given.
        Raises UserError if nothing is chosen or the file cannot be written.
        """
        from psnplanner.exchange import pack

        form, what = ("sheet", "Phone sheet") if out.suffix == ".html" else ("pack", "Field pack")

        with self._doing:
            sites = pack.chosen(self.state, choice)
            made = FieldPack(
                id=new_id(), person=person, made_on=self.present_day, expires_on=expires_on,
                key=secrets.token_hex(32), base=json.dumps(self.vector()), form=form,
                sites=tuple(site.id for site in sites),
            )  # fmt: skip
            label = f"{what} of {plural(len(sites), 'site')} for {person}"
            if form == "sheet":
                self._write_sheet(out, sites, made, passphrase)
            else:
                records = pack.records(self.state, sites, made)
                self._write_pack(out, Header(self.author, HANDED_OUT, label, self.present_day),
                                 records, passphrase)  # fmt: skip
            try:
                proposal = Create([made]).propose(self.state, self.today)
                self._commit(dataclasses.replace(proposal, label=label, kind=HANDED_OUT))
            except BaseException:
                out.unlink(missing_ok=True)
                raise
            return made

    def _write_pack(
        self, out: Path, header: Header, records: Sequence[Record], passphrase: str
    ) -> None:
        from psnplanner.exchange.locked_pack import locked

        now = self._clock()
        if not passphrase:
            self._run(lambda: self._file.write_pack(out, header, records, now))
            return
        with tempfile.TemporaryDirectory() as folder:  # in the clear only where nobody looks
            plain = Path(folder) / "pack.gpkg"
            self._run(lambda: self._file.write_pack(plain, header, records, now))
            data = locked(plain.read_bytes(), passphrase)
        with whole_file(out, replace=False) as beside:
            beside.write_bytes(data)

    def _write_sheet(
        self, out: Path, sites: Sequence[Site], made: FieldPack, passphrase: str
    ) -> None:
        from psnplanner.exchange import phone_sheet

        if passphrase:
            raise UserError(
                "A phone sheet cannot be locked with a passphrase.", str(out),
                "Write a pack (.gpkg) instead, or rely on the phone's own lock.",
            )  # fmt: skip
        stamp = self._run(lambda: self._file.latest_stamp)
        data = phone_sheet.page(self.state, sites, made, stamp)
        with whole_file(out, replace=False) as beside:
            beside.write_bytes(data)

    @cached_property
    def pack(self) -> FieldPack | None:
        """The field pack that this file is; None if it is a whole programme."""
        packs = self.state.field_packs.values() if self._run(lambda: self._file.is_pack) else ()
        return next(iter(packs), None)

    def write_return(self, out: Path) -> int:
        """Write what was changed in this pack, to be merged by the office; how many changes.

        Raises UserError if this is no pack, or nothing was changed.
        """
        from psnplanner.exchange import returned_work

        if self.pack is None:
            raise UserError("This is the whole programme, not a field pack.", str(self.path),
                            "Open the pack whose changes are to be returned.")  # fmt: skip
        items = list(to_return(self.sent(), vector_of(self.pack.base)))
        changes = sum(len(item.events) for item in items)
        if not changes:
            raise UserError("Nothing was changed in this pack yet.", str(self.path),
                            "Record what was found and done, then return it.")  # fmt: skip
        added = sorted(returned_work.digests_in(items))
        pictures = {digest: self.photograph(digest) for digest in added}
        data = returned_work.write(
            self.pack, self.author, self.state.programme.name, items, pictures
        )
        with whole_file(out) as beside:
            beside.write_bytes(data)
        return changes

    def read_arrival(self, path: Path) -> Arrival:
        """What a return, a field pack or another copy of this programme brings.

        Raises UserError, naming what is wrong, for what cannot be merged here.
        """
        from psnplanner.exchange import arrivals

        read_copy = self._file.read_copy
        return arrivals.read(
            path, self.state, lambda: self._run(lambda: read_copy(path)),
            encrypted=is_encrypted(path),
        )  # fmt: skip

    def merge_file(self, path: Path, *, dry_run: bool = False) -> Merged:
        """Merge a return, a pack or a copy: all of it or nothing, one transaction, one undo."""
        found = self.read_arrival(path)
        return self.merge(
            found.transactions, found.label, pictures=found.pictures, author=found.author,
            dry_run=dry_run,
        )  # fmt: skip

    def sent(self, beyond: Mapping[int, int] | None = None) -> list[Sent]:
        """Every transaction that a copy which knows that much lacks."""
        return self._run(lambda: self._file.sent(beyond or {}))

    def conflicts(self) -> list[Conflict]:
        """Fields changed to different values by people who did not know of each other."""
        return self._run(self._file.conflicts)

    def gone_site(self, site: RecordId) -> str:
        """The reference and name that a removed site had; empty if it never was."""
        changes = self._run(lambda: self._file.changes_of([site]))
        removals = [change.old for _, change in changes if change.field == DELETED and change.old]
        old: Mapping[str, str] = removals[-1] if removals else {}
        return " ".join(filter(None, (old.get("reference"), old.get("name"))))

    def came_in(self) -> frozenset[tuple[str, datetime]]:
        """Who made what came from elsewhere, and when: by a merge here, or by way of a hub."""
        merged = {item.received_at: item.device for item in self._headers if item.kind == MERGE}
        mine = self._mine
        return frozenset(
            (item.author, item.recorded_at)
            for item in self._headers
            if merged.get(item.received_at, item.device) != item.device
            or (mine is not None and item.device not in mine)
        )

    def add_photograph(
        self, site: RecordId, source: Path | bytes, *, caption: str = "", name: str = ""
    ) -> Transaction | None:
        """Keep a photograph with a site: its bytes by their hash, what is known of it journalled.

        None if the site has that very picture already. Raises UserError for what is no picture.
        """
        from psnplanner.exchange.photographs import read_picture

        found = read_picture(source, name)
        with self._doing:
            if any(p.digest == found.digest for p in self.state.photographs_of(site)):
                return None
            name = name or (source.name if isinstance(source, Path) else "")
            record = Photograph(
                id=new_id(), site=site, digest=found.digest, media_type=found.media_type,
                size=len(found.data), caption=caption, by=self.author, taken_on=found.taken_on,
                position=found.position, file_name=name,
            )  # fmt: skip
            proposal = Create([record]).propose(self.state, self.today)
            label = f"Photograph of {title(existing(self.state, Site, site))}"
            proposal = dataclasses.replace(proposal, label=label)
            return self._commit(proposal, pictures={found.digest: found.data})

    def photograph(self, digest: str) -> bytes:
        """The bytes of a photograph. Raises UserError if the file does not have them."""
        return self._run(lambda: self._file.photograph(digest))

    def export_photographs(
        self, folder: Path, progress: Progress | None = None, *, audience: str = INTERNAL
    ) -> int:
        """Write every photograph into a folder, named by site and day; how many there were.

        For the board or the public: without sensitive sites and what the camera noted.
        """
        from psnplanner.exchange.photographs import write_all

        return write_all(self.state, self.photograph, folder, progress, audience=audience)
