"""An upstream's replies to the two endpoints without messages: raw completions and embeddings."""

from __future__ import annotations

import base64
import binascii
import math
from array import array
from collections.abc import Iterator, Sequence
from sys import byteorder
from typing import Any

from earthshine.engines.deltas import CompletionEnd, Embeddings, Piece
from earthshine.engines.estimates import inputs_tokens, written_tokens
from earthshine.engines.openai_compatible.chunks import decode, read_parallel_logprobs
from earthshine.engines.openai_compatible.usage import read_usage
from earthshine.engines.openai_compatible.values import json_list, json_object, string
from earthshine.engines.requests import CompletionRequest
from earthshine.errors import UpstreamFailed

_NONE = UpstreamFailed("The upstream's reply holds no embeddings.")


class TextReader:
    """Turns the chunks of one raw completion into pieces."""

    def __init__(self, request: CompletionRequest) -> None:
        self._request = request
        self._usage: Any = None
        self._reason = ""
        self._pieces = self._bytes = 0

    def read(self, data: bytes) -> Iterator[Piece]:
        """Return the pieces of one event. Raises `UpstreamFailed` for what is not the protocol."""
        chunk = decode(data)
        if usage := chunk.get("usage"):
            self._usage = usage
        for each in json_list(chunk.get("choices"), "a list of choices"):
            choice = json_object(each, "a choice")
            self._reason = string(choice.get("finish_reason"), "a finish reason") or self._reason
            if text := string(choice.get("text"), "a text"):
                asked = choice.get("logprobs") and self._request.sampling.logprobs is not None
                self._pieces += 1
                self._bytes += len(text.encode())
                yield Piece(text, read_parallel_logprobs(choice["logprobs"]) if asked else ())

    def end(self, *, done: bool) -> CompletionEnd:
        """Return how it ended; `done` tells that the upstream said so. Raises `UpstreamFailed` when it just stopped."""
        if not self._reason and not done:
            raise UpstreamFailed("The upstream's connection broke in the middle of its reply.", retry_after=1)
        usage = read_usage(
            self._usage,
            prompt=lambda: inputs_tokens([self._request.plain]),
            completion=lambda: written_tokens(self._pieces, self._bytes),
        )
        return CompletionEnd("length" if self._reason in ("length", "max_tokens") else "stop", usage)


def read_embeddings(raw: bytes, inputs: Sequence[str | Sequence[int]]) -> Embeddings:
    """Return the vectors of a reply in the order of the inputs, scaled to length 1 where they are not."""
    value = decode(raw, bounded=False)
    data = [json_object(each, "an embedding") for each in json_list(value.get("data"), "a list of embeddings")]
    if len(data) != len(inputs):
        raise UpstreamFailed(f"The upstream sent {len(data)} vectors for {len(inputs)} inputs.")
    places = [item.get("index") for item in data]
    if any(place is not None for place in places):
        if sorted(place if type(place) is int else -1 for place in places) != list(range(len(data))):
            raise UpstreamFailed("The upstream numbered its vectors wrongly.")
        data.sort(key=lambda item: item["index"])
    vectors = [_unit(_numbers(item.get("embedding"))) for item in data]
    if len({len(vector) for vector in vectors}) > 1:
        raise UpstreamFailed("The upstream sent vectors of different lengths.")
    usage = read_usage(value.get("usage"), prompt=lambda: inputs_tokens(inputs), completion=lambda: 0)
    return Embeddings(vectors, usage.prompt_tokens, estimated=usage.estimated)


def _numbers(embedding: Any) -> list[float]:
    """Return the numbers of a vector, which some upstreams pack although they were not asked to."""
    if isinstance(embedding, str):
        try:
            packed = array("f", base64.b64decode(embedding, validate=True))
        except (binascii.Error, ValueError) as error:
            raise _NONE from error
        if byteorder == "big":
            packed.byteswap()
        embedding = packed.tolist()
    numbers = json_list(embedding, "a vector")
    if not numbers or not all(type(each) in (int, float) and math.isfinite(each) for each in numbers):
        raise _NONE
    return [float(each) for each in numbers]


def _unit(vector: list[float]) -> list[float]:
    length = math.hypot(*vector)
    if length == 0 or abs(length - 1) < 1e-3:
        return vector
    if not math.isfinite(length):
        raise _NONE
    return [value / length for value in vector]
