"""Site lists into an open programme, look-alikes, and export."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psnplanner.intake.reading import AS_FOUND, Reading
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.session.door import Door, Progress

if TYPE_CHECKING:
    from psnplanner.intake.duplicates import Group
    from psnplanner.intake.preview import Preview


class Lists(Door):
    """What comes from spreadsheets and goes to other programs."""

    def read_list(
        self, path: Path, reading: Reading = AS_FOUND, *, progress: Progress | None = None
    ) -> Preview:
        """Read a site list against this programme; nothing changes until its edit is done."""
        from psnplanner.intake.lists import read_list

        return read_list(
            path,
            self.state,
            reading=reading,
            touched=self._run(self._file.field_work),
            today=self.present_day,
            progress=progress,
        )

    def write_problem_rows(self, preview: Preview, out: Path) -> int:
        """Write the rows of a list that have problems, with what to mend; how many there were."""
        from psnplanner.exchange import problem_rows

        return problem_rows.write(out, *problem_rows.of_preview(preview))

    def duplicates(self, new_sites: Iterable[Site] = ()) -> list[Group]:
        """Buildings that seem to be there twice; given new sites, only groups with one of them."""
        from psnplanner.intake.duplicates import groups

        return groups(self.state, tuple(new_sites))

    def duplicate_report(
        self, new_sites: Iterable[Site] = (), found: Sequence[Group] | None = None
    ) -> list[dict[str, Any]]:
        """The same groups as JSON-ready documents, in the same order; `found` if it is known."""
        from psnplanner.intake.duplicates import report

        sites = tuple(new_sites)
        return report(self.duplicates(sites) if found is None else found, self.state, sites)

    def export(
        self,
        out: Path,
        progress: Progress | None = None,
        only: Collection[RecordId] | None = None,
    ) -> int:
        """Write the sites, or `only` these, for other programs, by the file's ending; how many."""
        from psnplanner.exchange.export import export

        return export(self.state, out, progress, only)
