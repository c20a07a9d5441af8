"""What was done in a turn: each call with what came of it, and whether that is good."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from earthshine.conversations.items import Item, kind_of
from earthshine.engines.requests import Message
from earthshine.responses.items.messages import to_messages

Json = dict[str, Any]

CODE, SHELL = "code_interpreter", "shell"
_TRACEBACK = re.compile(
    r"^(?:Traceback \(most recent call last\):|\w*(?:Error|Exception|Interrupt)\b.*:?)", re.MULTILINE
)
_CUT = "The server stopped while this ran"
"""What tools say of a call that was cut."""
_FAILED = re.compile(r"(?:error|the call failed|failed)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Action:
    """A call and what came of it."""

    name: str
    """The function that was called."""
    written: str
    """The code or the commands; of another function its arguments, as JSON."""
    result: str
    """What the model is told that came of it."""
    ok: bool
    """Whether it could be executed, and nothing in it failed."""
    over: bool = True
    """False for one that nobody has answered."""

    @property
    def cut(self) -> bool:
        """Whether the server stopped while it ran, so that nobody knows how far it came."""
        # What it had printed stands before.
        return f"\n{self.result}".find(f"\n{_CUT}") >= 0

    @property
    def same(self) -> tuple[str, str]:
        """What tells it from other actions."""
        return self.name, " ".join(self.written.split())


def actions(items: Sequence[Item]) -> Iterator[Action]:
    """Yield the calls among some items, in their order."""
    answers = {item["call_id"]: item for item in items if kind_of(item).pairs == "answer"}
    for item in items:
        kind = kind_of(item)
        if kind.pairs != "call":
            continue
        name, written = kind.called(item), _written(item)
        if kind.holds_answer:
            told = _told([item])
            yield Action(name, written, told, _held_well(item) and not told.startswith(_CUT), kind.is_answered(item))
        elif (answer := answers.get(item["call_id"])) is not None:
            told = _told([item, answer])
            yield Action(name, written, told, _went_well(answer) and not told.startswith(_CUT))
        else:
            yield Action(name, written, "", ok=False, over=False)


def _written(item: Item) -> str:
    match item["type"]:
        case "code_interpreter_call":
            return item.get("code") or ""
        case "shell_call":
            return "\n".join(item["action"]["commands"])
        case _:
            return kind_of(item).arguments(item)


def _told(items: Sequence[Item]) -> str:
    """Return what a model reads of a result."""
    messages: Sequence[Message] = to_messages(items)
    contents = [message["content"] for message in messages if message["role"] == "tool"]
    return "\n".join(content if isinstance(content, str) else "(a picture)" for content in contents).strip()


def _held_well(item: Item) -> bool:
    if item["status"] != "completed" or item.get("error"):
        return False
    if item["type"] != "code_interpreter_call":
        return True
    logs = [each["logs"] for each in item.get("outputs") or () if each["type"] == "logs"]
    return not any(_TRACEBACK.search(_end(log)) for log in logs)


def _end(log: str) -> str:
    """Return the last line of a log, and its traceback: what stands before was printed."""
    place = log.rfind("Traceback (most recent call last):")
    return log[place:] if place >= 0 else log.rstrip().rpartition("\n")[2]


def _went_well(answer: Item) -> bool:
    if answer.get("status") == "incomplete":
        return False
    if answer["type"] == "shell_call_output":
        return all(part["outcome"].get("exit_code") == 0 for part in answer["output"])
    output: Any = answer.get("output")
    return not (isinstance(output, str) and _FAILED.match(output))
