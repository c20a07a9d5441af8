"""What a `!script` line may say, and how it is found in a message; `engine.py` explains each key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from earthshine.engines.deltas import FinishReason
from earthshine.engines.requests import Message
from earthshine.errors import InvalidRequest

_TOKEN = re.compile(r" ?[!-~]{1,4}|[\s\S]")
_MARK = "!script"
_DIRECTIVE = re.compile(r"!script[ \t]+(.*)$", re.MULTILINE)


class ScriptedCall(BaseModel):
    """One tool call of a script."""

    model_config = ConfigDict(extra="forbid")
    name: str
    arguments: dict[str, Any] | str = {}


class Script(BaseModel):
    """One scripted reply."""

    model_config = ConfigDict(extra="forbid")
    when: str | None = None
    text: str | None = None
    pieces: int | None = Field(default=None, ge=0, le=1_000_000)
    reasoning: str | None = None
    tool_calls: list[ScriptedCall] = []
    tool_call: ScriptedCall | None = None
    finish: FinishReason | None = None
    tokens_per_second: float | None = Field(default=None, gt=0)
    first_token_after: float = Field(default=0, ge=0)
    hang_after: int | None = Field(default=None, ge=0)
    error_after: int | None = Field(default=None, ge=0)
    error_always: bool = False
    error: Literal["engine_failed", "upstream_failed", "rate_limited", "bug"] = "engine_failed"
    cached_tokens: int = Field(default=0, ge=0)
    picks: dict[str, Annotated[float, Field(gt=0, le=1)]] = {}


_SCRIPTS: TypeAdapter[Script | list[Script]] = TypeAdapter(Script | list[Script])


def read_script(text: str, turn: int) -> Script:
    """Return the script in `text` for the reply number `turn`; an empty one where there is none.

    Raises `InvalidRequest` for a line that is not JSON or has an unknown key.
    """
    found = next(_directives(text), None)
    if found is None:
        return Script()
    try:
        scripts = _SCRIPTS.validate_json(found[1])
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in detail["loc"])
        raise InvalidRequest(f"The `!script` line is wrong: {where} {detail['msg']}.", param="messages") from None
    listed = scripts if isinstance(scripts, list) else [scripts]
    if any(each.when for each in listed):
        rest = plain(text)
        return next((each for each in listed if each.when is None or each.when in rest), Script())
    return listed[turn] if turn < len(listed) else Script()


def plain(text: str) -> str:
    """Return `text` without its script."""
    rest: list[str] = []
    end = 0
    for found in _directives(text):
        rest.append(text[end : found.start()])
        end = found.end()
    return "".join([*rest, text[end:]]).strip()


def _directives(text: str) -> Iterator[re.Match[str]]:
    """Yield the lines that steer; where there is no mark, a long text is not looked at line by line."""
    at = text.find(_MARK)
    while at >= 0:
        found = _DIRECTIVE.match(text, at) if at == 0 or text[at - 1] == "\n" else None
        if found:
            yield found
        at = text.find(_MARK, found.end() if found else at + 1)


def last_user(messages: Sequence[Message]) -> tuple[Message, int]:
    """Return the last user message, and how many replies it has had."""
    replies = 0
    for message in reversed(messages):
        if message.get("role") == "user":
            return message, replies
        replies += message.get("role") == "assistant"
    return {"role": "user", "content": ""}, 0


def message_text(message: Message) -> str:
    """Return the text of a message, whether it is one string or parts."""
    content = message.get("content")
    if isinstance(content, list):
        parts = cast("list[dict[str, Any]]", content)
        return "\n".join(str(part.get("text") or part.get("refusal") or "") for part in parts)
    return str(content or "")


def tokens_of(text: str) -> Iterator[str]:
    """Yield the tokens of `text` one by one, as many texts have more of them than are needed."""
    return (found[0] for found in _TOKEN.finditer(text))


def count(text: str) -> int:
    """Count the tokens of `text`."""
    return sum(1 for _ in _TOKEN.finditer(text))


def split(text: str) -> list[str]:
    """Cut `text` into tokens, which join to it again."""
    return _TOKEN.findall(text)
