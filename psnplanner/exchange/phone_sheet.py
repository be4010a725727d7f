"""The phone sheet: a field pack as one HTML file for a phone's browser, with no network.

It writes the same return as a pack does (`returned_work`). Each browser that opens it takes a
device of its own, so two phones with one sheet are two people's work.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from psnplanner.geography import basemap
from psnplanner.programme.field_pack import FieldPack
from psnplanner.programme.gates import WAYLEAVE_STAGE
from psnplanner.programme.photograph import Photograph
from psnplanner.programme.record import Record, fields_of
from psnplanner.programme.site import Site, StageRecord
from psnplanner.programme.state import State
from psnplanner.resource_files import read_text

_MARGIN_DEG = 0.15
_STAGE = ("site", "stage", "state", "actual_on", "waiting_on", "waiting_since", "note",
          "started_on", "next_action")  # fmt: skip
_PICTURE = ("site", "digest", "media_type", "size", "caption", "by", "taken_on", "file_name")
_POLICY = (
    "default-src 'none'; script-src {script}; style-src 'unsafe-inline'; img-src data: blob:; "
    "base-uri 'none'; form-action 'none'"
)


def page(state: State, sites: Sequence[Site], pack: FieldPack, stamp: int) -> bytes:
    """The sheet's bytes; `stamp` is the clock's latest, after which its changes count."""
    data = _embedded(_document(state, sites, pack, stamp))
    script = read_text("field/sheet.js")
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode()
    parts = {
        "POLICY": _POLICY.format(script=f"'sha256-{digest}'"),
        "TITLE": html.escape(f"{state.programme.name}: {pack.person}"),
        "CSS": read_text("field/sheet.css"),
        "DATA": data,
        "JS": script,
    }
    text = re.sub(r"@(POLICY|TITLE|CSS|DATA|JS)@", lambda m: parts[m[1]], read_text(
        "field/sheet.html"))  # fmt: skip
    return text.encode("utf-8", "replace")


def _embedded(document: Any) -> str:
    """JSON that can stand in a script element whatever the texts in it."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _document(state: State, sites: Sequence[Site], pack: FieldPack, stamp: int) -> dict[str, Any]:
    workflow = state.workflow
    return {
        "pack": pack.id.hex(), "key": pack.key, "base": json.loads(pack.base),
        "hlc": str(stamp), "programme": state.programme.name, "person": pack.person,
        "today": state.programme.status_on.isoformat() if state.programme.status_on else None,
        "expires": pack.expires_on.isoformat() if pack.expires_on else None,
        "file": re.sub(r"[^\w-]+", "-", f"{state.programme.name}-{pack.person}").strip("-"),
        "fields": {
            "site": Site.ENTITY_NUMBER, "note": _number(Site, "note"),
            "contact": _number(Site, "contact"), "stage": StageRecord.ENTITY_NUMBER,
            "of_stage": {name: _number(StageRecord, name) for name in _STAGE},
            "photograph": Photograph.ENTITY_NUMBER,
            "of_photograph": {name: _number(Photograph, name) for name in _PICTURE},
        },
        "stages": [
            {"key": stage.key, "name": stage.name, "owner": stage.owner,
             "next": stage.next_action, "office": stage.key == WAYLEAVE_STAGE}
            for stage in workflow.stages
        ],
        "stage_ids": {
            site.id.hex(): {
                stage.key: StageRecord.id_for(site.id, stage.key).hex() for stage in workflow.stages
            }
            for site in sites
        },
        "sites": [_site(state, site) for site in sites],
        "map": _map(sites),
    }  # fmt: skip


def _number(kind: type[Record], name: str) -> int:
    return fields_of(kind)[name].number


def _site(state: State, site: Site) -> dict[str, Any]:
    wayleave = state.wayleave_of(site.id)
    node = state.nodes.get(site.node or b"")
    phase = state.phases.get(site.phase or b"")
    return {
        "id": site.id.hex(), "reference": site.reference, "name": site.name, "kind": site.kind,
        "address": site.address, "postcode": site.postcode, "contact": site.contact,
        "safety": site.safety, "note": site.note, "access": site.access, "tenure": site.tenure,
        "partner": state.partner_name(site.partner), "wayleave": wayleave.state if wayleave else "",
        "node": node.name if node else "", "phase": phase.name if phase else "",
        "other": [list(pair) for pair in site.other],
        "lat": site.position.latitude if site.position else None,
        "lon": site.position.longitude if site.position else None,
        "stages": {key: _stage(record) for key, record in state.stages_of(site.id).items()},
    }  # fmt: skip


def _stage(record: StageRecord) -> dict[str, Any]:
    values = {name: getattr(record, name) for name in _STAGE[2:]}
    return {n: v.isoformat() if hasattr(v, "isoformat") else v for n, v in values.items()}


def _map(sites: Iterable[Site]) -> dict[str, Any]:
    """The built-in base round the sites, to about ten metres."""
    places = [site.position for site in sites if site.position is not None]
    known = basemap.load()
    if not places:
        return {"land": [], "rivers": [], "towns": [], "licence": known.licence}
    south, north = min(p.latitude for p in places), max(p.latitude for p in places)
    west, east = min(p.longitude for p in places), max(p.longitude for p in places)
    box = (west - _MARGIN_DEG, south - _MARGIN_DEG, east + _MARGIN_DEG, north + _MARGIN_DEG)
    return {
        "land": [_short(line) for line in known.land if _meets(line, box)],
        "rivers": [_short(line) for line in known.rivers if _meets(line, box)],
        "towns": [
            [t.name, t.latitude, t.longitude]
            for t in known.towns
            if box[0] <= t.longitude <= box[2] and box[1] <= t.latitude <= box[3]
        ],
        "licence": known.licence,
    }


def _meets(line: basemap.Line, box: tuple[float, float, float, float]) -> bool:
    lons, lats = [p[0] for p in line], [p[1] for p in line]
    apart = max(lons) < box[0] or min(lons) > box[2] or max(lats) < box[1] or min(lats) > box[3]
    return not apart


def _short(line: basemap.Line) -> list[list[float]]:
    return [[round(lon, 4), round(lat, 4)] for lon, lat in line]
