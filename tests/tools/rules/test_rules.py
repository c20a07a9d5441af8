"""Rules of the settings, of an organisation and of a project: who may change them, and which decides."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from earthshine.accounts.authorization.caller import Caller
from earthshine.database import Database
from earthshine.server import create_app
from earthshine.settings import Settings
from earthshine.settings_tables import ToolRule
from earthshine.tools.approvals import Touches
from earthshine.tools.rules.store import ToolRules
from tests.responses.app import ROOT, People

Json = dict[str, Any]

OPERATORS = [
    ToolRule(tool="web_*", host="bad.example.org", decision="refuse"),
    ToolRule(tool="mcp", project="proj_elsewhere", decision="refuse"),
    ToolRule(tool="file_search", decision="allow"),
]
ORGANIZATION = "/earthshine/v1/tool_rules"


@contextmanager
def opened(data: Path) -> Generator[People]:
    settings = Settings(data=data, scripted=True, embedded_model=False, bootstrap_key=ROOT, tool_rules=OPERATORS)
    with TestClient(create_app(settings), raise_server_exceptions=False) as http:
        yield People(http, data)


@pytest.fixture
def people(tmp_path: Path) -> Generator[People]:
    with opened(tmp_path) as found:
        yield found


def ask(people: People, method: str, path: str, body: Any = None, *, who: str = ROOT, status: int = 200) -> Any:
    headers = {"authorization": f"Bearer {who}"} | ({"openai-project": people.project} if "sess-" in who else {})
    reply = people.http.request(method, path, json=body, headers=headers)
    assert reply.status_code == status, reply.text
    return reply.json()


def of_project(people: People) -> str:
    return f"/earthshine/v1/projects/{people.project}/tool_rules"


def judged(people: People, tool: str, who: str = ROOT, **more: Any) -> tuple[str, str | None]:
    found = ask(people, "POST", f"{of_project(people)}/trial", {"tool": tool, **more}, who=who)
    return found["decision"], found["rule"] and found["rule"]["origin"]


def test_the_operators_rules_come_first_then_the_organizations_and_a_project_is_only_stricter(people: People) -> None:
    assert judged(people, "web_fetch") == ("allow", None)
    ask(people, "PUT", ORGANIZATION, {"rules": [{"tool": "web_*", "decision": "ask"}, {"decision": "allow"}]})
    assert judged(people, "web_fetch") == ("ask", "organization")
    assert judged(people, "web_fetch", host="BAD.example.org") == ("refuse", "settings")
    assert judged(people, "mcp") == ("allow", "organization")
    laxer = [{"tool": "web_*", "decision": "allow"}, {"tool": "mcp", "touches": "outside", "decision": "refuse"}]
    ask(people, "PUT", of_project(people), {"rules": laxer})
    assert judged(people, "web_fetch") == ("ask", "organization")
    assert judged(people, "web_fetch", host="bad.example.org") == ("refuse", "settings")
    assert judged(people, "mcp") == ("refuse", "project")
    assert judged(people, "mcp", touches=["network"]) == ("allow", "organization")
    ask(people, "PUT", of_project(people), {"rules": [{"after_untrusted": True, "decision": "ask"}]})
    seen = [judged(people, "file_search", after_untrusted=each) for each in (False, True)]
    assert seen == [("allow", "settings"), ("ask", "project")]


def test_a_trial_takes_what_a_tool_usually_touches(people: People) -> None:
    for tool, touches in (
        ("file_search", ["read"]),
        ("web_fetch", ["network"]),
        ("mcp", ["network", "outside", "read", "write"]),
        ("unheard_of", ["network", "outside", "read", "write"]),
    ):
        assert ask(people, "POST", f"{of_project(people)}/trial", {"tool": tool})["touches"] == touches


def test_rules_hold_for_responses_at_once_and_after_a_restart(tmp_path: Path) -> None:
    body = {"model": "scripted", "input": "Hello.", "tools": [{"type": "tool_search"}]}
    with opened(tmp_path) as people:
        people.ask("POST", "/responses", body, who=people.key)
        ask(people, "PUT", of_project(people), {"rules": [{"tool": "tool_*", "decision": "refuse"}]})
        error = people.ask("POST", "/responses", body, who=people.key, status=403)["error"]
        assert error["param"] == "tools[0]"
        # Another project has rules of its own.
        people.http.post("/v1/responses", json=body, headers={"authorization": f"Bearer {ROOT}"}).raise_for_status()
        project, key = people.project, people.key
    with opened(tmp_path) as people:
        people.project = project
        people.ask("POST", "/responses", body, who=key, status=403)
        ask(people, "PUT", of_project(people), {"rules": []})
        people.ask("POST", "/responses", body, who=key)


def test_lists_show_what_is_above_them_as_far_as_it_is_about_them(people: People) -> None:
    ask(people, "PUT", ORGANIZATION, {"rules": [{"project": "proj_other", "decision": "refuse"}, {"decision": "ask"}]})
    shown = ask(people, "GET", of_project(people), who=people.key)
    assert [(each["origin"], each["tool"], each["project"]) for each in shown["inherited"]] == [
        ("settings", "web_*", "*"),
        ("settings", "file_search", "*"),
        ("organization", "*", "*"),
    ]
    assert (shown["project"], shown["rules"], shown["version"]) == (people.project, [], 0)
    whole = ask(people, "GET", ORGANIZATION)
    assert [each["tool"] for each in whole["inherited"]] == ["web_*", "file_search"]
    assert [each["project"] for each in whole["rules"]] == ["proj_other", "*"]


def test_only_who_manages_changes_and_each_change_is_in_the_audit_trail(people: People) -> None:
    (_, member), (manager_id, manager) = people.sign_in("member"), people.sign_in("manager", "admin")
    body = {"rules": [{"tool": "mcp", "decision": "ask"}]}
    for who, path in ((member, of_project(people)), (member, ORGANIZATION), (manager, ORGANIZATION)):
        ask(people, "PUT", path, body, who=who, status=403)
    ask(people, "GET", ORGANIZATION, who=manager, status=403)
    ask(people, "GET", of_project(people), who=member)
    assert judged(people, "mcp", who=member) == ("allow", None)
    ask(people, "PUT", of_project(people), body, who=manager)
    rows = people.ask("GET", "/organization/audit_logs?event_types[]=organization.updated")["data"]
    (row,) = [each for each in rows if each["event"] == "tool_rules.updated"]
    assert row["project"]["id"] == people.project
    assert row["actor"]["session"]["user"]["id"] == manager_id
    assert row["tool_rules.updated"]["changes_requested"]["rules"][0]["decision"] == "ask"


def test_a_change_of_what_somebody_else_changed_is_refused(people: People) -> None:
    first = ask(people, "PUT", of_project(people), {"rules": [{"decision": "ask"}], "version": 0})
    assert first["version"] == 1
    late = ask(people, "PUT", of_project(people), {"rules": [], "version": 0}, status=409)
    assert (late["error"]["param"], late["error"]["code"]) == ("version", "conflict")
    assert ask(people, "PUT", of_project(people), {"rules": [], "version": 1})["version"] == 2


@pytest.mark.parametrize(
    ("rule", "param"),
    [
        ({"decision": "maybe"}, "rules[0].decision"),
        ({}, "rules[0].decision"),
        ({"decision": "ask", "touches": "everything"}, "rules[0].touches"),
        ({"decision": "ask", "hosts": "x"}, "rules[0].hosts"),
        ({"decision": "ask", "tool": ""}, "rules[0].tool"),
        ({"decision": "ask", "host": "h" * 254}, "rules[0].host"),
        ({"decision": "ask", "project": "proj_other"}, "rules[0].project"),
    ],
)
def test_what_is_no_rule_is_refused_by_name(people: People, rule: Json, param: str) -> None:
    refused = ask(people, "PUT", of_project(people), {"rules": [rule]}, status=400)
    assert refused["error"]["param"] == param, json.dumps(refused)


def test_a_list_is_bounded(people: People) -> None:
    refused = ask(people, "PUT", of_project(people), {"rules": [{"decision": "ask"}] * 101}, status=400)
    assert refused["error"]["param"] == "rules"


async def test_another_server_learns_of_a_change_by_looking(database: Database) -> None:
    here, there = ToolRules(database, []), ToolRules(database, [])
    for each in (here, there):
        await each.open()
    who, touches = Caller("key", "proj_1"), Touches(frozenset({"network"}))
    judge = there.judge(who)
    await here.write(who, "proj_1", _update([{"touches": "network", "decision": "refuse"}]))
    assert (here.judge(who)("mcp", touches), judge("mcp", touches)) == ("refuse", "allow")
    await there.refresh()
    assert judge("mcp", touches) == "refuse"
    assert there.judge(Caller("key", "proj_2"))("mcp", touches) == "allow"


def _update(rules: list[Json]) -> Any:
    from earthshine.tools.rules.schemas import ToolRulesUpdate

    return ToolRulesUpdate.model_validate({"rules": rules})
