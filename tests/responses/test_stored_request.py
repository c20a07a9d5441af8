"""A stored request has no second copy of its input, and asks for the same again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from earthshine.conversations.items import store_form
from earthshine.conversations.signing import TextSigner
from earthshine.responses.schemas import ResponseCreate
from earthshine.responses.stored_request import with_input, without_input
from earthshine.wire import check
from tests.responses.app import People, open_people

Json = dict[str, Any]
SIGNER = TextSigner(b"k" * 32)
PICTURE = {"type": "input_image", "image_url": "data:image/png;base64,AA==", "detail": "low"}
CITED: Json = {"type": "url_citation", "url": "https://e.org", "title": "t", "start_index": 0, "end_index": 1}
CALL: Json = {"type": "function_call", "call_id": "c1", "name": "look_up", "arguments": "{}"}
SENT: dict[str, Any] = {
    "a text": "قمر 🌒",
    "an empty text": "",
    "messages": [{"role": "system", "content": "Be short."}, {"role": "user", "content": "Hello."}],
    "parts": [{"role": "user", "content": [{"type": "input_text", "text": "What is this?"}, PICTURE]}],
    "a picture alone": [{"role": "user", "content": [PICTURE]}],
    "one text in two parts": [{"role": "user", "content": [{"type": "input_text", "text": each} for each in "ab"]}],
    "no parts": [{"role": "user", "content": []}],
    "a reply": [{"role": "assistant", "content": "Hello.", "phase": "commentary"}],
    "a reply with a source": [
        {"role": "assistant", "content": [{"type": "output_text", "text": "a", "annotations": [CITED]}]}
    ],
    "a refusal": [{"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]}],
    "a reply that was cut": [{"role": "assistant", "content": "Hel", "status": "incomplete"}],
    "a call and its output": [CALL, {"type": "function_call_output", "call_id": "c1", "output": "{}"}],
    "an output in parts": [CALL, {"type": "function_call_output", "call_id": "c1", "output": [PICTURE]}],
    "reasoning": [{"type": "reasoning", "summary": [], "encrypted_content": SIGNER.sign("reasoning", "Well.")}],
    "a summary": [{"type": "compaction", "encrypted_content": SIGNER.sign("compaction", "They met.")}],
}


async def stored(sent: Any) -> list[Json]:
    """Return the items of an input, without what is made anew each time."""
    create = check(ResponseCreate, {"model": "m", "input": sent})
    items = await store_form(create.input or [], SIGNER, param="input")
    return [{name: value for name, value in item.items() if name != "id"} for item in items]


@pytest.mark.parametrize("kind", SENT)
async def test_what_is_stored_asks_for_the_same(kind: str) -> None:
    body = {"model": "m", "temperature": 0.5, "input": SENT[kind]}
    create = check(ResponseCreate, body)
    items = await store_form(create.input or [], SIGNER, param="input")
    kept = without_input(body)
    assert kept == {"model": "m", "temperature": 0.5}
    again = with_input(kept, items)
    assert await stored(again["input"]) == await stored(SENT[kind])
    assert '"id"' not in orjson.dumps(again).decode(), "it could not be added to its conversation once more"


@pytest.mark.parametrize("sent", ["Hello.", [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]])
async def test_plain_text_is_shown_as_it_came(sent: Any) -> None:
    create = check(ResponseCreate, {"model": "m", "input": sent})
    items = await store_form(create.input or [], SIGNER, param="input")
    assert with_input({}, items) == {"input": sent}


@pytest.mark.parametrize(
    "reference", [{"id": "msg_1"}, {"type": "item_reference", "id": "msg_1"}, {"type": None, "id": "msg_1"}]
)
async def test_a_reference_stays_one(reference: Json) -> None:
    said: Json = {"role": "user", "content": "And this?"}
    kept = without_input({"model": "m", "input": [said, reference]})
    assert kept["input"] == [None, reference]
    items = [{"id": "msg_2", "type": "message", **said}, {"id": "msg_1", "type": "message", **said}]
    assert with_input(kept, items) == {"model": "m", "input": [said, reference]}


@pytest.mark.parametrize("sent", ["Hello.", [{"role": "user", "content": "a"}], [], None])
async def test_requests_of_earlier_versions_have_their_input(sent: Any) -> None:
    request = {"model": "m", "input": sent}
    assert with_input(request, [{"id": "msg_1", "type": "message", "role": "user", "content": []}]) == request


def test_what_a_client_tells_about_itself_is_not_kept(tmp_path: Path) -> None:
    with open_people(tmp_path) as people:
        ask(people, client_metadata={"session": "a secret"})


def ask(people: People, **more: Any) -> None:
    body = {"model": "scripted", "input": "Hello.", **more}
    made = people.ask("POST", "/responses", body, who=people.key)
    shown = people.ask("GET", f"/responses/{made['id']}/journal", who=people.key)["summary"]["request"]
    assert shown == {"model": "scripted", "input": "Hello."}


def test_log_probabilities_that_come_back_are_not_kept_with_the_request(tmp_path: Path) -> None:
    with open_people(tmp_path) as people:
        first = people.respond(people.key, include=["message.output_text.logprobs"], top_logprobs=20)
        assert first["output"][0]["content"][0]["logprobs"]
        sent = [{"role": "user", "content": "Hello."}, *first["output"], {"role": "user", "content": "And?"}]
        made = people.ask("POST", "/responses", {"model": "scripted", "input": sent}, who=people.key)
        listed = people.ask("GET", f"/responses/{made['id']}/input_items?order=asc", who=people.key)["data"]
        assert listed[1] == {**first["output"][0], "content": [{**first["output"][0]["content"][0], "logprobs": []}]}
        counted = {"model": "scripted", "input": sent}
        people.ask("POST", "/responses/input_tokens", counted, who=people.key)
