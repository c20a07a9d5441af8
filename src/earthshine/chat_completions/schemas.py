"""What the wire says under `/v1/chat/completions`: every field of OpenAI's API, and some that other vendors added.

Fields that exist and cannot be honoured here are parsed too, so that `check_supported` can name them; any other field
is unknown. Null means the same as leaving a field out.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PrivateAttr

from earthshine.chat_completions.messages import ChatMessage
from earthshine.chat_completions.tools import Choice, FirstChoice, Format, Function, Tool
from earthshine.chat_completions.vendor import VendorFields
from earthshine.engines.openai_fields import LogitBias, Stop
from earthshine.errors import InvalidRequest, UnsupportedParameter
from earthshine.wire.bounded import MOST_MESSAGES
from earthshine.wire.strict import JsonObject, Metadata, Strict, rejection

Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]


class StreamOptions(Strict):
    """Options of a stream."""

    include_usage: bool = False
    include_obfuscation: bool = False


class ReasoningOptions(Strict):
    """How much the model thinks, as the Responses API says it; the thinking is always shown whole."""

    effort: Effort | None = None
    summary: Literal["auto", "concise", "detailed"] | None = None


class Thinking(Strict):
    """Whether the model thinks, as DeepSeek, Moonshot and Zhipu say it."""

    type: Literal["enabled", "disabled", "auto"]
    budget_tokens: int | None = Field(default=None, ge=1)


def _check_variables(given: dict[str, Any]) -> dict[str, Any]:
    for name in given:
        if name in _OWN_VARIABLES or not name.isidentifier():
            raise rejection(InvalidRequest(f"{name[:80]!r} is not for requests to set."))
    return given


_OWN_VARIABLES = frozenset({"messages", "tools", "add_generation_prompt", "bos_token", "eos_token", "self"})
"""What a template is told by the server itself."""

TemplateVariables = Annotated[JsonObject, AfterValidator(_check_variables), Field(max_length=32)]
"""What a client tells the model's own chat template."""

GUIDED = ("guided_json", "guided_choice", "guided_regex", "guided_grammar")
"""vLLM's names for what the text must be."""


class PromptCacheOptions(Strict):
    """Wishes about the prompt cache."""

    mode: Literal["implicit", "explicit"] | None = None
    ttl: str | None = None


