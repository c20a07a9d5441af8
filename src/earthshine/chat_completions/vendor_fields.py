"""The fields that other vendors and engines added to chat completions, and what each means for a model that runs here.

For a model that runs elsewhere all go as they came; see `vendor`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import orjson

from earthshine.errors import InvalidRequest, UnsupportedParameter

Json = dict[str, Any]
Say = Callable[[Json, Any], None]


@dataclass(frozen=True, slots=True)
class VendorField:
    """One field."""

    name: str
    whose: str
    here: str
    """What happens, as the documentation says it (docs/vendor-fields.md)."""
    say: Say | None = None
    """Says a value in fields of ours, in the body; None for a field that is one of ours as it stands."""
    ignored: bool = False
    """Whether it changes nothing; the reply names it in a header."""
    in_message: bool = False
    plain: bool = False
    """Whether it means the same to all engines: it is checked here, wherever the model runs."""


def _structured(body: Json, value: Any) -> None:
    if not isinstance(value, dict):
        raise InvalidRequest("`structured_outputs` is an object.", param="structured_outputs")
    given = {name: each for name, each in cast("Json", value).items() if each not in (None, False)}
    for name, each in given.items():
        if name == "json_object":
            body["response_format"] = {"type": "json_object"}
        elif name in ("json", "choice", "regex", "grammar"):
            _put(body, f"guided_{name}", each)
        else:
            where = f"structured_outputs.{name[:80]}"
            raise UnsupportedParameter(
                f"'{where}' is not supported here; send `json`, `json_object`, `choice`, `regex` or `grammar`.",
                param=where,
            )


def _put(body: Json, name: str, value: Any) -> None:
    if body.get(name) is not None:
        raise InvalidRequest(f"`{name}` is said twice; leave one out.", param=name)
    body[name] = _read(value) if name == "guided_json" else value


def _read(schema: Any) -> Any:
    """Return a JSON Schema, which clients also send as text."""
    try:
        return orjson.loads(schema) if isinstance(schema, str) else schema
    except ValueError:
        raise InvalidRequest("`guided_json` is no JSON.", param="guided_json") from None


def _json(body: Json, value: Any) -> None:
    body["guided_json"] = _read(value)


def _grammar(body: Json, value: Any) -> None:
    _put(body, "guided_grammar", value)


def _go_on(body: Json, value: Any) -> None:
    messages: Any = body.get("messages")
    last: Any = cast("list[Any]", messages)[-1] if isinstance(messages, list) and messages else None
    if value is not True:
        return
    if not isinstance(last, dict) or cast("Json", last).get("role") != "assistant":
        raise InvalidRequest(
            "`continue_final_message` needs the assistant's message as the last one.", param="continue_final_message"
        )
    body["messages"] = [*cast("list[Any]", messages)[:-1], {**cast("Json", last), "partial": True}]


def _no_opening(body: Json, value: Any) -> None:
    # By the order of the table, the last message is marked already.
    messages: Any = body.get("messages")
    last: Any = cast("list[Any]", messages)[-1] if isinstance(messages, list) and messages else None
    if value is False and not (isinstance(last, dict) and cast("Json", last).get("partial")):
        raise UnsupportedParameter(
            "'add_generation_prompt' false is supported with `continue_final_message` only: a reply has a beginning.",
            param="add_generation_prompt",
        )


TABLE = (
    VendorField("partial", "Moonshot, Qwen", "the reply goes on from the last message", in_message=True),
    VendorField("prefix", "DeepSeek", "the same", in_message=True),
    VendorField("reasoning_content", "DeepSeek, Moonshot", "the thinking, in replies and in history", in_message=True),
    VendorField("thinking", "DeepSeek, Moonshot, Zhipu", "on, off, and most tokens of it by `budget_tokens`"),
    VendorField("enable_thinking", "Qwen", "on or off"),
    VendorField("thinking_budget", "Qwen", "most tokens of thinking"),
    VendorField("top_k", "vLLM, llama.cpp", "sampling", plain=True),
    VendorField("min_p", "vLLM, llama.cpp", "sampling", plain=True),
    VendorField("repetition_penalty", "vLLM, Qwen", "sampling, over the last 256 tokens", plain=True),
    VendorField("ignore_eos", "vLLM, llama.cpp", "goes on to the limit; for benches", plain=True),
    VendorField("guided_json", "vLLM", "a JSON Schema that the text fits, also written as text", _json),
    VendorField("guided_choice", "vLLM", "the text is one of these"),
    VendorField("guided_regex", "vLLM", "the text matches from end to end"),
    VendorField("guided_grammar", "vLLM", "a grammar in GBNF that the text obeys"),
    VendorField("structured_outputs", "vLLM", "`json`, `json_object`, `choice`, `regex` or `grammar`", _structured),
    VendorField("grammar", "llama.cpp", "as `guided_grammar`", _grammar),
    VendorField("chat_template_kwargs", "vLLM, SGLang, llama.cpp", "given to the model's own chat template"),
    VendorField("continue_final_message", "vLLM", "true: the reply goes on from the last message", _go_on),
    VendorField("add_generation_prompt", "vLLM", "false with `continue_final_message` only, else 400", _no_opening),
    VendorField("guided_decoding_backend", "vLLM", "ignored: there is one", ignored=True),
    VendorField("cache_prompt", "llama.cpp", "ignored: prompts are always cached", ignored=True),
)

AS_THEY_CAME = frozenset(field.name for field in TABLE if not (field.in_message or field.plain))
"""What goes to an upstream without being looked at, even where its name is one of ours."""


def said_here(body: Json) -> tuple[Json, list[str]]:
    """Return a request for a model on this machine in fields of ours, and the names of those that change nothing.

    `body` itself stays as it is. Raises `InvalidRequest` and `UnsupportedParameter` that name the field.
    """
    given = [field for field in TABLE if not field.in_message and body.get(field.name) is not None]
    if not given:
        return body, []
    said = dict(body)
    for field in given:
        if field.say is not None:
            field.say(said, said.pop(field.name))
        elif field.ignored:
            del said[field.name]
    return said, [field.name for field in given if field.ignored]
