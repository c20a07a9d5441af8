"""The official SDK, strict, against `client.admin.organization`: projects, keys, service accounts."""

from __future__ import annotations

import time
from typing import Any

import openai
import pytest
from openai import OpenAI

from tests.accounts.administration import SECURITY, make_key, sdk
from tests.addresses import address
from tests.server_process import ServerProcess


def test_projects(root: OpenAI) -> None:
    projects = root.admin.organization.projects
    made = projects.create(name="  Lunar قمر 🌙 ")
    assert (made.name, made.status, made.archived_at) == ("Lunar قمر 🌙", "active", None)
    assert projects.retrieve(made.id) == made
    assert projects.update(made.id, name="Sun").name == "Sun"
    assert "default" in {each.id for each in projects.list(limit=1)}
    gone = projects.archive(made.id)
    assert gone.status == "archived"
    assert gone.archived_at is not None
    assert made.id not in {each.id for each in projects.list(limit=100)}
    assert made.id in {each.id for each in projects.list(limit=2, include_archived=True)}
    with pytest.raises(openai.ConflictError):
        projects.update(made.id, name="Too late")
    with pytest.raises(openai.ConflictError):
        projects.archive("default")
    with pytest.raises(openai.NotFoundError):
        projects.retrieve("proj_none")


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": " \t"}, "name"),
        ({"name": "x" * 257}, "name"),
        ({"name": 3}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "ok", "residency": "EU_STORAGE_PROCESSING"}, "residency"),
        ({"name": "ok", "color": "red"}, "color"),
    ],
)
def test_a_wrong_project_is_a_400_that_names_the_field(body: dict[str, Any], param: str, root: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        root.post("/organization/projects", body=body, cast_to=object, options=SECURITY)
    assert caught.value.param == param


def test_project_keys(root: OpenAI, project: str, scripted_server: ServerProcess) -> None:
    keys = root.admin.organization.projects.api_keys
    before = int(time.time())
    made = make_key(root, project, name="app", allowed_models=["scripted"], expires_in_seconds=3600)
    value = made.pop("value")
    assert value.startswith("sk-es-")
    with sdk(scripted_server, value) as app:
        assert app.models.list().data
        stored = app.responses.create(model="scripted", input="Hello.")
        with pytest.raises(openai.PermissionDeniedError):
            app.admin.organization.projects.list()
        with pytest.raises(openai.NotFoundError):
            app.admin.organization.projects.api_keys.list("default")
        assert app.admin.organization.projects.retrieve(project).id == project
    with pytest.raises(openai.NotFoundError):
        root.responses.retrieve(stored.id)
    found = keys.retrieve(made["id"], project_id=project)
    assert found.redacted_value.startswith(value[:10])
    assert value not in found.to_json()
    assert found.owner_project_access == "active"
    assert found.last_used_at is not None
    assert found.last_used_at >= before
    assert found.expires_at is not None
    assert 3500 < found.expires_at - before <= 3601
    assert [each.id for each in keys.list(project, limit=1)] == [found.id]
    assert [each.id for each in keys.list(project, owner_project_access="active")] == [found.id]
    assert not list(keys.list(project, owner_project_access="inactive"))
    read_only = keys.update(made["id"], project_id=project, scopes=["api.all.read"], expires_in_seconds=60)
    assert read_only.expires_at is not None
    assert read_only.expires_at < found.expires_at
    with sdk(scripted_server, value) as app:
        assert app.responses.retrieve(stored.id).id == stored.id
        with pytest.raises(openai.PermissionDeniedError):
            app.responses.create(model="scripted", input="Hello.")
    with pytest.raises(openai.NotFoundError):
        keys.retrieve(made["id"], project_id="default")
    assert keys.delete(made["id"], project_id=project).deleted
    with pytest.raises(openai.NotFoundError):
        keys.retrieve(made["id"], project_id=project)
    with sdk(scripted_server, value) as app, pytest.raises(openai.AuthenticationError):
        app.models.list()


def test_rotation(root: OpenAI, project: str, scripted_server: ServerProcess) -> None:
    old = make_key(root, project, name="app", role="viewer")
    path = f"/organization/projects/{project}/api_keys/{old['id']}/rotate"
    new: Any = root.post(path, body={"overlap_seconds": 60}, cast_to=object, options=SECURITY)
    assert new["rotated_from"]["id"] == old["id"]
    assert new["earthshine"] == {**old["earthshine"], "rotated_from": old["id"]}
    for value in (old["value"], new["value"]):
        with sdk(scripted_server, value) as app:
            app.models.list()
            with pytest.raises(openai.PermissionDeniedError):
                app.responses.create(model="scripted", input="Hello.")
    newer: Any = root.post(
        path.replace(old["id"], new["id"]), body={"overlap_seconds": 0}, cast_to=object, options=SECURITY
    )
    with sdk(scripted_server, new["value"]) as app, pytest.raises(openai.AuthenticationError):
        app.models.list()
    with pytest.raises(openai.ConflictError):
        root.admin.organization.projects.api_keys.update(new["id"], project_id=project, expires_in_seconds=9)
    with sdk(scripted_server, newer["value"]) as app:
        app.models.list()


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"expires_in_seconds": 0}, "expires_in_seconds"),
        ({"expires_in_seconds": 10**12}, "expires_in_seconds"),
        ({"expires_in_seconds": 1.5}, "expires_in_seconds"),
        ({"expires_in_seconds": True}, "expires_in_seconds"),
        ({"scopes": ["api.fine_tuning.write"]}, "scopes"),
        ({"role": "emperor"}, "role"),
        ({"allowed_addresses": ["10.0.0.0/8", "10.0.0.1/8"]}, "allowed_addresses[1]"),
        ({"allowed_addresses": ["moon"]}, "allowed_addresses[0]"),
        ({"service_account_id": "svcacct_1", "user_id": "user_1"}, "user_id"),
    ],
)
def test_a_wrong_key_is_a_400_that_names_the_field(body: Any, param: str, root: OpenAI, project: str) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        make_key(root, project, **body)
    assert caught.value.param == param


