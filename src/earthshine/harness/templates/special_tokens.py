"""From rendered conversation to what the engine reads, so that nobody's text can forge the model's control tokens.

A template mixes control tokens such as `<|im_end|>` with text from users, tools and documents. Where such text spells
a control token, a placeholder travels through the template in its place, and the prompt is sent as token ids in which
the spelled-out token is plain characters. All other prompts go as text, which costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from earthshine.engines.base import Engine
from earthshine.engines.requests import ChatRequest
from earthshine.errors import ContextLengthExceeded

_CANDIDATE = re.compile(r"<[^<>\[\]\n]{1,60}>|\[[^<>\[\]\n]{1,60}\]|\ue000")
"""The shapes that control tokens have in every known vocabulary, and what begins our own placeholders."""
_PLACEHOLDER = re.compile(r"\ue000(\d+)\ue001")


MOST_BYTES = 100
"""Characters that one token stands for at most, on the average of a whole prompt; usual are 2 to 5."""


def check_size(request: ChatRequest, context_length: int) -> None:
    """Raise `ContextLengthExceeded` for what cannot fit, before anything is done with it."""
    if not context_length:
        return
    size = sum(len(text) for text in _strings((request.messages, request.tools)))
    if size > context_length * MOST_BYTES:
        raise ContextLengthExceeded(
            limit=context_length, tokens=size // MOST_BYTES + 1, param="messages", at_least=True
        )


@dataclass(frozen=True, slots=True)
class SpecialTokenEscaper:
    """Spellings that must stay plain text in one conversation."""

    spellings: tuple[str, ...] = ()

    @classmethod
    async def for_values(cls, engine: Engine, *values: Any) -> SpecialTokenEscaper:
        """Look through all strings inside `values` for spelled-out control tokens of this engine's model."""
        found = {
            candidate for text in _strings(values) if "<" in text or "[" in text or "\ue000" in text
            for candidate in _CANDIDATE.findall(text)
        }  # fmt: skip
        own = found & {"\ue000"}
        return cls((*own, *await _controls(engine, sorted(found - own))))

    async def extended_by(self, engine: Engine, text: str) -> SpecialTokenEscaper:
        """Return an escaper for `text` too; what this one has escaped keeps its placeholders."""
        more = (await SpecialTokenEscaper.for_values(engine, text)).spellings
        return SpecialTokenEscaper(tuple(dict.fromkeys((*self.spellings, *more))))

    def escape(self, value: Any, *, spare: Sequence[str] = ()) -> Any:
        """Return `value` with escaped spellings inside its strings replaced by placeholders.

        Those that are part of a text in `spare` are meant as control tokens, and stay.
        """
        placeholders = {
            spelling: f"\ue000{number}\ue001"
            for number, spelling in enumerate(self.spellings)
            if not any(spelling in text for text in spare)
        }
        if not placeholders:
            return value
        return _mapped(value, lambda text: _CANDIDATE.sub(lambda m: placeholders.get(m[0], m[0]), text))

    def defused(self, rendered: str) -> str:
        """Return a rendered text in which escaped spellings are broken by a blank, for what takes no token ids."""
        return _PLACEHOLDER.sub(lambda found: _defused(self.spellings[int(found[1])]), rendered)

    async def prompt(self, engine: Engine, rendered: str) -> str | tuple[int, ...]:
        """Return what to send for a rendered text: itself, or token ids when something is escaped in it."""
        pieces = _PLACEHOLDER.split(rendered) if self.spellings else [rendered]
        if len(pieces) == 1:
            return rendered
        tokens: list[int] = []
        for i, piece in enumerate(pieces):
            if i % 2:
                tokens += await engine.tokenize(self.spellings[int(piece)], special=False)
            elif piece:
                tokens += await engine.tokenize(piece)
        return tuple(tokens)


async def _controls(engine: Engine, candidates: Sequence[str]) -> list[str]:
    """Return those candidates that the model reads as control tokens, halving the list to ask rarely."""
    if not candidates:
        return []
    text = "\n".join(candidates)
    if await engine.tokenize(text) == await engine.tokenize(text, special=False):
        return []
    if len(candidates) == 1:
        return list(candidates)
    middle = len(candidates) // 2
    return await _controls(engine, candidates[:middle]) + await _controls(engine, candidates[middle:])


def _defused(spelling: str) -> str:
    return f"{spelling[0]} {spelling[1:]}" if len(spelling) > 1 else spelling


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in cast("dict[Any, Any]", value).items():
            yield from _strings(key)
            yield from _strings(item)
    elif isinstance(value, list | tuple):
        for item in cast("list[Any]", value):
            yield from _strings(item)


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {_mapped(k, change): _mapped(v, change) for k, v in cast("dict[Any, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [_mapped(item, change) for item in cast("list[Any]", value)]
    return value
