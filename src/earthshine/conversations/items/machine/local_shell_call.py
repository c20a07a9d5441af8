"""Calls of `local_shell`: one command."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from earthshine.conversations.items.base import CallId, Item, Status
from earthshine.conversations.items.machine.machine_call import MachineCalls, MachineItem
from earthshine.tools.machine.local_shell import NAME, local_shell_arguments
from earthshine.wire.strict import JsonObject, Strict


class LocalShellAction(Strict):
    """A program with its arguments, and where and how long it runs."""

    type: Literal["exec"]
    command: list[str] = Field(min_length=1, max_length=1024)
    env: Annotated[JsonObject, Field(max_length=256)] = Field(default_factory=dict)
    timeout_ms: int | None = None
    user: str | None = None
    working_directory: str | None = None


class LocalShellCall(MachineItem):
    """A command that the client runs."""

    prefix = "lsh"
    type: Literal["local_shell_call"]
    call_id: CallId
    action: LocalShellAction
    status: Status = "completed"


class LocalShellCalls(MachineCalls):
    """One command each."""

    param = LocalShellCall
    prefix = "lsh"

    def called(self, item: Item) -> str:
        """Return the name of the tool."""
        return NAME

    def arguments(self, item: Item) -> str:
        """Return the command as a line."""
        return local_shell_arguments(item["action"])
