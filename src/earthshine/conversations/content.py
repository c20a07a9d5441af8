"""The parts that messages and tool outputs are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from typing import Annotated, Any, Literal, cast

from pydantic import (
    BeforeValidator,
    FailFast,
    Field,
    TypeAdapter,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
)
from pydantic_core import PydanticCustomError

from earthshine.errors import InvalidRequest, UnsupportedParameter
from earthshine.wire.bounded import MOST_ITEMS
from earthshine.wire.decoding import MOST_TOKENS
from earthshine.wire.strict import Strict, chooser, is_unicode, rejection


class _Breakable(Strict):
    prompt_cache_breakpoint: dict[str, Any] | None = Field(default=None, exclude=True)

    @field_validator("prompt_cache_breakpoint")
    @classmethod
    def _no_breakpoint(cls, value: dict[str, Any] | None) -> None:
        if value is not None:
            raise rejection(
                UnsupportedParameter(
                    "Prompt cache breakpoints are not supported; the cache finds shared prefixes itself."
                )
            )


class InputText(_Breakable):
    """Text from a user, a developer or a tool."""

    type: Literal["input_text"]
    text: str


class InputImage(_Breakable):
    """An image, by URL, as a `data:` URL, or as an uploaded file."""

    type: Literal["input_image"]
    image_url: str | None = None
    file_id: str | None = None
    detail: Literal["low", "high", "auto", "original"] = "auto"

    @field_validator("image_url")
    @classmethod
    def _a_url(cls, value: str | None) -> str | None:
        if value is not None and not value.lower().startswith(("https://", "http://", "data:image/")):
            raise rejection(InvalidRequest("An image_url must be an http(s) URL or a `data:image/...` URL."))
        return value

    def model_post_init(self, _context: Any) -> None:
        """Demand exactly one way of naming an image."""
        if (self.image_url is None) == (self.file_id is None):
            message = "An input_image needs either an image_url or a file_id."
            raise rejection(InvalidRequest(message, code="missing_required_parameter"))


class InputFile(_Breakable):
    """A file, by its id or with its bytes in base64; a response that is sent the bytes keeps them as a file."""

    type: Literal["input_file"]
    file_id: str | None = None
    file_data: str | None = None
    file_url: str | None = Field(default=None, exclude=True)
    filename: str | None = Field(default=None, max_length=255)
    detail: Literal["auto", "low", "high"] = Field(default="auto", exclude=True)
    """How exactly pages are drawn for models that see them; here their text is read."""

    @field_validator("file_url")
    @classmethod
    def _no_url(cls, value: str | None) -> str | None:
        if value is not None:
            raise rejection(
                UnsupportedParameter("Files by URL are not fetched; upload it by POST /v1/files and send its file_id.")
            )
        return value

    def model_post_init(self, _context: Any) -> None:
        """Demand exactly one way of naming a file."""
        if (self.file_id is None) == (self.file_data is None):
            message = "An input_file needs either a file_id or file_data."
            raise rejection(InvalidRequest(message, code="missing_required_parameter"))


class _Quotation(Strict):
    """The words that the server cut from a document."""

    start: int | None = None
    """Offset into the document's canonical text, in Unicode characters."""
    end: int | None = None
    quote: str | None = None
    part: str | None = None
    """The label of the page, slide, sheet or chapter."""
    part_number: int | None = None
    typed: bool | None = None
    """Whether the model typed the words itself, and they were found."""
    matched: bool | None = None
    """Whether the server found the sentence, because the model named none, or one without the figures."""
    check: Literal["ok", "figures", "elsewhere"] | None = None
    """`figures`: the sentence has figures that its passages lack; `elsewhere`: the words are of another passage than
    the one that was named."""


class UrlCitation(_Quotation):
    """A passage of the text that a web page supports: OpenAI's fields, and the words that were cut from the page."""

    type: Literal["url_citation"]
    url: str
    title: str
    start_index: int
    end_index: int
    file_id: str | None = None
    """The page as it was fetched."""


class FileCitation(_Quotation):
    """A place in the text that a file supports: OpenAI's fields, and the words that the server cut from the file."""

    type: Literal["file_citation"]
    file_id: str
    filename: str
    index: int


class TextCheck(Strict):
    """What is to be known of some of the text: a quotation, a figure or a mark that stands nowhere."""

    type: Literal["quotation", "figure", "citation"]
    start: int
    end: int
    verdict: Literal["not_found", "not_in_passage", "not_shown"]
    numbers: list[int] | None = None


class ContainerFileCitation(Strict):
    """A passage of the text that names a container's file."""

    type: Literal["container_file_citation"]
    container_id: str
    file_id: str
    filename: str
    start_index: int
    end_index: int


class FilePath(Strict):
    """A file that the text points to."""

    type: Literal["file_path"]
    file_id: str
    index: int


