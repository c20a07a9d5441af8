"""Our own export: see `transfer/export.py`. Nothing of it is lost, but for what only its own installation can read."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any, cast

from pydantic import Field, TypeAdapter, ValidationError

from earthshine.chats.schemas import MAX_DRAFT, ChatSettings, RatingSet
from earthshine.chats.transfer.export import OBJECT, VERSION
from earthshine.chats.transfer.imports.items import as_text
from earthshine.chats.transfer.imports.message_tree import ImportedChat, ImportedTurn
from earthshine.conversations.items import Item, ItemParam
from earthshine.errors import InvalidRequest
from earthshine.wire import check
from earthshine.wire.strict import Strict

Json = dict[str, Any]

_ITEMS: TypeAdapter[list[ItemParam]] = TypeAdapter(list[ItemParam])


class _Chat(Strict):
    id: str
    title: str
    title_source: str = "person"
    created_at: int
    updated_ms: int
    pinned: bool = False
    archived: bool = False
    space_id: str | None = None
    assistant_id: str | None = None
    settings: ChatSettings
    current_turn_id: str | None = None
    draft: str = ""


class _Rating(RatingSet):
    object: str = "chat.rating"
    created_at: Annotated[int, Field(ge=0, lt=2**42)] = 0


class _Turn(Strict):
    id: str
    parent_id: str | None = None
    group_id: str | None = None
    created_ms: int
    input: list[Json]
    request: Json
    error: Json | None = None
    rating: _Rating | None = None
    response: Json | None = None


def matches(value: Json) -> bool:
    """Tell whether this is a chat that Earthshine exported."""
    return value.get("object") == OBJECT


def read(value: Json) -> ImportedChat:
    """Return the chat. Raises `InvalidRequest` that names what is wrong with it."""
    if value.get("version") != VERSION:
        raise InvalidRequest(f"This export has version {value.get('version')!r}; this program reads {VERSION}.")
    chat = check(_Chat, value.get("chat"))
    rows = cast("list[Any]", value.get("turns")) if isinstance(value.get("turns"), list) else []
    left_out: Counter[str] = Counter()
    if chat.space_id or chat.assistant_id:
        left_out["place in a space, or assistant"] += 1
    turns = [_turn(check(_Turn, row), left_out) for row in rows]
    return ImportedChat(
        source="earthshine",
        original_id=chat.id,
        title=chat.title,
        title_source=chat.title_source if chat.title_source in ("first_words", "model") else "person",
        created=chat.created_at * 1000,
        updated=chat.updated_ms,
        turns=_parents_first(turns),
        current=chat.current_turn_id,
        pinned=chat.pinned,
        archived=chat.archived,
        settings=chat.settings.model_dump(),
        draft=chat.draft[:MAX_DRAFT],
        left_out=left_out,
    )


def _turn(row: _Turn, left_out: Counter[str]) -> ImportedTurn:
    response = row.response
    output = None
    if response is not None:
        output = _items(response.get("output"), left_out, f"turns[{row.id[:64]}].response.output")
    return ImportedTurn(
        row.id,
        row.parent_id,
        _items(row.input, left_out, f"turns[{row.id[:64]}].input"),
        output,
        row.created_ms,
        model=None if response is None else as_text(response.get("model")) or None,
        group=row.group_id,
        request=row.request,
        response=response,
        rating=row.rating,
        rated_at=row.rating.created_at if row.rating else None,
    )


def _items(value: Any, left_out: Counter[str], place: str) -> list[Item]:
    try:
        items = _ITEMS.validate_python(value)
    except ValidationError as error:
        raise InvalidRequest(f"{place}: {error.errors(include_url=False)[0]['msg']}.", param=place) from None
    kept: list[Item] = []
    for item in items:
        if item["type"] in ("compaction", "item_reference"):
            left_out[item["type"]] += 1
            continue
        # Sealed by the installation that it comes from.
        item.pop("encrypted_content", None)
        kept.append(item)
    return kept


def _parents_first(turns: list[ImportedTurn]) -> list[ImportedTurn]:
    """Return turns each after its parent. One whose parent is not there, or below itself, begins the chat anew."""
    known = {turn.key: turn for turn in turns}
    placed: dict[str, ImportedTurn] = {}
    for turn in known.values():
        walk: dict[str, ImportedTurn] = {}
        at = turn
        while at.key not in placed:
            walk[at.key] = at
            above = None if at.parent is None else known.get(at.parent)
            if above is None or above.key in walk:
                at.parent = None
                break
            at = above
        placed |= dict(reversed(walk.items()))
    return list(placed.values())
