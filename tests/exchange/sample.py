"""Programmes to export: one with every field filled, and any that hypothesis can think of."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from hypothesis import strategies as st

from psnplanner.geography.gazetteer import Gazetteer
from psnplanner.intake.lists import read_list
from psnplanner.intake.preview import Preview
from psnplanner.programme.change import creation
from psnplanner.programme.node import Node
from psnplanner.programme.partner import Partner
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import Position, Record, derived_id
from psnplanner.programme.site import ACCESS_TYPES, PRIORITIES, TENURES, Site
from psnplanner.programme.state import PROGRAMME_ID, Programme, State

TODAY = date(2014, 6, 2)
_WORKFLOW = (Path(__file__).parents[2] / "resources" / "workflow.toml").read_text("utf-8")
PARTNERS = ("Halton Council", "Cheshire Police", "Wirral, Ltd", "مجلس المدينة", "=SUM(A1)")


def ident(name: str) -> bytes:
    """The same id for the same name."""
    return derived_id(bytes(16), name)


def programme(sites: list[Site], *more: Record) -> State:
    """A state of these sites, with partners, a node and a phase they may name."""
    records: list[Record] = [
        Programme(id=PROGRAMME_ID, name="Test", status_on=TODAY, workflow=_WORKFLOW),
        *(Partner(id=ident(name), name=name, kind="council") for name in PARTNERS),
        Node(id=ident("Runcorn"), name="Runcorn", position=Position(53.33, -2.7), ports=24,
             live_on=date(2014, 3, 3)),
        Phase(id=ident("Phase 1"), name="Phase 1"),
        *more,
        *sites,
    ]  # fmt: skip
    return State().after([creation(record) for record in records])


def full_site() -> Site:
    """A site with something awkward in every field."""
    return Site(
        id=ident("full"), reference="=007", name='The "Grange",\nNorth', kind="School",
        partner=ident("Cheshire Police"), sharing=(ident("Wirral, Ltd"),),
        address="1 High Street\nWidnes", postcode="WA8 8HH", uprn="000123456789",
        position=Position(53.361234567, -2.731234567, "surveyed on the roof", 1.5),
        access="existing duct", tenure="leased", sensitive=True, annual_cost_pence=79_015,
        contract_ends_on=date(2014, 11, 23), priority="high", node=ident("Runcorn"),
        phase=ident("Phase 1"), locked=True, note="+44 key\n\nat 'reception'; ask, twice",
        contact="@mary", effort_days=2.5,
        other=(("Floors", "007"), ("Town", "Widnes"), ("=Odd", "-1+2"), ("Postcode", "old one")),
    )  # fmt: skip


def read_back(path: Path, state: State) -> Preview:
    """The list read against the programme, without a gazetteer."""
    return read_list(path, state, today=TODAY, gazetteer=Gazetteer([]))


def changes(path: Path, state: State) -> list[object]:
    """What importing the list would change."""
    preview = read_back(path, state)
    told = [
        (row.action, row.reference, row.changes, row.problems)
        for row in preview.rows
        if row.action != "unchanged"
    ]
    assert len(preview.rows) == len(state.sites)
    return [*told, *preview.edit.propose(state, TODAY).changes]


_ODD = st.sampled_from(
    ["=1+1", "+44 151 496 0000", "-2", "@cmd", "'=x", "'tis", "007", '"', "\n", "a\r\nb", "é",
     "שלום", "\u200fمرحبا\u200e", "🏫", "a,b;c|d\te", "  two  spaces ", "1E5", "TRUE",
     "_x0041_", "<b>&amp;"]
)  # fmt: skip
_CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"])
TEXTS = st.one_of(st.just(""), _ODD, st.text(_CHARACTERS, max_size=30),
                  st.builds("{}{}".format, _ODD, st.text(_CHARACTERS, max_size=8)))  # fmt: skip
_DEGREES = {"allow_nan": False, "allow_infinity": False}
POSITIONS = st.builds(
    Position, st.floats(50.0, 60.0, **_DEGREES), st.floats(-8.0, 1.8, **_DEGREES),
    st.sampled_from(["postcode (2014-08)", "placed by hand", "coordinates of the list (WGS84)"]),
    st.sampled_from([None, 10.0, 85.5]),
)  # fmt: skip
_LINKS = st.sampled_from([ident(name) for name in PARTNERS])


@st.composite
def some_sites(draw: st.DrawFn) -> list[Site]:
    """One to four sites that a list can name: each has a reference of its own."""
    sites = []
    headings = st.sampled_from(
        ["Floors", "floors", "Town", "e-mail", "POST CODE", "fid", "geom", "id", "=Odd",
         "Ward (old)", "עיר", "Close date", "Latitude", "icon"]
    )  # fmt: skip
    for number in range(draw(st.integers(1, 4))):
        prefix = draw(st.sampled_from(["S", "=", "0", "-", "é", "'+", "@"]))
        sharing = draw(st.lists(_LINKS, max_size=2, unique=True))
        partner = draw(st.one_of(st.none(), _LINKS))
        sites.append(
            Site(
                id=ident(f"site {number}"),
                reference=f"{prefix}{number:03d}A",
                name=draw(TEXTS),
                kind=draw(TEXTS),
                partner=partner,
                sharing=tuple(link for link in sharing if link != partner),
                address=draw(TEXTS),
                postcode=draw(st.sampled_from(["", "CH1 2HP", "L31 8BW"])),
                uprn=draw(st.sampled_from(["", "000000000123", "100012604936"])),
                position=draw(st.one_of(st.none(), POSITIONS)),
                access=draw(st.sampled_from(["", *ACCESS_TYPES])),
                tenure=draw(st.sampled_from(["", *TENURES])),
                sensitive=draw(st.booleans()),
                annual_cost_pence=draw(st.one_of(st.none(), st.integers(0, 10**9))),
                contract_ends_on=draw(
                    st.one_of(st.none(), st.dates(date(1850, 1, 1), date(2150, 1, 1)))
                ),
                priority=draw(st.sampled_from(["", *PRIORITIES])),
                note=draw(TEXTS),
                contact=draw(TEXTS),
                effort_days=draw(st.one_of(st.none(), st.floats(0, 100))),
                other=tuple(
                    draw(
                        st.lists(
                            st.tuples(headings, TEXTS), max_size=3, unique_by=lambda pair: pair[0]
                        )
                    )
                ),
            )
        )
    return sites
