"""Compactions: each is a summary that stands for earlier items."""

from __future__ import annotations

from typing import Literal

from earthshine.conversations.items.base import Item, ItemKind, Prompt, StoredItem
from earthshine.conversations.signing import read_signed

SUMMARY_HEADING = "Summary of the conversation before this point:\n"


class Compaction(StoredItem):
    """A summary that stands for earlier items, in a form that only this installation can make."""

    prefix = "cmp"
    type: Literal["compaction"]
    encrypted_content: str
    created_by: str | None = None


class Compactions(ItemKind):
    """What stands for the beginning is never left out."""

    param = Compaction
    prefix = "cmp"
    signed = "compaction"

    def always_kept(self, item: Item) -> bool:
        """Keep it."""
        return True

    def show(self, item: Item, prompt: Prompt, place: str) -> None:
        """Show the summary before everything else."""
        prompt.recall(self.account(item))

    def account(self, item: Item) -> str:
        """Tell the summary."""
        return SUMMARY_HEADING + read_signed(item["encrypted_content"])
