"""What an upstream says, its types checked: each value is understood, or `UpstreamFailed` names it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, Literal, NoReturn, cast

import orjson

from earthshine.errors import UpstreamFailed

Json = dict[str, Any]

_DEEPEST = 100
"""Levels of a value that is passed on: less than JSON writers take, with room for what we put around it."""
_DEEPEST_TEXT = 8
_TEXTS = ("text", "thinking", "reasoning", "content", "summary", "refusal")
_THOUGHTS = frozenset({"thinking", "reasoning", "reasoning_text", "summary_text"})


def refuse(what: str) -> NoReturn:
    """Raise `UpstreamFailed` for `what` has a wrong type."""
    raise UpstreamFailed(f"The upstream sent {what} of a type that is not the protocol's.")


def json_object(value: Any, what: str) -> Json:
    """Return an object; null is an empty one."""
    if isinstance(value, dict):
        return cast("Json", value)
    return {} if value is None else refuse(what)


def json_list(value: Any, what: str) -> list[Any]:
    """Return a list; null is an empty one."""
    if isinstance(value, list):
        return cast("list[Any]", value)
    return [] if value is None else refuse(what)


def string(value: Any, what: str) -> str:
    """Return a string; null is an empty one."""
    if isinstance(value, str):
        return value
    return "" if value is None else refuse(what)


def number(value: Any, what: str) -> float:
    """Return a number that is none of infinity or not a number."""
    if type(value) in (int, float) and abs(value) < 1e308:
        return float(value)
    return refuse(what)


def text_in(value: Any, what: str, depth: int = 0) -> str:
    """Return the text of a string, of a part that holds some, or of a list of these."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if depth > _DEEPEST_TEXT:
        refuse(what)
    if isinstance(value, list):
        return "".join(text_in(each, what, depth + 1) for each in cast("list[Any]", value))
    part = json_object(value, what)
    for name in _TEXTS:
        if part.get(name) is not None:
            return text_in(part[name], what, depth + 1)
    return refuse(what)


def parts_of(content: Any) -> Iterator[tuple[Literal["thought", "text", "other"], Any]]:
    """Return the pieces of a message's content in order: thoughts, texts, and parts that hold neither, whole."""
    if isinstance(content, str):
        yield "text", content
        return
    single = isinstance(content, dict)
    for each in [cast("Json", content)] if single else json_list(content, "a content"):
        if isinstance(each, str) or each is None:
            yield "text", each or ""
            continue
        part = json_object(each, "a part of a content")
        kind = part.get("type")
        if kind is not None and not isinstance(kind, str):
            refuse("a part of a content")
        if any(part.get(name) is not None for name in _TEXTS):
            thought = kind in _THOUGHTS or (kind is None and part.get("text") is None and "thinking" in part)
            yield "thought" if thought else "text", text_in(part, "a part of a content")
        elif set(part) - {"type", *_TEXTS}:
            yield "other", passed_on(part)


def passed_on(value: Any) -> Any:
    """Return a value that goes to the client as it came. Raises for one that is nested too deep to be written again."""
    level: list[Any] = [value]
    for _ in range(_DEEPEST):
        objects = [cast("Json", each).values() for each in level if isinstance(each, dict)]
        lists = [cast("list[Any]", each) for each in level if isinstance(each, list)]
        level = [*chain.from_iterable(objects), *chain.from_iterable(lists)]
        if not level:
            return value
    raise UpstreamFailed("The upstream sent JSON that is nested too deep.")


def arguments_in(value: Any) -> str:
    """Return the JSON text of a call's arguments, which some upstreams send as the object itself."""
    if isinstance(value, dict):
        return orjson.dumps(passed_on(value)).decode()
    return string(value, "the arguments of a tool call")


class VendorFields:
    """Fields that are a vendor's own, gathered over the pieces of one reply: texts and lists in pieces are joined."""

    def __init__(self, known: frozenset[str]) -> None:
        self._known = known
        self._found: Json = {}
        self._texts: dict[str, list[str]] = {}

    def add(self, fields: Json) -> None:
        """Take the fields of one piece that are not known."""
        for name, value in fields.items():
            if name not in self._known and value is not None:
                self.put(name, passed_on(value))

    def put(self, name: str, value: Any) -> None:
        """Take one field."""
        before: Any = self._found.get(name)
        if isinstance(value, str) and isinstance(before, str):
            self._texts[name].append(value)
        elif isinstance(value, list) and isinstance(before, list):
            cast("list[Any]", before).extend(cast("list[Any]", value))
        else:
            self._found[name] = value
            if isinstance(value, str):
                self._texts[name] = [value]

    def all(self) -> Json:
        """Return what was gathered."""
        joined = {name: "".join(self._texts[name]) for name, value in self._found.items() if isinstance(value, str)}
        return self._found | joined
