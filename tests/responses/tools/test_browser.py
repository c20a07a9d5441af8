"""The browser that the server runs for a model: real Chromium in a real sandbox, on pages of this machine."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Generator
from typing import Any

import pytest
from openai import BadRequestError, NotFoundError, OpenAI
from openai.types.responses import (
    ResponseComputerToolCall,
    ResponseComputerToolCallOutputItem,
    ResponseFunctionToolCallItem,
    ResponseFunctionToolCallOutputItem,
)

from tests.responses.tools.browsing import World, a_site
from tests.server_process import ServerProcess, start_server

Json = dict[str, Any]


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[ServerProcess]:
    flags = ("--scripted", "--no-embedded-model", "--default-model", "scripted")
    running = await start_server(tmp_path_factory.mktemp("browsers"), *flags, env={"EARTHSHINE_WEB_FETCH": "private"})
    yield running
    await running.stop()


@pytest.fixture(scope="module")
def world(server: ServerProcess) -> Generator[World]:
    # Not strict: the SDK's types know no tool of ours, and a response says which tools it had.
    with a_site() as site, OpenAI(base_url=f"{server.url}/v1", api_key=server.key, max_retries=0) as client:
        upstream = {"model": "eyes", "abilities": ["chat", "tools", "vision"], "base_url": f"{site[0]}/v1"}
        client.post(f"{server.url}/earthshine/v1/deployments", cast_to=object, body={**upstream, "api_key": "sk-x"})
        yield World(client, *site)


def act(name: str, **arguments: Any) -> Json:
    return {"name": f"browser_{name}", "arguments": arguments}


def told(item: Any) -> str:
    """Return what the model read of an answer."""
    return item.output if isinstance(item.output, str) else item.output[0].text


def test_a_form_is_filled_in_and_each_step_has_a_picture(world: World) -> None:
    made = world.ask(
        world.open("form"),
        act("type", number=1, text="Noor"),
        act("select", number=4, option="Europa"),
        act("click", number=8),
    )
    answers = [item for item in made.output if item.type == "function_call_output"]
    assert "# Order" in told(answers[0])
    assert "name,Noor day, moon,Europa" in told(answers[3])
    assert made.output[-1].content[0].text == "Done."
    for item in made.output[:-1]:
        kind = ResponseFunctionToolCallItem if item.type == "function_call" else ResponseFunctionToolCallOutputItem
        kind.model_validate(item.to_dict(), strict=True)
    picture = answers[3].output[1]
    assert world.client.files.content(picture.file_id).content.startswith(b"\xff\xd8")
    # The next turn finds the page as it was left, and shows the model no picture, which it could not see.
    then = world.ask(act("type", number=1, text="Alia"), previous_response_id=made.id)
    assert 'textbox "Name" = "Alia"' in told(then.output[1])


def test_a_page_is_a_strangers_and_names_no_new_address(world: World) -> None:
    made = world.ask(world.open("hostile"), world.open("form"))
    first, second = (item for item in made.output if item.type == "function_call_output")
    assert first.name == "browser"
    assert "(12 button" in told(first)
    assert "Nobody named" in told(second)
    named = world.ask(world.open("hostile"), world.open("form"), said=f"Compare it with {world.url}/form please.")
    assert "# Order" in told(named.output[3])


def test_passwords_are_left_to_people(world: World) -> None:
    made = world.ask(world.open("sign-in"), act("type", number=2, text="guess"))
    assert "Only a person fills that in" in told(made.output[1])
    assert "Only a person fills that in" in told(made.output[3])


def test_downloads_become_files(world: World) -> None:
    made = world.ask(world.open("downloads"), act("click", number=1), act("act", action="wait"))
    text = "\n".join(told(item) for item in made.output if item.type == "function_call_output")
    found = re.search(r"The file moon.bin is kept as (file_\w+)", text)
    assert found is not None, text
    assert world.client.files.content(found[1]).content == b"moon" * 100


def test_what_cannot_be_done_is_said(world: World) -> None:
    made = world.ask(act("open", url="file:///etc/passwd"), act("click", number=3), act("open", url="chrome://version"))
    answers = [told(item) for item in made.output if item.type == "function_call_output"]
    assert "Only addresses of the web" in answers[0]


def test_each_conversation_has_a_browser_of_its_own(world: World) -> None:
    one = world.ask(world.open("visits"), world.open("visits"), said=f"See {world.url}/visits twice.")
    assert ["visit 1" in told(one.output[1]), "visit 2" in told(one.output[3])] == [True, True]
    other = world.ask(world.open("visits"))
    assert "visit 1" in told(other.output[1])


def test_the_server_runs_a_computer_where_it_is_asked_to(world: World) -> None:
    world.eyes.calls = [
        {"actions": [{"type": "screenshot"}]},
        {"actions": [{"type": "click", "x": 450, "y": 315}, {"type": "click", "x": 100, "y": 320}]},
        {"actions": [{"type": "type", "text": "Io"}, {"type": "scroll", "x": 5, "y": 5, "scroll_y": 100}]},
        {"actions": [{"type": "click", "x": 100, "y": 365}, {"type": "type", "text": "guess"}]},
    ]
    tool: Any = {"type": "computer", "run_by": "server", "url": f"{world.url}/big"}
    made = world.client.responses.create(model="eyes", input="Press it.", tools=[tool])
    assert made.error is None, made
    calls = [each for each in made.output if each.type == "computer_call"]
    answers = [each for each in made.output if each.type == "computer_call_output"]
    assert (len(calls), len(answers)) == (4, 3)
    for call, answer in zip(calls, answers, strict=False):
        ResponseComputerToolCall.model_validate(call.to_dict(), strict=True)
        ResponseComputerToolCallOutputItem.model_validate(answer.to_dict(), strict=True)
        assert str(answer.output.image_url).startswith("data:image/jpeg;base64,/9j/")
    assert answers[1].output != answers[2].output
    assert "/typed?Io" in world.paths
    # A password is left to people, and the model is told so; pictures went to it, and only they.
    [refused] = [each for each in made.output if each.type == "function_call_output"]
    assert "Only a person fills that in" in told(refused)
    assert sum("image_url" in str(each["content"]) for each in world.eyes.bodies[-1]["messages"]) == 3
    assert made.output[-1].type == "message"


def test_the_older_computer_has_the_size_that_was_asked_for(world: World) -> None:
    world.eyes.calls = [{"type": "screenshot"}]
    older: Any = {"type": "computer_use_preview", "environment": "browser", "display_width": 640, "display_height": 480}
    tool: Any = {**older, "run_by": "server", "url": f"{world.url}/big"}
    made = world.client.responses.create(model="eyes", input="Look.", tools=[tool])
    assert [each.type for each in made.output] == ["computer_call", "computer_call_output", "message"]
    for wrong in ({**tool, "environment": "windows"}, {**tool, "display_width": 9000}, {**older, "url": world.url}):
        with pytest.raises(BadRequestError):
            world.client.responses.create(model="eyes", input="Look.", tools=[wrong])


def test_a_person_signs_in_and_the_model_goes_on(world: World, server: ServerProcess) -> None:
    ours = world.client.with_options(base_url=f"{server.url}/earthshine/v1")

    def listed() -> dict[str, Json]:
        page: Any = ours.get("/browsers", cast_to=object)
        return {each["id"]: each for each in page["data"]}

    before = listed()
    made = world.ask(world.open("sign-in"))
    [browser] = [each for name, each in listed().items() if name not in before]
    assert (browser["needs_person"], browser["width"]) == (True, 1024)
    screen = ours.get(f"/browsers/{browser['id']}/screen", cast_to=bytes)
    assert screen.startswith(b"\xff\xd8")
    keys = [{"type": "keypress", "keys": ["TAB"]}] * 2
    body = {"actions": [*keys, {"type": "type", "text": "hunter2"}]}
    acted: Any = ours.post(f"/browsers/{browser['id']}/actions", cast_to=object, body=body)
    assert acted["id"] == browser["id"]
    then = world.ask({"name": "browser_act", "arguments": {"action": "look"}}, previous_response_id=made.id)
    assert "hunter2" not in str(then.output)
    assert "signed with 7" in told(then.output[1])
    ours.delete(f"/browsers/{browser['id']}", cast_to=object)
    with pytest.raises(NotFoundError):
        ours.get(f"/browsers/{browser['id']}/screen", cast_to=bytes)
