"""What the wire says under `/v1/responses`: every field of OpenAI's API and of the Open Responses specification.

Fields that exist there and cannot be honoured here are parsed too, so that `check_supported` can name them; any other
field is unknown. Null means the same as leaving a field out.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from earthshine.conversations.items import ItemId, ItemParam
from earthshine.conversations.query import Includable, IncludeQuery
from earthshine.errors import InvalidRequest, UnsupportedParameter
from earthshine.responses.text_format import TextConfig
from earthshine.responses.tools.choice import Choice, check_choice
from earthshine.responses.tools.definitions import Tool, check_hosted
from earthshine.tools.functions import MOST_TOOLS
from earthshine.wire.bounded import MOST_MESSAGES
from earthshine.wire.strict import JsonObject, Metadata, Strict

Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
SummaryKind = Literal["auto", "concise", "detailed"]


def _as_items(value: Any) -> Any:
    if isinstance(value, str):
        return [{"type": "message", "role": "user", "content": value}]
    if not isinstance(value, list):
        raise PydanticCustomError("input_type", "Input should be a string or a list of items")
    return value  # pyright: ignore[reportUnknownVariableType] - its elements are checked next


_Items = Annotated[list[ItemParam], Field(max_length=MOST_MESSAGES)]
Input = Annotated[_Items, BeforeValidator(_as_items, json_schema_input_type=str | _Items)]
"""A string is one user message."""


class ConversationReference(Strict):
    """A conversation, by its id."""

    id: ItemId


def _as_reference(value: Any) -> Any:
    return {"id": value} if isinstance(value, str) else value


InConversation = Annotated[
    ConversationReference, BeforeValidator(_as_reference, json_schema_input_type=str | ConversationReference)
]


class ReasoningConfig(Strict):
    """How much the model thinks, and what is shown of it."""

    effort: Effort | None = None
    summary: SummaryKind | None = None
    generate_summary: SummaryKind | None = None
    context: Literal["auto", "current_turn", "all_turns"] | None = None
    mode: str | None = None


class StreamOptions(Strict):
    """Options of a stream."""

    include_obfuscation: bool = False


class PromptCacheOptions(Strict):
    """Wishes about the prompt cache."""

    mode: Literal["implicit", "explicit"] | None = None
    ttl: Literal["30m", "12h"] | None = None
    prewarm: bool = False
    comparison_response_id: str | None = None


class ImageOptions(Strict):
    """Wishes about images."""

    context_compression: Literal["auto", "enabled", "disabled"] = "auto"


class BackgroundOptions(Strict):
    """Wishes about background work."""

    completion_window: Literal["soonest", "2h", "8h"] = "soonest"
    continuation_id: str | None = None


ServiceTier = Literal["auto", "default", "flex", "scale", "priority", "fast", "ultrafast"]


class ResponseBase(Strict):
    """What makes a prompt: shared by creating, counting and compacting."""

    input: Input | None = None
    instructions: str | None = None
    previous_response_id: ItemId | None = None
    prompt_cache_key: str | None = Field(default=None, max_length=64)
    prompt_cache_options: PromptCacheOptions | None = None
    prompt_cache_retention: Literal["in_memory", "24h"] | None = None
    service_tier: ServiceTier | None = None
    image: ImageOptions | None = None

    def check_supported(self) -> None:
        """Raise `UnsupportedParameter` naming the first field that cannot be honoured, `InvalidRequest` for clashes."""
        cache = self.prompt_cache_options
        if cache and cache.mode == "explicit":
            raise _unsupported("prompt_cache_options.mode", "the cache finds shared prefixes itself")
        if cache and cache.ttl:
            raise _unsupported("prompt_cache_options.ttl", "the cache keeps what fits, as long as it fits")
        if cache and cache.prewarm:
            raise _unsupported("prompt_cache_options.prewarm")
        if cache and cache.comparison_response_id:
            raise _unsupported("prompt_cache_options.comparison_response_id")
        if self.service_tier not in (None, "auto", "default"):
            raise _unsupported("service_tier", "there is one tier, 'default'")
        if self.image and self.image.context_compression == "enabled":
            raise _unsupported("image.context_compression", "images are never compressed")


class _Prompt(ResponseBase):
    conversation: InConversation | None = None
    client_metadata: JsonObject | None = None
    """What a client tells about itself (Codex does, on every request). Read by nobody, and not kept."""
    parallel_tool_calls: bool = True
    reasoning: ReasoningConfig = Field(default_factory=ReasoningConfig)
    text: TextConfig = Field(default_factory=TextConfig)
    tool_choice: Choice = "auto"
    tools: list[Tool] = Field(default_factory=list[Tool], max_length=MOST_TOOLS)
    truncation: Literal["auto", "disabled"] = "disabled"

    @property
    def conversation_id(self) -> str | None:
        """The conversation that this belongs to."""
        return self.conversation.id if self.conversation else None

    def check_supported(self) -> None:
        """See `ResponseBase.check_supported`."""
        super().check_supported()
        if self.conversation and self.previous_response_id:
            raise InvalidRequest(
                "Give either `conversation` or `previous_response_id`, not both.", param="previous_response_id"
            )
        if self.reasoning.context == "all_turns":
            raise _unsupported("reasoning.context", "which turns' reasoning is shown is up to the model's template")
        if self.reasoning.mode not in (None, "standard"):
            raise _unsupported("reasoning.mode", "the only mode is 'standard'")
        check_hosted(self.tools)
        check_choice(self.tools, self.tool_choice)


class ResponseCreate(_Prompt):
    """The body of `POST /v1/responses`. Call `check_supported` before use."""

    model: str = Field(min_length=1, max_length=256)
    """The catalogue's name for the model."""
    background: bool = False
    include: list[Includable] = Field(default_factory=list[Includable])
    max_output_tokens: int | None = Field(default=None, ge=1, le=2**31 - 1)
    max_tool_calls: int | None = Field(default=None, ge=1, le=2**31 - 1)
    """Of built-in tools; function calls are not counted."""
    metadata: Metadata = Field(default_factory=dict[str, str])
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, ge=0, le=1)
    presence_penalty: float | None = Field(default=None, ge=-2, le=2)
    frequency_penalty: float | None = Field(default=None, ge=-2, le=2)
    top_logprobs: int | None = Field(default=None, ge=0, le=20)
    safety_identifier: str | None = Field(default=None, max_length=128)
    store: bool = True
    stream: bool = False
    stream_options: StreamOptions | None = None
    user: str | None = None

    access_programs: JsonObject | None = None
    background_options: BackgroundOptions | None = None
    context_management: list[JsonObject] | None = None
    moderation: JsonObject | None = None
    prompt: JsonObject | None = None
    earthshine: JsonObject | None = None
    """What only some names of models take, such as `{"research": {...}}` of those that end in `-deep-research`."""

    def forbid_storing(self, body: dict[str, Any]) -> None:
        """Do not store it, as its project keeps nothing. Raises `InvalidRequest` for one in the background.

        `body` is what this was read from.
        """
        if self.background:
            raise InvalidRequest(
                "This project keeps nothing of what is asked (zero data retention), and a response in the background "
                "must be stored. Leave `background` out.",
                param="background",
            )
        self.store = body["store"] = False

    @property
    def logprobs(self) -> int | None:
        """How many rivals of each token to report; None when no log probabilities were asked for."""
        if "message.output_text.logprobs" in self.include:
            return self.top_logprobs or 0
        return self.top_logprobs or None

    def check_supported(self) -> None:
        """See `ResponseBase.check_supported`."""
        for field, advice in _NOT_HERE.items():
            if getattr(self, field):
                raise _unsupported(field, advice)
        if self.background_options and self.background_options.completion_window != "soonest":
            raise _unsupported("background_options.completion_window", "background work starts at once")
        if self.background_options and self.background_options.continuation_id:
            raise _unsupported("background_options.continuation_id")
        if self.background and not self.store:
            raise InvalidRequest("A background response must be stored; leave out `store`.", param="background")
        if self.stream_options and not self.stream:
            raise InvalidRequest("`stream_options` needs `stream` to be true.", param="stream_options")
        super().check_supported()
        if not (self.input or self.previous_response_id or self.conversation):
            raise InvalidRequest(
                "There is nothing to respond to: give `input`, `previous_response_id` or `conversation`.",
                param="input",
                code="missing_required_parameter",
            )


