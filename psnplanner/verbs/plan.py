"""The verbs of the plan: plan, findings."""

from __future__ import annotations

from pathlib import Path

import click

from psnplanner import console
from psnplanner.console import show
from psnplanner.verbs import text
from psnplanner.verbs.options import FILE, json_option, open_programme


@click.command()
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

    with open_programme(file, read_only=not apply_it) as session:
        options = Options(phases=phases, seconds=seconds, keep_locks=keep_locks, seed=seed)
        found = session.propose_plan(options, console.progress())
        if apply_it:
            session.do(found.edit)
        report = {**found.report(), "applied": apply_it}
    show(as_json, report, lambda: text.plan_lines(report))


@click.command()
@FILE
@json_option
def findings(file: Path, as_json: bool) -> None:
    """What is wrong with the plan as it stands, and what to do about it."""
    with open_programme(file, read_only=True) as session:
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
