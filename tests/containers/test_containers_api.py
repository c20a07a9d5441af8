"""`/v1/containers`, by the official SDK."""

from __future__ import annotations

import io
from typing import Any

import openai
import pytest
from openai import OpenAI


def refused(call: Any, status: int, param: str | None = None) -> openai.APIStatusError:
    """Return the error of a call that must be refused."""
    with pytest.raises(openai.APIStatusError) as caught:
        call()
    assert caught.value.status_code == status, caught.value
    if param is not None:
        assert caught.value.body["param"] == param, caught.value
    return caught.value


def test_a_container_is_made_found_listed_and_removed(sdk: OpenAI) -> None:
    made = sdk.containers.create(name="first", expires_after={"anchor": "last_active_at", "minutes": 5})
    assert (made.object, made.status, made.name, made.memory_limit) == ("container", "active", "first", "1g")
    assert made.expires_after is not None
    assert made.expires_after.minutes == 5
    assert made.network_policy is not None
    assert made.network_policy.type == "disabled"
    assert sdk.containers.retrieve(made.id).to_dict() == made.to_dict()
    assert next(iter(sdk.containers.list(limit=1))).id == made.id
    sdk.containers.delete(made.id)
    refused(lambda: sdk.containers.retrieve(made.id), 404, "container_id")
    refused(lambda: sdk.containers.delete(made.id), 404)


def test_lists_are_in_order_and_by_name(sdk: OpenAI) -> None:
    ids = [sdk.containers.create(name="listed").id for _ in range(3)]
    listed = [each.id for each in sdk.containers.list(name="listed", order="asc", limit=2)]
    assert listed == ids
    assert [each.id for each in sdk.containers.list(name="listed", after=ids[1])] == [ids[0]]
    assert list(sdk.containers.list(name="no such name")) == []
    for each in ids:
        sdk.containers.delete(each)


def test_files_go_in_and_out(sdk: OpenAI) -> None:
    container = sdk.containers.create(name="files").id
    content = b"moon\n" * 100_000
    made = sdk.containers.files.create(container, file=("قمر data.csv", content))
    assert (made.object, made.path, made.bytes, made.source) == (
        "container.file",
        "/mnt/data/قمر data.csv",
        len(content),
        "user",
    )
    assert sdk.containers.files.retrieve(made.id, container_id=container) == _like(made)
    assert sdk.containers.files.content.retrieve(made.id, container_id=container).read() == content
    assert [each.id for each in sdk.containers.files.list(container)] == [made.id]
    sdk.containers.files.create(container, file=("قمر data.csv", b"new"))
    assert sdk.containers.files.content.retrieve(made.id, container_id=container).read() == b"new"
    sdk.containers.files.delete(made.id, container_id=container)
    assert list(sdk.containers.files.list(container)) == []
    refused(lambda: sdk.containers.files.retrieve(made.id, container_id=container), 404)
    refused(lambda: sdk.containers.files.content.retrieve(made.id, container_id=container), 404)


def _like(made: Any) -> Any:
    class Same:
        def __eq__(self, other: object) -> bool:
            return made.to_dict() == other.to_dict()

    return Same()


def test_files_of_the_project_are_copied(sdk: OpenAI) -> None:
    file = sdk.files.create(file=("report.txt", b"what the report says"), purpose="user_data")
    container = sdk.containers.create(name="copies", file_ids=[file.id]).id
    [copied] = sdk.containers.files.list(container)
    assert copied.path == "/mnt/data/report.txt"
    sdk.files.delete(file.id)
    assert sdk.containers.files.content.retrieve(copied.id, container_id=container).read() == b"what the report says"
    again = sdk.files.create(file=("other.txt", b"1"), purpose="user_data")
    made = sdk.containers.files.create(container, file_id=again.id)
    assert made.path == "/mnt/data/other.txt"
    refused(lambda: sdk.containers.files.create(container, file_id="file_none"), 404, "file_id")
    refused(lambda: sdk.containers.create(name="x", file_ids=["file_none"]), 404, "file_ids[0]")


def test_pages_of_files(sdk: OpenAI) -> None:
    container = sdk.containers.create(name="pages").id
    for n in range(5):
        sdk.containers.files.create(container, file=(f"{n}.txt", b"x"))
    page = sdk.containers.files.list(container, limit=2, order="asc")
    assert page.has_more
    paths = sorted(each.path for each in page)
    assert paths == [f"/mnt/data/{n}.txt" for n in range(5)]
    refused(lambda: sdk.containers.files.list(container, after="cfile_none"), 404, "after")


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"name": ""}, "name"),
        ({"name": "x", "memory_limit": "2g"}, "memory_limit"),
        ({"name": "x", "memory_limit": "64g"}, "memory_limit"),
        ({"name": "x", "expires_after": {"anchor": "created_at", "minutes": 1}}, "expires_after.anchor"),
        ({"name": "x", "expires_after": {"anchor": "last_active_at", "minutes": 0}}, "expires_after.minutes"),
        ({"name": "x", "network_policy": {"type": "open"}}, "network_policy.type"),
        (
            {"name": "x", "network_policy": {"type": "allowlist", "allowed_domains": []}},
            "network_policy.allowed_domains",
        ),
        (
            {"name": "x", "network_policy": {"type": "allowlist", "allowed_domains": ["10.0.0.1"]}},
            "network_policy.allowed_domains",
        ),
        ({"name": "x", "skills": [{"type": "skill_reference", "skill_id": "x", "version": "0"}]}, "skills[0].version"),
        ({"name": "x", "unknown": 1}, "unknown"),
    ],
)
def test_what_cannot_be_had_is_refused_by_name(sdk: OpenAI, body: dict[str, Any], param: str) -> None:
    refused(lambda: sdk.post("/containers", body=body, cast_to=object), 400, param)


def test_an_allow_list_is_shown(sdk: OpenAI) -> None:
    made = sdk.containers.create(
        name="out", network_policy={"type": "allowlist", "allowed_domains": ["example.org", "*.example.com"]}
    )
    assert made.network_policy is not None
    assert made.network_policy.allowed_domains == ["example.org", "*.example.com"]


@pytest.mark.parametrize("name", ["../../escaped", "/etc/passwd", "..", "a\\..\\b", "\u202egpj.exe", "x" * 400])
def test_names_lead_nowhere(sdk: OpenAI, name: str) -> None:
    container = sdk.containers.create(name="names").id
    made = sdk.containers.files.create(container, file=(name, io.BytesIO(b"x")))
    assert made.path.startswith("/mnt/data/")
    assert made.path.count("/") == 3
    assert ".." not in made.path


def test_a_form_with_too_much_is_refused(sdk: OpenAI) -> None:
    container = sdk.containers.create(name="forms").id
    refused(lambda: sdk.post(f"/containers/{container}/files", body={}, cast_to=object), 400, "file_id")
    refused(lambda: sdk.containers.files.create("cntr_none", file=("a", b"x")), 404, "container_id")
    more = {"file_id": "f", "more": 1}
    refused(lambda: sdk.post(f"/containers/{container}/files", body=more, cast_to=object), 400, "more")
