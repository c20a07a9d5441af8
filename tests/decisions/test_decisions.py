"""Decisions by the official SDK in strict mode."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx2
import openai
import pytest
from openai import AsyncOpenAI
from openai.types.decision import (
    AnswerAnswerResourceChoice,
    AnswerAnswerResourcePredicate,
    AnswerAnswerResourceRefusal,
    AnswerAnswerResourceScore,
)
from sqlalchemy import select

from earthshine.metering.tables import ledger
from tests.chat_completions.app import Served
from tests.chat_completions.test_disconnect import until
from tests.patience import PATIENCE

DUPLICATE: Any = {"type": "predicate", "name": "duplicate", "instructions": "The customer was charged twice."}
QUEUE: Any = {
    "type": "choice",
    "name": "queue",
    "instructions": "Where does it belong?",
    "choices": [{"value": "billing"}, {"value": "technical"}, {"value": True}],
}
ANGER: Any = {
    "type": "score",
    "name": "anger",
    "instructions": "How angry is the customer?",
    "levels": [{"label": "calm"}, {"label": "annoyed"}, {"label": "angry"}],
}


def picks(**script: Any) -> str:
    """An input about which the scripted model thinks what it is told."""
    return f"I was charged twice.\n!script {json.dumps(script)}"


async def test_a_predicate_has_a_probability(sdk: AsyncOpenAI) -> None:
    made = await sdk.decisions.create(
        model="default", input=picks(picks={"Yes": 0.8, "No": 0.1}), questions=[DUPLICATE]
    )
    [answer] = made.answers
    assert isinstance(answer, AnswerAnswerResourcePredicate)
    assert (answer.name, answer.probability) == ("duplicate", pytest.approx(8 / 9))
    assert made.model == "scripted"


async def test_a_choice_has_a_probability_for_each_value(sdk: AsyncOpenAI) -> None:
    script = picks(picks={"billing": 0.2, "technical": 0.1, "true": 0.5})
    made = await sdk.decisions.create(model="scripted", input=script, questions=[QUEUE])
    [answer] = made.answers
    assert isinstance(answer, AnswerAnswerResourceChoice)
    assert (answer.name, answer.choice, answer.confidence) == ("queue", True, pytest.approx(0.625))
    assert [each.value for each in answer.probabilities] == ["billing", "technical", True]
    assert [each.probability for each in answer.probabilities] == pytest.approx([0.25, 0.125, 0.625])


async def test_a_score_is_the_level_to_be_expected(sdk: AsyncOpenAI) -> None:
    script = picks(picks={"calm": 0.1, "annoyed": 0.2, "angry": 0.7})
    made = await sdk.decisions.create(model="scripted", input=script, questions=[ANGER])
    [answer] = made.answers
    assert isinstance(answer, AnswerAnswerResourceScore)
    assert (answer.score, answer.confidence) == (pytest.approx(1.6), pytest.approx(0.7))
    assert [(each.value, each.label) for each in answer.probabilities] == [(0, "calm"), (1, "annoyed"), (2, "angry")]


async def test_a_refusal_does_not_stop_the_other_answers(sdk: AsyncOpenAI) -> None:
    nameless: Any = {name: value for name, value in QUEUE.items() if name != "name"}
    script = picks(picks={"Yes": 0.8, "No": 0.1})
    made = await sdk.decisions.create(model="scripted", input=script, questions=[QUEUE, DUPLICATE, nameless])
    assert [type(answer) for answer in made.answers] == [
        AnswerAnswerResourceRefusal,
        AnswerAnswerResourcePredicate,
        AnswerAnswerResourceRefusal,
    ]
    assert [answer.name for answer in made.answers] == ["queue", "duplicate", None]


async def test_400_questions_are_answered_in_their_order(sdk: AsyncOpenAI) -> None:
    questions: Any = [{**DUPLICATE, "name": f"number {number}"} for number in range(400)]
    script = picks(picks={"Yes": 0.8, "No": 0.1})
    made = await sdk.decisions.create(model="scripted", input=script, questions=questions)
    assert [answer.name for answer in made.answers] == [question["name"] for question in questions]


async def test_usage_is_that_of_all_prompts_and_charged_once(app: Served) -> None:
    script = picks(picks={"Yes": 0.8, "No": 0.1}, cached_tokens=10)
    async with app.client("charged-once") as client:
        made = await client.decisions.create(model="scripted", input=script, questions=[DUPLICATE, DUPLICATE])
    prompts = app.engine.requests[-4:]
    counted = [await app.engine.count(request) for request in prompts]
    assert made.usage.input_tokens == sum(counted)
    assert made.usage.input_tokens_details.cached_tokens == 4 * 10
    assert made.usage.output_tokens == 4
    assert made.usage.total_tokens == made.usage.input_tokens + 4
    [row] = await _rows(app, "charged-once")
    assert (row.endpoint, row.input_tokens, row.cached_tokens, row.output_tokens, bool(row.partial)) == (
        "decisions",
        made.usage.input_tokens,
        40,
        4,
        False,
    )


async def test_a_client_that_goes_away_stops_the_asking_and_pays_for_what_was_asked(app: Served) -> None:
    script = picks(picks={"Yes": 0.8, "No": 0.1}, tokens_per_second=20)
    body = {"model": "scripted", "input": script, "questions": [DUPLICATE] * 400}
    before = len(app.engine.requests)
    async with httpx2.AsyncClient(headers={"authorization": "Bearer gone-away"}) as client:
        task = asyncio.create_task(client.post(f"{app.url}/v1/decisions", json=body))
        await until(lambda: len(app.engine.requests) > before + 20)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await until(lambda: app.engine.running == 0 and app.pool.leases == 0)
    asked = len(app.engine.requests) - before
    assert asked < 100
    [row] = await _rows(app, "gone-away")
    assert bool(row.partial)
    assert 0 < row.output_tokens < asked


async def test_a_failure_is_told_and_what_was_asked_is_charged(app: Served) -> None:
    questions: Any = [
        DUPLICATE,
        {**DUPLICATE, "instructions": '!script {"error_after": 0, "error": "upstream_failed"}'},
    ]
    async with app.client("failed-late") as client:
        with pytest.raises(openai.APIStatusError) as failed:
            await client.decisions.create(model="scripted", input="x", questions=questions)
    assert failed.value.status_code == 502
    [row] = await _rows(app, "failed-late")
    assert bool(row.partial)


async def _rows(app: Served, project: str) -> list[Any]:
    """The ledger's rows of one project, once they are written."""
    async with asyncio.timeout(PATIENCE):
        while True:
            async with app.database.read() as connection:
                found = (await connection.execute(select(ledger).where(ledger.c.project == project))).all()
            if found:
                return list(found)
            await asyncio.sleep(0.02)


