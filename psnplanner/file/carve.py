"""Rows out of the pages of a damaged SQLite file, without its index, its header or its order.

Source: the file format as sqlite.org/fileformat2.html gives it: every leaf page of a table says
by itself which rows it holds. So what is lost is what stood on the lost pages, and no more.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

Value = int | float | str | bytes | None

_LEAF = 0x0D
_INDEX_LEAF, _INDEX_INNER = 0x0A, 0x02
_USUAL_PAGE = 4096
_HEADER = 100
_MOST_COLUMNS = 64
_INTEGER_BYTES = (0, 1, 2, 3, 4, 6, 8)


class Row(NamedTuple):
    """A row: its rowid and its values; a column that is the rowid's other name holds None."""

    rowid: int
    values: tuple[Value, ...]


class _Torn(Exception):
    """A cell that cannot be read."""


def page_size(data: bytes) -> int:
    """The size of a file's pages: as its header says, else the usual."""
    said = struct.unpack(">H", data[16:18])[0] if len(data) >= _HEADER else 0
    said = 65536 if said == 1 else said
    return said if said >= 512 and said & (said - 1) == 0 else _USUAL_PAGE


def pages(data: bytes, log: bytes = b"") -> list[bytes]:
    """A file's pages, and after them those of its write-ahead log, the newest last.

    The last of a file that was cut short may be less than a page: nothing stands for what is gone.
    """
    size = page_size(data)
    found = [data[at : at + size] for at in range(0, len(data), size)]
    at = 32
    while at + 24 + size <= len(log):
        found.append(log[at + 24 : at + 24 + size])
        at += 24 + size
    return found


def rows(all_pages: list[bytes], numbered: int) -> Iterator[Row]:
    """Every row of every leaf page. The first `numbered` pages are those of the file itself."""
    for index, page in enumerate(all_pages):
        start = _HEADER if index == 0 else 0
        if len(page) > start + 8 and page[start] == _LEAF:
            yield from _of_page(page, start, all_pages, numbered)


def entries(all_pages: list[bytes], numbered: int) -> Iterator[tuple[Value, ...]]:
    """Every entry of every page of an index; `numbered` as in `rows`."""
    for index, page in enumerate(all_pages):
        kind = page[0] if index and len(page) > 12 else 0
        if kind not in (_INDEX_LEAF, _INDEX_INNER):
            continue
        inner = kind == _INDEX_INNER
        for cell in range(struct.unpack(">H", page[3:5])[0]):
            at = (12 if inner else 8) + 2 * cell
            try:
                (offset,) = struct.unpack(">H", page[at : at + 2])
                length, begin = _varint(page, offset + (4 if inner else 0))
                most = (max(len(page), len(all_pages[0])) - 12) * 64 // 255 - 23
                yield _record(_payload(page, begin, length, most, all_pages, numbered))
            except (_Torn, IndexError, struct.error, UnicodeDecodeError):
                continue


def _of_page(page: bytes, start: int, all_pages: list[bytes], numbered: int) -> Iterator[Row]:
    count = struct.unpack(">H", page[start + 3 : start + 5])[0]
    for cell in range(count):
        at = start + 8 + 2 * cell
        if at + 2 > len(page):
            return
        (offset,) = struct.unpack(">H", page[at : at + 2])
        try:
            yield _cell(page, offset, all_pages, numbered)
        except (_Torn, IndexError, struct.error, UnicodeDecodeError):
            continue


def _cell(page: bytes, at: int, all_pages: list[bytes], numbered: int) -> Row:
    length, at = _varint(page, at)
    rowid, at = _varint(page, at)
    most = max(len(page), len(all_pages[0])) - 35
    payload = _payload(page, at, length, most, all_pages, numbered)
    return Row(rowid if rowid < 2**63 else rowid - 2**64, _record(payload))


def _payload(
    page: bytes, at: int, length: int, most: int, all_pages: list[bytes], numbered: int
) -> bytes:
    """What a cell holds; of more than `most` bytes, the rest lies on pages of its own."""
    size = max(len(page), len(all_pages[0]))
    if length > size * numbered:
        raise _Torn
    payload = page[at : at + length]
    if length > most:
        least = (size - 12) * 32 // 255 - 23
        here = least + (length - least) % (size - 4)
        here = here if here <= most else least
        (following,) = struct.unpack(">I", page[at + here : at + here + 4])
        payload = page[at : at + here] + _overflow(following, length - here, all_pages, numbered)
    if len(payload) != length:
        raise _Torn
    return payload


def _overflow(number: int, left: int, all_pages: list[bytes], numbered: int) -> bytes:
    pieces: list[bytes] = []
    while left > 0:
        if not 1 <= number <= numbered:
            raise _Torn
        page = all_pages[number - 1]
        if not any(page):
            raise _Torn
        (number,) = struct.unpack(">I", page[:4])
        pieces.append(page[4 : 4 + left])
        left -= len(pieces[-1])
    return b"".join(pieces)


def _record(payload: bytes) -> tuple[Value, ...]:
    header, at = _varint(payload, 0)
    kinds = []
    while at < header:
        kind, at = _varint(payload, at)
        kinds.append(kind)
        if len(kinds) > _MOST_COLUMNS:
            raise _Torn
    values = []
    for kind in kinds:
        value, at = _value(payload, at, kind)
        values.append(value)
    if at != len(payload):
        raise _Torn
    return tuple(values)


def _value(payload: bytes, at: int, kind: int) -> tuple[Value, int]:
    if kind == 0:
        return None, at
    if kind <= 6:
        size = _INTEGER_BYTES[kind]
        return int.from_bytes(payload[at : at + size], "big", signed=True), at + size
    if kind == 7:
        return struct.unpack(">d", payload[at : at + 8])[0], at + 8
    if kind in (8, 9):
        return kind - 8, at
    if kind < 12:
        raise _Torn
    size = (kind - 12) // 2
    raw = payload[at : at + size]
    return (raw.decode("utf-8") if kind % 2 else raw), at + size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for step in range(9):
        byte = data[at + step]
        if step == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + step + 1
    raise _Torn
