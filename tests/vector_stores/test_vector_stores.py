"""Vector stores through the official SDK, with its strict validation on, and what it would not send."""

from __future__ import annotations

import time
from typing import Any

import pytest
from openai import BadRequestError, NotFoundError, OpenAI

from tests.vector_stores.clients import ARABIC, make, post, send


def test_a_store_from_begin_to_end(sdk: OpenAI) -> None:
    made = sdk.vector_stores.create(
        name="قمر", metadata={"a": "b"}, expires_after={"anchor": "last_active_at", "days": 7}, description="Of moons."
    )
    assert (made.status, made.file_counts.total, made.usage_bytes, made.name) == ("completed", 0, 0, "قمر")
    assert made.last_active_at is not None and made.expires_at == made.last_active_at + 7 * 86_400
    assert sdk.vector_stores.retrieve(made.id) == made
    changed = sdk.vector_stores.update(made.id, name="sun", metadata=None, expires_after=None)
    assert (changed.name, changed.metadata, changed.expires_at) == ("sun", {}, None)
    assert sdk.vector_stores.update(made.id, metadata={"c": "d"}).name == "sun"
    gone = sdk.vector_stores.delete(made.id)
    assert (gone.id, gone.deleted) == (made.id, True)
    for call in (sdk.vector_stores.retrieve, sdk.vector_stores.delete):
        with pytest.raises(NotFoundError):
            call(made.id)


def test_pages_of_stores_join_to_the_whole(sdk: OpenAI) -> None:
    made = [sdk.vector_stores.create(name=str(number)).id for number in range(5)]
    listed = [each.id for each in sdk.vector_stores.list(limit=2) if each.id in made]
    assert listed == made[::-1]
    rising = sdk.vector_stores.list(order="asc", after=made[0], limit=2).data
    assert [each.id for each in rising] == made[1:3]
    before = sdk.vector_stores.list(order="asc", before=made[4], limit=2).data
    assert [each.id for each in before] == made[2:4]


def test_files_are_ingested_searched_changed_and_taken_out(sdk: OpenAI) -> None:
    moon, arabic = send(sdk), send(sdk, ARABIC, "كتاب.txt")
    store = make(sdk, moon)
    added = sdk.vector_stores.files.create_and_poll(arabic, vector_store_id=store, attributes={"lang": "ar", "n": 1})
    assert (added.status, added.last_error, added.attributes) == ("completed", None, {"lang": "ar", "n": 1})
    assert added.chunking_strategy is not None and added.chunking_strategy.type == "static"
    assert added.usage_bytes > 0
    now = sdk.vector_stores.retrieve(store)
    assert (now.file_counts.completed, now.file_counts.total) == (2, 2)
    assert now.usage_bytes == sum(each.usage_bytes for each in sdk.vector_stores.files.list(store))
    best = sdk.vector_stores.search(store, query="كتاب").data[0]
    assert (best.file_id, best.filename, best.attributes) == (arabic, "كتاب.txt", {"lang": "ar", "n": 1})
    place: Any = best.to_dict()["passage"]
    assert ARABIC[place["start"] : place["end"]] == best.content[0].text
    several = sdk.vector_stores.search(store, query=["كتاب", "cat"], max_num_results=2).data
    assert {each.file_id for each in several} == {moon, arabic}
    changed = sdk.vector_stores.files.update(arabic, vector_store_id=store, attributes={"lang": "fr"})
    assert changed.attributes == {"lang": "fr"}
    assert sdk.vector_stores.files.update(arabic, vector_store_id=store, attributes=None).attributes == {}
    assert sdk.vector_stores.files.delete(arabic, vector_store_id=store).deleted
    with pytest.raises(NotFoundError):
        sdk.vector_stores.files.retrieve(arabic, vector_store_id=store)
    assert arabic not in [each.file_id for each in sdk.vector_stores.search(store, query="كتاب").data]
    assert sdk.files.retrieve(arabic).id == arabic


def test_the_content_of_a_file_is_all_of_it(sdk: OpenAI) -> None:
    text = "\n\n".join(f"Paragraph {number}: {'words of it. ' * 20}".strip() for number in range(200))
    file = send(sdk, text)
    store = sdk.vector_stores.create(name="x").id
    counts: list[int] = []
    for strategy in (
        {"type": "auto"},
        {"type": "static", "static": {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 0}},
    ):
        sdk.vector_stores.files.create_and_poll(file, vector_store_id=store, chunking_strategy=strategy)  # type: ignore[arg-type]
        content = [each.text or "" for each in sdk.vector_stores.files.content(file, vector_store_id=store)]
        assert "".join("".join(content).split()) == "".join(text.split())
        counts.append(len(content))
    assert counts[1] > 2 * counts[0] > 10
    kept = sdk.vector_stores.files.retrieve(file, vector_store_id=store).chunking_strategy
    assert kept is not None and kept.type == "static" and kept.static.max_chunk_size_tokens == 100


