"""The board's charts, drawn onto axes: legible in print, and told apart without colour."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from matplotlib.dates import MonthLocator, num2date

from psnplanner.board.figures import Figures
from psnplanner.board.pen import INK, LINE, MUTED, WARN, drawable, letters
from psnplanner.programme.words import MONTHS

_LINES: Final = (
    ("baseline", "Baseline", "#566570", (0, (6, 3)), 1.8),
    ("plan", "Present plan", "#3966d7", (0, (1, 2)), 2.0),
    ("likely", "Forecast", "#a05a00", "-", 1.8),
    ("actual", "Live", "#14805a", "-", 2.8),
)


def burn_up(axes: Any, figures: Figures) -> None:
    """Sites live by the end of each month: baseline, actual, plan and the forecast's band."""
    curves: Any = figures["burn_up"]
    days = [date.fromisoformat(day) for day in curves["days"]]
    if curves["low"] and curves["high"]:
        spots = [k for k, low in enumerate(curves["low"]) if low is not None]
        low, high = ([curves[name][k] for k in spots] for name in ("low", "high"))
        axes.fill_between([days[k] for k in spots], low, high, color="#e8b96b", alpha=0.45, lw=0)
    ends: list[tuple[float, str, str]] = []
    for name, words, colour, dash, weight in _LINES:
        if not curves[name]:
            continue
        known = [(d, v) for d, v in zip(days, curves[name], strict=True) if v is not None]
        if known:
            axes.plot(*zip(*known, strict=True), color=colour, ls=dash, lw=weight)
            ends.append((float(known[-1][1]), f"{words} {known[-1][1]:,}", colour))
    axes.set_ylim(0, max(figures["sites"], 1) * 1.14)
    axes.set_xlim(days[0], days[-1])
    _names(axes, ends)
    _mark(axes, figures["status_on"], "status date", MUTED)
    _mark(axes, figures["go_live_on"], "go-live", WARN)
    _dress(axes, len(days))


def _names(axes: Any, ends: list[tuple[float, str, str]]) -> None:
    low, high = axes.get_ylim()
    least, last = (high - low) * 0.075, low - high
    for value, words, colour in sorted(ends):
        last = max(value, last + least)
        letters(axes.annotate(
            words, (1.0, last), (7, 0), xycoords=axes.get_yaxis_transform(), va="center",
            textcoords="offset points", color=colour, fontsize=11, weight="bold", parse_math=False,
        ))  # fmt: skip


def _mark(axes: Any, iso: str | None, words: str, colour: str) -> None:
    if iso is None:
        return
    day, (first, last) = date.fromisoformat(iso), axes.get_xlim()
    at = axes.xaxis.convert_units(day)
    if first <= at <= last:
        axes.axvline(day, color=colour, lw=1.0, ls=(0, (3, 3)))
        near = at > first + 0.9 * (last - first)
        axes.annotate(
            words, (at, 1.0), (-5 if near else 5, -10), xycoords=axes.get_xaxis_transform(),
            textcoords="offset points", fontsize=9.5, color=colour, ha="right" if near else "left",
        )  # fmt: skip


def _dress(axes: Any, months: int) -> None:
    axes.xaxis.set_major_locator(MonthLocator(interval=max(1, months // 16)))
    axes.xaxis.set_major_formatter(lambda at, _place: _month(num2date(at)))
    axes.tick_params(labelsize=10, colors=MUTED, length=0)
    axes.grid(axis="y", color=LINE, lw=0.8)
    axes.set_axisbelow(True)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_edgecolor(LINE)


def _month(on: date) -> str:
    return f"{MONTHS[on.month - 1][:3]} {on.year % 100:02}"


def savings(axes: Any, figures: Figures) -> None:
    """Each partner's savings a year as one bar: realised, live but paid twice, still to come."""
    rows, share = list(reversed(figures["savings_by_partner"])), figures["savings"]["share"]
    names = [drawable(row["name"] or "No partner", 34) for row in rows]
    done = [row["realised_pence_a_year"] for row in rows]
    held = [round(share * row["double_running_pence_a_year"]) for row in rows]
    ends = [row["forecast_pence_a_year"] for row in rows]
    rest = [whole - a - b for whole, a, b in zip(ends, done, held, strict=True)]
    parts = (
        (done, "Realised", "#14805a", ""),
        (held, "To come: live, old circuit not ceased", "#e07b28", "////"),
        (rest, "To come: not live yet", "#c5ced3", ""),
    )
    left = [0.0] * len(rows)
    for sums, words, colour, hatch in parts:
        values = [pence / 100_000 for pence in sums]
        axes.barh(range(len(rows)), values, left=left, color=colour, hatch=hatch, label=words,
                  height=0.7, edgecolor="white", lw=0.5)  # fmt: skip
        left = [a + b for a, b in zip(left, values, strict=True)]
    axes.set_yticks(range(len(rows)), names, parse_math=False)
    for label in axes.get_yticklabels():
        letters(label)
    axes.xaxis.set_major_formatter("£{x:,.0f}k")
    axes.tick_params(labelsize=10, colors=INK, length=0)
    axes.grid(axis="x", color=LINE, lw=0.8)
    axes.set_axisbelow(True)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "left")
        spine.set_edgecolor(LINE)
    axes.legend(loc="lower right", fontsize=10, frameon=False)
