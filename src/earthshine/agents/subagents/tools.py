"""The functions by which an agent has others work for it, and what their calls say.

They are functions of the request, as a client's are: a response ends with their calls, and the session answers them.

Source: the `*_subagent*_call` items of the official SDK (`openai.types.beta`).
"""

from __future__ import annotations

import re
from typing import Any, cast

import orjson

from earthshine.errors import InvalidRequest

Json = dict[str, Any]

CREATE, SEND, WAIT = "create_subagent", "send_subagent_input", "wait_for_subagents"
INTERRUPT, CLOSE, RESUME = "interrupt_subagent", "close_subagent", "resume_subagent"
NAMES = frozenset({CREATE, SEND, WAIT, INTERRUPT, CLOSE, RESUME})
"""No function of a client's may be called so."""
MOST_TEXT = 2**18
"""Characters of a task, or of what is said later."""
_NUMBER = re.compile(r"0*(\d{1,9})$")


def functions() -> list[Json]:
    """Return what the model is offered, as tools of the Responses API."""
    agent: Json = {"agent": {"type": "integer"}}
    text: Json = {"type": "string"}
    several: Json = {"agents": {"type": "array", "items": {"type": "integer"}}}
    return [
        _function(CREATE, "Has a subagent do a task by itself. It knows only what the task says.", {"task": text}),
        _function(WAIT, "Waits until subagents are done, and returns their answers.", several),
        _function(SEND, "Says something more to a subagent.", {**agent, "input": text}),
        _function(INTERRUPT, "Stops what a subagent does now.", agent),
        _function(CLOSE, "Ends a subagent that is not needed any more.", agent),
        _function(RESUME, "Opens a subagent that was closed.", agent),
    ]


def is_call(item: Json) -> bool:
    """Tell whether an item is a call of one of them."""
    return item["type"] == "function_call" and item["name"] in NAMES


def subagent_id(session_id: str, number: int) -> str:
    """Return the id of a session's subagent: the model names it by its number alone, which small ones get right."""
    return f"asub_{session_id.partition('_')[2]}_{number:03}"


def arguments(item: Json) -> Json:
    """Return what a call says. Raises `InvalidRequest` for what is no JSON object."""
    try:
        read = orjson.loads(item["arguments"] or "{}")
    except orjson.JSONDecodeError as error:
        raise InvalidRequest(f"The arguments are not JSON: {error}.") from None
    if not isinstance(read, dict):
        raise InvalidRequest("The arguments must be a JSON object.")
    return cast("Json", read)


def text(said: Json, name: str) -> str:
    """Return words that a call says. Raises `InvalidRequest` where it has none, or too many."""
    value = said.get(name)
    if not isinstance(value, str) or not value.strip():
        raise InvalidRequest(f"Say in `{name}` what it is to do.")
    if len(value) > MOST_TEXT:
        raise InvalidRequest(f"`{name}` has {len(value)} characters; {MOST_TEXT} are the most.")
    return value


def number(said: Json) -> int:
    """Return which subagent a call is about. Raises `InvalidRequest`."""
    found = _number(said.get("agent"))
    if found is None:
        raise InvalidRequest("Say in `agent` which subagent: its number.")
    return found


def numbers(said: Json) -> list[int]:
    """Return which subagents a call is about; empty for all. Raises `InvalidRequest`."""
    value = said.get("agents")
    every: list[Any] = cast("list[Any]", value) if isinstance(value, list) else [] if value is None else [value]
    found = [_number(each) for each in every]
    if None in found:
        raise InvalidRequest("Say in `agents` which subagents: a list of their numbers.")
    return list(dict.fromkeys(each for each in found if each is not None))


def _number(value: Any) -> int | None:
    """Return the number that a model means, which may also write the id, or the number as a text."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    found = _NUMBER.search(str(value))
    return int(found[1]) if found else None


def _function(name: str, description: str, properties: Json) -> Json:
    parameters = {"type": "object", "properties": properties, "required": list(properties)}
    return {"type": "function", "name": name, "description": description, "parameters": parameters, "strict": False}
