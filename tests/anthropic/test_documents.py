"""Documents of any kind are read, and what the reply takes from them is cited, word by word."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

import anthropic
from anthropic import Anthropic
from tests.anthropic.conftest import MODEL, asked, script
from tests.anthropic.test_messages import WEATHER, text
from tests.anthropic.test_pairs import ended
from tests.documents.readers.pdf.test_reader import made as made_pdf

Json = dict[str, Any]
TOWER = "The tower is 330 metres high.\r\n\r\n  It was built in 1889.   The paint weighs 60 tonnes."


def document(source: Json, **more: Any) -> Json:
    return {"type": "document", "source": source, "citations": {"enabled": True}, **more}


def plain(data: str) -> Json:
    return {"type": "text", "media_type": "text/plain", "data": data}


def ask(client: Anthropic, *blocks: Json, streamed: bool = False, **reply: Any) -> Any:
    [said] = script(**reply)
    body: Any = {
        "model": MODEL,
        "max_tokens": 2000,
        "messages": [{"role": "user", "content": [*blocks, text(said["content"])]}],
    }
    if not streamed:
        return client.messages.create(**body)
    with client.messages.stream(**body) as stream:
        return stream.get_final_message()


def parts(made: Any) -> list[tuple[str, list[Json]]]:
    return [(block.text, [each.to_dict() for each in block.citations or ()]) for block in made.content]


@pytest.mark.parametrize("streamed", [False, True])
def test_a_sentence_cites_the_characters_of_a_text(client: Anthropic, streamed: bool) -> None:
    notes = document(plain("Nothing here."), title="Notes")
    made = ask(
        client,
        notes,
        document(plain(TOWER), title="Tower", context="For visitors."),
        text="It is high [2]. Nobody asked. It is old [3], and heavy [4]! Good day.",
        streamed=streamed,
    )
    (high, [first]), (nobody, []), (old, [second, third]), (day, []) = parts(made)
    assert [high, nobody, old, day] == ["It is high.", " Nobody asked.", " It is old, and heavy!", " Good day."]
    for citation, words in ((first, "The tower is 330 metres high."), (second, "It was built in 1889.")):
        assert (citation["type"], citation["document_index"], citation["document_title"]) == (
            "char_location",
            1,
            "Tower",
        )
        assert citation["cited_text"] == words == TOWER[citation["start_char_index"] : citation["end_char_index"]]
    assert third["cited_text"] == "The paint weighs 60 tonnes."
    assert made.stop_reason == "end_turn"
    assert made.usage.output_tokens > 10
    assert made.usage.input_tokens > 10


def test_a_text_that_cites_nothing_is_one_block(client: Anthropic) -> None:
    assert parts(ask(client, document(plain(TOWER)), text="Good day. Who are you?")) == [("Good day. Who are you?", [])]


def test_the_pages_of_a_pdf(client: Anthropic, tmp_path: Path) -> None:
    pages = [f"BT /F 12 Tf 10 50 Td ({words}) Tj ET" for words in ("The bridge is long.", "It was opened in 1932.")]
    data = made_pdf(tmp_path / "bridge.pdf", *pages).read_bytes()
    source = {"type": "base64", "media_type": "application/pdf", "data": base64.b64encode(data).decode()}
    made = ask(client, document(source), text="Since 1932 [2].")
    [(said, [cited])] = parts(made)
    assert said == "Since 1932."
    assert (cited["type"], cited["start_page_number"], cited["end_page_number"]) == ("page_location", 2, 3)
    assert (cited["cited_text"], cited["document_title"]) == ("It was opened in 1932.", None)
    uncited = ask(client, {"type": "document", "source": source}, text="Since 1932 [2].")
    assert parts(uncited) == [("Since 1932.", [])]
    file = client.beta.files.upload(file=("bridge.pdf", data))
    made = ask(client, document({"type": "file", "file_id": file.id}, title="Bridge"), text="Since 1932 [2].")
    [(_, [again])] = parts(made)
    assert again == {**cited, "document_title": "Bridge", "file_id": file.id}


def test_blocks_and_search_results_are_cited_whole(client: Anthropic) -> None:
    blocks = [text("One. Two."), text("Three.")]
    made = ask(client, document({"type": "content", "content": blocks}), text="So [2-3].")
    [(_, [cited])] = parts(made)
    assert (cited["type"], cited["cited_text"]) == ("content_block_location", "One. Two.Three.")
    assert (cited["start_block_index"], cited["end_block_index"]) == (0, 2)
    uncited: Json = {"type": "search_result", "source": "https://a.example", "title": "A", "content": [text("No.")]}
    cited_too = {**uncited, "source": "https://b.example", "content": blocks, "citations": {"enabled": True}}
    made = ask(client, uncited, cited_too, text="So [3].")
    [(_, [cited])] = parts(made)
    assert (cited["type"], cited["cited_text"]) == ("search_result_location", "Three.")
    assert (cited["search_result_index"], cited["source"], cited["title"]) == (1, "https://b.example", "A")
    assert (cited["start_block_index"], cited["end_block_index"]) == (1, 2)


def test_what_a_tool_found_is_cited(client: Anthropic) -> None:
    call = {"name": "weather", "arguments": {"city": "Tunis"}}
    question = script({"text": "I look.", "tool_call": call}, {"text": "x"})
    first = client.messages.create(model=MODEL, max_tokens=200, messages=question, tools=[WEATHER])
    [use] = [block for block in first.content if block.type == "tool_use"]
    result: Json = {"type": "search_result", "source": "w", "title": "Weather", "content": [text("It is warm.")]}
    result["citations"] = {"enabled": True}
    answers = {"type": "tool_result", "tool_use_id": use.id, "content": [text("Found:"), result]}
    [said] = script(text="Warm [1].", tool_call=call)
    turns: Any = [*question, {"role": "assistant", "content": first.content}]
    turns += [{"role": "user", "content": [answers, text(said["content"])]}]
    made = client.messages.create(model=MODEL, max_tokens=200, messages=turns, tools=[WEATHER])
    assert [block.type for block in made.content] == ["text", "tool_use"]
    assert made.stop_reason == "tool_use"
    assert made.content[0].to_dict()["citations"][0]["cited_text"] == "It is warm."
    # An earlier reply comes back as it was.
    turns += [{"role": "assistant", "content": [made.content[0]]}, *script(text="Yes.")]
    assert parts(client.messages.create(model=MODEL, max_tokens=200, messages=turns, tools=[WEATHER])) == [("Yes.", [])]


def test_thoughts_and_limits(client: Anthropic) -> None:
    [said] = script(reasoning="Let me see", text="one two three four")
    body: Any = {
        "model": MODEL,
        "max_tokens": 3,
        "messages": [{"role": "user", "content": [document(plain(TOWER)), text(said["content"])]}],
    }
    assert client.messages.create(**body).stop_reason == "max_tokens"
    body["max_tokens"] = 500
    whole = client.messages.create(**body)
    with client.messages.stream(**body) as stream:
        streamed = stream.get_final_message()
    assert [block.type for block in whole.content] == [block.type for block in streamed.content] == ["thinking", "text"]
    assert whole.content[0].to_dict()["thinking"] == streamed.content[0].to_dict()["thinking"] == "Let me see"
    body["messages"] += [{"role": "assistant", "content": whole.content}, *asked("And now?")]
    assert parts(client.messages.create(**body))[0][0].startswith("You said: And now?")
    del body["max_tokens"]
    counted = client.messages.count_tokens(**body).input_tokens
    body["messages"][0]["content"].pop(0)
    assert counted > client.messages.count_tokens(**body).input_tokens + 20


def test_failures(client: Anthropic) -> None:
    source = plain(TOWER)
    with pytest.raises(anthropic.APIStatusError) as caught:
        ask(client, document(source), text="one two three", error_after=0, error_always=True, error="bug")
    assert caught.value.status_code == 500
    with pytest.raises(anthropic.APIStatusError) as caught:
        ask(client, document(source), text="one. Two three", error_after=2, error_always=True, streamed=True)
    body: Any = caught.value.body
    assert body["error"]["type"] == "overloaded_error"
    with pytest.raises(anthropic.NotFoundError, match=r"messages\[0\].content"):
        ask(client, document({"type": "file", "file_id": "file-none"}))
    damaged = {"type": "base64", "media_type": "application/pdf", "data": base64.b64encode(b"%PDF-").decode()}
    assert "cannot be read" in parts(ask(client, document(damaged)))[0][0]


def test_a_batch_cites_too(client: Anthropic) -> None:
    [said] = script(text="Old [2].")
    content = [document(plain(TOWER)), text(said["content"])]
    params: Any = {"model": MODEL, "max_tokens": 90, "messages": [{"role": "user", "content": content}]}
    batch = ended(client, client.messages.batches.create(requests=[{"custom_id": "a", "params": params}]))
    [line] = client.messages.batches.results(batch.id)
    assert line.result.type == "succeeded"
    [(_, [cited])] = parts(line.result.message)
    assert cited["cited_text"] == "It was built in 1889."
    assert line.result.message.usage.output_tokens > 0
