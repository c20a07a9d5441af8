"""What the wire says under `/v1/decisions`. Source: the official SDK's `DecisionCreateParams` and `Decision`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainValidator, field_validator
from pydantic_core import PydanticCustomError

from earthshine.conversations.content import AssistantContent, InputText, SystemContent
from earthshine.decisions.json_part import InputJson
from earthshine.errors import InvalidRequest, UnsupportedParameter
from earthshine.wire.bounded import MOST_MESSAGES
from earthshine.wire.strict import Strict, chooser, rejection

MOST_QUESTIONS = 400
MOST_CHOICES = 255
MOST_LEVELS = 10

# --- what is decided about -------------------------------------------------------------------------------------------


def _as_parts(value: Any) -> Any:
    if isinstance(value, str):
        return [{"type": "input_text", "text": value}]
    if not isinstance(value, list):
        raise PydanticCustomError("content_type", "Input should be a string or a list of content parts")
    return value  # pyright: ignore[reportUnknownVariableType] - its elements are checked next


Part = Annotated[
    InputText | InputJson,
    chooser("content part", {"input_text": InputText, "input_json": InputJson}),
]
Content = Annotated[list[Part], BeforeValidator(_as_parts, json_schema_input_type=str | list[Part])]
CallId = Annotated[str, Field(min_length=1, max_length=64)]
Status = Literal["in_progress", "completed", "incomplete"]


class UserMessage(Strict):
    """What a user says: text and JSON."""

    type: Literal["message"] = "message"
    role: Literal["user"]
    content: Content


class SystemMessage(Strict):
    """What the developer told the model of the conversation."""

    type: Literal["message"] = "message"
    role: Literal["system", "developer"]
    content: SystemContent


class AssistantMessage(Strict):
    """What the model of the conversation said."""

    type: Literal["message"] = "message"
    role: Literal["assistant"]
    content: AssistantContent
    phase: Literal["commentary", "final_answer"] | None = None


class FunctionCall(Strict):
    """A call that the model of the conversation made."""

    type: Literal["function_call"]
    call_id: CallId
    name: str
    arguments: str
    id: str | None = None
    namespace: str | None = None
    status: Status | None = None


class CustomToolCall(Strict):
    """A call with free text."""

    type: Literal["custom_tool_call"]
    call_id: CallId
    name: str
    input: str
    id: str | None = None
    namespace: str | None = None
    status: Status | None = None


class CallOutput(Strict):
    """What a call was answered with."""

    type: Literal["function_call_output", "custom_tool_call_output"]
    call_id: CallId
    output: SystemContent
    id: str | None = None
    status: Status | None = None


Message = UserMessage | SystemMessage | AssistantMessage
Item = Message | FunctionCall | CustomToolCall | CallOutput
_MESSAGE = chooser(
    "role",
    {"user": UserMessage, "system": SystemMessage, "developer": SystemMessage, "assistant": AssistantMessage},
    field="role",
)
_ITEMS = {
    "message": _MESSAGE,
    "function_call": FunctionCall,
    "function_call_output": CallOutput,
    "custom_tool_call": CustomToolCall,
    "custom_tool_call_output": CallOutput,
}
AnyItem = Annotated[Item, chooser("input item", _ITEMS, infer=lambda given: "message" if "role" in given else None)]


def _as_items(value: Any) -> Any:
    if value == "":
        raise PydanticCustomError("input_empty", "Input should not be empty")
    if isinstance(value, str):
        return [{"role": "user", "content": value}]
    if not isinstance(value, list):
        raise PydanticCustomError("input_type", "Input should be a string or a list of items")
    return value  # pyright: ignore[reportUnknownVariableType] - its elements are checked next


Input = Annotated[
    list[AnyItem],
    Field(min_length=1, max_length=MOST_MESSAGES),
    BeforeValidator(_as_items, json_schema_input_type=str | list[AnyItem]),
]

# --- what is asked ---------------------------------------------------------------------------------------------------

Name = Annotated[str, Field(max_length=256)]
Label = Annotated[str, Field(min_length=1)]


class Predicate(Strict):
    """How likely is it that a statement about the input is true?"""

    type: Literal["predicate"]
    instructions: Content
    name: Name | None = None

    @field_validator("instructions")
    @classmethod
    def _a_statement(cls, parts: list[Part]) -> list[Part]:
        if not any(isinstance(part, InputJson) or part.text.strip() for part in parts):
            raise PydanticCustomError("statement_empty", "Input should say the statement that may be true")
        return parts


def _value(value: Any) -> str | bool:
    if value == "" or not isinstance(value, str | bool):
        raise PydanticCustomError("value_type", "Input should be a boolean, or a string that is not empty")
    return value


class ChoiceOption(Strict):
    """One of the values to choose from."""

    value: Annotated[str | bool, PlainValidator(_value, json_schema_input_type=str | bool)]
    description: str | None = None


class Choice(Strict):
    """Which of some values fits the input?"""

    type: Literal["choice"]
    instructions: Content
    choices: list[ChoiceOption] = Field(min_length=2, max_length=MOST_CHOICES)
    name: Name | None = None

    @field_validator("choices")
    @classmethod
    def _each_once(cls, choices: list[ChoiceOption]) -> list[ChoiceOption]:
        _refuse_twice([(type(choice.value), choice.value) for choice in choices], "value")
        return choices


class Level(Strict):
    """A level of a scale."""

    label: Label
    description: str | None = None


class Score(Strict):
    """Which level of a scale fits the input? The levels go from the lowest to the highest."""

    type: Literal["score"]
    instructions: Content
    levels: list[Level] = Field(min_length=2, max_length=MOST_LEVELS)
    name: Name | None = None

    @field_validator("levels")
    @classmethod
    def _each_once(cls, levels: list[Level]) -> list[Level]:
        _refuse_twice([level.label for level in levels], "label")
        return levels


def _refuse_twice(values: list[Any], what: str) -> None:
    if len(set(values)) < len(values):
        raise rejection(InvalidRequest(f"Each {what} may stand in a question once. Remove the one that is repeated."))


AnyQuestion = Annotated[
    Predicate | Choice | Score, chooser("question type", {"predicate": Predicate, "choice": Choice, "score": Score})
]


class PromptCacheOptions(Strict):
    """Wishes about the prompt cache."""

    mode: Literal["implicit", "explicit"] | None = None
    ttl: Literal["30m"] | None = None


class CreateDecision(Strict):
    """The body of `POST /v1/decisions`. Call `check_supported` before use."""

    model: str = Field(min_length=1, max_length=256)
    input: Input
    questions: list[AnyQuestion] = Field(min_length=1, max_length=MOST_QUESTIONS)
    prompt_cache_key: str | None = Field(default=None, max_length=64)
    prompt_cache_options: PromptCacheOptions | None = None
    safety_identifier: str | None = Field(default=None, max_length=128)

    def check_supported(self) -> None:
        """Raise `UnsupportedParameter` for what cannot be honoured, `InvalidRequest` for an output without a call."""
        cache = self.prompt_cache_options
        if cache and cache.mode == "explicit":
            raise _no_wish("mode", "the cache finds shared prefixes itself")
        if cache and cache.ttl:
            raise _no_wish("ttl", "the cache keeps what fits, as long as it fits")
        calls: set[tuple[str, str]] = set()
        for at, item in enumerate(self.input):
            if isinstance(item, FunctionCall | CustomToolCall):
                calls.add((item.type, item.call_id))
            elif isinstance(item, CallOutput) and (item.type.removesuffix("_output"), item.call_id) not in calls:
                raise InvalidRequest(
                    f"The output of {item.call_id!r} follows no call with this id. Put the call before it.",
                    param=f"input[{at}].call_id",
                )


def _no_wish(field: str, why: str) -> UnsupportedParameter:
    param = f"prompt_cache_options.{field}"
    return UnsupportedParameter(f"`{param}` is not supported: {why}. Leave it out.", param=param)
