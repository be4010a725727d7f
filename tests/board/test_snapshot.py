"""Snapshots as files: whole, harmless, self-contained, and silent about what is withheld."""

import base64
import dataclasses
import hashlib
import io
import json
import re
import zlib
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import matplotlib.image
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from psnplanner.board.compare import compare
from psnplanner.board.compare_map import draw
from psnplanner.board.joiners import joiners
from psnplanner.board.map_names import MapName
from psnplanner.board.redact import for_audience
from psnplanner.board.snapshot import Material, Pack, Wanted, pack, render, write
from psnplanner.errors import Cancelled, UserError
from psnplanner.programme.change import creation
from psnplanner.programme.node import Node
from psnplanner.programme.partner import Partner
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import Position
from psnplanner.programme.site import Override, Site, Wayleave
from psnplanner.programme.state import State
from psnplanner.programme.working_days import Calendar
from psnplanner.style import status_colour
from tests.board.reading import data_of
from tests.board.sample import done_to, ident, stage, state_of

TODAY = date(2014, 10, 6)
HOSTILE = (
    "<script>alert(1)</script>", "</script><img src=x onerror=alert(1)>", "{{7*7}}{% raw %}{#",
    "${alert(1)}`\\", "\u202egnirts esrever\u2066", "x" * 10_000, "\U0001f525 fire \U0001f9ef",
    "$\\frac{1}$", "=cmd|' /C calc'!A0", "line\u2028end\u2029\x00\x07\r\n", "\ud800 lone", "<!--",
)  # fmt: skip


_data = data_of


@pytest.fixture(scope="module")
def page(half_way: State, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / "board.html"
    return write(half_way, path, today=TODAY).read_text(encoding="utf-8")


def test_every_site_is_in_the_page(page: str, half_way: State) -> None:
    data = _data(page)
    sites = data["sites"]
    assert len(page) < 1_000_000
    assert sorted(sites["name"]) == sorted(site.name for site in half_way.sites.values())
    assert {len(column) for column in sites.values()} == {len(half_way.sites)}
    by_reference = {ref: k for k, ref in enumerate(sites["reference"])}
    for site in half_way.sites.values():
        k = by_reference[site.reference]
        assert data["statuses"][sites["status"][k]]["name"] == half_way.statuses[site.id]
        at = site.position
        if at is None:
            assert sites["latitude"][k] is None
        else:
            assert abs(sites["latitude"][k] / data["scale"] - at.latitude) < 1e-5
            assert abs(sites["longitude"][k] / data["scale"] - at.longitude) < 1e-5
    assert len(data["figures"]["late"]["rows"]) > 20
    assert [p["name"] for p in data["phases"]][:1] == ["Phase 1: Liverpool"]
    assert [p["short"] for p in data["phases"]][:1] == ["Phase 1"]
    assert all(p["rings"] for p in data["phases"] if p["name"])


def test_nothing_is_fetched(page: str) -> None:
    without_data = re.sub(r'<script type="application/json".*?</script>', "", page, flags=re.S)
    assert not re.search(r"""\b(?:src|href)\s*=\s*["']?(?!data:)[\w/.]""", _markup(without_data))
    for target in re.findall(r"url\(([^)]*)\)", page):
        assert target.startswith(("data:", "#")), target
    assert "@import" not in page
    assert "sourceMappingURL" not in page


def _markup(page: str) -> str:
    return re.sub(r"(<script>).*?(</script>)", r"\1\2", page, flags=re.S)


def test_the_policy_names_every_script(page: str) -> None:
    found = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert found
    assert found[1].startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-eval" not in found[1]
    assert page.index("Content-Security-Policy") < page.index("<title>")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.S)
    assert len(scripts) == 2
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in found[1]