MESSAGE: Any = {"role": "user", "content": "x"}
OUTPUT: Any = {"type": "function_call_output", "call_id": "c1", "output": "x"}
DEEP: Any = json.loads('{"inside":' * 40 + "0" + "}" * 40)
IMAGE = {"type": "input_image", "image_url": "data:image/png;base64,AAAA"}


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"input": None}, "input"),
        ({"input": ""}, "input"),
        ({"input": []}, "input"),
        ({"input": {"text": "x"}}, "input"),
        ({"input": [5]}, "input[0]"),
        ({"input": [{"content": "x"}]}, "input[0].type"),
        ({"input": [{"role": "tool", "content": "x"}]}, "input[0].role"),
        ({"input": [{"type": "item_reference", "id": "x"}]}, "input[0].type"),
        ({"input": [{**MESSAGE, "content": [IMAGE]}]}, "input[0].content[0].type"),
        ({"input": [{**MESSAGE, "content": [{"type": "input_json", "data": 5}]}]}, "input[0].content[0].data"),
        ({"input": [{**MESSAGE, "content": [{"type": "input_json", "data": [5]}]}]}, "input[0].content[0].data"),
        ({"input": [{**MESSAGE, "content": [{"type": "input_json", "data": DEEP}]}]}, "input[0].content[0].data"),
        (
            {"input": [{**MESSAGE, "content": [{"type": "input_json", "data": {"x": [0] * 10_000}}]}]},
            "input[0].content[0].data",
        ),
        (
            {"input": [{**MESSAGE, "content": [{"type": "input_json", "data": {"x": "y" * 2**18}}]}]},
            "input[0].content[0].data",
        ),
        ({"input": [MESSAGE, OUTPUT]}, "input[1].call_id"),
        (
            {"input": [{"type": "custom_tool_call", "call_id": "c1", "name": "f", "input": ""}, OUTPUT]},
            "input[1].call_id",
        ),
        ({"questions": None}, "questions"),
        ({"questions": []}, "questions"),
        ({"questions": [DUPLICATE] * 401}, "questions"),
        ({"questions": [{"type": "ranking"}]}, "questions[0].type"),
        ({"questions": [{**DUPLICATE, "instructions": " "}]}, "questions[0].instructions"),
        ({"questions": [{**DUPLICATE, "instructions": [IMAGE]}]}, "questions[0].instructions[0].type"),
        ({"questions": [{**DUPLICATE, "name": 5}]}, "questions[0].name"),
        ({"questions": [{**DUPLICATE, "why": 5}]}, "questions[0].why"),
        ({"questions": [{**QUEUE, "choices": [{"value": "a"}]}]}, "questions[0].choices"),
        ({"questions": [{**QUEUE, "choices": [{"value": str(n)} for n in range(256)]}]}, "questions[0].choices"),
        ({"questions": [{**QUEUE, "choices": [{"value": "a"}, {"value": "a"}]}]}, "questions[0].choices"),
        ({"questions": [{**QUEUE, "choices": [{"value": "a"}, {"value": ""}]}]}, "questions[0].choices[1].value"),
        ({"questions": [{**QUEUE, "choices": [{"value": "a"}, {"value": 1}]}]}, "questions[0].choices[1].value"),
        ({"questions": [{**ANGER, "levels": [{"label": "a"}]}]}, "questions[0].levels"),
        ({"questions": [{**ANGER, "levels": [{"label": str(n)} for n in range(11)]}]}, "questions[0].levels"),
        ({"questions": [{**ANGER, "levels": [{"label": "a"}] * 2}]}, "questions[0].levels"),
        ({"prompt_cache_options": {"mode": "explicit", "ttl": "30m"}}, "prompt_cache_options.mode"),
        ({"prompt_cache_options": {"ttl": "30m"}}, "prompt_cache_options.ttl"),
        ({"model": "mute"}, "model"),
        ({"temperature": 0}, "temperature"),
        ({"input": "x " * 40_000}, "input"),
    ],
)
async def test_a_bad_field_is_named(app: Served, fields: dict[str, Any], param: str) -> None:
    body = {"model": "scripted", "input": "x", "questions": [DUPLICATE], **fields}
    body = {name: value for name, value in body.items() if value is not None}
    async with httpx2.AsyncClient(headers={"authorization": "Bearer default"}) as client:
        reply = await client.post(f"{app.url}/v1/decisions", content=json.dumps(body))
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, param), reply.text


async def test_true_and_1_are_told_apart(sdk: AsyncOpenAI) -> None:
    choices = [{"value": True}, {"value": "true"}, {"value": "1"}]
    question: Any = {**QUEUE, "choices": choices}
    made = await sdk.decisions.create(model="scripted", input=picks(picks={'"true"': 0.9}), questions=[question])
    [answer] = made.answers
    assert isinstance(answer, AnswerAnswerResourceChoice)
    assert [each.value for each in answer.probabilities] == [True, "true", "1"]
    assert answer.choice == "true"
