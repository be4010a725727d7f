"""What is done to a photograph, as edits with labels that say of which site."""

from __future__ import annotations

from psnplanner.programme.edits import Amend, Compose, Delete, title
from psnplanner.programme.photograph import Photograph
from psnplanner.programme.state import State


def caption_edit(state: State, photograph: Photograph, words: str) -> Amend:
    """Say what a photograph shows."""
    label = f"Caption of {_whose(state, photograph)}"
    return Amend("photograph", [photograph.id], {"caption": words}, label)


def remove_edit(state: State, photograph: Photograph) -> Compose:
    """Take a photograph away; undo brings it back."""
    label = f"Remove {_whose(state, photograph)}"
    return Compose(label, [Delete("photograph", [photograph.id])])


def _whose(state: State, photograph: Photograph) -> str:
    site = state.sites.get(photograph.site) if photograph.site else None
    return f"a photograph of {title(site)}" if site else "a photograph"
