"""Bytes to text in the encoding they are in: by their mark, by their content, or by a word."""

from __future__ import annotations

import codecs
from pathlib import Path

from psnplanner.errors import UserError

MIXED = "utf-8 with cp1252 in places"
"""What the encoding of lists pasted together is called."""

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Control characters no spreadsheet writes into text: their presence means another kind of file.
_BINARY = bytes(set(range(32)) - {9, 10, 11, 12, 13, 26})
_MOST_CONTROLS = 0.005
# Python's own, which turn text into something else, some of them at the square of its length.
_NO_ENCODINGS = ("idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "utf_7")
_FIRST_FAR_CHARACTER = "\u2e80"  # Chinese and beyond: what Latin text turns into, read as UTF-16


def decode(data: bytes, path: Path) -> tuple[str, str]:
    """The text of some bytes and its encoding: by its mark, else UTF-8, else Windows 1252.

    MIXED where both occur. Raises UserError for bytes that are not text.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _strictly(data, encoding, path), encoding
    if data[:4000].count(0) > len(data[:4000]) * 0.2:
        return _unmarked_wide(data, path)
    plain = data.translate(None, _BINARY)
    if len(data) - len(plain) > 2 + len(data) * _MOST_CONTROLS:
        raise not_a_list(path)
    data = plain  # a few strays come with text copied from other programs
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        text = data.decode("utf-8", "psn-cp1252")
    # A valid sequence of several bytes beside the invalid ones: two lists in one file.
    wide = len(text) < len(data)
    return text, MIXED if wide else "cp1252"


def decode_as(data: bytes, encoding: str, path: Path) -> tuple[str, str]:
    """The text of some bytes in the encoding the user names, and what that is called.

    Raises UserError for an encoding there is not, or that the bytes do not fit.
    """
    if encoding.casefold().strip() == MIXED:
        return decode(data, path)
    name = checked_encoding(encoding, path)
    try:
        text = data.decode(name).removeprefix("\ufeff")
    except (UnicodeError, ValueError) as error:
        raise _does_not_fit(data, encoding, path) from error
    start = text[:4000]
    far = sum(character >= _FIRST_FAR_CHARACTER for character in start)
    if "\0" in start or far > len(start) / 2:
        raise _does_not_fit(data, encoding, path)
    return text, name


def checked_encoding(encoding: str, path: Path) -> str:
    """The name of an encoding of text as the user writes it; raises UserError if there is none."""
    try:
        found = codecs.lookup(encoding.strip())
        usable = found.name.replace("-", "_") not in _NO_ENCODINGS
        "".encode(found.name)  # not one of those that turn bytes into bytes
    except (LookupError, ValueError, UnicodeError):
        usable = False
    if not usable:
        raise UserError(f"there is no encoding “{encoding}”.", str(path),
                        "Use one of: utf-8, cp1252, utf-16, iso8859-15, cp850, mac_roman; "
                        "or leave it out.")  # fmt: skip
    return encoding.strip().casefold()


def _does_not_fit(data: bytes, encoding: str, path: Path) -> UserError:
    try:
        found = f": it reads as {decode(data, path)[1]}"
    except UserError:
        found = ""
    return UserError(f"the file is not in the encoding “{encoding}”{found}.", str(path),
                     "Choose another, or leave it to be found out.")  # fmt: skip


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    bad = error.object[error.start : error.end]
    return bad.decode("cp1252", "replace"), error.end


codecs.register_error("psn-cp1252", _as_cp1252)


def _unmarked_wide(data: bytes, path: Path) -> tuple[str, str]:
    sample = data[:4000]
    odd, even = sample[1::2].count(0), sample[::2].count(0)
    half = len(sample) // 2
    for zeros, encoding in ((odd, "utf-16-le"), (even, "utf-16-be")):
        if zeros > half * 0.6 and odd + even < half * 1.2:
            return _strictly(data, encoding, path), encoding
    raise not_a_list(path)


def _strictly(data: bytes, encoding: str, path: Path) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise not_a_list(path) from error
    if "\0" in text:
        raise not_a_list(path)
    return text


def not_a_list(path: Path) -> UserError:
    """The refusal of a file that is neither text, nor a workbook, nor a layer of a GIS."""
    return UserError(
        "this is not a list of sites but some other kind of file.", str(path),
        "Give a CSV, TSV, XLSX, XLS or ODS file, or a layer of a GIS: GeoJSON, GeoPackage, "
        "Shapefile, MapInfo or KML.",
    )  # fmt: skip
