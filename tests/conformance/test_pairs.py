"""The official SDK, strict response validation on, against every pair that it has in the families served here."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import openai
import pytest
from openai import OpenAI

from earthshine.catalog import Catalog
from earthshine.settings import Settings
from tests.catalog.gguf.gguf_writer import write_gguf
from tests.conformance.sdk_walk import pairs
from tests.responses.clients import sync_client
from tests.server_process import ServerProcess

FAMILIES = (
    "beta.agents.vaults",
    "responses",
    "conversations",
    "chat",
    "completions",
    "containers",
    "decisions",
    "embeddings",
    "models",
    "files",
    "skills",
    "uploads",
    "vector_stores",
)
SESSION = "/agents/sessions"
AGENTS = {
    *("POST /agents", "GET /agents", "GET /agents/{}", "POST /agents/{}", "DELETE /agents/{}"),
    *(f"POST {SESSION}", f"GET {SESSION}", f"GET {SESSION}/{{}}", f"POST {SESSION}/{{}}", f"DELETE {SESSION}/{{}}"),
    *(f"POST {SESSION}/{{}}/events", f"GET {SESSION}/{{}}/events", f"GET {SESSION}/{{}}/items"),
    *(f"GET {SESSION}/{{}}/turns", f"GET {SESSION}/{{}}/turns/{{}}", f"GET {SESSION}/{{}}/turns/{{}}/items"),
}
"""What is served of `beta.agents` beside vaults."""
MODEL = "scripted"
DELETE_MODEL = "DELETE /models/{}"

Use = Callable[[OpenAI], Any]
USES: dict[str, Use] = {}


def use(pair: str) -> Callable[[Use], Use]:
    """Register a function as the use of one verb and path."""

    def register(function: Use) -> Use:
        USES[pair] = function
        return function

    return register


# --- responses -------------------------------------------------------------------------------------------------------


@use("POST /responses")
def create_response(client: OpenAI) -> Any:
    response = client.responses.create(model=MODEL, input="Say something.")
    assert response.status == "completed"
    assert response.output_text
    assert response.usage
    assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens
    return response


@use("GET /responses/{}")
def retrieve_response(client: OpenAI) -> None:
    made = create_response(client)
    assert client.responses.retrieve(made.id) == made
    with client.responses.retrieve(made.id, stream=True, starting_after=2) as events:
        numbers = [event.sequence_number for event in events]
    assert numbers == list(range(3, 3 + len(numbers)))


@use("DELETE /responses/{}")
def delete_response(client: OpenAI) -> None:
    made = create_response(client)
    client.responses.delete(made.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(made.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.delete(made.id)


@use("POST /responses/{}/cancel")
def cancel_response(client: OpenAI) -> None:
    slow = '!script {"pieces": 1000, "tokens_per_second": 20}'
    made = client.responses.create(model=MODEL, input=slow, background=True)
    assert made.status in ("queued", "in_progress")
    assert client.responses.cancel(made.id).status == "cancelled"
    assert client.responses.retrieve(made.id).status == "cancelled"
    assert client.responses.cancel(made.id).status == "cancelled"


@use("GET /responses/{}/input_items")
def list_input_items(client: OpenAI) -> None:
    made = client.responses.create(
        model=MODEL,
        input=[
            {"role": "user", "content": "one"},
            {"role": "assistant", "content": "two"},
            {"role": "user", "content": "3"},
        ],
    )
    items = list(client.responses.input_items.list(made.id, limit=2, order="asc"))
    assert [item.role for item in items] == ["user", "assistant", "user"]


@use("POST /responses/compact")
def compact_response(client: OpenAI) -> None:
    made = create_response(client)
    compacted = client.responses.compact(model=MODEL, previous_response_id=made.id)
    assert compacted.output[-1].type == "compaction"
    followed = client.responses.create(
        model=MODEL, input=[*[item.to_dict() for item in compacted.output], {"role": "user", "content": "Go on."}]
    )
    assert followed.status == "completed"


@use("POST /responses/input_tokens")
def count_input_tokens(client: OpenAI) -> None:
    few = client.responses.input_tokens.count(model=MODEL, input="one").input_tokens
    many = client.responses.input_tokens.count(model=MODEL, input="one two three four five six").input_tokens
    assert 0 < few < many


# --- conversations ---------------------------------------------------------------------------------------------------


@use("POST /conversations")
def create_conversation(client: OpenAI) -> Any:
    return client.conversations.create(
        metadata={"topic": "قمر"}, items=[{"type": "message", "role": "user", "content": "Hello."}]
    )


@use("GET /conversations/{}")
def retrieve_conversation(client: OpenAI) -> None:
    made = create_conversation(client)
    assert client.conversations.retrieve(made.id) == made


@use("POST /conversations/{}")
def update_conversation(client: OpenAI) -> None:
    made = create_conversation(client)
    assert client.conversations.update(made.id, metadata={"topic": "sun"}).metadata == {"topic": "sun"}


@use("DELETE /conversations/{}")
def delete_conversation(client: OpenAI) -> None:
    made = create_conversation(client)
    assert client.conversations.delete(made.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.conversations.retrieve(made.id)


@use("POST /conversations/{}/items")
def create_items(client: OpenAI) -> Any:
    made = create_conversation(client)
    added = client.conversations.items.create(
        made.id, items=[{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "And now?"}]}]
    )
    return made.id, added.data[0].id


@use("GET /conversations/{}/items")
def list_items(client: OpenAI) -> None:
    made = create_conversation(client)
    client.responses.create(model=MODEL, input="Go on.", conversation=made.id)
    listed = list(client.conversations.items.list(made.id, order="asc", limit=1))
    assert [item.role for item in listed] == ["user", "user", "assistant"]


@use("GET /conversations/{}/items/{}")
def retrieve_item(client: OpenAI) -> None:
    conversation, item = create_items(client)
    assert client.conversations.items.retrieve(item, conversation_id=conversation).id == item


@use("DELETE /conversations/{}/items/{}")
def delete_item(client: OpenAI) -> None:
    conversation, item = create_items(client)
    client.conversations.items.delete(item, conversation_id=conversation)
    assert item not in [left.id for left in client.conversations.items.list(conversation)]


# --- chat completions ------------------------------------------------------------------------------------------------


@use("POST /chat/completions")
def create_chat(client: OpenAI) -> Any:
    made = client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "Hello."}], store=True, metadata={"kind": "pair"}
    )
    assert made.choices[0].message.content
    return made


@use("GET /chat/completions")
def list_chats(client: OpenAI) -> None:
    made = create_chat(client)
    assert made.id in [chat.id for chat in client.chat.completions.list(metadata={"kind": "pair"}, limit=1)]


@use("GET /chat/completions/{}")
def retrieve_chat(client: OpenAI) -> None:
    made = create_chat(client)
    assert client.chat.completions.retrieve(made.id).choices == made.choices


@use("POST /chat/completions/{}")
def update_chat(client: OpenAI) -> None:
    made = create_chat(client)
    client.chat.completions.update(made.id, metadata={"kind": "other"})
    assert client.chat.completions.retrieve(made.id).metadata == {"kind": "other"}


@use("DELETE /chat/completions/{}")
def delete_chat(client: OpenAI) -> None:
    made = create_chat(client)
    assert client.chat.completions.delete(made.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.retrieve(made.id)


@use("GET /chat/completions/{}/messages")
def list_messages(client: OpenAI) -> None:
    # The SDK's type for a stored message allows no role but the assistant's, against the API's own documentation;
    # strict validation can therefore only pass for a conversation that the assistant began.
    made = client.chat.completions.create(
        model=MODEL, messages=[{"role": "assistant", "content": "Hello."}], store=True
    )
    assert [message.content for message in client.chat.completions.messages.list(made.id)] == ["Hello."]
    lenient = client.with_options().chat.completions.messages.with_raw_response.list(create_chat(client).id)
    stored = lenient.http_response.json()["data"]
    assert [(message["role"], message["content"]) for message in stored] == [("user", "Hello.")]


# --- the rest --------------------------------------------------------------------------------------------------------


@use("POST /completions")
def create_completion(client: OpenAI) -> None:
    made = client.completions.create(model=MODEL, prompt="The capital of France is", max_tokens=4, temperature=0)
    assert made.choices[0].text


@use("POST /decisions")
def create_decision(client: OpenAI) -> None:
    made = client.decisions.create(
        model=MODEL,
        input='I was charged twice.\n!script {"picks": {"billing": 0.6, "other": 0.3}}',
        questions=[
            {"type": "choice", "instructions": "Which queue?", "choices": [{"value": "billing"}, {"value": "other"}]},
            {"type": "predicate", "instructions": "It is about money."},
        ],
    )
    assert [answer.type for answer in made.answers] == ["choice", "refusal"]
    assert made.usage.total_tokens == made.usage.input_tokens + made.usage.output_tokens


@use("POST /embeddings")
def create_embedding(client: OpenAI) -> None:
    # Without a format the SDK asks for base64, which its own strict validation then refuses.
    made = client.embeddings.create(model=MODEL, input=["one", "two"], encoding_format="float")
    assert [len(entry.embedding) for entry in made.data] == [len(made.data[0].embedding)] * 2


@use("GET /models")
def list_models(client: OpenAI) -> Any:
    listed = [model.id for model in client.models.list()]
    assert {MODEL, "default"} <= set(listed)
    return listed


@use("GET /models/{}")
def retrieve_model(client: OpenAI) -> None:
    assert client.models.retrieve(MODEL).id == MODEL
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve("no-such-model")
    assert caught.value.code == "model_not_found"


@use(DELETE_MODEL)
def delete_model(client: OpenAI) -> None:
    assert client.models.delete("to-delete").deleted
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("to-delete")


# --- the walk --------------------------------------------------------------------------------------------------------


# --- files and uploads -----------------------------------------------------------------------------------------------


@use("POST /files")
def create_file(client: OpenAI) -> Any:
    made = client.files.create(file=("moon.txt", b"The moon."), purpose="user_data")
    assert (made.bytes, made.filename) == (9, "moon.txt")
    return made


@use("GET /files")
def list_files(client: OpenAI) -> None:
    assert create_file(client).id in [each.id for each in client.files.list(limit=2)]


@use("GET /files/{}")
def retrieve_file(client: OpenAI) -> None:
    made = create_file(client)
    assert client.files.retrieve(made.id) == made


@use("GET /files/{}/content")
def file_content(client: OpenAI) -> None:
    assert client.files.content(create_file(client).id).text == "The moon."


@use("DELETE /files/{}")
def delete_file(client: OpenAI) -> None:
    assert client.files.delete(create_file(client).id).deleted


# --- agents and vaults -----------------------------------------------------------------------------------------------


@use("POST /agents")
def create_agent(client: OpenAI) -> Any:
    return client.beta.agents.create(model=MODEL, name="one")


@use("GET /agents")
def list_agents(client: OpenAI) -> None:
    assert create_agent(client).id in [each.id for each in client.beta.agents.list(limit=2)]


@use("GET /agents/{}")
def retrieve_agent(client: OpenAI) -> None:
    made = create_agent(client)
    assert client.beta.agents.retrieve(made.id) == made


@use("POST /agents/{}")
def update_agent(client: OpenAI) -> None:
    assert client.beta.agents.update(create_agent(client).id, name="two").name == "two"


@use("DELETE /agents/{}")
def delete_agent(client: OpenAI) -> None:
    assert client.beta.agents.delete(create_agent(client).id).deleted


@use("POST /agents/sessions")
def create_session(client: OpenAI) -> Any:
    return client.beta.agents.sessions.create(environment={"type": "none"}, agent={"model": MODEL}, input="Hello.")


@use("GET /agents/sessions")
def list_sessions(client: OpenAI) -> None:
    assert create_session(client).id in [each.id for each in client.beta.agents.sessions.list(limit=2)]


@use("GET /agents/sessions/{}")
def retrieve_session(client: OpenAI) -> None:
    assert client.beta.agents.sessions.retrieve(create_session(client).id).object == "agent.session"


@use("POST /agents/sessions/{}")
def update_session(client: OpenAI) -> None:
    made = create_session(client)
    assert client.beta.agents.sessions.update(made.id, metadata={"a": "b"}).metadata == {"a": "b"}


@use("DELETE /agents/sessions/{}")
def delete_session(client: OpenAI) -> None:
    assert client.beta.agents.sessions.delete(create_session(client).id).deleted


@use("POST /agents/sessions/{}/events")
@use("GET /agents/sessions/{}/events")
def session_events(client: OpenAI) -> None:
    made = client.beta.agents.sessions.create(environment={"type": "openai_hosted"}, agent={"model": MODEL})
    with client.beta.agents.sessions.stream(made.id, input="Hello.") as events:
        assert events.get_final_result().turn.status == "completed"


@use("GET /agents/sessions/{}/items")
def list_session_items(client: OpenAI) -> None:
    made = create_session(client)
    assert next(iter(client.beta.agents.sessions.items.list(made.id, order="asc"))).type == "message"


@use("GET /agents/sessions/{}/turns")
def list_turns(client: OpenAI) -> Any:
    (turn,) = client.beta.agents.sessions.turns.list(create_session(client).id)
    return turn


@use("GET /agents/sessions/{}/turns/{}")
def retrieve_turn(client: OpenAI) -> None:
    made = list_turns(client)
    assert client.beta.agents.sessions.turns.retrieve(made.id, session_id=made.session_id).id == made.id


@use("GET /agents/sessions/{}/turns/{}/items")
def list_turn_items(client: OpenAI) -> None:
    made = list_turns(client)
    assert list(client.beta.agents.sessions.turns.items.list(made.id, session_id=made.session_id))


@use("POST /vaults")
def create_vault(client: OpenAI) -> Any:
    return client.beta.agents.vaults.create(name="one")


@use("GET /vaults")
def list_vaults(client: OpenAI) -> None:
    assert create_vault(client).id in [each.id for each in client.beta.agents.vaults.list(limit=2)]


@use("GET /vaults/{}")
def retrieve_vault(client: OpenAI) -> None:
    made = create_vault(client)
    assert client.beta.agents.vaults.retrieve(made.id) == made


@use("POST /vaults/{}")
def update_vault(client: OpenAI) -> None:
    assert client.beta.agents.vaults.update(create_vault(client).id, name="two").name == "two"


@use("DELETE /vaults/{}")
def delete_vault(client: OpenAI) -> None:
    assert client.beta.agents.vaults.delete(create_vault(client).id).deleted


@use("POST /vaults/{}/credentials")
def create_credential(client: OpenAI) -> Any:
    return client.beta.agents.vaults.credentials.create(
        create_vault(client).id,
        name="one",
        auth={"type": "static_bearer", "mcp_server_url": "https://example.com/mcp", "token": "t"},
    )


@use("GET /vaults/{}/credentials")
def list_credentials(client: OpenAI) -> None:
    made = create_credential(client)
    assert list(client.beta.agents.vaults.credentials.list(made.vault_id)) == [made]


@use("GET /vaults/{}/credentials/{}")
def retrieve_credential(client: OpenAI) -> None:
    made = create_credential(client)
    assert client.beta.agents.vaults.credentials.retrieve(made.id, vault_id=made.vault_id) == made


@use("POST /vaults/{}/credentials/{}")
def update_credential(client: OpenAI) -> None:
    made = create_credential(client)
    changed = client.beta.agents.vaults.credentials.update(made.id, vault_id=made.vault_id, metadata={"a": "b"})
    assert changed.metadata == {"a": "b"}


@use("DELETE /vaults/{}/credentials/{}")
def delete_credential(client: OpenAI) -> None:
    made = create_credential(client)
    assert client.beta.agents.vaults.credentials.delete(made.id, vault_id=made.vault_id).deleted


# --- skills ----------------------------------------------------------------------------------------------------------

SKILL = [("math/SKILL.md", b"---\nname: math\ndescription: Adds.\n---\n")]


@use("POST /skills")
def create_skill(client: OpenAI) -> Any:
    made = client.skills.create(files=SKILL)
    assert (made.name, made.default_version) == ("math", "1")
    return made


@use("GET /skills")
def list_skills(client: OpenAI) -> None:
    assert create_skill(client).id in [each.id for each in client.skills.list(limit=2)]


@use("GET /skills/{}")
def retrieve_skill(client: OpenAI) -> None:
    made = create_skill(client)
    assert client.skills.retrieve(made.id) == made


@use("POST /skills/{}")
def update_skill(client: OpenAI) -> None:
    made = create_skill_version(client)
    assert client.skills.update(made.skill_id, default_version="2").default_version == "2"


@use("DELETE /skills/{}")
def delete_skill(client: OpenAI) -> None:
    assert client.skills.delete(create_skill(client).id).deleted


@use("GET /skills/{}/content")
def skill_content(client: OpenAI) -> None:
    assert b"SKILL.md" in client.skills.content.retrieve(create_skill(client).id).read()


@use("POST /skills/{}/versions")
def create_skill_version(client: OpenAI) -> Any:
    made = client.skills.versions.create(create_skill(client).id, files=SKILL)
    assert made.version == "2"
    return made


@use("GET /skills/{}/versions")
def list_skill_versions(client: OpenAI) -> None:
    made = create_skill_version(client)
    assert [each.version for each in client.skills.versions.list(made.skill_id)] == ["2", "1"]


@use("GET /skills/{}/versions/{}")
def retrieve_skill_version(client: OpenAI) -> None:
    made = create_skill_version(client)
    assert client.skills.versions.retrieve("2", skill_id=made.skill_id) == made


@use("DELETE /skills/{}/versions/{}")
def delete_skill_version(client: OpenAI) -> None:
    made = create_skill_version(client)
    assert client.skills.versions.delete("2", skill_id=made.skill_id).deleted


@use("GET /skills/{}/versions/{}/content")
def skill_version_content(client: OpenAI) -> None:
    made = create_skill_version(client)
    assert b"SKILL.md" in client.skills.versions.content.retrieve("2", skill_id=made.skill_id).read()


# --- containers ------------------------------------------------------------------------------------------------------


@use("POST /containers")
def create_container(client: OpenAI) -> Any:
    made = client.containers.create(name="pair", memory_limit="1g")
    assert (made.object, made.status) == ("container", "active")
    return made


@use("GET /containers")
def list_containers(client: OpenAI) -> None:
    assert create_container(client).id in [each.id for each in client.containers.list(limit=2)]


@use("GET /containers/{}")
def retrieve_container(client: OpenAI) -> None:
    made = create_container(client)
    assert client.containers.retrieve(made.id).name == made.name


@use("DELETE /containers/{}")
def delete_container(client: OpenAI) -> None:
    made = create_container(client)
    client.containers.delete(made.id)
    with pytest.raises(openai.NotFoundError):
        client.containers.retrieve(made.id)


@use("POST /containers/{}/files")
def create_container_file(client: OpenAI) -> Any:
    container = create_container(client).id
    made = client.containers.files.create(container, file=("moon.txt", b"The moon."))
    assert (made.path, made.source, made.bytes) == ("/mnt/data/moon.txt", "user", 9)
    return made


@use("GET /containers/{}/files")
def list_container_files(client: OpenAI) -> None:
    made = create_container_file(client)
    assert [each.id for each in client.containers.files.list(made.container_id)] == [made.id]


@use("GET /containers/{}/files/{}")
def retrieve_container_file(client: OpenAI) -> None:
    made = create_container_file(client)
    found = client.containers.files.retrieve(made.id, container_id=made.container_id)
    assert found.to_dict() == made.to_dict()


@use("GET /containers/{}/files/{}/content")
def retrieve_container_file_content(client: OpenAI) -> None:
    made = create_container_file(client)
    assert client.containers.files.content.retrieve(made.id, container_id=made.container_id).read() == b"The moon."


@use("DELETE /containers/{}/files/{}")
def delete_container_file(client: OpenAI) -> None:
    made = create_container_file(client)
    client.containers.files.delete(made.id, container_id=made.container_id)
    with pytest.raises(openai.NotFoundError):
        client.containers.files.retrieve(made.id, container_id=made.container_id)


# --- vector stores ---------------------------------------------------------------------------------------------------


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


@use("POST /uploads")
def create_upload(client: OpenAI) -> Any:
    made = client.uploads.create(bytes=9, filename="moon.txt", mime_type="text/plain", purpose="user_data")
    assert made.status == "pending"
    return made


@use("POST /uploads/{}/parts")
def create_part(client: OpenAI) -> Any:
    return client.uploads.parts.create(create_upload(client).id, data=b"The moon.")


@use("POST /uploads/{}/complete")
def complete_upload(client: OpenAI) -> None:
    part = create_part(client)
    done = client.uploads.complete(part.upload_id, part_ids=[part.id])
    assert done.file is not None and done.file.bytes == 9


@use("POST /uploads/{}/cancel")
def cancel_upload(client: OpenAI) -> None:
    assert client.uploads.cancel(create_upload(client).id).status == "cancelled"


def test_every_pair_of_the_sdk_has_a_use() -> None:
    assert pairs("beta.agents") > AGENTS
    assert set(USES) == pairs(*FAMILIES) | AGENTS
    assert len(USES) == 98


@pytest.fixture(scope="module")
def client(scripted_server: ServerProcess) -> Generator[OpenAI]:
    """The SDK, strict. No weights are needed, so that the walk goes past PostgreSQL too."""
    with sync_client(scripted_server) as opened:
        yield opened


@pytest.fixture
async def deletable(scripted_server: ServerProcess, tmp_path: Path) -> None:
    """A second model by reference, which the walk may delete; its file stays."""
    await Catalog(Settings(data=scripted_server.data)).add(f"file:{write_gguf(tmp_path / 'tiny.gguf')}", "to-delete")


@pytest.mark.parametrize("pair", sorted(set(USES) - {DELETE_MODEL}))
def test_pair(pair: str, client: OpenAI) -> None:
    USES[pair](client)


def test_pair_that_deletes_a_model(client: OpenAI, deletable: None) -> None:
    USES[DELETE_MODEL](client)
