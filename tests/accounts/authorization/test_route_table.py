"""The table of routes: each is found by its address, says what it needs, and needs what it always did."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.route_table import Entry, RouteTable
from earthshine.server import create_app
from earthshine.settings import Settings

TABLE: RouteTable = create_app(Settings(data=Path("unused"))).state.services.get(RouteTable)
ENTRIES = TABLE.entries
SEGMENT = st.text(st.characters(blacklist_characters="/", blacklist_categories=["Cs"]), min_size=1, max_size=12)


async def silent(_: Request) -> Response:
    return Response()


@needs("key")
async def spoken(_: Request) -> Response:
    return Response()


@needs("organization.read", in_project="project.manage")
async def in_both(_: Request) -> Response:
    return Response()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.method} {entry.path}")
def test_each_route_is_found_by_its_own_address(entry: Entry) -> None:
    found = TABLE.find(entry.method, re.sub(r"{[^}]*}", "x", entry.path))
    assert found is not None
    assert found.entry.route is entry.route
    assert found.rule.need == entry.need
    assert found.rule.project == ("x" if "projects/{project_id}" in entry.path else None)


@given(st.sampled_from(ENTRIES), st.data())
def test_any_ids_lead_to_the_same_route_and_reach_it_as_they_are(entry: Entry, data: st.DataObject) -> None:
    words = {step for each in ENTRIES for step in each.path.split("/")}
    ids = [data.draw(SEGMENT.filter(lambda text: text not in words)) for _ in entry.names]
    rest = iter(ids)
    found = TABLE.find(entry.method, re.sub(r"{[^}]*}", lambda _: next(rest), entry.path))
    assert found is not None
    assert found.entry == entry
    assert list(found.params.values()) == ids


@given(st.text(max_size=80), st.sampled_from(["GET", "POST", "DELETE", "PUT", "PATCH", "WEBSOCKET", "", "get"]))
def test_what_is_no_route_is_not_found(path: str, method: str) -> None:
    known = [
        re.compile(re.sub(r"{[^}]*:path}", ".*", each.path).replace("{", "(?P<").replace("}", ">[^/]+)"))
        for each in ENTRIES
    ]
    address = f"/{path}"
    if not any(pattern.fullmatch(address.rstrip("/")) or pattern.fullmatch(address) for pattern in known):
        assert TABLE.find_near(method, address) is None


def test_a_last_slash_changes_nothing_of_what_is_needed() -> None:
    assert TABLE.find("GET", "/openapi.json/") is None
    assert TABLE.find_near("GET", "/openapi.json/") == TABLE.find("GET", "/openapi.json")
    assert TABLE.find_near("GET", "/v1/embeddings") is None
    assert TABLE.find_near("GET", "//v1/models") is None
    assert TABLE.find_near("GET", "") is None


def test_names_come_before_ids_and_rests_last() -> None:
    table = RouteTable(
        [
            Route("/a/{rest:path}", needs("open")(lambda _: Response()), methods=["GET"]),
            Route("/a/{id}", needs("key")(lambda _: Response()), methods=["GET", "POST"]),
            Route("/a/b", needs("operator")(lambda _: Response()), methods=["GET"]),
        ]
    )

    def need(method: str, path: str) -> str | None:
        found = table.find(method, path)
        return None if found is None else found.rule.need

    assert need("GET", "/a/b") == "operator"
    assert need("POST", "/a/b") == "key"
    assert need("GET", "/a/c") == "key"
    assert need("GET", "/a/c/d") == "open"
    assert need("POST", "/a/c/d") is None
    assert table.methods("/a/c") == ["GET", "HEAD", "POST"]


def test_a_route_that_does_not_say_what_it_needs_keeps_the_server_from_starting() -> None:
    with pytest.raises(ValueError, match=r"GET /v1/new does not say who may use it.*test_route_table\.silent"):
        RouteTable([Route("/v1/old", spoken), Route("/v1/new", silent)])


def test_two_routes_at_one_address_keep_it_from_starting() -> None:
    with pytest.raises(ValueError, match=r"Two routes have the address GET /v1/\{b\}"):
        RouteTable([Route("/v1/{a}", spoken, methods=["GET"]), Route("/v1/{b}", spoken, methods=["GET"])])


def test_one_handler_may_need_less_within_a_project() -> None:
    table = RouteTable([Route("/organization/x", in_both), Route("/projects/{project_id}/x", in_both)])
    of_all, of_one = table.find("GET", "/organization/x"), table.find("GET", "/projects/proj_1/x")
    assert of_all is not None and of_one is not None
    assert (of_all.rule.need, of_all.rule.project) == ("organization.read", None)
    assert (of_one.rule.need, of_one.rule.project) == ("project.manage", "proj_1")


@pytest.mark.parametrize(
    ("method", "path", "need"),
    [
        ("GET", "/health", "open"),
        ("GET", "/openapi.json", "key"),
        ("GET", "/metrics", "operator"),
        ("POST", "/v1/chat/completions", "project.write"),
        ("WEBSOCKET", "/v1/responses", "project.write"),
        ("GET", "/v1/models/Org/Model", "project.read"),
        ("DELETE", "/v1/models/Org/Model", "installation.manage"),
        ("GET", "/v1/organization/projects/p", "project.read"),
        ("POST", "/v1/organization/projects/p/archive", "organization.manage"),
        # A project's own people cannot lift what the organisation set for it.
        ("POST", "/v1/organization/projects/p/rate_limits/r", "organization.manage"),
        ("POST", "/v1/organization/projects/p/spend_alerts", "project.manage"),
        ("GET", "/v1/organization/roles", "organization.read"),
        ("GET", "/v1/projects/p/roles", "project.manage"),
        ("POST", "/v1/organization/users/u/roles", "organization.manage"),
        ("POST", "/v1/projects/p/users/u/roles", "project.manage"),
        ("GET", "/earthshine/v1/organizations", "installation.manage"),
    ],
)
def test_the_strangest_needs(method: str, path: str, need: str) -> None:
    found = TABLE.find(method, path)
    assert found is not None
    assert found.rule.need == need


def test_only_models_and_the_log_are_read_in_a_project_without_reading_words() -> None:
    shared = {f"{entry.method} {entry.path}" for entry in ENTRIES if not entry.declared.shows_words}
    models = {f"GET {prefix}/v1/models{rest}" for prefix in ("", "/anthropic") for rest in ("", "/{model:path}")}
    ollama = {"GET /api/tags", "GET /api/ps", "GET /api/version", "POST /api/show"}
    assert shared == {*models, *ollama, "GET /earthshine/v1/responses"}
