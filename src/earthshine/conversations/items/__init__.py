"""The types of items, one per file: fields, events, and how each is shown to a model. `registry` has them all.

They stand here, below the responses, because conversations store them too, and whoever asks a model shows them.
"""

from __future__ import annotations

from earthshine.conversations.items.base import Item, ItemId, ItemKind, Prompt, WrittenKind
from earthshine.conversations.items.registry import ItemParam, kind_of, written_kind
from earthshine.conversations.items.store_form import Resolve, store_form

__all__ = [
    "Item",
    "ItemId",
    "ItemKind",
    "ItemParam",
    "Prompt",
    "Resolve",
    "WrittenKind",
    "kind_of",
    "store_form",
    "written_kind",
]
