"""The phone sheet: one file, no network, nothing of other sites; driven in a real browser."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from psnplanner.exchange.pack import Choice
from psnplanner.programme.edits import AddSites, Amend
from psnplanner.programme.stage_edits import RecordStage
from psnplanner.session import Session, new_programme
from tests.conftest import a_site
from tests.exchange.marionette import LONGEST_S, Firefox, installed

SAFETY = "Asbestos in the riser"
HOSTILE = "</script><img src=x onerror=alert(1)>{{7*7}}${1}\u2028"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Session]:
    """A programme of four sites, the first with a name that means harm."""
    with Session.create(
        tmp_path / "office.gpkg", new_programme(status_on=date(2014, 6, 2)), author="office"
    ) as session:
        sites = [a_site(n, partner=None, node=None, phase=None) for n in range(1, 5)]
        session.do(AddSites("l", sites, validated=frozenset(s.id for s in sites)))
        values = {"name": HOSTILE, "safety": SAFETY}
        session.do(Amend("site", [a_site(1).id], values))
        session.do(RecordStage(a_site(1).id, "desktop_survey", "in progress"))
        yield session


@pytest.fixture
def sheet(office: Session, tmp_path: Path) -> Path:
    """A sheet of two of them for Ann."""
    out = tmp_path / "ann.html"
    office.make_pack(out, Choice(sites=[a_site(1).id, a_site(2).id]), "Ann")
    return out


def test_one_file_that_asks_for_nothing(office: Session, sheet: Path) -> None:
    """Self-contained, with a policy that lets nothing out, and no word of other sites."""
    text = sheet.read_text("utf-8")
    assert "default-src 'none'" in text
    assert not re.search(r"https?://(?!www\.gnu|spdx)", text.split('id="data"')[0])
    assert "S002" in text
    assert "S003" not in text
    assert HOSTILE not in text
    assert "<img src=x" not in text
    (pack,) = office.state.field_packs.values()
    assert (pack.form, pack.person, len(pack.sites)) == ("sheet", "Ann", 2)


def test_a_day_on_a_phone(office: Session, sheet: Path, tmp_path: Path) -> None:
    """A stage, a note, a photograph, a signature; closed and opened again; merged whole."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium is installed")
    seen: list[str] = []
    with api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        phone = {**play.devices["Pixel 5"], "offline": True}
        page = browser.new_context(**phone).new_page()
        page.on("console", lambda message: seen.append(message.text))
        page.on("pageerror", lambda error: seen.append(str(error)))
        page.on("dialog", lambda box: (seen.append("a dialog"), box.dismiss()))
        page.on("request", lambda asked: seen.append(asked.url) if "ann.html" not in asked.url
                else None)  # fmt: skip
        page.goto(sheet.as_uri())
        _work(page, tmp_path)
        page.reload()
        page.locator("#count", has_text="5").wait_for(state="attached")
        with page.expect_download() as saved:
            page.tap("#save")
        back = tmp_path / "ann.psnreturn"
        saved.value.save_as(back)
        browser.close()
    assert seen == []
    _came_back(office, back, tmp_path)


def test_a_day_on_a_phone_with_firefox(office: Session, sheet: Path, tmp_path: Path) -> None:
    """The same by finger in Firefox, its network switched off, at a phone's size."""
    if installed() is None:
        pytest.skip("no Firefox is installed")
    folder = tmp_path / "firefox"
    firefox = Firefox(folder, 390, 844)
    try:
        firefox.go(sheet.as_uri())
        firefox.until("document.querySelectorAll('.card').length == 2")
        assert firefox.offline
        assert firefox.run("return [innerWidth, innerHeight]") == [390, 844]
        assert firefox.run("return document.documentElement.scrollWidth") <= 390
        _work_by_finger(firefox, tmp_path)
        firefox.reload()
        firefox.until("document.getElementById('count').textContent == '5'")
        firefox.touch(firefox.find("#save"))
        firefox.until("document.getElementById('state').textContent.startsWith('All changes')")
        back = _downloaded(firefox.downloads)
        assert firefox.run("return document.title") == "CMPSN: Ann", "a script of its own ran"
    finally:
        firefox.close()
    _came_back(office, back, tmp_path)


