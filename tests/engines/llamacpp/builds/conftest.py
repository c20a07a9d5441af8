"""What is chosen among builds is up to these tests, whichever build the others are run with."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def no_build_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EARTHSHINE_LLAMA_SERVER", raising=False)
