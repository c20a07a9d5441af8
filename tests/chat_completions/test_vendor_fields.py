"""Each field that a vendor added, for a model that runs here: what reaches the engine, and what the page says of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from earthshine.chat_completions.schemas import CreateChatCompletion
from earthshine.chat_completions.translate import to_chat_requests
from earthshine.chat_completions.vendor_fields import TABLE, said_here
from earthshine.engines.pool import LoadedModel
from earthshine.errors import InvalidSchema
from earthshine.harness.engine import HarnessedEngine
from earthshine.wire import check
from tests.chat_completions.app import Served
from tests.chat_completions.conftest import asked, script
from tests.chat_completions.test_refusals import post
from tests.harness import chat_templates
from tests.harness.fake_engine import FakeEngine, harnessed
from tests.server_process import ServerProcess

PAGE = Path(__file__).parent.parent.parent / "docs" / "vendor-fields.md"
SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
BEGUN = [*asked("x"), {"role": "assistant", "content": "Well"}]


def last(**marks: Any) -> dict[str, Any]:
    return {"messages": [BEGUN[0], {**BEGUN[1], **marks}]}


CASES: dict[str, tuple[dict[str, Any], Any]] = {
    "partial": (last(partial=True), lambda asked: asked.prefill == "Well"),
    "prefix": (last(prefix=True), lambda asked: asked.prefill == "Well"),
    "reasoning_content": (
        {"messages": [*last(reasoning_content="hm")["messages"], *asked("y")]},
        lambda asked: asked.messages[1]["reasoning_content"] == "hm",
    ),
    "thinking": (
        {"thinking": {"type": "enabled", "budget_tokens": 7}},
        lambda asked: (asked.reasoning_effort, asked.thinking_budget) == ("medium", 7),
    ),
    "enable_thinking": ({"enable_thinking": False}, lambda asked: asked.reasoning_effort == "none"),
    "thinking_budget": (
        {"thinking_budget": 9},
        lambda asked: (asked.reasoning_effort, asked.thinking_budget) == ("medium", 9),
    ),
    "top_k": ({"top_k": 3}, lambda asked: asked.sampling.top_k == 3),
    "min_p": ({"min_p": 0.1}, lambda asked: asked.sampling.min_p == 0.1),
    "repetition_penalty": ({"repetition_penalty": 1.1}, lambda asked: asked.sampling.repetition_penalty == 1.1),
    "ignore_eos": ({"ignore_eos": True, "max_tokens": 2}, lambda asked: asked.sampling.ignore_eos),
    "guided_json": ({"guided_json": '{"type": "object"}'}, lambda asked: asked.output.schema == {"type": "object"}),
    "guided_choice": ({"guided_choice": ["a", "b"]}, lambda asked: asked.output.choices == ("a", "b")),
    "structured_outputs": ({"structured_outputs": {"json": SCHEMA}}, lambda asked: asked.output.schema == SCHEMA),
    "continue_final_message": (
        {"messages": BEGUN, "continue_final_message": True},
        lambda asked: asked.prefill == "Well",
    ),
    "add_generation_prompt": (
        {"messages": BEGUN, "continue_final_message": True, "add_generation_prompt": False},
        lambda asked: asked.prefill == "Well",
    ),
}
"""A request with the field, and what must be true of what the scripted engine is asked."""
IN_TEMPLATES = {"guided_regex", "guided_grammar", "grammar", "chat_template_kwargs"}
"""What only an engine with templates and grammars obeys: see below."""
IGNORED = {"guided_decoding_backend", "cache_prompt"}


def test_every_field_is_tested_and_on_its_page() -> None:
    names = [field.name for field in TABLE]
    assert set(names) == CASES.keys() | IN_TEMPLATES | IGNORED
    assert {field.name for field in TABLE if field.ignored} == IGNORED
    rows = [line.split(" | ") for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    told = {row[0].strip("| `"): (row[1], row[2].strip(" |")) for row in rows}
    assert told == {field.name: (field.whose, field.here) for field in TABLE}


@pytest.mark.parametrize("name", CASES)
async def test_a_field_reaches_the_engine(app: Served, name: str) -> None:
    fields, holds = CASES[name]
    reply = await post(app, {"model": "scripted", "messages": asked("x"), **fields})
    assert reply.status_code == 200, reply.text
    assert "x-earthshine-ignored" not in reply.headers
    assert holds(app.engine.requests[-1])


def test_what_changes_nothing_is_named_in_a_header(scripted_server: ServerProcess) -> None:
    body = {"model": "scripted", "messages": asked("x"), **dict.fromkeys(IGNORED, True)}
    key = {"authorization": f"Bearer {scripted_server.key}"}
    reply = httpx.post(f"{scripted_server.url}/v1/chat/completions", json=body, headers=key)
    assert (reply.status_code, reply.headers["x-earthshine-ignored"]) == (200, ", ".join(sorted(IGNORED)[::-1]))


async def test_a_budget_of_thinking_is_kept(app: Served) -> None:
    body = {"model": "scripted", "messages": script(reasoning="one two three four", text="x"), "thinking_budget": 2}
    message = (await post(app, body)).json()["choices"][0]["message"]
    assert (message["reasoning_content"], message["content"]) == ("one two", "x")


def test_the_body_itself_stays_as_it_is() -> None:
    body = {"messages": BEGUN, "continue_final_message": True, "grammar": 'root ::= "a"'}
    said, _ = said_here(body)
    assert said["guided_grammar"] == 'root ::= "a"'
    assert "partial" not in BEGUN[1]
    assert "grammar" in body


async def _planned(engine: HarnessedEngine, **fields: Any) -> Any:
    """Ask a model with a template through the whole way from the body to its engine."""
    body, _ = said_here({"model": "fake", "messages": asked("x"), **fields})
    (request,) = to_chat_requests(check(CreateChatCompletion, body), LoadedModel(engine.card, engine), slots=1)
    return await engine.prepare(request)


@pytest.mark.parametrize(
    ("fields", "member", "other"),
    [
        ({"guided_regex": "[ab]{2}|no+"}, "nooo", "a"),
        ({"guided_regex": "^[0-9]+$"}, "42", "4x"),
        ({"guided_choice": ["yes", "no"]}, "no", "maybe"),
        ({"guided_grammar": 'root ::= one_or " moon"\none_or ::= "a" | "the"'}, "the moon", "moon"),
        ({"grammar": "root ::= [a-c]+"}, "cab", "dab"),
        ({"structured_outputs": {"regex": "a|b"}}, "b", "ab"),
    ],
)
async def test_the_text_obeys(fields: dict[str, Any], member: str, other: str) -> None:
    request: Any = await _planned(harnessed(FakeEngine(), chat_templates.PLAIN), **fields)
    grammar = request.plan.constraint.grammar
    assert grammar.accepts(member)
    assert not grammar.accepts(other)


async def test_a_template_is_told_what_the_client_says() -> None:
    template = chat_templates.PLAIN + "{% if mood %}[{{ mood }}]{% endif %}"
    request: Any = await _planned(harnessed(FakeEngine(), template), chat_template_kwargs={"mood": "calm"})
    assert request.plan.rendered.endswith("[calm]")
    plain: Any = await _planned(harnessed(FakeEngine(), template))
    assert "[calm]" not in plain.plan.rendered


async def test_hostile_grammars_are_refused_by_name() -> None:
    engine = harnessed(FakeEngine(), chat_templates.PLAIN)
    for fields, param in (
        ({"guided_grammar": "root ::= root root"}, "guided_grammar"),
        ({"guided_grammar": 'root ::= "a"? ' + '"a"? ' * 200}, "guided_grammar"),
        ({"guided_grammar": "root ::= missing"}, "guided_grammar"),
        ({"guided_grammar": '"' * 200_000}, "guided_grammar"),
        ({"guided_regex": "a?" * 300}, "guided_regex"),
        ({"guided_regex": "(?=a)"}, "guided_regex"),
    ):
        with pytest.raises(InvalidSchema) as refused:
            await _planned(engine, **fields)
        assert refused.value.param == param
