"""A list of sites read against a programme, from the file to the preview of its import."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from psnplanner.collector import set_aside
from psnplanner.intake.read import read_table
from psnplanner.intake.reading import AS_FOUND, Reading
from psnplanner.intake.table import Progress, no_progress
from psnplanner.programme.record import RecordId
from psnplanner.programme.state import State

if TYPE_CHECKING:
    from psnplanner.geography.gazetteer import Gazetteer
    from psnplanner.geography.online import Online
    from psnplanner.geography.uprn import UprnTable
    from psnplanner.intake.preview import Preview


def read_list(
    path: Path | str,
    state: State,
    *,
    today: date,
    reading: Reading = AS_FOUND,
    gazetteer: Gazetteer | None = None,
    uprns: UprnTable | None = None,
    online: Online | None = None,
    touched: Mapping[RecordId, AbstractSet[str]] | None = None,
    progress: Progress | None = None,
) -> Preview:
    """Read a list of sites against a programme: every row checked, placed and matched.

    `today` is the programme's present day; `reading` what the user says of the list, over
    what is remembered for lists of this shape; `gazetteer` and `uprns` None mean this user's
    own, and `online` asks the internet whatever the reading says. `touched` are the fields of
    each site that people changed since its last import: they stay as they are unless the
    reading takes the list. Raises UserError for a file that is no list, Cancelled if
    `progress` does.
    """
    tell = progress or no_progress
    tell(0.0, "Reading the list")
    with set_aside():
        table = read_table(Path(path), reading, tell)
        # What is no list is refused before half a second of geography is loaded.
        from psnplanner.intake.understood import understood

        return understood(
            table, state, today, reading, gazetteer, uprns, online, touched or {}, tell
        )
