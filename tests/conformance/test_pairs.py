"""The official SDK, strict response validation on, against every pair that it has in the families served here."""

from __future__ import annotations

from collections.abc import Generator
from importlib import import_module
from pathlib import Path

import pytest
from openai import OpenAI

from earthshine.catalog import Catalog
from earthshine.settings import Settings
from tests.catalog.gguf.gguf_writer import write_gguf
from tests.conformance.sdk_walk import pairs
from tests.conformance.uses import DELETE_MODEL, USES
from tests.responses.clients import sync_client
from tests.server_process import ServerProcess

for _file in Path(__file__).parent.glob("uses/[a-z]*.py"):
    import_module(f"tests.conformance.uses.{_file.stem}")

FAMILIES = (
    "beta.agents.automations",
    "beta.agents.vaults",
    "beta.agents.environments",
    "responses",
    "batches",
    "conversations",
    "chat",
    "completions",
    "containers",
    "decisions",
    "embeddings",
    "models",
    "moderations",
    "files",
    "skills",
    "uploads",
    "vector_stores",
    "webhooks",
)
SESSION = "/agents/sessions"
AGENTS = {
    *("POST /agents", "GET /agents", "GET /agents/{}", "POST /agents/{}", "DELETE /agents/{}"),
    *(f"POST {SESSION}", f"GET {SESSION}", f"GET {SESSION}/{{}}", f"POST {SESSION}/{{}}", f"DELETE {SESSION}/{{}}"),
    *(f"POST {SESSION}/{{}}/events", f"GET {SESSION}/{{}}/events", f"GET {SESSION}/{{}}/items"),
    *(f"GET {SESSION}/{{}}/turns", f"GET {SESSION}/{{}}/turns/{{}}", f"GET {SESSION}/{{}}/turns/{{}}/items"),
    *(f"GET {SESSION}/{{}}/subagents{rest}" for rest in ("", "/{}", "/{}/items", "/{}/turns", "/{}/turns/{}")),
    f"GET {SESSION}/{{}}/subagents/{{}}/turns/{{}}/items",
    *(f"GET {SESSION}/{{}}/artifacts{rest}" for rest in ("", "/{}", "/{}/content")),
    *(f"DELETE {SESSION}/{{}}/artifacts/{{}}", f"GET {SESSION}/{{}}/traces"),
}
"""What is served of `beta.agents` beside automations and vaults."""


def test_every_pair_of_the_sdk_has_a_use() -> None:
    assert pairs("beta.agents") > AGENTS
    assert set(USES) == pairs(*FAMILIES) | AGENTS
    assert len(USES) == 142


@pytest.fixture(scope="module")
def client(scripted_server: ServerProcess) -> Generator[OpenAI]:
    """The SDK, strict. No weights are needed, so that the walk goes past PostgreSQL too."""
    with sync_client(scripted_server) as opened:
        yield opened


@pytest.fixture
async def deletable(scripted_server: ServerProcess, tmp_path: Path) -> None:
    """A second model by reference, which the walk may delete; its file stays."""
    await Catalog(Settings(data=scripted_server.data)).add(f"file:{write_gguf(tmp_path / 'tiny.gguf')}", "to-delete")


@pytest.mark.parametrize("pair", sorted(set(USES) - {DELETE_MODEL}))
def test_pair(pair: str, client: OpenAI) -> None:
    USES[pair](client)


def test_pair_that_deletes_a_model(client: OpenAI, deletable: None) -> None:
    USES[DELETE_MODEL](client)
