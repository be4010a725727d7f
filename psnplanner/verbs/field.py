"""The verbs of field work: pack, return, merge, conflicts, settle."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from psnplanner.console import Day, progress, show
from psnplanner.errors import UserError
from psnplanner.programme.issued import AUDIENCES, INTERNAL
from psnplanner.programme.words import plural
from psnplanner.verbs import text
from psnplanner.verbs.options import (
    FILE,
    Out,
    Words,
    ends_with,
    json_option,
    open_programme,
)
from psnplanner.verbs.passphrase import ask, make_known

_MOST_LISTED = 10_000_000  # characters

if TYPE_CHECKING:
    from psnplanner.exchange.pack import Choice
    from psnplanner.programme.state import State
    from psnplanner.programme.travel import Conflict, Merged


@click.command()
@FILE
@click.argument("out", type=Out())
@click.option(
    "--for", "person", required=True, metavar="WHO", type=Words(), help="Who takes it out."
)
@click.option("--phase", "phases", multiple=True, help="All sites of a phase.")
@click.option("--partner", "partners", multiple=True, help="All sites of a partner.")
@click.option("--site", "sites", multiple=True, metavar="REF", help="One site.")
@click.option("--list", "listed", type=click.Path(path_type=Path), metavar="TEXTFILE",
              help="Sites by reference, one a line.")  # fmt: skip
@click.option("--area", "areas", multiple=True, help="All sites in a boundary of the programme.")
@click.option(
    "--near",
    metavar="POSTCODE",
    help="The sites nearest to a postcode, or to “latitude, longitude”.",
)
@click.option("--count", type=click.IntRange(1, 1000), default=20, help="How many of those.")
@click.option("--expires", type=Day(), help="The last day it is good for.")
@click.option("--passphrase", is_flag=True, help="Lock it with a passphrase, asked for.")
@click.option("--sensitive", is_flag=True, help="Sensitive sites too: its bearer is vetted.")
@json_option
def pack(
    file: Path,
    out: Path,
    person: str,
    expires: date | None,
    passphrase: bool,
    as_json: bool,
    **wanted: Any,
) -> None:
    """Write a field pack: some sites to take out, and bring back changed.

    OUT.gpkg opens in this program; OUT.html is a sheet for a phone's browser. Neither needs a
    network.
    """
    ends_with(out, ".gpkg", ".html")
    secret = ask("Passphrase", twice=True) if passphrase else ""
    with open_programme(file) as session:
        choice = _choice(session.state, **wanted)
        made = session.make_pack(out, choice, person, expires_on=expires, passphrase=secret)
    said = {"file": str(out), "person": person, "sites": len(made.sites),
            "bytes": out.stat().st_size, "pack": made.id.hex()}  # fmt: skip
    show(as_json, said, lambda: [f"Wrote {out}: {plural(len(made.sites), 'site')} for {person}."])


def _choice(
    state: State, phases: Any, partners: Any, sites: Any, areas: Any, listed: Path | None,
    near: str | None, count: int, sensitive: bool,
) -> Choice:  # fmt: skip
    from psnplanner.exchange.pack import Choice
    from psnplanner.programme import field_text

    place = None if near is None else _place(state, near)
    return Choice(
        phases=[field_text.record(state, "phase", name).id for name in phases],
        partners=[field_text.record(state, "partner", name).id for name in partners],
        sites=[field_text.site(state, name).id for name in (*sites, *_references(listed))],
        areas=[field_text.record(state, "boundary", name).id for name in areas],
        near=place, count=count, sensitive=sensitive,
    )  # fmt: skip


def _place(state: State, near: str) -> tuple[float, float]:
    """A postcode's or written (latitude, longitude). Raises UserError for neither."""
    degrees = re.fullmatch(r"\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*", near)
    if degrees is not None:
        return float(degrees[1]), float(degrees[2])
    from psnplanner.exchange.pack import place_by_sites
    from psnplanner.geography.gazetteer import Gazetteer

    (known,) = Gazetteer.open().positions([near])
    found = known or place_by_sites(state, near)
    if found is None:
        raise UserError(
            f"“{near}” is no postcode that is known here.",
            remedy="Check it; load a gazetteer with “gazetteer add”; or give latitude, longitude.",
        )
    return found.latitude, found.longitude


def _references(listed: Path | None) -> list[str]:
    """The references of a text file: one a line, empty lines passed over."""
    if listed is None:
        return []
    try:
        if not listed.is_file():  # a pipe would be waited on for ever
            raise ValueError("no file")
        with listed.open(encoding="utf-8-sig") as file:
            lines = file.read(_MOST_LISTED).splitlines()
    except (OSError, ValueError) as error:
        raise UserError("The list of sites cannot be read.", str(listed),
                        "Give a text file with a reference a line.") from error  # fmt: skip
    return [line.strip() for line in lines if line.strip()]


@click.command()
@click.argument("pack_file", metavar="PACK", type=click.Path(path_type=Path))
@click.argument("out", type=Out())
@json_option
def unlock(pack_file: Path, out: Path, as_json: bool) -> None:
    """Write a pack that is locked with a passphrase as one that opens."""
    from psnplanner.exchange.locked_pack import read, unlocked
    from psnplanner.whole_file import whole_file

    data = read(pack_file)
    plain = unlocked(data, ask("Passphrase"), str(pack_file))
    with whole_file(out, replace=False) as beside:
        beside.write_bytes(plain)
    show(as_json, {"file": str(out), "bytes": len(plain)}, lambda: [f"Wrote {out}."])


