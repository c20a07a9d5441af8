"""The audit trail: every administrative act, and every reading of what belongs to others."""

from __future__ import annotations

import time
from typing import Any

import openai
import pytest
from openai import OpenAI

from tests.accounts.administration import SECURITY, make_key, sdk
from tests.addresses import address
from tests.server_process import ServerProcess


def test_the_audit_trail(root: OpenAI, project: str, scripted_server: ServerProcess) -> None:
    logs = root.admin.organization.audit_logs
    account = root.admin.organization.projects.service_accounts.create(project, name="watched")
    root.admin.organization.projects.update(project, name="Renamed")
    here = list(logs.list(project_ids=[project], limit=1))
    assert [each.type for each in here] == [
        "project.updated",
        "api_key.created",
        "service_account.created",
        "project.created",
    ]
    assert here[0].project is not None
    assert here[0].project.name == "Renamed"
    assert here[0].project_updated is not None
    assert here[2].service_account_created is not None
    assert here[2].service_account_created.id == account.id
    actor = here[0].actor
    assert actor is not None
    assert actor.api_key is not None
    assert actor.api_key.id is not None
    assert account.api_key is not None
    assert account.api_key.value not in "".join(each.to_json() for each in here)
    assert [each.id for each in logs.list(resource_ids=[account.id])] == [here[2].id]
    assert [each.id for each in logs.list(project_ids=[project], event_types=["project.created"])] == [here[3].id]
    assert [each.id for each in logs.list(actor_ids=[actor.api_key.id], limit=2, project_ids=[project]).data] == [
        here[0].id,
        here[1].id,
    ]
    assert not logs.list(actor_ids=["key_none"]).data
    assert not logs.list(actor_emails=["nobody@example.org"]).data
    assert not logs.list(tenant_only=True).data
    before = logs.list(project_ids=[project], before=here[2].id, limit=1)
    assert [each.id for each in before.data] == [here[1].id]
    assert before.has_more
    at = here[3].effective_at
    assert logs.list(project_ids=[project], effective_at={"gte": at}).data
    assert not logs.list(project_ids=[project], effective_at={"lt": at}).data
    assert not logs.list(project_ids=[project], effective_at={"gt": int(time.time()) + 5}).data
    place = f"{scripted_server.url}/earthshine/v1/organizations"
    made: Any = root.post(place, body={"name": "o"}, cast_to=object, options=SECURITY)
    shown = logs.list(resource_ids=[made["id"]]).data[0]
    assert shown.type == "organization.updated"
    assert (shown.model_extra or {})["event"] == "organization.created"


def test_reading_what_belongs_to_others_is_written_down(
    root: OpenAI, project: str, scripted_server: ServerProcess
) -> None:
    def post(path: str, **body: Any) -> Any:
        place = f"{scripted_server.url}{address(path)}"
        return root.post(place, body=body, cast_to=object, options=SECURITY)

    with sdk(scripted_server, make_key(root, project, name="app")["value"]) as app:
        stored = app.responses.create(model="scripted", input="Private.")
    email, password = f"watcher-{project}@example.org".lower(), "no ordinary password at all"
    person = post("/organization/users", email=email, name="W", role="viewer", password=password, projects=[])
    token = post("/sessions", email=email, password=password)["token"]

    def rows() -> list[Any]:
        return list(root.admin.organization.audit_logs.list(project_ids=[project], actor_ids=[person["id"]]))

    with sdk(scripted_server, token).with_options(default_headers={"OpenAI-Project": project}) as watcher:
        watcher.models.list()
        assert rows() == []
        assert watcher.responses.retrieve(stored.id).id == stored.id
        with pytest.raises(openai.PermissionDeniedError):
            watcher.responses.delete(stored.id)
        (row,) = rows()
        assert row.model_extra["event"] == "data.read"
        assert row.model_extra["data.read"] == {"id": f"/v1/responses/{stored.id}"}
        assert row.actor is not None
        assert row.actor.session is not None
        assert row.actor.session.user is not None
        assert row.actor.session.user.email == email
        post(f"/organization/projects/{project}/users", user_id=person["id"], role="member")
        watcher.responses.retrieve(stored.id)
        assert len(rows()) == 1
