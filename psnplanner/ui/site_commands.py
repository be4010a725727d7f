"""What a menu does to the chosen sites, as edits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from psnplanner.programme.words import plural

if TYPE_CHECKING:
    from psnplanner.programme.edits import Edit
    from psnplanner.programme.record import RecordId
    from psnplanner.programme.state import State


def lock_edit(state: State, sites: Iterable[RecordId], locked: bool) -> Edit:
    """Lock sites to their phase, or let them go."""
    chosen = list(sites)
    what = plural(len(chosen), "site")
    if len(chosen) == 1:
        what = state.sites[chosen[0]].reference or what
    label = f"Lock {what} to its phase" if locked else f"Unlock {what}"
    if len(chosen) > 1:
        label = label.replace("its phase", "their phases")
    from psnplanner.programme.edits import Amend

    return Amend("site", chosen, {"locked": locked}, label)
