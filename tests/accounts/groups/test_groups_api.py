"""The official SDK, strict, against groups: what a group's roles open for who is in it, and close again."""

from __future__ import annotations

import openai
import pytest
from openai import OpenAI

from tests.accounts.administration import add, make_key, numbers, sdk, sign_in
from tests.server_process import ServerProcess


def new_group(root: OpenAI) -> str:
    return root.admin.organization.groups.create(name=f"مجموعة {next(numbers)}").id


def test_a_role_in_the_organization_opens_and_closes(root: OpenAI, scripted_server: ServerProcess) -> None:
    groups, roles = root.admin.organization.groups, root.admin.organization.roles
    person, group = add(root, projects=[]), new_group(root)
    role = roles.create(role_name=f"Auditor {next(numbers)}", permissions=["organization.read"])
    with sdk(scripted_server, sign_in(scripted_server, person["email"])) as client:
        audit = client.admin.organization.audit_logs
        groups.roles.create(group, role_id=role.id)
        with pytest.raises(openai.PermissionDeniedError):
            audit.list()
        groups.users.create(group, user_id=person["id"])
        assert audit.list().data
        with pytest.raises(openai.PermissionDeniedError):
            client.admin.organization.projects.create(name="No.")
        roles.update(role.id, permissions=[])
        with pytest.raises(openai.PermissionDeniedError):
            audit.list()
        roles.update(role.id, permissions=["organization.manage", "organization.read"])
        client.admin.organization.projects.create(name="Yes.")
        held = {each.id: each.assignment_sources for each in root.admin.organization.users.roles.list(person["id"])}
        assert [(each.principal_type, each.principal_id) for each in held[role.id] or ()] == [("group", group)]
        groups.users.delete(person["id"], group_id=group)
        with pytest.raises(openai.PermissionDeniedError):
            audit.list()
        groups.users.create(group, user_id=person["id"])
        assert audit.list().data
        assert roles.delete(role.id).deleted
        assert list(groups.roles.list(group)) == []
        with pytest.raises(openai.PermissionDeniedError):
            audit.list()


def test_a_group_takes_part_in_a_project(root: OpenAI, project: str, scripted_server: ServerProcess) -> None:
    organization = root.admin.organization
    person, group = add(root, projects=[]), new_group(root)
    organization.groups.users.create(group, user_id=person["id"])
    token = sign_in(scripted_server, person["email"])
    with sdk(scripted_server, token, project=project) as client:
        with pytest.raises(openai.NotFoundError):
            client.models.list()
        made = organization.projects.groups.create(project, group_id=group, role="role_project_viewer")
        assert (made.group_id, made.project_id) == (group, project)
        assert client.models.list().data
        with pytest.raises(openai.PermissionDeniedError):
            client.responses.create(model="scripted", input="Hello.")
        there = organization.projects.groups.roles
        there.create(group, project_id=project, role_id="role_project_member")
        assert client.responses.create(model="scripted", input="Hello.").status == "completed"
        key = make_key(root, project, name="hers", user_id=person["id"])["value"]
        with sdk(scripted_server, key) as by_key:
            by_key.responses.create(model="scripted", input="Hello.")
            there.delete("role_project_member", project_id=project, group_id=group)
            for each in (client, by_key):
                with pytest.raises(openai.PermissionDeniedError):
                    each.responses.create(model="scripted", input="Hello.")
            with pytest.raises(openai.ConflictError, match="last role"):
                there.delete("role_project_viewer", project_id=project, group_id=group)
            assert by_key.models.list().data
            assert organization.projects.groups.delete(group, project_id=project).deleted
            with pytest.raises(openai.PermissionDeniedError):
                by_key.models.list()
        with pytest.raises(openai.NotFoundError):
            client.models.list()
    # Without a project of its own, a person acts in the group's.
    organization.projects.groups.create(project, group_id=group, role="role_project_member")
    with sdk(scripted_server, token) as client:
        assert client.responses.create(model="scripted", input="Hello.").status == "completed"
    found = organization.users.retrieve(person["id"])
    assert [(each.id, each.role) for each in found.projects.data if found.projects] == [(project, "member")]


