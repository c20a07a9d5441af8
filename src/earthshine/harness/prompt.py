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

_CANDIDATE = re.compile(r"<[^<>\n]{1,60}>|\[[^\[\]\n]{1,60}\]|\ue000\d+\ue001")
"""The shapes that control tokens have in every known vocabulary, and our own placeholders."""
_PLACEHOLDER = re.compile(r"\ue000(\d+)\ue001")


@dataclass(frozen=True, slots=True)
class Guard:
    """Spellings that must stay plain text in one conversation."""

    spellings: tuple[str, ...] = ()

    @classmethod
    async def over(cls, engine: Engine, *values: Any) -> Guard:
        """Look through all strings inside `values` for spelled-out control tokens of this engine's model."""
        found = {
            candidate for text in _strings(values) if "<" in text or "[" in text or "\ue000" in text
            for candidate in _CANDIDATE.findall(text)
        }  # fmt: skip
        own = {c for c in found if _PLACEHOLDER.fullmatch(c)}
        return cls(tuple(sorted(own) + await _controls(engine, sorted(found - own))))

    async def also_over(self, engine: Engine, text: str) -> Guard:
        """Return a guard that covers `text` too; what this one has hidden keeps its placeholders."""
        more = (await Guard.over(engine, text)).spellings
        return Guard((*self.spellings, *(s for s in more if s not in self.spellings)))

    def hide(self, value: Any, *, spare: Sequence[str] = ()) -> Any:
        """Return `value` with guarded spellings inside its strings replaced by placeholders.

        Those that are part of a text in `spare` are meant as control tokens, and stay.
        """
        spellings = [s for s in self.spellings if not any(s in text for text in spare)]
        if not spellings:
            return value
        pattern = re.compile("|".join(re.escape(s) for s in spellings))
        return _mapped(value, lambda text: pattern.sub(lambda m: f"\ue000{self.spellings.index(m[0])}\ue001", text))

    async def prompt(self, engine: Engine, rendered: str) -> str | tuple[int, ...]:
        """Return what to send for a rendered text: itself, or token ids when something is hidden in it."""
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
