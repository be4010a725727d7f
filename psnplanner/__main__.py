"""python -m psnplanner, and the command psnplanner: the window by the shortest way, else a verb.

The window alone needs no command line: what parses it takes as long to import as the map takes
to paint, so for `psnplanner` and `psnplanner open FILE` it is left out.
"""

from __future__ import annotations

import gc
import sys
from pathlib import Path


def main() -> None:
    """The entry point: exits 0, or 1 with one message, or 2 for usage."""
    try:
        _run(sys.argv[1:])
    except KeyboardInterrupt:  # while things were still being imported
        sys.exit("psnplanner: Cancelled; nothing was changed.")


def _run(words: list[str]) -> None:
    if not words or (len(words) == 2 and words[0] == "open" and not words[1].startswith("-")):
        sys.exit(_window(Path(words[1]) if words else None))
    from psnplanner import cli

    cli.main()


def _window(file: Path | None) -> int:
    # Until the map is painted nothing is thrown away: `app.go_on` sees to it again.
    gc.disable()
    try:
        from psnplanner.ui.app import run

        return run(file)
    except (Exception, KeyboardInterrupt) as error:
        failure = error
    from psnplanner import console

    def fail() -> None:
        raise failure

    console.use_utf8()
    return console.run(fail)


if __name__ == "__main__":
    main()
