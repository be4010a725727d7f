"""An address looked up on the internet, only where the user has switched that on.

Source: the usage policy of Nominatim (OpenStreetMap Foundation): one request a second, a proper
user agent, results kept. Any geopy geocoder will do in its place.
"""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from math import cos, hypot, radians
from pathlib import Path
from typing import Any

from geopy.exc import GeocoderServiceError, GeopyError
from geopy.extra.rate_limiter import RateLimiter
from geopy.geocoders import Nominatim

from psnplanner import __version__, home
from psnplanner.geography.found import Found

_USER_AGENT = f"PSN-Planner/{__version__} (desktop program; look-ups typed in by one person)"
_SECONDS_APART = 1.0
_TIMEOUT_S = 10
_MOST_FAILURES = 3
_METRES_A_DEGREE = 111_320.0
_BEST_ACCURACY_M, _UNKNOWN_ACCURACY_M = 30.0, 500.0
_SAVE_EVERY = 20


class Online:
    """Looks addresses up, one a second, and remembers the answers with their day.

    `geocoder` is anything with geopy's `geocode(query)`; Nominatim unless given. After three
    failures in a row the network is taken to be down, and not asked again.
    """

    def __init__(
        self,
        geocoder: Any = None,
        *,
        seconds_apart: float = _SECONDS_APART,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        geocoder = geocoder or Nominatim(user_agent=_USER_AGENT, timeout=_TIMEOUT_S)
        self.name = type(geocoder).__name__
        self._ask = RateLimiter(
            geocoder.geocode,
            min_delay_seconds=seconds_apart,
            max_retries=0,
            swallow_exceptions=False,
        )
        self._options = {"country_codes": "gb"} if isinstance(geocoder, Nominatim) else {}
        self._clock = clock
        self._path = home.folder() / "gazetteer" / "online.json"
        self._known = _read(self._path)
        self._unsaved = 0
        self._failures = 0

    def find(self, address: str) -> tuple[Found | None, str]:
        """The position of an address, or None and the reason in words.

        A failure of the network is such a reason, never an error, and is not remembered.
        """
        query = " ".join(address.split())
        key = f"{self.name}: {query.casefold()}"
        if not query:
            return None, "there is no address to ask for"
        if key not in self._known:
            if self._failures >= _MOST_FAILURES:
                return None, f"{self.name} does not answer"
            try:
                location = self._ask(query, **self._options)
            except (GeopyError, OSError) as error:
                self._failures += 1
                service = isinstance(error, GeocoderServiceError)
                what = "did not answer" if service else "could not be asked"
                return None, f"{self.name} {what} ({str(error)[:80] or type(error).__name__})"
            self._failures = 0
            self._remember(key, location)
        return self._answer(key)

    def _remember(self, key: str, location: Any) -> None:
        entry: dict[str, Any] = {"on": self._clock().date().isoformat()}
        if location is not None:
            entry |= {
                "latitude": float(location.latitude),
                "longitude": float(location.longitude),
                "accuracy_m": _accuracy_m(location),
            }
        self._known[key] = entry
        self._unsaved += 1
        if self._unsaved >= _SAVE_EVERY:
            self.save()

    def _answer(self, key: str) -> tuple[Found | None, str]:
        entry = self._known[key]
        if "latitude" not in entry:
            return None, f"{self.name} does not know the address"
        source = f"online address ({self.name}, {entry['on']})"
        found = Found(entry["latitude"], entry["longitude"], source, entry["accuracy_m"])
        return found, ""

    def save(self) -> None:
        """Keep the answers for the next time; a folder that refuses costs only that."""
        if not self._unsaved:
            return
        beside = self._path.with_suffix(f".{os.getpid()}.part")
        try:
            home.made_folder(self._path.parent.name)
            beside.write_text(json.dumps(self._known, ensure_ascii=False, indent=0), "utf-8")
            beside.replace(self._path)
            self._unsaved = 0
        except OSError:
            beside.unlink(missing_ok=True)


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        known = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return known if isinstance(known, dict) and all(map(_is_entry, known.values())) else {}


def _is_entry(entry: object) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("on"), str):
        return False
    numbers = [entry.get(name) for name in ("latitude", "longitude", "accuracy_m")]
    return numbers == [None] * 3 or all(isinstance(number, float) for number in numbers)


def _accuracy_m(location: Any) -> float:
    """Half the diagonal of the answer's box: a house is small, “Widnes” is 5 km across."""
    box = (getattr(location, "raw", None) or {}).get("boundingbox") or ()
    try:
        south, north, west, east = (float(edge) for edge in box)
    except (TypeError, ValueError):
        return _UNKNOWN_ACCURACY_M
    across = (east - west) * cos(radians((south + north) / 2))
    return max(_BEST_ACCURACY_M, hypot(north - south, across) / 2 * _METRES_A_DEGREE)
