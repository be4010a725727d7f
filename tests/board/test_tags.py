"""A PDF says what each piece of it is: headings, table cells, figures with words for them."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from datetime import date

import pytest

from psnplanner.board.flow import Column, Flow
from psnplanner.board.ink import Ink
from psnplanner.board.snapshot import Material, Wanted, pack, render
from psnplanner.programme.partner import Partner
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import Position
from psnplanner.programme.site import Site
from tests.board.sample import ident, state_of

TODAY = date(2014, 10, 6)


@pytest.fixture(scope="module")
def objects() -> dict[int, bytes]:
    """The objects of a pack of two sections, by their numbers, streams opened."""
    phase = Phase(id=ident(2), name="One", ends_on=date(2014, 9, 5), order=1)
    sites = [
        Site(id=ident(10 + k), reference=f"S{k}", name=f"Site {k}", phase=ident(2),
             partner=ident(1), position=Position(53.3 + k / 100, -2.7))
        for k in range(60)
    ]  # fmt: skip
    state = state_of([Partner(id=ident(1), name="Halton Council"), phase, *sites])
    sections = ("map", "phases", "late")
    made = pack(state, Wanted("internal", sections=sections), Material(), TODAY)
    found = {}
    for number, body in re.findall(rb"(\d+) 0 obj\n(.*?)\nendobj", render(made, ".pdf"), re.S):
        stream = re.search(rb"stream\r?\n(.*?)\r?\nendstream", body, re.S)
        if stream and b"FlateDecode" in body:
            body = zlib.decompress(stream[1])
        else:
            body = b" ".join(body.split())
        found[int(number)] = body
    return found


def _one(objects: dict[int, bytes], wanted: bytes) -> bytes:
    (body,) = [body for body in objects.values() if wanted in body]
    return body


def _refs(text: bytes) -> list[int]:
    return [int(number) for number in re.findall(rb"(\d+) 0 R", text)]


def test_the_catalogue_says_that_it_is_tagged(objects: dict[int, bytes]) -> None:
    catalogue = _one(objects, b"/Catalog")
    assert re.search(rb"/MarkInfo << /Marked true >>", catalogue)
    assert b"en-GB" in catalogue
    (tree,) = _refs(re.search(rb"/StructTreeRoot \d+ 0 R", catalogue)[0])
    assert b"/StructTreeRoot" in objects[tree]


def test_every_numbered_piece_of_a_page_has_an_element_that_knows_it(
    objects: dict[int, bytes],
) -> None:
    pages = [b for b in objects.values() if b"/MediaBox" in b and b"/StructParents" in b]
    assert len(pages) >= 2
    numbers = objects[_refs(re.search(rb"/ParentTree \d+ 0 R", _one(
        objects, b"/Type /StructTreeRoot"))[0])[0]]  # fmt: skip
    owners = {int(k): _refs(v) for k, v in re.findall(rb"(\d+) \[([^\]]*)\]", numbers)}
    for page in pages:
        place = int(re.search(rb"/StructParents (\d+)", page)[1])
        content = objects[_refs(re.search(rb"/Contents \d+ 0 R", page)[0])[0]]
        used = [(role, int(n)) for role, n in re.findall(rb"/(\w+) <</MCID (\d+)>> BDC", content)]
        assert [n for _, n in used] == list(range(len(owners[place])))
        assert content.count(b"BDC") + content.count(b" BMC") == content.count(b"EMC")
        for (role, _), owner in zip(used, owners[place], strict=True):
            assert b"/S /" + role in objects[owner]


def test_tables_have_headings_rows_and_cells_and_the_map_is_told_in_words(
    objects: dict[int, bytes],
) -> None:
    roles = Counter(
        role for b in objects.values() for role in re.findall(rb"^<<.*?/S /(\w+)", b, re.S)
    )
    assert roles[b"Document"] == roles[b"Figure"] == 1
    assert roles[b"H1"] == roles[b"Table"] == 2
    assert roles[b"TH"] >= 10
    assert roles[b"TD"] >= 2 * roles[b"TR"]
    figure = _one(objects, b"/S /Figure")
    assert b"Map of " in figure


def test_a_cell_of_two_lines_is_read_out_as_it_was_written() -> None:
    flow = Flow("Pack", "")
    said = "as likely as not by 13 October 2015"
    flow.table([Column("Found", 1, lines=6), Column("Rest", 9)], [(said, "")])
    (ink,) = [artist for artist in flow.pages[0].artists if isinstance(artist, Ink)]
    lines = [word.text for word in ink._words if word.of is not None and word.of.role == "TD"]
    assert len(lines) > 1
    assert "".join(lines).strip() == said
