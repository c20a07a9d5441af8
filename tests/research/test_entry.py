"""Asking for a research by a model's name, what is refused, and what others see of it."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

import pytest

from tests.patience import PATIENCE
from tests.research.entry import END, FILES, MODEL, World, open_world
from tests.responses.app import ROOT

Json = dict[str, Any]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Generator[World]:
    with open_world(tmp_path_factory.mktemp("research")) as opened:
        yield opened


# --- the name --------------------------------------------------------------------------------------------------------


def test_the_name_of_a_chat_model_with_the_suffix_asks_for_a_research(world: World) -> None:
    made = world.research(f"When? {END}", background=False)
    assert (made["model"], made["status"]) == (MODEL, "completed")
    assert made["tools"] == [{"type": "web_search"}]
    told = world.program.told[made["id"]]
    assert told == {
        "name": "research",
        "model": "scripted",
        "question": f"When? {END}",
        "clarify": False,
        "approve": False,
        "language": None,
        "languages": [],
        "limits": {},
        "since": None,
        "from": None,
    }
    assert world.ask("GET", f"/responses/{made['id']}", who=world.key)["model"] == MODEL
    by_alias = world.research(END, model="default-deep-research", background=False)
    assert (by_alias["model"], world.program.told[by_alias["id"]]["model"]) == ("default-deep-research", "default")


def test_what_is_asked_for_is_told_to_the_program(world: World) -> None:
    tools = [{"type": "web_search", "search_context_size": "low"}]
    asked: Json = {"language": "fr", "languages": ["en", "ar"], "limits": {"pages": 3, "seconds": 60}}
    made = world.research(END, background=False, tools=tools, **asked)
    assert made["tools"] == tools
    assert world.program.told[made["id"]].items() >= asked.items()
    assert world.get(made["id"])["limits"] == {"pages": 3, "seconds": 60}


def test_the_model_can_be_retrieved_and_is_not_listed(world: World) -> None:
    found = world.ask("GET", f"/models/{MODEL}", who=world.key)
    assert (found["id"], found["earthshine"]["alias_of"]) == (MODEL, "scripted")
    assert "chat" in found["earthshine"]["abilities"]
    listed = [each["id"] for each in world.ask("GET", "/models", who=world.key)["data"]]
    assert MODEL not in listed and "scripted" in listed
    missing = world.ask("GET", "/models/nobody-deep-research", who=world.key, status=404)
    assert "'nobody'" in missing["error"]["message"]


def test_other_endpoints_say_which_one_takes_the_name(world: World) -> None:
    hello = [{"role": "user", "content": "Hello."}]
    for path, body in (
        ("/chat/completions", {"messages": hello}),
        ("/messages", {"messages": hello, "max_tokens": 9}),
        ("/responses/input_tokens", {"input": "Hello."}),
    ):
        refused = world.ask("POST", path, {"model": MODEL, **body}, who=world.key, status=404)
        assert "POST /v1/responses" in refused["error"]["message"], path
    reply = world.http.post("/api/chat", json={"model": MODEL, "messages": hello}, headers=_bearer(world.key))
    assert reply.status_code == 404 and "POST /v1/responses" in reply.text


def test_rights_and_prices_are_those_of_the_model(world: World) -> None:
    place = f"/organization/projects/{world.project}/model_permissions"
    world.ask("POST", place, {"mode": "deny_list", "model_ids": ["scripted"]})
    refused = world.research(END, status=403)
    assert refused["error"]["code"] == "model_not_found"
    world.http.delete(f"/v1{place}", headers=_bearer(ROOT))
    world.research(END, background=False)
    missing = world.research("When?", model="none-deep-research", status=404)
    assert missing["error"]["code"] == "model_not_found"


def test_a_question_may_have_any_character(world: World) -> None:
    made = world.research(f"\0Ça, جسر, 橋 \U0001f309\0? {END}", background=False)
    assert world.get(made["id"])["question"] == f"Ça, جسر, 橋 \U0001f309? {END}"


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"extension": {"research": {"depth": 3}}}, "earthshine.research.depth"),
        ({"extension": {"search": {}}}, "earthshine.search"),
        ({"language": "French"}, "earthshine.research.language"),
        ({"limits": {"tokens": 1}}, "earthshine.research.limits.tokens"),
        ({"since": "resp_none"}, "earthshine.research.since"),
        ({"approve": True, "background": False}, "earthshine.research.approve"),
        ({"said": " "}, "input"),
        ({"said": "x" * 5000}, "input"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_is_refused_by_its_name(world: World, more: Json, param: str) -> None:
    extension = {"earthshine": more.pop("extension")} if "extension" in more else {}
    refused = world.research(more.pop("said", "When?"), status=400, **extension, **more)
    assert refused["error"]["param"] == param


def test_the_field_is_refused_for_other_models(world: World) -> None:
    body = {"model": "scripted", "input": "Hello.", "earthshine": {"research": {}}}
    refused = world.ask("POST", "/responses", body, who=world.key, status=400)
    assert refused["error"]["param"] == "earthshine" and "-deep-research" in refused["error"]["message"]


# --- what is kept ----------------------------------------------------------------------------------------------------


def test_a_research_is_listed_with_its_report_and_goes_with_its_response(world: World) -> None:
    world.research(f"How long? {END}", background=False)  # an older one
    made = world.research(f"How long? {END}", background=False)
    found = world.get(made["id"])
    assert (found["status"], found["report"]["title"], found["waiting"]) == ("completed", "The bridge", None)
    assert [each["id"] for each in found["evidence"]] == ["e1"]
    first = world.ask("GET", "/research?limit=1", who=world.key)
    assert first["has_more"] is True
    shown = {"id": made["id"], "object": "research", "title": "The bridge", "status": "completed", "language": "en"}
    assert first["data"][0].items() >= {**shown, "pages": 1, "claims": 1, "question": f"How long? {END}"}.items()
    assert made["id"] not in str(world.ask("GET", f"/research?after={made['id']}", who=world.key)["data"])
    world.ask("DELETE", f"/responses/{made['id']}", who=world.key)
    world.get(made["id"], status=404)
    assert made["id"] not in str(world.ask("GET", "/research", who=world.key)["data"])


def test_a_response_that_is_no_research_is_none(world: World) -> None:
    plain = world.respond(world.key)
    world.get(plain["id"], status=404)
    world.act(plain["id"], "pause", status=404)


def test_a_person_sees_nobody_elses_researches(world: World) -> None:
    _, ada = world.sign_in("ada")
    _, bob = world.sign_in("bob")
    hers = world.research(END, who=ada, background=False)
    assert world.ask("GET", "/research", who=ada)["data"][0]["id"] == hers["id"]
    assert hers["id"] not in str(world.ask("GET", "/research", who=bob))
    world.get(hers["id"], who=bob, status=404)
    world.act(hers["id"], "deepen", {"question": "q1"}, who=bob, status=404)
    world.get(f"{hers['id']}/evidence/e1", who=bob, status=404)


def test_evidence_is_shown_in_its_place_and_verified(world: World) -> None:
    page = "Old bridges. It was opened in 1932. It is long."
    upload = {"files": {"file": ("bridge.txt", page.encode())}, "data": {"purpose": "user_data"}}
    file = world.ask("POST", "/files", upload, who=world.key)
    FILES[world.project] = file["id"]
    made = world.research(END, background=False)
    unread = world.get(f"{made['id']}/evidence/e1")
    assert (unread["verified"], unread["before"]) == (False, "")
    reading = world.http.post(f"/earthshine/v1/documents/{file['id']}", headers=_bearer(world.key))
    assert reading.status_code == 200, reading.text
    found, deadline = unread, time.monotonic() + PATIENCE
    while not found["after"]:
        assert time.monotonic() < deadline, found
        found = world.get(f"{made['id']}/evidence/e1")
    assert found["verified"] is True, found
    assert (found["before"], found["after"].strip()) == ("Old bridges. ", "It is long.")
    assert (found["evidence"]["quote"], found["source"]["title"]) == ("It was opened in 1932.", "Bridges")
    world.get(f"{made['id']}/evidence/e9", status=404)
    world.ask("DELETE", f"/files/{file['id']}", who=world.key)
    assert world.get(f"{made['id']}/evidence/e1")["verified"] is False
    FILES.clear()


@pytest.mark.parametrize("form", ["md", "json", "html", "docx"])
def test_a_report_is_a_file_in_each_form(world: World, form: str) -> None:
    made = world.research(END, background=False)
    place = f"/earthshine/v1/research/{made['id']}/report"
    reply = world.http.get(f"{place}?format={form}", headers=_bearer(world.key))
    assert reply.status_code == 200, reply.text
    assert f"bridge.{form}" in reply.headers["content-disposition"]
    assert b"1932" in reply.content or form == "docx"
    assert world.http.get(f"{place}?format=odt", headers=_bearer(world.key)).status_code == 400


def test_there_is_no_report_before_the_end(world: World) -> None:
    made = world.research(f"When? {END}", approve=True)
    world.get(f"{made['id']}/report", status=409)
    world.ask("POST", f"/responses/{made['id']}/cancel", who=world.key)


def test_an_unstored_research_is_written_and_not_kept(world: World) -> None:
    made = world.research(END, background=False, store=False)
    assert made["status"] == "completed"
    world.get(made["id"], status=404)


def _bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}
