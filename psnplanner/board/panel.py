"""The panel beside the map of a picture: headlines, legends and how far each phase is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Rectangle

from psnplanner.board.figures import Figures, PhaseFigures
from psnplanner.board.pen import INK, MUTED, WARN, drawable, fitted, mark, ring, width, write
from psnplanner.board.snapshot import Pack
from psnplanner.board.words import odds, pounds, short_date, short_pounds, uk_date
from psnplanner.programme.state import State
from psnplanner.style import kind_shape, phase_colour, status_colour

LEFT, RIGHT, BOTTOM = 0.745, 0.98, 0.05
"""Where the panel lies, as fractions of the drawing."""

_SECOND = 0.122  # how far right of the first the second column begins
_ROW_MOST, _ROW_LEAST = 0.0335, 0.0178
_KIND_ROW = 0.0205
_KIND_LINES = 3  # that the kinds of one shape may take


def draw(drawing: Drawing, pack: Pack) -> None:
    """Draw the whole panel, from the top down; phases get what height is left."""
    state, figures = pack.state, pack.figures
    y = _headlines(drawing, figures, 0.882)
    y = _legend(drawing, pack, y - 0.026)
    y = _kinds(drawing, state, y - 0.022)
    _phases(drawing, figures["by_phase"], y - 0.03)


def _headlines(drawing: Drawing, figures: Figures, top: float) -> float:
    y = top
    for index, (value, label, colour) in enumerate(_headline_cells(figures)):
        x = LEFT + (index % 2) * _SECOND
        y = top - 0.012 - (index // 2) * 0.062
        write(drawing, x, y, value, 19, weight="bold", color=colour)
        label, size = fitted(drawing, label, 9.5, 7.5, _SECOND - 0.009)
        write(drawing, x, y - 0.021, label, size, color=MUTED)
    return y - 0.028


def headlines(figures: Figures) -> list[str]:
    """The headlines in words: each value with what it is of."""
    return [f"{value} {label}" for value, label, _ in _headline_cells(figures)]


def _headline_cells(figures: Figures) -> Iterator[tuple[str, str, str]]:
    live = f"of {figures['sites']:,} sites live, {figures['live_percent']} %"
    yield f"{figures['live']:,}", live, INK
    days = figures["days_to_go_live"]
    if days is not None:
        when = uk_date(figures["go_live_on"])
        yield f"{abs(days):,}", f"days {'to' if days >= 0 else 'past'} {when}", INK
    against, forecast = figures["against_baseline"], figures["forecast"]
    if against is not None:
        behind = against["behind"]
        word = "behind" if behind >= 0 else "ahead of"
        yield (
            f"{abs(behind):,}",
            f"{word} the baseline’s {against['due']:,}",
            WARN if behind > 0 else INK,
        )
    if forecast and forecast.get("probability") is not None:
        chance = float(forecast["probability"])
        likely = (
            f"; likely {short_date(forecast['likely_on'])[-8:]}"
            if forecast.get("likely_on")
            else ""
        )
        yield _odds(chance), f"by then{likely}", WARN if chance < 0.5 else INK
    waiting, blocked, late = (
        len(figures["waiting"]),
        figures["by_status"]["blocked"],
        figures["late"],
    )
    yield f"{waiting:,}", "stages waiting", INK
    yield f"{blocked:,}", "sites blocked", WARN if blocked else INK
    yield f"{len(late):,}", "sites late", WARN if late else INK
    savings = figures["savings"]
    if savings["forecast_pence_a_year"]:
        whole = short_pounds(savings["forecast_pence_a_year"])
        yield pounds(savings["realised_pence_a_year"]), f"saved a year, of {whole}", INK


def _odds(chance: float) -> str:
    return odds(chance).replace("less than", "<").replace("more than", ">")


def _legend(drawing: Drawing, pack: Pack, top: float) -> float:
    palette = pack.shown.palette
    counts = Counter(pack.shown.of.values())
    write(drawing, LEFT, top, "Status" if pack.marks is None else "Change", 12, weight="bold")
    for index, (status, colour) in enumerate(palette.items()):
        x, y = LEFT + (index % 2) * _SECOND, top - 0.028 - (index // 2) * 0.0235
        mark(drawing, x + 0.006, y + 0.005, "circle", colour)
        write(drawing, x + 0.017, y, status.capitalize(), 10.5 if len(status) < 11 else 9.0)
        write(drawing, x + 0.108, y, f"{counts[status]:,}", 10.5, color=MUTED, ha="right")
    y = top - 0.028 - (len(palette) - 1) // 2 * 0.0235 - 0.012
    ringed = sum(row["latitude"] is not None for row in pack.joiners)
    if ringed:
        y -= 0.0155
        ring(drawing, LEFT + 0.006, y + 0.005)
        write(drawing, LEFT + 0.017, y, "May join after go-live", 10.5)
        write(drawing, LEFT + _SECOND + 0.108, y, f"{ringed:,}", 10.5, color=MUTED, ha="right")
        y -= 0.008
    return y


def _kinds(drawing: Drawing, state: State, top: float) -> float:
    """What each shape stands for: short lists share a row, long ones take lines of their own."""
    kinds: dict[str, list[str]] = {}
    for kind in sorted({site.kind for site in state.sites.values()}, key=str.casefold):
        kinds.setdefault(kind_shape(kind), []).append(drawable(kind, 40) or "not given")
    if not kinds:
        return top
    write(drawing, LEFT, top, "Kind of building", 12, weight="bold")
    half = _SECOND - 0.021
    short = {k: n for k, n in kinds.items() if width(drawing, ", ".join(n), 9.0) <= half}
    y = top - 0.028
    for index, (shape, names) in enumerate(short.items()):
        x = LEFT + (index % 2) * _SECOND
        y = top - 0.028 - index // 2 * _KIND_ROW
        mark(drawing, x + 0.006, y + 0.005, shape, "#8a979f")
        write(drawing, x + 0.017, y, ", ".join(names), 9.0)
    if short:
        y -= _KIND_ROW
    for shape in (shape for shape in kinds if shape not in short):
        mark(drawing, LEFT + 0.006, y + 0.005, shape, "#8a979f")
        for line in _lines(drawing, kinds[shape]):
            write(drawing, LEFT + 0.017, y, line, 9.0)
            y -= _KIND_ROW
    return y + _KIND_ROW - 0.012


def _lines(drawing: Drawing, names: list[str]) -> list[str]:
    """Names set in lines of the panel's width; what three lines cannot hold is counted."""
    room, lines = RIGHT - LEFT - 0.017, [""]
    for index, name in enumerate(names):
        word = name + ("," if index + 1 < len(names) else "")
        longer = f"{lines[-1]} {word}".strip()
        if width(drawing, longer, 9.0) <= room or not lines[-1]:
            lines[-1] = longer
        elif len(lines) < _KIND_LINES:
            lines.append(word)
        else:
            lines[-1] = fitted(drawing, lines[-1], 9.0, 9.0, room * 0.7)[0]
            lines[-1] = f"{lines[-1].rstrip(',')} and {len(names) - index} more"
            break
    return lines


