"""One completion in the engine's words: the request's fields, checked, and what its events mean."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from earthshine.engines.base import CompletionEnd, Piece, Sampling, TokenLogprob, TopLogprob, Usage
from earthshine.errors import InvalidRequest

_RANDOM_SEED = 2**32 - 1
MOST_LOGPROBS = 100
PENALISED = 256
"""Tokens that penalties look back over. The API means the whole reply; the engine would also count the prompt's tokens,
and by itself looks at 64, in which a passage that comes again and again is too few times."""
CACHED = "timings/cache_n"
"""The last event's count of prompt tokens that were not computed again."""
_END_FIELDS = ["stop", "stop_type", "stopping_word", "tokens_predicted", CACHED]
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
    if sampling.presence_penalty or sampling.frequency_penalty:
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
        fields["n_probs"] = max(sampling.logprobs, 1)
    if sampling.ignore_eos:
        fields["ignore_eos"] = True
    return fields


def completion_fields(tokens: Sequence[int], most: int, slot: int, lora: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the fields of every streamed completion: `most` tokens after `tokens`, in `slot`."""
    fields: dict[str, Any] = {
        "prompt": tokens,
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


def piece_of(event: dict[str, Any], tokens: int, logprobs: int | None) -> Piece:
    """Return what an event says; `tokens` are those it covers.

    The engine holds back text that may begin a stop string or is half a character, and shows it with a later token;
    it gives log probabilities for that last token only.
    """
    if logprobs is None:
        return Piece(event["content"], (), tokens)
    found = tuple(_logprob(item, logprobs) for item in event.get("completion_probabilities", ()))
    return Piece(event["content"], found, tokens)


def end_of(event: dict[str, Any], usage: Usage) -> CompletionEnd:
    """Return how a completion ended."""
    if event["stop_type"] == "word":
        return CompletionEnd("stop", usage, event["stopping_word"])
    return CompletionEnd("length" if event["stop_type"] == "limit" else "stop", usage)


def _logprob(item: dict[str, Any], rivals: int) -> TokenLogprob:
    top = tuple(TopLogprob(rival["token"], rival["logprob"]) for rival in item["top_logprobs"][:rivals])
    return TokenLogprob(item["token"], item["logprob"], top)


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
