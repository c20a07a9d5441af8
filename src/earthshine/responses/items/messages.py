"""From items to what the model reads: messages, and the whole `ChatRequest`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from earthshine.conversations.items import Item, kind_of
from earthshine.conversations.items.base import program_of
from earthshine.conversations.items.mcp.approval import settled
from earthshine.engines.call_ids import CallIds
from earthshine.engines.pool import BLIND
from earthshine.engines.requests import ChatRequest, Message, Sampling
from earthshine.errors import InvalidRequest, UnsupportedParameter
from earthshine.responses.items.readings import Readings
from earthshine.responses.schemas import InputTokensRequest, ResponseCreate
from earthshine.responses.text_format import to_output_format
from earthshine.responses.tools.toolset import Toolset

_VERBOSITY = {"low": "Keep the answer short.", "high": "Answer in detail."}


def to_chat_request(
    create: ResponseCreate | InputTokensRequest,
    items: Sequence[Item],
    *,
    output: Sequence[Item] = (),
    refused: Sequence[Item] = (),
    toolset: Toolset | None = None,
    written: str = "",
    blind: str = BLIND,
    last: bool = False,
    readings: Readings | None = None,
) -> ChatRequest:
    """Return what to ask the model.

    `items` are the stored items of the history and then those of `create.input`; `output` is what this response has of
    earlier steps, `refused` the calls of the last ones that were none, with what was wrong, and `toolset` its tools,
    when it is known already; `blind` says why the model cannot be shown pictures, if it cannot, `last` whether it must
    answer now. `readings` has what is shown of files, and receives the numbers of the sentences that are. Instructions
    are those of this request alone. Raises `InvalidRequest` or `UnsupportedParameter` naming the item.
    """
    system = [create.instructions] if create.instructions else []
    if create.text.verbosity in _VERBOSITY:
        system.append(_VERBOSITY[create.text.verbosity])
    history = len(items) - len(create.input or ())
    if create.reasoning.context == "current_turn":
        items = _without_old_reasoning(items)
    toolset = toolset or Toolset(create)
    if blind:
        toolset.check_blind(blind)
    view = toolset.view([*items, *output], output, refused=refused, last=last)
    readings = readings or Readings()
    messages = to_messages([*items, *output, *refused], system=system, blind=blind, history=history, readings=readings)
    return ChatRequest(
        messages=messages,
        tools=view.tools,
        tool_choice=view.choice,
        parallel_tool_calls=create.parallel_tool_calls and not toolset.one_by_one,
        output=to_output_format(create.text),
        reasoning_effort=create.reasoning.effort,
        sampling=_sampling(create) if isinstance(create, ResponseCreate) else Sampling(),
        written=written,
        citable=readings.sources.count,
    )


def _sampling(create: ResponseCreate) -> Sampling:
    return Sampling(
        temperature=create.temperature,
        top_p=create.top_p,
        presence_penalty=create.presence_penalty,
        frequency_penalty=create.frequency_penalty,
        max_tokens=create.max_output_tokens,
        logprobs=create.logprobs,
    )


def _without_old_reasoning(items: Sequence[Item]) -> list[Item]:
    """Blank out the reasoning of earlier turns; places are kept, so that errors still name the right item."""
    last_user = max((i for i, item in enumerate(items) if item.get("role") == "user"), default=0)
    return [
        {**item, "summary": [], "content": [], "encrypted_content": ""}
        if item["type"] == "reasoning" and i < last_user
        else item
        for i, item in enumerate(items)
    ]


def to_messages(
    items: Sequence[Item],
    *,
    system: Sequence[str] = (),
    blind: str = BLIND,
    history: int = 0,
    readings: Readings | None = None,
) -> list[Message]:
    """Return chat messages for stored items.

    One system message comes first: `system`, the leading system and developer items, and every compaction's summary.
    Everything that the model did between two other messages becomes one assistant message. The first `history` items
    are called items of the conversation in errors, the rest `input[...]`. Raises `InvalidRequest` for a tool output
    without its call and for one that is given twice.
    """
    builder = _MessageBuilder(list(system), blind, readings or Readings())
    for index, item in enumerate(settled(with_unique_call_ids(items, history=history))):
        if program_of(item) is not None:
            continue
        place = _place(item, index, history)
        kind_of(item, f"{place}.type").show(item, builder, place)
    return builder.finish()


def with_unique_call_ids(items: Sequence[Item], *, history: int = 0) -> list[Item]:
    """Return items in which each call has an id of its own, and each output that of its call.

    Raises `InvalidRequest` for an output before or without its call, and for one that is given twice.
    """
    pairs, calling = CallIds(), False
    result: list[Item] = []
    for index, item in enumerate(items):
        role, call_id = kind_of(item, f"{_place(item, index, history)}.type").pairs, item.get("call_id") or ""
        if role == "call":
            if not calling:
                pairs.turn()
            calling = True
            item = {**item, "call_id": pairs.call(call_id)}
            if kind_of(item).holds_answer:
                pairs.answer(call_id)
                calling = False
        elif role == "answer":
            calling = False
            found = pairs.answer(call_id)
            if found is None or not found[1]:
                what = "No function call with the call id {!r} comes before this output."
                raise InvalidRequest(
                    (what if found is None else "Two outputs answer the call id {!r}.").format(call_id),
                    param=f"{_place(item, index, history)}.call_id",
                )
            item = {**item, "call_id": found[0]}
        elif item.get("role") == "user":
            calling = False
        result.append(item)
    return result


def _place(item: Item, index: int, history: int) -> str:
    return f"input[{index - history}]" if index >= history else item["id"]


class _MessageBuilder:
    """The messages as they grow; see `conversations.items.Prompt`."""

    def __init__(self, system: list[str], blind: str, readings: Readings) -> None:
        self._readings = readings
        self._system = system
        self._blind = blind
        self._messages: list[Message] = []
        self._assistant: Message | None = None

    def say(self, text: str) -> None:
        self._extend("content", text, "\n\n")

    def think(self, text: str) -> None:
        self._extend("reasoning_content", text, "\n")

    def call(self, call_id: str, name: str, arguments: str) -> None:
        call = {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}
        self._turn().setdefault("tool_calls", []).append(call)

    def answer(self, call_id: str, output: str | Item | Sequence[Item], place: str) -> None:
        if isinstance(output, dict):
            self._check_sees(output, place)
            content = [self._chat_part(output)]
        else:
            content = output if isinstance(output, str) else self._content(output, place)
        self._other("tool", content, tool_call_id=call_id)

    def passages(self, results: Sequence[Item]) -> str:
        return self._readings.results(results)

    def marked(self, part: Item) -> str:
        text: str = part.get("text") or part.get("refusal") or ""
        return self._readings.sources.marked(text, part["annotations"]) if part.get("annotations") else text

    def hear(self, content: Sequence[Item], place: str) -> None:
        self._readings.sources.said += [part["text"] for part in content if part["type"] == "input_text"]
        self._other("user", self._content(content, place))

    def instruct(self, text: str) -> None:
        if self._messages or self._assistant:
            self._other("system", text)
        elif text:
            self._system.append(text)

    def recall(self, text: str) -> None:
        self._system.append(text)

    def finish(self) -> list[Message]:
        self._end_turn()
        if self._system:
            return [{"role": "system", "content": "\n\n".join(self._system)}, *self._messages]
        return self._messages

    def _turn(self) -> Message:
        if self._assistant is None:
            self._assistant = {"role": "assistant", "content": ""}
        return self._assistant

    def _extend(self, key: str, text: str, separator: str) -> None:
        turn = self._turn()
        if text:
            turn[key] = turn[key] + separator + text if turn.get(key) else text

    def _end_turn(self) -> None:
        turn, self._assistant = self._assistant, None
        # Thoughts that led to nothing (a reply that was cut) are not shown to the model again.
        if turn and (turn["content"] or turn.get("tool_calls")):
            self._messages.append(turn)

    def _other(self, role: str, content: str | list[Any], **more: Any) -> None:
        self._end_turn()
        self._messages.append({"role": role, "content": content, **more})

    def _content(self, parts: Sequence[Item], place: str) -> str | list[Any]:
        for index, part in enumerate(parts):
            self._check_sees(part, f"{place}[{index}]")
        parts = [self._file(part) if part["type"] == "input_file" else part for part in parts]
        if all(part["type"] == "input_text" for part in parts):
            return "\n".join(part["text"] for part in parts)
        return [self._chat_part(part) for part in parts]

    def _check_sees(self, part: Item, place: str) -> None:
        if part["type"] == "input_image" and self._blind:
            raise UnsupportedParameter(self._blind, param=place)

    def _file(self, part: Item) -> Item:
        return {"type": "input_text", "text": self._readings.file(part["file_id"], part.get("filename") or "")}

    def _chat_part(self, part: Item) -> dict[str, Any]:
        if part["type"] == "input_text":
            return {"type": "text", "text": part["text"]}
        url = part.get("image_url") or self._readings.pictures.get(part.get("file_id") or "")
        if url is None:  # before the files of a request are read
            return {"type": "text", "text": "[an image]"}
        return {"type": "image_url", "image_url": {"url": url, "detail": part["detail"]}}
