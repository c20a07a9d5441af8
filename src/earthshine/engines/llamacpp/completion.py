"""One completion in the engine's words: the request's fields, checked, and what its events mean."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import orjson

from earthshine.engines.deltas import CompletionEnd, Piece, TokenLogprob, TopLogprob, Usage
from earthshine.engines.requests import Sampling
from earthshine.errors import EngineFailed, InvalidRequest

_RANDOM_SEED = 2**32 - 1
MOST_LOGPROBS = 100
_MOST_PENALTY = 10
_LIKELIEST = 20
"""Candidates that the engine is asked for: among them the chosen one says which bytes are its own."""
PENALISED = 256
"""Tokens that penalties look back over. The API means the whole reply; the engine would also count the prompt's tokens,
and by itself looks at 64, in which a passage that comes again and again is too few times."""
CACHED = "timings/cache_n"
"""The last event's count of prompt tokens that were not computed again."""
_READ = "tokens_evaluated"
"""The last event's count of prompt tokens."""
_END_FIELDS = ["stop", "stop_type", "stopping_word", "tokens_predicted", _READ, CACHED]
"""All that we read of the last event; without this list it repeats the whole prompt."""


def sampling_fields(sampling: Sampling, vocabulary: int) -> dict[str, Any]:
    """Return the engine's fields for `sampling`.

    The engine itself checks little: it takes a negative temperature or an unknown token without a word.

    Raises:
        InvalidRequest: a value is out of its range; the message names it.
    """
    fields: dict[str, Any] = {}
    _put(fields, "temperature", sampling.temperature, 0, math.inf)
    _put(fields, "top_p", sampling.top_p, 0, 1)
    _put(fields, "top_k", sampling.top_k, 0, 2**31 - 1)
    _put(fields, "min_p", sampling.min_p, 0, 1)
    _put(fields, "presence_penalty", sampling.presence_penalty, -2, 2)
    _put(fields, "frequency_penalty", sampling.frequency_penalty, -2, 2)
    if sampling.repetition_penalty is not None:
        if not 0 < sampling.repetition_penalty <= _MOST_PENALTY:
            raise InvalidRequest(
                f"repetition_penalty must be over 0, up to {_MOST_PENALTY}.", param="repetition_penalty"
            )
        fields["repeat_penalty"] = sampling.repetition_penalty
    if sampling.presence_penalty or sampling.frequency_penalty or sampling.repetition_penalty not in (None, 1):
        fields["repeat_last_n"] = PENALISED
    if sampling.seed is not None:
        fields["seed"] = sampling.seed % _RANDOM_SEED  # the largest means "random" to the engine
    if sampling.logit_bias:
        fields["logit_bias"] = [list(item) for item in _checked_bias(sampling.logit_bias, vocabulary)]
    if sampling.stop:
        if not all(sampling.stop):
            raise InvalidRequest("A stop string must not be empty.", param="stop")
        fields["stop"] = list(sampling.stop)
    if sampling.logprobs is not None:
        if not 0 <= sampling.logprobs <= MOST_LOGPROBS:
            raise InvalidRequest(f"logprobs must lie between 0 and {MOST_LOGPROBS}.", param="logprobs")
        fields["n_probs"] = max(sampling.logprobs, _LIKELIEST)
    if sampling.ignore_eos:
        fields["ignore_eos"] = True
    return fields


