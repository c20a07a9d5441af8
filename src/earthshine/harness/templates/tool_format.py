"""How a model writes tool calls: found out from its own chat template, or declared when that has no notion of them.

The template is rendered with a tool call whose name and arguments occur nowhere else; what stands around them is the
format. Formats whose arguments are no JSON object, or that cannot be told apart this way, are reported in
`ToolFormat.problem`, and the fallback is used in their place: it is listed in the system message, and past calls are
written out as text, so that the template needs to know nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal, cast

from jinja2 import TemplateError

from earthshine.engines.requests import Message
from earthshine.harness.parsing.tool_call_detector import ToolCallDetector
from earthshine.harness.templates.template import Template

_NAMES = ("qzname_one", "qzname_two")
_KEY, _VALUE, _TEXT = "qzkey", "qzvalue", "qztext"
_ID = "qzcall001"
"""Nine letters and digits, as some templates demand; where a format has ids, this one is written as a constant."""
_USER: Message = {"role": "user", "content": "qzuser"}
_TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "qztool",
            "description": "qzdescription",
            "parameters": {"type": "object", "properties": {"qzparameter": {"type": "string"}}},
        },
    }
]
_PLACE_OF_NAME = re.compile(r'("name\\?"\s*:\s*)(?:<[^<>]*>|"[^"]*"|\{[^{}]*\}|\$?[A-Za-z_ -]+)')
"""Where a template that explains its format says that the function's name stands."""
_TURN_ENDS = ("<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|end|>", "<end_of_turn>", "</s>", "<|endoftext|>")


@dataclass(frozen=True, slots=True)
class ToolFormat:
    """The literals around tool calls: `begin NAME middle ARGUMENTS (between NAME middle ARGUMENTS)* end`."""

    name: str
    begin: str
    middle: str
    between: str | None
    """None: this format has one call in a reply."""
    end: str
    lead: str = "\n"
    """What stands between text and the first call."""
    arguments_as: Literal["object", "string"] = "object"
    """What the template expects in the messages it is given."""
    in_template: bool = True
    """False: the template knows no tools; the harness lists them itself and writes past calls as text."""
    problem: str = ""
    """Why the template's own format could not be used, when it has one."""

    @property
    def tag(self) -> str:
        """The part of `begin` that appears in no ordinary text, such as `<tool_call>`; empty if there is none."""
        found = re.match(r"<[^<>\s]+>|\[[A-Z_]+\]", self.begin)
        return found[0] if found else ""

    def written(self, calls: Sequence[tuple[str, Any]]) -> str:
        """Return calls as the model writes them."""
        texts = [name + self.middle + json.dumps(arguments, ensure_ascii=False) for name, arguments in calls]
        return self.begin + (self.between or f"{self.end}\n{self.begin}").join(texts) + self.end


HERMES = ToolFormat(
    name="hermes",
    begin='<tool_call>\n{"name": "',
    middle='", "arguments": ',
    between='}\n</tool_call>\n<tool_call>\n{"name": "',
    end="}\n</tool_call>",
    in_template=False,
)
"""The format that most families were trained on; the fallback for those that have none."""


class _Undiscoverable(Exception):
    pass


@lru_cache(maxsize=64)
def discover(template: Template) -> ToolFormat:
    """Return the format of a template's tool calls; the fallback when it has none, or none that can be used."""
    try:
        shown = template.render([_USER], tools=_TOOLS)
        if "qztool" not in shown or "qzparameter" not in shown:
            return HERMES
    except (TemplateError, TypeError, ValueError, LookupError) as error:
        return replace(HERMES, problem=f"the template does not render with tools: {error}")
    problems: list[str] = []
    for kind in ("object", "string"):
        try:
            return _Probe(template, kind).format()
        except (_Undiscoverable, TemplateError, TypeError, ValueError, LookupError) as error:
            problems.append(f"arguments as {kind}: {error}")
    return replace(HERMES, problem="; ".join(problems))


@lru_cache(maxsize=64)
def unread_example(template: Template) -> str:
    """Return the call that the template shows to the model, if it would not be recognised; else an empty text."""
    try:
        shown = template.render([_USER], tools=_TOOLS)
    except (TemplateError, TypeError, ValueError, LookupError):
        return ""
    for line in shown.splitlines():
        example, count = _PLACE_OF_NAME.subn(r'\1"qztool"', line)
        if (
            count
            and "qztool" not in line
            and ToolCallDetector(("qztool",)).feed(example[example.find("{") :])[1] is None
        ):
            return line[:200]
    return ""


def arranged(
    messages: list[Message], tools: list[dict[str, Any]], form: ToolFormat
) -> tuple[list[Message], list[dict[str, Any]]]:
    """Return messages and tools as the template can take them."""
    if form.in_template:
        return [_with_arguments(m, form.arguments_as) for m in messages], tools
    result: list[Message] = []
    for message in messages:
        text = message["content"]
        if message.get("tool_calls"):
            calls = [(c["function"]["name"], c["function"]["arguments"]) for c in message["tool_calls"]]
            text = f"{text}\n{form.written(calls)}" if text else form.written(calls)
            result.append({"role": "assistant", "content": text})
        elif message["role"] == "tool":
            text = f"<tool_response>\n{text}\n</tool_response>"
            if result and result[-1].get("results"):
                result[-1] = result[-1] | {"content": f"{result[-1]['content']}\n{text}"}
            else:
                result.append({"role": "user", "content": text, "results": True})
        else:
            result.append(message)
    result = [{k: v for k, v in m.items() if k != "results"} for m in result]
    return (_listed(result, tools, form) if tools else result), []


