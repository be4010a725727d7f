"""Where each row is: its own coordinates, else its postcode, else its postcode district.

All rows go through the gazetteer in one call; every position says its source and accuracy.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from psnplanner.geography import postcode as spelling
from psnplanner.geography.gazetteer import Found, Gazetteer
from psnplanner.geography.grid import bng_to_wgs84
from psnplanner.intake.rows import ERROR, MENDED, WARNING, Draft
from psnplanner.programme.record import Position

OWN_GRID = "coordinates of the list (British National Grid)"
OWN_DEGREES = "coordinates of the list (WGS84)"
OWN = "coordinates of the list"
POSTCODE = "postcode"
DISTRICT = "postcode district"
ADD_GAZETTEER = (
    "Download Code-Point Open (CSV) from Ordnance Survey, run "
    "“psnplanner gazetteer add codepo_gb.zip”, and import the list again."
)

_LATITUDES, _LONGITUDES = (49.8, 60.95), (-8.8, 1.85)
_EASTINGS_M, _NORTHINGS_M = (1_000.0, 700_000.0), (1_000.0, 1_300_000.0)
_BEST_ACCURACY_M = 10.0  # a point given for a building is rarely its entrance
_FAR_M = 600.0  # and at least four times what the postcode's own position is good for
_MISTAKE_M, _RIGHT_M = 2_000.0, 1_000.0  # off as given; off once read the other way round
_EARTH_M = 6_371_000.0

Array = NDArray[np.float64]
Pair = tuple[float, float]
Heading = Callable[[str], str]


def place(drafts: Sequence[Draft], gazetteer: Gazetteer, heading: Heading) -> None:
    """Give each draft its position, or a problem that says why it has none.

    `heading` gives the heading of the column that fills a field, for the problems.
    """
    texts = [str(draft.values.get("postcode", "")) for draft in drafts]
    wanted = {text: i for i, text in enumerate(dict.fromkeys(text for text in texts if text))}
    answers = gazetteer.positions(list(wanted))
    found = [answers[wanted[text]] if text else None for text in texts]
    _place_by_own(drafts, found, heading)
    districts: dict[str, Found | None] = {}
    known = " or ".join(release.title for release in gazetteer.releases)
    for draft, answer in zip(drafts, found, strict=True):
        if "position" not in draft.values:
            if answer is not None:
                draft.values["position"] = _position(answer)
            else:
                _place_by_district(draft, gazetteer, districts, known, heading)
        elif answer is None and known and draft.values.get("postcode"):
            postcode = str(draft.values["postcode"])
            draft.tell(heading("postcode"), postcode,
                       f"{_unknown(postcode, known)}. Placed by the coordinates.",
                       "Check the postcode against the address.")  # fmt: skip


def _position(found: Found) -> Position:
    return Position(found.latitude, found.longitude, found.source, found.accuracy_m)


def _place_by_own(drafts: Sequence[Draft], found: Sequence[Found | None], heading: Heading) -> None:
    grid: list[tuple[Draft, Pair]] = []
    for draft, answer in zip(drafts, found, strict=True):
        if draft.coordinates:
            near = (answer.latitude, answer.longitude) if answer else None
            _read_own(draft, near, grid, heading)
    _convert(grid, found, drafts, heading)
    _check_distance(drafts, found, heading)


def _read_own(
    draft: Draft, near: Pair | None, grid: list[tuple[Draft, Pair]], heading: Heading
) -> None:
    """Tell degrees from metres by value: headings are often wrong about it."""
    have = draft.coordinates
    pairs = [("northing", "easting"), ("latitude", "longitude")]
    pair = [(have[a], have[b], a, b) for a, b in pairs if a in have and b in have]
    if not pair:
        name = next(iter(have))
        _tell(draft, heading(name), "Only one of the two coordinates is given.",
              "Give both, or leave both blank.")  # fmt: skip
        return
    for up, across, a, b in pair:
        columns = f"{heading(b)}, {heading(a)}"
        if up == 0 and across == 0:
            _tell(draft, columns, "Coordinates 0, 0 are no place: not used.", "Leave them blank.")
        elif _within(up, _LATITUDES) and _within(across, _LONGITUDES):
            _set_degrees(draft, (up, across), near, columns)
        elif _within(across, _LATITUDES) and _within(up, _LONGITUDES):
            _mend(draft, columns, "Latitude and longitude stand in each other's columns")
            _set_degrees(draft, (across, up), near, columns)
        elif _within(up, _LATITUDES) and near and abs(near[1] + across) < 0.1:
            _mend(draft, columns, "The longitude lacks its minus sign (west of Greenwich)")
            _set_degrees(draft, (up, -across), near, columns)
        elif _within(across, _EASTINGS_M) and _within(up, _NORTHINGS_M):
            grid.append((draft, (across, up)))
        elif _within(up, _EASTINGS_M) and _within(across, _NORTHINGS_M):
            grid.append((draft, (up, across)))
            _mend(draft, columns, "Easting and northing stand in each other's columns")
        else:
            _tell(draft, columns, "The coordinates are not in Great Britain: not used.",
                  "Correct them (grid metres or degrees), or leave them blank.")  # fmt: skip
            continue
        return


def _set_degrees(draft: Draft, at: Pair, near: Pair | None, columns: str) -> None:
    latitude, longitude = at
    wrong_side = near is not None and 0 < longitude < 2 and abs(near[1] + longitude) < 0.1
    if wrong_side and near is not None and abs(near[1] - longitude) > 0.2:
        longitude = -longitude
        _mend(draft, columns, "The longitude lacks its minus sign (west of Greenwich)")
    decimals = len(f"{longitude:.7f}".rstrip("0").split(".")[1])
    accuracy_m = max(_BEST_ACCURACY_M, 111_000.0 / 10**decimals)
    draft.values["position"] = Position(latitude, longitude, OWN_DEGREES, accuracy_m)


def _convert(
    grid: list[tuple[Draft, Pair]],
    found: Sequence[Found | None],
    drafts: Sequence[Draft],
    heading: Heading,
) -> None:
    if not grid:
        return
    near = {draft.row: answer for draft, answer in zip(drafts, found, strict=True)}
    metres = np.array([pair for _, pair in grid])
    straight = np.column_stack(bng_to_wgs84(metres[:, 0], metres[:, 1]))
    for (draft, pair), at in zip(grid, straight.tolist(), strict=True):
        columns = f"{heading('easting')}, {heading('northing')}"
        answer = near[draft.row]
        if answer is not None and not _is_near(at, answer, _MISTAKE_M):
            lats, lons = bng_to_wgs84(pair[1], pair[0])
            swapped = [float(lats[0]), float(lons[0])]
            if _is_near(swapped, answer, _RIGHT_M):
                at = swapped
                _mend(draft, columns, "Easting and northing stand in each other's columns")
        if np.isfinite(at[0]):
            accuracy_m = max(_BEST_ACCURACY_M, min(_step(pair[0]), _step(pair[1])))
            draft.values["position"] = Position(at[0], at[1], OWN_GRID, accuracy_m)
        else:
            _tell(draft, columns, "The coordinates are not in Great Britain: not used.",
                  "Correct them, or leave them blank.")  # fmt: skip


def _step(metres: float) -> float:
    """How coarsely a grid coordinate is given: 100 m for 341000, 1 m for 341003."""
    return next((step for step in (1000.0, 100.0, 10.0) if metres % step == 0), 1.0)


def _is_near(at: Sequence[float], found: Found, within_m: float) -> bool:
    distance_m = _distances_m(np.array([[at[0], at[1], found.latitude, found.longitude]]))
    return bool(distance_m[0] <= within_m)  # NaN is not near


def _distances_m(pairs: Array) -> Array:
    """Great-circle distances of rows (latitude, longitude, latitude, longitude) in degrees.

    Source: the haversine formula (Sinnott, 1984); good to 0.5 %, ample for a warning.
    """
    lat1, lon1, lat2, lon2 = np.radians(pairs).T
    half = np.sin((lat2 - lat1) / 2) ** 2
    half = half + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
    result: Array = 2 * _EARTH_M * np.arcsin(np.sqrt(half))
    return result


def _check_distance(
    drafts: Sequence[Draft], found: Sequence[Found | None], heading: Heading
) -> None:
    """Say where a site's own coordinates and its postcode disagree."""
    both = [
        (draft, answer)
        for draft, answer in zip(drafts, found, strict=True)
        if answer is not None and "position" in draft.values
    ]
    if not both:
        return
    points = [(*d.values["position"][:2], a.latitude, a.longitude) for d, a in both]
    for (draft, answer), distance_m in zip(both, _distances_m(np.array(points)), strict=True):
        if distance_m > max(_FAR_M, 4 * answer.accuracy_m):
            far = f"{distance_m / 1000:.1f} km" if distance_m > 1500 else f"{distance_m:.0f} m"
            postcode = str(draft.values["postcode"])
            draft.tell(
                heading("postcode"), postcode,
                f"The coordinates lie {far} from postcode {postcode}: one of the two is wrong. "
                "Placed by the coordinates.",
                "Check on the map, then correct the postcode or the coordinates.",
            )  # fmt: skip


