"""A server's list of tools, cut to what a prompt and a grammar can hold. Whoever sent it may say anything in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

import orjson

from earthshine.tools.approvals import Reach
from earthshine.tools.mcp.names import LONGEST_NAME, MOST_LISTED

Json = dict[str, Any]

_LONGEST_ABOUT = 1024
"""Characters of a description."""
_LARGEST_SCHEMA, _DEEPEST_SCHEMA = 16 * 2**10, 24
"""Bytes and levels of a schema; one that has more is any object."""
_LARGEST_LIST = 256 * 2**10
"""Bytes of all tools together."""
_HINTS = ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")


def cleaned(tools: Sequence[Any]) -> list[Json]:
    """Return the tools of a server, as a list's item has them. What is no tool is left out, as is what is too much."""
    kept: list[Json] = []
    names: set[str] = set()
    size = 0
    for tool in _objects(tools):
        name = tool.get("name")
        if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME or name in names:
            continue
        about: Any = tool.get("description")
        whole: Json = {
            "name": name,
            "description": about[:_LONGEST_ABOUT] if isinstance(about, str) else None,
            "input_schema": bounded(tool.get("inputSchema", tool.get("input_schema"))),
            "annotations": _hints(tool.get("annotations")),
        }
        size += len(orjson.dumps(whole))
        if size > _LARGEST_LIST or len(kept) == MOST_LISTED:
            break
        names.add(name)
        kept.append({key: value for key, value in whole.items() if value is not None})
    return kept


def bounded(schema: Any) -> Json:
    """Return the schema of a tool's input, or that of any object where it is none, or too large or too deep."""
    if not isinstance(schema, dict) or _deeper(schema, _DEEPEST_SCHEMA):
        return {"type": "object"}
    try:
        size = len(orjson.dumps(schema))
    except TypeError:  # numbers of more than 64 bits
        return {"type": "object"}
    return cast("Json", schema) if size <= _LARGEST_SCHEMA else {"type": "object"}


def only_reads(tool: Json) -> bool:
    """Tell whether a tool says that it changes nothing. Nobody checks that it is true."""
    hints: Any = tool.get("annotations")
    return isinstance(hints, dict) and cast("Json", hints).get("readOnlyHint") is True


def reach(tool: Json) -> frozenset[Reach]:
    """Return what a tool touches: only the network, if it says that it only reads and nowhere else than its server."""
    hints: Any = tool.get("annotations")
    anywhere = isinstance(hints, dict) and cast("Json", hints).get("openWorldHint") is True
    return frozenset({"network"} if only_reads(tool) and not anywhere else {"network", "outside"})


def _hints(annotations: Any) -> Json | None:
    if not isinstance(annotations, dict):
        return None
    given = cast("Json", annotations)
    hints: Json = {name: given[name] for name in _HINTS if isinstance(given.get(name), bool)}
    if isinstance(given.get("title"), str):
        hints["title"] = given["title"][:LONGEST_NAME]
    return hints or None


def _objects(values: Sequence[Any]) -> Iterator[Json]:
    return (cast("Json", each) for each in values if isinstance(each, dict))


def _deeper(value: Any, levels: int) -> bool:
    level: list[Any] = [value]
    for _ in range(levels):
        inside: list[Any] = []
        for each in level:
            inside += cast("Json", each).values() if isinstance(each, dict) else cast("list[Any]", each)
        level = [each for each in inside if isinstance(each, dict | list)]
        if not level:
            return False
    return True
