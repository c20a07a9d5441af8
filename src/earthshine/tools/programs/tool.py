"""`programmatic_tool_calling`: a model writes a program that calls the other tools; it reads only what that prints.

Source: OpenAI's Responses API, https://developers.openai.com/api/docs/guides/tools-programmatic-tool-calling. There the
language is JavaScript; here it is Python, which small models write best and each sandbox has.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Literal

import orjson

from earthshine.errors import InvalidRequest, Unavailable
from earthshine.sandboxes.registry import Sandboxes, lacking
from earthshine.services import Services
from earthshine.settings import Settings
from earthshine.tools.base import Json, NestedCall, Tool, ToolCall, ToolContext, ToolResult
from earthshine.tools.programs.names import NAME
from earthshine.tools.programs.process import SECONDS, Ended, Wish, run_program
from earthshine.tools.programs.signatures import signatures, told
from earthshine.wire.strict import Strict

MOST_CODE = 64 * 1024
"""Characters of a program."""
MOST_CALLS = 200
"""Calls that one program makes."""
_MOST_AT_ONCE = 32
"""Programs of one server that run side by side; more wait."""
_CHARACTERS = 3
"""Of output, for each token that there is room for."""
_CODE: Json = {
    "type": "object",
    "properties": {"code": {"type": "string", "description": "Python. Only what it prints is returned."}},
    "required": ["code"],
    "additionalProperties": False,
}
_ABOUT = (
    "Runs a Python program that calls the functions below, and returns only what it prints: use it for many calls, or "
    "for results of which little is needed. A result that is JSON comes as its value. A failed call raises ToolError. "
    "f.map([{...}, {...}]) calls f for each at once. No network, no files, no variables of earlier programs. Functions:"
)


class ProgramsTool(Strict):
    """The tool, as a request names it."""

    type: Literal["programmatic_tool_calling"]


class ProgramTool(Tool):
    """Runs programs."""

    type = NAME
    settings = ProgramsTool
    in_steps = True
    demanded_once = True

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(_MOST_AT_ONCE)

    def functions(self, settings: ProgramsTool, offered: Sequence[object]) -> list[Json]:
        """Return the one function that there is; `described` says what programs may call."""
        return [{"type": "function", "function": {"name": NAME, "parameters": _CODE, "strict": False}}]

    def lacks(self, settings: ProgramsTool, services: Services) -> str:
        """Say whether no code is run here."""
        return lacking(services)

    def call_item(self, settings: ProgramsTool) -> Json:
        """Return a program without code."""
        return {"type": "program", "code": "", "fingerprint": ""}

    async def run(self, call: ToolCall, context: ToolContext) -> ToolResult:
        """Run a program. Raises `InvalidRequest` for what ends it from this side, and what `context.call` raises."""
        code = call.values().get("code")
        if not isinstance(code, str) or not code.strip():
            raise InvalidRequest("Say in `code` which Python is to be run.")
        if len(code) > MOST_CODE:
            raise InvalidRequest(f"A program may have {MOST_CODE} characters, not {len(code)}.")
        known = {each.name: each for each in signatures(context.functions)}
        made = 0

        async def on_calls(wishes: Sequence[Wish]) -> list[Json]:
            nonlocal made
            made += len(wishes)
            if made > MOST_CALLS:
                raise InvalidRequest(f"The program was stopped: it may make {MOST_CALLS} calls.")
            if unknown := [name for name, _ in wishes if name not in known]:
                raise InvalidRequest(f"The program was stopped: there is no function {unknown[0][:80]!r}.")
            calls = [NestedCall(known[name].called, _json(arguments)) for name, arguments in wishes]
            answers = await context.call(calls)
            return [
                {"error": answer.output} if answer.failed else {"value": known[name].value(answer.output)}
                for (name, _), answer in zip(wishes, answers, strict=True)
            ]

        folder = context.service(Settings).data / "programs"
        try:
            forms = [each.form() for each in known.values()]
            async with self._room:
                ended = await run_program(context.service(Sandboxes), folder, code, forms, on_calls)
        except Unavailable as error:
            raise InvalidRequest(error.message) from None
        return ToolResult(_told(ended, context.room * _CHARACTERS))


def provide() -> Tool:
    """Return the tool."""
    return ProgramTool()


def described(chat: Json, functions: Sequence[Json]) -> Json:
    """Return the tool's function with what programs may call, of the chat shape."""
    lines = told(signatures(functions)) if functions else "\n(none)"
    return {**chat, "function": {**chat["function"], "description": _ABOUT + lines}}


def _json(arguments: Any) -> str:
    try:
        return orjson.dumps(arguments).decode()
    except (TypeError, ValueError):
        raise InvalidRequest("The program was stopped: its arguments are nested too deeply, or no Unicode.") from None


def _told(ended: Ended, most: int) -> str:
    """Return what a model reads: the beginning and the end of what was printed, where it is too much."""
    text = ended.printed
    if len(text) > most:
        left_out = len(text) - most + ended.dropped
        text = f"{text[: most // 2]}\n[{left_out} characters left out: print less]\n{text[-most // 2 :]}"
    elif ended.dropped:
        text += f"\n[{ended.dropped} bytes left out: print less]"
    said = [text, ended.error or ""]
    if ended.stopped == "timeout":
        said.append(f"It was stopped after {SECONDS:.0f} seconds.")
    elif ended.stopped is not None:
        said.append(f"It was stopped ({ended.stopped}).")
    return "\n".join(each.rstrip("\n") for each in said if each) or "It printed nothing. Print what you want to know."
