"""`earthshine users` against a running server."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result

from earthshine.cli import main
from tests.server_process import ServerProcess

Run = Callable[..., Result]
PASSWORD = "correct horse battery"


@pytest.fixture
def run(scripted_server: ServerProcess) -> Run:
    def invoke(*arguments: str, typed: str | None = None, key: str = scripted_server.key) -> Result:
        runner = CliRunner(env={"EARTHSHINE_URL": scripted_server.url, "EARTHSHINE_KEY": key})
        return runner.invoke(main, ("users", *arguments), input=typed)

    return invoke


def signs_in(server: ServerProcess, email: str, password: str = PASSWORD) -> bool:
    return post(server, "/earthshine/v1/sessions", {"email": email, "password": password}) == 200


def post(server: ServerProcess, path: str, body: dict[str, Any]) -> int:
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(server.url + path, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.status
    except urllib.error.HTTPError as error:
        return error.code


def listed(run: Run) -> dict[str, dict[str, Any]]:
    return {each["email"]: each for each in json.loads(run("list", "--json").stdout)}


def test_a_person_from_the_first_day_to_the_last(run: Run, scripted_server: ServerProcess) -> None:
    email = "Zoé.قمر@cli.example"
    made = run("create", "--email", email, "--name", "Zoé قمر 🌙", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert made.exit_code == 0, made.output
    assert made.stdout.strip().startswith("user_")
    assert PASSWORD not in made.output
    assert signs_in(scripted_server, email)
    shown = run("list").stdout
    assert "Zoé قمر 🌙" in shown
    assert "default:member" in shown

    assert run("role", email.upper(), "viewer").exit_code == 0
    assert listed(run)[email]["role"] == "reader"
    assert "viewer" in next(line for line in run("list").stdout.splitlines() if email in line)
    assert run("role", email, "admin", "--project", "default").exit_code == 0
    assert listed(run)[email]["projects"]["data"] == [{"id": "default", "name": "Default project", "role": "admin"}]
    assert run("remove", email, "--project", "default", "--yes").exit_code == 0
    assert run("role", email, "member", "--project", "default", "--json").exit_code == 0

    assert run("remove", email, typed="n\n").exit_code == 1
    assert signs_in(scripted_server, email)
    assert run("remove", email, "--yes").exit_code == 0
    assert email not in listed(run)
    assert not signs_in(scripted_server, email)


def test_an_invitation(run: Run, scripted_server: ServerProcess) -> None:
    invited = run("invite", "guest@cli.example", "--role", "viewer", "--project", "default:viewer")
    token = invited.stdout.strip()
    assert token not in invited.stderr
    assert "guest@cli.example" in invited.stderr
    body = {"token": token, "name": "Guest", "password": PASSWORD}
    assert post(scripted_server, "/earthshine/v1/sessions/invite", body) == 200
    assert listed(run)["guest@cli.example"]["projects"]["data"][0]["role"] == "viewer"
    again = json.loads(run("invite", "other@cli.example", "--json").stdout)
    assert again["token"] != token
    run("remove", "guest@cli.example", "--yes")


def test_passwords_from_a_pipe_and_none(run: Run, scripted_server: ServerProcess) -> None:
    piped = run("create", "--email", "piped@cli.example", "--password-stdin", "--json", typed=PASSWORD + "\n")
    assert json.loads(piped.stdout)["email"] == "piped@cli.example"
    assert signs_in(scripted_server, "piped@cli.example")
    assert run("create", "--email", "sso@cli.example", "--no-password").exit_code == 0
    assert not signs_in(scripted_server, "sso@cli.example", "")
    for email in ("piped@cli.example", "sso@cli.example"):
        run("remove", email, "--yes")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("role", "nobody@cli.example", "viewer"), "nobody here has the address"),
        (("role", "user_none", "viewer"), "No user with id"),
        (("role", "user_none", "emperor"), "no role 'emperor'"),
        (("remove", "../../keys", "--yes"), "nothing at DELETE"),
        (("create", "--email", "nobody", "--no-password"), "no e-mail address"),
        (("invite", "a@cli.example", "--project", "proj_none"), "No project with id"),
    ],
)
def test_refusals_are_one_line(arguments: tuple[str, ...], told: str, run: Run) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert told in result.stderr
    assert len(result.stderr.splitlines()) == 1
