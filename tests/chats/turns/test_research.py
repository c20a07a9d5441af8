"""A turn that asks for a research: by the name of its model, with what the research is told."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from earthshine.server import create_app
from tests.chats.api import Api
from tests.conformance.isolation_world import settings
from tests.web_searches.archive.saved import html

QUESTION = "How high is the tower?"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Generator[Api]:
    saved: Path = tmp_path_factory.mktemp("saved")
    (saved / "tower.html").write_bytes(html("https://a.test/tower"))
    app = create_app(settings(tmp_path_factory.mktemp("data")).model_copy(update={"web_archive": str(saved)}))
    with TestClient(app, raise_server_exceptions=False) as http:
        yield Api(http)


def test_a_research_answers_a_turn_and_no_later_one(api: Api) -> None:
    chat = api.chat(settings={"model": "scripted"})
    asked = {"research": {"language": "fr", "limits": {"pages": 1}}}
    effort = {"reasoning_effort": "low"}
    turn = chat.say(QUESTION, model="scripted-deep-research", settings=effort, earthshine=asked)
    # With these fields a new turn asks for the same.
    assert turn["research"] == {"model": "scripted-deep-research", "settings": effort, "earthshine": asked}
    assert (turn["status"], turn["response"]["model"]) == ("completed", "scripted-deep-research")
    research = api.get(f"/research/{turn['response_id']}")
    assert (research["question"], research["language"], research["limits"]) == (QUESTION, "fr", {"pages": 1})
    after = chat.say("Thanks.", turn["id"])
    assert after["response"]["model"] == "scripted" and after["research"] is None
    assert len(api.get("/research")["data"]) == 1


def test_other_models_have_no_use_for_it(api: Api) -> None:
    turn = api.chat(settings={"model": "scripted"}).say(QUESTION, earthshine={"research": {}})
    assert turn["status"] == "failed"
    assert "earthshine" in turn["error"]["message"]