def _phases(drawing: Drawing, rows: list[PhaseFigures], top: float) -> None:
    """Bars of how far each phase has come; the last line says how many find no room."""
    high = top - 0.026 - BOTTOM
    room = int(high / _ROW_LEAST + 1e-9)
    if not rows or room < 2:
        return
    write(drawing, LEFT, top, "Live by phase", 12, weight="bold")
    shown = rows if len(rows) <= room else rows[: room - 1]
    step = min(_ROW_MOST, high / min(len(rows), room))
    y = top
    for index, row in enumerate(shown):
        y = top - 0.026 - index * step
        _phase(drawing, y, step, row, phase_colour(index) if row["name"] else MUTED)
    if len(shown) < len(rows):
        rest = f"and {len(rows) - len(shown)} more phases"
        write(drawing, LEFT, y - step, rest, 8.0, color=MUTED)


def _phase(drawing: Drawing, y: float, step: float, row: PhaseFigures, colour: str) -> None:
    size = 9.5 if step > 0.025 else 8.0
    count = f"{row['live']:,} of {row['sites']:,}"
    write(drawing, RIGHT, y, count, size, color=MUTED, ha="right")
    room = RIGHT - LEFT - width(drawing, count, size) - 0.008
    name = drawable(row["name"] or "No phase yet", 120)
    name, size = fitted(drawing, name, size, 6.8, room)
    write(drawing, LEFT, y, name, size, color=colour)
    thick = min(0.005, step * 0.17)
    _bar(drawing, y - step * 0.3, thick, row["live"] / row["sites"] if row["sites"] else 0.0)


def _bar(drawing: Drawing, y: float, thick: float, part: float) -> None:
    wide = RIGHT - LEFT
    for share, colour in ((1.0, "#e3e9ec"), (part, status_colour("live"))):
        drawing.add_artist(
            Rectangle((LEFT, y), wide * share, thick, facecolor=colour, lw=0,
                      transform=drawing.transFigure)
        )  # fmt: skip
