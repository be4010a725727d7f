"""Writing what the board receives: chosen by suffix, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from psnplanner.board.figures import Figures, figures
from psnplanner.board.redact import for_audience
from psnplanner.errors import UserError
from psnplanner.programme.state import State
from psnplanner.programme.working_days import Calendar
from psnplanner.whole_file import whole_file

SUFFIXES = (".html", ".png", ".pdf", ".svg")
"""The kinds of file a snapshot can be."""

Progress = Callable[[float, str], None]


def write(
    state: State,
    out_path: str | Path,
    *,
    today: date,
    as_at: date | None = None,
    audience: str = "internal",
    calendar: Calendar | None = None,
    progress: Progress | None = None,
) -> Path:
    """Write a snapshot of the state for an audience, and give where it is.

    The suffix decides the kind (SUFFIXES). Figures are drawn for `as_at`, else the
    programme's status date, else today; for a past day give the state as it stood then.
    Raises UserError if the suffix or the audience is not known or the file cannot be
    written, and lets Cancelled through; either way a file of that name is as it was.
    """
    path, tell = Path(out_path), progress or _nobody
    if path.suffix.lower() not in SUFFIXES:
        raise UserError(
            f"A snapshot cannot be a {path.suffix or 'file without a suffix'}.",
            where=str(path),
            remedy=f"End its name with one of: {', '.join(SUFFIXES)}.",
        )
    tell(0.0, "Drawing up the figures")
    seen = for_audience(state, audience)
    drawn = figures(seen, today, calendar, as_at=as_at)
    tell(0.2, "Drawing the map")
    content = _content(seen, drawn, audience, path.suffix.lower())
    tell(0.9, f"Writing {path.name}")
    with whole_file(path) as beside:
        beside.write_bytes(content)
    tell(1.0, "Done")
    return path


def _content(state: State, drawn: Figures, audience: str, suffix: str) -> bytes:
    # folium and matplotlib take a second each to import: only the one that is needed.
    if suffix == ".html":
        from psnplanner.board.map_page import page

        return page(state, drawn, audience)
    from psnplanner.board.picture import picture

    return picture(state, drawn, audience, suffix.removeprefix("."))


def _nobody(_fraction: float, _doing: str) -> None:
    pass
