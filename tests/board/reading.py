"""Reading a board page back: its data, with the columns of sites unpacked."""

from __future__ import annotations

import json
import re
from typing import Any

from psnplanner.board.columns import BASE, DIGITS, END, NEXT, WORD

_VALUE = {digit: k for k, digit in enumerate(DIGITS)}
_NUMBERS = ("partner", "kind", "phase", "status", "pattern", "live_on", "track", "latitude",
            "longitude")  # fmt: skip


def data_of(page: str) -> Any:
    """The data of a page, its sites as plain columns."""
    found = re.search(r'<script type="application/json" id="board-data">(.*?)</script>', page)
    assert found
    data = json.loads(found[1])
    for name in _NUMBERS:
        data["sites"][name] = numbers(data["sites"][name])
    for name in ("reference", "name", "postcode"):
        data["sites"][name] = texts(data["sites"][name])
    return data


def whole(text: str) -> int:
    """Digits as the number they are."""
    value = 0
    for digit in text:
        value = value * BASE + _VALUE[digit]
    return value


def numbers(column: Any) -> list[int | None]:
    """A packed column of numbers."""
    wide, text = column["w"], column["d"]
    codes = [whole(text[k : k + wide]) for k in range(0, len(text), wide)]
    return [None if code == BASE**wide - 1 else code + column["low"] for code in codes]


def texts(column: Any) -> list[str]:
    """A packed column of texts."""
    if isinstance(column, list):
        return column
    if "list" in column:
        return list(column["list"])
    if "front" in column:
        found: list[str] = []
        for part in column["front"].split(END):
            before = found[-1] if found else ""
            found.append(before[: _VALUE[part[0]]] + part[1:])
        return found
    return [_spelt(part, column["words"]) for part in column["d"].split(END)]


def _spelt(part: str, words: list[str]) -> str:
    out, k = "", 0
    while k < len(part):
        if part[k] == WORD:
            out, k = out + words[_VALUE[part[k + 1]]] + " ", k + 2
        elif part[k] == NEXT:
            out, k = out + words[BASE + whole(part[k + 1 : k + 3])] + " ", k + 3
        else:
            out, k = out + part[k], k + 1
            continue
        if k == len(part):
            out = out[:-1]
    return out
