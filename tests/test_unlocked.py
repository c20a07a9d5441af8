"""What no lock file holds is named with its version, here and when all tests were last green."""

from __future__ import annotations

import re

import pytest

from tests import unlocked


def test_every_name_has_a_version_that_was_green() -> None:
    assert set(unlocked.last_green()) == set(unlocked.FINDERS)
    assert all(re.fullmatch(r"\d+(\.\d+)+", version) for version in unlocked.last_green().values())


@pytest.mark.parametrize(
    ("version", "words"),
    [("1.2", "as when the tests were last green"), ("1.3", "LAST GREEN WITH 1.2"), (unlocked.ABSENT, "not here")],
)
def test_a_difference_is_said(monkeypatch: pytest.MonkeyPatch, version: str, words: str) -> None:
    monkeypatch.setattr(unlocked, "last_green", lambda: {"Chromium": "1.2"})
    monkeypatch.setattr(unlocked, "here", lambda: {"Chromium": version})
    assert words in unlocked.describe("Chromium")
    assert version in unlocked.describe("Chromium")
