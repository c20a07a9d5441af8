"""Artifacts through the official SDK, strict: what a turn hands over, what of it stays, and what is none."""

from __future__ import annotations

import asyncio
import io
import zipfile
from pathlib import Path
from typing import Any

import httpx2
import pytest
from openai import NotFoundError, OpenAI
from openai.types.beta.agent_session import AgentSession

from tests.agents.talking import bearer, script, until
from tests.responses.clients import sync_client
from tests.server_process import ServerProcess, start_server


def shell(*commands: str) -> Any:
    return {"tool_call": {"name": "shell", "arguments": {"commands": list(commands)}}}


def work(sdk: OpenAI, *replies: Any) -> AgentSession:
    create: Any = sdk.beta.agents.sessions.create
    said = script(*replies)
    return until(sdk, create(environment={"type": "openai_hosted"}, agent={"model": "scripted"}, input=said), "idle")


def paths(sdk: OpenAI, session: AgentSession, **query: Any) -> list[str]:
    return [each.path for each in sdk.beta.agents.sessions.artifacts.list(session.id, order="asc", **query)]


def test_a_turn_hands_over_files_and_the_sdk_finds_them_by_its_result(sdk: OpenAI, tmp_path: Path) -> None:
    sessions = sdk.beta.agents.sessions
    made = work(sdk, shell("echo draft > notes.txt", "ls outputs"), {"text": "Ready."})
    assert paths(sdk, made) == [], "what is elsewhere, and not named, is not handed over"
    write = shell("echo one > outputs/report.md", "mkdir outputs/data; echo a,b > 'outputs/data/جدول 表 🌙.csv'")
    with sessions.stream(made.id, input=script(write, {"text": "See the report."})) as events:
        result = events.get_final_result()
    found = sessions.artifacts.for_result(result)
    assert found.content("/workspace/outputs/report.md").read() == b"one\n"
    selected = found.download("/workspace/outputs/data/جدول 表 🌙.csv", to=tmp_path / "table.csv")
    assert (tmp_path / "table.csv").read_text() == "a,b\n"
    again = sessions.artifacts.retrieve(selected.id, session_id=made.id)
    assert again == selected and again.size_bytes == 4 and again.turn_id == result.turn_id
    assert (again.environment_id, again.session_id) == (made.environment.model_dump()["id"], made.id)
    assert len(paths(sdk, made, environment_id=again.environment_id)) == 2
    assert paths(sdk, made, environment_id="other") == []


def test_only_what_changed_is_published_again_and_versions_stay(sdk: OpenAI) -> None:
    sessions = sdk.beta.agents.sessions
    made = work(sdk, shell("echo 1 > outputs/a; echo 1 > outputs/b"), {"text": "."})
    first = {each.path: each for each in sessions.artifacts.list(made.id)}
    assert len(first) == 2
    with sessions.stream(made.id, input=script(shell("echo 2 > outputs/a; touch outputs/b"), {"text": "."})) as events:
        result = events.get_final_result()
    assert paths(sdk, made).count("/workspace/outputs/a") == 2 and paths(sdk, made).count("/workspace/outputs/b") == 1
    assert sessions.artifacts.for_result(result).content("/workspace/outputs/a").read() == b"2\n"
    old = first["/workspace/outputs/a"]
    assert sessions.artifacts.content(old.id, session_id=made.id).read() == b"1\n"
    assert sessions.artifacts.delete(old.id, session_id=made.id).deleted
    with pytest.raises(NotFoundError):
        sessions.artifacts.content(old.id, session_id=made.id)
    with sessions.stream(made.id, input=script({"text": "."})) as events:
        events.until_done()
    assert len(paths(sdk, made)) == 2, "what was deleted does not come again"


def test_files_that_the_answer_names_are_handed_over(sdk: OpenAI) -> None:
    made = work(sdk, shell("echo x > chart.svg"), {"text": "It is in chart.svg."})
    assert paths(sdk, made) == ["/workspace/chart.svg"]


def test_traps_are_not_handed_over(sdk: OpenAI) -> None:
    links = "ln -s /etc/passwd outputs/passwd; ln -s .. outputs/up; ln -s /etc outputs/etc; mkfifo outputs/pipe"
    made = work(sdk, shell(links, "echo fine > outputs/fine"), {"text": "."})
    assert paths(sdk, made) == ["/workspace/outputs/fine"]


def test_artifacts_outlive_what_made_them_and_go_with_their_session(
    sdk: OpenAI, scripted_server: ServerProcess
) -> None:
    made = work(sdk, shell("seq 1000 > outputs/long.txt; echo hi > outputs/hi"), {"text": "."})
    (long,) = [each for each in sdk.beta.agents.sessions.artifacts.list(made.id) if each.path.endswith("long.txt")]
    sdk.containers.delete(long.environment_id)
    where = f"{scripted_server.url}/v1/agents/sessions/{made.id}/artifacts/{long.id}/content"
    with httpx2.Client(headers=bearer(scripted_server)) as http:
        part = http.get(where, headers={"range": "bytes=0-3"})
        assert (part.status_code, part.content, part.headers["content-range"]) == (206, b"1\n2\n", "bytes 0-3/3893")
        assert http.get(where, headers={"range": "bytes=9999-"}).status_code == 416
        archive = http.get(f"{scripted_server.url}/earthshine/v1/agents/sessions/{made.id}/artifacts.zip")
        with zipfile.ZipFile(io.BytesIO(archive.content)) as opened:
            assert opened.testzip() is None and set(opened.namelist()) == {"long.txt", "hi"}
            assert opened.read("hi") == b"hi\n"
        none = http.get(f"{scripted_server.url}/earthshine/v1/agents/sessions/{made.id}/artifacts.zip?turn_id=other")
        assert zipfile.ZipFile(io.BytesIO(none.content)).namelist() == []
        sdk.beta.agents.sessions.delete(made.id)
        assert http.get(where).status_code == 404


def test_a_failed_or_cancelled_turn_hands_over_nothing_and_the_next_one_does(sdk: OpenAI) -> None:
    sessions = sdk.beta.agents.sessions
    failing = {"text": "word word word", "error_after": 1, "error_always": True, "error": "engine_failed"}
    made = work(sdk, shell("echo 1 > outputs/a"), failing)
    (turn,) = sessions.turns.list(made.id)
    assert turn.status == "failed" and paths(sdk, made) == []
    with sessions.stream(made.id, input=script({"text": "."})) as events:
        events.until_done()
    assert paths(sdk, made) == ["/workspace/outputs/a"]


async def test_a_killed_server_publishes_once(tmp_path: Path) -> None:
    flags = ("--scripted", "--no-embedded-model", "--default-model", "scripted")
    server = await start_server(tmp_path, *flags)
    try:
        create: Any
        with sync_client(server) as sdk:
            create = sdk.beta.agents.sessions.create
            said = script(shell("echo 1 > outputs/a"), {"pieces": 60, "tokens_per_second": 30})
            hosted: Any = {"environment": {"type": "openai_hosted"}, "agent": {"model": "scripted"}}
            made = await asyncio.to_thread(create, input=said, **hosted)
            for _ in range(200):
                if len(sdk.beta.agents.sessions.items.list(made.id).data) > 1:
                    break
                await asyncio.sleep(0.05)
            await asyncio.sleep(0.5)
        await server.kill()
        server = await start_server(tmp_path, *flags)
        with sync_client(server) as sdk:
            await asyncio.to_thread(until, sdk, made, "idle")
            assert paths(sdk, made) == ["/workspace/outputs/a"]
    finally:
        await server.stop()