def _place_by_district(
    draft: Draft,
    gazetteer: Gazetteer,
    districts: dict[str, Found | None],
    known: str,
    heading: Heading,
) -> None:
    postcode = str(draft.values.get("postcode", ""))
    district = spelling.outward(postcode) if postcode else draft.district
    column = heading("postcode") or heading("address")
    if not known:
        _unplaced_without_gazetteer(draft, column, postcode or district)
        return
    if district and district not in districts:
        districts[district] = gazetteer.outward_centroid(district)
    answer = districts.get(district) if district else None
    unknown = _unknown(postcode, known)
    if answer is None:
        message = f"{unknown}, nor is its district." if postcode else _nowhere(draft)
        draft.tell(column, postcode or district, f"Not on the map: {_lower(message)}",
                   "Give a valid postcode, or coordinates.", ERROR)  # fmt: skip
        return
    draft.values["position"] = _position(answer)
    within = f"{answer.accuracy_m / 1000:.1f} km"
    reason = f"{unknown}: placed" if postcode else "Placed"
    draft.tell(column, postcode or district,
               f"{reason} in the middle of {district}, up to {within} off.",
               "Check the postcode against the address, or give coordinates.", WARNING)  # fmt: skip


def _unknown(postcode: str, known: str) -> str:
    return f"Postcode {postcode} is not in {known} (mistyped, ended, or newer)"


