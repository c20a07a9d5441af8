"""Turns as this API has them, made into items as a response takes them, with the documents that it may cite."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field

import orjson

from earthshine.anthropic.messages.content import (
    Base64Document,
    ContentSource,
    DocumentBlock,
    FileSource,
    ImageBlock,
    SearchResultBlock,
    TextBlock,
    ThinkingBlock,
    ToolResultBlock,
    ToolUseBlock,
    UrlSource,
)
from earthshine.anthropic.messages.conversation import (
    Conversation,
    Part,
    Shown,
    TurnReader,
    kept_thoughts,
    plain_text,
    read,
)
from earthshine.anthropic.messages.response.documents import BETWEEN, SourceDocument
from earthshine.anthropic.messages.response.server_history import ServerHistory
from earthshine.anthropic.messages.response.tokens import SearchTokens
from earthshine.anthropic.messages.schemas import AssistantTurn, Prompt
from earthshine.anthropic.messages.server_blocks import McpToolUseBlock, ServerResult, ServerToolUseBlock, ServerUse
from earthshine.anthropic.messages.thoughts import Thoughts
from earthshine.conversations.items import Item
from earthshine.errors import InvalidRequest, UnsupportedParameter

_LONGEST_NAME = 200
"""Characters of the name of a file that a document becomes."""


@dataclass(slots=True)
class ResponseInput:
    """What a response is given."""

    items: list[Item] = field(default_factory=list[Item])
    places: list[str] = field(default_factory=list[str])
    """Of each item, the field of the request that it comes from."""
    tool_places: list[str] = field(default_factory=list[str])
    """The same of the tools, once the response is asked for."""
    documents: list[SourceDocument] = field(default_factory=list[SourceDocument])
    """Those that are files in the items, in their order."""

    def add(self, item: Item, where: str) -> None:
        """Add an item."""
        self.items.append(item)
        self.places.append(where)

    @property
    def cites(self) -> bool:
        """Whether anything is to be cited."""
        return any(document.cites for document in self.documents)


def _is_response(prompt: Prompt) -> bool:
    """Tell whether a request is more than one generation: with files, citations, or tools that the server runs."""
    return prompt.runs_tools or any(
        _is_more(part)
        for turn in prompt.messages
        for block in turn.content
        for part in (block.content if isinstance(block, ToolResultBlock) else (block,))
    )


def _is_more(block: object) -> bool:
    match block:
        case DocumentBlock():
            return block.is_read
        case SearchResultBlock():
            return block.cites
        case ImageBlock():
            return isinstance(block.source, FileSource)
        case _:
            return isinstance(block, ServerUse | ServerResult)


def read_request(prompt: Prompt, thoughts: Thoughts) -> Conversation | ResponseInput:
    """Return what a model is to read of a request, or what a response is given where it is one.

    Raises what `conversation.read` does.
    """
    if not _is_response(prompt):
        return read(prompt, thoughts)
    reader = _ItemReader(thoughts, kept_thoughts(prompt))
    reader.read(prompt)
    return reader.input


class _ItemReader(TurnReader):
    """Reads turns, in their order, and makes items of them."""

    def __init__(self, thoughts: Thoughts, kept: int) -> None:
        super().__init__(thoughts, kept)
        self.input = ResponseInput()
        self._documents = self._results = -1
        self._server = ServerHistory(SearchTokens(thoughts.signer))

    def say(self, role: str, content: str | list[Part], where: str) -> None:
        """Add what somebody says."""
        parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
        self.input.add({"type": "message", "role": role, "content": [_part(part) for part in parts]}, where)

    def answer(self, call_id: str, text: str, where: str) -> None:
        """Add what a tool answered."""
        self.input.add({"type": "function_call_output", "call_id": call_id, "output": text}, where)

    def shown(self, block: Shown, where: str) -> list[Part]:
        """Return what is shown of a block; of a document that is read, the file that it is."""
        match block:
            case ImageBlock(source=FileSource() as source):
                return [{"type": "input_image", "file_id": source.file_id}]
            case SearchResultBlock():
                self._results += 1
                if block.cites:
                    return [self._search_result(block)]
            case DocumentBlock():
                self._documents += 1
                if block.is_read:
                    context = [{"type": "text", "text": block.context}] if block.context else []
                    return [*context, self._document(block, where)]
            case _:
                pass
        return super().shown(block, where)

    def _search_result(self, block: SearchResultBlock) -> Part:
        blocks = [each.text for each in block.content]
        text = BETWEEN.join(blocks)
        document = SourceDocument(self._results, block.title, True, text, blocks, source=block.source)
        self.input.documents.append(document)
        return _text_file(f"{block.title} ({block.source})", text)

    def _document(self, block: DocumentBlock, where: str) -> Part:
        source, index, title = block.source, self._documents, block.title
        name = (title or "document")[:_LONGEST_NAME]
        text, part = plain_text(source), Part()
        match source:
            case Base64Document(media_type="text/plain"):
                text = _decoded(source.data, f"{where}.source.data")
            case Base64Document():
                part = {"type": "input_file", "filename": name, "file_data": source.data}
            case UrlSource():
                part = {"type": "input_file", "file_url": source.url}
            case FileSource():
                part = {"type": "input_file", "file_id": source.file_id}
            case _:
                pass
        if part:
            file_id = source.file_id if isinstance(source, FileSource) else None
            is_pdf = isinstance(source, Base64Document)
            document = SourceDocument(index, title, block.cites, file_id=file_id, is_pdf=is_pdf)
        else:
            blocks = [each.text for each in source.content] if isinstance(source, ContentSource) else ()
            document = SourceDocument(index, title, block.cites, text, blocks)
        self.input.documents.append(document)
        return part or _text_file(name, text)

    def assistant(self, turn: AssistantTurn, index: int, where: str) -> None:
        """Take an earlier reply."""
        said, annotations = "", list[Part]()
        for number, block in enumerate(turn.content):
            place = f"{where}[{number}]"
            if isinstance(block, TextBlock):
                said += block.text  # one text, though what it cites parts it
                for at, citation in enumerate(block.citations or ()):
                    known = self._server.annotation(citation, said, f"{place}.citations[{at}]")
                    annotations += [known] if known is not None else []
                continue
            self._said(said, annotations, where)
            said, annotations = "", []
            match block:
                case ThinkingBlock():
                    self._thought(block, index, place)
                case ToolUseBlock():
                    self._called(block, place)
                case ServerToolUseBlock() | McpToolUseBlock():
                    self._server.call(block)
                case _:
                    for item in self._server.result(block, place):
                        self.input.add(item, place)
        self._said(said, annotations, where)

    def _said(self, text: str, annotations: list[Part], where: str) -> None:
        if text:
            content = [{"type": "output_text", "text": text, "annotations": annotations}]
            self.input.add({"type": "message", "role": "assistant", "content": content}, where)

    def _thought(self, block: ThinkingBlock, index: int, where: str) -> None:
        thought = self._thoughts.read(block, where)
        if index >= self._kept:
            content = [{"type": "reasoning_text", "text": thought}]
            self.input.add({"type": "reasoning", "summary": [], "content": content}, where)

    def _called(self, block: ToolUseBlock, where: str) -> None:
        self._calls.add(block.id)
        called = {"call_id": block.id, "name": block.name, "arguments": orjson.dumps(block.input).decode()}
        self.input.add({"type": "function_call", **called}, where)

    def prefill(self, turn: AssistantTurn, where: str) -> None:
        """Take a reply that ends with what a tool of the server returned; another beginning is refused."""
        if turn.content and isinstance(turn.content[-1], ServerResult):
            self.assistant(turn, self._kept, where)
            return
        super().prefill(turn, where)
        raise UnsupportedParameter(
            "A reply that reads files, cites or runs tools here does not go on from a text of the assistant; let the "
            "last message be the user's.",
            param=where.removesuffix(".content"),
        )


def _part(part: Part) -> Item:
    """Return a part of a message as a response takes it."""
    if part["type"] == "text":
        return {"type": "input_text", "text": part["text"]}
    if part["type"] == "image_url":
        return {"type": "input_image", "image_url": part["image_url"]["url"]}
    return part


def _text_file(name: str, text: str) -> Part:
    # Of this ending nobody takes a text for anything else: a page, a table, a mail.
    data = base64.b64encode(text.encode()).decode()
    return {"type": "input_file", "filename": f"{name[:_LONGEST_NAME]}.md", "file_data": data}


def _decoded(data: str, where: str) -> str:
    try:
        return base64.b64decode(data, validate=True).decode()
    except (binascii.Error, ValueError):
        raise InvalidRequest("The document is not UTF-8 text in base64.", param=where) from None
