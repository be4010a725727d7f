"""The page in a real browser without a network: no errors, no requests, nothing hostile runs."""

import dataclasses
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from psnplanner.board.course import Course
from psnplanner.board.snapshot import Material, Wanted, pack, render
from psnplanner.programme.state import State
from tests.board.sample import true_scale
from tests.board.test_snapshot import _hostile

CHROMIUM = Path("/usr/bin/chromium")
TODAY = date(2014, 10, 6)

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
if not CHROMIUM.exists():
    pytest.skip("Chromium is not installed", allow_module_level=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser, its network switched off."""
    with playwright.sync_playwright() as started:
        made = started.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield made
        made.close()


class _Opened:
    """A page and what went wrong in it."""

    def __init__(self, browser: Any, path: Path, **how: Any) -> None:
        self.faults: list[str] = []
        self.page = browser.new_context(offline=True, **how).new_page()
        self.page.on("console", lambda m: self.faults.append(m.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("dialog", lambda dialog: self.faults.append(f"dialog {dialog.message}"))
        self.page.on("request", self._asked)
        self.page.goto(path.as_uri())
        self.page.wait_for_selector("html[data-ready=yes]", timeout=20_000)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith(("file:", "data:", "blob:")):
            self.faults.append(f"asked for {request.url}")


def _written(state: State, path: Path, days: tuple[date, ...] = ()) -> Path:
    made = pack(state, Wanted(), Material(), TODAY)
    if days:
        codes = {"live": "6"}
        tracks = {
            i: "0" * (len(days) - 1) + codes.get(status, "1")
            for i, status in state.statuses.items()
        }
        made = dataclasses.replace(made, course=Course(days, tracks))
    path.write_bytes(render(made, ".html"))
    return path


@pytest.mark.parametrize("wide", [390, 1280])
def test_hostile_names_do_nothing(browser: Any, tmp_path: Path, wide: int) -> None:
    opened = _Opened(browser, _written(_hostile(), tmp_path / "h.html"),
                     viewport={"width": wide, "height": 800})  # fmt: skip
    page = opened.page
    page.fill("#search", "alert")
    page.locator("#found button").first.click()
    assert "<script>" in page.locator("#card h3").first.inner_text()
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("document.querySelectorAll('img, iframe, object').length") == 0
    assert opened.faults == []


def test_filters_search_card_and_slider(browser: Any, tmp_path: Path) -> None:
    days = (date(2014, 8, 31), date(2014, 9, 30), TODAY)
    opened = _Opened(browser, _written(true_scale(), tmp_path / "b.html", days),
                     viewport={"width": 1280, "height": 900})  # fmt: skip
    page = opened.page
    assert page.locator("#count").inner_text() == "934 sites"
    page.select_option("#partner", index=1)
    assert "of 934 sites" in page.locator("#count").inner_text()
    page.click("#clear")
    live = page.locator("#legend [data-status='6']").inner_text()
    page.locator("#slider").evaluate("s => { s.value = 0; s.dispatchEvent(new Event('input')); }")
    assert page.locator("#legend [data-status='6']").inner_text() == "0"
    assert "31 Aug 2014: 0 live" in page.locator("#when").inner_text()
    page.click("#play")
    page.locator("#when", has_text="6 Oct 2014").wait_for()
    assert page.locator("#legend [data-status='6']").inner_text() == live
    page.locator("#tiles a", has_text="Live").first.click()
    assert page.locator("#listed summary").inner_text() == f"Table of the {live} sites shown"
    assert set(page.locator("#listed .chip").all_inner_texts()) == {"Live"}
    page.click("#partners tbody tr:first-child button")
    count = page.locator("#partners tbody tr:first-child td").nth(1).inner_text()
    assert page.locator("#listed summary").inner_text() == f"Table of the {count} sites shown"
    page.fill("#search", "CM0042")
    page.keyboard.press("Enter")
    assert "CM0042" in page.locator("#card").inner_text()
    assert opened.faults == []
