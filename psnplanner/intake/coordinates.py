"""The coordinates a row gives itself: degrees or metres, in either order, told by their size."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from psnplanner.geography.found import Found
from psnplanner.geography.grid import bng_to_wgs84
from psnplanner.intake.distances import Pair, distances_m
from psnplanner.intake.rows import MENDED, WARNING, Draft, Problem
from psnplanner.programme.record import Position

OWN_GRID = "coordinates of the list (British National Grid)"
OWN_DEGREES = "coordinates of the list (WGS84)"
OWN = "coordinates of the list"

_LATITUDES, _LONGITUDES = (49.8, 60.95), (-8.8, 1.85)
_EASTINGS_M, _NORTHINGS_M = (1_000.0, 700_000.0), (1_000.0, 1_300_000.0)
_BEST_ACCURACY_M = 10.0  # a point given for a building is rarely its entrance
_FEWEST, _MOST_ROWS = 5, 0.8
_MISTAKE_M, _RIGHT_M = 2_000.0, 1_000.0  # off as given; off once read the other way round

Heading = Callable[[str], str]


def place_by_own(drafts: Sequence[Draft], found: Sequence[Found | None], heading: Heading) -> None:
    """Give the drafts with coordinates their position; `found` are those of their postcodes.

    Slips that the postcode proves or the size shows are mended, and the mend is told.
    """
    grid: list[tuple[Draft, Found | None, Pair]] = []
    before = [draft.problems for draft in drafts]
    for draft, answer in zip(drafts, found, strict=True):
        if draft.coordinates:
            near = (answer.latitude, answer.longitude) if answer else None
            metres = _read_own(draft, draft.coordinates, near, heading)
            if metres is not None:
                grid.append((draft, answer, metres))
    if grid:
        _convert(grid, heading)
    _tell_once(drafts, before)


def _tell_once(drafts: Sequence[Draft], before: Sequence[Sequence[Problem]]) -> None:
    """Where a slip is that of the whole list, tell it of the first row alone."""
    told: dict[str, list[tuple[Draft, Problem]]] = {}
    for draft, old in zip(drafts, before, strict=True):
        for problem in draft.problems[len(old) :] if draft.problems is not old else ():
            if problem.severity == MENDED:
                told.setdefault(problem.message, []).append((draft, problem))
    given = sum(bool(draft.coordinates) for draft in drafts)
    for message, found in told.items():
        if len(found) < _FEWEST or len(found) < _MOST_ROWS * given:
            continue
        for draft, problem in found:
            draft.problems = [p for p in draft.problems if p is not problem]
        first, problem = found[0]
        first.tell(problem.column, problem.value,
                   f"{message.removesuffix('.')} in {len(found):,} rows, from this one on.",
                   problem.remedy, MENDED)  # fmt: skip


def _read_own(
    draft: Draft, have: dict[str, float], near: Pair | None, heading: Heading
) -> Pair | None:
    """Tell degrees from metres by value: headings are often wrong about it. Metres are given."""
    pairs = [("northing", "easting"), ("latitude", "longitude")]
    pair = [(have[a], have[b], a, b) for a, b in pairs if a in have and b in have]
    if not pair:
        name = next(iter(have))
        _tell(draft, heading(name), "Only one of the two coordinates is given.",
              "Give both, or leave both blank.")  # fmt: skip
        return None
    for up, across, a, b in pair:
        columns = _columns(heading, b, a)
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
            return across, up
        elif _within(up, _EASTINGS_M) and _within(across, _NORTHINGS_M):
            _mend(draft, columns, "Easting and northing stand in each other's columns")
            return up, across
        else:
            _tell(draft, columns, "The coordinates are not in Great Britain: not used.",
                  "Correct them (grid metres or degrees), or leave them blank.")  # fmt: skip
            continue
        return None
    return None


def _columns(heading: Heading, one: str, two: str) -> str:
    names = [name for name in (heading(one), heading(two)) if name]
    return ", ".join(names) or heading("point")


def _set_degrees(draft: Draft, at: Pair, near: Pair | None, columns: str) -> None:
    latitude, longitude = at
    wrong_side = near is not None and 0 < longitude < 2 and abs(near[1] + longitude) < 0.1
    if wrong_side and near is not None and abs(near[1] - longitude) > 0.2:
        longitude = -longitude
        _mend(draft, columns, "The longitude lacks its minus sign (west of Greenwich)")
    decimals = len(f"{longitude:.7f}".rstrip("0").split(".")[1])
    accuracy_m = max(_BEST_ACCURACY_M, 111_000.0 / 10**decimals)
    draft.values["position"] = Position(latitude, longitude, OWN_DEGREES, accuracy_m)


def _convert(grid: list[tuple[Draft, Found | None, Pair]], heading: Heading) -> None:
    metres = np.array([pair for _, _, pair in grid])
    straight = np.column_stack(bng_to_wgs84(metres[:, 0], metres[:, 1])).tolist()
    turned = np.column_stack(bng_to_wgs84(metres[:, 1], metres[:, 0])).tolist()
    all_turned = _are_turned(grid, straight, turned)
    columns = _columns(heading, "easting", "northing")
    for (draft, answer, pair), at, other in zip(grid, straight, turned, strict=True):
        is_right = answer is not None and _is_near(at, answer, _MISTAKE_M)
        proved = answer is not None and _is_near(other, answer, _RIGHT_M)
        if not is_right and (proved or (all_turned and np.isfinite(other[0]))):
            at = other
            _mend(draft, columns, "Easting and northing stand in each other's columns")
        if np.isfinite(at[0]):
            step_m = (draft.coordinates or {}).get("step_m", min(_step(pair[0]), _step(pair[1])))
            accuracy_m = max(_BEST_ACCURACY_M, step_m)
            draft.values["position"] = Position(at[0], at[1], OWN_GRID, accuracy_m)
        else:
            _tell(draft, columns, "The coordinates are not in Great Britain: not used.",
                  "Correct them, or leave them blank.")  # fmt: skip


def _are_turned(
    grid: list[tuple[Draft, Found | None, Pair]],
    straight: Sequence[Sequence[float]],
    turned: Sequence[Sequence[float]],
) -> bool:
    """Whether the postcodes say that the two columns stand in each other's place in every row."""
    known = [(a, b, f) for (_, f, _), a, b in zip(grid, straight, turned, strict=True) if f]
    right = sum(_is_near(at, found, _MISTAKE_M) for at, _, found in known)
    wrong = sum(_is_near(at, found, _RIGHT_M) for _, at, found in known)
    return wrong >= _FEWEST and wrong > 10 * right


def _step(metres: float) -> float:
    """How coarsely a grid coordinate is given: 100 m for 341000, 1 m for 341003."""
    return next((step for step in (1000.0, 100.0, 10.0) if metres % step == 0), 1.0)


def _is_near(at: Sequence[float], found: Found, within_m: float) -> bool:
    distance_m = distances_m(np.array([[at[0], at[1], found.latitude, found.longitude]]))
    return bool(distance_m[0] <= within_m)  # NaN is not near


def _within(value: float, limits: Pair) -> bool:
    return limits[0] <= value <= limits[1]


def written(draft: Draft, form: str = "g") -> str:
    """The coordinates of a row as its list gives them."""
    given = (draft.coordinates or {}).items()
    return ", ".join(format(number, form) for name, number in given if name != "step_m")


def _tell(draft: Draft, column: str, message: str, remedy: str) -> None:
    draft.tell(column, written(draft), message, remedy, WARNING)


def _mend(draft: Draft, columns: str, what: str) -> None:
    value = written(draft, ".10g")
    draft.tell(columns, value, f"Mended: {what}; put right.", "Correct the list.", MENDED)