def test_service_accounts(root: OpenAI, project: str, scripted_server: ServerProcess) -> None:
    accounts = root.admin.organization.projects.service_accounts
    made = accounts.create(project, name="builder", expires_in_seconds=600)
    assert made.role == "member"
    assert made.api_key is not None
    bare = accounts.create(project, name="bare", create_service_account_only=True)
    assert (bare.role, bare.api_key) == ("none", None)
    assert accounts.retrieve(made.id, project_id=project).name == "builder"
    assert {each.id for each in accounts.list(project, limit=1)} == {made.id, bare.id}
    key = accounts.api_keys.create(made.id, project_id=project, name="second", scopes=["api.all.read"])
    (owned,) = (each for each in root.admin.organization.projects.api_keys.list(project) if each.id == key.id)
    assert owned.owner.service_account is not None
    assert owned.owner.service_account.id == made.id
    other = accounts.api_keys.create(bare.id, project_id=project)
    with sdk(scripted_server, other.value) as app:
        with pytest.raises(openai.PermissionDeniedError):
            app.models.list()
        accounts.update(bare.id, project_id=project, role="member")
        app.models.list()
    with sdk(scripted_server, made.api_key.value) as app:
        app.responses.create(model="scripted", input="Hello.")
        with pytest.raises(openai.PermissionDeniedError):
            app.admin.organization.projects.api_keys.list(project)
        assert accounts.update(made.id, project_id=project, role="owner", name="boss").role == "owner"
        assert app.admin.organization.projects.api_keys.list(project).data
        assert accounts.delete(made.id, project_id=project).deleted
        with pytest.raises(openai.AuthenticationError):
            app.models.list()
    with pytest.raises(openai.NotFoundError):
        accounts.retrieve(made.id, project_id=project)
    with pytest.raises(openai.NotFoundError):
        accounts.retrieve(bare.id, project_id="default")


