"""Turns as this API has them, made into messages as engines take them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from earthshine.anthropic.messages.content import (
    Base64Image,
    DocumentBlock,
    ImageBlock,
    PlainText,
    SearchResultBlock,
    TextBlock,
    ThinkingBlock,
    ToolResultBlock,
    ToolUseBlock,
)
from earthshine.anthropic.messages.schemas import AssistantTurn, Prompt, SystemTurn, ThinkingTurns, UserTurn
from earthshine.anthropic.messages.thoughts import Thoughts
from earthshine.engines.call_ids import with_own_ids
from earthshine.engines.requests import Message
from earthshine.errors import InvalidRequest, UnsupportedParameter

Part = dict[str, Any]
Shown = TextBlock | ImageBlock | DocumentBlock | SearchResultBlock


@dataclass(slots=True)
class Conversation:
    """What the model is to read."""

    messages: list[Message] = field(default_factory=list[Message])
    prefill: str = ""
    """What its reply is to begin with."""
    first_image: str = ""
    """Where the first image stands; empty where none does."""


def read(prompt: Prompt, thoughts: Thoughts) -> Conversation:
    """Return the conversation of a request.

    Raises `InvalidRequest` for an answer without its call and for thoughts that are not the model's,
    `UnsupportedParameter` for what cannot be shown.
    """
    reader = _Reader(thoughts, _kept_thoughts(prompt))
    if prompt.system:
        reader.say("system", _text(prompt.system))
    last = len(prompt.messages) - 1
    for index, turn in enumerate(prompt.messages):
        where = f"messages[{index}].content"
        match turn:
            case UserTurn():
                reader.user(turn.content, where)
            case SystemTurn():
                reader.say("system", _text(turn.content))
            case AssistantTurn() if index == last:
                reader.prefill(turn, where)
            case AssistantTurn():
                reader.assistant(turn, index, where)
    conversation = reader.conversation
    conversation.messages = with_own_ids(conversation.messages)
    return conversation


def _kept_thoughts(prompt: Prompt) -> int:
    """Return the place of the first turn whose thoughts stay."""
    kept = 0
    for edit in prompt.context_management.edits if prompt.context_management else ():
        if isinstance(edit.keep, ThinkingTurns):
            places = [
                index
                for index, turn in enumerate(prompt.messages)
                if isinstance(turn, AssistantTurn) and any(isinstance(block, ThinkingBlock) for block in turn.content)
            ]
            kept = max(kept, *places[-edit.keep.value :][:1], 0)
    return kept


class _Reader:
    """Reads turns, in their order."""

    def __init__(self, thoughts: Thoughts, kept: int) -> None:
        self.conversation = Conversation()
        self._thoughts = thoughts
        self._kept = kept
        self._calls: set[str] = set()

    def say(self, role: str, content: str | list[Part]) -> None:
        self.conversation.messages.append({"role": role, "content": content})

    def user(self, blocks: Sequence[Shown | ToolResultBlock], where: str) -> None:
        """Take the answers of tools first, then what else the user says."""
        said: list[Part] = []
        for number, block in enumerate(blocks):
            place = f"{where}[{number}]"
            if isinstance(block, ToolResultBlock):
                said += self._result(block, place)
            else:
                said += self._shown(block, place)
        if not said:
            return
        # Text alone is one string, which every template takes.
        plain = all(part["type"] == "text" for part in said)
        self.say("user", "\n\n".join(part["text"] for part in said) if plain else said)

    def _result(self, block: ToolResultBlock, where: str) -> list[Part]:
        """Take a tool's answer; returns its images, which only a user can show."""
        if block.tool_use_id not in self._calls:
            raise InvalidRequest(
                f"No `tool_use` block with the id {block.tool_use_id[:80]!r} comes before this `tool_result`.",
                param=f"{where}.tool_use_id",
            )
        parts = [part for number, each in enumerate(block.content) for part in self._shown(each, f"{where}[{number}]")]
        text = "\n\n".join(part["text"] for part in parts if part["type"] == "text")
        images = [part for part in parts if part["type"] != "text"]
        if images:
            text = "\n\n".join(filter(None, [text, "(The image is in the next message.)"]))
        self.conversation.messages.append(
            {
                "role": "tool",
                "tool_call_id": block.tool_use_id,
                "content": f"Error: {text}" if block.is_error else text,
            }
        )
        return images

    def _shown(self, block: Shown, where: str) -> list[Part]:
        match block:
            case TextBlock():
                return [{"type": "text", "text": block.text}]
            case ImageBlock():
                self.conversation.first_image = self.conversation.first_image or where
                return [{"type": "image_url", "image_url": {"url": _address(block)}}]
            case SearchResultBlock():
                _refuse_citations(block, where)
                return [_document(f"{block.title}\n{block.source}", _text(block.content))]
            case DocumentBlock():
                _refuse_citations(block, where)
                source = block.source
                text = source.data if isinstance(source, PlainText) else _text(source.content)
                return [_document("\n".join(filter(None, [block.title, block.context])), text)]

    def assistant(self, turn: AssistantTurn, index: int, where: str) -> None:
        """Take an earlier reply."""
        text, thought, calls = "", "", list[dict[str, Any]]()
        for number, block in enumerate(turn.content):
            match block:
                case TextBlock():
                    text += block.text
                case ThinkingBlock():
                    thought += self._thoughts.read(block, f"{where}[{number}]")
                case ToolUseBlock():
                    self._calls.add(block.id)
                    function = {"name": block.name, "arguments": orjson.dumps(block.input).decode()}
                    calls.append({"id": block.id, "type": "function", "function": function})
        message: Message = {"role": "assistant", "content": text}
        if calls:
            message["tool_calls"] = calls
        if thought and index >= self._kept:
            message["reasoning_content"] = thought
        self.conversation.messages.append(message)

    def prefill(self, turn: AssistantTurn, where: str) -> None:
        """Take the beginning of the reply itself."""
        for number, block in enumerate(turn.content):
            if isinstance(block, ToolUseBlock):
                raise InvalidRequest(
                    "A `tool_use` block must be followed by a message of the user with its `tool_result`.",
                    param=f"{where}[{number}]",
                )
            if isinstance(block, ThinkingBlock):
                raise UnsupportedParameter(
                    "A reply cannot be begun with thoughts; send its text.", param=f"{where}[{number}]"
                )
            self.conversation.prefill += block.text


def _address(block: ImageBlock) -> str:
    source = block.source
    return f"data:{source.media_type};base64,{source.data}" if isinstance(source, Base64Image) else source.url


def _text(blocks: Sequence[TextBlock]) -> str:
    return "\n\n".join(block.text for block in blocks)


def _document(title: str, text: str) -> Part:
    head = f"{title}\n\n" if title else ""
    return {"type": "text", "text": f"<document>\n{head}{text}\n</document>"}


def _refuse_citations(block: DocumentBlock | SearchResultBlock, where: str) -> None:
    if block.citations is not None and block.citations.enabled:
        raise UnsupportedParameter(
            "Documents in messages are read and not cited here; leave out `citations`, or use file_search of "
            "/v1/responses, which cites.",
            param=f"{where}.citations",
        )