@pytest.mark.parametrize("suffix", ["html", "png", "svg", "pdf"])
def test_equal_programmes_give_equal_bytes(tmp_path: Path, suffix: str) -> None:
    first = write(_sensitive(), tmp_path / f"a.{suffix}", today=TODAY).read_bytes()
    assert write(_sensitive(), tmp_path / f"b.{suffix}", today=TODAY).read_bytes() == first


def _hostile() -> State:
    partner = Partner(id=ident(1), name=HOSTILE[0])
    phase = Phase(id=ident(2), name=HOSTILE[1] + HOSTILE[2], ends_on=date(2014, 9, 1))
    sites = [
        Site(
            id=ident(10 + k),
            reference=f"H{k}{name[:30]}",
            name=name,
            kind=name,
            postcode=name[:20],
            partner=partner.id,
            phase=phase.id,
            position=Position(53.3 + k / 100, -2.7, name),
        )
        for k, name in enumerate(HOSTILE)
    ]
    waits = [
        stage(s, "desktop_survey", "waiting", TODAY, waiting_on=s.name, note=s.name) for s in sites
    ]
    return state_of([partner, phase, *sites, *waits], name="".join(HOSTILE))


def test_hostile_names_are_only_data(tmp_path: Path) -> None:
    page = write(_hostile(), tmp_path / "h.html", today=TODAY).read_bytes().decode("utf-8")
    data = _data(page)
    assert sorted(data["sites"]["name"]) == sorted(HOSTILE)
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "\u202e" not in page
    assert "\u2028" not in page
    # Three blocks of ours open, three close: no name opened or closed one.
    assert len(re.findall(r"<script", page)) == len(re.findall(r"</script", page)) == 3


@pytest.fixture(scope="module")
def hostile_pack() -> Pack:
    """Every hostile name as site, partner, phase, programme, title, and who may join."""
    state = _hostile()
    names = [
        Site(id=ident(90 + k), reference=n[:40], name=n, position=Position(53.4, -2.6 - k / 99))
        for k, n in enumerate(HOSTILE)
    ]
    live = state.after([creation(r) for r in done_to(state, state.sites[ident(10)], "migrated",
                                                     date(2014, 9, 1))])  # fmt: skip
    may_join = tuple(joiners(live, state_of(names)))
    assert len(may_join) == len(HOSTILE)
    return pack(live, Wanted(title="".join(HOSTILE)), Material(joiners=may_join), TODAY)


@pytest.mark.parametrize("what", ["pack", "comparison"])
@pytest.mark.parametrize("suffix", [".html", ".png", ".svg", ".pdf"])
def test_hostile_names_do_no_harm_in_any_file(hostile_pack: Pack, suffix: str, what: str) -> None:
    made = hostile_pack
    if what == "comparison":
        found = compare(_hostile(), made.state, date(2014, 9, 1), TODAY, Calendar())
        assert all(len(sentence) < 500 for sentence in found["sentences"])
        made = draw(made, found)
    content = render(made, suffix)
    assert len(content) > 10_000
    marks = ["<script>alert", "<img src=x"]
    # What a page says of itself in words; in a PDF such a name would be something to run.
    marks += ["/JavaScript", "/URI", "/Launch"] if suffix == ".pdf" else []
    for mark in marks:
        assert mark.encode() not in _unpacked(content), mark
    for turn in ("\u202e", "\u2066"):
        assert turn.encode() not in content
    if suffix == ".svg":
        root = ElementTree.fromstring(content)
        tags = {element.tag.split("}")[-1] for element in root.iter()}
        assert not tags & {"script", "foreignObject", "a", "image"}


def test_the_picture_shows_sites_in_their_colours(half_way: State, tmp_path: Path) -> None:
    path = write(half_way, tmp_path / "map.png", today=TODAY)
    pixels = (matplotlib.image.imread(path)[:, :, :3] * 255).round().astype(int)
    assert pixels.shape == (1500, 2400, 3)
    inside = pixels[150:1400, 60:1720]
    for status in ("live", "surveyed", "installed", "blocked"):
        colour = [int(status_colour(status)[i : i + 2], 16) for i in (1, 3, 5)]
        assert (abs(inside - colour).max(axis=2) <= 2).sum() > 100, status
    # Nothing runs over the edge of the paper.
    for edge in (pixels[:8], pixels[-8:], pixels[:, :8], pixels[:, -8:]):
        assert (edge == 255).all()


