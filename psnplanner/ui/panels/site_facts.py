"""The facts of a site: how each reads, and how it is changed in place. Qt-free."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from psnplanner.errors import UserError
from psnplanner.programme.gates import uk
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import ACCESS_TYPES, PRIORITIES, TENURES, Site
from psnplanner.programme.state import State
from psnplanner.ui.typed_values import day_of
from psnplanner.ui.wording import capital, pounds, short_day

Words = Callable[[State, Site], str]


@dataclass(frozen=True)
class Fact:
    """One line: `field` of a site under a heading. `kind` says how it is changed.

    Kinds are text, long (text of several lines' length), choice, day, money, number, yes_no,
    link (to a record of `entity`), links (to several), place, and fixed (not changed here).
    """

    heading: str
    field: str
    kind: str
    words: Words
    choices: tuple[str, ...] = ()
    entity: str = ""


def _text(heading: str, field: str) -> Fact:
    return Fact(heading, field, "text", lambda _, site: getattr(site, field))


def _choice(heading: str, field: str, choices: tuple[str, ...]) -> Fact:
    return Fact(heading, field, "choice", lambda _, site: capital(getattr(site, field)), choices)


def _partner_words(state: State, site: Site) -> str:
    return with_certificate(state, site.partner) if site.partner else ""


def with_certificate(state: State, partner: RecordId) -> str:
    """A partner, and how long its compliance certificate lasts: going live needs one."""
    name = state.partner_name(partner)
    held = [c for c in state.certificates.values() if c.partner == partner]
    if not held or not name:
        return f"{name} (no certificate)" if name else "one since removed"
    ends = [c.valid_to for c in held if c.valid_to]
    return f"{name} (certificate to {uk(max(ends))})" if len(ends) == len(held) else name


def _sharing_words(state: State, site: Site) -> str:
    return "\n".join(with_certificate(state, partner) for partner in site.sharing)


def _node_words(state: State, site: Site) -> str:
    node = state.nodes.get(site.node) if site.node else None
    if node is None:
        return ""
    if node.live_on:
        return f"{node.name} (live {short_day(node.live_on)})"
    return f"{node.name} (planned {short_day(node.planned_on)})" if node.planned_on else node.name


def _place_words(_: State, site: Site) -> str:
    position = site.position
    if position is None:
        return ""
    words = f"{position.latitude:.4f}, {position.longitude:.4f}"
    words += f" ({position.source})" if position.source else ""
    return words + (f" ± {position.accuracy_m:,.0f} m" if position.accuracy_m else "")


def _cost_words(_: State, site: Site) -> str:
    return f"{pounds(site.annual_cost_pence)} a year" if site.annual_cost_pence is not None else ""


def _override_words(state: State, site: Site) -> str:
    given = [o for o in state.overrides.values() if o.site == site.id]
    return "\n".join(f"{o.gate} ({o.reason}, {short_day(o.given_on)})" for o in given)


FACTS = (
    _text("Name", "name"),
    _text("Reference", "reference"),
    _text("Kind", "kind"),
    _text("Address", "address"),
    _text("Postcode", "postcode"),
    _text("Contact", "contact"),
    Fact("Partner", "partner", "link", _partner_words, entity="partner"),
    Fact("Shared with", "sharing", "links", _sharing_words, entity="partner"),
    Fact("Node", "node", "link", _node_words, entity="node"),
    _choice("Access", "access", ACCESS_TYPES),
    _choice("Tenure", "tenure", TENURES),
    _choice("Priority", "priority", PRIORITIES),
    Fact("Annual cost", "annual_cost_pence", "money", _cost_words),
    Fact(
        "Contract ends",
        "contract_ends_on",
        "day",
        lambda _, site: short_day(site.contract_ends_on) if site.contract_ends_on else "",
    ),
    Fact(
        "Crew-days",
        "effort_days",
        "number",
        lambda _, site: f"{site.effort_days:g}" if site.effort_days is not None else "",
    ),
    _text("UPRN", "uprn"),
    Fact("Position", "position", "place", _place_words),
    Fact(
        "Sensitive",
        "sensitive",
        "yes_no",
        lambda _, site: "Yes: never shown to the public" if site.sensitive else "",
    ),
    Fact("Overrides", "", "fixed", _override_words),
)
"""Every fact of a site that has a field of its own, in the order they are shown."""

IN_HEADING = ("name", "reference", "kind", "partner")
"""Facts the form's heading tells already: shown again only to change them."""


def typed_text(fact: Fact, site: Site) -> str:
    """What stands in the line when a person begins to change a fact."""
    value = getattr(site, fact.field)
    if value is None:
        return ""
    if fact.kind == "money":
        return f"{value / 100:.2f}".removesuffix(".00")
    if fact.kind == "day":
        return short_day(value)
    return f"{value:g}" if fact.kind == "number" else str(value)


def value_of(fact: Fact, words: str) -> Any:
    """The value that was typed for a fact. Raises UserError, saying how it is written."""
    plain = " ".join(words.split())
    if fact.kind == "money":
        return _pence(plain)
    if fact.kind == "day":
        return day_of(plain)
    if fact.kind == "number":
        return _days(plain)
    return plain


def _pence(words: str) -> int | None:
    amount = _number(words.replace("£", ""))
    if amount is None:
        return None
    if not 0 <= amount < 1e9:
        raise UserError(f"“{words}” is no amount of money.", remedy="Write pounds: 1,250 or 99.50.")
    return round(amount * 100)


def _days(words: str) -> float | None:
    days = _number(words)
    if days is None:
        return None
    if not 0 <= days <= 1000:
        raise UserError(f"“{words}” is no number of crew-days.", remedy="Write one like 2 or 1.5.")
    return days


def _number(words: str) -> float | None:
    """The number written; none for no words, and one that fits nowhere for other words."""
    plain = words.replace(",", "").strip()
    if not plain:
        return None
    try:
        return float(plain)
    except ValueError:
        return -1.0
