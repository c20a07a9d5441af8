"""`earthshine connect CLIENT` against a running server."""

from __future__ import annotations

import json
import re
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from earthshine.cli import main
from tests.server_process import ServerProcess

Run = Callable[..., Result]


@pytest.fixture
def run(scripted_server: ServerProcess, tmp_path: Path) -> Run:
    def invoke(*arguments: str, key: str = scripted_server.key) -> Result:
        env = {"EARTHSHINE_URL": scripted_server.url, "EARTHSHINE_KEY": key, "HOME": str(tmp_path)}
        return CliRunner(env=env).invoke(main, arguments)

    return invoke


def ask(server: ServerProcess, key: str, path: str, body: Any = None) -> int:
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(server.url + path, data, headers), timeout=20) as reply:
            return reply.status
    except urllib.error.HTTPError as error:
        return error.code


def test_a_client_gets_a_file_and_a_key_that_asks_its_model_only(
    run: Run, scripted_server: ServerProcess, tmp_path: Path
) -> None:
    made = run("connect", "codex", "--model", "scripted", "--write")
    assert made.exit_code == 0, made.output
    written = tomllib.loads((tmp_path / ".codex/earthshine.config.toml").read_text())
    assert written["model"] == "scripted"
    assert written["model_providers"]["earthshine"]["base_url"] == f"{scripted_server.url}/v1"
    (key,) = re.findall(r"export EARTHSHINE_CODEX_KEY=(\S+)", made.stdout)
    assert ask(scripted_server, key, "/v1/responses", {"model": "scripted", "input": "Hello."}) == 200
    known = {each["id"]: each for each in json.loads(run("keys", "list", "--json").stdout)}
    assert ask(scripted_server, key, "/v1/organization/projects/default/api_keys") == 403
    revoke = re.findall(r"`earthshine (keys revoke \S+)`", made.stderr)[-1]
    assert known[revoke.split()[-1]]["earthshine"]["allowed_models"] == ["scripted"]
    again = run("connect", "codex", "--model", "scripted", "--print")
    assert revoke in again.stderr, "the older key of that name is told"
    assert run(*revoke.split()).exit_code == 0
    assert ask(scripted_server, key, "/v1/models") == 401


def test_what_cannot_be_joined_is_told_before_a_key_is_made(
    run: Run, scripted_server: ServerProcess, tmp_path: Path
) -> None:
    (tmp_path / ".qwen").mkdir()
    (tmp_path / ".qwen/.env").write_text("OPENAI_API_KEY=mine\n")
    before = run("keys", "list").stdout
    refused = run("connect", "qwen-code", "--model", "scripted", "--write")
    assert refused.exit_code == 1 and "OPENAI_API_KEY already" in refused.stderr
    assert run("keys", "list").stdout == before
    assert (tmp_path / ".qwen/.env").read_text() == "OPENAI_API_KEY=mine\n"


def test_who_may_make_no_keys_gives_their_own(run: Run) -> None:
    mine = run("keys", "create", "mine", "--role", "member").stdout.strip()
    refused = run("connect", "aider", "--model", "scripted", key=mine)
    assert refused.exit_code == 1 and "--same-key" in refused.stderr
    assert mine in run("connect", "aider", "--model", "scripted", "--same-key", key=mine).stdout


def test_without_a_client_it_lists_them_and_an_unknown_one_is_told(run: Run) -> None:
    assert "codex" in run("connect").stdout
    assert "Known are: codex" in run("connect", "nope").stderr
    assert "There are: " in run("connect", "aider", "--model", "nope").stderr
    assert "has no file" in run("connect", "n8n", "--write").stderr


def test_an_environment_is_still_connected_by_the_old_name(run: Run) -> None:
    shown = run("connect", "cntr_1", "--workspace", ".", "--help")
    assert shown.exit_code == 0 and "ENVIRONMENT_ID" in shown.stdout
