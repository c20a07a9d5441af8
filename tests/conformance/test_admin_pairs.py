"""The administration of the official SDK, strict response validation on: every pair that is served, in one story."""

from __future__ import annotations

import re
import time
from collections.abc import Generator
from typing import Any
from uuid import uuid4

import openai
import pytest
from openai import DefaultHttpxClient, OpenAI
from openai.resources.admin.organization import Organization

from tests.conformance.sdk_walk import administration, pairs, refused
from tests.patience import PATIENCE
from tests.server_process import ServerProcess


class Recorder:
    """Which verbs and paths were asked and answered well."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, str]] = set()

    def __call__(self, response: Any) -> None:
        if response.status_code < 400:
            self.seen.add((response.request.method, response.request.url.path.removeprefix("/v1")))

    def used(self, pair: str) -> bool:
        """Whether a pair was among them."""
        verb, _, path = pair.partition(" ")
        pattern = re.compile(re.escape(path).replace(r"\{\}", "[^/]+"))
        return any(verb == done and pattern.fullmatch(asked) for done, asked in self.seen)


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def organization(scripted_server: ServerProcess, recorder: Recorder) -> Generator[Organization]:
    """The SDK's administration, recorded."""
    with OpenAI(
        base_url=f"{scripted_server.url}/v1",
        api_key=scripted_server.key,
        admin_api_key=scripted_server.key,
        max_retries=0,
        http_client=DefaultHttpxClient(event_hooks={"response": [recorder]}),
        _strict_response_validation=True,
    ) as client:
        client.chat.completions.create(model="scripted", messages=[{"role": "user", "content": "مرحبا"}])
        client.embeddings.create(model="scripted", input="moon", encoding_format="float")
        yield client.admin.organization


def test_every_pair_of_the_administration(
    organization: Organization, recorder: Recorder, pytestconfig: pytest.Config
) -> None:
    keys(organization)
    person = people(organization)
    project = projects(organization, person)
    money(organization, project)
    controls(organization, project)
    groups(organization, person, project)
    reports(organization)
    organization.users.delete(person)
    organization.projects.archive(project)
    assert organization.projects.retrieve(project).status == "archived"
    logged = {entry.type for entry in organization.audit_logs.list(limit=100)}
    assert {"project.created", "project.archived", "api_key.created", "user.deleted"} <= logged
    served = administration()
    missing = sorted(pair for pair in served if not recorder.used(pair))
    terminal = pytestconfig.pluginmanager.get_plugin("terminalreporter")
    assert terminal is not None
    terminal.write_line(f"\nadministration: {len(served) - len(missing)} of {len(served)} pairs")
    assert missing == []


def test_the_rest_is_refused_by_name(organization: Organization, scripted_server: ServerProcess) -> None:
    served, not_here = administration(), refused()
    assert served | not_here == pairs("admin.organization")
    assert (len(served), len(not_here)) == (113, 30)
    client = organization._client
    for pair in sorted(not_here):
        method, _, path = pair.partition(" ")
        call = {"GET": client.get, "POST": client.post, "DELETE": client.delete}[method]
        name = next(part for part in path.split("/")[2:] if part not in ("projects", "{}"))
        with pytest.raises(openai.NotFoundError, match=f"`{name}` is not served here"):
            call(path.replace("{}", "default"), cast_to=object)


def keys(organization: Organization) -> None:
    """Keys of administrators."""
    made = organization.admin_api_keys.create(name="ops", expires_in_seconds=3600)
    assert made.value
    assert organization.admin_api_keys.retrieve(made.id).name == "ops"
    assert made.id in [key.id for key in organization.admin_api_keys.list()]
    organization.admin_api_keys.delete(made.id)
    with pytest.raises(openai.NotFoundError):
        organization.admin_api_keys.retrieve(made.id)


