"""The verbs of the plan: plan, explain, scenarios, findings."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from psnplanner import console
from psnplanner.console import Day, show
from psnplanner.errors import UserError
from psnplanner.programme.edits import Create, Delete, Edit, plural
from psnplanner.programme.record import new_id
from psnplanner.programme.site import Site
from psnplanner.programme.state import State
from psnplanner.programme.wish import APART, NOT_AFTER, NOT_BEFORE, TOGETHER, Wish
from psnplanner.verbs import text
from psnplanner.verbs.options import FILE, json_option, open_programme

PRICE = click.option(
    "--price", "prices", multiple=True, metavar="NAME=POUNDS",
    help="A price of the model, changed: partner_visit_pounds=1500, waiting_high=2.",
)  # fmt: skip
SECONDS = click.option(
    "--seconds", type=click.FloatRange(0.1, 3600), default=5.0, show_default=True,
    help="How long a plan may take: longer is never worse.",
)  # fmt: skip


@click.command()
@FILE
@click.option(
    "--phases",
    type=click.IntRange(1, 200),
    help="How many to propose; else those there, or as many as come to least.",
)
@SECONDS
@click.option("--apply", "apply_it", is_flag=True, help="Put the plan in force.")
@click.option("--keep-locks/--ignore-locks", default=True, show_default=True,
              help="Whether locked sites stay in their phases.")  # fmt: skip
@click.option("--seed", type=int, default=1, show_default=True,
              help="Of the search's choices: the same again gives the same plan.")  # fmt: skip
@click.option(
    "--crews", type=float, help="Crews at work at any time, in phases without a capacity."
)
@click.option("--scenario", help="Plan the programme as this scenario has it.")
@PRICE
@json_option
def plan(
    file: Path,
    phases: int | None,
    seconds: float,
    apply_it: bool,
    keep_locks: bool,
    seed: int,
    crews: float | None,
    scenario: str | None,
    prices: tuple[str, ...],
    as_json: bool,
) -> None:
    """Propose which sites go into which phase.

    With its price, the proof of how good it is, and what it moves; nothing changes until --apply.
    """
    from psnplanner.planning.plan import Options
    from psnplanner.planning.prices import Prices, with_prices

    if scenario and apply_it:
        raise UserError(
            "A scenario is not put in force: it is what might be.",
            remedy="Make the same changes to the programme, then plan it with --apply.",
        )
    changed = with_prices(Prices(), _prices(prices))
    options = Options(phases, seconds, keep_locks, seed, crews, changed)
    with open_programme(file, read_only=not apply_it) as session:
        if scenario:
            found = session.plan_scenario(scenario, options, console.progress())
        else:
            found = session.propose_plan(options, console.progress())
        if apply_it:
            session.do(found.edit)
        report = {**found.report(), "applied": apply_it}
    show(as_json, report, lambda: text.plan_lines(report))


def _prices(given: tuple[str, ...]) -> dict[str, float]:
    found = {}
    for item in given:
        name, _, value = item.partition("=")
        try:
            found[name.strip()] = float(value)
        except ValueError:
            raise UserError(
                f"{item!r} is no price.", remedy="Write it as NAME=POUNDS: move_pounds=400."
            ) from None
    return found


@click.command()
@FILE
@click.argument("site", required=False)
@click.option("--to", metavar="PHASE",
              help="And the price of moving it to this phase (none: out of any).")  # fmt: skip
@PRICE
@json_option
def explain(
    file: Path, site: str | None, to: str | None, prices: tuple[str, ...], as_json: bool
) -> None:
    """Why a site is in its phase, and the price of others.

    Without a SITE: which phases' crew-days are worth most, and what one more crew would save.
    """
    with open_programme(file, read_only=True) as session:
        if site is None:
            document: dict[str, Any] = {"pressures": session.pressures(_prices(prices))}
            show(as_json, document, lambda: text.pressure_lines(document["pressures"]))
            return
        known = _site(session.state, site, file)
        if to is not None:
            phase = _phase(session.state, to, file)
            move = session.price_of_move([known.id], phase, _prices(prices)).report()
        why = session.explain(known.id, _prices(prices)).report()
    if to is None:
        show(as_json, why, lambda: text.explain_lines(why))
        return
    said = [*text.explain_lines({**why, "alternatives": []}), *text.price_lines(move)]
    show(as_json, {**move, "now": why}, lambda: said)


@click.command()
@FILE
@click.option("--add", "name", help="Keep a scenario under this name (anew, if it is there).")
@click.option(
    "--crews",
    "extra_crews",
    type=float,
    default=0.0,
    help="Crews more at any time: phases side by side share them.",
)
@click.option("--go-live", type=Day(), help="Another go-live date.")
@click.option("--without", multiple=True, metavar="PARTNER", help="A partner left out.")
@click.option("--phases", type=click.IntRange(1, 200), help="Another number of phases.")
@click.option("--delete", "gone", multiple=True, metavar="NAME", help="Forget a scenario.")
@click.option("--compare", "compare_all", is_flag=True, help="Plan each, side by side.")
@SECONDS
@PRICE
@json_option
def scenarios(
    file: Path,
    name: str | None,
    extra_crews: float,
    go_live: date | None,
    without: tuple[str, ...],
    phases: int | None,
    gone: tuple[str, ...],
    compare_all: bool,
    seconds: float,
    prices: tuple[str, ...],
    as_json: bool,
) -> None:
    """What if: scenarios kept in the file, and compared.

    Without an option they are listed. --compare plans each beside the programme as it is.
    """
    from psnplanner.planning.plan import Options
    from psnplanner.planning.scenario import Settings

    settings = Settings(extra_crews, go_live, without, phases, _prices(prices))
    with open_programme(file, read_only=not (name or gone)) as session:
        if name:
            session.keep_scenario(name, settings)
        for each in gone:
            session.forget_scenario(each)
        if compare_all:
            rows = session.compare_scenarios(Options(seconds=seconds), console.progress())
        else:
            rows = [_listed(s.name, s.settings) for s in session.state.scenarios.values()]
    show(as_json, rows, lambda: text.scenario_lines(rows))


def _listed(name: str, settings: str) -> dict[str, Any]:
    import json

    from psnplanner.planning.scenario import Settings, settings_words

    words = settings_words(Settings.from_json(settings))
    return {"scenario": name, "settings": json.loads(settings or "{}"), "words": words}


@click.command()
@FILE
@click.option("--not-before", type=Day(), help="No phase of the sites starts earlier.")
@click.option("--not-after", type=Day(), help="No phase of the sites ends later.")
@click.option("--together", is_flag=True, help="The sites share one phase.")
@click.option("--apart", is_flag=True, help="No two of the sites share a phase.")
@click.option("--site", "references", multiple=True, metavar="REF", help="A site wished about.")
@click.option("--reason", default="", help="Why, for those who read it later.")
@click.option("--delete", "gone", multiple=True, type=int, metavar="NUMBER",
              help="Take back a wish, by its number in the list.")  # fmt: skip
@json_option
def wishes(
    file: Path,
    not_before: date | None,
    not_after: date | None,
    together: bool,
    apart: bool,
    references: tuple[str, ...],
    reason: str,
    gone: tuple[int, ...],
    as_json: bool,
) -> None:
    """What is wished of a plan beyond its rules.

    Without an option the wishes are listed, each with its number.
    """
    dated = [(NOT_BEFORE, not_before), (NOT_AFTER, not_after)]
    asked: list[tuple[str, date | None]] = [(kind, on) for kind, on in dated if on]
    asked += [(kind, None) for kind, yes in ((TOGETHER, together), (APART, apart)) if yes]
    with open_programme(file, read_only=not (asked or gone)) as session:
        edits: list[Edit] = [_taken_back(session.state, gone)] if gone else []
        if asked:
            sites = [_site(session.state, reference, file) for reference in references]
            edits.append(_wished(asked, sites, reason))
        for edit in edits:
            session.do(edit)
        rows = wish_rows(session.state)
    show(as_json, rows, lambda: text.wish_lines(rows))


def _site(state: State, reference: str, file: Path) -> Site:
    known = state.site_by_reference.get(reference.casefold())
    if known is None:
        raise UserError(f"There is no site {reference}.", str(file), "Give its reference.")
    return known


def _phase(state: State, name: str, file: Path) -> bytes | None:
    if name.casefold() == "none":
        return None
    for phase in state.phases_in_order:
        # “Phase 8: St Helens” is meant by its number, too.
        if name.casefold() in (phase.name.casefold(), phase.name.split(":")[0].casefold()):
            return phase.id
    names = ", ".join(phase.name for phase in state.phases_in_order) or "none yet"
    raise UserError(f"There is no phase {name}.", str(file), f"Those there are: {names}.")


def _wished(asked: list[tuple[str, date | None]], sites: list[Site], reason: str) -> Edit:
    for kind, on in asked:
        if len(sites) < (1 if on else 2):
            raise UserError(
                f"A wish “{kind}” is about {'a site' if on else 'two sites or more'}.",
                remedy="Name each with --site.",
            )
    idents = tuple(dict.fromkeys(site.id for site in sites))
    made = [Wish(id=new_id(), kind=kind, sites=idents, on=on, reason=reason) for kind, on in asked]
    return Create(made, f"Wish {plural(len(idents), 'site')} {asked[0][0]}")


def _listed_wishes(state: State) -> list[Wish]:
    return sorted(state.wishes.values(), key=lambda wish: (wish.kind, wish.on or date.min, wish.id))


def _taken_back(state: State, numbers: tuple[int, ...]) -> Edit:
    known = _listed_wishes(state)
    for number in numbers:
        if not 1 <= number <= len(known):
            raise UserError(f"There is no wish {number}.", remedy="See “wishes” for those kept.")
    return Delete("wish", [known[number - 1].id for number in dict.fromkeys(numbers)])


def wish_rows(state: State) -> list[dict[str, Any]]:
    """The wishes as they are listed, numbered from 1, each with its sites' references."""
    return [
        {
            "number": number,
            "kind": wish.kind,
            "on": wish.on.isoformat() if wish.on else None,
            "sites": [state.sites[i].reference for i in wish.sites if i in state.sites],
            "reason": wish.reason,
        }
        for number, wish in enumerate(_listed_wishes(state), 1)
    ]


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
