"""The verbs of the board: figures, snapshot, baseline, compare, joiners."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from psnplanner import console
from psnplanner.console import Day, show
from psnplanner.errors import UserError
from psnplanner.programme.words import uk
from psnplanner.verbs import board_text, text
from psnplanner.verbs.options import FILE, Out, json_option, open_programme

if TYPE_CHECKING:
    from psnplanner.programme.issued import IssuedSnapshot
    from psnplanner.session import Session


class Instant(click.ParamType):  # type: ignore[type-arg]
    """An instant, ISO 8601; without an offset it is the time of this machine."""

    name = "instant"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        """The instant in UTC."""
        try:
            return datetime.fromisoformat(str(value)).astimezone(UTC)
        except ValueError:
            self.fail(f"“{value}” is no instant; write 2014-10-06 or 2014-10-06T17:30.", param, ctx)


AS_AT = click.option("--as-at", type=Day(), help="The programme as it stood on a day.")
RECORDED_BY = click.option(
    "--recorded-by", type=Instant(), help="Only what the file had learnt by then."
)


def forecast_option(default: bool) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Whether the chance of go-live and the band of the burn-up are worked out and shown."""
    return click.option(
        "--forecast/--no-forecast", "foreseen", default=default, show_default=True,
        help="With the odds of go-live: 1,000 runs, about a second at 1,000 sites.",
    )  # fmt: skip


AUDIENCES = click.Choice(["internal", "board", "public"])


