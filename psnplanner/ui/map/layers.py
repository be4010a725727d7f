"""What may be put on the map by others: layers that paint, and tools that take the mouse.

    canvas.add_layer(layer, below_sites=True)    # boundaries, tiles: painted once a view, kept
    canvas.add_layer(layer, below_sites=False)   # a measured line: painted anew in every frame
    canvas.layer_changed()                       # a layer has something new to show
    canvas.remove_layer(layer)
    canvas.take_tool(tool)                       # the tool has the mouse until drop_tool()
    canvas.drop_tool()

Everything here is called in the window's thread. A layer or a tool need not inherit from these
classes: having the methods is enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

if TYPE_CHECKING:
    from psnplanner.ui.map.name import Name
    from psnplanner.ui.map.view import View


class MapLayer(Protocol):
    """Something painted on the map under or over the sites.

    A layer *below* the sites is painted over the built-in base map, under phase areas and
    sites, into a picture that is kept: `paint` is called when the scale changes, when the map
    has been panned beyond the picture's margin and after `canvas.layer_changed()`; never for a
    plain pan. While a person zooms, the kept picture is shown stretched at once, and `paint` is
    called when the motion rests. It should stay under about 20 ms: fetch, decode and simplify
    beforehand, and call `layer_changed()` when more is ready.

    A layer *above* is painted over sites and selection in every frame of a pan: keep it under
    1 ms.

    These attributes may be given, and are looked up by name:

    `attribution` (str): whose data it is, added to the line in the corner of the map.
    `hides_base` (bool): the layer shows names and towns of its own (tiles do), so the base
    map's town names are left out while the layer is shown.
    `shown` (bool): False leaves the layer out, without its being removed.
    `names(view, colours, placer, font, ratio)` (list[Name]): names of a layer under the sites,
    where the placer finds them free; they come after those of phases and towns.
    """

    def paint(self, painter: QPainter, view: View, ratio: float) -> None:
        """Paint what lies in `view`, in logical pixels from its top left corner.

        `view` is wider than the canvas by a margin on each side (for a layer above the sites it
        is the canvas's own). `view.to_screen(*to_world(longitude, latitude))` gives the pixel
        of a place. `ratio` is device pixels per logical pixel, which the painter has already
        applied: an image of `ratio` times the size stays crisp. The painter's state is saved
        and restored round the call; antialiasing is off.
        """
        ...


class MapTool(Protocol):
    """What takes the mouse and keys in place of choosing and panning: measuring, "near here".

    Each method says whether it used the event; where it returns False the canvas does what it
    always does, so a tool that ignores drags leaves panning as it is. The wheel always zooms.
    Escape that the tool does not use puts it away. Attributes looked up by name:

    `cursor` (Qt.CursorShape): shown over the map while the tool is held; a cross if not given.
    """

    def press(self, at: QPointF, event: Any) -> bool:
        """A button went down at this pixel of the canvas."""
        ...

    def move(self, at: QPointF, event: Any) -> bool:
        """The mouse moved, with a button held or without."""
        ...

    def release(self, at: QPointF, event: Any) -> bool:
        """A button came up; `canvas.tools.dragged` says whether the mouse had moved far."""
        ...

    def double_click(self, at: QPointF, event: Any) -> bool:
        """A second click in the same place."""
        ...

    def key(self, key: int, event: Any) -> bool:
        """A key (Qt.Key) was pressed while the map has the focus."""
        ...

    def left(self) -> None:
        """The tool was put away, by its owner, by Escape or by another tool."""
        ...


class Layers:
    """The layers of one canvas, in the order they were added."""

    def __init__(self) -> None:
        self._below: list[Any] = []
        self._above: list[Any] = []

    def add(self, layer: Any, *, below_sites: bool) -> None:
        """Put a layer on top of its kind; one that is there already is moved to the top."""
        self.remove(layer)
        (self._below if below_sites else self._above).append(layer)

    def remove(self, layer: Any) -> bool:
        """Take a layer away; False if it was not there."""
        for kept in (self._below, self._above):
            if any(other is layer for other in kept):
                kept[:] = [other for other in kept if other is not layer]
                return True
        return False

    def paint_below(self, painter: QPainter, view: View, ratio: float) -> None:
        """Paint the layers under the sites."""
        _paint(self._below, painter, view, ratio)

    def paint_above(self, painter: QPainter, view: View, ratio: float) -> None:
        """Paint the layers over the sites."""
        _paint(self._above, painter, view, ratio)

    def names(self, *room: Any) -> list[Name]:
        """What the layers under the sites are to be named, laid out after phases and towns."""
        naming = (layer for layer in self._below if _shown(layer) and hasattr(layer, "names"))
        return [name for layer in naming for name in layer.names(*room)]

    @property
    def any_below(self) -> bool:
        """Whether anything is painted under the sites."""
        return any(map(_shown, self._below))

    @property
    def any_above(self) -> bool:
        """Whether anything is painted over the sites."""
        return any(map(_shown, self._above))

    @property
    def hides_base(self) -> bool:
        """Whether a layer shows town names of its own."""
        return any(getattr(layer, "hides_base", False) for layer in self._below if _shown(layer))

    @property
    def attributions(self) -> list[str]:
        """Whose data the layers shown are, each once."""
        layers = filter(_shown, [*self._below, *self._above])
        return list(dict.fromkeys(filter(None, (getattr(la, "attribution", "") for la in layers))))


def _shown(layer: Any) -> bool:
    return bool(getattr(layer, "shown", True))


def _paint(layers: list[Any], painter: QPainter, view: View, ratio: float) -> None:
    for layer in filter(_shown, layers):
        painter.save()
        layer.paint(painter, view, ratio)
        painter.restore()
