"""What is recorded of an issued snapshot, and what it takes to write it again."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

from psnplanner.board.joiners import Joiner
from psnplanner.board.sections import checked
from psnplanner.board.snapshot import Asked, Wanted, checked_suffix, wanted_of
from psnplanner.errors import UserError
from psnplanner.programme.issued import IssuedSnapshot
from psnplanner.programme.record import new_id
from psnplanner.programme.travel import vector_of


def record(
    out: Path, asked: Asked, *, drawn_on: date, position: Mapping[int, int], by: str,
    issued_at: datetime,
) -> IssuedSnapshot:  # fmt: skip
    """The record of a snapshot about to be issued, still without its hash."""
    how, joiners = wanted_of(asked), list(asked.get("joiners", ()))
    forecast, recorded_by = asked.get("forecast"), asked.get("recorded_by")
    return IssuedSnapshot(
        id=new_id(),
        issued_at=issued_at.astimezone(UTC).isoformat(timespec="milliseconds"),
        by=by,
        audience=how.audience,
        form=checked_suffix(out),
        as_at=asked.get("as_at"),
        drawn_on=drawn_on,
        position=json.dumps({str(d): position[d] for d in sorted(position)}, separators=(",", ":")),
        recorded_by=recorded_by.astimezone(UTC).isoformat() if recorded_by else "",
        title=how.title,
        sections=",".join(checked(how.sections)),
        paper=how.paper,
        extra=_extra_text(forecast, joiners),
        file_name=out.name,
    )


def _extra_text(forecast: Mapping[str, Any] | None, joiners: list[Joiner]) -> str:
    if not forecast and not joiners:
        return ""
    return json.dumps({"forecast": forecast, "joiners": joiners}, sort_keys=True)


def sealed(asked: IssuedSnapshot, content: bytes) -> IssuedSnapshot:
    """The record with the hash of what was written."""
    return dataclasses.replace(asked, digest=hashlib.sha256(content).hexdigest())


def check(issued: IssuedSnapshot, content: bytes, out: Path) -> None:
    """Raise UserError if these are not the bytes that were issued, or `out` is of another kind."""
    if checked_suffix(out) != issued.form:
        raise UserError(
            f"That snapshot was issued as {issued.form}.", where=str(out),
            remedy=f"End the name with {issued.form}.",
        )  # fmt: skip
    if hashlib.sha256(content).hexdigest() != issued.digest:
        raise UserError(
            "This version of PSN Planner draws that snapshot differently.",
            where=issued.file_name,
            remedy="Write it with the version that issued it, or issue it anew.",
        )


def position(issued: IssuedSnapshot) -> dict[int, int]:
    """How much of the journal it was drawn from."""
    return vector_of(issued.position)


def wanted(issued: IssuedSnapshot) -> Wanted:
    """How it was asked for."""
    sections = tuple(key for key in issued.sections.split(",") if key)
    return Wanted(issued.audience, issued.title, sections, issued.paper or "A4")


def judged_by(issued: IssuedSnapshot) -> datetime | None:
    """When to look what was sensitive, where that is not what the snapshot was drawn from."""
    try:
        return datetime.fromisoformat(issued.issued_at) if issued.recorded_by else None
    except ValueError as error:
        raise UserError(
            "When this snapshot was issued was tampered with.", where=issued.file_name[:80],
            remedy="Issue it anew.",
        ) from error  # fmt: skip


def extra(issued: IssuedSnapshot) -> tuple[Mapping[str, Any] | None, tuple[Joiner, ...]]:
    """The forecast and the joiners it showed."""
    try:
        found = json.loads(issued.extra) if issued.extra else {}
        return found.get("forecast"), tuple(cast("list[Joiner]", found.get("joiners", [])))
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise UserError(
            "What this snapshot showed besides the programme was tampered with.",
            where=issued.file_name[:80], remedy="Issue it anew.",
        ) from error  # fmt: skip
