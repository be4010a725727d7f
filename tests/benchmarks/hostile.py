"""Every hostile file brought to its door: what came of it, how long it took, how much it held."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import click

from tests.hostile.case import READ, REFUSED, Bench
from tests.hostile.corpus import CASES, Verdict, try_in_process


def run(only: str = "", every: int = 1) -> list[dict[str, Any]]:
    """A row for each kind of file; whatever is wrong is told on standard error, a line each.

    Of a few files only: of one in so many.
    """
    verdicts: dict[str, list[Verdict]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="psn-hostile-") as name:
        folder = Path(name)
        (folder / "bench").mkdir()
        bench = Bench.set_up(folder / "bench")
        for number, case in enumerate(CASES[::every]):
            if only and only not in case.title:
                continue
            place = folder / f"case{number}" / "room"
            place.mkdir(parents=True)
            try:
                verdict = try_in_process(case, bench, place)
            except Exception as error:
                raise RuntimeError(f"{case.title} cannot be made") from error
            verdicts[case.kind].append(verdict)
            shutil.rmtree(place.parent)
            if verdict.faults or only:
                said = f"{case.title}: {'; '.join(verdict.faults)} [{verdict.message[:300]}]"
                took = (
                    f"{verdict.seconds:.2f} s of the processor, {verdict.wall_seconds:.2f} in all"
                )
                click.echo(f"{said} {took}", err=True)
    return [_row(kind, found) for kind, found in verdicts.items()]


def _row(kind: str, found: list[Verdict]) -> dict[str, Any]:
    slowest = max(found, key=lambda verdict: verdict.seconds)
    largest = max(found, key=lambda verdict: verdict.peak_mb)
    return {
        "files": kind,
        "cases": len(found),
        "refused": sum(v.outcome == REFUSED for v in found),
        "read": sum(v.outcome == READ for v in found),
        "wrong": sum(bool(v.faults) for v in found),
        "slowest_s": round(max(v.wall_seconds for v in found), 2),
        "slowest_cpu_s": round(slowest.seconds, 2),
        "slowest": slowest.case.name,
        "peak_mb": round(largest.peak_mb),
        "largest": largest.case.name,
    }


if __name__ == "__main__":
    run(sys.argv[1] if len(sys.argv) > 1 else "")
