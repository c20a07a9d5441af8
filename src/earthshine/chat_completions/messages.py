"""Messages as clients send them: who may say what, and in which parts."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from pydantic import FailFast, Field, PlainValidator, TypeAdapter
from pydantic_core import PydanticCustomError

from earthshine.engines.requests import Message
from earthshine.tools.functions import FunctionName
from earthshine.wire.bounded import MOST_ITEMS
from earthshine.wire.strict import JsonObject, Strict, chooser

# --- parts of a content ----------------------------------------------------------------------------------------------


Part = dict[str, Any]
"""A part that was checked, as engines take it."""


class TextPart(Strict):
    """Some text."""

    type: Literal["text"]
    text: str


class RefusalPart(Strict):
    """A refusal that the model uttered in an earlier turn."""

    type: Literal["refusal"]
    refusal: str


class ImageUrl(Strict):
    """Where an image is: an `https:` or a `data:` address."""

    url: str
    detail: Literal["auto", "low", "high"] | None = None


class ImagePart(Strict):
    """An image."""

    type: Literal["image_url"]
    image_url: ImageUrl


TextOnly = Annotated[TextPart, chooser("content part", {"text": TextPart})]
UserPart = Annotated[TextPart | ImagePart, chooser("content part", {"text": TextPart, "image_url": ImagePart})]
AssistantPart = Annotated[TextPart | RefusalPart, chooser("content part", {"text": TextPart, "refusal": RefusalPart})]


def _content_of(part: Any) -> PlainValidator:
    """Return a validator of a string or a list of `part`s that names the part at fault and nothing else.

    Parts are kept as plain values: their models would take three times the memory.
    """
    parts: TypeAdapter[list[Strict]] = TypeAdapter(
        cast("Any", Annotated[list[part], FailFast(), Field(min_length=1, max_length=MOST_ITEMS)])
    )

    def check(value: Any) -> str | list[Part]:
        if isinstance(value, str):
            return value
        if not isinstance(value, list):
            raise PydanticCustomError("content_type", "Input should be a string or a list of content parts")
        return [each.model_dump(exclude_none=True) for each in parts.validate_python(value)]

    return PlainValidator(check, json_schema_input_type=str | list[part])


TextContent = Annotated[str | list[Part], _content_of(TextOnly)]
UserContent = Annotated[str | list[Part], _content_of(UserPart)]
AssistantContent = Annotated[str | list[Part], _content_of(AssistantPart)]

# --- messages --------------------------------------------------------------------------------------------------------


class FunctionCall(Strict):
    """A function's name, and its arguments as the model wrote them."""

    name: FunctionName
    arguments: str


class ToolCall(Strict):
    """A call that the model made in an earlier turn."""

    id: str
    type: Literal["function"]
    function: FunctionCall
    index: int | None = None
    """Left over by clients that send back what they joined from a stream."""


EarlierCall = Annotated[ToolCall, chooser("tool call type", {"function": ToolCall})]


class SystemMessage(Strict):
    """What the developer tells the model."""

    role: Literal["system", "developer"]
    content: TextContent
    name: str | None = None


class UserMessage(Strict):
    """What the user says."""

    role: Literal["user"]
    content: UserContent
    name: str | None = None


class AssistantMessage(Strict):
    """What the model said: as in a reply, so that replies can be sent back as they came."""

    role: Literal["assistant"]
    content: AssistantContent | None = None
    refusal: str | None = None
    name: str | None = None
    tool_calls: list[EarlierCall] | None = None
    function_call: FunctionCall | None = None
    reasoning_content: str | None = None
    annotations: list[JsonObject] | None = None
    audio: JsonObject | None = None
    partial: bool = False
    prefix: bool = False


class ToolMessage(Strict):
    """What a tool answered."""

    role: Literal["tool"]
    content: TextContent
    tool_call_id: str
    name: str | None = None


class FunctionMessage(Strict):
    """What a function answered, in the API's first form."""

    role: Literal["function"]
    name: FunctionName
    content: TextContent | None = None


OF_ROLE: dict[str, type[Strict]] = {
    "system": SystemMessage,
    "developer": SystemMessage,
    "user": UserMessage,
    "assistant": AssistantMessage,
    "tool": ToolMessage,
    "function": FunctionMessage,
}
"""The message that each role writes."""

ChatMessage = Annotated[
    SystemMessage | UserMessage | AssistantMessage | ToolMessage | FunctionMessage,
    chooser("role", OF_ROLE, field="role"),
]


def plain_text(content: str | list[Part] | None) -> str:
    """Return the text of a content without images."""
    if content is None or isinstance(content, str):
        return content or ""
    return "\n".join(part.get("text") or part.get("refusal") or "" for part in content)


def to_message(message: ChatMessage, position: int) -> Message:
    """Return a message as engines take it; `position` makes ids for calls of the API's first form."""
    match message:
        case AssistantMessage():
            return _assistant(message, position)
        case ToolMessage():
            result: Message = {"role": "tool", "tool_call_id": message.tool_call_id}
        case FunctionMessage():
            # The call that it answers is the one in the message before.
            result = {"role": "tool", "tool_call_id": _first_form_id(position - 1)}
        case _:
            result = {"role": message.role}
    result["content"] = message.content
    if message.name is not None:
        result["name"] = message.name
    return result


def _assistant(message: AssistantMessage, position: int) -> Message:
    result: Message = {"role": "assistant", "content": message.content}
    if message.content is None and message.refusal is not None:
        result["content"] = message.refusal
    calls = [call.model_dump(exclude={"index"}) for call in message.tool_calls or ()]
    if message.function_call is not None:
        function = message.function_call.model_dump()
        calls.append({"id": _first_form_id(position), "type": "function", "function": function})
    if calls:
        result["tool_calls"] = calls
    for field in ("name", "reasoning_content"):
        if (value := getattr(message, field)) is not None:
            result[field] = value
    return result


def _first_form_id(position: int) -> str:
    return f"call_{position}"
