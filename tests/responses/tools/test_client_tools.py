"""Tools that the client runs, by the official SDK in strict mode: shells, patches and a screen."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from typing import Any

import pytest
from openai import BadRequestError, NotFoundError, OpenAI

from earthshine.engines.deltas import ChatEnd, ToolCallArguments, ToolCallStart, Usage
from earthshine.errors import UnsupportedParameter
from earthshine.responses.items.messages import to_chat_request, to_messages
from earthshine.responses.reply.events import fold
from earthshine.responses.reply.response_builder import ResponseBuilder
from earthshine.responses.schemas import ResponseCreate
from earthshine.responses.tools.toolset import Toolset
from tests.responses.clients import LOOK_UP, MODEL, sync_client
from tests.server_process import ServerProcess

Json = dict[str, Any]
SHELL: Json = {"type": "shell", "environment": {"type": "local"}}
LOCAL_SHELL: Json = {"type": "local_shell"}
APPLY_PATCH: Json = {"type": "apply_patch"}
COMPUTER: Json = {"type": "computer"}
PREVIEW: Json = {
    "type": "computer_use_preview",
    "display_width": 800,
    "display_height": 600,
    "environment": "browser",
}
PICTURE = "data:image/png;base64,iVBORw0KGgo="
EXITED: Json = {"stdout": "a.txt\n", "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}
FAILED: Json = {"stdout": "", "stderr": "no\n", "outcome": {"type": "exit", "exit_code": 2}}
SLOW: Json = {"stdout": "", "stderr": "", "outcome": {"type": "timeout"}}
DIFF = "@@\n-a\n+b"


@pytest.fixture(scope="module")
def client(scripted_server: ServerProcess) -> Generator[OpenAI]:
    with sync_client(scripted_server) as opened:
        yield opened


def call(name: str, **arguments: Any) -> Json:
    return {"tool_call": {"name": name, "arguments": arguments}}


def ask(client: OpenAI, *replies: Json, tools: Any, **more: Any) -> Any:
    return client.responses.create(model=MODEL, input=f"!script {json.dumps(replies)}", tools=tools, **more)


def patch(diff: str, operation: str = "update_file") -> Json:
    return call("apply_patch", operation=operation, path="a.txt", diff=diff)


Walk = tuple[Json, Json, Callable[[Any], Json], str]
WALKS: dict[str, Walk] = {
    "shell": (
        SHELL,
        call("shell", commands=["ls", "cat x", "sleep 9"], timeout_ms=500),
        lambda made: {
            "type": "shell_call_output",
            "call_id": made.call_id,
            "max_output_length": made.action.max_output_length,
            "output": [EXITED, FAILED, SLOW],
        },
        "a.txt\nno\n[exit code 2]\n[timed out]",
    ),
    "local_shell": (
        LOCAL_SHELL,
        call("local_shell", command="ls"),
        lambda made: {"type": "local_shell_call_output", "id": made.call_id, "output": "a.txt"},
        "a.txt",
    ),
    "apply_patch": (
        APPLY_PATCH,
        patch(DIFF),
        lambda made: {
            "type": "apply_patch_call_output",
            "call_id": made.call_id,
            "status": "failed",
            "output": "a.txt has no such line",
        },
        "Error: a.txt has no such line",
    ),
}


@pytest.mark.parametrize("name", WALKS)
def test_a_call_is_answered_by_the_client_and_goes_on(client: OpenAI, name: str) -> None:
    tool, reply, answer, told = WALKS[name]
    # The SDK's types have no choice of `local_shell`.
    choice: Any = "required" if name == "local_shell" else {"type": name}
    made = ask(client, reply, tools=[tool], tool_choice=choice)
    [item] = made.output
    assert (item.type, item.status) == (f"{name}_call", "completed")
    assert client.responses.retrieve(made.id) == made
    output: Any = answer(item)
    by_reference = client.responses.create(model=MODEL, input=[output], previous_response_id=made.id, tools=[tool])
    sent: Any = [{"role": "user", "content": "Hello."}, item.to_dict(), output]
    unstored = client.responses.create(model=MODEL, input=sent, tools=[tool], store=False)
    assert told in by_reference.output_text
    assert by_reference.output_text == unstored.output_text
    kept = list(client.responses.input_items.list(by_reference.id))
    assert [each.type for each in kept] == [f"{name}_call_output"]
    # Items of a conversation, too; and what was listed may be sent again.
    conversation = client.conversations.create(items=sent)
    listed: Any = [each.to_dict() for each in client.conversations.items.list(conversation.id, order="asc")]
    assert [each["type"] for each in listed] == ["message", f"{name}_call", f"{name}_call_output"]
    assert client.responses.create(model=MODEL, input=listed, store=False).output_text == unstored.output_text
    client.responses.compact(model=MODEL, input=sent)


def test_what_the_calls_say(client: OpenAI) -> None:
    [shell] = ask(client, WALKS["shell"][1], tools=[{"type": "shell"}]).output
    assert shell.action.to_dict() == {"commands": ["ls", "cat x", "sleep 9"], "timeout_ms": 500}
    assert shell.environment.type == "local"
    [local] = ask(client, WALKS["local_shell"][1], tools=[LOCAL_SHELL]).output
    assert local.action.to_dict() == {"type": "exec", "command": ["bash", "-lc", "ls"], "env": {}}
    calls = {"tool_calls": [patch("x", "create_file")["tool_call"], patch("", "delete_file")["tool_call"]]}
    created, deleted = ask(client, calls, tools=[APPLY_PATCH]).output
    assert created.operation.to_dict() == {"type": "create_file", "path": "a.txt", "diff": "+x"}
    assert deleted.operation.to_dict() == {"type": "delete_file", "path": "a.txt"}


def test_a_stream_tells_each_command(client: OpenAI) -> None:
    replies = ({"text": "Looking. ", **WALKS["shell"][1]},)
    events = list(ask(client, *replies, tools=[SHELL], stream=True, background=True))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    commands = [event for event in events if event.type.startswith("response.shell_call_command.")]
    assert [event.type.rpartition(".")[2] for event in commands] == ["added", "delta", "done"] * 3
    assert [event.command for event in commands if event.type.endswith("done")] == ["ls", "cat x", "sleep 9"]
    added = next(event for event in events if event.type == "response.output_item.added" and event.output_index)
    assert (added.item.status, added.item.action.commands) == ("in_progress", [])
    response_id = events[0].response.id
    assert list(client.responses.retrieve(response_id, stream=True, starting_after=4)) == events[5:]
    patched = list(ask(client, patch(DIFF), tools=[APPLY_PATCH], stream=True))
    assert [event.type for event in patched[2:-1]] == ["response.output_item.added", "response.output_item.done"]


def test_a_broken_patch_is_told_to_the_model_and_no_client_sees_it(client: OpenAI) -> None:
    broken, right = patch("a\nb"), patch(DIFF)
    made = ask(client, broken, {"text": "Again. "} | broken, right, tools=[APPLY_PATCH], tool_choice="required")
    assert [item.type for item in made.output] == ["message", "apply_patch_call"]
    assert made.output[1].operation.diff == DIFF
    plain = ask(client, right, tools=[APPLY_PATCH], tool_choice="required")
    assert made.usage.input_tokens > 2 * plain.usage.input_tokens
    told = ask(client, broken, tools=[APPLY_PATCH])
    assert "This diff changes nothing" in told.output_text
    assert client.responses.retrieve(told.id) == told


def test_a_model_that_never_gets_it_right_answers_in_words(client: OpenAI) -> None:
    broken = patch("a\nb")
    made = ask(client, *[broken] * 9, tools=[APPLY_PATCH], tool_choice={"type": "apply_patch"})
    assert [item.type for item in made.output] == ["message"]
    assert made.status == "completed"


def test_a_cut_call_is_no_call(client: OpenAI) -> None:
    made = ask(client, patch(DIFF), tools=[APPLY_PATCH], max_output_tokens=4)
    assert (made.status, made.output) == ("incomplete", [])


def test_a_right_call_beside_a_broken_one_is_the_clients(client: OpenAI) -> None:
    both = {"tool_calls": [patch("a")["tool_call"], patch(DIFF)["tool_call"]]}
    made = ask(client, both, tools=[APPLY_PATCH])
    assert [item.operation.diff for item in made.output] == [DIFF]


def test_with_functions_and_a_choice_among_some(client: OpenAI) -> None:
    tools = [SHELL, APPLY_PATCH, LOOK_UP]
    allowed = {"type": "allowed_tools", "mode": "required", "tools": [{"type": "shell"}, {"type": "function", **NAMED}]}
    view = view_of(tools, tool_choice=allowed)
    assert view.choice.names == ("shell", "look_up")
    made = ask(client, call("look_up", word="x"), tools=tools, tool_choice=allowed)
    assert made.output[0].type == "function_call"


NAMED = {"name": "look_up"}


def view_of(tools: list[Json], **more: Any) -> Any:
    create = ResponseCreate.model_validate({"model": MODEL, "input": "Hello.", "tools": tools, **more})
    create.check_supported()
    return Toolset(create).view([], [])


def test_the_prompt_stays_short() -> None:
    for tool, most in ((SHELL, 500), (LOCAL_SHELL, 500), (APPLY_PATCH, 850), (COMPUTER, 1100), (PREVIEW, 1100)):
        assert len(json.dumps(view_of([tool]).tools)) < most, tool


# --- the screen ------------------------------------------------------------------------------------------------------


def seen(*output: Json, **more: Any) -> Any:
    """Return what a model that sees is asked after these items."""
    items = [{"role": "user", "content": "Click."}, *output]
    create = ResponseCreate.model_validate({"model": MODEL, "input": items, "tools": [COMPUTER], **more})
    assert create.input is not None
    create.check_supported()
    return to_chat_request(create, create.input, blind="")


CLICK: Json = {
    "type": "computer_call",
    "call_id": "c1",
    "actions": [{"type": "click", "x": 1, "y": 2, "button": "left"}],
    "pending_safety_checks": [{"id": "sc_1", "code": "malicious_instructions", "message": "Look."}],
    "status": "completed",
}
SCREEN: Json = {
    "type": "computer_call_output",
    "call_id": "c1",
    "output": {"type": "computer_screenshot", "image_url": PICTURE},
    "acknowledged_safety_checks": [{"id": "sc_1", "code": "malicious_instructions", "message": "Look."}],
}


def test_a_screenshot_is_shown_to_a_model_that_sees() -> None:
    request = seen(CLICK, SCREEN, tool_choice={"type": "computer_use"})
    made, answer = request.messages[1:]
    assert json.loads(made["tool_calls"][0]["function"]["arguments"])["actions"] == CLICK["actions"]
    assert made["tool_calls"][0]["function"]["name"] == request.tools[0]["function"]["name"] == "computer"
    assert answer["content"] == [{"type": "image_url", "image_url": {"url": PICTURE, "detail": "original"}}]
    assert request.tool_choice.names == ("computer",)
    single = {**CLICK, "action": CLICK["actions"][0]}
    del single["actions"]
    [_, made, _] = seen(single, SCREEN).messages
    assert json.loads(made["tool_calls"][0]["function"]["arguments"]) == CLICK["actions"][0]


def test_a_screen_goes_round_with_the_sdk(client: OpenAI) -> None:
    """The model is said to see; what it is asked goes to the server itself, which has only a blind one."""
    body = {"model": "eyes", "abilities": ["chat", "tools", "vision"], "target": MODEL}
    server: Any = {"base_url": str(client.base_url), "api_key": client.api_key}
    place = str(client.base_url).replace("/v1/", "/earthshine/v1/deployments")
    made: Any = client.post(place, cast_to=object, body=body | server)
    try:
        actions = [{"type": "move", "x": 3, "y": 4}, {"type": "screenshot"}]
        script = f"!script {json.dumps([call('computer', actions=actions)])}"
        choice: Any = {"type": "computer"}
        first = client.responses.create(
            model="eyes", input=script, tools=[{"type": "computer"}], tool_choice=choice, truncation="auto"
        )
        item: Any = first.output[0]
        assert (item.type, item.pending_safety_checks) == ("computer_call", [])
        assert [action.type for action in item.actions] == ["move", "screenshot"]
        preview: Any = PREVIEW
        script = f"!script {json.dumps([call('computer', type='click', x=900, y=1), call('computer', **actions[0])])}"
        second = client.responses.create(model="eyes", input=script, tools=[preview])
        item = second.output[0]
        assert (item.action.type, item.action.x) == ("move", 3)
        with pytest.raises(BadRequestError, match="'eyes'") as caught:
            client.responses.create(model=MODEL, input="Hello.", tools=[{"type": "computer"}])
        assert caught.value.param == "tools[0].type"
    finally:
        client.delete(f"{place}/{made['id']}", cast_to=object)


def test_a_model_without_eyes_is_refused(client: OpenAI) -> None:
    for tool in (COMPUTER, PREVIEW):
        with pytest.raises(BadRequestError, match="does not see pictures") as caught:
            ask(client, {"text": "x"}, tools=[LOOK_UP, tool])
        assert caught.value.param == "tools[1].type"
    sent: Any = [{"role": "user", "content": "x"}, CLICK, SCREEN]
    with pytest.raises(BadRequestError, match="does not see pictures") as caught:
        client.responses.create(model=MODEL, input=sent, include=["computer_call_output.output.image_url"])
    assert caught.value.param == "input[2].output"
    conversation = client.conversations.create(items=sent)
    items = list(client.conversations.items.list(conversation.id, order="asc"))
    assert [item.type for item in items] == ["message", "computer_call", "computer_call_output"]


def test_an_uploaded_screenshot_is_looked_up(client: OpenAI) -> None:
    sent: Any = [{"role": "user", "content": "x"}, CLICK, {**SCREEN, "output": {**SCREEN["output"], "file_id": "f"}}]
    del sent[2]["output"]["image_url"]
    with pytest.raises(UnsupportedParameter):
        to_messages(ResponseCreate.model_validate({"model": MODEL, "input": sent}).input or [])
    body = {"model": "eyes", "abilities": ["chat", "vision"], "target": MODEL}
    server: Any = {"base_url": str(client.base_url), "api_key": client.api_key}
    place = str(client.base_url).replace("/v1/", "/earthshine/v1/deployments")
    made: Any = client.post(place, cast_to=object, body=body | server)
    try:
        with pytest.raises(NotFoundError, match="'f'"):
            client.responses.create(model="eyes", input=sent)
    finally:
        client.delete(f"{place}/{made['id']}", cast_to=object)


# --- what is refused -------------------------------------------------------------------------------------------------

CALLED: Json = {"type": "shell_call", "call_id": "c", "action": {"commands": ["ls"]}}
USER: Json = {"role": "user", "content": "x"}


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"tools": [{"type": "shell", "environment": {"type": "moon"}}]}, "tools[0].environment.type"),
        ({"tools": [{"type": "shell", "surprise": 1}]}, "tools[0].surprise"),
        ({"tools": [{**APPLY_PATCH, "allowed_callers": ["programmatic"]}]}, "tools[0].allowed_callers"),
        ({"tools": [{"type": "computer_use_preview"}]}, "tools[0].display_width"),
        ({"tools": [SHELL, SHELL]}, "tools[1].name"),
        ({"tools": [COMPUTER, PREVIEW]}, "tools[1].name"),
        ({"tools": [SHELL, {**LOOK_UP, "name": "shell"}]}, "tools[1].name"),
        ({"tools": [SHELL], "tool_choice": {"type": "apply_patch"}}, "tool_choice.type"),
        ({"input": [USER, {**CALLED, "action": {"commands": []}}]}, "input[1].action.commands"),
        ({"input": [USER, {**CALLED, "caller": {"type": "program", "caller_id": "p"}}]}, "input[1].caller"),
        ({"input": [USER, {"type": "shell_call_output", "call_id": "c", "output": []}]}, "input[1].call_id"),
        ({"input": [USER, CALLED, {"type": "shell_call_output", "call_id": "c", "output": "x"}]}, "input[2].output"),
        ({"input": [USER, {**CLICK, "actions": [{"type": "fly"}]}]}, "input[1].actions[0].type"),
        ({"input": [USER, {"type": "computer_call", "call_id": "c"}]}, "input[1]"),
        ({"input": [USER, CLICK, {**SCREEN, "output": {"type": "computer_screenshot"}}]}, "input[2].output"),
        (
            {"input": [USER, {"type": "apply_patch_call", "call_id": "c", "operation": {"type": "chmod"}}]},
            "input[1].operation.type",
        ),
    ],
)
def test_what_is_wrong_is_named(client: OpenAI, fields: Json, param: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        client.responses.create(**{"model": MODEL, "input": "Hello.", **fields})
    assert caught.value.param == param


# --- crashes ---------------------------------------------------------------------------------------------------------


def test_what_a_journal_has_of_a_call_is_gone_on_with() -> None:
    """A call is stored whole or not at all; what was written of it is stored with it."""
    create = ResponseCreate.model_validate({"model": MODEL, "input": "x", "tools": [SHELL]})
    toolset, events, written = Toolset(create), list[bytes](), list[str]()

    def emit(event: bytes, raw: str) -> None:
        events.append(event)
        written.append(raw)

    builder = ResponseBuilder(emit, open_call=toolset.opens([], []))
    builder.begin({"id": "resp_1", "status": "in_progress", "output": []})
    builder.feed(ToolCallStart(0, "shell", "c", raw="<call>"))
    for piece in ('{"commands": ', '["ls"]}'):
        builder.feed(ToolCallArguments(0, piece, raw=piece))
    assert len(events) == 2
    builder.feed(ChatEnd("tool_calls", Usage(), "</call>"))
    assert written[2] == '<call>{"commands": ["ls"]}</call>'
    assert "".join(written[3:]) == ""
    [item] = fold(events)["output"]
    assert (item["status"], item["action"]["commands"]) == ("completed", ["ls"])
    # Readers who have read so far as the last command know what the item is.
    assert fold(events[:-1])["output"][0]["action"] == item["action"]


@pytest.mark.model
def test_a_small_model_calls_what_it_must(server: ServerProcess) -> None:
    """Whatever it writes, what the client is given can be run; and the tool is demanded by a grammar."""
    with sync_client(server) as real:
        for tool, kind, choice in (
            (SHELL, "shell_call", {"type": "shell"}),
            (LOCAL_SHELL, "local_shell_call", "required"),
            (APPLY_PATCH, "apply_patch_call", {"type": "apply_patch"}),
        ):
            asked: Any = {"tools": [tool], "tool_choice": choice, "temperature": 0, "max_output_tokens": 200}
            made = real.responses.create(model="default", input="Create hello.txt with the word moon.", **asked)
            kinds = {item.type for item in made.output}
            assert kind in kinds or made.status == "incomplete" or (kind == "apply_patch_call" and kinds == {"message"})
