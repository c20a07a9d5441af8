"""The list of models, what is loaded, and the machine."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

import pytest

from earthshine.catalog.curated import entries
from tests.catalog.gguf.gguf_writer import write_gguf
from tests.models.console import Console, open_console, until


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Generator[Console]:
    with open_console(tmp_path_factory.mktemp("console")) as opened:
        yield opened


def test_the_catalog_is_our_list_seen_from_this_machine(console: Console) -> None:
    data = console.ask("GET", "/catalog", who=console.project_key())["data"]
    assert [each["name"] for each in data] == [entry.card.name for entry in entries()]
    assert sum(each["recommended"] for each in data) <= 1
    for each in data:
        assert each["fits"] is False if each["server"] else each["needs_memory"] > each["size"]
        assert each["licence"] and each["fit"] and each["checked"]
        assert each["installed_as"] is None


def engine(console: Console, model: str) -> Any:
    return next((each for each in console.ask("GET", "/engines")["data"] if each["model"] == model), None)


def test_a_model_is_loaded_and_unloaded(console: Console) -> None:
    assert console.ask("POST", "/engines", {"model": "default"})["model"] == "scripted"
    ready = until(lambda: (found := engine(console, "scripted")) and found["state"] == "ready" and found)
    assert (ready["engine"], ready["requests"], ready["error"]) == ("scripted", 0, None)
    assert ready["ready_at"] > 1_700_000_000
    assert ready["proof"] is None  # it takes messages, and there is no template to be proved
    assert console.ask("DELETE", "/engines/scripted")["deleted"] is True
    assert engine(console, "scripted") is None
    error = console.ask("DELETE", "/engines/scripted", status=404)["error"]
    assert error["param"] == "model"


def test_what_cannot_be_loaded_says_why(console: Console, tmp_path_factory: pytest.TempPathFactory) -> None:
    weights = write_gguf(tmp_path_factory.mktemp("w") / "hollow.gguf")
    begun = console.ask("POST", "/catalog/downloads", {"source": f"file:{weights}"})["id"]
    until(lambda: console.ask("GET", f"/catalog/downloads/{begun}")["state"] == "completed")
    console.ask("POST", "/engines", {"model": "hollow"})
    failed = until(lambda: (found := engine(console, "hollow")) and found["state"] == "failed" and found)
    assert failed["error"]["code"] and failed["error"]["message"]
    assert (failed["memory"], failed["ready_at"]) == (0, None)
    console.ask("POST", "/engines", {"model": "nobody"}, status=404)


def test_the_machine(console: Console) -> None:
    machine = console.ask("GET", "/machine")
    assert 1 <= machine["cores"] <= (os.cpu_count() or 1)
    assert 0 < machine["disk_free"] <= machine["disk_total"]
    assert {each["name"] for each in machine["engines"]} >= {"llamacpp", "openai_compatible", "scripted"}
    console.ask("GET", "/machine", who=console.project_key(), status=403)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/engines", {"model": "scripted"}),
        ("DELETE", "/engines/scripted", None),
        ("POST", "/catalog/downloads", {"name": "recommended"}),
        ("GET", "/catalog/downloads", None),
        ("DELETE", "/catalog/downloads/x", None),
    ],
)
def test_only_operators_change_what_all_share(method: str, path: str, body: Any, console: Console) -> None:
    console.ask(method, path, body, who=console.project_key(), status=403)
