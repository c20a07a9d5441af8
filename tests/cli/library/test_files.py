"""`earthshine files` against a running server."""

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


def test_a_file_is_sent_listed_fetched_and_removed(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = "نصّ\0".encode() * 200_000
    path = tmp_path / "تقرير 2026 🌙.txt"
    path.write_bytes(content)
    sent = run("files", "add", str(path))
    assert sent.exit_code == 0, sent.output
    file_id = sent.stdout.strip()
    listed = {each["id"]: each for each in json.loads(run("files", "list", "--json").stdout)}
    assert listed[file_id]["filename"] == path.name
    assert listed[file_id]["bytes"] == len(content)
    shown = run("files", "list", "--purpose", "user_data").stdout
    assert path.name in shown and "1.3 MiB" in shown
    assert file_id not in run("files", "list", "--purpose", "batch").stdout

    monkeypatch.chdir(tmp_path)
    again = run("files", "get", file_id)
    assert again.exit_code == 2
    assert "is there already" in again.stderr
    assert path.read_bytes() == content
    fetched = run("files", "get", file_id, "--output", "copy")
    assert fetched.stdout == "copy\n"
    assert (tmp_path / "copy").read_bytes() == content
    assert run("files", "get", file_id, "-o", "-").stdout_bytes == content

    assert run("files", "remove", file_id).exit_code == 0
    gone = run("files", "get", file_id, "-o", "other")
    assert gone.exit_code == 1 and file_id in gone.stderr
    assert not (tmp_path / "other").exists()


def test_several_files_are_sent_in_order_and_a_refused_one_is_named(run: Run, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.md", "b.md")]
    for path in paths:
        path.write_text(path.name)
    ids = run("files", "add", *map(str, paths), "--json")
    assert [each["filename"] for each in json.loads(ids.stdout)] == ["a.md", "b.md"]
    refused = run("files", "add", str(paths[0]), "--purpose", "fine-tune", "--url", "http://127.0.0.1:9")
    assert refused.exit_code == 1
    assert str(paths[0]) in refused.stderr and "http://127.0.0.1:9" in refused.stderr
