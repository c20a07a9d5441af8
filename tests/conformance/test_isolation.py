"""Every registered route against every kind of key that must not get through it.

The routes are read from the application, so that a new one is checked, or fails here until it can be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from earthshine.accounts.authorization.needs import allows
from earthshine.accounts.authorization.permissions import ORGANIZATION_ROLES, PROJECT_ROLES
from earthshine.accounts.authorization.route_table import WEBSOCKET
from earthshine.gate import OPEN
from earthshine.web.routes import PAGES, WEBSITE
from tests.conformance.isolation_world import (
    BODIES,
    ROOT,
    SHARED,
    World,
    new_app,
    open_world,
    parameters,
)

CHECKS: Counter[str] = Counter()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Generator[World]:
    app = new_app(tmp_path_factory.mktemp("isolation"))
    with TestClient(app, raise_server_exceptions=False) as http:
        yield open_world(http, app)


def need(world: World, method: str, path: str) -> str:
    """Return what a route needs: a permission, `key`, `open`, or `nothing` for health and readiness."""
    if path in OPEN:
        return "nothing"
    found = world.table.find(method, world.fill(path).partition("?")[0])
    return "nobody" if found is None else found.rule.need


def check_all(
    world: World, name: str, check: Callable[[str, str, str], str | None], *, wanted: Callable[[str, str, str], bool]
) -> None:
    """Run one kind of check on all routes that it is about, and tell all failures at once."""
    failures: list[str] = []
    for method, path in world.routes:
        what = need(world, method, path)
        if wanted(method, path, what):
            CHECKS[name] += 1
            failed = check(method, path, what)
            if failed:
                failures.append(f"{method} {path} ({what}): {failed}")
    assert not failures, f"{name}:\n" + "\n".join(failures)
    assert CHECKS[name]


@contextmanager
def connect(world: World, path: str, key: str | None) -> Generator[Any]:
    headers = {} if key is None else {"authorization": f"Bearer {key}"}
    # When it leaves, the test's client cancels an application that is still closing.
    with suppress(CancelledError), world.http.websocket_connect(path, headers=headers) as socket:
        yield socket


def answered(world: World, method: str, path: str, key: str | None) -> str | None:
    """Say what is wrong when a request without a valid key gets anything but a 401."""
    if method == WEBSOCKET:
        try:
            with connect(world, path, key):
                return "was accepted"
        except WebSocketDisconnect as closed:
            return None if closed.code == 1008 else f"was closed with {closed.code}"
    reply = world.ask(method, path, key)
    if reply.status_code != 401:
        return f"{reply.status_code} {reply.text[:100]}"
    if path.startswith("/api/"):
        return None if isinstance(reply.json()["error"], str) else reply.text[:200]
    shape = {"message", "type"} if path.startswith("/anthropic/") else {"message", "type", "param", "code"}
    if method != "HEAD" and set(reply.json()["error"]) != shape:
        return reply.text[:200]
    return None


def test_the_table_finds_every_route_by_a_real_address(world: World) -> None:
    assert {(method, path) for method, path in world.routes if need(world, method, path) == "nobody"} == set()
    missing = {name for _, path in world.routes for name in parameters(path)} - set(world.objects)
    assert not missing, f"isolation_world.py must make an object for {missing}"


def test_only_health_and_readiness_need_nothing() -> None:
    assert sorted(OPEN) == ["/health", "/ready"]


@pytest.mark.parametrize("kind", ["no key", "wrong key", "revoked key"])
def test_without_a_valid_key_nothing_is_answered(kind: str, world: World) -> None:
    key = {"no key": None, "wrong key": "sk-es-wrong", "revoked key": world.revoked}[kind]

    def check(method: str, path: str, _: str) -> str | None:
        return answered(world, method, world.fill(path), key)

    check_all(world, kind, check, wanted=lambda _method, _path, what: what not in ("nothing", "open"))


def test_places_to_sign_in_tell_nothing(world: World) -> None:
    def check(method: str, path: str, _: str) -> str | None:
        reply = world.ask(method, path, None)
        return f"{reply.status_code} {reply.text[:100]}" if reply.status_code < 400 else None

    def wanted(_method: str, path: str, what: str) -> bool:
        return what == "open" and path not in WEBSITE and path != "/earthshine/v1/setup"

    check_all(world, "sign-in without credentials", check, wanted=wanted)


def test_setup_tells_nothing_of_anybody(world: World) -> None:
    CHECKS["setup"] += 1
    told = world.ask("GET", "/earthshine/v1/setup", None).json()
    assert set(told) == {"object", "people", "oidc", "key_file", "version", "name"}


def test_the_website_is_the_same_for_everybody(world: World) -> None:
    def check(method: str, path: str, _: str) -> str | None:
        seen = {world.ask(method, world.fill(path), key).content for key in (None, ROOT, world.mine, world.stranger)}
        # The request's name is in errors only, and errors are what files get that the build does not have.
        shows = {
            secret for secret in world.objects.values() for each in seen if len(secret) > 20 and secret.encode() in each
        }
        same = path not in PAGES or len(seen) == 1
        return None if same and not shows else f"{len(seen)} different replies, which show {shows}"

    check_all(world, "the website", check, wanted=lambda _method, path, _: path in WEBSITE)


def has_object(path: str) -> bool:
    return bool(parameters(path) - SHARED)


def of_a_project(what: str) -> bool:
    return what.startswith("project.")


@pytest.mark.parametrize("who", ["neighbour", "stranger"])
def test_another_projects_objects_are_not_found(who: str, world: World) -> None:
    key = getattr(world, who)

    def check(method: str, path: str, _: str) -> str | None:
        if method == WEBSOCKET:
            with connect(world, world.fill(path), key) as socket:
                closed = socket.receive()
            told = closed.get("code"), "was found" in closed.get("reason", "")
            return None if told == (4403, True) else f"was closed with {closed}"
        reply = world.ask(method, world.fill(path), key, BODIES.get(f"{method} {path}"))
        return None if reply.status_code == 404 else f"{reply.status_code} {reply.text[:150]}"

    check_all(
        world,
        f"objects, {who}'s key",
        check,
        wanted=lambda _method, path, what: (of_a_project(what) and has_object(path)) or "{project_id}" in path,
    )


@pytest.mark.parametrize("who", ["neighbour", "stranger", "mine"])
def test_a_projects_key_does_not_administer(who: str, world: World) -> None:
    key = getattr(world, who)

    def check(method: str, path: str, _: str) -> str | None:
        reply = world.ask(method, world.fill(path), key)
        return None if reply.status_code == 403 else f"{reply.status_code} {reply.text[:150]}"

    check_all(
        world,
        f"administration, {who}'s key",
        check,
        wanted=lambda _method, path, what: (
            what.startswith(("organization.", "installation.", "operator")) and "{project_id}" not in path
        ),
    )


def test_another_organizations_objects_are_not_found(world: World) -> None:
    granted = ORGANIZATION_ROLES["owner"] - PROJECT_ROLES["member"]

    def check(method: str, path: str, _: str) -> str | None:
        address = world.fill(path)
        found = world.table.find(method, address.partition("?")[0])
        assert found is not None
        asked = found.rule
        hidden = asked.project is not None or allows(granted, "", asked, reads=method in ("GET", "HEAD"))
        reply = world.ask(method, address, world.foreign_owner, BODIES.get(f"{method} {path}"))
        wanted = 404 if hidden else 403
        return None if reply.status_code == wanted else f"{reply.status_code}, not {wanted}: {reply.text[:150]}"

    check_all(
        world,
        "objects, another organisation's admin key",
        check,
        wanted=lambda method, path, what: method != WEBSOCKET and what not in ("open", "nothing") and has_object(path),
    )


@pytest.mark.parametrize("who", ["neighbour", "stranger", "foreign_owner"])
def test_lists_hold_nothing_of_others(who: str, world: World) -> None:
    key = getattr(world, who)
    # A place is "0-0", which is in dates too.
    secrets = [world.objects[name] for name in world.objects if name not in SHARED | {"organization_id", "place"}]

    def check(method: str, path: str, _: str) -> str | None:
        text = world.ask(method, world.fill(path), key).text
        shown = [each for each in secrets if each in text]
        return f"shows {shown}" if shown else None

    check_all(
        world,
        f"lists, {who}'s key",
        check,
        wanted=lambda method, path, what: method == "GET" and not has_object(path) and what not in ("open", "nothing"),
    )


def test_a_viewer_reads_and_does_not_write(world: World) -> None:
    def check(method: str, path: str, what: str) -> str | None:
        if method == WEBSOCKET:
            try:
                with connect(world, path, world.viewer):
                    return "was accepted"
            except WebSocketDisconnect:
                return None
        reply = world.ask(method, world.fill(path), world.viewer, BODIES.get(f"{method} {path}"))
        if what == "project.read":
            return None if reply.status_code == 200 else f"{reply.status_code} {reply.text[:150]}"
        return None if reply.status_code == 403 else f"{reply.status_code} {reply.text[:150]}"

    check_all(
        world,
        "a project's viewer",
        check,
        wanted=lambda _method, _path, what: what not in ("open", "key", "nothing"),
    )


def test_a_viewer_of_the_organization_reads_and_does_not_write(world: World) -> None:
    def check(method: str, path: str, what: str) -> str | None:
        reply = world.ask(method, world.fill(path), world.watcher)
        reads = method == "GET" and (what in ("organization.read", "operator") or "{project_id}" in path)
        wanted = 200 if reads else 403
        return None if reply.status_code == wanted else f"{reply.status_code}, not {wanted}: {reply.text[:150]}"

    check_all(
        world,
        "an organisation's viewer",
        check,
        wanted=lambda method, _path, what: method != WEBSOCKET and what not in ("open", "key", "nothing"),
    )


REFERENCES: dict[str, Callable[[World], dict[str, Any]]] = {
    "previous_response_id": lambda world: {"previous_response_id": world.objects["response_id"]},
    "conversation": lambda world: {"conversation": world.objects["conversation_id"]},
    "item_reference": lambda world: {"input": [{"type": "item_reference", "id": world.objects["item_id"]}]},
}


@pytest.mark.parametrize("who", ["neighbour", "stranger"])
@pytest.mark.parametrize("reference", REFERENCES)
@pytest.mark.parametrize("path", ["/v1/responses", "/v1/responses?stream", "/v1/responses/input_tokens"])
def test_others_objects_cannot_be_referred_to(path: str, reference: str, who: str, world: World) -> None:
    body = {"model": "scripted", "input": "Tell me.", **REFERENCES[reference](world)}
    if reference == "item_reference" and path.endswith("input_tokens"):
        body["conversation"] = world.objects["conversation_id"]
    if path.endswith("?stream"):
        body["stream"] = True
    reply = world.ask("POST", path, getattr(world, who), body)
    CHECKS["references in bodies"] += 1
    assert reply.status_code == 404, reply.text
    assert "secret" not in reply.text


@pytest.mark.parametrize("who", ["neighbour", "stranger"])
def test_others_streams_are_not_found(who: str, world: World) -> None:
    address = f"/v1/responses/{world.objects['response_id']}?stream=true&starting_after=0"
    CHECKS["streams"] += 1
    assert world.ask("GET", address, getattr(world, who)).status_code == 404
    assert world.ask("GET", address, world.mine).status_code == 200


@pytest.mark.parametrize("who", ["neighbour", "stranger"])
@pytest.mark.parametrize("reference", REFERENCES)
def test_others_objects_cannot_be_referred_to_on_a_websocket(reference: str, who: str, world: World) -> None:
    with connect(world, "/v1/responses", getattr(world, who)) as socket:
        body = {"type": "response.create", "model": "scripted", "input": "Tell me.", **REFERENCES[reference](world)}
        socket.send_json(body)
        event = socket.receive_json()
    CHECKS["references on a WebSocket"] += 1
    assert (event["type"], event["status"]) == ("error", 404), event


def test_a_websocket_does_not_outlive_its_key(world: World) -> None:
    place = f"/v1/organization/projects/{world.objects['project_id']}/api_keys"
    made = world.ask("POST", place, ROOT, {"name": "short"}).json()
    message = {"type": "response.create", "model": "scripted", "input": "Hello."}
    with connect(world, "/v1/responses", made["value"]) as socket:
        socket.send_json(message)
        while socket.receive_json()["type"] != "response.completed":
            pass
        assert world.ask("DELETE", f"{place}/{made['id']}", ROOT).status_code == 200
        socket.send_json(message)
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    CHECKS["WebSockets whose key is revoked"] += 1
    assert closed.value.code == 1008


def test_afterwards_everything_is_as_it_was(world: World) -> None:
    """Whoever was refused has changed nothing; and what is not found for others is there for its owner."""

    def check(method: str, path: str, _: str) -> str | None:
        ours = ("organizations", "deployments", "catalog")
        administered = ("/v1/organization", "/v1/projects", *(f"/earthshine/v1/{name}" for name in ours))
        key = ROOT if path.startswith(administered) else world.mine
        reply = world.ask(method, world.fill(path), key)
        return None if reply.status_code == 200 else f"{reply.status_code} {reply.text[:150]}"

    check_all(
        world,
        "objects that are still there",
        check,
        wanted=lambda method, path, what: method == "GET" and what not in ("open", "nothing") and has_object(path),
    )


def test_the_count(world: World, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> None:
    """The last one: how many routes there are, and how many checks the tests before this one made."""
    terminal: Any = request.config.pluginmanager.get_plugin("terminalreporter")
    with capsys.disabled():
        terminal.write_line(f"\nisolation: {len(world.routes)} routes, {CHECKS.total()} checks")
        for name, count in CHECKS.items():
            terminal.write_line(f"  {count:4} {name}")
    assert CHECKS.total() > 5 * len(world.routes)
