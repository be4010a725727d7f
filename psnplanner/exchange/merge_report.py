"""The report of a merge as one page that prints: what came, what changed, what is to settle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

from psnplanner.exchange.merge_told import ConflictTold, Told
from psnplanner.programme.edits import plural
from psnplanner.programme.gates import uk

_STYLE = """
body { font-family: sans-serif; font-size: 10pt; color: #1b2329; margin: 2em; }
h1 { font-size: 16pt; } h2 { font-size: 12pt; margin-top: 1.4em; }
table { border-spacing: 0; width: 100%; }
th, td { padding: 3px 6px; text-align: left; vertical-align: top; }
th { background-color: #dfe6eb; } p.faint { color: #5c6870; }
"""
_STRIPE = " bgcolor='#f4f6f8'"


@dataclass(frozen=True)
class Report:
    """What the report tells. `files` are (name, whose, what arrived); `findings` sentences."""

    programme: str
    made: str
    files: Sequence[tuple[str, str, str]]
    changes: Sequence[Told]
    conflicts: Sequence[tuple[ConflictTold, tuple[str, ...], str]] = ()
    """Each conflict, who wrote each of its values, and how it is settled."""
    findings: Sequence[str] = field(default=())


def page(report: Report) -> str:
    """The report in HTML, whole in itself; every text in it is escaped."""
    name = escape(report.programme)
    parts = [
        f"<!doctype html><html lang='en-GB'><head><meta charset='utf-8'><title>Merge into {name}"
        f"</title><style>{_STYLE}</style></head><body><h1>What came back: {name}</h1>",
        f"<p class='faint'>{escape(report.made)}</p>",
        _table(("File", "Whose", "What arrived"), report.files),
    ]
    if report.conflicts:
        parts.append(f"<h2>{plural(len(report.conflicts), 'conflict')}</h2>")
        parts.append(_table(("Site", "What", "Before", "Values", "Settled"), _conflicts(report)))
    parts.append(f"<h2>{plural(len(report.changes), 'change')}</h2>")
    parts.append(_table(("Site", "What", "Was", "Is now", "By", "On"), map(_cells, report.changes)))
    if report.findings:
        parts.append("<h2>Needs attention after the merge</h2><ul>")
        parts += [f"<li>{escape(sentence)}</li>" for sentence in report.findings]
        parts.append("</ul>")
    return "\n".join([*parts, "</body></html>\n"])


def _cells(line: Told) -> tuple[str, ...]:
    day = uk(line.at.astimezone().date()) if line.at else ""
    return line.where, line.what, line.was, line.now, line.who, day


def _conflicts(report: Report) -> Iterable[tuple[str, ...]]:
    for item, who, settled in report.conflicts:
        values = "\n".join(
            f"{name}: {value}" for name, value in zip(who, item.values, strict=False)
        )
        yield item.where, item.what, item.base, values, settled


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(words)}</th>" for words in headings)
    # Striped, not ruled: printed by Qt, borders would take three times as long.
    body = "".join(
        f"<tr{_STRIPE if number % 2 else ''}>"
        + "".join(f"<td>{escape(cell).replace(chr(10), '<br>')}</td>" for cell in row)
        + "</tr>\n"
        for number, row in enumerate(rows)
    )
    return (
        f"<table cellspacing='0' cellpadding='4' width='100%'><thead><tr>{head}</tr></thead>"
        f"<tbody>\n{body}</tbody></table>"
    )
