"""The verbs about boundaries: add those of a file, list them, remove some."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from psnplanner import console
from psnplanner.console import show
from psnplanner.errors import UserError
from psnplanner.programme.boundary import BOUNDARY_KINDS, Boundary
from psnplanner.verbs.options import FILE, json_option, open_programme

if TYPE_CHECKING:
    from psnplanner.geography.boundaries import Areas
    from psnplanner.programme.state import State


@click.group()
def boundary() -> None:
    """The areas of partners and councils, drawn behind the sites."""


@boundary.command("add")
@FILE
@click.argument("layer_file", metavar="LAYERFILE", type=click.Path(path_type=Path))
@click.option("--layer", help="Which layer of the file; by default the one with most areas.")
@click.option("--name-field", help="The column with the areas' names; by default the likeliest.")
@click.option("--only", multiple=True, metavar="NAME", help="Just this area; may be repeated.")
@click.option("--kind", type=click.Choice(BOUNDARY_KINDS), default="council", show_default=True)
@click.option("--by", default="", help="Who adds them.")
@json_option
def add(
    file: Path,
    layer_file: Path,
    layer: str | None,
    name_field: str | None,
    only: tuple[str, ...],
    kind: str,
    by: str,
    as_json: bool,
) -> None:
    """Add the areas of LAYERFILE: GeoJSON, GeoPackage, Shapefile, MapInfo, KML, or a zip of one.

    An area known by name and kind is drawn anew; areas are given to the partners of their names.
    """
    from psnplanner.geography.boundaries import read_areas
    from psnplanner.programme.boundary_edits import AddBoundaries

    tell = console.progress() or (lambda share, what: None)
    areas = read_areas(layer_file, layer, tell)
    column = _column(areas, name_field, layer_file)
    outlines = _wanted(areas.outlines(column, tell), only, layer_file)
    with open_programme(file, by) as session:
        made = _boundaries(outlines, kind, areas.source, session.state)
        transaction = session.do(AddBoundaries(made, areas.source))
        document = {
            "layer": areas.layer,
            "name_field": column,
            "notes": list(areas.notes),
            "added": [_told(item, session.state) for item in made],
            "change": transaction.label if transaction else None,
        }
    show(as_json, document, lambda: _added_lines(document))


def _column(areas: Areas, wanted: str | None, path: Path) -> str:
    if wanted is None:
        return areas.name_field
    for heading in areas.columns:
        if heading.casefold() == wanted.casefold().strip():
            return heading
    known = ", ".join(list(areas.columns)[:20]) or "none"
    raise UserError(f"there is no column “{wanted}”.", str(path), f"Its columns are: {known}.")


def _wanted(outlines: Mapping[str, str], only: Iterable[str], path: Path) -> Mapping[str, str]:
    chosen = {name.casefold().strip() for name in only}
    unknown = chosen - {name.casefold() for name in outlines}
    if unknown:
        raise UserError(f"there is no area “{min(unknown)}”.", str(path),
                        f"Its areas are: {', '.join(list(outlines)[:20])}.")  # fmt: skip
    return {n: text for n, text in outlines.items() if not chosen or n.casefold() in chosen}


def _boundaries(
    outlines: Mapping[str, str], kind: str, source: str, state: State
) -> list[Boundary]:
    from psnplanner.intake.boundary_partners import match_partners
    from psnplanner.programme.record import new_id

    hint = "council" if kind == "council" else ""
    partners = match_partners(outlines, state.partners.values(), hint)
    return [
        Boundary(
            id=new_id(),
            name=name,
            kind=kind,
            partner=partners[name].partner if name in partners else None,
            geometry=text,
            source=source,
        )
        for name, text in outlines.items()
    ]


def _told(item: Boundary, state: State) -> dict[str, Any]:
    return {
        "name": item.name,
        "kind": item.kind,
        "partner": state.partner_name(item.partner) or None,
        "shown": item.shown,
        "source": item.source,
    }


def _added_lines(document: Mapping[str, Any]) -> list[str]:
    lines = [f"{document['change'] or 'Nothing changed: they are there already'}.", ""]
    rows = [(item["name"], item["partner"] or "") for item in document["added"]]
    return [*lines, *console.table(("Boundary", "Partner"), rows), *document["notes"]]


@boundary.command("list")
@FILE
@json_option
def list_all(file: Path, as_json: bool) -> None:
    """The boundaries of the programme."""
    with open_programme(file, read_only=True) as session:
        state = session.state
        found = sorted(state.boundaries.values(), key=lambda item: (item.kind, item.name))
        told = [_told(item, state) for item in found]
    rows = [
        (item["name"], item["kind"], item["partner"] or "", "yes" if item["shown"] else "no",
         item["source"])
        for item in told
    ]  # fmt: skip
    headings = ("Boundary", "Kind", "Partner", "Shown", "From")
    nothing = ["No boundaries yet: add some with psnplanner boundary add."]
    show(as_json, told, lambda: console.table(headings, rows) if rows else nothing)


@boundary.command("remove")
@FILE
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--by", default="", help="Who removes them.")
@json_option
def remove(file: Path, names: tuple[str, ...], by: str, as_json: bool) -> None:
    """Remove boundaries by name; undo brings them back."""
    from psnplanner.programme.boundary_edits import removal

    with open_programme(file, by) as session:
        wanted = {name.casefold().strip() for name in names}
        held = [b for b in session.state.boundaries.values() if b.name.casefold() in wanted]
        unknown = wanted - {item.name.casefold() for item in held}
        if unknown:
            raise UserError(f"there is no boundary “{min(unknown)}”.", str(file),
                            "See psnplanner boundary list.")  # fmt: skip
        made = session.do(removal(held))
    gone = [item.name for item in held]
    change = made.label if made else ""
    show(as_json, {"removed": gone, "change": change}, lambda: [f"{change}."])
