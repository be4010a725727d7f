"""What goes out holds the chosen sites, and not a byte of any other."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import date
from pathlib import Path

import pysqlite3
import pytest

from psnplanner.exchange.pack import Choice
from psnplanner.programme.edits import Amend, Create, Delete
from psnplanner.programme.partner import Partner
from psnplanner.programme.phase import Phase
from psnplanner.programme.site import Site
from psnplanner.programme.stage_edits import RecordStage
from psnplanner.session import Session
from tests.conftest import a_site, ident
from tests.exchange.test_field_work import ONE, office
from tests.exchange.test_photographs import jpeg

__all__ = ["office"]
WORDS = ("name", "kind", "address", "postcode", "uprn", "note", "contact", "safety", "reference")


def secret(number: int, word: str) -> str:
    """A text that stands in no other place."""
    return f"x{hashlib.sha256(f'{number} {word}'.encode()).hexdigest()[:10]}"


@pytest.fixture
def secrets(office: Session) -> set[str]:
    """Everything that is told of sites 2, 3 and 5, now or before, by whom and where."""
    told = set()
    for number in (2, 3, 5):
        site, values = a_site(number).id, {word: secret(number, word) for word in WORDS}
        partner = Partner(id=ident(f"p{number}"), name=secret(number, "partner"))
        phase = Phase(id=ident(f"f{number}"), name=secret(number, "phase"))
        office.do(Create([partner, phase]))
        office.do(Amend("site", [site], {"note": secret(number, "earlier")}))
        links = {"partner": partner.id, "phase": phase.id, "sensitive": number == 5}
        office.do(Amend("site", [site], {**values, **links}))
        note = secret(number, "stage")
        office.do(RecordStage(site, "desktop_survey", "done", date(2014, 6, 1), note=note))
        office.add_photograph(site, jpeg(f"#{number:06x}"), caption=secret(number, "caption"))
        told |= {*values.values(), partner.name, phase.name, note, secret(number, "caption"),
                 secret(number, "earlier"), site.hex()}  # fmt: skip
    gone = Site(id=ident("gone"), reference=secret(9, "gone"), name=secret(9, "name"))
    office.do(Create([gone]))
    office.do(Delete("site", [gone.id]))
    return told | {gone.reference, gone.name}


def test_a_pack_has_not_a_byte_of_them(office: Session, secrets: set[str], tmp_path: Path) -> None:
    """Not in its pages, free or used; nor their photographs; it has no free page at all."""
    out = tmp_path / "ann.gpkg"
    office.make_pack(out, Choice(sites=[ONE]), "Ann")
    data = out.read_bytes()
    assert b"S001" in data
    assert not [word for word in secrets if word.encode() in data]
    ids = [a_site(n).id for n in (2, 3, 4, 5)]
    assert not [i for i in ids if i in data]
    pictures = [office.photograph(p.digest) for p in office.state.photographs.values()]
    assert len(pictures) == 3
    assert not [picture for picture in pictures if picture[-40:] in data]
    assert {path.name for path in tmp_path.iterdir() if "ann" in path.name} == {"ann.gpkg"}
    db = pysqlite3.connect(str(out))
    assert db.execute("PRAGMA freelist_count").fetchone() == (0,)
    db.close()


def test_a_sheet_has_not_a_word_of_them(office: Session, secrets: set[str], tmp_path: Path) -> None:
    """Nor has what it embeds, decoded; its list is the one site."""
    out = tmp_path / "ann.html"
    office.make_pack(out, Choice(sites=[ONE]), "Ann")
    text = out.read_text("utf-8")
    held = text.encode() + b"".join(
        base64.b64decode(found) for found in re.findall(r"base64,([A-Za-z0-9+/=]+)", text)
    )
    assert b"S001" in held
    assert not [word for word in secrets if word.encode() in held]
    document = json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])
    assert [site["reference"] for site in document["sites"]] == ["S001"]
    assert list(document["stage_ids"]) == [ONE.hex()]


def test_a_return_says_nothing_of_the_rest(office: Session, tmp_path: Path) -> None:
    """Changes only: not even what the pack was handed out with."""
    out, back = tmp_path / "ann.gpkg", tmp_path / "ann.psnreturn"
    office.make_pack(out, Choice(sites=[ONE]), "Ann")
    with Session.open(out, author="Ann") as pack:
        pack.do(Amend("site", [ONE], {"note": "riser"}))
        pack.write_return(back)
    assert b"riser" in back.read_bytes()
    assert b"Key 1" not in back.read_bytes()
