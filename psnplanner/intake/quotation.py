"""Rows of delimited text, where quotation marks left open or standing alone swallow nothing.

Rows whose quotation marks are in order are read by `csv`, strictly; at the first that is not,
the row is read again by itself, as its writer meant it, and `mended` says so.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from psnplanner.intake.table import MOST_CELL_CHARACTERS, MOST_COLUMNS

_SAMPLE_LINES = 200
_MOST_LINES = 20
_MOST_OPENINGS = 5
_MOST_BY_HAND, _MOST_JOINED, _MOST_MARKS = 2_000, 200, 2 * MOST_COLUMNS
# Marks passed by, and 64 characters each count for one: 2,000 mended rows of a list take 100,000.
_MOST_WORK = 300_000
_SPACES = re.compile(" *")
_NOT_CLOSED = "a quotation mark is not closed: read as ordinary text"
_WITHIN = "quotation marks stand within a cell: read as ordinary text"


def records(lines: Sequence[str], delimiter: str, mended: dict[int, str]) -> Iterator[list[str]]:
    """The cells of each row, blank ones included; what is mended is told by the row's number."""
    csv.field_size_limit(MOST_CELL_CHARACTERS)  # what is longer has a mark that is not closed
    usual = _usual_width(lines[:_SAMPLE_LINES], delimiter)
    start, number, work = 0, 0, _Work()
    while start < len(lines):
        reader = csv.reader(
            _lines_from(lines, start), delimiter=delimiter, strict=True, skipinitialspace=True
        )
        before = 0
        try:
            for cells in reader:
                taken = reader.line_num - before
                if taken > 1 and len(cells) != usual:
                    at = start + before
                    if any(
                        _is_whole(line, delimiter, usual, work)
                        for line in lines[at + 1 : at + taken]
                    ):
                        break
                before = reader.line_num
                number += 1
                yield cells
        except csv.Error:
            pass  # the row it began at is the one to look at
        start += before
        if start < len(lines):
            number += 1
            few = len(mended) < _MOST_BY_HAND and work.left > 0
            if few and lines[start].count('"') < _MOST_MARKS:
                most = _MOST_LINES if len(mended) < _MOST_JOINED else 1
                cells, taken, said = _by_hand(lines, start, delimiter, usual, work, most)
            else:  # so many are no slips: no more than a look at each
                cells, taken, said = lines[start].replace('"', "").split(delimiter), 1, _NOT_CLOSED
            if said:
                mended[number] = said
            start += taken
            yield cells


def _lines_from(lines: Sequence[str], start: int) -> Iterator[str]:
    return (lines[index] + "\n" for index in range(start, len(lines)))


def _usual_width(lines: Sequence[str], delimiter: str) -> int:
    """How many cells most rows have, of those whose quotation marks are in order."""
    widths: Counter[int] = Counter()
    start = 0
    while start < len(lines):
        reader = csv.reader(
            _lines_from(lines, start), delimiter=delimiter, strict=True, skipinitialspace=True
        )
        before = 0
        try:
            for cells in reader:
                before = reader.line_num
                widths[len(cells)] += any(cells)
        except csv.Error:
            before += 1
        start += before
    return max(widths, key=lambda width: (widths[width], width), default=0)


class _Work:
    """What may still be done for rows that are out of order: some need the square of their marks.

    When nothing is left, no mark closes its cell.
    """

    left = _MOST_WORK


def _is_whole(line: str, delimiter: str, usual: int, work: _Work) -> bool:
    """Whether a line by itself is a row such as the others."""
    return line.count('"') % 2 == 0 and len(_cells(line, delimiter, work)[0]) == usual


def _by_hand(
    lines: Sequence[str], start: int, delimiter: str, usual: int, work: _Work, most: int
) -> tuple[list[str], int, str]:
    """The row that begins at a line, how many lines it takes, and what was mended in it.

    Lines, `most` at most, are joined to it only as long as they make it a whole row and are none
    themselves.
    """
    line = lines[start]
    cells, left_open, said = _cells(line, delimiter, work)
    if len(cells) == usual and not left_open:
        return cells, 1, said
    for end in range(start + 2, min(start + 1 + most, len(lines) + 1)):
        following = lines[end - 1]
        if following.count('"') > _MOST_MARKS or _is_whole(following, delimiter, usual, work):
            break
        if work.left <= 0 or (left_open and not _may_close(following, delimiter)):
            continue  # it is as open with this line as without
        more, left_open, why = _cells("\n".join(lines[start:end]), delimiter, work)
        if len(more) == usual and not left_open:
            return more, end - start, why
    for opening in range(1, _MOST_OPENINGS):
        other, _, _ = _cells(line, delimiter, work, opening)
        if len(other) == usual:
            return other, 1, _NOT_CLOSED
    plain = [cell.strip('" ') for cell in line.split(delimiter)]
    return (plain, 1, _NOT_CLOSED) if len(plain) == usual else (cells, 1, said)


def _may_close(line: str, delimiter: str) -> bool:
    """Whether a mark in a line can be the one that closes a cell begun above it."""
    return re.search(rf'" *(?:{re.escape(delimiter)}|\Z)', line) is not None


def _cells(text: str, delimiter: str, work: _Work, literal: int = 0) -> tuple[list[str], bool, str]:
    """The cells of one row, whether one was left open, and what is to be said of it.

    A quotation mark closes its cell only before a delimiter or the end; the one that opens the
    `literal`-th quoted cell, counted from 1, is no opening at all.
    """
    cells: list[str] = []
    said, left_open, at, openings = "", False, 0, 0
    while at <= len(text) and len(cells) <= MOST_COLUMNS:
        begin = _after_spaces(text, at)
        close = None
        if text[begin : begin + 1] == '"' and not left_open:  # what never closes, never does later
            openings += 1
            close = _closing(text, begin + 1, delimiter, work) if openings != literal else None
        if close is not None:
            inner, at = close
            cell = text[begin + 1 : inner].replace('""', '"')
            if '"' in text[begin + 1 : inner].replace('""', ""):
                said, cell = said or _WITHIN, cell.replace('\\"', '"')
        else:
            at = text.find(delimiter, at)
            at = len(text) if at < 0 else at
            cell = text[begin:at]
            if cell.startswith('"'):
                left_open, said = left_open or openings != literal, _NOT_CLOSED
                cell = cell.strip('" ')
        cells.append(cell)
        at += 1
    return cells, left_open, said


def _after_spaces(text: str, at: int) -> int:
    found = _SPACES.match(text, at)
    return found.end() if found else at


def _closing(text: str, start: int, delimiter: str, work: _Work) -> tuple[int, int] | None:
    """Where the mark that closes a cell stands, and where the cell ends; None if none does."""
    at = last = start
    while work.left > 0 and (at := text.find('"', at)) >= 0:
        work.left -= 1 + (at - last) // 64
        last = at
        if text[at + 1 : at + 2] == '"':  # two stand for one within the cell
            at += 2
            continue
        end = _after_spaces(text, at + 1)
        escaped = at > start and text[at - 1] == "\\"
        if (end >= len(text) or text[end] == delimiter) and not escaped:
            return at, end
        at += 1
    return None
