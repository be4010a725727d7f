"""The verbs of the hub: init, join, push, pull, sync, refused, status, grant."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from psnplanner import console
from psnplanner.console import show
from psnplanner.programme.words import uk
from psnplanner.verbs.options import FILE, json_option, open_programme

if TYPE_CHECKING:
    from psnplanner.hub.address import Address
    from psnplanner.session import Session
    from psnplanner.session.hub_told import Synced

Result = TypeVar("Result")
URL = click.argument("url", metavar="URL")
BY = click.option("--by", default="", metavar="WHO", help="Who works in the file.")


@click.group()
def hub() -> None:
    """Keep a programme in step with others through a PostgreSQL database of its own.

    URL is like postgresql://ann@hub.example.org/cheshire. Off this machine TLS is required, and
    the server has to prove its name. A password is best kept in the file that PGPASSFILE names,
    or in the keyring; else it is asked for.
    """


@hub.command()
@URL
@FILE
@BY
@json_option
def init(url: str, file: Path, by: str, as_json: bool) -> None:
    """Make a hub of a programme in an empty database; again, to bring the hub up to date."""
    with open_programme(file, by) as session:
        done = _signed_in(url, lambda to: session.init_hub(to, console.progress()))
        _tell(session, done, as_json)


@hub.command()
@URL
@FILE
@BY
@json_option
def join(url: str, file: Path, by: str, as_json: bool) -> None:
    """Make a file of what a hub has for you, or send it a copy that is there already."""
    from psnplanner.session import Session

    if file.exists():
        with open_programme(file, by) as session:
            _tell(
                session, _signed_in(url, lambda to: session.sync(to, console.progress())), as_json
            )
        return
    progress = console.progress()
    with _signed_in(
        url, lambda to: Session.join_hub(to, file, author=by, progress=progress)
    ) as session:
        words = (
            f"Wrote {file}: {len(session.state.sites):,} sites of “{session.state.programme.name}”."
        )
        document = {"hub": session.hub, "file": str(file), "sites": len(session.state.sites),
                    "transactions": len(session.transactions()),
                    "assigned_only": session.pack is not None}  # fmt: skip
        show(as_json, document, lambda: [words])


def _exchange(name: str, summary: str, **what: bool) -> click.Command:
    @click.command(name, help=summary)
    @URL
    @FILE
    @BY
    @json_option
    def exchange(url: str, file: Path, by: str, as_json: bool) -> None:
        with open_programme(file, by) as session:
            done = _signed_in(url, lambda to: session.sync(to, console.progress(), **what))
            _tell(session, done, as_json)

    return exchange


hub.add_command(_exchange("push", "Send what the hub lacks.", pull=False))
hub.add_command(_exchange("pull", "Take what is lacking here.", push=False))
hub.add_command(_exchange("sync", "Send what the hub lacks, and take what is lacking here."))


@hub.command()
@URL
@FILE
@BY
@click.option("--again", is_flag=True, help="Make them once more; the next sync sends them.")
@json_option
def refused(url: str, file: Path, by: str, again: bool, as_json: bool) -> None:
    """List what the hub refused of a surveyor's file, change by change; it is kept there."""
    with open_programme(file, by) as session:
        found = _signed_in(url, session.refused_by_hub)
        for item in found if again else ():
            session.try_again(item)
        document = [{"label": item.label, "on": item.effective_on.isoformat(),
                     "changes": [{c.field: str(c.new)} for c in item.changes]}
                    for item in found]  # fmt: skip
        lines = [f"{uk(item.effective_on)}  {item.label}: "
                 + "; ".join(f"{c.field} “{c.new}”" for c in item.changes if c.field.isidentifier())
                 for item in found]  # fmt: skip
        show(as_json, {"refused": document, "made_again": again and bool(found)},
             lambda: lines or ["The hub refused nothing of this file."])  # fmt: skip


@hub.command()
@URL
@click.argument("file", type=click.Path(path_type=Path), required=False)
@json_option
def status(url: str, file: Path | None, as_json: bool) -> None:
    """Say what a hub holds; with a file, also how far that is from it."""
    from psnplanner.session.hub import hub_standing

    found = _signed_in(url, hub_standing)
    lines = [
        f"{found['hub']}: “{found['programme']}”; you are {found['you_are'] or 'nobody'} there.",
        f"{found['transactions']:,} transactions of {found['devices']:,} devices, "
        f"{found['sites']:,} sites, {found['photographs']:,} photographs, "
        f"{found['bytes'] / 1e6:,.1f} MB.",
    ]
    if file is not None:
        with open_programme(file, read_only=True) as session:
            apart = _signed_in(url, session.apart_from_hub)
        found |= {"file": str(file), **apart}
        lines.append(f"{file}: {apart['to_send']:,} to send, {apart['to_take']:,} to take.")
    show(as_json, found, lambda: lines)


@hub.command()
@URL
@click.argument("who")
@click.argument("role", type=click.Choice(["reader", "surveyor", "planner"]))
@click.option("--site", "sites", multiple=True, metavar="REF", help="A surveyor's site.")
@click.option("--phase", "phases", multiple=True, help="A surveyor's sites: all of a phase.")
@click.option("--partner", "partners", multiple=True, help="A surveyor's sites: all of a partner.")
@click.option("--create", is_flag=True, help="Make the login, with a password asked for.")
@json_option
def grant(url: str, who: str, role: str, create: bool, as_json: bool, **named: Any) -> None:
    """Let a login of the server read, survey some sites, or plan; it replaces what it could."""
    from psnplanner.session.hub import hub_grant

    secret = ""
    if create:
        words = f"Password for {who}"
        secret = click.prompt(words, hide_input=True, confirmation_prompt=True, err=True)
    made = _signed_in(url, lambda to: hub_grant(to, who, role, password=secret, **named))
    said = f"{who} is {role} now" + (f", of {made['sites']:,} sites." if made["sites"] else ".")
    show(as_json, made, lambda: [said])


def _signed_in(url: str, work: Callable[[Address], Result]) -> Result:
    """Do something at a hub; where it wants a password and somebody is there, they are asked."""
    from psnplanner.session.hub import NeedsPassword, hub_address

    address = hub_address(url)
    try:
        return work(address)
    except NeedsPassword:
        if not sys.stdin.isatty():
            raise
    return work(address.with_password(click.prompt("Password", hide_input=True, err=True)))


def _tell(session: Session, done: Synced, as_json: bool) -> None:
    document = {"hub": session.hub, "file": str(session.path), **dataclasses.asdict(done)}
    lines = [
        f"In step with {session.hub}: sent {done.sent:,} transactions of {done.sent_changes:,} "
        f"changes, took {done.received:,} of {done.received_changes:,}."
    ]
    if done.photographs_sent or done.photographs_received:
        lines.append(f"Photographs: {done.photographs_sent:,} sent, "
                     f"{done.photographs_received:,} taken.")  # fmt: skip
    if done.refused:
        lines.append(f"Refused, and kept here: {', '.join(done.refused)}. See “hub refused”.")
    lines += done.held
    if done.conflicts:
        lines.append(f"{done.conflicts:,} new conflicts: see “psnplanner conflicts”.")
    show(as_json, document, lambda: lines)
