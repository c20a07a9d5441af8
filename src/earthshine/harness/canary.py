"""The canary: one forced tool call at load, which proves that template, grammar and parser fit together.

A forced call cannot go astray, so the call that the template itself shows to the model is also read as a free one.
"""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import Any, cast

from earthshine.catalog.card import Proof
from earthshine.engines.deltas import ChatEnd, ToolCallArguments, ToolCallStart
from earthshine.engines.interleave import flat
from earthshine.engines.requests import ChatRequest, Sampling, ToolChoice
from earthshine.errors import EarthshineError
from earthshine.harness.engine import HarnessedEngine
from earthshine.harness.templates import rendering

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


async def prove(engine: HarnessedEngine) -> Proof:
    """Make the model call a trivial tool, and say what came back. Costs one short prompt and a dozen generated tokens.

    `tool_format` is None when the call did not come back whole; the engine refuses requests with tools by name then.
    """
    proof = await _tried(engine)
    engine.card = replace(engine.card, proof=proof)
    return proof


async def _tried(engine: HarnessedEngine) -> Proof:
    card = engine.card
    if not engine.templated:
        named = "own" if engine.capabilities.tools else None
        return Proof(named, "the engine applies the template and parses calls itself; not tried")
    try:
        form, unread = await rendering.tool_format_of(card)
        names, arguments, reason = await _call(engine)
    except EarthshineError as error:
        return Proof(None, f"the trial call failed: {error.message}")
    what = f"format {form.name}{'' if form.in_template else ' (declared, not from the template)'}"
    if form.problem:
        what += f" because {form.problem}"
    if unread:
        what += f"; the template shows a call that is not recognised: {unread!r}"
        _log.warning("%s may write calls that are given out as text: its template shows %r", card.name, unread)
    came = f"{', '.join(names) or 'no call'} with {arguments or 'no arguments'}"
    back = f"set_light wanted, {came} came back, ended by {reason}"
    proved = names == ["set_light"] and reason == "tool_calls" and _is_switch(arguments)
    return Proof(form.name if proved else None, f"{what}: {back}")


async def _call(engine: HarnessedEngine) -> tuple[list[str], str, str]:
    names: list[str] = []
    arguments = reason = ""
    async for delta in flat(engine.chat(_REQUEST)):
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
