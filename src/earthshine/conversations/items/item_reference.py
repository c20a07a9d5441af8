"""References: a client's way to name an item that is already stored. They are replaced when they come in."""

from __future__ import annotations

from typing import Literal

from earthshine.conversations.items.base import Item, ItemId, ItemKind
from earthshine.wire.strict import Strict


class ItemReference(Strict):
    """An item that is already stored, by its id."""

    type: Literal["item_reference"] = "item_reference"
    id: ItemId

    def stored(self) -> Item:
        """Return the reference itself; `store_form` puts what it refers to in its place."""
        return {"type": self.type, "id": self.id}


class ItemReferences(ItemKind):
    """No model is ever shown one."""

    param = ItemReference
