"""The board's HTML: one file, an interactive map and its tables, from which no request leaves.

The page is inert by construction: data travels as one JSON block that cannot close its
element, scripts put it in as text, and the content-security policy runs only the scripts
whose SHA-256 it names. Markup is `resources/board/page.html`, with its style and behaviour
beside it.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from functools import cache
from pathlib import Path
from typing import ClassVar

from xstatic.pkg import leaflet

from psnplanner.board.map_data import document, embed
from psnplanner.board.snapshot import Pack
from psnplanner.programme.words import plain
from psnplanner.resource_files import read_text
from psnplanner.without_pandas import without_pandas

with without_pandas():
    import folium
    from branca.element import Figure, Template

_POLICY = (
    "default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)
_PARTS = ("columns", "page", "charts", "reports", "listed", "slider", "start")
_POLICY_PLACE = "written last, when the scripts are known"
_TITLE, _DATA = "[the title of this pack]", "[the data of this pack]"


class _Map(folium.Map):  # type: ignore[misc]
    """A folium map with nothing to fetch: no tiles, no scripts or styles from elsewhere."""

    default_js: ClassVar[list[tuple[str, str]]] = []
    default_css: ClassVar[list[tuple[str, str]]] = []

    def __init__(self) -> None:
        super().__init__(
            location=(53.3, -2.7),
            zoom_start=9,
            min_zoom=7,
            max_zoom=17,
            tiles=None,
            prefer_canvas=True,
            control_scale=True,
            attribution_control=False,
            zoom_snap=0.25,
            zoom_delta=0.5,
            wheel_px_per_zoom_level=90,
        )
        # folium names maps at random; a fixed name makes equal pages equal byte for byte.
        self._id = "board"


class _Page(Figure):  # type: ignore[misc]
    """The page around the map: what page.html shows are this object's attributes."""

    def __init__(self) -> None:
        super().__init__(title=_TITLE)
        self._template = Template(read_text("board/page.html"))
        self._id = "page"
        self.policy = _POLICY_PLACE
        self.data = _DATA
        self.leaflet_js, self.leaflet_css = _leaflet()
        self.js, self.css = _script(), read_text("board/page.css")


def page(pack: Pack) -> bytes:
    """The whole page, UTF-8, for a pack that holds only what its audience may see."""
    on = pack.figures["status_on"]
    title = html.escape(plain(f"{pack.title}, {on}", 120))
    told = {_TITLE: title, _DATA: embed(document(pack))}
    return "".join([told.get(part, part) for part in _skeleton()]).encode("utf-8")


@cache
def _skeleton() -> tuple[str, ...]:
    """The page as folium renders it, in parts: `_TITLE` and `_DATA` are where those belong.

    They are all that differs from one pack's page to another's.
    """
    whole = _Page()
    whole.add_child(_Map())
    rendered: str = whole.render()
    text = rendered.replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace(_POLICY_PLACE, _policy(text), 1)
    return tuple(re.split(f"({re.escape(_TITLE)}|{re.escape(_DATA)})", text))


@cache
def _script() -> str:
    """The page's own script, its parts in order within one scope, comments left out."""
    text = "\n".join(read_text(f"board/{name}.js") for name in _PARTS)
    lines = (line.strip() for line in text.splitlines())
    kept = "\n".join(line for line in lines if line and not line.startswith("//"))
    return f'(() => {{\n"use strict";\n{kept}\n}})();'


def _policy(text: str) -> str:
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digests = [hashlib.sha256(script.encode("utf-8")).digest() for script in scripts]
    hashes = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
    return _POLICY.format(hashes=" ".join(hashes))


@cache
def _leaflet() -> tuple[str, str]:
    """Leaflet's script and style, its images within the style as data URIs."""
    folder = Path(leaflet.BASE_DIR)
    script = (folder / "leaflet.js").read_text(encoding="utf-8")
    # Developer tools would ask for the source map, which is a file we do not send.
    script = re.sub(r"//# sourceMappingURL=.*", "", script)
    style = (folder / "leaflet.css").read_text(encoding="utf-8")

    def image(match: re.Match[str]) -> str:
        content = base64.b64encode((folder / "images" / match[1]).read_bytes()).decode()
        return f"url(data:image/png;base64,{content})"

    return script, re.sub(r"url\([\"']?images/([\w.-]+\.png)[\"']?\)", image, style)
