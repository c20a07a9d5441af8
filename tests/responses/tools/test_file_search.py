"""Searching files: numbered sentences, citations that the server cuts, and all that may happen to them later."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from openai import APIStatusError, OpenAI
from openai.types.responses import ResponseCompletedEvent

from earthshine.responses.schemas import ResponseCreate
from earthshine.responses.tools.toolset import Toolset
from tests.patience import PATIENCE
from tests.responses.clients import MODEL, script, sync_client
from tests.server_process import ServerProcess

Json = dict[str, Any]
ENGLISH = (
    "# The tower\n\nThe tower is 330 metres high. It was built in 1889 by an engineer from Dijon.\n\n"
    "## Paint\n\nIt is painted every seven years. The paint weighs 60 tonnes."
)
ARABIC = "# الجسر\n\nبُنِيَ الجسرُ عام ١٩٣٢ من الفولاذ. يعبره كل يوم ١٦٠٬٠٠٠ سيارة؟ نعم، وأكثر."


@dataclass(frozen=True)
class World:
    client: OpenAI
    store: str
    files: dict[str, str]

    @property
    def tool(self) -> Any:
        return {"type": "file_search", "vector_store_ids": [self.store]}

    def ask(self, *replies: Json, said: str = "How high is the tower?", **more: Any) -> Any:
        text = f"{said}\n!script {json.dumps(replies)}"
        return self.client.responses.create(model=MODEL, input=text, tools=[self.tool], **more)


@pytest.fixture(scope="module")
def world(scripted_server: ServerProcess) -> Generator[World]:
    with sync_client(scripted_server) as client:
        files = {
            name: client.files.create(file=(name, text.encode()), purpose="assistants").id
            for name, text in {"tower.md": ENGLISH, "جسر.md": ARABIC}.items()
        }
        store = client.vector_stores.create(name="places", file_ids=list(files.values()))
        deadline = time.monotonic() + PATIENCE
        while client.vector_stores.retrieve(store.id).file_counts.completed < len(files):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield World(client, store.id, files)


def search(*queries: str) -> Json:
    return {"tool_call": {"name": "file_search", "arguments": {"queries": queries}}}


def say(text: str) -> Json:
    return {"text": text}


def shown(made: Any) -> dict[str, int]:
    """Return the number of each sentence that the model was shown."""
    from earthshine.harness.citations.sentences import sentences

    numbers: dict[str, int] = {}
    for item in made.output:
        if item.type == "file_search_call":
            for result in item.results or ():
                for start, end in sentences(result.text):
                    numbers.setdefault(result.text[start:end], len(numbers) + 1)
    return numbers


def test_a_search_finds_passages_which_the_answer_cites(world: World) -> None:
    found = world.ask(search("tower high metres"), say("x"))
    numbers = shown(found)
    high = numbers["The tower is 330 metres high."]
    made = world.ask(search("tower high metres"), say(f"It is 330 m high [{high}]. So it is."))
    call, message = made.output
    assert (call.type, call.status) == ("file_search_call", "completed")
    assert call.queries[0] == "tower high metres"
    assert call.queries[1].startswith("How high is the tower?")  # the user's own words find what a model mistranslates
    assert call.results[0].filename == "tower.md"
    assert 0 <= call.results[0].score <= 1
    assert message.content[0].text == "It is 330 m high. So it is."
    [cited] = message.content[0].annotations
    assert (cited.type, cited.file_id, cited.filename) == ("file_citation", world.files["tower.md"], "tower.md")
    assert cited.index == len("It is 330 m high")
    assert cited.quote == "The tower is 330 metres high."
    assert ENGLISH[cited.start : cited.end] == cited.quote
    assert cited.check == "ok"
    assert world.client.responses.retrieve(made.id) == made


def test_events_have_openais_names_and_make_the_response_again(world: World) -> None:
    text = "بني عام 1932 [1]، و«بني الجسر عام 1932 من الفولاذ» و«لم يقل أحد هذا الكلام قط»."
    reply = [search("متى بني الجسر"), say(text)]
    said = f"متى بني الجسر؟\n!script {json.dumps(reply)}"
    stream = world.client.responses.create(model=MODEL, input=said, tools=[world.tool], stream=True)
    events = list(stream)
    kinds = [event.type for event in events]
    order = ["in_progress", "searching", "completed"]
    places = [kinds.index(f"response.file_search_call.{name}") for name in order]
    assert places == sorted(places)
    assert kinds.count("response.output_text.annotation.added") == 2
    ending = events[-1]
    assert isinstance(ending, ResponseCompletedEvent)
    final: Any = ending.response
    message = final.output[-1].content[0]
    assert "لم يقل أحد" in message.text
    assert "«لم" not in message.text
    assert "بُنِيَ الجسرُ عام ١٩٣٢ من الفولاذ" in message.text
    told = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert told == message.text
    [check] = message.checks
    assert message.text[check["start"] : check["end"]] == "لم يقل أحد هذا الكلام قط"
    again = list(world.client.responses.retrieve(final.id, stream=True, starting_after=-1 + 1))
    assert [event.to_dict() for event in again] == [event.to_dict() for event in events[1:]]


def test_later_turns_cite_what_earlier_ones_found(world: World) -> None:
    first = world.ask(search("paint"), say("Painted [1]."))
    sentence = next(text for text, number in shown(first).items() if number == 1)
    again = world.client.responses.create(
        model=MODEL, input=script(text="Again [1], never [999]."), previous_response_id=first.id, tools=[world.tool]
    )
    [message] = again.output
    assert message.content[0].text == "Again, never."
    assert [each.quote for each in message.content[0].annotations] == [sentence]
    assert message.content[0].checks[0]["verdict"] == "not_shown"
    # As a client that stores nothing sends it back.
    sent = [{"role": "user", "content": "Hello."}, *(item.to_dict() for item in first.output)]
    sent.append({"role": "user", "content": script(text="Again [1].")})
    unstored = world.client.responses.create(model=MODEL, input=sent, tools=[world.tool], store=False)
    assert [each.quote for each in unstored.output[0].content[0].annotations] == [sentence]


def test_words_that_a_client_made_up_cannot_be_cited(world: World) -> None:
    first = world.ask(search("paint"), say("x")).output[0].to_dict()
    for result in first["results"]:
        result["text"] = "The tower is made of cheese, says everybody."
    sent = [{"role": "user", "content": "Hello."}, first, {"role": "user", "content": script(text="Cheese [1].")}]
    made = world.client.responses.create(model=MODEL, input=sent, tools=[world.tool], store=False)
    assert made.output[0].content[0].annotations == []
    assert made.output[0].content[0].text == "Cheese."


def test_a_conversation_keeps_searches_and_citations(world: World) -> None:
    conversation = world.client.conversations.create()
    world.ask(search("paint"), say("Painted [1]."), conversation=conversation.id)
    items = world.client.conversations.items.list(conversation.id, order="asc").data
    assert [item.type for item in items] == ["message", "file_search_call", "message"]
    assert items[1].results[0].text
    assert items[2].content[0].annotations[0].quote


@pytest.mark.parametrize("arguments", ["{", "[]", '{"queries": []}', '{"queries": [3]}', '{"queries": "tower"}'])
def test_a_call_without_queries_searches_for_the_question(world: World, arguments: str) -> None:
    call = {"tool_call": {"name": "file_search", "arguments": arguments}}
    made = world.ask(call, say("ok"), said="tower metres")
    assert made.output[0].status == "completed"
    assert made.output[0].queries[0].startswith("tower")
    assert made.output[0].results


def test_what_cannot_be_searched_is_told_to_the_model(world: World) -> None:
    tool: Any = {"type": "file_search", "vector_store_ids": ["vs_doesnotexist"]}
    text = f"x\n!script {json.dumps([search('a'), say('sorry')])}"
    made = world.client.responses.create(model=MODEL, input=text, tools=[tool])
    assert made.output[0].status == "failed"
    assert "vs_doesnotexist" in made.output[0].error
    assert made.output_text == "sorry"


def test_a_question_about_everything_is_answered_by_all_of_it(world: World) -> None:
    made = world.ask(search("tower"), say("x"), said="Summarise the tower file.")
    call = made.output[0]
    assert {each["filename"] for each in call.read} >= {"tower.md"}
    text = " ".join(each.text for each in call.results)
    assert "60 tonnes" in text
    assert "330 metres" in text


def said_with(part: Json, *replies: Json, said: str = "How high is it?") -> Any:
    text = f"{said}\n!script {json.dumps(replies)}"
    return [{"role": "user", "content": [part, {"type": "input_text", "text": text}]}]


def test_a_file_in_a_message_is_read_whole_and_cited(world: World) -> None:
    part = {"type": "input_file", "file_id": world.files["tower.md"]}
    made = world.client.responses.create(model=MODEL, input=said_with(part, say("330 m [2].")))
    [message] = made.output
    [cited] = message.content[0].annotations
    assert cited.quote == "The tower is 330 metres high."
    assert ENGLISH[cited.start : cited.end] == cited.quote
    # The next turn is shown the same, with the same numbers.
    again = world.client.responses.create(model=MODEL, input=script(text="Yes [2]."), previous_response_id=made.id)
    assert [each.quote for each in again.output[0].content[0].annotations] == [cited.quote]


def test_bytes_of_a_file_in_a_message_are_kept_as_a_file(world: World) -> None:
    data = "data:text/markdown;base64," + base64.b64encode(ARABIC.encode()).decode()
    part = {"type": "input_file", "file_data": data, "filename": "b.md"}
    made = world.client.responses.create(model=MODEL, input=said_with(part, say("نعم [2].")))
    [cited] = made.output[0].content[0].annotations
    assert cited.filename == "b.md"
    assert ARABIC[cited.start : cited.end] == cited.quote
    [kept] = world.client.responses.input_items.list(made.id).data
    assert kept.content[0].file_id == cited.file_id
    assert world.client.files.retrieve(cited.file_id).expires_at
    again = world.client.responses.create(model=MODEL, input=said_with(part, say("نعم [2].")))
    assert again.output[0].content[0].annotations == [cited]  # sent again, it is the same file


@pytest.mark.parametrize(
    ("part", "status", "param"),
    [
        ({"file_id": "file-none"}, 404, "input[0].content[0].file_id"),
        ({"file_url": "http://127.0.0.1/x"}, 400, "input[0].content[0].file_url"),
        ({"file_data": "%%%"}, 400, "input[0].content[0].file_data"),
        ({"file_data": "data:text/plain,abc"}, 400, "input[0].content[0].file_data"),
        ({}, 400, "input[0].content[0]"),
        ({"file_id": "a", "file_data": "YQ=="}, 400, "input[0].content[0]"),
    ],
)
def test_files_that_are_not_there_are_refused(world: World, part: Json, status: int, param: str) -> None:
    with pytest.raises(APIStatusError) as refused:
        world.client.responses.create(model=MODEL, input=said_with({"type": "input_file", **part}, say("x")))
    assert (refused.value.status_code, refused.value.param) == (status, param)


def long_file(world: World) -> str:
    sections = [f"# Section {n}\n\nThe value of item {n} is {n * 37}. Nothing else is said here." for n in range(2500)]
    text = "\n\n".join(sections)
    return world.client.files.create(file=("long.md", text.encode()), purpose="user_data").id


def test_of_a_file_that_does_not_fit_what_is_asked_about_is_shown(world: World) -> None:
    part = {"type": "input_file", "file_id": long_file(world)}
    text = "The value is 87135 [2]."
    made = world.client.responses.create(
        model=MODEL, input=said_with(part, say(text), said="What is the value of item 2355?")
    )
    assert made.status == "completed"
    quotes = [each.quote for each in made.output[0].content[0].annotations]
    assert quotes
    assert made.usage.input_tokens < 32_768


def test_a_chat_with_collections_begins_each_turn_with_a_search(world: World) -> None:
    def send(path: str, body: Json) -> Any:
        reply = httpx.post(f"{server}/earthshine/v1{path}", json=body, headers=key, timeout=30)
        assert reply.status_code in (200, 201), reply.text
        return reply.json()

    server = str(world.client.base_url).removesuffix("/v1/")
    key = {"authorization": f"Bearer {world.client.api_key}"}
    chat = send("/chats", {"settings": {"model": MODEL, "vector_store_ids": [world.store]}})
    part = {"type": "input_file", "file_id": world.files["tower.md"]}
    turn = send(f"/chats/{chat['id']}/turns", {"input": said_with(part, {}, say("330 m [2]."))})
    made = world.client.responses.retrieve(turn["response_id"])
    while made.status in ("queued", "in_progress"):
        time.sleep(0.1)
        made = world.client.responses.retrieve(made.id)
    assert [item.type for item in made.output] == ["file_search_call", "message"]
    assert made.output[1].to_dict()["content"][0]["annotations"]


def test_a_search_that_was_demanded_is_not_shown_again_once_it_was_made() -> None:
    tool = {"type": "file_search", "vector_store_ids": ["vs_1"]}
    body = {"model": MODEL, "input": "Hello.", "tools": [tool], "tool_choice": {"type": "file_search"}}
    toolset = Toolset(ResponseCreate.model_validate(body))
    made = {"type": "file_search_call", "id": "fs_1", "call_id": "c", "queries": ["x"], "status": "completed"}
    assert toolset.view([], []).choice.mode == "required"
    assert toolset.view([made], [made]).choice.mode == "none"


def count(world: World, **body: Any) -> int:
    return world.client.responses.input_tokens.count(model=MODEL, **body).input_tokens


def test_counting_counts_what_is_shown_of_files(world: World) -> None:
    by_id = said_with({"type": "input_file", "file_id": world.files["tower.md"]}, say("330 m [2]."))
    made = world.client.responses.create(model=MODEL, input=by_id)
    assert count(world, input=by_id) == made.usage.input_tokens
    assert count(world, input="And?", previous_response_id=made.id) > made.usage.input_tokens
    data = base64.b64encode(ENGLISH.encode()).decode()
    sent = said_with({"type": "input_file", "file_data": data, "filename": "tower.md"}, say("330 m [2]."))
    assert count(world, input=sent) == made.usage.input_tokens
    none: Any = said_with({"type": "input_file", "file_id": "file-none"}, say("x"))
    with pytest.raises(APIStatusError) as refused:
        count(world, input=none)
    assert (refused.value.status_code, refused.value.param) == (404, "input[0].content[0].file_id")


def test_counting_counts_what_is_shown_of_files_that_do_not_fit(world: World) -> None:
    part = {"type": "input_file", "file_id": long_file(world)}
    asked = said_with(part, say("x"), said="What is the value of item 2355?")
    made = world.client.responses.create(model=MODEL, input=asked)
    assert count(world, input=asked) == made.usage.input_tokens
    # Nobody is asked for a count what the whole says.
    assert 1000 < count(world, input=said_with(part, say("x"), said="Summarise it.")) < 32_768


def test_what_the_model_did_not_cite_is_cited_by_its_figures(world: World) -> None:
    # The answer is spelt so that it is not in the question: what people say themselves proves nothing.
    made = world.ask(search("tower high metres"), say("It is 330 m high. It is fine."))
    assert made.output[1].content[0].annotations == []
    part = {"type": "input_file", "file_id": world.files["tower.md"]}
    text = '!script {"text": "It is 33\\u0030 m high. It is fine."}'
    content: Any = [part, {"type": "input_text", "text": text}]
    stream = world.client.responses.create(model=MODEL, input=[{"role": "user", "content": content}], stream=True)
    events = list(stream)
    [told] = [event for event in events if event.type == "response.output_text.annotation.added"]
    final: Any = events[-1]
    [cited] = final.response.output[0].content[0].annotations
    assert (cited.quote, cited.index, cited.matched) == ("The tower is 330 metres high.", len("It is 330 m high"), True)
    assert told.to_dict()["annotation"]["quote"] == cited.quote
    assert world.client.responses.retrieve(final.response.id) == final.response