def people(organization: Organization) -> str:
    """Users, invitations and roles of the organisation; returns a user's id."""
    email = f"{uuid4().hex}@example.org"
    invite = organization.invites.create(email=f"i-{email}", role="reader")
    assert organization.invites.retrieve(invite.id).email == f"i-{email}"
    assert invite.id in [each.id for each in organization.invites.list()]
    organization.invites.delete(invite.id)

    role = organization.roles.create(role_name=f"auditor {email}", permissions=["organization.read"])
    organization.roles.update(role.id, description="Reads everything")
    assert organization.roles.retrieve(role.id).description == "Reads everything"
    assert role.id in [each.id for each in organization.roles.list()]

    person = new_person(organization, email)
    assert organization.users.retrieve(person).id == person
    assert person in [user.id for user in organization.users.list()]
    organization.users.update(person, role="member")
    organization.users.roles.create(person, role_id=role.id)
    assert organization.users.roles.retrieve(role.id, user_id=person).id == role.id
    assert role.id in [each.id for each in organization.users.roles.list(person)]
    organization.users.roles.delete(role.id, user_id=person)
    organization.roles.delete(role.id)
    return person


def new_person(organization: Organization, email: str) -> str:
    """Make a user: OpenAI has only invitations for it, so this is a call of our own."""
    made = organization._client.post(
        "/organization/users",
        cast_to=dict[str, Any],
        body={"email": email, "name": "مريم", "role": "reader"},
    )
    return str(made["id"])


def projects(organization: Organization, person: str) -> str:
    """Projects and what belongs to one; returns its id."""
    project = organization.projects.create(name="Recherche 🌒")
    organization.projects.update(project.id, name="Recherche")
    assert organization.projects.retrieve(project.id).name == "Recherche"
    assert project.id in [each.id for each in organization.projects.list()]

    account = organization.projects.service_accounts.create(project.id, name="notebook")
    assert account.api_key
    organization.projects.service_accounts.update(account.id, project_id=project.id, name="notebooks")
    found = organization.projects.service_accounts.retrieve(account.id, project_id=project.id)
    assert found.name == "notebooks"
    assert account.id in [each.id for each in organization.projects.service_accounts.list(project.id)]
    key = organization.projects.service_accounts.api_keys.create(account.id, project_id=project.id, name="second")
    assert key.value

    assert key.id in [each.id for each in organization.projects.api_keys.list(project.id)]
    organization.projects.api_keys.update(key.id, project_id=project.id, expires_in_seconds=60)
    assert organization.projects.api_keys.retrieve(key.id, project_id=project.id).name == "second"
    organization.projects.api_keys.delete(key.id, project_id=project.id)
    organization.projects.service_accounts.delete(account.id, project_id=project.id)

    members = organization.projects.users
    members.create(project.id, user_id=person, role="member")
    members.update(person, project_id=project.id, role="viewer")
    assert members.retrieve(person, project_id=project.id).role == "viewer"
    assert person in [each.id for each in members.list(project.id)]
    role = organization.projects.roles.create(project.id, role_name="guest", permissions=["project.read"])
    organization.projects.roles.update(role.id, project_id=project.id, role_name="visitor")
    assert organization.projects.roles.retrieve(role.id, project_id=project.id).name == "visitor"
    assert role.id in [each.id for each in organization.projects.roles.list(project.id)]
    members.roles.create(person, project_id=project.id, role_id=role.id)
    assert members.roles.retrieve(role.id, project_id=project.id, user_id=person).id == role.id
    assert role.id in [each.id for each in members.roles.list(person, project_id=project.id)]
    members.roles.delete(role.id, project_id=project.id, user_id=person)
    organization.projects.roles.delete(role.id, project_id=project.id)
    members.delete(person, project_id=project.id)
    return project.id


def money(organization: Organization, project: str) -> None:
    """Limits on requests, models and money, and alerts."""
    limits = organization.projects.rate_limits
    first = next(iter(limits.list_rate_limits(project)))
    changed = limits.update_rate_limit(first.id, project_id=project, max_requests_per_1_minute=30)
    assert changed.max_requests_per_1_minute == 30
    allowed = organization.projects.model_permissions
    allowed.update(project, mode="allow_list", model_ids=["scripted"])
    assert allowed.retrieve(project).api_model_ids == ["scripted"]
    allowed.delete(project)

    for_all, for_one = organization.spend_limit, organization.projects.spend_limit
    for_all.update(currency="USD", interval="month", threshold_amount=100_000)
    assert for_all.retrieve().threshold_amount == 100_000
    for_all.delete()
    for_one.update(project, currency="USD", interval="month", threshold_amount=500)
    assert for_one.retrieve(project).threshold_amount == 500
    for_one.delete(project)

    alert: Any = {
        "currency": "USD",
        "interval": "month",
        "threshold_amount": 100,
        "notification_channel": {"type": "email", "recipients": ["ops@example.org"]},
    }
    made = organization.spend_alerts.create(**alert)
    organization.spend_alerts.update(made.id, **{**alert, "threshold_amount": 200})
    assert organization.spend_alerts.retrieve(made.id).threshold_amount == 200
    assert made.id in [each.id for each in organization.spend_alerts.list()]
    organization.spend_alerts.delete(made.id)
    alerts = organization.projects.spend_alerts
    made = alerts.create(project, **alert)
    alerts.update(made.id, project_id=project, **{**alert, "threshold_amount": 300})
    assert alerts.retrieve(made.id, project_id=project).threshold_amount == 300
    assert made.id in [each.id for each in alerts.list(project)]
    alerts.delete(made.id, project_id=project)


