"""The columns of a list of sites as it leaves: what each is called, and what stands in it.

The headings are the ones intake knows its fields by, so that an exported list comes back with
nothing changed. Columns that intake has no field for say so in their heading, and are passed
over when the list is read; a site's columns of other lists stand last, under their own headings.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from psnplanner.programme.record import Position, RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import State

INFORMATION = " (for information)"
"""How the heading of a column ends that is not read back."""

TEXT, MONEY, DAY, DEGREES, NUMBER, YES_NO = "text", "money", "day", "degrees", "number", "yes no"
DEGREE_DECIMALS = 7
_NO_XML = "\ufffe\uffff"  # characters no XML, and so no workbook and no KML, may hold

Value = str | int | float | date | bool | None
Reader = Callable[["Sites", Site], Value]


@dataclass(frozen=True)
class Column:
    """One column: heading, ten-letter name for Shapefiles, kind of value, width in characters.

    Money is in pence; `kind` is one of the words above.
    """

    heading: str
    short: str
    kind: str
    width: int
    read: Reader

    @property
    def is_place(self) -> bool:
        """Whether the column is a coordinate, which spatial formats carry as geometry."""
        return self.kind == DEGREES


class Sites:
    """The sites of a programme as rows under COLUMNS and the headings of `other`."""

    def __init__(self, state: State, only: Collection[RecordId] | None = None) -> None:
        self.state = state
        wanted = None if only is None else frozenset(only)
        self.rows = [s for i, s in state.sites.items() if wanted is None or i in wanted]

    @cached_property
    def _partner_names(self) -> Mapping[bytes, str]:
        """Names that find their partner again: unlike any other, and on one line."""
        names = {ident: partner.name for ident, partner in self.state.partners.items()}
        times = Counter(name.casefold() for name in names.values())
        return {
            ident: name
            for ident, name in names.items()
            if times[name.casefold()] == 1 and name == " ".join(name.split()) and name.isprintable()
        }

    def partner(self, site: Site) -> str:
        """The partner's name, or nothing if by that name it would not be found again."""
        return self._partner_names.get(site.partner or b"", "")

    def sharing(self, site: Site) -> str:
        """The further partners between semicolons, or nothing if they could not be told apart."""
        names = [self._partner_names.get(ident, "") for ident in site.sharing]
        if not all(names) or any(mark in name for name in names for mark in ";|/"):
            return ""
        joined = "; ".join(names)
        # A lone name with a comma would be taken for two: a closing semicolon says it is one.
        return joined + ";" if len(names) == 1 and "," in joined else joined

    def used_by(self, site: Site) -> str:
        """Every partner of a site by name, whatever the name."""
        names = map(self.state.partner_name, (site.partner, *site.sharing))
        return "; ".join(filter(None, names))

    def stage(self, site: Site) -> str:
        """The first stage that is still to do before going live, or nothing."""
        remaining = self.state.workflow.remaining(site, self.state.stages_of(site.id))
        return remaining[0].name if remaining else ""

    @cached_property
    def other_headings(self) -> list[str]:
        """The headings of other lists that sites keep, once each, in the order first met."""
        standard = {column.heading.casefold() for column in COLUMNS}
        found: dict[str, str] = {}
        for site in self.rows:
            for heading, _ in site.other:
                key = _key(heading)
                if key and key not in standard and not key.endswith(INFORMATION.strip()):
                    found.setdefault(key, plain(heading))
        return list(found.values())

    def others(self, site: Site) -> list[str]:
        """What a site has under each of `other_headings`."""
        texts: dict[str, str] = {}
        for heading, text in site.other:
            if text:
                texts.setdefault(_key(heading), text)
        return [texts.get(heading.casefold(), "") for heading in self.other_headings]

    def value(self, column: Column, site: Site) -> Value:
        """What stands in a column: a bad value is kept in `other` under the column's heading."""
        value = column.read(self, site)
        if value in (None, "") and not column.heading.endswith(INFORMATION):
            key = column.heading.casefold()
            return next((text for heading, text in site.other if _key(heading) == key), value)
        return value


