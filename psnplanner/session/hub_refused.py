"""What a hub refused of a surveyor's work: kept in their file, told, and tried again.

At the hub an empty transaction stands in its place, so that what was recorded after it could go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from psnplanner.errors import UserError
from psnplanner.programme.change import CREATED, DELETED, Change, Transaction
from psnplanner.programme.edits import Proposal
from psnplanner.programme.state import State
from psnplanner.programme.travel import REFUSED
from psnplanner.session.door import Door
from psnplanner.session.hub_joining import speaking

if TYPE_CHECKING:
    from psnplanner.hub.address import Address
    from psnplanner.hub.connection import Connection


class Refused(Door):
    """The part of a session that knows of refusals."""

    def refused_by_hub(self, address: Address) -> list[Transaction]:
        """What the hub refused of this file and does not stand in it since, oldest first."""
        with speaking(address) as connection:
            return self._still_refused(connection)

    def _still_refused(self, connection: Connection) -> list[Transaction]:
        from psnplanner.hub import sending

        keys = sending.of_kind(connection, REFUSED, list(self.vector()))
        found = [self._run(lambda key=key: self._file.transaction(key)) for key in keys]  # type: ignore[misc]
        return [item for item in found if item is not None and not _stands(self.state, item)]

    def try_again(self, item: Transaction) -> Transaction:
        """Make what the hub refused once more, as a new change.

        Raises UserError where it is of a record that is not in this file, as of a site that is
        not assigned.
        """
        with self._doing:
            changes = [_again(self.state, change) for change in item.changes]
            told = [change for change in changes if change is not None]
            made = self._commit(Proposal(item.label, told, item.effective_on))
        if made is None:
            raise UserError(f"“{item.label}” stands already.", str(self.path))
        return made


def _stands(state: State, item: Transaction) -> bool:
    """Whether the programme says what a transaction said."""
    try:
        return all(_again(state, change) is None for change in item.changes)
    except UserError:
        return False


def _again(state: State, change: Change) -> Change | None:
    """The change that brings a record to what a change said; None if it says so."""
    record = state.tables[change.entity].get(change.record)
    if change.field == CREATED:
        return change if record is None else None
    if change.field == DELETED:
        return None if record is None else change
    if record is None:
        raise UserError("It is of what is not in this file.",
                        remedy="Have the site assigned to you, and sync.")  # fmt: skip
    old = getattr(record, change.field)
    new = Change(change.entity, change.record, change.field, old, change.new)
    return None if old == change.new else new
