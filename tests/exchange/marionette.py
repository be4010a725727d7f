"""Firefox driven by its own remote protocol (Marionette): JSON over a socket, nothing to install.

Each message is `length:[type, id, name, value]`; see Firefox's source, `remote/marionette`.
"""

from __future__ import annotations

import itertools
import json
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

NAMES = ("firefox-esr", "firefox")
LONGEST_S = 90.0
_BAR = 85
"""What Firefox's own bars take of the window's height, pixels."""
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""The key under which WebDriver names an element (W3C WebDriver, 12.2)."""
_PREFERENCES = {
    "marionette.port": 0,
    "network.manage-offline-status": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.enabled": False,
    "browser.download.folderList": 2,
    "browser.download.useDownloadDir": True,
    "browser.download.always_ask_before_handling_new_types": False,
    "dom.w3c_touch_events.enabled": 1,
    "layout.css.devPixelsPerPx": "2.0",
}


def installed() -> str | None:
    """Firefox's program, if there is one."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Firefox:
    """One headless Firefox with a profile of its own; its network is switched off."""

    def __init__(self, folder: Path, width: int, height: int) -> None:
        self.downloads, self._numbers = folder / "downloads", itertools.count(1)
        profile = folder / "profile"
        for made in (profile, self.downloads):
            made.mkdir(parents=True)
        given = {**_PREFERENCES, "browser.download.dir": str(self.downloads)}
        lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in given.items()]
        (profile / "user.js").write_text("".join(lines), "utf-8")
        self._process = subprocess.Popen(
            [str(installed()), "--headless", "--marionette", "--remote-allow-system-access",
             "--no-remote", "--profile", str(profile)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._socket = self._connected(profile / "MarionetteActivePort")
        self._stream = self._socket.makefile("rb")
        self._hear()
        self.ask("WebDriver:NewSession", {"acceptInsecureCerts": False})
        self._chrome("Services.io.offline = true; document.documentElement.style.minWidth = '0';")
        self.ask("WebDriver:SetWindowRect", {"width": width, "height": height + _BAR})

    def _connected(self, port_file: Path) -> socket.socket:
        until = time.monotonic() + LONGEST_S
        while time.monotonic() < until:
            assert self._process.poll() is None, "Firefox did not start"
            text = port_file.read_text() if port_file.exists() else ""
            if text.strip():
                return socket.create_connection(("127.0.0.1", int(text)), timeout=LONGEST_S)
            time.sleep(0.1)
        raise AssertionError("Firefox did not answer")

    def _hear(self) -> Any:
        length = b""
        while (one := self._stream.read(1)) != b":":
            assert one, "Firefox has gone"
            length += one
        return json.loads(self._stream.read(int(length)))

    def ask(self, name: str, value: dict[str, Any] | None = None) -> Any:
        """One command's answer."""
        said = json.dumps([0, next(self._numbers), name, value or {}]).encode()
        self._socket.sendall(str(len(said)).encode() + b":" + said)
        _, _, error, result = self._hear()
        assert error is None, error
        return result["value"] if isinstance(result, dict) and "value" in result else result

    def _chrome(self, script: str) -> Any:
        self.ask("Marionette:SetContext", {"value": "chrome"})
        try:
            return self.run(script)
        finally:
            self.ask("Marionette:SetContext", {"value": "content"})

    @property
    def offline(self) -> bool:
        """Whether its network is switched off."""
        return bool(self._chrome("return Services.io.offline;"))

    def go(self, address: str) -> None:
        """Open a page."""
        self.ask("WebDriver:Navigate", {"url": address})

    def reload(self) -> None:
        """Open the page anew."""
        self.ask("WebDriver:Refresh")

    def run(self, script: str, *given: Any) -> Any:
        """What a script returns."""
        return self.ask("WebDriver:ExecuteScript", {"script": script, "args": list(given)})

    def until(self, condition: str) -> Any:
        """Wait for a script's expression to be true; its value."""
        until = time.monotonic() + LONGEST_S
        while time.monotonic() < until:
            if found := self.run(f"return {condition};"):
                return found
            time.sleep(0.05)
        raise AssertionError(f"Firefox waited for {condition}")

    def find(self, css: str, number: int = 0) -> str:
        """An element, once it is there."""
        self.until(f"document.querySelectorAll({json.dumps(css)}).length > {number}")
        found = self.ask("WebDriver:FindElements", {"using": "css selector", "value": css})
        return str(found[number][ELEMENT])

    def touch(self, element: str) -> None:
        """A finger's tap on it."""
        self.run("arguments[0].scrollIntoView({block: 'center'});", {ELEMENT: element})
        at = {"type": "pointerMove", "duration": 0, "origin": {ELEMENT: element}, "x": 0, "y": 0}
        self._finger([at, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}])

    def draw(self, element: str, points: list[tuple[int, int]]) -> None:
        """A finger's line over it, by offsets from its middle."""
        moves = [
            {"type": "pointerMove", "duration": 10, "origin": {ELEMENT: element}, "x": x, "y": y}
            for x, y in points
        ]
        down, up = ({"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp"))
        self._finger([moves[0], down, *moves[1:], up])

    def _finger(self, actions: list[dict[str, Any]]) -> None:
        finger = {"type": "pointer", "id": "finger", "parameters": {"pointerType": "touch"}}
        self.ask("WebDriver:PerformActions", {"actions": [{**finger, "actions": actions}]})
        self.ask("WebDriver:ReleaseActions")

    def type(self, element: str, text: str) -> None:
        """Type into it; for an input of files, the file's path."""
        self.ask("WebDriver:ElementSendKeys", {"id": element, "text": text})

    def picture(self, out: Path) -> None:
        """What is seen, as PNG."""
        import base64

        shot = self.ask("WebDriver:TakeScreenshot", {"full": False})
        out.write_bytes(base64.b64decode(shot))

    def close(self) -> None:
        """End it."""
        self._socket.close()
        self._process.terminate()
        try:
            self._process.wait(LONGEST_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