def test_batches(sdk: OpenAI) -> None:
    store = sdk.vector_stores.create(name="x").id
    files = [send(sdk, f"File {number}.") for number in range(5)]
    batch = sdk.vector_stores.file_batches.create_and_poll(store, file_ids=files, attributes={"of": "batch"})
    assert (batch.status, batch.file_counts.completed, batch.file_counts.total) == ("completed", 5, 5)
    listed = list(sdk.vector_stores.file_batches.list_files(batch.id, vector_store_id=store, limit=2, order="asc"))
    assert [each.id for each in listed] == files
    assert {str(each.attributes) for each in listed} == {"{'of': 'batch'}"}
    each_its_own = [{"file_id": files[0], "attributes": {"a": 1}}, {"file_id": files[1]}]
    second = sdk.vector_stores.file_batches.create_and_poll(store, files=each_its_own)  # type: ignore[arg-type]
    assert second.file_counts.total == 2
    assert sdk.vector_stores.files.retrieve(files[0], vector_store_id=store).attributes == {"a": 1}
    assert sdk.vector_stores.retrieve(store).file_counts.total == 5


def test_a_batch_that_is_cancelled_leaves_what_is_done(sdk: OpenAI) -> None:
    store = sdk.vector_stores.create(name="x").id
    files = [send(sdk, f"File {number}. " * 1000) for number in range(20)]
    batch = sdk.vector_stores.file_batches.create(store, file_ids=files)
    cancelled = sdk.vector_stores.file_batches.cancel(batch.id, vector_store_id=store)
    assert cancelled.status in ("cancelled", "completed")
    assert cancelled.file_counts.in_progress == 0
    counts = sdk.vector_stores.file_batches.retrieve(batch.id, vector_store_id=store).file_counts
    assert counts.cancelled + counts.completed == 20
    time.sleep(1)
    later = sdk.vector_stores.file_batches.retrieve(batch.id, vector_store_id=store).file_counts
    assert later == counts
    only = list(sdk.vector_stores.files.list(store, filter="cancelled"))
    assert len(only) == counts.cancelled
    # Asked for again, they are ingested.
    again = sdk.vector_stores.file_batches.create_and_poll(store, file_ids=files)
    assert again.file_counts.completed == 20


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.txt", "invalid_file"),
        (b"PK\x03\x04", "a.docx", "invalid_file"),
        (bytes(range(256)) * 40, "a", "unsupported_file"),
    ],
)
def test_a_file_that_cannot_be_read_fails_with_a_reason(sdk: OpenAI, content: bytes, name: str, code: str) -> None:
    file = sdk.files.create(file=(name, content), purpose="assistants").id
    store = sdk.vector_stores.create(name="x").id
    failed = sdk.vector_stores.files.create_and_poll(file, vector_store_id=store)
    assert failed.status == "failed" and failed.last_error is not None
    assert failed.last_error.code == code, failed.last_error.message
    batch = sdk.vector_stores.file_batches.create_and_poll(store, file_ids=[file])
    assert (batch.status, batch.file_counts.failed) == ("failed", 1)
    assert sdk.vector_stores.retrieve(store).status == "completed"


def test_a_file_that_is_deleted_leaves_its_stores(sdk: OpenAI) -> None:
    file = send(sdk)
    store = make(sdk, file, send(sdk, ARABIC))
    sdk.files.delete(file)
    assert sdk.vector_stores.retrieve(store).file_counts.total == 1
    assert file not in [each.file_id for each in sdk.vector_stores.search(store, query="cat").data]


def test_a_changed_chunking_shows_all_of_the_old_or_all_of_the_new(sdk: OpenAI) -> None:
    text = "\n\n".join(f"Paragraph {number} is about the moon." for number in range(400))
    file = send(sdk, text)
    store = make(sdk, file)
    before = len(sdk.vector_stores.files.content(file, vector_store_id=store).data)
    small: Any = {"type": "static", "static": {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 0}}
    sdk.vector_stores.files.create(store, file_id=file, chunking_strategy=small)
    seen: set[int] = set()
    while sdk.vector_stores.files.retrieve(file, vector_store_id=store).status == "in_progress":
        seen.add(len(sdk.vector_stores.files.content(file, vector_store_id=store).data))
    after = len(sdk.vector_stores.files.content(file, vector_store_id=store).data)
    assert after > before and seen <= {before, after}


