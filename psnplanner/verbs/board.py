"""The verbs of the board: figures, snapshot."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from psnplanner import console
from psnplanner.console import Day, show
from psnplanner.verbs import text
from psnplanner.verbs.options import FILE, json_option, open_programme


@click.command()
@FILE
@click.option("--as-at", type=Day(), help="The programme as it stood on a day.")
@json_option
def figures(file: Path, as_at: date | None, as_json: bool) -> None:
    """The figures: how far, what waits on whom, what it saves."""
    with open_programme(file, read_only=True) as session:
        found = session.figures(as_at)
    show(as_json, found, lambda: text.figure_lines(found))


@click.command()
@FILE
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--as-at", type=Day(), help="The programme as it stood on a day.")
@click.option(
    "--audience",
    type=click.Choice(["internal", "board", "public"]),
    default="internal",
    show_default=True,
)
@json_option
def snapshot(file: Path, out: Path, as_at: date | None, audience: str, as_json: bool) -> None:
    """Write a snapshot for the board: OUT.html, OUT.png, OUT.pdf or OUT.svg."""
    with open_programme(file, read_only=True) as session:
        session.snapshot(out, as_at=as_at, audience=audience, progress=console.progress())
    size = out.stat().st_size
    said = {"file": str(out), "bytes": size, "audience": audience, "as_at": as_at}
    show(as_json, said, lambda: [f"Wrote {out} ({size / 1e3:,.0f} kB)."])
