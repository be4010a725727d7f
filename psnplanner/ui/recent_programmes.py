"""The programmes opened lately, with what was known of each when it was last open. Qt-light."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from psnplanner.ui.settings import remembered_files, settings

_KEY = "recent_facts"


@dataclass(frozen=True)
class Recent:
    """A programme's file, and what it was like; without a name nothing is known of it."""

    path: Path
    name: str = ""
    go_live_on: str = ""
    sites: int = 0
    live: int = 0
    opened_at: str = ""

    @property
    def missing(self) -> bool:
        """Whether the file is no longer there."""
        return not self.path.is_file()

    @property
    def opened(self) -> datetime | None:
        """When it was last open (UTC)."""
        try:
            return datetime.fromisoformat(self.opened_at) if self.opened_at else None
        except ValueError:
            return None


def recent() -> list[Recent]:
    """The programmes opened lately, newest first, those that are gone among them."""
    known = _facts()
    return [_recent(path, known.get(str(path), {})) for path in remembered_files()]


def note(session: Any) -> None:
    """Remember what the start page will say of this programme; its file must be among the recent.

    Cheap: everything is known already while the programme is open. Of an encrypted one nothing
    that is in it: this list is in the clear.
    """
    path = session.path.resolve()
    files = remembered_files()
    if path not in files:
        return
    made = _known_of(session, path, datetime.now(UTC).isoformat(timespec="seconds"))
    facts = {name: kept for name, kept in _facts().items() if Path(name) in files}
    facts[str(path)] = {key: value for key, value in asdict(made).items() if key != "path"}
    settings().setValue(_KEY, json.dumps(facts))


def _known_of(session: Any, path: Path, now: str) -> Recent:
    from psnplanner.session import passphrases

    if passphrases.is_encrypted(path):
        return Recent(path, opened_at=now)
    state = session.state
    go_live = state.programme.go_live_on
    live = sum(status == "live" for status in state.statuses.values())
    return Recent(
        path, state.programme.name, go_live.isoformat() if go_live else "",
        len(state.sites), live, now,
    )  # fmt: skip


def forget(path: Path) -> None:
    """Take a programme out of the list; its file is not touched."""
    rest = [str(known) for known in remembered_files() if known != path]
    settings().setValue("recent", rest)
    facts = {name: kept for name, kept in _facts().items() if name in rest}
    settings().setValue(_KEY, json.dumps(facts))


def _facts() -> dict[str, dict[str, Any]]:
    try:
        found = json.loads(str(settings().value(_KEY, "{}")))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _recent(path: Path, known: dict[str, Any]) -> Recent:
    try:
        return Recent(
            path,
            str(known.get("name", "")),
            str(known.get("go_live_on", "")),
            int(known.get("sites", 0)),
            int(known.get("live", 0)),
            str(known.get("opened_at", "")),
        )
    except (TypeError, ValueError, AttributeError):
        return Recent(path)
