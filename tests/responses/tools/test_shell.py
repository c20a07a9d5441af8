"""Commands that a model writes, run in a container: told with OpenAI's names, and kept for the next call."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Generator
from typing import Any

import pytest
from openai import APIStatusError, OpenAI

from tests.responses.clients import MODEL, sync_client
from tests.server_process import ServerProcess

Json = dict[str, Any]
AUTO: Any = {"type": "shell", "environment": {"type": "container_auto"}}
EXITED = {"type": "exit", "exit_code": 0}
SKILL = b"---\nname: greeting\ndescription: Greets people.\n---\nRun greet.sh.\n"


@pytest.fixture(scope="module")
def client(scripted_server: ServerProcess) -> Generator[OpenAI]:
    with sync_client(scripted_server) as opened:
        yield opened


def shell(*commands: str, **limits: int) -> Json:
    return {"tool_call": {"name": "shell", "arguments": {"commands": list(commands), **limits}}}


def script(*replies: Json) -> str:
    return f"Do it.\n!script {json.dumps([*replies, {'text': 'Done.'}])}"


def ask(client: OpenAI, *replies: Json, tool: Any = AUTO, **more: Any) -> Any:
    return client.responses.create(model=MODEL, input=script(*replies), tools=[tool], **more)


def skill_zip(text: bytes = SKILL) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("greeting/SKILL.md", text)
        archive.writestr("greeting/greet.sh", "echo hello $1\n")
    return file.getvalue()


def inline(data: bytes) -> Json:
    source = {"type": "base64", "media_type": "application/zip", "data": base64.b64encode(data).decode()}
    return {"type": "inline", "name": "greeting", "description": "Greets people.", "source": source}


def test_commands_are_run_in_order_and_told(client: OpenAI) -> None:
    made = ask(client, shell("echo one > f; pwd", "cat f; echo oops >&2; exit 3", max_output_length=900))
    call, output, message = made.output
    assert (call.type, call.status, output.type, output.status) == (
        "shell_call",
        "completed",
        "shell_call_output",
        "completed",
    )
    assert call.environment.type == "container_reference"
    assert output.call_id == call.call_id
    assert output.max_output_length == 900
    assert [each.to_dict() for each in output.output] == [
        {"stdout": "/mnt/data\n", "stderr": "", "outcome": EXITED},
        {"stdout": "one\n", "stderr": "oops\n", "outcome": {"type": "exit", "exit_code": 3}},
    ]
    assert message.content[0].text == "Done."
    assert client.containers.retrieve(call.environment.container_id).status == "active"
    assert client.responses.retrieve(made.id) == made


def test_the_container_is_used_again_in_a_conversation(client: OpenAI) -> None:
    first = ask(client, shell("echo kept > f"), shell("cat f"))
    one, _, two, printed, _ = first.output
    assert one.environment == two.environment
    assert printed.output[0].stdout == "kept\n"
    then = ask(client, shell("cat f"), previous_response_id=first.id)
    assert then.output[0].environment == one.environment
    assert then.output[1].output[0].stdout == "kept\n"
    # One with other powers is another container.
    network = {"type": "allowlist", "allowed_domains": ["example.org"]}
    opened = {"type": "shell", "environment": {"type": "container_auto", "network_policy": network}}
    other = ask(client, shell("cat f"), previous_response_id=then.id, tool=opened)
    assert other.output[0].environment != one.environment
    assert other.output[1].output[0].outcome.exit_code == 1


def test_nothing_is_made_before_the_model_calls(client: OpenAI) -> None:
    before = [each.id for each in client.containers.list(name="auto", limit=100)]
    assert ask(client).output_text == "Done."
    assert [each.id for each in client.containers.list(name="auto", limit=100)] == before


def test_a_container_may_be_named_and_files_put_in(client: OpenAI) -> None:
    container = client.containers.create(name="mine").id
    tool = {"type": "shell", "environment": {"type": "container_reference", "container_id": container}}
    call, output, _ = ask(client, shell("echo x > made.txt"), tool=tool).output
    assert call.environment.container_id == container
    assert [each.path for each in client.containers.files.list(container)] == ["/mnt/data/made.txt"]
    file = client.files.create(file=("other.txt", b"from the project"), purpose="user_data")
    auto = {"type": "shell", "environment": {"type": "container_auto", "file_ids": [file.id], "memory_limit": "1g"}}
    output = ask(client, shell("cat other.txt"), tool=auto).output[1]
    assert output.output[0].stdout == "from the project"


def test_time_and_length_are_limited(client: OpenAI) -> None:
    _, output, _ = ask(client, shell("echo begun; sleep 60", "echo never", timeout_ms=700)).output
    first, second = output.output
    assert (first.stdout, first.outcome.type, second.outcome.type) == ("begun\n", "timeout", "timeout")
    assert second.stdout == ""
    _, output, _ = ask(client, shell("seq 100000", "seq 100000 >&2; echo out", max_output_length=1000)).output
    long, wrong = output.output
    assert long.stdout.startswith("1\n2\n")
    assert long.stdout.endswith("100000\n")
    assert "characters left out]" in long.stdout
    assert len(long.stdout) < 1100
    assert (wrong.stdout, wrong.stderr[-7:]) == ("out\n", "100000\n")


def test_events_have_openais_names_and_come_while_it_prints(client: OpenAI) -> None:
    said = script(shell("echo a; sleep 0.5; echo b", "echo c >&2"))
    events = list(client.responses.create(model=MODEL, input=said, tools=[AUTO], stream=True))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    of = [event for event in events if event.type.startswith("response.shell_call")]
    kinds = [event.type.removeprefix("response.shell_call_") for event in of]
    assert kinds == [
        *["command.added", "command.delta", "command.done"] * 2,
        *["output_content.delta", "output_content.delta", "output_content.done"],
        *["output_content.delta", "output_content.done"],
    ]
    assert [event.delta.to_dict() for event in of if event.type.endswith("content.delta")] == [
        {"stdout": "a\n"},
        {"stdout": "b\n"},
        {"stderr": "c\n"},
    ]
    final = events[-1].response
    call, output, _ = final.output
    assert {event.item_id for event in of if "output_content" in event.type} == {output.id}
    assert {event.output_index for event in of if "output_content" in event.type} == {1}
    told = [event.output[0].to_dict() for event in of if event.type.endswith("content.done")]
    assert told == [each.to_dict() for each in output.output]
    begun = [event.item for event in events if event.type == "response.output_item.added"]
    assert [(each.type, each.status) for each in begun[:2]] == [
        ("shell_call", "in_progress"),
        ("shell_call_output", "in_progress"),
    ]
    done = [event.item for event in events if event.type == "response.output_item.done"]
    assert done[:2] == [call, output]


def test_a_call_that_is_none_is_told_to_the_model_alone(client: OpenAI) -> None:
    wrong = {"tool_call": {"name": "shell", "arguments": {"commands": []}}}
    call, output, *_ = ask(client, wrong, shell("echo right")).output
    assert call.action.commands == ["echo right"]
    assert output.output[0].stdout == "right\n"


def test_what_breaks_is_told_in_the_output(client: OpenAI) -> None:
    container = client.containers.create(name="gone").id
    tool = {"type": "shell", "environment": {"type": "container_reference", "container_id": container}}
    first = ask(client, shell("echo here"), tool=tool)
    client.containers.delete(container)
    with pytest.raises(APIStatusError) as caught:
        ask(client, shell("echo here"), tool=tool, previous_response_id=first.id)
    assert (caught.value.status_code, caught.value.body["param"]) == (404, "tools[0].environment.container_id")
    hungry = "python3 -c 'x = bytearray(3 * 2**30)'"
    _, output, _ = ask(client, shell(hungry, "echo still there")).output
    assert output.output[0].outcome.exit_code != 0
    assert output.output[0].stderr
    assert output.output[1].stdout == "still there\n"


def test_calls_come_back_as_input(client: OpenAI) -> None:
    made = ask(client, shell("echo once"))
    items = [each.to_dict() for each in made.output]
    again = client.responses.create(
        model=MODEL, input=[{"role": "user", "content": "Go."}, *items, {"role": "user", "content": "And then?"}]
    )
    assert again.status == "completed"


@pytest.mark.parametrize("how", ["reference", "inline", "container"])
def test_skills_are_told_and_lie_in_the_container(client: OpenAI, how: str) -> None:
    skill: Any = inline(skill_zip())
    if how != "inline":
        stored = client.skills.create(files=[("greeting.zip", skill_zip())])
        skill = {"type": "skill_reference", "skill_id": stored.id, "version": "1"}
    environment: Any = {"type": "container_auto", "skills": [skill]}
    if how == "container":
        container = client.containers.create(name="skilled", skills=[skill]).id
        environment = {"type": "container_reference", "container_id": container}
    tool: Any = {"type": "shell", "environment": environment}
    made = ask(client, shell("cat skills/greeting/SKILL.md", "bash skills/greeting/greet.sh you"), tool=tool)
    call, output, _ = made.output
    assert [each.stdout for each in output.output] == [SKILL.decode(), "hello you\n"]
    files = {each.path: each.source for each in client.containers.files.list(call.environment.container_id)}
    assert files["/mnt/data/skills/greeting/greet.sh"] == "user"
    # The model is told of it, and the same skill is not put into a second container.
    tokens = [
        client.responses.input_tokens.count(model=MODEL, input="Hi.", tools=[each]).input_tokens
        for each in (tool, AUTO)
    ]
    assert tokens[0] > tokens[1]
    then = ask(client, shell("ls skills"), tool=tool, previous_response_id=made.id)
    assert then.output[0].environment == call.environment


@pytest.mark.parametrize(
    ("environment", "status", "param"),
    [
        ({"type": "container_reference", "container_id": "cntr_none"}, 404, "container_id"),
        ({"type": "container_reference"}, 400, "container_id"),
        ({"type": "container_auto", "memory_limit": "3g"}, 400, "memory_limit"),
        ({"type": "container_auto", "file_ids": ["file_none"]}, 404, "file_ids[0]"),
        ({"type": "container_auto", "skills": [{"type": "skill_reference", "skill_id": "no"}]}, 404, "skills[0]"),
        ({"type": "container_auto", "skills": [inline(b"no zip")]}, 400, "skills[0]"),
        ({"type": "container_auto", "skills": [inline(skill_zip()), inline(skill_zip())]}, 400, "skills[1]"),
        (
            {"type": "container_auto", "network_policy": {"type": "allowlist", "allowed_domains": ["10.0.0.1"]}},
            400,
            "network_policy.allowed_domains",
        ),
    ],
)
def test_bad_environments_are_refused(client: OpenAI, environment: Json, status: int, param: str) -> None:
    with pytest.raises(APIStatusError) as caught:
        ask(client, tool={"type": "shell", "environment": environment})
    assert caught.value.status_code == status
    assert caught.value.body["param"] == f"tools[0].environment.{param}"
    with pytest.raises(APIStatusError) as caught:
        ask(client, tool={**AUTO, "prepared": {"container_id": "cntr_of_another", "skills": [], "domains": []}})
    assert caught.value.body["param"] == "tools[0].prepared"
