"""Files that appear whole or not at all: written beside, made durable, then given their name."""

from __future__ import annotations

import contextlib
import glob
import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psnplanner.errors import UserError

_NUMBER = "[0-9a-f]" * 8
TAKEN = "There is a file of that name already."


@contextmanager
def whole_file(out: Path, *, replace: bool = True) -> Iterator[Path]:
    """A path beside `out` to write to; on success it takes the name of `out`, else it goes.

    It ends as `out` does, for libraries that look at the suffix. What stood under that name is
    replaced in one step, or left as it was; without `replace` it stays, and a name that was
    taken meanwhile is refused. Raises UserError then, and where the disk refuses.
    """
    beside = out.with_name(f".{out.stem[:80]}.{secrets.token_hex(4)}.part{out.suffix}")
    try:
        yield beside
        make_durable(beside)
        _give_name(beside, out, replace=replace)
        make_durable(out.parent)
    except FileExistsError as error:
        raise UserError(TAKEN, where=str(out), remedy="Choose another name.") from error
    except UserError as error:
        if error.where == str(beside):  # a name the person never gave
            error.where = str(out)
        raise
    except OSError as error:
        raise UserError(
            f"The file cannot be written: {error.strerror or error}.",
            where=str(out),
            remedy="Choose a folder you may write to, with room on its disk, and close the file "
            "in other programs.",
        ) from error
    finally:
        with contextlib.suppress(OSError):
            beside.unlink()


def begin_private(path: Path, like: Path | None = None) -> None:
    """Make an empty file that only its owner can read, or who can read `like`; raises OSError."""
    mode = stat.S_IMODE(like.stat().st_mode) if like is not None else 0
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode | 0o600))


def clear_leftovers(folder: Path, older_s: float, stem: str = "") -> None:
    """Delete what processes that were killed had begun in a folder, of one file or of all.

    Another may be at work just now: what is younger stays.
    """
    begin = f".{glob.escape(stem[:80])}" if stem else ".*"
    for piece in folder.glob(f"{begin}.{_NUMBER}.part*"):
        with contextlib.suppress(OSError):
            if time.time() - piece.stat().st_mtime >= older_s:
                piece.unlink()


def _give_name(beside: Path, out: Path, *, replace: bool) -> None:
    if not replace:
        try:
            os.link(beside, out)  # fails where the name is taken, which renaming does not
        except FileExistsError:
            raise
        except OSError:
            pass  # a file system without links
        else:
            return
    os.replace(beside, out)


def make_durable(path: Path) -> None:
    """Have a file's content, or a folder's names, on the disk itself; raises OSError."""
    if path.is_dir() and os.name == "nt":
        return  # Windows has no handle of a folder to flush
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
