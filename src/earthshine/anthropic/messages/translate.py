"""From a request of this API to what the harness takes, checked against the model that is to serve it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from earthshine.anthropic.messages.conversation import Conversation
from earthshine.anthropic.messages.schemas import CreateMessage, Effort, Prompt, ThinkingOff, ThinkingOn
from earthshine.anthropic.messages.tools import to_choice, to_tools
from earthshine.catalog import Card
from earthshine.engines.pool import blindness
from earthshine.engines.requests import ChatRequest, OutputFormat, Sampling
from earthshine.errors import InvalidRequest, UnsupportedParameter
from earthshine.harness.thinking import trained_tags

if TYPE_CHECKING:
    from earthshine.engines.pool import LoadedModel

_BUDGETS: tuple[tuple[int, Effort], ...] = (
    (131_072, "max"),
    (32_768, "xhigh"),
    (16_384, "high"),
    (4096, "medium"),
    (0, "low"),
)
"""Tokens of thinking from which on an effort is meant."""


def to_chat_request(prompt: Prompt, conversation: Conversation, model: LoadedModel) -> ChatRequest:
    """Return what to ask the model. Raises `InvalidRequest` or `UnsupportedParameter` naming the field."""
    prompt.check_supported()
    able = model.engine.capabilities
    if conversation.first_image and not able.images:
        raise UnsupportedParameter(blindness(model), param=conversation.first_image)
    if conversation.prefill and not able.continues:
        raise UnsupportedParameter(
            f"{model.card.name} cannot go on from a message of the assistant; let the last one be the user's.",
            param=f"messages[{len(prompt.messages) - 1}]",
        )
    if not conversation.messages:
        raise InvalidRequest("There is no message that could be answered.", param="messages")
    choice, parallel = to_choice(prompt.tool_choice, prompt.tools)
    wanted = prompt.format
    return ChatRequest(
        messages=conversation.messages,
        tools=to_tools(prompt.tools),
        tool_choice=choice,
        parallel_tool_calls=parallel,
        output=OutputFormat("json_schema", wanted.schema_) if wanted else OutputFormat(),
        reasoning_effort=effort(prompt, model.card),
        thinking_budget=_budget(prompt, model.card),
        prefill=conversation.prefill,
    )


def to_sampling(create: CreateMessage, context: int) -> Sampling:
    """Return how tokens are chosen; in a `context` of so many tokens no reply is asked for that is longer."""
    return Sampling(
        temperature=create.temperature,
        top_p=create.top_p,
        top_k=create.top_k,
        stop=tuple(create.stop_sequences),
        max_tokens=min(create.max_tokens, context) if context else create.max_tokens,
    )


def thinks_by_itself(card: Card) -> bool:
    """Tell whether a model was trained to think; of one that runs elsewhere, nobody here knows better than it."""
    return card.kind != "weights" or trained_tags(card.chat_template) is not None


def effort(prompt: Prompt, card: Card) -> Effort | Literal["none"] | None:
    """Return how much to think: as the effort says, else as the budget does; None as the model does by itself."""
    thinking = prompt.thinking
    if isinstance(thinking, ThinkingOff):
        return "none"
    asked = prompt.output_config.effort if prompt.output_config is not None else None
    if isinstance(thinking, ThinkingOn):
        return asked or next(each for least, each in _BUDGETS if thinking.budget_tokens >= least)
    # Clients always send an effort: it alone makes no model think that was not trained to.
    return asked if thinks_by_itself(card) else None


def _budget(prompt: Prompt, card: Card) -> int | None:
    """Return the budget as it was given; a model that was not trained to think keeps the small one of its effort."""
    thinking = prompt.thinking
    return thinking.budget_tokens if isinstance(thinking, ThinkingOn) and thinks_by_itself(card) else None
