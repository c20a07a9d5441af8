"""From a request of this API to the response that it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from earthshine.anthropic.messages.response.items import ResponseInput
from earthshine.anthropic.messages.schemas import CreateMessage, Prompt
from earthshine.anthropic.messages.tools import to_choice, to_tools
from earthshine.anthropic.messages.translate import effort
from earthshine.catalog import Card
from earthshine.engines.requests import ToolChoice
from earthshine.errors import EarthshineError, InvalidRequest, UnsupportedParameter

Json = dict[str, Any]

_PLACE = re.compile(r"^input\[(\d+)\]")
_NAMES = {
    "input": "messages",
    "max_output_tokens": "max_tokens",
    "reasoning.effort": "output_config.effort",
    "text.format": "output_config.format",
}


def response_body(prompt: Prompt, given: ResponseInput, card: Card, context: int) -> Json:
    """Return the body of `POST /v1/responses` that a request means; nothing of it is stored.

    `card`: of the model; `context`: how many tokens that takes, 0 where nobody knows. Raises `InvalidRequest` or
    `UnsupportedParameter` naming the field.
    """
    prompt.check_supported()
    if not given.items:
        raise InvalidRequest("There is no message that could be answered.", param="messages")
    if given.cites and prompt.format is not None:
        raise UnsupportedParameter("A reply in JSON cites nothing; leave one of the two out.", param="citations")
    choice, parallel = to_choice(prompt.tool_choice, prompt.tools)
    functions = [tool["function"] for tool in to_tools(prompt.tools)]
    body: Json = {
        "model": prompt.model,
        "input": given.items,
        "tools": [{"type": "function", **function} for function in functions],
        "tool_choice": _choice(choice),
        "parallel_tool_calls": parallel,
        "reasoning": {"effort": effort(prompt, card)},
    }
    if (wanted := prompt.format) is not None:
        body["text"] = {"format": {"type": "json_schema", "name": "reply", "schema": wanted.schema_}}
    if isinstance(prompt, CreateMessage):
        body |= _sampling(prompt, context)
    return body


def _choice(choice: ToolChoice) -> Any:
    return {"type": "function", "name": choice.names[0]} if choice.names else choice.mode


def _sampling(create: CreateMessage, context: int) -> Json:
    for field in ("top_k", "stop_sequences"):
        if getattr(create, field):
            raise UnsupportedParameter(
                f"'{field}' is not supported where files are read or something is cited; leave it out.", param=field
            )
    most = min(create.max_tokens, context) if context else create.max_tokens
    sampling: Json = {"max_output_tokens": most, "store": False}
    return sampling | {"temperature": create.temperature, "top_p": create.top_p}


def name_fields(error: EarthshineError, places: Sequence[str]) -> None:
    """Have an error of a response name the field of this API; `places` are those of its items."""
    if error.param is None:
        return
    found = _PLACE.match(error.param)
    error.param = places[int(found[1])] if found else _NAMES.get(error.param, error.param)
