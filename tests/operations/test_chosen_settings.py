"""Settings that are chosen in the app: in force at once and after a restart, below what flags and the file give."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from earthshine.models.better import BetterModel
from earthshine.server import create_app
from earthshine.settings import Settings
from tests.models.console import ROOT, Console, open_console

FAR: dict[str, Any] = {"base_url": "http://127.0.0.1:1/v1", "models": {"big": "big", "nomic-embed": "nomic-embed"}}


@contextmanager
def opened(data: Path, **more: Any) -> Generator[Console]:
    """A server that was told nothing about the settings that can be chosen."""
    settings = Settings(data=data, scripted=True, embedded_model=False, bootstrap_key=ROOT, **more)
    with TestClient(create_app(settings), raise_server_exceptions=False) as http:
        yield Console(http)


def shown(console: Console, name: str) -> tuple[Any, str, bool]:
    """Value, origin, and whether it can be chosen."""
    found = next(each for each in console.ask("GET", "/settings")["data"] if each["name"] == name)
    return found["value"], found["origin"], found["choosable"]


def default(console: Console) -> str:
    """What the name `default` means."""
    return console.ask("GET", "/models/default")["earthshine"]["alias_of"]


def test_a_choice_is_in_force_at_once_and_after_a_restart(tmp_path: Path) -> None:
    with opened(tmp_path) as console:
        assert shown(console, "site_name") == ("Earthshine", "default", True)
        made = console.ask("POST", "/settings/site_name", {"value": " دار الحكمة "})
        assert (made["value"], made["origin"]) == ("دار الحكمة", "console")
        assert console.ask("GET", "/setup")["name"] == "دار الحكمة"
        console.ask("POST", "/settings/better_model", {"value": "off"})
    with opened(tmp_path) as console:
        assert console.ask("GET", "/setup")["name"] == "دار الحكمة"
        assert shown(console, "better_model") == ("off", "console", True)
        console.ask("POST", "/settings/site_name", {"value": None})
        assert shown(console, "site_name") == ("Earthshine", "default", True)
        events = console.ask("GET", "/organization/audit_logs?event_types[]=setting.updated")["data"]
        assert [each["setting.updated"]["id"] for each in events] == ["site_name", "better_model", "site_name"]


def test_the_default_model_is_chosen_among_those_that_chat(tmp_path: Path) -> None:
    with opened(tmp_path, upstreams={"far": FAR}) as console:
        for wrong in ("nowhere", "nomic-embed", "default", "default-embedding"):
            refused = console.ask("POST", "/settings/default_model", {"value": wrong}, status=400)
            assert refused["error"]["param"] == "value"
        console.ask("POST", "/settings/default_model", {"value": "scripted"})
        assert default(console) == "scripted"
        console.ask("POST", "/settings/default_model", {"value": None})
        assert default(console) == "big"


def test_a_choice_begins_what_it_asks_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    began: list[BetterModel] = []

    def start(better: BetterModel) -> None:
        began.append(better)

    monkeypatch.setattr(BetterModel, "start", start)
    with opened(tmp_path) as console:
        assert len(began) == 1
        console.ask("POST", "/settings/better_model", {"value": "auto"})
        assert len(began) == 2


def test_what_the_settings_give_wins_whatever_was_chosen_before(tmp_path: Path) -> None:
    with opened(tmp_path) as console:
        console.ask("POST", "/settings/site_name", {"value": "Chosen"})
    with opened(tmp_path, site_name="Given") as console:
        assert console.ask("GET", "/setup")["name"] == "Given"
        assert shown(console, "site_name")[2] is False
        console.ask("POST", "/settings/site_name", {"value": "Other"}, status=409)
        console.ask("POST", "/settings/site_name", {"value": None}, status=409)


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("site_name", {"value": ""}, 400),
        ("site_name", {"value": "x" * 65}, 400),
        ("site_name", {"value": "a\nb"}, 400),
        ("site_name", {"value": 7}, 400),
        ("site_name", {}, 400),
        ("better_model", {"value": "always"}, 400),
        ("port", {"value": "1"}, 400),
        ("bootstrap_key", {"value": None}, 400),
        ("nothing", {"value": "1"}, 404),
    ],
)
def test_what_cannot_be_is_refused_by_name(console: Console, name: str, body: Any, status: int) -> None:
    refused = console.ask("POST", f"/settings/{name}", body, status=status)["error"]
    assert refused["param"] in ("name", "value")


def test_only_who_runs_the_installation_chooses(console: Console) -> None:
    console.ask("POST", "/settings/site_name", {"value": "Mine"}, who=console.project_key(), status=403)


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Generator[Console]:
    with open_console(tmp_path_factory.mktemp("data")) as opened_console:
        yield opened_console
