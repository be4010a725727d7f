"""Headings, paragraphs, tables and charts set one under another, page after page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from matplotlib.figure import Figure as Drawing

from psnplanner.board.ink import Ink, fit, wrapped
from psnplanner.board.paper import HIGH, WIDE, sheet
from psnplanner.board.pen import INK, LINE, MUTED, WARN, drawable
from psnplanner.board.tags import Element
from psnplanner.board.typeface import wide_of

LEFT: Final = 42.0
RIGHT: Final = WIDE * 72 - 42.0
TOP: Final = HIGH * 72 - 66.0
BOTTOM: Final = 52.0
BODY: Final = 11.0
ROW: Final = 17.5
NOTE: Final = 9.5
NOTE_ROW: Final = 12.5
"""Points of the sheet: the frame of a page, the size of its type, a table's row, and of what is
said beneath a row."""

MOST_NOTE_LINES: Final = 400

_GAP = 12.0
_LONGEST = 400  # characters of a cell that can matter


class Column(NamedTuple):
    """A column: heading, its share of the width, right-aligned or not, lines it may take."""

    heading: str
    share: float
    right: bool = False
    lines: int = 1


class Cell(NamedTuple):
    """A cell that is more than text: in another colour, or with a bar of 0 to 1 before it.

    `tail` is kept whole, drawable already, however much of the text before it is cut.
    """

    text: str
    colour: str = INK
    bar: float | None = None
    bold: bool = False
    tail: str = ""


Row = Sequence["str | Cell"]


class Flow:
    """Pages being filled. `running` is what stands at the head of each.

    `headings` has the place of each in `pages`, its height on the page in points and its words;
    `structure` what everything on the pages is, `figures` the elements of charts by their gid.
    """

    def __init__(self, running: str, foot: str) -> None:
        self.pages: list[Drawing] = []
        self.headings: list[tuple[int, float, str]] = []
        self.structure = Element("Document")
        self.figures: dict[str, Element] = {}
        self._running, self._foot = running, foot
        self._ink: Ink | None = None
        self._y = 0.0

    @property
    def ink(self) -> Ink:
        """The page that is being filled; the first one is begun when first asked for."""
        if self._ink is None:
            self.begin()
        assert self._ink is not None
        return self._ink

    def begin(self) -> None:
        """Begin a page."""
        drawing = sheet()
        self.pages.append(drawing)
        self._ink, self._y = Ink(drawing), TOP
        self._ink.write(LEFT, HIGH * 72 - 40, self._running, 10.5, colour=MUTED)
        self._ink.block(LEFT, HIGH * 72 - 48, RIGHT - LEFT, 0.7, LINE)
        self._ink.write(LEFT, 26, self._foot, 8.5, colour=MUTED)

    def number(self, first: int) -> None:
        """Write the number of each page, counted from `first`."""
        total = first + len(self.pages) - 1
        for k, drawing in enumerate(self.pages):
            text = f"{first + k} of {total}"
            Ink(drawing).write(RIGHT - wide_of(text, 8.5), 26, text, 8.5, colour=MUTED)

    def room(self, high: float) -> None:
        """Begin a page unless so much is left on this one."""
        _ = self.ink
        if self._y - high < BOTTOM:
            self.begin()

    def heading(self, text: str, with_next: float = 90.0) -> None:
        """A section's heading, kept together with what follows."""
        self.room(with_next + 30)
        if self._y < TOP:
            self._y -= 16
        self._y -= 16
        words, of = drawable(text, 120), self.structure.add("H1")
        self.ink.write(LEFT, self._y, words, 16, bold=True, of=of)
        self.headings.append((len(self.pages) - 1, self._y + 16, words))
        self._y -= 8

    def paragraph(self, text: str, colour: str = MUTED, bold: bool = False) -> None:
        """Lines of the page's width."""
        of = self.structure.add("P")
        for line in wrapped(drawable(text, 2000), BODY, RIGHT - LEFT, 20):
            self.room(ROW)
            self._y -= 15
            self.ink.write(LEFT, self._y, line + " ", BODY, colour=colour, bold=bold, of=of)
        self._y -= 6

    def drawing(
        self, high: float, draw: Callable[[Any], None], alt: str, left: float = 40,
        right: float = 130,
    ) -> None:  # fmt: skip
        """A chart so many points high, with room for names beside it; `draw` is given its axes.

        `alt` says in words what it shows.
        """
        self.room(high)
        page = self.pages[-1]
        across, up = WIDE * 72, HIGH * 72
        box = ((LEFT + left) / across, (self._y - high + 30) / up,
               (RIGHT - LEFT - left - right) / across, (high - 40) / up)  # fmt: skip
        axes = page.add_axes(box)
        axes.set_gid(self.figure(alt))
        draw(axes)
        self._y -= high

    def figure(self, alt: str) -> str:
        """The gid for a drawing or axes that show what `alt` says in words."""
        gid = f"figure {len(self.figures) + 1}"
        self.figures[gid] = self.structure.add("Figure", alt)
        return gid

    def table(
        self, columns: Sequence[Column], rows: Sequence[Row], below: Sequence[str] = ()
    ) -> None:
        """A table, its headings again on each page it goes over.

        `below` has, for each row, what is said beneath it across the page, drawable already.
        """
        shares = sum(column.share for column in columns)
        wides = [(RIGHT - LEFT + _GAP) * column.share / shares - _GAP for column in columns]
        self.room(ROW * 3)
        table = self.structure.add("Table")
        self._heads(columns, wides, table.add("TR"))
        for row, note in zip(rows, below or [""] * len(rows), strict=True):
            cells = [
                self._lines(c, cell, w) for c, cell, w in zip(columns, row, wides, strict=True)
            ]
            high = ROW + 13.0 * (max(len(lines) for lines in cells) - 1)
            lines = wrapped(note, NOTE, RIGHT - LEFT, MOST_NOTE_LINES) if note else []
            # A row is not parted from the first line of what is said beneath it.
            if self._y - high - bool(lines) * NOTE_ROW < BOTTOM:
                self.begin()
                self._heads(columns, wides)
            tags = table.add("TR")
            self._row(columns, row, cells, wides, high, tags)
            if lines:
                self._note(lines, tags.kids[0], lambda: self._heads(columns, wides))
            self.ink.block(LEFT, self._y, RIGHT - LEFT, 0.5, LINE)
        self._y -= 6

    def _note(self, lines: Sequence[str], of: Element, again: Callable[[], None]) -> None:
        for line in lines:
            if self._y - NOTE_ROW < BOTTOM:
                self.begin()
                again()
            self._y -= NOTE_ROW
            self.ink.write(LEFT, self._y + 4, line + " ", NOTE, colour=MUTED, of=of)
        self._y -= 4

    def _heads(
        self, columns: Sequence[Column], wides: Sequence[float], tags: Element | None = None
    ) -> None:
        """The headings of a table; where it goes on they are an ornament of the page."""
        self._y -= ROW - 2
        x = LEFT
        for column, wide in zip(columns, wides, strict=True):
            text = fit(column.heading, 9.5, wide + _GAP - 3, bold=True)
            at = x + wide - wide_of(text, 9.5, True) if column.right else x
            of = tags.add("TH") if tags is not None else None
            self.ink.write(at, self._y, text, 9.5, bold=True, colour=MUTED, of=of)
            x += wide + _GAP
        self._y -= 5
        self.ink.block(LEFT, self._y, RIGHT - LEFT, 0.8, "#8a979f")

    def _lines(self, column: Column, cell: str | Cell, wide: float) -> list[str]:
        text = cell.text if isinstance(cell, Cell) else cell
        room = wide if not isinstance(cell, Cell) or cell.bar is None else wide * 0.52
        text = drawable(text, _LONGEST)
        bold = isinstance(cell, Cell) and cell.bold
        if column.lines == 1:
            tail = cell.tail if isinstance(cell, Cell) else ""
            return [fit(text, BODY, room - wide_of(tail, BODY, bold), bold) + tail]
        return wrapped(text, BODY, room, column.lines, bold)

    def _row(
        self,
        columns: Sequence[Column],
        row: Row,
        cells: list[list[str]],
        wides: Sequence[float],
        high: float,
        tags: Element,
    ) -> None:
        x, base = LEFT, self._y - 12.5
        for column, cell, lines, wide in zip(columns, row, cells, wides, strict=True):
            colour = cell.colour if isinstance(cell, Cell) else INK
            bold = isinstance(cell, Cell) and cell.bold
            at = x
            if isinstance(cell, Cell) and cell.bar is not None:
                self.ink.block(x, base + 1, wide * 0.42, 6, LINE)
                part = min(1.0, max(0.0, cell.bar))
                self.ink.block(x, base + 1, wide * 0.42 * part, 6, WARN if cell.bar > 1 else BAR)
                at = x + wide * 0.47
            of = tags.add("TD")
            for k, line in enumerate(lines):
                put = x + wide - wide_of(line, BODY, bold) if column.right else at
                if k + 1 < len(lines):
                    line += " "  # a cell read out has no ends of lines to part its words
                self.ink.write(put, base - 13.0 * k, line, BODY, colour=colour, bold=bold, of=of)
            x += wide + _GAP
        self._y -= high


BAR = "#1a8f66"
