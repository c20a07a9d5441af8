"""What the answer may be, as a grammar: from the tools, the tool choice and the response format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from earthshine.engines.base import ChatRequest
from earthshine.errors import InvalidRequest
from earthshine.harness.grammar import Grammar, Node, Rules, alt, literal, repeat, seq
from earthshine.harness.json_schema import compile_schema, json_object
from earthshine.harness.tool_format import ToolFormat

MAX_CALLS = 16
"""Most calls in one reply; a small model that repeats itself would never stop."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """How the answer (what follows the thinking) is held to its form."""

    mode: Literal["free", "watched", "grammar"] = "free"
    """`watched`: free text until a call begins, then `grammar` from the beginning of that call."""
    grammar: Grammar | None = None
    opening: str = ""
    """What the answer certainly begins with, under `grammar`."""
    names: tuple[str, ...] = ()
    """Tools that may be called."""


def permitted(request: ChatRequest) -> list[dict[str, Any]]:
    """Return the tools that may be called, in the shape that templates expect; none under `tool_choice: none`.

    A tool that the choice excludes is not shown either: a small model calls whatever it sees.
    """
    choice = request.tool_choice
    known = {tool["function"]["name"]: tool["function"] for tool in request.tools}
    for name in choice.names or ():
        if name not in known:
            raise InvalidRequest(f"`tool_choice` names {name!r}, which is not among `tools`.", param="tool_choice")
    if choice.mode == "none":
        return []
    if choice.mode == "required" and not known:
        raise InvalidRequest("`tool_choice` demands a call, but `tools` is empty.", param="tool_choice")
    names = known if choice.names is None else dict.fromkeys(choice.names)
    shown = ("name", "description", "parameters")
    return [
        {"type": "function", "function": {key: known[name][key] for key in shown if known[name].get(key)}}
        for name in names
    ]


def build(request: ChatRequest, form: ToolFormat) -> Constraint:
    """Return the constraint of a request. Raises `InvalidSchema` that names the schema's place in it."""
    tools = permitted(request)
    names = tuple(tool["function"]["name"] for tool in tools)
    rules = Rules()
    text = _text(request, rules)
    if not names:
        return Constraint() if text is None else Constraint("grammar", rules.grammar(text))
    calls = _calls(request, names, form, rules)
    if request.tool_choice.mode == "required":
        return Constraint("grammar", rules.grammar(calls), opening(form, names), names)
    if text is not None:
        return Constraint("grammar", rules.grammar(alt(calls, text)), "", names)
    return Constraint("watched", rules.grammar(calls), "", names)


def opening(form: ToolFormat, names: Sequence[str]) -> str:
    """Return what a call certainly begins with; with a single tool that includes its name."""
    return form.begin + (names[0] + form.middle if len(names) == 1 else "")


def _text(request: ChatRequest, rules: Rules) -> Node | None:
    match request.output.type:
        case "text":
            return None
        case "json_object":
            return json_object(rules)
        case "json_schema":
            schema = request.output.schema
            if schema is None:
                raise InvalidRequest("`json_schema` needs a schema.", param="response_format.json_schema.schema")
            where = "response_format.json_schema.schema"
            return compile_schema(schema, rules=rules, name="text", param=where, strict=request.output.strict)


def _calls(request: ChatRequest, names: Sequence[str], form: ToolFormat, rules: Rules) -> Node:
    options: list[Node] = []
    for i, tool in enumerate(request.tools):
        function = tool["function"]
        if function["name"] in names:
            where = f"tools[{i}].function.parameters"
            # Closed objects: a property that the schema does not mention is one that the tool does not know.
            arguments = compile_schema(
                _parameters(function), rules=rules, name=f"arguments-{i}", param=where, strict=True
            )
            options.append(seq(literal(function["name"] + form.middle), arguments))
    call = rules.add("call", alt(*options))
    if form.between is None or not request.parallel_tool_calls:
        return rules.add("calls", seq(form.begin, call, form.end))
    more = repeat(seq(form.between, call), 0, MAX_CALLS - 1)
    return rules.add("calls", seq(form.begin, call, more, form.end))


def _parameters(function: dict[str, Any]) -> dict[str, Any]:
    """Arguments are always an object; a tool without parameters takes an empty one."""
    schema: dict[str, Any] = function.get("parameters") or {}
    if not schema:
        return {"type": "object", "properties": {}, "additionalProperties": False}
    return schema if any(key in schema for key in ("type", "$ref", "anyOf")) else {"type": "object", **schema}