def _nowhere(draft: Draft) -> str:
    if draft.district:
        return f"District {draft.district} is not known either."
    given = any(problem.severity == WARNING for problem in draft.problems)
    return "No postcode that can be used." if given else "No postcode and no coordinates."


def _unplaced_without_gazetteer(draft: Draft, column: str, postcode: str) -> None:
    if postcode:
        message, remedy = "Not on the map: no gazetteer is loaded.", "See the first problem."
    else:
        message = f"Not on the map: {_lower(_nowhere(draft))}"
        remedy = "Give a valid postcode, or coordinates."
    draft.tell(column, postcode, message, remedy, ERROR)


def _lower(sentence: str) -> str:
    # “CH65” and its like keep their capitals.
    return sentence if re.match(r"[A-Z]{2}", sentence) else sentence[:1].lower() + sentence[1:]


def _within(value: float, limits: Pair) -> bool:
    return limits[0] <= value <= limits[1]


def _tell(draft: Draft, column: str, message: str, remedy: str) -> None:
    value = ", ".join(f"{number:g}" for number in draft.coordinates.values())
    draft.tell(column, value, message, remedy, WARNING)


def _mend(draft: Draft, columns: str, what: str) -> None:
    value = ", ".join(f"{number:.10g}" for number in draft.coordinates.values())
    draft.tell(columns, value, f"Mended: {what}; put right.", "Correct the list.", MENDED)
