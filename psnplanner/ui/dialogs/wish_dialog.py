"""A wish about the chosen sites: the day, where it has one, and the reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QLineEdit, QWidget

from psnplanner.programme.edits import Create, plural
from psnplanner.programme.record import RecordId, new_id
from psnplanner.programme.wish import APART, NOT_AFTER, NOT_BEFORE, TOGETHER, Wish
from psnplanner.ui.dialogs.form_dialog import FormDialog
from psnplanner.ui.panels.record_box import day_edit
from psnplanner.ui.wording import capital, from_qdate, to_qdate

SENTENCES = {
    NOT_BEFORE: "No phase of {sites} will be proposed that starts before this day.",
    NOT_AFTER: "No phase of {sites} will be proposed that ends after this day.",
    TOGETHER: "{sites} will be proposed in one and the same phase.",
    APART: "No two of {sites} will be proposed in the same phase.",
}


class WishDialog(FormDialog):
    """Makes one wish; the next plan heeds it."""

    def __init__(
        self, session: Any, kind: str, sites: Sequence[RecordId], parent: QWidget | None = None
    ) -> None:
        super().__init__(f"Wish: {kind}", "Wish", parent)
        self._session, self._kind, self._sites = session, kind, tuple(sites)
        chosen = plural(len(sites), "site")
        if len(sites) == 1:
            site = session.state.sites[sites[0]]
            chosen = site.reference or site.name
        self._who = chosen
        self.say(capital(SENTENCES[kind].format(sites=chosen)))
        self.day, self.reason = day_edit(), QLineEdit()
        self.day.setDate(to_qdate(session.present_day))
        self.reason.setPlaceholderText("Why, for those who read it later")
        if kind in (NOT_BEFORE, NOT_AFTER):
            self.form.addRow("&Day", self.day)
        self.form.addRow("&Reason", self.reason)
        self.accept_form = self._make

    def _make(self) -> None:
        dated = self._kind in (NOT_BEFORE, NOT_AFTER)
        wish = Wish(
            id=new_id(), kind=self._kind, sites=self._sites,
            on=from_qdate(self.day.date()) if dated else None,
            reason=self.reason.text().strip(),
        )  # fmt: skip
        self._session.do(Create([wish], f"Wish {self._who} {self._kind}"))
