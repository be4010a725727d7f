"""Writing what the board receives: chosen by suffix, whole or not at all."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from psnplanner.board.betrayal import betrays, without, words_of
from psnplanner.board.compare import Comparison
from psnplanner.board.course import Course, course
from psnplanner.board.figures import NOTHING, Beside, Figures, figures
from psnplanner.board.joiners import Joiner, shown
from psnplanner.board.marks import Marks, by_status
from psnplanner.board.redact import for_audience, withheld
from psnplanner.board.sections import shown_to
from psnplanner.collector import set_aside
from psnplanner.errors import UserError
from psnplanner.history.playback import Playback
from psnplanner.programme.site import Site
from psnplanner.programme.state import State
from psnplanner.programme.working_days import Calendar
from psnplanner.whole_file import whole_file

if TYPE_CHECKING:
    from psnplanner.board.drawn_apart import DrawnApart
    from psnplanner.board.places import Shape, Spots

SUFFIXES = (".html", ".png", ".pdf", ".svg")
"""The kinds of file a snapshot can be."""

PAPERS = ("A4", "A3")
"""The sizes a PDF can have."""

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Wanted:
    """How a snapshot is to be: for whom, under what title, with what (see `sections.SECTIONS`)."""

    audience: str = "internal"
    title: str = ""
    sections: tuple[str, ...] = ()
    paper: str = "A4"


class Asked(TypedDict, total=False):
    """How a snapshot is asked for; whatever is left out is as `Wanted` has it, and of now."""

    as_at: date | None
    recorded_by: datetime | None
    audience: str
    title: str
    sections: Iterable[str]
    paper: str
    forecast: Mapping[str, Any] | None
    joiners: Iterable[Joiner]


def wanted_of(asked: Asked) -> Wanted:
    """How the snapshot is to be that was asked for."""
    return Wanted(
        asked.get("audience", "internal"), asked.get("title", ""),
        tuple(asked.get("sections", ())), asked.get("paper", "A4"),
    )  # fmt: skip


@dataclass(frozen=True)
class Material:
    """What a snapshot is drawn from; `playback` gives it its time slider.

    `also` are sites to be withheld that the state itself does not say are sensitive.
    """

    beside: Beside = NOTHING
    playback: Playback | None = None
    joiners: tuple[Joiner, ...] = ()
    also: tuple[Site, ...] = ()


@dataclass(frozen=True)
class Pack:
    """What every form of snapshot is drawn of: a state its audience may see, and its figures."""

    state: State
    figures: Figures
    wanted: Wanted
    course: Course = field(default_factory=Course)
    joiners: tuple[Joiner, ...] = ()
    marks: Marks | None = None
    changes: Comparison | None = None

    @property
    def shown(self) -> Marks:
        """What colours the sites: given marks, else their statuses."""
        return self.marks or by_status(self.state)

    @cached_property
    def outlines(self) -> list[Shape]:
        """The outline of each phase in order: worked out once for all kinds of file."""
        from psnplanner.board.places import outlines

        return outlines(self.state, self.spots)

    @cached_property
    def spots(self) -> Spots:
        """Where each site is drawn, in the state's order."""
        from psnplanner.board.places import spots

        return spots(self.state)

    @property
    def title(self) -> str:
        """The title given, else the programme's name."""
        return self.wanted.title or self.figures["programme"] or "Programme"


def write(
    state: State,
    out_path: str | Path,
    *,
    today: date,
    as_at: date | None = None,
    audience: str = "internal",
    calendar: Calendar | None = None,
    progress: Progress | None = None,
    wanted: Wanted | None = None,
    material: Material | None = None,
) -> Path:
    """Write a snapshot of the state for an audience, and give where it is.

    The suffix decides the kind (SUFFIXES). Figures are drawn for `as_at`, else the
    programme's status date, else today; for a past day give the state as it stood then.
    Raises UserError if the suffix or the audience is not known or the file cannot be
    written, and lets Cancelled through; either way a file of that name is as it was.
    """
    path, tell = Path(out_path), progress or _nobody
    suffix = checked_suffix(path)
    tell(0.0, "Drawing up the figures")
    made = pack(state, wanted or Wanted(audience), material or Material(), today, calendar, as_at)
    save(made, suffix, path, tell)
    return path


