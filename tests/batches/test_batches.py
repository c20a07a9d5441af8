"""The four calls of batches through the official SDK, with its strict validation on."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from openai import APIStatusError, ConflictError, NotFoundError, OpenAI

from tests.batches.conftest import chat, ended, lines_of, results, scripted, send
from tests.notifications.conftest import Receiver

CHAT = "/v1/chat/completions"


@pytest.mark.parametrize("model", [{}, {"model": "scripted"}, {"model": "omni-moderation-latest"}])
def test_texts_are_moderated(sdk: OpenAI, model: dict[str, str]) -> None:
    url, text = "/v1/moderations", 'moon\n!script {"picks": {"yes": 0.1, "no": 0.9}}'
    batch = ended(sdk, send(sdk, lines_of([model | {"input": text}], url), url).id)
    [line] = results(sdk, batch.output_file_id)
    assert [each["flagged"] for each in line["response"]["body"]["results"]] == [False]
    assert batch.usage is not None
    assert batch.usage.total_tokens > 0


@pytest.mark.parametrize(
    ("url", "body", "says"),
    [
        ("/v1/responses", {"model": "scripted", "input": "moon", "store": False}, 'moon"'),
        (CHAT, chat("moon"), 'moon"'),
        ("/v1/completions", {"model": "scripted", "prompt": "moon"}, 'moon"'),
        ("/v1/embeddings", {"model": "scripted", "input": "moon"}, '"embedding": ['),
    ],
)
def test_lines_are_answered_in_their_order_and_what_cannot_be_is_told_apart(
    sdk: OpenAI, url: str, body: Any, says: str
) -> None:
    wrong = body | {"no_such_field": 1}
    made = send(sdk, lines_of([body, wrong, body], url), url, metadata={"for": "tests"})
    assert (made.status, made.endpoint, made.metadata) == ("validating", url, {"for": "tests"})
    assert made.expires_at == made.created_at + 86_400
    batch = ended(sdk, made.id)
    assert (batch.status, batch.model, batch.errors) == ("completed", "scripted", None)
    assert batch.request_counts is not None
    assert batch.request_counts.to_dict() == {"total": 3, "completed": 2, "failed": 1}
    good, bad = results(sdk, batch.output_file_id), results(sdk, batch.error_file_id)
    assert [each["custom_id"] for each in good] == ["r0", "r2"]
    for each in good:
        assert (set(each), each["error"]) == ({"id", "custom_id", "response", "error"}, None)
        assert each["response"]["status_code"] == 200
        assert each["response"]["request_id"].startswith("req_")
        assert says in json.dumps(each["response"]["body"])
    [refused] = bad
    assert (refused["custom_id"], refused["error"], refused["response"]["status_code"]) == ("r1", None, 400)
    assert refused["response"]["body"]["error"]["code"] == "unknown_parameter"
    used = [each["response"]["body"]["usage"] for each in good]
    assert batch.usage is not None
    assert batch.usage.total_tokens == sum(each["total_tokens"] for each in used) > 0
    for file_id in (batch.output_file_id, batch.error_file_id):
        assert file_id is not None
        assert sdk.files.retrieve(file_id).purpose == "batch_output"
    for moment in ("in_progress_at", "finalizing_at", "completed_at"):
        assert getattr(batch, moment) >= batch.created_at


def line(**changed: Any) -> str:
    return json.dumps({"custom_id": "a", "method": "POST", "url": CHAT, "body": chat("moon")} | changed)


def test_all_that_is_wrong_with_a_file_is_told_with_its_line(sdk: OpenAI) -> None:
    lines = [
        (line(), None),
        ("", None),
        ("{", "invalid_json_line"),
        (line(), "duplicate_custom_id"),
        (line(custom_id="b", url="/v1/responses"), "invalid_url"),
        (line(custom_id="c", method="GET"), "invalid_method"),
        (line(custom_id=""), "missing_required_parameter"),
        (line(custom_id="d", body=None), "missing_required_parameter"),
        (line(custom_id="e", body=chat("moon") | {"model": "other"}), "mismatched_model"),
        (line(custom_id="f", body=chat("moon", stream=True)), "invalid_value"),
        (line(custom_id="g", more=1), "unknown_parameter"),
        (line(custom_id="h"), None),
    ]
    batch = ended(sdk, send(sdk, "\n".join(text for text, _ in lines).encode(), CHAT).id)
    assert (batch.status, batch.output_file_id, batch.error_file_id) == ("failed", None, None)
    assert batch.failed_at is not None
    assert batch.errors is not None
    assert [(each.line, each.code) for each in batch.errors.data or []] == [
        (number, code) for number, (_, code) in enumerate(lines, 1) if code
    ]
    assert all(each.message for each in batch.errors.data or [])


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"\n \n", "empty_file"), (line(body=chat("moon") | {"model": "nobody"}).encode(), "model_not_found")],
)
def test_a_file_that_no_model_can_answer_fails(sdk: OpenAI, content: bytes, code: str) -> None:
    batch = ended(sdk, send(sdk, content, CHAT).id)
    assert batch.errors is not None
    assert (batch.status, [each.code for each in batch.errors.data or []]) == ("failed", [code])


def test_what_cannot_be_begun_is_refused_by_name(sdk: OpenAI) -> None:
    good = sdk.files.create(file=("in.jsonl", b"{}"), purpose="batch").id
    other = sdk.files.create(file=("in.jsonl", b"{}"), purpose="user_data").id
    for given, param, status in (
        ({"input_file_id": other}, "input_file_id", 400),
        ({"input_file_id": "file_none"}, "file_id", 404),
        ({"endpoint": "/v1/videos"}, "endpoint", 400),
        ({"completion_window": "1h"}, "completion_window", 400),
        ({"metadata": {"a": "b" * 600}}, "metadata", 400),
    ):
        call: Any = {"input_file_id": good, "endpoint": CHAT, "completion_window": "24h", **given}
        with pytest.raises(APIStatusError) as refused:
            sdk.batches.create(**call)
        assert isinstance(refused.value.body, dict)
        assert (refused.value.body["param"], refused.value.status_code) == (param, status)
    with pytest.raises(NotFoundError, match="batch_none"):
        sdk.batches.retrieve("batch_none")


def test_cancelling_keeps_what_is_done(sdk: OpenAI) -> None:
    bodies = [chat("moon"), chat("sea"), *(chat(scripted(first_token_after=600, text=f"{n}")) for n in range(30))]
    batch_id = send(sdk, lines_of(bodies, CHAT), CHAT).id
    while True:
        counts = sdk.batches.retrieve(batch_id).request_counts
        if counts is not None and counts.completed == 2:
            break
        time.sleep(0.02)
    assert sdk.batches.cancel(batch_id).status in ("cancelling", "cancelled")
    batch = ended(sdk, batch_id)
    assert batch.status == "cancelled"
    assert batch.cancelling_at is not None
    assert batch.request_counts is not None
    assert batch.request_counts.to_dict() == {"total": 32, "completed": 2, "failed": 30}
    assert [each["custom_id"] for each in results(sdk, batch.output_file_id)] == ["r0", "r1"]
    left = results(sdk, batch.error_file_id)
    assert [each["custom_id"] for each in left] == [f"r{n}" for n in range(2, 32)]
    assert {(each["response"], each["error"]["code"]) for each in left} == {(None, "batch_cancelled")}
    assert sdk.batches.cancel(batch_id).status == "cancelled"
    done = ended(sdk, send(sdk, lines_of([chat("moon")], CHAT), CHAT).id)
    with pytest.raises(ConflictError, match="completed"):
        sdk.batches.cancel(done.id)


def test_batches_are_listed_newest_first(sdk: OpenAI) -> None:
    made = [send(sdk, lines_of([chat("moon")], CHAT), CHAT).id for _ in range(3)]
    first = sdk.batches.list(limit=2)
    assert [each.id for each in first.data] == made[:0:-1]
    assert first.has_more
    assert sdk.batches.list(limit=1, after=made[1]).data[0].id == made[0]
    for each in made:
        ended(sdk, each)


def test_whoever_asked_to_be_told_is_told_of_the_end(sdk: OpenAI, receiver: Receiver) -> None:
    kinds: Any = ["batch.completed", "batch.failed", "batch.cancelled"]
    hook = sdk.webhooks.create(name="hook", url=receiver.url, event_types=kinds)
    try:
        done, failed = send(sdk, lines_of([chat("moon")], CHAT), CHAT).id, send(sdk, b"{", CHAT).id
        cut = send(sdk, lines_of([chat(scripted(first_token_after=600))], CHAT), CHAT).id
        sdk.batches.cancel(cut)
        events = [sdk.webhooks.unwrap(body, headers, secret=hook.signing_secret) for headers, body in receiver.wait(3)]
        told = {(event.type, getattr(event.data, "id", None)) for event in events}
        assert told == {("batch.completed", done), ("batch.failed", failed), ("batch.cancelled", cut)}
    finally:
        sdk.webhooks.delete(hook.id)
