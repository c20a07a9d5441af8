"""Environments of agents, their files and their templates."""

from __future__ import annotations

from typing import Any

from openai import OpenAI

from tests.conformance.uses import use


@use("POST /agents/environments")
def create_environment(client: OpenAI) -> Any:
    return client.beta.agents.environments.create(environment={"type": "openai_hosted"})


@use("GET /agents/environments")
def list_environments(client: OpenAI) -> None:
    assert create_environment(client).id in [each.id for each in client.beta.agents.environments.list(limit=2)]


@use("GET /agents/environments/{}")
def retrieve_environment(client: OpenAI) -> None:
    made = create_environment(client)
    assert client.beta.agents.environments.retrieve(made.id) == made


@use("POST /agents/environments/{}/files")
@use("GET /agents/environments/{}/files")
def environment_files(client: OpenAI) -> None:
    made = create_environment(client)
    files = client.beta.agents.environments.files
    written = files.create(made.id, type="inline", path="/workspace/a.txt", data="YQ==")
    assert list(files.list(made.id)) == [written]


@use("POST /agents/environments/templates")
def create_template(client: OpenAI) -> Any:
    return client.beta.agents.environments.templates.create(name="one")


@use("GET /agents/environments/templates")
def list_templates(client: OpenAI) -> None:
    assert create_template(client).id in [each.id for each in client.beta.agents.environments.templates.list(limit=2)]


@use("GET /agents/environments/templates/{}")
def retrieve_template(client: OpenAI) -> None:
    made = create_template(client)
    assert client.beta.agents.environments.templates.retrieve(made.id) == made


@use("POST /agents/environments/templates/{}")
def update_template(client: OpenAI) -> None:
    made = create_template(client)
    assert client.beta.agents.environments.templates.update(made.id, name="two").name == "two"


@use("DELETE /agents/environments/templates/{}")
def delete_template(client: OpenAI) -> None:
    assert client.beta.agents.environments.templates.delete(create_template(client).id).deleted
