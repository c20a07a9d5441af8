"""What programs called: in which order, what was answered, and which programs can go on now.

A program that waits for the client, or for an approval, goes on in the response that brings the answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from earthshine.conversations.items import Item, kind_of
from earthshine.conversations.items.base import program_of
from earthshine.conversations.items.mcp.approval import REQUEST, RESPONSE, made_for
from earthshine.errors import InvalidRequest
from earthshine.tools.base import NestedAnswer
from earthshine.tools.programs.names import NAME

_REFUSED = "The user refused the call."


def calls_of(items: Sequence[Item], call_id: str) -> list[Item]:
    """Return the calls that a program made, in their order; of an approved one, what asked for the approval."""
    mine = [item for item in items if program_of(item) == call_id]
    asked = {item["id"] for item in mine if item["type"] == REQUEST}
    return [
        item
        for item in mine
        if (kind_of(item).pairs == "call" and made_for(item) not in asked) or item["type"] == REQUEST
    ]


def answer_of(call: Item, items: Sequence[Item]) -> NestedAnswer | None:
    """Return what came of a program's call; None while nobody has answered it."""
    kind = kind_of(call)
    if kind.asks:
        made = next((item for item in items if made_for(item) == call["id"]), None)
        if made is not None:
            return answer_of(made, items)
        said = next((item for item in items if item.get("approval_request_id") == call["id"]), None)
        if said is None or said["approve"]:
            return None
        return NestedAnswer(" ".join(filter(None, (_REFUSED, said.get("reason")))), failed=True)
    heard = _Heard()
    if kind.holds_answer:
        if not kind.is_answered(call):
            return None
        kind.show(call, heard, "")
        return NestedAnswer(heard.answered, failed=call["status"] == "failed")
    for item in items:
        if item.get("call_id") == call["call_id"] and kind_of(item).pairs == "answer":
            kind_of(item).show(item, heard, "")
            return NestedAnswer(heard.answered, failed=heard.answered.startswith("Error: "))
    return None


def waiting(items: Sequence[Item]) -> list[Item]:
    """Return the programs that have not ended: those that wait for what others answer."""
    ended = {item["call_id"] for item in items if item["type"] == "program_output"}
    return [item for item in items if item["type"] == "program" and item["call_id"] not in ended]


def ready(items: Sequence[Item]) -> list[Item]:
    """Return the programs of which all calls were answered, so that they go on."""
    return [item for item in waiting(items) if not _unanswered(item, items) and calls_of(items, item["call_id"])]


def check_programs(history: Sequence[Item], items: Sequence[Item], tools: Sequence[Any]) -> None:
    """Raise `InvalidRequest` for an answer to a program that brings only some of those that it waits for.

    Also where a program is to go on, and its tool is not among `tools`.
    """
    every = [*history, *items]
    for program in waiting(every):
        calls = {each.get("call_id") or each["id"] for each in calls_of(every, program["call_id"])}
        answers = {item.get("call_id") or item.get("approval_request_id") for item in items}
        if calls.isdisjoint(answers):
            continue
        if left := _unanswered(program, every):
            raise InvalidRequest(
                f"The program {program['call_id']!r} also waits for an answer to {left[0]!r}: send all together.",
                param="input",
            )
        if not any(getattr(tool, "type", "") == NAME for tool in tools):
            raise InvalidRequest(
                f"The program that waited needs the tool {NAME!r}; send it in `tools` again.", param="tools"
            )


def _unanswered(program: Item, items: Sequence[Item]) -> list[str]:
    """Return the calls of a program that others have to answer; one that is approved is made before it goes on."""
    approved = {item["approval_request_id"] for item in items if item["type"] == RESPONSE}
    return [
        call.get("call_id") or call["id"]
        for call in calls_of(items, program["call_id"])
        if answer_of(call, items) is None and call["id"] not in approved
    ]


class _Heard:
    """A prompt of which only the answer to a call counts; see `conversations.items.Prompt`."""

    def __init__(self) -> None:
        self.answered = ""

    def answer(self, call_id: str, output: str | Item | Sequence[Item], place: str) -> None:
        parts = [output] if isinstance(output, dict) else output
        if not isinstance(parts, str):
            parts = "\n".join(part["text"] if "text" in part else f"[{part['type']}]" for part in parts)
        self.answered = parts

    def passages(self, results: Sequence[Item]) -> str:
        found = [(each.get("filename") or each.get("url") or "", each.get("text") or "") for each in results]
        return "\n\n".join(f"<{name}> {text}" for name, text in found)

    def say(self, text: str) -> None: ...

    def think(self, text: str) -> None: ...

    def call(self, call_id: str, name: str, arguments: str) -> None: ...

    def marked(self, part: Item) -> str:
        return cast("str", part.get("text") or "")

    def hear(self, content: Sequence[Item], place: str) -> None: ...

    def instruct(self, text: str) -> None: ...

    def recall(self, text: str) -> None: ...
