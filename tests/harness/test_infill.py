"""Filling in between two texts: by the tokens of the model's family, with clients' own marks as plain text."""

from __future__ import annotations

from typing import Any

import pytest

from earthshine.engines.deltas import Piece
from earthshine.engines.interleave import flat
from earthshine.engines.requests import CompletionRequest
from earthshine.errors import UnsupportedParameter
from tests.harness.fake_engine import FakeEngine, harnessed

STARCODER = {"<fim_prefix>": 900_001, "<fim_suffix>": 900_002, "<fim_middle>": 900_003}


class Coder(FakeEngine):
    """Knows the tokens of one family."""

    async def tokenize(self, text: str, *, special: bool = True) -> list[int]:
        if special and text in STARCODER:
            return [STARCODER[text]]
        return await super().tokenize(text, special=special)


async def test_the_prompt_has_both_texts_between_the_marks() -> None:
    engine = Coder(" + ")
    asked = CompletionRequest("a<fim_middle>", suffix="b")
    pieces: list[Any] = [each async for each in flat(harnessed(engine).complete(asked))]
    assert "".join(piece.text for piece in pieces if isinstance(piece, Piece)) == " + "
    text = [ord(char) for char in "a<fim_middle>"]
    assert engine.requests[0].prompt == (900_001, *text, 900_002, ord("b"), 900_003)
    assert engine.closed == 1


async def test_a_model_without_such_tokens_refuses_by_name() -> None:
    with pytest.raises(UnsupportedParameter, match="fake was not trained to fill in") as refused:
        _ = [each async for each in harnessed(FakeEngine()).complete(CompletionRequest("a", suffix="b"))]
    assert refused.value.param == "suffix"