def audience_option(default: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """For whom: sites marked sensitive leave the data of all but the internal."""
    return click.option("--audience", type=AUDIENCES, default=default, show_default=True)


def _tell_if_to_come(session: Session, day: date | None) -> None:
    """Say, beside what is drawn for a day ahead, that nothing can be recorded for it yet."""
    if day is not None and day > session.present_day:
        click.echo(
            f"Note: {uk(day)} is still to come, the programme stands at "
            f"{uk(session.present_day)}: what is not recorded yet counts as not done.",
            err=True,
        )


@click.command()
@FILE
@AS_AT
@RECORDED_BY
@audience_option("internal")
@forecast_option(default=False)
@json_option
def figures(
    file: Path,
    as_at: date | None,
    recorded_by: datetime | None,
    audience: str,
    foreseen: bool,
    as_json: bool,
) -> None:
    """The figures: how far, what waits on whom, who cost how many days, what it saves."""
    with open_programme(file, read_only=True) as session:
        _tell_if_to_come(session, as_at)
        of: dict[str, Any] = {"recorded_by": recorded_by, "audience": audience}
        odds = _odds(session, as_at=as_at, **of) if foreseen else None
        found = session.figures(as_at, **of, forecast=odds)
    show(as_json, found, lambda: [*text.figure_lines(found), *board_text.ledger_lines(found)])


@click.command()
@FILE
@click.argument("outs", type=Out(), nargs=-1, required=True, metavar="OUT...")
@AS_AT
@RECORDED_BY
@audience_option("internal")
@click.option("--title", default="", help="Instead of the programme's name.")
@click.option("--section", "sections", multiple=True, help="Only these; give it again for more.")
@click.option("--paper", type=click.Choice(["A4", "A3"]), default="A4", show_default=True)
@click.option("--joiners", "prospects", type=click.Path(path_type=Path), help="A list to show.")
@forecast_option(default=True)
@click.option("--issue", is_flag=True, help="Record in the programme that it was issued.")
@click.option("--by", default="", help="Who issues it.")
@json_option
def snapshot(
    file: Path,
    outs: tuple[Path, ...],
    as_at: date | None,
    recorded_by: datetime | None,
    audience: str,
    title: str,
    sections: tuple[str, ...],
    paper: str,
    prospects: Path | None,
    foreseen: bool,
    issue: bool,
    by: str,
    as_json: bool,
) -> None:
    """Write a snapshot for the board: OUT.html, OUT.png, OUT.pdf or OUT.svg, or several."""
    from psnplanner.session.snapshots import drawn_apart

    issued = []
    apart = drawn_apart(() if issue else outs)
    with apart, open_programme(file, by, read_only=not issue) as session:
        _tell_if_to_come(session, as_at)
        how: dict[str, Any] = {
            "as_at": as_at, "recorded_by": recorded_by, "audience": audience, "title": title,
            "sections": sections, "paper": paper, "progress": console.progress(),
            "joiners": session.joiners(prospects, audience=audience) if prospects else (),
        }  # fmt: skip
        if foreseen:
            how["forecast"] = _odds(
                session, as_at=as_at, recorded_by=recorded_by, audience=audience
            )
        if issue:
            issued = [session.issue(out, **how) for out in outs]
        else:
            session.snapshot(*outs, **how, drawers=apart)
    files: list[dict[str, Any]] = [{"file": str(out), "bytes": out.stat().st_size} for out in outs]
    said = {**files[0], "files": files, "audience": audience, "as_at": as_at,
            "issued": board_text.issued(issued[0], 0) if issued else None}  # fmt: skip
    show(as_json, said, lambda: [f"Wrote {f['file']} ({f['bytes'] / 1e3:,.0f} kB)." for f in files])


def _odds(session: Session, **of: Any) -> dict[str, Any] | None:
    return session.forecast_for_board(**of, progress=console.progress())


@click.command()
@FILE
@json_option
def snapshots(file: Path, as_json: bool) -> None:
    """The snapshots that were issued: when, by whom, for whom, and their hashes."""
    with open_programme(file, read_only=True) as session:
        found = [board_text.issued(s, n) for n, s in enumerate(_issued(session), 1)]
    show(as_json, found, lambda: board_text.issued_lines(found))


@click.command()
@FILE
@click.argument("number", type=int)
@click.argument("out", type=Out())
@json_option
def reissue(file: Path, number: int, out: Path, as_json: bool) -> None:
    """Write an issued snapshot again, the same to the byte; NUMBER as “snapshots” lists it."""
    with open_programme(file, read_only=True) as session:
        known = _issued(session)
        if not 1 <= number <= len(known):
            raise UserError(f"No snapshot {number} was issued.", str(file),
                            "See “snapshots” for those that were.")  # fmt: skip
        session.reissue(known[number - 1], out, console.progress())
        said = board_text.issued(known[number - 1], number)
    show(as_json, {**said, "file": str(out)}, lambda: [f"Wrote {out} again, the same bytes."])


def _issued(session: Session) -> list[IssuedSnapshot]:
    found = session.state.issued_snapshots.values()
    return sorted(found, key=lambda issued: (issued.issued_at, issued.id))


@click.command()
@FILE
@click.argument("name", default="")
@AS_AT
@click.option("--approved-on", type=Day(), help="When it was approved; by default that day.")
@click.option("--note", default="", help="Who approved it, and where that is minuted.")
@click.option("--by", default="", help="Who records it.")
@json_option
def baseline(
    file: Path,
    name: str,
    as_at: date | None,
    approved_on: date | None,
    note: str,
    by: str,
    as_json: bool,
) -> None:
    """Approve the plan as the baseline NAME; without a name, list the baselines."""
    with open_programme(file, by, read_only=not name) as session:
        if name:
            session.approve_baseline(name, as_at=as_at, approved_on=approved_on, note=note)
        found = [
            {"name": b.name, "approved_on": b.approved_on, "as_at": b.as_at, "by": b.by,
             "note": b.note, "sites": len(session.baseline_state(b).sites)}
            for b in sorted(session.state.baselines.values(),
                            key=lambda b: (b.approved_on or date.min, b.id))
        ]  # fmt: skip
    show(as_json, found, lambda: board_text.baseline_lines(found))


@click.command()
@FILE
@click.option("--from", "from_day", type=Day(), required=True, help="The earlier day.")
@click.option("--to", "to_day", type=Day(), required=True, help="The later day.")
@click.option("--out", type=Out(), metavar="PATH", help="OUT.html, .png, .svg or .pdf.")
@RECORDED_BY
@audience_option("internal")
@json_option
def compare(
    file: Path,
    from_day: date,
    to_day: date,
    out: Path | None,
    recorded_by: datetime | None,
    audience: str,
    as_json: bool,
) -> None:
    """What changed between two days: live, slipped, blocked, moved, added, removed, money."""
    with open_programme(file, read_only=True) as session:
        _tell_if_to_come(session, to_day)
        found = session.compare(from_day, to_day, recorded_by=recorded_by, audience=audience)
        if out is not None:
            session.write_comparison(
                out, from_day, to_day, audience=audience, recorded_by=recorded_by,
                progress=console.progress(),
            )  # fmt: skip
    show(as_json, {**found, "file": str(out) if out else None},
         lambda: board_text.comparison_lines(found, out))  # fmt: skip


@click.command()
@FILE
@click.argument("prospects", type=click.Path(path_type=Path), metavar="LIST")
@audience_option("internal")
@json_option
def joiners(file: Path, prospects: Path, audience: str, as_json: bool) -> None:
    """Set a LIST of organisations that may join against the live network."""
    with open_programme(file, read_only=True) as session:
        found = session.joiners(prospects, audience=audience)
    show(as_json, found, lambda: board_text.joiner_lines(found))
