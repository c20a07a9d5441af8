"""What requests about sessions say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints

from earthshine.agents.configuration import Configuration, Effort, Model, Tier, Tools
from earthshine.agents.limits.schemas import SessionLimits
from earthshine.agents.program.rules import Rules
from earthshine.agents.sessions.environment import AnyEnvironment
from earthshine.agents.sessions.inputs import Messages, as_messages
from earthshine.errors import InvalidRequest, UnsupportedParameter
from earthshine.wire.bounded import BoundedModel
from earthshine.wire.pagination import OrderedQuery
from earthshine.wire.strict import Metadata, Strict

Json = dict[str, Any]

MOST_VAULTS = 10
_Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class SessionAgent(Configuration):
    """The agent of a session: all of it, or what differs from a saved one."""

    model: Model | None = None


class SpendControl(BoundedModel):
    """What a session may cost."""

    model_config = ConfigDict(extra="forbid", strict=True)

    limit: Annotated[int, Field(ge=1, le=10**12)] | None
    """In cents of a US dollar; null for any amount."""


class StreamOptions(Strict):
    """How events are sent."""

    include_obfuscation: bool = True


class Extensions(Strict):
    """What a session may be told beyond OpenAI's API; official SDKs send it by `extra_body`."""

    rules: Rules | None = Field(default=None, description="What of the program around a small model is on.")
    limits: SessionLimits | None = Field(default=None, description="What all its turns together may use.")


class ExtensionsChange(Strict):
    """What of that may change."""

    limits: SessionLimits | None = Field(default=None, description="What is not named stays; what is null goes.")


class SessionCreate(Strict):
    """The body of `POST /v1/agents/sessions`. Call `check_supported` before use."""

    environment: AnyEnvironment
    agent: SessionAgent | None = None
    agent_id: _Id | None = None
    input: Annotated[Messages, BeforeValidator(as_messages, json_schema_input_type=str | Messages)] | None = None
    metadata: Metadata = Field(default_factory=dict[str, str])
    vault_ids: Annotated[list[_Id], Field(max_length=MOST_VAULTS)] = Field(default_factory=list[str])
    review: Literal["none", "auto_review"] = "none"
    spend_control: SpendControl | None = None
    prompt_cache_options: Json | None = None
    stream: bool = False
    stream_options: StreamOptions | None = None
    earthshine: Extensions | None = None

    def check_supported(self) -> None:
        """Raise `UnsupportedParameter` for what cannot be honoured, `InvalidRequest` for what does not go together."""
        _check_wishes(self.review, self.prompt_cache_options)
        if self.agent is None and self.agent_id is None:
            raise InvalidRequest("Give an `agent` with a `model`, or the `agent_id` of a saved one.", param="agent")
        wanted = {"none": True, "openai_hosted": self.stream, "self_hosted": False}
        if self.input is None and wanted[self.environment.type]:
            raise InvalidRequest("Give the `input` that the session begins with.", param="input")
        if self.stream_options is not None and not self.stream:
            raise InvalidRequest("`stream_options` goes with `stream: true` only.", param="stream_options")


class AgentChange(BoundedModel):
    """What may change about a session's agent."""

    model_config = ConfigDict(extra="forbid", strict=True)

    model: Model | None = None
    reasoning: EffortChange | None = None
    service_tier: Tier | None = None
    tools: Tools | None = None

    def applied(self, agent: Json) -> Json:
        """Return a session's agent with what is given."""
        found = dict(agent)
        for name in self.model_fields_set:
            value: Any = getattr(self, name)
            if name == "reasoning":
                if value is not None and "effort" in value.model_fields_set:
                    found["reasoning"] = {**found["reasoning"], "effort": value.effort}
            elif name == "tools":
                found["tools"] = [tool.model_dump(by_alias=True) for tool in value or ()]
            elif name == "service_tier":
                found["service_tier"] = value or "auto"
            elif value is not None:
                found[name] = value
        return found


class EffortChange(BoundedModel):
    """How much it thinks from now on."""

    model_config = ConfigDict(extra="forbid", strict=True)

    effort: Effort | None = None


class SessionUpdate(BoundedModel):
    """The body of `POST /v1/agents/sessions/{id}`: what is not given stays."""

    model_config = ConfigDict(extra="forbid", strict=True)

    agent: AgentChange | None = None
    metadata: Metadata | None = None
    review: Literal["none", "auto_review"] | None = None
    spend_control: SpendControl | None = None
    prompt_cache_options: Json | None = None
    earthshine: ExtensionsChange | None = None

    def check_supported(self) -> None:
        """Raise `UnsupportedParameter` for what cannot be honoured."""
        _check_wishes(self.review, self.prompt_cache_options)

    @property
    def spend(self) -> Mapping[str, int | None] | None:
        """What it says of money; null removes the limit."""
        if "spend_control" not in self.model_fields_set:
            return None
        return {"limit": None if self.spend_control is None else self.spend_control.limit}


AgentChange.model_rebuild()


class SessionListQuery(OrderedQuery):
    """One page of sessions, turns or items, newest first unless asked otherwise."""

    order: Literal["asc", "desc"] = "desc"


class EventStreamQuery(BoundedModel):
    """How a session's events are sent."""

    model_config = ConfigDict(extra="forbid")

    include_obfuscation: bool = True


def _check_wishes(review: str | None, cache: Json | None) -> None:
    if review == "auto_review":
        raise UnsupportedParameter(
            "Nothing is reviewed by itself here; the operator's rules and `require_approval` decide what is asked.",
            param="review",
        )
    if cache and any(each is not None for each in cache.values()):
        raise UnsupportedParameter(
            "The cache keeps what fits, as long as it fits; leave this out.", param="prompt_cache_options"
        )
