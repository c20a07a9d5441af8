"""Filling in: a model that was trained for it writes what stands between two texts, told apart by tokens of its own."""

from __future__ import annotations

from dataclasses import replace

from earthshine.engines.base import Engine
from earthshine.engines.requests import CompletionRequest
from earthshine.errors import UnsupportedParameter

_MARKS = (
    ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"),
    ("<fim_prefix>", "<fim_suffix>", "<fim_middle>"),
    ("<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"),
)
"""What stands before the first text, before the second, and before what is to be written, by family: Qwen's coders and
CodeGemma; StarCoder and Granite; DeepSeek's coders. Source: their makers' model cards."""


async def infilled(name: str, engine: Engine, request: CompletionRequest) -> CompletionRequest:
    """Return the completion by which the model `name` fills in before `suffix`.

    Raises `UnsupportedParameter` for a model that has no tokens for it.
    """
    for marks in _MARKS:
        ids = [await engine.tokenize(mark) for mark in marks]
        if all(len(each) == 1 for each in ids):
            break
    else:
        raise UnsupportedParameter(
            f"{name} was not trained to fill in between two texts. Leave out `suffix`, or choose a model for code.",
            param="suffix",
        )
    prompt = request.plain
    # The marks in a client's own text are text.
    before = list(prompt) if isinstance(prompt, tuple) else await engine.tokenize(prompt, special=False)
    after = await engine.tokenize(request.suffix, special=False)
    begin, between, write = (each[0] for each in ids)
    return replace(request, prompt=(begin, *before, between, *after, write), suffix="")