def _work_by_finger(firefox: Firefox, folder: Path) -> None:
    def recorded(number: int) -> None:
        firefox.until(f"document.getElementById('count').textContent == '{number}'")

    firefox.touch(firefox.find(".card"))
    assert firefox.until("document.querySelector('.safety')?.textContent") == SAFETY
    firefox.touch(firefox.find(".stage.next"))
    firefox.touch(firefox.find("dialog[open] .primary"))
    recorded(1)
    firefox.touch(firefox.find(".stage.next"))
    firefox.touch(firefox.find("dialog[open] .row button", 1))
    recorded(2)
    Image.new("RGB", (2400, 1800), "teal").save(folder / "photo.jpg")
    firefox.type(firefox.find("#camera"), str(folder / "photo.jpg"))
    recorded(3)
    firefox.touch(firefox.find("#site > .row button", 1))
    firefox.type(firefox.find("#who"), "Mrs Caretaker")
    firefox.draw(firefox.find("canvas.sign"), [(20 * n - 100, n % 3 * 20) for n in range(10)])
    firefox.touch(firefox.find("dialog[open] .primary"))
    recorded(4)
    firefox.type(firefox.find("main textarea"), "Riser blocked <b>&")
    firefox.touch(firefox.find("#back"))  # the note is kept without its button
    recorded(5)


def _downloaded(folder: Path) -> Path:
    """The return, once the browser has written the whole of it."""
    until = time.monotonic() + LONGEST_S
    while time.monotonic() < until:
        for path in folder.glob("*.psnreturn"):
            if path.read_bytes().endswith(b'"}\n') and not list(folder.glob("*.part")):
                return path
        time.sleep(0.05)
    raise AssertionError("nothing was saved")


def _came_back(office: Session, back: Path, folder: Path) -> None:
    """All of the day's work, once."""
    merged = office.merge_file(back)
    assert (merged.transactions, len(merged.conflicts)) == (5, 0)
    state, one = office.state, a_site(1).id
    survey = state.stages_of(one)["desktop_survey"]
    assert (survey.state, survey.actual_on) == ("done", date(2014, 6, 2))
    assert state.stages_of(one)["order_placed"].state == "waiting"
    assert state.sites[one].note == "Riser blocked <b>&"
    photo, signature = state.photographs_of(one)
    with Image.open(_file(folder, office.photograph(photo.digest))) as image:
        assert max(image.size) == 1600
    assert signature.caption == "Accepted by Mrs Caretaker"
    assert office.merge_file(back).transactions == 0
    assert office.verify() == []
    told = [json.loads(line) for line in back.read_bytes().splitlines()]
    assert told[0]["by"] == "Ann"


def _file(folder: Path, data: bytes) -> Path:
    out = folder / "shown.jpg"
    out.write_bytes(data)
    return out


def _work(page: Any, folder: Path) -> None:
    page.locator(".card").first.tap()
    assert page.inner_text(".safety") == SAFETY
    page.locator(".stage.next").tap()
    page.locator("dialog .primary").tap()
    page.fill("main textarea", "Riser blocked <b>&")
    page.locator(".stage.next").tap()  # the page is drawn anew: what was typed stays
    page.get_by_text("Waiting", exact=True).tap()
    page.locator("#count", has_text="2").wait_for(state="attached")
    assert page.input_value("main textarea") == "Riser blocked <b>&"
    page.get_by_text("Keep the note").tap()
    Image.new("RGB", (2400, 1800), "teal").save(folder / "photo.jpg")
    page.set_input_files("#camera", str(folder / "photo.jpg"))
    page.locator(".photos img").wait_for()
    page.get_by_text("Sign for acceptance").tap()
    page.fill("#who", "Mrs Caretaker")
    box = page.locator("canvas.sign").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 40)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(box["x"] + 20 + step * 20, box["y"] + 40 + step % 3 * 20)
    page.mouse.up()
    page.locator("dialog .primary").tap()
    page.locator(".photos img").nth(1).wait_for()
