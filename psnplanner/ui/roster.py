"""The sites of the open programme as every panel sees them: rows, filter and selection.

One filter and one selection serve the map and the table, so that they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from psnplanner.programme.record import RecordId
from psnplanner.programme.state import State
from psnplanner.style import STATUS_ORDER
from psnplanner.ui.map.sites_layer import Points
from psnplanner.ui.map.sprites import STATUS_COUNT
from psnplanner.ui.site_rows import SiteRows, touched_sites
from psnplanner.ui.site_search import Search

_CHUNK_S, _REST_MS = 0.003, 12
"""Texts for the search are read ahead in slices that no eye sees."""


class Roster(QObject):
    """Rows of all sites, which of them the filter lets through, and which are chosen."""

    rebuilt = Signal()
    """Rows came, went or changed places."""
    rows_changed = Signal(object)
    """These rows (list of places) read differently."""
    shown_changed = Signal()
    """The filter lets other rows through."""
    selection_changed = Signal()

    def __init__(self, rows: SiteRows, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows = rows
        self.words = ""
        self.hidden_statuses: frozenset[str] = frozenset()
        self.unplaced_only = False
        self.also: Callable[[SiteRows], NDArray[np.bool_]] | None = None
        """A further filter, the legend's: which rows it lets through."""
        self.shown: NDArray[np.bool_] = np.ones(len(rows), bool)
        self._selected: frozenset[RecordId] = frozenset()
        self._chosen: NDArray[np.bool_] | None = None
        self.as_at: NDArray[np.int8] | None = None
        """Status codes of another day than the present, while the map shows one (-1: not there)."""
        self._search = Search(rows)
        self._reading = QTimer(self, interval=_REST_MS)
        self._reading.timeout.connect(self._read_ahead)
        self._reading.start()

    def _read_ahead(self) -> None:
        if self.rows.read_texts(_CHUNK_S):
            self._reading.stop()

    @property
    def state(self) -> State:
        """The state the rows tell of."""
        return self.rows.state

    def follow(self, before: State, after: State, today: date) -> None:
        """Move on to the next state, making anew only the rows that an edit touched."""
        touched = touched_sites(before, after) if before is self.rows.state else None
        if touched is None or len(touched) > len(self.rows) // 2:
            self.replace(SiteRows(after, today))
            return
        places = self.rows.follow(after, touched)
        if not places:
            return
        self._search.forget()
        if self._filter_again():
            self.shown_changed.emit()
        self.rows_changed.emit(places)

    def replace(self, rows: SiteRows) -> None:
        """Take wholly new rows, keeping the filter and what is still there of the selection."""
        self.rows = rows
        self._search = Search(rows)
        self._reading.start()
        self._filter_again()
        kept = frozenset(ident for ident in self._selected if ident in rows.index_of)
        lost = kept != self._selected
        self._selected, self._chosen = kept, None
        self.rebuilt.emit()
        if lost:
            self.selection_changed.emit()

    # The filter

    def search(self, words: str) -> None:
        """Show only the rows that every term of the search holds for (see `site_search`)."""
        if words != self.words:
            self.words = words
            self._refresh_filter()

    def hide_statuses(self, statuses: Iterable[str]) -> None:
        """Leave out the sites of these statuses."""
        hidden = frozenset(statuses)
        if hidden != self.hidden_statuses:
            self.hidden_statuses = hidden
            self._refresh_filter()

    def show_unplaced(self, only: bool) -> None:
        """Show only the sites that are not on the map yet, or all again."""
        if only != self.unplaced_only:
            self.unplaced_only = only
            self._refresh_filter()

    def set_filter(self, words: str, hidden: Iterable[str], unplaced_only: bool) -> None:
        """All of the filter at once."""
        wanted = (words, frozenset(hidden), unplaced_only)
        if self.also or wanted != (self.words, self.hidden_statuses, self.unplaced_only):
            self.words, self.hidden_statuses, self.unplaced_only = wanted
            self.also = None
            self._refresh_filter()

    def filter_also(self, also: Callable[[SiteRows], NDArray[np.bool_]] | None) -> None:
        """Leave out the rows that this lets not through either; None: no more."""
        self.also = also
        self._refresh_filter()

    def clear_filter(self) -> None:
        """Show every row."""
        if not self.filtered and self.shown.all():
            return
        self.words, self.hidden_statuses, self.unplaced_only = "", frozenset(), False
        self.also = None
        self._refresh_filter()

    @property
    def filtered(self) -> bool:
        """Whether anything is left out."""
        return bool(self.words.strip() or self.hidden_statuses or self.unplaced_only or self.also)

    @property
    def notes(self) -> list[str]:
        """What could not be understood in the words of the filter."""
        return self._search.notes

    @property
    def shown_count(self) -> int:
        """How many rows the filter lets through."""
        return int(np.count_nonzero(self.shown))

    def _refresh_filter(self) -> None:
        self._filter_again()
        self.shown_changed.emit()

    def _filter_again(self) -> bool:
        shown = np.ones(len(self.rows), bool)
        self._search.notes = []
        if self.words.strip():
            shown = self._search.find(self.words)
        for code, status in enumerate(STATUS_ORDER):
            if status in self.hidden_statuses:
                shown &= self.rows.statuses != code
        if self.unplaced_only:
            shown &= np.isnan(self.rows.xs)
        if self.also is not None:
            shown &= self.also(self.rows)
        changed = not np.array_equal(shown, self.shown)
        self.shown = shown
        return changed

    # The selection

    @property
    def selected(self) -> frozenset[RecordId]:
        """Ids of the chosen sites."""
        return self._selected

    @property
    def selected_places(self) -> NDArray[np.intp]:
        """Places in `rows` of the chosen sites that the filter shows."""
        return np.flatnonzero(self.chosen & self.shown)

    @property
    def chosen(self) -> NDArray[np.bool_]:
        """Which of `rows` are chosen, whatever the filter shows."""
        if self._chosen is None:
            # At ten thousand chosen sites a loop over them would be felt: map stays in C.
            places = map(self.rows.index_of.__getitem__, self._selected)
            self._chosen = np.zeros(len(self.rows), bool)
            self._chosen[np.fromiter(places, np.intp, len(self._selected))] = True
        return self._chosen

    def select(self, idents: Iterable[RecordId]) -> None:
        """Choose just these sites."""
        # A set is met with the keys of the rows in C, ten times as quickly as in a loop.
        chosen = frozenset(self.rows.index_of.keys() & frozenset(idents))
        if chosen != self._selected:
            self._selected, self._chosen = chosen, None
            self.selection_changed.emit()

    def select_places(self, places: Iterable[int]) -> None:
        """Choose just the sites in these places of `rows`."""
        self.select(map(self.rows.ids.__getitem__, places))

    def toggle(self, ident: RecordId) -> None:
        """Add a site to the chosen ones, or take it out."""
        self.select(self._selected ^ {ident})

    def select_all(self) -> None:
        """Choose every site the filter shows."""
        self.select_places(np.flatnonzero(self.shown).tolist())

    # Facts for the map and its legend

    def points(self) -> Points:
        """What the map draws."""
        rows = self.rows
        return Points(rows.xs, rows.ys, rows.statuses, rows.shapes, rows.weights, self.shown)

    def counts(self) -> dict[str, int]:
        """Number of sites by status, whatever the filter hides."""
        statuses = self.rows.statuses
        if self.as_at is not None and len(self.as_at) == len(statuses):
            statuses = self.as_at[self.as_at >= 0].astype(np.int16)
        tally = np.bincount(statuses, minlength=STATUS_COUNT)
        return {status: int(tally[code]) for code, status in enumerate(STATUS_ORDER)}

    def status_then(self, place: int) -> str:
        """The status of a row on the other day that the map shows; "" while it shows today."""
        if self.as_at is None or len(self.as_at) != len(self.rows):
            return ""
        code = int(self.as_at[place])
        return STATUS_ORDER[code] if code >= 0 else "not there"

    @property
    def unplaced_count(self) -> int:
        """How many sites have no position, and so cannot be on the map."""
        return int(np.count_nonzero(np.isnan(self.rows.xs)))

    def world_box(self, idents: Iterable[RecordId] | None = None) -> tuple[float, ...] | None:
        """The world box (left, top, right, bottom) of these placed sites, or of all shown."""
        if idents is None:
            places = np.flatnonzero(self.shown)
        else:
            index_of = self.rows.index_of
            places = np.array([index_of[i] for i in idents if i in index_of], np.intp)
        xs, ys = self.rows.xs[places], self.rows.ys[places]
        known = np.isfinite(xs)
        if not known.any():
            return None
        xs, ys = xs[known], ys[known]
        return float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max())
