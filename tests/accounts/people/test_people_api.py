"""The official SDK, strict, against users, invitations and the people of projects."""

from __future__ import annotations

from typing import Any

import httpx2 as httpx
import openai
import pytest
from openai import OpenAI

from tests.accounts.administration import PASSWORD, SECURITY, add, new_email, numbers, sdk, sign_in
from tests.server_process import ServerProcess


def test_users(root: OpenAI) -> None:
    users = root.admin.organization.users
    made = add(root, name="Amélie أميلي 🌙", role="viewer", projects=[])
    found = users.retrieve(made["id"])
    assert (found.name, found.email, found.role) == ("Amélie أميلي 🌙", made["email"], "reader")
    assert found.projects is not None
    assert found.projects.data == []
    assert found.to_dict() == made
    other = add(root)
    assert [each.id for each in users.list(emails=[made["email"].upper(), "nobody@example.org"])] == [made["id"]]
    assert {made["id"], other["id"]} <= {each.id for each in users.list(limit=1)}
    assert users.update(made["id"], role="member").role == "member"
    assert users.retrieve(other["id"]).projects.data[0].id == "default"
    assert users.delete(made["id"]).deleted
    with pytest.raises(openai.NotFoundError):
        users.retrieve(made["id"])
    with pytest.raises(openai.NotFoundError):
        users.delete(made["id"])


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        ({"email": "nobody"}, 400, "email"),
        ({"email": "a b@example.org"}, 400, "email"),
        ({"email": "a\0b@example.org"}, 400, "email"),
        ({"email": 3}, 400, "email"),
        ({"role": "emperor"}, 400, "role"),
        ({"name": "x" * 257}, 400, "name"),
        ({"password": "short"}, 400, "password"),
        ({"password": "aaaaaaaaaaaa"}, 400, "password"),
        ({"projects": [{"id": "proj_none"}]}, 404, "project_id"),
        ({"projects": [{"id": "default"}, {"id": "default"}]}, 400, "projects"),
        ({"colour": "red"}, 400, "colour"),
    ],
)
def test_wrong_people(body: dict[str, Any], status: int, param: str | None, scripted_server: ServerProcess) -> None:
    reply = httpx.post(
        f"{scripted_server.url}/v1/organization/users",
        headers={"authorization": f"Bearer {scripted_server.key}"},
        json={"email": new_email(), **body},
    )
    assert (reply.status_code, reply.json()["error"]["param"]) == (status, param), reply.text


def test_one_address_is_one_person_however_it_is_written(root: OpenAI) -> None:
    number = next(numbers)
    add(root, email=f"Ren\u00e9e{number}@Example.ORG")
    for same in (f"rene\u0301e{number}@example.org", f"REN\u00c9E{number}@EXAMPLE.org"):
        with pytest.raises(openai.ConflictError) as caught:
            add(root, email=same)
        assert caught.value.code == "email_taken"


def test_the_last_owner_stays(root: OpenAI) -> None:
    users = root.admin.organization.users
    for earlier in [each for each in users.list(limit=100) if each.role == "owner"]:
        pytest.fail(f"another test left the owner {earlier.email} behind")
    owner = add(root, role="owner")
    for act in (
        lambda: users.delete(owner["id"]),
        lambda: users.update(owner["id"], role="member"),
        lambda: users.roles.create(owner["id"], role_id="role_organization_admin"),
    ):
        with pytest.raises(openai.ConflictError, match="last owner"):
            act()
    other = add(root, role="owner")
    assert users.update(owner["id"], role="member").role == "member"
    with pytest.raises(openai.ConflictError, match="last owner"):
        users.delete(other["id"])
    users.update(owner["id"], role="owner")
    users.delete(other["id"])
    root.post(f"/organization/users/{owner['id']}", body={"name": "Last"}, cast_to=object, options=SECURITY)


def test_only_owners_touch_owners(root: OpenAI, scripted_server: ServerProcess) -> None:
    owner = next((each for each in root.admin.organization.users.list(limit=100) if each.role == "owner"), None)
    owner_id = owner.id if owner else add(root, role="owner")["id"]
    admin = add(root, role="admin")
    with sdk(scripted_server, sign_in(scripted_server, admin["email"])) as client:
        people = client.admin.organization
        for act in (
            lambda: people.users.update(admin["id"], role="owner"),
            lambda: people.users.delete(owner_id),
            lambda: people.users.update(owner_id, role="viewer"),
            lambda: people.users.roles.create(admin["id"], role_id="role_organization_owner"),
            lambda: people.invites.create(email=new_email(), role="owner"),
            lambda: add(client, role="owner"),
            lambda: client.post(
                f"/organization/users/{owner_id}", body={"password": PASSWORD}, cast_to=object, options=SECURITY
            ),
        ):
            with pytest.raises(openai.PermissionDeniedError, match="owner"):
                act()
        assert people.users.update(add(client)["id"], role="admin").role == "admin"


