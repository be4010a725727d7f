"""What every source of positions answers with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """A position in WGS84 degrees, the text of where it is from, and how good it is.

    `accuracy_m`: the building is probably (9 in 10) within this many metres.
    """

    latitude: float
    longitude: float
    source: str
    accuracy_m: float