def plain(text: str) -> str:
    """A text on one line."""
    return " ".join(printable(text).split())


def printable(text: str) -> str:
    """A text without the control characters no format carries; line ends and tabs stay."""
    if text.isprintable():
        return text
    return "".join(
        c
        for c in text
        if c in "\n\r\t" or (unicodedata.category(c) not in ("Cc", "Cs") and c not in _NO_XML)
    )


def _key(heading: str) -> str:
    return plain(heading).casefold()


def _attribute(name: str) -> Reader:
    def read(sites: Sites, site: Site) -> Value:
        value: Value = getattr(site, name)
        return value

    return read


def _position(name: str) -> Reader:
    def read(sites: Sites, site: Site) -> Value:
        value: Value = getattr(site.position, name) if site.position else None
        return value

    return read


def degrees(value: float) -> str:
    """Degrees in plain decimals, a centimetre fine: never 1e-05."""
    return f"{value:.{DEGREE_DECIMALS}f}"


def rounded(position: Position) -> tuple[float, float]:
    """Longitude and latitude as fine as every format gives them."""
    return round(position.longitude, DEGREE_DECIMALS), round(position.latitude, DEGREE_DECIMALS)


def _information(
    heading: str, short: str, read: Reader, kind: str = TEXT, width: int = 16
) -> Column:
    return Column(heading + INFORMATION, f"i_{short}", kind, width, read)


COLUMNS: tuple[Column, ...] = (
    Column("Reference", "reference", TEXT, 12, _attribute("reference")),
    Column("Name", "name", TEXT, 36, _attribute("name")),
    Column("Kind", "kind", TEXT, 18, _attribute("kind")),
    Column("Partner", "partner", TEXT, 26, lambda sites, site: sites.partner(site)),
    Column("Sharing partners", "sharing", TEXT, 26, lambda sites, site: sites.sharing(site)),
    Column("Address", "address", TEXT, 40, _attribute("address")),
    Column("Postcode", "postcode", TEXT, 11, _attribute("postcode")),
    Column("UPRN", "uprn", TEXT, 15, _attribute("uprn")),
    Column("Latitude", "latitude", DEGREES, 12, _position("latitude")),
    Column("Longitude", "longitude", DEGREES, 12, _position("longitude")),
    Column("Access", "access", TEXT, 14, _attribute("access")),
    Column("Tenure", "tenure", TEXT, 12, _attribute("tenure")),
    Column("Annual cost", "annualcost", MONEY, 13, _attribute("annual_cost_pence")),
    Column("Contract end", "contr_end", DAY, 13, _attribute("contract_ends_on")),
    Column("Priority", "priority", TEXT, 10, _attribute("priority")),
    Column("Sensitive", "sensitive", YES_NO, 10, _attribute("sensitive")),
    Column("Contact", "contact", TEXT, 28, _attribute("contact")),
    Column("Note", "note", TEXT, 40, _attribute("note")),
    _information("Status", "status", lambda sites, site: sites.state.statuses[site.id]),
    _information("Next stage", "stage", lambda sites, site: sites.stage(site), width=24),
    _information("Phase", "phase", lambda sites, site: _name(sites.state.phases, site.phase)),
    _information("Locked to its phase", "locked", _attribute("locked"), YES_NO, 12),
    _information("Node", "node", lambda sites, site: _name(sites.state.nodes, site.node)),
    _information("Effort in crew-days", "effort",
                 lambda sites, site: sites.state.effort_days(site), NUMBER, 12),
    _information("Position from", "possrc", _position("source"), width=24),
    _information("Position good to m", "accuracy", _position("accuracy_m"), NUMBER, 12),
    _information("Used by", "usedby", lambda sites, site: sites.used_by(site), width=40),
)  # fmt: skip
"""Every column of the model, those intake has a field for first."""


def _name(records: Mapping[bytes, object], ident: bytes | None) -> str:
    return str(getattr(records.get(ident or b""), "name", ""))