def _listed(messages: list[Message], tools: list[dict[str, Any]], form: ToolFormat) -> list[Message]:
    """Put the list of tools into the system message."""
    lines = "\n".join(json.dumps(tool["function"], ensure_ascii=False) for tool in tools)
    sample = form.begin + "NAME" + form.middle + '{"KEY": VALUE}' + form.end
    text = f"You can call these functions when they help:\n{lines}\nTo call one, write exactly:\n{sample}"
    if messages and messages[0]["role"] == "system":
        return [messages[0] | {"content": f"{messages[0]['content']}\n\n{text}".lstrip()}, *messages[1:]]
    return [{"role": "system", "content": text}, *messages]


def _with_arguments(message: Message, kind: str) -> Message:
    if kind == "object" or not message.get("tool_calls"):
        return message
    return message | {"tool_calls": [_with_text_arguments(call) for call in message["tool_calls"]]}


def _with_text_arguments(call: dict[str, Any]) -> dict[str, Any]:
    arguments = json.dumps(call["function"]["arguments"], ensure_ascii=False)
    return call | {"function": call["function"] | {"arguments": arguments}}


class _Probe:
    """Renders sentinel calls through a template and reads the format off the result."""

    def __init__(self, template: Template, kind: Literal["object", "string"]) -> None:
        self._template = template
        self._kind: Literal["object", "string"] = kind

    def format(self) -> ToolFormat:
        """Return the format, or raise with the reason why there is none."""
        before, after = self._around_text()
        one = self._body(self._calls(_NAMES[:1]), before)
        begin, middle, rest = _split(one, _NAMES[0])
        end = self._ended(rest, after)
        return ToolFormat(
            _known_name(begin, middle), begin.lstrip(), middle, self._between(before, middle), end,
            self._lead(begin), self._kind,
        )  # fmt: skip

    def _around_text(self) -> tuple[str, str]:
        """Return what stands before and after the content of a plain assistant message."""
        whole = self._render({"role": "assistant", "content": _TEXT})
        before, found, after = whole.partition(_TEXT)
        if not found:
            raise _Undiscoverable("an assistant's text does not appear in the prompt")
        return before, after

    def _calls(self, names: Sequence[str], content: str = "") -> Message:
        return {
            "role": "assistant",
            "content": content,
            "tool_calls": [self._call(name, i) for i, name in enumerate(names)],
        }

    def _call(self, name: str, number: int) -> dict[str, Any]:
        arguments: Any = {_KEY: f"{_VALUE}{number}"}
        if self._kind == "string":
            arguments = json.dumps(arguments)
        return {"id": _ID, "type": "function", "function": {"name": name, "arguments": arguments}}

    def _render(self, message: Message) -> str:
        return self._template.render([_USER, message], tools=_TOOLS, add_generation_prompt=False)

    def _body(self, message: Message, before: str) -> str:
        """Return what the model itself writes of a message: what follows the prompt's last words."""
        whole = self._render(message)
        prompt = self._template.render([_USER], tools=_TOOLS)
        without_thoughts = re.sub(r"<think>\s*</think>\s*$", "", before)
        for start in (prompt, before, without_thoughts, before.rstrip(), without_thoughts.rstrip(), prompt.rstrip()):
            if whole.startswith(start):
                return whole[len(start) :]
        raise _Undiscoverable("a message with calls does not begin like one without")

    def _ended(self, rest: str, after: str) -> str:
        """Return what closes the calls, without the end of the turn."""
        for turn_end in (after, after.rstrip(), self._template.eos_token, *_TURN_ENDS):
            if turn_end and turn_end in rest:
                return rest[: rest.index(turn_end)]
        return rest if not after.strip() else rest.rstrip()

    def _between(self, before: str, middle: str) -> str | None:
        """Return what stands between two calls; None when the template does not have two."""
        try:
            two = self._body(self._calls(_NAMES), before)
            _, same, rest = _split(two, _NAMES[0])
            between, found, _ = rest.partition(_NAMES[1])
            return between if found and same == middle else None
        except (_Undiscoverable, TemplateError, TypeError, ValueError, LookupError):
            return None

    def _lead(self, begin: str) -> str:
        """Return what stands between text and calls, as far as it is space."""
        try:
            whole = self._render(self._calls(_NAMES[:1], content=_TEXT))
        except (TemplateError, TypeError, ValueError, LookupError):
            return "\n"
        gap = whole.partition(_TEXT)[2].partition(begin.lstrip())[0]
        return gap if gap.isspace() else ""


def _split(body: str, name: str) -> tuple[str, str, str]:
    """Split at the call's name and its arguments: before the name, between both, after the arguments."""
    begin, found, rest = body.partition(name)
    if not found:
        raise _Undiscoverable("the call's name does not appear")
    at = rest.find("{")
    decoder = json.JSONDecoder()
    while at >= 0:
        try:
            value, end = decoder.raw_decode(rest, at)
        except ValueError:
            at = rest.find("{", at + 1)
            continue
        if isinstance(value, dict) and list(cast("dict[str, Any]", value)) == [_KEY]:
            if name in rest[:at]:
                raise _Undiscoverable("the call's name appears twice")
            return begin, rest[:at], rest[end:]
        at = rest.find("{", at + 1)
    raise _Undiscoverable("the arguments are not written as a JSON object")


def _known_name(begin: str, middle: str) -> str:
    """Return the name under which people know a format."""
    marks = {
        "<tool_call>": "hermes",
        "[TOOL_CALLS]": "mistral",
        "<｜tool": "deepseek",
        '"parameters"': "llama",
    }
    return next((name for mark, name in marks.items() if mark in begin + middle), "template")
