"""The scripted model's whole reply to a request, worked out before its first token is given out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import cycle, islice
from typing import Any, Literal, cast

import orjson

from earthshine.engines.deltas import (
    Delta,
    FinishReason,
    Reasoning,
    Text,
    TokenLogprob,
    ToolCallArguments,
    ToolCallStart,
    TopLogprob,
    Usage,
)
from earthshine.engines.requests import ChatRequest, Message, Sampling
from earthshine.engines.scripted.example_json import example
from earthshine.engines.scripted.picks import picked
from earthshine.engines.scripted.script import (
    Script,
    ScriptedCall,
    count,
    last_user,
    message_text,
    plain,
    read_script,
    split,
)
from earthshine.errors import ContextLengthExceeded, InvalidRequest, UnsupportedParameter


@dataclass(frozen=True, slots=True)
class Token:
    """One step of a reply: what the model wrote is `lead + text`, what the reader gets is `text`."""

    kind: Literal["text", "reasoning", "start", "arguments"]
    text: str
    lead: str = ""
    index: int = 0
    rivals: tuple[TopLogprob, ...] = ()
    """All that could have come, itself included, where the script says so."""

    def delta(self, cut: int, logprobs: int | None) -> Delta:
        """Return the delta without the first `cut` characters of what the model wrote."""
        raw = (self.lead + self.text)[cut:]
        text = self.text[max(0, cut - len(self.lead)) :]
        match self.kind:
            case "text":
                return Text(text, raw, () if logprobs is None else (self._chosen(text, logprobs),))
            case "reasoning":
                return Reasoning(text, raw)
            case "start":
                return ToolCallStart(self.index, self.text, raw=raw)
            case "arguments":
                return ToolCallArguments(self.index, text, raw)

    def _chosen(self, text: str, top: int) -> TokenLogprob:
        if not self.rivals:
            return certain(text, top)
        return TokenLogprob(text, self.rivals[0].logprob, self.rivals[:top])


@dataclass(frozen=True, slots=True)
class ScriptedReply:
    """All tokens of one reply and what its end says."""

    script: Script
    tokens: list[Token]
    reason: FinishReason
    prompt_tokens: int
    ending: str = ""
    """What the model writes after the last token, to close a tag."""
    stop: str | None = None
    """The stop string that ended it."""

    @property
    def usage(self) -> Usage:
        """The tokens of the whole reply, whichever of them were written before."""
        thought = sum(token.kind == "reasoning" for token in self.tokens)
        cached = min(self.script.cached_tokens, self.prompt_tokens)
        return Usage(self.prompt_tokens, cached, len(self.tokens), thought)


def plan_reply(request: ChatRequest, context: int) -> ScriptedReply:
    """Return the reply to `request` within `context` tokens.

    Raises `ContextLengthExceeded`, and `InvalidRequest` when `written` is not how the reply begins.
    """
    last, turn = last_user(request.messages)
    script = read_script(message_text(last), turn)
    prompt = prompt_tokens(request)
    room = _room(prompt, context, request.sampling)

    tokens = list(_tokens("reasoning", split(_thought(request, script, last))[: request.thinking_budget], "<think>"))
    bridge = "</think>" if tokens else ""
    calls = _calls(request, script)
    rivals = picked(message_text(last), script.picks) if script.picks else ()
    said = _scripted_text(request, script, last, silent=bool(calls)).removeprefix(request.prefill)
    said = rivals[0].token if rivals else said
    pieces, reason, stop = limited(said, script, request.sampling, max(0, room - len(tokens)))
    tokens += [replace(token, rivals=rivals) for token in _tokens("text", pieces, bridge)]
    bridge = "" if pieces else bridge
    tokens += _call_tokens(calls, bridge)
    ending = "}\n</tool_call>" if calls else bridge

    cut = len(tokens) > room or reason == "length"
    if cut:
        tokens, ending = tokens[:room], ""
    end: FinishReason = "length" if cut else "tool_calls" if calls else reason
    whole = "".join(token.lead + token.text for token in tokens) + ending
    if not whole.startswith(request.written):
        raise InvalidRequest("What was already written is not how this script begins.", param="written")
    return ScriptedReply(script, tokens, script.finish or end, prompt, ending, None if cut or calls else stop)


def prompt_tokens(request: ChatRequest) -> int:
    """Count the tokens of all that a request says."""
    said = sum(count(message_text(message)) for message in request.messages) + count(request.prefill)
    return said + sum(count(orjson.dumps(tool).decode()) for tool in request.tools)


def plan_completion(
    prompt: str, sampling: Sampling, context: int
) -> tuple[ScriptedReply, Literal["stop", "length"], str | None]:
    """Return the tokens that follow a raw `prompt`, why they end, and the stop string that ended them."""
    script = read_script(prompt, 0)
    said = script.text if script.text is not None else plain(prompt)
    read = count(prompt)
    pieces, reason, stop = limited(said, script, sampling, _room(read, context, sampling))
    return ScriptedReply(script, list(_tokens("text", pieces, "")), reason, read), reason, stop


def limited(
    said: str, script: Script, sampling: Sampling, room: int
) -> tuple[list[str], Literal["stop", "length"], str | None]:
    """Cut `said` at the first stop string or after `room` tokens: the tokens, the reason, the stop string."""
    count = script.pieces if script.pieces is not None else room if sampling.ignore_eos else None
    pieces = split(said)
    if count is not None and said:
        spaced = split(said if said.endswith((" ", "\n")) else said + " ")
        pieces = list(islice(cycle(spaced), min(count, room + 1)))
    text = "".join(pieces)
    found = [(position, stop) for stop in sampling.stop if (position := text.find(stop)) >= 0]
    if found and not sampling.ignore_eos:
        position, stop = min(found)
        before = split(text[:position])
        if len(before) <= room:
            return before, "stop", stop
    reached = len(pieces) > room or (sampling.ignore_eos and len(pieces) == room)
    return pieces[:room], "length" if reached else "stop", None


def certain(token: str, top: int) -> TokenLogprob:
    """Return the log probability of the only token that could come."""
    return TokenLogprob(token, 0.0, (TopLogprob(token, 0.0),) if top else ())


def _room(prompt: int, context: int, sampling: Sampling) -> int:
    if prompt >= context:
        raise ContextLengthExceeded(limit=context, tokens=prompt)
    return min(sampling.max_tokens or context, context - prompt)


def _thought(request: ChatRequest, script: Script, last: Message) -> str:
    if request.reasoning_effort == "none":
        return ""
    if script.reasoning is not None:
        return script.reasoning
    return "" if request.reasoning_effort is None else f"The user wrote: {plain(message_text(last))}"


def _scripted_text(request: ChatRequest, script: Script, last: Message, *, silent: bool) -> str:
    if script.text is not None:
        return script.text
    if silent:
        return ""
    match request.output.type:
        case "json_schema":
            return orjson.dumps(example(request.output.schema or {})).decode()
        case "json_object":
            return orjson.dumps({"reply": plain(message_text(last))}).decode()
        case "choice":
            return request.output.choices[0]
        case "regex" | "gbnf":
            raise UnsupportedParameter("The scripted model knows no grammars.", param="response_format")
        case "text":
            if request.messages and request.messages[-1].get("role") in ("tool", "function"):
                results = [message_text(m) for m in request.messages if m.get("role") in ("tool", "function")]
                return f"The tools say: {'; '.join(results)}"
            return f"You said: {plain(message_text(last))}"


def _calls(request: ChatRequest, script: Script) -> list[ScriptedCall]:
    choice = request.tool_choice
    if choice.mode == "none" or not request.tools:
        return []
    calls = [*script.tool_calls, *([script.tool_call] if script.tool_call else [])]
    if not calls and choice.mode == "required":
        functions = [cast("dict[str, Any]", tool["function"]) for tool in request.tools]
        function = next((f for f in functions if choice.names is None or f["name"] in choice.names), None)
        if function is None:
            raise InvalidRequest("`tool_choice` names no function among `tools`.", param="tool_choice")
        arguments = example(function.get("parameters") or {"type": "object"})
        calls = [ScriptedCall(name=function["name"], arguments=arguments)]
    return calls if request.parallel_tool_calls else calls[:1]


def _tokens(kind: Literal["text", "reasoning"], pieces: list[str], lead: str) -> Iterator[Token]:
    for piece in pieces:
        yield Token(kind, piece, lead)
        lead = ""


def _call_tokens(calls: list[ScriptedCall], lead: str) -> Iterator[Token]:
    for index, call in enumerate(calls):
        yield Token("start", call.name, lead + '<tool_call>\n{"name": "', index)
        whole = call.arguments if isinstance(call.arguments, str) else orjson.dumps(call.arguments).decode()
        for number, piece in enumerate(split(whole)):
            yield Token("arguments", piece, "" if number else '", "arguments": ', index)
        lead = "}\n</tool_call>\n"
