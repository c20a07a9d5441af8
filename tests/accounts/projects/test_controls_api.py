"""What a project keeps, which tools it has, and its one service tier: each holds for real."""

from __future__ import annotations

import openai
import pytest
from openai import OpenAI

from tests.accounts.administration import make_key, sdk
from tests.server_process import ServerProcess


def test_zero_data_retention_stores_nothing(root: OpenAI, project: str, scripted_server: ServerProcess) -> None:
    chosen = root.admin.organization.projects.data_retention
    with sdk(scripted_server, make_key(root, project, name="k")["value"]) as client:
        kept = client.responses.create(model="scripted", input="Hello.")
        assert client.responses.retrieve(kept.id).id == kept.id
        chosen.update(project, retention_type="zero_data_retention")
        gone = client.responses.create(model="scripted", input="Hello.", store=True)
        assert gone.model_dump()["store"] is False
        with pytest.raises(openai.NotFoundError):
            client.responses.retrieve(gone.id)
        with pytest.raises(openai.BadRequestError, match="zero data retention"):
            client.responses.create(model="scripted", input="Hello.", background=True)
        message = {"role": "user", "content": "Hello."}
        written = client.chat.completions.create(model="scripted", messages=[message], store=True)
        assert written.id not in [each.id for each in client.chat.completions.list()]
        with client.responses.connect() as socket:
            socket.response.create(model="scripted", input="Hello.", store=True)
            said = next(event for event in socket if event.type == "response.completed")
        with pytest.raises(openai.NotFoundError):
            client.responses.retrieve(said.response.id)
        chosen.update(project, retention_type="organization_default")
        kept = client.responses.create(model="scripted", input="Hello.")
        assert client.responses.retrieve(kept.id).id == kept.id


def test_a_project_follows_its_organization(root: OpenAI, project: str, scripted_server: ServerProcess) -> None:
    organization = root.admin.organization
    with sdk(scripted_server, make_key(root, project, name="k")["value"]) as client:
        organization.data_retention.update(retention_type="zero_data_retention")
        try:
            assert client.responses.create(model="scripted", input="Hello.").model_dump()["store"] is False
            organization.projects.data_retention.update(project, retention_type="none")
            assert client.responses.create(model="scripted", input="Hello.").model_dump()["store"] is True
        finally:
            organization.data_retention.update(retention_type="modified_abuse_monitoring")
    with pytest.raises(openai.BadRequestError, match="'zero_data_retention'"):
        organization.data_retention.update(retention_type="enhanced_zero_data_retention")


def test_a_tool_that_is_off_is_refused(root: OpenAI, project: str, scripted_server: ServerProcess) -> None:
    tools = root.admin.organization.projects.hosted_tool_permissions
    search = {"type": "file_search", "vector_store_ids": ["vs_none"]}
    with sdk(scripted_server, make_key(root, project, name="k")["value"]) as client:
        tools.update(project, file_search={"enabled": False}, mcp={"enabled": False})
        for tool in (search, {"type": "mcp", "server_label": "far", "server_url": "https://example.org/mcp"}):
            with pytest.raises(openai.PermissionDeniedError, match="refuse the tool"):
                client.responses.create(model="scripted", input="Hello.", tools=[tool])
        found = tools.update(project, file_search={"enabled": True})
        assert (found.file_search.enabled, found.web_search.enabled, found.mcp.enabled) == (True, True, False)
        assert client.responses.create(model="scripted", input="Hello.", tools=[search]).status == "completed"
    with pytest.raises(openai.BadRequestError, match="makes images"):
        tools.update(project, image_generation={"enabled": True})


def test_a_project_allows_itself_no_tool_that_others_refuse(root: OpenAI, project: str) -> None:
    place = f"{str(root.base_url).removesuffix('/v1/')}/earthshine/v1/projects/{project}/tool_rules"
    rule = {"tool": "*", "decision": "refuse"}
    root.put(place, body={"rules": [rule]}, cast_to=object)
    tools = root.admin.organization.projects.hosted_tool_permissions
    assert not tools.retrieve(project).mcp.enabled
    with pytest.raises(openai.ConflictError, match="Another rule refuses 'mcp'"):
        tools.update(project, mcp={"enabled": True})


def test_there_is_one_service_tier(root: OpenAI, project: str) -> None:
    tiers = root.admin.organization.projects.service_tier_settings
    assert tiers.update(project, default="standard").enabled_tiers == []
    with pytest.raises(openai.BadRequestError, match="one service tier"):
        tiers.update(project, enabled_tiers=["flex"])
    with pytest.raises(openai.BadRequestError, match="one service tier"):
        tiers.update(project, default="scale")
