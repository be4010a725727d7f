"""Make basemap_rough.json: the lines of the built-in map that the very first frame is drawn from.

    python resources/make_rough.py

From basemap.json and by the window's own thinning, so the same input gives the same file; run
it after make_basemap.py. The file: `box` is left, top, right, bottom in the drawing units of
psnplanner/ui/map/ground_lines.py, the region and one and a half times as much round it; `land`,
`water` and `rivers` are lists of lines within it, each one flat list x, y, x, y...
"""

import json
from pathlib import Path
from typing import Any

from psnplanner.ui.map.ground_lines import FIRST_LEVEL, ORIGIN, UNIT, within
from psnplanner.ui.map.view import HOME_BOX


def document() -> dict[str, Any]:
    """What the file holds."""
    left, top, right, bottom = HOME_BOX
    wide, tall = 1.5 * (right - left), 1.5 * (bottom - top)
    ends = (left - wide, top - tall, right + wide, bottom + tall)
    box = [round((end - ORIGIN[at % 2]) * UNIT) for at, end in enumerate(ends)]
    lines = zip(("land", "water", "rivers"), within(FIRST_LEVEL, tuple(box)), strict=True)
    return {"box": box, **{name: [_flat(line) for line in some] for name, some in lines}}


def _flat(line: list[tuple[float, float]]) -> list[float]:
    return [round(number, 1) for point in line for number in point]


if __name__ == "__main__":
    made = json.dumps(document(), separators=(",", ":"))
    Path(__file__).with_name("basemap_rough.json").write_text(made + "\n", "utf-8")
