"""Vaults and their credentials."""

from __future__ import annotations

from typing import Any

from openai import OpenAI

from tests.conformance.uses import use


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
