"""What the board's verbs say to a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psnplanner.console import table
from psnplanner.programme.words import plain, uk

if TYPE_CHECKING:
    from psnplanner.programme.issued import IssuedSnapshot

_MOST = 15


def ledger_lines(found: Any) -> list[str]:
    """Who cost how many days and pounds, the ratings, and what is asked of the board."""
    ledger, lines = found["ledger"], []
    owners = [r for r in ledger["by_owner"] if r["working_days"] or r["cost_pence"]]
    if owners:
        rows = [(r["name"] or "(nobody named)", r["working_days"], r["sites"], r["circuits"],
                 f"£{r['cost_pence'] / 100:,.2f}") for r in owners]  # fmt: skip
        heads = ("Owner", "Working days lost", "Sites", "Old circuits", "Cost so far")
        lines += ["", *table(heads, rows)]
    rated = [(r["state"], r["measure"], r["found"]) for r in found["ratings"]]
    if rated:
        lines += ["", *table(("Rating", "Measure", "Found"), rated)]
    if found["decisions"]:
        asks = (f"{n}. {d['ask']}. {d['why']}" for n, d in enumerate(found["decisions"], 1))
        lines += ["", "Asked of the board:", *asks]
    return lines


def issued(snapshot: IssuedSnapshot, number: int) -> dict[str, Any]:
    """An issued snapshot as JSON-ready document; `number` is its place in the list."""
    return {
        "number": number,
        "issued_at": snapshot.issued_at,
        "by": snapshot.by,
        "audience": snapshot.audience,
        "as_at": snapshot.as_at,
        "drawn_on": snapshot.drawn_on,
        "recorded_by": snapshot.recorded_by or None,
        "position": snapshot.position,
        "title": snapshot.title,
        "sections": [key for key in snapshot.sections.split(",") if key],
        "paper": snapshot.paper,
        "form": snapshot.form,
        "file_name": snapshot.file_name,
        "sha256": snapshot.digest,
    }


def issued_lines(found: Sequence[Mapping[str, Any]]) -> list[str]:
    """The issued snapshots as a table."""
    rows = [
        (s["number"], s["issued_at"][:16].replace("T", " "), s["by"], s["audience"],
         uk(s["drawn_on"]) if s["drawn_on"] else "", s["file_name"], s["sha256"][:12])
        for s in found
    ]  # fmt: skip
    heads = ("No.", "Issued (UTC)", "By", "For", "Drawn for", "File", "SHA-256")
    return list(table(heads, rows)) if rows else ["No snapshot was issued yet."]


def baseline_lines(found: Sequence[Mapping[str, Any]]) -> list[str]:
    """The baselines as a table."""
    rows = [
        (b["name"], uk(b["approved_on"]) if b["approved_on"] else "", b["by"], b["sites"],
         b["note"])
        for b in found
    ]  # fmt: skip
    heads = ("Baseline", "Approved on", "By", "Sites", "Note")
    return list(table(heads, rows)) if rows else ["There is no baseline yet."]


def comparison_lines(found: Any, out: Path | None) -> list[str]:
    """What changed, in sentences, and the sites that slipped furthest."""
    lines = list(found["sentences"])
    if found["slipped"]:
        rows = [
            (plain(r["site"], 40), plain(r["name"], 80), r["working_days"], plain(r["cause"], 80))
            for r in found["slipped"]
        ]
        lines += ["", *table(("Site", "Name", "Working days", "Cause"), rows[:_MOST])]
        if len(rows) > _MOST:
            lines.append(f"and {len(rows) - _MOST:,} more.")
    return [*lines, *([f"Wrote {out}."] if out else [])]


def joiner_lines(found: Sequence[Mapping[str, Any]]) -> list[str]:
    """Those who may join, the nearest first."""
    rows = [
        (r["name"] or r["reference"], r["nearest"],
         "" if r["distance_m"] is None else f"{r['distance_m']:,} m", r["access"],
         "" if r["effort_days"] is None else r["effort_days"], r["node"],
         "" if r["ports_left"] is None else r["ports_left"])
        for r in found
    ]  # fmt: skip
    heads = ("May join", "Nearest", "Distance", "Likely access", "Crew-days", "Node", "Ports left")
    return list(table(heads, rows)) if rows else ["The list names nobody."]
