"""Programs that call the other tools: what they print is read, and nothing of what they called."""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any

import pytest
from openai import APIStatusError, OpenAI

from tests.responses.clients import MODEL, sync_client
from tests.server_process import ServerProcess

Json = dict[str, Any]
PROGRAMS: Any = {"type": "programmatic_tool_calling"}
BOTH = {"allowed_callers": ["direct", "programmatic"]}
PYTHON: Any = {"type": "code_interpreter", "container": {"type": "auto"}, "allowed_callers": ["programmatic"]}
CITY = {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}, "required": ["city"]}
WEATHER: Any = {"type": "function", "name": "weather", "strict": None, "parameters": CITY, **BOTH}


@pytest.fixture(scope="module")
def client(scripted_server: ServerProcess) -> Generator[OpenAI]:
    with sync_client(scripted_server) as opened:
        yield opened


def program(text: str) -> Json:
    return {"tool_call": {"name": "programmatic_tool_calling", "arguments": {"code": text}}}


def said(*replies: Json) -> str:
    return f"Work it out.\n!script {json.dumps([*replies, {'text': 'Done.'}])}"


def ask(client: OpenAI, *replies: Json, tools: Any = (PROGRAMS, WEATHER), **more: Any) -> Any:
    return client.responses.create(model=MODEL, input=said(*replies), tools=list(tools), **more)


def answers(made: Any, **outputs: str) -> list[Json]:
    """Answer the calls of a response that wait, by the city that each is about."""
    calls = [each for each in made.output if each.type == "function_call"]
    return [
        {
            "type": "function_call_output",
            "call_id": each.call_id,
            "caller": each.caller.to_dict(),
            "output": outputs[json.loads(each.arguments)["city"]],
        }
        for each in calls
        if json.loads(each.arguments)["city"] in outputs
    ]


def test_a_program_calls_a_tool_of_the_server_and_only_what_it_prints_is_read(client: OpenAI) -> None:
    text = "n = int(code_interpreter(code='print(6 * 7)'))\nprint('half is', n // 2)"
    made = ask(client, program(text), tools=[PROGRAMS, PYTHON])
    code, call, output, message = made.output
    assert (code.type, code.code) == ("program", text)
    assert (call.type, call.caller) == ("code_interpreter_call", {"type": "program", "caller_id": code.call_id})
    assert (output.type, output.call_id, output.result, output.status) == (
        *("program_output", code.call_id),
        *("half is 21", "completed"),
    )
    assert message.content[0].text == "Done."
    assert client.responses.retrieve(made.id) == made


def test_the_clients_functions_are_answered_and_the_program_goes_on(client: OpenAI) -> None:
    text = "a = weather('Oslo')\nb = weather(city='Rome', days=2)\nprint(a['t'] + b['t'])"
    first = ask(client, program(text))
    code, call = first.output
    assert (call.name, json.loads(call.arguments), call.caller.caller_id) == ("weather", {"city": "Oslo"}, code.call_id)
    more: Json = {"model": MODEL, "tools": [PROGRAMS, WEATHER]}
    second = client.responses.create(input=answers(first, Oslo='{"t": 3}'), previous_response_id=first.id, **more)
    [call] = second.output
    assert json.loads(call.arguments) == {"city": "Rome", "days": 2}
    last = client.responses.create(input=answers(second, Rome='{"t": 20}'), previous_response_id=second.id, **more)
    output, message = last.output
    assert (output.type, output.call_id, output.result) == ("program_output", code.call_id, "23")
    assert message.content[0].text == "Done."


def test_calls_side_by_side_are_answered_together(client: OpenAI) -> None:
    text = "print(max(each['t'] for each in weather.map([{'city': 'Oslo'}, {'city': 'Rome'}])))"
    first = ask(client, program(text), store=False)
    assert [each.type for each in first.output] == ["program", "function_call", "function_call"]
    items: list[Json] = [{"role": "user", "content": said(program(text))}, *(each.to_dict() for each in first.output)]
    more: Json = {"model": MODEL, "tools": [PROGRAMS, WEATHER], "store": False}
    with pytest.raises(APIStatusError, match="also waits for an answer"):
        client.responses.create(input=[*items, *answers(first, Oslo="1")], **more)
    last = client.responses.create(input=[*items, *answers(first, Oslo='{"t": 3}', Rome='{"t": 20}')], **more)
    assert last.output[0].result == "20"
    items[1]["code"] = "print('another')"
    with pytest.raises(APIStatusError, match="fingerprint"):
        client.responses.create(input=items, **more)


