"""What the tools that the client runs have in common: the server shows them, and reads what the model calls."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Annotated, Any, cast

import orjson
from pydantic import AfterValidator

from earthshine.errors import Internal, InvalidRequest, UnsupportedParameter
from earthshine.tools.base import Tool, ToolCall, ToolContext, ToolResult
from earthshine.wire.strict import is_unicode, rejection

Json = dict[str, Any]

MOST_CHARACTERS = 2**20
"""Of a command, a path or a diff, from the model or from a client."""


class ClientTool(Tool):
    """A tool that is shown as one function, and whose calls have items of their own."""

    reads_calls = True

    def runs_here(self, settings: Any) -> bool:
        """Say that the client runs it."""
        return False

    async def run(self, call: ToolCall, context: ToolContext) -> ToolResult:
        """Never happens: it does not run here."""
        raise Internal(f"The tool {self.type!r} is run by clients.")

    @abstractmethod
    def read_call(self, settings: Any, arguments: str) -> Json:
        """Return what a call asks for, as its item tells it; see `Tool.read_call`."""


def shown(name: str, description: str, properties: Json, required: Sequence[str]) -> list[Json]:
    """Return a tool's one function, in the chat shape."""
    schema = {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}
    function = {"name": name, "strict": False, "description": description, "parameters": schema}
    return [{"type": "function", "function": function}]


def arguments_of(text: str, only: str) -> Json:
    """Return the arguments of a call; a value by itself is that of the argument `only`.

    Raises `InvalidRequest`, which the model is told, for what is no JSON, or has text that cannot be written.
    """
    try:
        read: Any = orjson.loads(text or "{}")
    except orjson.JSONDecodeError as error:
        raise InvalidRequest(f"The arguments are not JSON: {error}.") from None
    return cast("Json", read) if isinstance(read, dict) else {only: read}


def text_of(given: Json, name: str) -> str:
    """Return an argument that is a text with something in it. Raises `InvalidRequest`, which the model is told."""
    value = given.get(name)
    if not isinstance(value, str) or not value.strip():
        raise InvalidRequest(f"Give `{name}`, as a text that is not empty.")
    return checked_text(value, name)


def checked_text(value: str, name: str) -> str:
    """Return a text as it is. Raises `InvalidRequest` for one that is too long, or that no program can be given."""
    if len(value) > MOST_CHARACTERS:
        raise InvalidRequest(f"`{name}` may have {MOST_CHARACTERS} characters, not {len(value)}.")
    if "\0" in value or not is_unicode(value):
        raise InvalidRequest(f"`{name}` has characters in it that no text has.")
    return value


def _only_direct(value: list[str] | None) -> list[str] | None:
    if value and value != ["direct"]:
        raise rejection(UnsupportedParameter("Programs do not call tools here; leave it out."))
    return value


AllowedCallers = Annotated[list[str] | None, AfterValidator(_only_direct)]
"""Who may call a tool: the model itself, and nothing else."""
