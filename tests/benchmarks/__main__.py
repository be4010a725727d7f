"""python -m tests.benchmarks NAME [--json]: one table, peers beside us where they are installed."""

from __future__ import annotations

import importlib
import json
import pkgutil
from pathlib import Path
from typing import Any

import click

from psnplanner.console import table

NAMES = sorted(
    m.name for m in pkgutil.iter_modules(__import__(__package__, fromlist=["x"]).__path__)
)
NAMES = [name for name in NAMES if not name.startswith("_")]


@click.command()
@click.argument("name", type=click.Choice(NAMES))
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option("--seconds", type=float, help="A budget, for benchmarks that take one.")
@click.option("--seed", type=int, help="The seed of its choices, for benchmarks that take one.")
@click.option("--sites", type=int, multiple=True, help="Sizes, for benchmarks that take them.")
@click.option("--kills", type=int, help="How many, for benchmarks that kill.")
@click.option("--scale", type=int, help="How many changes, for benchmarks of many years.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def main(
    name: str,
    files: tuple[Path, ...],
    seconds: float | None,
    seed: int | None,
    sites: tuple[int, ...],
    kills: int | None,
    scale: int | None,
    as_json: bool,
) -> None:
    """Run one benchmark and print its figures. The machine is noisy: trust ratios, not times."""
    given = {"files": files, "seconds": seconds, "seed": seed, "sites": sites,
             "kills": kills, "scale": scale}  # fmt: skip
    given = {key: value for key, value in given.items() if value not in ((), None)}
    rows: list[dict[str, Any]] = importlib.import_module(f"tests.benchmarks.{name}").run(**given)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    headings = list(dict.fromkeys(key for row in rows for key in row))
    for line in table(headings, [[row.get(key, "") for key in headings] for row in rows]):
        click.echo(line)


if __name__ == "__main__":
    main()
