"""Photographs: kept by their hash, told of by what the camera noted, refused when hostile."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from psnplanner.errors import UserError
from psnplanner.exchange import photographs
from psnplanner.programme.edits import AddSites
from psnplanner.session import Session, new_programme
from tests.conftest import a_site


def jpeg(colour: str = "red", *, placed: bool = True) -> bytes:
    """A small photograph as a camera would take it at Runcorn on 3 June 2014."""
    image, out = Image.new("RGB", (64, 48), colour), io.BytesIO()
    exif = Image.Exif()
    exif[306] = "2014:06:03 10:11:12"
    if placed:
        exif[0x8825] = {1: "N", 2: (53.0, 20.0, 24.0), 3: "W", 4: (2.0, 43.0, 48.0)}
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """A programme of two sites."""
    made = Session.create(
        tmp_path / "p.gpkg", new_programme(status_on=date(2014, 6, 3)), author="Ann"
    )
    made.do(AddSites("list", [a_site(1), a_site(2)]))
    return made


def test_a_photograph_is_kept_whole(session: Session, tmp_path: Path) -> None:
    """Bytes, day, place and author; the same picture twice is once; undo and redo."""
    data, site = jpeg(), a_site(1).id
    source = tmp_path / "IMG_1.jpg"
    source.write_bytes(data)
    made = session.add_photograph(site, source, caption="Riser")
    assert made is not None
    assert made.label == "Photograph of S001"
    assert session.add_photograph(site, data) is None
    (kept,) = session.state.photographs_of(site)
    assert kept.digest == hashlib.sha256(data).hexdigest()
    assert (kept.caption, kept.by, kept.taken_on) == ("Riser", "Ann", date(2014, 6, 3))
    assert kept.position is not None
    assert kept.position[:2] == pytest.approx((53.34, -2.73))
    session.undo()
    assert session.state.photographs_of(site) == []
    session.redo()
    session.close()
    with Session.open(tmp_path / "p.gpkg") as again:
        (kept,) = again.state.photographs_of(site)
        assert again.photograph(kept.digest) == data
        assert again.verify() == []


def test_a_lost_picture_is_told(session: Session, tmp_path: Path) -> None:
    """Bytes that changed or went are a fault by name, and never shown as the photograph."""
    session.add_photograph(a_site(1).id, jpeg(), name="riser.jpg")
    (kept,) = session.state.photographs_of(a_site(1).id)
    session.close()
    import pysqlite3

    with pysqlite3.connect(tmp_path / "p.gpkg") as db:
        db.execute("UPDATE photograph_bytes SET bytes = CAST(bytes || x'00' AS BLOB)")
    with Session.open(tmp_path / "p.gpkg") as again:
        assert again.verify() == ["Photograph riser.jpg: The photograph is damaged."]
        with pytest.raises(UserError, match="damaged"):
            again.photograph(kept.digest)


def test_export_to_a_folder(session: Session, tmp_path: Path) -> None:
    """Every picture under its site's reference; nothing there is overwritten."""
    session.add_photograph(a_site(1).id, jpeg("red"))
    session.add_photograph(a_site(1).id, jpeg("blue"))
    out = tmp_path / "photographs"
    assert session.export_photographs(out) == 2
    names = sorted(path.name for path in out.iterdir())
    assert names == ["S001 2014-06-03 1.jpg", "S001 2014-06-03 2.jpg"]
    assert (out / names[0]).read_bytes() == jpeg("red")
    with pytest.raises(UserError, match="already"):
        session.export_photographs(out)


def _bomb() -> bytes:
    """A PNG of a hundred thousand pixels a side in a few bytes."""

    def piece(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + piece(b"IHDR", head) + piece(b"IDAT", b"") + piece(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no picture in it"),
        (b"%PDF-1.4 nothing", "no picture that can be shown"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no picture that can be shown"),
        (jpeg()[:300], "damaged|no picture"),
        (jpeg(placed=False)[:-200], "damaged"),
        (_bomb(), "too large"),
    ],
    ids=["empty", "pdf", "svg", "head", "cut short", "bomb"],
)
def test_what_is_no_picture_is_refused(session: Session, data: bytes, words: str) -> None:
    """One message, and nothing has changed."""
    before = session.state
    with pytest.raises(UserError, match=words):
        session.add_photograph(a_site(1).id, data)
    assert session.state is before


def test_a_file_beyond_the_limit_is_not_read(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its size alone refuses it; a missing one is told as missing."""
    monkeypatch.setattr(photographs, "MOST_BYTES", 100)
    source = tmp_path / "big.jpg"
    source.write_bytes(jpeg())
    with pytest.raises(UserError, match="too large"):
        session.add_photograph(a_site(1).id, source)
    with pytest.raises(UserError, match="cannot be read"):
        session.add_photograph(a_site(1).id, tmp_path / "none.jpg")