@click.command("return")
@click.argument("pack_file", metavar="PACK", type=click.Path(path_type=Path))
@click.argument("out", type=Out())
@json_option
def return_work(pack_file: Path, out: Path, as_json: bool) -> None:
    """Write what was changed in a field pack, to mail back: OUT.psnreturn."""
    with open_programme(pack_file, read_only=True) as session:
        changes = session.write_return(out)
    said = {"file": str(out), "changes": changes, "bytes": out.stat().st_size}
    show(as_json, said, lambda: [f"Wrote {out}: {plural(changes, 'change')} to return."])


@click.command()
@FILE
@click.argument(
    "packs", nargs=-1, required=True, metavar="PACK...", type=click.Path(path_type=Path)
)
@click.option("--dry-run", is_flag=True, help="Say what would come of it; change nothing.")
@json_option
def merge(file: Path, packs: tuple[Path, ...], dry_run: bool, as_json: bool) -> None:
    """Take in what comes back: returns, packs, or other copies of this programme."""
    with open_programme(file) as session:
        done = []
        for path in packs:
            make_known(path)
            before, found = session.state, session.read_arrival(path)
            merged = session.merge(
                found.transactions, found.label, pictures=found.pictures, author=found.author,
                dry_run=dry_run,
            )  # fmt: skip
            arrived = {"changes": sum(len(item.events) for item in found.transactions),
                       "photographs": len(found.pictures)}  # fmt: skip
            told = _merged(before, path, merged, session.gone_site)
            done.append({**told, "arrived": arrived})
        document = {"merged": done, "dry_run": dry_run, "open_conflicts": len(session.conflicts())}
    show(as_json, document, lambda: text.merge_lines(document))


def _merged(
    before: State, path: Path, merged: Merged, gone: Callable[[bytes], str]
) -> dict[str, Any]:
    from psnplanner.exchange import merge_told

    state = before.after(merged.changes)
    in_force = merge_told.told(before, state, merged.changes, gone=gone)
    return {
        "file": str(path),
        "transactions": merged.transactions,
        "changes": merged.events,
        "known_already": merged.known,
        "fields_changed": len(merged.changes),
        "in_force": merge_told.documents(state, in_force),
        "conflicts": [conflict_document(state, item) for item in merged.conflicts],
        "renamed_copies": len(merged.renamed),
        "transaction": merged.transaction.label if merged.transaction else None,
    }


def conflict_document(state: State, conflict: Conflict) -> dict[str, Any]:
    """A conflict as a JSON-ready document; its values in the words of the record's field."""
    record = state.tables[conflict.entity].get(conflict.record)
    owner = state.sites.get(getattr(record, "site", None) or conflict.record)
    return {
        "kind": conflict.entity,
        "site": owner.reference if owner else "",
        "record": conflict.record.hex(),
        "field": conflict.field,
        "stage": getattr(record, "stage", ""),
        "base": text.plain(conflict.base),
        "values": [
            {"value": text.plain(head.value), "by": head.author,
             "at": head.recorded_at.isoformat(timespec="seconds"), "change": head.label}
            for head in conflict.heads
        ],
    }  # fmt: skip


@click.command()
@FILE
@json_option
def conflicts(file: Path, as_json: bool) -> None:
    """Fields changed to different values by people who did not know of each other."""
    with open_programme(file, read_only=True) as session:
        document = [
            {"conflict": number, **conflict_document(session.state, item)}
            for number, item in enumerate(session.conflicts(), 1)
        ]
    show(as_json, document, lambda: text.conflict_lines(document))


@click.command()
@FILE
@click.argument("number", type=click.IntRange(1), metavar="CONFLICT")
@click.argument("value", metavar="VALUE", type=click.IntRange(1), required=False)
@click.option("--both", is_flag=True, help="Keep all the texts, one below the other.")
@click.option("--by", default="", help="Who settles it.")
@json_option
def settle(file: Path, number: int, value: int | None, both: bool, by: str, as_json: bool) -> None:
    """Settle a conflict: the value that stands, by its number in the list of “conflicts”."""
    from psnplanner.programme.settle import Settle, both_notes, choice

    if both == (value is not None):
        raise click.UsageError("Give the number of the value that stands, or --both.")
    with open_programme(file, by) as session:
        found = session.conflicts()
        if number > len(found) or (value or 1) > len(found[number - 1].heads):
            raise UserError("There is no such conflict or value.", str(file),
                            "Look at the list of “conflicts” again.")  # fmt: skip
        item = found[number - 1]
        settlement = both_notes(item) if both else choice(item, (value or 1) - 1)
        made = session.do(Settle([settlement]))
        left = len(session.conflicts())
    label = made.label if made else ""
    show(
        as_json,
        {"label": label, "left": left},
        lambda: [f"{label}. {plural(left, 'conflict')} left."],
    )


@click.command()
@FILE
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--audience", type=click.Choice(AUDIENCES), default=INTERNAL, show_default=True,
              help="For board and public: without sensitive sites, and without what the camera "
              "noted (day, place, owner).")  # fmt: skip
@json_option
def photographs(file: Path, folder: Path, audience: str, as_json: bool) -> None:
    """Write the photographs into a folder, each named by its site and day."""
    with open_programme(file, read_only=True) as session:
        count = session.export_photographs(folder, progress(), audience=audience)
    said = {"folder": str(folder), "photographs": count, "audience": audience}
    wrote = f"Wrote {plural(count, 'photograph')} into {folder}."
    show(as_json, said, lambda: [wrote if count else "There are no photographs to write."])
