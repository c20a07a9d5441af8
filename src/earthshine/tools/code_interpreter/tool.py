"""The tool: what a model writes is run in a container, whose files and variables stay for the next call.

Source: OpenAI's Responses API, https://platform.openai.com/docs/guides/tools-code-interpreter. A call is never repeated
by itself: one that was cut by a crash is told as such, with what is lost, and the model decides how to go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, cast

from pydantic import Field

from earthshine.containers.containers import Containers
from earthshine.containers.interpreter import Result
from earthshine.containers.schemas import MOST_FILES, AllowList, ContainerCreate, MemoryLimit, NetworkPolicy
from earthshine.errors import InvalidRequest
from earthshine.sandboxes.registry import lacking
from earthshine.services import Services
from earthshine.settings import Settings
from earthshine.tools.approvals import Touches
from earthshine.tools.base import Json, Tool, ToolCall, ToolContext, ToolResult
from earthshine.tools.callers import AllowedCallers
from earthshine.tools.code_interpreter.names import NAME
from earthshine.wire.strict import Strict

_SECONDS = 60.0
_CHARACTERS = 3
"""Of output, for each token that there is room for."""
_MOST_CHANGED = 200
"""Files of one call that are remembered, and pictures of it that are told."""
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp")
_CODE: Json = {
    "type": "object",
    "properties": {"code": {"type": "string", "description": "Python. What it prints is returned."}},
    "required": ["code"],
    "additionalProperties": False,
}
_ABOUT = (
    "Runs Python and returns what it prints and the value of the last line. Variables stay from call to call. Files "
    "are in the current folder; the user gets those that the answer names, as [NAME](sandbox:/mnt/data/NAME)."
)
_CUT = (
    "The server stopped while this ran. Some of it may have been done; files that it wrote are kept, variables are "
    "lost. Look before you go on."
)


class AutoContainer(Strict):
    """A container that is made for the conversation."""

    type: Literal["auto"]
    file_ids: Annotated[list[str], Field(max_length=MOST_FILES)] = Field(default_factory=list[str])
    memory_limit: MemoryLimit = "1g"
    network_policy: NetworkPolicy | None = None


class CodeInterpreterTool(Strict):
    """The tool, as a request names it."""

    type: Literal["code_interpreter"]
    container: Annotated[str, Field(min_length=1, max_length=64)] | AutoContainer
    allowed_callers: AllowedCallers = None


class CodeInterpreter(Tool):
    """Runs Python."""

    type = NAME
    settings = CodeInterpreterTool
    repeat = "never"
    demanded_once = True
    secrets = ("container.network_policy.domain_secrets",)
    switch: ClassVar[Json | None] = {"type": NAME, "container": {"type": "auto"}}

    def functions(self, settings: CodeInterpreterTool, offered: Sequence[object]) -> list[Json]:
        """Return the one function that there is."""
        return [
            {
                "type": "function",
                "function": {"name": NAME, "description": _ABOUT, "parameters": _CODE, "strict": False},
            }
        ]

    def lacks(self, settings: CodeInterpreterTool, services: Services) -> str:
        """Say whether the operator switched sandboxes off."""
        return lacking(services)

    def touches(self, settings: CodeInterpreterTool, function: str = "") -> Touches:
        """Return what code may reach beside its own container."""
        container = settings.container
        reaches_out = isinstance(container, AutoContainer) and isinstance(container.network_policy, AllowList)
        return Touches(frozenset({"network", "outside"}) if reaches_out else frozenset())

    def call_item(self, settings: CodeInterpreterTool) -> Json:
        """Return a call without code."""
        known = settings.container if isinstance(settings.container, str) else ""
        return {"type": "code_interpreter_call", "code": "", "container_id": known}

    async def run(self, call: ToolCall, context: ToolContext) -> ToolResult:
        """Run it; an error of the code is what its author reads."""
        code = call.values().get("code")
        if not isinstance(code, str) or not code.strip():
            raise InvalidRequest("Say in `code` which Python is to be run.")
        containers = context.service(Containers)
        container_id = await self._container(call.settings, context)
        context.tell("code_interpreter_call.interpreting", {})
        contents, row = containers.contents, await containers.alive(container_id, context.caller)
        before = await contents.versions(row)
        result = await containers.python(container_id, context.caller, code, timeout=_SECONDS)
        after = await contents.versions(row)
        changed = [each for each, version in after.items() if before.get(each) != version][:_MOST_CHANGED]
        told = _told(result, context.room * _CHARACTERS)
        outputs: list[Json] = [{"type": "logs", "logs": told}] if told else []
        address = f"{context.service(Settings).public_url.rstrip('/')}/v1/containers/{container_id}/files"
        outputs += [
            {"type": "image", "url": f"{address}/{each['id']}/content"}
            for each in (await contents.files(row) if changed else ())
            if each["id"] in changed and each["path"].lower().endswith(_PICTURES)
        ]
        return ToolResult(told, item={"container_id": container_id, "outputs": outputs}, files=changed)

    async def settle(self, call: ToolCall, context: ToolContext) -> ToolResult:
        """Say that it was cut: what it did can be looked at, and nothing outside was touched."""
        known = _used(context) or (call.settings.container if isinstance(call.settings.container, str) else "")
        return ToolResult(_CUT, item={"container_id": known, "outputs": [{"type": "logs", "logs": _CUT}]})

    async def _container(self, settings: CodeInterpreterTool, context: ToolContext) -> str:
        """Return the container that is named, or the one of the conversation, or a new one."""
        wanted, containers = settings.container, context.service(Containers)
        if isinstance(wanted, str):
            return wanted
        body = ContainerCreate(
            name="auto",
            file_ids=wanted.file_ids,
            memory_limit=wanted.memory_limit,
            network_policy=wanted.network_policy,
        )
        used = _used(context)
        if used and await containers.fits(used, context.caller, body, ()):
            return used
        return (await containers.create(context.caller, body)).id


def provide() -> Tool:
    """Return the tool."""
    return CodeInterpreter()


def _used(context: ToolContext) -> str:
    """Return the container in which code of this conversation ran last; empty where there is none."""
    for item in reversed(context.items):
        if item["type"] == "code_interpreter_call" and item.get("container_id"):
            return cast("str", item["container_id"])
    return ""


def _told(result: Result, most: int) -> str:
    """Return what a model reads of a result: the beginning and the end, where there is too much of it."""
    text = result.output
    if len(text) > most:
        left_out = len(text) - most + result.dropped
        text = f"{text[: most // 2]}\n[{left_out} characters left out]\n{text[-most // 2 :]}"
    elif result.dropped:
        text += f"\n[{result.dropped} bytes left out]"
    said = [text, result.value or "", result.error or ""]
    if result.stopped == "timeout":
        said.append(f"It was stopped after {_SECONDS:.0f} seconds. Variables are lost, files are kept.")
    elif result.stopped is not None:
        said.append(f"It was stopped ({result.stopped}). Variables are lost, files are kept.")
    said += [f"Saved {each}." for each in result.files]
    return "\n".join(each.rstrip("\n") for each in said if each)
