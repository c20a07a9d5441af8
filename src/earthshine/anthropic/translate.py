"""From a request of this API to what the harness takes, checked against the model that is to serve it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from earthshine.anthropic.conversation import Conversation
from earthshine.anthropic.schemas import CreateMessage, Effort, Prompt, ThinkingOff, ThinkingOn
from earthshine.anthropic.tools import to_choice, to_tools
from earthshine.engines.pool import blindness
from earthshine.engines.requests import ChatRequest, OutputFormat, Sampling
from earthshine.errors import InvalidRequest, UnsupportedParameter

if TYPE_CHECKING:
    from typing import Literal

    from earthshine.engines.pool import LoadedModel

_BUDGETS: dict[Effort, int] = {"low": 1024, "medium": 4096, "high": 16384, "xhigh": 32768, "max": 131072}
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
        reasoning_effort=_effort(prompt),
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


def _effort(prompt: Prompt) -> Effort | Literal["none"] | None:
    """Return how much to think: as the effort says, else as the budget does; None as the model does by itself."""
    thinking = prompt.thinking
    if isinstance(thinking, ThinkingOff):
        return "none"
    if prompt.output_config is not None and prompt.output_config.effort is not None:
        return prompt.output_config.effort
    if isinstance(thinking, ThinkingOn):
        return max(
            (effort for effort in _BUDGETS if _BUDGETS[effort] <= thinking.budget_tokens), key=_BUDGETS.__getitem__
        )
    return None
