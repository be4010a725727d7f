"""The command line: one thin function per verb. The window offers the same verbs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from psnplanner import __version__, cli_text, console
from psnplanner.console import Day, show
from psnplanner.errors import UserError

if TYPE_CHECKING:
    from psnplanner.session import Session

FILE = click.argument("file", type=click.Path(path_type=Path))
DEMO_FILE = "cmpsn-demo.gpkg"
EDITABLE = (
    "programme", "partner", "site", "node", "phase", "wayleave", "certificate", "closed-window"
)  # fmt: skip


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option every verb takes."""
    text = "One JSON document on standard output, nothing else."
    return click.option("--json", "as_json", is_flag=True, help=text)(command)


def main() -> None:
    """The entry point: exits 0, or 1 with one message, or 2 for usage."""
    console.use_utf8()
    sys.exit(console.run(lambda: cli.main(standalone_mode=False)))


def _open(file: Path, by: str = "", *, read_only: bool = False) -> Session:
    from psnplanner.session import Session

    return Session.open(file, author=by, read_only=read_only)


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
        with _open(file, read_only=True) as session:
            session.snapshot(snapshot_file, progress=console.progress())
        said |= {"snapshot": str(snapshot_file), "no_window": reason.what}
        lines += [f"No window here: {reason}", f"Wrote the board's snapshot {snapshot_file}."]
        show(as_json, said, lambda: lines)
        return
    show(as_json, said, lambda: lines)
    from psnplanner.ui.app import run

    click.get_current_context().exit(run(file))


@cli.command()
@FILE
@click.option("--name", default="CMPSN", show_default=True, help="What the programme is called.")
@click.option("--go-live", type=Day(), default="2015-04-01", show_default=True)
@click.option("--starts-on", type=Day(), help="First day; by default that of the contract.")
@click.option("--status-date", type=Day(), help="The day figures are drawn for, if not today.")
@json_option
def new(
    file: Path,
    name: str,
    go_live: date,
    starts_on: date | None,
    status_date: date | None,
    as_json: bool,
) -> None:
    """Make a new programme file."""
    from psnplanner.programme.gates import uk
    from psnplanner.session import Session, new_programme

    programme = new_programme(name, go_live, starts_on, status_date)
    Session.create(file, programme).close()
    said = {
        "file": str(file),
        "name": name,
        "starts_on": programme.starts_on,
        "go_live_on": go_live,
        "status_on": programme.status_on,
    }
    lines = [f"Made {file}: {name}, to go live on {uk(go_live)}."]
    if programme.status_on and not status_date:
        lines.append(
            f"Go-live is past, so the status date is set to {uk(programme.status_on)}; "
            "it moves on with what is recorded."
        )
    show(as_json, said, lambda: lines)


