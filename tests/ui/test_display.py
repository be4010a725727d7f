"""No display, or a library missing: said before Qt aborts, with what to do."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from psnplanner.errors import UserError
from psnplanner.ui import app, display

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11 is checked on Linux")


@LINUX
@pytest.mark.parametrize("shown", [None, ":97"])
def test_without_a_display_the_reason_is_said(
    monkeypatch: pytest.MonkeyPatch, shown: str | None
) -> None:
    """No DISPLAY, or one that nobody serves."""
    for name in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    if shown:
        monkeypatch.setenv("DISPLAY", shown)
    with pytest.raises(UserError) as refused:
        display.check()
    assert "display" in refused.value.what or "missing" in refused.value.what
    assert refused.value.remedy


def test_an_invisible_platform_is_no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo must not wait for ever where nobody can close the window."""
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    with pytest.raises(UserError, match="offscreen"):
        display.check()
    display.check(visible=False)


def test_what_the_window_starts_is_not_told_the_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser has our surroundings."""

    def refuse(**_: object) -> None:
        raise UserError("No display.")

    monkeypatch.setenv("PSNPLANNER_PASSPHRASE", "four words of it's kind")
    monkeypatch.setattr(display, "check", refuse)
    with pytest.raises(UserError, match="No display"):
        app.run(None)
    assert "PSNPLANNER_PASSPHRASE" not in os.environ


def test_a_missing_library_is_named_with_its_package() -> None:
    """As the loader words it."""
    message = "libxcb-cursor.so.0: cannot open shared object file: No such file or directory"
    error = display._missing(message)
    assert "libxcb-cursor.so.0 is missing" in error.what
    assert error.remedy.endswith("apt-get install libxcb-cursor0")
    assert "holds libnew.so.9" in display._missing("libnew.so.9: cannot open").remedy


def test_the_shell_needs_nothing_heavy() -> None:
    """What the first painted window imports: no numpy, no database, no shapes."""
    script = (
        "import sys\nimport psnplanner.ui.main_window\n"
        "heavy = {'numpy', 'shapely', 'sqlite_utils', 'geopy', 'folium', 'psnplanner.session'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
