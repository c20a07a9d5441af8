# /// script
# requires-python = ">=3.11"
# dependencies = ["openai-agents==0.24.0"]
# [tool.earthshine]
# client = "OpenAI Agents SDK (Python)"
# api = "Responses, chat"
# ///
"""OpenAI's Agents SDK, over Responses and over Chat. The environment is enough."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import agents
from _check import ASK_WEATHER, DEGREES, HELLO, MODEL, SCRIPTED, check
from _check import weather as plain_weather
from pydantic import BaseModel

agents.set_tracing_disabled(True)
weather = agents.function_tool(plain_weather)


class Person(BaseModel):
    name: str
    age: int


async def run(**options: object) -> agents.RunResult:
    said = str(options.pop("said", HELLO))
    return await agents.Runner.run(agents.Agent(name="a", model=MODEL, **options), said)  # type: ignore


@check("plain")
async def plain() -> None:
    assert (await run()).final_output


@check("stream")
async def stream() -> None:
    result = agents.Runner.run_streamed(agents.Agent(name="a", model=MODEL), HELLO)
    assert [event async for event in result.stream_events()]
    assert result.final_output


@check("tools")
async def tools() -> None:
    assert DEGREES in str((await run(said=ASK_WEATHER, tools=[weather])).final_output)


@check("structured")
async def structured() -> None:
    assert isinstance((await run(said="Ann is 30.", output_type=Person)).final_output, Person)


def told(name: str, wanted: str, **arguments: object) -> str:
    """What to say so that the model calls a tool: the call itself to the scripted one."""
    script = f"!script {json.dumps({'tool_call': {'name': name, 'arguments': arguments}})}"
    return script if SCRIPTED else f"Use the tool {name} once to do this, then say what came of it: {wanted}"


@check("shell")
async def shell() -> None:
    async def run_commands(asked: agents.ShellCommandRequest) -> agents.ShellResult:
        outputs: list[agents.ShellCommandOutput] = []
        for each in asked.data.action.commands:
            ended = subprocess.run(["bash", "-c", each], capture_output=True, text=True)
            outcome = agents.ShellCallOutcome(type="exit", exit_code=ended.returncode)
            outputs.append(agents.ShellCommandOutput(stdout=ended.stdout, stderr=ended.stderr, outcome=outcome))
        return agents.ShellResult(output=outputs)

    said = told("shell", "print six times seven with expr", commands=["expr 6 \\* 7"])
    assert "42" in str((await run(said=said, tools=[agents.ShellTool(run_commands)])).final_output)


@check("hosted_shell")
async def hosted_shell() -> None:
    said = told("shell", "print six times seven with expr", commands=["expr 6 \\* 7"])
    tool = agents.ShellTool(environment={"type": "container_auto"})
    result = await run(said=said, tools=[tool])
    assert "42" in str(result.final_output)
    assert "shell_call_output" in str([item.raw_item for item in result.new_items])


@check("streamed_hosted_shell")
async def streamed_hosted_shell() -> None:
    said = told("shell", "print six times seven with expr", commands=["expr 6 \\* 7"])
    tool = agents.ShellTool(environment={"type": "container_auto"})
    result = agents.Runner.run_streamed(agents.Agent(name="a", model=MODEL, tools=[tool]), said)
    names = [event.name async for event in result.stream_events() if event.type == "run_item_stream_event"]
    assert "42" in str(result.final_output)
    assert names.count("tool_called") == 1, names


@check("local_shell")
async def local_shell() -> None:
    def run_command(asked: agents.LocalShellCommandRequest) -> str:
        return subprocess.run(asked.data.action.command, capture_output=True, text=True).stdout

    said = told("local_shell", "print six times seven with expr", command="expr 6 \\* 7")
    assert "42" in str((await run(said=said, tools=[agents.LocalShellTool(run_command)])).final_output)


class Folder:
    """Files that patches change, by the Agents SDK's own reading of diffs."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def create_file(self, operation: Any) -> agents.ApplyPatchResult:
        (self.root / operation.path).write_text(agents.apply_diff("", operation.diff or "", mode="create"))
        return agents.ApplyPatchResult(status="completed", output="created")

    def update_file(self, operation: Any) -> agents.ApplyPatchResult:
        place = self.root / operation.path
        place.write_text(agents.apply_diff(place.read_text(), operation.diff or ""))
        return agents.ApplyPatchResult(status="completed", output="changed")

    def delete_file(self, operation: Any) -> agents.ApplyPatchResult:
        (self.root / operation.path).unlink()
        return agents.ApplyPatchResult(status="completed", output="deleted")


@check("apply_patch")
async def apply_patch() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "moon.py"
        tools = [agents.ApplyPatchTool(Folder(file.parent))]
        diff = "```python\ndef light():\n    return 'dark'\n```"
        wanted = "create moon.py, with a function light that returns 'dark'"
        await run(said=told("apply_patch", wanted, operation="create_file", path=file.name, diff=diff), tools=tools)
        assert "'dark'" in file.read_text()
        diff = (
            "--- a/moon.py\n+++ b/moon.py\n@@ -1,2 +1,2 @@\n def light():\n-    return 'dark'\n+    return 'bright'\n"
        )
        wanted = f"in moon.py change 'dark' to 'bright'. The file is:\n{file.read_text()}"
        await run(said=told("apply_patch", wanted, operation="update_file", path=file.name, diff=diff), tools=tools)
        assert "'bright'" in file.read_text()


@check("session")
async def session() -> None:
    kept = agents.OpenAIConversationsSession()
    agent = agents.Agent(name="a", model=MODEL)
    await agents.Runner.run(agent, HELLO, session=kept)
    await agents.Runner.run(agent, HELLO, session=kept)
    assert len(await kept.get_items()) == 4


@check("chat")
async def chat() -> None:
    agents.set_default_openai_api("chat_completions")
    assert DEGREES in str((await run(said=ASK_WEATHER, tools=[weather])).final_output)
