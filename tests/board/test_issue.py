"""Baselines, issued snapshots and what the file knew by an instant, through the session."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from psnplanner.errors import UserError
from psnplanner.programme.edits import Amend, Create, Delete
from psnplanner.programme.partner import Partner
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import Position
from psnplanner.programme.site import Site
from psnplanner.programme.state import PROGRAMME_ID
from psnplanner.session import Session
from tests.board.reading import data_of
from tests.board.sample import done_to, ident, programme

SITES = [
    Site(id=ident(10 + k), reference=f"S{k}", name=f"Site {k}", phase=ident(2), partner=ident(1),
         position=Position(53.3 + k / 100, -2.7, "x"), sensitive=k == 3)
    for k in range(1, 4)
]  # fmt: skip


class _Clock:
    """An hour further each time it is looked at."""

    def __init__(self) -> None:
        self.at = datetime(2014, 10, 1, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.at += timedelta(hours=1)
        return self.at


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """A programme with three sites in a phase, one of them sensitive."""
    made = Session.create(tmp_path / "p.gpkg", programme(), records=[], author="office",
                          clock=_Clock())  # fmt: skip
    phase = Phase(id=ident(2), name="One", ends_on=date(2014, 9, 5), order=1)
    made.do(Create([Partner(id=ident(1), name="Halton Council"), phase, *SITES]))
    yield made
    made.close()


@pytest.mark.parametrize("form", ["html", "pdf", "png", "svg"])
def test_what_was_issued_is_written_again_to_the_byte(
    session: Session, tmp_path: Path, form: str
) -> None:
    out, again = tmp_path / f"a.{form}", tmp_path / f"b.{form}"
    issued = session.issue(out, audience="board", title="Board pack", sections=("map", "late"))
    assert issued.digest == hashlib.sha256(out.read_bytes()).hexdigest()
    session.do(Amend("site", [SITES[0].id], {"name": "Renamed since"}))
    session.do(Create(done_to(session.state, SITES[1], "migrated", date(2014, 10, 2))))
    session.close()
    with Session.open(tmp_path / "p.gpkg", read_only=True) as opened:
        (known,) = opened.state.issued_snapshots.values()
        assert (known.by, known.audience, known.title) == ("office", "board", "Board pack")
        opened.reissue(known, again)
    assert again.read_bytes() == out.read_bytes()


def test_what_is_marked_sensitive_since_is_withheld_of_days_before(
    session: Session, tmp_path: Path
) -> None:
    before = session.issue(tmp_path / "before.html", audience="board")
    by = datetime.fromisoformat(before.issued_at) + timedelta(hours=2)
    for number in range(4):
        session.do(Amend("programme", [PROGRAMME_ID], {"name": f"Named {number}"}))
    session.do(Amend("site", [SITES[0].id], {"sensitive": True, "name": "Larch Refuge"}))
    assert "Site 1" in (tmp_path / "before.html").read_text("utf-8")
    assert session.figures(recorded_by=by)["sites"] == 3
    assert session.figures(recorded_by=by, audience="board")["sites"] == 1
    session.snapshot(tmp_path / "known.html", recorded_by=by, audience="board")
    assert data_of((tmp_path / "known.html").read_text("utf-8"))["sites"]["name"] == ["Site 2"]
    later = session.issue(tmp_path / "later.html", recorded_by=by)
    assert "Site 1" not in (tmp_path / "later.html").read_text("utf-8")
    day = session.present_day
    found = session.compare(day, day, recorded_by=by, audience="board")
    assert found["sites_now"] == 1
    with pytest.raises(UserError, match="withheld"):
        session.snapshot(tmp_path / "larch_refuge.html", recorded_by=by, audience="board")
    # What was handed out is handed out: both can be written again as they were.
    for issued, name in ((before, "before"), (later, "later")):
        session.reissue(issued, tmp_path / "again.html")
        assert (tmp_path / "again.html").read_bytes() == (tmp_path / f"{name}.html").read_bytes()


def test_what_was_sensitive_and_is_deleted_stays_withheld(session: Session, tmp_path: Path) -> None:
    """Known under three names, marked, deleted: no pack of any day tells of it outside."""
    clock, refuge = session._clock, SITES[1].id
    clock.at, days = datetime(2014, 10, 7, 9, tzinfo=UTC), []
    for edit in (
        Amend("site", [refuge], {"name": "Old Mill Hostel", "postcode": "CW9 9ZZ"}),
        Amend("site", [refuge], {"name": "Larkspur Refuge", "note": "not yet marked"}),
        Amend("site", [refuge], {"sensitive": True, "phase": None}),
        Amend("site", [SITES[0].id], {"name": "Car park of Old Mill Hostel", "sensitive": True}),
        Amend("site", [SITES[0].id, SITES[2].id], {"sensitive": False}),
        Delete("site", [refuge, SITES[2].id]),
    ):
        clock.at += timedelta(days=2)
        session.do(Amend("programme", [PROGRAMME_ID], {"status_on": clock.at.date()}))
        session.do(edit)
        days.append(session.present_day)
    kept = session.issue(tmp_path / "kept.html", as_at=days[1])
    assert "Larkspur" in str(session.figures(days[1])) + str(session.as_at(days[1]).sites)
    told = []
    for day in days:
        seen = session.figures(day, audience="board")
        told += [seen, session.compare(day, days[-1], audience="public"),
                 session.forecast_for_board(as_at=day, audience="board")]  # fmt: skip
        # The one whose mark was taken back is shown again but of the day it had it.
        assert seen["sites"] == (0 if day == days[3] else 1)
    assert {row["sites_was"] for row in told[1::3]} == {0, 1}
    assert [row["removed"] for row in told[1::3]] == [[]] * len(days)
    session.snapshot(tmp_path / "b.html", audience="public", as_at=days[1])
    session.write_comparison(tmp_path / "c.html", days[1], days[-1], audience="board")
    pages = [(tmp_path / f"{name}.html").read_text("utf-8") for name in ("kept", "b", "c")]
    for text in (*map(str, told), *pages, *(str(data_of(page)) for page in pages)):
        for secret in ("Larkspur", "Old Mill", "CW9 9ZZ", "5332000"):
            assert secret not in text
    assert [data_of(page)["sites"]["reference"] for page in pages[:2]] == [["S1"]] * 2
    with pytest.raises(UserError, match="withheld"):
        session.snapshot(tmp_path / "old-mill-hostel.svg", audience="public", as_at=days[0])
    session.reissue(kept, tmp_path / "again.html")
    assert (tmp_path / "again.html").read_bytes() == (tmp_path / "kept.html").read_bytes()


def test_a_snapshot_that_would_differ_is_refused(session: Session, tmp_path: Path) -> None:
    issued = session.issue(tmp_path / "a.html")
    with pytest.raises(UserError, match=r"issued as \.html"):
        session.reissue(issued, tmp_path / "b.pdf")
    assert not (tmp_path / "b.pdf").exists()


def test_a_baseline_is_the_plan_as_it_was_approved(session: Session) -> None:
    session.approve_baseline("Approved plan", note="minute 7")
    session.do(Amend("phase", [ident(2)], {"ends_on": date(2014, 12, 19)}))
    (baseline,) = session.state.baselines.values()
    assert session.baseline_state(baseline).phases[ident(2)].ends_on == date(2014, 9, 5)
    drawn = session.figures()
    assert drawn["against_baseline"] is not None
    assert (drawn["against_baseline"]["due"], drawn["against_baseline"]["behind"]) == (3, 3)
    assert {row["owner"] for row in drawn["ledger"]["delays"]} == {"board"}
    with pytest.raises(UserError, match="already"):
        session.approve_baseline("approved plan")


def test_recorded_by_shows_what_the_file_knew_then(session: Session) -> None:
    before = session._clock()
    session.do(Amend("site", [SITES[0].id], {"name": "Learnt later"}))
    known = session._at(None, before).state
    assert known.sites[SITES[0].id].name == "Site 1"
    assert session.figures(recorded_by=before)["sites"] == 3
    with pytest.raises(UserError, match="not begun"):
        session.figures(recorded_by=datetime(2001, 1, 1, tzinfo=UTC))


def test_the_slider_replays_from_the_journal(session: Session, tmp_path: Path) -> None:
    session.do(Create(done_to(session.state, SITES[0], "migrated", date(2014, 10, 3))))
    out = tmp_path / "a.html"
    session.snapshot(out, audience="board")
    data = data_of(out.read_text("utf-8"))
    tracks = [data["tracks"][k] for k in data["sites"]["track"]]
    assert data["days"][-1] == "2014-10-06"
    assert {len(track) for track in tracks} == {len(data["days"])}
    place = data["sites"]["name"].index("Site 1")
    assert tracks[place][-1] == "6"  # live by its stages, whatever went before
    assert len(tracks) == 2


def test_a_comparison_is_a_page_and_a_map(session: Session, tmp_path: Path) -> None:
    session.do(Create(done_to(session.state, SITES[0], "migrated", date(2014, 10, 3))))
    for suffix in ("html", "png"):
        out = tmp_path / f"c.{suffix}"
        session.write_comparison(out, date(2014, 10, 6), date(2014, 10, 6), audience="public")
        assert out.stat().st_size > 10_000
    data = data_of((tmp_path / "c.html").read_text("utf-8"))
    assert data["changes"]["sentences"]
    assert data["statuses"][0]["name"] == "unchanged"
    with pytest.raises(UserError, match="before the first"):
        session.compare(date(2014, 10, 6), date(2014, 10, 1))