Annotation = Annotated[
    UrlCitation | FileCitation | ContainerFileCitation | FilePath,
    chooser(
        "annotation",
        {
            "url_citation": UrlCitation,
            "file_citation": FileCitation,
            "container_file_citation": ContainerFileCitation,
            "file_path": FilePath,
        },
    ),
]


class TopLogprob(Strict):
    """A token that could have stood at a position."""

    token: str
    bytes: list[int]
    logprob: float


class Logprob(TopLogprob):
    """The token that stood at a position, and its strongest rivals."""

    top_logprobs: list[TopLogprob]


def _is_token(value: Any, names: Set[str]) -> bool:
    """Tell whether a token has exactly what it must have."""
    if not isinstance(value, dict) or value.keys() != names:
        return False
    token = cast("dict[str, Any]", value)
    return (
        isinstance(token["token"], str)
        and is_unicode(token["token"])
        and type(token["logprob"]) in (float, int)
        and isinstance(token["bytes"], list)
        and all(type(each) is int for each in cast("list[Any]", token["bytes"]))
    )


def _as_it_came(value: Any, check: ValidatorFunctionWrapHandler) -> dict[str, Any]:
    """Check a token; one that is right stays the object that it is: models of thousands would take too much memory."""
    if _is_token(value, _LOGPROB) and isinstance(value["top_logprobs"], list):
        rivals = cast("list[Any]", value["top_logprobs"])
        if all(_is_token(each, _TOP_LOGPROB) for each in rivals):
            return value
    return check(value).model_dump()


_TOP_LOGPROB = frozenset(TopLogprob.model_fields)
_LOGPROB = frozenset(Logprob.model_fields)
_Logprobs = Annotated[list[Annotated[Logprob, WrapValidator(_as_it_came)]], Field(max_length=MOST_TOKENS)]


class OutputText(Strict):
    """Text that a model wrote."""

    type: Literal["output_text"]
    text: str
    annotations: list[Annotation] = Field(default_factory=list[Annotation])
    checks: list[TextCheck] | None = None
    logprobs: _Logprobs = Field(default_factory=list[Logprob], exclude=True)
    """In the form in which they are stored; `stored_parts` adds them."""


class Refusal(Strict):
    """A model's refusal, in its words."""

    type: Literal["refusal"]
    refusal: str


class SummaryText(Strict):
    """A piece of a summary of reasoning."""

    type: Literal["summary_text"]
    text: str


class ReasoningText(Strict):
    """A piece of reasoning."""

    type: Literal["reasoning_text"]
    text: str


InputPart = Annotated[
    InputText | InputImage, chooser("content part", {"input_text": InputText, "input_image": InputImage})
]
UserPart = Annotated[
    InputText | InputImage | InputFile,
    chooser("content part", {"input_text": InputText, "input_image": InputImage, "input_file": InputFile}),
]
TextPart = Annotated[InputText, chooser("content part", {"input_text": InputText})]
OutputPart = Annotated[OutputText | Refusal, chooser("content part", {"output_text": OutputText, "refusal": Refusal})]


def _text_as(part_type: str) -> Callable[[Any], Any]:
    def as_parts(value: Any) -> Any:
        if isinstance(value, str):
            return [{"type": part_type, "text": value}]
        if not isinstance(value, list):
            raise PydanticCustomError("content_type", "Input should be a string or a list of content parts")
        return value  # pyright: ignore[reportUnknownVariableType] - its elements are checked next

    return as_parts


def stored_parts(parts: Sequence[OutputText | Refusal]) -> list[dict[str, Any]]:
    """Return what a model wrote in its stored form."""
    return [
        part.model_dump(exclude_none=True) | ({"logprobs": part.logprobs} if isinstance(part, OutputText) else {})
        for part in parts
    ]


def drop_logprobs(item: dict[str, Any]) -> None:
    """Leave the log probabilities out of an item's stored form."""
    for part in item.get("content") or ():
        if "logprobs" in part:
            part["logprobs"] = []


UserContent = Annotated[
    list[UserPart], BeforeValidator(_text_as("input_text"), json_schema_input_type=str | list[UserPart])
]
SystemContent = Annotated[
    list[TextPart], BeforeValidator(_text_as("input_text"), json_schema_input_type=str | list[TextPart])
]
AssistantContent = Annotated[
    list[OutputPart], BeforeValidator(_text_as("output_text"), json_schema_input_type=str | list[OutputPart])
]


def _text_or_parts(value: Any, union: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(value, str):
        return value
    if not isinstance(value, list):
        raise PydanticCustomError("output_type", "Input should be a string or a list of content parts")
    return _PARTS.validate_python(value)


_PARTS = TypeAdapter(Annotated[list[InputPart], FailFast(), Field(max_length=MOST_ITEMS)])
ToolOutput = Annotated[str | list[InputPart], WrapValidator(_text_or_parts)]
