"""These tests are about how a database gets its tables: none is a copy."""

from __future__ import annotations

import pytest

from earthshine.database import Database
from tests.databases import open_plainly


@pytest.fixture(autouse=True)
def _no_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Database, "open", open_plainly)
