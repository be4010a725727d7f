"""No byte of any output tells of a withheld site: compressed streams and packed columns open."""

import base64
import contextlib
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from psnplanner.board.betrayal import betrays, words_of
from psnplanner.board.compare import compare
from psnplanner.board.compare_map import draw
from psnplanner.board.figures import Beside
from psnplanner.board.joiners import joiners
from psnplanner.board.redact import for_audience, withheld
from psnplanner.board.small_counts import LEAST, merged
from psnplanner.board.snapshot import Material, Wanted, pack, render, write
from psnplanner.errors import UserError
from psnplanner.programme.change import deletion
from psnplanner.programme.edits import Create
from psnplanner.programme.node import Node
from psnplanner.programme.partner import Partner
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import Position
from psnplanner.programme.site import Site
from psnplanner.programme.state import State
from psnplanner.programme.working_days import Calendar
from psnplanner.session import Session
from tests.board.reading import data_of
from tests.board.sample import done_to, ident, programme, stage, state_of

TODAY = date(2014, 10, 6)
HIDDEN = Position(53.23456, -2.54321)
SECRETS = ("Larkspur Refuge", "ZQ-4471", "CW9 9ZZ", "53.23456", "2.54321", "53.2345", "Larkspur")


def _state() -> State:
    council, police = Partner(id=ident(1), name="Open Council"), Partner(id=ident(2), name="Police")
    phases = [
        Phase(id=ident(3), name="Phase 1: Larkspur Refuge and round it", order=1,
              ends_on=date(2014, 9, 1), capacity_days=50.0),
        Phase(id=ident(4), name="Phase 2", order=2, ends_on=date(2014, 12, 1)),
    ]  # fmt: skip
    node = Node(id=ident(5), name="Node at Larkspur Refuge", position=HIDDEN, ports=24)
    refuge = Site(
        id=ident(10), reference="ZQ-4471", name="Larkspur Refuge", kind="Safe house",
        postcode="CW9 9ZZ", partner=police.id, node=node.id, phase=ident(3), sensitive=True,
        position=HIDDEN, annual_cost_pence=98_700,
    )  # fmt: skip
    shown = [
        Site(
            id=ident(20 + k), reference=f"L{k}", name=f"Library {k}", kind="Library",
            partner=police.id if k == 0 else council.id, node=node.id, phase=ident(3 + k % 2),
            position=Position(53.3 + k / 50, -2.7 + k / 90), annual_cost_pence=50_000,
        )
        for k in range(12)
    ]  # fmt: skip
    beside = Site(
        id=ident(40), reference="L40", name="Annexe of Larkspur Refuge", postcode="CW9 9ZZ",
        partner=council.id, node=node.id, position=HIDDEN, phase=ident(3), note="see ZQ-4471",
    )  # fmt: skip
    bare = state_of([refuge, beside])
    return state_of(
        [
            council, police, *phases, node, refuge, beside, *shown,
            *done_to(bare, shown[0], "migrated", date(2014, 8, 1)),
            stage(beside, "data_validated", "waiting", date(2014, 6, 2),
                  waiting_on="warden of Larkspur Refuge", next_action="Ring ZQ-4471"),
        ],
        name="Programme with Larkspur Refuge",
    )  # fmt: skip


def _opened(content: bytes) -> Iterator[bytes]:
    """The bytes as they are, and every stream, PNG text and packed column within them."""
    yield content
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.S):
        try:
            found = zlib.decompress(stream)
        except zlib.error:
            continue
        yield found
        yield from _pdf_texts(found)
    for found in _png_texts(content):
        yield found
    if b"board-data" in content:
        yield json.dumps(data_of(content.decode()), ensure_ascii=False).encode()
    for chunk in re.findall(rb"base64,([A-Za-z0-9+/=]+)", content):
        yield base64.b64decode(chunk)


def _png_texts(content: bytes) -> Iterator[bytes]:
    """What a PNG says beside its pixels: every other chunk, unpacked where it is packed."""
    at = 8 if content.startswith(b"\x89PNG") else len(content)
    while at < len(content):
        size, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        if kind != b"IDAT":
            chunk = content[at + 8 : at + 8 + size]
            yield chunk
            for begin in (k + 1 for k, byte in enumerate(chunk) if byte == 0):
                with contextlib.suppress(zlib.error):
                    yield zlib.decompress(chunk[begin:].lstrip(b"\0"))
        at += 12 + size


