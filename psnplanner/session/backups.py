"""Backups that make themselves while a programme is open, and the way back to one."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from psnplanner import home
from psnplanner.errors import UserError
from psnplanner.session.door import Door, Progress
from psnplanner.whole_file import whole_file

if TYPE_CHECKING:
    from psnplanner.file.rolling import Backup

__all__ = ["Backup", "BackupSettings", "Backups", "backups_of", "restore_backup"]

_MOST = 500


@dataclass(frozen=True)
class BackupSettings:
    """This person's wishes for backups.

    `folder` is where they all go; without one each lies beside its programme. `hourly`, `daily`
    and `weekly` say of how many hours, days and weeks one is kept.
    """

    on: bool = True
    folder: str = ""
    hourly: int = 24
    daily: int = 14
    weekly: int = 8

    @staticmethod
    def load() -> BackupSettings:
        """What was chosen; the usual where nothing was, or it cannot be read."""
        usual = BackupSettings()
        try:
            told = json.loads(_settings_file().read_text("utf-8"))
            counts = {
                name: min(_MOST, max(0, int(told.get(name, getattr(usual, name)))))
                for name in ("hourly", "daily", "weekly")
            }
            return BackupSettings(bool(told.get("on", True)), str(told.get("folder", "")), **counts)
        except (OSError, ValueError, TypeError, AttributeError):
            return usual

    def save(self) -> None:
        """Keep it for this person. Raises UserError if the disk refuses."""
        with contextlib.suppress(OSError):
            home.made_folder()
        with whole_file(_settings_file()) as beside:
            beside.write_text(json.dumps(asdict(self), indent=2), "utf-8")

    def folder_for(self, path: Path) -> Path:
        """Where the backups of a programme go."""
        from psnplanner.file import rolling

        return rolling.folder_of(path, Path(self.folder) if self.folder else None)


def _settings_file() -> Path:
    return home.folder() / "backups.json"


class Backups(Door):
    """The room for backups: they are made beside the work, which goes on meanwhile."""

    def backups(self) -> list[Backup]:
        """This programme's backups, the newest first."""
        return backups_of(self.path)

    def back_up(self, progress: Progress | None = None) -> Backup:
        """Make a rolling backup now, and let go of those no longer kept.

        Raises UserError if the disk refuses or has too little room; nothing is left then.
        """
        from psnplanner.file import rolling

        if self._run(lambda: self._file.is_alone):  # a second reader would be kept out by ourselves
            raise UserError("The disk is full, so no backup can be made.", str(self.path),
                            "Make room and open it again, or write a copy to another disk with "
                            "“psnplanner backup FILE OUT”.")  # fmt: skip
        wanted = BackupSettings.load()
        folder = wanted.folder_for(self.path)
        if wanted.folder and not folder.is_dir():
            # Made anew, it might lie where a stick is mounted usually, on the very same disk.
            raise UserError("The folder chosen for backups is not there.", str(folder),
                            "Plug its disk in, or choose another: “File”, “Backups”."
                            )  # fmt: skip
        made = rolling.make(self.path, folder, self._clock(), progress)
        keep = rolling.Keep(wanted.hourly, wanted.daily, wanted.weekly)
        # Only now is there one more: the old ones are never let go for one that may fail.
        gone = rolling.thin(rolling.listed(self.path, folder), keep)
        rolling.remove(item for item in gone if item.path != made.path)
        return made

    def back_up_if_due(self, progress: Progress | None = None) -> Backup | None:
        """Make a backup if the last lacks changes and is an hour old; None if it need not be.

        Packs and files that can only be read are left to those they came from.
        """
        from psnplanner.file import rolling

        if not BackupSettings.load().on or self.read_only or self._run(lambda: self._file.is_pack):
            return None
        folder = BackupSettings.load().folder_for(self.path)
        if not rolling.is_due(rolling.newest_first(self.path, folder), self._clock()):
            return None
        return self.back_up(progress)


def backups_of(path: Path) -> list[Backup]:
    """The backups of a programme's file, damaged or gone as it may be, the newest first."""
    from psnplanner.file import rolling

    return rolling.listed(path, BackupSettings.load().folder_for(path))


def restore_backup(
    chosen: Path, out: Path, *, replace: bool = False, progress: Progress | None = None
) -> Path | None:
    """Make a backup a programme again: as a new file, or in the place of the present one.

    The present file is kept beside it then, and its new name given. Raises UserError if the
    backup is damaged, the name is taken, or the programme is open; all is as it was then.
    """
    from psnplanner.file import rolling

    if not chosen.is_file():
        raise UserError("There is no such backup.", str(chosen), "Choose one of the list.")
    if replace:
        return rolling.put_back(chosen, out, datetime.now(UTC), progress)
    rolling.restore(chosen, out, progress)
    return None
