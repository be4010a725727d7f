"""Small programmes to plan, made by hand and at random."""

import random
from datetime import date

from psnplanner.planning.calendar import uk_calendar
from psnplanner.programme.change import creation
from psnplanner.programme.partner import Partner
from psnplanner.programme.record import Position, Record
from psnplanner.programme.site import ACCESS_TYPES, Site
from psnplanner.programme.state import PROGRAMME_ID, Programme, State
from psnplanner.resource_files import read_text

TODAY = date(2014, 2, 24)
GO_LIVE = date(2015, 4, 1)
CALENDAR = uk_calendar(range(2013, 2018))


def ident(number: int) -> bytes:
    """A record's id from a number."""
    return number.to_bytes(16, "big")


def programme(*records: Record, **values: object) -> State:
    """A state with the default workflow, these records, and fields of the programme."""
    given = {"go_live_on": GO_LIVE, "status_on": TODAY, "name": "Test"} | values
    own = Programme(id=PROGRAMME_ID, workflow=read_text("workflow.toml"), **given)
    return State().after([creation(own), *(creation(record) for record in records)])


def partner(number: int) -> Partner:
    """Partner number so and so."""
    return Partner(id=ident(10_000 + number), name=f"Partner {number}")


def site(number: int, **values: object) -> Site:
    """An owned site with duct, at a place of its own near Northwich."""
    place = Position(53.2 + number % 10 * 0.01, -2.6 + number // 10 * 0.01)
    given = {
        "reference": f"S{number:04}",
        "name": f"Building {number}",
        "address": "High Street, Northwich",
        "partner": partner(0).id,
        "position": place,
        "access": "existing duct",
        "tenure": "owned",
        "annual_cost_pence": 120_000,
    }
    return Site(id=ident(number), **(given | values))


def towns(count: int, seed: int = 1) -> list[Site]:
    """Sites around five towns 20 km apart, of every access, tenure and priority."""
    chance = random.Random(seed)
    centres = [(53.2, -2.9), (53.4, -2.95), (53.4, -2.6), (53.1, -2.45), (53.25, -2.15)]
    sites = []
    for number in range(count):
        latitude, longitude = chance.choice(centres)
        sites.append(
            site(
                number,
                position=Position(
                    latitude + chance.gauss(0, 0.02), longitude + chance.gauss(0, 0.03)
                ),
                partner=partner(chance.randrange(5)).id,
                access=chance.choice(ACCESS_TYPES),
                tenure=chance.choice(["owned", "owned", "leased"]),
                priority=chance.choice(["", "", "high", "medium"]),
                contract_ends_on=chance.choice([None, date(2014, 9, 1), date(2015, 8, 1)]),
            )
        )
    return sites
