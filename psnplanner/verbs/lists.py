"""The verbs of lists: import, duplicates, gazetteer, export."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from psnplanner import console
from psnplanner.console import show
from psnplanner.verbs import text
from psnplanner.verbs.options import FILE, Out, ends_with, json_option, open_programme

if TYPE_CHECKING:
    from psnplanner.intake.preview import Decision, Preview
    from psnplanner.intake.reading import Reading


@click.command("import")
@FILE
@click.argument("list_file", metavar="LIST", type=click.Path(path_type=Path))
@click.option("--column", "columns", multiple=True, metavar='"Header=field"', help="Correct one.")
@click.option("--cell", "cells", multiple=True, metavar='"ROW:Header=text"', help="Mend a cell.")
@click.option("--leave-out", "left_out", type=click.IntRange(1), multiple=True, metavar="ROW")
@click.option("--sheet", help="Which sheet of a workbook, or layer of a GeoPackage.")
@click.option("--encoding", help="How a text file is encoded, if not as found: cp1252.")
@click.option("--delimiter", help="What parts its columns, if not as found: “;” or tab.")
@click.option("--header-row", type=click.IntRange(0), help="The row of headings; 0 for none.")
@click.option("--online", is_flag=True, help="Ask the internet for addresses nothing else places.")
@click.option("--take-list", is_flag=True, help="Let the list overrule newer field work.")
@click.option(
    "--settle",
    type=click.Choice(["proposed", "merge", "shared", "keep"]),
    help="Settle buildings that seem to be there twice, in the same change.",
)
@click.option("--problems", type=Out(), metavar="PATH", help="Write rows to mend: .xlsx.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")
@json_option
def import_list(
    file: Path,
    list_file: Path,
    settle: str | None,
    problems: Path | None,
    dry_run: bool,
    as_json: bool,
    **said: Any,
) -> None:
    """Load a partner's site list: CSV, XLSX, XLS, ODS, GeoJSON, GeoPackage, Shapefile, KML ..."""
    if problems is not None:
        ends_with(problems, ".xlsx")
    with open_programme(file, read_only=dry_run) as session:
        preview = session.read_list(list_file, _reading(**said), progress=console.progress())
        new = preview.adding.new
        twice = session.duplicate_report(new, preview.look_alikes if new else None)
        # Before the change: a workbook that cannot be written must not look like a failed import.
        to_mend = None if problems is None else session.write_problem_rows(preview, problems)
        made = None if dry_run else session.do(preview.edit_with(_decisions(preview, settle)))
        report = {**preview.report(made), "duplicates": twice, "dry_run": dry_run}
        report["settled_as"] = settle
        if problems is not None:
            report |= {"rows_to_mend": to_mend, "problems_file": str(problems)}
    show(as_json, report, lambda: text.import_lines(report))


def _reading(
    columns: Sequence[str], cells: Sequence[str], left_out: Sequence[int], **said: Any
) -> Reading:
    from psnplanner.intake.reading import Reading

    return Reading(
        columns=dict(_pair(item) for item in columns),
        cells=dict(_cell(item) for item in cells),
        left_out=frozenset(left_out),
        **said,
    )


def _decisions(preview: Preview, settle: str | None) -> list[Decision]:
    if settle is None:
        return []
    return [
        (settle.replace("proposed", group.proposal), group.sites, group.building)
        for group in preview.look_alikes
    ]


def _cell(text: str) -> tuple[tuple[int, str], str]:
    row, colon, rest = text.partition(":")
    heading, equals, value = rest.partition("=")
    if not (colon and equals and row.strip().isdecimal()):
        raise click.BadParameter(
            f"“{text}” is not of the form ROW:Header=text", param_hint="--cell"
        )
    return (int(row), heading.strip()), value


def _pair(text: str) -> tuple[str, str]:
    header, equals, field = text.rpartition("=")
    if not equals:
        raise click.BadParameter(f"“{text}” is not of the form Header=field", param_hint="--column")
    return header.strip(), field.strip()


@click.command()
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

    with open_programme(file, by, read_only=settle is None) as session:
        alike = session.duplicates()
        found = list(enumerate(alike, 1))
        told = dict(enumerate(session.duplicate_report(found=alike), 1))
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
    show(as_json, document, lambda: text.duplicate_lines(document))


@click.command()
@FILE
@click.argument("out", type=Out())
@json_option
def export(file: Path, out: Path, as_json: bool) -> None:
    """Write the sites for other programs: OUT.csv, .xlsx, .geojson, .kml, .shp, .zip or .gpkg."""
    with open_programme(file, read_only=True) as session:
        count = session.export(out, console.progress())
    show(as_json, {"file": str(out), "sites": count}, lambda: [f"Wrote {count:,} sites to {out}."])


@click.group()
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


@gazetteer.command("add-uprn")
@click.argument("table", metavar="CSV|ZIP", type=click.Path(path_type=Path))
@json_option
def gazetteer_add_uprn(table: Path, as_json: bool) -> None:
    """Load OS Open UPRN (or any table with UPRNs and places). Kept per user."""
    from psnplanner.geography.uprn import add_table

    tell = console.progress()
    count = add_table(table, tell and (lambda done, of: tell(done / max(of, 1), "Reading UPRNs")))
    show(as_json, {"uprns": count}, lambda: [f"Loaded {count:,} UPRNs."])
