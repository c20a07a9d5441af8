"""What looks after containers: those that live, what they take, and where they tried to connect to."""

from __future__ import annotations

import json
import time
from collections.abc import Generator
from typing import Any

import pytest
from starlette.testclient import TestClient

from earthshine.server import create_app
from earthshine.settings import Settings
from tests.responses.app import ROOT, People

Json = dict[str, Any]


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Generator[People]:
    data = tmp_path_factory.mktemp("living") / "data"
    settings = Settings(data=data, scripted=True, embedded_model=False, bootstrap_key=ROOT)
    with TestClient(create_app(settings), raise_server_exceptions=False) as http:
        yield People(http, data)


def get(people: People, path: str, who: str, *, whole: bool = False, status: int = 200) -> Any:
    place = "/earthshine/v1" if whole else f"/earthshine/v1/projects/{people.project}"
    headers = {"authorization": f"Bearer {who}"} | ({"openai-project": people.project} if "sess-" in who else {})
    reply = people.http.get(place + path, headers=headers)
    assert reply.status_code == status, reply.text
    return reply.json() if status != 200 else reply.json()["data"]


def run(people: People, who: str, container: str, code: str) -> None:
    call = {"tool_call": {"name": "code_interpreter", "arguments": {"code": code}}}
    tool = {"type": "code_interpreter", "container": container}
    said = f"!script {json.dumps([call, {'text': 'Done.'}])}"
    people.ask("POST", "/responses", {"model": "scripted", "input": said, "tools": [tool]}, who=who)


def test_who_looks_after_a_project_sees_its_containers_and_stops_them(people: People) -> None:
    (member_id, member), (_, manager) = people.sign_in("member"), people.sign_in("manager", "admin")
    made = people.ask("POST", "/containers", {"name": "my salary", "memory_limit": "1g"}, who=member)
    (idle,) = get(people, "/living_containers", manager)
    assert (idle["id"], idle["project"], idle["memory_limit"]) == (made["id"], people.project, "1g")
    assert (idle["user"]["id"], idle["user"]["email"]) == (member_id, "member@example.org")
    assert idle["expires_at"] == idle["last_active_at"] + 20 * 60
    assert idle["name"] is None, "it is the words of another person"
    run(people, member, made["id"], "open('big', 'wb').write(bytes(3_000_000)); x = b'x' * 50_000_000")
    used = idle
    for _ in range(100):
        (used,) = get(people, "/living_containers", manager)
        if used["memory"] > 50_000_000:
            break
        time.sleep(0.1)
    assert used["state"] == "idle"
    assert 50_000_000 < used["memory"] < 2**30
    assert 3_000_000 <= used["disk"] < 6_000_000
    get(people, "/living_containers", member, status=403)
    get(people, "/living_containers", manager, whole=True, status=403)
    assert [each["id"] for each in get(people, "/living_containers", ROOT, whole=True)] == [made["id"]]
    people.ask("DELETE", f"/containers/{made['id']}", who=manager)
    assert get(people, "/living_containers", manager) == []


def test_where_a_container_tried_to_connect_to_is_told(people: People) -> None:
    _, manager = people.sign_in("auditor", "admin")
    policy = {"type": "allowlist", "allowed_domains": ["allowed.example"]}
    body = {"name": "n", "network_policy": policy}
    made = people.ask("POST", "/containers", body, who=people.key)
    code = (
        "import urllib.request as r\n"
        "for url in ['http://evil.example/x', 'http://evil.example/y', 'https://other.example/']:\n"
        "    try: r.urlopen(url, timeout=5)\n"
        "    except OSError as error: print(error)\n"
    )
    run(people, people.key, made["id"], code)
    (shown,) = get(people, "/living_containers", manager)
    assert (shown["user"], shown["name"], shown["network_policy"]) == (None, "n", policy)
    found: list[Json] = []
    for _ in range(100):
        found = get(people, "/egress", manager)
        if len(found) > 1:
            break
        time.sleep(0.1)
    told = {(each["method"], each["host"], each["port"], each["verdict"], each["count"]) for each in found}
    assert told == {("GET", "evil.example", 80, "not_allowed", 2), ("CONNECT", "other.example", 443, "not_allowed", 1)}
    assert {each["container_id"] for each in found} == {made["id"]}
    assert [each["host"] for each in get(people, "/egress?host=Other", manager)] == ["other.example"]
    assert len(get(people, f"/egress?container_id={made['id']}&verdict=refused", manager)) == 2
    assert get(people, "/egress?verdict=done", manager) == get(people, "/egress?container_id=cntr_x", manager) == []
    (older,) = get(people, f"/egress?after={found[0]['id']}", manager)
    assert older == found[1]
    assert get(people, "/egress?verdict=perhaps", manager, status=400)["error"]["param"] == "verdict"
    get(people, "/egress", people.key, status=403)
    assert len(get(people, "/egress", ROOT, whole=True)) == 2
    people.ask("DELETE", f"/containers/{made['id']}", who=people.key)
    assert len(get(people, "/egress", manager)) == 2, "the log outlives the container"
    metrics = people.http.get("/metrics", headers={"authorization": f"Bearer {ROOT}"}).text
    assert 'earthshine_egress_connections_total{verdict="not_allowed"} 3.0' in metrics
    assert 'earthshine_egress_connections_total{verdict="private_address"} 0.0' in metrics
