"""What commands of `shell` printed, and how each ended."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from earthshine.conversations.items.base import CallId, Item, ItemKind, Json, Prompt, Status
from earthshine.conversations.items.machine.machine_call import MachineItem
from earthshine.tools.shell.action import MOST_COMMANDS
from earthshine.wire.strict import Strict, chooser


class Exit(Strict):
    """It ended by itself."""

    type: Literal["exit"]
    exit_code: int


class Timeout(Strict):
    """It took too long."""

    type: Literal["timeout"]


class CommandOutput(Strict):
    """Of one command."""

    stdout: str
    stderr: str
    outcome: Annotated[Exit | Timeout, chooser("outcome", {"exit": Exit, "timeout": Timeout})]
    created_by: str | None = None


class ShellCallOutput(MachineItem):
    """What the client returns, in the order of the commands."""

    prefix = "sho"
    type: Literal["shell_call_output"]
    call_id: CallId
    output: list[CommandOutput] = Field(max_length=MOST_COMMANDS + 1)
    """One more than there were commands, where something broke on the way."""
    max_output_length: int | None = None
    status: Status = "completed"


class ShellCallOutputs(ItemKind):
    """Answers to commands."""

    param = ShellCallOutput
    prefix = "sho"
    pairs = "answer"

    def show(self, item: Item, prompt: Prompt, place: str) -> None:
        """Show what was printed, and what went wrong."""
        prompt.answer(item["call_id"], printed(item["output"]), f"{place}.output")

    def account(self, item: Item) -> str:
        """Say what was printed."""
        return f"The commands printed: {printed(item['output'])}"


def _add_outputs(item: Item, event: Json) -> None:
    item["output"].extend(event["output"])


ShellCallOutputs.folds = {"shell_call_output_content.done": _add_outputs}
# What a command prints before it has ended has no outcome yet, so the item has none of it.


def printed(output: list[Json]) -> str:
    """Return outputs as a terminal shows them; how a command ended is told where it did not end well."""
    return "\n".join(_one(each) for each in output) or "(no output)"


def _one(output: Json) -> str:
    outcome: Json = output["outcome"]
    lines = [text for text in (output["stdout"].rstrip("\n"), output["stderr"].rstrip("\n")) if text]
    if outcome["type"] == "timeout":
        lines.append("[timed out]")
    elif outcome["exit_code"] != 0:
        lines.append(f"[exit code {outcome['exit_code']}]")
    return "\n".join(lines) or "(no output)"
