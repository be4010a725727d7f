"""Addresses asked of a geocoder that is not there: the network stays out of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from geopy.exc import GeocoderTimedOut
from geopy.location import Location

from psnplanner.geography.online import Online

BOX = {"boundingbox": ["53.36", "53.37", "-2.74", "-2.72"]}


class Fake:
    """A geocoder that knows one address, and can be out of order."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.down = False

    def geocode(self, query: str) -> Location | None:
        """The one address, or nothing."""
        self.asked.append(query)
        if self.down:
            raise GeocoderTimedOut("timed out")
        return Location("Hall", (53.365, -2.73), BOX) if "Lacey" in query else None


def made(fake: Any) -> Online:
    return Online(fake, seconds_apart=0, clock=lambda: datetime(2014, 6, 2, tzinfo=UTC))


def test_an_answer_carries_its_day_and_how_good_it_is_and_is_kept() -> None:
    fake = Fake()
    online = made(fake)
    found, reason = online.find("1  Lacey Street, Widnes")
    assert found is not None
    assert (found.latitude, found.longitude, reason) == (53.365, -2.73, "")
    assert found.source == "online address (Fake, 2014-06-02)"
    assert 600 < found.accuracy_m < 1_200
    assert online.find("nowhere at all") == (None, "Fake does not know the address")
    online.save()
    again = made(fake)
    assert again.find("1 lacey street, widnes")[0] == found
    assert again.find("Nowhere at all")[0] is None
    assert len(fake.asked) == 2


def test_a_network_that_fails_is_a_reason_and_is_soon_let_be() -> None:
    fake = Fake()
    fake.down = True
    online = made(fake)
    reasons = [online.find(f"{n} Lacey Street")[1] for n in range(5)]
    assert "did not answer (timed out)" in reasons[0]
    assert reasons[4] == "Fake does not answer"
    assert len(fake.asked) == 3
    online.save()
    fake.down = False
    assert made(fake).find("0 Lacey Street")[0] is not None


def test_a_damaged_memory_is_forgotten() -> None:
    from psnplanner import home

    path = home.folder() / "gazetteer" / "online.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('{"Fake: 1 lacey street": {"on": 5}}', "utf-8")
    assert made(Fake()).find("1 Lacey Street")[0] is not None
