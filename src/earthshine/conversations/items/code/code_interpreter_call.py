"""Code that a model wrote and the server ran, with what came of it in the same item."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

import orjson
from pydantic import Field

from earthshine.conversations.items.base import CallId, CallItem, Event, Item, Json, Prompt, WrittenKind
from earthshine.conversations.items.code.code_reader import CodeReader
from earthshine.tools.code_interpreter.names import NAME
from earthshine.wire.strict import Strict, chooser

NOTHING_KEPT = "What it printed was not kept."


class Logs(Strict):
    """What code printed, the value of its last line, and the error that ended it."""

    type: Literal["logs"]
    logs: str


class Image(Strict):
    """A picture that code made."""

    type: Literal["image"]
    url: str


Output = Annotated[Logs | Image, chooser("output type", {"logs": Logs, "image": Image})]


class CodeInterpreterCall(CallItem):
    """A piece of code, and what came of it."""

    prefix = "ci"
    type: Literal["code_interpreter_call"]
    call_id: CallId | None = None
    code: str | None = None
    container_id: str = Field(max_length=64)
    outputs: list[Output] | None = Field(default=None, max_length=512)
    status: Literal["in_progress", "interpreting", "completed", "incomplete", "failed"] = "completed"


class CodeInterpreterCalls(WrittenKind):
    """The code is in what the model wrote; what it printed is put in."""

    param = CodeInterpreterCall
    prefix = "ci"
    pairs = "call"
    holds_answer = True

    def called(self, item: Item) -> str:
        """Return the function that was called."""
        return NAME

    def arguments(self, item: Item) -> str:
        """Return what a model calls it with."""
        return orjson.dumps({"code": item.get("code") or ""}).decode()

    def show(self, item: Item, prompt: Prompt, place: str) -> None:
        """Show it as the call that it was, and what it printed."""
        call_id = item.get("call_id") or item["id"]
        prompt.call(call_id, NAME, self.arguments(item))
        prompt.answer(call_id, _printed(item), f"{place}.outputs")

    def account(self, item: Item) -> str:
        """Say what was run, and what it printed."""
        return f"Assistant ran this Python:\n{item.get('code')}\nIt printed:\n{_printed(item)}"

    def opened(self, item: Item, *, summarised: bool) -> Iterable[Event]:
        """Say that it begins."""
        return [("code_interpreter_call.in_progress", {})]

    def piece(self, item: Item) -> Event | None:
        """Tell of a piece of the code."""
        return "code_interpreter_call_code.delta", {}

    def reader(self, item: Item) -> CodeReader:
        """Read the code out of JSON."""
        return CodeReader(inside=bool(item["code"]))

    def grow(self, item: Item, text: str, logprobs: list[Json]) -> bytes:
        """Add to the code."""
        item["code"] += text
        return b""

    def ready(self, item: Item) -> Event | None:
        """Say the whole code; it is run now."""
        return "code_interpreter_call_code.done", {"code": item["code"]}

    def answered(self, item: Item) -> Iterable[Event]:
        """Say that it is over."""
        return [("code_interpreter_call.completed", {})] if item["status"] == "completed" else []

    def is_answered(self, item: Item) -> bool:
        """Tell whether it is over."""
        return item["status"] not in ("in_progress", "interpreting")

    def with_answer(self, item: Item, output: str, told: Item | None) -> Item:
        """Put in what it printed, or why it was not run."""
        if told is None:
            return {**item, "status": "failed", "outputs": [{"type": "logs", "logs": output}]}
        return {**item, **told, "status": "completed"}


def _printed(item: Item) -> str:
    outputs: list[Json] | None = item.get("outputs")
    if outputs is None:
        return NOTHING_KEPT
    said = [each["logs"] if each["type"] == "logs" else "A picture was made." for each in outputs]
    return "\n".join(said) or "It printed nothing."


def _code(item: Item, event: Json) -> None:
    item["code"] += event["delta"]


def _interpreting(item: Item, _event: Json) -> None:
    item["status"] = "interpreting"


CodeInterpreterCalls.folds = {
    "code_interpreter_call_code.delta": _code,
    "code_interpreter_call.interpreting": _interpreting,
}
