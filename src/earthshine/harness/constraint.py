"""What the answer may be, as a grammar: from the tools, the tool choice and the response format."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass
from functools import partial
from hashlib import blake2b
from typing import Any, Literal, ParamSpec, TypeVar

import orjson

from earthshine.engines.requests import ChatRequest
from earthshine.errors import InvalidRequest, InvalidSchema
from earthshine.harness.grammar import Grammar, Node, Rules, alt, literal, one_of, repeat, seq
from earthshine.harness.grammar.gbnf_reader import parse as read_gbnf
from earthshine.harness.json_schema import compile_schema, json_object
from earthshine.harness.json_schema.budget import REQUEST_STEPS, Budget
from earthshine.harness.json_schema.keywords import ANNOTATIONS
from earthshine.harness.json_schema.patterns import check_clear, read_pattern
from earthshine.harness.templates.tool_format import ToolFormat

MAX_CALLS = 16
"""Most calls in one reply; a small model that repeats itself would never stop."""
MAX_GRAMMAR = 1_500_000
"""Characters of a grammar that the engine is given."""
KEPT = 3_000_000
"""Characters of the grammars that are kept for the next request."""


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


async def build(request: ChatRequest, form: ToolFormat) -> Constraint:
    """Return the constraint of a request. Raises `InvalidSchema` that names the schema's place in it."""
    tools = permitted(request)
    names = tuple(tool["function"]["name"] for tool in tools)
    if not names and request.output.type == "text":
        return Constraint()
    key = _key(request, names, form)
    known = _recent.get(key)
    if known is None:
        known = await off_loop(_built, request, names, form)
        _recent.put(key, known)
    return known


def _built(request: ChatRequest, names: tuple[str, ...], form: ToolFormat) -> Constraint:
    rules, budget = Rules(), Budget(REQUEST_STEPS)
    text = _text(request, rules, budget)
    if not names:
        assert text is not None
        return _held(Constraint("grammar", rules.grammar(text)))
    calls = _calls(request, names, form, rules, budget)
    if request.tool_choice.mode == "required":
        return _held(Constraint("grammar", rules.grammar(calls), opening(form, names), names))
    if text is not None:
        return _held(Constraint("grammar", rules.grammar(alt(calls, text)), "", names))
    return _held(Constraint("watched", rules.grammar(calls), "", names))


def _held(constraint: Constraint) -> Constraint:
    """Write the grammar out, here and now: the event loop would have to wait for it later."""
    if len(str(constraint.grammar)) > MAX_GRAMMAR:
        raise InvalidSchema(
            "The schemas of this request make too large a grammar; send fewer tools, or simpler schemas.",
            param="tools" if constraint.names else "response_format",
        )
    return constraint


def opening(form: ToolFormat, names: Sequence[str]) -> str:
    """Return what a call certainly begins with; with a single tool that includes its name."""
    return form.begin + (names[0] + form.middle if len(names) == 1 else "")


def _text(request: ChatRequest, rules: Rules, budget: Budget) -> Node | None:
    output = request.output
    match output.type:
        case "text":
            return None
        case "json_object":
            return json_object(rules)
        case "json_schema":
            if output.schema is None:
                raise InvalidRequest("`json_schema` needs a schema.", param="response_format.json_schema.schema")
            where = "response_format.json_schema.schema"
            strict = output.strict
            return compile_schema(
                output.schema, rules=rules, name="text", param=where, strict=strict, loose=not strict, budget=budget
            )
        case "choice":
            return one_of(output.choices)
        case "regex":
            # The whole text matches: anchors say no more, and a bare alternative would lose them.
            inner = output.source.removeprefix("^").removesuffix("$")
            return read_pattern(f"^(?:{inner})$", "guided_regex", budget)
        case "gbnf":
            grammar = read_gbnf(output.source, param="guided_grammar")
            check_clear(grammar.start, grammar.rules, "The grammar", "guided_grammar")
            return rules.include(grammar, "text")


def _calls(request: ChatRequest, names: Sequence[str], form: ToolFormat, rules: Rules, budget: Budget) -> Node:
    options: list[Node] = []
    for i, tool in enumerate(request.tools):
        function = tool["function"]
        if function["name"] in names:
            where = f"tools[{i}].function.parameters"
            strict = function.get("strict") is True
            arguments = compile_schema(
                _parameters(function),
                rules=rules, name=f"arguments-{i}", param=where, strict=strict, loose=not strict, budget=budget,
            )  # fmt: skip
            options.append(seq(literal(function["name"] + form.middle), arguments))
    call = rules.add("call", alt(*options))
    if form.between is None or not _several(request):
        return rules.add("calls", seq(form.begin, call, form.end))
    more = repeat(seq(form.between, call), 0, MAX_CALLS - 1)
    return rules.add("calls", seq(form.begin, call, more, form.end))


def _several(request: ChatRequest) -> bool:
    """Whether one reply may call more than once. A demand for one named function is a demand for one call."""
    choice = request.tool_choice
    named = choice.mode == "required" and choice.names is not None and len(choice.names) == 1
    return request.parallel_tool_calls and not named


def _parameters(function: dict[str, Any]) -> dict[str, Any]:
    """Arguments are always an object; a tool without parameters takes an empty one."""
    schema: dict[str, Any] = function.get("parameters") or {}
    asked = {key: value for key, value in schema.items() if key not in ANNOTATIONS and key != "nullable"}
    if asked in ({}, {"type": "object"}, {"type": "object", "properties": {}}):
        return {"type": "object", "properties": {}, "additionalProperties": False}
    if function.get("strict") is not True:
        return {**schema, "type": "object", "nullable": False}
    return schema if any(key in schema for key in ("type", "$ref", "anyOf")) else {"type": "object", **schema}


# --- what it costs ---------------------------------------------------------------------------------------------------


class _Recent:
    """The constraints of the last requests, which the next turns of the same conversations ask for again."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._kept: OrderedDict[Hashable, Constraint] = OrderedDict()

    def get(self, key: Hashable) -> Constraint | None:
        """Return what is kept under the key, if anything."""
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def put(self, key: Hashable, constraint: Constraint) -> None:
        """Keep one more, and forget those that were not wanted for longest."""
        if key is None or key in self._kept:
            return
        self._kept[key] = constraint
        self._size += len(str(constraint.grammar))
        while self._size > self._most:
            _, oldest = self._kept.popitem(last=False)
            self._size -= len(str(oldest.grammar))


_recent = _Recent(KEPT)
_worker = ThreadPoolExecutor(2, thread_name_prefix="schemas")
P = ParamSpec("P")
T = TypeVar("T")


async def off_loop(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do a client's heavy work beside the event loop; no more than two at a time, so that the rest has its turns."""
    return await asyncio.get_running_loop().run_in_executor(_worker, partial(work, *args, **kwargs))


def _key(request: ChatRequest, names: tuple[str, ...], form: ToolFormat) -> Hashable:
    """Return what tells this request's constraint from others; None for one that is not worth keeping."""
    functions = [tool["function"] for tool in request.tools]
    asked = [[each["name"], each.get("parameters"), each.get("strict")] for each in functions if each["name"] in names]
    try:
        said = orjson.dumps([asked, astuple(request.output), request.tool_choice.mode, _several(request)])
    except (TypeError, ValueError):  # numbers of more than 64 bits
        return None
    return blake2b(said).digest(), names, form
