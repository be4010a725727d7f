"""Looking back and ahead in the real window: the map as at the slider's day."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from psnplanner.errors import UserError
from psnplanner.programme.change import Change, creation, difference
from psnplanner.programme.edits import Amend, Proposal
from psnplanner.programme.site import StageRecord
from psnplanner.programme.state import PROGRAMME_ID, State
from psnplanner.session import Session
from psnplanner.style import status_colour
from psnplanner.ui.main_window import MainWindow
from tests.ui.sample import TODAY, ident

ONE_WINDOW = True

Settle = Callable[[MainWindow], None]


def slide(window: MainWindow, day: date, settle: Settle) -> None:
    """Press the track at a day, then go to it exactly by the keys a person has."""
    track = window.playback.slider.track
    at = QPoint(round(track.x_of(day)), 11)
    QTest.mouseClick(track, Qt.MouseButton.LeftButton, pos=at)
    while track.day < day:
        QTest.keyClick(track, Qt.Key.Key_Right)
    while track.day > day:
        QTest.keyClick(track, Qt.Key.Key_Left)
    settle(window)


def colour_of(window: MainWindow, site: bytes) -> QColor:
    """The colour on the map beside the middle of a site (a mark may be on the middle)."""
    canvas = window.pane.canvas
    at = canvas.finder.pixel_of(site)
    image = canvas.grab().toImage()
    return image.pixelColor(round(at.x()) + 3, round(at.y()))


class GoneLive:
    """The first sites go live forty days after the sample was made, whatever stood in the way."""

    def propose(self, state: State, today: date) -> Proposal:
        """Every stage of each of them done, as one transaction."""
        on = TODAY + timedelta(days=40)
        changes: list[Change] = []
        for site in [ident(f"site {number}") for number in range(1, 30)]:
            for key in state.workflow.by_key:
                held = state.stages_of(site).get(key)
                made = StageRecord(id=StageRecord.id_for(site, key), site=site, stage=key)
                changes += [] if held else [creation(made)]
                changes += difference(held or made, {"state": "done", "actual_on": on})
        return Proposal("Gone live", changes, on)


@pytest.fixture(scope="module")
def told_file(sample_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample with its status date ten weeks on, so that its journal lies in the past."""
    path = tmp_path_factory.mktemp("told") / "told.gpkg"
    shutil.copy(sample_file, path)
    with Session.open(path, author="tester") as session:
        values = {"status_on": TODAY + timedelta(days=70)}
        session.do(Amend("programme", [PROGRAMME_ID], values))
        session.do(GoneLive())
    return path


@pytest.fixture
def told(empty_window: MainWindow, told_file: Path, tmp_path: Path, settle: Settle) -> MainWindow:
    """The window showing that programme."""
    shutil.copy(told_file, tmp_path / "told.gpkg")
    empty_window.adopt(Session.open(tmp_path / "told.gpkg", author="tester"))
    settle(empty_window)
    return empty_window


def test_the_map_shows_the_sites_as_they_were(told: MainWindow, settle: Settle) -> None:
    """Probed pixels on the map, the legend's counts, the banner; and back again."""
    window, day = told, TODAY + timedelta(days=20)
    was = window.session.as_at(day).statuses
    site = next(
        s for s in map(ident, (f"site {n}" for n in range(1, 30)))
        if window.session.state.statuses[s] == "live" and was[s] in ("planned", "surveyed")
        and window.session.state.sites[s].position
    )  # fmt: skip
    window.pane.canvas.zoom_to([site])
    window.pane.canvas.zoom(32.0)
    assert colour_of(window, site) == QColor(status_colour("live"))
    slide(window, day, settle)
    assert colour_of(window, site) == QColor(status_colour(was[site]))
    banner = window.playback.banner
    assert banner.isVisible()
    assert banner.words.text() == "As at 26 October 2014 — looking back; nothing can be edited"
    live = sum(status == "live" for status in was.values())
    assert banner.figures.text() == f"{live} of {len(was)} sites live"
    assert window.roster.counts()["live"] == live
    banner.back.click()
    settle(window)
    assert not banner.isVisible()
    assert colour_of(window, site) == QColor(status_colour("live"))
    assert window.playback.slider.day == window.session.present_day


def test_nothing_can_be_edited_while_looking_back(told: MainWindow, settle: Settle) -> None:
    """The door is shut and the commands are grey; today opens both again."""
    window = told
    slide(window, TODAY + timedelta(days=10), settle)
    with pytest.raises(UserError, match="another day"):
        window.session.do(Amend("site", [ident("site 1")], {"note": "no"}))
    assert not window.actions_["propose"].isEnabled()
    assert not window.actions_["undo"].isEnabled()
    assert window.timeline.view.read_only or not window.timeline.isVisible()
    QTest.keyClick(window.playback.slider, Qt.Key.Key_Escape)
    settle(window)
    assert window.actions_["propose"].isEnabled()
    window.session.do(Amend("site", [ident("site 1")], {"note": "yes"}))


