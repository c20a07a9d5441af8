"""A program that a model wrote, and what it printed. What it called stands between the two, with it as the `caller`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Literal, cast

import orjson
from pydantic import Field, field_validator

from earthshine.conversations.items.base import CallId, Item, ItemKind, Json, Prompt, Status, StoredItem, WrittenKind
from earthshine.engines.deltas import Delta, ToolCallArguments, ToolCallStart
from earthshine.errors import InvalidRequest
from earthshine.tools.programs.names import NAME
from earthshine.wire.strict import rejection


class Program(StoredItem):
    """The code. It is run again from its start when calls of it were answered, so it must not have changed."""

    prefix = "prog"
    type: Literal["program"]
    call_id: CallId
    code: str = Field(max_length=2**20)
    fingerprint: str = Field(max_length=128)
    status: Status = "completed"

    @field_validator("fingerprint")
    @classmethod
    def _same(cls, value: str, info: Any) -> str:
        code = info.data.get("code")
        if code is not None and value != fingerprint(code):
            raise rejection(
                InvalidRequest("This is not the fingerprint of the code. Send the item as you received it.")
            )
        return value


class ProgramOutput(StoredItem):
    """What it printed, and the error that ended it."""

    prefix = "progo"
    type: Literal["program_output"]
    call_id: CallId
    result: str
    status: Literal["completed", "incomplete"] = "completed"


def fingerprint(code: str) -> str:
    """Return what tells this code from any other."""
    return hashlib.sha256(code.encode(errors="surrogatepass")).hexdigest()


class Programs(WrittenKind):
    """Their code is in what the model wrote; no event tells pieces of it."""

    param = Program
    prefix = "prog"
    pairs = "call"

    def called(self, item: Item) -> str:
        """Return the function that was called."""
        return NAME

    def arguments(self, item: Item) -> str:
        """Return what a model calls it with."""
        return orjson.dumps({"code": item["code"]}).decode()

    def show(self, item: Item, prompt: Prompt, place: str) -> None:
        """Show it as the call that it was."""
        prompt.call(item["call_id"], NAME, self.arguments(item))

    def account(self, item: Item) -> str:
        """Say what was run."""
        return f"Assistant ran this program:\n{item['code']}"

    def deltas(self, item: Item, calls: int) -> Iterable[Delta]:
        """Return the call."""
        return [ToolCallStart(calls, NAME, item["call_id"]), ToolCallArguments(calls, self.arguments(item))]

    def grow(self, item: Item, text: str, logprobs: list[Json]) -> bytes:
        """Keep nothing: the pieces are JSON, and the code in it is brought in by `whole`."""
        return b""

    def whole(self, item: Item, unseen: str) -> Item:
        """Return it with the code in what the model wrote; with what it wrote, where that is no JSON."""
        try:
            given: Any = orjson.loads(unseen or "{}")
        except orjson.JSONDecodeError:
            given = None
        found: Any = cast("Json", given).get("code") if isinstance(given, dict) else unseen
        code = found if isinstance(found, str) else ""
        return {**item, "code": code, "fingerprint": fingerprint(code)}

    def answer(self, item: Item, output: str, begun: Item | None) -> Item:
        """Return its output."""
        return {"type": "program_output", "call_id": item["call_id"], "result": output}


class ProgramOutputs(ItemKind):
    """Answers to programs."""

    param = ProgramOutput
    prefix = "progo"
    pairs = "answer"

    def show(self, item: Item, prompt: Prompt, place: str) -> None:
        """Show it as the call's answer."""
        prompt.answer(item["call_id"], item["result"], f"{place}.result")

    def account(self, item: Item) -> str:
        """Say what it printed."""
        return f"The program printed: {item['result']}"
