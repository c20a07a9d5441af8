"""A research by the official SDK in strict mode, which knows nothing of ours: a response like any other."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncGenerator, Generator
from typing import Any

import pytest
from openai import OpenAI

from tests.patience import PATIENCE
from tests.research.playing import WRITE, Player, good
from tests.research.serving import serving
from tests.responses.clients import sync_client
from tests.server_process import ServerProcess

MODEL = "player-deep-research"
QUESTION = "How long is the Brel bridge, and who built it?"
Served = tuple[ServerProcess, Player]


@pytest.fixture(scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Served]:
    async with serving(tmp_path_factory.mktemp("research")) as opened:
        yield opened


@pytest.fixture
def sdk(served: Served) -> Generator[OpenAI]:
    served[1].play = good
    with sync_client(served[0]) as opened:
        yield opened


def research(sdk: OpenAI, said: str = QUESTION, **more: Any) -> Any:
    wanted: Any = {"model": MODEL, "background": True, "reasoning": {"effort": "low"}, **more}
    return sdk.responses.create(input=said, **wanted)


def finished(sdk: OpenAI, made: Any) -> Any:
    deadline = time.monotonic() + PATIENCE
    while made.status in ("queued", "in_progress"):
        assert time.monotonic() < deadline, made
        time.sleep(0.05)
        made = sdk.responses.retrieve(made.id)
    return made


def check_annotations(message: Any, kind: str) -> None:
    part = message.content[0]
    assert part.annotations and {each.type for each in part.annotations} == {kind}
    for each in part.annotations:
        if kind == "file_citation":
            assert part.text[: each.index].endswith((".", "”"))
        else:
            said = part.text[each.start_index : each.end_index]
            assert said.strip() == said and said.endswith((".", "”")), said
        assert each.quote and each.end - each.start == len(each.quote)


def test_a_research_is_polled_like_any_response(sdk: OpenAI) -> None:
    made = research(sdk, tools=[{"type": "web_search"}], metadata={"of": "bridges"})
    assert made.status in ("queued", "in_progress") and made.model == MODEL
    done = finished(sdk, made)
    assert (done.status, done.error, done.metadata) == ("completed", None, {"of": "bridges"})
    kinds = [item.type for item in done.output]
    assert kinds[0] == "reasoning" and kinds[-1] == "message" and kinds.count("message") == 1
    assert "web_search_call" in kinds[1:-1]
    searches = [item.action.queries for item in done.output if item.type == "web_search_call"]
    assert any(searches)
    message = done.output[-1]
    assert "412 metres" in message.content[0].text
    check_annotations(message, "url_citation")
    assert {each.url for each in message.content[0].annotations} <= {
        "https://brel.example/bridge",
        "https://news.example/brel",
    }
    assert done.usage.total_tokens == done.usage.input_tokens + done.usage.output_tokens > 0


def test_a_stream_that_was_left_goes_on_from_where_it_was(sdk: OpenAI) -> None:
    with research(sdk, stream=True) as events:
        first = []
        for event in events:
            first.append(event)
            if event.type == "response.output_item.done":
                break
    response_id = first[0].response.id
    rest = list(sdk.responses.retrieve(response_id, stream=True, starting_after=first[-1].sequence_number))
    whole: list[Any] = [*first, *rest]
    assert [each.sequence_number for each in whole] == list(range(len(whole)))
    assert whole[-1].type == "response.completed"
    text = "".join(each.delta for each in whole if each.type == "response.output_text.delta")
    assert text == whole[-1].response.output[-1].content[0].text == sdk.responses.retrieve(response_id).output_text
    added = [each.annotation for each in whole if each.type == "response.output_text.annotation.added"]
    assert len(added) == len(whole[-1].response.output[-1].content[0].annotations)


def test_files_are_cited_by_their_ids(sdk: OpenAI) -> None:
    said = b"The Brel bridge is painted every 7 years. The Brel bridge has 3 lanes."
    file = sdk.files.create(file=("notes.txt", said), purpose="assistants")
    store = sdk.vector_stores.create(name="bridges")
    sdk.vector_stores.files.create_and_poll(file.id, vector_store_id=store.id, poll_interval_ms=100)
    tools = [{"type": "file_search", "vector_store_ids": [store.id]}]
    done = finished(sdk, research(sdk, "How many lanes has the Brel bridge?", tools=tools))
    assert done.status == "completed" and "file_search_call" in [item.type for item in done.output]
    check_annotations(done.output[-1], "file_citation")
    for each in done.output[-1].content[0].annotations:
        assert (each.file_id, each.filename) == (file.id, "notes.txt")
        assert said.decode()[each.start : each.end] == each.quote


def test_a_research_is_cancelled(sdk: OpenAI, served: Served) -> None:
    asked, let_go = threading.Event(), threading.Event()

    def slow(prompt: str) -> str:
        asked.set()
        let_go.wait(PATIENCE)
        return good(prompt)

    served[1].play = slow
    made = research(sdk)
    assert asked.wait(PATIENCE)
    try:
        assert sdk.responses.cancel(made.id).status == "cancelled"
    finally:
        let_go.set()
    assert sdk.responses.retrieve(made.id).status == "cancelled"


def test_a_question_about_a_report_goes_on_from_it(sdk: OpenAI, served: Served) -> None:
    first = finished(sdk, research(sdk))
    served[1].prompts.clear()
    after = finished(sdk, research(sdk, "How many cars use the Brel bridge?", previous_response_id=first.id))
    assert after.status == "completed" and after.previous_response_id == first.id
    assert "9,000 cars" in after.output_text
    check_annotations(after.output[-1], "url_citation")
    assert served[1].asked(WRITE)


def test_calls_of_tools_are_bounded_and_a_report_comes(sdk: OpenAI) -> None:
    done = finished(sdk, research(sdk, max_tool_calls=1))
    calls = [item for item in done.output if item.type.endswith("_call")]
    assert len(calls) == 1 and done.status == "completed"
    assert done.output[-1].type == "message"


def test_the_model_is_one(sdk: OpenAI) -> None:
    assert sdk.models.retrieve(MODEL).id == MODEL
    assert sdk.models.retrieve("default-deep-research").id == "default-deep-research"