@pytest.fixture
def drawn_texts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """What gives every text of the picture that is written of a state."""
    drawings: list[Any] = []
    save = Figure.savefig

    def keep(self: Any, *arguments: Any, **how: Any) -> None:
        drawings.append(self)
        save(self, *arguments, **how)

    def texts(state: State) -> list[str]:
        monkeypatch.setattr(Figure, "savefig", keep)
        write(state, tmp_path / "t.png", today=TODAY)
        found = drawings[-1].findobj(lambda artist: isinstance(artist, Text | MapName))
        return [text.get_text() for text in found]

    return texts


def test_every_phase_is_named_whole_on_the_map_and_beside_it(
    half_way: State, drawn_texts: Any
) -> None:
    texts = drawn_texts(half_way)
    for phase in half_way.phases_in_order:
        assert phase.name in texts
        assert phase.name.split(":")[0] in texts
    for town in ("Liverpool", "Chester", "Warrington"):
        assert town in texts
    assert not [text for text in texts if "…" in text]


def test_sixteen_phases_and_many_kinds_find_room(drawn_texts: Any) -> None:
    kinds = ["Children's centre", "Depot", "Office", "GP practice", "Health centre", "Hospital",
             "Fire station", "Library", "School", "Police office", "Police station"]  # fmt: skip
    phases = [Phase(id=ident(50 + k), name=f"Phase {k}: Somewhere", order=k) for k in range(16)]
    sites = [
        Site(id=ident(k + 1), reference=f"R{k}", kind=kind, phase=phases[k].id)
        for k, kind in enumerate(kinds)
    ]
    texts = drawn_texts(state_of([*phases, *sites]))
    assert {phase.name for phase in phases} <= set(texts)
    assert "Children's centre, Depot, Office" in texts
    assert "GP practice, Health centre, Hospital" in texts


def _sensitive() -> State:
    police = Partner(id=ident(1), name="Secretive Constabulary", contact="Sgt Pepper")
    council = Partner(id=ident(2), name="Open Council")
    node = Node(id=ident(3), name="Bunker node", position=Position(53.12345, -2.12345))
    phase = Phase(id=ident(4), name="Safe houses")
    house = Site(
        id=ident(10), reference="ZZSECRET1", name="Hidden House", kind="Refuge",
        postcode="CW9 9ZZ", partner=police.id, node=node.id, phase=phase.id, sensitive=True,
        position=Position(53.23456, -2.54321), annual_cost_pence=777_700,
    )  # fmt: skip
    library = Site(
        id=ident(11), reference="L1", name="Town Library", kind="Library", partner=council.id,
        position=Position(53.3, -2.7), annual_cost_pence=123_400, note="beside Hidden House",
        contact="Ms Marple", other=(("Remarks", "ZZSECRET1 next door"),), postcode="WA1 1AA",
    )  # fmt: skip
    return state_of(
        [
            police, council, node, phase, house, library,
            stage(house, "wayleave", "blocked", TODAY, waiting_on="Lord Hidden"),
            stage(library, "desktop_survey", "waiting", TODAY, waiting_on="Mr Owner",
                  note="ask Hidden House"),
            Wayleave(id=Wayleave.id_for(house.id), site=house.id, state="refused"),
            Override(id=ident(20), site=house.id, stage="wayleave", reason="Hidden House"),
        ]
    )  # fmt: skip


WITHHELD = (
    "Hidden", "ZZSECRET1", "CW9 9ZZ", "53.2345", "5323456", "-254321", "Secretive", "Bunker",
    "Refuge", "Safe houses", "Marple", "Pepper", "777700",
)  # fmt: skip


