"""The tool: commands run on the client's machine, or in a container, whose files stay for the next call.

Source: OpenAI's Responses API, https://platform.openai.com/docs/guides/tools-shell. What runs in a container is never
repeated by itself: a call that was cut by a crash is told as such, and the model decides how to go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import cast

from earthshine.containers.containers import Containers
from earthshine.containers.store import new_container_id
from earthshine.errors import EarthshineError, NotFound
from earthshine.sandboxes.registry import lacking
from earthshine.services import Services
from earthshine.tools.approvals import Touches
from earthshine.tools.base import Json, Tool, ToolCall, ToolContext, ToolResult
from earthshine.tools.machine.client_tool import shown
from earthshine.tools.shell.action import NAME, PROPERTIES, read_action
from earthshine.tools.shell.commands import run_commands
from earthshine.tools.shell.environments import AutoContainer, ContainerReference, ShellTool

_CHARACTERS = 3
"""Of output, for each token that there is room for."""
_CUT = (
    "The server stopped while this ran. Some of it may have been done; files that were written are kept, what ran has "
    "ended. Look before you go on."
)


class Shell(Tool):
    """Commands, in order."""

    type = NAME
    settings = ShellTool
    repeat = "never"
    reads_calls = True
    secrets = ("environment.network_policy.domain_secrets",)

    def functions(self, settings: ShellTool, offered: Sequence[object]) -> list[Json]:
        """Return the one function; it tells of skills, where there are some."""
        return shown(NAME, settings.about, PROPERTIES, ["commands"])

    def runs_here(self, settings: ShellTool) -> bool:
        """Tell whether there is a container."""
        return settings.container is not None

    def lacks(self, settings: ShellTool, services: Services) -> str:
        """Say what is missing where a container is asked for."""
        return lacking(services) if settings.container is not None else ""

    def touches(self, settings: ShellTool, function: str = "") -> Touches:
        """Return what commands may reach beside their own container."""
        return Touches(frozenset({"network", "outside"}) if settings.reaches_out else frozenset())

    async def prepare(self, settings: ShellTool, context: ToolContext) -> Json | None:
        """Look the container up, or that of the conversation, and the skills; a new container has its id from now on.

        It is made when the model first calls.
        """
        if settings.container is None:
            return None
        try:
            return await _found(settings.container, context)
        except EarthshineError as error:
            error.param = f"environment.{error.param}" if error.param else "environment"
            raise

    def prepared(self, settings: ShellTool, known: Json) -> ShellTool:
        """Return the settings with the container and its skills."""
        return settings.with_ready(known)

    def call_item(self, settings: ShellTool) -> Json:
        """Return a call without commands."""
        where: Json = {"type": "local"}
        if settings.ready is not None:
            where = {"type": "container_reference", "container_id": settings.ready.container_id}
        return {"type": "shell_call", "action": {"commands": []}, "environment": where}

    def read_call(self, settings: ShellTool, arguments: str) -> Json:
        """Return the commands and their limits."""
        return {"action": read_action(arguments)}

    def answer_item(self, call: ToolCall) -> Json:
        """Return an answer in which nothing was printed yet."""
        return _answer(read_action(call.arguments), [])

    async def run(self, call: ToolCall, context: ToolContext) -> ToolResult:
        """Run the commands; what goes wrong in them is for the model to read."""
        settings = cast("ShellTool", call.settings)
        containers, ready, action = context.service(Containers), settings.ready, read_action(call.arguments)
        assert ready is not None
        if isinstance(settings.container, AutoContainer):
            try:
                await containers.alive(ready.container_id, context.caller)
            except NotFound:
                await containers.create(context.caller, settings.container.create(), ready.container_id)
        run = partial(containers.run, ready.container_id, context.caller)
        outputs = await run_commands(run, action, context.room * _CHARACTERS, context.tell)
        return ToolResult("", item=_answer(action, outputs))

    async def settle(self, call: ToolCall, context: ToolContext) -> ToolResult:
        """Say that it was cut: what it did can be looked at, and what commands printed before is kept."""
        return ToolResult(_CUT)


def provide() -> Tool:
    """Return the tool."""
    return Shell()


async def _found(container: AutoContainer | ContainerReference, context: ToolContext) -> Json:
    containers, who = context.service(Containers), context.caller
    if isinstance(container, ContainerReference):
        row = await containers.alive(container.container_id, who, "data.written")
        return {"container_id": row.id, "skills": row.skills, "domains": row.network_policy.get("allowed_domains", [])}
    body = container.create()
    body.check()
    skills = [each.told for each in await containers.skills.find(who, body.skills)]
    for at, each in enumerate(body.file_ids):
        await containers.file(who, each, f"file_ids[{at}]")
    used = _used(context.items)
    if not used or not await containers.fits(used, who, body, skills):
        used = new_container_id()
    policy = body.network_policy
    return {
        "container_id": used,
        "skills": skills,
        "domains": policy.allowed_domains if policy is not None and policy.type == "allowlist" else [],
    }


def _used(items: Sequence[Json]) -> str:
    """Return the container in which commands of this conversation ran last; empty where there is none."""
    for item in reversed(items):
        where: Json = item.get("environment") or {}
        if item["type"] == "shell_call" and where.get("type") == "container_reference":
            return where["container_id"]
    return ""


def _answer(action: Json, outputs: list[Json]) -> Json:
    limit = {name: action[name] for name in ("max_output_length",) if name in action}
    return {"type": "shell_call_output", **limit, "output": outputs}
