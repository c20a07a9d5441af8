"""`earthshine users`: the people of an organisation, through the API of a running server."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from earthshine.cli.console import Failure
from earthshine.cli.remote import ask, day, quote, server_options, show_json, show_table

if TYPE_CHECKING:
    from earthshine.cli.api import Api

_USERS = "/v1/organization/users"
_PREDEFINED = ("owner", "admin", "member", "viewer")

_role = click.option(
    "--role", type=click.Choice(_PREDEFINED), default="member", show_default=True, help="In the organisation."
)
_place = click.option(
    "--project", "places", multiple=True, metavar="ID[:ROLE]", help="A project to take part in; may be repeated."
)


@click.group()
def users() -> None:
    """List, add, invite, change and remove people of a running server."""


@users.command(name="list")
@server_options
def list_(url: str | None, key: str | None, data: Path | None, as_json: bool) -> None:
    """Show the people of the organisation."""
    found: list[Any] = ask(url, key, data, lambda api: api.every(_USERS))
    if as_json:
        show_json(found)
        return
    rows = [
        (
            each["id"],
            each["email"],
            each["name"],
            _our_word(each["role"]),
            ", ".join(f"{place['id']}:{place['role']}" for place in each["projects"]["data"]),
            day(each["added_at"]),
        )
        for each in found
    ]
    show_table(("ID", "E-MAIL", "NAME", "ROLE", "PROJECTS", "ADDED (UTC)"), rows)


@users.command()
@click.option("--email", required=True, help="The person's address.")
@click.option("--name", default="", help="How the person is called.")
@click.option(
    "--role", type=click.Choice(_PREDEFINED), default="member", show_default=True, help="In the organisation."
)
@_place
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking for it.")
@click.option("--no-password", is_flag=True, help="Only sign-in through the identity provider.")
@server_options
def create(
    email: str,
    name: str,
    role: str,
    places: tuple[str, ...],
    password_stdin: bool,
    no_password: bool,
    url: str | None,
    key: str | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """Add a person at once, and print the id."""
    body: dict[str, Any] = {"email": email, "name": name, "role": role, **_projects(places)}
    if not no_password:
        body["password"] = _password(password_stdin)
    made: Any = ask(url, key, data, lambda api: api.post(_USERS, body))
    if as_json:
        show_json(made)
    else:
        click.echo(made["id"])


@users.command()
@click.argument("email")
@click.option(
    "--role", type=click.Choice(_PREDEFINED), default="member", show_default=True, help="In the organisation."
)
@_place
@server_options
def invite(
    email: str, role: str, places: tuple[str, ...], url: str | None, key: str | None, data: Path | None, as_json: bool
) -> None:
    """Invite EMAIL, and print the one-time token to hand over."""
    body = {"email": email, "role": role, **_projects(places)}
    made: Any = ask(url, key, data, lambda api: api.post("/v1/organization/invites", body))
    if as_json:
        show_json(made)
        return
    click.echo(made["token"])
    click.echo(
        f"It is not mailed. Whoever has it may become {email} until {day(made['expires_at'])} UTC, by "
        "`POST /earthshine/v1/sessions/invite` with token, name and password.",
        err=True,
    )


@users.command()
@click.argument("who")
@click.argument("role")
@click.option("--project", help="In this project, instead of in the organisation.")
@server_options
def role(
    who: str, role: str, project: str | None, url: str | None, key: str | None, data: Path | None, as_json: bool
) -> None:
    """Make WHO (an id or an e-mail address) a ROLE: owner, admin, member, viewer, or a custom role."""

    async def work(api: Api) -> Any:
        user = await _find(api, who)
        if project is not None:
            return await _in_project(api, user, role, project)
        if role in _PREDEFINED:
            return await api.post(f"{_USERS}/{user}", {"role": role})
        found = await _custom(api, "/v1/organization/roles", role)
        return (await api.post(f"{_USERS}/{user}/roles", {"role_id": found}))["user"]

    changed = ask(url, key, data, work)
    if as_json:
        show_json(changed)
    else:
        click.echo(f"{changed['email']} is {role} now.", err=True)


@users.command()
@click.argument("who")
@click.option("--project", help="Only from this project.")
@click.confirmation_option(prompt="Out of the organisation, sessions end and keys are revoked. Remove?")
@server_options
def remove(who: str, project: str | None, url: str | None, key: str | None, data: Path | None, as_json: bool) -> None:
    """Remove WHO (an id or an e-mail address) from the organisation, or from one project."""

    async def work(api: Api) -> Any:
        user = await _find(api, who)
        return await api.delete(f"{_USERS}/{user}" if project is None else _member(project, user))

    gone = ask(url, key, data, work)
    if as_json:
        show_json(gone)
    else:
        click.echo(f"{who} is removed.", err=True)


async def _find(api: Api, who: str) -> str:
    """Return a person's id, written as one step of a path."""
    if "@" not in who:
        return quote(who)
    found = (await api.get(_USERS, {"emails": [who]}))["data"]
    if not found:
        raise Failure(f"nobody here has the address {who}. `earthshine users list` shows all.")
    return quote(found[0]["id"])


async def _in_project(api: Api, user: str, role: str, project: str) -> Any:
    from earthshine.cli.api import Refused

    place = _member(project, user)
    if role not in _PREDEFINED:
        found = await _custom(api, f"/v1/projects/{quote(project)}/roles", role)
        return (await api.post(f"/v1/projects/{quote(project)}/users/{user}/roles", {"role_id": found}))["user"]
    try:
        return await api.post(place, {"role": role})
    except Refused as error:
        if error.status != 404:
            raise
    return await api.post(place.rpartition("/")[0], {"role": role, "user_id": user})


async def _custom(api: Api, path: str, role: str) -> str:
    for each in (await api.get(path, {"limit": 1000}))["data"]:
        if role in (each["id"], each["name"]):
            return each["id"]
    raise Failure(f"there is no role {role!r}. Take owner, admin, member, viewer or a custom role's name.")


def _member(project: str, user: str) -> str:
    return f"/v1/organization/projects/{quote(project)}/users/{user}"


def _projects(places: Sequence[str]) -> dict[str, Any]:
    """Return the field `projects` of a body; without any the server takes the first project."""
    if not places:
        return {}
    pairs = [place.partition(":") for place in places]
    return {"projects": [{"id": project, "role": role or "member"} for project, _, role in pairs]}


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)


def _our_word(role: str) -> str:
    return "viewer" if role == "reader" else role
