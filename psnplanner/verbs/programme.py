"""The verbs that begin, change and undo: new, record, edit, history, undo, redo."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from psnplanner import console
from psnplanner.console import Day, show
from psnplanner.verbs.options import FILE, Words, ends_with, json_option, open_programme
from psnplanner.verbs.passphrase import fresh, passphrase_option

EDITABLE = (
    "programme", "partner", "site", "node", "phase", "wayleave", "certificate", "closed-window"
)  # fmt: skip


@click.command()
@FILE
@click.option(
    "--name", type=Words(), default="CMPSN", show_default=True, help="What the programme is called."
)
@click.option("--go-live", type=Day(), default="2015-04-01", show_default=True)
@click.option("--starts-on", type=Day(), help="First day; by default that of the contract.")
@click.option("--status-date", type=Day(), help="The day figures are drawn for, if not today.")
@click.option("--encrypt", is_flag=True, help="Under a passphrase; QGIS cannot read it then.")
@passphrase_option
@json_option
def new(
    file: Path,
    name: str,
    go_live: date,
    starts_on: date | None,
    status_date: date | None,
    encrypt: bool,
    passphrase_file: Path | None,
    as_json: bool,
) -> None:
    """Make a new programme file.

    Plain, it is a GeoPackage that QGIS and any SQLite tool read, and so does whoever gets hold of
    it. With --encrypt only PSN Planner reads it, and only by its passphrase, which nobody can
    bring back.
    """
    from psnplanner.programme.gates import uk
    from psnplanner.session import Session, new_programme

    ends_with(file, ".gpkg")
    programme = new_programme(name, go_live, starts_on, status_date)
    words = fresh(passphrase_file) if encrypt else ""
    Session.create(file, programme, passphrase=words).close()
    said = {
        "file": str(file),
        "name": name,
        "starts_on": programme.starts_on,
        "go_live_on": go_live,
        "status_on": programme.status_on,
        "encrypted": encrypt,
    }
    lines = [f"Made {file}: {name}, to go live on {uk(go_live)}."]
    if programme.status_on and not status_date:
        lines.append(
            f"Go-live is past, so the status date is set to {uk(programme.status_on)}; "
            "it moves on with what is recorded."
        )
    show(as_json, said, lambda: lines)


@click.command()
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

    with open_programme(file, by) as session:
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


@click.command()
@FILE
@click.argument("kind", type=click.Choice(EDITABLE), metavar="KIND")
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

    KIND is programme, partner, site, node, phase, wayleave, certificate or closed-window. NAME
    is a site's reference, or the name of a partner, node, phase or closed window; that of
    the site for a wayleave, of the partner for a certificate (which adds one), and anything
    for the programme itself.
    """
    from psnplanner.programme.typed_edits import typed_edit

    with open_programme(file, by) as session:
        wanted = typed_edit(
            session.state, kind.replace("-", "_"), name, values,
            read_day=console.read_day, is_new=is_new, delete=delete, override=override,
        )  # fmt: skip
        made = session.do(wanted)
    label = made.label if made else "Nothing to change: it was so already"
    show(as_json, {"changed": made is not None, "label": label}, lambda: [f"{label}."])


@click.command()
@FILE
@click.option("--site", help="Only what happened to one site.")
@json_option
def history(file: Path, site: str | None, as_json: bool) -> None:
    """What happened, oldest first: when it counts from, who, what."""
    from psnplanner.programme import field_text

    with open_programme(file, read_only=True) as session:
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


@click.command()
@FILE
@click.option("--transaction", metavar="ID", help="Take back this one of the history.")
@click.option("--by", default="", help="Who takes it back.")
@json_option
def undo(file: Path, transaction: str | None, by: str, as_json: bool) -> None:
    """Take back the last change, or the one named, as a new change."""
    with open_programme(file, by) as session:
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


@click.command()
@FILE
@click.option("--by", default="", help="Who brings it back.")
@json_option
def redo(file: Path, by: str, as_json: bool) -> None:
    """Bring back the last change taken back."""
    with open_programme(file, by) as session:
        made = session.redo()
    show(as_json, {"label": made.label, "changes": made.count}, lambda: [f"{made.label}."])
