"""The verbs that keep a file safe: verify, backup, restore, repair."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from psnplanner import console
from psnplanner.console import show, table
from psnplanner.errors import UserError
from psnplanner.verbs import passphrase
from psnplanner.verbs.options import FILE, Out, json_option, open_programme
from psnplanner.verbs.passphrase import passphrase_option

if TYPE_CHECKING:
    from psnplanner.session.backups import Backup


@click.command()
@FILE
@json_option
def verify(file: Path, as_json: bool) -> None:
    """Check the file: its pages, the chain of its changes, and its tables by replay."""
    from psnplanner.session import examine

    try:
        with open_programme(file, read_only=True) as session:
            faults = session.verify(console.progress())
            changes = len(session.transactions())
    except UserError as refused:
        # What cannot even be opened is looked at all the same, to say what is affected.
        faults, changes = [refused.what, *examine(file, refused, console.progress())], 0
    document = {"file": str(file), "sound": not faults, "transactions": changes, "faults": faults}
    sound = [f"{file} is sound: {changes:,} transactions replay to what its tables hold."]
    show(as_json, document, lambda: [] if faults else sound)
    if faults:
        raise UserError(
            " ".join(faults), where=str(file),
            remedy="Go back to a backup made before the damage: “psnplanner backup FILE --list” "
            "shows them, “restore” puts one back, “repair” saves what can be saved.",
        )  # fmt: skip


@click.command()
@FILE
@click.argument("out", type=Out(), required=False)
@click.option("--list", "as_list", is_flag=True, help="Show the backups there are.")
@json_option
def backup(file: Path, out: Path | None, as_list: bool, as_json: bool) -> None:
    """Copy the whole programme to a new file, whole or not at all.

    Without OUT it is a rolling backup: checked, kept with the others, the oldest let go.
    """
    if as_list:
        if out is not None:
            raise click.UsageError("--list takes no OUT")
        _list(file, as_json)
        return
    with open_programme(file, read_only=True) as session:
        if out is None:
            out = session.back_up(console.progress()).path
        else:
            session.backup(out)
    size = out.stat().st_size
    said = {"file": str(out), "bytes": size}
    show(as_json, said, lambda: [f"Wrote {out} ({size / 1e3:,.0f} kB)."])


def _list(file: Path, as_json: bool) -> None:
    from psnplanner.session.backups import backups_of

    passphrase.make_known(file)
    found = backups_of(file)
    document = [
        {"file": str(item.path), "made_at": item.made_at.isoformat(), "bytes": item.size_bytes,
         "transactions": item.transactions, "changes_behind": item.behind,
         "changes_ahead": item.ahead}
        for item in found
    ]  # fmt: skip
    headings = ["made", "kB", "changes behind", "changes ahead", "file"]
    rows = [
        [f"{item.made_at.astimezone():%Y-%m-%d %H:%M}", round(item.size_bytes / 1e3),
         "unreadable" if item.transactions is None else item.behind, item.ahead, item.path.name]
        for item in found
    ]  # fmt: skip
    none = [f"There are no backups of {file} yet; “psnplanner backup {file}” makes one."]
    where = [f"In {found[0].path.parent}:"] if found else []
    show(as_json, document, lambda: [*where, *table(headings, rows)] if found else none)


@click.command()
@FILE
@click.argument("backup", type=click.Path(path_type=Path), required=False)
@click.option("--to", "out", type=Out(), metavar="PATH", help="Make a new file of it.")
@json_option
def restore(file: Path, backup: Path | None, out: Path | None, as_json: bool) -> None:
    """Go back to a backup, the newest if none is named.

    The present file is kept beside it under another name; with --to it is not touched.
    """
    from psnplanner.session.backups import backups_of, restore_backup

    passphrase.make_known(file)
    chosen = _named(file, backup, backups_of(file))
    passphrase.make_known(chosen)
    kept = restore_backup(
        chosen, out or file, replace=out is None, progress=console.progress()
    )  # fmt: skip
    said = {"file": str(out or file), "from": str(chosen), "kept": str(kept) if kept else None}
    lines = [f"Restored {out or file} from {chosen.name}."]
    lines += [f"What was there before is kept as {kept.name}."] if kept else []
    show(as_json, said, lambda: lines)


def _named(file: Path, backup: Path | None, found: list[Backup]) -> Path:
    """The backup that is meant: a path, a name from the list, or the newest that can be read."""
    if backup is None:
        if not found:
            raise UserError("There is no backup of this programme.", str(file),
                            "Name the file to restore.")  # fmt: skip
        readable = [item.path for item in found if item.transactions is not None]
        # Where none can be read it is said why, be it a passphrase or damage.
        return next(iter(readable), found[0].path)
    by_name = [item.path for item in found if item.path.name == str(backup)]
    return by_name[0] if by_name else backup


@click.command()
@FILE
@click.argument("out", type=Out())
@json_option
def repair(file: Path, out: Path, as_json: bool) -> None:
    """Save what can be saved of a damaged programme into a new file."""
    from psnplanner.session import repair as save

    passphrase.make_known(file)
    found = save(file, out)
    document = {
        "file": str(out),
        "changes": found.changes,
        "changes_before": found.changes_before,
        "share": round(found.share, 4),
        "rebuilt": found.rebuilt,
        "transactions": found.transactions,
        "photographs": found.photographs,
        "torn": found.torn,
        "unnamed": found.unnamed,
    }
    lines = [
        f"Saved {found.changes:,} of {found.changes_before:,} changes ({found.share:.1%}) to {out}."
    ]
    if found.rebuilt:
        lines += [
            f"{found.rebuilt:,} of them stood on lost pages and were told again from the index and "
            "the tables: they hold what is so now, not always what was first written."
        ]
    if found.unnamed:
        lines += [
            f"Of {found.unnamed:,} transactions it is lost who did them and what they were called; "
            "their changes stand as “Salvaged changes”."
        ]
    if found.torn:
        lines += [f"{len(found.torn):,} transactions lost some of theirs:"]
        lines += [f"  {label}" for label in found.torn[:50]]
    show(as_json, document, lambda: lines)


@click.command()
@FILE
@click.argument("out", type=Out())
@passphrase_option
@click.option("--keyring", is_flag=True, help="Keep the passphrase in this computer's keyring.")
@json_option
def encrypt(
    file: Path, out: Path, passphrase_file: Path | None, keyring: bool, as_json: bool
) -> None:
    """Write a programme to a new file under a passphrase, an encrypted one under another.

    Nobody reads it without: not QGIS, not whoever finds the laptop, and not you, should you
    forget it. The file you have stays until you delete it; so do its backups.
    """
    from psnplanner.session import passphrases

    passphrases.check_available()
    passphrase.make_known(file)
    as_is = "under its old passphrase" if passphrases.is_encrypted(file) else "in the clear"
    passphrases.encrypt(file, out, passphrase.fresh(passphrase_file))
    lines = [f"Wrote {out}, encrypted. {file} is still there, {as_is}, and so are its backups."]
    if keyring:
        try:
            passphrases.keep_in_keyring(out)
        except UserError as refused:
            raise UserError(f"It was written, encrypted. {refused.what}", str(out), refused.remedy
                            ) from refused  # fmt: skip
    said = {"file": str(out), "encrypted": True, "in_keyring": keyring}
    show(as_json, said, lambda: lines)


@click.command()
@FILE
@click.argument("out", type=Out())
@json_option
def decrypt(file: Path, out: Path, as_json: bool) -> None:
    """Write an encrypted programme to a new file that any SQLite tool and QGIS can read."""
    from psnplanner.session import passphrases

    passphrase.make_known(file)
    passphrases.decrypt(file, out)
    said = {"file": str(out), "encrypted": False}
    show(as_json, said, lambda: [f"Wrote {out}, in the clear."])
