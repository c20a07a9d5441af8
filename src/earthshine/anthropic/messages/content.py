"""Content blocks of messages as clients send them. Source: `anthropic.types.ContentBlockParam` of the official SDK."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from pydantic import FailFast, Field, PlainValidator, TypeAdapter
from pydantic_core import PydanticCustomError

from earthshine.wire.bounded import MOST_ITEMS
from earthshine.wire.strict import JsonObject, Strict, chooser


class CacheControl(Strict):
    """A wish to keep the prompt up to here: every prompt is kept here, as long as there is room."""

    type: Literal["ephemeral"]
    ttl: Literal["5m", "1h"] | None = None
    scope: str | None = None


class Block(Strict):
    """What all blocks have."""

    cache_control: CacheControl | None = None


class TextBlock(Block):
    """Some text."""

    type: Literal["text"]
    text: str
    citations: list[JsonObject] | None = None


def blocks_of(block: Any) -> PlainValidator:
    """Return a validator of a string or a list of blocks, that names the block at fault; a string is one of text."""
    blocks: TypeAdapter[list[Any]] = TypeAdapter(
        cast("Any", Annotated[list[block], FailFast(), Field(max_length=MOST_ITEMS)])
    )

    def check(value: Any) -> list[Any]:
        if isinstance(value, str):
            return blocks.validate_python([{"type": "text", "text": value}])
        if not isinstance(value, list):
            raise PydanticCustomError("content_type", "Input should be a string or a list of content blocks")
        return blocks.validate_python(value)

    return PlainValidator(check, json_schema_input_type=str | list[block])


TextContent = Annotated[list[TextBlock], blocks_of(Annotated[TextBlock, chooser("content block", {"text": TextBlock})])]


# --- sources of images and documents ---------------------------------------------------------------------------------


class Base64Image(Strict):
    """An image in the request."""

    type: Literal["base64"]
    media_type: Literal["image/jpeg", "image/png", "image/gif", "image/webp"]
    data: str


class UrlSource(Strict):
    """Something at an address."""

    type: Literal["url"]
    url: str


class PlainText(Strict):
    """A document that is text."""

    type: Literal["text"]
    media_type: Literal["text/plain"]
    data: str


class ContentSource(Strict):
    """A document that is blocks of its own."""

    type: Literal["content"]
    content: TextContent


class Base64Document(Strict):
    """A document in the request."""

    type: Literal["base64"]
    media_type: Literal["application/pdf", "text/plain"]
    data: str


class FileSource(Strict):
    """A file of the project."""

    type: Literal["file"]
    file_id: str = Field(min_length=1, max_length=128)


ImageSource = Annotated[
    Base64Image | UrlSource | FileSource,
    chooser("image source", {"base64": Base64Image, "url": UrlSource, "file": FileSource}),
]
DocumentSource = Annotated[
    Base64Document | PlainText | ContentSource | UrlSource | FileSource,
    chooser(
        "document source",
        {
            "base64": Base64Document,
            "text": PlainText,
            "content": ContentSource,
            "url": UrlSource,
            "file": FileSource,
        },
    ),
]


class Citations(Strict):
    """Whether a document is to be cited."""

    enabled: bool = False


class ImageBlock(Block):
    """An image."""

    type: Literal["image"]
    source: ImageSource


class DocumentBlock(Block):
    """A document."""

    type: Literal["document"]
    source: DocumentSource
    title: str | None = None
    context: str | None = None
    citations: Citations | None = None

    @property
    def cites(self) -> bool:
        """Whether what the reply takes from it is to be cited."""
        return self.citations is not None and self.citations.enabled

    @property
    def is_read(self) -> bool:
        """Whether it is a file, which is read before it can be shown, or is made one, as it is to be cited."""
        return self.cites or not isinstance(self.source, PlainText | ContentSource)


class SearchResultBlock(Block):
    """Something that the client found."""

    type: Literal["search_result"]
    source: str
    title: str
    content: TextContent
    citations: Citations | None = None

    @property
    def cites(self) -> bool:
        """Whether what the reply takes from it is to be cited."""
        return self.citations is not None and self.citations.enabled


_SHOWN: dict[str, type[Block]] = {
    "text": TextBlock,
    "image": ImageBlock,
    "document": DocumentBlock,
    "search_result": SearchResultBlock,
}
_ResultBlock = Annotated[
    TextBlock | ImageBlock | DocumentBlock | SearchResultBlock, chooser("content block", dict(_SHOWN))
]
ResultContent = Annotated[list[TextBlock | ImageBlock | DocumentBlock | SearchResultBlock], blocks_of(_ResultBlock)]

# --- what the model wrote, and what its tools answered ---------------------------------------------------------------


class ThinkingBlock(Block):
    """What the model thought in an earlier turn, with the signature that it came with."""

    type: Literal["thinking"]
    thinking: str
    signature: str


class ToolUseBlock(Block):
    """A call that the model made in an earlier turn."""

    type: Literal["tool_use"]
    id: str = Field(min_length=1, max_length=256)
    name: str = Field(min_length=1, max_length=128)
    input: JsonObject
    caller: JsonObject | None = None


class ToolResultBlock(Block):
    """What a tool answered."""

    type: Literal["tool_result"]
    tool_use_id: str
    content: ResultContent = Field(default_factory=list[TextBlock | ImageBlock | DocumentBlock | SearchResultBlock])
    is_error: bool = False


_UserBlock = Annotated[
    TextBlock | ImageBlock | DocumentBlock | SearchResultBlock | ToolResultBlock,
    chooser("content block of a user", {**_SHOWN, "tool_result": ToolResultBlock}),
]
UserContent = Annotated[
    list[TextBlock | ImageBlock | DocumentBlock | SearchResultBlock | ToolResultBlock], blocks_of(_UserBlock)
]
