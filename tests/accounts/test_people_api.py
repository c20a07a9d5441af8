"""The official SDK, strict, against users, invitations, roles and the people of projects."""

from __future__ import annotations

import itertools
from collections.abc import Generator
from typing import Any

import httpx2 as httpx
import openai
import pytest
from openai import OpenAI

from tests.server_process import ServerProcess

SECURITY: Any = {"security": {"admin_api_key_auth": True}}
PASSWORD = "correct horse battery staple"
_numbers = itertools.count()


def sdk(server: ServerProcess, key: str, *, project: str | None = None) -> OpenAI:
    """A strict client, one key or session for inference and administration."""
    return OpenAI(
        base_url=f"{server.url}/v1",
        api_key=key,
        admin_api_key=key,
        project=project,
        max_retries=0,
        _strict_response_validation=True,
    )


@pytest.fixture(scope="module")
def root(scripted_server: ServerProcess) -> Generator[OpenAI]:
    with sdk(scripted_server, scripted_server.key) as opened:
        yield opened


@pytest.fixture
def project(root: OpenAI) -> str:
    return root.admin.organization.projects.create(name="Moon").id


def new_email(name: str = "person") -> str:
    return f"{name}{next(_numbers)}@example.org"


def add(root: OpenAI, **body: Any) -> dict[str, Any]:
    """The extension, called as the SDK calls what it has no method for."""
    body = {"email": new_email(), "password": PASSWORD, **body}
    made: Any = root.post("/organization/users", body=body, cast_to=object, options=SECURITY)
    return made


def sign_in(server: ServerProcess, email: str, password: str = PASSWORD) -> str:
    reply = httpx.post(f"{server.url}/v1/sessions", json={"email": email, "password": password})
    assert reply.status_code == 200, reply.text
    return reply.json()["token"]


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
    number = next(_numbers)
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

    url = f"{scripted_server.url}/v1/sessions/invite"
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
        me: Any = client.get("/sessions/current", cast_to=object, options=SECURITY)
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


def test_roles_of_the_organization(root: OpenAI, scripted_server: ServerProcess) -> None:
    roles, users = root.admin.organization.roles, root.admin.organization.users
    name = f"Auditeur {next(_numbers)} 🔎"
    made = roles.create(role_name=name, permissions=["organization.read", "organization.read"], description="Looks.")
    assert (made.permissions, made.predefined_role, made.resource_type) == (
        ["organization.read"],
        False,
        "api.organization",
    )
    assert roles.retrieve(made.id) == made
    listed = list(roles.list(limit=3))
    assert [each.name for each in listed[:4]] == ["owner", "admin", "member", "viewer"]
    assert made.id in {each.id for each in listed}
    assert [each.id for each in roles.list(order="desc")] == [each.id for each in reversed(listed)]
    with pytest.raises(openai.ConflictError):
        roles.create(role_name=name, permissions=[])

    person = add(root, projects=[])
    with sdk(scripted_server, sign_in(scripted_server, person["email"])) as client:
        with pytest.raises(openai.PermissionDeniedError):
            client.admin.organization.users.list()
        given = users.roles.create(person["id"], role_id=made.id)
        assert (given.role.id, given.user.id) == (made.id, person["id"])
        with pytest.raises(openai.ConflictError):
            users.roles.create(person["id"], role_id=made.id)
        assert client.admin.organization.users.list().data
        assert [each.id for each in users.roles.list(person["id"])] == ["role_organization_member", made.id]
        assert users.roles.retrieve(made.id, user_id=person["id"]).name == name
        changed = roles.update(made.id, permissions=[], role_name=name + "!")
        assert (changed.permissions, changed.name, changed.description) == ([], name + "!", "Looks.")
        with pytest.raises(openai.PermissionDeniedError):
            client.admin.organization.users.list()
        roles.update(made.id, permissions=["organization.read"])
        assert users.roles.delete(made.id, user_id=person["id"]).deleted
        with pytest.raises(openai.PermissionDeniedError):
            client.admin.organization.users.list()
    with pytest.raises(openai.NotFoundError):
        users.roles.retrieve(made.id, user_id=person["id"])
    with pytest.raises(openai.ConflictError):
        users.roles.delete("role_organization_member", user_id=person["id"])
    assert users.roles.create(person["id"], role_id="role_organization_viewer").user.role == "reader"
    assert users.update(person["id"], role_id=made.id).role == "reader"
    assert roles.delete(made.id).deleted
    assert [each.id for each in users.roles.list(person["id"])] == ["role_organization_viewer"]
    with pytest.raises(openai.ConflictError):
        roles.delete("role_organization_owner")
    with pytest.raises(openai.NotFoundError):
        roles.update(made.id, description="Gone.")