def _pdf_texts(stream: bytes) -> Iterator[bytes]:
    # Strings of a content stream, two bytes a letter, without the kerning between their parts.
    yield b"".join(re.findall(rb"\(((?:\\.|[^\\()])*)\)", stream, re.S)).replace(b"\0", b"")


def _all(state: State, audience: str) -> Iterator[tuple[str, bytes]]:
    """Every kind of file: the whole pack with those who may join, and a comparison."""
    prospects = state_of(
        [
            Site(id=ident(90), reference="J1", name="Hospice", position=HIDDEN),
            Site(id=ident(91), reference="J2", name="Friends of Larkspur Refuge"),
            Site(id=ident(92), reference="J3", name="Almshouse", position=Position(53.4, -2.6)),
        ]
    )
    seen = for_audience(state, audience)
    may_join = tuple(joiners(seen, prospects))
    material = Material(Beside(state, "Plan with Larkspur Refuge"), None, may_join)
    made = pack(state, Wanted(audience), material, TODAY)
    assert [row["name"] for row in made.joiners] == ["Almshouse"]
    a3 = pack(state, Wanted(audience, sections=("map",), paper="A3"), material, TODAY)
    yield "A3.pdf", render(a3, ".pdf")
    before = for_audience(state.after([deletion(state.sites[ident(21)])]), audience)
    found = compare(before, seen, date(2014, 9, 1), TODAY, Calendar())
    assert [row["name"] for row in found["added"]] == ["Library 1"]
    changed = draw(made, found)
    for suffix in (".html", ".pdf", ".svg", ".png"):
        yield suffix, render(made, suffix)
        yield f"comparison{suffix}", render(changed, suffix)
    for name, told in (("figures", made.figures), ("comparison", found), ("joiners", made.joiners)):
        yield name, json.dumps(told, ensure_ascii=False).encode()


@pytest.mark.parametrize("audience", ["board", "public"])
def test_no_output_tells_of_a_withheld_site(audience: str) -> None:
    for name, content in _all(_state(), audience):
        for opened in _opened(content):
            for secret in SECRETS:
                assert secret.encode() not in opened, (name, secret)
                assert secret.encode("utf-16-be") not in opened, (name, secret)


def test_the_scan_finds_what_is_there(tmp_path: Path) -> None:
    """The scan is only worth something if it finds the names in what the team gets."""
    for suffix in ("html", "pdf", "svg"):
        path = write(_state(), tmp_path / f"i.{suffix}", today=TODAY)
        assert any(b"Larkspur" in opened for opened in _opened(path.read_bytes())), suffix


@pytest.mark.parametrize("audience", ["board", "public"])
def test_titles_and_file_names_that_would_tell_are_refused(tmp_path: Path, audience: str) -> None:
    with Session.create(tmp_path / "p.gpkg", programme(), records=[]) as session:
        tables = {k: v for k, v in _state().tables.items() if k != "programme"}
        session.do(Create([record for table in tables.values() for record in table.values()]))
        for out, how in (("Larkspur.html", {}), ("b.html", {"title": "About Larkspur Refuge"}),
                         ("zq-4471.pdf", {})):  # fmt: skip
            for write_it in (session.snapshot, session.issue):
                name = out.replace("Larkspur", "larkspur refuge")
                with pytest.raises(UserError, match="withheld"):
                    write_it(tmp_path / name, audience=audience, **how)
        with pytest.raises(UserError, match="withheld"):
            session.write_comparison(tmp_path / "ZQ-4471.html", TODAY, TODAY, audience=audience)
        assert [p.suffix for p in tmp_path.iterdir() if p.suffix in (".html", ".pdf")] == []
        shown = session.figures(audience=audience)
        assert shown["sites"] == session.figures()["sites"] - 1
        assert "Larkspur" not in json.dumps(shown)


def test_packed_coordinates_are_not_those_of_withheld_sites() -> None:
    made = pack(_state(), Wanted("board"), Material(), TODAY)
    sites = data_of(render(made, ".html").decode())["sites"]
    near = [
        (a, o) for a, o in zip(sites["latitude"], sites["longitude"], strict=True)
        if a is not None and abs(a / 1e5 - HIDDEN.latitude) < 2e-4
        and abs(o / 1e5 - HIDDEN.longitude) < 2e-4
    ]  # fmt: skip
    assert not near


