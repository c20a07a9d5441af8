"""Anthropic's official SDK, strict response validation on, against every stable pair that it has in these families."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from anthropic._resource import SyncAPIResource
from anthropic.types.messages import MessageBatch

import anthropic
from anthropic import Anthropic
from tests.anthropic.conftest import MODEL, asked
from tests.conformance.sdk_walk import pairs_of

FAMILIES = ("messages", "models", "files", "skills")
USES: dict[str, Callable[[Anthropic], Any]] = {}


def use(pair: str) -> Callable[[Callable[[Anthropic], Any]], Callable[[Anthropic], Any]]:
    """Register a function as the use of one verb and path."""

    def register(function: Callable[[Anthropic], Any]) -> Callable[[Anthropic], Any]:
        USES[pair] = function
        return function

    return register


@use("POST /v1/messages")
def create_message(client: Anthropic) -> None:
    assert client.messages.create(model=MODEL, max_tokens=50, messages=asked("Hello")).content


@use("POST /v1/messages/count_tokens")
def count_tokens(client: Anthropic) -> None:
    assert client.messages.count_tokens(model=MODEL, messages=asked("Hello")).input_tokens > 0


@use("GET /v1/models")
def list_models(client: Anthropic) -> None:
    assert MODEL in [model.id for model in client.models.list()]


@use("GET /v1/models/{}")
def retrieve_model(client: Anthropic) -> None:
    assert client.models.retrieve(MODEL).id == MODEL


# --- batches ---------------------------------------------------------------------------------------------------------


def a_batch(client: Anthropic, *texts: str) -> MessageBatch:
    params: Any = [{"model": MODEL, "max_tokens": 50, "messages": asked(text)} for text in texts]
    return client.messages.batches.create(
        requests=[{"custom_id": f"n-{number}", "params": each} for number, each in enumerate(params)]
    )


def ended(client: Anthropic, batch: MessageBatch) -> MessageBatch:
    while batch.processing_status != "ended":
        batch = client.messages.batches.retrieve(batch.id)
    return batch


@use("POST /v1/messages/batches")
def create_batch(client: Anthropic) -> None:
    made = a_batch(client, "One", "Two")
    assert made.id.startswith("msgbatch_")
    assert (made.request_counts.processing, made.results_url, made.ended_at) == (2, None, None)
    params: Any = {"model": MODEL, "max_tokens": 9, "messages": asked("Hello")}
    with pytest.raises(anthropic.BadRequestError, match=r"requests\[1\].custom_id"):
        client.messages.batches.create(requests=[{"custom_id": "a", "params": params}] * 2)


@use("GET /v1/messages/batches")
def list_batches(client: Anthropic) -> None:
    ids = {a_batch(client, "One").id for _ in range(2)}
    assert ids <= {batch.id for batch in client.messages.batches.list(limit=1)}


@use("GET /v1/messages/batches/{}")
def retrieve_batch(client: Anthropic) -> None:
    batch = ended(client, a_batch(client, "One"))
    assert batch.request_counts.succeeded == 1
    assert batch.ended_at


RESULTS = "GET /v1/messages/batches/{}/results"


@use(RESULTS)
def batch_results(client: Anthropic) -> None:
    batch = ended(client, a_batch(client, "One", "word " * 40_000))
    assert batch.request_counts.to_dict() == {**batch.request_counts.to_dict(), "succeeded": 1, "errored": 1}
    done, failed = client.messages.batches.results(batch.id)
    assert (done.custom_id, failed.custom_id) == ("n-0", "n-1")
    assert done.result.type == "succeeded"
    assert done.result.message.content[0].to_dict()["text"] == "You said: One"
    assert done.result.message.usage.service_tier == "batch"
    assert failed.result.type == "errored"
    assert failed.result.error.error.message.startswith("prompt is too long")


@use("POST /v1/messages/batches/{}/cancel")
def cancel_batch(client: Anthropic) -> None:
    batch = a_batch(client, '!script {"first_token_after": 600}')
    stopped = client.messages.batches.cancel(batch.id)
    assert stopped.cancel_initiated_at
    batch = ended(client, stopped)
    assert batch.request_counts.canceled == 1
    assert [line.result.type for line in client.messages.batches.results(batch.id)] == ["canceled"]


@use("DELETE /v1/messages/batches/{}")
def delete_batch(client: Anthropic) -> None:
    batch = a_batch(client, '!script {"first_token_after": 600}')
    with pytest.raises(anthropic.ConflictError):
        client.messages.batches.delete(batch.id)
    ended(client, client.messages.batches.cancel(batch.id))
    assert client.messages.batches.delete(batch.id).type == "message_batch_deleted"
    with pytest.raises(anthropic.NotFoundError):
        client.messages.batches.retrieve(batch.id)


# --- files -----------------------------------------------------------------------------------------------------------


def a_file(client: Anthropic, **how: Any) -> str:
    return client.files.upload(file=("note.txt", b"Hello there", "text/plain"), **how).id


@use("POST /v1/files")
def upload_file(client: Anthropic) -> None:
    made = client.files.upload(file=("a note.txt", b"Hello there", "text/plain"), expires_in_seconds=7_776_000)
    assert (made.filename, made.mime_type, made.size_bytes) == ("a note.txt", "text/plain", 11)
    assert made.expires_at
    assert (made.expires_at - made.created_at).days == 90


@use("GET /v1/files")
def list_files(client: Anthropic) -> None:
    ids = [a_file(client) for _ in range(3)]
    listed = [file.id for file in client.files.list(limit=1)]
    assert set(ids) <= set(listed)
    assert listed == sorted(listed, reverse=True)
    found = client.files.list(ids=[ids[0], "file_nothing"])
    assert [file.id for file in found] == [ids[0]]


@use("GET /v1/files/{}")
def retrieve_file(client: Anthropic) -> None:
    assert client.files.retrieve_metadata(a_file(client)).type == "file"
    with pytest.raises(anthropic.NotFoundError):
        client.files.retrieve_metadata("file_nothing")


@use("GET /v1/files/{}/content")
def download_file(client: Anthropic) -> None:
    assert client.files.download(a_file(client)).read() == b"Hello there"


@use("DELETE /v1/files/{}")
def delete_file(client: Anthropic) -> None:
    file_id = a_file(client)
    assert client.files.delete(file_id).type == "file_deleted"
    with pytest.raises(anthropic.NotFoundError):
        client.files.delete(file_id)


# --- skills ----------------------------------------------------------------------------------------------------------


def folder(said: str) -> Any:
    head = f"---\nname: greeting\ndescription: {said}\n---\n\nGreet.\n"
    return [("greeting/SKILL.md", head.encode(), "text/markdown"), ("greeting/a.txt", b"a", "text/plain")]


@use("POST /v1/skills")
def create_skill(client: Anthropic) -> None:
    made = client.skills.create(files=folder("How to greet."))
    assert (made.display_name, made.source.type) == ("greeting", "custom")
    with pytest.raises(anthropic.BadRequestError, match="display_name"):
        client.skills.create(files=folder("How to greet."), display_name="Another")


@use("GET /v1/skills")
def list_skills(client: Anthropic) -> None:
    ids = {client.skills.create(files=folder("How to greet.")).id for _ in range(2)}
    assert ids <= {skill.id for skill in client.skills.list(limit=1)}
    assert not client.skills.list(source="anthropic").data


@use("GET /v1/skills/{}")
def retrieve_skill(client: Anthropic) -> None:
    skill = client.skills.create(files=folder("How to greet."))
    assert client.skills.retrieve(skill.id).latest_version_id == skill.latest_version_id


@use("DELETE /v1/skills/{}")
def delete_skill(client: Anthropic) -> None:
    skill = client.skills.create(files=folder("How to greet."))
    assert client.skills.delete(skill.id).type == "skill_deleted"
    with pytest.raises(anthropic.NotFoundError):
        client.skills.retrieve(skill.id)


@use("POST /v1/skills/{}/versions")
def create_version(client: Anthropic) -> None:
    skill = client.skills.create(files=folder("How to greet."))
    made = client.skills.versions.create(skill.id, files=folder("How to greet better."))
    assert (made.name, made.description) == ("greeting", "How to greet better.")
    assert client.skills.retrieve(skill.id).latest_version_id == made.id


@use("GET /v1/skills/{}/versions")
def list_versions(client: Anthropic) -> None:
    skill = client.skills.create(files=folder("How to greet."))
    second = client.skills.versions.create(skill.id, files=folder("How to greet better."))
    assert [each.id for each in client.skills.versions.list(skill.id, limit=1)] == [second.id, skill.latest_version_id]


@use("GET /v1/skills/{}/versions/{}")
def retrieve_version(client: Anthropic) -> None:
    skill = client.skills.create(files=folder("How to greet."))
    for name in (skill.latest_version_id, "latest"):
        assert client.skills.versions.retrieve(name, skill_id=skill.id).id == skill.latest_version_id


@use("DELETE /v1/skills/{}/versions/{}")
def delete_version(client: Anthropic) -> None:
    skill = client.skills.create(files=folder("How to greet."))
    client.skills.versions.create(skill.id, files=folder("How to greet better."))
    gone = client.skills.versions.delete(skill.latest_version_id, skill_id=skill.id)
    assert (gone.id, gone.type) == (skill.latest_version_id, "skill_version_deleted")


def test_every_pair_of_the_sdk_has_a_use() -> None:
    every = pairs_of(Anthropic(api_key="unused"), SyncAPIResource, *FAMILIES)
    # The results are asked for at the address that the batch says, which the walk through the source cannot read.
    assert set(USES) == every | {RESULTS}
    assert len(USES) == 23


@pytest.mark.parametrize("pair", sorted(USES))
def test_pair(pair: str, client: Anthropic) -> None:
    USES[pair](client)
