"""What tests of agents may ask for."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from openai import OpenAI

from tests.responses.clients import sync_client
from tests.server_process import ServerProcess


@pytest.fixture(scope="module")
def sdk(scripted_server: ServerProcess) -> Generator[OpenAI]:
    with sync_client(scripted_server) as opened:
        yield opened