def test_what_would_betray_is_reworded() -> None:
    seen = for_audience(_state(), "board")
    assert seen.programme.name == "Programme with"
    assert seen.phases[ident(3)].name == "Phase 1: and round it"
    assert seen.phases[ident(3)].capacity_days is None
    node = seen.nodes[ident(5)]
    assert (node.name, node.position, node.ports) == ("Node at", None, None)
    annexe = seen.sites[ident(40)]
    assert (annexe.name, annexe.postcode) == ("Annexe of", "CW9")
    assert annexe.position == Position(53.23, -2.54, "about")


def test_a_baseline_of_a_day_before_it_was_sensitive_tells_nothing() -> None:
    state = _state()
    gone = withheld(state, "board")
    earlier = {
        i: Site(**{f: getattr(s, f) for f in ("id", "reference", "name", "phase")})
        for i, s in state.sites.items()
    }
    plan = for_audience(State({**state.tables, "site": earlier}), "board", gone)
    assert ident(10) not in plan.sites


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("larkspur_refuge.html", True), ("LARKSPUR  REFUGE", True), ("cw9-9zz.pdf", True),
        ("CW99ZZ", True), ("zq4471", True), ("the HQ's back door", True), ("HQ", True),
        ("Techquarter", False), ("Site 7 of 12", False), ("Larch", False), ("in L36", False),
        ("", False), ("L", False), ("FLARKSPUR_REFUGE", True),
    ],
)  # fmt: skip
def test_a_name_is_found_however_it_is_spelt(text: str, told: bool) -> None:
    gone = [_state().sites[ident(10)],
            Site(id=ident(70), reference="7", name="HQ", postcode="L36")]  # fmt: skip
    assert betrays(text, words_of(gone, State())) == told


def test_the_public_is_told_neither_of_money_nor_of_blame() -> None:
    made = pack(_state(), Wanted("public"), Material(Beside(_state(), "Plan")), TODAY)
    figures = made.figures
    assert figures["late"]
    assert (figures["decisions"], figures["ledger"]["delays"]) == ([], [])
    assert figures["ledger"]["circuits"] == figures["ledger"]["by_owner"] == []
    assert not {"decisions", "savings", "ledger"} & set(made.wanted.sections)
    tables = pack(_state(), Wanted("public", sections=("waiting", "late")), Material(), TODAY)
    text = "".join(o.decode("latin-1") for o in _opened(render(tables, ".pdf")))
    assert "What waits on whom" in text
    for heading in ("Waits on", "Decisions asked", "Nobody named"):
        assert heading not in text
    with pytest.raises(UserError, match="public"):
        pack(_state(), Wanted("public", sections=("ledger",)), Material(), TODAY)
    board = pack(_state(), Wanted("board"), Material(Beside(_state(), "Plan")), TODAY).figures
    assert board["decisions"]
    assert board["ledger"]["circuits"]


def test_small_counts_are_merged_for_the_public() -> None:
    public = for_audience(_state(), "public")
    by_partner = Counter(public.partner_name(site.partner) for site in public.sites.values())
    # The police have one site left to show, which would tell that the others are withheld.
    assert min(by_partner.values()) >= LEAST
    assert "Police" not in by_partner
    board = for_audience(_state(), "board")
    assert "Police" in {p.name for p in board.partners.values()}


@pytest.mark.parametrize(
    ("left", "touched", "expected"),
    [
        ({"a": 9, "b": 8}, {"a"}, set()),
        ({"a": 2, "b": 8, "c": 30}, {"a"}, {"a", "b"}),  # one alone is found by subtraction
        ({"a": 2, "b": 2, "c": 3, "d": 30}, {"a", "b"}, {"a", "b", "c"}),  # four are too few
        ({"a": 2, "b": 30}, {"b"}, set()),  # small, but nothing of it is withheld
        ({"a": 2}, {"a"}, {"a"}),
    ],
)
def test_which_groups_are_merged(left: dict[str, int], touched: set, expected: set) -> None:
    assert merged(Counter(left), touched) == expected
