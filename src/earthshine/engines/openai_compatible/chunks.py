"""An upstream's chunks, in any vendor's dialect, as our deltas: each token is touched once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

import orjson

from earthshine.engines.deltas import (
    ChatEnd,
    Delta,
    FinishReason,
    Reasoning,
    Text,
    TokenLogprob,
    ToolCallStart,
    TopLogprob,
)
from earthshine.engines.estimates import prompt_tokens, written_tokens
from earthshine.engines.openai_compatible.body import CALL, END_THINK, THINK
from earthshine.engines.openai_compatible.errors import failure_in_stream
from earthshine.engines.openai_compatible.tool_calls import CallReader
from earthshine.engines.openai_compatible.usage import read_usage, vendor_usage
from earthshine.engines.openai_compatible.values import (
    VendorFields,
    json_list,
    json_object,
    number,
    parts_of,
    refuse,
    string,
    text_in,
)
from earthshine.engines.requests import ChatRequest
from earthshine.errors import UpstreamBroke, UpstreamFailed

_KNOWN = frozenset(
    ("id", "object", "created", "model", "choices", "usage", "system_fingerprint", "service_tier", "obfuscation")
)
_CHOICE = frozenset(("index", "delta", "message", "finish_reason", "logprobs", "usage", "text"))
_MESSAGE = frozenset(("role", "content", "refusal", "reasoning_content", "reasoning", "tool_calls", "function_call"))
_DONE = b"[DONE]"
_LARGE = 2**20
_MOST_VALUES = 500_000
"""More take too long to read in one go. Vectors are read elsewhere, and may be more."""
_NO_LOGPROB = -9999.0
"""OpenAI's number for a token that is too unlikely to have one, where others send null."""
_REASONS: dict[str, FinishReason] = {
    "stop": "stop",
    "eos": "stop",
    "length": "length",
    "max_tokens": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
}


def decode(data: bytes, *, bounded: bool = True) -> dict[str, Any]:
    """Return the JSON object of one event, `bounded` so that it is read in no time.

    Raises `UpstreamFailed` for anything else, and for an error object.
    """
    return _checked(_load(data, bounded=bounded))


def _load(data: bytes, *, bounded: bool = True) -> Any:
    if bounded and len(data) > _LARGE and data.count(b",") > _MOST_VALUES:
        raise UpstreamFailed("The upstream sent JSON of more values than any reply has.")
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        raise UpstreamFailed("The upstream sent something that is not JSON in the middle of its reply.") from None


