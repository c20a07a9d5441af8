"""The objects of a reply: pieces, and the last one with what was counted and measured."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Literal

from earthshine.engines.deltas import TokenLogprob, Usage
from earthshine.ollama.dialect import timestamp
from earthshine.ollama.messages import Json, read_arguments


class Lines:
    """Makes the objects of one reply, and takes its times."""

    def __init__(self, model: str, kind: Literal["message", "response"]) -> None:
        """`model` as the client named it; `kind` is what text stands in: a chat's message, or a response alone."""
        self._model = model
        self._kind = kind
        self._asked = time.perf_counter_ns()
        self._ready = self._first = 0

    def ready(self) -> None:
        """Note that the model is loaded and asked."""
        self._ready = time.perf_counter_ns()

    def wrote(self) -> None:
        """Note that something was written; the first time counts."""
        self._first = self._first or time.perf_counter_ns()

    def piece(
        self,
        text: str,
        *,
        thinking: str = "",
        calls: Sequence[Json] = (),
        logprobs: Sequence[TokenLogprob] = (),
    ) -> Json:
        """Return the object of some of a reply, or of a whole one. `calls` are in OpenAI's shape."""
        said: Json = {"thinking": thinking} if thinking else {}
        if calls:
            said["tool_calls"] = [_call(index, call) for index, call in enumerate(calls)]
        made: Json = {"model": self._model, "created_at": timestamp(time.time())}
        if self._kind == "message":
            made["message"] = {"role": "assistant", "content": text, **said}
        else:
            made |= {"response": text, **said}
        if logprobs:
            made["logprobs"] = [
                _logprob(one) | {"top_logprobs": [_logprob(top) for top in one.top]} for one in logprobs
            ]
        return made | {"done": False}

    def end(self, usage: Usage, reason: str) -> Json:
        """Return what the last object says besides. Times are nanoseconds, and include what was waited for."""
        now = time.perf_counter_ns()
        first = self._first or now
        return {
            "done": True,
            "done_reason": "length" if reason == "length" else "stop",
            "total_duration": now - self._asked,
            "load_duration": self._ready - self._asked,
            "prompt_eval_count": usage.prompt_tokens,
            "prompt_eval_duration": first - self._ready,
            "eval_count": usage.completion_tokens,
            "eval_duration": now - first,
        }


def _call(index: int, call: Json) -> Json:
    function = call["function"]
    arguments = read_arguments(function["arguments"])
    return {"id": call["id"], "function": {"index": index, "name": function["name"], "arguments": arguments}}


def _logprob(one: Any) -> Json:
    return {"token": one.token, "logprob": one.logprob, "bytes": one.bytes}
