"""The phone sheet: one file, no network, nothing of other sites; driven in a real browser."""

from __future__ import annotations

import json
import re
import shutil
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

HOSTILE = "</script><img src=x onerror=alert(1)>{{7*7}}${1}\u2028"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Session]:
    """A programme of four sites, the first with a name that means harm."""
    with Session.create(
        tmp_path / "office.gpkg", new_programme(status_on=date(2014, 6, 2)), author="office"
    ) as session:
        sites = [a_site(n, partner=None, node=None, phase=None) for n in range(1, 5)]
        session.do(AddSites("l", sites, validated=frozenset(s.id for s in sites)))
        values = {"name": HOSTILE, "safety": "Asbestos in the riser"}
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
        assert page.inner_text("#count") == "5"
        with page.expect_download() as saved:
            page.tap("#save")
        back = tmp_path / "ann.psnreturn"
        saved.value.save_as(back)
        browser.close()
    assert seen == []
    merged = office.merge_file(back)
    assert (merged.transactions, len(merged.conflicts)) == (5, 0)
    state, one = office.state, a_site(1).id
    survey = state.stages_of(one)["desktop_survey"]
    assert (survey.state, survey.actual_on) == ("done", date(2014, 6, 2))
    assert state.stages_of(one)["order_placed"].state == "waiting"
    assert state.sites[one].note == "Riser blocked <b>&"
    photo, signature = state.photographs_of(one)
    with Image.open(_file(tmp_path, office.photograph(photo.digest))) as image:
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
    assert page.inner_text(".safety") == "Asbestos in the riser"
    page.locator(".stage.next").tap()
    page.locator("dialog .primary").tap()
    page.locator(".stage.next").tap()
    page.get_by_text("Waiting", exact=True).tap()
    page.fill("main textarea", "Riser blocked <b>&")
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
