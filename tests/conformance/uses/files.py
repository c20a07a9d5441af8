"""Files, and uploads in parts."""

from __future__ import annotations

from typing import Any

from openai import OpenAI

from tests.conformance.uses import use


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