@pytest.mark.parametrize(
    ("path", "body", "param"),
    [
        ("", {"name": 1}, "name"),
        ("", {"file_ids": ["file_none"]}, "file_ids[0]"),
        ("", {"expires_after": {"anchor": "created_at", "days": 1}}, "expires_after.anchor"),
        ("", {"expires_after": {"anchor": "last_active_at", "days": 366}}, "expires_after.days"),
        ("", {"metadata": {"a": 1}}, "metadata"),
        ("", {"chunking_strategy": {"type": "auto"}}, None),
        ("", {"other": 1}, "other"),
        ("/ID", {"metadata": 1}, "metadata"),
        ("/ID/files", {}, "file_id"),
        ("/ID/files", {"file_id": "file_none"}, "file_id"),
        ("/ID/files", {"file_id": "x", "attributes": {"a": []}}, "attributes"),
        ("/ID/files", {"file_id": "x", "attributes": {str(n): n for n in range(17)}}, "attributes"),
        ("/ID/files", {"file_id": "x", "chunking_strategy": {"type": "other"}}, "chunking_strategy.type"),
        (
            "/ID/files",
            {"file_id": "x", "chunking_strategy": {"type": "static", "static": {"max_chunk_size_tokens": 99}}},
            "chunking_strategy.static.max_chunk_size_tokens",
        ),
        (
            "/ID/files",
            {
                "file_id": "x",
                "chunking_strategy": {
                    "type": "static",
                    "static": {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 51},
                },
            },
            "chunking_strategy.static.chunk_overlap_tokens",
        ),
        ("/ID/file_batches", {}, "file_ids"),
        ("/ID/file_batches", {"file_ids": ["x"], "files": [{"file_id": "x"}]}, "file_ids"),
        ("/ID/file_batches", {"file_ids": ["file_none"]}, "file_ids[0]"),
        ("/ID/file_batches", {"files": [{"file_id": "file_none"}]}, "files[0].file_id"),
        ("/ID/file_batches", {"files": [{"file_id": "x"}], "attributes": {}}, "attributes"),
        ("/ID/file_batches", {"file_ids": ["x"] * 2001}, "file_ids"),
        ("/ID/search", {}, "query"),
        ("/ID/search", {"query": ""}, "query"),
        ("/ID/search", {"query": []}, "query"),
        ("/ID/search", {"query": "x", "max_num_results": 51}, "max_num_results"),
        ("/ID/search", {"query": "x", "filters": {"type": "and", "filters": [1]}}, "filters.filters[0]"),
        ("/ID/search", {"query": "x", "ranking_options": {"ranker": "best"}}, "ranking_options.ranker"),
        ("/ID/search", {"query": "x", "ranking_options": {"score_threshold": 2}}, "ranking_options.score_threshold"),
        (
            "/ID/search",
            {"query": "x", "ranking_options": {"hybrid_search": {"embedding_weight": 0, "text_weight": 0}}},
            "ranking_options.hybrid_search",
        ),
        (
            "/ID/search",
            {"query": "x", "ranking_options": {"hybrid_search": {"embedding_weight": 1}}},
            "ranking_options.hybrid_search.text_weight",
        ),
    ],
)
def test_a_bad_field_is_named(sdk: OpenAI, path: str, body: Any, param: str | None) -> None:
    store = sdk.vector_stores.create(name="x").id
    refused = post(sdk, path.replace("ID", store), body)
    assert refused.status_code in (400, 404), refused.text
    assert refused.json()["error"]["param"] == param, refused.text


def test_what_is_not_there_is_not_found(sdk: OpenAI) -> None:
    store = sdk.vector_stores.create(name="x").id
    for call in (
        lambda: sdk.vector_stores.search("vs_none", query="x"),
        lambda: sdk.vector_stores.files.list("vs_none"),
        lambda: sdk.vector_stores.files.retrieve("file_none", vector_store_id=store),
        lambda: sdk.vector_stores.files.delete("file_none", vector_store_id=store),
        lambda: sdk.vector_stores.files.content("file_none", vector_store_id=store),
        lambda: sdk.vector_stores.files.update("file_none", vector_store_id=store, attributes={}),
        lambda: sdk.vector_stores.file_batches.retrieve("vsfb_none", vector_store_id=store),
        lambda: sdk.vector_stores.file_batches.cancel("vsfb_none", vector_store_id=store),
        lambda: sdk.vector_stores.file_batches.list_files("vsfb_none", vector_store_id=store),
    ):
        with pytest.raises(NotFoundError):
            call()
    with pytest.raises(BadRequestError):
        sdk.vector_stores.files.list(store, after="file_none")
