"""What people type, and what is asked for it."""

from __future__ import annotations

import pytest

from earthshine.errors import InvalidRequest
from earthshine.servers.addresses import base_urls


@pytest.mark.parametrize(
    ("given", "first"),
    [
        ("localhost:11434", "http://localhost:11434/v1"),
        (" http://localhost:11434/ ", "http://localhost:11434/v1"),
        ("http://localhost:11434/v1/", "http://localhost:11434/v1"),
        ("http://localhost:11434/api/tags", "http://localhost:11434/v1"),
        ("http://localhost:11434/v1/chat/completions", "http://localhost:11434/v1"),
        ("<https://gpu.example.org/v1/models>", "https://gpu.example.org/v1"),
        ("gpu.example.org", "https://gpu.example.org/v1"),
        ("gpu-box:8000", "http://gpu-box:8000/v1"),
        ("[::1]:8000", "http://[::1]:8000/v1"),
        ("openrouter.ai", "https://openrouter.ai/api/v1"),
        ("https://api.groq.com", "https://api.groq.com/openai/v1"),
        ("https://host.example/paas/v4", "https://host.example/paas/v4"),
        ("https://host.example/v1beta/openai", "https://host.example/v1beta/openai"),
        ("HTTP://Host.example/v1", "HTTP://Host.example/v1"),
    ],
)
def test_the_likeliest_address_is_first(given: str, first: str) -> None:
    assert base_urls(given)[0] == first


def test_a_key_goes_unencrypted_to_no_public_name_that_did_not_ask_for_it() -> None:
    assert all(each.startswith("https://") for each in base_urls("gpu.example.org:8080/x"))
    assert base_urls("http://gpu.example.org")[0].startswith("http://")


@pytest.mark.parametrize("given", ["", "   ", "/", "''", "http://[::1", "[x"])
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        base_urls(given)
    assert caught.value.param == "base_url"
