"""Qt's Python side is compiled once: kept byte code is used only for the very same text."""

from __future__ import annotations

import builtins
import sys
from pathlib import Path
from typing import Any

import pytest

from psnplanner.ui import qt_code

NAME = "shibokensupport/loader.py"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(qt_code, "_place", lambda: tmp_path / "code" / "qt_side.pyc")
    return tmp_path / "code" / "qt_side.pyc"


def _value(text: bytes, name: str = NAME) -> int:
    """What a module of that text sets, compiled as PySide compiles it."""
    space: dict[str, Any] = {}
    with qt_code.kept():
        exec(compile(text, name, "exec"), space)
    return int(space["x"])


def test_the_same_text_is_compiled_once(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And another text of that name is compiled anew, as after an upgrade of Qt."""
    compiled: list[object] = []
    real = compile

    def counted(source: Any, *rest: Any, **more: Any) -> Any:
        compiled.append(source)
        return real(source, *rest, **more)

    monkeypatch.setattr(builtins, "compile", counted)
    assert [_value(b"x = 1"), _value(b"x = 1"), _value(b"x = 2")] == [1, 1, 2]
    assert compiled == [b"x = 1", b"x = 2"]
    assert builtins.compile is counted
    assert [path.name for path in place.parent.iterdir()] == [place.name]


@pytest.mark.parametrize("junk", [b"", b"no byte code at all", qt_code.MAGIC_NUMBER + b"N"])
def test_damaged_byte_code_is_passed_over(place: Path, junk: bytes) -> None:
    """It only saves time."""
    place.parent.mkdir()
    place.write_bytes(junk)
    assert _value(b"x = 3") == 3


def test_nothing_is_written_where_python_may_not(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PYTHONDONTWRITEBYTECODE holds for this byte code too, and a full disk stops nobody."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert _value(b"x = 4") == 4
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    place.parent.write_bytes(b"a file where the folder would be")
    assert _value(b"x = 5") == 5


def test_other_code_is_let_alone(place: Path) -> None:
    """Only PySide's own modules are kept."""
    assert _value(b"x = 6", name="elsewhere.py") == 6
    assert not place.exists()
