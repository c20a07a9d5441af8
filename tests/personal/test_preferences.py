"""What a person sets for the whole app."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from earthshine.personal.context import wants_model_titles
from tests.personal.conftest import People

SETTINGS = {"temperature": None, "top_p": None, "max_output_tokens": None, "reasoning_effort": None}
DEFAULTS: dict[str, Any] = {
    "object": "preferences",
    "language": None,
    "theme": "system",
    "model": None,
    "instructions": "",
    "settings": SETTINGS,
    "memory_enabled": True,
    "titles": "model",
    "send_with": "enter",
    "show_thinking": False,
    "draft": "",
    "onboarded": False,
    "updated_at": None,
}


def test_defaults_changes_and_neighbours(people: People) -> None:
    assert people.badr.done("GET", "/preferences") == DEFAULTS
    changed = people.badr.done("POST", "/preferences", {"language": "ar", "settings": {"temperature": 0.1}})
    changed = people.badr.done("POST", "/preferences", {"theme": "dark", "draft": "ما القمر؟ 🌙"})
    expected = {"language": "ar", "theme": "dark", "draft": "ما القمر؟ 🌙"}
    settings = {**SETTINGS, "temperature": 0.1}
    assert changed == {**DEFAULTS, **expected, "settings": settings, "updated_at": changed["updated_at"]}
    assert changed["updated_at"] > 10**9
    assert people.badr.done("GET", "/preferences") == changed
    assert people.badr.done("POST", "/preferences", {"language": None})["language"] is None
    assert people.stranger.done("GET", "/preferences") == DEFAULTS


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"language": "xx"}, "language"),
        ({"theme": None}, "theme"),
        ({"memory_enabled": 1}, "memory_enabled"),
        ({"settings": {"top_p": 2}}, "settings.top_p"),
        ({"onbarded": True}, "onbarded"),
        ({"draft": "x" * 200_001}, "draft"),
    ],
)
def test_wrong_preferences(body: dict[str, Any], param: str, people: People) -> None:
    assert people.amal.refused("POST", "/preferences", body) == (400, param)


def test_first_changes_at_once_make_one_object(people: People) -> None:
    changes = [{"theme": "dark"}, {"language": "fr"}, {"onboarded": True}, {"send_with": "mod_enter"}]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda change: people.stranger.done("POST", "/preferences", change), changes))
    found = people.stranger.done("GET", "/preferences")
    assert [found[name] for change in changes for name in change] == ["dark", "fr", True, "mod_enter"]


def test_titles(people: People) -> None:
    people.amal.done("POST", "/preferences", {"titles": "first_words"})
    assert not people.call(wants_model_titles, people.amal)
    people.amal.done("POST", "/preferences", {"titles": "model"})
    assert people.call(wants_model_titles, people.amal)