def test_nothing_that_was_called_is_in_the_prompt(client: OpenAI) -> None:
    text = "print(len(code_interpreter(code='print(\"word \" * 9000)')))"
    made = ask(client, program(text), tools=[PROGRAMS, PYTHON])
    assert made.output[2].result == "45000"
    assert made.usage.input_tokens < 1500
    then = client.responses.create(model=MODEL, input="And?", previous_response_id=made.id)
    assert then.usage.input_tokens < 1500


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("weather()", "weather() needs city"),
        ("weather(town='Oslo')", "unknown argument 'town'; it takes city, days"),
        ("programmatic_tool_calling(code='1')", "NameError"),
        ("tools.code_interpreter(code='1')", "no attribute 'code_interpreter'"),
        ("import socket; socket.create_connection(('127.0.0.1', 9), 2)", "Error"),
        ("import os; os.write(2, b'to the error output')", "to the error output"),
        ("x = 1", "It printed nothing. Print"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("import os; os._exit(4)", "exit status 4"),
        ("weather(city='x' * 1_100_000)", "may have 1048576 bytes"),
        ("weather.map(['a'] * 33)", "1 to 32 calls at once"),
        ("for n in range(10**6): print('word', n)", "characters left out: print less"),
        ("import subprocess, sys; print(subprocess.run(['cat', '/etc/shadow'], capture_output=True))", "No such file"),
    ],
)
def test_what_ends_a_program_is_what_the_model_reads(client: OpenAI, text: str, told: str) -> None:
    made = ask(client, program(text))
    assert [each.type for each in made.output] == ["program", "program_output", "message"]
    assert told in made.output[1].result
    assert len(made.output[1].result) < 25_000


def test_the_channel_cannot_be_used_for_what_is_not_offered(client: OpenAI) -> None:
    forged = json.dumps({"calls": [["code_interpreter", {"code": "1"}]]}).encode()
    text = (
        f"import os\nfor n in range(3, 10):\n  try: os.write(n, {forged!r} + b'\\n')\n  except OSError: pass\ninput()"
    )
    made = ask(client, program(text))
    assert "no function 'code_interpreter'" in made.output[1].result


def test_a_failure_can_be_caught(client: OpenAI) -> None:
    text = "try: weather('Oslo')\nexcept ToolError as error: print('caught', error)"
    first = ask(client, program(text))
    last = client.responses.create(
        model=MODEL,
        input=answers(first, Oslo="Error: no such place"),
        previous_response_id=first.id,
        tools=[PROGRAMS, WEATHER],
    )
    assert last.output[0].result == "caught Error: no such place"


def test_a_program_that_does_something_else_when_it_is_run_again_is_told_so(client: OpenAI) -> None:
    text = "import os\nwhile True: weather(str(os.urandom(8).hex()))"
    first = ask(client, program(text))
    city = json.loads(first.output[1].arguments)["city"]
    last = client.responses.create(
        model=MODEL,
        input=answers(first, **{city: "1"}),
        previous_response_id=first.id,
        tools=[PROGRAMS, WEATHER],
    )
    assert "asked for something else: its call 1 was weather" in last.output[0].result
    assert city in last.output[0].result


def test_only_programs_call_what_only_they_may(client: OpenAI) -> None:
    direct = {"tool_call": {"name": "weather", "arguments": {"city": "Oslo"}}}
    only = {**WEATHER, "allowed_callers": ["programmatic"]}
    made = ask(client, direct, tools=[PROGRAMS, only])
    assert [each.type for each in made.output] == ["message"]
    for tools in ([only], [PYTHON]):
        with pytest.raises(APIStatusError, match="add the tool 'programmatic_tool_calling'"):
            ask(client, direct, tools=tools)


def test_a_response_makes_no_more_calls_than_it_may(client: OpenAI) -> None:
    text = "for n in range(5): print(code_interpreter(code=str(n)))"
    made = ask(client, program(text), tools=[PROGRAMS, PYTHON], max_tool_calls=3)
    assert [each.type for each in made.output] == [
        *("program", "code_interpreter_call", "code_interpreter_call"),
        *("program_output", "message"),
    ]
    assert "max_tool_calls" in made.output[3].result


def test_functions_of_namespaces_and_found_ones_are_called_by_name(client: OpenAI) -> None:
    inner = {**WEATHER, "name": "now", "defer_loading": True, "output_schema": {"type": "integer"}}
    space = {"type": "namespace", "name": "sky-2", "description": "The sky.", "tools": [inner]}
    search = {"tool_call": {"name": "tool_search", "arguments": {"query": "now"}}}
    tools: Any = [PROGRAMS, {"type": "tool_search"}, space]
    early = ask(client, program("sky_2__now('Oslo')"), tools=tools)
    assert "NameError" in early.output[1].result
    first = ask(client, search, program("print(sky_2__now('Oslo') + 1)"), tools=tools)
    call = first.output[-1]
    assert (call.type, call.name, call.namespace) == ("function_call", "now", "sky-2")
    last = client.responses.create(
        model=MODEL, input=answers(first, Oslo="41"), previous_response_id=first.id, tools=tools
    )
    assert last.output[0].result == "42"
    with pytest.raises(APIStatusError, match="send it in `tools` again"):
        client.responses.create(model=MODEL, input=answers(first, Oslo="41"), previous_response_id=first.id)
