"""What names and entries tell, and what hostile entries do not."""

from __future__ import annotations

from typing import Any

import pytest

from earthshine.servers.facts import guess, read_entry
from earthshine.servers.names import suggest


@pytest.mark.parametrize(
    ("name", "has", "lacks"),
    [
        ("gpt-4o", {"chat", "vision", "tools"}, {"embedding"}),
        ("qwen2.5vl:7b", {"chat", "vision"}, set()),
        ("Qwen/Qwen3-VL-8B", {"vision"}, set()),
        ("gemma3:1b", {"chat"}, {"vision"}),
        ("gemma3:4b", {"vision"}, {"tools"}),
        ("text-embedding-3-small", {"embedding"}, {"chat"}),
        ("BAAI/bge-m3", {"embedding"}, {"chat"}),
        ("mistral-large-latest", {"chat", "tools"}, {"vision"}),
    ],
)
def test_names_tell(name: str, has: set[str], lacks: set[str]) -> None:
    able = guess(name)
    assert has <= able.keys()
    assert not lacks & able.keys()
    assert set(able.values()) == {"guessed"}


@pytest.mark.parametrize("name", ["whisper-1", "dall-e-3", "tts-1", "omni-moderation-latest", "gpt-4o-transcribe"])
def test_what_does_not_chat_is_offered_for_nothing(name: str) -> None:
    assert guess(name) == {}


HOSTILE: list[dict[str, Any]] = [
    {},
    {"id": 5},
    {"id": ""},
    {"id": "x" * 300},
    {"id": "a\nb"},
    {"id": None, "name": []},
]


@pytest.mark.parametrize("entry", HOSTILE)
def test_an_entry_without_a_usable_name_is_left_out(entry: dict[str, Any]) -> None:
    assert read_entry(entry, None) is None


@pytest.mark.parametrize("context", [-1, 0, True, "8192", None, [], {}, 1e400, float("nan"), 2**40])
def test_a_context_that_is_none_is_unknown(context: Any) -> None:
    found = read_entry({"id": "m", "max_model_len": context, "capabilities": context, "pricing": context}, None)
    assert found is not None
    assert (found.context_length, found.context_sure) == (0, "unknown")


def test_names_are_short_and_none_comes_twice() -> None:
    targets = ["llama3.2:latest", "llama3.2", "default", "models/gemini-2.5-pro", "taken", "taken:latest"]
    names = suggest(targets, {"taken"})
    assert names[0] == "llama3.2"
    assert names[3] == "gemini-2.5-pro"
    assert len({*names, "taken", "default"}) == len(names) + 2
