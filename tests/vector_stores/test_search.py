"""Searching vector stores by the API: filters, weights, queries in other words, and the calls about an index."""

from __future__ import annotations

import time
from typing import Any

import httpx2
from openai import OpenAI

from tests.patience import PATIENCE
from tests.responses.clients import script
from tests.vector_stores.clients import MOON, make, post, ready, send


def test_filters_and_thresholds_choose(sdk: OpenAI) -> None:
    store = sdk.vector_stores.create(name="x").id
    files = [send(sdk, f"The moon, number {number}.") for number in range(4)]
    for number, file in enumerate(files):
        attributes = {"number": number, "even": number % 2 == 0}
        sdk.vector_stores.files.create(store, file_id=file, attributes=attributes)
    ready(sdk, store)

    def found(filters: Any) -> set[int]:
        results = sdk.vector_stores.search(store, query="moon", filters=filters).data
        return {files.index(each.file_id) for each in results}

    assert found({"type": "eq", "key": "even", "value": True}) == {0, 2}
    assert found({"type": "gt", "key": "number", "value": 1}) == {2, 3}
    both = [{"type": "eq", "key": "even", "value": False}, {"type": "in", "key": "number", "value": [0, 3]}]
    assert found({"type": "and", "filters": both}) == {3}
    assert found({"type": "or", "filters": both}) == {0, 1, 3}
    assert found({"type": "nin", "key": "number", "value": [0, 1, 2, 3]}) == set()
    sdk.vector_stores.files.update(files[0], vector_store_id=store, attributes={"even": False})
    assert found({"type": "eq", "key": "even", "value": True}) == {2}
    ranked = sdk.vector_stores.search(store, query="moon number 3", ranking_options={"ranker": "none"}).data
    assert [each.score for each in ranked] == sorted((each.score for each in ranked), reverse=True)
    least = ranked[0].score
    some = sdk.vector_stores.search(store, query="moon number 3", ranking_options={"score_threshold": least}).data
    assert 1 <= len(some) <= len(ranked) and all(each.score >= least for each in some)


def test_weights_choose_between_words_and_meaning(sdk: OpenAI) -> None:
    store = make(sdk, send(sdk, "The moon."), send(sdk, "The sun and the sea, the land and the sky."))
    found = {
        (text, embedding): [
            each["content"][0]["text"]
            for each in post(
                sdk,
                f"/{store}/search",
                {
                    "query": "moon",
                    "ranking_options": {"hybrid_search": {"embedding_weight": embedding, "text_weight": text}},
                },
            ).json()["data"]
        ]
        for text, embedding in ((1, 0), (0, 1))
    }
    assert found[1, 0] == ["The moon."]
    assert len(found[0, 1]) == 2


def test_a_query_is_rewritten_and_both_are_looked_for(sdk: OpenAI) -> None:
    store = make(sdk, send(sdk, MOON))
    query = "I would like to know what is about the feline.\n" + script(text='Query: "cat mat"')
    found = post(sdk, f"/{store}/search", {"query": query, "rewrite_query": True}).json()
    assert found["search_query"] == ["cat mat", query]
    assert found["searched_by"] == "meaning and words"
    assert "cat" in found["data"][0]["content"][0]["text"]
    # A model that writes nothing sensible changes nothing.
    empty = f"feline\n{script(text='...')}"
    assert post(sdk, f"/{store}/search", {"query": empty, "rewrite_query": True}).json()["search_query"] == [empty]
    broken = f"feline\n{script(error_after=0)}"
    reply = post(sdk, f"/{store}/search", {"query": broken, "rewrite_query": True})
    assert (reply.status_code, reply.json()["search_query"]) == (200, [broken])


def test_an_index_is_made_anew_when_asked(sdk: OpenAI) -> None:
    store = make(sdk, send(sdk))
    assert sdk.vector_stores.search(store, query="cat").data
    address = f"{str(sdk.base_url).rstrip('/')[:-3]}/earthshine/v1/vector_stores"
    headers = {"authorization": f"Bearer {sdk.api_key}"}

    def index(method: str, store_id: str) -> Any:
        return httpx2.request(method, f"{address}/{store_id}/index", headers=headers)

    before = index("GET", store).json()
    assert (before["object"], before["status"]) == ("vector_store.index", "completed")
    begun = index("POST", store).json()
    assert (begun["status"], begun["change"]) == ("in_progress", 0)
    deadline = time.monotonic() + PATIENCE
    while index("GET", store).json()["status"] != "completed":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert sdk.vector_stores.search(store, query="cat").data
    assert index("GET", "vs_none").status_code == index("POST", "vs_none").status_code == 404
