"""The online maps that may be shown: free, without a key, and fit to be drawn on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Offer:
    """A line of the menu. `path` is its name in xyzservices, `host` whom it asks."""

    key: str
    words: str
    path: str
    host: str


OFFERS = (
    Offer("osm", "OpenStreetMap", "OpenStreetMap.Mapnik", "tile.openstreetmap.org"),
    Offer("hot", "OpenStreetMap, humanitarian style", "OpenStreetMap.HOT", "openstreetmap.fr"),
    Offer("topo", "OpenTopoMap (relief)", "OpenTopoMap", "opentopomap.org"),
    Offer("cyclosm", "CyclOSM (roads and cycle ways)", "CyclOSM", "openstreetmap.fr"),
)
"""The first is OpenStreetMap itself."""


@dataclass(frozen=True)
class Provider:
    """An online map: where its tiles are, whose they are, and the levels it has."""

    name: str
    url: str
    attribution: str
    highest: int = 19
    subdomains: str = "abc"

    def address(self, zoom: int, x: int, y: int) -> str:
        """The address of one tile; a tile always comes from the same subdomain, for the cache."""
        place = self.subdomains[(x + y) % len(self.subdomains)] if self.subdomains else ""
        known: dict[str, Any] = {"z": zoom, "x": x, "y": y, "s": place, "r": ""}
        return self.url.format(**known)


def provider(key: str) -> Provider | None:
    """The provider behind a key of the menu; None if it is not offered (any more)."""
    offer = next((offer for offer in OFFERS if offer.key == key), None)
    if offer is None:
        return None
    from xyzservices import providers  # reads a large table: only once it is wanted

    found: Any = providers
    for part in offer.path.split("."):
        found = found[part]
    if found.requires_token():
        return None  # a later table may ask for a key: then it is no longer free
    return Provider(
        name=offer.words.split(" (")[0],
        url=found.url,
        attribution=plain(found.attribution),
        highest=int(found.get("max_zoom", 19)),
        subdomains=str(found.get("subdomains", "abc")),
    )


def plain(attribution: str) -> str:
    """An attribution as text: no markup, the sign of copyright, parts set apart as ours are."""
    text = re.sub(r"<[^>]*>", "", attribution).replace("(C)", "©").replace(" | ", " · ")
    return " ".join(text.split())
