"""A site, or several, put into words for the form."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import Any

from psnplanner.programme.edits import plural
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import State
from psnplanner.style import STATUS_ORDER
from psnplanner.ui.wording import capital, days_text, pounds, short_day, when

FACTS = (
    "Address",
    "Node",
    "Access",
    "Tenure",
    "Priority",
    "Shared with",
    "Annual cost",
    "Contract ends",
    "Contact",
    "Position",
    "UPRN",
    "Sensitive",
    "Note",
    "Overrides",
)


def facts(state: State, site: Site) -> dict[str, str]:
    """What is known of a site, by the names of FACTS; an empty text where nothing is."""
    position, node = site.position, state.nodes.get(site.node) if site.node else None
    place = "not known: “Place…” puts it on the map"
    if position:
        place = f"{position.latitude:.4f}, {position.longitude:.4f}"
        place += f" ({position.source})" if position.source else ""
        place += f" ± {position.accuracy_m:,.0f} m" if position.accuracy_m else ""
    overrides = [o for o in state.overrides.values() if o.site == site.id]
    values = (
        ", ".join(part for part in (site.address, site.postcode) if part),
        node.name if node else "",
        site.access,
        site.tenure,
        site.priority,
        ", ".join(filter(None, map(state.partner_name, site.sharing))),
        f"{pounds(site.annual_cost_pence)} a year" if site.annual_cost_pence is not None else "",
        short_day(site.contract_ends_on) if site.contract_ends_on else "",
        site.contact,
        place,
        site.uprn,
        "yes: never shown to the public" if site.sensitive else "",
        site.note,
        "\n".join(f"{o.gate} ({o.reason}, {short_day(o.given_on)})" for o in overrides),
    )
    return dict(zip(FACTS, values, strict=True))


def summary(state: State, chosen: frozenset[RecordId]) -> str:
    """What several chosen sites add up to."""
    sites = [state.sites[ident] for ident in chosen if ident in state.sites]
    tally = Counter(state.statuses[site.id] for site in sites)
    days = sum(state.effort_days(site) for site in sites)
    cost = sum(site.annual_cost_pence or 0 for site in sites)
    lines = [f"<b>{plural(len(sites), 'site')} selected</b>", ""]
    lines += [f"{capital(status)}: {tally[status]:,}" for status in STATUS_ORDER if tally[status]]
    lines += ["", f"{days_text(days)} crew-days", f"{pounds(cost)} a year today", ""]
    lines.append("Drag them onto a phase, or use the Plan menu to move or lock them.")
    return "<br>".join(lines)


def history_html(entries: list[Any]) -> str:
    """What happened, newest first."""
    lines = []
    faint = "color: gray"
    for entry in reversed(entries[-60:]):
        said = f"{when(entry.recorded_at)}, {escape(entry.author)}"
        lines.append(f"<p>{escape(entry.sentence)}<br><span style='{faint}'>{said}</span></p>")
    return "".join(lines) or "<p>Nothing has happened yet.</p>"
