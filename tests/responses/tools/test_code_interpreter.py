"""Python that a model writes: run in a container, told with OpenAI's names, and kept for the next call."""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any

import pytest
from openai import APIStatusError, OpenAI

from tests.responses.clients import MODEL, sync_client
from tests.server_process import ServerProcess

Json = dict[str, Any]
TOOL: Any = {"type": "code_interpreter", "container": {"type": "auto"}}


@pytest.fixture(scope="module")
def client(scripted_server: ServerProcess) -> Generator[OpenAI]:
    with sync_client(scripted_server) as opened:
        yield opened


def code(text: str) -> Json:
    return {"tool_call": {"name": "code_interpreter", "arguments": {"code": text}}}


def ask(client: OpenAI, *replies: Json, tool: Any = TOOL, **more: Any) -> Any:
    said = f"Work it out.\n!script {json.dumps([*replies, {'text': 'Done.'}])}"
    return client.responses.create(model=MODEL, input=said, tools=[tool], **more)


def test_code_is_run_and_its_output_told(client: OpenAI) -> None:
    made = ask(client, code("x = 6\nprint('hello')\nx * 7"), include=["code_interpreter_call.outputs"])
    call, message = made.output
    assert (call.type, call.status, call.code) == ("code_interpreter_call", "completed", "x = 6\nprint('hello')\nx * 7")
    assert [each.to_dict() for each in call.outputs] == [{"type": "logs", "logs": "hello\n42"}]
    assert client.containers.retrieve(call.container_id).status == "active"
    assert message.content[0].text == "Done."
    assert client.responses.retrieve(made.id) == made


def test_variables_and_files_stay_within_a_conversation(client: OpenAI) -> None:
    first = ask(client, code("x = 1; open('f.txt', 'w').write('kept')"), code("x += 1; x"))
    one, two, _ = first.output
    assert one.container_id == two.container_id
    assert two.outputs[0].logs == "2"
    then = ask(client, code("x, open('f.txt').read()"), previous_response_id=first.id)
    assert then.output[0].container_id == one.container_id
    assert then.output[0].outputs[0].logs == "(2, 'kept')"
    assert "/mnt/data/f.txt" in [each.path for each in client.containers.files.list(one.container_id)]
    other = ask(client, code("'x' in globals()"))
    assert other.output[0].container_id != one.container_id
    assert other.output[0].outputs[0].logs == "False"


def test_a_container_may_be_named_and_files_put_in(client: OpenAI) -> None:
    container = client.containers.create(name="mine").id
    client.containers.files.create(container, file=("in.csv", b"1,2,3"))
    tool = {"type": "code_interpreter", "container": container}
    made = ask(client, code("print(sum(map(int, open('/mnt/data/in.csv').read().split(','))))"), tool=tool)
    assert (made.output[0].container_id, made.output[0].outputs[0].logs) == (container, "6")
    file = client.files.create(file=("other.txt", b"from the project"), purpose="user_data")
    auto = {"type": "code_interpreter", "container": {"type": "auto", "file_ids": [file.id]}}
    assert ask(client, code("open('other.txt').read()"), tool=auto).output[0].outputs[0].logs == "'from the project'"


def test_errors_are_what_python_says(client: OpenAI) -> None:
    logs = ask(client, code("1 / 0")).output[0].outputs[0].logs
    assert logs.endswith("ZeroDivisionError: division by zero")
    assert 'File "<code 1>", line 1' in logs


def test_what_cannot_be_run_is_told_to_the_model(client: OpenAI) -> None:
    tool = {"type": "code_interpreter", "container": "cntr_none"}
    made = ask(client, code("1"), tool=tool)
    assert made.output[0].status == "failed"
    assert "No container with id 'cntr_none'" in made.output[0].outputs[0].logs
    empty = ask(client, code("  "))
    assert "Say in `code`" in empty.output[0].outputs[0].logs


def test_pictures_are_told_with_their_address(client: OpenAI, scripted_server: ServerProcess) -> None:
    made = ask(client, code("open('p.png', 'wb').write(b'a picture')\nNone"))
    [picture] = made.output[0].outputs
    assert picture.type == "image"
    content = client.get(f"{scripted_server.url}{picture.url}", cast_to=bytes)
    assert content


def test_events_have_openais_names(client: OpenAI) -> None:
    said = f"Go.\n!script {json.dumps([code('print(3)'), {'text': 'Three.'}])}"
    events = list(client.responses.create(model=MODEL, input=said, tools=[TOOL], stream=True))
    kinds = [event.type for event in events if "code_interpreter" in event.type]
    assert list(dict.fromkeys(kinds)) == [
        "response.code_interpreter_call.in_progress",
        "response.code_interpreter_call_code.delta",
        "response.code_interpreter_call_code.done",
        "response.code_interpreter_call.interpreting",
        "response.code_interpreter_call.completed",
    ]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    done = next(event for event in events if event.type == "response.code_interpreter_call_code.done")
    assert done.code == "print(3)"


def test_code_is_told_while_it_is_written(client: OpenAI) -> None:
    long = "total = 0\n" + "".join(f"total += {n}  # añadido «{n}»\n" for n in range(40)) + 'print("\\t", total)'
    said = f"Go.\n!script {json.dumps([code(long), {'text': 'Done.'}])}"
    pieces: list[str] = []
    for event in client.responses.create(model=MODEL, input=said, tools=[TOOL], stream=True):
        if event.type == "response.code_interpreter_call_code.delta":
            pieces.append(event.delta)
        elif event.type == "response.code_interpreter_call_code.done":
            assert event.code == long == "".join(pieces)
    assert len(pieces) > 20


