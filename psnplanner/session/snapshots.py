"""What the board gets of an open programme: figures, snapshots, issues, comparisons, joiners."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from psnplanner.errors import UserError
from psnplanner.programme.change import creation
from psnplanner.programme.edits import Create
from psnplanner.programme.issued import IssuedSnapshot
from psnplanner.programme.state import State
from psnplanner.session.door import Progress
from psnplanner.session.past import At, Past
from psnplanner.whole_file import whole_file

if TYPE_CHECKING:
    from psnplanner.board.compare import Comparison
    from psnplanner.board.drawn_apart import DrawnApart
    from psnplanner.board.figures import Figures
    from psnplanner.board.joiners import Joiner
    from psnplanner.board.snapshot import Asked, Pack, Wanted
    from psnplanner.history.playback import Playback
    from psnplanner.programme.site import Site


def drawn_apart(outs: Iterable[Path]) -> DrawnApart:
    """Processes that draw these files of a snapshot, to be given to `Session.snapshot`."""
    from psnplanner.board.drawn_apart import DrawnApart

    return DrawnApart(out.suffix.lower() for out in outs)


class Snapshots(Past):
    """Figures and snapshots, of any day."""

    def figures(
        self,
        as_at: date | None = None,
        *,
        recorded_by: datetime | None = None,
        audience: str = "internal",
        forecast: Mapping[str, Any] | None = None,
    ) -> Figures:
        """The figures of the present day, or of the programme as it stood on another.

        With `recorded_by`, from what this file had learnt by that instant; for an audience,
        from what it may see.
        """
        from psnplanner.board.snapshot import Wanted

        at = self._at(as_at, recorded_by)
        return self._pack(at, Wanted(audience), forecast, (), None, replayed=False).figures

    def snapshot(
        self,
        out: Path,
        *others: Path,
        progress: Progress | None = None,
        drawers: DrawnApart | None = None,
        **asked: Unpack[Asked],
    ) -> None:
        """Write a snapshot for the board; its kind follows the file's ending.

        Several files are drawn of the same figures, which are drawn up once; by `drawers`
        (see `drawn_apart`) several at a time.
        """
        from psnplanner.board.snapshot import (
            checked_suffix,
            named_for,
            replayed,
            save,
            wanted_of,
        )

        suffixes = {path: checked_suffix(path) for path in map(Path, (out, *others))}
        at, wanted = self._at(asked.get("as_at"), asked.get("recorded_by")), wanted_of(asked)
        for path in suffixes:
            named_for(path, at.state, wanted.audience, self.sensitive_by())
        extra = asked.get("forecast"), tuple(asked.get("joiners", ()))
        made = self._pack(at, wanted, *extra, progress, replayed=False)
        if drawers is not None:  # what they draw shows no replay
            drawers.begin(made)
        if ".html" in suffixes.values():
            made = replayed(made, self._replay_of(at, progress))
        # First the page, which is made here while the others are drawn.
        for path, suffix in sorted(suffixes.items(), key=lambda out: out[1] != ".html"):
            save(made, suffix, path, progress, drawers)

    def issue(
        self, out: Path, *, progress: Progress | None = None, **asked: Unpack[Asked]
    ) -> IssuedSnapshot:
        """Write a snapshot and record in the programme who issued what, of which knowledge.

        It is for the board unless said. What was issued can be written again, the same to the
        byte, with `reissue`.
        """
        from psnplanner.board import issue
        from psnplanner.board.snapshot import named_for

        if self.read_only:
            raise UserError(self.notice or "A programme that can only be read records no issue.",
                            str(self.path), "Write the snapshot without issuing it.")  # fmt: skip
        asked = {"audience": "board", **asked}
        as_at, recorded_by = asked.get("as_at"), asked.get("recorded_by")
        known = self.vector() if recorded_by is None else self.vector_by(recorded_by)
        at = self._at(as_at, known=known)
        named_for(Path(out), at.state, asked["audience"], self.sensitive_by())
        made = issue.record(Path(out), asked, drawn_on=at.drawn_on, position=known,
                            by=self.author, issued_at=self._clock())  # fmt: skip
        content = self._issued(made, progress)
        made = issue.sealed(made, content)
        label = f"Snapshot “{made.file_name}” issued to {made.audience}"
        with whole_file(Path(out)) as beside:
            beside.write_bytes(content)
            self.do(Create([made], label))  # where that is refused, no file passes for issued
        return made

    def reissue(
        self, snapshot: IssuedSnapshot, out: Path, progress: Progress | None = None
    ) -> None:
        """Write an issued snapshot again. Raises UserError if it would not be the same bytes."""
        from psnplanner.board import issue

        content = self._issued(snapshot, progress)
        issue.check(snapshot, content, out)
        with whole_file(Path(out)) as beside:
            beside.write_bytes(content)

    def _issued(self, asked: IssuedSnapshot, progress: Progress | None) -> bytes:
        from psnplanner.board import issue
        from psnplanner.board.snapshot import render

        known, judged_by = issue.position(asked), issue.judged_by(asked)
        also = self.sensitive_by(known if judged_by is None else self.vector_by(judged_by))
        at = self._at(asked.as_at, known=known, drawn_on=asked.drawn_on)
        replayed = asked.form == ".html"
        made = self._pack(
            at, issue.wanted(asked), *issue.extra(asked), progress, replayed=replayed, also=also
        )
        return render(made, asked.form)

    def _pack(
        self,
        at: At,
        wanted: Wanted,
        forecast: Mapping[str, Any] | None,
        joiners: tuple[Joiner, ...],
        progress: Progress | None,
        *,
        replayed: bool,
        also: tuple[Site, ...] | None = None,
    ) -> Pack:
        """What any kind of file is drawn from; only a page that replays needs the journal read.

        `also` is what else to withhold: what is sensitive by now, unless said.
        """
        from psnplanner.board.snapshot import Material, pack

        reel = self._replay_of(at, progress) if replayed else None
        also = self.sensitive_by() if also is None else also
        material = Material(self._beside(at.state, forecast), reel, joiners, also)
        return pack(at.state, wanted, material, at.drawn_on, at.calendar, at.as_at)

    def _replay_of(self, at: At, progress: Progress | None) -> Playback:
        return self.playback(progress) if at.known is None else self._playback_of(at)

    def compare(
        self,
        from_day: date,
        to_day: date,
        *,
        recorded_by: datetime | None = None,
        audience: str = "internal",
    ) -> Comparison:
        """What changed from one day to another."""
        from psnplanner.board.compare import compare
        from psnplanner.board.redact import for_audience, withheld

        if to_day < from_day:
            raise UserError("The second day is before the first.",
                            remedy="Give the earlier day first.")  # fmt: skip
        before, after = (self._at(day, recorded_by) for day in (from_day, to_day))
        gone = self.sensitive_by()
        for at in (before, after):
            gone = withheld(at.state, audience, gone)
        was, now = (for_audience(at.state, audience, gone) for at in (before, after))
        return compare(was, now, from_day, to_day, self.calendar)

    def write_comparison(
        self,
        out: Path,
        from_day: date,
        to_day: date,
        *,
        audience: str = "internal",
        recorded_by: datetime | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Write what changed as a page with a map (.html) or as a map (.png, .svg, .pdf)."""
        from psnplanner.board.compare_map import draw
        from psnplanner.board.redact import withheld
        from psnplanner.board.snapshot import Wanted, checked_suffix, named_for, save

        before, at = self._at(from_day, recorded_by), self._at(to_day, recorded_by)
        gone = withheld(before.state, audience, self.sensitive_by())
        suffix = checked_suffix(named_for(Path(out), at.state, audience, gone))
        found = self.compare(from_day, to_day, recorded_by=recorded_by, audience=audience)
        made = self._pack(at, Wanted(audience), None, (), progress, replayed=False, also=gone)
        save(draw(made, found), suffix, Path(out), progress)

    def title_for(self, audience: str) -> str:
        """What the programme is called before an audience."""
        from psnplanner.board.redact import for_audience

        return for_audience(self.state, audience, self.sensitive_by()).programme.name

    def joiners(self, path: Path, *, audience: str = "internal") -> list[Joiner]:
        """A list of prospective organisations set against the live network; nothing changes."""
        from psnplanner.board.betrayal import words_of
        from psnplanner.board.joiners import joiners, shown
        from psnplanner.board.redact import for_audience, withheld
        from psnplanner.intake.lists import read_list

        scratch = State().after([creation(self.state.programme)])
        preview = read_list(path, scratch, today=self.present_day)
        prospects = scratch.after(preview.edit.propose(scratch, self.today).changes)
        gone = withheld(self.state, audience, self.sensitive_by())
        found = joiners(for_audience(self.state, audience, gone), prospects)
        return shown(found, gone, words_of(gone, self.state))
