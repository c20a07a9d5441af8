"""Calls of `shell`: commands that are run one after the other, by the client or in a container."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from earthshine.conversations.items.base import CallId, Event, Item, Json, Status
from earthshine.conversations.items.machine.machine_call import MachineCalls, MachineItem
from earthshine.engines.deltas import Delta
from earthshine.tools.shell.action import MOST_COMMANDS, NAME, shell_arguments
from earthshine.tools.shell.environments import ContainerReference, LocalEnvironment
from earthshine.wire.strict import Strict, chooser


class ShellAction(Strict):
    """Commands, and their limits."""

    commands: list[str] = Field(min_length=1, max_length=MOST_COMMANDS)
    timeout_ms: int | None = None
    max_output_length: int | None = None
    """Characters of each command's output that the client returns."""


_Environment = Annotated[
    LocalEnvironment | ContainerReference,
    chooser("environment type", {"local": LocalEnvironment, "container_reference": ContainerReference}),
]


class ShellCall(MachineItem):
    """Commands, and where they run."""

    prefix = "sh"
    type: Literal["shell_call"]
    call_id: CallId
    action: ShellAction
    environment: _Environment | None = None
    status: Status = "completed"


class ShellCalls(MachineCalls):
    """Each command is told once more by events of its own."""

    param = ShellCall
    prefix = "sh"

    def called(self, item: Item) -> str:
        """Return the name of the tool."""
        return NAME

    def arguments(self, item: Item) -> str:
        """Return the commands and their limits."""
        return shell_arguments(item["action"])

    def answer(self, item: Item, output: str, begun: Item | None) -> Item:
        """Return what commands printed so far, and then the words, where errors are told."""
        told: Json = {"stdout": "", "stderr": output, "outcome": {"type": "exit", "exit_code": 1}}
        printed: list[Json] = begun["output"] if begun is not None else []
        return {**(begun or {"type": "shell_call_output", "call_id": item["call_id"]}), "output": [*printed, told]}

    def deltas(self, item: Item, calls: int) -> Iterable[Delta]:
        """Return the call; nothing of one that ran in a container, for it would run again."""
        where: Json = item.get("environment") or {}
        return [] if where.get("type") == "container_reference" else super().deltas(item, calls)

    def begun(self, item: Item) -> Item:
        """Return it without its commands, which its events bring."""
        return {**item, "action": {**item["action"], "commands": []}}

    def closed(self, item: Item) -> Iterable[Event]:
        """Tell the commands, each whole: a client may run none before it has read them all."""
        for number, command in enumerate(item["action"]["commands"]):
            which: Json = {"command_index": number}
            yield "shell_call_command.added", {**which, "command": ""}
            yield "shell_call_command.delta", {**which, "delta": command}
            yield "shell_call_command.done", {**which, "command": command}


def _add_command(item: Item, event: Json) -> None:
    item["action"]["commands"].append(event["command"])


def _lengthen_command(item: Item, event: Json) -> None:
    item["action"]["commands"][event["command_index"]] += event["delta"]


ShellCalls.folds = {"shell_call_command.added": _add_command, "shell_call_command.delta": _lengthen_command}
