"""The administrator's client, and a project to work in."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from openai import OpenAI

from tests.accounts.administration import sdk
from tests.server_process import ServerProcess


@pytest.fixture(scope="module")
def root(scripted_server: ServerProcess) -> Generator[OpenAI]:
    with sdk(scripted_server, scripted_server.key) as opened:
        yield opened


@pytest.fixture
def project(root: OpenAI) -> str:
    return root.admin.organization.projects.create(name="Lunar قمر 🌙").id