_NOT_HERE = {
    "access_programs": "it belongs to a hosted vendor",
    "context_management": "call /v1/responses/compact, or set truncation to 'auto'",
    "moderation": "nothing here classifies content",
    "prompt": "prompt templates are not available; send `instructions` and `input`",
}


def _unsupported(field: str, advice: str = "leave it out") -> UnsupportedParameter:
    return UnsupportedParameter(f"'{field}' is not supported with this value: {advice}.", param=field)


class CompactRequest(ResponseBase):
    """The body of `POST /v1/responses/compact`."""

    model: str = Field(min_length=1, max_length=256)


class InputTokensRequest(_Prompt):
    """The body of `POST /v1/responses/input_tokens`."""

    model: str = Field(default="default", min_length=1, max_length=256)
    """The catalogue's name for the model; `default` when none is given."""
    personality: str | None = None

    def check_supported(self) -> None:
        """See `ResponseBase.check_supported`."""
        super().check_supported()
        if self.personality:
            raise _unsupported("personality", "say it in `instructions`")


class RetrieveQuery(IncludeQuery):
    """The query of `GET /v1/responses/{id}`."""

    stream: bool = False
    starting_after: int | None = Field(default=None, ge=0)
    include_obfuscation: bool = False

    def check_supported(self) -> None:
        """Raise `InvalidRequest` when a number to start after is given and no stream is asked for."""
        if self.starting_after is not None and not self.stream:
            raise InvalidRequest("`starting_after` needs `stream=true`.", param="starting_after")
