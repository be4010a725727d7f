"""Other copies of a programme, read at arm's length: in a process with limits."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psnplanner import apart
from psnplanner.errors import PassphraseNeeded, UserError
from psnplanner.file import encryption

LONGEST_S = 300
"""Reading a copy may take no longer than this."""
_BROKEN = "Make a new copy with “backup”, and merge that."


@dataclass(frozen=True)
class Copy:
    """What another copy holds beyond what is known here: transactions and photographs as lines.

    `root` is its first transaction as (device, number, hash); `reach` tells of each device how
    far it goes, and its hash where both have it.
    """

    root: tuple[int, int, str] | None
    reach: Mapping[int, tuple[int, str]]
    is_pack: bool
    transactions: list[dict[str, Any]] = field(default_factory=list)
    pictures: dict[str, str] = field(default_factory=dict)


def read(path: Path, vector: Mapping[int, int]) -> Copy:
    """Read a copy. Raises UserError for what is none, damaged, or takes too long."""
    known = {}
    if encryption.is_encrypted(path):
        encryption.held(path)  # the keyring may have it
        known = encryption.all_held()
    told = {str(dev): n for dev, n in vector.items()}
    output, ended = _answer(path, {"vector": told, "keys": known})
    try:
        lines = _lines(output, path)
        first = next(lines)
        if ended:
            raise ValueError("it broke off")
        return _copy(first, lines)
    except (ValueError, KeyError, TypeError, StopIteration) as error:
        raise UserError("This copy cannot be read; nothing was merged.", str(path), _BROKEN
                        ) from error  # fmt: skip


def _answer(path: Path, asked: Mapping[str, Any]) -> tuple[bytes, int]:
    """What the process says of a copy, and the code it ended with."""
    child = apart.started("psnplanner.file.read_copy", str(path.absolute()), stdout=subprocess.PIPE)
    try:
        output, _ = child.communicate(json.dumps(asked).encode(), LONGEST_S)
    except subprocess.TimeoutExpired as error:
        raise UserError("It takes too long to read; nothing was merged.", str(path), _BROKEN
                        ) from error  # fmt: skip
    finally:
        child.kill()
        child.wait()
    return output, child.returncode


def _lines(output: bytes, path: Path) -> Iterator[dict[str, Any]]:
    for line in output.splitlines():
        told = json.loads(line)
        if "refused" in told:
            what, remedy = told["refused"]
            kind = PassphraseNeeded if told.get("locked") else UserError
            raise kind(str(what), str(path), str(remedy))
        yield told


def _copy(first: dict[str, Any], lines: Iterator[dict[str, Any]]) -> Copy:
    root = first["root"]
    copy = Copy(
        (root[0], root[1], root[2]) if root else None,
        {dev: (n, digest) for dev, n, digest in first["reach"]},
        bool(first["pack"]),
    )
    for line in lines:
        if "photograph" in line:
            copy.pictures[line["photograph"]] = line["bytes"]
        else:
            copy.transactions.append(line)
    return copy