def test_admin_keys(root: OpenAI, project: str, scripted_server: ServerProcess) -> None:
    keys = root.admin.organization.admin_api_keys
    made = keys.create(name="ops", expires_in_seconds=3600)
    assert made.value.startswith("sk-es-admin-")
    with sdk(scripted_server, made.value) as admin:
        assert project in {each.id for each in admin.admin.organization.projects.list(limit=100)}
        make_key(admin, project, name="by ops")
        with pytest.raises(openai.PermissionDeniedError):
            admin.models.list()
        with pytest.raises(openai.PermissionDeniedError):
            place = f"{scripted_server.url}/earthshine/v1/organizations"
            admin.post(place, body={"name": "x"}, cast_to=object, options=SECURITY)
    found = keys.retrieve(made.id)
    assert found.redacted_value.startswith("sk-es-admin-")
    assert made.value not in found.to_json()
    assert found.last_used_at is not None
    newest_first = [each.id for each in keys.list(order="desc", limit=1)]
    assert newest_first[0] == made.id
    assert newest_first == [each.id for each in keys.list(order="asc")][::-1]
    assert keys.delete(made.id).deleted
    with sdk(scripted_server, made.value) as admin, pytest.raises(openai.AuthenticationError):
        admin.admin.organization.projects.list()
    with pytest.raises(openai.ConflictError):
        keys.delete(newest_first[-1])  # the administrator's


def test_organizations_know_nothing_of_each_other(root: OpenAI, project: str, scripted_server: ServerProcess) -> None:
    def post(path: str, **body: Any) -> Any:
        place = f"{scripted_server.url}{address(path)}"
        return root.post(place, body=body, cast_to=object, options=SECURITY)

    made = post("/organizations", name="Théâtre 剧院")
    key = post(f"/organizations/{made['id']}/admin_api_keys", name="theirs")
    ours = root.admin.organization.projects.service_accounts.create(project, name="ours")
    with sdk(scripted_server, key["value"]) as them:
        theirs = them.admin.organization.projects
        assert list(theirs.list()) == []
        stage = theirs.create(name="stage")
        assert [each.id for each in theirs.list()] == [stage.id]
        for call in (
            lambda: theirs.retrieve(project),
            lambda: theirs.update(project, name="mine"),
            lambda: theirs.archive(project),
            lambda: theirs.api_keys.list(project),
            lambda: make_key(them, project, name="x"),
            lambda: theirs.service_accounts.retrieve(ours.id, project_id=project),
            lambda: theirs.service_accounts.retrieve(ours.id, project_id=stage.id),
            lambda: theirs.service_accounts.delete(ours.id, project_id=stage.id),
        ):
            with pytest.raises(openai.NotFoundError):
                call()
        assert {each.id for each in them.admin.organization.admin_api_keys.list()} == {key["id"]}
        assert {each.type for each in them.admin.organization.audit_logs.list()} == {
            "api_key.created",
            "project.created",
        }
        with pytest.raises(openai.NotFoundError):
            root.admin.organization.projects.retrieve(stage.id)
        assert post(f"/organizations/{made['id']}", name="Stage")["name"] == "Stage"
        assert post(f"/organizations/{made['id']}/archive")["status"] == "archived"
        with pytest.raises(openai.PermissionDeniedError):
            theirs.list()
    listed: Any = root.get(f"{scripted_server.url}/earthshine/v1/organizations", cast_to=object, options=SECURITY)
    assert {each["id"] for each in listed["data"]} >= {"default", made["id"]}
    with pytest.raises(openai.ConflictError):
        post("/organizations/default/archive")


def test_a_wrong_query_is_a_400(root: OpenAI) -> None:
    for query in ({"limit": 0}, {"limit": 101}, {"order": "up"}, {"nonsense": 1}):
        with pytest.raises(openai.BadRequestError):
            root.get(
                "/organization/admin_api_keys",
                cast_to=object,
                options={**SECURITY, "params": query},
            )