def save(
    made: Pack,
    suffix: str,
    path: Path,
    progress: Progress | None = None,
    drawers: DrawnApart | None = None,
) -> None:
    """Write a pack as a file of that kind, whole or not at all; `drawers` may have drawn it."""
    tell = progress or _nobody
    tell(0.2, "Drawing the map")
    content = drawers.content(made, suffix) if drawers else render(made, suffix)
    tell(0.9, f"Writing {path.name}")
    with whole_file(path) as beside:
        beside.write_bytes(content)
    tell(1.0, "Done")


def checked_suffix(path: Path) -> str:
    """The kind of file a name asks for. Raises UserError if a snapshot cannot be one."""
    if path.suffix.lower() in SUFFIXES:
        return path.suffix.lower()
    raise UserError(
        f"A snapshot cannot be a {path.suffix or 'file without a suffix'}.",
        where=str(path),
        remedy=f"End its name with one of: {', '.join(SUFFIXES)}.",
    )


def named_for(path: Path, state: State, audience: str, also: Iterable[Site] = ()) -> Path:
    """The path, if its file's name may be seen by that audience. Raises UserError if not."""
    if betrays(path.name, words_of(withheld(state, audience, also), state)):
        raise UserError("The file's name tells of a site withheld from this audience.", str(path),
                        "Give the file another name.")  # fmt: skip
    return path


def pack(
    state: State,
    wanted: Wanted,
    material: Material,
    today: date,
    calendar: Calendar | None = None,
    as_at: date | None = None,
) -> Pack:
    """Leave out what the audience may not see, then draw up the figures of the rest."""
    if wanted.paper not in PAPERS:
        raise UserError(
            f"There is no paper “{wanted.paper}”.", remedy=f"Use one of: {', '.join(PAPERS)}."
        )
    wanted = dataclasses.replace(wanted, sections=shown_to(wanted.audience, wanted.sections))
    gone = withheld(state, wanted.audience, material.also)
    seen = for_audience(state, wanted.audience, gone)
    plan = material.beside.baseline
    if plan is not None:
        # What is sensitive today is withheld from the plan of a day when it was not yet.
        plan = for_audience(plan, wanted.audience, gone)
    words = words_of(gone, state)
    if betrays(wanted.title, words):
        raise UserError("The title names a site that is withheld from this audience.",
                        remedy="Give it another title.")  # fmt: skip
    name = without(material.beside.name, words)
    public = wanted.audience == "public"
    beside = dataclasses.replace(material.beside, baseline=plan, name=name, public=public)
    drawn = figures(seen, today, calendar, as_at=as_at, beside=beside)
    made = Pack(seen, drawn, wanted, joiners=tuple(shown(material.joiners, gone, words)))
    return made if material.playback is None else replayed(made, material.playback)


def replayed(made: Pack, playback: Playback) -> Pack:
    """The pack with what gives its page the time slider."""
    on = date.fromisoformat(made.figures["status_on"])
    return dataclasses.replace(made, course=course(playback, made.state, on))


def render(made: Pack, suffix: str) -> bytes:
    """A pack as the bytes of a file of that kind; the same bytes for the same pack."""
    with set_aside():  # a page is tens of thousands of things that all last until it is written
        return _render(made, suffix)


def _render(made: Pack, suffix: str) -> bytes:
    # folium and matplotlib take a second each to import: only the one that is needed.
    if suffix == ".html":
        from psnplanner.board.map_page import page

        return page(made)
    if suffix == ".pdf":
        from psnplanner.board.pages import document

        return document(made)
    from psnplanner.board.picture import picture

    return picture(made, suffix.removeprefix("."))


def _nobody(_fraction: float, _doing: str) -> None:
    pass
