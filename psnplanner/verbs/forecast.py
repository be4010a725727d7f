"""The verbs of what is to come: forecast, savings, network."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from psnplanner import console
from psnplanner.console import show, table
from psnplanner.programme.words import uk
from psnplanner.verbs.options import FILE, json_option, open_programme

_RUNS = click.IntRange(10, 100_000)


@click.command()
@FILE
@click.option("--runs", type=_RUNS, default=10_000, show_default=True, help="How many to make.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of their luck.")
@json_option
def forecast(file: Path, runs: int, seed: int, as_json: bool) -> None:
    """How likely go-live is, and what to fix first.

    Every site through its remaining stages, thousands of times: the chance of go-live, by when it
    is safe to promise, by phase and partner, and what most moves it.
    """
    from psnplanner.planning.forecast import Options
    from psnplanner.planning.forecast_result import sentences

    with open_programme(file, read_only=True) as session:
        found = session.forecast(Options(runs, seed), console.progress())
    report = found.report()
    show(as_json, report, lambda: [*sentences(found), *forecast_lines(report)])


def forecast_lines(report: dict[str, Any]) -> list[str]:
    """What to fix first, then a line for each phase and each partner."""
    lines = []
    if report["what_to_fix"]:
        lines += ["", "What to fix first:"]
        lines += [
            f"{number:2}. {cause['sentence']}"
            for number, cause in enumerate(report["what_to_fix"], 1)
        ]
    headings = ("Sites", "Live", "Chance", "Half by", "80 % by", "95 % by", "Late")
    for title, rows in (("Phase", report["phases"]), ("Partner", report["partners"])):
        shown = [
            (
                row["name"] or "(none)", row["sites"], row["live"], f"{row['probability']:.0%}",
                *(uk(date.fromisoformat(row[key])) for key in ("p50", "p80", "p95")),
                row["late_sites"],
            )
            for row in rows
        ]  # fmt: skip
        lines += ["", *table((title, *headings), shown)]
    return lines


@click.command()
@FILE
@click.option("--runs", type=_RUNS, default=1_000, show_default=True, help="Of the forecast.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of their luck.")
@json_option
def savings(file: Path, runs: int, seed: int, as_json: bool) -> None:
    """What is saved by month and partner, so far and to come.

    Against the programme's target, with what is paid twice and what a month's delay would cost.
    """
    from psnplanner.planning.forecast import Options

    with open_programme(file, read_only=True) as session:
        found = session.savings(session.forecast(Options(runs, seed), console.progress()))
    report = found.report()
    show(as_json, report, lambda: savings_lines(report))


def savings_lines(report: dict[str, Any]) -> list[str]:
    """The sums in sentences, then by partner and by month."""
    lines = [
        f"Saved so far {_pounds(report['saved_so_far_pence'])}; "
        f"{_pounds(report['realised_pence_a_year'])} a year now, in the end "
        f"{_pounds(report['in_the_end_pence_a_year'])} a year.",
        f"Paid twice so far {_pounds(report['double_so_far_pence'])}. A month's delay of what is "
        f"not live would cost {_pounds(report['month_of_delay_pence'])}.",
    ]
    if report["target_pence_a_year"]:
        target, on = _pounds(report["target_pence_a_year"]), report["target_reached_on"]
        when = f"reached in {date.fromisoformat(on):%B %Y}" if on else "not reached in these months"
        lines.append(f"The target of {target} a year is {when} (95 % of it).")
    lines += [report["explained"]] if report["explained"] else []
    partners = [
        (p["name"] or "(none)", *(_pounds(p[key]) for key in (
            "saved_so_far_pence", "first_year_pence", "in_the_end_pence_a_year")))
        for p in report["partners"]
    ]  # fmt: skip
    lines += ["", *table(("Partner", "So far", "First year", "A year in the end"), partners)]
    months = [
        (m["month"], "realised" if m["realised"] else "forecast", *(_pounds(m[key]) for key in (
            "saved_pence", "double_pence", "rate_pence_a_year")))
        for m in report["months"]
    ]  # fmt: skip
    return [*lines, "", *table(("Month", "", "Saved", "Paid twice", "Rate a year"), months)]


@click.command()
@FILE
@click.option("--route-factor", type=click.FloatRange(1, 3), help="Route metres a straight one.")
@json_option
def network(file: Path, route_factor: float | None, as_json: bool) -> None:
    """How long the network is, and what each cut takes down.

    With emergency sites and hospitals on a single path, and the price of second ones.
    """
    with open_programme(file, read_only=True) as session:
        report = session.network(route_factor).report()
    show(as_json, report, lambda: network_lines(report))


def network_lines(report: dict[str, Any]) -> list[str]:
    """Lengths in sentences, then the worst cuts and the sites on a single path."""
    low, high = report["route_factor_range"]
    lines = [
        f"{title} {km['route']:,} km of route ({km['least']:,} to {km['most']:,})."
        for title, km in (("Backbone", report["backbone_km"]), ("Branches", report["branch_km"]))
    ]
    lines.append(f"Straight lines times {report['route_factor']} (from {low} in towns to {high}).")
    if report["nodes_proposed"]:
        lines.append(
            f"The programme has no nodes yet: counted with {len(report['nodes'])} that a plan "
            "would propose."
        )
    double = report["dual_homing"]
    lines.append(
        f"{len(report['single_paths']):,} emergency sites and hospitals hang on a single path; "
        f"second ones for {double['sites']:,} of them take {double['route_km']['route']:,} km of "
        f"route, {double['longer_percent']} % more, about £{double['pounds']:,.0f}."
    )
    cuts = [
        (c["from"], c["to"], c["straight_km"], c["sites"], len(c["emergency"]))
        for c in report["cuts"][:15]
    ]
    lines += ["", *table(("Cut from", "To", "km", "Sites lost", "Emergency"), cuts)]
    single = [
        (s["reference"], s["name"], s["links"], s["path_km"], s["joins"], s["second_km"],
         f"£{s['pounds']:,.0f}")
        for s in report["single_paths"][:15]
    ]  # fmt: skip
    headings = ("Site", "Name", "Links", "Path km", "Second path to", "km", "Price")
    return [*lines, "", *table(headings, single)]


def _pounds(pence: int) -> str:
    return f"£{pence / 100:,.0f}"
