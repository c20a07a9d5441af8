"""Turns as this API has them, made into messages as engines take them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from earthshine.anthropic.messages.content import (
    Base64Image,
    ContentSource,
    DocumentBlock,
    DocumentSource,
    ImageBlock,
    ImageSource,
    PlainText,
    SearchResultBlock,
    TextBlock,
    ThinkingBlock,
    ToolResultBlock,
    ToolUseBlock,
    UrlSource,
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
    reader = TurnReader(thoughts, kept_thoughts(prompt))
    reader.read(prompt)
    conversation = reader.conversation
    conversation.messages = with_own_ids(conversation.messages)
    return conversation


def kept_thoughts(prompt: Prompt) -> int:
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


class TurnReader:
    """Reads turns, in their order, and makes messages of them."""

    def __init__(self, thoughts: Thoughts, kept: int) -> None:
        self.conversation = Conversation()
        self._thoughts = thoughts
        self._kept = kept
        self._calls: set[str] = set()

    def read(self, prompt: Prompt) -> None:
        """Take all turns of a request."""
        if prompt.system:
            self.say("system", text_of(prompt.system), "system")
        last = len(prompt.messages) - 1
        for index, turn in enumerate(prompt.messages):
            where = f"messages[{index}].content"
            match turn:
                case UserTurn():
                    self.user(turn.content, where)
                case SystemTurn():
                    self.say("system", text_of(turn.content), where)
                case AssistantTurn() if index == last:
                    self.prefill(turn, where)
                case AssistantTurn():
                    self.assistant(turn, index, where)

    def say(self, role: str, content: str | list[Part], where: str) -> None:
        """Add what somebody says."""
        self.conversation.messages.append({"role": role, "content": content})

    def answer(self, call_id: str, text: str, where: str) -> None:
        """Add what a tool answered."""
        self.conversation.messages.append({"role": "tool", "tool_call_id": call_id, "content": text})

    def user(self, blocks: Sequence[Shown | ToolResultBlock], where: str) -> None:
        """Take the answers of tools first, then what else the user says."""
        said: list[Part] = []
        for number, block in enumerate(blocks):
            place = f"{where}[{number}]"
            if isinstance(block, ToolResultBlock):
                said += self._result(block, place)
            else:
                said += self.shown(block, place)
        if not said:
            return
        # Text alone is one string, which every template takes.
        plain = all(part["type"] == "text" for part in said)
        self.say("user", "\n\n".join(part["text"] for part in said) if plain else said, where)

    def _result(self, block: ToolResultBlock, where: str) -> list[Part]:
        """Take a tool's answer; returns its images and files, which only a user can show."""
        if block.tool_use_id not in self._calls:
            raise InvalidRequest(
                f"No `tool_use` block with the id {block.tool_use_id[:80]!r} comes before this `tool_result`.",
                param=f"{where}.tool_use_id",
            )
        parts = [part for number, each in enumerate(block.content) for part in self.shown(each, f"{where}[{number}]")]
        text = "\n\n".join(part["text"] for part in parts if part["type"] == "text")
        others = [part for part in parts if part["type"] != "text"]
        if others:
            what = "image is" if all(part["type"] == "image_url" for part in others) else "rest is"
            text = "\n\n".join(filter(None, [text, f"(The {what} in the next message.)"]))
        self.answer(block.tool_use_id, f"Error: {text}" if block.is_error else text, where)
        return others

    def shown(self, block: Shown, where: str) -> list[Part]:
        """Return what is shown of a block."""
        match block:
            case TextBlock():
                return [{"type": "text", "text": block.text}]
            case ImageBlock():
                self.conversation.first_image = self.conversation.first_image or where
                return [{"type": "image_url", "image_url": {"url": _address(block.source)}}]
            case SearchResultBlock():
                return [_document(f"{block.title}\n{block.source}", text_of(block.content))]
            case DocumentBlock():
                return [_document("\n".join(filter(None, [block.title, block.context])), plain_text(block.source))]

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
                case _:
                    pass  # where the server ran tools, it is a response
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
            if isinstance(block, TextBlock):
                self.conversation.prefill += block.text


def _address(source: ImageSource) -> str:
    if isinstance(source, Base64Image):
        return f"data:{source.media_type};base64,{source.data}"
    return source.url if isinstance(source, UrlSource) else ""


def text_of(blocks: Sequence[TextBlock]) -> str:
    """Return the text of some blocks."""
    return "\n\n".join(block.text for block in blocks)


def plain_text(source: DocumentSource) -> str:
    """Return the text of a document that brings it; empty for one that is a file."""
    if isinstance(source, PlainText):
        return source.data
    return text_of(source.content) if isinstance(source, ContentSource) else ""


def _document(title: str, text: str) -> Part:
    head = f"{title}\n\n" if title else ""
    return {"type": "text", "text": f"<document>\n{head}{text}\n</document>"}
