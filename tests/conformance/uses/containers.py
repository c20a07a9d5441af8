"""Containers and their files."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from openai import OpenAI

from tests.conformance.uses import use


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
