"""Fuzzing the readers: bytes that are nearly right, and what came of them.

Each target runs in a process of its own, by atheris (coverage-guided, Linux and macOS) where it
is installed, else by seeded mutations. A finding is any error but a refusal, and any input that
takes more than 20 s; it is told on standard error with its place and the bytes that made it.
"""

from __future__ import annotations

import faulthandler
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

import click

PATIENCE_S = 20
_ROOT = Path(__file__).parents[2]


def run(seconds: float = 10.0, seed: int = 1) -> list[dict[str, Any]]:
    """A row for each target, `seconds` for each."""
    from tests.hostile.targets import targets

    rows = []
    with tempfile.TemporaryDirectory(prefix="psn-fuzz-") as name:
        for target in targets():
            out = Path(name) / "told.json"
            out.unlink(missing_ok=True)
            env = {**os.environ, "PSNPLANNER_HOME": f"{name}/home", "PYTHONPATH": str(_ROOT),
                   "QT_QPA_PLATFORM": "offscreen"}  # fmt: skip
            done = subprocess.run(
                [sys.executable, "-m", "tests.benchmarks.fuzz", target.name, str(seconds),
                 str(seed), str(out)],
                cwd=name, env=env, capture_output=True, timeout=seconds + 200, check=False,
            )  # fmt: skip
            rows.append(_row(target.name, out, done))
    return rows


def _row(name: str, out: Path, done: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    told = json.loads(out.read_text()) if out.is_file() else {"tried": 0, "refused": 0}
    findings = told.get("findings", {})
    if done.returncode not in (0, 77) and not findings:
        findings = {f"the process ended with {done.returncode}": done.stderr.decode()[-400:]}
    for place, data in findings.items():
        click.echo(f"{name}: {place}: {data}", err=True)
    return {
        "reader": name,
        "by": told.get("by", ""),
        "tried": told["tried"],
        "refused": told["refused"],
        "read": told["tried"] - told["refused"],
        "findings": len(findings),
        "slowest_s": round(told.get("slowest", 0.0), 2),
    }


class _Attempts:
    """What one target did, kept on the disk as it goes: atheris ends a process without a word."""

    def __init__(self, name: str, out: Path, by: str) -> None:
        from psnplanner import apart
        from tests.conftest import done_here
        from tests.hostile.targets import targets

        apart.call = done_here  # with a process for each, there would be two tries a second
        self._target = next(t for t in targets() if t.name == name)
        self.seeds = self._target.seeds
        self._out = out
        self._told: dict[str, Any] = {"by": by, "tried": 0, "refused": 0, "findings": {}}
        self._slowest, self._saved = 0.0, time.monotonic()

    def attempt(self, data: bytes) -> None:
        """Try one input."""
        faulthandler.dump_traceback_later(PATIENCE_S, exit=True)
        begun = time.monotonic()
        try:
            self._target.run(data)
        except self._target.refuses:
            self._told["refused"] += 1
        except Exception as error:
            self._find(error, data)
        faulthandler.cancel_dump_traceback_later()
        self._told["tried"] += 1
        self._slowest = max(self._slowest, time.monotonic() - begun)
        if time.monotonic() - self._saved > 0.5:
            self.save()

    def _find(self, error: Exception, data: bytes) -> None:
        self._told["refused"] += 1
        places = [
            f for f in traceback.extract_tb(error.__traceback__) if "psnplanner" in f.filename
        ]
        last = places[-1] if places else None
        place = f"{Path(last.filename).name}:{last.lineno}" if last else "elsewhere"
        kind = f"{type(error).__name__} at {place}"
        self._told["findings"].setdefault(kind, f"{str(error)[:80]!r} {data[:200]!r}")
        kept = os.environ.get("PSN_FUZZ_KEEP")
        if kept:
            name = hashlib.sha256(kind.encode()).hexdigest()[:12]
            Path(kept, name).write_bytes(data)

    def save(self) -> None:
        """Write down what is known so far."""
        self._saved = time.monotonic()
        self._told["slowest"] = self._slowest
        self._out.write_text(json.dumps(self._told))


def _mutate(attempts: _Attempts, seconds: float, seed: int) -> None:
    from tests.hostile.mutate import mutations

    until = time.monotonic() + seconds
    for data in mutations(attempts.seeds, seed):
        attempts.attempt(data)
        if time.monotonic() > until:
            return


def _guided(name: str, seconds: float, seed: int, out: Path) -> None:
    import atheris

    with atheris.instrument_imports(include=["psnplanner"]):
        import psnplanner.exchange.returned_work
        import psnplanner.file.store
        import psnplanner.geography.boundaries
        import psnplanner.geography.uprn
        import psnplanner.intake.lists
        import psnplanner.intake.vector  # noqa: F401
    attempts = _Attempts(name, out, "atheris")
    corpus = Path("corpus")
    corpus.mkdir(exist_ok=True)
    for number, data in enumerate(attempts.seeds):
        (corpus / f"{name[:4]}{number}").write_bytes(data)
    options = [f"-max_total_time={max(1, round(seconds))}", f"-seed={seed}", "-max_len=600000",
               "-rss_limit_mb=0", "-timeout=60", "-verbosity=0", "-detect_leaks=0"]  # fmt: skip
    attempts.save()
    atheris.Setup([sys.argv[0], *options, str(corpus)], attempts.attempt)
    atheris.Fuzz()


def main() -> None:
    """One target, in this process."""
    name, seconds, seed, out = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    if importlib.util.find_spec("atheris") and not os.environ.get("PSN_FUZZ_PLAIN"):
        _guided(name, seconds, seed, out)
        return
    attempts = _Attempts(name, out, "mutations")
    _mutate(attempts, seconds, seed)
    attempts.save()


if __name__ == "__main__":
    main()