def test_roles_of_a_project(root: OpenAI, project: str, scripted_server: ServerProcess) -> None:
    projects = root.admin.organization.projects
    made = projects.roles.create(project, role_name="Writer", permissions=["project.write"])
    assert made.resource_type == "api.project"
    assert projects.roles.retrieve(made.id, project_id=project) == made
    assert [each.name for each in projects.roles.list(project)] == ["owner", "admin", "member", "viewer", "Writer"]
    with pytest.raises(openai.BadRequestError, match="permission"):
        projects.roles.create(project, role_name="Spy", permissions=["organization.read"])
    with pytest.raises(openai.BadRequestError):
        projects.roles.create(project, role_name="Root", permissions=["installation.manage"])
    with pytest.raises(openai.NotFoundError):
        projects.roles.retrieve(made.id, project_id="default")
    with pytest.raises(openai.NotFoundError):
        root.admin.organization.roles.retrieve(made.id)

    person = add(root, projects=[])
    with pytest.raises(openai.NotFoundError):
        projects.users.roles.create(person["id"], project_id=project, role_id=made.id)
    projects.users.create(project, role="viewer", user_id=person["id"])
    with sdk(scripted_server, sign_in(scripted_server, person["email"])) as client:
        with pytest.raises(openai.PermissionDeniedError):
            client.responses.create(model="scripted", input="Hello.")
        assert projects.users.roles.create(person["id"], project_id=project, role_id=made.id).role.id == made.id
        assert client.responses.create(model="scripted", input="Hello.").status == "completed"
    listed = projects.users.roles.list(person["id"], project_id=project)
    assert [each.id for each in listed] == ["role_project_viewer", made.id]
    assert projects.users.roles.retrieve(made.id, project_id=project, user_id=person["id"]).id == made.id
    assert projects.roles.update(made.id, project_id=project, description="Writes.").description == "Writes."
    assert projects.users.roles.delete(made.id, project_id=project, user_id=person["id"]).deleted
    projects.users.roles.create(person["id"], project_id=project, role_id="role_project_admin")
    assert projects.users.retrieve(person["id"], project_id=project).role == "admin"
    assert projects.roles.delete(made.id, project_id=project).deleted


def test_a_projects_manager_gives_only_what_it_has(root: OpenAI, project: str, scripted_server: ServerProcess) -> None:
    projects = root.admin.organization.projects
    steward = projects.roles.create(project, role_name="Steward", permissions=["project.manage"])
    person = add(root, projects=[{"id": project, "role": "viewer"}])
    projects.users.roles.create(person["id"], project_id=project, role_id=steward.id)
    with sdk(scripted_server, sign_in(scripted_server, person["email"])) as client:
        own = client.admin.organization.projects
        assert own.users.list(project).data
        for act in (
            lambda: own.users.update(person["id"], project_id=project, role="owner"),
            lambda: own.roles.create(project, role_name="Writer", permissions=["project.write"]),
            lambda: own.users.roles.create(person["id"], project_id=project, role_id="role_project_member"),
            lambda: own.users.create(project, role="member", user_id=add(root)["id"]),
        ):
            with pytest.raises(openai.PermissionDeniedError, match="do not have it yourself"):
                act()
        with pytest.raises(openai.NotFoundError):
            own.users.list("default")


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
