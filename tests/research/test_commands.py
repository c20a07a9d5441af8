"""What people say to a research under way, and to its finished report."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

import pytest

from tests.patience import PATIENCE
from tests.research.entry import END, MODEL, World, open_world

Json = dict[str, Any]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Generator[World]:
    with open_world(tmp_path_factory.mktemp("research")) as opened:
        yield opened


# --- while it goes on -------------------------------------------------------------------------------------------------


def test_a_plan_waits_until_it_is_approved(world: World) -> None:
    made = world.research(f"Who? {END}", approve=True)
    found = world.until(made["id"], waiting="plan")
    assert found["status"] == "in_progress"
    world.act(made["id"], "resume", status=409)
    questions = [{"id": "q1", "text": "Who built it?"}, {"text": "Who paid?"}]
    world.act(made["id"], "plan", {"questions": []}, status=400)
    assert world.act(made["id"], "plan", {"questions": questions})["waiting"] is None
    assert world.until(made["id"], status="completed")["report"] is not None
    assert {"type": "plan", "questions": questions} in world.program.taken
    world.act(made["id"], "plan", {"questions": questions}, status=409)


def test_a_research_is_steered_paused_and_resumed(world: World) -> None:
    made = world.research("Why?")
    world.act(made["id"], "steer", {"text": "Look at the north."})
    world.act(made["id"], "sources", {"add": ["https://a.test/x"], "drop": ["s2"]})
    world.act(made["id"], "sources", {"add": ["file-none"]}, status=404)
    world.act(made["id"], "sources", {}, status=400)
    world.act(made["id"], "plan", {"questions": [{"text": "Why so high?"}]})
    world.act(made["id"], "pause")
    assert world.until(made["id"], waiting="paused")["status"] == "in_progress"
    world.act(made["id"], "steer", {"text": END})
    assert world.get(made["id"])["waiting"] == "paused"
    world.act(made["id"], "resume")
    world.until(made["id"], status="completed")
    wishes = [{name: value for name, value in each.items() if name != "id"} for each in world.program.taken[-5:]]
    assert wishes == [
        {"type": "steer", "text": "Look at the north."},
        {"type": "sources", "add": ["https://a.test/x"], "drop": ["s2"]},
        {"type": "plan", "questions": [{"text": "Why so high?"}]},
        {"type": "pause"},
        {"type": "steer", "text": END},
    ]
    for what, body in (("pause", None), ("resume", None), ("steer", {"text": "More."})):
        world.act(made["id"], what, body, status=409)


def test_a_pause_that_was_not_taken_is_withdrawn(world: World) -> None:
    made = world.research(END, approve=True)
    world.until(made["id"], waiting="plan")
    world.act(made["id"], "pause")
    world.act(made["id"], "resume")
    world.act(made["id"], "plan", {"questions": [{"text": "Who?"}]})
    world.until(made["id"], status="completed", waiting=None)


def test_a_waiting_research_can_be_cancelled(world: World) -> None:
    made = world.research("When?", approve=True)
    world.until(made["id"], waiting="plan")
    assert world.ask("POST", f"/responses/{made['id']}/cancel", who=world.key)["status"] == "cancelled"
    world.act(made["id"], "plan", {"questions": [{"text": "Who?"}]}, status=409)


# --- going on --------------------------------------------------------------------------------------------------------


def test_a_finished_research_is_gone_on_from_by_a_new_one(world: World) -> None:
    made = world.research(END, background=False, approve=False, language="fr", instructions="Be brief.")
    deeper = world.act(made["id"], "deepen", {"question": "q1"})
    assert deeper["id"] != made["id"]
    world.until(deeper["id"], status="completed")
    told = world.program.told[deeper["id"]]
    assert (told["from"], told["language"], told["question"]) == (made["id"], "en", END)
    assert world.program.taken[-1].items() >= {"type": "deepen", "question": "q1"}.items()
    response = world.ask("GET", f"/responses/{deeper['id']}", who=world.key)
    assert (response["previous_response_id"], response["instructions"]) == (made["id"], "Be brief.")
    dropped = world.act(deeper["id"], "sources", {"drop": ["s1"]})
    world.until(dropped["id"], status="completed")
    assert world.program.told[dropped["id"]]["from"] == deeper["id"]
    assert world.program.taken[-1].items() >= {"type": "sources", "drop": ["s1"]}.items()


def test_what_goes_on_from_a_chats_research_is_as_private(world: World) -> None:
    _, eve = world.sign_in("eve")
    _, manager = world.sign_in("manager", "admin")
    chat = world.ask("POST", "/chats", {}, who=eve)["id"]
    turn = world.ask("POST", f"/chats/{chat}/turns", {"model": MODEL, "input": END}, who=eve)
    place, deadline = f"/chats/{chat}/turns/{turn['id']}", time.monotonic() + PATIENCE
    while (now := world.ask("GET", place, who=eve))["status"] != "completed":
        assert time.monotonic() < deadline, now
        time.sleep(0.02)
    deeper = world.act(now["response_id"], "deepen", {"question": "q1"}, who=eve)
    for each in (now["response_id"], deeper["id"]):
        assert world.get(each, who=eve)["object"] == "research"
        world.get(each, who=manager, status=404)


def test_a_question_after_a_report_is_about_it(world: World) -> None:
    made = world.research(END, background=False)
    after = world.research(f"And who? {END}", background=False, previous_response_id=made["id"])
    assert world.program.told[after["id"]]["from"] == made["id"]
    since = world.research(END, background=False, since=made["id"])
    assert world.program.told[since["id"]]["since"] == made["id"]


def test_a_research_asks_back_once(world: World) -> None:
    asked = world.research("How long is it?", clarify=True, background=False)
    assert asked["output"][-1]["content"][0]["text"] == "Which bridge?"
    assert world.get(asked["id"])["waiting"] == "clarify"
    more: Json = {"clarify": True, "background": False, "previous_response_id": asked["id"]}
    answered = world.research(f"The old one. {END}", **more)
    told = world.program.told[answered["id"]]
    assert (told["question"], told["clarify"]) == (f"How long is it?\nThe old one. {END}", False)
    assert world.get(answered["id"])["report"] is not None