def _checked(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UpstreamFailed("The upstream sent JSON that is no chunk of a reply.")
    chunk = cast("dict[str, Any]", value)
    if chunk.get("error") or chunk.get("object") == "error":
        raise failure_in_stream(chunk)
    return chunk


class ChunkReader:
    """Turns the chunks of the reply to `request` into deltas, in order; `finish` tells how it ended."""

    def __init__(self, request: ChatRequest) -> None:
        self._request = request
        self._calls: CallReader | None = None
        self._thinking = False
        self._streams = False
        self._raw: list[str] = []
        self._rest: list[str] = []
        self._reason = ""
        self._usage: Any = None
        self._vendor, self._vendor_choice, self._vendor_message = (
            VendorFields(_KNOWN),
            VendorFields(_CHOICE),
            VendorFields(_MESSAGE),
        )

    def read(self, batch: Sequence[bytes], found: list[Delta]) -> bool:
        """Add the deltas of some events to `found`; returns whether the upstream said that it has ended.

        Raises `UpstreamFailed` for what is not the protocol.
        """
        for data in batch:
            if data == _DONE:
                return True
            chunk = _load(data)
            if not self._thinking and (text := _plain_text(chunk)):
                self._streams = True
                self._raw.append(text)
                found.append(Text(text, text))
                continue
            for each in self._deltas(_checked(chunk)):
                self._raw.append(each.raw)
                found.append(each)
        return False

    def _deltas(self, chunk: dict[str, Any]) -> Iterator[Delta]:
        if usage := chunk.get("usage"):
            self._usage = usage
        if not _KNOWN.issuperset(chunk):
            self._vendor.add(chunk)
        choices = json_list(chunk.get("choices"), "a list of choices")
        if not choices:
            return
        choice = json_object(choices[0], "a choice")
        if not _CHOICE.issuperset(choice):
            self._vendor_choice.add(choice)
        # Moonshot puts the usage into the last choice.
        if usage := choice.get("usage"):
            self._usage = usage
        self._reason = string(choice.get("finish_reason"), "a finish reason") or self._reason
        delta, whole = json_object(choice.get("delta"), "a delta"), False
        if delta:
            self._streams = True
        elif not self._streams:
            # A server that does not stream sends `message`, of the same shape; at a stream's end it repeats all of it.
            delta, whole = json_object(choice.get("message"), "a message"), True
        yield from self._message(delta, choice.get("logprobs"), whole=whole)

    def finish(self, *, done: bool) -> Iterator[Delta]:
        """Return what is left of the reply, and its end; `done` tells that the upstream said so.

        Raises `UpstreamFailed` when the stream just stopped, or the upstream ran out of something.
        """
        if not self._reason and not done:
            raise UpstreamBroke("The upstream's connection broke in the middle of its reply.", retry_after=1)
        if self._reason == "insufficient_system_resource":
            raise UpstreamFailed("The upstream stopped its reply: it is out of capacity. Try again.", retry_after=5)
        reason = _REASONS.get(self._reason, "stop")
        # Some upstreams end a reply with calls as any other.
        if reason == "stop" and self._calls:
            reason = "tool_calls"
        for delta in self._calls.rest() if self._calls is not None else ():
            self._rest.append(delta.raw)
            yield self._marked(delta)
        usage = read_usage(self._usage, prompt=lambda: prompt_tokens(self._request), completion=self._written)
        choice = self._vendor_choice.all()
        # So servers say it that say it at all.
        stop = choice.get("stop_reason")
        yield ChatEnd(
            reason,
            usage,
            self._leave(),
            self._vendor.all(),
            choice,
            self._vendor_message.all(),
            vendor_usage(self._usage),
            stop=stop if stop in self._request.sampling.stop else None,
        )

    def _written(self) -> int:
        """Return about how many tokens were written."""
        length = len("".join([*self._raw, *self._rest]).encode(errors="replace"))
        return written_tokens(len(self._raw), length)

    def _message(self, delta: dict[str, Any], logprobs: Any, *, whole: bool) -> Iterator[Delta]:
        if not _MESSAGE.issuperset(delta):
            _check_known(delta)
            self._vendor_message.add(delta)
        thought = delta.get("reasoning_content") or delta.get("reasoning")
        if thought and (text := text_in(thought, "the reasoning")):
            yield self._reasoning(text)
        tops = _logprobs(logprobs) if logprobs and self._request.sampling.logprobs is not None else ()
        content = delta.get("content")
        for kind, part in parts_of(content) if content else (("text", string(delta.get("refusal"), "a refusal")),):
            if kind == "thought" and part:
                yield self._reasoning(part)
            elif kind == "text" and part:
                yield Text(part, self._leave() + part, tops)
                tops = ()
            elif kind == "other":
                self._vendor_message.put("content_parts", [part])
        calls = json_list(delta.get("tool_calls"), "a list of tool calls")
        if not calls and (first_form := json_object(delta.get("function_call"), "a function call")):
            calls, whole = [{"index": 0, "function": first_form}], False
        if calls and self._calls is None:
            self._calls = CallReader(_call_ids(self._request))
        for call in calls:
            assert self._calls is not None
            for each in self._calls.read(call, whole=whole):
                yield self._marked(each)

    def _reasoning(self, text: str) -> Reasoning:
        raw = text if self._thinking else THINK + text
        self._thinking = True
        return Reasoning(text, raw)

    def _marked(self, delta: Delta) -> Delta:
        """Give the beginning of a call the mark by which what was written is read again."""
        if isinstance(delta, ToolCallStart):
            return ToolCallStart(delta.index, delta.name, delta.id, self._leave() + CALL + delta.raw, delta.type)
        return delta

    def _leave(self) -> str:
        if not self._thinking:
            return ""
        self._thinking = False
        return END_THINK


def _plain_text(chunk: Any) -> str:
    """Return the text of a chunk that has nothing but a piece of text in it, as nearly all do; nothing for others."""
    try:
        (choice,) = chunk["choices"]
        delta = choice["delta"]
        text = delta["content"]
    except (KeyError, TypeError, ValueError):
        return ""
    plain = (
        type(text) is str
        and len(delta) == 1
        and choice.get("finish_reason") is None
        and not (choice.get("logprobs") or choice.get("usage") or chunk.get("usage"))
        and _CHOICE.issuperset(choice)
        and _KNOWN.issuperset(chunk)
        and chunk.get("object") != "error"
    )
    return text if plain else ""


def _call_ids(request: ChatRequest) -> set[str]:
    return {call["id"] for message in request.messages for call in message.get("tool_calls") or () if call.get("id")}


def _check_known(message: dict[str, Any]) -> None:
    """Check the fields of a message that are no vendor's: they are passed on, and clients rely on their types."""
    for annotation in json_list(message.get("annotations"), "a list of annotations"):
        json_object(annotation, "an annotation")
    json_object(message.get("audio"), "an audio")


def _logprobs(logprobs: Any) -> tuple[TokenLogprob, ...]:
    given = json_object(logprobs, "log probabilities")
    if "content" not in given and "tokens" in given:
        return read_parallel_logprobs(given)
    return tuple(
        TokenLogprob(
            *_chance(entry),
            tuple(TopLogprob(*_chance(top), _data(top)) for top in json_list(entry.get("top_logprobs"), _P)),
            _data(entry),
        )
        for entry in (json_object(each, _P) for each in json_list(given.get("content"), _P))
    )


_P = "log probabilities"


def _chance(entry: Any) -> tuple[str, float]:
    given = json_object(entry, _P)
    if not isinstance(given.get("token"), str):
        refuse(_P)
    return given["token"], _NO_LOGPROB if given.get("logprob") is None else number(given["logprob"], _P)


def _data(entry: Any) -> bytes | None:
    """Return the bytes that an upstream gives of a token; its text may have lost them."""
    try:
        return bytes(json_list(json_object(entry, _P).get("bytes"), _P)) or None
    except (TypeError, ValueError):
        refuse(_P)


def read_parallel_logprobs(logprobs: Any) -> tuple[TokenLogprob, ...]:
    """Read the older endpoint's log probabilities: parallel lists instead of objects."""
    given = json_object(logprobs, _P)
    tops = json_list(given.get("top_logprobs"), _P)
    entries = zip(json_list(given.get("tokens"), _P), json_list(given.get("token_logprobs"), _P), strict=False)
    return tuple(
        TokenLogprob(
            string(token, _P),
            0.0 if logprob is None else number(logprob, _P),
            tuple(
                TopLogprob(rival, _NO_LOGPROB if chance is None else number(chance, _P))
                for rival, chance in json_object(tops[i] if i < len(tops) else None, _P).items()
            ),
        )
        for i, (token, logprob) in enumerate(entries)
    )
