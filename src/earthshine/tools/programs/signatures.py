"""Functions as Python that a model writes calls them: names that Python takes, and lines that say how to call."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import orjson

Json = dict[str, Any]

_WORDS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "object": "dict", "null": "None"}
_MOST_ABOUT = 240
"""Characters of what one function is for."""
_MOST_TOLD = 4000
"""Characters of all lines: they stand in each prompt."""
_MOST_CHOICES = 8
_RESERVED = frozenset({*dir(builtins), *keyword.kwlist, "tools", "ToolError"})


@dataclass(frozen=True, slots=True)
class Signature:
    """One function."""

    name: str
    """In Python."""
    called: str
    """As the model would call it directly."""
    parameters: Sequence[str]
    required: Sequence[str]
    described: bool
    """Whether a schema says that its results are JSON."""
    line: str
    """How it is called, and what for."""

    def form(self) -> Json:
        """Return what the program's process is told."""
        return {"name": self.name, "parameters": list(self.parameters), "required": list(self.required)}

    def value(self, output: str) -> Any:
        """Return a result as a program gets it: objects and lists that are JSON as values, all else as text."""
        if self.described or output.lstrip()[:1] in ("{", "["):
            try:
                return orjson.loads(output)
            except orjson.JSONDecodeError:
                pass
        return output


def signatures(functions: Iterable[Json]) -> list[Signature]:
    """Return functions of the chat shape, each under a name that no other has."""
    taken: set[str] = set()
    found: list[Signature] = []
    for function in (each["function"] for each in functions):
        name = stem = _name(function["name"])
        number = 1
        while name in taken:
            number += 1
            name = f"{stem}_{number}"
        taken.add(name)
        found.append(_signature(name, function))
    return found


def told(functions: Sequence[Signature]) -> str:
    """Return the lines of functions, as many as there is room for."""
    text = ""
    for place, each in enumerate(functions):
        if len(text) + len(each.line) > _MOST_TOLD:
            names = ", ".join(other.name for other in functions[place:])
            return f"{text}\nAlso, without a word about them: {names[:_MOST_TOLD]}"
        text += f"\n{each.line}"
    return text


def _signature(name: str, function: Json) -> Signature:
    schema: Any = function.get("parameters") or {}
    given: Any = schema.get("properties")
    properties: Json = cast("Json", given) if isinstance(given, dict) else {}
    wanted: Any = schema.get("required")
    required = [each for each in cast("list[Any]", wanted) if each in properties] if isinstance(wanted, list) else []
    ordered = [*required, *(each for each in properties if each not in required)]
    shown = ", ".join(f"{each}: {_type(properties[each])}" + ("" if each in required else " = ...") for each in ordered)
    about = " ".join((function.get("description") or "").split())[:_MOST_ABOUT]
    result = function.get("output_schema")
    returns = f" -> {_result(result)}" if result else ""
    line = f"{name}({shown}){returns}" + (f"  # {about}" if about else "")
    return Signature(name, function["name"], ordered, required, result is not None, line)


def _name(called: str) -> str:
    name = re.sub(r"\W", "_", called, flags=re.ASCII)
    if name[:1].isdigit():
        name = f"_{name}"
    return f"{name}_" if name in _RESERVED else name


def _type(schema: Any) -> str:
    if not isinstance(schema, dict):
        return "Any"
    given = cast("Json", schema)
    choices: Any = given.get("enum")
    if isinstance(choices, list) and 0 < len(cast("list[Any]", choices)) <= _MOST_CHOICES:
        return " | ".join(repr(each) for each in cast("list[Any]", choices))
    kind: Any = given.get("type")
    if isinstance(kind, list):
        return " | ".join(_type({**given, "type": each}) for each in cast("list[Any]", kind))
    if kind == "array":
        return f"list[{_type(given['items'])}]" if isinstance(given.get("items"), dict) else "list"
    return _WORDS.get(kind, "Any") if isinstance(kind, str) else "Any"


def _result(schema: Any) -> str:
    """Return a result's type; of an object, its fields."""
    properties: Any = cast("Json", schema).get("properties") if isinstance(schema, dict) else None
    if not isinstance(properties, dict):
        return _type(schema)
    fields = [f"{name!r}: {_type(each)}" for name, each in cast("Json", properties).items()]
    return "{" + ", ".join(fields)[:_MOST_ABOUT] + "}"
