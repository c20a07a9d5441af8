"""Who may make which key, service account and role: nobody gives away, or sees, what it does not have itself."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from tests.responses.app import ROOT, People, open_people

HOME = "/organization/projects/default"


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Generator[People]:
    with open_people(tmp_path_factory.mktemp("rights")) as opened:
        opened.project = "default"
        yield opened


@pytest.fixture(scope="module")
def clerk(people: People) -> str:
    """Somebody who reads and manages, and does not write."""
    user, token = people.sign_in("clerk", "viewer")
    role = {"role_name": "clerk", "permissions": ["project.read", "project.manage"]}
    role_id = people.ask("POST", "/projects/default/roles", role)["id"]
    people.ask("POST", f"/projects/default/users/{user}/roles", {"role_id": role_id})
    return token


@pytest.fixture(scope="module")
def there(people: People) -> dict[str, str]:
    """What an administrator has made: service accounts with and without rights, and keys that write."""
    robot = people.ask("POST", f"{HOME}/service_accounts", {"name": "robot"})
    idle = people.ask("POST", f"{HOME}/service_accounts", {"name": "idle", "create_service_account_only": True})
    keys = f"{HOME}/api_keys"
    return {
        "robot": robot["id"],
        "robots_key": robot["api_key"]["id"],
        "idle": idle["id"],
        "projects_key": people.ask("POST", keys, {"name": "k"})["id"],
        "reading_key": people.ask("POST", keys, {"name": "r", "scopes": ["api.all.read"]})["id"],
        "member": people.sign_in("plain", "viewer")[0],
    }


WAYS: list[tuple[str, str, Any]] = [
    ("POST", f"{HOME}/service_accounts", {"name": "mine"}),
    ("POST", f"{HOME}/service_accounts/{{idle}}", {"role": "member"}),
    ("POST", f"{HOME}/service_accounts/{{robot}}", {"role": "owner"}),
    ("POST", f"{HOME}/service_accounts/{{robot}}/api_keys", {"name": "mine"}),
    ("POST", f"{HOME}/api_keys", {"name": "mine", "service_account_id": "{robot}"}),
    ("POST", f"{HOME}/api_keys", {"name": "mine", "service_account_id": "{robot}", "role": "owner"}),
    ("POST", f"{HOME}/api_keys/{{robots_key}}/rotate", {}),
    ("POST", f"{HOME}/api_keys/{{projects_key}}/rotate", {}),
    ("POST", f"{HOME}/api_keys/{{reading_key}}", {"scopes": []}),
    ("POST", f"{HOME}/users/{{member}}", {"role": "member"}),
    ("POST", "/projects/default/users/{member}/roles", {"role_id": "role_project_member"}),
    ("POST", "/projects/default/roles", {"role_name": "writes", "permissions": ["project.write"]}),
]


@pytest.mark.parametrize("way", range(len(WAYS)))
def test_who_does_not_write_gives_nobody_the_right_to(
    way: int, people: People, clerk: str, there: dict[str, str]
) -> None:
    method, path, body = WAYS[way]
    filled = {name: value.format(**there) if isinstance(value, str) else value for name, value in body.items()}
    error = people.ask(method, path.format(**there), filled, who=clerk, status=403)["error"]
    assert "project.write" in error["message"]
    people.ask("POST", "/responses", {"model": "scripted", "input": "Hello."}, who=clerk, status=403)


def test_who_does_not_write_still_gives_what_it_has(people: People, clerk: str, there: dict[str, str]) -> None:
    reading = {"name": "r", "service_account_id": there["robot"], "scopes": ["api.all.read"]}
    people.ask("POST", f"{HOME}/api_keys", reading, who=clerk)
    own = people.ask("POST", f"{HOME}/api_keys", {"name": "own"}, who=clerk)
    # A person's key is bounded by the person.
    people.ask("POST", "/responses", {"model": "scripted", "input": "Hello."}, who=own["value"], status=403)
    people.ask("POST", f"{HOME}/api_keys/{own['id']}/rotate", {}, who=clerk)


def test_an_administrator_gets_no_key_of_an_owner_or_of_who_runs_the_installation(people: People) -> None:
    operator, by_operator = people.sign_in("operator", "member", "owner")
    owner, by_owner = people.sign_in("second-owner", "member", "owner")
    admin, by_admin = people.sign_in("admin", "member", "admin")
    keys = f"{HOME}/api_keys"
    of_operator = people.ask("POST", keys, {"name": "own"}, who=by_operator)
    of_owner = people.ask("POST", keys, {"name": "own"}, who=by_owner)
    admin_key = people.ask("POST", "/organization/admin_api_keys", {"name": "a", "role": "admin"}, who=by_operator)
    for who in (by_admin, by_owner):
        people.ask("POST", keys, {"name": "theirs", "user_id": operator}, who=who, status=403)
        people.ask("POST", f"{keys}/{of_operator['id']}/rotate", {}, who=who, status=403)
        people.ask("POST", f"/organization/admin_api_keys/{admin_key['id']}/rotate", {}, who=who, status=403)
    people.ask("POST", keys, {"name": "theirs", "user_id": owner}, who=by_admin, status=403)
    people.ask("POST", f"{keys}/{of_owner['id']}/rotate", {}, who=by_admin, status=403)
    people.ask("POST", keys, {"name": "theirs", "user_id": admin}, who=by_owner)
    people.ask("POST", f"{keys}/{of_owner['id']}/rotate", {}, who=by_owner)


def test_a_person_gets_a_rotated_key_of_the_own_back(people: People) -> None:
    user, token = people.sign_in("rotating", "admin")
    keys = f"{HOME}/api_keys"
    memory = people.ask("POST", "/memories", {"text": "Mine."}, who=token)["id"]
    own = people.ask("POST", keys, {"name": "own"}, who=token)
    seen = people.ask("POST", f"{keys}/{own['id']}/rotate", {}, who=ROOT)
    again = people.ask("POST", f"{keys}/{seen['id']}/rotate", {}, who=token)
    assert [each["earthshine"]["made_by"] for each in (own, seen, again)] == [user, None, user]
    for key, status in ((own, 200), (seen, 404), (again, 200)):
        people.ask("GET", f"/memories/{memory}", who=key["value"], status=status)