def test_days_to_come_are_planned(told: MainWindow, settle: Settle) -> None:
    """A site is live once its phase is to be over; the banner says it is the plan."""
    window = told
    state = window.session.state
    ends = max(phase.ends_on for phase in state.phases.values())
    slide(window, ends, settle)
    banner = window.playback.banner
    assert banner.words.text().startswith("Planned for ")
    statuses = state.statuses
    due = [
        s for s in state.sites.values()
        if statuses[s.id] == "live"
        or (s.phase and state.phases[s.phase].ends_on > window.session.present_day)
    ]  # fmt: skip
    assert banner.figures.text().startswith(f"{len(due)} of {len(statuses)} sites live")
    assert window.roster.counts()["live"] == len(due)


def test_it_plays_to_the_end_and_back(told: MainWindow, settle: Settle, qtbot: Any) -> None:
    """From where it stands to go-live; played again backwards, to the award."""
    window, slider = told, told.playback.slider
    slide(window, TODAY + timedelta(days=30), settle)
    slider.speed.setCurrentIndex(slider.speed.count() - 1)
    days: list[date] = []
    slider.moved.connect(days.append)
    slider.play_on.click()
    assert slider.play_on.accessibleName() == "Pause"
    qtbot.waitUntil(lambda: slider.day == slider.track.span.last, timeout=20_000)
    qtbot.waitUntil(lambda: slider.play_on.accessibleName() != "Pause", timeout=5_000)
    assert len(set(days)) > 5
    assert days == sorted(days)
    slider.play_back.click()
    qtbot.waitUntil(lambda: slider.day < TODAY, timeout=20_000)
    slider.play_back.click()
    stood = slider.day
    QTest.qWait(120)
    assert slider.day == stood
    assert window.playback.looking


def test_the_filter_counts_while_looking_back(told: MainWindow, settle: Settle) -> None:
    """What the filter hides stays hidden, and the day stays."""
    window = told
    slide(window, TODAY + timedelta(days=10), settle)
    window.roster.search("library")
    QApplication.processEvents()
    sites = window.pane.canvas.sites
    shown = int(sites.points.shown.sum())
    assert 0 < shown <= window.roster.shown_count
    assert window.playback.looking


def test_closing_while_looking_back(told: MainWindow, settle: Settle) -> None:
    """The programme can be closed, and the slider goes with it."""
    slide(told, TODAY + timedelta(days=10), settle)
    told.let_go()
    assert not told.playback.slider.isVisible()
    assert not told.playback.banner.isVisible()


def test_before_the_first_import_there_is_nothing(told: MainWindow, settle: Settle) -> None:
    """The award: a map without sites, and the banner says so."""
    window = told
    slide(window, window.playback.slider.track.span.first, settle)
    assert window.playback.banner.figures.text() == "No sites yet"
    assert window.pane.canvas.sites.count == 0


def test_areas_and_colours_tell_of_the_same_day(told: MainWindow, settle: Settle) -> None:
    """Phase tags say how much was live then; the past is told in statuses, whatever was shown."""
    window = told
    canvas, legend = window.pane.canvas, window.pane.legend
    canvas.colour_by("partner")
    shares = {key: outline.share for key, outline in canvas.phases.outlines.items()}
    assert any(shares.values())
    slide(window, window.playback.slider.track.span.first, settle)
    assert not any(outline.share for outline in canvas.phases.outlines.values())
    assert canvas.colourist.kind == "status"
    assert not legend.kind.isEnabled()
    window.actions_["today"].trigger()
    back = {key: outline.share for key, outline in canvas.phases.outlines.items()}
    assert back == pytest.approx(shares, abs=0.006)
    assert canvas.colourist.kind == "partner"


def test_the_card_of_a_site_tells_of_that_day(told: MainWindow, settle: Settle) -> None:
    """Hovering while looking back."""
    window = told
    site = next(s for s in map(ident, (f"site {n}" for n in range(1, 30)))
                if window.session.state.sites[s].position)  # fmt: skip
    assert window.session.state.statuses[site] == "live"
    slide(window, TODAY + timedelta(days=10), settle)
    then = window.session.as_at(TODAY + timedelta(days=10)).statuses[site]
    window.pane.canvas.set_hover(site)
    assert then.capitalize() in window.pane.card._text.text()


def test_the_menu_plays_and_pauses(told: MainWindow, settle: Settle) -> None:
    """F5 does what the button does."""
    window = told
    window.actions_["play"].trigger()
    assert window.playback.slider.play_on.accessibleName() == "Pause"
    settle(window)
    window.actions_["play"].trigger()
    assert window.playback.slider.play_on.accessibleName() != "Pause"