def test_nobody_gives_a_group_what_it_does_not_have(root: OpenAI, project: str, scripted_server: ServerProcess) -> None:
    organization, group = root.admin.organization, new_group(root)
    role = organization.projects.roles.create(
        project, role_name="Steward", permissions=["project.read", "project.manage"]
    )
    person = add(root, projects=[{"id": project, "role": "viewer"}])
    organization.projects.users.roles.create(person["id"], project_id=project, role_id=role.id)
    with sdk(scripted_server, sign_in(scripted_server, person["email"]), project=project) as client:
        own = client.admin.organization
        with pytest.raises(openai.PermissionDeniedError, match="do not have it yourself"):
            own.projects.groups.create(project, group_id=group, role="role_project_member")
        own.projects.groups.create(project, group_id=group, role="role_project_viewer")
        with pytest.raises(openai.PermissionDeniedError, match="do not have it yourself"):
            own.projects.groups.roles.create(group, project_id=project, role_id="role_project_owner")
        with pytest.raises(openai.NotFoundError):
            own.projects.groups.create("default", group_id=group, role="role_project_viewer")
        with pytest.raises(openai.PermissionDeniedError):
            own.groups.users.create(group, user_id=person["id"])
    with pytest.raises(openai.BadRequestError, match="cannot own"):
        organization.groups.roles.create(group, role_id="role_organization_owner")


def test_what_is_wrong_is_said(root: OpenAI, project: str) -> None:
    organization, group, other = root.admin.organization, new_group(root), new_group(root)
    name = organization.groups.retrieve(group).name
    person = add(root)["id"]
    with pytest.raises(openai.ConflictError, match="already"):
        organization.groups.create(name=name)
    with pytest.raises(openai.BadRequestError):
        organization.groups.create(name=" ")
    with pytest.raises(openai.NotFoundError, match="no part in this project"):
        organization.projects.groups.roles.create(group, project_id=project, role_id="role_project_viewer")
    with pytest.raises(openai.NotFoundError):
        organization.projects.groups.create(project, group_id=group, role="role_organization_viewer")
    with pytest.raises(openai.NotFoundError):
        organization.groups.users.delete(person, group_id=group)
    organization.groups.users.create(group, user_id=person)
    with pytest.raises(openai.ConflictError):
        organization.groups.users.create(group, user_id=person)
    first = organization.groups.list(limit=1)
    assert first.has_more and first.next == first.data[0].id
    assert {group, other} <= {each.id for each in organization.groups.list(limit=1)}
    organization.users.delete(person)
    assert list(organization.groups.users.list(group)) == []
    assert {each.type for each in organization.audit_logs.list(limit=100)} >= {"group.created"}


def test_a_group_says_how_many_are_in_it_and_what_they_may_do(root: OpenAI, project: str) -> None:
    organization, group, other = root.admin.organization, new_group(root), new_group(root)
    person = add(root)["id"]
    organization.groups.users.create(group, user_id=person)
    role = organization.projects.roles.create(project, role_name="Steward", permissions=["project.read"])
    organization.groups.roles.create(group, role_id="role_organization_viewer")
    organization.projects.groups.create(project, group_id=group, role="role_project_member")
    organization.projects.groups.roles.create(group, project_id=project, role_id=role.id)
    theirs = list(organization.groups.list(extra_query={"user_id": person}))
    assert [each.id for each in theirs] == [group]
    for told in (theirs[0], organization.groups.retrieve(group)):
        details = told.to_dict()["earthshine"]
        assert isinstance(details, dict)
        assert details["users"] == 1
        assert {(each["project_id"], each["name"], each["predefined_role"]) for each in details["roles"]} == {
            (None, "viewer", True),
            (project, "member", True),
            (project, "Steward", False),
        }
        assert next(each for each in details["roles"] if each["id"] == role.id)["permissions"] == ["project.read"]
    assert organization.groups.retrieve(other).to_dict()["earthshine"] == {"users": 0, "roles": []}
    organization.projects.archive(project)
    assert [each["project_id"] for each in _roles(root, group)] == [None]
    with pytest.raises(openai.NotFoundError):
        organization.groups.list(extra_query={"user_id": "user-0"})


def _roles(root: OpenAI, group: str) -> list[dict[str, str | None]]:
    details = root.admin.organization.groups.retrieve(group).to_dict()["earthshine"]
    assert isinstance(details, dict)
    return details["roles"]
