"""The board's verbs, as a person types them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from click.testing import CliRunner

from psnplanner.cli import cli
from psnplanner.programme.edits import Create
from psnplanner.session import Session
from psnplanner.verbs.text import figure_lines
from tests.board.sample import ident, programme
from tests.board.test_issue import SITES

_ROUND_GO_LIVE = (date(2015, 3, 31), date(2015, 4, 6))


def _file(folder: Path) -> Path:
    from psnplanner.programme.phase import Phase

    path = folder / "p.gpkg"
    with Session.create(path, programme(), records=[]) as session:
        session.do(Create([Phase(id=ident(2), name="One", ends_on=date(2014, 9, 5)), *SITES]))
    return path


def _said(*words: str) -> object:
    done = CliRunner().invoke(cli, [*words, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_baseline_issue_reissue_and_compare(tmp_path: Path) -> None:
    file, out, again = str(_file(tmp_path)), tmp_path / "a.html", tmp_path / "b.html"
    assert _said("baseline", file, "Approved")[0]["sites"] == 3  # type: ignore[index]
    said = _said("snapshot", file, str(out), "--audience", "board", "--issue", "--by", "chair",
                 "--section", "late", "--title", "Pack")  # fmt: skip
    assert said["issued"]["by"] == "chair"  # type: ignore[index]
    (listed,) = _said("snapshots", file)  # type: ignore[misc]
    assert (listed["audience"], listed["sections"]) == ("board", ["late"])
    _said("reissue", file, "1", str(again))
    assert again.read_bytes() == out.read_bytes()
    page = tmp_path / "c.html"
    found = _said("compare", file, "--from", "2014-10-06", "--to", "2014-10-06", "--out", str(page))
    assert found["sentences"]  # type: ignore[index]
    assert page.exists()
    ahead = CliRunner().invoke(cli, ["figures", file, "--as-at", "5/1/2015", "--json"])
    assert "5 January 2015 is still to come" in ahead.stderr
    assert json.loads(ahead.stdout)["status_on"] == "2015-01-05"
    ledger = _said("figures", file)["ledger"]  # type: ignore[index]
    assert ledger["measured_against"] == "Approved"
    assert ledger["working_days_lost"] == 3 * 21


def test_recorded_by_is_an_instant(tmp_path: Path) -> None:
    file = str(_file(tmp_path))
    assert _said("figures", file, "--recorded-by", "2999-01-01")["sites"] == 3  # type: ignore[index]
    done = CliRunner().invoke(cli, ["figures", file, "--recorded-by", "yesterday"])
    assert done.exit_code == 2
    assert "no instant" in done.output


def test_the_headline_counts_on_after_go_live(with_sites: Session) -> None:
    """Days that are past are said to be past, not counted below nothing."""
    said = [figure_lines(with_sites.figures(as_at=day))[0] for day in _ROUND_GO_LIVE]
    assert said[0].endswith(", 1 day to go-live.")
    assert said[1].endswith(", 5 days after go-live.")
