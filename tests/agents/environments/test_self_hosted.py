"""A machine of somebody's own as an environment: the real `earthshine environment`, in the real sandbox."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from openai import BadRequestError, OpenAI

from tests.agents.environments.machines import connected, printed, status
from tests.agents.environments.making import hosted, shell
from tests.agents.talking import message, script, until
from tests.patience import PATIENCE
from tests.server_process import ServerProcess


def begin(sdk: OpenAI, *replies: Any) -> Any:
    where: Any = {"type": "self_hosted", "workspace_directory": "/home/me/project"}
    return sdk.beta.agents.sessions.create(
        environment=where, agent={"model": "scripted"}, input=script(*replies) if replies else None
    )


def test_a_turn_waits_for_the_machine_and_works_in_its_folder(
    sdk: OpenAI, scripted_server: ServerProcess, workspace: Path
) -> None:
    (workspace / "mine.txt").write_text("قمر")
    code = {"tool_call": {"name": "code_interpreter", "arguments": {"code": "x = 6\nopen('made.txt').read() * 2"}}}
    again = {"tool_call": {"name": "code_interpreter", "arguments": {"code": "print(x * 7)"}}}
    looks = shell("cat mine.txt; echo made > made.txt; ls / | wc -l; cat /etc/shadow; exit 3")
    made = begin(sdk, looks, code, again, {"text": "Done."})
    assert made.environment.type == "self_hosted" and made.environment.workspace_directory == "/home/me/project"
    waiting = until(sdk, made, "requires_action")
    (action,) = waiting.required_actions
    assert action.type == "environment_connection" and action.environment_id == made.environment.id
    seen: list[Any] = []
    with sdk.beta.agents.sessions.events.stream(made.id) as stream:
        with connected(scripted_server, made.environment.id, workspace):
            for event in stream:
                seen.append(event)
                if event.type == "agent.session.idle":
                    break
            status(sdk, made.environment.id, "connected")
        for event in stream:
            seen.append(event)
            if event.type == "agent.session.environment.disconnected":
                break
    kinds = [event.type for event in seen]
    assert "agent.session.environment.connected" in kinds
    said = printed(sdk, made.id)
    assert "قمر" in said and "made\\nmade\\n" in said and "42" in said
    assert "root:" not in said, "it runs in a sandbox"
    assert (workspace / "made.txt").read_text() == "made\n"
    status(sdk, made.environment.id, "disconnected")
    sdk.beta.agents.sessions.delete(made.id)


def test_a_machine_that_goes_in_a_command_leaves_its_end_unknown_and_the_next_turn_waits(
    sdk: OpenAI, scripted_server: ServerProcess, workspace: Path
) -> None:
    made = begin(sdk)
    assert made.status == "idle"
    replies = script(shell("echo begun > begun; sleep 60; echo never > never"), {"text": "I shall look."})
    with connected(scripted_server, made.environment.id, workspace) as process:
        status(sdk, made.environment.id, "connected")
        sdk.beta.agents.sessions.events.create(made.id, events=[message(replies)])
        ends = time.monotonic() + PATIENCE
        while not (workspace / "begun").exists():
            assert time.monotonic() < ends
            time.sleep(0.05)
        process.kill()
        process.wait()
        until(sdk, made, "idle")
    assert "not known" in printed(sdk, made.id)
    time.sleep(1)
    assert not (workspace / "never").exists()
    sdk.beta.agents.sessions.events.create(made.id, events=[message(script(shell("cat begun"), {"text": "There."}))])
    assert until(sdk, made, "requires_action").required_actions[0].type == "environment_connection"
    with connected(scripted_server, made.environment.id, workspace):
        until(sdk, made, "idle")
    assert "begun" in printed(sdk, made.id)


def test_without_a_sandbox_only_by_saying_so(sdk: OpenAI, scripted_server: ServerProcess, workspace: Path) -> None:
    made = begin(sdk, shell("pwd; echo $EARTHSHINE_KEY"), {"text": "Done."})
    with connected(scripted_server, made.environment.id, workspace, "--sandbox", "off") as process:
        assert process.wait(30) == 1
        assert "--unconfined" in process.stderr.read()
    assert until(sdk, made, "requires_action")
    with connected(scripted_server, made.environment.id, workspace, "--unconfined") as process:
        until(sdk, made, "idle")
        assert "WITHOUT a sandbox" in process.stderr.readline()
    assert printed(sdk, made.id).split() == [str(workspace)], "the key is not told to commands"


def test_the_machine_that_came_last_is_asked_and_none_of_an_environment_that_is_gone(
    sdk: OpenAI, scripted_server: ServerProcess, workspace: Path
) -> None:
    made = begin(sdk)
    with connected(scripted_server, made.environment.id, workspace) as first:
        status(sdk, made.environment.id, "connected")
        with connected(scripted_server, made.environment.id, workspace) as second:
            assert first.wait(30) == 1
            assert "another machine has connected" in first.stderr.read()
            status(sdk, made.environment.id, "connected")
            sdk.beta.agents.sessions.delete(made.id)
            assert second.wait(30) == 1


def test_who_may_not_connect(sdk: OpenAI, scripted_server: ServerProcess, workspace: Path) -> None:
    container = sdk.beta.agents.environments.create(environment=hosted())
    for name in (container.id, "cntr_none"):
        with connected(scripted_server, name, workspace) as process:
            assert process.wait(30) == 1
            assert "does not let this machine" in process.stderr.read()
    with pytest.raises(BadRequestError) as refused:
        sdk.beta.agents.environments.files.list(begin(sdk).environment.id)
    assert refused.value.param == "environment_id"
