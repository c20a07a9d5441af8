"""What an agent is told to be: the fields that saved agents and sessions share, and their defaults.

Source: `AgentCreateParams` and `AgentUpdateParams` of the official SDK (`openai.types.beta`).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import orjson
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from earthshine.agents.tools import AnyAgentTool, check_together
from earthshine.errors import InvalidRequest
from earthshine.wire.bounded import BoundedModel
from earthshine.wire.strict import JsonObject, Strict, as_validator, chooser

Json = dict[str, Any]

MOST_TOOLS = 512
MOST_TOOL_BYTES = 3 * 2**20
"""Of all tools together, as compact JSON: as in OpenAI's API."""
MOST_INSTRUCTIONS = 2**18
"""Characters of instructions."""
SUBAGENTS = 6
"""That may run at a time where the request does not say how many."""

Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
Tier = Literal["auto", "default", "flex", "priority", "fast", "ultrafast"]


class Compaction(Strict):
    """How a long context is made shorter."""

    async_: bool = Field(default=False, alias="async")


class Experimental(Strict):
    """What may change."""

    time_awareness: bool = False


class MultiAgent(Strict):
    """Whether the agent may have others work for it."""

    enabled: bool
    max_concurrent_subagents: int | None = Field(default=None, ge=1, le=64)

    @model_validator(mode="after")
    def _some(self) -> MultiAgent:
        self.max_concurrent_subagents = (self.max_concurrent_subagents or SUBAGENTS) if self.enabled else None
        return self


class Reasoning(Strict):
    """How much the model thinks, and what is shown of it."""

    effort: Effort | None = None
    summary: Literal["concise", "detailed", "auto"] | None = None


class PlainText(Strict):
    """Any text."""

    type: Literal["text"]


class JsonSchema(Strict):
    """JSON that a schema describes."""

    type: Literal["json_schema"]
    schema_: JsonObject = Field(alias="schema")


class TextConfig(Strict):
    """What the text of the last message of a turn is to be."""

    format: Annotated[
        PlainText | JsonSchema, chooser("text format", {"text": PlainText, "json_schema": JsonSchema})
    ] = Field(default_factory=lambda: PlainText(type="text"))
    verbosity: Literal["low", "medium", "high"] = "medium"


def _check_size(tools: list[Any]) -> list[Any]:
    size = len(orjson.dumps([tool.model_dump(by_alias=True) for tool in tools]))
    if size > MOST_TOOL_BYTES:
        raise InvalidRequest(f"The tools are {size} bytes of JSON together; {MOST_TOOL_BYTES} are the most.")
    return check_together(tools)


Model = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Instructions = Annotated[str, StringConstraints(max_length=MOST_INSTRUCTIONS)]
Tools = Annotated[list[AnyAgentTool], Field(max_length=MOST_TOOLS), AfterValidator(as_validator(_check_size))]


class Configuration(BoundedModel):
    """The fields but for `model`, none of which must be given; null means the default."""

    model_config = ConfigDict(extra="forbid", strict=True)

    instructions: Instructions | None = None
    tools: Tools | None = None
    reasoning: Reasoning | None = None
    text: TextConfig | None = None
    multi_agent: MultiAgent | None = None
    service_tier: Tier | None = None
    compaction: Compaction | None = None
    experimental: Experimental | None = None


def resolved(given: Configuration, before: Json | None = None) -> Json:
    """Return a configuration as it is stored and shown: with what is given, over what was `before`, or the defaults.

    What is null is set to its default; `experimental` is merged key by key. Raises `InvalidRequest` without a model.
    """
    found = dict(before) if before else _defaults()
    for name in given.model_fields_set & found.keys():
        value: Any = getattr(given, name)
        if name == "model":
            if value is not None:
                found[name] = value
        elif value is None:
            found[name] = _defaults()[name]
        elif name == "experimental":
            found[name] = found[name] | value.model_dump(exclude_unset=True)
        elif name == "tools":
            found[name] = [tool.model_dump(by_alias=True) for tool in value]
        else:
            found[name] = value.model_dump(by_alias=True) if isinstance(value, BoundedModel) else value
    if not found["model"]:
        raise InvalidRequest("Say which `model` the agent is to use.", param="model", code="missing_required_parameter")
    return found


def _defaults() -> Json:
    return {
        "model": None,
        "instructions": None,
        "tools": [],
        "reasoning": {"effort": None, "summary": None},
        "text": {"format": {"type": "text"}, "verbosity": "medium"},
        "multi_agent": {"enabled": False, "max_concurrent_subagents": None},
        "service_tier": "auto",
        "compaction": {"async": False},
        "experimental": {"time_awareness": False},
    }
