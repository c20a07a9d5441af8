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
    assert kinds == [
        "response.code_interpreter_call.in_progress",
        "response.code_interpreter_call_code.done",
        "response.code_interpreter_call.interpreting",
        "response.code_interpreter_call.completed",
    ]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    done = next(event for event in events if event.type == "response.code_interpreter_call_code.done")
    assert done.code == "print(3)"


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