class CreateChatCompletion(Strict):
    """The body of `POST /v1/chat/completions`. Call `check_supported` before use."""

    model: str = Field(min_length=1, max_length=256)
    messages: list[ChatMessage] = Field(min_length=1, max_length=MOST_MESSAGES)
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: int = Field(default=1, ge=1, le=128)
    max_completion_tokens: int | None = Field(default=None, ge=1, le=2**31 - 1)
    max_tokens: int | None = Field(default=None, ge=1, le=2**31 - 1)
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, ge=0, le=1)
    presence_penalty: float | None = Field(default=None, ge=-2, le=2)
    frequency_penalty: float | None = Field(default=None, ge=-2, le=2)
    seed: int | None = Field(default=None, ge=-(2**63), lt=2**63)
    logit_bias: LogitBias | None = None
    stop: Stop = ()
    logprobs: bool = False
    top_logprobs: int | None = Field(default=None, ge=0, le=20)
    tools: list[Tool] = Field(default_factory=list[Tool], max_length=128)
    tool_choice: Choice = "auto"
    parallel_tool_calls: bool = True
    functions: list[Function] = Field(default_factory=list[Function], max_length=128)
    function_call: FirstChoice | None = None
    response_format: Format | None = None
    reasoning_effort: Effort | None = None
    verbosity: Literal["low", "medium", "high"] = "medium"
    store: bool = False
    metadata: Metadata = Field(default_factory=dict[str, str])

    # Accepted, and without an effect on the reply: who asks, and where to look for a cached prefix.
    user: str | None = None
    safety_identifier: str | None = Field(default=None, max_length=128)
    prompt_cache_key: str | None = None
    prompt_cache_retention: Literal["in_memory", "24h"] | None = None
    prompt_cache_options: PromptCacheOptions | None = None
    service_tier: Literal["auto", "default", "flex", "scale", "priority", "fast"] | None = None

    # What other vendors and engines added.
    top_k: int | None = Field(default=None, ge=0, le=2**31 - 1)
    min_p: float | None = Field(default=None, ge=0, le=1)
    ignore_eos: bool = False
    adapters: dict[str, float] = Field(default_factory=dict[str, float])
    reasoning: ReasoningOptions | None = None
    thinking: Thinking | None = None
    enable_thinking: bool | None = None
    thinking_budget: int | None = Field(default=None, ge=1)
    repetition_penalty: float | None = Field(default=None, gt=0, le=10)
    chat_template_kwargs: TemplateVariables | None = None
    guided_json: JsonObject | None = None
    guided_choice: list[str] | None = Field(default=None, min_length=1, max_length=1024)
    guided_regex: str | None = Field(default=None, min_length=1)
    guided_grammar: str | None = Field(default=None, min_length=1)

    # Known, and not to be had here.
    audio: JsonObject | None = None
    modalities: list[str] | None = None
    moderation: JsonObject | None = None
    prediction: JsonObject | None = None
    web_search_options: JsonObject | None = None

    _vendor: VendorFields = PrivateAttr(default_factory=VendorFields)

    @property
    def vendor(self) -> VendorFields:
        """What is not checked here and goes to an upstream as it came."""
        return self._vendor

    def with_vendor(self, vendor: VendorFields) -> CreateChatCompletion:
        """Return the request with the fields that were set aside."""
        self._vendor = vendor
        return self

    def check_supported(self) -> None:
        """Raise `UnsupportedParameter` naming the first field that cannot be honoured, `InvalidRequest` for clashes."""
        for field, advice in _NOT_HERE.items():
            if getattr(self, field) is not None:
                raise unsupported(field, advice)
        if self.modalities is not None and self.modalities != ["text"]:
            raise unsupported("modalities", 'replies are text; send ["text"], or nothing')
        if self.service_tier not in (None, "auto", "default"):
            raise unsupported("service_tier", "there is one tier, 'default'")
        cache = self.prompt_cache_options
        if cache and cache.mode == "explicit":
            raise unsupported("prompt_cache_options.mode", "the cache finds shared prefixes itself")
        if cache and cache.ttl:
            raise unsupported("prompt_cache_options.ttl", "the cache keeps what fits, as long as it fits")
        if self.stream_options and not self.stream:
            raise InvalidRequest("`stream_options` needs `stream` to be true.", param="stream_options")
        if self.stream_options and self.stream_options.include_obfuscation:
            raise unsupported("stream_options.include_obfuscation", "chunks are sent without padding")
        if self.top_logprobs is not None and not self.logprobs:
            raise InvalidRequest("`top_logprobs` needs `logprobs` to be true.", param="top_logprobs")
        if self.max_tokens and self.max_completion_tokens and self.max_tokens != self.max_completion_tokens:
            raise InvalidRequest(
                "`max_tokens` and `max_completion_tokens` differ; give only the latter.", param="max_tokens"
            )
        if self.functions and self.tools:
            raise InvalidRequest("Give either `tools` or their first form `functions`, not both.", param="functions")
        formats = [name for name in (*GUIDED, "response_format") if getattr(self, name) is not None]
        if len(formats) > 1:
            raise InvalidRequest(f"`{formats[0]}` and `{formats[1]}` differ; give only one.", param=formats[0])


_NOT_HERE = {
    "audio": "replies are text",
    "moderation": "nothing here classifies content",
    "prediction": "leave it out, the reply is the same",
    "web_search_options": "no web search is built in; give the model a tool of your own",
}


def unsupported(field: str, advice: str) -> UnsupportedParameter:
    """Return the error for a field that is known and cannot be honoured with this value."""
    return UnsupportedParameter(f"'{field}' is not supported with this value: {advice}.", param=field)


class UpdateChatCompletion(Strict):
    """The body of `POST /v1/chat/completions/{id}`: all of the new metadata; null or nothing removes it."""

    metadata: Metadata = Field(default_factory=dict[str, str])


class ListQuery(Strict):
    """The query of a list."""

    after: str | None = None
    limit: int = Field(default=20, ge=1, le=100, strict=False)
    order: Literal["asc", "desc"] = "asc"


class CompletionListQuery(ListQuery):
    """The query of the list of stored completions."""

    model: str | None = None
    metadata: Metadata = Field(default_factory=dict[str, str])
