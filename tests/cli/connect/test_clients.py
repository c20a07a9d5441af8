"""The table of clients: each entry can be filled in, read by its client's format, and shown in four languages."""

from __future__ import annotations

import json
import re
import tomllib
from importlib.resources import files

import click
import pytest
import yaml

from bench.clients._page import tried
from earthshine.cli.connect.clients import Client, known_clients
from tests.conftest import ROOT

CLIENTS = known_clients()
READ = {"json": json.loads, "toml": tomllib.loads, "yaml": yaml.safe_load, "dotenv": str}


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_an_entry_filled_in_is_whole(client: Client) -> None:
    ready = client.filled("http://here:1", "sk-secret", "qwen3.5:4b@q4")
    said = repr(ready)
    assert "sk-secret" in said or ready.kind in ("editor", "app"), "the key is in it, or is typed into a form"
    assert "qwen3.5:4b@q4" in said or ready.every_model, "so is the model, or people choose it there"
    assert "http://here:1" in said or client.id == "openai"
    for name in ("base", "origin", "key", "model"):
        assert f"{{{name}}}" not in said
    assert ready.file or ready.env or ready.steps
    if ready.file:
        assert READ[ready.file.format](ready.file.text)
        assert ready.file.own or ready.file.format != "toml", "TOML is not joined with what is there"


def test_a_file_that_is_not_ours_gets_names_of_ours_only() -> None:
    shared = [each.file for each in CLIENTS.values() if each.file and not each.file.own and each.file.format == "json"]
    assert shared
    for file in shared:
        level = json.loads(file.text)
        while not any(name.lower() == "earthshine" for name in level):
            assert len(level) == 1, f"{file.path} would change a setting of somebody's"
            (level,) = level.values()
            assert isinstance(level, dict)


def test_texts_have_four_languages() -> None:
    for entry in json.loads(files("earthshine.cli.connect").joinpath("clients.json").read_text()):
        for name in ("note", "steps"):
            assert set(entry.get(name, {})) in (set(), {"en", "fr", "ar", "zh"}), f"{entry['id']}: {name}"
            for text in entry.get(name, {}).values():
                assert all(f"{{{each}}}" in text for each in ("base", "model") if f"{{{each}}}" in entry[name]["en"])


@pytest.mark.parametrize("model", ['a"b', "a b", "a\nb", "", "{key}"])
def test_a_name_that_a_format_would_read_otherwise_is_refused(model: str) -> None:
    with pytest.raises(click.ClickException, match="--model"):
        CLIENTS["codex"].filled("http://here:1", "sk-secret", model)


def test_what_was_tried_is_said_with_its_version() -> None:
    assert re.fullmatch(r"Codex CLI [\d.]+ \(20\d\d-\d\d-\d\d\)", CLIENTS["codex"].tried)
    assert CLIENTS["n8n"].tried == ""
    known = {each["client"]: each for each in json.loads((ROOT / "bench/clients/results.json").read_text())}
    assert tried(known) == json.loads(files("earthshine.cli.connect").joinpath("tried.json").read_text())
