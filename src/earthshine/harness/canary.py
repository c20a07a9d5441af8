"""The canary: one forced tool call at load, which proves that template, grammar and parser fit together.

A forced call cannot go astray, so the call that the template itself shows to the model is also read as a free one.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, cast

from earthshine.catalog.card import Proof
from earthshine.engines.base import (
    ChatEnd,
    ChatRequest,
    Sampling,
    ToolCallArguments,
    ToolCallStart,
    ToolChoice,
)
from earthshine.errors import EarthshineError
from earthshine.harness.chat import chat
from earthshine.harness.templates import rendering

if TYPE_CHECKING:
    from earthshine.engines.pool import LoadedModel

_log = logging.getLogger(__name__)

_TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "set_light",
        "description": "Switch the light.",
        "parameters": {
            "type": "object",
            "properties": {"on": {"type": "boolean"}},
            "required": ["on"],
            "additionalProperties": False,
        },
    },
}
_REQUEST = ChatRequest(
    messages=[{"role": "user", "content": "Switch the light on."}],
    tools=[_TOOL],
    tool_choice=ToolChoice("required"),
    parallel_tool_calls=False,
    reasoning_effort="none",
    sampling=Sampling(temperature=0, max_tokens=96),
)


async def prove(model: LoadedModel) -> Proof:
    """Make the model call a trivial tool, and say what came back. Costs one short prompt and a dozen generated tokens.

    `tool_format` is None when the call did not come back whole; requests with tools are then refused by name.
    """
    if not model.engine.capabilities.complete:
        named = "upstream" if model.engine.capabilities.tools else None
        return Proof(named, "the upstream applies the template and parses calls itself; not tried")
    try:
        form, unread = await rendering.tool_format_of(model.card)
        names, arguments, reason = await _call(model)
    except EarthshineError as error:
        return Proof(None, f"the trial call failed: {error.message}")
    what = f"format {form.name}{'' if form.in_template else ' (declared, not from the template)'}"
    if form.problem:
        what += f" because {form.problem}"
    if unread:
        what += f"; the template shows a call that is not recognised: {unread!r}"
        _log.warning("%s may write calls that are given out as text: its template shows %r", model.card.name, unread)
    came = f"{', '.join(names) or 'no call'} with {arguments or 'no arguments'}"
    back = f"set_light wanted, {came} came back, ended by {reason}"
    proved = names == ["set_light"] and reason == "tool_calls" and _is_switch(arguments)
    return Proof(form.name if proved else None, f"{what}: {back}")


async def _call(model: LoadedModel) -> tuple[list[str], str, str]:
    names: list[str] = []
    arguments = reason = ""
    async for delta in chat(model, _REQUEST):
        match delta:
            case ToolCallStart(name=name):
                names.append(name)
            case ToolCallArguments(text=text):
                arguments += text
            case ChatEnd():
                reason = delta.reason
            case _:
                pass
    return names, arguments, reason


def _is_switch(arguments: str) -> bool:
    try:
        value = json.loads(arguments)
    except ValueError:
        return False
    if not isinstance(value, dict):
        return False
    given = cast("dict[str, Any]", value)
    return list(given) == ["on"] and isinstance(given["on"], bool)
