"""The official SDK, strict, against roles of the organisation and of projects."""

from __future__ import annotations

import openai
import pytest
from openai import OpenAI

from tests.accounts.administration import add, numbers, sdk, sign_in
from tests.server_process import ServerProcess


def test_roles_of_the_organization(root: OpenAI, scripted_server: ServerProcess) -> None:
    roles, users = root.admin.organization.roles, root.admin.organization.users
    name = f"Auditeur {next(numbers)} 🔎"
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
