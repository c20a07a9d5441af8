"""Assistants, prompts, spaces and memories over HTTP: what they hold, who sees them, and what is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from earthshine.personal import store
from tests.personal.conftest import People

SMALLEST: dict[str, dict[str, Any]] = {
    "assistants": {"name": "Tutor"},
    "prompts": {"name": "Explain", "text": "Explain it."},
    "spaces": {"name": "Moon"},
    "memories": {"text": "Likes short replies."},
}
KINDS = sorted(SMALLEST)


def test_an_assistant_whole(people: People) -> None:
    body = {
        "name": "مدرّس الفيزياء 🌙",
        "description": "Teaches.",
        "icon": "👩🏽‍🚀",
        "instructions": "Answer in Arabic.",
        "model": "scripted",
        "settings": {"temperature": 0.2, "reasoning_effort": "low"},
        "tools": [],
        "starters": ["What is the moon?"],
        "shared": True,
    }
    made = people.amal.done("POST", "/assistants", body)
    settings = {"temperature": 0.2, "top_p": None, "max_output_tokens": None, "reasoning_effort": "low"}
    assert made == {
        **body,
        "settings": settings,
        "id": made["id"],
        "object": "assistant",
        "is_mine": True,
        "created_at": made["created_at"],
        "updated_at": made["created_at"],
    }
    assert made["id"].startswith("asst_")
    assert people.amal.done("GET", f"/assistants/{made['id']}") == made


def test_variables_of_prompts_are_found(people: People) -> None:
    text = "Explain {{ topic }} to {{who}}, then {{topic}} again, in {{اللغة}}; not {{}} nor {x} nor {{1st}}."
    made = people.amal.done("POST", "/prompts", {"name": "Explain", "text": text})
    assert made["variables"] == ["topic", "who", "اللغة"]
    changed = people.amal.done("POST", f"/prompts/{made['id']}", {"text": "Nothing to fill in."})
    assert changed["variables"] == []


def test_defaults(people: People) -> None:
    space = people.amal.done("POST", "/spaces", SMALLEST["spaces"])
    assert (space["icon"], space["instructions"], space["assistant_id"], space["shared"]) == ("", "", None, False)
    memory = people.amal.done("POST", "/memories", SMALLEST["memories"])
    assert (memory["source"], memory["chat_id"]) == ("person", None)
    assert "is_mine" not in memory


@pytest.mark.parametrize("kind", KINDS)
def test_the_life_of_a_thing(kind: str, people: People) -> None:
    made = people.amal.done("POST", f"/{kind}", SMALLEST[kind])
    field = "text" if kind == "memories" else "name"
    changed = people.amal.done("POST", f"/{kind}/{made['id']}", {field: "Something else"})
    assert {**changed, "updated_at": 0} == {**made, field: "Something else", "updated_at": 0}
    unchanged = people.amal.done("POST", f"/{kind}/{made['id']}", {})
    assert {**unchanged, "updated_at": 0} == {**changed, "updated_at": 0}
    gone = people.amal.done("DELETE", f"/{kind}/{made['id']}")
    assert gone == {"id": made["id"], "object": f"{made['object']}.deleted", "deleted": True}
    for method in ("GET", "POST", "DELETE"):
        assert people.amal.refused(method, f"/{kind}/{made['id']}", {} if method == "POST" else None)[0] == 404


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_shared_is_its_owners_alone(kind: str, people: People) -> None:
    made = people.amal.done("POST", f"/{kind}", SMALLEST[kind])
    for other in (people.badr, people.stranger):
        for method in ("GET", "POST", "DELETE"):
            assert other.refused(method, f"/{kind}/{made['id']}", {} if method == "POST" else None)[0] == 404
        assert made["id"] not in str(other.done("GET", f"/{kind}?limit=100"))
    assert people.amal.done("GET", f"/{kind}/{made['id']}") == made


@pytest.mark.parametrize("kind", ["assistants", "prompts"])
def test_what_is_shared_can_be_read_in_the_project_and_nowhere_else(kind: str, people: People) -> None:
    made = people.amal.done("POST", f"/{kind}", {**SMALLEST[kind], "shared": True})
    place = f"/{kind}/{made['id']}"
    assert people.badr.done("GET", place) == {**made, "is_mine": False}
    assert made["id"] in [each["id"] for each in people.badr.done("GET", f"/{kind}?limit=100")["data"]]
    assert people.badr.refused("POST", place, {"name": "Mine now"})[0] == 403
    assert people.badr.refused("DELETE", place)[0] == 403
    for method in ("GET", "POST", "DELETE"):
        assert people.stranger.refused(method, place, {} if method == "POST" else None)[0] == 404
    people.amal.done("POST", place, {"shared": False})
    assert people.badr.refused("GET", place)[0] == 404


@pytest.mark.parametrize("kind", KINDS)
def test_one_kinds_id_is_not_anothers(kind: str, people: People) -> None:
    made = people.amal.done("POST", f"/{kind}", SMALLEST[kind])
    for other in set(KINDS) - {kind}:
        assert people.amal.refused("GET", f"/{other}/{made['id']}")[0] == 404


def test_lists_are_newest_first_and_go_on(people: People) -> None:
    made = [people.stranger.done("POST", "/memories", {"text": f"Fact {number}"})["id"] for number in range(5)]
    newest = made[::-1]
    # Ids of one millisecond have no order among them; each page begins where the last one ended.
    first = people.stranger.done("GET", "/memories?limit=3")
    rest = people.stranger.done("GET", f"/memories?limit=3&after={first['last_id']}")
    assert (first["has_more"], rest["has_more"]) == (True, False)
    seen = [each["id"] for each in first["data"] + rest["data"]]
    assert seen == sorted(newest, reverse=True)
    assert people.stranger.refused("GET", "/memories?limit=0") == (400, "limit")
    assert people.stranger.refused("GET", "/memories?colour=red") == (400, "colour")


@pytest.mark.parametrize(
    ("kind", "body", "param"),
    [
        ("assistants", {}, "name"),
        ("assistants", {"name": " \u200a "}, "name"),
        ("assistants", {"name": "x" * 257}, "name"),
        ("assistants", {"name": "a\0b"}, "name"),
        ("assistants", {"name": None}, "name"),
        ("assistants", {"icon": "ab"}, "icon"),
        ("assistants", {"icon": "🌙🌙"}, "icon"),
        ("assistants", {"icon": "🌙" * 50}, "icon"),
        ("assistants", {"tools": [{"type": "flying"}]}, "tools"),
        ("assistants", {"settings": {"temperature": 3}}, "settings.temperature"),
        ("assistants", {"settings": {"colour": "red"}}, "settings.colour"),
        ("assistants", {"settings": None}, "settings"),
        ("assistants", {"starters": [""]}, "starters[0]"),
        ("assistants", {"starters": ["x"] * 9}, "starters"),
        ("assistants", {"instructions": "x" * 100_001}, "instructions"),
        ("assistants", {"shared": "yes"}, "shared"),
        ("assistants", {"colour": "red"}, "colour"),
        ("prompts", {"text": ""}, "text"),
        ("spaces", {"shared": True}, "shared"),
        ("spaces", {"assistant_id": "a b"}, "assistant_id"),
        ("memories", {"text": "x" * 2_001}, "text"),
        ("memories", {"source": "gossip"}, "source"),
    ],
)
def test_wrong_fields(kind: str, body: dict[str, Any], param: str, people: People) -> None:
    whole = {**SMALLEST[kind], **body} if body else {}
    assert people.amal.refused("POST", f"/{kind}", whole) == (400, param)
    if body:
        made = people.amal.done("POST", f"/{kind}", SMALLEST[kind])
        assert people.amal.refused("POST", f"/{kind}/{made['id']}", body) == (400, param)
        assert people.amal.done("GET", f"/{kind}/{made['id']}") == made


@pytest.mark.parametrize("icon", ["", "🌙", "❤️", "👍🏽", "👨‍👩‍👧‍👦", "🇲🇦", "7️⃣", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "☪️", "™"])
def test_icons(icon: str, people: People) -> None:
    assert people.amal.done("POST", "/spaces", {"name": "x", "icon": icon})["icon"] == icon


def test_a_spaces_assistant_must_be_one_that_its_owner_sees(people: People) -> None:
    hidden = people.badr.done("POST", "/assistants", {"name": "Hidden"})["id"]
    shown = people.badr.done("POST", "/assistants", {"name": "Shown", "shared": True})["id"]
    assert people.amal.refused("POST", "/spaces", {"name": "x", "assistant_id": hidden})[0] == 404
    space = people.amal.done("POST", "/spaces", {"name": "x", "assistant_id": shown})
    assert space["assistant_id"] == shown
    assert people.amal.refused("POST", f"/spaces/{space['id']}", {"assistant_id": hidden})[0] == 404
    assert people.amal.done("POST", f"/spaces/{space['id']}", {"assistant_id": None})["assistant_id"] is None


def test_settings_that_are_left_out_stay(people: People) -> None:
    made = people.amal.done("POST", "/assistants", {"name": "x", "settings": {"temperature": 0.5, "top_p": 0.9}})
    changed = people.amal.done("POST", f"/assistants/{made['id']}", {"settings": {"temperature": None}})
    assert (changed["settings"]["temperature"], changed["settings"]["top_p"]) == (None, 0.9)


def test_two_changes_at_once_are_both_kept(people: People) -> None:
    place = f"/assistants/{people.amal.done('POST', '/assistants', {'name': 'x'})['id']}"
    changes = [{"name": "y"}, {"description": "d"}, {"icon": "🌙"}, {"instructions": "i"}, {"model": "scripted"}]
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda change: people.amal.done("POST", place, change), changes))
    found = people.amal.done("GET", place)
    assert {name: found[name] for change in changes for name in change} == {
        name: value for change in changes for name, value in change.items()
    }


def test_there_is_a_most(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST", 3)
    for _ in range(3):
        people.stranger.done("POST", "/spaces", {"name": "x"})
    reply = people.stranger.ask("POST", "/spaces", {"name": "x"})
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "too_many")
