"""The settings as operators see them: values, where each came from, and no secret."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from earthshine.database import Database
from earthshine.engines.llamacpp.plan import physical_cores
from earthshine.operations.chosen_settings import ChosenSettings
from earthshine.operations.setting_origins import MASK, origins, setting_objects
from earthshine.settings import load_settings
from tests.models.console import ROOT, open_console

FILE = """
port = 9000
hf_token = "hf_a_secret"
package_index = "https://me:a-secret@index.example/simple"
idle_unload = 60

[upstreams.far]
base_url = "http://far.example/v1"
api_key = "sk-a-secret"
models = { "Big" = "big" }
"""


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Settings from everywhere, by name."""
    (tmp_path / "earthshine.toml").write_text(FILE, "utf-8")
    monkeypatch.setenv("EARTHSHINE_CONFIG", str(tmp_path / "earthshine.toml"))
    monkeypatch.setenv("EARTHSHINE_SLOTS", "4")
    monkeypatch.delenv("EARTHSHINE_PACKAGE_INDEX")
    monkeypatch.setenv("EARTHSHINE_IDLE_UNLOAD", "30")
    settings = load_settings(threads=2, port=9000, database_url="postgresql://me:a-secret@db/x")
    chosen = ChosenSettings(cast("Database", None), settings)
    return {each["name"]: each for each in setting_objects(settings, origins(settings), chosen, {})}


def test_each_setting_says_where_it_came_from(shown: dict[str, Any]) -> None:
    found = {name: (each["value"], each["origin"]) for name, each in shown.items()}
    assert found["slots"] == (4, "environment")
    assert found["idle_unload"] == (30, "environment")
    assert found["threads"] == (2, "flag")
    assert found["host"] == ("127.0.0.1", "default")
    # A flag that says what the file says changes nothing, so it is the file's.
    assert found["port"] == (9000, "file")
    assert shown["port"]["default"] == 8000
    assert all(each["description"] for each in shown.values())


def test_secrets_are_masked_however_deep_they_are(shown: dict[str, Any]) -> None:
    assert "secret" not in str([each["value"] for each in shown.values()])
    assert (shown["hf_token"]["value"], shown["hf_token"]["secret"]) == (MASK, True)
    assert shown["package_index"]["value"] == f"https://{MASK}@index.example/simple"
    assert shown["smtp_url"]["value"] == ""
    assert shown["database_url"]["value"] == MASK
    far = shown["upstreams"]["value"]["far"]
    assert (far["api_key"], far["base_url"], far["models"]) == (MASK, "http://far.example/v1", {"Big": "big"})


def test_only_operators_read_them(tmp_path: Path) -> None:
    with open_console(tmp_path) as console:
        names = {each["name"]: each["value"] for each in console.ask("GET", "/settings")["data"]}
        assert names["default_model"] == "scripted"
        assert ROOT not in str(names)
        console.ask("GET", "/settings", who=console.project_key(), status=403)


def test_what_is_in_force_is_shown_where_a_setting_leaves_it_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    with open_console(tmp_path, default_model="", threads=0, package_index="", max_streams=100) as console:

        def listed() -> dict[str, Any]:
            return {each["name"]: each for each in console.ask("GET", "/settings")["data"]}

        found = listed()
        in_force = {name: each["in_force"] for name, each in found.items()}
        assert (found["default_model"]["value"], in_force["default_model"]) == ("", "scripted")
        assert (found["threads"]["value"], in_force["threads"]) == (0, physical_cores())
        assert in_force["memory_budget"] == console.ask("GET", "/machine")["memory_budget"] // 2**20
        assert (in_force["max_streams_per_key"], in_force["max_streams_per_address"]) == (75, 87)
        assert in_force["blobs"] == str(tmp_path / "blobs")
        assert in_force["otlp_endpoint"] == "http://127.0.0.1:4318"
        assert in_force["slots"] == found["slots"]["value"]
        assert all(each["in_force"] is None for each in found.values() if each["secret"])
        for allowed in (True, False):
            console.ask("POST", "/servers/private_addresses", {"allowed": allowed})
            switch = listed()["allow_private_upstreams"]
            assert (switch["value"], switch["in_force"], switch["origin"]) == (None, allowed, "console")
        assert found["allow_private_upstreams"]["origin"] == "default"


def test_what_is_in_force_of_an_index_shows_no_password(tmp_path: Path) -> None:
    with open_console(tmp_path, package_index="https://me:a-secret@index.example/simple") as console:
        assert "a-secret" not in str(console.ask("GET", "/settings"))