def completion_fields(
    prompt: Sequence[int] | dict[str, Any], most: int, slot: int, lora: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the fields of every streamed completion: `most` tokens after `prompt`, in `slot`."""
    fields: dict[str, Any] = {
        "prompt": prompt,
        "n_predict": most,
        "id_slot": slot,
        "cache_prompt": True,
        "stream": True,
        # Progress is written at every step of a prompt, and the failing write tells the engine that nobody reads.
        "return_progress": True,
        "response_fields": _END_FIELDS,
    }
    if lora:
        fields["lora"] = lora
    return fields


class EventReader:
    """Turns the events of one completion into pieces, and its end."""

    def __init__(self, prompt: int, cached: int | None, logprobs: int | None) -> None:
        """The prompt has `prompt` tokens, of which `cached` were not computed; None when the last event tells."""
        self.end: CompletionEnd | None = None
        """How it ended, once it has."""
        self._prompt = prompt
        self._cached = cached
        self._logprobs = logprobs
        self._count = 0
        self._tokens: list[int] = []
        self._held: list[dict[str, Any]] = []
        self._error: str | None = None

    def read(self, batch: Sequence[bytes]) -> list[Piece]:
        """Return the pieces of the events that arrived together."""
        pieces: list[Piece] = []
        for data in batch:
            event: dict[str, Any] = orjson.loads(data)
            if "stop_type" in event:
                self.end = self._end(event)
            elif "error" in event:
                self._error = str(event["error"].get("message", ""))
            elif "prompt_progress" not in event:
                self._piece(event, pieces)
        return pieces

    def written(self) -> list[int]:
        """Return the tokens of the pieces since the last call."""
        tokens, self._tokens = self._tokens, []
        return tokens

    def check(self) -> None:
        """Raise `EngineFailed` if the engine said that something broke."""
        if self._error is not None:
            raise EngineFailed(f"The engine failed: {self._error[:500]}")

    def _piece(self, event: dict[str, Any], pieces: list[Piece]) -> None:
        """Add what an event says.

        The engine holds back text that may begin a stop string; the log probabilities of such tokens come with events
        that have no text. It also holds back the tokens of half a character, and tells only how many they are.
        """
        text: str = event["content"]
        if not text:
            if self._logprobs is not None:
                self._held.append(event)
            return
        count, self._count = event["tokens_predicted"] - self._count, event["tokens_predicted"]
        self._tokens += event["tokens"]
        entries: tuple[TokenLogprob, ...] = ()
        if self._logprobs is not None:
            items = [item for each in (*self._held, event) for item in each.get("completion_probabilities", ())]
            entries = _entries(items, text.encode(), self._logprobs)
            self._held.clear()
        pieces.append(Piece(text, entries, count))

    def _end(self, event: dict[str, Any]) -> CompletionEnd:
        cached = event[CACHED] if self._cached is None else self._cached
        usage = Usage(event.get(_READ, self._prompt), cached, event["tokens_predicted"])
        if event["stop_type"] == "word":
            return CompletionEnd("stop", usage, event["stopping_word"])
        return CompletionEnd("length" if event["stop_type"] == "limit" else "stop", usage)


def _entries(items: Sequence[dict[str, Any]], text: bytes, rivals: int) -> tuple[TokenLogprob, ...]:
    """Return an entry for each token of a text.

    A token that ends a character stands for the whole of it, and so do its rivals: what the tokens before it wrote of
    the character is put in front of all of them.
    """
    entries: list[TokenLogprob] = []
    for index, item in enumerate(items):
        own = _own_bytes(item)
        whole = text if index == len(items) - 1 else own if own and text.startswith(own) else b""
        text = text[len(whole) :]
        before = whole[: len(whole) - len(own)] if own and whole.endswith(own) else b""
        top = tuple(
            TopLogprob(*_shown(before + bytes(rival["bytes"]), rival["logprob"]))
            for rival in item["top_logprobs"][:rivals]
        )
        token, logprob, data = _shown(whole, item["logprob"])
        entries.append(TokenLogprob(token, logprob, top, data))
    return tuple(entry for entry in entries if entry.data or len(entries) == 1)


def _own_bytes(item: dict[str, Any]) -> bytes | None:
    """Return the bytes of the chosen token alone; None when it is not among the likeliest."""
    return next((bytes(rival["bytes"]) for rival in item["top_logprobs"] if rival["id"] == item["id"]), None)


def _shown(data: bytes, logprob: float) -> tuple[str, float, bytes]:
    """Return a token's text, with the bytes of a part of a character written out."""
    return data.decode("utf-8", "backslashreplace"), logprob, data


def _put(fields: dict[str, Any], name: str, value: float | None, least: float, most: float) -> None:
    if value is None:
        return
    if not least <= value <= most or value == math.inf:
        bound = f"between {least} and {most}" if most < math.inf else f"at least {least}"
        raise InvalidRequest(f"{name} must be {bound}.", param=name)
    fields[name] = value


def _checked_bias(bias: dict[int, float], vocabulary: int) -> list[tuple[int, float | bool]]:
    for token, value in bias.items():
        if not 0 <= token < vocabulary:
            raise InvalidRequest(
                f"Token {token} is not in this model's vocabulary of {vocabulary}.", param="logit_bias"
            )
        if not -100 <= value <= 100:
            raise InvalidRequest("A logit bias must lie between -100 and 100.", param="logit_bias")
    # False forbids the token altogether, which is what -100 promises.
    return [(token, False if value == -100 else value) for token, value in bias.items()]
