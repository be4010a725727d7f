"""The programme's own records: its dates, partners and certificates, nodes, closed windows.

Everything is a draft until Apply or Save, and then one transaction with one undo.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from psnplanner.errors import UserError
from psnplanner.programme.edits import Amend, Compose, Edit, plural
from psnplanner.programme.node import Node
from psnplanner.programme.partner import PARTNER_KINDS, Certificate, Partner
from psnplanner.programme.phase import ClosedWindow
from psnplanner.programme.record import Position, RecordId
from psnplanner.programme.state import PROGRAMME_ID, State
from psnplanner.ui import look
from psnplanner.ui.dialogs.record_model import (
    Column,
    Draft,
    RecordModel,
    check_days,
    check_names,
    listed,
)
from psnplanner.ui.dialogs.record_table import RecordTable
from psnplanner.ui.dialogs.site_dialog import to_pence
from psnplanner.ui.panels.record_box import day_edit
from psnplanner.ui.wording import from_qdate, to_qdate

PickPlace = Callable[[str, Callable[[Position], None], Callable[[], None]], None]
"""Asks for a place on the map: what, then who gets it, then who hears that none was given."""

_TAB_OF: dict[type, int] = {Partner: 1, Certificate: 1, Node: 2, ClosedWindow: 3}
_A_YEAR = timedelta(days=364)


class ProgrammeDialog(QDialog):
    """Edits through `session.do`; a refusal is said inside, and nothing has changed then."""

    def __init__(self, session: Any, pick: PickPlace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._pick = session, pick
        self.setWindowTitle("Programme")
        self.resize(820, 540)
        self.programme = _ProgrammeTab()
        self._make_tables()
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName("Parts of the programme")
        self.tabs.addTab(self.programme, "&Programme")
        self.tabs.addTab(self._partners_tab(), "P&artners && certificates")
        self.tabs.addTab(self._nodes_tab(), "&Nodes")
        self.tabs.addTab(self._closed_tab(), "C&losed windows")
        self.refusal = QLabel()
        self.refusal.setWordWrap(True)
        self.refusal.hide()
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Save | kinds.Apply | kinds.Cancel)
        self.save, self.apply = self.buttons.button(kinds.Save), self.buttons.button(kinds.Apply)
        self.save.setProperty("primary", True)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(self.refusal)
        layout.addWidget(self.buttons)
        self.save.clicked.connect(self._save)
        self.apply.clicked.connect(self.put_in_force)
        self.buttons.rejected.connect(self.reject)
        self.finished.connect(self.deleteLater)
        self.reload()

    # The tabs

    def _make_tables(self) -> None:
        day = "3 Jun 2014"
        self.partners = RecordTable(
            RecordModel(
                Partner,
                [
                    Column("name", "Name", 260),
                    Column("kind", "Kind", 110, listed(PARTNER_KINDS)),
                    Column("joiner", "Joins later", 100, lambda: [("No", False), ("Yes", True)]),
                    Column("contact", "Contact", 200),
                ],
            ),
            "partner",
        )
        self.certificates = RecordTable(
            RecordModel(
                Certificate,
                [
                    Column("partner", "Partner", 260, self._partner_choices),
                    Column("valid_from", "Valid from", 110, hint=day),
                    Column("valid_to", "Valid to", 110, hint=day),
                    Column("reference", "Reference", 200),
                ],
            ),
            "certificate",
            self._fresh_certificates,
        )
        self.nodes = RecordTable(
            RecordModel(
                Node,
                [
                    Column("name", "Name", 170),
                    Column("position", "Position", 150, hint="postcode, grid or lat, lon"),
                    Column("parent", "Parent", 130, self._node_choices),
                    Column("planned_on", "Planned", 95, hint=day),
                    Column("live_on", "Live since", 95, hint=day),
                    Column("ports", "Ports", 60, hint="24"),
                    Column("note", "Note", 100),
                ],
            ),
            "node",
        )
        self.closed = RecordTable(
            RecordModel(
                ClosedWindow,
                [
                    Column("name", "Name", 200),
                    Column("starts_on", "First day", 110, hint=day),
                    Column("ends_on", "Last day", 110, hint=day),
                    Column("kind", "Only sites of kind", 150, hint="every kind; School, new dig"),
                    Column("partner", "Only partner", 160, self._any_partner),
                ],
            ),
            "closed window",
        )
        self.nodes.removed.connect(lambda gone: _forget(self.nodes.model, "parent", gone))
        self.partners.removed.connect(self._partner_gone)

    def _partners_tab(self) -> QWidget:
        page = _page()
        for words, table in (
            ("Partners", self.partners),
            ("Compliance certificates: a site goes live only under a valid one", self.certificates),
        ):
            label = QLabel(words)
            label.setObjectName("heading")
            page.layout().addWidget(label)
            page.layout().addWidget(table)
        return page

    def _nodes_tab(self) -> QWidget:
        page = _page()
        self.pick = QPushButton("Pick on the map…")
        self.pick.setAutoDefault(False)
        self.pick.setToolTip("Click the place of the chosen node on the map")
        self.nodes.line.insertWidget(2, self.pick)
        self.nodes.about_chosen.append(self.pick)
        self.nodes.note("A site cannot go live before its node and every node above it.")
        self.pick.clicked.connect(self._pick_node)
        page.layout().addWidget(self.nodes)
        self.certificates.note("“Add” makes one for each partner chosen above.")
        return page

    def _closed_tab(self) -> QWidget:
        page = _page()
        self.closed.note("No work on these days, both included.")
        page.layout().addWidget(self.closed)
        return page

    # What the lists offer

    def _partner_choices(self) -> list[tuple[str, Any]]:
        drafts = self.partners.model.drafts
        named = [(str(d.values["name"]) or "(new partner)", d.id) for d in drafts]
        return [("", None), *sorted(named, key=lambda pair: pair[0].casefold())]

    def _any_partner(self) -> list[tuple[str, Any]]:
        return [("every partner", None), *self._partner_choices()[1:]]

    def _node_choices(self) -> list[tuple[str, Any]]:
        return [("", None), *((str(d.values["name"]), d.id) for d in self.nodes.model.drafts)]

    def _fresh_certificates(self) -> list[dict[str, Any]]:
        """One for each chosen partner, valid from the present day for a year."""
        starts, drafts = self._session.present_day, self.partners.model.drafts
        partners = [drafts[line].id for line in self.partners.chosen] or [None]
        days = {"valid_from": starts, "valid_to": starts + _A_YEAR}
        return [{"partner": partner, **days} for partner in partners]

    def _partner_gone(self, gone: Draft) -> None:
        # With a partner go its certificates: the write door does the same.
        model = self.certificates.model
        for line in reversed(range(len(model.drafts))):
            if model.drafts[line].values["partner"] == gone.id:
                model.remove(line)
        _forget(self.closed.model, "partner", gone)

    def _pick_node(self) -> None:
        line = self.nodes.chosen[0]

        def placed(position: Position) -> None:
            self.nodes.model.put(line, "position", position)
            self.open()

        name = self.nodes.model.title(self.nodes.model.drafts[line])
        self.hide()
        self._pick(name, placed, self.open)

    # Drafts in, edits out

    def reload(self) -> None:
        """Begin again from the programme as it is."""
        state: State = self._session.state
        self.programme.show_programme(state, self._session.today)
        by_name = sorted(state.partners.values(), key=lambda p: p.name.casefold())
        self.partners.model.show_records(by_name)
        self.certificates.model.show_records(
            sorted(
                state.certificates.values(),
                key=lambda c: (state.partner_name(c.partner), c.valid_from or date.min),
            )
        )
        self.nodes.model.show_records(sorted(state.nodes.values(), key=lambda n: n.name))
        self.closed.model.show_records(
            sorted(state.closed_windows.values(), key=lambda w: w.starts_on or date.min)
        )

    def _models(self) -> list[RecordModel]:
        return [t.model for t in (self.partners, self.certificates, self.nodes, self.closed)]

    def edit(self) -> Compose | None:
        """What the person has changed, as one edit; None for nothing. Raises UserError."""
        self._check()
        edits: list[Edit] = self.programme.edits(self._session.state)
        models = self._models()
        for model in models:
            edits += model.creations()
        for model in models:
            edits += model.amendments()
        # Certificates before the partners who hold them.
        for model in (models[1], models[0], *models[2:]):
            edits += model.deletions()
        return Compose(self._label(), edits) if edits else None

    def _check(self) -> None:
        for model in self._models():
            try:
                model.check()
            except UserError:
                self.tabs.setCurrentIndex(_TAB_OF[model.kind])
                raise
        for model in (self.partners.model, self.nodes.model):
            check_names(model)
        for draft in self.certificates.model.drafts:
            if draft.values["partner"] is None:
                raise UserError("A certificate names no partner.", remedy="Choose its partner.")
        check_days(self.certificates.model, "valid_from", "valid_to", needed=False)
        check_days(self.closed.model, "starts_on", "ends_on", needed=True)
        _check_tree(self.nodes.model)

    def _label(self) -> str:
        said = []
        for model in self._models():
            noun = model.kind.ENTITY.replace("_", " ")
            verbs = zip(("added", "changed", "removed"), model.counts(), strict=True)
            said += [f"{plural(count, noun)} {verb}" for verb, count in verbs if count]
        return "Change the programme" + (f": {', '.join(said)}" if said else "")

    def put_in_force(self) -> bool:
        """Make the edit; whether it was made."""
        # A cell still open for typing is part of what the person means.
        self.setFocus()
        try:
            edit = self.edit()
            if edit is not None:
                self._session.do(edit)
        except UserError as error:
            self._refuse(error)
            return False
        self.refusal.hide()
        self.reload()
        return True

    def _save(self) -> None:
        if self.put_in_force():
            self.accept()

    def _refuse(self, error: UserError) -> None:
        self.refusal.setText(str(error))
        ground, ink = look.colour("danger_ground").name(), look.colour("text").name()
        self.refusal.setStyleSheet(
            f"QLabel {{ padding: 8px; border-radius: 5px; background: {ground}; color: {ink}; }}"
        )
        self.refusal.show()


class _ProgrammeTab(QWidget):
    """Name and dates of the programme."""

    def __init__(self) -> None:
        super().__init__()
        self.name, self.target = QLineEdit(), QLineEdit()
        self.starts, self.go_live, self.status = day_edit(), day_edit(), day_edit()
        self.status.setAccessibleName("Status date")
        self.fixed = QCheckBox("The figures are drawn for a set day")
        self.target.setPlaceholderText("pounds a year, or nothing")
        self.words = QLabel()
        self.words.setObjectName("faint")
        self.words.setWordWrap(True)
        form = QFormLayout(self)
        form.setContentsMargins(12, 14, 12, 12)
        form.setHorizontalSpacing(16)
        form.addRow("Na&me", self.name)
        form.addRow("S&tarts on", self.starts)
        form.addRow("&Go-live on", self.go_live)
        form.addRow("Status date", self.fixed)
        form.addRow("", self.status)
        form.addRow("", self.words)
        form.addRow("Sa&ving to reach (£)", self.target)
        self.fixed.toggled.connect(self.status.setEnabled)

    def show_programme(self, state: State, today: date) -> None:
        """Show the programme as it is."""
        programme = state.programme
        self.name.setText(programme.name)
        self.starts.setDate(to_qdate(programme.starts_on or today))
        self.go_live.setDate(to_qdate(programme.go_live_on or today))
        self.status.setDate(to_qdate(programme.status_on or today))
        self.fixed.setChecked(programme.status_on is not None)
        self.status.setEnabled(self.fixed.isChecked())
        self.words.setText("Without a set day the figures are drawn for the day you look at them.")
        pence = programme.saving_target_pence
        self.target.setText("" if pence is None else f"{pence / 100:,.2f}".removesuffix(".00"))

    def edits(self, state: State) -> list[Edit]:
        """What was changed. Raises UserError for a name or a date that cannot be."""
        programme = state.programme
        values: dict[str, Any] = {
            "name": self.name.text().strip(),
            "saving_target_pence": to_pence(self.target.text()),
        }
        for name, box in (("starts_on", self.starts), ("go_live_on", self.go_live)):
            # A day that was never given stays so until somebody gives one.
            was, now = getattr(programme, name), from_qdate(box.date())
            values[name] = now if was is not None or now != date.today() else None
        values["status_on"] = from_qdate(self.status.date()) if self.fixed.isChecked() else None
        if not values["name"]:
            raise UserError("The programme has no name.", remedy="Give it one.")
        changed = {k: v for k, v in values.items() if v != getattr(programme, k)}
        return [Amend("programme", [PROGRAMME_ID], changed)] if changed else []


def _forget(model: RecordModel, name: str, gone: Draft) -> None:
    for line, draft in enumerate(model.drafts):
        if draft.values[name] == gone.id:
            model.put(line, name, None)


def _check_tree(model: RecordModel) -> None:
    parents: dict[RecordId, RecordId | None] = {d.id: d.values["parent"] for d in model.drafts}
    for draft in model.drafts:
        seen, at = {draft.id}, parents[draft.id]
        while at is not None and at in parents:
            if at in seen:
                raise UserError(
                    "A node would be above itself.",
                    model.title(draft),
                    "Give one of the nodes of the ring another parent.",
                )
            seen.add(at)
            at = parents[at]


def _page() -> QWidget:
    page = QWidget()
    layout = QVBoxLayout(page)
    layout.setContentsMargins(10, 10, 10, 6)
    layout.setSpacing(6)
    return page
