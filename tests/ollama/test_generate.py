"""Continuations and vectors by the official client."""

from __future__ import annotations

import json

import pytest

from ollama import ResponseError
from tests.ollama.conftest import StrictClient

SCRIPT = f"!script {json.dumps({'reasoning': 'hm', 'text': 'one two three'})}"


def test_a_prompt_with_a_system_message(ollama: StrictClient) -> None:
    whole = ollama.generate("scripted", SCRIPT, system="Be brief.")
    assert (whole.response, whole.thinking, whole.done_reason) == ("one two three", "hm", "stop")
    *pieces, last = list(ollama.generate("scripted", SCRIPT, stream=True))
    assert "".join(piece.response or "" for piece in pieces) == whole.response
    assert last.context is not None


def test_context_carries_the_conversation(ollama: StrictClient) -> None:
    first = ollama.generate("scripted", "one two")
    alone, second = ollama.generate("scripted", "three"), ollama.generate("scripted", "three", context=first.context)
    told = (alone.prompt_eval_count or 0) + (first.prompt_eval_count or 0) + (first.eval_count or 0)
    assert second.prompt_eval_count == told, "the prompt has the first turn in it, word by word"
    with pytest.raises(ResponseError, match="`context` is not one"):
        ollama.generate("scripted", "three", context=[1, 2, 3])


def test_raw_text_goes_on_as_it_is(ollama: StrictClient) -> None:
    raw = ollama.generate("scripted", "one two three four", raw=True, options={"num_predict": 2})
    assert (raw.done_reason, raw.eval_count, raw.context) == ("length", 2, None)
    pieces = list(ollama.generate("scripted", "one two three four", raw=True, stream=True))
    assert "".join(piece.response or "" for piece in pieces) == "one two three four"
    with pytest.raises(ResponseError, match="`system` does not go with `raw`"):
        ollama.generate("scripted", "one", raw=True, system="Be brief.")


def test_what_changes_nothing_is_named(ollama: StrictClient) -> None:
    ollama.generate("scripted", "x", template="{{ .Prompt }}", keep_alive=3600.0)
    assert ollama.ignored == "keep_alive, template"


def test_without_a_prompt_the_model_is_loaded_or_unloaded(ollama: StrictClient) -> None:
    loaded = ollama.generate("scripted", keep_alive="10m")
    assert (loaded.done_reason, loaded.response) == ("load", "")
    assert [model.model for model in ollama.ps().models] == ["scripted:latest"]
    assert ollama.chat("scripted", keep_alive=0).done_reason == "unload"
    assert ollama.ps().models == []


def test_vectors(ollama: StrictClient) -> None:
    made = ollama.embed("scripted", ["the sea", "the law"], dimensions=16)
    assert [len(vector) for vector in made.embeddings] == [16, 16]
    assert made.prompt_eval_count == 4
    assert (made.total_duration or 0) > 0
    assert ollama.embeddings("scripted", "the sea").embedding == ollama.embed("scripted", "the sea").embeddings[0]
    with pytest.raises(ResponseError, match="empty"):
        ollama.embed("scripted", "")
