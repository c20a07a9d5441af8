"""Messages: what users, developers and models say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import orjson

from earthshine.conversations.content import AssistantContent, SystemContent, UserContent, stored_parts
from earthshine.conversations.items.base import Event, Item, Json, Prompt, Status, StoredItem, WrittenKind, append_part
from earthshine.engines.deltas import Delta, Text
from earthshine.wire.strict import chooser


class _Message(StoredItem):
    prefix = "msg"
    type: Literal["message"] = "message"
    status: Status = "completed"


class UserMessage(_Message):
    """What a user said."""

    role: Literal["user"]
    content: UserContent


class SystemMessage(_Message):
    """Instructions of the operator or the developer."""

    role: Literal["system", "developer"]
    content: SystemContent


class AssistantMessage(_Message):
    """What a model said."""

    role: Literal["assistant"]
    content: AssistantContent
    phase: Literal["commentary", "final_answer"] | None = None

    def stored(self) -> Item:
        """Return the stored form, log probabilities included."""
        return super().stored() | {"content": stored_parts(self.content)}


MESSAGE_PARAM = chooser(
    "role",
    {"user": UserMessage, "system": SystemMessage, "developer": SystemMessage, "assistant": AssistantMessage},
    field="role",
)

_SPEAKERS = {"user": "User", "assistant": "Assistant", "system": "Instructions", "developer": "Instructions"}


def plain_parts(parts: Iterable[Item], separator: str = "\n") -> str:
    """Return the text of parts, with a word in the place of each image and file."""
    return separator.join(map(_plain, parts))


def _plain(part: Item) -> str:
    match part["type"]:
        case "input_image":
            return "[an image]"
        case "input_file":
            return f"[the file {part.get('filename') or part.get('file_id') or ''}]"
        case _:
            return part.get("text") or part.get("refusal") or ""


class Messages(WrittenKind):
    """Those of a model are written piece by piece, into one part."""

    param = MESSAGE_PARAM
    prefix = "msg"

    def always_kept(self, item: Item) -> bool:
        """Keep instructions."""
        return item.get("role") in ("system", "developer")

    def show(self, item: Item, prompt: Prompt, place: str) -> None:
        """Let each role speak."""
        match item["role"]:
            case "assistant":
                prompt.say("".join(prompt.marked(part) for part in item["content"]))
            case "user":
                prompt.hear(item["content"], f"{place}.content")
            case _:
                prompt.instruct(plain_parts(item["content"]))

    def account(self, item: Item) -> str:
        """Say who said what."""
        said = plain_parts(item["content"])
        return f"{_SPEAKERS[item['role']]}: {said}" if said else ""

    def deltas(self, item: Item, calls: int) -> Iterable[Delta]:
        """Return the text in one piece."""
        return [Text(plain_parts(item["content"], ""))]

    def opened(self, item: Item, *, summarised: bool) -> Iterable[Event]:
        """Add the part that is written into."""
        part: Json = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
        return [("content_part.added", {"content_index": 0, "part": part})]

    def piece(self, item: Item) -> Event | None:
        """Tell of a piece of text."""
        return "output_text.delta", {"content_index": 0}

    def grow(self, item: Item, text: str, logprobs: list[Json]) -> bytes:
        """Add text and its log probabilities."""
        part = item["content"][0]
        part["text"] += text
        part["logprobs"] += logprobs
        return b',"logprobs":' + (orjson.dumps(logprobs) if logprobs else b"[]")

    def closed(self, item: Item) -> Iterable[Event]:
        """Say the whole text once more."""
        part = item["content"][0]
        whole = {"content_index": 0, "text": part["text"], "logprobs": part["logprobs"]}
        return [("output_text.done", whole), ("content_part.done", {"content_index": 0, "part": part})]


def _text(item: Item, event: Json) -> None:
    part: Json = item["content"][event["content_index"]]
    part["text"] += event["delta"]
    part["logprobs"] += event["logprobs"]
    if "checks" in event:
        part["checks"] = [*part.get("checks", ()), *event["checks"]]


def _annotation(item: Item, event: Json) -> None:
    item["content"][event["content_index"]]["annotations"].append(event["annotation"])


Messages.folds = {
    "content_part.added": append_part("content"),
    "output_text.delta": _text,
    "output_text.annotation.added": _annotation,
}
