"""The command line: one thin function per verb. The window offers the same verbs."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from psnplanner import __version__, console
from psnplanner.console import show
from psnplanner.errors import UserError
from psnplanner.verbs import (
    board,
    boundaries,
    field,
    forecast,
    hub,
    keeping,
    lists,
    plan,
    programme,
)
from psnplanner.verbs.options import FILE, ends_with, json_option, open_programme

DEMO_FILE = "cmpsn-demo.gpkg"


def main() -> None:
    """The entry point: exits 0, or 1 with one message, or 2 for usage."""
    console.use_utf8()
    sys.exit(console.run(lambda: cli.main(standalone_mode=False)))


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="psnplanner")
@click.pass_context
def cli(context: click.Context) -> None:
    """Plan and track the roll-out of a public services network. Without a verb: the window."""
    if context.invoked_subcommand is None:
        from psnplanner.ui.app import run

        context.exit(run(None))


@cli.command("open")
@FILE
@json_option
def open_window(file: Path, as_json: bool) -> None:
    """Open a programme in the window."""
    from psnplanner.ui.app import run

    code = run(file)
    show(as_json, {"file": str(file), "exit": code}, list)
    click.get_current_context().exit(code)


@cli.command()
@click.argument("file", type=click.Path(path_type=Path), default=DEMO_FILE)
@json_option
def demo(file: Path, as_json: bool) -> None:
    """Write the illustrative programme and open it in the window.

    With no display it writes a board snapshot beside the file instead.
    """
    from psnplanner.demo import write
    from psnplanner.ui import display

    ends_with(file, ".gpkg")
    written = not file.exists()
    if written:
        write(file, console.progress())
    said = {"file": str(file), "written": written, "illustrative": True, "snapshot": None}
    lines = [
        f"{'Wrote' if written else 'Already here:'} {file}: an illustrative programme. "
        "Its buildings are made up round real towns."
    ]
    try:
        display.check()
    except UserError as reason:
        snapshot_file = file.with_suffix(".html")
        with open_programme(file, read_only=True) as session:
            session.snapshot(snapshot_file, progress=console.progress())
        said |= {"snapshot": str(snapshot_file), "no_window": reason.what}
        lines += [f"No window here: {reason}", f"Wrote the board's snapshot {snapshot_file}."]
        show(as_json, said, lambda: lines)
        return
    show(as_json, said, lambda: lines)
    from psnplanner.ui.app import run

    click.get_current_context().exit(run(file))


for verb in (
    programme.new, lists.import_list, lists.duplicates, lists.gazetteer, programme.record,
    programme.edit, plan.plan, plan.explain, plan.wishes, plan.scenarios, plan.findings,
    board.figures, board.snapshot, board.snapshots, board.reissue,
    board.baseline, board.compare, board.joiners, lists.export,
    forecast.forecast, forecast.savings, forecast.network, boundaries.boundary,
    field.pack, field.unlock, field.return_work, field.merge, field.conflicts, field.settle,
    field.photographs,
    programme.history, programme.undo, programme.redo, keeping.verify, keeping.backup,
    keeping.restore, keeping.repair, keeping.encrypt, keeping.decrypt, hub.hub,
):  # fmt: skip
    cli.add_command(verb)
