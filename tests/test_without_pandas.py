"""What is hidden from an import is there again after it, and never hidden from another thread."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from psnplanner.without_pandas import without_pandas


def test_a_programme_is_opened_without_numpy_which_can_be_had_later() -> None:
    """A tenth of a second of each command, and of each process that reads a copy."""
    code = (
        "import sys, psnplanner.file.read_copy, psnplanner.session;"
        "assert not {'numpy', 'pandas'} & sys.modules.keys();"
        "import numpy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_no_more_than_pandas_is_hidden_while_others_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another thread may be importing it just then."""
    name = "psnplanner_no_such_module"
    for threads in (1, 2):
        monkeypatch.setattr(threading, "active_count", lambda threads=threads: threads)
        with without_pandas(name):
            assert (name in sys.modules) == (threads == 1)
        assert name not in sys.modules
