"""What the dialect replies with. Source: `anthropic.types` of the official SDK."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict


class AnthropicErrorBody(TypedDict):
    """What happened, and what to do next."""

    type: str
    message: str


class AnthropicError(TypedDict):
    """Why a request failed, in Anthropic's shape."""

    type: Literal["error"]
    error: AnthropicErrorBody
    request_id: str | None


class CacheCreation(TypedDict):
    """Tokens that were put into a cache for so long; it is nothing that is counted here."""

    ephemeral_1h_input_tokens: int
    ephemeral_5m_input_tokens: int


class OutputTokensDetails(TypedDict):
    """What the output was spent on."""

    thinking_tokens: int


class ServerToolUsage(TypedDict):
    """What tools of the server were called."""

    web_search_requests: int
    web_fetch_requests: int


class AnthropicUsage(TypedDict):
    """What a message took. The prompt has as many tokens as the first three together."""

    input_tokens: int
    """Those that the engine's cache did not have."""
    cache_read_input_tokens: int
    """Those that it had."""
    cache_creation_input_tokens: int
    """Always 0: all that is read is kept while there is room, and nothing is charged for that."""
    cache_creation: CacheCreation
    output_tokens: int
    output_tokens_details: OutputTokensDetails
    server_tool_use: ServerToolUsage | None
    service_tier: Literal["standard", "batch"]
    inference_geo: None


class AnthropicText(TypedDict):
    """Some text."""

    type: Literal["text"]
    text: str
    citations: list[dict[str, Any]] | None
    """What it cites: `char_location`, `page_location`, `content_block_location`, `search_result_location`, or
    `web_search_result_location`."""


class AnthropicThinking(TypedDict):
    """What the model thought, and what proves that it did."""

    type: Literal["thinking"]
    thinking: str
    signature: str


class AnthropicToolUse(TypedDict):
    """A call."""

    type: Literal["tool_use"]
    id: str
    name: str
    input: dict[str, Any]
    caller: dict[str, Any]


AnthropicBlock = AnthropicText | AnthropicThinking | AnthropicToolUse | dict[str, Any]
"""Others are what tools of the server were called with, and what they returned."""

StopReason = Literal["end_turn", "max_tokens", "stop_sequence", "tool_use", "refusal", "model_context_window_exceeded"]


class AnthropicContainer(TypedDict):
    """Where code of the model ran, and until when the next request may name it."""

    id: str
    expires_at: str
    skills: None


class AnthropicMessage(TypedDict):
    """A reply."""

    id: str
    type: Literal["message"]
    role: Literal["assistant"]
    model: str
    content: list[AnthropicBlock]
    stop_reason: StopReason | None
    stop_sequence: str | None
    stop_details: None
    container: AnthropicContainer | None
    usage: AnthropicUsage


class MessageTokens(TypedDict):
    """How many tokens a prompt is."""

    input_tokens: int


class Support(TypedDict):
    """Whether something can be done."""

    supported: bool


class EffortSupport(Support):
    """Which efforts can be asked for."""

    low: Support
    medium: Support
    high: Support
    xhigh: Support
    max: Support


class ContextSupport(Support):
    """What can be left out of a conversation."""

    clear_thinking_20251015: Support
    clear_tool_uses_20250919: Support
    compact_20260112: Support


class ServerToolsSupport(Support):
    """Which tools are run by the server."""

    code_execution: Support
    web_search: Support


class ThinkingTypes(TypedDict):
    """Which types of thinking can be asked for."""

    adaptive: Support
    between_tools: Support
    disabled: Support
    enabled: Support


class ThinkingSupport(Support):
    """How the model can be made to think."""

    types: ThinkingTypes


class AnthropicCapabilities(TypedDict):
    """What a model can do."""

    batch: Support
    citations: Support
    code_execution: Support
    context_management: ContextSupport
    effort: EffortSupport
    image_input: Support
    pdf_input: Support
    server_tools: ServerToolsSupport
    structured_outputs: Support
    thinking: ThinkingSupport


class AnthropicModel(TypedDict):
    """A model."""

    id: str
    type: Literal["model"]
    display_name: str
    created_at: str
    lifecycle: Literal["active"]
    line: None
    deprecated_at: None
    retires_at: None
    max_input_tokens: int | None
    max_tokens: int | None
    capabilities: AnthropicCapabilities


class AnthropicModels(TypedDict):
    """One page of models."""

    data: list[AnthropicModel]
    first_id: str | None
    last_id: str | None
    has_more: bool
