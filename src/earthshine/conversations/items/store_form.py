"""From items that were checked one by one to those that are stored: references resolved, signatures verified."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from earthshine.conversations.items.base import Item
from earthshine.conversations.items.registry import kind_of
from earthshine.conversations.signing import TextSigner
from earthshine.errors import InvalidRequest, NotFound, UnsupportedParameter
from earthshine.wire import with_pauses

Resolve = Callable[[str], Awaitable[Item | None]]
"""Finds a stored item by its id; None when there is none that the caller may see."""
KeepFile = Callable[[Item, str], Awaitable[Item]]
"""Returns a file's part as it is stored, with its id and its name. Raises the errors of the parameter that is given."""


async def store_form(
    items: Sequence[Item],
    signer: TextSigner,
    *,
    param: str,
    resolve: Resolve | None = None,
    keep: KeepFile | None = None,
) -> list[Item]:
    """Return `items`, checked as `ItemParam`, with references replaced by what they refer to.

    `param` is the field that the items came in; `keep` is asked of each file that a user sends. Raises
    `InvalidRequest` when an id comes twice or a signed text is not by `signer`, `NotFound` when a reference leads
    nowhere, `UnsupportedParameter` for any when there is no `resolve`.
    """
    stored: list[Item] = []
    seen: set[str] = set()
    async for index, item in with_pauses(enumerate(items)):
        if item["type"] == "item_reference":
            item = await _referenced(item["id"], f"{param}[{index}].id", resolve)
        elif (signed := item.get("encrypted_content")) is not None and (kind := kind_of(item).signed):
            signer.verify(kind, signed, param=f"{param}[{index}].encrypted_content")
        elif keep is not None:
            await _keep_files(item, f"{param}[{index}]", keep)
        elif any("file_data" in part for part in _parts(item)):
            message = "Bytes of files are kept by POST /v1/responses only; upload the file and send its file_id."
            raise UnsupportedParameter(message, param=f"{param}[{index}].content")
        if item["id"] in seen:
            raise InvalidRequest(f"The item id {item['id']!r} is given twice.", param=f"{param}[{index}].id")
        seen.add(item["id"])
        stored.append(item)
    return stored


def _parts(item: Item) -> Sequence[Item]:
    return item["content"] if item.get("role") == "user" else ()


async def _keep_files(item: Item, param: str, keep: KeepFile) -> None:
    for index, part in enumerate(_parts(item)):
        if part["type"] == "input_file" or part.get("file_id"):
            item["content"][index] = await keep(part, f"{param}.content[{index}]")


async def _referenced(item_id: str, param: str, resolve: Resolve | None) -> Item:
    if resolve is None:
        raise UnsupportedParameter("Item references are not supported here; send the item itself.", param=param)
    item = await resolve(item_id)
    if item is None:
        raise NotFound(f"No item with the id {item_id!r} is stored.", param=param)
    return item
