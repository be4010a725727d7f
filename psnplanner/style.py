"""Colours and shapes of the programme, the same in the window, on the page and in print.

Source: `resources/style.toml`, which says how the colours were chosen.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from typing import Any

from psnplanner.errors import UserError
from psnplanner.programme.status_words import STATUSES
from psnplanner.resource_files import folder, read_text

STATUS_ORDER = STATUSES
"""Statuses in the order of progress, as legends list them; blocked comes last."""

SHAPES = ("circle", "square", "triangle", "diamond", "cross", "pentagon")
"""Every shape a kind of site can have."""

OTHER_STATUS_COLOUR = "#5f6b73"


@cache
def _style() -> dict[str, Any]:
    try:
        return tomllib.loads(read_text("style.toml"))
    except tomllib.TOMLDecodeError as error:
        raise UserError(
            f"the colours cannot be read: {error}.",
            where=str(folder() / "style.toml"),
            remedy="Install PSN Planner again.",
        ) from error


def status_colour(status: str) -> str:
    """The colour of a status as "#rrggbb"; a dark grey for one that is not known."""
    return str(_style()["status"].get(status, OTHER_STATUS_COLOUR))


def base_colour(part: str) -> str:
    """The colour of a part of the base map: sea, land, water, coast, river or town.

    Raises KeyError for any other.
    """
    return str(_style()["base"][part])


def phase_colour(index: int) -> str:
    """The outline colour of the phase at that place (0 first) in the order of phases."""
    colours = _style()["phase"]["colours"]
    return str(colours[index % len(colours)])


@cache
def palette(name: str) -> dict[str, str]:
    """The colours of "status", "risk" or "lateness": "#rrggbb" by what each stands for, in order.

    "phase" and "partner" are numbered "0", "1"... in the order they are given out. Raises
    KeyError for any other.
    """
    table = _style()[name]
    colours = table.get("colours")
    if colours is not None:
        return {str(number): str(colour) for number, colour in enumerate(colours)}
    return {str(meaning): str(colour) for meaning, colour in table.items()}


@cache
def kind_shape(kind: str) -> str:
    """The shape, one of SHAPES, for a kind of site as its list words it ("GP practice")."""
    words = re.findall(r"[a-z]+", kind.casefold())
    shapes = _style()["kind_shape"]
    for word in words:
        # Lists say "Schools" and "Libraries" as often as "School" and "Library".
        for form in (word, word.removesuffix("s"), re.sub("ies$", "y", word)):
            if form in shapes:
                return str(shapes[form])
    return "circle"