def controls(organization: Organization, project: str) -> None:
    """What is kept, which tools there are, and the one service tier."""
    assert organization.data_retention.retrieve().type == "modified_abuse_monitoring"
    organization.data_retention.update(retention_type="modified_abuse_monitoring")
    of_one = organization.projects.data_retention
    assert of_one.update(project, retention_type="zero_data_retention").type == "zero_data_retention"
    assert of_one.retrieve(project).type == "zero_data_retention"
    tools = organization.projects.hosted_tool_permissions
    assert not tools.update(project, web_search={"enabled": False}).web_search.enabled
    assert tools.retrieve(project).file_search.enabled
    tiers = organization.projects.service_tier_settings
    assert tiers.update(project, default="standard", enabled_tiers=[]) == tiers.retrieve(project)


def groups(organization: Organization, person: str, project: str) -> None:
    """Groups, the people in them, and their roles in the organisation and in a project."""
    ours, theirs = organization.groups, organization.projects.groups
    made = ours.create(name=f"Équipe {uuid4().hex}")
    ours.update(made.id, name=f"فريق {uuid4().hex}")
    assert ours.retrieve(made.id).name.startswith("فريق")
    assert made.id in [each.id for each in ours.list()]
    ours.users.create(made.id, user_id=person)
    assert ours.users.retrieve(person, group_id=made.id).id == person
    assert [each.id for each in ours.users.list(made.id)] == [person]
    ours.roles.create(made.id, role_id="role_organization_viewer")
    assert ours.roles.retrieve("role_organization_viewer", group_id=made.id).name == "viewer"
    assert [each.name for each in ours.roles.list(made.id)] == ["viewer"]
    ours.roles.delete("role_organization_viewer", group_id=made.id)
    theirs.create(project, group_id=made.id, role="role_project_viewer")
    assert theirs.retrieve(made.id, project_id=project).group_id == made.id
    assert [each.group_id for each in theirs.list(project)] == [made.id]
    theirs.roles.create(made.id, project_id=project, role_id="role_project_member")
    assert theirs.roles.retrieve("role_project_member", project_id=project, group_id=made.id).name == "member"
    assert {each.name for each in theirs.roles.list(made.id, project_id=project)} == {"viewer", "member"}
    theirs.roles.delete("role_project_member", project_id=project, group_id=made.id)
    theirs.delete(made.id, project_id=project)
    ours.users.delete(person, group_id=made.id)
    ours.delete(made.id)


def reports(organization: Organization) -> None:
    """Usage of all kinds, and costs."""
    start = int(time.time()) - 3600
    usage = organization.usage
    counted = {"completions": 0, "embeddings": 0}
    deadline = time.monotonic() + PATIENCE
    while not all(counted.values()) and time.monotonic() < deadline:
        for kind in counted:
            buckets = getattr(usage, kind)(start_time=start, bucket_width="1h").data
            counted[kind] = sum(result.num_model_requests for bucket in buckets for result in bucket.results)
    assert all(counted.values()), "what was asked above is in the reports"
    for kind in ("audio_speeches", "audio_transcriptions", "code_interpreter_sessions", "decisions"):
        assert getattr(usage, kind)(start_time=start).data
    for kind in ("file_search_calls", "images", "moderations", "vector_stores", "web_search_calls"):
        assert getattr(usage, kind)(start_time=start).data
    assert usage.costs(start_time=start).data
