"""Vector stores, their files and batches."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from openai import OpenAI

from tests.conformance.uses import use
from tests.conformance.uses.files import create_file


@use("POST /vector_stores")
def create_vector_store(client: OpenAI) -> Any:
    made = client.vector_stores.create(name="The moon", file_ids=[create_file(client).id], metadata={"kind": "pair"})
    assert (made.file_counts.total, made.metadata) == (1, {"kind": "pair"})
    return made


def store_with_file(client: OpenAI) -> tuple[str, str]:
    """Return a store, and a file that is ingested in it."""
    store = create_vector_store(client).id
    [file] = client.vector_stores.files.list(store).data
    assert client.vector_stores.files.poll(file.id, vector_store_id=store, poll_interval_ms=50).status == "completed"
    return store, file.id


@use("GET /vector_stores")
def list_vector_stores(client: OpenAI) -> None:
    assert create_vector_store(client).id in [each.id for each in client.vector_stores.list(limit=2)]


@use("GET /vector_stores/{}")
def retrieve_vector_store(client: OpenAI) -> None:
    made = create_vector_store(client)
    assert client.vector_stores.retrieve(made.id).created_at == made.created_at


@use("POST /vector_stores/{}")
def update_vector_store(client: OpenAI) -> None:
    assert client.vector_stores.update(create_vector_store(client).id, name="The sun").name == "The sun"


@use("DELETE /vector_stores/{}")
def delete_vector_store(client: OpenAI) -> None:
    made = create_vector_store(client)
    assert client.vector_stores.delete(made.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.vector_stores.retrieve(made.id)


@use("POST /vector_stores/{}/search")
def search_vector_store(client: OpenAI) -> None:
    store, file = store_with_file(client)
    [found] = client.vector_stores.search(store, query="moon").data
    assert (found.file_id, found.content[0].text) == (file, "The moon.")


@use("POST /vector_stores/{}/files")
def create_vector_store_file(client: OpenAI) -> None:
    store = client.vector_stores.create(name="empty").id
    added = client.vector_stores.files.create_and_poll(
        create_file(client).id, vector_store_id=store, attributes={"year": 2026}, poll_interval_ms=50
    )
    assert (added.status, added.attributes) == ("completed", {"year": 2026})


@use("GET /vector_stores/{}/files")
def list_vector_store_files(client: OpenAI) -> None:
    store, file = store_with_file(client)
    assert [each.id for each in client.vector_stores.files.list(store, filter="completed")] == [file]


@use("GET /vector_stores/{}/files/{}")
def retrieve_vector_store_file(client: OpenAI) -> None:
    store, file = store_with_file(client)
    assert client.vector_stores.files.retrieve(file, vector_store_id=store).status == "completed"


@use("POST /vector_stores/{}/files/{}")
def update_vector_store_file(client: OpenAI) -> None:
    store, file = store_with_file(client)
    changed = client.vector_stores.files.update(file, vector_store_id=store, attributes={"a": True})
    assert changed.attributes == {"a": True}


@use("DELETE /vector_stores/{}/files/{}")
def delete_vector_store_file(client: OpenAI) -> None:
    store, file = store_with_file(client)
    assert client.vector_stores.files.delete(file, vector_store_id=store).deleted
    assert client.vector_stores.retrieve(store).file_counts.total == 0


@use("GET /vector_stores/{}/files/{}/content")
def vector_store_file_content(client: OpenAI) -> None:
    store, file = store_with_file(client)
    assert [each.text for each in client.vector_stores.files.content(file, vector_store_id=store)] == ["The moon."]


@use("POST /vector_stores/{}/file_batches")
def create_file_batch(client: OpenAI) -> Any:
    store = client.vector_stores.create(name="empty").id
    return client.vector_stores.file_batches.create(store, file_ids=[create_file(client).id])


@use("GET /vector_stores/{}/file_batches/{}")
def retrieve_file_batch(client: OpenAI) -> None:
    made = create_file_batch(client)
    done = client.vector_stores.file_batches.poll(made.id, vector_store_id=made.vector_store_id, poll_interval_ms=50)
    assert done.status == "completed"


@use("POST /vector_stores/{}/file_batches/{}/cancel")
def cancel_file_batch(client: OpenAI) -> None:
    made = create_file_batch(client)
    cancelled = client.vector_stores.file_batches.cancel(made.id, vector_store_id=made.vector_store_id)
    assert cancelled.file_counts.in_progress == 0


@use("GET /vector_stores/{}/file_batches/{}/files")
def list_file_batch_files(client: OpenAI) -> None:
    made = create_file_batch(client)
    listed = client.vector_stores.file_batches.list_files(made.id, vector_store_id=made.vector_store_id)
    assert len(listed.data) == made.file_counts.total == 1
