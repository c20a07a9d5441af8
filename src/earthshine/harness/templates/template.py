"""A model's own chat template: compiled once, sandboxed, rendered with the field's conventions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NoReturn

from jinja2 import TemplateError, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension, LoopControlExtension
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from earthshine.engines.requests import Message
from earthshine.errors import InvalidRequest, ModelBroken

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
"""What a model without a template gets; it has no notion of tools."""


_DOUBLED = re.compile(r'\{\{(\\?"name\\?": ?<[^{}<>]*>, ?\\?"(?:arguments|parameters)\\?": ?<[^{}<>]*>)\}\}')
"""How the templates of Qwen2.5 and others show a call: with braces doubled by mistake. Models copy it."""


class Template:
    """One compiled chat template.

    Raises `ModelBroken` when the source is not Jinja that may run here.
    """

    def __init__(self, source: str, bos_token: str = "", eos_token: str = "") -> None:
        self.source = _DOUBLED.sub(r"{\1}", source) or CHATML
        self.eos_token = eos_token
        self._names = {"bos_token": bos_token, "eos_token": eos_token}
        try:
            self._template = _environment().from_string(self.source)
        except TemplateSyntaxError as error:
            raise ModelBroken(
                f"This model's chat template is not valid Jinja ({error.message}, line {error.lineno}); "
                "install a file with a working template."
            ) from error

    def render(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[dict[str, Any]] = (),
        add_generation_prompt: bool = True,
        **variables: Any,
    ) -> str:
        """Return the prompt text exactly as the template writes it; `jinja2.TemplateError` when it refuses."""
        return self._template.render(
            messages=list(messages),
            tools=list(tools) or None,
            add_generation_prompt=add_generation_prompt,
            **self._names,
            **variables,
        )

    def conversation(
        self, messages: Sequence[Message], *, tools: Sequence[dict[str, Any]] = (), **variables: Any
    ) -> str:
        """Return the prompt for a reply to `messages`, arranging them anew where the template insists.

        Tried in turn: as they are; all system messages joined at the front; those put in front of the first user
        message; and neighbours of one role joined as well, for templates whose roles must alternate.
        Raises `InvalidRequest` with the template's own words when nothing helps.
        """
        first: Exception | None = None
        for arrangement in _arrangements(messages):
            try:
                return self.render(arrangement, tools=tools, **variables)
            except SecurityError as error:
                raise ModelBroken(f"This model's chat template does what the sandbox forbids: {error}") from error
            except (TemplateError, TypeError, ValueError, LookupError, OverflowError) as error:
                first = first or error
        raise InvalidRequest(f"This model's chat template refuses these messages: {first}", param="messages") from first


@lru_cache(maxsize=64)
def compiled(source: str, bos_token: str, eos_token: str) -> Template:
    """Return the compiled template; the same object for the same source."""
    return Template(source, bos_token, eos_token)


def _arrangements(messages: Sequence[Message]) -> Iterator[list[Message]]:
    yield list(messages)
    system = "\n\n".join(m["content"] for m in messages if m["role"] == "system")
    rest = [m for m in messages if m["role"] != "system"]
    if system:
        yield [{"role": "system", "content": system}, *rest]
        rest = _prefixed(rest, system)
        yield rest
    joined = _joined(rest)
    if joined != rest:
        yield joined


def _prefixed(messages: list[Message], system: str) -> list[Message]:
    """Put `system` in front of the first user message, or before all when there is none."""
    for i, message in enumerate(messages):
        if message["role"] == "user":
            changed = message | {"content": f"{system}\n\n{message['content']}"}
            return [*messages[:i], changed, *messages[i + 1 :]]
    return [{"role": "user", "content": system}, *messages]


def _joined(messages: list[Message]) -> list[Message]:
    """Join neighbours of one role, where nothing but their text would be lost."""
    result: list[Message] = []
    for message in messages:
        last = result[-1] if result else None
        if last and last.keys() == message.keys() == {"role", "content"} and last["role"] == message["role"]:
            result[-1] = last | {"content": f"{last['content']}\n\n{message['content']}"}
        else:
            result.append(message)
    return result


class _Generation(Extension):
    """`{% generation %}` marks the reply for training masks; for inference it is only its body."""

    tags = {"generation"}  # noqa: RUF012 - the name and kind that jinja2 asks for

    def parse(self, parser: Parser) -> list[nodes.Node]:
        """Return the body in place of the block."""
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[LoopControlExtension, _Generation]
    )
    # Jinja declares the types of these two only in part.
    filters: dict[str, Callable[..., Any]] = environment.filters  # pyright: ignore[reportUnknownMemberType]
    filters["tojson"] = _to_json
    names: dict[str, Any] = environment.globals  # pyright: ignore[reportAssignmentType]
    names.update(raise_exception=_raise, strftime_now=_strftime_now)
    return environment


def _to_json(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    """Plain JSON: jinja2's own filter escapes for HTML, which no model was trained on."""
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def _raise(message: str) -> NoReturn:
    raise TemplateError(message)


def _strftime_now(pattern: str) -> str:
    return datetime.now().astimezone().strftime(pattern)
