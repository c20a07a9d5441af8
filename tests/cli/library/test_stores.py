"""`earthshine stores` against a running server."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from earthshine.cli import main
from tests.server_process import ServerProcess

Run = Callable[..., Result]


@pytest.fixture
def run(scripted_server: ServerProcess) -> Run:
    def invoke(*arguments: str) -> Result:
        env = {"EARTHSHINE_URL": scripted_server.url, "EARTHSHINE_KEY": scripted_server.key}
        return CliRunner(env=env).invoke(main, arguments)

    return invoke


def test_a_store_is_filled_searched_and_removed(run: Run, tmp_path: Path) -> None:
    store = run("stores", "create", "عقود").stdout.strip()
    tower, rent = tmp_path / "tour.md", tmp_path / "عقد.txt"
    tower.write_text("# La tour\n\nLa tour Eiffel mesure 330 mètres.\n")
    rent.write_text("يدفع المستأجر الإيجار في اليوم الأول من كل شهر.\n")
    added = run("stores", "add", store, str(tower), str(rent))
    assert added.exit_code == 0, added.output
    assert added.stdout.count(": completed") == 2 and "tour.md" in added.stdout
    listed = run("stores", "list").stdout
    assert "عقود" in listed
    shown = run("stores", "show", store).stdout
    assert shown.count("completed") == 2 and "عقد.txt" in shown

    found = json.loads(run("stores", "search", store, "متى يدفع إيجار", "--json").stdout)
    assert found[0]["filename"] == "عقد.txt"
    rebuilt = json.loads(run("stores", "rebuild", store, "--json").stdout)
    assert [(each["vector_store_id"], each["status"]) for each in rebuilt] == [(store, "completed")]
    assert f"{store} is rebuilt." in run("stores", "rebuild", "--all").stderr
    told = run("stores", "search", store, "tours", "--limit", "1").stdout
    assert told.startswith("tour.md") and "330 mètres" in told
    assert run("stores", "remove", store).exit_code == 0
    gone = run("stores", "show", store)
    assert gone.exit_code == 1 and store in gone.stderr


def test_what_cannot_be_read_is_said_and_the_rest_can_be_found(run: Run, tmp_path: Path) -> None:
    store = run("stores", "create", "mixed").stdout.strip()
    good, bad = tmp_path / "good.txt", tmp_path / "bad.pdf"
    good.write_text("The moon is lit by the earth.")
    bad.write_bytes(b"%PDF-1.7\nno more than this")
    added = run("stores", "add", store, str(good), str(bad))
    assert added.exit_code == 1
    lines = {line.split("  ")[1].split(": ")[0]: line for line in added.stdout.splitlines()}
    assert lines["good.txt"].endswith(": completed")
    assert ": failed: " in lines["bad.pdf"]
    assert "moon" in run("stores", "search", store, "moon").stdout


def test_nothing_is_sent_to_a_store_that_is_not_there(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("a")
    refused = run("stores", "add", "vs_none", str(path))
    assert refused.exit_code == 1 and "vs_none" in refused.stderr


def test_what_is_to_be_rebuilt_is_named_in_one_way(run: Run) -> None:
    for arguments in ((), ("vs_1", "--all")):
        refused = run("stores", "rebuild", *arguments)
        assert refused.exit_code == 2 and "--all" in refused.stderr
    assert run("stores", "rebuild", "vs_none").exit_code == 1
