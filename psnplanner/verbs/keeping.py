"""The verbs that keep a file safe: verify, backup, repair."""

from __future__ import annotations

from pathlib import Path

import click

from psnplanner import console
from psnplanner.console import show
from psnplanner.errors import UserError
from psnplanner.verbs.options import FILE, json_option, open_programme


@click.command()
@FILE
@json_option
def verify(file: Path, as_json: bool) -> None:
    """Check the file: its pages, the chain of its changes, and its tables by replay."""
    with open_programme(file, read_only=True) as session:
        faults = session.verify(console.progress())
        changes = len(session.transactions())
    document = {"file": str(file), "sound": not faults, "transactions": changes, "faults": faults}
    sound = [f"{file} is sound: {changes:,} transactions replay to what its tables hold."]
    show(as_json, document, lambda: [] if faults else sound)
    if faults:
        raise UserError(
            " ".join(faults), where=str(file), remedy="Go back to a backup made before the damage."
        )


@click.command()
@FILE
@click.argument("out", type=click.Path(path_type=Path))
@json_option
def backup(file: Path, out: Path, as_json: bool) -> None:
    """Copy the whole programme to a new file, whole or not at all."""
    with open_programme(file, read_only=True) as session:
        session.backup(out)
    size = out.stat().st_size
    said = {"file": str(out), "bytes": size}
    show(as_json, said, lambda: [f"Wrote {out} ({size / 1e3:,.0f} kB)."])


@click.command()
@FILE
@click.argument("out", type=click.Path(path_type=Path))
@json_option
def repair(file: Path, out: Path, as_json: bool) -> None:
    """Save what can be saved of a damaged programme into a new file."""
    from psnplanner.session import repair as save

    found = save(file, out)
    document = {
        "file": str(out),
        "changes": found.changes,
        "changes_before": found.changes_before,
        "share": round(found.share, 4),
        "transactions": found.transactions,
        "photographs": found.photographs,
        "torn": found.torn,
    }
    lines = [
        f"Saved {found.changes:,} of {found.changes_before:,} changes ({found.share:.1%}) to {out}."
    ]
    if found.torn:
        lines += [f"{len(found.torn):,} transactions lost some of theirs:"]
        lines += [f"  {label}" for label in found.torn[:50]]
    show(as_json, document, lambda: lines)
