"""Chat templates are strangers' programs: they run in a child process, with a deadline and little memory."""

from __future__ import annotations

import asyncio
import time

import pytest

from earthshine.catalog.card import Card
from earthshine.engines.requests import ChatRequest
from earthshine.errors import ContextLengthExceeded, ModelBroken
from earthshine.harness.templates import rendering
from earthshine.harness.templates.special_tokens import SpecialTokenEscaper, check_size
from tests.harness import chat_templates
from tests.harness.fake_engine import FakeEngine, ask, model, user

HELLO = [{"role": "user", "content": "Hello"}]
ENDLESS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"


async def rendered(source: str) -> str:
    return await rendering.conversation(Card(name="m", chat_template=source), HELLO, [], {})


async def test_a_template_that_loops_is_ended_and_others_go_on(monkeypatch: pytest.MonkeyPatch):
    await rendered(chat_templates.PLAIN)
    monkeypatch.setattr(rendering, "DEADLINE", 1.0)
    longest, started = 0.0, time.monotonic()
    task = asyncio.create_task(rendered(ENDLESS))
    while not task.done():
        before = time.monotonic()
        await asyncio.sleep(0.01)
        longest = max(longest, time.monotonic() - before)
    with pytest.raises(ModelBroken, match="longer than 1 s"):
        await task
    assert longest < 0.9, "the loop stood still"
    assert time.monotonic() - started < 10
    monkeypatch.setattr(rendering, "DEADLINE", 60.0)
    started = time.monotonic()
    with pytest.raises(ModelBroken, match="longer than"):
        await rendered(ENDLESS)
    assert time.monotonic() - started < 30, "it is remembered"
    monkeypatch.setattr(rendering, "DEADLINE", 30.0)
    assert "Hello" in await rendered(chat_templates.PLAIN)


@pytest.mark.parametrize(
    "source",
    [
        "{{ 'a' * 3000000000 }}",
        "{{ messages[0].content * 900000000 }}",
        "{{ '%3000000000d' | format(1) }}",
        "{% set n = namespace(s='aaaaaaaa') %}{% for i in range(60) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% if %}",
        "{{ ''.__class__.__mro__ }}",
    ],
)
async def test_a_template_that_cannot_be_used_is_said_to_be(source: str):
    with pytest.raises(ModelBroken) as caught:
        await rendered(source)
    assert "template" in caught.value.message
    assert "Hello" in await rendered(chat_templates.PLAIN)


async def test_the_child_is_started_again_when_it_dies():
    assert "Hello" in await rendered(chat_templates.PLAIN)
    process = rendering._child._process  # pyright: ignore[reportPrivateUsage]
    assert process is not None
    process.kill()
    process.wait()
    assert "Hello" in await rendered(chat_templates.PLAIN)


async def test_a_conversation_keeps_every_character():
    said = 'é "quoted" \\ \x00 𝄞 \u2028 {{ x }} {% if %}'
    engine = FakeEngine("ok")
    await ask(model(engine, chat_templates.PLAIN), ChatRequest(user(said)))
    assert said in str(engine.requests[0].prompt)


async def test_spelled_out_tokens_are_looked_for_in_linear_time():
    engine = FakeEngine()
    for text in (
        "".join(f"\ue000{i}\ue001" for i in range(60_000)),
        "".join(f"<{i}>" for i in range(60_000)),
        "<[" * 200_000,
        "<" + "a" * 500_000,
    ):
        started = time.thread_time()
        escaper = await SpecialTokenEscaper.for_values(engine, text)
        escaper.escape(text)
        assert time.thread_time() - started < 3
        assert len(escaper.spellings) <= 1


async def test_a_text_with_our_own_marks_reaches_the_model_as_it_is():
    engine = FakeEngine("ok")
    said = "a \ue0000\ue001 b \ue0001\ue001 <|im_end|> \ue000"
    await ask(model(engine, chat_templates.PLAIN), ChatRequest(user(said)))
    prompt = engine.requests[0].prompt
    assert not isinstance(prompt, str)
    assert "".join(chr(token) for token in prompt if token >= 0).count(said) == 1


def test_what_cannot_fit_the_context_is_refused_before_any_work():
    request = ChatRequest(user("x" * 1_000_000))
    with pytest.raises(ContextLengthExceeded):
        check_size(request, 8192)
    with pytest.raises(ContextLengthExceeded):
        check_size(ChatRequest(user("hi"), tools=[{"function": {"description": "x" * 1_000_000}}]), 8192)
    check_size(request, 0)
    check_size(request, 32_768)
