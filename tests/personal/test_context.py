"""What is said to the model before a turn."""

from __future__ import annotations

from itertools import chain, repeat
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earthshine.accounts.authorization.ownership import Owner
from earthshine.personal.context import MEMORY_TOKENS, estimate, instructions_for, memory_list, settings_for
from tests.personal.conftest import People, Person

HEADING = "What you know about the person:"


@pytest.fixture(autouse=True)
def nothing_set(people: People) -> None:
    for memory in people.amal.done("GET", "/memories?limit=100")["data"]:
        people.amal.done("DELETE", f"/memories/{memory['id']}")
    people.amal.done("POST", "/preferences", {"instructions": "", "memory_enabled": True})


def test_nothing_says_nothing(people: People) -> None:
    assert people.call(instructions_for, people.amal, None, None) == []
    assert people.call(instructions_for, people.amal, "asst_gone", "space_gone") == []
    blank = people.amal.done("POST", "/assistants", {"name": "x", "instructions": " \n "})["id"]
    assert people.call(instructions_for, people.amal, blank, None) == []


def test_everything_in_its_order(people: People) -> None:
    assistant = people.amal.done("POST", "/assistants", {"name": "x", "instructions": "Teach."})["id"]
    space = people.amal.done("POST", "/spaces", {"name": "x", "instructions": "It is about the moon."})["id"]
    people.amal.done("POST", "/preferences", {"instructions": "Write Arabic."})
    people.amal.done("POST", "/memories", {"text": "Lives in\nFès."})
    expected = ["Teach.", "It is about the moon.", "Write Arabic.", f"{HEADING}\n- Lives in Fès."]
    assert people.call(instructions_for, people.amal, assistant, space) == expected
    people.amal.done("POST", "/preferences", {"memory_enabled": False})
    assert people.call(instructions_for, people.amal, assistant, space) == expected[:3]


def test_a_space_brings_its_assistant_unless_the_chat_has_one(people: People) -> None:
    one, two = (
        people.amal.done("POST", "/assistants", {"name": name, "instructions": name, "model": name})["id"]
        for name in ("one", "two")
    )
    space = people.amal.done("POST", "/spaces", {"name": "x", "assistant_id": one})["id"]
    assert people.call(instructions_for, people.amal, None, space) == ["one"]
    assert people.call(instructions_for, people.amal, two, space) == ["two"]
    assert people.call(settings_for, people.amal, None, space)["model"] == "one"
    people.amal.done("DELETE", f"/assistants/{one}")
    assert people.call(instructions_for, people.amal, None, space) == []
    assert "model" not in people.call(settings_for, people.amal, None, space)


def test_a_space_brings_the_collections_that_its_person_may_search(people: People) -> None:
    def made(who: Person, **more: Any) -> str:
        return who.done("POST", "/vector_stores", {"name": "x", **more})["id"]

    def found() -> list[str]:
        return people.call(settings_for, Owner(people.amal.project, people.amal.user), None, space)["vector_store_ids"]

    mine, gone, shared, hidden = made(people.amal), made(people.amal), made(people.badr, shared=True), made(people.badr)
    space = people.amal.done("POST", "/spaces", {"name": "x", "vector_store_ids": [shared, mine, gone]})["id"]
    assert found() == [shared, mine, gone]
    place = f"/spaces/{space}"
    for wrong in (hidden, "vs_none", made(people.stranger, shared=True)):
        assert people.amal.refused("POST", place, {"vector_store_ids": [mine, wrong]}) == (404, "vector_store_ids[1]")
    people.amal.done("DELETE", f"/vector_stores/{gone}")
    people.badr.done("POST", f"/vector_stores/{shared}", {"shared": False})
    assert found() == [mine]
    people.amal.done("POST", place, {"vector_store_ids": []})
    assert found() == []
    assert people.amal.refused("POST", place, {"vector_store_ids": [mine] * 17})[0] == 400


def test_others_things_are_not_taken(people: People) -> None:
    hidden = people.badr.done("POST", "/assistants", {"name": "x", "instructions": "Hidden."})["id"]
    shown = people.badr.done("POST", "/assistants", {"name": "x", "instructions": "Shown.", "shared": True})["id"]
    space = people.badr.done("POST", "/spaces", {"name": "x", "instructions": "Hidden."})["id"]
    people.badr.done("POST", "/memories", {"text": "Hidden."})
    assert people.call(instructions_for, people.amal, hidden, space) == []
    assert people.call(instructions_for, people.amal, shown, space) == ["Shown."]
    assert people.call(instructions_for, people.stranger, shown, None) == []


def test_newest_memories_first(people: People) -> None:
    made = [people.amal.done("POST", "/memories", {"text": f"Fact {number}."}) for number in range(4)]
    newest = [each["text"] for each in sorted(made, key=lambda each: each["id"], reverse=True)]
    (text,) = people.call(instructions_for, people.amal, None, None)
    assert text.splitlines() == [HEADING, *(f"- {each}" for each in newest)]


@given(st.lists(st.text(min_size=1, max_size=2_000), max_size=30))
def test_memories_never_take_more_than_their_part(memories: list[str]) -> None:
    text = memory_list(memories)
    assert estimate(text) <= MEMORY_TOKENS
    assert all(line.startswith("- ") for line in text.splitlines()[1:]) or not text


def test_the_memory_that_does_not_fit_is_cut_and_ends_the_list() -> None:
    text = memory_list(chain(["The newest."], repeat("word " * 100)))
    lines = text.splitlines()
    assert lines[1] == "- The newest."
    assert lines[-1].endswith("word…")
    assert estimate(text) > MEMORY_TOKENS * 0.9
    assert memory_list(["قمر " * 500]).endswith("…")


def test_the_estimate_is_not_below_what_common_tokenizers_make() -> None:
    assert estimate("") == 0
    assert estimate("abcd" * 100) == 100
    assert estimate("月" * 300) == 200