MAKE = "open('report.csv', 'w').write('a,b'); open('chart.png', 'wb').write(b'x'); open('.cache', 'w').close()\nNone"


def answer(client: OpenAI, made_by: str, text: str, **more: Any) -> tuple[Any, list[Any]]:
    said = f"Go.\n!script {json.dumps([code(made_by), {'text': text}])}"
    made = client.responses.create(model=MODEL, input=said, tools=[TOOL], **more)
    return made, made.output[-1].content[0].annotations


def test_files_that_code_made_are_cited_where_the_answer_links_them(client: OpenAI) -> None:
    text = "Here: [the report](sandbox:/mnt/data/report.csv), and `chart.png` shows it. See chart.png."
    made, cited = answer(client, MAKE, text)
    assert [(each.type, each.filename, text[each.start_index : each.end_index]) for each in cited] == [
        ("container_file_citation", "report.csv", "sandbox:/mnt/data/report.csv"),
        ("container_file_citation", "chart.png", "chart.png"),
    ]
    for each, content in zip(cited, [b"a,b", b"x"], strict=True):
        assert each.container_id == made.output[0].container_id
        assert client.containers.files.content.retrieve(each.file_id, container_id=each.container_id).content == content
    assert made.output[-1].content[0].text == text
    assert client.responses.retrieve(made.id) == made


def test_files_that_the_answer_does_not_name_are_cited_at_its_end(client: OpenAI) -> None:
    _, cited = answer(client, MAKE, "Done with 2 files.")
    assert {(each.filename, each.start_index, each.end_index) for each in cited} == {
        ("report.csv", 18, 18),
        ("chart.png", 18, 18),
    }


def test_citations_are_told_as_they_come(client: OpenAI) -> None:
    said = f"Go.\n!script {json.dumps([code(MAKE), {'text': 'See report.csv.'}])}"
    events = list(client.responses.create(model=MODEL, input=said, tools=[TOOL], stream=True))
    told = [each.annotation for each in events if each.type == "response.output_text.annotation.added"]
    final = events[-1].response.output[-1].content[0].annotations
    assert [each["filename"] if isinstance(each, dict) else each.filename for each in told] == [
        "report.csv",
        "chart.png",
    ]
    assert [each.filename for each in final] == ["report.csv", "chart.png"]


def test_a_later_answer_may_name_a_file_and_what_a_client_put_in_is_not_offered(client: OpenAI) -> None:
    container = client.containers.create(name="mine").id
    client.containers.files.create(container, file=("in.csv", b"1,2,3"))
    tool: Any = {"type": "code_interpreter", "container": container}
    text = "in.csv has three numbers; not-out.txt is none, /mnt/data/out.txt is."
    script = json.dumps([code("open('out.txt', 'w').write('6')"), {"text": text}])
    first = client.responses.create(model=MODEL, input=f"Go.\n!script {script}", tools=[tool])
    [cited] = first.output[-1].content[0].annotations
    assert text[cited.start_index : cited.end_index] == "/mnt/data/out.txt"
    said = f"Again.\n!script {json.dumps([{'text': 'It is out.txt, or [this](sandbox:/mnt/data/in.csv).'}])}"
    then = client.responses.create(model=MODEL, input=said, tools=[tool], previous_response_id=first.id)
    assert [each.filename for each in then.output[-1].content[0].annotations] == ["out.txt", "in.csv"]


def test_a_file_that_was_changed_is_cited_again(client: OpenAI) -> None:
    first, _ = answer(client, "open('a.txt', 'w').write('1')", "Made a.txt.")
    again = "import os\nopen('a.txt', 'w').write('2'); os.utime('a.txt', (0, 0))\nNone"
    made, cited = answer(client, again, "Changed.", previous_response_id=first.id)
    assert [each.filename for each in cited] == ["a.txt"]
    _, none = answer(client, "print(1)", "Nothing new.", previous_response_id=made.id)
    assert none == []


def test_output_that_is_too_long_is_cut_in_the_middle(client: OpenAI) -> None:
    logs = ask(client, code("for n in range(100_000): print(n)")).output[0].outputs[0].logs
    assert logs.startswith("0\n1\n")
    assert "left out]" in logs
    assert len(logs) < 20_000


def test_calls_come_back_as_input(client: OpenAI) -> None:
    made = ask(client, code("print('once')"))
    items = [each.to_dict() for each in made.output]
    again = client.responses.create(
        model=MODEL, input=[{"role": "user", "content": "Go."}, *items, {"role": "user", "content": "And then?"}]
    )
    assert again.status == "completed"


@pytest.mark.parametrize(
    ("tool", "param"),
    [
        ({"type": "code_interpreter"}, "tools[0].container"),
        ({"type": "code_interpreter", "container": {"type": "auto", "memory_limit": "3g"}}, None),
        ({"type": "code_interpreter", "container": {"type": "auto"}, "allowed_callers": ["programmatic"]}, None),
    ],
)
def test_bad_settings_are_refused(client: OpenAI, tool: Json, param: str | None) -> None:
    with pytest.raises(APIStatusError) as caught:
        ask(client, code("1"), tool=tool)
    assert caught.value.status_code == 400
    if param:
        assert caught.value.body["param"] == param
