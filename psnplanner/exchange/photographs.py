"""Photographs as cameras give them: what they are, when and where they were taken.

The bytes are kept as they came, under their hash; only what is read from them is told here.
"""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from psnplanner.errors import UserError
from psnplanner.programme.issued import INTERNAL
from psnplanner.programme.photograph import Photograph
from psnplanner.programme.record import Position
from psnplanner.programme.site import Site
from psnplanner.programme.state import State
from psnplanner.whole_file import whole_file

MOST_BYTES = 25_000_000
MOST_PIXELS = 64_000_000
_SMALL = (512, 512)
# A progressive JPEG says its picture in some ten scans. Each of thousands takes a whole picture's
# time: two megabytes would take minutes.
_JPEG, _SCAN, _MOST_SCANS = b"\xff\xd8", b"\xff\xda", 200
CAMERA = "camera"
"""The source of a position that a photograph carries."""

_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_REMEDY = "Give a JPEG, PNG or WebP picture; phones can be set to take JPEG."
_TAKEN, _TAKEN_FIRST, _PLACE = 306, 36867, 0x8825
_OF_PLACE = (1, 2, 3, 4)  # north or south, latitude, east or west, longitude


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's bytes and what they say of themselves. `digest` is their SHA-256 in hex."""

    data: bytes
    digest: str
    media_type: str
    taken_on: date | None
    position: Position | None


def read_picture(source: Path | bytes, name: str = "") -> Picture:
    """A picture from a file or its bytes; nothing of it is shown or run.

    Raises UserError for what is missing, too large, damaged or no picture.
    """
    where = name or (str(source) if isinstance(source, Path) else "")
    data = _bytes(source, where)
    kind, exif = _looked_at(data, where)
    digest = hashlib.sha256(data).hexdigest()
    return Picture(data, digest, _TYPES[kind], _taken_on(exif), _position(exif))


def _looked_at(data: bytes, where: str) -> tuple[str, Any]:
    """A picture's format, and what the camera noted; it is read, to see that it can be."""
    from PIL import Image, UnidentifiedImageError

    if data.startswith(_JPEG) and data.count(_SCAN) > _MOST_SCANS:
        raise UserError("the picture is damaged.", where, _REMEDY)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(data), formats=tuple(_TYPES)) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise _too_large(where)
                kind, exif = image.format or "", image.getexif()
                image.draft("RGB", _SMALL)  # a JPEG is read small: quick, and finds one cut short
                image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(where) from error
    except UnidentifiedImageError as error:
        raise UserError("this is no picture that can be shown.", where, _REMEDY) from error
    except UserError:
        raise
    except Exception as error:  # a damaged picture raises anything at all
        raise UserError("the picture is damaged.", where, _REMEDY) from error
    return kind, exif


def _too_large(where: str) -> UserError:
    return UserError("the picture is too large.", where,
                     f"Make it smaller: at most {MOST_BYTES / 1e6:.0f} MB.")  # fmt: skip


def _bytes(source: Path | bytes, where: str) -> bytes:
    if isinstance(source, bytes):
        data = source
    else:
        try:
            if source.stat().st_size > MOST_BYTES:
                raise _too_large(where)
            data = source.read_bytes() if source.is_file() else b""
        except OSError as error:
            reason = error.strerror or str(error)
            raise UserError(f"the picture cannot be read: {reason}.", where,
                            "Check the name and your rights to it.") from error  # fmt: skip
    if len(data) > MOST_BYTES:
        raise _too_large(where)
    if not data:
        raise UserError("there is no picture in it.", where, _REMEDY)
    return data


def _taken_on(exif: Any) -> date | None:
    with suppress(Exception):
        text = exif.get_ifd(0x8769).get(_TAKEN_FIRST) or exif.get(_TAKEN) or ""
        day = datetime.strptime(str(text)[:10], "%Y:%m:%d").date()
        return day if 1990 <= day.year <= 2100 else None
    return None


def _position(exif: Any) -> Position | None:
    with suppress(Exception):
        told = exif.get_ifd(_PLACE)
        north, latitude, east, longitude = (told[key] for key in _OF_PLACE)
        lat = _degrees(latitude) * (-1 if str(north).upper().startswith("S") else 1)
        lon = _degrees(longitude) * (-1 if str(east).upper().startswith("W") else 1)
        if -90 <= lat <= 90 and -180 <= lon <= 180 and (lat, lon) != (0, 0):
            return Position(round(lat, 6), round(lon, 6), CAMERA)
    return None


def _degrees(parts: Any) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    return degrees + minutes / 60 + seconds / 3600


_ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}


def write_all(
    state: State,
    read: Callable[[str], bytes],
    folder: Path,
    progress: Callable[[float, str], None] | None = None,
    *,
    audience: str = INTERNAL,
) -> int:
    """Write every photograph of a programme's sites into a folder; how many there were.

    Each is named by its site's reference, its day and a number; nothing there is overwritten.
    For another audience than the programme's own people, sensitive sites are left out, and so
    is what the camera noted: the day, the place, the owner.
    Raises UserError where the folder cannot be written, or a picture is missing or damaged.
    """
    tell = progress or (lambda _fraction, _doing: None)
    numbers: Counter[str] = Counter()
    wanted = list(_wanted(state, audience))
    for done, (photograph, site) in enumerate(wanted):
        tell(done / len(wanted), "Writing photographs")
        day = photograph.taken_on if audience == INTERNAL else None
        stem = _plain(f"{site.reference or site.name} {day or ''}".strip())
        numbers[stem] += 1
        data, ending = read(photograph.digest), _ENDINGS.get(photograph.media_type, ".bin")
        if audience != INTERNAL:
            data = bare(data)
        folder.mkdir(parents=True, exist_ok=True)
        with whole_file(folder / f"{stem} {numbers[stem]}{ending}", replace=False) as beside:
            beside.write_bytes(data)
    return len(wanted)


def _wanted(state: State, audience: str) -> Iterator[tuple[Photograph, Site]]:
    for photograph in state.photographs.values():
        site = state.sites.get(photograph.site or b"")
        if site is not None and (audience == INTERNAL or not site.sensitive):
            yield photograph, site


def bare(data: bytes) -> bytes:
    """A picture as it is seen, and nothing of what the camera noted in it.

    Raises UserError for what is no picture.
    """
    from PIL import Image, ImageOps

    kind, _ = _looked_at(data, "")
    with Image.open(io.BytesIO(data), formats=[kind]) as image:
        upright = ImageOps.exif_transpose(image)
        seen = Image.new(upright.mode, upright.size)  # the pixels alone: no notes come along
        if upright.mode == "P":
            seen = Image.new("RGBA", upright.size)
        seen.paste(upright.convert(seen.mode))
        out = io.BytesIO()
        seen.save(out, kind, quality=90)
    return out.getvalue()


def _plain(text: str) -> str:
    """A text that is safe in a file's name on every system."""
    return re.sub(r"[^\w .-]", "_", text).strip(". ")[:80] or "site"
