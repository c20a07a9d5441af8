"""Documents in the order of how well they answer, as clients of Cohere and Jina ask for it."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.server_process import ServerProcess

PICKS = f"moon\n!script {json.dumps({'picks': {'yes': 0.8, 'no': 0.2}})}"
"""A query by which the scripted model finds everything fitting."""


def rank(server: ServerProcess, path: str = "/v1/rerank", **fields: Any) -> httpx.Response:
    body = {"model": "scripted", "query": PICKS, "documents": ["one", "two", "three"], **fields}
    return httpx.post(server.url + path, json=body, headers={"authorization": f"Bearer {server.key}"})


@pytest.mark.parametrize(("path", "version"), [("/v1/rerank", "1"), ("/v2/rerank", "2"), ("/rerank", "1")])
def test_a_chat_model_is_asked_about_each(scripted_server: ServerProcess, path: str, version: str) -> None:
    made = rank(scripted_server, path).json()
    assert [each["index"] for each in made["results"]] == [0, 1, 2]
    assert [round(each["relevance_score"], 6) for each in made["results"]] == [0.8] * 3
    assert not any("document" in each for each in made["results"])
    assert made["meta"]["api_version"] == {"version": version}
    assert made["meta"]["tokens"]["input_tokens"] == made["usage"]["prompt_tokens"] > 0
    assert (made["model"], made["earthshine"]) == ("scripted", {"judged_by": "decisions"})


def test_only_the_best_with_their_documents(scripted_server: ServerProcess) -> None:
    documents = [{"text": "one"}, "two"]
    reply = rank(scripted_server, documents=documents, top_n=1, return_documents=True, max_tokens_per_doc=512)
    assert reply.headers["x-earthshine-ignored"] == "max_tokens_per_doc"
    assert [each["document"] for each in reply.json()["results"]] == [{"text": "one"}]


@pytest.mark.parametrize(
    ("fields", "status", "param"),
    [
        ({"documents": []}, 400, "documents"),
        ({"documents": ["x"] * 1001}, 400, "documents"),
        ({"documents": ["x"] * 21}, 400, "documents"),
        ({"documents": [""]}, 400, "documents"),
        ({"documents": [{"title": "x"}]}, 400, "documents"),
        ({"query": ""}, 400, "query"),
        ({"top_n": 0}, 400, "top_n"),
        ({"model": "nobody"}, 404, "model"),
        ({"rank_fields": ["a"]}, 400, "rank_fields"),
    ],
)
def test_what_cannot_be_ranked_is_named(
    scripted_server: ServerProcess, fields: dict[str, Any], status: int, param: str
) -> None:
    reply = rank(scripted_server, **fields)
    assert (reply.status_code, reply.json()["error"]["param"]) == (status, param)