@cli.command("import")
@FILE
@click.argument("list_file", metavar="LIST", type=click.Path(path_type=Path))
@click.option("--column", "columns", multiple=True, metavar='"Header=field"', help="Correct one.")
@click.option("--sheet", help="Which sheet of a workbook, or layer of a GeoPackage.")
@click.option("--online", is_flag=True, help="Ask the internet for addresses nothing else places.")
@click.option("--take-list", is_flag=True, help="Let the list overrule newer field work.")
@click.option("--problems", type=click.Path(path_type=Path), help="Write rows to mend: .xlsx.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")
@json_option
def import_list(
    file: Path,
    list_file: Path,
    columns: tuple[str, ...],
    sheet: str | None,
    online: bool,
    take_list: bool,
    problems: Path | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Load a partner's site list: CSV, XLSX, XLS, ODS, GeoJSON, GeoPackage, Shapefile, KML ..."""
    pairs = dict(_pair(item) for item in columns)
    with _open(file, read_only=dry_run) as session:
        preview = session.read_list(
            list_file,
            sheet=sheet,
            columns=pairs,
            online=online,
            take_list=take_list,
            progress=console.progress(),
        )
        twice = session.duplicate_report(preview.adding.new)
        if not dry_run:
            session.do(preview.edit)
        report = {**preview.report(), "duplicates": twice, "dry_run": dry_run}
        if problems is not None:
            report["rows_to_mend"] = session.write_problem_rows(preview, problems)
    show(as_json, report, lambda: cli_text.import_lines(report))


def _pair(text: str) -> tuple[str, str]:
    header, equals, field = text.rpartition("=")
    if not equals:
        raise click.BadParameter(f"“{text}” is not of the form Header=field", param_hint="--column")
    return header.strip(), field.strip()


@cli.command()
@FILE
@click.option("--settle", type=click.Choice(["proposed", "merge", "shared", "keep"]))
@click.option("--group", "numbers", type=click.IntRange(1), multiple=True, help="Only these.")
@click.option("--at-least", type=click.FloatRange(0, 1), default=0.0, help="Only so sure or surer.")
@click.option("--by", default="", help="Who settles it.")
@json_option
def duplicates(
    file: Path,
    settle: str | None,
    numbers: tuple[int, ...],
    at_least: float,
    by: str,
    as_json: bool,
) -> None:
    """Buildings that seem to be there twice, with reasons; settle them in one change.

    As proposed (groups to look at are left), or all the chosen ones as merge, shared or keep.
    """
    from psnplanner.programme.duplicate_edits import settlement

    with _open(file, by, read_only=settle is None) as session:
        found = list(enumerate(session.duplicates(), 1))
        told = dict(enumerate(session.duplicate_report(), 1))
        chosen = [
            (number, group)
            for number, group in found
            if group.confidence >= at_least and (not numbers or number in numbers)
        ]
        label = None
        if settle is not None:
            groups = [
                (settle.replace("proposed", g.proposal), g.sites, g.building) for _, g in chosen
            ]
            made = session.do(settlement(groups))
            label = made.label if made else None
        document = {
            "groups": [{"group": number, **told[number]} for number, _ in chosen],
            "settled": label,
        }
    show(as_json, document, lambda: cli_text.duplicate_lines(document))


@cli.command()
@FILE
@click.argument("out", type=click.Path(path_type=Path))
@json_option
def export(file: Path, out: Path, as_json: bool) -> None:
    """Write the sites for other programs: OUT.csv, .xlsx, .geojson, .kml, .shp, .zip or .gpkg."""
    with _open(file, read_only=True) as session:
        count = session.export(out, console.progress())
    show(as_json, {"file": str(out), "sites": count}, lambda: [f"Wrote {count:,} sites to {out}."])


@cli.group()
def gazetteer() -> None:
    """The postcodes this machine knows."""


@gazetteer.command("add")
@click.argument("zip_file", metavar="ZIP", type=click.Path(path_type=Path))
@json_option
def gazetteer_add(zip_file: Path, as_json: bool) -> None:
    """Load a release of OS Code-Point Open, as downloaded. Kept per user."""
    from psnplanner.geography.gazetteer import add_release

    tell = console.progress()
    release = add_release(
        zip_file, tell and (lambda done, of: tell(done / max(of, 1), "Reading postcodes"))
    )
    said = {"release": release.month, "title": release.title, "postcodes": release.postcodes}
    show(as_json, said, lambda: [f"Loaded {release.postcodes:,} postcodes: {release.title}."])


@cli.command()
@FILE
@click.argument("site")
@click.argument("stage")
@click.argument("state")
@click.option("--on", type=Day(), help="The day it happened; by default the programme's own.")
@click.option("--by", default="", help="Who says so.")
@click.option("--note", help="Kept with the stage.")
@click.option("--waiting-on", default="", help="Whom it waits on, if not the stage's owner.")
@click.option("--override", default="", metavar="REASON", help="Pass a gate; stays on record.")
@json_option
def record(
    file: Path,
    site: str,
    stage: str,
    state: str,
    on: date | None,
    by: str,
    note: str | None,
    waiting_on: str,
    override: str,
    as_json: bool,
) -> None:
    """Record the progress of a site, e.g. record cm.gpkg CM0001 "Site survey" done."""
    from psnplanner.programme import field_text
    from psnplanner.programme.gates import uk
    from psnplanner.programme.stage_edits import RecordStage

    with _open(file, by) as session:
        found = field_text.site(session.state, site)
        which, before = session.state.workflow.find(stage), session.state.programme.status_on
        made = session.do(
            RecordStage(
                found.id,
                which.key,
                field_text.stage_state(state),
                on,
                by=session.author,
                note=note,
                waiting_on=waiting_on,
                override=override,
            )
        )
        said = {
            "site": found.reference,
            "stage": which.name,
            "state": field_text.stage_state(state),
            "on": made.effective_on if made else on,
            "status": session.state.statuses[found.id],
            "changed": made is not None,
            "status_on": (now := session.state.programme.status_on),
        }
    what = f"{which.name} {said['state']} at {found.reference} {found.name}"
    lines = [f"{what}; the site is {said['status']}." if made else f"{what}: it was so already."]
    if now and now != before:
        lines.append(f"The status date moves on to {uk(now)}.")
    show(as_json, said, lambda: lines)


@cli.command()
@FILE
@click.argument("kind", type=click.Choice(EDITABLE))
@click.argument("name")
@click.argument("values", nargs=-1, metavar="[FIELD=VALUE]...")
@click.option("--new", "is_new", is_flag=True, help="Make a new one of that name.")
@click.option("--delete", is_flag=True, help="Remove it.")
@click.option("--override", default="", metavar="REASON", help="Pass a wayleave's gate.")
@click.option("--by", default="", help="Who changes it.")
@json_option
def edit(
    file: Path,
    kind: str,
    name: str,
    values: tuple[str, ...],
    is_new: bool,
    delete: bool,
    override: str,
    by: str,
    as_json: bool,
) -> None:
    """Change anything else: a node gone live, a phase's window, a wayleave, a certificate.

    NAME is a site's reference, or the name of a partner, node, phase or closed window; that of
    the site for a wayleave, of the partner for a certificate (which adds one), and anything
    for the programme itself.
    """
    from psnplanner.programme.typed_edits import typed_edit

    with _open(file, by) as session:
        wanted = typed_edit(
            session.state, kind.replace("-", "_"), name, values,
            read_day=console.read_day, is_new=is_new, delete=delete, override=override,
        )  # fmt: skip
        made = session.do(wanted)
    label = made.label if made else "Nothing to change: it was so already"
    show(as_json, {"changed": made is not None, "label": label}, lambda: [f"{label}."])


@cli.command()
@FILE
@click.option("--phases", type=click.IntRange(1, 200), help="How many to propose.")
@click.option("--seconds", type=click.FloatRange(0.1, 3600), default=5.0, show_default=True)
@click.option("--apply", "apply_it", is_flag=True, help="Put the plan in force.")
@click.option("--keep-locks/--ignore-locks", default=True, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@json_option
def plan(
    file: Path,
    phases: int | None,
    seconds: float,
    apply_it: bool,
    keep_locks: bool,
    seed: int,
    as_json: bool,
) -> None:
    """Propose which sites go into which phase."""
    from psnplanner.planning.plan import Options

    with _open(file, read_only=not apply_it) as session:
        options = Options(phases=phases, seconds=seconds, keep_locks=keep_locks, seed=seed)
        found = session.propose_plan(options, console.progress())
        if apply_it:
            session.do(found.edit)
        report = {**found.report(), "applied": apply_it}
    show(as_json, report, lambda: cli_text.plan_lines(report))


@cli.command()
@FILE
@json_option
def findings(file: Path, as_json: bool) -> None:
    """What is wrong with the plan as it stands, and what to do about it."""
    with _open(file, read_only=True) as session:
        sites = session.state.sites
        document = [
            {
                "code": item.code,
                "severity": item.severity,
                "sentence": item.sentence,
                "remedy": item.remedy,
                "sites": [sites[ident].reference for ident in item.sites if ident in sites],
            }
            for item in session.findings()
        ]
    lines = [f"{f['severity']}: {f['sentence']} {f['remedy']}" for f in document]
    show(as_json, document, lambda: lines or ["Nothing is wrong with the plan as it stands."])


@cli.command()
@FILE
@click.option("--as-at", type=Day(), help="The programme as it stood on a day.")
@json_option
def figures(file: Path, as_at: date | None, as_json: bool) -> None:
    """The figures: how far, what waits on whom, what it saves."""
    with _open(file, read_only=True) as session:
        found = session.figures(as_at)
    show(as_json, found, lambda: cli_text.figure_lines(found))


@cli.command()
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
    with _open(file, read_only=True) as session:
        session.snapshot(out, as_at=as_at, audience=audience, progress=console.progress())
    size = out.stat().st_size
    said = {"file": str(out), "bytes": size, "audience": audience, "as_at": as_at}
    show(as_json, said, lambda: [f"Wrote {out} ({size / 1e3:,.0f} kB)."])


@cli.command()
@FILE
@click.option("--site", help="Only what happened to one site.")
@json_option
def history(file: Path, site: str | None, as_json: bool) -> None:
    """What happened, oldest first: when it counts from, who, what."""
    from psnplanner.programme import field_text

    with _open(file, read_only=True) as session:
        entries = session.history(field_text.site(session.state, site).id if site else None)
    document = [
        {
            "transaction": f"{entry.key[0]}.{entry.key[1]}",
            "kind": entry.kind,
            "effective_on": entry.effective_on,
            "recorded_at": entry.recorded_at.isoformat(timespec="seconds"),
            "author": entry.author,
            "sentence": entry.sentence,
        }
        for entry in entries
    ]
    show(
        as_json,
        document,
        lambda: [f"{e['effective_on']}  {e['author']}  {e['sentence']}" for e in document],
    )


@cli.command()
@FILE
@click.option("--transaction", metavar="ID", help="Take back this one of the history.")
@click.option("--by", default="", help="Who takes it back.")
@json_option
def undo(file: Path, transaction: str | None, by: str, as_json: bool) -> None:
    """Take back the last change, or the one named, as a new change."""
    with _open(file, by) as session:
        key = None if transaction is None else _transaction_key(transaction)
        made = session.undo(key)
    show(as_json, {"label": made.label, "changes": made.count}, lambda: [f"{made.label}."])


def _transaction_key(text: str) -> tuple[int, int]:
    device, dot, number = text.partition(".")
    if not (dot and text.isascii() and device.isdigit() and number.isdigit()):
        raise click.BadParameter(
            f"“{text}” is no transaction; “history --json” lists them", param_hint="--transaction"
        )
    return int(device), int(number)


@cli.command()
@FILE
@click.option("--by", default="", help="Who brings it back.")
@json_option
def redo(file: Path, by: str, as_json: bool) -> None:
    """Bring back the last change taken back."""
    with _open(file, by) as session:
        made = session.redo()
    show(as_json, {"label": made.label, "changes": made.count}, lambda: [f"{made.label}."])


@cli.command()
@FILE
@json_option
def verify(file: Path, as_json: bool) -> None:
    """Check the file: its pages, the chain of its changes, and its tables by replay."""
    with _open(file, read_only=True) as session:
        faults = session.verify(console.progress())
        changes = len(session.transactions())
    document = {"file": str(file), "sound": not faults, "transactions": changes, "faults": faults}
    sound = [f"{file} is sound: {changes:,} transactions replay to what its tables hold."]
    show(as_json, document, lambda: [] if faults else sound)
    if faults:
        raise UserError(
            " ".join(faults), where=str(file), remedy="Go back to a backup made before the damage."
        )


@cli.command()
@FILE
@click.argument("out", type=click.Path(path_type=Path))
@json_option
def backup(file: Path, out: Path, as_json: bool) -> None:
    """Copy the whole programme to a new file, whole or not at all."""
    with _open(file, read_only=True) as session:
        session.backup(out)
    size = out.stat().st_size
    said = {"file": str(out), "bytes": size}
    show(as_json, said, lambda: [f"Wrote {out} ({size / 1e3:,.0f} kB)."])