def _unpacked(content: bytes) -> bytes:
    """The bytes with a PDF's compressed streams laid open."""
    parts = [content]
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, re.S):
        try:
            parts.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(parts)


@pytest.mark.parametrize(
    ("suffix", "audience"),
    [("html", "board"), ("html", "public"), ("png", "board"), ("pdf", "board"), ("svg", "public")],
)
def test_withheld_sites_leave_no_trace(tmp_path: Path, audience: str, suffix: str) -> None:
    path = write(_sensitive(), tmp_path / f"s.{suffix}", today=TODAY, audience=audience)
    content = _unpacked(path.read_bytes())
    for word in WITHHELD:
        assert word.encode() not in content, word


def test_audiences(tmp_path: Path) -> None:
    def shown(audience: str) -> str:
        path = write(_sensitive(), tmp_path / "a.html", today=TODAY, audience=audience)
        return json.dumps(_data(path.read_text(encoding="utf-8")))

    internal, board, public = (shown(audience) for audience in ("internal", "board", "public"))
    assert "Hidden House" in internal
    assert "Mr Owner" in board
    assert "123400" in board
    assert "Town Library" in public
    assert "Mr Owner" not in public
    assert "123400" not in public


def test_redaction_removes_from_the_data() -> None:
    whole = _sensitive()
    assert for_audience(whole, "internal") is whole
    state = for_audience(whole, "board")
    assert [site.name for site in state.sites.values()] == ["Town Library"]
    assert not state.wayleaves
    assert not state.overrides
    assert not state.nodes
    assert not state.phases
    assert len(state.stages_by_site) == 1
    assert len(whole.sites) == 2


def test_a_node_that_others_use_stays() -> None:
    whole = _sensitive()
    library = next(site for site in whole.sites.values() if not site.sensitive)
    moved = dataclasses.replace(library, node=ident(3))
    state = for_audience(
        State({**whole.tables, "site": {**whole.sites, moved.id: moved}}), "public"
    )
    assert [node.name for node in state.nodes.values()] == ["Bunker node"]


@pytest.mark.parametrize(
    ("name", "how", "says"),
    [
        ("a.docx", {}, ".html, .png, .pdf, .svg"),
        ("a", {}, "without a suffix"),
        ("a.html", {"audience": "everyone"}, "everyone"),
        ("no/such/folder/a.html", {}, "cannot be written"),
    ],
)
def test_what_cannot_be_is_said(tmp_path: Path, name: str, how: dict[str, Any], says: str) -> None:
    with pytest.raises(UserError, match=re.escape(says)):
        write(_sensitive(), tmp_path / name, today=TODAY, **how)
    assert not list(tmp_path.iterdir())


def test_a_cancelled_snapshot_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text("the last one")

    def cancel(fraction: float, _doing: str) -> None:
        if fraction > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        write(_sensitive(), path, today=TODAY, progress=cancel)
    assert path.read_text() == "the last one"
    assert [p.name for p in tmp_path.iterdir()] == ["a.html"]


def test_a_programme_with_nothing_in_it(tmp_path: Path) -> None:
    for suffix in ("html", "png"):
        assert write(State(), tmp_path / f"e.{suffix}", today=TODAY).stat().st_size > 10_000


def test_positions_that_are_no_positions(tmp_path: Path) -> None:
    lost = [Position(float("nan"), 0.0), Position(float("inf"), 0.0), Position(90.0, 0.0)]
    sites = [Site(id=ident(k), reference=f"P{k}", position=p) for k, p in enumerate(lost, 1)]
    data = _data(write(state_of(sites), tmp_path / "p.html", today=TODAY).read_text())
    assert data["sites"]["latitude"] == [None] * 3
    assert io.BytesIO(write(state_of(sites), tmp_path / "p.png", today=TODAY).read_bytes())
    assert np.isfinite(np.array(data["bounds"])).all()