def test_invitations(root: OpenAI, project: str, scripted_server: ServerProcess) -> None:
    invites = root.admin.organization.invites
    email = new_email("Ünal.أمل")
    made = invites.create(email=email, role="reader", projects=[{"id": project, "role": "owner"}])
    assert (made.email, made.role, made.status) == (email, "reader", "pending")
    assert (made.projects[0].id, made.projects[0].role) == (project, "owner")
    token = made.to_dict()["token"]
    assert isinstance(token, str)
    assert token.startswith("invite-es-")
    found = invites.retrieve(made.id)
    assert "token" not in found.to_dict()
    assert made.id in {each.id for each in invites.list(limit=1)}
    with pytest.raises(openai.ConflictError, match="invited already"):
        invites.create(email=email.upper(), role="reader")

    url = f"{scripted_server.url}/earthshine/v1/sessions/invite"
    answer = {"token": token, "name": "Amal Ünal", "password": PASSWORD}
    assert httpx.post(url, json={**answer, "password": "short"}).json()["error"]["code"] == "weak_password"
    accepted = httpx.post(url, json=answer)
    assert accepted.status_code == 200, accepted.text
    again = httpx.post(url, json=answer)
    assert (again.status_code, again.json()["error"]["code"]) == (400, "invalid_invitation")
    assert httpx.post(url, json={**answer, "token": "invite-es-guess"}).json() == again.json()

    found = invites.retrieve(made.id)
    assert (found.status, found.accepted_at is not None) == ("accepted", True)
    with pytest.raises(openai.ConflictError):
        invites.delete(made.id)
    with pytest.raises(openai.ConflictError):
        invites.create(email=email, role="reader")
    with sdk(scripted_server, accepted.json()["token"]) as client:
        me: Any = client.get(f"{scripted_server.url}/earthshine/v1/sessions/current", cast_to=object, options=SECURITY)
        assert (me["user"]["name"], me["user"]["email"], me["project"]) == ("Amal Ünal", email, project)
        assert client.responses.create(model="scripted", input="Hello.").status == "completed"

    taken_back = invites.create(email=new_email(), role="reader")
    assert invites.delete(taken_back.id).deleted
    token = taken_back.to_dict()["token"]
    assert httpx.post(url, json={**answer, "token": token}).json() == again.json()
    with pytest.raises(openai.NotFoundError):
        invites.retrieve(taken_back.id)


def test_the_people_of_a_project(root: OpenAI, project: str, scripted_server: ServerProcess) -> None:
    members = root.admin.organization.projects.users
    one, two = add(root, projects=[]), add(root, projects=[])
    made = members.create(project, role="member", user_id=one["id"])
    assert (made.id, made.role, made.email) == (one["id"], "member", one["email"])
    assert members.create(project, role="viewer", email=two["email"].upper()).id == two["id"]
    with pytest.raises(openai.ConflictError):
        members.create(project, role="member", user_id=one["id"])
    with pytest.raises(openai.NotFoundError):
        members.create(project, role="member", email="stranger@example.org")
    with pytest.raises(openai.BadRequestError):
        members.create(project, role="member")
    assert [each.id for each in members.list(project, limit=1)] == [one["id"], two["id"]]
    assert members.retrieve(one["id"], project_id=project) == made

    with sdk(scripted_server, sign_in(scripted_server, two["email"])) as reader:
        assert reader.models.list().data
        with pytest.raises(openai.PermissionDeniedError):
            reader.responses.create(model="scripted", input="Hello.")
        # In force for a session that is known already.
        assert members.update(two["id"], project_id=project, role="member").role == "member"
        kept = reader.responses.create(model="scripted", input="Hello.")
        assert members.delete(two["id"], project_id=project).deleted
        with pytest.raises(openai.PermissionDeniedError):
            reader.responses.retrieve(kept.id)
    with pytest.raises(openai.NotFoundError):
        members.retrieve(two["id"], project_id=project)
    with pytest.raises(openai.NotFoundError):
        members.list("proj_none")


def test_a_person_acts_in_the_project_of_the_header(root: OpenAI, project: str, scripted_server: ServerProcess) -> None:
    person = add(root, projects=[{"id": "default"}, {"id": project, "role": "viewer"}])
    elsewhere = root.admin.organization.projects.create(name="Elsewhere").id
    token = sign_in(scripted_server, person["email"])
    with sdk(scripted_server, token) as at_home, sdk(scripted_server, token, project=project) as guest:
        kept = at_home.responses.create(model="scripted", input="Hello.")
        with pytest.raises(openai.NotFoundError):
            guest.responses.retrieve(kept.id)
        with pytest.raises(openai.PermissionDeniedError):
            guest.responses.create(model="scripted", input="Hello.")
    with sdk(scripted_server, token, project=elsewhere) as stranger, pytest.raises(openai.NotFoundError):
        stranger.models.list()
    admin = add(root, role="admin", projects=[])
    with sdk(scripted_server, sign_in(scripted_server, admin["email"]), project=elsewhere) as everywhere:
        assert everywhere.responses.create(model="scripted", input="Hello.").status == "completed"


def test_who_is_removed_is_out_at_once(root: OpenAI, scripted_server: ServerProcess) -> None:
    person = add(root, projects=[{"id": "default", "role": "admin"}])
    token = sign_in(scripted_server, person["email"])
    with sdk(scripted_server, token) as client:
        path = "/organization/projects/default/api_keys"
        key: Any = client.post(path, body={"name": "mine"}, cast_to=object, options=SECURITY)
    with sdk(scripted_server, token) as client, sdk(scripted_server, key["value"]) as program:
        assert client.models.list().data
        assert program.models.list().data
        assert root.admin.organization.users.retrieve(person["id"]).api_key_last_used_at is None
        root.admin.organization.users.delete(person["id"])
        for each in (client, program):
            with pytest.raises(openai.AuthenticationError):
                each.models.list()
    logs = root.admin.organization.audit_logs.list(event_types=["user.deleted"], resource_ids=[person["id"]])
    assert [each.type for each in logs] == ["user.deleted"]
