"""`earthshine projects` and `earthshine keys` against a running server."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from earthshine.cli import main
from tests.server_process import ServerProcess

Run = Callable[..., Result]


@pytest.fixture
def run(scripted_server: ServerProcess) -> Run:
    def invoke(*arguments: str, key: str = scripted_server.key) -> Result:
        return CliRunner(env={"EARTHSHINE_URL": scripted_server.url, "EARTHSHINE_KEY": key}).invoke(main, arguments)

    return invoke


def status(server: ServerProcess, key: str) -> int:
    request = urllib.request.Request(f"{server.url}/v1/models", headers={"authorization": f"Bearer {key}"})
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.status
    except urllib.error.HTTPError as error:
        return error.code


def test_a_project_and_its_keys(run: Run, scripted_server: ServerProcess) -> None:
    made = run("projects", "create", "قمر 🌙")
    assert made.exit_code == 0, made.output
    project = made.stdout.strip()
    listed = {each["id"]: each for each in json.loads(run("projects", "list", "--json").stdout)}
    assert listed[project]["name"] == "قمر 🌙"
    assert "قمر 🌙" in run("projects", "list").stdout

    created = run("keys", "create", "app", "--project", project, "--role", "viewer", "--expires-in-days", "2")
    value = created.stdout.strip()
    assert status(scripted_server, value) == 200
    assert value not in created.stderr
    shown = run("keys", "list", "--project", project)
    assert value not in shown.stdout
    assert value[:10] in shown.stdout
    (key,) = json.loads(run("keys", "list", "--project", project, "--json").stdout)
    assert key["earthshine"]["role"] == "viewer"

    rotated = run("keys", "rotate", key["id"], "--project", project, "--overlap", "0")
    assert status(scripted_server, value) == 401
    successor = rotated.stdout.strip()
    assert status(scripted_server, successor) == 200
    denied = run("projects", "list", key=successor)
    assert denied.exit_code == 1
    assert "organization.read" in denied.stderr

    new = json.loads(run("keys", "create", "other", "--project", project, "--json").stdout)
    assert run("keys", "revoke", new["id"], "--project", project).exit_code == 0
    assert status(scripted_server, new["value"]) == 401

    assert run("projects", "archive", project, "--yes").exit_code == 0
    assert status(scripted_server, successor) == 403
    assert project not in run("projects", "list").stdout
    assert project in run("projects", "list", "--archived").stdout


def test_admin_keys(run: Run) -> None:
    made = json.loads(run("keys", "create", "ops", "--admin", "--json").stdout)
    assert made["object"] == "organization.admin_api_key"
    assert run("projects", "list", key=made["value"]).exit_code == 0
    assert made["id"] in run("keys", "list", "--admin").stdout
    assert run("keys", "revoke", made["id"], "--admin").exit_code == 0
    ended = run("keys", "revoke", made["id"], "--admin")
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert made["id"] in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("keys", "create", "x", "--project", "../admin_api_keys"), "There is nothing"),
        (("keys", "list", "--project", "proj_none"), "No project"),
        (("keys", "create", "x", "--address", "moon"), "moon"),
        (("keys", "create", "x", "--admin", "--model", "m"), "--admin"),
        (("keys", "rotate", "key_none"), "key_none"),
        (("keys", "list", "--url", "http://127.0.0.1:9"), "earthshine serve"),
        (("projects", "archive", "default", "--yes"), "cannot be archived"),
    ],
)
def test_what_goes_wrong_is_one_line(arguments: tuple[str, ...], words: str, run: Run) -> None:
    ended = run(*arguments)
    assert ended.exit_code in (1, 2)
    assert words in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert not ended.stdout
