"""What a response of our own export says of itself, as far as it has the form that clients and this program expect."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Json = dict[str, Any]

_Count = Annotated[int, Field(ge=0, lt=2**53)]
_Seconds = Annotated[int, Field(ge=0, lt=2**42)]
_Text = Annotated[str, Field(max_length=1024)]


class _Shape(BaseModel):
    model_config = ConfigDict(strict=True)


class _Usage(_Shape):
    input_tokens: _Count
    input_tokens_details: dict[str, _Count] = Field(default_factory=dict[str, int])
    output_tokens: _Count
    output_tokens_details: dict[str, _Count] = Field(default_factory=dict[str, int])
    total_tokens: _Count


class _Error(_Shape):
    code: _Text
    message: str


class _Details(_Shape):
    reason: _Text


class _ResponseFields(_Shape):
    created_at: _Seconds = 0
    completed_at: _Seconds | None = None
    error: _Error | None = None
    incomplete_details: _Details | None = None
    instructions: str | None = None
    parallel_tool_calls: bool = False
    tools: list[Json] = Field(default_factory=list[Json])
    tool_choice: str | Json = "auto"
    text: Json = Field(default_factory=dict[str, Any])
    reasoning: Json = Field(default_factory=dict[str, Any])
    temperature: float | None = None
    top_p: float | None = None
    top_logprobs: _Count = 0
    presence_penalty: float = 0
    frequency_penalty: float = 0
    truncation: _Text = "disabled"
    max_output_tokens: _Count | None = None
    max_tool_calls: _Count | None = None
    background: bool = False
    service_tier: _Text | None = None
    safety_identifier: _Text | None = None
    prompt_cache_key: _Text | None = None
    user: _Text | None = None
    usage: _Usage | None = None


def known_fields(response: Json) -> Json:
    """Return the fields of a response that say how it was asked for, counted and ended; odd ones are left out."""
    odd: set[Any] = set()
    try:
        _ResponseFields.model_validate(response)
    except ValidationError as error:
        odd = {each["loc"][0] for each in error.errors(include_url=False, include_input=False)}
    return {name: response[name] for name in _ResponseFields.model_fields if name in response and name not in odd}
